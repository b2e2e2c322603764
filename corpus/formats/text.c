/* Owns the reader of plain text: a file is an article, which may begin with a
 * block of fields (front matter), as those who write in Markdown have it.
 * Promises the text as it is, in UTF-8. */
#include <string.h>

#include "common/text/charset.h"
#include "corpus/input/reader.h"

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

/* ---- Front matter: YAML between lines of ---, TOML between lines of +++; of
 * both, keys with strings, numbers and lists of them. */

/* Longest block. */
#define MATTER_MAX 65536

static struct slice take_line(struct slice *text)
{
    const char *end = text->len ? memchr(text->data, '\n', text->len) : NULL;
    const size_t n = end ? (size_t)(end - text->data) : text->len;
    const struct slice line = {text->data, n};
    text->data += end ? n + 1 : n;
    text->len -= end ? n + 1 : n;
    return line;
}

static struct slice unquoted(struct slice s)
{
    s = slice_trim(s);
    if (s.len > 1 && strchr("\"'", s.data[0]) && s.data[s.len - 1] == s.data[0])
        s = (struct slice){s.data + 1, s.len - 2};
    return s;
}

static bool add_value(struct article *out, int field, struct slice value)
{
    value = unquoted(value);
    if (field < 0 || field == FIELD_BODY || value.len == 0)
        return true;
    if (field == FIELD_TITLE)
        return out->title.len || article_text(out, &out->title, value);
    if (field == FIELD_DATE)
        article_date(out, value);
    return field == FIELD_DATE || article_add(out, (enum field)field, value);
}

/* A value, or a list: [a, "b, c"]. */
static bool add_values(struct article *out, int field, struct slice value)
{
    bool good = true;
    value = slice_trim(value);
    if (value.len < 2 || value.data[0] != '[' ||
        value.data[value.len - 1] != ']')
        return add_value(out, field, value);
    value = (struct slice){value.data + 1, value.len - 2};
    while (good && value.len) {
        size_t n = 0;
        char quote = 0;
        for (; n < value.len && (quote || value.data[n] != ','); n++) {
            const char c = value.data[n];
            if (quote ? c == quote : c == '"' || c == '\'')
                quote = quote ? 0 : c;
        }
        good = add_value(out, field, (struct slice){value.data, n});
        n += n < value.len;
        value = (struct slice){value.data + n, value.len - n};
    }
    return good;
}

/* A line of a block: a key with a value; or an item, or a part of one, of the
 * key above. */
struct matter_line {
    struct slice key, value;
    bool inner;
};

/* Whether a line can be one of a block. */
static bool read_line(struct slice line, char sign, struct matter_line *out)
{
    struct slice text = slice_trim(line);
    memset(out, 0, sizeof *out);
    out->inner = line.len && strchr(" \t-", line.data[0]);
    if (text.len == 0 || text.data[0] == '#')
        return true;
    if (out->inner && text.data[0] == '-') {
        out->value = slice_trim((struct slice){text.data + 1, text.len - 1});
        return true;
    }
    const char *at = memchr(text.data, sign, text.len);
    const size_t n = at ? (size_t)(at - text.data) : text.len;
    out->key = unquoted((struct slice){text.data, n});
    out->value = (struct slice){text.data + n + (at != NULL),
                                text.len - n - (at != NULL)};
    for (size_t i = 0; i < out->key.len && !out->inner; i++)
        if (strchr(" \t.!?", out->key.data[i]))
            return false;
    return out->inner || (at && out->key.len > 0);
}

/* The block at the front of a text, without its marks; *rest is what is behind.
 * False if there is none. */
static bool find_matter(struct slice text, char sign, struct slice *block,
                        struct slice *rest)
{
    struct matter_line line;
    const struct slice mark = slice_trim(take_line(&text));
    *block = *rest = text;
    while (rest->len && block->len - rest->len < MATTER_MAX) {
        const char *at = rest->data;
        const struct slice next = take_line(rest);
        if (slice_equal(slice_trim(next), mark)) {
            block->len = (size_t)(at - block->data);
            return true;
        }
        if (!read_line(next, sign, &line))
            return false;
    }
    return false;
}

/* Reads a block at the front of a text, which is then what is left; a text
 * without one stays. False if memory ran out. */
static bool read_matter(struct parse_context *ctx, struct slice *text,
                        struct article *out)
{
    struct slice first = *text, block, rest;
    struct matter_line line;
    first = slice_trim(take_line(&first));
    const bool yaml = slice_equal(first, slice_of("---"));
    const char sign = yaml ? ':' : '=';
    if ((!yaml && !slice_equal(first, slice_of("+++"))) ||
        !find_matter(*text, sign, &block, &rest))
        return true;
    *text = slice_trim(rest);
    bool good = true;
    int field = -1, rank;
    while (good && block.len) {
        read_line(take_line(&block), sign, &line);
        if (line.inner && line.key.len &&
            !slice_equal(line.key, slice_of("name")))
            continue;
        if (!line.inner && line.key.len)
            field = reader_field(ctx->map, line.key, &rank);
        good = add_values(out, field, line.value);
    }
    return good;
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
    if (!read_matter(ctx, &text, out))
        return error_nomem(err);
    if (text.len == 0 && out->title.len == 0)
        return error_set_at(err, NH_EDATA, 0, "there is no text in it");
    struct slice title = out->title.len ? out->title : text_title(text);
    struct slice body = text;
    if (title.len && !out->title.len) {
        const char *after = title.data + title.len;
        body.len = (size_t)(text.data + text.len - after);
        body.data = after;
        body = slice_trim(body);
    }
    if ((!out->title.len && !article_text(out, &out->title, title)) ||
        !article_text(out, &out->body, body))
        return error_nomem(err);
    return NH_OK;
}

const struct reader reader_text = {
    "text",
    "plain text, one article a file; a short first line is its title; "
    "front matter",
    true,
    text_detect,
    input_whole,
    text_parse};
