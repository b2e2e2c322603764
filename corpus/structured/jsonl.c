/* Owns the reader of JSON lines: one object a line, one article an object.
 * Promises to take the usual key names and to say what is wrong with a line. */
#include <string.h>
#include <strings.h>

#include "common/base/json_in.h"
#include "common/base/utf8.h"
#include "common/text/charset.h"
#include "corpus/markup/html.h"
#include "corpus/structured/json_doc.h"
#include "corpus/structured/jsonl.h"
#include "corpus/structured/kinds.h"
#include "corpus/structured/values.h"

/* An object that ends with its line, or a line longer than the head; but no
 * line that is a document. */
static bool jsonl_detect(struct slice head)
{
    if (!reader_starts_object(head))
        return false;
    const char *end = memchr(head.data, '\n', head.len);
    struct slice line = slice_trim(
        (struct slice){head.data, end ? (size_t)(end - head.data) : head.len});
    return (!end || line.data[line.len - 1] == '}') && !json_is_document(line);
}

static int jsonl_split(struct input *in, struct slice *record, uint64_t *offset,
                       struct nh_error *err)
{
    for (;;) {
        size_t at;
        int found = input_find(in, "\n", 0, &at, err);
        if (found == NH_EDATA) { /* drop the line, however long it is */
            struct nh_error later;
            while (found == NH_EDATA) {
                input_skip(in, INPUT_RECORD_MAX);
                found = input_find(in, "\n", 0, &at, &later);
            }
            if (found < 0) {
                if (err)
                    *err = later;
                return found;
            }
            input_skip(in, found == 1 ? at + 1 : at);
            return NH_EDATA;
        }
        if (found < 0)
            return found;
        struct slice line;
        int rc = input_peek(in, at, &line, err);
        if (rc != NH_OK)
            return rc;
        *offset = in->offset;
        *record = slice_trim((struct slice){line.data, at});
        if (found == 0 && at == 0)
            return 0;
        /* The window is only moved by the next read. */
        in->start += found ? at + 1 : at;
        in->offset += found ? at + 1 : at;
        if (record->len > 0)
            return 1;
    }
}

static bool ends_with(struct slice s, const char *end)
{
    const size_t n = strlen(end);
    return s.len >= n && memcmp(s.data + s.len - n, end, n) == 0;
}

/* ---- Which value each field gets. */

/* The best value for each field: a mapped key, else the best known key that
 * has something in it. */
struct chosen {
    const struct json_value *value[FIELD_COUNT];
    int rank[FIELD_COUNT];
};

/* Whether an object has a title of its own, and so is no text. */
static bool has_title(const struct json_value *object)
{
    int rank;
    for (const struct json_value *v = object->first; v; v = v->next)
        if (schema_find_key(v->name, &rank) == FIELD_TITLE &&
            values_text_of(v).len)
            return true;
    return false;
}

/* Whether there is nothing for the field in a value. */
static bool is_empty(const struct parse_context *ctx, int field,
                     const struct json_value *v)
{
    switch (v->type) {
    case JSON_STRING:
        return v->text.len == 0 ||
               (!ctx->plain && v->text.len < 10 && reader_is_null(v->text));
    case JSON_NUMBER:
        return schema_fields[field].kind == FIELD_KIND_NAME;
    case JSON_ARRAY:
        return !v->first;
    case JSON_OBJECT:
        return !v->first || (field == FIELD_BODY && has_title(v)) ||
               (field <= FIELD_DATE && !values_text_of(v).len &&
                !(field == FIELD_DATE && json_get(v, "date-parts")));
    default:
        return true;
    }
}

static void choose(struct parse_context *ctx, const struct json_value *record,
                   struct chosen *c)
{
    memset(c, 0, sizeof *c);
    size_t place = 0;
    for (const struct json_value *v = record->first; v; v = v->next) {
        int rank, field = reader_field_at(ctx, place++, v->name, &rank);
        if (field < 0 || is_empty(ctx, field, v))
            continue;
        const struct json_value *old = c->value[field];
        if (old && c->rank[field] <= rank && !slice_equal(old->name, v->name))
            continue; /* of two of the same name the last counts */
        c->value[field] = v;
        c->rank[field] = rank;
    }
}

/* Objects inside of a record: the article itself where what is around it is
 * none, and those that say more of the article that they stand in. */
static const char *const wraps[] = {
    "_source",  "item",   "article",    "data",       "doc",
    "document", "node",   "post",       "story",      "entry",
    "record",   "fields", "attributes", "properties", "response",
    "content",  "result", "payload",    "info",       NULL};
static const char *const parts[] = {
    "fields",    "attributes",  "properties", "metadata", "meta", "thread",
    "_embedded", "frontmatter", "blocks",     "info",     NULL};
/* A wrap may be in another. */
#define WRAPS_MAX 3

/* Takes what there is no value for. */
static void fill_gaps(struct chosen *c, const struct chosen *from)
{
    for (int f = 0; f < FIELD_COUNT; f++)
        if (!c->value[f])
            c->value[f] = from->value[f];
}

static bool has_text(const struct chosen *c)
{
    return c->value[FIELD_TITLE] || c->value[FIELD_BODY];
}

static bool is_one(struct slice name, const char *const *list)
{
    for (; *list; list++)
        if (slice_equal(name, slice_of(*list)))
            return true;
    return false;
}

/* Chooses among the members of a record and of the objects in it that belong to
 * the article; *record becomes the object that is the article. */
static void choose_deep(struct parse_context *ctx,
                        const struct json_value **record, unsigned depth,
                        struct chosen *c)
{
    struct chosen inner;
    choose(ctx, *record, c);
    const bool wrapped = !has_text(c);
    if (depth == WRAPS_MAX)
        return;
    for (const struct json_value *v = (*record)->first; v; v = v->next) {
        const bool wrap =
            (wrapped || !c->value[FIELD_BODY]) && is_one(v->name, wraps);
        if (v->type != JSON_OBJECT ||
            (!wrap && (wrapped || !is_one(v->name, parts))))
            continue;
        const struct json_value *found = v;
        choose_deep(ctx, &found, depth + 1, &inner);
        if (wrapped && has_text(&inner)) {
            fill_gaps(&inner, c);
            *c = inner;
            *record = found;
            return;
        }
        if (!wrapped)
            fill_gaps(c, &inner);
    }
}

/* An article that was stored empty, as export writes it. */
static bool says_empty(const struct json_value *record)
{
    static const char *const keys[] = {"id", "title", "body"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct json_value *v = json_get(record, keys[i]);
        if (!v || v->type != JSON_STRING)
            return false;
    }
    return true;
}

static bool set_text(struct parse_context *ctx, const struct json_value *v,
                     struct article *out, bool title)
{
    struct slice *where = title ? &out->title : &out->body;
    const bool markup = !ctx->plain && ends_with(v->name, "html");
    if (v->type == JSON_STRING && !markup && values_is_text(ctx, v->text))
        return article_text(out, where, v->text);
    buf_reset(&ctx->work);
    if (!values_append(ctx, v, markup))
        return false;
    for (size_t i = 0; title && v->type != JSON_STRING && i < ctx->work.len;
         i++)
        if (ctx->work.data[i] == '\n')
            ctx->work.data[i] = ' ';
    return article_text(out, where, buf_slice(&ctx->work));
}

/* Reads a date: of a string or number, of an object ({"$date": ...}), of a list
 * of numbers ({"date-parts": [[2024, 5, 1]]}). */
static bool set_date(struct parse_context *ctx, const struct json_value *v,
                     struct article *out)
{
    const struct json_value *list =
        v->type == JSON_OBJECT ? json_get(v, "date-parts") : NULL;
    struct slice text = values_text_of(v);
    buf_reset(&ctx->work);
    if (list && list->first && list->first->type == JSON_ARRAY) {
        for (const struct json_value *n = list->first->first; n; n = n->next) {
            if (ctx->work.len)
                buf_append_byte(&ctx->work, '-');
            if (n->text.len == 1)
                buf_append_byte(&ctx->work, '0');
            buf_append(&ctx->work, n->text.data, n->text.len);
        }
        text = buf_slice(&ctx->work);
    }
    article_date(out, text);
    return !ctx->work.failed;
}

static bool set_field(struct parse_context *ctx, enum field field,
                      const struct chosen *c, struct article *out)
{
    const struct json_value *v = c->value[field],
                            *title = c->value[FIELD_TITLE];
    switch (field) {
    case FIELD_TITLE:
    case FIELD_BODY:
        return set_text(ctx, v, out, field == FIELD_TITLE);
    case FIELD_DATE:
        return set_date(ctx, v, out);
    case FIELD_TOPIC:
        /* Where titles are {"rendered": ...}, categories are numbers of
         * others' tables. */
        return (title && title->type == JSON_OBJECT && v->type == JSON_ARRAY &&
                v->first->type == JSON_NUMBER) ||
               kinds_add_subjects(ctx, out, v);
    default:
        return values_add(ctx, out, field, v);
    }
}

/* The page that a crawler put into a record without a title, or nothing. */
static struct slice page_of(const struct parse_context *ctx,
                            const struct chosen *c)
{
    const struct json_value *v = c->value[FIELD_BODY];
    const struct slice none = {NULL, 0};
    if (ctx->plain || c->value[FIELD_TITLE] || !v || v->type != JSON_STRING)
        return none;
    const struct slice text = slice_trim(v->text);
    return slice_starts(text, "<!doctype html") || slice_starts(text, "<html")
               ? text
               : none;
}

/* Fills what a record does not say from the page in it. Overwrites the tree of
 * the record. */
static int read_page(struct parse_context *ctx, struct slice page,
                     struct article *out, struct nh_error *err)
{
    struct article a;
    bool has[FIELD_COUNT];
    memset(&a, 0, sizeof a);
    a.date_order = out->date_order;
    for (int f = 0; f < FIELD_COUNT; f++)
        has[f] = article_get(out, (enum field)f).len > 0;
    int rc =
        html_article(ctx, page, NULL, article_get(out, FIELD_URL), &a, err);
    bool good = rc != NH_OK || (article_text(out, &out->title, a.title) &&
                                article_text(out, &out->body, a.body));
    for (size_t i = 0; rc == NH_OK && good && i < a.count; i++)
        good = has[a.values[i].field] ||
               article_add(out, a.values[i].field, a.values[i].text);
    if (rc == NH_OK && out->date.precision == DATE_NONE)
        out->date = a.date;
    article_release(&a);
    return good ? rc : error_nomem(err);
}

static int fill_article(struct parse_context *ctx,
                        const struct json_value *record, struct article *out,
                        struct nh_error *err)
{
    struct chosen c;
    choose_deep(ctx, &record, 0, &c);
    const struct slice page = page_of(ctx, &c);
    const bool empty = says_empty(record);
    for (int f = 0; f < FIELD_COUNT; f++)
        if (c.value[f] && !(f == FIELD_BODY && page.len) &&
            !set_field(ctx, (enum field)f, &c, out))
            return error_nomem(err);
    if (!kinds_add(ctx, out, json_get(record, "entities")) ||
        !kinds_add(ctx, out, json_get(record, "concepts")))
        return error_nomem(err);
    const int rc = page.len ? read_page(ctx, page, out, err) : NH_OK;
    if (rc == NH_OK && slice_trim(out->title).len == 0 &&
        slice_trim(out->body).len == 0 && !empty)
        return error_set_at(err, NH_EDATA, 0,
                            "the record has neither a title nor a text");
    return rc;
}

/* Half of a surrogate pair in an id is U+FFFD and its four hex digits, so that
 * ids with different halves stay different. */
static bool mend_id(const struct json_value *id, struct buf *out)
{
    const struct slice s = values_text_of(id);
    buf_reset(out);
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char *p = (const unsigned char *)s.data + i;
        if (p[0] == 0xED && i + 2 < s.len && p[1] >= 0xA0) {
            buf_printf(out, "\xEF\xBF\xBD%04x",
                       0xD000u | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu));
            i += 2;
        } else {
            buf_append_byte(out, p[0]);
        }
    }
    return !out->failed;
}

/* Adds the id of a record that has halves of surrogate pairs, before the rest
 * of it is read. */
static int add_broken_id(struct parse_context *ctx, struct slice record,
                         struct article *out, struct nh_error *err)
{
    const struct json_value *v;
    struct chosen c;
    ctx->json.keep_halves = true;
    int rc = json_parse(&ctx->json, record, &v, err);
    ctx->json.keep_halves = false;
    if (rc != NH_OK || v->type != JSON_OBJECT)
        return rc;
    choose_deep(ctx, &v, 0, &c);
    if (c.value[FIELD_ID] &&
        (!mend_id(c.value[FIELD_ID], &ctx->work) ||
         !article_add(out, FIELD_ID, buf_slice(&ctx->work))))
        return error_nomem(err);
    return NH_OK;
}

int json_article(struct parse_context *ctx, struct slice record,
                 struct article *out, struct nh_error *err)
{
    const struct json_value *v;
    buf_reset(&ctx->text);
    if (!utf8_valid(record.data, record.len) ||
        (unsigned char)record.data[0] == 0xEF) {
        int rc = charset_to_utf8(record, ctx->charset, &ctx->text, err);
        if (rc != NH_OK)
            return rc;
        record = (struct slice){ctx->text.data, ctx->text.len};
    }
    int rc = json_parse(&ctx->json, record, &v, err);
    if (rc == NH_OK && ctx->json.halves)
        rc = add_broken_id(ctx, record, out, err);
    if (rc == NH_OK && ctx->json.halves)
        rc = json_parse(&ctx->json, record, &v, err);
    if (rc != NH_OK)
        return rc;
    if (v->type != JSON_OBJECT)
        return error_set_at(err, NH_EDATA, 0, "this is not a JSON object");
    const bool plain = ctx->plain;
    const struct json_value *mark = json_get(v, JSON_PLAIN);
    ctx->plain = plain || (mark && mark->type == JSON_TRUE);
    rc = fill_article(ctx, v, out, err);
    ctx->plain = plain;
    return rc;
}

const struct reader reader_jsonl = {
    "jsonl",     "JSON lines, one object an article; see --map for other keys",
    false,       jsonl_detect,
    jsonl_split, json_article};
