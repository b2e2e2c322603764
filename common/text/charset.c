/* Owns charset conversion. Promises valid UTF-8 whatever comes in, and that one
 * bad byte costs no more than that byte. */
#include "common/text/charset.h"

#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "common/text/charset_labels.h"

/* Windows-1252 0x80..0x9F; the five unassigned bytes keep their number. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
    0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

void charset_append_1252(unsigned char c, struct buf *out)
{
    char bytes[4];
    const uint32_t code = c >= 0x80 && c < 0xA0 ? windows_1252[c - 0x80] : c;
    buf_append(out, bytes, utf8_encode(code, bytes));
}

/* Appends text as browsers read it that says latin1 or nothing. */
static void from_windows_1252(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++)
        charset_append_1252((unsigned char)text.data[i], out);
}

/* Bytes of a replacement character. */
static const char replacement[] = "\xEF\xBF\xBD";

/* Bytes beyond ASCII. */
static size_t count_high(struct slice text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += (unsigned char)text.data[i] >= 0x80;
    return n;
}

/* A text may have one bad byte for so many beyond ASCII; with more of them it
 * is in another charset than it says. */
#define BYTES_A_FAULT 4

/* Appends text that is UTF-8 but for some bytes, each of which becomes a
 * replacement character. False, and nothing is appended, if it has too few
 * sound characters beyond ASCII to be that: no more than bad bytes, or, where
 * UTF-8 is declared, less than half as many. */
static bool from_broken_utf8(struct slice text, bool declared, struct buf *out)
{
    const size_t start = out->len;
    size_t sound = 0, bad = 0;
    for (size_t i = 0; i < text.len;) {
        uint32_t code;
        const size_t n = utf8_decode(text.data + i, text.len - i, &code);
        sound += n > 1;
        bad += n == 0;
        if (n)
            buf_append(out, text.data + i, n);
        else
            buf_append(out, replacement, sizeof replacement - 1);
        i += n ? n : 1;
    }
    if (sound > bad || (declared && sound && sound * 2 >= bad))
        return true;
    out->len = start;
    return false;
}

/* Converts with cd; a byte that means nothing becomes a replacement character.
 * Returns the number of such bytes. */
static size_t convert(iconv_t cd, struct slice text, struct buf *out)
{
    /* iconv wants char ** but does not write to the input. */
    union {
        const char *in;
        char *inout;
    } p = {text.data};
    size_t left = text.len, bad = 0;
    while (left > 0) {
        /* No charset takes more than four bytes of UTF-8 for a byte. */
        if (!buf_reserve(out, left * 4 + 16))
            break;
        char *to = out->data + out->len;
        size_t room = out->cap - out->len;
        const size_t rc = iconv(cd, &p.inout, &left, &to, &room);
        out->len = (size_t)(to - out->data);
        if (rc != (size_t)-1 || left == 0)
            break;
        buf_append(out, replacement, sizeof replacement - 1);
        bad++;
        p.in++;
        left--;
    }
    return bad;
}

/* False if the charset is unknown or the text is not in it. */
static bool from_declared(struct slice text, const char *label, struct buf *out)
{
    const char *name = charset_iconv_name(label);
    if (strcmp(name, "CP1252") == 0)
        return false; /* converted without iconv */
    if (strcmp(name, "UTF-8") == 0)
        return from_broken_utf8(text, true, out);
    iconv_t cd = iconv_open("UTF-8", name);
    if (cd == (iconv_t)-1)
        return false;
    const size_t start = out->len, bad = convert(cd, text, out);
    iconv_close(cd);
    if (bad * BYTES_A_FAULT <= count_high(text))
        return true;
    out->len = start;
    return false;
}

bool charset_known(const char *label)
{
    iconv_t cd = iconv_open("UTF-8", charset_iconv_name(label));
    if (cd == (iconv_t)-1)
        return false;
    iconv_close(cd);
    return true;
}

/* True if the text can be in a charset of 7 bits with escape signs, which looks
 * like ASCII. */
static bool has_escapes(struct slice text, const char *label)
{
    return label && text.len && memchr(text.data, 27, text.len) &&
           strncasecmp(charset_iconv_name(label), "ISO-2022", 8) == 0;
}

int charset_to_utf8(struct slice text, const char *declared, struct buf *out,
                    struct nh_error *err)
{
    while (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        text = (struct slice){text.data + 3, text.len - 3};
    if (utf8_valid(text.data, text.len) && !has_escapes(text, declared))
        buf_append(out, text.data, text.len);
    else if (!(declared && from_declared(text, declared, out)) &&
             !from_broken_utf8(text, false, out))
        from_windows_1252(text, out);
    return out->failed ? error_nomem(err) : NH_OK;
}
