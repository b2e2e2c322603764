/* Owns the reader of web archives (WARC 1.0 and 1.1, ISO 28500): the pages in
 * them, and texts that were made of pages (WET).
 * Promises to pass over what is no page without reading it into memory. */
#include <string.h>

#include "common/base/utf8.h"
#include "corpus/markup/headers.h"
#include "corpus/markup/html.h"

/* Longest header of a record, or of a server's answer. */
#define HEADER_MAX 65536

static bool warc_detect(struct slice head)
{
    return head.len > 5 && memcmp(head.data, "WARC/", 5) == 0;
}

/* What a record of the archive is to us. */
enum kind { OTHER, PAGE, ANSWER, TEXT };

static bool is_page_type(struct slice type)
{
    return headers_is(type, "text/html") ||
           headers_is(type, "application/xhtml+xml");
}

/* Whether a server's answer has a page in it. */
static bool has_page(struct slice answer)
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
    return type.len ? is_page_type(type) : rest.len && reader_html.detect(rest);
}

/* What a record is, by its header, and the beginning of its block. */
static enum kind kind_of(struct slice header, struct slice block)
{
    const struct slice kind = headers_find(header, "WARC-Type"),
                       type = headers_find(header, "Content-Type");
    if (headers_is(kind, "response"))
        return has_page(block) ? ANSWER : OTHER;
    if (headers_is(kind, "resource") && is_page_type(type))
        return PAGE;
    return headers_is(kind, "conversion") && headers_is(type, "text/plain")
               ? TEXT
               : OTHER;
}

/* Moves to the next record. 1; 0 at the end; NH_EDATA. */
static int find_record(struct input *in, struct nh_error *err)
{
    struct slice have;
    bool lost = false;
    for (;;) {
        int rc = input_peek(in, 6, &have, err);
        if (rc != NH_OK)
            return rc;
        if (warc_detect(have))
            return lost ? NH_EDATA : 1;
        if (have.len == 0)
            return lost ? NH_EDATA : 0;
        const bool space = strchr("\r\n", have.data[0]) != NULL;
        if (!space && !lost) {
            lost = true;
            error_set_at(err, NH_EDATA, in->offset,
                         "there is no record where one should begin");
        }
        input_skip(in, 1);
    }
}

static int cut_short(struct input *in, struct nh_error *err)
{
    error_set_at(err, NH_EDATA, in->offset, "the file ends inside a record");
    return input_give_up(in, NH_EDATA);
}

/* Length of the block behind a record's header: 1; 0 if there is none. */
static int block_length(struct input *in, struct slice header, uint64_t *length,
                        struct nh_error *err)
{
    if (!memchr(header.data, '\r', header.len)) {
        /* The file went through something that changed its line ends, so that
         * no length holds: to the next record. */
        size_t at;
        int found = input_find(in, "\nWARC/1.", header.len, &at, err);
        *length = found >= 0 ? at - header.len : 0;
        return found < 0 ? found : 1;
    }
    const struct slice text = headers_find(header, "Content-Length");
    *length = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' ||
            *length > UINT64_MAX / 100)
            return false;
        *length = *length * 10 + (uint64_t)(text.data[i] - '0');
    }
    return text.len > 0;
}

/* The record that the input stands at; 1 if it has an article, 0 if not: it is
 * left behind then. Else an error. */
static int read_record(struct input *in, struct slice *record, uint64_t *offset,
                       struct nh_error *err)
{
    struct slice have;
    uint64_t length;
    *offset = in->offset;
    int rc = input_look(in, HEADER_MAX, &have, err);
    if (rc != NH_OK)
        return rc;
    const size_t head = headers_length(have);
    int found = block_length(in, (struct slice){have.data, head}, &length, err);
    if (found < 0)
        return found == NH_EDATA ? input_give_up(in, found) : found;
    if (found == 0) {
        input_skip(in, 5 < have.len ? 5 : have.len); /* to the next */
        return error_set_at(err, NH_EDATA, *offset,
                            "a record of the archive says no length");
    }
    rc = input_peek(in, 1, &have, err);
    if (rc != NH_OK)
        return rc;
    const struct slice block = {have.data + head, have.len - head};
    const bool wanted =
        kind_of((struct slice){have.data, head}, block) != OTHER;
    if (wanted && length > INPUT_RECORD_MAX - head)
        error_set_at(err, NH_EDATA, *offset, "a page is longer than %zu MiB",
                     INPUT_RECORD_MAX >> 20);
    if (!wanted || length > INPUT_RECORD_MAX - head) {
        rc = input_pass(in, head + length, err);
        return rc == 0            ? cut_short(in, err)
               : rc < 0 || wanted ? (rc < 0 ? rc : NH_EDATA)
                                  : 0;
    }
    rc = input_peek(in, head + (size_t)length, &have, err);
    if (rc != NH_OK)
        return rc;
    if (have.len < head + length)
        return cut_short(in, err);
    *record = input_take(in, head + (size_t)length);
    return 1;
}

static int warc_split(struct input *in, struct slice *record, uint64_t *offset,
                      struct nh_error *err)
{
    for (;;) {
        int rc = input_pass(in, 0, err);
        *offset = in->offset;
        if (rc == 1)
            rc = find_record(in, err);
        if (rc == 1)
            rc = read_record(in, record, offset, err);
        else if (rc == 0)
            return 0;
        if (rc != 0)
            return rc;
    }
}

/* ---- Answers of web servers. */

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

/* Unpacks a body; one that is a page already, whatever was said, stays. */
static int unpack_body(struct slice *body, struct slice coding, struct buf *out,
                       struct nh_error *err)
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
    return rc == NH_EIO ? NH_EDATA : rc;
}

static int parse_answer(struct parse_context *ctx, struct slice answer,
                        struct slice url, struct article *out,
                        struct nh_error *err)
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
                         &unpacked, err);
    if (rc == NH_OK)
        rc =
            html_article(ctx, body, charset[0] ? charset : NULL, url, out, err);
    buf_release(&joined);
    buf_release(&unpacked);
    return rc;
}

static int warc_parse(struct parse_context *ctx, struct slice record,
                      struct article *out, struct nh_error *err)
{
    const size_t length = headers_length(record);
    const struct slice head = {record.data, length},
                       block = {record.data + length, record.len - length};
    struct slice url = headers_find(head, "WARC-Target-URI");
    if (url.len > 1 && url.data[0] == '<') /* WARC 1.0 */
        url = (struct slice){url.data + 1, url.len - 2};
    if (!utf8_valid(url.data, url.len))
        url.len = 0;
    int rc = NH_OK;
    switch (kind_of(head, block)) {
    case ANSWER:
        rc = parse_answer(ctx, block, url, out, err);
        break;
    case PAGE:
        rc = html_article(ctx, block, NULL, url, out, err);
        break;
    case TEXT:
        rc = reader_text.parse(ctx, block, out, err);
        if (rc == NH_OK && !article_add(out, FIELD_URL, url))
            rc = error_nomem(err);
        break;
    default:
        rc = error_set_at(err, NH_EDATA, 0, "there is no page in it");
    }
    /* When it was fetched, for want of better. */
    xml_set_date(out, headers_find(head, "WARC-Date"));
    return rc;
}

const struct reader reader_warc = {
    "warc",     "web archives (WARC, WET): the articles on pages in them",
    false,      warc_detect,
    warc_split, warc_parse};
