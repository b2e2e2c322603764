/* Owns what pages say of themselves, outside of their text: which of it fills
 * which field.
 * Promises for each field the best of what there is, and nothing of another
 * article. */
#include "corpus/markup/html_page.h"

#include <string.h>
#include <strings.h>

/* How the value of a field is written. */
enum how { ONE, LIST };

static void add(struct html_page *p, enum field field, struct slice value)
{
    if (value.len && !article_add(p->out, field, value))
        p->failed = true;
}

/* Adds a value, or what stands between the commas of a list. */
static void add_as(struct html_page *p, enum field field, enum how how,
                   struct slice value)
{
    value = html_page_plain(p, value);
    if (how == ONE) {
        add(p, field, value);
        return;
    }
    while (value.len) {
        const char *comma = memchr(value.data, ',', value.len);
        const size_t n = comma ? (size_t)(comma - value.data) : value.len;
        add(p, field, slice_trim((struct slice){value.data, n}));
        value.data += comma ? n + 1 : n;
        value.len -= comma ? n + 1 : n;
    }
}

static const struct {
    const char *key;
    enum field field;
    enum how how;
} properties[] = {{"publisher", FIELD_SOURCE, ONE},
                  {"articleSection", FIELD_SECTION, ONE},
                  {"keywords", FIELD_TOPIC, LIST},
                  {"inLanguage", FIELD_LANGUAGE, ONE}};

static void add_properties(struct html_page *p)
{
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        const struct json_value *v =
            html_jsonld_get(p, p->ld_article, properties[i].key);
        const bool list = v && v->type == JSON_ARRAY;
        for (v = list ? v->first : v; v; v = list ? v->next : NULL)
            add_as(p, properties[i].field, properties[i].how,
                   html_jsonld_name(p, v));
    }
    const struct json_value *body =
        html_jsonld_get(p, p->ld_article, "articleBody");
    if (body && body->type == JSON_STRING && !html_text(body->text, p->text))
        p->failed = true;
}

/* Meta elements, the best first. */
static const struct {
    const char *name; /* of the property, in any case */
    enum field field;
    enum how how;
} metas[] = {{"og:site_name", FIELD_SOURCE, ONE},
             {"dc.publisher", FIELD_SOURCE, ONE},
             {"application-name", FIELD_SOURCE, ONE},
             {"og:url", FIELD_URL, ONE},
             {"article:section", FIELD_SECTION, ONE},
             {"article:tag", FIELD_TOPIC, LIST},
             {"news_keywords", FIELD_TOPIC, LIST},
             {"keywords", FIELD_TOPIC, LIST},
             {"language", FIELD_LANGUAGE, ONE}};

static void add_metas(struct html_page *p)
{
    for (size_t i = 0; i < sizeof metas / sizeof *metas; i++) {
        /* Of topics, one way to write them is enough. */
        if (metas[i].how == LIST && article_get(p->out, metas[i].field).len)
            continue;
        for (size_t k = 0; k < p->metas.count; k++)
            if (html_is_meta(p->metas.at[k], metas[i].name))
                add_as(p, metas[i].field, metas[i].how,
                       slice_trim(xml_attribute(p->metas.at[k], "content")));
    }
}

bool html_meta(struct parse_context *ctx, xmlDoc *doc, struct slice url,
               struct article *out, struct buf *text)
{
    struct html_page p;
    memset(&p, 0, sizeof p);
    p.ctx = ctx;
    p.out = out;
    p.text = text;
    p.root = xmlDocGetRootElement(doc);
    if (!p.root)
        return true;
    html_page_collect(&p);
    if (!p.failed)
        html_jsonld_read(&p);
    add(&p, FIELD_URL, p.url);
    add_properties(&p);
    add_metas(&p);
    add(&p, FIELD_LANGUAGE, xml_attribute(p.root, "lang"));
    add(&p, FIELD_URL, url);
    p.url = article_get(out, FIELD_URL);
    p.site = article_get(out, FIELD_SOURCE);
    if (!p.failed)
        html_title_read(&p);
    if (!p.failed)
        html_byline_read(&p);
    if (!p.failed)
        html_date_read(&p);
    html_page_release(&p);
    return !p.failed;
}
