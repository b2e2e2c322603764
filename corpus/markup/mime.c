/* Owns the encodings of MIME. */
#include "corpus/markup/mime.h"

#include <string.h>
#include <strings.h>

#include "common/text/charset.h"
#include "corpus/markup/headers.h"

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

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Most signs of a line of base64 that may be damaged: one in so many. */
#define BASE64_DAMAGE 16

/* Whether a line can be one of base64. Behind an empty line it must have whole
 * groups of four signs: a footer that a mailing list added is no base64. */
static bool is_base64(struct slice line, bool behind_empty)
{
    size_t digits = 0, others = 0;
    for (size_t i = 0; i < line.len; i++) {
        const char c = line.data[i];
        if (c == ' ' || c == '\t')
            return false;
        if (c == '=' || (c && strchr(base64_digits, c)))
            digits++;
        else
            others++;
    }
    return others * BASE64_DAMAGE <= digits &&
           (!behind_empty || digits % 4 == 0);
}

void mime_base64(struct slice text, struct buf *out)
{
    uint32_t bits = 0;
    int count = 0;
    bool empty = false, padded = false;
    while (text.len && !padded) {
        const char *end = memchr(text.data, '\n', text.len);
        const size_t n = end ? (size_t)(end - text.data) + 1 : text.len;
        const struct slice line = slice_trim((struct slice){text.data, n});
        text = (struct slice){text.data + n, text.len - n};
        if (line.len == 0) {
            empty = out->len > 0;
            continue;
        }
        if (!is_base64(line, empty))
            return;
        empty = false;
        for (size_t i = 0; i < line.len && !padded; i++) {
            const char c = line.data[i];
            const char *at = c ? strchr(base64_digits, c) : NULL;
            padded = c == '=';
            if (!at)
                continue;
            bits = bits << 6 | (uint32_t)(at - base64_digits);
            count += 6;
            if (count >= 8) {
                count -= 8;
                buf_append_byte(out, (uint8_t)(bits >> count));
            }
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

/* The text of a field as it is decoded. Bytes of encoded words that stand side
 * by side are collected: a character may be split between two. */
struct field_text {
    struct parse_context *ctx;
    struct buf bytes;
    struct slice charset; /* of the bytes */
};

static int flush_words(struct field_text *f, struct nh_error *err)
{
    char name[40];
    if (f->bytes.failed)
        return error_nomem(err);
    int rc =
        f->bytes.len == 0
            ? NH_OK
            : charset_to_utf8(buf_slice(&f->bytes),
                              mime_charset(f->charset, name, f->ctx->charset),
                              &f->ctx->work, err);
    buf_reset(&f->bytes);
    return rc;
}

static int add_word(struct field_text *f, const struct coded_word *w,
                    struct nh_error *err)
{
    int rc = NH_OK;
    if (w->charset.len != f->charset.len ||
        strncasecmp(w->charset.data, f->charset.data, w->charset.len) != 0)
        rc = flush_words(f, err);
    f->charset = w->charset;
    if (w->base64)
        mime_base64(w->text, &f->bytes);
    else
        decode_quoted(w->text, true, &f->bytes);
    return rc;
}

static int add_plain(struct field_text *f, struct slice text,
                     struct nh_error *err)
{
    int rc = flush_words(f, err);
    return rc == NH_OK
               ? charset_to_utf8(text, f->ctx->charset, &f->ctx->work, err)
               : rc;
}

/* Undoes folding: a line end with the blanks around it becomes one space, and
 * so does a NUL. */
static void unfold(struct buf *text)
{
    size_t n = 0;
    for (size_t i = 0; i < text->len; i++) {
        const char c = text->data[i];
        if (c && c != '\n' && c != '\r') {
            text->data[n++] = c;
            continue;
        }
        while (n > 0 && (text->data[n - 1] == ' ' || text->data[n - 1] == '\t'))
            n--;
        while (i + 1 < text->len && strchr(" \t\r\n", text->data[i + 1]))
            i++;
        text->data[n++] = ' ';
    }
    text->len = n;
}

int mime_field(struct parse_context *ctx, struct slice value,
               struct nh_error *err)
{
    struct field_text f = {ctx, BUF_INIT, {"", 0}};
    struct coded_word word;
    size_t plain = 0, at = 0; /* where what is no encoded word begins */
    int rc = NH_OK;
    buf_reset(&ctx->work);
    while (rc == NH_OK && at < value.len) {
        if (!read_word((struct slice){value.data + at, value.len - at},
                       &word)) {
            at++;
            continue;
        }
        const struct slice before = {value.data + plain, at - plain};
        if (plain == 0 || slice_trim(before).len)
            rc = add_plain(&f, before, err);
        if (rc == NH_OK)
            rc = add_word(&f, &word, err);
        plain = at += word.length;
    }
    if (rc == NH_OK)
        rc = add_plain(
            &f, (struct slice){value.data + plain, value.len - plain}, err);
    buf_release(&f.bytes);
    unfold(&ctx->work);
    return rc == NH_OK && ctx->work.failed ? error_nomem(err) : rc;
}

/* ---- Messages and parts. */

size_t mime_head_length(struct slice text)
{
    const size_t length = headers_length(text);
    size_t at = 0;
    while (at < length) {
        const char *line = text.data + at;
        const char *end = memchr(line, '\n', length - at);
        const size_t n = end ? (size_t)(end - line) + 1 : length - at;
        size_t i = 0;
        while (i < n && line[i] > ' ' && line[i] != ':' && line[i] < 127)
            i++;
        const bool folded = at > 0 && (line[0] == ' ' || line[0] == '\t'),
                   empty = line[0] == '\n' || line[0] == '\r';
        if (!folded && !empty && (i == 0 || i == n || line[i] != ':'))
            return at;
        at += n;
    }
    return length;
}

/* A line of a boundary: "--BOUNDARY", with "--" behind the last. Distance to it
 * from `at`, or the length of the text. */
static size_t find_boundary(struct slice text, size_t at, struct slice boundary)
{
    while (at < text.len) {
        const char *line = text.data + at;
        const size_t left = text.len - at;
        if (left >= boundary.len + 2 && memcmp(line, "--", 2) == 0 &&
            memcmp(line + 2, boundary.data, boundary.len) == 0)
            return at;
        const char *end = memchr(line, '\n', left);
        at = end ? (size_t)(end - text.data) + 1 : text.len;
    }
    return text.len;
}

bool mime_part(struct slice *body, struct slice boundary, struct slice *part)
{
    const size_t at = find_boundary(*body, 0, boundary);
    if (at == body->len)
        return false;
    const size_t line = at + 2 + boundary.len;
    if (body->len - line >= 2 && memcmp(body->data + line, "--", 2) == 0)
        return false;
    const char *end = memchr(body->data + line, '\n', body->len - line);
    const size_t start = end ? (size_t)(end - body->data) + 1 : body->len,
                 next = find_boundary(*body, start, boundary);
    *part = (struct slice){body->data + start, next - start};
    *body = (struct slice){body->data + next, body->len - next};
    return true;
}

bool mime_body(struct slice coding, struct slice body, struct buf *out)
{
    if (headers_is(coding, "base64"))
        mime_base64(body, out);
    else if (headers_is(coding, "quoted-printable"))
        mime_quoted(body, out);
    else
        buf_append(out, body.data, body.len);
    return !out->failed;
}
