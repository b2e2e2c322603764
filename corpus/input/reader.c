/* Owns what readers share: keys of records to fields, and how a value says that
 * there is none. */
#include "corpus/input/reader.h"

#include <string.h>

bool reader_starts_object(struct slice head)
{
    if (head.len < 2 || head.data[0] != '{')
        return false;
    struct slice rest = slice_trim((struct slice){head.data + 1, head.len - 1});
    return rest.len > 0 && (rest.data[0] == '"' || rest.data[0] == '}');
}

/* Bytes of the longest place holder. */
#define NULL_MAX 9

bool reader_is_null(struct slice value)
{
    static const char *const nulls[] = {
        "NULL", "null", "Null",      "N/A", "n/a",  "N.A.", "n.a.", "NA",
        "nan",  "NaN",  "NAN",       "NaT", "None", "none", "\\N",  "#N/A",
        "<NA>", "nil",  "undefined", "-",   "--",   "[]",   "{}",   "\"\"",
        "NONE", "NIL",  "(null)",    "#NA", "#NV",  "#N/D", "-nan", "-NaN"};
    if (value.len == 0)
        return true;
    if (value.len > NULL_MAX || !strchr("Nnu\\#<-[{(\"", value.data[0]))
        return false;
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
        if (slice_equal(value, slice_of(nulls[i])))
            return true;
    return false;
}

bool reader_add_language(struct article *out, struct slice name)
{
    static const struct {
        const char *name, *code;
    } names[] = {{"english", "en"}, {"german", "de"},       {"deutsch", "de"},
                 {"french", "fr"},  {"fran\xC3\xA7", "fr"}, {"spanish", "es"},
                 {"espa", "es"},    {"italian", "it"},      {"portug", "pt"},
                 {"dutch", "nl"},   {"nederlands", "nl"},   {"swedish", "sv"},
                 {"danish", "da"},  {"norwegian", "no"},    {"finnish", "fi"},
                 {"polish", "pl"},  {"russian", "ru"},      {"turkish", "tr"},
                 {"chinese", "zh"}, {"japanese", "ja"},     {"arabic", "ar"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_starts(name, names[i].name))
            name = slice_of(names[i].code);
    return article_add(out, FIELD_LANGUAGE, name);
}

/* Next "field=key" of a map: its parts, and the rest behind the comma. */
static bool map_next(const char **map, struct slice *field, struct slice *key)
{
    const char *p = *map;
    size_t len = strcspn(p, ",");
    const char *equals = memchr(p, '=', len);
    if (!equals || equals == p || equals + 1 == p + len)
        return false;
    *field = (struct slice){p, (size_t)(equals - p)};
    *key = (struct slice){equals + 1, len - field->len - 1};
    *map = p[len] ? p + len + 1 : p + len;
    return true;
}

static int map_field(struct slice name)
{
    int rank, field = schema_find(name);
    return field >= 0 ? field : schema_find_key(name, &rank);
}

int reader_map_check(const char *map, struct nh_error *err)
{
    struct slice field, key;
    while (*map) {
        if (!map_next(&map, &field, &key))
            return error_set(err, NH_EINVAL,
                             "--map wants FIELD=KEY,FIELD=KEY... but has '%s'",
                             map);
        if (map_field(field) < 0)
            return error_set(err, NH_EINVAL, "--map: there is no field '%.*s'",
                             (int)field.len, field.data);
    }
    return NH_OK;
}

int reader_field(const char *map, struct slice key, int *rank)
{
    struct slice field, name;
    *rank = -1;
    while (map && *map && map_next(&map, &field, &name))
        if (slice_equal(name, key))
            return map_field(field);
    return schema_find_key(key, rank);
}

/* Whether the key was looked up before, in the same map. */
static bool is_known(const struct known_key *k, const char *map,
                     struct slice key)
{
    return k->map == map && slice_equal((struct slice){k->key, k->len}, key);
}

int reader_field_at(struct parse_context *ctx, size_t place, struct slice key,
                    int *rank)
{
    const size_t count = sizeof ctx->keys / sizeof *ctx->keys;
    if (key.len == 0 || key.len > sizeof ctx->keys->key)
        return reader_field(ctx->map, key, rank);
    /* Where it stood last, or further on, if others are missing. */
    for (size_t i = 0; i < count; i++) {
        const struct known_key *k = &ctx->keys[(place + i) % count];
        if (is_known(k, ctx->map, key)) {
            *rank = k->rank;
            return k->field;
        }
    }
    struct known_key *k = &ctx->keys[place % count];
    memcpy(k->key, key.data, key.len);
    k->len = (uint8_t)key.len;
    k->map = ctx->map;
    k->field = reader_field(ctx->map, key, rank);
    k->rank = *rank;
    return k->field;
}
