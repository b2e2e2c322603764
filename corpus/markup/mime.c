/* Owns the encodings of MIME. */
#include "corpus/markup/mime.h"

#include <string.h>

#include "common/text/charset.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* Quoted-printable; in header fields (RFC 2047) _ is a space. */
static void decode_quoted(struct slice text, bool field, struct buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        const char *next =
            field ? NULL : memchr(text.data + i, '=', text.len - i);
        const char c = text.data[i];
        if (!field && c != '=') { /* up to the next sign at once */
            const size_t n =
                next ? (size_t)(next - text.data) - i : text.len - i;
            buf_append(out, text.data + i, n);
            i += n - 1;
        } else if (c == '_' && field) {
            buf_append_byte(out, ' ');
        } else if (c != '=') {
            buf_append_byte(out, (uint8_t)c);
        } else if (i + 2 < text.len && hex_digit(text.data[i + 1]) >= 0 &&
                   hex_digit(text.data[i + 2]) >= 0) {
            buf_append_byte(out, (uint8_t)(hex_digit(text.data[i + 1]) * 16 +
                                           hex_digit(text.data[i + 2])));
            i += 2;
        } else {
            /* The end of a line that goes on, or a sign left alone. */
            size_t at = i + 1;
            while (at < text.len && strchr(" \t\r", text.data[at]))
                at++;
            if (at < text.len && text.data[at] == '\n')
                i = at;
            else if (at < text.len)
                buf_append_byte(out, '=');
        }
    }
}

void mime_base64(struct slice text, struct buf *out)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    int count = 0;
    for (size_t i = 0; i < text.len && text.data[i] != '='; i++) {
        const char *at = text.data[i] ? strchr(digits, text.data[i]) : NULL;
        if (!at)
            continue;
        bits = bits << 6 | (uint32_t)(at - digits);
        count += 6;
        if (count >= 8) {
            count -= 8;
            buf_append_byte(out, (uint8_t)(bits >> count));
        }
    }
}

const char *mime_charset(struct slice name, char out[40], const char *other)
{
    if (name.len == 0 || name.len >= 40)
        return other;
    memcpy(out, name.data, name.len);
    out[name.len] = '\0';
    return charset_known(out) ? out : other;
}

/* An encoded word, "=?charset?B?...?=". */
struct coded_word {
    struct slice charset, text;
    bool base64;
    size_t length; /* of all of it */
};

/* Whether a text begins with an encoded word. */
static bool read_word(struct slice text, struct coded_word *w)
{
    size_t marks[4], count = 0, i = 2;
    if (text.len < 8 || memcmp(text.data, "=?", 2) != 0)
        return false;
    for (marks[0] = 1; i < text.len && count < 3 && text.data[i] > ' '; i++)
        if (text.data[i] == '?')
            marks[++count] = i;
    if (count < 3 || i >= text.len || text.data[i] != '=' ||
        marks[2] - marks[1] != 2)
        return false;
    w->charset = (struct slice){text.data + 2, marks[1] - 2};
    const char *star = memchr(w->charset.data, '*', w->charset.len);
    if (star) /* a language stands behind it */
        w->charset.len = (size_t)(star - w->charset.data);
    w->base64 = (text.data[marks[1] + 1] | 32) == 'b';
    w->text = (struct slice){text.data + marks[2] + 1, marks[3] - marks[2] - 1};
    w->length = i + 1;
    return true;
}

void mime_quoted(struct slice text, struct buf *out)
{
    decode_quoted(text, false, out);
}

static int decode_word(struct parse_context *ctx, const struct coded_word *w,
                       struct buf *out, struct nh_error *err)
{
    char name[40];
    struct buf bytes = BUF_INIT;
    if (w->base64)
        mime_base64(w->text, &bytes);
    else
        decode_quoted(w->text, true, &bytes);
    int rc = bytes.failed
                 ? error_nomem(err)
                 : charset_to_utf8(buf_slice(&bytes),
                                   mime_charset(w->charset, name, ctx->charset),
                                   out, err);
    buf_release(&bytes);
    return rc;
}

int mime_field(struct parse_context *ctx, struct slice value,
               struct nh_error *err)
{
    struct buf *out = &ctx->work;
    struct coded_word word;
    size_t plain = 0, at = 0; /* where what is no encoded word begins */
    int rc = NH_OK;
    buf_reset(out);
    while (rc == NH_OK && at < value.len) {
        if (!read_word((struct slice){value.data + at, value.len - at},
                       &word)) {
            at++;
            continue;
        }
        const struct slice before = {value.data + plain, at - plain};
        if (plain == 0 || slice_trim(before).len)
            rc = charset_to_utf8(before, ctx->charset, out, err);
        if (rc == NH_OK)
            rc = decode_word(ctx, &word, out, err);
        plain = at += word.length;
    }
    if (rc == NH_OK)
        rc = charset_to_utf8(
            (struct slice){value.data + plain, value.len - plain}, ctx->charset,
            out, err);
    for (size_t i = 0; i < out->len; i++)
        if (out->data[i] == '\n' || out->data[i] == '\r' || !out->data[i])
            out->data[i] = ' ';
    return rc == NH_OK && out->failed ? error_nomem(err) : rc;
}
