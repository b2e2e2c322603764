/* Owns the reader of web archives (WARC 1.0 and 1.1, ISO 28500): the pages in
 * them, and texts that were made of pages (WET).
 * Promises to pass over what is no page without reading it into memory. */
#include <string.h>

#include "common/base/utf8.h"
#include "corpus/formats/http.h"
#include "corpus/markup/headers.h"

/* Longest header of a record, or of a server's answer. */
#define HEADER_MAX 65536

static bool warc_detect(struct slice head)
{
    return head.len > 5 && memcmp(head.data, "WARC/", 5) == 0;
}

/* What a record of the archive is to us. */
enum kind { OTHER, PAGE, ANSWER, TEXT };

/* What a record is, by its header, and the beginning of its block. */
static enum kind kind_of(struct slice header, struct slice block)
{
    const struct slice kind = headers_find(header, "WARC-Type"),
                       type = headers_find(header, "Content-Type");
    if (headers_is(kind, "response"))
        return http_has_page(block) ? ANSWER : OTHER;
    if (headers_is(kind, "resource") && http_is_page(type))
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

/* The length that a header says; false if it says none. */
static bool read_length(struct slice header, uint64_t *length)
{
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
    return read_length(header, length);
}

/* Length of a record's header: to its empty line, or to the next record where
 * it has none. */
static size_t header_length(struct slice have)
{
    const char *end = have.data + have.len, *line = have.data;
    while ((line = memchr(line, '\n', (size_t)(end - line))) != NULL) {
        const struct slice rest = {line + 1, (size_t)(end - line - 1)};
        line++;
        if (rest.len == 0 || *line == '\n' || *line == '\r')
            break;
        if (warc_detect(rest))
            return (size_t)(line - have.data);
    }
    return headers_length(have);
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
    const size_t head = header_length(have);
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
    /* Of a page that is cut, the beginning; warc_parse notes it. */
    const size_t whole = head + (size_t)length;
    rc = input_look(in, whole, &have, err);
    if (rc != NH_OK)
        return rc;
    *record = input_take(in, have.len < whole ? have.len : whole);
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

/* ---- Articles. */

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
        rc = http_article(ctx, block, url, out, err);
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
    uint64_t said;
    if (read_length(head, &said) && block.len < said)
        article_damaged(out, "the file ends inside the page");
    /* When it was fetched, for want of better. */
    xml_set_date(out, headers_find(head, "WARC-Date"));
    return rc;
}

const struct reader reader_warc = {
    "warc",     "web archives (WARC, WET): the articles on pages in them",
    false,      warc_detect,
    warc_split, warc_parse};
