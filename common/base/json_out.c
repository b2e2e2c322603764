/* Owns JSON escaping. Promises valid UTF-8 output for any bytes. */
#include "common/base/json_out.h"

#include "common/base/utf8.h"

static void put_char(struct buf *out, unsigned char c)
{
    switch (c) {
    case '"':
        buf_append_str(out, "\\\"");
        break;
    case '\\':
        buf_append_str(out, "\\\\");
        break;
    case '\n':
        buf_append_str(out, "\\n");
        break;
    case '\r':
        buf_append_str(out, "\\r");
        break;
    case '\t':
        buf_append_str(out, "\\t");
        break;
    default:
        if (c < ' ' || c == 0x7f)
            buf_printf(out, "\\u%04x", c);
        else
            buf_append_byte(out, c);
    }
}

void json_string(struct buf *out, struct slice s)
{
    buf_append_byte(out, '"');
    for (size_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)s.data[i];
        uint32_t code;
        size_t used = 1;
        if (c < 0x80)
            put_char(out, c);
        else if ((used = utf8_decode(s.data + i, s.len - i, &code)) > 0)
            buf_append(out, s.data + i, used);
        else
            buf_append(out, "\xEF\xBF\xBD", 3);
        i += used ? used : 1;
    }
    buf_append_byte(out, '"');
}

void json_comma(struct buf *out)
{
    char last = out->len ? out->data[out->len - 1] : '[';
    if (last != '[' && last != '{' && last != ':' && last != ',')
        buf_append_byte(out, ',');
}

void json_key(struct buf *out, const char *key)
{
    json_comma(out);
    json_string(out, slice_of(key));
    buf_append_byte(out, ':');
}

void json_member(struct buf *out, const char *key, struct slice value)
{
    json_key(out, key);
    json_string(out, value);
}
