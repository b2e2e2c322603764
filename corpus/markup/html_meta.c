/* Owns what pages say of themselves, outside of their text.
 * Promises the best of what there is for each field, and no date that is not
 * the article's. */
#include "corpus/markup/html.h"

#include <string.h>
#include <strings.h>

/* Most elements of a kind that are looked at. */
#define NODES_MAX 512
/* Longest byline. */
#define AUTHOR_BYTES 512

struct page {
    struct parse_context *ctx;
    struct article *out;
    struct buf *text; /* the text that is there for machines */
    const xmlNode *metas[NODES_MAX];
    size_t meta_count;
    bool failed;
};

/* ---- Adding. */

static void add(struct page *p, enum field field, struct slice value)
{
    if (value.len && !article_add(p->out, field, value))
        p->failed = true;
}

/* Text that may have entities and tags in it, as a line in the work buffer. */
static struct slice plain(struct page *p, struct slice value)
{
    struct buf *work = &p->ctx->work;
    if (!html_text(value, work)) {
        p->failed = true;
        return (struct slice){"", 0};
    }
    for (size_t i = 0; i < work->len; i++)
        if (work->data[i] == '\n')
            work->data[i] = ' ';
    return buf_slice(work);
}

static void set_title(struct page *p, struct slice value)
{
    if (p->out->title.len == 0 && value.len &&
        !article_text(p->out, &p->out->title, plain(p, value)))
        p->failed = true;
}

/* Adds who a byline names. Addresses of pages name nobody, and dates and names
 * at other places stand behind those that are meant. */
static void add_author(struct page *p, struct slice value)
{
    value = plain(p, value);
    size_t n = 0;
    while (n < value.len && n < AUTHOR_BYTES &&
           !strchr("@0123456789", value.data[n]))
        n++;
    if (value.len && value.data[0] && !slice_starts(value, "http") &&
        !reader_add_authors(p->out, (struct slice){value.data, n}))
        p->failed = true;
}

/* Adds what stands between commas. */
static void add_list(struct page *p, enum field field, struct slice value)
{
    while (value.len) {
        const char *comma = memchr(value.data, ',', value.len);
        const size_t n = comma ? (size_t)(comma - value.data) : value.len;
        add(p, field, slice_trim((struct slice){value.data, n}));
        value.data += comma ? n + 1 : n;
        value.len -= comma ? n + 1 : n;
    }
}

/* No page is older: what has no date gets one of the year 1 by some systems. */
#define YEAR_1000 (-30610224000)

static void set_date(struct page *p, struct slice value)
{
    xml_set_date(p->out, value);
    if (p->out->date.seconds < YEAR_1000)
        p->out->date = (struct nh_date){0, DATE_NONE};
}

/* How the value of a field is written. */
enum how { ONE, LIST, NAMES, TITLE, WHEN };

static void add_as(struct page *p, enum field field, enum how how,
                   struct slice value)
{
    if (how == ONE)
        add(p, field, plain(p, value));
    else if (how == LIST)
        add_list(p, field, plain(p, value));
    else if (how == NAMES)
        add_author(p, value);
    else if (how == TITLE)
        set_title(p, value);
    else
        set_date(p, value);
}

/* ---- JSON-LD: https://schema.org/NewsArticle. */

static const struct {
    const char *key;
    enum field field;
    enum how how;
} properties[] = {
    {"headline", FIELD_TITLE, TITLE},       {"datePublished", FIELD_DATE, WHEN},
    {"dateCreated", FIELD_DATE, WHEN},      {"author", FIELD_AUTHOR, NAMES},
    {"creator", FIELD_AUTHOR, NAMES},       {"publisher", FIELD_SOURCE, ONE},
    {"articleSection", FIELD_SECTION, ONE}, {"keywords", FIELD_TOPIC, LIST},
    {"inLanguage", FIELD_LANGUAGE, ONE}};

/* Adds a value: text, an object's name, or each of an array. */
static void add_json(struct page *p, enum field field, enum how how,
                     const struct json_value *v)
{
    if (v->type == JSON_ARRAY) {
        for (v = v->first; v; v = v->next)
            if (v->type != JSON_ARRAY)
                add_json(p, field, how, v);
    } else if (v->type == JSON_OBJECT) {
        const struct json_value *name = json_get(v, "name");
        if (name && name->type == JSON_STRING)
            add_as(p, field, how, name->text);
    } else if (v->type == JSON_STRING || v->type == JSON_NUMBER) {
        add_as(p, field, how, v->text);
    }
}

static bool is_article(const struct json_value *object)
{
    static const char *const kinds[] = {"Article", "BlogPosting", "Report",
                                        "LiveBlogPosting"};
    const struct json_value *type = json_get(object, "@type");
    if (type && type->type == JSON_ARRAY)
        type = type->first;
    if (!type || type->type != JSON_STRING)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t n = strlen(kinds[i]);
        if (type->text.len >= n &&
            memcmp(type->text.data + type->text.len - n, kinds[i], n) == 0)
            return true;
    }
    return false;
}

/* The first object in a value that is an article. */
static const struct json_value *find_article(const struct json_value *v,
                                             int depth)
{
    const struct json_value *found = NULL;
    if (v->type == JSON_OBJECT && is_article(v))
        return v;
    if (depth == 0 || (v->type != JSON_ARRAY && v->type != JSON_OBJECT))
        return NULL;
    for (v = v->first; v && !found; v = v->next)
        found = find_article(v, depth - 1);
    return found;
}

static void read_json(struct page *p, const xmlNode *script)
{
    const struct json_value *v;
    struct buf *raw = &p->ctx->other;
    xml_own_text(script, raw);
    p->failed = p->failed || raw->failed;
    int rc = json_parse(&p->ctx->json, slice_trim(buf_slice(raw)), &v, NULL);
    p->failed = p->failed || rc == NH_ENOMEM;
    const struct json_value *article = rc == NH_OK ? find_article(v, 4) : NULL;
    if (!article)
        return;
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        const struct json_value *value = json_get(article, properties[i].key);
        if (value)
            add_json(p, properties[i].field, properties[i].how, value);
    }
    const struct json_value *body = json_get(article, "articleBody");
    if (body && body->type == JSON_STRING && p->text->len == 0 &&
        !html_text(body->text, p->text))
        p->failed = true;
}

/* ---- Meta elements: the best first. */

static const struct {
    const char *name; /* of the property, in any case */
    enum field field;
    enum how how;
} metas[] = {{"og:title", FIELD_TITLE, TITLE},
             {"article:published_time", FIELD_DATE, WHEN},
             {"datePublished", FIELD_DATE, WHEN},
             {"og:article:published_time", FIELD_DATE, WHEN},
             {"parsely-pub-date", FIELD_DATE, WHEN},
             {"sailthru.date", FIELD_DATE, WHEN},
             {"pubdate", FIELD_DATE, WHEN},
             {"publishdate", FIELD_DATE, WHEN},
             {"publish-date", FIELD_DATE, WHEN},
             {"publish_date", FIELD_DATE, WHEN},
             {"publication_date", FIELD_DATE, WHEN},
             {"article_date_original", FIELD_DATE, WHEN},
             {"dc.date.issued", FIELD_DATE, WHEN},
             {"dcterms.created", FIELD_DATE, WHEN},
             {"dcterms.date", FIELD_DATE, WHEN},
             {"dc.date", FIELD_DATE, WHEN},
             {"cXenseParse:recs:publishtime", FIELD_DATE, WHEN},
             {"date", FIELD_DATE, WHEN},
             {"byl", FIELD_AUTHOR, NAMES},
             {"author", FIELD_AUTHOR, NAMES},
             {"article:author", FIELD_AUTHOR, NAMES},
             {"parsely-author", FIELD_AUTHOR, NAMES},
             {"sailthru.author", FIELD_AUTHOR, NAMES},
             {"dc.creator", FIELD_AUTHOR, NAMES},
             {"og:site_name", FIELD_SOURCE, ONE},
             {"dc.publisher", FIELD_SOURCE, ONE},
             {"application-name", FIELD_SOURCE, ONE},
             {"og:url", FIELD_URL, ONE},
             {"article:section", FIELD_SECTION, ONE},
             {"article:tag", FIELD_TOPIC, LIST},
             {"news_keywords", FIELD_TOPIC, LIST},
             {"keywords", FIELD_TOPIC, LIST},
             {"language", FIELD_LANGUAGE, ONE},
             {"twitter:title", FIELD_TITLE, TITLE},
             {"dc.title", FIELD_TITLE, TITLE}};

static bool is_property(const xmlNode *meta, const char *name)
{
    static const char *const attributes[] = {"property", "name", "itemprop"};
    for (size_t i = 0; i < 3; i++) {
        const struct slice value = xml_attribute(meta, attributes[i]);
        if (value.len == strlen(name) &&
            strncasecmp(value.data, name, value.len) == 0)
            return true;
    }
    return false;
}

static void read_metas(struct page *p)
{
    const bool named = article_get(p->out, FIELD_AUTHOR).len > 0;
    bool tagged = article_get(p->out, FIELD_TOPIC).len > 0;
    for (size_t i = 0; i < sizeof metas / sizeof *metas; i++) {
        /* Of names and topics, one way to write them is enough. */
        if (metas[i].field == FIELD_AUTHOR &&
            (named || article_get(p->out, FIELD_AUTHOR).len))
            continue;
        if (metas[i].field == FIELD_TOPIC && tagged)
            continue;
        for (size_t k = 0; k < p->meta_count; k++)
            if (is_property(p->metas[k], metas[i].name))
                add_as(p, metas[i].field, metas[i].how,
                       slice_trim(xml_attribute(p->metas[k], "content")));
        tagged = article_get(p->out, FIELD_TOPIC).len > 0;
    }
}

/* ---- The page itself. */

/* The first element of a name, with an attribute of this value, or any. */
static const xmlNode *find(const xmlNode *root, const char *name,
                           const char *attribute, const char *value)
{
    for (const xmlNode *n = root; n; n = xml_walk(n, root)) {
        if (name && !xml_is(n, name))
            continue;
        if (!attribute)
            return n;
        const struct slice has = xml_attribute(n, attribute);
        if (has.len && (!value || slice_equal(has, slice_of(value))))
            return n;
    }
    return NULL;
}

/* Text of an element, with a value for machines before it. */
static void add_node(struct page *p, const xmlNode *n, enum field field,
                     enum how how)
{
    static const char *const attributes[] = {"datetime", "content"};
    if (!n)
        return;
    for (size_t i = 0; i < 2; i++) {
        const struct slice value = xml_attribute(n, attributes[i]);
        if (value.len)
            add_as(p, field, how, value);
    }
    if (!xml_line(n, &p->ctx->other))
        p->failed = true;
    else
        add_as(p, field, how, buf_slice(&p->ctx->other));
}

/* A title without the name of the site behind it. */
static void add_page_title(struct page *p, const xmlNode *title)
{
    static const char *const between[] = {" | ", " - ", " \xE2\x80\x93 ",
                                          " \xE2\x80\x94 ", " :: "};
    if (!title || p->out->title.len)
        return;
    if (!xml_line(title, &p->ctx->other)) {
        p->failed = true;
        return;
    }
    struct slice text = buf_slice(&p->ctx->other);
    const char *line = buf_cstr(&p->ctx->other), *cut = NULL;
    for (size_t i = 0; line && i < sizeof between / sizeof *between; i++)
        for (const char *at = line; (at = strstr(at, between[i])); at++)
            cut = !cut || at > cut ? at : cut;
    if (cut && (size_t)(cut - line) * 2 > text.len)
        text.len = (size_t)(cut - line);
    set_title(p, text);
}

static bool are_digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (s[i] < '0' || s[i] > '9')
            return false;
    return true;
}

/* A date in an address: /2019/11/26/, /2019/11/, /2019-11-26. */
static void date_of_url(struct page *p, struct slice url)
{
    for (size_t i = 0; i + 9 <= url.len && !p->out->date.precision; i++) {
        const char *s = url.data + i;
        const char mark = s[5];
        if (s[0] != '/' || !are_digits(s + 1, 4) ||
            (mark != '/' && mark != '-') || !are_digits(s + 6, 2) ||
            s[1] > '2' || (s[8] != mark && s[8] != '/'))
            continue;
        const bool day = s[8] == mark && i + 11 <= url.len &&
                         are_digits(s + 9, 2) &&
                         (i + 11 == url.len || !are_digits(s + 11, 1));
        char text[11];
        memcpy(text, s + 1, 10);
        text[4] = text[7] = '-';
        xml_set_date(p->out, (struct slice){text, day ? 10 : 7});
    }
}

static void read_page(struct page *p, const xmlNode *root)
{
    add_node(p, find(root, "h1", "itemprop", "headline"), FIELD_TITLE, TITLE);
    add_node(p, find(root, NULL, "itemprop", "datePublished"), FIELD_DATE,
             WHEN);
    add_node(p, find(root, "time", "pubdate", NULL), FIELD_DATE, WHEN);
    add_node(p, find(root, "time", "datetime", NULL), FIELD_DATE, WHEN);
    if (!article_get(p->out, FIELD_AUTHOR).len)
        add_node(p, find(root, NULL, "itemprop", "author"), FIELD_AUTHOR,
                 NAMES);
    if (!article_get(p->out, FIELD_AUTHOR).len)
        add_node(p, find(root, "a", "rel", "author"), FIELD_AUTHOR, NAMES);
    /* One headline is the article's; of several, none may be. */
    const xmlNode *h1 = find(root, "h1", NULL, NULL);
    if (h1 && !find(xml_walk(h1, root), "h1", NULL, NULL))
        add_node(p, h1, FIELD_TITLE, TITLE);
    add_page_title(p, find(root, "title", NULL, NULL));
    add_node(p, h1, FIELD_TITLE, TITLE);
    add(p, FIELD_LANGUAGE, xml_attribute(root, "lang"));
}

bool html_meta(struct parse_context *ctx, xmlDoc *doc, struct slice url,
               struct article *out, struct buf *text)
{
    static const char json[] = "application/ld+json";
    struct page p;
    memset(&p, 0, sizeof p);
    p.ctx = ctx;
    p.out = out;
    p.text = text;
    const xmlNode *root = xmlDocGetRootElement(doc);
    for (const xmlNode *n = root; n; n = xml_walk(n, root)) {
        if (xml_is(n, "meta") && p.meta_count < NODES_MAX)
            p.metas[p.meta_count++] = n;
        else if (xml_is(n, "script") &&
                 slice_starts(xml_attribute(n, "type"), json))
            read_json(&p, n);
        else if (xml_is(n, "link") &&
                 slice_starts(xml_attribute(n, "rel"), "canonical") &&
                 slice_starts(xml_attribute(n, "href"), "http"))
            add(&p, FIELD_URL, xml_attribute(n, "href"));
    }
    read_metas(&p);
    if (root)
        read_page(&p, root);
    add(&p, FIELD_URL, url);
    date_of_url(&p, article_get(out, FIELD_URL));
    return !p.failed;
}
