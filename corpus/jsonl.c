/* Owns the reader of JSON lines: one object a line, one article an object.
 * Promises to take the usual key names and to say what is wrong with a line. */
#include <string.h>

#include <json.h>

#include "common/charset.h"
#include "common/utf8.h"
#include "corpus/reader.h"

/* Deepest nesting of a record. */
#define JSON_DEPTH 64

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

static struct slice json_text(struct json_object *o)
{
    return (struct slice){json_object_get_string(o),
                          (size_t)json_object_get_string_len(o)};
}

/* Text of a body: a string, or paragraphs of an array. */
static void join_text(struct json_object *o, struct buf *out)
{
    if (json_object_is_type(o, json_type_string)) {
        struct slice s = json_text(o);
        if (out->len)
            buf_append_str(out, "\n\n");
        buf_append(out, s.data, s.len);
    } else if (json_object_is_type(o, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(o); i++)
            join_text(json_object_array_get_idx(o, i), out);
    }
}

/* Adds a value: a string or number, an object's "name", or each of an array. */
static bool add_values(struct article *a, enum field field,
                       struct json_object *o)
{
    struct json_object *name;
    switch (json_object_get_type(o)) {
    case json_type_string:
        return article_add(a, field, json_text(o));
    case json_type_int:
    case json_type_double:
        return article_add(a, field, slice_of(json_object_get_string(o)));
    case json_type_object:
        return !json_object_object_get_ex(o, "name", &name) ||
               !json_object_is_type(name, json_type_string) ||
               article_add(a, field, json_text(name));
    case json_type_array:
        for (size_t i = 0; i < json_object_array_length(o); i++) {
            struct json_object *item = json_object_array_get_idx(o, i);
            if (!json_object_is_type(item, json_type_array) &&
                !add_values(a, field, item))
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
    struct json_object *value[FIELD_COUNT];
    int rank[FIELD_COUNT];
};

static bool is_empty(struct json_object *o)
{
    return o == NULL || (json_object_is_type(o, json_type_string) &&
                         json_object_get_string_len(o) == 0);
}

static void choose(struct parse_context *ctx, struct json_object *record,
                   struct chosen *c)
{
    memset(c, 0, sizeof *c);
    json_object_object_foreach(record, key, value)
    {
        int rank = -1, field = reader_map_find(ctx->map, slice_of(key));
        if (field < 0)
            field = schema_find_key(slice_of(key), &rank);
        if (field < 0 || is_empty(value) ||
            (c->value[field] && c->rank[field] <= rank))
            continue;
        c->value[field] = value;
        c->rank[field] = rank;
    }
}

/* An article that was stored empty, as export writes it. */
static bool says_empty(struct json_object *record)
{
    static const char *const keys[] = {"id", "title", "body"};
    struct json_object *value;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!json_object_object_get_ex(record, keys[i], &value) ||
            !json_object_is_type(value, json_type_string))
            return false;
    return true;
}

static int fill_article(struct parse_context *ctx, struct json_object *record,
                        struct article *out, struct nh_error *err)
{
    struct chosen c;
    choose(ctx, record, &c);
    for (int f = 0; f < FIELD_COUNT; f++) {
        struct json_object *o = c.value[f];
        bool good = true;
        if (!o)
            continue;
        if (f == FIELD_TITLE || f == FIELD_BODY) {
            buf_reset(&ctx->work);
            join_text(o, &ctx->work);
            struct slice text = {ctx->work.data, ctx->work.len};
            good = !ctx->work.failed &&
                   article_text(
                       out, f == FIELD_TITLE ? &out->title : &out->body, text);
        } else if (f == FIELD_DATE) {
            if (!date_parse(slice_of(json_object_get_string(o)), &out->date))
                out->date.precision = DATE_NONE;
        } else {
            good = add_values(out, (enum field)f, o);
        }
        if (!good)
            return error_nomem(err);
    }
    if (slice_trim(out->title).len == 0 && slice_trim(out->body).len == 0 &&
        !says_empty(record))
        return error_set_at(err, NH_EDATA, 0,
                            "the record has neither a title nor a text");
    return NH_OK;
}

static int jsonl_parse(struct parse_context *ctx, struct slice record,
                       struct article *out, struct nh_error *err)
{
    if (!ctx->json && !(ctx->json = json_tokener_new_ex(JSON_DEPTH)))
        return error_nomem(err);
    buf_reset(&ctx->text);
    if (!utf8_valid(record.data, record.len) ||
        (unsigned char)record.data[0] == 0xEF) {
        int rc = charset_to_utf8(record, ctx->charset, &ctx->text, err);
        if (rc != NH_OK)
            return rc;
        record = (struct slice){ctx->text.data, ctx->text.len};
    }
    json_tokener_reset(ctx->json);
    json_tokener_set_flags(ctx->json, JSON_TOKENER_STRICT); /* UTF-8 by now */
    struct json_object *o =
        json_tokener_parse_ex(ctx->json, record.data, (int)record.len);
    enum json_tokener_error error = json_tokener_get_error(ctx->json);
    if (error != json_tokener_success) {
        size_t at = json_tokener_get_parse_end(ctx->json);
        json_object_put(o);
        return error_set_at(err, NH_EDATA, at, "invalid JSON: %s",
                            error == json_tokener_continue
                                ? "the line ends inside the object"
                                : json_tokener_error_desc(error));
    }
    int rc =
        json_object_is_type(o, json_type_object)
            ? fill_article(ctx, o, out, err)
            : error_set_at(err, NH_EDATA, 0, "the line is not a JSON object");
    json_object_put(o);
    return rc;
}

const struct reader reader_jsonl = {
    "jsonl",     "JSON lines, one object an article; see --map for other keys",
    false,       jsonl_detect,
    jsonl_split, jsonl_parse};
