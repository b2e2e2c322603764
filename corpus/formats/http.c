/* Owns the reading of answers of web servers, as archives of the web keep them.
 * Promises the part of a body that can be unpacked. */
#include "corpus/formats/http.h"

#include <string.h>

#include "corpus/markup/headers.h"

bool http_is_page(struct slice type)
{
    return headers_is(type, "text/html") ||
           headers_is(type, "application/xhtml+xml");
}

bool http_has_page(struct slice answer)
{
    const size_t length = headers_length(answer);
    struct slice line = {answer.data, length}, rest;
    const char *code = line.len ? memchr(line.data, ' ', line.len) : NULL;
    if (line.len < 12 || memcmp(line.data, "HTTP/", 5) != 0 || !code ||
        line.len - (size_t)(code - line.data) < 4 ||
        memcmp(code, " 200", 4) != 0)
        return false;
    const struct slice type = headers_find(line, "Content-Type");
    rest =
        slice_trim((struct slice){answer.data + length, answer.len - length});
    return type.len ? http_is_page(type) : rest.len && reader_html.detect(rest);
}

/* Undoes chunks (RFC 9112, 7.1); a body that has none, whatever was said, comes
 * out as it is. False if memory ran out. */
static bool join_chunks(struct slice body, struct buf *out)
{
    buf_reset(out);
    for (;;) {
        size_t length = 0, i = 0;
        for (; i < body.len && i < 8; i++) {
            const char c = body.data[i];
            if (c >= '0' && c <= '9')
                length = length * 16 + (size_t)(c - '0');
            else if ((c | 32) >= 'a' && (c | 32) <= 'f')
                length = length * 16 + (size_t)((c | 32) - 'a') + 10;
            else
                break;
        }
        const char *end =
            i < body.len ? memchr(body.data + i, '\n', body.len - i) : NULL;
        if (i == 0 || !end || !strchr("\r\n;", body.data[i]))
            break;
        const size_t at = (size_t)(end - body.data) + 1;
        body = (struct slice){body.data + at, body.len - at};
        if (length == 0)
            return !out->failed;
        length = length < body.len ? length : body.len;
        buf_append(out, body.data, length);
        body = (struct slice){body.data + length, body.len - length};
        if (body.len && body.data[0] == '\r')
            body = (struct slice){body.data + 1, body.len - 1};
        if (body.len && body.data[0] == '\n')
            body = (struct slice){body.data + 1, body.len - 1};
    }
    buf_append(out, body.data, body.len);
    return !out->failed;
}

static struct stage *deflated(struct stage *below, const char *name)
{
    return stage_deflate(below, name);
}

/* What a body can be packed by, and its first bytes if they tell. */
static const struct {
    const char *name, *start;
    struct stage *(*stage)(struct stage *below, const char *name);
} codings[] = {{"gzip", "\x1f\x8b", stage_gzip},
               {"x-gzip", "\x1f\x8b", stage_gzip},
               {"deflate", "\x78", stage_zlib},
               {"deflate", "", deflated},
               {"br", "", stage_brotli},
               {"zstd", "\x28\xB5\x2F\xFD", stage_unpack}};

/* Unpacks a body; one that is a page already, whatever was said, stays. Of a
 * damaged one the part before the damage is taken, which the article notes. */
static int unpack_body(struct slice *body, struct slice coding, struct buf *out,
                       struct article *article, struct nh_error *err)
{
    const size_t count = sizeof codings / sizeof *codings;
    size_t i = 0, got;
    for (; i < count; i++)
        if (headers_is(coding, codings[i].name) &&
            strncmp(body->data, codings[i].start, strlen(codings[i].start)) ==
                0)
            break;
    if (i == count || body->len == 0 || reader_html.detect(slice_trim(*body)))
        return NH_OK;
    struct stage *below = stage_ahead(NULL, *body);
    struct stage *top =
        below ? codings[i].stage(below, "the body of a page") : NULL;
    int rc = top ? NH_OK : error_nomem(err);
    buf_reset(out);
    for (got = 1; rc == NH_OK && got > 0 && out->len <= INPUT_RECORD_MAX;) {
        rc = buf_reserve(out, 65536)
                 ? top->read(top, out->data + out->len, 65536, &got, err)
                 : error_nomem(err);
        out->len += rc == NH_OK ? got : 0;
    }
    stage_free(top ? top : below);
    if (rc == NH_OK && out->len > INPUT_RECORD_MAX)
        rc = error_set_at(err, NH_EDATA, 0, "a page is longer than %zu MiB",
                          INPUT_RECORD_MAX >> 20);
    *body = buf_slice(out);
    if (rc == NH_EIO && body->len) {
        article_damaged(article, err ? err->message : "it is damaged");
        return NH_OK;
    }
    return rc == NH_EIO ? NH_EDATA : rc;
}

int http_article(struct parse_context *ctx, struct slice answer,
                 struct slice url, struct article *out, struct nh_error *err)
{
    const size_t length = headers_length(answer);
    const struct slice head = {answer.data, length},
                       type = headers_find(head, "Content-Type");
    struct slice body = {answer.data + length, answer.len - length};
    struct buf joined = BUF_INIT, unpacked = BUF_INIT;
    char charset[40] = "";
    const struct slice name = headers_parameter(type, "charset");
    if (name.len < sizeof charset)
        memcpy(charset, name.data, name.len);
    int rc = NH_OK;
    if (headers_is(headers_find(head, "Transfer-Encoding"), "chunked")) {
        if (!join_chunks(body, &joined))
            rc = error_nomem(err);
        body = buf_slice(&joined);
    }
    if (rc == NH_OK)
        rc = unpack_body(&body, headers_find(head, "Content-Encoding"),
                         &unpacked, out, err);
    if (rc == NH_OK)
        rc =
            html_article(ctx, body, charset[0] ? charset : NULL, url, out, err);
    buf_release(&joined);
    buf_release(&unpacked);
    return rc;
}
