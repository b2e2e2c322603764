/* Owns charset conversion; promises valid UTF-8 whatever comes in. */
#include "common/text/charset.h"

#include <iconv.h>
#include <string.h>

#include "common/base/utf8.h"

/* Windows-1252 0x80..0x9F; the five unassigned bytes keep their number. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
    0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

static void from_windows_1252(struct slice text, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        char bytes[4];
        uint32_t code = c >= 0x80 && c < 0xA0 ? windows_1252[c - 0x80] : c;
        buf_append(out, bytes, utf8_encode(code, bytes));
    }
}

/* False if the charset is unknown or the text is not in it. */
static bool from_declared(struct slice text, const char *name, struct buf *out)
{
    iconv_t cd = iconv_open("UTF-8", name);
    if (cd == (iconv_t)-1)
        return false;
    size_t start = out->len;
    /* iconv wants char ** but does not write to the input. */
    union {
        const char *in;
        char *inout;
    } p = {text.data};
    size_t left = text.len;
    bool good = buf_reserve(out, text.len * 4 + 16);
    if (good) {
        char *to = out->data + out->len;
        size_t room = out->cap - out->len;
        good =
            iconv(cd, &p.inout, &left, &to, &room) != (size_t)-1 && left == 0;
        if (good)
            out->len = (size_t)(to - out->data);
    }
    iconv_close(cd);
    if (!good)
        out->len = start;
    return good;
}

bool charset_known(const char *name)
{
    iconv_t cd = iconv_open("UTF-8", name);
    if (cd == (iconv_t)-1)
        return false;
    iconv_close(cd);
    return true;
}

int charset_to_utf8(struct slice text, const char *declared, struct buf *out,
                    struct nh_error *err)
{
    if (text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        text = (struct slice){text.data + 3, text.len - 3};
    if (utf8_valid(text.data, text.len))
        buf_append(out, text.data, text.len);
    else if (!declared || !from_declared(text, declared, out))
        from_windows_1252(text, out);
    return out->failed ? error_nomem(err) : NH_OK;
}
