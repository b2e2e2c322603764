/* Owns the table of readers and the choice among them.
 * Promises a reason for every file that none can read. */
#include "corpus/reader.h"

#include <string.h>
#include <strings.h>

#include "common/utf8.h"
#include "corpus/xml.h"

const struct reader *const reader_table[] = {
    &reader_reuters,   &reader_trec, &reader_nitf,      &reader_newsml,
    &reader_newsml_g2, &reader_feed, &reader_mediawiki, &reader_html,
    &reader_warc,      &reader_mail, &reader_iptc,      &reader_jsonl,
    &reader_json,      &reader_csv,  &reader_text,      NULL};

_Static_assert(sizeof reader_table / sizeof *reader_table <= READERS_MAX,
               "READERS_MAX is too small");

size_t reader_number(const struct reader *reader)
{
    size_t i = 0;
    while (reader_table[i] && reader_table[i] != reader)
        i++;
    return reader_table[i] ? i : READERS_MAX;
}

void reader_tally_add(struct reader_tally *t, const struct article *a)
{
    t->articles++;
    t->dated += a->date.precision != DATE_NONE;
    t->bytes += a->title.len + a->body.len;
}

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
} refused[] = {{"<!DOCTYPE", "SGML of an unknown type"},
               {"%PDF", "PDF"},
               {"{\\rtf", "RTF"},
               {"\xD0\xCF\x11\xE0", "a document of an office program"}};

bool reader_starts_object(struct slice head)
{
    if (head.len < 2 || head.data[0] != '{')
        return false;
    struct slice rest = slice_trim((struct slice){head.data + 1, head.len - 1});
    return rest.len > 0 && (rest.data[0] == '"' || rest.data[0] == '}');
}

/* Whether there is an end tag of that name. */
static bool ends_somewhere(struct slice text, struct slice name)
{
    for (size_t i = 0; i + name.len + 2 <= text.len; i++)
        if (text.data[i] == '<' && text.data[i + 1] == '/' &&
            memcmp(text.data + i + 2, name.data, name.len) == 0)
            return true;
    return false;
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
                      "it looks like %s, which is not supported",
                      refused[i].what);
            return NULL;
        }
    }
    const struct slice root = xml_root(body);
    const bool xml = body.len >= 5 && memcmp(body.data, "<?xml", 5) == 0;
    if (xml || (root.len && ends_somewhere(body, root))) {
        error_set(err, NH_EUNSUPPORTED,
                  "it is XML, but <%.*s> is not a format that is known",
                  (int)(root.len < 60 ? root.len : 60), root.data);
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
    xml_parser_free(ctx->xml);
    buf_release(&ctx->text);
    buf_release(&ctx->work);
    buf_release(&ctx->other);
    memset(ctx, 0, sizeof *ctx);
}

static size_t find_text(struct slice in, const char *what)
{
    const size_t n = strlen(what);
    size_t i = 0;
    while (i + n <= in.len && strncasecmp(in.data + i, what, n) != 0)
        i++;
    return i + n <= in.len ? i : in.len;
}

/* What may stand before "by". */
#define BEFORE_BY_MAX 20

bool reader_add_authors(struct article *out, struct slice byline)
{
    static const char *const between[] = {" and ", " & ", ";", " | "};
    bool good = true;
    /* Each name is looked for in all of the rest: what is longer than a value
     * is no byline. */
    if (byline.len > ARTICLE_VALUE_BYTES)
        byline.len = utf8_cut(byline.data, ARTICLE_VALUE_BYTES);
    while (good && byline.len) {
        size_t end = byline.len, skip = 0;
        for (size_t i = 0; i < sizeof between / sizeof *between; i++) {
            const size_t at = find_text(byline, between[i]);
            if (at < end) {
                end = at;
                skip = strlen(between[i]);
            }
        }
        struct slice name = slice_trim((struct slice){byline.data, end});
        const size_t by = find_text(name, " by "),
                     before = name.len > 3 && find_text(name, "by ") == 0 ? 3
                              : by < name.len && by < BEFORE_BY_MAX ? by + 4
                                                                    : 0;
        name =
            slice_trim((struct slice){name.data + before, name.len - before});
        while (name.len && strchr(",:-", name.data[name.len - 1]))
            name = slice_trim((struct slice){name.data, name.len - 1});
        good = !name.len || article_add(out, FIELD_AUTHOR, name);
        byline =
            (struct slice){byline.data + end + skip, byline.len - end - skip};
    }
    return good;
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
