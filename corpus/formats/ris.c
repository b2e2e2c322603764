/* Owns the reader of RIS, in which data bases of newspapers give references:
 * lines "TI  - VALUE" from TY to ER; a line without a tag continues the one
 * before. */
#include <string.h>

#include "common/text/charset.h"
#include "corpus/markup/xml.h"

/* Bytes of "TI  - " without the last space. */
#define TAG_BYTES 5
/* Lines that a data base may write before the first reference. */
#define LINES_BEFORE 12

/* Whether a line begins with a tag: a capital, a capital or digit, "  -". */
static bool has_tag(struct slice line)
{
    return line.len >= TAG_BYTES && line.data[0] >= 'A' &&
           line.data[0] <= 'Z' &&
           ((line.data[1] >= 'A' && line.data[1] <= 'Z') ||
            (line.data[1] >= '0' && line.data[1] <= '9')) &&
           memcmp(line.data + 2, "  -", 3) == 0 &&
           (line.len == TAG_BYTES || strchr(" \r\n", line.data[TAG_BYTES]));
}

static bool is_tag(struct slice line, const char *tag)
{
    return has_tag(line) && memcmp(line.data, tag, 2) == 0;
}

static struct slice take_line(struct slice *text)
{
    const char *end = text->len ? memchr(text->data, '\n', text->len) : NULL;
    const size_t n = end ? (size_t)(end - text->data) + 1 : text->len;
    const struct slice line = {text->data, n};
    *text = (struct slice){text->data + n, text->len - n};
    return line;
}

static bool ris_detect(struct slice head)
{
    for (int i = 0; i < LINES_BEFORE && head.len; i++) {
        const struct slice line = take_line(&head);
        if (is_tag(line, "TY"))
            return true;
        /* "Provider: A data base" */
        if (slice_trim(line).len && !memchr(line.data, ':', line.len))
            return false;
    }
    return false;
}

/* Distance to the next line with this tag, from the line at `from` on. As
 * input_find. */
static int find_line(struct input *in, const char *const *tags, size_t from,
                     size_t *at, struct nh_error *err)
{
    for (;;) {
        struct slice have;
        int rc = input_peek(in, from + TAG_BYTES + 1, &have, err);
        if (rc != NH_OK)
            return rc;
        const struct slice line = {have.data + from, have.len - from};
        for (size_t i = 0; tags[i]; i++)
            if (is_tag(line, tags[i])) {
                *at = from;
                return 1;
            }
        int found = input_find(in, "\n", from, at, err);
        if (found != 1)
            return found;
        from = *at + 1;
    }
}

static int ris_split(struct input *in, struct slice *record, uint64_t *offset,
                     struct nh_error *err)
{
    static const char *const starts[] = {"TY", NULL}, *const ends[] = {
                                                          "ER", "TY", NULL};
    size_t at, end;
    int found = find_line(in, starts, 0, &at, err);
    if (found == 1) {
        input_skip(in, at);
        *offset = in->offset;
        found = find_line(in, ends, TAG_BYTES, &end, err);
    } else if (found == 0) {
        input_skip(in, at);
        return 0;
    }
    if (found == NH_EDATA)
        input_skip(in, INPUT_RECORD_MAX);
    if (found < 0)
        return found;
    *record = input_take(in, end);
    return 1;
}

enum how { TITLE, BODY, DATE, NAME, VALUE };

/* Tags in the order in which they are taken. */
static const struct {
    const char *tag;
    enum how how;
    enum field field;
} tags[] = {{"TI", TITLE, FIELD_TITLE},   {"T1", TITLE, FIELD_TITLE},
            {"CT", TITLE, FIELD_TITLE},   {"AB", BODY, FIELD_BODY},
            {"N2", BODY, FIELD_BODY},     {"N1", BODY, FIELD_BODY},
            {"DA", DATE, FIELD_DATE},     {"Y1", DATE, FIELD_DATE},
            {"PY", DATE, FIELD_DATE},     {"AU", NAME, FIELD_AUTHOR},
            {"A1", NAME, FIELD_AUTHOR},   {"A2", NAME, FIELD_AUTHOR},
            {"T2", VALUE, FIELD_SOURCE},  {"JO", VALUE, FIELD_SOURCE},
            {"JF", VALUE, FIELD_SOURCE},  {"PB", VALUE, FIELD_SOURCE},
            {"UR", VALUE, FIELD_URL},     {"L2", VALUE, FIELD_URL},
            {"KW", VALUE, FIELD_TOPIC},   {"LA", VALUE, FIELD_LANGUAGE},
            {"SE", VALUE, FIELD_SECTION}, {"ID", VALUE, FIELD_ID},
            {"AN", VALUE, FIELD_ID}};

/* "2024/05/17/evening": parts that may be missing, with a slash behind each. */
static void set_date(struct article *out, struct slice text)
{
    char iso[12];
    size_t n = 0, parts = 0;
    for (size_t i = 0; i < text.len && n < 10; i++) {
        if (text.data[i] == '/' &&
            (++parts == 3 || i + 1 == text.len || text.data[i + 1] == '/'))
            break;
        iso[n++] = text.data[i] == '/' ? '-' : text.data[i];
    }
    const bool slashes = text.len && memchr(text.data, '/', text.len);
    xml_set_date(out, slashes ? (struct slice){iso, n} : text);
}

/* A name, which is "Last, First". */
static bool add_name(struct parse_context *ctx, struct article *out,
                     enum field field, struct slice name)
{
    const char *comma = name.len ? memchr(name.data, ',', name.len) : NULL;
    const size_t n = comma ? (size_t)(comma - name.data) : name.len;
    const struct slice first =
        comma ? slice_trim((struct slice){comma + 1, name.len - n - 1})
              : (struct slice){"", 0};
    if (!first.len || memchr(first.data, ',', first.len))
        return article_add(out, field, name);
    buf_reset(&ctx->other);
    buf_append(&ctx->other, first.data, first.len);
    buf_append_byte(&ctx->other, ' ');
    buf_append(&ctx->other, name.data, n);
    return !ctx->other.failed &&
           article_add(out, field, buf_slice(&ctx->other));
}

static bool add_value(struct parse_context *ctx, struct article *out,
                      size_t row, struct slice value)
{
    switch (tags[row].how) {
    case TITLE:
        return out->title.len || article_text(out, &out->title, value);
    case BODY:
        return out->body.len || article_text(out, &out->body, value);
    case DATE:
        set_date(out, value);
        return true;
    case NAME:
        return add_name(ctx, out, tags[row].field, value);
    case VALUE:
        break;
    }
    return tags[row].field == FIELD_LANGUAGE
               ? reader_add_language(out, value)
               : article_add(out, tags[row].field, value);
}

/* Puts the value at the front of a text in the work buffer: its line without
 * the tag, and lines that continue it. */
static struct slice take_value(struct parse_context *ctx, struct slice *text)
{
    struct slice line = take_line(text);
    buf_reset(&ctx->work);
    line =
        slice_trim((struct slice){line.data + TAG_BYTES, line.len - TAG_BYTES});
    buf_append(&ctx->work, line.data, line.len);
    while (text->len && !has_tag(*text)) {
        line = slice_trim(take_line(text));
        buf_append_byte(&ctx->work, '\n');
        buf_append(&ctx->work, line.data, line.len);
    }
    return slice_trim(buf_slice(&ctx->work));
}

/* Adds all values of one row of the table. */
static bool add_row(struct parse_context *ctx, struct slice text, size_t row,
                    struct article *out)
{
    bool good = true;
    while (good && text.len) {
        if (!is_tag(text, tags[row].tag)) {
            take_line(&text);
            continue;
        }
        const struct slice value = take_value(ctx, &text);
        good = !ctx->work.failed && add_value(ctx, out, row, value);
    }
    return good;
}

static int ris_parse(struct parse_context *ctx, struct slice record,
                     struct article *out, struct nh_error *err)
{
    buf_reset(&ctx->text);
    int rc = charset_to_utf8(record, ctx->charset, &ctx->text, err);
    for (size_t i = 0; rc == NH_OK && i < sizeof tags / sizeof *tags; i++)
        if (!add_row(ctx, buf_slice(&ctx->text), i, out))
            rc = error_nomem(err);
    return rc == NH_OK ? xml_complete(out, err) : rc;
}

const struct reader reader_ris = {
    "ris",     "RIS: references of data bases with abstracts",
    false,     ris_detect,
    ris_split, ris_parse};
