/* Owns the choice of what on a page is the article's text.
 * Promises time linear in the page, and to leave out rather than to mix up.
 *
 * Pages are trees, of which the article is a part: what has most of the page's
 * paragraphs in it. So the text in each element is measured, parts that are
 * something else by their names or by what they consist of are cut off, and
 * from the body one goes down as long as one child has nearly all that is left.
 * What remains there is sorted by paragraph: those before the first and behind
 * the last good one are headlines, bylines, buttons and the like. */
#include "corpus/markup/html_page.h"

#include <string.h>

#include "common/base/arena.h"

/* Bytes of text that make a paragraph a good one, if most of it is no link. */
#define GOOD_BYTES 80
/* A paragraph that is shorter, but for its end a sentence. */
#define SENTENCE_BYTES 25

/* What is in an element; bytes without white space. */
struct part {
    uint32_t text, linked;    /* all; and in links */
    uint32_t own, own_linked; /* not in blocks of its own */
    uint32_t good;            /* in good paragraphs */
    uint32_t fair;            /* in those, and in what may be shorter ones */
    uint32_t teasers;         /* headings that are links */
    uint32_t nodes;           /* elements */
    const xmlNode *block;     /* the block that it is in, or is */
    bool in_link;
    bool around;  /* the first good paragraph */
    bool outside; /* the text, of which leads are looked for */
};

/* Elements that may be in one whose text is looked at: its length bounds it,
 * but for those without text. */
#define NODES_MAX 64

struct page {
    struct arena arena;
    xmlNode *body;
    bool failed;
};

static struct part *part_of(const xmlNode *node)
{
    return node->_private;
}

static bool is_element(const xmlNode *node)
{
    return node && node->type == XML_ELEMENT_NODE;
}

/* ---- Names of elements, and words in their classes. */

static bool is_heading(const xmlNode *n)
{
    return html_named(n, " h1 h2 h3 h4 h5 h6 ");
}

/* What is not the article. */
static html_words beside = {
    ['a' - 'a'] = "ad ads adv* advert* author* addthis* aside alsoread ",
    ['b' - 'a'] = "breadcrumb* byline* bio banner* ",
    ['c' - 'a'] = "comment* caption* credit* cookie* copyright carousel* "
                  "contentinfo cta ",
    ['d' - 'a'] = "disqus* dateline* disclaimer* donat* dialog ",
    ['f' - 'a'] = "foot footer* flyout* feedback follow* ",
    ['g' - 'a'] = "gallery* gdpr* ",
    ['h' - 'a'] = "hidden ",
    ['i' - 'a'] = "infobox ",
    ['l' - 'a'] = "login* legal ",
    ['m' - 'a'] = "menu* modal* meta masthead metadata mostpopular ",
    ['n' - 'a'] = "nav* newsletter* next ",
    ['o' - 'a'] = "outbrain* overlay* ",
    ['p' - 'a'] =
        "promo* popup* popular* pagination pager print* paywall* privacy* "
        "player* poll* ",
    ['r' - 'a'] = "related* recommend* recirc* readmore rail respond ",
    ['s' - 'a'] = "share* sharing* social* sidebar* sponsor* subscri* signup* "
                  "skip* slideshow* suggest* ",
    ['t' - 'a'] = "tag tags taboola* timestamp* toolbar* tooltip* "
                  "trending* toc ",
    ['v' - 'a'] = "video* ",
    ['w' - 'a'] = "widget* "};

/* What is not the article if links are a part of it: leads are called so too.
 */
static html_words beside_with_links = {['t' - 'a'] = "teaser* "};

/* ---- Measuring. */

static void count_bytes(const char *text, uint32_t *bytes)
{
    for (; *text; text++)
        *bytes += (unsigned char)*text > ' ';
}

static bool is_good(const struct part *p)
{
    return p->own >= GOOD_BYTES && p->own_linked * 2 < p->own;
}

/* Whether an element can be a paragraph that is not a good one. */
static bool is_fair(const xmlNode *n)
{
    const struct part *p = part_of(n);
    return html_named(n, " p blockquote li dd ") && p->own >= SENTENCE_BYTES &&
           p->own_linked * 2 < p->own;
}

static void enter(struct page *page, xmlNode *n)
{
    struct part *p = arena_alloc(&page->arena, sizeof *p);
    const struct part *parent = n == page->body ? NULL : part_of(n->parent);
    n->_private = p;
    if (!p) {
        page->failed = true;
        return;
    }
    const enum element_kind kind = xml_kind(n);
    const bool block = kind == BLOCK || kind == CELL ||
                       (kind == LINE && !html_named(n, " br "));
    p->block = block || !parent ? n : parent->block;
    p->in_link = (parent && parent->in_link) ||
                 (html_named(n, " a ") && html_value(n, "href")[0]);
}

static void leave(struct page *page, xmlNode *n)
{
    struct part *p = part_of(n);
    if (p->block == n && is_good(p))
        p->good += p->own;
    if (p->block == n && (is_good(p) || is_fair(n)))
        p->fair += p->own;
    if (is_heading(n) && p->text > 0 && p->linked * 2 > p->text)
        p->teasers++;
    p->nodes++;
    if (n == page->body)
        return;
    struct part *parent = part_of(n->parent);
    parent->teasers += p->teasers;
    parent->nodes += p->nodes;
    parent->text += p->text;
    parent->linked += p->linked;
    parent->good += p->good;
    parent->fair += p->fair;
}

static void add_text(const xmlNode *n, const char *text)
{
    struct part *p = part_of(n->parent);
    struct part *block = part_of(p->block);
    uint32_t bytes = 0;
    count_bytes(text, &bytes);
    p->text += bytes;
    block->own += bytes;
    if (p->in_link) {
        p->linked += bytes;
        block->own_linked += bytes;
    }
}

/* Measures the body; false if memory ran out. */
static bool measure(struct page *page)
{
    xmlNode *n = page->body;
    arena_reset(&page->arena);
    enter(page, n);
    while (n && !page->failed) {
        const char *text = n->type == XML_ELEMENT_NODE ? NULL : xml_content(n);
        if (text && n != page->body)
            add_text(n, text);
        if (is_element(n) && n->children) {
            n = n->children;
        } else {
            if (is_element(n))
                leave(page, n);
            while (n != page->body && !n->next) {
                n = n->parent;
                leave(page, n);
            }
            n = n == page->body ? NULL : n->next;
        }
        if (is_element(n))
            enter(page, n);
    }
    return !page->failed;
}

/* ---- Cutting. */

static void cut(xmlNode *node)
{
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

/* The node behind one and all below it. */
static xmlNode *behind(const xmlNode *node, const xmlNode *top)
{
    while (node != top && !node->next)
        node = node->parent;
    return node == top ? NULL : node->next;
}

/* Cuts all elements for which `is` holds, and what is no text. */
static void cut_all(xmlNode *top, bool (*is)(const xmlNode *, const void *),
                    const void *what)
{
    for (xmlNode *n = top->children, *next; n; n = next) {
        next = is_element(n) && n->children ? n->children : behind(n, top);
        if (n->type == XML_COMMENT_NODE || n->type == XML_PI_NODE ||
            (is_element(n) && is(n, what))) {
            next = behind(n, top);
            cut(n);
        }
    }
}

static bool never_shown(const xmlNode *n, const void *page)
{
    (void)page;
    return (xml_kind(n) == HIDDEN && !html_named(n, " head ")) ||
           html_named(n, " button label dialog source picture img ") ||
           html_invisible(n);
}

/* Whether a part has so much of the page's text that it is the article whatever
 * its name says: two fifths, as comments and lists of other articles seldom
 * have more. */
static bool has_most(const struct page *page, const struct part *p)
{
    const uint32_t good = part_of(page->body)->good;
    return good > 0 && p->good * 10 >= good * 4;
}

/* Whether an element is something beside the article, by its names, and does
 * not have a good part of the page's text for all that. */
static bool is_beside(const xmlNode *n, const void *data)
{
    const struct page *page = data;
    const struct part *p = part_of(n);
    if (html_named(n, " body html article main p tr td th tbody "))
        return false;
    if (p->text == 0)
        return !html_named(n, " br hr ");
    if (has_most(page, p) || part_of(page->body)->good == 0)
        return false;
    return html_named(n, " aside footer figcaption form nav menu address ") ||
           (html_named(n, " figure ") && !xml_child(n, "blockquote") &&
            !xml_child(n, "table")) ||
           html_has_word(n, beside) ||
           (p->linked * 4 > p->text && html_has_word(n, beside_with_links));
}

/* Longest such line. */
#define ASIDE_BYTES 240

static bool is_aside(const xmlNode *n)
{
    struct buf text = BUF_INIT;
    bool found = false;
    if (xml_line(n, &text) && text.len < ASIDE_BYTES) {
        for (size_t i = 0; i < text.len; i++)
            if (text.data[i] >= 'A' && text.data[i] <= 'Z')
                text.data[i] |= 32;
        const char *line = buf_cstr(&text);
        found = line && html_begins_aside(line);
    }
    buf_release(&text);
    return found;
}

/* Longest text of a box that leads to another article. */
#define TEASER_BYTES 600

/* A box with a headline that is a link; not one that has most of a short page
 * in it, with its logo. */
static bool is_teaser(const struct page *page, const xmlNode *n)
{
    const struct part *p = part_of(n);
    return !has_most(page, p) && p->text <= TEASER_BYTES && p->linked >= 12 &&
           p->teasers > 0 && html_named(n, " div li article section ");
}

/* Lists and boxes of links, what leads elsewhere. */
static bool is_links(const xmlNode *n, const void *data)
{
    const struct part *p = part_of(n);
    if (p->block == n && p->text < ASIDE_BYTES && p->nodes < NODES_MAX &&
        is_aside(n))
        return true;
    if (html_named(n, " p ") || is_heading(n))
        return p->linked * 10 >= p->text * 9 && p->text > 0;
    if (is_teaser(data, n))
        return true;
    return html_named(n, " ul ol dl div section table ") && p->good == 0 &&
           p->linked * 2 > p->text;
}

/* ---- Choosing. */

static size_t depth_of(const xmlNode *n, const xmlNode *top)
{
    size_t depth = 0;
    for (; n != top; n = n->parent)
        depth++;
    return depth;
}

/* The innermost element that has both in it. */
static xmlNode *around(xmlNode *a, xmlNode *b, const xmlNode *top)
{
    size_t da = depth_of(a, top), db = depth_of(b, top);
    while (a != b) {
        const bool left = da >= db;
        if (left) {
            a = a->parent;
            da--;
        } else {
            b = b->parent;
            db--;
        }
    }
    return a;
}

/* What says that it is the article's text, and has most of the page's; NULL.
 * There may be several, with something between them. */
static xmlNode *find_named(const struct page *page)
{
    const uint32_t all = part_of(page->body)->good;
    xmlNode *found = NULL;
    uint32_t good = 0;
    for (xmlNode *n = page->body, *next; n; n = next) {
        next = xml_walk(n, page->body);
        if (part_of(n)->good * 20 < all || !html_is_body_name(n))
            continue;
        found = found ? around(found, n, page->body) : n;
        good += part_of(n)->good;
        next = behind(n, page->body);
        while (next && !is_element(next))
            next = behind(next, page->body);
    }
    return good * 10 >= all * 4 ? found : NULL;
}

/* Down to where the paragraphs stand side by side: as long as one child has
 * four fifths of what is left, which lets go of captions and notes around the
 * text.
 */
static xmlNode *go_down(xmlNode *n)
{
    for (;;) {
        xmlNode *most = NULL;
        for (xmlNode *c = n->children; c; c = c->next)
            if (is_element(c) &&
                (!most || part_of(c)->fair > part_of(most)->fair))
                most = c;
        if (!most || part_of(most)->fair * 10 < part_of(n)->fair * 8 ||
            part_of(most)->fair == 0 || part_of(most)->block != most ||
            html_named(most, " p "))
            return n;
        n = most;
    }
}

/* ---- Sorting paragraphs. */

static bool ends_sentence(const xmlNode *n)
{
    struct buf text = BUF_INIT;
    bool ends = false;
    if (xml_line(n, &text) && text.len) {
        size_t len = text.len;
        /* Behind quotation marks, too. */
        while (len > 1 &&
               (text.data[len - 1] == '"' || text.data[len - 1] == '\'' ||
                text.data[len - 1] == ')'))
            len--;
        if (len > 3 && memcmp(text.data + len - 3, "\xE2\x80\x9D", 3) == 0)
            len -= 3;
        ends = strchr(".!?:;", text.data[len - 1]) != NULL ||
               (len > 3 && memcmp(text.data + len - 3, "\xE2\x80\xA6", 3) == 0);
    }
    buf_release(&text);
    return ends;
}

static bool is_paragraph(const xmlNode *n)
{
    const struct part *p = part_of(n);
    return is_good(p) || (is_fair(n) && ends_sentence(n));
}

static bool is_title(const xmlNode *n, const void *title)
{
    const struct slice *t = title;
    struct buf text = BUF_INIT;
    bool same = html_named(n, " h1 ");
    if (!same && html_named(n, " h2 h3 ") && t->len &&
        part_of(n)->nodes < NODES_MAX && xml_line(n, &text))
        same = slice_equal(buf_slice(&text), *t);
    buf_release(&text);
    return same;
}

/* Shortest paragraph that is a lead where it stands between the headline and
 * the text: shorter ones are bylines, dates and captions. */
#define LEAD_BYTES 50

static bool is_lead(const xmlNode *n)
{
    const struct part *p = part_of(n);
    return p->block == n && is_paragraph(n) && p->own >= LEAD_BYTES &&
           p->own_linked * 4 < p->own;
}

static bool has_inside(const xmlNode *n, const xmlNode *inner)
{
    while (inner && inner != n)
        inner = inner->parent;
    return inner == n;
}

/* Returns the element that has the text and the last headline before it, with
 * nothing else left in it but leads between the two; the text's element if
 * there is no headline before it. */
static xmlNode *with_leads(const struct page *page, xmlNode *text,
                           struct slice title)
{
    xmlNode *headline = NULL;
    for (xmlNode *n = page->body; n && n != text; n = xml_walk(n, page->body))
        if (is_title(n, &title))
            headline = n;
    if (!headline || has_inside(headline, text))
        return text;
    xmlNode *outer = around(headline, text, page->body);
    for (xmlNode *up = text; up != outer; up = up->parent)
        part_of(up)->outside = true;
    bool before = true, after = false;
    for (xmlNode *n = outer->children, *next; n; n = next) {
        const bool element = is_element(n);
        next = behind(n, outer);
        if (n == headline)
            before = false;
        if (n == text)
            after = true;
        else if (element && part_of(n)->outside)
            next = n->children;
        else if (!before && !after && n != headline && element && is_lead(n))
            continue;
        else if (element && n->children && n != headline && !after &&
                 (!before || has_inside(n, headline)))
            next = n->children;
        else
            cut(n);
    }
    return outer;
}

/* Whether a short part beside a paragraph is of the article: a greeting, a
 * list, a table; not links. */
static bool goes_with(const xmlNode *n)
{
    const struct part *p = part_of(n);
    return html_named(n, " p ul ol dl table blockquote pre h2 h3 h4 h5 h6 ") &&
           p->linked * 2 <= p->text;
}

/* Shortest headline before the first paragraph that is the article's: shorter
 * ones are names of sections, as "Weather". */
#define HEADLINE_BYTES 12

/* Whether a part before the first paragraph is no byline, date or section. */
static bool leads_in(const xmlNode *n)
{
    return is_heading(n) ? part_of(n)->text >= HEADLINE_BYTES
                         : html_named(n, " blockquote ") || ends_sentence(n);
}

/* The last element behind a paragraph that goes with it. */
static xmlNode *extend(xmlNode *from, bool forward)
{
    xmlNode *end = from;
    for (xmlNode *n = from; n; n = forward ? n->next : n->prev) {
        if (n == from || !is_element(n) || html_named(n, " br hr "))
            continue;
        if (!goes_with(n) || (!forward && !leads_in(n)))
            break;
        /* A headline at the end is one of what is cut. */
        if (!forward || !is_heading(n))
            end = n;
    }
    return end;
}

/* Cuts what stands before the first and behind the last paragraph. */
static void trim(xmlNode *top)
{
    xmlNode *first = NULL, *last = NULL;
    for (xmlNode *n = top; n; n = xml_walk(n, top))
        if (part_of(n)->block == n && is_paragraph(n)) {
            first = first ? first : n;
            last = n;
        }
    if (!first || first == top || last == top)
        return;
    first = extend(first, false);
    last = extend(last, true);
    for (const xmlNode *up = first; up != top; up = up->parent)
        part_of(up)->around = true;
    bool before = true, after = false;
    for (xmlNode *n = top->children, *next; n; n = next) {
        next = is_element(n) && n->children ? n->children : behind(n, top);
        if (n == first)
            before = false;
        if (n == last) {
            next = behind(n, top);
            after = true;
            continue;
        }
        /* What has the first in it is gone into. */
        const bool inside = is_element(n) && part_of(n)->around;
        if ((before && !inside) || after) {
            next = behind(n, top);
            cut(n);
        }
    }
}

bool html_body(xmlDoc *doc, struct slice title, struct buf *out)
{
    struct page page;
    memset(&page, 0, sizeof page);
    buf_reset(out);
    xmlNode *root = xmlDocGetRootElement(doc);
    page.body = xml_child(root, "body");
    if (!page.body)
        page.body = root;
    if (!page.body)
        return true;
    cut_all(page.body, never_shown, NULL);
    bool good = measure(&page);
    if (good) {
        cut_all(page.body, is_beside, &page);
        good = measure(&page);
    }
    if (good) {
        cut_all(page.body, is_links, &page);
        xmlNode *top = find_named(&page);
        top = go_down(top ? top : page.body);
        top = with_leads(&page, top, title);
        cut_all(top, is_title, &title);
        good = measure(&page);
        if (good) {
            trim(top);
            good = xml_text(top, out);
        }
    }
    arena_release(&page.arena);
    return good;
}
