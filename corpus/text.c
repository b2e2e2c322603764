/* Owns the reader of plain text: a file is an article.
 * Promises the text as it is, in UTF-8. */
#include <string.h>

#include "common/charset.h"
#include "corpus/reader.h"

/* Longest first line that is taken for a title, bytes. */
#define TITLE_MAX 160

static bool text_detect(struct slice head)
{
    return head.len > 0;
}

/* A first line that is short, is followed by more, and does not end as a
 * sentence does. Empty if there is none. */
static struct slice text_title(struct slice text)
{
    struct slice none = {text.data, 0};
    const char *end = memchr(text.data, '\n', text.len);
    if (!end)
        return none;
    struct slice line =
        slice_trim((struct slice){text.data, (size_t)(end - text.data)});
    if (line.len == 0 || line.len > TITLE_MAX ||
        strchr(".,;:", line.data[line.len - 1]))
        return none;
    struct slice rest = {end, text.len - (size_t)(end - text.data)};
    return slice_trim(rest).len ? line : none;
}

static int text_parse(struct parse_context *ctx, struct slice record,
                      struct article *out, struct nh_error *err)
{
    buf_reset(&ctx->text);
    int rc = charset_to_utf8(record, ctx->charset, &ctx->text, err);
    if (rc != NH_OK)
        return rc;
    struct slice text =
        slice_trim((struct slice){ctx->text.data, ctx->text.len});
    if (text.len == 0)
        return error_set_at(err, NH_EDATA, 0, "there is no text in it");
    struct slice title = text_title(text);
    struct slice body = text;
    if (title.len) {
        const char *after = title.data + title.len;
        body.len = (size_t)(text.data + text.len - after);
        body.data = after;
        body = slice_trim(body);
    }
    if (!article_text(out, &out->title, title) ||
        !article_text(out, &out->body, body))
        return error_nomem(err);
    return NH_OK;
}

const struct reader reader_text = {
    "text",
    "plain text, one article a file; a short first line is its title",
    true,
    text_detect,
    input_whole,
    text_parse};
