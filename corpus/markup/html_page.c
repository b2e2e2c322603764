/* Owns what is collected of a page for its metadata.
 * Promises one walk over the page, and memory bounded by the limits of
 * html_page.h and the page's size. */
#include "corpus/markup/html_page.h"

#include <string.h>
#include <strings.h>

void html_page_release(struct html_page *p)
{
    arena_release(&p->arena);
}

static void keep(struct html_nodes *nodes, const xmlNode *node)
{
    if (nodes->count < HTML_NODES_MAX)
        nodes->at[nodes->count++] = node;
}

/* ---- Texts. */

static struct slice copy_line(struct html_page *p, struct slice text)
{
    text = slice_trim(text);
    char *copy = arena_copy(&p->arena, text.data, text.len);
    if (!copy) {
        p->failed = true;
        return (struct slice){"", 0};
    }
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        /* Soft hyphens are for lines that are broken. */
        if (copy[i] == '\xC2' && i + 1 < text.len && copy[i + 1] == '\xAD')
            i++;
        else
            copy[n++] = (unsigned char)copy[i] < ' ' ? ' ' : copy[i];
    }
    copy[n] = '\0';
    return (struct slice){copy, n};
}

struct slice html_page_plain(struct html_page *p, struct slice value)
{
    if (!html_text(value, &p->ctx->work)) {
        p->failed = true;
        return (struct slice){"", 0};
    }
    return copy_line(p, buf_slice(&p->ctx->work));
}

struct slice html_page_line(struct html_page *p, const xmlNode *node)
{
    if (!xml_line(node, &p->ctx->work)) {
        p->failed = true;
        return (struct slice){"", 0};
    }
    return copy_line(p, buf_slice(&p->ctx->work));
}

bool html_is_meta(const xmlNode *meta, const char *name)
{
    static const char *const attributes[] = {"property", "name", "itemprop"};
    for (size_t i = 0; i < 3; i++)
        if (strcasecmp(html_value(meta, attributes[i]), name) == 0)
            return true;
    return false;
}

struct slice html_page_meta(const struct html_page *p, const char *name)
{
    for (size_t i = 0; i < p->metas.count; i++) {
        const struct slice value =
            slice_trim(xml_attribute(p->metas.at[i], "content"));
        if (value.len && html_is_meta(p->metas.at[i], name))
            return value;
    }
    return (struct slice){"", 0};
}

/* The next byte of a text that is of a letter or digit, in lower case; -1 at
 * the end. ASCII signs, U+0080 to U+00BF and U+2000 to U+206F are none. */
static int next_letter(struct slice text, size_t *at)
{
    while (*at < text.len) {
        const unsigned char c = (unsigned char)text.data[*at];
        if (c == 0xC2 || (c == 0xE2 && *at + 1 < text.len &&
                          ((unsigned char)text.data[*at + 1] | 1) == 0x81)) {
            *at += c == 0xC2 ? 2 : 3;
            continue;
        }
        ++*at;
        if (c >= 'A' && c <= 'Z')
            return c | 32;
        if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            return c;
    }
    return -1;
}

bool html_same_letters(struct slice a, struct slice b)
{
    size_t i = 0, k = 0;
    int left, right;
    do {
        left = next_letter(a, &i);
        right = next_letter(b, &k);
    } while (left == right && left >= 0);
    return left == right;
}

/* Longest text whose letters are compared with all places of another. */
#define LETTERS_MAX 512

static size_t letters_of(struct slice text, char out[LETTERS_MAX + 1])
{
    size_t at = 0, n = 0;
    for (int c; n < LETTERS_MAX && (c = next_letter(text, &at)) >= 0;)
        out[n++] = (char)c;
    out[n] = '\0';
    return n;
}

bool html_letters_within(struct slice part, struct slice whole)
{
    char a[LETTERS_MAX + 1], b[LETTERS_MAX + 1];
    return letters_of(part, a) > 0 && letters_of(whole, b) > 0 &&
           strstr(b, a) != NULL;
}

/* ---- Collecting. */

static html_words author_words = {
    ['a' - 'a'] = "author authors authorname autor autoren auteur autore "
                  "auteurs autores articleauthor ",
    ['b' - 'a'] = "byline bylines byl ",
    ['c' - 'a'] = "creator contributor ",
    ['e' - 'a'] = "entryauthor ",
    ['f' - 'a'] = "firma ",
    ['p' - 'a'] = "postauthor ",
    ['r' - 'a'] = "reporter redakteur ",
    ['s' - 'a'] = "signature ",
    ['v' - 'a'] = "verfasser vcard ",
    ['w' - 'a'] = "writer writtenby "};

static html_words title_words = {['a' - 'a'] = "articletitle ",
                                 ['e' - 'a'] = "entrytitle ",
                                 ['h' - 'a'] = "headline heading ",
                                 ['p' - 'a'] = "posttitle pagetitle ",
                                 ['t' - 'a'] = "title titel titre titulo "};

static bool has_item(const xmlNode *n, const char *item)
{
    return strcmp(html_value(n, "itemprop"), item) == 0;
}

static void collect_element(struct html_page *p, const xmlNode *n)
{
    if (html_named(n, " h1 h2 h3 ") || has_item(n, "headline") ||
        (html_named(n, " div p span td b font ") &&
         html_has_word(n, title_words)))
        keep(&p->heads, n);
    if (html_named(n, " meta ")) {
        keep(&p->metas, n);
    } else if (html_named(n, " script ")) {
        if (slice_starts(xml_attribute(n, "type"), "application/ld+json"))
            keep(&p->lds, n);
    } else if (html_named(n, " title ")) {
        p->title = p->title ? p->title : n;
    } else if (html_named(n, " link ")) {
        const struct slice href = xml_attribute(n, "href");
        if (slice_starts(xml_attribute(n, "rel"), "canonical") &&
            slice_starts(href, "http") && !p->url.len)
            p->url = href;
    } else if (html_named(n, " time ") || has_item(n, "datePublished")) {
        keep(&p->times, n);
    } else if (has_item(n, "author") ||
               slice_starts(xml_attribute(n, "rel"), "author") ||
               html_has_word(n, author_words)) {
        keep(&p->names, n);
    }
}

/* A line that is being put together. */
struct line_builder {
    struct html_page *page;
    char text[HTML_LINE_BYTES + 1];
    uint32_t bytes;
    bool space, digit;
    const xmlNode *node, *first;
};

static void end_line(struct line_builder *b)
{
    struct html_page *p = b->page;
    if (b->bytes && p->line_count < HTML_LINES_MAX) {
        struct html_line *line = &p->lines[p->line_count++];
        const bool fits = b->bytes <= HTML_LINE_BYTES;
        line->text = fits ? arena_copy(&p->arena, b->text, b->bytes) : "";
        line->bytes = b->bytes;
        line->node = b->node;
        line->first = b->first;
        p->failed = p->failed || !line->text;
    }
    b->bytes = 0;
    b->space = b->digit = false;
    b->node = b->first = NULL;
}

static void add_byte(struct line_builder *b, char c)
{
    if (b->bytes < HTML_LINE_BYTES)
        b->text[b->bytes] = c;
    b->bytes++;
}

static void add_words(struct line_builder *b, const xmlNode *parent,
                      const char *text)
{
    for (; *text; text++) {
        const bool hard = text[0] == '\xC2' && text[1] == '\xA0';
        if (hard || (unsigned char)*text <= ' ') {
            b->space = b->bytes > 0;
            text += hard;
            continue;
        }
        if (b->space)
            add_byte(b, ' ');
        b->space = false;
        b->first = b->first ? b->first : parent;
        if (!b->digit && *text >= '0' && *text <= '9') {
            b->digit = true;
            b->node = parent;
        }
        b->node = b->node ? b->node : parent;
        add_byte(b, *text);
    }
}

/* The node behind one and all below it. */
static const xmlNode *leave(struct line_builder *b, const xmlNode *n,
                            const xmlNode *top)
{
    while (n != top && !n->next) {
        n = n->parent;
        if (n->type == XML_ELEMENT_NODE && xml_kind(n) != INLINE)
            end_line(b);
    }
    return n == top ? NULL : n->next;
}

void html_page_collect(struct html_page *p)
{
    struct line_builder b;
    memset(&b, 0, sizeof b);
    b.page = p;
    p->lines = arena_alloc(&p->arena, HTML_LINES_MAX * sizeof *p->lines);
    p->failed = p->failed || !p->lines;
    for (const xmlNode *n = p->root; n && !p->failed;) {
        bool enter = n->children != NULL;
        if (n->type == XML_ELEMENT_NODE) {
            const enum element_kind kind = xml_kind(n);
            collect_element(p, n);
            if (kind != INLINE)
                end_line(&b);
            enter = enter && !html_invisible(n) &&
                    (kind != HIDDEN || html_named(n, " head nav "));
        } else {
            const char *text = xml_content(n);
            enter = false;
            if (text && n->parent && xml_kind(n->parent) != HIDDEN)
                add_words(&b, n->parent, text);
        }
        n = enter ? n->children : leave(&b, n, p->root);
    }
    end_line(&b);
}
