/* Owns the reading of MediaWiki's markup:
 * https://www.mediawiki.org/wiki/Help:Formatting. Promises time linear in its
 * length, but for what is nested, which is bounded. */
#include "corpus/markup/wikitext.h"

#include <string.h>
#include <strings.h>

#include <libxml/HTMLparser.h>

#include "common/base/utf8.h"
#include "corpus/markup/xml.h"

/* Deepest nesting of labels in links in templates. */
#define DEPTH_MAX 8
/* So many things may lack an end, for which all of the rest is looked through;
 * then none is looked for any more. */
#define UNCLOSED_MAX 64
/* Longest tag, and address with its label. */
#define TAG_MAX 1024
#define ADDRESS_MAX 1024

static struct slice from(struct slice s, size_t at)
{
    at = at < s.len ? at : s.len;
    return (struct slice){s.data + at, s.len - at};
}

static struct slice first(struct slice s, size_t n)
{
    return (struct slice){s.data, n < s.len ? n : s.len};
}

/* Distance to a text, or the length. */
static size_t find(struct slice s, const char *what)
{
    const size_t n = strlen(what);
    for (size_t i = 0; i + n <= s.len; i++)
        if (s.data[i] == what[0] && memcmp(s.data + i, what, n) == 0)
            return i;
    return s.len;
}

/* Length of what begins with `open` up to the `close` that belongs to it; 0 if
 * there is none. */
static size_t balanced(struct wikitext *w, struct slice s, const char *open,
                       const char *close)
{
    const size_t n = strlen(open);
    size_t depth = 0;
    if (w->unclosed > UNCLOSED_MAX)
        return 0;
    for (size_t i = 0; i + n <= s.len;) {
        if (memcmp(s.data + i, open, n) == 0) {
            depth++;
            i += n;
        } else if (memcmp(s.data + i, close, n) == 0) {
            i += n;
            if (--depth == 0)
                return i;
        } else {
            i++;
        }
    }
    w->unclosed++;
    return 0;
}

/* Takes the next of the parts that | parts, outside of links and templates. */
static struct slice next_part(struct slice *rest)
{
    int depth = 0;
    size_t i = 0;
    for (; i < rest->len; i++) {
        const char c = rest->data[i];
        if (c == '[' || c == '{')
            depth++;
        else if (c == ']' || c == '}')
            depth--;
        else if (c == '|' && depth <= 0)
            break;
    }
    const struct slice part = slice_trim((struct slice){rest->data, i});
    *rest = from(*rest, i + 1);
    return part;
}

static bool render(struct wikitext *w, struct slice s, int depth);

/* ---- Templates. */

/* A date or place that a byline has: "date=May 17, 2024". */
static bool take_byline(struct wikitext *w, struct slice part, bool plain)
{
    struct slice value = part;
    const size_t equals = find(part, "=");
    if (equals < part.len)
        value = slice_trim(from(part, equals + 1));
    if (plain || slice_starts(part, "date"))
        xml_set_date(w->out, value);
    if (!plain && slice_starts(part, "location")) {
        struct buf text = BUF_INIT, *out = w->text;
        w->text = &text;
        const bool good = render(w, value, 1) &&
                          article_add(w->out, FIELD_PLACE, buf_slice(&text));
        w->text = out;
        buf_release(&text);
        return good;
    }
    return true;
}

/* What stands between {{ and }}. */
static bool template(struct wikitext *w, struct slice s, int depth)
{
    const struct slice name = next_part(&s);
    bool good = true;
    if (slice_equal(name, slice_of("w")) ||
        slice_equal(name, slice_of("wikipedia"))) {
        /* The name of an article elsewhere, and what is shown. */
        struct slice label = next_part(&s), shown = next_part(&s);
        if (shown.len && find(shown, "=") == shown.len)
            label = shown;
        return depth == 0 || render(w, label, depth - 1);
    }
    const bool date = slice_starts(name, "date") && name.len == 4;
    if (date || slice_starts(name, "byline"))
        while (good && s.len)
            good = take_byline(w, next_part(&s), date);
    return good;
}

/* ---- Links. */

/* Whether a target is in a namespace. */
static bool is_in(struct slice target, struct slice name, const char *english)
{
    const size_t n = strlen(english);
    return (name.len && target.len > name.len &&
            memcmp(target.data, name.data, name.len) == 0 &&
            target.data[name.len] == ':') ||
           (slice_starts(target, english) && target.len > n &&
            target.data[n] == ':');
}

/* "de:Name", the same article in another language. */
static bool is_language(struct slice target)
{
    const size_t colon = find(target, ":");
    if (colon == target.len || colon < 2 || colon > 3)
        return false;
    for (size_t i = 0; i < colon; i++)
        if (target.data[i] < 'a' || target.data[i] > 'z')
            return false;
    return true;
}

/* What stands between [[ and ]]. */
static bool wiki_link(struct wikitext *w, struct slice s, int depth)
{
    struct slice target = next_part(&s), label = target;
    const bool shown = s.len > 0;
    while (s.len)
        label = next_part(&s);
    if (is_in(target, w->category, "Category"))
        return article_add(w->out, FIELD_TOPIC,
                           from(target, find(target, ":") + 1));
    if (is_in(target, w->pictures, "File") ||
        is_in(target, w->pictures, "Image") || (!shown && is_language(target)))
        return true;
    if (!shown && label.len && label.data[0] == ':')
        label = from(label, 1);
    return depth == 0 || render(w, label, depth - 1);
}

/* ---- Tags. */

/* Elements that are left out with what is in them. */
static const char *const dropped[] = {
    "ref",   "gallery", "math",     "timeline",        "source",
    "score", "graph",   "imagemap", "syntaxhighlight", "templatedata",
    "style", "script"};

/* Length of what begins with < : a comment, an element that is left out, a tag;
 * 0 for a sign alone. */
static size_t tag_length(struct wikitext *w, struct slice s)
{
    if (slice_starts(s, "<!--"))
        return find(s, "-->") + 3;
    size_t end = find(first(s, TAG_MAX), ">") + 1;
    if (end > s.len || end > TAG_MAX || s.len < 3 ||
        !((s.data[1] | 32) >= 'a' || s.data[1] == '/'))
        return 0;
    if (s.data[end - 2] == '/')
        return end;
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++) {
        const size_t n = strlen(dropped[i]);
        if (!slice_starts(from(s, 1), dropped[i]) ||
            (s.data[n + 1] != '>' && s.data[n + 1] != ' '))
            continue;
        char close[24] = "</";
        strcat(close, dropped[i]);
        const size_t at = w->unclosed > UNCLOSED_MAX
                              ? s.len - end
                              : find(from(s, end), close);
        if (at == s.len - end) {
            w->unclosed++;
            return end;
        }
        end += at;
        return end + find(from(s, end), ">") + 1;
    }
    return end;
}

/* ---- Text. */

/* A reference to a character; its length, 0 if it is none. */
static size_t entity(struct slice s, char out[4], size_t *n)
{
    char name[12];
    const size_t end = find(first(s, 12), ";");
    uint32_t code = 0;
    if (end < 3 || end > 10 || s.data[end] != ';')
        return 0;
    if (s.data[1] == '#') {
        const bool hex = (s.data[2] | 32) == 'x';
        for (size_t i = hex ? 3 : 2; i < end; i++) {
            const char c = s.data[i];
            const bool letter = (c | 32) >= 'a' && (c | 32) <= 'f';
            if (!(c >= '0' && c <= '9') && !(hex && letter))
                return 0;
            code = code * (hex ? 16 : 10) +
                   (uint32_t)(letter ? (c | 32) - 'a' + 10 : c - '0');
        }
    } else {
        memcpy(name, s.data + 1, end - 1);
        name[end - 1] = '\0';
        const htmlEntityDesc *known = htmlEntityLookup(BAD_CAST name);
        code = known ? known->value : 0;
    }
    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return 0;
    *n = utf8_encode(code == 0xA0 ? ' ' : code, out);
    return end + 1;
}

/* A line end, at most two of them; spaces before it go. */
static void put_end(struct buf *out)
{
    while (out->len && out->data[out->len - 1] == ' ')
        out->len--;
    if (out->len && !(out->len > 1 && out->data[out->len - 1] == '\n' &&
                      out->data[out->len - 2] == '\n'))
        buf_append_byte(out, '\n');
}

static void put(struct buf *out, char c)
{
    if (c == '\n')
        put_end(out);
    else if (c != ' ' || (out->len && out->data[out->len - 1] != '\n' &&
                          out->data[out->len - 1] != ' '))
        buf_append_byte(out, (uint8_t)c);
}

/* Length of the signs that a line of a list begins with. */
static size_t list_signs(struct slice s)
{
    size_t n = 0;
    while (n < s.len && strchr("*#:;", s.data[n]) && s.data[n])
        n++;
    return n;
}

/* One thing at the front of `s`, which may be nested; its length. */
static size_t render_one(struct wikitext *w, struct slice s, int depth,
                         bool *good)
{
    size_t n = 0, bytes;
    char c[4];
    switch (s.data[0]) {
    case '{':
        if (slice_starts(s, "{{") && (n = balanced(w, s, "{{", "}}")) > 0)
            *good = template(w, (struct slice){s.data + 2, n - 4}, depth);
        else if (slice_starts(s, "{|"))
            n = balanced(w, s, "{|", "|}");
        break;
    case '[':
        if (slice_starts(s, "[[") && (n = balanced(w, s, "[[", "]]")) > 0) {
            *good = wiki_link(w, (struct slice){s.data + 2, n - 4}, depth);
        } else if (slice_starts(s, "[http") || slice_starts(s, "[//")) {
            const struct slice link = first(s, ADDRESS_MAX);
            const size_t end = find(link, "]"), space = find(link, " ");
            n = end < link.len ? end + 1 : 0;
            if (space < end && n && depth)
                *good = render(
                    w, (struct slice){s.data + space + 1, end - space - 1},
                    depth - 1);
        }
        break;
    case '<':
        n = tag_length(w, s);
        if (slice_starts(s, "<br"))
            put_end(w->text);
        break;
    case '\'':
        while (n < s.len && n < 5 && s.data[n] == '\'')
            n++;
        n = n > 1 ? n : 0;
        break;
    case '&':
        n = entity(s, c, &bytes);
        for (size_t i = 0; n && i < bytes; i++)
            put(w->text, c[i]);
        break;
    case '_':
        if (slice_starts(s, "__") && s.len > 6 && s.data[2] >= 'A' &&
            s.data[2] <= 'Z')
            n = find(first(from(s, 2), 32), "__") + 4;
        n = n < 32 ? n : 0;
        break;
    default:
        break;
    }
    return n < s.len ? n : s.len;
}

/* Takes the last heading back if there is nothing below it, before one of
 * `level` signs. */
static void end_section(struct wikitext *w, size_t level)
{
    struct buf *out = w->text;
    const struct slice rest = {out->data + w->section, out->len - w->section};
    if (w->level >= level && w->level > 0 && slice_trim(rest).len == 0)
        out->len = w->heading;
    w->level = 0;
}

/* Signs at the beginning of a line; their length. */
static size_t line_signs(struct wikitext *w, struct slice s)
{
    const size_t end = find(s, "\n");
    size_t n = 0;
    while (n < s.len && s.data[n] == '=')
        n++;
    if (n > 0 && end > 2) { /* a heading, on its own */
        end_section(w, n);
        put_end(w->text);
        put_end(w->text);
        w->heading = w->section = w->text->len;
        w->level = n;
    }
    if (slice_starts(s, "----"))
        return end;
    return n ? n : list_signs(s);
}

static bool render(struct wikitext *w, struct slice s, int depth)
{
    bool good = true, start = depth == DEPTH_MAX, heading = false;
    while (good && s.len) {
        if (start) {
            const size_t n = line_signs(w, s);
            heading = n && s.data[0] == '=';
            s = from(s, n);
            start = false;
            continue;
        }
        size_t n = render_one(w, s, depth, &good);
        if (n == 0) {
            n = 1;
            start = s.data[0] == '\n' && depth == DEPTH_MAX;
            if (heading && s.data[0] == '=') {
                s = from(s, 1);
                continue;
            }
            put(w->text,
                s.data[0] == '\t' || s.data[0] == '\r' ? ' ' : s.data[0]);
            if (heading && start) {
                put_end(w->text);
                w->section = w->text->len;
            }
            heading = heading && !start;
        }
        s = from(s, n);
    }
    return good && !w->text->failed;
}

bool wikitext_read(struct wikitext *w, struct slice markup)
{
    w->heading = w->section = w->level = 0;
    const bool good = render(w, markup, DEPTH_MAX);
    if (w->text->len)
        end_section(w, 0);
    return good;
}
