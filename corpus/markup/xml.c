/* Owns the use of libxml2.
 * Promises that bytes name nothing that is loaded, and that no input makes a
 * tree or text that is much larger than itself. */
#include "corpus/markup/xml.h"

#include <libxml/HTMLparser.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "common/text/charset.h"
#include "corpus/markup/bounds.h"
#include "corpus/markup/xml_repair.h"

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
        if (have.len > at + 1 && !xml_opens_tag(have.data[at + 1])) {
            from = at + 1; /* a sign of the text */
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

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* What libxml2 says in a thread while it parses: whether memory ran out, which
 * the parser does not always know. Its parser of HTML waits for ever for the
 * end of what it reads then: it is given one. */
struct listener {
    xmlStructuredErrorFunc before;
    void *context;
    bool no_memory;
};

static void hear(void *data, xmlError *error)
{
    struct listener *l = data;
    xmlParserCtxt *parser = error->ctxt;
    if (error->code != XML_ERR_NO_MEMORY)
        return;
    l->no_memory = true;
    const bool parses =
        error->domain == XML_FROM_PARSER || error->domain == XML_FROM_HTML;
    if (parses && parser && parser->html && parser->input)
        parser->input->cur = parser->input->end;
}

static void listen(struct listener *l)
{
    *l =
        (struct listener){xmlStructuredError, xmlStructuredErrorContext, false};
    xmlSetStructuredErrorFunc(l, hear);
}

static void stop_listening(const struct listener *l)
{
    xmlSetStructuredErrorFunc(l->context, l->before);
}

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
        return strncasecmp(name, "utf-8", 5) != 0 && charset_known(name) ? name
                                                                         : NULL;
    }
    return NULL;
}

/* Parses a record that is in UTF-8, or as it says itself. Returns false if
 * memory ran out. */
static bool read_tree(xmlParserCtxt *parser, struct slice record, bool utf8,
                      xmlDoc **out)
{
    struct listener listener;
    xmlCtxtReset(parser);
    parser->sax->getEntity = get_entity;
    listen(&listener);
    *out = xmlCtxtReadMemory(
        parser, record.data, (int)record.len, NULL, utf8 ? "UTF-8" : NULL,
        XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR |
            XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
    stop_listening(&listener);
    return !listener.no_memory;
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
        record = buf_slice(&ctx->text);
    }
    bool fits;
    record = bounds_xml(record, &ctx->other, &fits);
    if (!record.len && ctx->other.failed)
        return error_nomem(err);
    if (!fits)
        return error_set_at(err, NH_EDATA, 0,
                            "it has more than %d tags or %d attributes",
                            BOUNDS_XML_TAGS, BOUNDS_ATTRIBUTES_ALL);
    pthread_once(&once, xmlInitParser);
    if (!ctx->xml)
        ctx->xml = xmlNewParserCtxt();
    xmlParserCtxt *parser = ctx->xml;
    if (!parser)
        return error_nomem(err);
    xmlDoc *doc = NULL;
    bool good = read_tree(parser, record, !encoded, &doc);
    /* In ISO-2022 an & may be a part of a character. */
    if (good && !parser->wellFormed && !encoded) {
        xmlFreeDoc(doc);
        doc = NULL;
        good = xml_repair(record, &ctx->work) &&
               read_tree(parser, buf_slice(&ctx->work), true, &doc);
    }
    if (!good) {
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

xmlDoc *html_parse(struct slice html)
{
    struct buf bounded = BUF_INIT;
    pthread_once(&once, xmlInitParser);
    htmlParserCtxt *parser = htmlNewParserCtxt();
    if (!parser)
        return NULL;
    html = bounds_html(html, &bounded);
    /* The depth is bounded, and more than libxml2 allows otherwise. */
    parser->options |= XML_PARSE_HUGE;
    struct listener listener;
    listen(&listener);
    xmlDoc *doc = htmlCtxtReadMemory(
        parser, html.data, (int)html.len, NULL, "UTF-8",
        HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
            HTML_PARSE_NONET | HTML_PARSE_COMPACT);
    stop_listening(&listener);
    if (listener.no_memory || bounded.failed) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    htmlFreeParserCtxt(parser);
    buf_release(&bounded);
    return doc;
}

/* ---- Walking. */

/* What stands behind a namespace's prefix, also one that was not declared. */
static const char *local_name(const xmlChar *name)
{
    const char *colon = strrchr((const char *)name, ':');
    return colon ? colon + 1 : (const char *)name;
}

const char *xml_name(const xmlNode *node)
{
    return local_name(node->name);
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
    xmlNode *next = node ? walk(node, top) : NULL;
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
