/* Owns the table of readers and the choice among them.
 * Promises a reason for every file that none can read. */
#include "corpus/reader.h"

#include <string.h>

const struct reader *const reader_table[] = {&reader_reuters, &reader_trec,
                                             &reader_jsonl, &reader_text, NULL};

const struct reader *reader_named(const char *name)
{
    for (size_t i = 0; reader_table[i]; i++)
        if (strcmp(reader_table[i]->name, name) == 0)
            return reader_table[i];
    return NULL;
}

/* Formats that would pass as plain text but are not. */
static const struct {
    const char *start, *what;
} refused[] = {{"<?xml", "XML"},
               {"<!DOCTYPE", "HTML or SGML of an unknown type"},
               {"<!doctype", "HTML"},
               {"<html", "HTML"},
               {"<HTML", "HTML"},
               {"WARC/", "a web archive (WARC)"},
               {"[{", "a JSON array, not JSON lines"},
               {"%PDF", "PDF"},
               {"PK\x03\x04", "a zip archive"},
               {"\xFD"
                "7zXZ",
                "xz-compressed"},
               {"\x28\xB5\x2F\xFD", "zstd-compressed"},
               {"BZh", "bzip2-compressed"}};

bool reader_starts_object(struct slice head)
{
    if (head.len < 2 || head.data[0] != '{')
        return false;
    struct slice rest = slice_trim((struct slice){head.data + 1, head.len - 1});
    return rest.len > 0 && (rest.data[0] == '"' || rest.data[0] == '}');
}

const struct reader *reader_detect(struct slice head, struct nh_error *err)
{
    if (head.len >= 3 && memcmp(head.data, "\xEF\xBB\xBF", 3) == 0)
        head = (struct slice){head.data + 3, head.len - 3};
    struct slice body = slice_trim(head);
    for (size_t i = 0; reader_table[i]; i++)
        if (reader_table[i] != &reader_text && reader_table[i]->detect(body))
            return reader_table[i];
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        size_t n = strlen(refused[i].start);
        if (body.len >= n && memcmp(body.data, refused[i].start, n) == 0) {
            error_set(err, NH_EUNSUPPORTED,
                      "it looks like %s, which is not supported yet",
                      refused[i].what);
            return NULL;
        }
    }
    if (reader_starts_object(body)) {
        error_set(err, NH_EUNSUPPORTED,
                  "it looks like JSON, but not with one object a line");
        return NULL;
    }
    if (memchr(head.data ? head.data : "", '\0', head.len)) {
        error_set(err, NH_EUNSUPPORTED, "it is not a text file");
        return NULL;
    }
    return &reader_text;
}

void parse_context_release(struct parse_context *ctx)
{
    json_reader_release(&ctx->json);
    buf_release(&ctx->text);
    buf_release(&ctx->work);
    buf_release(&ctx->other);
    memset(ctx, 0, sizeof *ctx);
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

int reader_map_find(const char *map, struct slice key)
{
    struct slice field, name;
    while (map && *map && map_next(&map, &field, &name))
        if (slice_equal(name, key))
            return map_field(field);
    return -1;
}
