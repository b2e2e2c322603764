/* Owns what is done to foreign text before it reaches a terminal.
 * Promises that no byte of it steers the terminal. */
#include "cli/visible.h"

#include <stdarg.h>
#include <stdint.h>

/* Bytes of a message at most. */
#define MESSAGE_MAX 4096

static bool steers(uint32_t c)
{
    return c == 0x1b || (c >= 0x7f && c < 0xa0) ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Returns the bytes of the character at the front of a text, and the character;
 * 1 and UINT32_MAX for a byte that begins none. */
static size_t take(const char *text, size_t len, uint32_t *c)
{
    const unsigned char *p = (const unsigned char *)text;
    const size_t n = p[0] < 0x80       ? 1
                     : p[0] >> 5 == 6  ? 2
                     : p[0] >> 4 == 14 ? 3
                     : p[0] >> 3 == 30 ? 4
                                       : 0;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *c = UINT32_MAX;
    if (n == 0 || n > len)
        return 1;
    uint32_t value = n == 1 ? p[0] : p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if (p[i] >> 6 != 2)
            return 1;
        value = value << 6 | (p[i] & 0x3fu);
    }
    if (value < least[n] || value > 0x10ffff || (value >> 11) == 0x1b)
        return 1;
    *c = value;
    return n;
}

static bool plain(unsigned char c)
{
    return c >= ' ' && c < 0x7f;
}

void visible_put(struct buf *out, const char *text, size_t len, bool lines)
{
    for (size_t i = 0, n; i < len; i += n) {
        uint32_t c;
        for (n = 0; i + n < len && plain((unsigned char)text[i + n]);)
            n++;
        if (n > 0) {
            buf_append(out, text + i, n);
            continue;
        }
        n = take(text + i, len - i, &c);
        if (c == UINT32_MAX)
            buf_printf(out, "<%02X>", (unsigned char)text[i]);
        else if (steers(c))
            buf_printf(out, "<U+%04X>", (unsigned)c);
        else if (c >= ' ' || (lines && (c == '\n' || c == '\t')))
            buf_append(out, text + i, n);
        else
            buf_append_byte(out, ' ');
    }
}

void say(const char *format, ...)
{
    char message[MESSAGE_MAX];
    struct buf out = BUF_INIT;
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (len < 0)
        return;
    visible_put(&out, message,
                (size_t)len < sizeof message ? (size_t)len : sizeof message - 1,
                true);
    if (!out.failed)
        fwrite(out.data ? out.data : "", 1, out.len, stderr);
    buf_release(&out);
}
