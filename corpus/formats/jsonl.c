/* Owns the reader of JSON lines: one object a line, one article an object.
 * Promises to take the usual key names and to say what is wrong with a line. */
#include <string.h>
#include <strings.h>

#include "common/base/json_in.h"
#include "common/base/utf8.h"
#include "common/text/charset.h"
#include "corpus/formats/jsonl.h"
#include "corpus/markup/xml.h"

/* An object that ends with its line, or a line longer than the head. */
static bool jsonl_detect(struct slice head)
{
    if (!reader_starts_object(head))
        return false;
    const char *end = memchr(head.data, '\n', head.len);
    if (!end)
        return true;
    struct slice line =
        slice_trim((struct slice){head.data, (size_t)(end - head.data)});
    return line.data[line.len - 1] == '}';
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

/* What a block of a body is, by its type: its text is markup. Others are
 * pictures, or stand elsewhere in the record. */
static const struct json_value *block_text(const struct json_value *block)
{
    const struct json_value *type = json_get(block, "type"),
                            *text = json_get(block, "content");
    const bool good =
        text && text->type == JSON_STRING &&
        (!type || type->type != JSON_STRING || ends_with(type->text, "html") ||
         ends_with(type->text, "text") || ends_with(type->text, "paragraph"));
    return good ? text : NULL;
}

/* Text of a body: a string, or paragraphs of an array; `markup` if it is HTML.
 * The work buffer gets it. */
static bool join_text(struct parse_context *ctx, const struct json_value *v,
                      bool markup)
{
    struct slice text = v->text;
    bool good = true;
    if (v->type == JSON_ARRAY) {
        for (v = v->first; good && v; v = v->next) {
            const struct json_value *block =
                v->type == JSON_OBJECT ? block_text(v) : v;
            good = !block || join_text(ctx, block, markup || block != v);
        }
    }
    if (!v || v->type != JSON_STRING)
        return good;
    if (markup && !html_text(text, &ctx->other))
        return false;
    if (markup)
        text = buf_slice(&ctx->other);
    if (ctx->work.len && text.len)
        buf_append_str(&ctx->work, "\n\n");
    buf_append(&ctx->work, text.data, text.len);
    return !ctx->work.failed;
}

static const struct json_value *first_of(const struct json_value *object,
                                         const char *const *keys)
{
    const struct json_value *v = NULL;
    for (; !v && *keys; keys++)
        v = json_get(object, *keys);
    return v;
}

/* Adds a value: a string or number, an object's name, or each of an array. */
static bool add_values(struct article *a, enum field field,
                       const struct json_value *v)
{
    static const char *const names[] = {"name", "by", NULL};
    switch (v->type) {
    case JSON_STRING:
    case JSON_NUMBER:
        return field == FIELD_AUTHOR ? reader_add_authors(a, v->text)
                                     : article_add(a, field, v->text);
    case JSON_OBJECT:
        v = first_of(v, names);
        return !v || v->type != JSON_STRING || add_values(a, field, v);
    case JSON_ARRAY:
        for (v = v->first; v; v = v->next) {
            /* A name in a list is one name, whatever is in it. */
            const bool good =
                v->type == JSON_STRING
                    ? article_add(a, field, v->text)
                    : v->type == JSON_ARRAY || add_values(a, field, v);
            if (!good)
                return false;
        }
        return true;
    default:
        return true;
    }
}

/* The best value for each field: a mapped key, else the best known key that
 * has something in it. */
struct chosen {
    const struct json_value *value[FIELD_COUNT];
    int rank[FIELD_COUNT];
};

static bool is_empty(const struct json_value *v)
{
    return v->type == JSON_NULL || (v->type == JSON_STRING && v->text.len == 0);
}

static void choose(struct parse_context *ctx, const struct json_value *record,
                   struct chosen *c)
{
    memset(c, 0, sizeof *c);
    size_t place = 0;
    for (const struct json_value *v = record->first; v; v = v->next) {
        int rank, field = reader_field_at(ctx, place++, v->name, &rank);
        if (field < 0 || is_empty(v))
            continue;
        const struct json_value *old = c->value[field];
        if (old && c->rank[field] <= rank && !slice_equal(old->name, v->name))
            continue; /* of two of the same name the last counts */
        c->value[field] = v;
        c->rank[field] = rank;
    }
}

/* The field that a kind of name is for, or -1. */
static int kind_field(struct slice kind)
{
    static const struct {
        const char *start;
        enum field field;
    } kinds[] = {{"person", FIELD_PERSON}, {"people", FIELD_PERSON},
                 {"per", FIELD_PERSON},    {"org", FIELD_ORG},
                 {"company", FIELD_ORG},   {"loc", FIELD_PLACE},
                 {"place", FIELD_PLACE},   {"gpe", FIELD_PLACE},
                 {"geo", FIELD_PLACE},     {"city", FIELD_PLACE},
                 {"country", FIELD_PLACE}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t n = strlen(kinds[i].start);
        if (kind.len >= n && strncasecmp(kind.data, kinds[i].start, n) == 0)
            return kinds[i].field;
    }
    return -1;
}

/* Adds "entities", as crawlers and taggers write them: {"persons": [...]} or
 * [{"type": "person", "name": "..."}]. */
static bool add_entities(struct article *out, const struct json_value *v)
{
    static const char *const types[] = {"type", "label", "entity_type",
                                        "category", NULL};
    static const char *const names[] = {"name",  "text", "entity",
                                        "value", "word", NULL};
    bool good = true;
    if (!v || (v->type != JSON_OBJECT && v->type != JSON_ARRAY))
        return true;
    const bool groups = v->type == JSON_OBJECT;
    for (v = v->first; good && v; v = v->next) {
        const struct json_value *type = groups ? v : first_of(v, types);
        const struct json_value *name = groups ? v : first_of(v, names);
        if (!type || !name || (!groups && type->type != JSON_STRING))
            continue;
        const int field = kind_field(groups ? v->name : type->text);
        good = field < 0 || add_values(out, (enum field)field, name);
    }
    return good;
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
                     struct article *out, struct slice *where)
{
    const bool markup = ends_with(v->name, "html");
    if (v->type == JSON_STRING && !markup)
        return article_text(out, where, v->text);
    buf_reset(&ctx->work);
    return join_text(ctx, v, markup) &&
           article_text(out, where,
                        (struct slice){ctx->work.data, ctx->work.len});
}

static int fill_article(struct parse_context *ctx,
                        const struct json_value *record, struct article *out,
                        struct nh_error *err)
{
    struct chosen c;
    choose(ctx, record, &c);
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct json_value *v = c.value[f];
        bool good = true;
        if (!v)
            continue;
        if (f == FIELD_TITLE)
            good = set_text(ctx, v, out, &out->title);
        else if (f == FIELD_BODY)
            good = set_text(ctx, v, out, &out->body);
        else if (f == FIELD_DATE)
            article_date(out, v->text);
        else
            good = add_values(out, (enum field)f, v);
        if (!good)
            return error_nomem(err);
    }
    if (!add_entities(out, json_get(record, "entities")))
        return error_nomem(err);
    if (slice_trim(out->title).len == 0 && slice_trim(out->body).len == 0 &&
        !says_empty(record))
        return error_set_at(err, NH_EDATA, 0,
                            "the record has neither a title nor a text");
    return NH_OK;
}

/* An article inside of the record, where that is none itself. */
static const struct json_value *unwrap(const struct json_value *record)
{
    static const char *const names[] = {"item", "article", "_source",
                                        "data", "doc",     "document"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct json_value *v = json_get(record, names[i]);
        if (v && v->type == JSON_OBJECT)
            return v;
    }
    return NULL;
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
    if (rc != NH_OK)
        return rc;
    if (v->type != JSON_OBJECT)
        return error_set_at(err, NH_EDATA, 0, "this is not a JSON object");
    do {
        article_reset(out);
        rc = fill_article(ctx, v, out, err);
    } while (rc == NH_EDATA && (v = unwrap(v)));
    return rc;
}

const struct reader reader_jsonl = {
    "jsonl",     "JSON lines, one object an article; see --map for other keys",
    false,       jsonl_detect,
    jsonl_split, json_article};
