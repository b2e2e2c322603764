/* Owns the reader of JSON documents: arrays of articles, objects with lists of
 * them, single articles, any number of these one behind the other. ninjs, JSON
 * Feed, answers of news services. Promises bounded memory for lists of any
 * length, and to report what is in a list and no article. */
#include "corpus/structured/json_doc.h"

#include <string.h>

#include "corpus/structured/jsonl.h"

/* How deep a list may stand in objects and lists. */
#define DEPTH_MAX 8

/* ---- Scanning. All return 1, 0 if the file ends before, or an error. */

/* Moves over white space; *c is what stands there. */
static int skip_space(struct input *in, size_t *at, char *c,
                      struct nh_error *err)
{
    int found;
    while ((found = input_byte(in, *at, c, err)) == 1 && *c != '\0' &&
           strchr(" \t\r\n", *c))
        ++*at;
    return found;
}

/* Moves behind the string that begins at *at. */
static int skip_string(struct input *in, size_t *at, struct nh_error *err)
{
    int found;
    char c = 0;
    for (++*at; (found = input_byte(in, *at, &c, err)) == 1 && c != '"'; ++*at)
        if (c == '\\')
            ++*at;
    ++*at;
    return found;
}

/* Moves behind the value that begins at *at. */
static int skip_value(struct input *in, size_t *at, struct nh_error *err)
{
    unsigned depth = 0;
    char c = 0;
    int found;
    while ((found = input_byte(in, *at, &c, err)) == 1) {
        if (c == '"') {
            found = skip_string(in, at, err);
            if (found != 1 || depth == 0)
                return found;
            continue;
        }
        const bool ends = c == ']' || c == '}';
        if (ends && depth == 0)
            return 1; /* of what is around a number */
        ++*at;
        if (c == '[' || c == '{')
            depth++;
        else if (ends && --depth == 0)
            return 1;
        else if (depth == 0 && (c == ',' || strchr(" \t\r\n", c))) {
            --*at;
            return 1;
        }
    }
    return found;
}

/* ---- Lists of articles. */

static bool is_one(struct slice key, const char *const *names)
{
    for (; *names; names++)
        if (slice_equal(key, slice_of(*names)))
            return true;
    return false;
}

/* A member of an object: its name, in the window until more is read, and where
 * its value begins. */
struct member {
    struct slice name;
    char first; /* of the value */
};

/* Moves to the value of the next member of an object. 1; 0 at the end of the
 * object, where *at stays, or of the file; or an error. */
static int next_member(struct input *in, size_t *at, struct member *m,
                       struct nh_error *err)
{
    char c = 0;
    int found;
    while ((found = skip_space(in, at, &c, err)) == 1 && c == ',')
        ++*at;
    if (found != 1 || c != '"')
        return found < 0 ? found : 0;
    const size_t start = *at + 1;
    found = skip_string(in, at, err);
    const size_t end = *at - 1;
    if (found == 1)
        found = skip_space(in, at, &c, err);
    if (found == 1 && c == ':')
        ++*at;
    if (found == 1)
        found = skip_space(in, at, &m->first, err);
    m->name = (struct slice){in->window.data + in->start + start, end - start};
    return found;
}

/* What an object says of itself by the names of its members. */
struct signs {
    bool title, body, part, other; /* body: not of a part; other: date, URL */
};

static void add_sign(struct signs *s, const struct member *m)
{
    int rank;
    const int field = schema_find_key(m->name, &rank);
    const bool text = m->first == '"';
    s->title = s->title || (field == FIELD_TITLE && (text || m->first == '{'));
    if (field == FIELD_BODY && text && schema_is_part(FIELD_BODY, rank))
        s->part = true;
    else if (field == FIELD_BODY && text)
        s->body = true;
    s->other = s->other || field == FIELD_DATE || field == FIELD_URL;
}

/* Whether the object at `at`, or one in it that is the article, has the members
 * of an article: 1, 0 or an error. */
static int is_article(struct input *in, size_t at, bool inner,
                      struct nh_error *err)
{
    static const char *const wraps[] = {
        "attributes", "fields",   "_source", "node",  "item", "article", "data",
        "doc",        "document", "post",    "story", "info", NULL};
    struct signs s = {false, false, false, false};
    struct member m;
    int found;
    at++;
    while ((found = next_member(in, &at, &m, err)) == 1) {
        add_sign(&s, &m);
        if (s.title && (s.body || s.part || s.other))
            return 1;
        if (!inner && m.first == '{' && is_one(m.name, wraps)) {
            found = is_article(in, at, true, err);
            if (found != 0)
                return found;
        }
        found = skip_value(in, &at, err);
        if (found != 1)
            break;
    }
    return found < 0 ? found : 0;
}

/* Whether the value of a member is a list of articles: by its name, or by the
 * members of its first object. *at is then behind its bracket. */
static int is_list(struct input *in, size_t *at, const struct member *m,
                   struct nh_error *err)
{
    static const char *const lists[] = {
        "items",   "item",      "articles",  "article", "entries",
        "results", "docs",      "documents", "news",    "stories",
        "posts",   "hits",      "records",   "edges",   "children",
        "@graph",  "headlines", "rows",      NULL};
    const bool named = is_one(m->name, lists);
    size_t p = *at + 1;
    char c = 0;
    if (m->first != '[')
        return 0;
    int found = skip_space(in, &p, &c, err);
    if (found == 1 && c != '{')
        return 0;
    if (found == 1 && !named)
        found = is_article(in, p, false, err);
    if (found == 1)
        ++*at;
    return found;
}

/* Objects that lists stand in. */
static bool is_wrap(const struct member *m)
{
    static const char *const wraps[] = {
        "data",    "response", "result", "results", "feed",    "hits",
        "message", "articles", "news",   "rss",     "channel", "payload",
        "output",  "search",   "posts",  "items",   NULL};
    return m->first == '{' && is_one(m->name, wraps);
}

/* Looks in the object at *at for a list of articles: *at is then behind its
 * bracket, and *depth grown by the objects that it stands in. An object that
 * has a title and a text of its own is an article, whatever lists are in it. 0
 * if there is none. */
static int find_list(struct input *in, size_t *at, unsigned *depth,
                     struct nh_error *err)
{
    struct signs s = {false, false, false, false};
    const unsigned outer = *depth;
    struct member m;
    size_t p = *at + 1;
    int found;
    *depth = outer + 1;
    while ((found = next_member(in, &p, &m, err)) == 1) {
        size_t q = p;
        add_sign(&s, &m);
        if (s.title && s.body)
            break;
        found = is_list(in, &q, &m, err);
        if (found == 0 && *depth < DEPTH_MAX && is_wrap(&m))
            found = find_list(in, &q, depth, err);
        if (found == 1)
            *at = q;
        if (found != 0)
            return found;
        found = skip_value(in, &p, err);
        if (found != 1)
            break;
    }
    *depth = outer;
    return found < 0 ? found : 0;
}

/* Whether the object at `at` has articles for members, under any names:
 * {"a1": {...}, "a2": {...}}. 1, 0 or an error. */
static int is_map(struct input *in, size_t at, struct nh_error *err)
{
    struct member m;
    int rank, found = 1;
    at++;
    for (int i = 0; i < 2; i++) { /* two tell */
        found = next_member(in, &at, &m, err);
        if (found == 0 && i > 0)
            return 1;
        if (found == 1 && (m.first != '{' || is_wrap(&m) ||
                           schema_find_key(m.name, &rank) >= 0))
            return 0;
        if (found == 1)
            found = is_article(in, at, false, err);
        if (found == 1)
            found = skip_value(in, &at, err);
        if (found != 1)
            return found;
    }
    return 1;
}

bool json_is_document(struct slice line)
{
    struct input in;
    size_t at = 0, end = 0;
    unsigned depth = 0;
    char c;
    bool found = false;
    if (input_open_bytes(&in, "", line, NULL) == NH_OK)
        found = find_list(&in, &at, &depth, NULL) == 1 ||
                is_map(&in, 0, NULL) == 1 ||
                (skip_value(&in, &end, NULL) == 1 &&
                 skip_space(&in, &end, &c, NULL) == 1);
    input_close(&in);
    return found;
}

/* ---- The reader. The brackets that the window stands in are in in->shared: {,
 * [, ENVELOPES for an array of objects with lists, MAP for an object whose
 * members are articles. */

#define ENVELOPES 'E'
#define MAP 'M'

static bool json_detect(struct slice head)
{
    if (head.len && head.data[0] == '\x1E')
        head = (struct slice){head.data + 1, head.len - 1};
    if (reader_starts_object(head))
        return true;
    if (head.len == 0 || head.data[0] != '[')
        return false;
    /* A list, or lists in a list, of objects. */
    struct slice rest = {head.data, head.len};
    for (int depth = 0; depth < DEPTH_MAX && rest.len && rest.data[0] == '[';
         depth++)
        rest = slice_trim((struct slice){rest.data + 1, rest.len - 1});
    return rest.len > 0 && rest.data[0] == '{';
}

static char innermost(const struct input *in)
{
    return in->shared.len ? in->shared.data[in->shared.len - 1] : '\0';
}

/* Goes on behind a list, in the object that it stood in: into the next list, or
 * out of the object. */
static int leave_list(struct input *in, struct nh_error *err)
{
    struct member m;
    size_t at = 0;
    int found;
    while ((found = next_member(in, &at, &m, err)) == 1) {
        found = is_list(in, &at, &m, err);
        const bool wrap = found == 0 && is_wrap(&m);
        if (found == 1 || wrap) {
            at += wrap;
            buf_append_byte(&in->shared, wrap ? '{' : '[');
            break;
        }
        if (found == 0)
            found = skip_value(in, &at, err);
        if (found != 1)
            return found;
        input_skip(in, at);
        at = 0;
    }
    if (found < 0)
        return found;
    char c = 0;
    if (found == 0) { /* its bracket, or what is wrong there */
        found = input_byte(in, at, &c, err);
        if (found != 1)
            return found;
        at++;
        in->shared.len--;
    }
    input_skip(in, at);
    return in->shared.failed ? error_nomem(err) : 1;
}

/* Goes into an array, or into an object with a list of articles; 0 for an
 * object that is none. */
static int enter(struct input *in, char c, struct nh_error *err)
{
    unsigned depth = 0;
    size_t at = 0;
    int found = 1;
    if (in->shared.len >= DEPTH_MAX)
        return error_set_at(err, NH_EDATA, in->offset,
                            "lists are nested more than %d deep", DEPTH_MAX);
    uint8_t bracket = '[';
    if (c == '{') {
        found = find_list(in, &at, &depth, err);
        if (found == 0 && (found = is_map(in, 0, err)) == 1) {
            bracket = MAP;
            at = 1;
        }
    } else { /* the first element says what the others are */
        size_t first = ++at;
        int list = skip_space(in, &first, &c, err);
        if (list == 1)
            list = c == '{' ? find_list(in, &first, &depth, err) : 0;
        if (list < 0)
            return list;
        bracket = list ? ENVELOPES : '[';
        depth = 0;
    }
    for (unsigned i = 0; found == 1 && i < depth; i++)
        buf_append_byte(&in->shared, '{');
    if (found != 1)
        return found;
    buf_append_byte(&in->shared, bracket);
    input_skip(in, at);
    return in->shared.failed ? error_nomem(err) : 1;
}

/* Moves to the value of the next member of a map, or behind its end. Returns 1,
 * *c as next_value, '}' at the end; 0 if the file ends before; or an error. */
static int next_entry(struct input *in, char *c, struct nh_error *err)
{
    struct member m;
    size_t at = 0;
    int found = next_member(in, &at, &m, err);
    if (found == 1)
        *c = m.first;
    else if (found == 0 && (found = input_byte(in, at, c, err)) == 1) {
        if (*c != '}')
            return error_set_at(err, NH_EDATA, in->offset + at,
                                "a name is expected here");
        at++;
        in->shared.len--;
    }
    if (found == 1)
        input_skip(in, at);
    return found;
}

/* Moves to the next value that can be an article; *c is its first byte. 1; 0 at
 * the end of the file; or an error. */
static int next_value(struct input *in, char *c, struct nh_error *err)
{
    for (;;) {
        size_t at = 0;
        const char around = innermost(in);
        if (around == MAP) {
            const int entry = next_entry(in, c, err);
            if (entry != 1 || *c != '}')
                return entry;
            continue;
        }
        int found = skip_space(in, &at, c, err);
        if (found == 1 && *c == '\xEF' && in->offset == 0)
            at += 3; /* a byte order mark */
        else if (found == 1 && *c == '\x1E')
            at++; /* RFC 7464 has it before each value */
        else if (found == 1 && *c == ',' && around != '{')
            at++;
        else if (found == 1 && *c == ']' && around && around != '{') {
            in->shared.len--;
            at++;
        } else if (found == 1 && around == '{') {
            input_skip(in, at);
            at = 0;
            found = leave_list(in, err);
        } else if (found == 1 && (*c == '[' || (*c == '{' && around != '['))) {
            input_skip(in, at);
            at = 0;
            found = enter(in, *c, err);
            if (found == 0)
                return 1;
        } else {
            input_skip(in, at);
            return found;
        }
        if (found != 1)
            return found;
        input_skip(in, at);
    }
}

/* Nothing more is read of the file, but for INPUT_IDLE; returns `rc`. */
static int give_up(struct input *in, int rc)
{
    if (rc != INPUT_IDLE)
        in->shared.len = 0;
    return input_give_up(in, rc);
}

static int json_split(struct input *in, struct slice *record, uint64_t *offset,
                      struct nh_error *err)
{
    struct slice have;
    size_t end = 0;
    char c = 0;
    int found = next_value(in, &c, err);
    *offset = in->offset;
    if (found == 0 && in->shared.len > 0) {
        error_set_at(err, NH_EDATA, *offset, "the file ends inside a list");
        in->shared.len = 0;
        return NH_EDATA;
    }
    if (found != 1)
        return give_up(in, found);
    if (!in->shared.len && c != '{') {
        error_set_at(err, NH_EDATA, *offset,
                     "what stands here is no JSON object");
        return give_up(in, NH_EDATA);
    }
    found = skip_value(in, &end, err);
    if (found < 0)
        return give_up(in, found);
    if ((found == 0 && strchr("{\"", c)) || end == 0) {
        error_set_at(err, NH_EDATA, *offset, "the file ends inside a value");
        return give_up(in, NH_EDATA);
    }
    int rc = input_peek(in, end, &have, err);
    if (rc != NH_OK)
        return rc;
    if (have.len < end) { /* in a string behind something that is no value */
        error_set_at(err, NH_EDATA, *offset, "the file ends inside a value");
        return give_up(in, NH_EDATA);
    }
    buf_reset(&in->record);
    buf_append(&in->record, have.data, end);
    if (in->record.failed)
        return error_nomem(err);
    input_skip(in, end);
    *record = buf_slice(&in->record);
    return 1;
}

const struct reader reader_json = {
    "json",     "JSON documents: an array or list of articles, or one; ninjs",
    false,      json_detect,
    json_split, json_article};
