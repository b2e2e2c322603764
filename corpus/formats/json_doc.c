/* Owns the reader of JSON documents: an array of articles, an object with one,
 * or one article. ninjs, JSON Feed, answers of news services. Promises bounded
 * memory for arrays of any length. */
#include <string.h>

#include "corpus/formats/jsonl.h"

/* How deep a list may stand in objects. */
#define DEPTH_MAX 4

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

static bool is_one(struct slice key, const char *const *names)
{
    for (; *names; names++)
        if (slice_equal(key, slice_of(*names)))
            return true;
    return false;
}

/* Looks in the object at *at for a list of articles; *at is then behind its
 * bracket. 0 also if there is none. */
static int find_list(struct input *in, size_t *at, unsigned depth,
                     struct nh_error *err)
{
    static const char *const lists[] = {
        "items",   "item", "articles",  "article", "entries",
        "results", "docs", "documents", "news",    "stories",
        "posts",   "hits", NULL};
    static const char *const wraps[] = {"data", "response", "result",
                                        "feed", "hits",     NULL};
    size_t p = *at + 1;
    char c = 0;
    for (;;) {
        int found = skip_space(in, &p, &c, err);
        if (found == 1 && c == ',') {
            p++;
            continue;
        }
        if (found != 1 || c != '"')
            return found < 0 ? found : 0;
        const size_t key_at = p + 1;
        found = skip_string(in, &p, err);
        const size_t key_end = p - 1;
        if (found == 1)
            found = skip_space(in, &p, &c, err);
        p++; /* the colon */
        if (found == 1)
            found = skip_space(in, &p, &c, err);
        if (found != 1)
            return found;
        const struct slice key = {in->window.data + in->start + key_at,
                                  key_end - key_at};
        const bool list = is_one(key, lists), wrap = is_one(key, wraps);
        if (list && c == '[') {
            size_t q = p + 1;
            found = skip_space(in, &q, &c, err);
            if (found != 1)
                return found;
            if (c == '{') {
                *at = p + 1;
                return 1;
            }
        } else if (wrap && c == '{' && depth < DEPTH_MAX) {
            size_t q = p;
            found = find_list(in, &q, depth + 1, err);
            if (found == 1)
                *at = q;
            if (found != 0)
                return found;
        }
        found = skip_value(in, &p, err);
        if (found != 1)
            return found;
    }
}

/* ---- The reader. */

static bool json_detect(struct slice head)
{
    if (reader_starts_object(head))
        return true;
    if (head.len == 0 || head.data[0] != '[')
        return false;
    const struct slice rest =
        slice_trim((struct slice){head.data + 1, head.len - 1});
    return rest.len > 0 && rest.data[0] == '{';
}

/* Moves the window to the first article. 1: it is in a list; 0: it is the
 * document. */
static int start(struct input *in, struct nh_error *err)
{
    size_t at = 0;
    char c = 0;
    int found = skip_space(in, &at, &c, err);
    if (found == 1 && c == '\xEF') { /* a byte order mark */
        at += 3;
        found = skip_space(in, &at, &c, err);
    }
    if (found < 0)
        return found;
    size_t list = at;
    found = c == '{' ? find_list(in, &list, 0, err) : 0;
    if (found == 1)
        at = list;
    else if (c == '[')
        at++;
    if (found >= 0)
        input_skip(in, at);
    return found < 0 ? found : found == 1 || c == '[';
}

static int json_split(struct input *in, struct slice *record, uint64_t *offset,
                      struct nh_error *err)
{
    struct slice have;
    size_t at = 0, end;
    char c = 0;
    if (in->offset == 0) {
        int list = start(in, err);
        *offset = in->offset;
        if (list < 0)
            return input_give_up(in, list);
    }
    int found = skip_space(in, &at, &c, err);
    if (found == 1 && c == ',') {
        at++;
        found = skip_space(in, &at, &c, err);
    }
    if (found != 1 || (c != '{' && c != '"' && c != '['))
        return input_give_up(in, found < 0 ? found : 0);
    end = at;
    found = skip_value(in, &end, err);
    *offset = in->offset + at;
    if (found < 0)
        return input_give_up(in, found);
    if (found == 0) {
        error_set_at(err, NH_EDATA, *offset, "the file ends inside a value");
        return input_give_up(in, NH_EDATA);
    }
    int rc = input_peek(in, end, &have, err);
    if (rc != NH_OK)
        return rc;
    buf_reset(&in->record);
    buf_append(&in->record, have.data + at, end - at);
    if (in->record.failed)
        return error_nomem(err);
    input_skip(in, end);
    *record = (struct slice){in->record.data, in->record.len};
    return 1;
}

const struct reader reader_json = {
    "json",     "JSON documents: an array or list of articles, or one; ninjs",
    false,      json_detect,
    json_split, json_article};
