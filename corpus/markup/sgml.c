/* Owns tag scanning and entities. Promises to get through any bytes, in linear
 * time. */
#include "corpus/markup/sgml.h"

#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"

/* Distance to the next tag of that name from `from` on; *close tells which. As
 * input_find. */
static int find_tag(struct input *in, const char *name, size_t from, size_t *at,
                    bool *close, struct nh_error *err)
{
    const size_t n = strlen(name);
    for (;; from = *at + 1) {
        struct slice have;
        int found = input_find(in, "<", from, at, err);
        if (found != 1)
            return found;
        int rc = input_peek(in, *at + n + 3, &have, err);
        if (rc != NH_OK)
            return rc;
        *close = have.len > *at + 1 && have.data[*at + 1] == '/';
        const size_t start = *at + 1 + *close;
        if (have.len > start + n && memcmp(have.data + start, name, n) == 0 &&
            strchr("> \t\r\n", have.data[start + n]))
            return 1;
    }
}

/* Leaves what is too long, so that the next search finds what is behind it. */
static int skip_long(struct input *in, int found)
{
    if (found == NH_EDATA)
        input_skip(in, INPUT_RECORD_MAX);
    return found;
}

int sgml_split(struct input *in, const char *name, struct slice *record,
               uint64_t *offset, struct nh_error *err)
{
    size_t at = 0, end;
    bool close = true;
    int found = 1;
    for (size_t from = 0; found == 1 && close; from = at + 1)
        found = find_tag(in, name, from, &at, &close, err);
    if (found != 1)
        return skip_long(in, found);
    input_skip(in, at);
    *offset = in->offset;
    found = find_tag(in, name, 1, &end, &close, err);
    if (found < 0)
        return skip_long(in, found);
    if (found == 1 && close)
        end += strlen(name) + 3;
    *record = input_take(in, end);
    return 1;
}

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

static bool letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Longest tag, bytes: one that is longer is text. */
#define TAG_MAX 2048

/* End of the tag that begins at `at` (behind its '>'), or 0. */
static size_t tag_end(struct slice doc, size_t at)
{
    size_t room = doc.len - at;
    if (room > TAG_MAX)
        room = TAG_MAX;
    const char *end = memchr(doc.data + at, '>', room);
    return end ? (size_t)(end - doc.data) + 1 : 0;
}

bool sgml_next(struct slice doc, size_t *pos, struct sgml_token *token)
{
    size_t at = *pos, text = at;
    while (at < doc.len) {
        const char *open = memchr(doc.data + at, '<', doc.len - at);
        size_t tag = open ? (size_t)(open - doc.data) : doc.len;
        size_t name = tag + 1;
        bool close = name < doc.len && doc.data[name] == '/';
        if (close)
            name++;
        bool markup = name < doc.len && (letter(doc.data[name]) ||
                                         (!close && doc.data[name] == '!'));
        size_t end = markup ? tag_end(doc, tag) : 0;
        if (tag < doc.len && !end) { /* a '<' of the text */
            at = tag + 1;
            continue;
        }
        if (tag > text) { /* the text before it first */
            *token = (struct sgml_token){
                SGML_TEXT, {NULL, 0}, {doc.data + text, tag - text}};
            *pos = tag;
            return true;
        }
        if (tag == doc.len)
            return false;
        if (doc.data[name] == '!') {
            text = at = end;
            continue;
        }
        size_t stop = name;
        while (stop < end && name_char(doc.data[stop]))
            stop++;
        *token = (struct sgml_token){close ? SGML_CLOSE : SGML_OPEN,
                                     {doc.data + name, stop - name},
                                     {doc.data + stop, end - 1 - stop}};
        *pos = end;
        return true;
    }
    if (text < doc.len) {
        *token = (struct sgml_token){
            SGML_TEXT, {NULL, 0}, {doc.data + text, doc.len - text}};
        *pos = doc.len;
        return true;
    }
    return false;
}

bool sgml_is(struct slice name, const char *tag)
{
    return strlen(tag) == name.len &&
           strncasecmp(name.data, tag, name.len) == 0;
}

bool sgml_attribute(struct slice attributes, const char *name,
                    struct slice *value)
{
    size_t len = strlen(name);
    for (size_t i = 0; i + len < attributes.len; i++) {
        const char *p = attributes.data + i;
        if (strncasecmp(p, name, len) != 0 || p[len] != '=' ||
            (i > 0 && name_char(p[-1])))
            continue;
        size_t start = i + len + 1;
        char quote = start < attributes.len ? attributes.data[start] : '\0';
        bool quoted = quote == '"' || quote == '\'';
        size_t end = start += quoted;
        while (end < attributes.len &&
               (quoted ? attributes.data[end] != quote
                       : name_char(attributes.data[end])))
            end++;
        *value = (struct slice){attributes.data + start, end - start};
        return true;
    }
    return false;
}

static const struct {
    const char *name;
    uint32_t code;
} entities[] = {
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},        {"quot", '"'},
    {"apos", '\''},    {"nbsp", 0xA0},    {"hyph", '-'},      {"blank", ' '},
    {"mdash", 0x2014}, {"ndash", 0x2013}, {"lsquo", 0x2018},  {"rsquo", 0x2019},
    {"ldquo", 0x201C}, {"rdquo", 0x201D}, {"hellip", 0x2026}, {"cent", 0xA2},
    {"pound", 0xA3},   {"yen", 0xA5},     {"sect", 0xA7},     {"copy", 0xA9},
    {"reg", 0xAE},     {"deg", 0xB0},     {"para", 0xB6},     {"bull", 0x2022},
    {"frac12", 0xBD},  {"frac14", 0xBC},  {"times", 0xD7},    {"eacute", 0xE9},
    {"egrave", 0xE8},  {"aacute", 0xE1},  {"agrave", 0xE0},   {"acirc", 0xE2},
    {"atilde", 0xE3},  {"auml", 0xE4},    {"aring", 0xE5},    {"ccedil", 0xE7},
    {"ecirc", 0xEA},   {"euml", 0xEB},    {"iacute", 0xED},   {"icirc", 0xEE},
    {"iuml", 0xEF},    {"ntilde", 0xF1},  {"oacute", 0xF3},   {"ocirc", 0xF4},
    {"otilde", 0xF5},  {"ouml", 0xF6},    {"oslash", 0xF8},   {"uacute", 0xFA},
    {"ugrave", 0xF9},  {"ucirc", 0xFB},   {"uuml", 0xFC},     {"Eacute", 0xC9},
    {"Ouml", 0xD6},    {"Uuml", 0xDC},    {"Auml", 0xC4},     {"szlig", 0xDF},
    {"Ccedil", 0xC7}};

/* Longest entity between & and ;, bytes. */
#define ENTITY_MAX 10

static bool number_entity(const char *p, size_t len, uint32_t *code)
{
    uint32_t base = 10, value = 0;
    if (len > 1 && (p[0] | 0x20) == 'x') {
        base = 16;
        p++, len--;
    }
    if (len == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        uint32_t digit = p[i] >= '0' && p[i] <= '9' ? (uint32_t)(p[i] - '0')
                         : letter(p[i]) ? (uint32_t)((p[i] | 0x20) - 'a') + 10
                                        : 99;
        if (digit >= base || value > 0x10FFFF)
            return false;
        value = value * base + digit;
    }
    *code = value;
    return value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
}

static bool entity_code(const char *p, size_t len, uint32_t *code)
{
    if (len > 1 && p[0] == '#')
        return number_entity(p + 1, len - 1, code);
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (strlen(entities[i].name) == len &&
            memcmp(entities[i].name, p, len) == 0) {
            *code = entities[i].code;
            return true;
        }
    return false;
}

static void append_code(uint32_t code, struct buf *out)
{
    char bytes[4];
    if (code >= ' ' || code == '\n' || code == '\t')
        buf_append(out, bytes, utf8_encode(code, bytes));
}

void sgml_unescape(struct slice raw, struct buf *out)
{
    size_t i = 0, plain = 0;
    while (i < raw.len) {
        unsigned char c = (unsigned char)raw.data[i];
        if (c != '&' && (c >= ' ' || c == '\n' || c == '\t')) {
            i++;
            continue;
        }
        buf_append(out, raw.data + plain, i - plain);
        size_t used = 1;
        if (c == '&') {
            size_t room = raw.len - i - 1;
            const char *name = raw.data + i + 1;
            const char *end =
                memchr(name, ';', room < ENTITY_MAX ? room : ENTITY_MAX);
            uint32_t code;
            if (end && entity_code(name, (size_t)(end - name), &code)) {
                append_code(code, out);
                used = (size_t)(end - name) + 2;
            } else {
                buf_append_byte(out, '&');
            }
        }
        i += used;
        plain = i;
    }
    buf_append(out, raw.data + plain, raw.len - plain);
}
