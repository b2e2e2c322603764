/* Owns the readers of NewsML: G2 (newsMessage, newsItem, packageItem) and 1.x.
 */
#include "corpus/markup/xml.h"

#include <string.h>

/* The text of an element that is NITF, XHTML, or plain paragraphs. */
static bool set_content(struct parse_context *ctx, const xmlNode *content,
                        struct article *out)
{
    const xmlNode *nitf = xml_child(content, "nitf"),
                  *html = xml_child(content, "html"),
                  *body = html ? xml_child(html, "body") : NULL;
    if (nitf)
        return nitf_fill(ctx, nitf, out);
    return xml_set_body(ctx, out, body ? body : html ? html : content);
}

/* ---- G2. */

static const char *const g2_records[] = {"newsItem", "packageItem", NULL};

static bool g2_detect(struct slice head)
{
    const struct slice root = xml_root(head);
    return slice_equal(root, slice_of("newsMessage")) ||
           slice_equal(root, slice_of("newsItem")) ||
           slice_equal(root, slice_of("packageItem"));
}

static int g2_split(struct input *in, struct slice *record, uint64_t *offset,
                    struct nh_error *err)
{
    return xml_split(in, g2_records, record, offset, err);
}

/* The name of a concept: an element, else what its code says. */
static bool add_concept(struct parse_context *ctx, struct article *out,
                        enum field field, const xmlNode *concept)
{
    static const char *const codes[] = {"literal", "qcode"};
    const size_t before = out->count;
    if (!concept)
        return true;
    bool good = xml_add(ctx, out, field, xml_child(concept, "name"));
    for (size_t i = 0;
         good && out->count == before && i < 2 && field != FIELD_TOPIC; i++) {
        struct slice code = xml_attribute(concept, codes[i]);
        const char *colon = code.len ? memchr(code.data, ':', code.len) : NULL;
        if (colon)
            code = (struct slice){colon + 1,
                                  (size_t)(code.data + code.len - colon - 1)};
        good = article_add(out, field, code);
    }
    return good;
}

/* What a subject is: a person, organisation, place, or a topic. */
static enum field subject_field(const xmlNode *subject)
{
    const struct slice type = xml_attribute(subject, "type");
    struct buf lower = BUF_INIT;
    enum field field = FIELD_TOPIC;
    for (size_t i = 0; i < type.len; i++)
        buf_append_byte(&lower, (uint8_t)(type.data[i] | 32));
    const char *text = buf_cstr(&lower);
    if (text && (strstr(text, ":person") || strstr(text, "cpnat:10")))
        field = FIELD_PERSON;
    else if (text && (strstr(text, ":org") || strstr(text, ":company")))
        field = FIELD_ORG;
    else if (text && (strstr(text, ":geo") || strstr(text, ":place") ||
                      strstr(text, ":poi") || strstr(text, ":loc")))
        field = FIELD_PLACE;
    buf_release(&lower);
    return field;
}

static bool add_concepts(struct parse_context *ctx, struct article *out,
                         const xmlNode *meta)
{
    bool good = true;
    for (const xmlNode *n = meta ? meta->children : NULL; good && n;
         n = n->next) {
        if (xml_is(n, "subject") && xml_child(n, "name"))
            good = add_concept(ctx, out, subject_field(n), n);
        else if (xml_is(n, "located"))
            good = add_concept(ctx, out, FIELD_PLACE, n);
        else if (xml_is(n, "keyword"))
            good = xml_add(ctx, out, FIELD_TOPIC, n);
        else if (xml_is(n, "by"))
            good = xml_add_author(ctx, out, n);
        else if (xml_is(n, "creator") && xml_child(n, "name"))
            good = add_concept(ctx, out, FIELD_AUTHOR, n);
        else if (xml_is(n, "language"))
            good = article_add(out, FIELD_LANGUAGE, xml_attribute(n, "tag"));
    }
    return good;
}

static bool set_g2_text(struct parse_context *ctx, struct article *out,
                        const xmlNode *item)
{
    const xmlNode *set = xml_child(item, "contentSet");
    bool good = true;
    for (const xmlNode *n = set ? set->children : NULL;
         good && n && !out->body.len; n = n->next)
        if (xml_is(n, "inlineXML") || xml_is(n, "inlineData"))
            good = set_content(ctx, n, out);
    if (good && !out->title.len)
        good =
            xml_set_title(ctx, out, xml_find(set, "inlineXML/html/head/title"));
    /* Of pictures and packages. */
    return good &&
           xml_set_body(ctx, out, xml_find(item, "contentMeta/description"));
}

static void set_g2_date(struct parse_context *ctx, struct article *out,
                        const xmlNode *item)
{
    static const char *const paths[] = {
        "itemMeta/firstCreated", "contentMeta/contentCreated",
        "itemMeta/versionCreated", "contentMeta/contentModified"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const xmlNode *n = xml_find(item, paths[i]);
        if (n && xml_line(n, &ctx->work))
            xml_set_date(out, buf_slice(&ctx->work));
    }
}

static int g2_parse(struct parse_context *ctx, struct slice record,
                    struct article *out, struct nh_error *err)
{
    xmlDoc *doc;
    int rc = xml_parse(ctx, record, &doc, err);
    if (rc != NH_OK)
        return rc;
    const xmlNode *item = xml_record(doc, g2_records),
                  *meta = xml_child(item, "contentMeta");
    set_g2_date(ctx, out, item);
    bool good = article_add(out, FIELD_ID, xml_attribute(item, "guid")) &&
                xml_set_title(ctx, out, xml_child(meta, "headline")) &&
                set_g2_text(ctx, out, item) &&
                xml_set_title(ctx, out, xml_find(item, "itemMeta/title")) &&
                xml_set_title(ctx, out, xml_child(meta, "slugline")) &&
                add_concept(ctx, out, FIELD_SOURCE,
                            xml_find(item, "itemMeta/provider")) &&
                add_concepts(ctx, out, meta) &&
                article_add(out, FIELD_LANGUAGE, xml_attribute(item, "lang"));
    rc = good ? xml_complete(out, err) : error_nomem(err);
    xmlFreeDoc(doc);
    return rc;
}

const struct reader reader_newsml_g2 = {
    "newsml-g2", "NewsML-G2: newsItem, packageItem, newsMessage",
    false,       g2_detect,
    g2_split,    g2_parse};

/* ---- 1.x. */

static const char *const one_records[] = {"NewsItem", NULL};

static bool one_detect(struct slice head)
{
    return slice_equal(xml_root(head), slice_of("NewsML"));
}

static int one_split(struct input *in, struct slice *record, uint64_t *offset,
                     struct nh_error *err)
{
    return xml_split(in, one_records, record, offset, err);
}

/* What the components of an item say, the outer ones first. */
static bool fill_components(struct parse_context *ctx, struct article *out,
                            const xmlNode *item)
{
    bool good = true;
    for (const xmlNode *n = xml_walk(item, item); good && n;
         n = xml_walk(n, item)) {
        if (xml_is(n, "HeadLine"))
            good = xml_set_title(ctx, out, n);
        else if (xml_is(n, "ByLine"))
            good = xml_add_author(ctx, out, n);
        else if (xml_is(n, "KeywordLine"))
            good = xml_add(ctx, out, FIELD_TOPIC, n);
        else if (xml_is(n, "Language"))
            good = article_add(out, FIELD_LANGUAGE,
                               xml_attribute(n, "FormalName"));
        else if (xml_is(n, "Provider"))
            good =
                article_add(out, FIELD_SOURCE,
                            xml_attribute(xml_child(n, "Party"), "FormalName"));
        else if (xml_is(n, "Property") &&
                 slice_equal(xml_attribute(n, "FormalName"), slice_of("City")))
            good = article_add(out, FIELD_PLACE, xml_attribute(n, "Value"));
    }
    /* An item may have a headline, a caption and a text as contents. */
    const xmlNode *longest = NULL;
    size_t most = 0;
    for (const xmlNode *n = xml_walk(item, item); good && n;
         n = xml_walk(n, item))
        if (xml_is(n, "DataContent")) {
            good = xml_text(n, &ctx->work);
            if (ctx->work.len > most) {
                most = ctx->work.len;
                longest = n;
            }
        }
    return good && (!longest || set_content(ctx, longest, out));
}

static int one_parse(struct parse_context *ctx, struct slice record,
                     struct article *out, struct nh_error *err)
{
    static const char *const dates[] = {"NewsManagement/FirstCreated",
                                        "Identification/NewsIdentifier/DateId",
                                        "NewsManagement/ThisRevisionCreated"};
    xmlDoc *doc;
    int rc = xml_parse(ctx, record, &doc, err);
    if (rc != NH_OK)
        return rc;
    const xmlNode *item = xml_record(doc, one_records);
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        const xmlNode *n = xml_find(item, dates[i]);
        if (n && xml_line(n, &ctx->work))
            xml_set_date(out, buf_slice(&ctx->work));
    }
    bool good =
        !item ||
        (xml_add(ctx, out, FIELD_ID,
                 xml_find(item,
                          "Identification/NewsIdentifier/PublicIdentifier")) &&
         fill_components(ctx, out, item) &&
         xml_add(ctx, out, FIELD_SOURCE,
                 xml_find(item, "Identification/NewsIdentifier/ProviderId")) &&
         article_add(out, FIELD_LANGUAGE, xml_attribute(item, "lang")));
    rc = good ? xml_complete(out, err) : error_nomem(err);
    xmlFreeDoc(doc);
    return rc;
}

const struct reader reader_newsml = {"newsml",   "NewsML 1.x", false,
                                     one_detect, one_split,    one_parse};
