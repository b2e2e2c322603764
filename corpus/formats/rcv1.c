/* Owns the reader of the Reuters Corpora (RCV1, RCV2, TRC2): an element
 * <newsitem> a file. */
#include "corpus/markup/xml.h"

#include <string.h>

static const char *const records[] = {"newsitem", NULL};

static bool rcv1_detect(struct slice head)
{
    return slice_equal(xml_root(head), slice_of("newsitem"));
}

static int rcv1_split(struct input *in, struct slice *record, uint64_t *offset,
                      struct nh_error *err)
{
    return xml_split(in, records, record, offset, err);
}

/* Lists of codes by the beginning of their class. */
static const struct {
    const char *class;
    enum field field;
} lists[] = {{"bip:topics", FIELD_TOPIC},
             {"bip:industries", FIELD_TOPIC},
             {"bip:countries", FIELD_PLACE}};

static bool add_codes(const xmlNode *item, struct article *out)
{
    bool good = true;
    const xmlNode *metadata = xml_child(item, "metadata");
    for (const xmlNode *codes = xml_child(metadata, "codes"); good && codes;
         codes = xml_next(codes, "codes"))
        for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
            if (!slice_starts(xml_attribute(codes, "class"), lists[i].class))
                continue;
            for (const xmlNode *c = xml_child(codes, "code"); good && c;
                 c = xml_next(c, "code"))
                good =
                    article_add(out, lists[i].field, xml_attribute(c, "code"));
        }
    return good;
}

/* The date of the item, or the first of its metadata. */
static void set_date(const xmlNode *item, struct article *out)
{
    xml_set_date(out, xml_attribute(item, "date"));
    const xmlNode *metadata = xml_child(item, "metadata");
    for (const xmlNode *dc = xml_child(metadata, "dc"); dc;
         dc = xml_next(dc, "dc"))
        if (slice_starts(xml_attribute(dc, "element"), "dc.date"))
            xml_set_date(out, xml_attribute(dc, "value"));
}

static int rcv1_parse(struct parse_context *ctx, struct slice record,
                      struct article *out, struct nh_error *err)
{
    xmlDoc *doc;
    int rc = xml_parse(ctx, record, &doc, err);
    if (rc != NH_OK)
        return rc;
    const xmlNode *item = xml_record(doc, records);
    const bool good =
        !item ||
        (article_add(out, FIELD_ID, xml_attribute(item, "itemid")) &&
         xml_set_title(ctx, out, xml_child(item, "headline")) &&
         xml_set_title(ctx, out, xml_child(item, "title")) &&
         xml_set_body(ctx, out, xml_child(item, "text")) &&
         xml_add_author(ctx, out, xml_child(item, "byline")) &&
         article_add(out, FIELD_SOURCE, slice_of("Reuters")) &&
         article_add(out, FIELD_LANGUAGE, xml_attribute(item, "lang")) &&
         add_codes(item, out));
    if (good && item)
        set_date(item, out);
    rc = good ? xml_complete(out, err) : error_nomem(err);
    xmlFreeDoc(doc);
    return rc;
}

const struct reader reader_rcv1 = {
    "rcv1",     "the Reuters Corpora (RCV1, RCV2): files of one <newsitem>",
    true,       rcv1_detect,
    rcv1_split, rcv1_parse};
