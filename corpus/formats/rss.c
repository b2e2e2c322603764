/* Owns the reader of feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0; and
 * exports of WordPress, which are RSS. */
#include "corpus/markup/mime.h"
#include "corpus/markup/xml.h"

#include <string.h>

#include "common/text/charset.h"

static const char *const entries[] = {"item", "entry", NULL};

static bool feed_detect(struct slice head)
{
    const struct slice root = xml_root(head);
    return slice_equal(root, slice_of("rss")) ||
           slice_equal(root, slice_of("RDF")) ||
           slice_equal(root, slice_of("feed"));
}

static int feed_split(struct input *in, struct slice *record, uint64_t *offset,
                      struct nh_error *err)
{
    return xml_split(in, entries, record, offset, err);
}

/* Whether the text of an element is markup that was escaped: it is in RSS; Atom
 * says so. */
static bool is_escaped(const xmlNode *node)
{
    const struct slice type = xml_attribute(node, "type"),
                       mode = xml_attribute(node, "mode");
    if (slice_equal(mode, slice_of("escaped")))
        return true;
    if (mode.len || xml_child(node, "div") || xml_child(node, "p"))
        return false;
    return !slice_equal(type, slice_of("text")) &&
           !slice_equal(type, slice_of("text/plain")) &&
           !slice_equal(type, slice_of("xhtml"));
}

/* The text of an element, or NULL if memory ran out. */
static struct buf *text_of(struct parse_context *ctx, const xmlNode *node)
{
    struct buf *raw = &ctx->other;
    if (slice_equal(xml_attribute(node, "mode"), slice_of("base64"))) {
        /* Atom 0.3: bytes of the type that is said. */
        xml_own_text(node, &ctx->work);
        buf_reset(raw);
        mime_base64(buf_slice(&ctx->work), raw);
        buf_reset(&ctx->text);
        if (ctx->work.failed || raw->failed ||
            charset_to_utf8(buf_slice(raw), NULL, &ctx->text, NULL) != NH_OK)
            return NULL;
        if (slice_equal(xml_attribute(node, "type"), slice_of("text/plain")))
            return &ctx->text;
        return html_text(buf_slice(&ctx->text), &ctx->work) ? &ctx->work : NULL;
    }
    if (!is_escaped(node) || node->type != XML_ELEMENT_NODE)
        return xml_text(node, &ctx->work) ? &ctx->work : NULL;
    const bool plain = !xml_own_text(node, raw) ||
                       (!memchr(raw->data ? raw->data : "", '<', raw->len) &&
                        !memchr(raw->data ? raw->data : "", '&', raw->len));
    if (raw->failed)
        return NULL;
    const bool good =
        plain ? xml_text(node, &ctx->work)
              : html_text((struct slice){raw->data, raw->len}, &ctx->work);
    return good ? &ctx->work : NULL;
}

/* The first child, of these names in this order, that has text; put in *where
 * unless that has some. A title is a line. */
static bool set_text(struct parse_context *ctx, struct article *out,
                     struct slice *where, const xmlNode *entry,
                     const char *const *names)
{
    for (; *names && where->len == 0; names++) {
        const xmlNode *n = xml_child(entry, *names);
        struct buf *text = n ? text_of(ctx, n) : NULL;
        for (size_t i = 0; text && where == &out->title && i < text->len; i++)
            if (text->data[i] == '\n')
                text->data[i] = ' ';
        if (n &&
            (!text ||
             !article_text(out, where, (struct slice){text->data, text->len})))
            return false;
    }
    return true;
}

static void set_date(struct parse_context *ctx, struct article *out,
                     const xmlNode *entry)
{
    static const char *const names[] = {"pubDate", "published", "issued",
                                        "date",    "created",   "updated",
                                        "modified"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const xmlNode *n = xml_child(entry, names[i]);
        if (n && xml_line(n, &ctx->work))
            xml_set_date(out, (struct slice){ctx->work.data, ctx->work.len});
    }
}

/* "name@example.org (A Name)", or a name, or an element with one. */
static bool add_author(struct parse_context *ctx, struct article *out,
                       const xmlNode *author)
{
    const xmlNode *name = xml_child(author, "name");
    if (!xml_line(name ? name : author, &ctx->work))
        return false;
    struct slice text = buf_slice(&ctx->work);
    const char *open = text.len ? memchr(text.data, '(', text.len) : NULL;
    if (memchr(text.data, '@', text.len) && open &&
        text.data[text.len - 1] == ')')
        text =
            (struct slice){open + 1, (size_t)(text.data + text.len - open - 2)};
    return article_add(out, FIELD_AUTHOR, text);
}

static bool add_authors(struct parse_context *ctx, struct article *out,
                        const xmlNode *parent)
{
    static const char *const names[] = {"creator", "author"};
    bool good = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (const xmlNode *n = xml_child(parent, names[i]); good && n;
             n = xml_next(n, names[i]))
            good = add_author(ctx, out, n);
    return good;
}

/* The address: that of an Atom link which is, or says that it is, the
 * article's; the text of others; an RSS guid that is one. */
static bool add_url(struct parse_context *ctx, struct article *out,
                    const xmlNode *entry)
{
    bool good = true;
    for (const xmlNode *n = xml_child(entry, "link"); good && n;
         n = xml_next(n, "link")) {
        const struct slice rel = xml_attribute(n, "rel"),
                           href = xml_attribute(n, "href");
        if (rel.len && !slice_equal(rel, slice_of("alternate")))
            continue;
        good = href.len ? article_add(out, FIELD_URL, href)
                        : xml_add(ctx, out, FIELD_URL, n);
    }
    const xmlNode *guid = xml_child(entry, "guid");
    if (good && guid && xml_line(guid, &ctx->work) && ctx->work.len > 7 &&
        memcmp(ctx->work.data, "http", 4) == 0 &&
        !slice_equal(xml_attribute(guid, "isPermaLink"), slice_of("false")))
        good = article_add(out, FIELD_URL,
                           (struct slice){ctx->work.data, ctx->work.len});
    return good;
}

static bool add_id(struct parse_context *ctx, struct article *out,
                   const xmlNode *entry)
{
    bool good = xml_add(ctx, out, FIELD_ID, xml_child(entry, "guid")) &&
                xml_add(ctx, out, FIELD_ID, xml_child(entry, "id"));
    const struct slice about = xml_attribute(entry, "about");
    return good && (!about.len || article_add(out, FIELD_ID, about));
}

static bool add_topics(struct parse_context *ctx, struct article *out,
                       const xmlNode *entry)
{
    bool good = true;
    for (const xmlNode *n = xml_child(entry, "category"); good && n;
         n = xml_next(n, "category")) {
        struct slice name = xml_attribute(n, "label");
        if (!name.len)
            name = xml_attribute(n, "term");
        good = name.len ? article_add(out, FIELD_TOPIC, name)
                        : xml_add(ctx, out, FIELD_TOPIC, n);
    }
    for (const xmlNode *n = xml_child(entry, "subject"); good && n;
         n = xml_next(n, "subject"))
        good = xml_add(ctx, out, FIELD_TOPIC, n);
    return good;
}

/* What the feed says of all its entries. */
static bool add_feed(struct parse_context *ctx, struct article *out,
                     const xmlNode *entry)
{
    const xmlNode *feed = entry->parent;
    if (feed && !xml_child(feed, "title")) /* RSS 1.0 has it beside */
        feed = xml_child(feed, "channel");
    const xmlNode *source = xml_find(entry, "source/title");
    bool good =
        xml_add(ctx, out, FIELD_SOURCE, source) &&
        xml_add(ctx, out, FIELD_SOURCE, xml_child(entry, "publisher")) &&
        xml_add(ctx, out, FIELD_SOURCE, xml_child(feed, "title"));
    if (good && !article_get(out, FIELD_AUTHOR).len)
        good = !feed || add_authors(ctx, out, feed);
    const struct slice langs[] = {xml_attribute(entry, "lang"),
                                  xml_attribute(feed, "lang")};
    for (size_t i = 0; good && i < 2; i++)
        good = !langs[i].len || article_add(out, FIELD_LANGUAGE, langs[i]);
    return good &&
           xml_add(ctx, out, FIELD_LANGUAGE, xml_child(feed, "language"));
}

static int feed_parse(struct parse_context *ctx, struct slice record,
                      struct article *out, struct nh_error *err)
{
    static const char *const titles[] = {"title", NULL};
    static const char *const bodies[] = {"encoded",  "body",    "content",
                                         "fullitem", "summary", "description",
                                         NULL};
    xmlDoc *doc;
    int rc = xml_parse(ctx, record, &doc, err);
    if (rc != NH_OK)
        return rc;
    const xmlNode *entry = xml_record(doc, entries);
    if (!entry)
        rc = error_set_at(err, NH_EDATA, 0, "bad XML: there is no entry");
    else if (!set_text(ctx, out, &out->title, entry, titles) ||
             !set_text(ctx, out, &out->body, entry, bodies) ||
             !add_id(ctx, out, entry) || !add_url(ctx, out, entry) ||
             !add_authors(ctx, out, entry) || !add_topics(ctx, out, entry) ||
             !add_feed(ctx, out, entry))
        rc = error_nomem(err);
    if (rc == NH_OK) {
        set_date(ctx, out, entry);
        rc = xml_complete(out, err);
    }
    xmlFreeDoc(doc);
    return rc;
}

const struct reader reader_feed = {
    "feed",     "RSS and Atom, one entry an article; WordPress exports",
    false,      feed_detect,
    feed_split, feed_parse};
