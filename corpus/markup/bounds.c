/* Owns the bounds of markup.
 * Promises one pass over it, and the same bytes where nothing is out of bounds.
 */
#include "corpus/markup/bounds.h"

#include <string.h>
#include <strings.h>

/* A tag without more bytes than these has not too many attributes. */
#define FEW_BYTES ((size_t)BOUNDS_ATTRIBUTES * 2)
/* XML of no more bytes has not too many tags or attributes in all: the shortest
 * are <a> and ` a=""`. */
#define LONG_RECORD ((size_t)BOUNDS_XML_TAGS * 3)

struct pass {
    const char *at, *end;
    struct buf *out;
    bool html;
    size_t tags, depth, dropped;
    size_t attributes; /* of all tags that came before */
};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The end of a value: behind its closing quotation mark, or its last sign. */
static const char *behind_value(const char *p, const char *end)
{
    if (p < end && (*p == '"' || *p == '\'')) {
        const char *close = memchr(p + 1, *p, (size_t)(end - p - 1));
        return close ? close + 1 : end;
    }
    while (p < end && !is_space(*p) && *p != '>')
        p++;
    return p;
}

/* The next attribute of a tag from a place on; its end, or NULL at the tag's.
 */
static const char *behind_attribute(const char **from, const char *end)
{
    const char *p = *from;
    while (p < end && (is_space(*p) || *p == '/'))
        p++;
    *from = p;
    if (p == end || *p == '>')
        return NULL;
    do /* a name has one sign at least, whatever it is */
        p++;
    while (p < end && !is_space(*p) && !strchr("=/>", *p));
    const char *value = p;
    while (value < end && is_space(*value))
        value++;
    if (value == end || *value != '=')
        return p;
    value++;
    while (value < end && is_space(*value))
        value++;
    return behind_value(value, end);
}

/* Reads the tag at the pass: its end, and where the first attribute too many
 * begins, or NULL. */
static const char *read_tag(struct pass *x, const char **surplus)
{
    /* A < ends a tag of XML, in quotes too, as libxml2 reads it. */
    const char *p = x->at + 1, *next,
               *open = x->html ? NULL : memchr(p, '<', (size_t)(x->end - p)),
               *end = open ? open : x->end;
    const size_t room = BOUNDS_ATTRIBUTES_ALL - x->attributes,
                 most = room < BOUNDS_ATTRIBUTES ? room : BOUNDS_ATTRIBUTES;
    size_t count = 0;
    *surplus = NULL;
    while (p < end && !is_space(*p) && *p != '>')
        p++;
    for (; (next = behind_attribute(&p, end)); p = next)
        if (++count == most + 1)
            *surplus = p;
    x->attributes += count < most ? count : most;
    return p < end ? p + 1 : p;
}

/* ---- Depth. */

static struct slice name_of(const char *tag, const char *end)
{
    const char *p = tag + 1 + (tag[1] == '/');
    size_t n = 0;
    while (p + n < end && ((p[n] | 32) >= 'a' ? (p[n] | 32) <= 'z'
                                              : p[n] >= '0' && p[n] <= '9'))
        n++;
    return (struct slice){p, n};
}

static bool is_one_of(struct slice name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (name.len == strlen(names[i]) &&
            strncasecmp(name.data, names[i], name.len) == 0)
            return true;
    return false;
}

/* Elements that have no end, or that the next of their kind ends. */
static bool ends_itself(struct slice name)
{
    static const char *const names[] = {
        "p",    "br",    "li",   "td",    "tr",    "th",       "dd",   "dt",
        "img",  "hr",    "meta", "link",  "input", "option",   "html", "head",
        "body", "tbody", "area", "thead", "col",   "optgroup", "base", "wbr"};
    return is_one_of(name, names, sizeof names / sizeof *names);
}

/* Whether a tag is to be left out, as it is too deep or one too many. */
static bool is_surplus(struct pass *x, const char *end)
{
    const struct slice name = name_of(x->at, end);
    if (x->tags > BOUNDS_TAGS)
        return true;
    if (ends_itself(name) || end[-1] != '>' || end[-2] == '/')
        return false;
    if (x->at[1] != '/') {
        const bool deep = x->depth >= BOUNDS_DEPTH;
        x->dropped += deep;
        x->depth += !deep;
        return deep;
    }
    if (x->dropped) {
        x->dropped--;
        return true;
    }
    x->depth -= x->depth > 0;
    return false;
}

/* ---- Text. */

/* Where the raw text of an element ends that has no markup in it: at its end
 * tag. */
static const char *behind_raw(const struct pass *x, const char *from,
                              struct slice name)
{
    for (const char *p = from;
         (p = memchr(p, '<', (size_t)(x->end - p))) != NULL; p++)
        if ((size_t)(x->end - p) > name.len + 1 && p[1] == '/' &&
            strncasecmp(p + 2, name.data, name.len) == 0)
            return p;
    return x->end;
}

static const char *behind_comment(const struct pass *x)
{
    for (const char *p = x->at + 4;
         p < x->end && (p = memchr(p, '>', (size_t)(x->end - p))) != NULL; p++)
        if (p[-1] == '-' && p[-2] == '-')
            return p + 1;
    return x->end;
}

/* Characters 128 to 159 of Windows-1252. */
static const uint16_t windows[32] = {
    0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
    0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
    0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

/* Writes a reference to one of these anew; the bytes that it takes, or 0. */
static size_t put_reference(struct pass *x)
{
    const char *p = x->at + 2;
    const bool hex = p < x->end && (*p | 32) == 'x';
    unsigned value = 0;
    size_t n = 0;
    p += hex;
    for (; p + n < x->end && n < 4; n++) {
        const char c = p[n];
        if (c >= '0' && c <= '9')
            value = value * (hex ? 16 : 10) + (unsigned)(c - '0');
        else if (hex && (c | 32) >= 'a' && (c | 32) <= 'f')
            value = value * 16 + (unsigned)((c | 32) - 'a' + 10);
        else
            break;
    }
    if (value < 128 || value > 159 || n == 0 || n > 3)
        return 0;
    buf_printf(x->out, "&#%u;", windows[value - 128]);
    p += n;
    return (size_t)(p - x->at) + (p < x->end && *p == ';');
}

/* ---- The pass. */

static bool starts(const struct pass *x, const char *with)
{
    const size_t n = strlen(with);
    return (size_t)(x->end - x->at) >= n && memcmp(x->at, with, n) == 0;
}

static void put_to(struct pass *x, const char *end)
{
    buf_append(x->out, x->at, (size_t)(end - x->at));
    x->at = end;
}

static void put_tag(struct pass *x)
{
    static const char *const raw[] = {"script", "style", "iframe", "xmp",
                                      "noembed"};
    const char *surplus;
    const struct slice name = name_of(x->at, x->end);
    const char *end = read_tag(x, &surplus);
    x->tags++;
    if (x->html && is_surplus(x, end)) {
        buf_append_byte(x->out, ' ');
        x->at = end;
        return;
    }
    const bool text = x->html && x->at[1] != '/' &&
                      is_one_of(name, raw, sizeof raw / sizeof *raw);
    if (surplus) {
        put_to(x, surplus);
        x->at = end - (end[-1] == '>');
        if (x->at > surplus && x->at[-1] == '/')
            x->at--;
    }
    put_to(x, end);
    if (text)
        put_to(x, behind_raw(x, x->at, name));
}

/* The place behind the next `mark`, or the end. */
static const char *behind(const struct pass *x, const char *mark)
{
    const size_t n = strlen(mark);
    for (const char *p = x->at;
         (p = memchr(p, mark[0], (size_t)(x->end - p))) != NULL; p++)
        if ((size_t)(x->end - p) >= n && memcmp(p, mark, n) == 0)
            return p + n;
    return x->end;
}

/* Puts the markup at `<` or `&`, at least one sign of it. Comments in XML are
 * left out: libxml2 copies what it has of one at each "--" in it, for a
 * message.
 */
static void put_markup(struct pass *x)
{
    const char next = x->at + 1 < x->end ? x->at[1] : ' ';
    if (starts(x, "<!--") && !x->html) {
        x->at = behind_comment(x);
    } else if (starts(x, "<!--")) {
        put_to(x, behind_comment(x));
    } else if (!x->html && starts(x, "<![CDATA[")) {
        put_to(x, behind(x, "]]>"));
    } else if (!x->html && next == '?') {
        put_to(x, behind(x, "?>"));
    } else if (*x->at == '<' && (next == '/' || next == '_' || next == ':' ||
                                 ((next | 32) >= 'a' && (next | 32) <= 'z'))) {
        put_tag(x);
    } else if (x->html && starts(x, "&#")) {
        const size_t n = put_reference(x);
        if (n)
            x->at += n;
        else
            put_to(x, x->at + 1);
    } else {
        put_to(x, x->at + 1);
    }
}

static struct slice pass(struct pass *x)
{
    buf_reset(x->out);
    const char *tag = x->at; /* the next `<`, or the end */
    while (x->at < x->end && !x->out->failed) {
        if (tag <= x->at)
            tag = memchr(x->at, '<', (size_t)(x->end - x->at));
        if (!tag)
            tag = x->end;
        const char *reference =
            x->html ? memchr(x->at, '&', (size_t)(tag - x->at)) : NULL;
        put_to(x, reference ? reference : tag);
        if (x->at < x->end)
            put_markup(x);
    }
    return x->out->failed ? (struct slice){"", 0} : buf_slice(x->out);
}

struct slice bounds_html(struct slice html, struct buf *out)
{
    struct pass x = {
        .at = html.data, .end = html.data + html.len, .out = out, .html = true};
    return pass(&x);
}

static bool has_comment(struct slice xml)
{
    const char *end = xml.data + xml.len;
    for (const char *p = xml.data;
         (p = memchr(p, '!', (size_t)(end - p))) != NULL; p++)
        if (p > xml.data && p[-1] == '<' && end - p > 2 && p[1] == '-' &&
            p[2] == '-')
            return true;
    return false;
}

/* Only a long tag has many attributes, and only a long record has many tags. */
static bool has_long_tag(struct slice xml)
{
    const char *end = xml.data + xml.len, *last = xml.data;
    for (const char *p = xml.data;
         (p = memchr(p, '>', (size_t)(end - p))) != NULL; last = ++p)
        if ((size_t)(p - last) > FEW_BYTES)
            return true;
    return (size_t)(end - last) > FEW_BYTES;
}

struct slice bounds_xml(struct slice xml, struct buf *out, bool *fits)
{
    struct pass x = {.at = xml.data, .end = xml.data + xml.len, .out = out};
    *fits = true;
    buf_reset(out);
    if (xml.len <= LONG_RECORD && !has_long_tag(xml) && !has_comment(xml))
        return xml;
    const struct slice within = pass(&x);
    *fits = x.tags <= BOUNDS_XML_TAGS && x.attributes < BOUNDS_ATTRIBUTES_ALL;
    return within;
}
