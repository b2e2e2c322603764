/* Owns the text of trees, as people read it, and the filling of articles. */
#include "corpus/markup/xml.h"

#include <string.h>
#include <strings.h>

/* ---- Text. */

const char *xml_content(const xmlNode *node)
{
    if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE)
        return (const char *)node->content;
    if (node->type != XML_ENTITY_REF_NODE)
        return NULL;
    const xmlEntity *e = xmlGetDocEntity(node->doc, node->name);
    if (!e || (e->etype != XML_INTERNAL_GENERAL_ENTITY &&
               e->etype != XML_INTERNAL_PREDEFINED_ENTITY))
        return NULL;
    /* What stands for more is not opened. */
    const char *text = (const char *)e->content;
    return text && (e->etype == XML_INTERNAL_PREDEFINED_ENTITY ||
                    !strpbrk(text, "&<"))
               ? text
               : NULL;
}

/* Names by their first letter, each list with spaces around its names. */
static const struct {
    enum element_kind kind;
    const char *names;
} kinds[26][4] = {
    ['a' - 'a'] = {{BLOCK, " article aside address abstract "},
                   {HIDDEN, " applet audio "}},
    ['b' - 'a'] = {{BLOCK, " blockquote block bq byline "},
                   {LINE, " br "},
                   {HIDDEN, " button "}},
    ['c' - 'a'] = {{BLOCK, " center credit "}, {HIDDEN, " canvas "}},
    ['d' - 'a'] = {{BLOCK, " div dl dateline "}, {LINE, " dt dd "}},
    ['e' - 'a'] = {{HIDDEN, " embed "}},
    ['f' - 'a'] = {{BLOCK, " figure footer form fieldset "},
                   {HIDDEN, " form-field frame frameset "}},
    ['h' - 'a'] = {{BLOCK, " h1 h2 h3 h4 h5 h6 hr header hl1 hl2 hedline "},
                   {HIDDEN, " head "}},
    ['i' - 'a'] = {{HIDDEN, " iframe input "}},
    ['l' - 'a'] = {{BLOCK, " legend "}, {LINE, " li "}},
    ['m' - 'a'] = {{BLOCK, " main "}, {HIDDEN, " math media "}},
    ['n' - 'a'] = {{BLOCK, " note "}, {HIDDEN, " noscript nav noframes "}},
    ['o' - 'a'] = {{BLOCK, " ol "}, {LINE, " option "}, {HIDDEN, " object "}},
    ['p' - 'a'] = {{BLOCK, " p pre "}},
    ['s' - 'a'] = {{BLOCK, " section "}, {HIDDEN, " script style svg select "}},
    ['t' - 'a'] = {{BLOCK, " table "},
                   {LINE, " tr "},
                   {CELL, " td th "},
                   {HIDDEN, " template textarea "}},
    ['u' - 'a'] = {{BLOCK, " ul "}},
    ['v' - 'a'] = {{HIDDEN, " video "}}};

enum element_kind xml_kind(const xmlNode *node)
{
    char name[24];
    const char *local = xml_name(node);
    const size_t len = strlen(local);
    const char first = (char)(local[0] | 32);
    if (len > sizeof name - 3 || first < 'a' || first > 'z')
        return INLINE;
    name[0] = name[len + 1] = ' ';
    for (size_t i = 0; i < len; i++)
        name[i + 1] = (char)(local[i] >= 'A' && local[i] <= 'Z' ? local[i] | 32
                                                                : local[i]);
    name[len + 2] = '\0';
    for (size_t i = 0; i < 4 && kinds[first - 'a'][i].names; i++)
        if (strstr(kinds[first - 'a'][i].names, name))
            return kinds[first - 'a'][i].kind;
    return INLINE;
}

/* Text that is put together: what is due before the next word. */
struct writer {
    struct buf *out;
    const char *gap; /* "", " ", "\n" or "\n\n" */
    bool lines;      /* there are some */
};

static void widen(struct writer *w, const char *gap)
{
    if (strlen(gap) > strlen(w->gap) || (*gap == '\n' && *w->gap == ' '))
        w->gap = gap;
}

/* Whether white space begins a text: one of those of XML, or a no-break space.
 */
static size_t space_length(const char *text)
{
    switch (*text) {
    case ' ':
    case '\t':
    case '\n':
    case '\r':
    case '\f':
    case '\v':
        return 1;
    default:
        return *text == '\xC2' && text[1] == '\xA0' ? 2 : 0;
    }
}

/* Length of the words at the front of a text that have one space between them,
 * and so can be taken as they are. */
static size_t words_length(const char *text)
{
    size_t n = 0;
    for (;; n++) {
        /* Signs above the space, but for the no-break one, are the most. */
        if ((unsigned char)text[n] > ' ' && text[n] != '\xC2')
            continue;
        if (text[n] == '\0')
            return n;
        const size_t space = space_length(text + n);
        if (space == 0)
            continue;
        if (text[n] != ' ' || text[n + 1] == '\0' || space_length(text + n + 1))
            return n;
    }
}

static void put_words(struct writer *w, const char *text)
{
    while (*text) {
        const size_t space = space_length(text);
        if (space) {
            widen(w, " ");
            text += space;
            continue;
        }
        const size_t n = words_length(text);
        if (w->out->len)
            buf_append_str(w->out, w->lines || *w->gap == '\0' ? w->gap : " ");
        w->gap = "";
        buf_append(w->out, text, n);
        text += n;
    }
}

static bool is_break(const xmlNode *node)
{
    return strcasecmp((const char *)node->name, "br") == 0;
}

static const char *const gaps[] = {[INLINE] = "",
                                   [BLOCK] = "\n\n",
                                   [LINE] = "\n",
                                   [CELL] = " ",
                                   [HIDDEN] = ""};

static bool put_tree(const xmlNode *top, struct buf *out, bool lines)
{
    struct writer w = {out, "", lines};
    buf_reset(out);
    const xmlNode *n = top ? top->children : NULL;
    while (n) {
        const enum element_kind kind =
            n->type == XML_ELEMENT_NODE ? xml_kind(n) : INLINE;
        const char *text = xml_content(n);
        if (text)
            put_words(&w, text);
        /* A line end behind a line end is one of a paragraph. */
        widen(&w, kind == LINE && *w.gap == '\n' && is_break(n) ? gaps[BLOCK]
                                                                : gaps[kind]);
        if (n->type == XML_ELEMENT_NODE && n->children && kind != HIDDEN) {
            n = n->children;
            continue;
        }
        /* Out of what ends here. */
        while (n != top && !n->next) {
            n = n->parent;
            if (n != top)
                widen(&w, gaps[xml_kind(n)]);
        }
        n = n == top ? NULL : n->next;
    }
    return !out->failed;
}

bool xml_own_text(const xmlNode *node, struct buf *out)
{
    bool alone = true;
    buf_reset(out);
    for (const xmlNode *n = node->children; n; n = n->next) {
        const char *text = xml_content(n);
        if (text)
            buf_append_str(out, text);
        alone = alone && n->type != XML_ELEMENT_NODE;
    }
    return alone;
}

bool xml_line(const xmlNode *node, struct buf *out)
{
    return put_tree(node, out, false);
}

bool xml_text(const xmlNode *node, struct buf *out)
{
    return put_tree(node, out, true);
}

bool html_text(struct slice html, struct buf *out)
{
    if (html.len == 0 || (!memchr(html.data, '<', html.len) &&
                          !memchr(html.data, '&', html.len))) {
        buf_reset(out);
        const struct slice text = slice_trim(html);
        buf_append(out, text.data, text.len);
        return !out->failed;
    }
    xmlDoc *doc = html_parse(html);
    const bool good = doc && xml_text((xmlNode *)doc, out);
    xmlFreeDoc(doc);
    return good;
}

/* ---- Filling articles. */

bool xml_add(struct parse_context *ctx, struct article *out, enum field field,
             const xmlNode *node)
{
    return !node || (xml_line(node, &ctx->work) &&
                     article_add(out, field, buf_slice(&ctx->work)));
}

bool xml_set_title(struct parse_context *ctx, struct article *out,
                   const xmlNode *node)
{
    return out->title.len || !node ||
           (xml_line(node, &ctx->work) &&
            article_text(out, &out->title, buf_slice(&ctx->work)));
}

/* Text that still has tags in it: markup that was escaped. */
static bool is_markup(const struct buf *text)
{
    static const char *const ends[] = {"</p>", "</P>", "<p>",    "<P>",
                                       "<br",  "<BR",  "</div>", "</script>"};
    const char *s = text->len ? buf_cstr((struct buf *)(uintptr_t)text) : NULL;
    for (size_t i = 0; s && i < sizeof ends / sizeof *ends; i++)
        if (strstr(s, ends[i]))
            return true;
    return false;
}

bool xml_set_body(struct parse_context *ctx, struct article *out,
                  const xmlNode *node)
{
    struct buf *text = &ctx->work;
    if (out->body.len || !node)
        return true;
    if (!xml_text(node, text))
        return false;
    if (is_markup(text)) { /* with the paragraphs that there are */
        buf_reset(&ctx->text);
        for (size_t i = 0; i < text->len; i++) {
            if (text->data[i] == '\n')
                buf_append_str(&ctx->text, "<p>");
            else
                buf_append_byte(&ctx->text, (uint8_t)text->data[i]);
        }
        if (ctx->text.failed || !html_text(buf_slice(&ctx->text), &ctx->other))
            return false;
        text = &ctx->other;
    }
    return article_text(out, &out->body, buf_slice(text));
}

bool xml_add_author(struct parse_context *ctx, struct article *out,
                    const xmlNode *byline)
{
    struct buf *text = &ctx->work;
    const xmlNode *person = xml_child(byline, "person");
    if (!byline)
        return true;
    if (person)
        buf_reset(text);
    else
        xml_own_text(byline, text);
    struct slice name = slice_trim(buf_slice(text));
    if (text->failed ||
        (!name.len && !xml_line(person ? person : byline, text)))
        return false;
    return reader_add_authors(out, buf_slice(text));
}

void xml_set_date(struct article *out, struct slice text)
{
    article_date(out, text);
}

int xml_complete(const struct article *out, struct nh_error *err)
{
    return out->title.len || out->body.len
               ? NH_OK
               : error_set_at(err, NH_EDATA, 0,
                              "the article has neither a title nor a text");
}
