/* Owns the reading of JSON. Promises no allocation for a value but its node,
 * and bounded depth. */
#include "common/base/json_in.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "common/base/byte_masks.h"
#include "common/base/utf8.h"

void json_reader_release(struct json_reader *r)
{
    arena_release(&r->values);
    buf_release(&r->strings);
}

static int wrong(const struct json_reader *r, const char *what,
                 struct nh_error *err)
{
    return error_set_at(
        err, NH_EDATA, (size_t)(r->at - r->start), "invalid JSON: %s",
        r->at == r->end ? "the text ends inside a value" : what);
}

static void skip_blanks(struct json_reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' ||
                              *r->at == '\n' || *r->at == '\r'))
        r->at++;
}

/* True if the next byte is `c`, which is taken. */
static bool take(struct json_reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* ---- Strings. */

/* The first quotation mark or backslash from `p` on, or the end. */
static const char *find_special(const char *p, const char *end)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), escape = _mm_set1_epi8('\\');
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        unsigned hits = (unsigned)_mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, escape)));
        if (hits)
            return p + bit_first(hits);
    }
#endif
    while (p < end && *p != '"' && *p != '\\')
        p++;
    return p;
}

/* Four hex digits; false leaves r->at at the wrong one. */
static bool take_hex(struct json_reader *r, uint32_t *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++, r->at++) {
        char c = r->at < r->end ? *r->at : '\0';
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit == 16)
            return false;
        *code = *code << 4 | digit;
    }
    return true;
}

/* The code point behind "\u"; two halves of a pair are one. */
static int take_code(struct json_reader *r, struct nh_error *err)
{
    uint32_t code, low;
    char bytes[4];
    if (!take_hex(r, &code))
        return wrong(r, "four hex digits are expected", err);
    if (code >= 0xD800 && code <= 0xDBFF && r->end - r->at >= 2 &&
        r->at[0] == '\\' && r->at[1] == 'u') {
        const char *second = r->at;
        r->at += 2;
        if (!take_hex(r, &low))
            return wrong(r, "four hex digits are expected", err);
        if (low >= 0xDC00 && low <= 0xDFFF)
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        else
            r->at = second;
    }
    const bool half = code >= 0xD800 && code <= 0xDFFF;
    r->halves = r->halves || half;
    if (half && r->keep_halves) {
        buf_append_byte(&r->strings, 0xED);
        buf_append_byte(&r->strings, (uint8_t)(0x80 | (code >> 6 & 0x3F)));
        buf_append_byte(&r->strings, (uint8_t)(0x80 | (code & 0x3F)));
        return NH_OK;
    }
    buf_append(&r->strings, bytes, utf8_encode(half ? 0xFFFD : code, bytes));
    return NH_OK;
}

static int take_escape(struct json_reader *r, struct nh_error *err)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *known = r->at < r->end && *r->at ? strchr(from, *r->at) : NULL;
    if (take(r, 'u'))
        return take_code(r, err);
    if (!known)
        return wrong(r, "an unknown escape", err);
    r->at++;
    buf_append_byte(&r->strings, (uint8_t)to[known - from]);
    return NH_OK;
}

/* Reads a string behind its opening mark. One without escapes stays where it
 * is; the others are put into r->strings, which has room for all of the text
 * and so never moves. */
static int take_string(struct json_reader *r, struct slice *out,
                       struct nh_error *err)
{
    const char *from = r->at;
    size_t start = r->strings.len;
    bool copied = false;
    for (;;) {
        r->at = find_special(r->at, r->end);
        bool closing = r->at < r->end && *r->at == '"';
        if (copied || !closing)
            buf_append(&r->strings, from, (size_t)(r->at - from));
        if (r->at == r->end)
            return wrong(r, "", err);
        r->at++;
        if (closing)
            break;
        copied = true;
        int rc = take_escape(r, err);
        if (rc != NH_OK)
            return rc;
        from = r->at;
    }
    *out = copied
               ? (struct slice){r->strings.data + start, r->strings.len - start}
               : (struct slice){from, (size_t)(r->at - 1 - from)};
    return NH_OK;
}

/* Reads a string that Python printed, behind its opening mark. Its text is
 * never longer than what stands for it. */
static int take_python_string(struct json_reader *r, char quote,
                              struct slice *out, struct nh_error *err)
{
    const size_t start = r->strings.len;
    while (r->at < r->end && *r->at != quote) {
        const char c = *r->at++;
        if (c != '\\' || r->at == r->end) {
            buf_append_byte(&r->strings, (uint8_t)c);
            continue;
        }
        if (*r->at != '\'' && strchr("\"\\/bfnrtu", *r->at)) {
            int rc = take_escape(r, err);
            if (rc != NH_OK)
                return rc;
        } else if (*r->at == '\'') {
            buf_append_byte(&r->strings, (uint8_t)*r->at++);
        } else {
            buf_append_byte(&r->strings, (uint8_t)c);
        }
    }
    *out = (struct slice){r->strings.data + start, r->strings.len - start};
    return take(r, quote) ? NH_OK : wrong(r, "", err);
}

static int take_quoted(struct json_reader *r, struct slice *out,
                       struct nh_error *err)
{
    const char quote = r->at[-1];
    return r->python ? take_python_string(r, quote, out, err)
                     : take_string(r, out, err);
}

/* ---- Other values. */

static size_t take_digits(struct json_reader *r)
{
    const char *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        r->at++;
    return (size_t)(r->at - from);
}

static int take_number(struct json_reader *r, struct slice *out,
                       struct nh_error *err)
{
    const char *from = r->at;
    take(r, '-');
    if (!take(r, '0') && take_digits(r) == 0)
        return wrong(r, "a value is expected", err);
    if (take(r, '.') && take_digits(r) == 0)
        return wrong(r, "a digit is expected", err);
    if (take(r, 'e') || take(r, 'E')) {
        if (!take(r, '-'))
            take(r, '+');
        if (take_digits(r) == 0)
            return wrong(r, "a digit is expected", err);
    }
    *out = (struct slice){from, (size_t)(r->at - from)};
    return NH_OK;
}

static int take_value(struct json_reader *r, unsigned depth,
                      struct json_value *v, struct nh_error *err);

static int take_member_name(struct json_reader *r, struct slice *name,
                            struct nh_error *err)
{
    skip_blanks(r);
    if (!take(r, '"') && !(r->python && take(r, '\'')))
        return wrong(r, "a name in quotation marks is expected", err);
    int rc = take_quoted(r, name, err);
    skip_blanks(r);
    if (rc == NH_OK && !take(r, ':'))
        rc = wrong(r, "a colon is expected", err);
    return rc;
}

/* Reads the values of an array or object up to `close`. */
static int take_values(struct json_reader *r, unsigned depth, char close,
                       struct json_value *v, struct nh_error *err)
{
    const struct json_value **tail = &v->first;
    if (depth == JSON_DEPTH)
        return wrong(r, "nested more than 64 deep", err);
    skip_blanks(r);
    if (take(r, close))
        return NH_OK;
    for (;;) {
        struct json_value *item = arena_alloc(&r->values, sizeof *item);
        int rc = item ? NH_OK : error_nomem(err);
        if (rc == NH_OK && v->type == JSON_OBJECT)
            rc = take_member_name(r, &item->name, err);
        if (rc == NH_OK)
            rc = take_value(r, depth + 1, item, err);
        if (rc != NH_OK)
            return rc;
        *tail = item;
        tail = &item->next;
        skip_blanks(r);
        if (take(r, close))
            return NH_OK;
        if (!take(r, ','))
            return wrong(r, "a comma or the end of the list is expected", err);
        skip_blanks(r);
        if (r->python && take(r, close))
            return NH_OK;
    }
}

static int take_word(struct json_reader *r, const char *word,
                     struct nh_error *err)
{
    for (; *word; word++)
        if (!take(r, *word))
            return wrong(r, "a value is expected", err);
    return NH_OK;
}

/* Numbers, and what stands for values beyond the RFC. */
static int take_other(struct json_reader *r, unsigned depth,
                      struct json_value *v, struct nh_error *err)
{
    static const struct {
        const char *word;
        enum json_type type;
        bool python;
    } words[] = {
        {"NaN", JSON_NULL, false},       {"Infinity", JSON_NULL, false},
        {"-Infinity", JSON_NULL, false}, {"None", JSON_NULL, true},
        {"True", JSON_TRUE, true},       {"False", JSON_FALSE, true}};
    const size_t left = (size_t)(r->end - r->at);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t n = strlen(words[i].word);
        if (left < n || memcmp(r->at, words[i].word, n) != 0 ||
            (words[i].python && !r->python))
            continue;
        r->at += n;
        v->type = words[i].type;
        return NH_OK;
    }
    if (r->python && take(r, '\'')) {
        v->type = JSON_STRING;
        return take_quoted(r, &v->text, err);
    }
    if (r->python && take(r, '(')) {
        v->type = JSON_ARRAY;
        return take_values(r, depth, ')', v, err);
    }
    v->type = JSON_NUMBER;
    return take_number(r, &v->text, err);
}

static int take_value(struct json_reader *r, unsigned depth,
                      struct json_value *v, struct nh_error *err)
{
    skip_blanks(r);
    if (take(r, '"')) {
        v->type = JSON_STRING;
        return take_quoted(r, &v->text, err);
    }
    switch (r->at < r->end ? *r->at : '\0') {
    case '{':
        r->at++;
        v->type = JSON_OBJECT;
        return take_values(r, depth, '}', v, err);
    case '[':
        r->at++;
        v->type = JSON_ARRAY;
        return take_values(r, depth, ']', v, err);
    case 't':
        v->type = JSON_TRUE;
        return take_word(r, "true", err);
    case 'f':
        v->type = JSON_FALSE;
        return take_word(r, "false", err);
    case 'n':
        v->type = JSON_NULL;
        return take_word(r, "null", err);
    default:
        return take_other(r, depth, v, err);
    }
}

int json_parse(struct json_reader *r, struct slice text,
               const struct json_value **out, struct nh_error *err)
{
    *out = NULL;
    arena_reset(&r->values);
    buf_reset(&r->strings);
    r->halves = false;
    r->start = r->at = text.data;
    r->end = text.data + text.len;
    struct json_value *root = arena_alloc(&r->values, sizeof *root);
    if (!root || !buf_reserve(&r->strings, text.len))
        return error_nomem(err);
    int rc = take_value(r, 0, root, err);
    skip_blanks(r);
    if (rc == NH_OK && r->at < r->end)
        rc = wrong(r, "something behind the value", err);
    if (rc == NH_OK)
        *out = root;
    return rc;
}

const struct json_value *json_get(const struct json_value *object,
                                  const char *name)
{
    const struct json_value *found = NULL;
    const struct slice wanted = slice_of(name);
    if (object->type != JSON_OBJECT)
        return NULL;
    for (const struct json_value *v = object->first; v; v = v->next)
        if (slice_equal(v->name, wanted))
            found = v;
    return found;
}
