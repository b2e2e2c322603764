/* Owns the reader of NITF (News Industry Text Format 3.x), as a file or inside
 * of others. */
#include "corpus/markup/xml.h"

#include <string.h>

static const char *const records[] = {"nitf", NULL};

static bool nitf_detect(struct slice head)
{
    return slice_equal(xml_root(head), slice_of("nitf"));
}

static int nitf_split(struct input *in, struct slice *record, uint64_t *offset,
                      struct nh_error *err)
{
    return xml_split(in, records, record, offset, err);
}

/* A person: "Last, First", as lists of names have it, the other way round, and
 * without a possessive s. */
static bool add_person(struct article *out, struct slice name, struct buf *work)
{
    static const char *const endings[] = {"'s", "\xE2\x80\x99s"};
    for (size_t i = 0; i < 2; i++) {
        const size_t n = strlen(endings[i]);
        if (name.len > n &&
            memcmp(name.data + name.len - n, endings[i], n) == 0)
            name.len -= n;
    }
    const char *comma = memchr(name.data, ',', name.len);
    if (!comma ||
        memchr(comma + 1, ',', (size_t)(name.data + name.len - comma - 1)))
        return article_add(out, FIELD_PERSON, name);
    const struct slice last = {name.data, (size_t)(comma - name.data)},
                       first = slice_trim(
                           (struct slice){comma + 1, name.len - last.len - 1});
    buf_reset(work);
    buf_append(work, first.data, first.len);
    buf_append_byte(work, ' ');
    buf_append(work, last.data, last.len);
    return !work->failed && article_add(out, FIELD_PERSON,
                                        (struct slice){work->data, work->len});
}

/* Names that are marked up, in the text and in the head. */
static bool add_names(struct parse_context *ctx, const xmlNode *nitf,
                      struct article *out)
{
    static const struct {
        const char *element;
        enum field field;
    } names[] = {{"person", FIELD_PERSON},        {"org", FIELD_ORG},
                 {"location", FIELD_PLACE},       {"keyword", FIELD_TOPIC},
                 {"classifier", FIELD_TOPIC},     {"object.title", FIELD_TOPIC},
                 {"tobject.subject", FIELD_TOPIC}};
    bool good = true;
    for (const xmlNode *n = xml_walk(nitf, nitf); good && n;
         n = xml_walk(n, nitf))
        for (size_t i = 0; good && i < sizeof names / sizeof *names; i++) {
            if (!xml_is(n, names[i].element))
                continue;
            struct slice text = xml_attribute(n, "key");
            if (!text.len)
                text = xml_attribute(n, "tobject.subject.matter");
            if (!text.len)
                text = xml_attribute(n, "tobject.subject.type");
            if (!text.len && !(good = xml_line(n, &ctx->other)))
                break;
            if (!text.len)
                text = buf_slice(&ctx->other);
            good = names[i].field == FIELD_PERSON
                       ? add_person(out, text, &ctx->work)
                       : article_add(out, names[i].field, text);
        }
    return good;
}

static void set_date(struct parse_context *ctx, const xmlNode *nitf,
                     struct article *out)
{
    const xmlNode *data = xml_find(nitf, "head/docdata");
    static const char *const elements[] = {"date.issue", "date.release"};
    for (size_t i = 0; i < 2; i++)
        xml_set_date(out, xml_attribute(xml_child(data, elements[i]), "norm"));
    const xmlNode *pubdata = xml_find(nitf, "head/pubdata");
    xml_set_date(out, xml_attribute(pubdata, "date.publication"));
    const xmlNode *line = xml_find(nitf, "body/body.head/dateline/story.date");
    xml_set_date(out, xml_attribute(line, "norm"));
    if (line && xml_line(line, &ctx->work))
        xml_set_date(out, buf_slice(&ctx->work));
}

/* The New York Times writes the parts of the date in elements of their own. */
static void set_meta_date(const xmlNode *head, struct article *out)
{
    static const char *const names[] = {"publication_year", "publication_month",
                                        "publication_day_of_month"};
    char text[16] = "";
    for (size_t i = 0; i < 3; i++)
        for (const xmlNode *m = xml_child(head, "meta"); m;
             m = xml_next(m, "meta")) {
            const struct slice value = xml_attribute(m, "content");
            if (!slice_equal(xml_attribute(m, "name"), slice_of(names[i])) ||
                value.len == 0 || value.len > 4)
                continue;
            if (i)
                strcat(text, value.len < 2 ? "-0" : "-");
            strncat(text, value.data, value.len);
            break;
        }
    xml_set_date(out, slice_of(text));
}

/* Most blocks that are looked at as leads: each is looked for in all of the
 * text. Articles have two. */
#define LEADS_MAX 8

/* Whether the words of a block stand in a text; "LEAD:" is none of them. */
static bool repeats(struct parse_context *ctx, const xmlNode *block,
                    struct buf *text)
{
    if (!xml_line(block, &ctx->work))
        return false;
    const char *words = buf_cstr(&ctx->work), *all = buf_cstr(text);
    if (words && strncmp(words, "LEAD: ", 6) == 0)
        words += 6;
    return words && all && strstr(all, words);
}

/* The New York Times has the lead in a block of its own and again in the block
 * of the full text: takes it out of the first. */
static void drop_leads(struct parse_context *ctx, const xmlNode *content)
{
    const xmlNode *full = xml_child(content, "block");
    while (full &&
           !slice_equal(xml_attribute(full, "class"), slice_of("full_text")))
        full = xml_next(full, "block");
    if (!full || !xml_line(full, &ctx->other))
        return;
    size_t leads = 0;
    for (xmlNode *n = xml_child(content, "block"), *next;
         n && leads < LEADS_MAX; n = next) {
        const struct slice class = xml_attribute(n, "class");
        next = xml_next(n, "block");
        if (!slice_equal(class, slice_of("lead_paragraph")) &&
            !slice_equal(class, slice_of("online_lead_paragraph")))
            continue;
        leads++;
        if (repeats(ctx, n, &ctx->other)) {
            xmlUnlinkNode(n);
            xmlFreeNode(n);
        }
    }
}

bool nitf_fill(struct parse_context *ctx, const xmlNode *nitf,
               struct article *out)
{
    const xmlNode *head = xml_child(nitf, "head"),
                  *top = xml_find(nitf, "body/body.head");
    const struct slice id = xml_attribute(xml_find(head, "docdata/doc-id"),
                                          "id-string"),
                       name = xml_attribute(xml_child(head, "pubdata"), "name"),
                       regsrc = xml_attribute(xml_find(head, "docdata/doc-id"),
                                              "regsrc"),
                       holder = xml_attribute(
                           xml_find(head, "docdata/doc.copyright"), "holder"),
                       lang = xml_attribute(nitf, "baselang"),
                       lang2 = xml_attribute(nitf, "lang");
    drop_leads(ctx, xml_find(nitf, "body/body.content"));
    bool good =
        xml_set_title(ctx, out, xml_find(top, "hedline/hl1")) &&
        xml_set_title(ctx, out, xml_child(head, "title")) &&
        xml_set_body(ctx, out, xml_find(nitf, "body/body.content")) &&
        article_add(out, FIELD_ID, id) &&
        xml_add_author(ctx, out, xml_child(top, "byline")) &&
        xml_add(ctx, out, FIELD_SOURCE, xml_find(top, "distributor/org")) &&
        article_add(out, FIELD_SOURCE, name) &&
        article_add(out, FIELD_SOURCE, regsrc) &&
        article_add(out, FIELD_SOURCE, holder) &&
        article_add(out, FIELD_LANGUAGE, lang) &&
        article_add(out, FIELD_LANGUAGE, lang2) &&
        xml_add(ctx, out, FIELD_PLACE, xml_find(top, "dateline/location")) &&
        add_names(ctx, nitf, out);
    for (const xmlNode *m = xml_child(head, "meta"); good && m;
         m = xml_next(m, "meta")) {
        const struct slice key = xml_attribute(m, "name");
        if (slice_equal(key, slice_of("online_sections")) ||
            slice_equal(key, slice_of("anpa-category")))
            good = article_add(out, FIELD_SECTION, xml_attribute(m, "content"));
    }
    set_date(ctx, nitf, out);
    set_meta_date(head, out);
    return good;
}

static int nitf_parse(struct parse_context *ctx, struct slice record,
                      struct article *out, struct nh_error *err)
{
    xmlDoc *doc;
    int rc = xml_parse(ctx, record, &doc, err);
    if (rc != NH_OK)
        return rc;
    const xmlNode *nitf = xml_record(doc, records);
    rc = nitf && !nitf_fill(ctx, nitf, out) ? error_nomem(err)
                                            : xml_complete(out, err);
    xmlFreeDoc(doc);
    return rc;
}

const struct reader reader_nitf = {
    "nitf",     "NITF 3.x, the format of news agencies",
    true,       nitf_detect,
    nitf_split, nitf_parse};
