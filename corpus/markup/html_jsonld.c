/* Owns the reading of JSON-LD on pages (https://schema.org/NewsArticle).
 * Promises that one broken script does not cost the others, and that what is
 * said of other articles and things is not taken for the page's. */
#include "corpus/markup/html_page.h"

#include <string.h>

/* Deepest place of a node that is looked for: graphs are flat, and lists of
 * nodes stand in one other node at most. */
#define NODE_DEPTH 4
/* Most references from value to value that are followed: a name of a person of
 * an author. */
#define REFERENCES_MAX 4
/* Most bytes of JSON-LD that are read of a page. */
#define LD_BYTES (8U << 20)

/* ---- Mending what stands in scripts. */

/* Length of a comment at a place outside of strings, or of a mark of CDATA; 0
 * if there is none. A comment ends with its line. */
static size_t comment_length(struct slice rest)
{
    static const char open[] = "<![CDATA[", close[] = "]]>";
    if (slice_starts(rest, open))
        return sizeof open - 1;
    if (slice_starts(rest, close))
        return sizeof close - 1;
    if (slice_starts(rest, "//")) {
        size_t n = 2;
        while (n < rest.len && rest.data[n] != '\n')
            n++;
        return n;
    }
    if (slice_starts(rest, "/*")) {
        size_t n = 2;
        while (n < rest.len &&
               !(rest.data[n] == '/' && rest.data[n - 1] == '*'))
            n++;
        return n < rest.len ? n + 1 : n;
    }
    if (slice_starts(rest, "<!--"))
        return 4;
    return slice_starts(rest, "-->") ? 3 : 0;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Drops the last comma of an object or list, which JSON does not allow. */
static void drop_comma(struct buf *out)
{
    size_t n = out->len;
    while (n > 0 && is_space(out->data[n - 1]))
        n--;
    if (n > 0 && out->data[n - 1] == ',')
        out->len = n - 1;
}

/* Appends a script as JSON: without comments, marks of CDATA, commas behind the
 * last value and semicolons behind all. */
static void mend(struct slice script, struct buf *out)
{
    bool string = false;
    for (size_t i = 0; i < script.len; i++) {
        const char c = script.data[i];
        const struct slice rest = {script.data + i, script.len - i};
        const size_t skip = string ? 0 : comment_length(rest);
        if (skip) {
            i += skip - 1;
            continue;
        }
        if (!string && (c == '}' || c == ']'))
            drop_comma(out);
        if (!string && c == ';')
            continue;
        buf_append_byte(out, (uint8_t)c);
        if (string && c == '\\' && i + 1 < script.len)
            buf_append_byte(out, (uint8_t)script.data[++i]);
        else if (c == '"')
            string = !string;
    }
}

/* Whether a text is JSON. */
static bool is_json(struct html_page *p, struct slice text)
{
    const struct json_value *v;
    const int rc = json_parse(&p->ctx->json, text, &v, NULL);
    p->failed = p->failed || rc == NH_ENOMEM;
    return rc == NH_OK;
}

/* Appends the script to a list, if it is JSON or can be made so. */
static void add_script(struct html_page *p, const xmlNode *script,
                       struct buf *all)
{
    struct buf mended = BUF_INIT, *raw = &p->ctx->other;
    xml_own_text(script, raw);
    struct slice text = slice_trim(buf_slice(raw));
    p->failed = p->failed || raw->failed;
    if (text.len > LD_BYTES - all->len)
        return;
    bool good = is_json(p, text);
    if (!good) {
        mend(text, &mended);
        text = slice_trim(buf_slice(&mended));
        p->failed = p->failed || mended.failed;
        good = is_json(p, text);
    }
    if (good) {
        buf_append_str(all, all->len > 1 ? "," : "");
        buf_append(all, text.data, text.len);
    }
    buf_release(&mended);
}

/* ---- Nodes. */

static bool is_text(const struct json_value *v)
{
    return v && v->type == JSON_STRING && v->text.len;
}

/* Whether a node is of a type whose name ends in one of these. */
static bool is_type(const struct json_value *node, const char *const *ends,
                    size_t count)
{
    const struct json_value *type = json_get(node, "@type");
    const bool list = type && type->type == JSON_ARRAY;
    for (type = list ? type->first : type; type;
         type = list ? type->next : NULL) {
        if (!is_text(type))
            continue;
        for (size_t i = 0; i < count; i++) {
            const size_t n = strlen(ends[i]);
            if (type->text.len >= n &&
                memcmp(type->text.data + type->text.len - n, ends[i], n) == 0)
                return true;
        }
    }
    return false;
}

static bool is_article(const struct json_value *node)
{
    static const char *const ends[] = {"Article", "BlogPosting", "Report",
                                       "SocialMediaPosting"};
    return is_type(node, ends, sizeof ends / sizeof *ends);
}

static bool is_web_page(const struct json_value *node)
{
    static const char *const ends[] = {"WebPage", "ItemPage", "AboutPage"};
    return is_type(node, ends, sizeof ends / sizeof *ends);
}

/* Calls `visit` for each object down to a depth; stops where it is true. */
static bool each_node(const struct json_value *v, int depth,
                      bool (*visit)(void *, const struct json_value *),
                      void *data)
{
    if (v->type == JSON_OBJECT && visit(data, v))
        return true;
    if (depth == 0 || (v->type != JSON_ARRAY && v->type != JSON_OBJECT))
        return false;
    for (v = v->first; v; v = v->next)
        if (each_node(v, depth - 1, visit, data))
            return true;
    return false;
}

/* ---- References. */

struct wanted {
    struct slice id;
    const struct json_value *found;
};

static bool visit_id(void *data, const struct json_value *node)
{
    struct wanted *w = data;
    const struct json_value *id = json_get(node, "@id");
    /* What has nothing but its id refers to another node. */
    if (is_text(id) && slice_equal(id->text, w->id) && node->first &&
        node->first->next)
        w->found = node;
    return w->found != NULL;
}

/* The node that a value refers to, or the value. */
static const struct json_value *refer(const struct html_page *p,
                                      const struct json_value *v)
{
    if (!v || v->type != JSON_OBJECT || json_get(v, "name"))
        return v;
    const struct json_value *id = json_get(v, "@id");
    if (!is_text(id))
        return v;
    struct wanted w = {id->text, NULL};
    each_node(p->ld, NODE_DEPTH, visit_id, &w);
    return w.found ? w.found : v;
}

const struct json_value *html_jsonld_get(const struct html_page *p,
                                         const struct json_value *node,
                                         const char *name)
{
    return node ? refer(p, json_get(node, name)) : NULL;
}

static struct slice full_name(struct html_page *p, const struct json_value *v)
{
    const struct json_value *given = json_get(v, "givenName"),
                            *family = json_get(v, "familyName");
    struct buf *name = &p->ctx->other;
    buf_reset(name);
    if (is_text(given))
        buf_append(name, given->text.data, given->text.len);
    if (is_text(given) && is_text(family))
        buf_append_byte(name, ' ');
    if (is_text(family))
        buf_append(name, family->text.data, family->text.len);
    p->failed = p->failed || name->failed;
    return html_page_plain(p, buf_slice(name));
}

struct slice html_jsonld_name(struct html_page *p, const struct json_value *v)
{
    const struct json_value *whole = v;
    for (int i = 0; v && i < REFERENCES_MAX; i++) {
        v = refer(p, v);
        if (v->type == JSON_ARRAY)
            v = v->first;
        else if (v->type == JSON_OBJECT)
            whole = v, v = json_get(v, "name");
        else
            break;
    }
    if (is_text(v))
        return html_page_plain(p, v->text);
    return whole && whole->type == JSON_OBJECT ? full_name(p, whole)
                                               : (struct slice){"", 0};
}

/* ---- The nodes of this page. */

struct best {
    const struct html_page *page;
    struct slice title;
    const struct json_value *article, *web_page;
    int score;
};

/* An address without its scheme, and what stands behind "#" or at its end. */
static struct slice bare(struct slice url)
{
    const char *from = url.len ? strstr(url.data, "://") : NULL;
    if (from && (size_t)(from - url.data) + 3 <= url.len) {
        url.len -= (size_t)(from - url.data) + 3;
        url.data = from + 3;
    }
    const char *hash = memchr(url.data, '#', url.len);
    if (hash)
        url.len = (size_t)(hash - url.data);
    while (url.len && url.data[url.len - 1] == '/')
        url.len--;
    return url;
}

static bool is_address(const struct html_page *p, const struct json_value *v)
{
    if (v && v->type == JSON_OBJECT)
        v = json_get(v, "@id");
    return is_text(v) && p->url.len && slice_equal(bare(v->text), bare(p->url));
}

/* How sure it is that a node is about this page: its address is the page's (4),
 * its headline stands in the page's title (2), it has a date (1). The first one
 * wins where others are as sure. */
static int sureness(const struct best *best, const struct json_value *node)
{
    static const char *const addresses[] = {"url", "@id", "mainEntityOfPage"};
    const struct json_value *headline = json_get(node, "headline");
    int score = 1 + (json_get(node, "datePublished") != NULL);
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        if (is_address(best->page, json_get(node, addresses[i])))
            return score + 4;
    if (is_text(headline) && html_letters_within(headline->text, best->title))
        score += 2;
    return score;
}

static bool visit_best(void *data, const struct json_value *node)
{
    struct best *best = data;
    if (is_article(node)) {
        const int score = sureness(best, node);
        if (score > best->score) {
            best->article = node;
            best->score = score;
        }
    } else if (is_web_page(node) && !best->web_page) {
        best->web_page = node;
    }
    return false;
}

void html_jsonld_read(struct html_page *p)
{
    struct buf all = BUF_INIT;
    buf_append_byte(&all, '[');
    for (size_t i = 0; i < p->lds.count && !p->failed; i++)
        add_script(p, p->lds.at[i], &all);
    buf_append_byte(&all, ']');
    const char *text = arena_copy(&p->arena, all.data, all.len);
    p->failed = p->failed || all.failed || !text;
    if (!p->failed && all.len > 2 &&
        json_parse(&p->ctx->json, (struct slice){text, all.len}, &p->ld,
                   NULL) == NH_OK) {
        struct best best = {p, {"", 0}, NULL, NULL, 0};
        if (p->title)
            best.title = html_page_line(p, p->title);
        each_node(p->ld, NODE_DEPTH, visit_best, &best);
        p->ld_article = best.article;
        p->ld_page = best.web_page;
    }
    buf_release(&all);
}
