/* Owns the repair of records that are nearly XML: "AT&T", "a < b", NUL.
 * Promises that sound XML means the same afterwards. */
#include "corpus/markup/xml_repair.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>

/* Longest name of an entity that is looked up; the longest of HTML 4 has 8
 * letters. */
#define ENTITY_NAME_MAX 32

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool xml_opens_tag(char next)
{
    return is_letter(next) || (unsigned char)next >= 0x80 ||
           (next && strchr("/!?_:", next));
}

/* Controls that XML 1.0 has no place for. */
static bool is_control(char c)
{
    const unsigned char u = (unsigned char)c;
    return u < ' ' && u != '\t' && u != '\n' && u != '\r';
}

/* What keeps its signs. */
static const struct {
    const char *start, *end;
} kept[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};

static bool starts(struct slice text, const char *what)
{
    const size_t n = strlen(what);
    return text.len >= n && memcmp(text.data, what, n) == 0;
}

/* Bytes up to and with `end`, or all. */
static size_t length_to(struct slice text, const char *end)
{
    const size_t n = strlen(end);
    for (size_t i = 0; i + n <= text.len; i++) {
        const char *at = memchr(text.data + i, end[0], text.len - i);
        if (!at)
            break;
        i = (size_t)(at - text.data);
        if (i + n <= text.len && memcmp(at, end, n) == 0)
            return i + n;
    }
    return text.len;
}

/* Bytes of a DOCTYPE, which may have declarations in brackets. */
static size_t doctype_length(struct slice text)
{
    char quote = 0;
    int depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '[' || c == ']')
            depth += c == '[' ? 1 : -1;
        else if (c == '>' && depth <= 0)
            return i + 1;
    }
    return text.len;
}

/* Bytes of what keeps its signs at the front of a text; 0 if there is none. */
static size_t kept_length(struct slice text)
{
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (starts(text, kept[i].start))
            return length_to(text, kept[i].end);
    return starts(text, "<!DOCTYPE") ? doctype_length(text) : 0;
}

/* Reads the name of a reference at the front of a text, without & and ;.
 * Returns the bytes of all of it, 0 if there is none. */
static size_t reference_name(struct slice text, char name[ENTITY_NAME_MAX + 1])
{
    size_t i = 1;
    for (; i < text.len && i <= ENTITY_NAME_MAX; i++) {
        const char c = text.data[i];
        if (!is_letter(c) && !is_digit(c) && !(c == '#' && i == 1))
            break;
        name[i - 1] = c;
    }
    name[i - 1] = '\0';
    return i > 1 && i < text.len && text.data[i] == ';' ? i + 1 : 0;
}

/* The character that a number stands for, as in "#38" or "#x26"; a space for
 * one that XML has no place for, 0 for what is no number. */
static unsigned long numbered(const char *name)
{
    const bool hex = name[1] == 'x' || name[1] == 'X';
    char *end;
    const char *digits = name + 1 + hex;
    if (name[0] != '#' || *digits == '\0')
        return 0;
    const unsigned long code = strtoul(digits, &end, hex ? 16 : 10);
    const bool good =
        code >= ' ' ? code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) &&
                          code != 0xFFFE && code != 0xFFFF
                    : code == '\t' || code == '\n' || code == '\r';
    return *end ? 0 : good ? code : ' ';
}

/* The character that a reference stands for: a number, or a name of XML or
 * HTML; 0 for others. */
static unsigned long referenced(const char *name)
{
    if (name[0] == '#')
        return numbered(name);
    if (strcmp(name, "apos") == 0)
        return '\'';
    const htmlEntityDesc *html = htmlEntityLookup(BAD_CAST name);
    return html ? html->value : 0;
}

/* Repairs an & at the front of a text. What it refers to is written as a
 * number: libxml2 leaves out names in what it mends. Returns the bytes that are
 * done. `declares`: the record declares entities, any name may be one. */
static size_t repair_reference(struct slice text, bool declares,
                               struct buf *out)
{
    char name[ENTITY_NAME_MAX + 1];
    const size_t n = reference_name(text, name);
    const unsigned long code = n ? referenced(name) : 0;
    if (code)
        buf_printf(out, "&#%lu;", code);
    else
        buf_append_str(out, n && declares ? "&" : "&#38;");
    return code ? n : 1;
}

/* Repairs one sign, '&' or '<' or a control, at the front of a text; returns
 * the bytes that are done. */
static size_t repair_sign(struct slice text, bool declares, struct buf *out)
{
    const char c = text.data[0];
    if (c == '&')
        return repair_reference(text, declares, out);
    const size_t n = c == '<' ? kept_length(text) : 0, start = out->len;
    if (c != '<')
        buf_append_byte(out, ' ');
    else if (n == 0)
        buf_append_str(
            out, text.len > 1 && xml_opens_tag(text.data[1]) ? "<" : "&#60;");
    buf_append(out, text.data, n);
    for (size_t i = start; i < out->len; i++)
        if (is_control(out->data[i]))
            out->data[i] = ' ';
    return n ? n : 1;
}

/* Bytes before the next sign that may need a repair. */
static size_t plain_length(struct slice text)
{
    size_t i = 0;
    while (i < text.len && text.data[i] != '&' && text.data[i] != '<' &&
           !is_control(text.data[i]))
        i++;
    return i;
}

static bool has_entities(struct slice record)
{
    static const char mark[] = "<!ENTITY";
    const char *doctype = record.data;
    struct slice rest = record;
    while (rest.len && (doctype = memchr(rest.data, '<', rest.len)) != NULL) {
        rest.len -= (size_t)(doctype - rest.data);
        rest.data = doctype;
        if (starts(rest, mark))
            return true;
        rest = (struct slice){rest.data + 1, rest.len - 1};
    }
    return false;
}

bool xml_repair(struct slice record, struct buf *out)
{
    const bool declares = has_entities(record);
    buf_reset(out);
    while (record.len) {
        const size_t plain = plain_length(record);
        buf_append(out, record.data, plain);
        record = (struct slice){record.data + plain, record.len - plain};
        if (record.len == 0)
            break;
        const size_t n = repair_sign(record, declares, out);
        record = (struct slice){record.data + n, record.len - n};
    }
    return !out->failed;
}
