/* Reading of JSON text (RFC 8259): a tree of values that point into the text
 * where they can. */
#ifndef COMMON_BASE_JSON_IN_H
#define COMMON_BASE_JSON_IN_H

#include "common/base/arena.h"
#include "common/base/buf.h"

/* Deepest nesting. */
#define JSON_DEPTH 64

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json_value {
    enum json_type type;
    struct slice name; /* of a member of an object */
    struct slice text; /* of a string, its escapes undone; of a number as it is
                          written; of anything else empty */
    const struct json_value *first; /* of an array's or object's values */
    const struct json_value *next;  /* behind this in its array or object */
};

/* Reused from text to text. Zero-initialise before first use. */
struct json_reader {
    struct arena values;
    struct buf strings; /* those with escapes */
    const char *start, *at, *end;
    /* Also reads lists and dictionaries as Python prints them: strings in
     * apostrophes, None, True, False, a comma at the end, parentheses. */
    bool python;
    /* Half of a surrogate pair becomes its three bytes, which are not UTF-8, so
     * that different halves stay different; else U+FFFD. */
    bool keep_halves;
    bool halves; /* set by json_parse: there were some */
};

void json_reader_release(struct json_reader *r);
/* Parses a text that is UTF-8 and holds one value. *out lives until the next
 * call or the end of the text, whichever is first. NH_EDATA with the offset of
 * the first wrong byte for anything that is not JSON. Beyond the RFC, control
 * characters may stand in strings as they are, and NaN, Infinity and -Infinity,
 * which are null. */
int json_parse(struct json_reader *r, struct slice text,
               const struct json_value **out, struct nh_error *err);
/* The last member of that name, or NULL; also if it is no object. */
const struct json_value *json_get(const struct json_value *object,
                                  const char *name);

#endif
