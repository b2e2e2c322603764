/* Owns the reader of MHTML (RFC 2557): a page that a browser saved with all
 * that belongs to it, as a message. Promises the page alone. */
#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "corpus/markup/headers.h"
#include "corpus/markup/html.h"
#include "corpus/markup/mime.h"

/* Most parts that are looked at, and how deep they stand in others. */
#define PARTS_MAX 4096
#define DEPTH_MAX 4

/* Whether fields are of a page, not of mail: the type is one of pages, and they
 * say where the page was, or that a browser saved it. */
static bool is_page(struct slice head)
{
    const struct slice type = headers_find(head, "Content-Type"),
                       from = headers_find(head, "From");
    const bool saved = slice_starts(from, "<Saved by") ||
                       slice_starts(from, "\"Saved by") ||
                       slice_starts(from, "Saved by"),
               placed =
                   headers_find(head, "Snapshot-Content-Location").len > 0 ||
                   headers_find(head, "Content-Location").len > 0;
    return (headers_is(type, "multipart/related") ||
            headers_is(type, "multipart/mixed") ||
            headers_is(type, "text/html")) &&
           (saved || placed) && !headers_find(head, "Received").len &&
           !headers_find(head, "To").len;
}

static bool mhtml_detect(struct slice head)
{
    const struct slice fields = {head.data, mime_head_length(head)};
    return reader_mail.detect(head) && is_page(fields);
}

/* Finds the first part that is a page, itself or one of its parts. */
static bool find_page(struct slice part, int depth, struct slice *page)
{
    const size_t length = mime_head_length(part);
    const struct slice head = {part.data, length},
                       type = headers_find(head, "Content-Type"),
                       boundary = headers_parameter(type, "boundary");
    struct slice body = {part.data + length, part.len - length}, inner;
    if (headers_is(type, "text/html") ||
        headers_is(type, "application/xhtml+xml")) {
        *page = part;
        return true;
    }
    if (!slice_starts(type, "multipart/") || !boundary.len || depth == 0)
        return false;
    for (int i = 0; i < PARTS_MAX && mime_part(&body, boundary, &inner); i++)
        if (find_page(inner, depth - 1, page))
            return true;
    return false;
}

/* An address without < and >; empty if it is none, or not in UTF-8. */
static struct slice address(struct slice text)
{
    if (text.len > 1 && text.data[0] == '<' && text.data[text.len - 1] == '>')
        text = (struct slice){text.data + 1, text.len - 2};
    return slice_starts(text, "http") && utf8_valid(text.data, text.len)
               ? text
               : (struct slice){"", 0};
}

static int mhtml_parse(struct parse_context *ctx, struct slice record,
                       struct article *out, struct nh_error *err)
{
    struct slice page;
    struct buf bytes = BUF_INIT;
    char charset[40];
    if (!find_page(record, DEPTH_MAX, &page))
        return error_set_at(err, NH_EDATA, 0, "there is no page in it");
    const struct slice all = {record.data, mime_head_length(record)};
    const size_t length = mime_head_length(page);
    const struct slice head = {page.data, length},
                       body = {page.data + length, page.len - length};
    struct slice url = address(headers_find(all, "Snapshot-Content-Location"));
    if (!url.len)
        url = address(headers_find(head, "Content-Location"));
    if (!url.len)
        url = address(headers_find(all, "Content-Location"));
    const char *name = mime_charset(
        headers_parameter(headers_find(head, "Content-Type"), "charset"),
        charset, NULL);
    int rc =
        mime_body(headers_find(head, "Content-Transfer-Encoding"), body, &bytes)
            ? html_article(ctx, buf_slice(&bytes), name, url, out, err)
            : error_nomem(err);
    buf_release(&bytes);
    if (rc == NH_OK && !out->title.len) {
        rc = mime_field(ctx, headers_find(all, "Subject"), err);
        if (rc == NH_OK &&
            !article_text(out, &out->title, slice_trim(buf_slice(&ctx->work))))
            rc = error_nomem(err);
    }
    return rc;
}

const struct reader reader_mhtml = {
    "mhtml",     "pages that a browser saved in one file (MHTML)",
    true,        mhtml_detect,
    input_whole, mhtml_parse};
