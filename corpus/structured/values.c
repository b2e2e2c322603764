/* Owns the meaning of values in JSON and tables. Promises that each value is
 * looked at a bounded number of times, however it is nested. */
#include "corpus/structured/values.h"

#include <string.h>
#include <strings.h>

#include "common/text/schema.h"
#include "corpus/markup/html.h"
#include "corpus/markup/xml.h"
#include "corpus/structured/kinds.h"

/* How deep lists and objects of one value are followed: more than any known
 * format has. */
#define VALUE_DEPTH 6

/* ---- Objects. */

/* The first of these members that an object has. */
static const struct json_value *first_of(const struct json_value *object,
                                         const char *const *names)
{
    const struct json_value *v = NULL;
    for (; !v && *names; names++)
        v = json_get(object, *names);
    return v;
}

static struct slice text_of(const struct json_value *v, unsigned depth)
{
    /* Names of members that are the value of an object, the best first. */
    static const char *const names[] = {
        "rendered", "$oid", "$date",   "$numberLong", "#text", "_text",
        "$t",       "$",    "_",       "__cdata",     "value", "processed",
        "main",     "text", "default", "original",    "html",  "content",
        "body",     "eng",  "en",      "iso",         "full",  NULL};
    struct slice none = {"", 0};
    if (v->type == JSON_STRING || v->type == JSON_NUMBER)
        return v->text;
    if (v->type != JSON_OBJECT || depth == VALUE_DEPTH)
        return none;
    for (size_t i = 0; names[i]; i++) {
        const struct json_value *member = json_get(v, names[i]);
        const struct slice text = member ? text_of(member, depth + 1) : none;
        if (text.len)
            return text;
    }
    /* One member alone, as of languages: {"deu": "..."} */
    return v->first && !v->first->next ? text_of(v->first, depth + 1) : none;
}

struct slice values_text_of(const struct json_value *v)
{
    return text_of(v, 0);
}

/* ---- Markup. */

/* Whether the name of an element begins at p. */
static bool is_element(const char *p, const char *end)
{
    static const char *const elements[] = {
        "p",          "br",     "div",    "a",         "b",       "i",
        "em",         "strong", "span",   "img",       "ul",      "ol",
        "li",         "h1",     "h2",     "h3",        "h4",      "h5",
        "h6",         "hr",     "table",  "tr",        "td",      "th",
        "blockquote", "figure", "script", "iframe",    "section", "article",
        "header",     "footer", "style",  "html",      "body",    "u",
        "sup",        "sub",    "small",  "font",      "center",  "pre",
        "code",       "s",      "del",    "figcaption"};
    size_t n = 0;
    if (end - p > 5 && memcmp(p, "jats:", 5) == 0) /* of abstracts */
        p += 5;
    while (n < 12 && p + n < end &&
           ((p[n] >= 'a' && p[n] <= 'z') || (p[n] >= 'A' && p[n] <= 'Z') ||
            (p[n] >= '1' && p[n] <= '6')))
        n++;
    if (p + n == end || !strchr("> /\t\r\n", p[n]))
        return false;
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strlen(elements[i]) == n && strncasecmp(p, elements[i], n) == 0)
            return true;
    return false;
}

/* Elements that part paragraphs or lines, so that line ends do not. */
static bool parts_lines(const char *p, const char *end)
{
    static const char *const starts[] = {"p>",  "p ", "br",    "div",
                                         "li>", "h",  "table", "blockquote"};
    const struct slice s = {p, (size_t)(end - p)};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (slice_starts(s, starts[i]))
            return true;
    return false;
}

/* What the tags and references in a string say. */
struct markup {
    bool tags, lines, references, page;
};

static bool is_reference(const char *p, const char *end)
{
    size_t n = 1;
    while (n < 10 && p + n < end &&
           ((p[n] >= 'a' && p[n] <= 'z') || (p[n] >= 'A' && p[n] <= 'Z') ||
            (p[n] >= '0' && p[n] <= '9') || (n == 1 && p[n] == '#')))
        n++;
    return n > 2 && p + n < end && p[n] == ';';
}

static struct markup find_markup(struct slice text)
{
    struct markup m = {false, false, false, false};
    const char *const end = text.data + text.len;
    const char *p = text.data;
    while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
        const bool closing = p + 1 < end && p[1] == '/';
        p += closing ? 2 : 1;
        if (!is_element(p, end))
            continue;
        const bool lines = parts_lines(p, end);
        const struct slice rest = {p, (size_t)(end - p)};
        m.lines = m.lines || lines;
        /* A tag of a word is markup if it is closed or stands alone. */
        m.tags = m.tags || closing || lines || slice_starts(rest, "img") ||
                 slice_starts(rest, "iframe");
        m.page = m.page || (!closing && (slice_starts(rest, "html") ||
                                         slice_starts(rest, "body")));
    }
    p = text.data;
    while (!m.tags && !m.references && p < end &&
           (p = memchr(p, '&', (size_t)(end - p)))) {
        m.references = is_reference(p, end);
        p++;
    }
    return m;
}

/* Puts markup without elements for lines, or text with references alone, into
 * `out` as HTML with its line ends. */
static bool mark_lines(struct slice text, bool tags, struct buf *out)
{
    buf_reset(out);
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        if (c == '\n')
            buf_append_str(out, "<br>");
        else if (c == '<' && !tags)
            buf_append_str(out, "&lt;");
        else
            buf_append_byte(out, (uint8_t)c);
    }
    return !out->failed;
}

/* Puts the text of markup into `out`. */
static bool read_markup(struct parse_context *ctx, struct slice text,
                        struct markup m, struct buf *out)
{
    if (m.page) {
        xmlDoc *doc = html_parse(text);
        const bool good = doc && html_body(doc, (struct slice){"", 0}, out);
        xmlFreeDoc(doc);
        if (!good || out->len)
            return good;
    }
    if (m.lines)
        return html_text(text, out);
    return mark_lines(text, m.tags, &ctx->lines) &&
           html_text(buf_slice(&ctx->lines), out);
}

/* Whether a string may be a list or an object in the notation of JSON or
 * Python. */
static bool is_tree(const struct parse_context *ctx, struct slice text)
{
    text = slice_trim(text);
    if (ctx->plain || ctx->inside || text.len < 4 ||
        !((text.data[0] == '[' && text.data[text.len - 1] == ']') ||
          (text.data[0] == '{' && text.data[text.len - 1] == '}')))
        return false;
    const struct slice rest =
        slice_trim((struct slice){text.data + 1, text.len - 1});
    return strchr("\"'{", rest.data[0]) != NULL;
}

bool values_is_text(const struct parse_context *ctx, struct slice text)
{
    if (is_tree(ctx, text))
        return false;
    const struct markup m = ctx->plain
                                ? (struct markup){false, false, false, false}
                                : find_markup(text);
    return !m.tags && !m.references;
}

/* Appends the text of a string that is no list and no object. */
static bool append_string(struct parse_context *ctx, struct slice text,
                          bool markup)
{
    struct markup m = {false, false, false, false};
    if (!ctx->plain)
        m = find_markup(text);
    if (markup || m.tags || m.references) {
        m.lines = m.lines || (markup && !m.tags);
        if (!read_markup(ctx, text, m, &ctx->other))
            return false;
        text = buf_slice(&ctx->other);
    }
    if (ctx->work.len && text.len)
        buf_append_str(&ctx->work, "\n\n");
    buf_append(&ctx->work, text.data, text.len);
    return !ctx->work.failed;
}

bool values_append_text(struct parse_context *ctx, struct slice text,
                        bool markup)
{
    const struct json_value *tree;
    if (!is_tree(ctx, text))
        return append_string(ctx, text, markup);
    ctx->inner.python = true;
    const int rc = json_parse(&ctx->inner, slice_trim(text), &tree, NULL);
    ctx->inside = true;
    const bool good = rc == NH_OK
                          ? values_append(ctx, tree, markup)
                          : rc != NH_ENOMEM && append_string(ctx, text, markup);
    ctx->inside = false;
    return good;
}

static bool ends_with(struct slice s, const char *end)
{
    const size_t n = strlen(end);
    return s.len >= n && memcmp(s.data + s.len - n, end, n) == 0;
}

/* What a block of a body is, by its type: its text is markup. Others are
 * pictures, or stand elsewhere in the record. */
static const struct json_value *block_text(const struct json_value *block)
{
    static const char *const names[] = {"content", "bodyHtml",        "html",
                                        "text",    "bodyTextSummary", "value",
                                        NULL};
    static const char *const types[] = {"html",       "text",   "paragraph",
                                        "unstyled",   "header", "p",
                                        "blockquote", NULL};
    const struct json_value *type = json_get(block, "type"),
                            *data = json_get(block, "data"),
                            *text = first_of(block, names);
    bool good = !type || type->type != JSON_STRING;
    for (size_t i = 0; !good && types[i]; i++)
        good = ends_with(type->text, types[i]);
    if (good && !text && data && data->type == JSON_OBJECT)
        text = first_of(data, names);
    return good && text && text->type == JSON_STRING ? text : NULL;
}

bool values_append(struct parse_context *ctx, const struct json_value *v,
                   bool markup)
{
    bool good = true;
    if (v->type != JSON_ARRAY)
        return values_append_text(ctx, values_text_of(v), markup);
    for (v = v->first; good && v; v = v->next) {
        const struct json_value *block =
            v->type == JSON_OBJECT ? block_text(v) : v;
        if (block && block->type == JSON_STRING)
            good = append_string(ctx, block->text, markup || block != v);
    }
    return good;
}

/* ---- Values. */

static bool add_tree(struct parse_context *ctx, struct article *out,
                     enum field field, const struct json_value *v,
                     unsigned depth);

/* Whether a string is a list or an object. */
static bool is_list(struct slice text)
{
    static const char opens[] = "[{(", closes[] = "]})";
    const char *at = text.len > 2 ? strchr(opens, text.data[0]) : NULL;
    if (!at || !*at || text.data[text.len - 1] != closes[at - opens])
        return false;
    /* Others begin with a bracket too: "(Reuters)". */
    const char next = text.data[1];
    return *at == '[' || next == '"' || next == '\'';
}

/* Adds the parts of a list that no marks are around: [Jane Roe, John Poe] */
static bool add_parts(struct parse_context *ctx, struct article *out,
                      enum field field, struct slice list)
{
    bool good = true;
    list = (struct slice){list.data + 1, list.len - 2};
    while (good && list.len) {
        const char *at = memchr(list.data, ',', list.len);
        const size_t n = at ? (size_t)(at - list.data) : list.len;
        struct slice part = slice_trim((struct slice){list.data, n});
        if (part.len > 1 && part.data[0] == '"' &&
            part.data[part.len - 1] == '"')
            part = (struct slice){part.data + 1, part.len - 2};
        const struct json_value v = {.type = JSON_STRING, .text = part};
        good = add_tree(ctx, out, field, &v, VALUE_DEPTH - 1);
        list = (struct slice){list.data + n + (at != NULL),
                              list.len - n - (at != NULL)};
    }
    return good;
}

/* Adds what a list in a string has; lists in strings in it are no lists. */
static bool add_inner(struct parse_context *ctx, struct article *out,
                      enum field field, struct slice text, unsigned depth)
{
    const struct json_value *tree;
    ctx->inner.python = true;
    const int rc = json_parse(&ctx->inner, text, &tree, NULL);
    ctx->inside = true;
    const bool good = rc == NH_ENOMEM ? false
                      : rc != NH_OK   ? add_parts(ctx, out, field, text)
                      : field == FIELD_TOPIC && tree->first
                          ? kinds_add_subjects(ctx, out, tree)
                          : add_tree(ctx, out, field, tree, depth + 1);
    ctx->inside = false;
    return good;
}

/* Adds what a string means. */
static bool add_string(struct parse_context *ctx, struct article *out,
                       enum field field, struct slice text, unsigned depth)
{
    text = slice_trim(text);
    if (ctx->plain)
        return article_add(out, field, text);
    if (reader_is_null(text))
        return true;
    if (field == FIELD_ID || field == FIELD_URL)
        return article_add(out, field, text);
    if (!ctx->inside && is_list(text))
        return add_inner(ctx, out, field, text, depth);
    const struct markup m = find_markup(text);
    if (m.tags || m.references) {
        if (!read_markup(ctx, text, m, &ctx->other))
            return false;
        text = buf_slice(&ctx->other);
    }
    return field == FIELD_AUTHOR     ? reader_add_authors(out, text)
           : field == FIELD_LANGUAGE ? reader_add_language(out, text)
                                     : article_add(out, field, text);
}

/* Adds an object by its name. */
static bool add_object(struct parse_context *ctx, struct article *out,
                       enum field field, const struct json_value *v,
                       unsigned depth)
{
    static const char *const names[] = {
        "name",     "by",    "displayName", "display_name", "fullName",
        "fullname", "title", "full_name",   "original",     "webTitle",
        "label",    "term",  "literal",     "username",     NULL};
    static const char *const given[] = {"given",     "first",      "firstname",
                                        "firstName", "first_name", NULL};
    static const char *const family[] = {"family",   "last",      "lastname",
                                         "lastName", "last_name", NULL};
    const struct json_value *name = first_of(v, names),
                            *first = first_of(v, given),
                            *last = first_of(v, family);
    const bool exact = field == FIELD_ID || field == FIELD_URL;
    if (exact || (!name && !last))
        return add_string(ctx, out, field, values_text_of(v), depth);
    if (name)
        return add_tree(ctx, out, field, name, depth + 1);
    buf_reset(&ctx->work);
    const struct slice a = first ? values_text_of(first)
                                 : (struct slice){"", 0},
                       b = values_text_of(last);
    buf_append(&ctx->work, a.data, a.len);
    buf_append_byte(&ctx->work, ' ');
    buf_append(&ctx->work, b.data, b.len);
    return !ctx->work.failed && article_add(out, field, buf_slice(&ctx->work));
}

/* Whether one string of a list of authors has several in it: "By A and B",
 * "A, B, C". "Marks and Sons" may be one. */
static bool is_byline(const struct json_value *v, bool several)
{
    const struct slice s = v->text;
    return !several && s.len &&
           (slice_starts(s, "by ") || memchr(s.data, ',', s.len) ||
            memchr(s.data, ';', s.len));
}

/* Adds each value of a list. Of several authors each is one, whatever is in the
 * name. */
static bool add_list(struct parse_context *ctx, struct article *out,
                     enum field field, const struct json_value *v,
                     unsigned depth)
{
    const bool several = v->first && v->first->next;
    bool good = true;
    for (v = v->first; good && v; v = v->next)
        good = field == FIELD_AUTHOR && v->type == JSON_STRING &&
                       !is_byline(v, several) && !ctx->plain
                   ? reader_add_author(out, v->text)
                   : add_tree(ctx, out, field, v, depth + 1);
    return good;
}

static bool add_tree(struct parse_context *ctx, struct article *out,
                     enum field field, const struct json_value *v,
                     unsigned depth)
{
    const bool name = schema_fields[field].kind == FIELD_KIND_NAME;
    if (depth >= VALUE_DEPTH)
        return true;
    switch (v->type) {
    case JSON_STRING:
        return add_string(ctx, out, field, v->text, depth);
    case JSON_NUMBER: /* the number of a person is no name */
        return name || article_add(out, field, v->text);
    case JSON_OBJECT:
        return add_object(ctx, out, field, v, depth);
    case JSON_ARRAY:
        return add_list(ctx, out, field, v, depth);
    default:
        return true;
    }
}

/* Most words of a topic in a list with commas. */
#define TOPIC_WORDS 3

/* Whether a string is a list of topics with commas between: each of few words.
 * "Mergers, Acquisitions and Takeovers" is one. */
static bool is_topics(struct slice text)
{
    size_t words = 0;
    for (struct slice w = slice_word(&text); w.len; w = slice_word(&text)) {
        if (++words > TOPIC_WORDS || slice_equal(w, slice_of("and")) ||
            slice_equal(w, slice_of("&")))
            return false;
        if (memchr(w.data, ',', w.len))
            words = w.data[w.len - 1] != ',';
    }
    return true;
}

/* Where the first of several values in a string ends. */
static size_t value_end(struct slice text, bool commas)
{
    size_t n = 0;
    while (n < text.len && text.data[n] != '|' && text.data[n] != ';' &&
           (!commas || text.data[n] != ','))
        n++;
    return n;
}

/* Adds the values of a string: | or ; parts them, or commas. */
static bool add_several(struct parse_context *ctx, struct article *out,
                        enum field field, struct slice text)
{
    bool good = true;
    const bool commas = field == FIELD_TOPIC && is_topics(text) &&
                        value_end(text, false) == text.len;
    while (good && text.len) {
        size_t n = value_end(text, commas);
        good = add_string(ctx, out, field, (struct slice){text.data, n}, 0);
        n += n < text.len;
        text = (struct slice){text.data + n, text.len - n};
    }
    return good;
}

bool values_add(struct parse_context *ctx, struct article *out,
                enum field field, const struct json_value *v)
{
    const struct slice text = slice_trim(v->text);
    const bool several = v->type == JSON_STRING && !ctx->plain && text.len &&
                         schema_fields[field].many && field != FIELD_AUTHOR &&
                         !strchr("[{(", text.data[0]) &&
                         !find_markup(text).references;
    return several ? add_several(ctx, out, field, text)
                   : add_tree(ctx, out, field, v, 0);
}
