/* Owns the use of libxml2.
 * Promises that bytes name nothing that is loaded, and that no input makes a
 * tree or text that is much larger than itself. */
#include "corpus/xml.h"

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "common/charset.h"
#include "common/utf8.h"

/* Longest part of a file before its first record that all records get. */
#define SHARED_MAX ((size_t)256 << 10)

/* ---- Tags in a stream. */

enum tag_kind { TAG_START, TAG_END, TAG_EMPTY };

struct tag {
    enum tag_kind kind;
    size_t at, end; /* bytes of the window */
    size_t name, name_len;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What may look like a tag and is none. */
static const struct {
    const char *start, *end;
} skipped[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};

/* The end of a declaration or tag from `at` on: behind its >, which quotes and
 * brackets may hide. 1, 0 if the file ends before, or an error. */
static int find_close(struct input *in, size_t at, size_t *end,
                      struct nh_error *err)
{
    char c = 0, quote = 0;
    int found, depth = 0;
    for (; (found = input_byte(in, at, &c, err)) == 1; at++) {
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '[')
            depth++;
        else if (c == ']')
            depth--;
        else if (c == '>' && depth <= 0)
            break;
    }
    *end = at + 1;
    return found;
}

/* The next tag at or behind `from`: 1; 0 at the end of the file. */
static int next_tag(struct input *in, size_t from, struct tag *t,
                    struct nh_error *err)
{
    struct slice have;
    for (;;) {
        size_t at, end = 0;
        int found = input_find(in, "<", from, &at, err);
        if (found != 1)
            return found;
        int rc = input_peek(in, at + 9, &have, err);
        if (rc != NH_OK)
            return rc;
        size_t i = 0;
        for (; i < sizeof skipped / sizeof *skipped; i++) {
            const size_t n = strlen(skipped[i].start);
            if (have.len - at >= n &&
                memcmp(have.data + at, skipped[i].start, n) == 0)
                break;
        }
        if (i < sizeof skipped / sizeof *skipped) {
            found = input_find(in, skipped[i].end, at, &end, err);
            if (found != 1)
                return found;
            from = end + strlen(skipped[i].end);
            continue;
        }
        found = find_close(in, at, &end, err);
        if (found != 1)
            return found;
        from = end;
        if (input_peek(in, end, &have, err) != NH_OK || end - at < 3 ||
            have.data[at + 1] == '!')
            continue;
        const bool closes = have.data[at + 1] == '/';
        t->at = at;
        t->end = end;
        t->name = at + 1 + closes;
        for (i = t->name;
             i < end - 1 && !is_space(have.data[i]) && have.data[i] != '/'; i++)
            if (have.data[i] == ':')
                t->name = i + 1;
        t->name_len = i - t->name;
        t->kind = closes                      ? TAG_END
                  : have.data[end - 2] == '/' ? TAG_EMPTY
                                              : TAG_START;
        return 1;
    }
}

struct slice xml_root(struct slice head)
{
    struct input in;
    struct tag t;
    struct slice none = {"", 0};
    if (head.len == 0 || head.data[0] != '<')
        return none;
    /* The head alone is the file. */
    memset(&in, 0, sizeof in);
    in.window.data = (char *)(uintptr_t)head.data;
    in.window.len = head.len;
    in.ended = in.known = true;
    return next_tag(&in, 0, &t, NULL) == 1 && t.kind != TAG_END
               ? (struct slice){head.data + t.name, t.name_len}
               : none;
}

static const char *one_of(const char *data, size_t len,
                          const char *const *names)
{
    for (; *names; names++)
        if (strlen(*names) == len && memcmp(data, *names, len) == 0)
            return *names;
    return NULL;
}

/* The next start of a record; *name is which. As next_tag. */
static int find_start(struct input *in, const char *const *names, struct tag *t,
                      const char **name, struct nh_error *err)
{
    struct slice have;
    for (size_t from = 0;; from = t->end) {
        int found = next_tag(in, from, t, err);
        if (found != 1)
            return found;
        int rc = input_peek(in, t->end, &have, err);
        if (rc != NH_OK)
            return rc;
        *name = one_of(have.data + t->name, t->name_len, names);
        if (*name && t->kind != TAG_END)
            return 1;
    }
}

/* The end of the element that a tag starts; elements of its name may stand
 * inside. As next_tag. */
static int find_end(struct input *in, const struct tag *start, const char *name,
                    size_t *end, struct nh_error *err)
{
    struct slice have;
    struct tag t = *start;
    int depth = start->kind == TAG_START;
    while (depth > 0) {
        int found = next_tag(in, t.end, &t, err);
        if (found != 1)
            return found;
        int rc = input_peek(in, t.end, &have, err);
        if (rc != NH_OK)
            return rc;
        const bool same = t.name_len == strlen(name) &&
                          memcmp(have.data + t.name, name, t.name_len) == 0;
        if (same && t.kind != TAG_EMPTY)
            depth += t.kind == TAG_START ? 1 : -1;
    }
    *end = t.end;
    return 1;
}

int xml_split(struct input *in, const char *const *names, struct slice *record,
              uint64_t *offset, struct nh_error *err)
{
    struct tag t;
    struct slice have;
    const char *name = NULL;
    size_t end = 0;
    int found = find_start(in, names, &t, &name, err);
    if (found < 0)
        return input_give_up(in, found);
    *offset = in->offset;
    if (found == 0 && in->offset > 0)
        return input_give_up(in, 0);
    if (found == 0) {
        int rc = input_peek(in, 1, &have, err);
        if (rc != NH_OK || have.len == 0)
            return input_give_up(in, rc);
        error_set_at(err, NH_EDATA, 0, "there is no <%s> in it", *names);
        return input_give_up(in, NH_EDATA);
    }
    found = find_end(in, &t, name, &end, err);
    if (found < 0)
        return input_give_up(in, found);
    *offset = in->offset + t.at;
    if (found == 0) {
        error_set_at(err, NH_EDATA, *offset, "the file ends inside a <%s>",
                     name);
        return input_give_up(in, NH_EDATA);
    }
    int rc = input_peek(in, end, &have, err);
    if (rc != NH_OK)
        return rc;
    if (in->offset == 0) { /* the first */
        buf_reset(&in->shared);
        if (t.at <= SHARED_MAX)
            buf_append(&in->shared, have.data, t.at);
    }
    buf_reset(&in->record);
    buf_append(&in->record, in->shared.data, in->shared.len);
    buf_append(&in->record, have.data + t.at, end - t.at);
    if (in->shared.failed || in->record.failed)
        return error_nomem(err);
    input_skip(in, end);
    *record = (struct slice){in->record.data, in->record.len};
    return 1;
}

/* ---- Parsing. */

static struct slice whole(const struct buf *b)
{
    return (struct slice){b->data ? b->data : "", b->len};
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* The entities of HTML, which many take for those of XML. */
static xmlEntity *get_entity(void *data, const xmlChar *name)
{
    xmlParserCtxt *ctxt = data;
    xmlEntity *known = xmlSAX2GetEntity(data, name);
    if (known || !ctxt->myDoc)
        return known;
    const htmlEntityDesc *html = htmlEntityLookup(name);
    xmlChar text[8] = {0};
    if (!html)
        return NULL;
    xmlCopyChar(0, text, (int)html->value);
    if (!ctxt->myDoc->intSubset)
        xmlCreateIntSubset(ctxt->myDoc, BAD_CAST "x", NULL, NULL);
    return xmlAddDocEntity(ctxt->myDoc, name, XML_INTERNAL_GENERAL_ENTITY, NULL,
                           NULL, text);
}

void xml_parser_free(void *parser)
{
    xmlFreeParserCtxt(parser);
}

/* The encoding that a document says it is in, if iconv knows it and it is not
 * UTF-8; else NULL. */
static const char *declared(struct slice record, char name[40])
{
    static const char key[] = "encoding=";
    const size_t n = sizeof key - 1;
    const char *end = memchr(record.data, '>', record.len);
    if (!end || record.len < 5 || memcmp(record.data, "<?xml", 5) != 0)
        return NULL;
    for (const char *p = record.data; (size_t)(end - p) > n + 3; p++) {
        if (memcmp(p, key, n) != 0)
            continue;
        size_t len = 0;
        for (p += n + 1; p < end && len < 39 && !strchr("\"'", *p); p++)
            name[len++] = *p;
        name[len] = '\0';
        return strncasecmp(name, "utf-8", 5) != 0 && charset_known(name)
                   ? name
                   : NULL;
    }
    return NULL;
}

int xml_parse(struct parse_context *ctx, struct slice record, xmlDoc **out,
              struct nh_error *err)
{
    *out = NULL;
    char name[40];
    const char *encoding = declared(record, name);
    /* What is UTF-8 is not by chance, whatever it says; but for those encodings
     * of Asia that have escape signs, and look like ASCII. */
    const bool valid = utf8_valid(record.data, record.len),
               encoded =
                   valid && encoding && memchr(record.data, 27, record.len);
    if (!valid) {
        buf_reset(&ctx->text);
        int rc = charset_to_utf8(record, encoding ? encoding : ctx->charset,
                                 &ctx->text, err);
        if (rc != NH_OK)
            return rc;
        record = whole(&ctx->text);
    }
    pthread_once(&once, xmlInitParser);
    if (!ctx->xml)
        ctx->xml = xmlNewParserCtxt();
    xmlParserCtxt *parser = ctx->xml;
    if (!parser)
        return error_nomem(err);
    xmlCtxtReset(parser);
    parser->sax->getEntity = get_entity;
    xmlDoc *doc = xmlCtxtReadMemory(
        parser, record.data, (int)record.len, NULL, encoded ? NULL : "UTF-8",
        XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR |
            XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
    if (parser->lastError.code == XML_ERR_NO_MEMORY) {
        xmlFreeDoc(doc);
        return error_nomem(err);
    }
    const int code = parser->lastError.code;
    if (!doc || !xmlDocGetRootElement(doc) || code == XML_ERR_ENTITY_LOOP ||
        code == XML_ERR_ENTITY_PROCESSING) {
        const char *why = parser->lastError.message;
        xmlFreeDoc(doc);
        return error_set_at(err, NH_EDATA, 0, "bad XML: %.*s",
                            why ? (int)strcspn(why, "\n") : 0, why ? why : "");
    }
    *out = doc;
    return NH_OK;
}

/* ---- Walking. */

/* What stands behind a namespace's prefix, also one that was not declared. */
static const char *local_name(const xmlChar *name)
{
    const char *colon = strrchr((const char *)name, ':');
    return colon ? colon + 1 : (const char *)name;
}

/* Whether an element is of a vocabulary that has names in common with those of
 * articles for other things: pictures, sound. */
static bool is_foreign(const xmlNode *node)
{
    const char *prefix = node->ns ? (const char *)node->ns->prefix : NULL,
               *colon = strchr((const char *)node->name, ':');
    if (!node->ns && colon)
        prefix = (const char *)node->name;
    return prefix && (strncmp(prefix, "media", 5) == 0 ||
                      strncmp(prefix, "itunes", 6) == 0);
}

bool xml_is(const xmlNode *node, const char *name)
{
    return node && node->type == XML_ELEMENT_NODE &&
           strcmp(local_name(node->name), name) == 0 && !is_foreign(node);
}

static xmlNode *first_named(xmlNode *node, const char *name)
{
    while (node && !xml_is(node, name))
        node = node->next;
    return node;
}

xmlNode *xml_child(const xmlNode *node, const char *name)
{
    return node ? first_named(node->children, name) : NULL;
}

xmlNode *xml_next(const xmlNode *node, const char *name)
{
    return first_named(node->next, name);
}

xmlNode *xml_find(const xmlNode *node, const char *path)
{
    char name[64];
    const size_t len = strcspn(path, "/");
    if (!node || len >= sizeof name)
        return NULL;
    memcpy(name, path, len);
    name[len] = '\0';
    xmlNode *child = xml_child(node, name), *found = NULL;
    if (path[len] == '\0')
        return child;
    for (; child && !found; child = xml_next(child, name))
        found = xml_find(child, path + len + 1);
    return found;
}

/* Behind a node in document order, not below it. */
static xmlNode *behind(const xmlNode *node, const xmlNode *top)
{
    while (node != top && !node->next)
        node = node->parent;
    return node == top ? NULL : node->next;
}

static xmlNode *walk(const xmlNode *node, const xmlNode *top)
{
    return node->type == XML_ELEMENT_NODE && node->children ? node->children
                                                            : behind(node, top);
}

xmlNode *xml_walk(const xmlNode *node, const xmlNode *top)
{
    xmlNode *next = walk(node, top);
    while (next && next->type != XML_ELEMENT_NODE)
        next = walk(next, top);
    return next;
}

xmlNode *xml_record(xmlDoc *doc, const char *const *names)
{
    xmlNode *root = xmlDocGetRootElement(doc), *found = NULL;
    for (xmlNode *n = root; n;
         n = found == n ? behind(n, root) : xml_walk(n, root)) {
        if (n->type != XML_ELEMENT_NODE)
            continue;
        const char *name = local_name(n->name);
        if (one_of(name, strlen(name), names))
            found = n;
    }
    return found;
}

struct slice xml_attribute(const xmlNode *node, const char *name)
{
    for (const xmlAttr *a = node ? node->properties : NULL; a; a = a->next)
        if (strcmp(local_name(a->name), name) == 0 && a->children &&
            a->children->content)
            return slice_of((const char *)a->children->content);
    return (struct slice){"", 0};
}

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

enum element_kind xml_kind(const xmlNode *node)
{
    static const struct {
        enum element_kind kind;
        const char *names; /* with spaces around */
    } kinds[] = {
        {BLOCK, " p div h1 h2 h3 h4 h5 h6 ul ol dl blockquote table section "
                "article header footer main aside pre figure hr address form "
                "hl1 hl2 hedline block bq credit center fieldset legend "
                "dateline byline abstract note "},
        {LINE, " br li dt dd tr option "},
        {CELL, " td th "},
        {HIDDEN, " script style noscript template head iframe object embed "
                 "applet svg math form-field select input button textarea "
                 "media nav canvas audio video frame frameset noframes "}};
    char name[24];
    const char *local = local_name(node->name);
    const size_t len = strlen(local);
    if (len > sizeof name - 3)
        return INLINE;
    name[0] = name[len + 1] = ' ';
    for (size_t i = 0; i < len; i++)
        name[i + 1] = (char)(local[i] >= 'A' && local[i] <= 'Z' ? local[i] | 32
                                                                : local[i]);
    name[len + 2] = '\0';
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strstr(kinds[i].names, name))
            return kinds[i].kind;
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

static void put_words(struct writer *w, const char *text)
{
    while (*text) {
        /* No-break spaces too. */
        const bool hard =
            memcmp(text, "\xC2\xA0", strnlen(text, 2)) == 0 && text[1] != '\0';
        if (hard || is_space(*text) || *text == '\f' || *text == '\v') {
            widen(w, " ");
            text += hard ? 2 : 1;
            continue;
        }
        size_t n = strcspn(text, " \t\n\r\f\v\xC2");
        n = n ? n : 1;
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

xmlDoc *html_parse(struct slice html)
{
    pthread_once(&once, xmlInitParser);
    htmlParserCtxt *parser = htmlNewParserCtxt();
    if (!parser)
        return NULL;
    xmlDoc *doc = htmlCtxtReadMemory(
        parser, html.data, (int)html.len, NULL, "UTF-8",
        HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
            HTML_PARSE_NONET | HTML_PARSE_COMPACT);
    if (doc && parser->lastError.code == XML_ERR_NO_MEMORY) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    htmlFreeParserCtxt(parser);
    return doc;
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
                     article_add(out, field, whole(&ctx->work)));
}

bool xml_set_title(struct parse_context *ctx, struct article *out,
                   const xmlNode *node)
{
    return out->title.len || !node ||
           (xml_line(node, &ctx->work) &&
            article_text(out, &out->title, whole(&ctx->work)));
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
        if (ctx->text.failed || !html_text(whole(&ctx->text), &ctx->other))
            return false;
        text = &ctx->other;
    }
    return article_text(out, &out->body, whole(text));
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
    struct slice name = slice_trim(whole(text));
    if (text->failed ||
        (!name.len && !xml_line(person ? person : byline, text)))
        return false;
    return reader_add_authors(out, whole(text));
}

void xml_set_date(struct article *out, struct slice text)
{
    struct nh_date date;
    if (out->date.precision == DATE_NONE && date_parse(slice_trim(text), &date))
        out->date = date;
}

int xml_complete(const struct article *out, struct nh_error *err)
{
    return out->title.len || out->body.len
               ? NH_OK
               : error_set_at(err, NH_EDATA, 0,
                              "the article has neither a title nor a text");
}
