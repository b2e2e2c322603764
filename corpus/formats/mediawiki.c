/* Owns the reader of MediaWiki's XML dumps: Wikinews, Wikipedia. */
#include <string.h>

#include "common/base/utf8.h"
#include "corpus/markup/wikitext.h"
#include "corpus/markup/xml.h"

static const char *const pages[] = {"page", NULL};

static bool wiki_detect(struct slice head)
{
    return slice_equal(xml_root(head), slice_of("mediawiki"));
}

/* Behind a text in another; NULL if it is not there. */
static const char *after(struct slice s, const char *what)
{
    const size_t n = strlen(what);
    for (size_t i = 0; i + n <= s.len; i++) {
        const char *at = memchr(s.data + i, what[0], s.len - n + 1 - i);
        if (!at)
            return NULL;
        i = (size_t)(at - s.data);
        if (memcmp(at, what, n) == 0)
            return at + n;
    }
    return NULL;
}

/* What comes before the pages in a record, and the page. */
static void divide(struct slice record, struct slice *site, struct slice *page)
{
    const char *at = after(record, "</siteinfo>");
    const size_t n = at ? (size_t)(at - record.data) : 0;
    *site = (struct slice){record.data, n};
    *page = (struct slice){record.data + n, record.len - n};
}

/* Whether a page is an article: not of another namespace, no redirection. */
static bool is_article(struct slice record)
{
    struct slice site, page;
    divide(record, &site, &page);
    page.len = page.len < 4096 ? page.len : 4096; /* they stand at its front */
    const char *ns = after(page, "<ns>");
    return (!ns || memcmp(ns, "0<", 2) == 0) && !after(page, "<redirect");
}

static int wiki_split(struct input *in, struct slice *record, uint64_t *offset,
                      struct nh_error *err)
{
    int rc;
    do
        rc = xml_split(in, pages, record, offset, err);
    while (rc == 1 && !is_article(*record));
    return rc;
}

/* What stands behind a text, up to a sign; empty if it is no UTF-8. */
static struct slice site_value(struct slice site, const char *start, char sign)
{
    const char *at = after(site, start);
    const size_t left = at ? (size_t)(site.data + site.len - at) : 0;
    const char *end = at ? memchr(at, sign, left) : NULL;
    return end && utf8_valid(at, (size_t)(end - at))
               ? (struct slice){at, (size_t)(end - at)}
               : (struct slice){"", 0};
}

/* Name of a namespace by its number. */
static struct slice namespace_name(struct slice site, const char *key)
{
    const char *at = after(site, key);
    const size_t left = at ? (size_t)(site.data + site.len - at) : 0;
    return site_value((struct slice){at ? at : "", left}, ">", '<');
}

/* The last version of a page. */
static const xmlNode *last_revision(const xmlNode *page)
{
    const xmlNode *last = xml_child(page, "revision");
    for (const xmlNode *n = last; n; n = xml_next(n, "revision"))
        last = n;
    return last;
}

/* Address of a page: beside that of the wiki's main page. */
static bool add_url(struct parse_context *ctx, struct slice base,
                    struct article *out)
{
    while (base.len && base.data[base.len - 1] != '/')
        base.len--;
    buf_reset(&ctx->work);
    buf_append(&ctx->work, base.data, base.len);
    for (size_t i = 0; i < out->title.len; i++)
        buf_append_byte(&ctx->work, out->title.data[i] == ' '
                                        ? '_'
                                        : (uint8_t)out->title.data[i]);
    return base.len == 0 ||
           (!ctx->work.failed &&
            article_add(out, FIELD_URL,
                        (struct slice){ctx->work.data, ctx->work.len}));
}

static bool fill(struct parse_context *ctx, struct slice site,
                 const xmlNode *page, struct article *out)
{
    const xmlNode *revision = last_revision(page),
                  *text = xml_child(revision, "text"),
                  *id = xml_child(page, "id");
    const struct slice name = site_value(site, "<dbname>", '<');
    struct wikitext w;
    memset(&w, 0, sizeof w);
    w.pictures = namespace_name(site, "key=\"6\"");
    w.category = namespace_name(site, "key=\"14\"");
    w.out = out;
    w.text = &ctx->other;
    bool good =
        xml_set_title(ctx, out, xml_child(page, "title")) &&
        add_url(ctx, site_value(site, "<base>", '<'), out) &&
        article_add(out, FIELD_SOURCE, site_value(site, "<sitename>", '<'));
    if (good && id) {
        buf_reset(&ctx->work);
        good = xml_line(id, &ctx->text);
        buf_printf(&ctx->work, "%.*s%s%.*s", (int)name.len, name.data,
                   name.len ? "/" : "", (int)ctx->text.len, ctx->text.data);
        good = good && !ctx->work.failed &&
               article_add(out, FIELD_ID,
                           (struct slice){ctx->work.data, ctx->work.len});
    }
    buf_reset(&ctx->text);
    buf_reset(&ctx->other);
    if (good && text) {
        xml_own_text(text, &ctx->text);
        good =
            !ctx->text.failed && wikitext_read(&w, buf_slice(&ctx->text)) &&
            article_text(out, &out->body, slice_trim(buf_slice(&ctx->other)));
    }
    /* When it was changed, for want of better. */
    const xmlNode *stamp = xml_child(revision, "timestamp");
    good = good && (!stamp || xml_line(stamp, &ctx->text));
    if (good && stamp)
        xml_set_date(out, buf_slice(&ctx->text));
    return good;
}

static int wiki_parse(struct parse_context *ctx, struct slice record,
                      struct article *out, struct nh_error *err)
{
    struct slice site, text;
    xmlDoc *doc;
    divide(record, &site, &text);
    int rc = xml_parse(ctx, text, &doc, err);
    if (rc != NH_OK)
        return rc;
    const xmlNode *page = xml_record(doc, pages);
    if (page && !fill(ctx, site, page, out))
        rc = error_nomem(err);
    if (rc == NH_OK &&
        !article_add(out, FIELD_LANGUAGE, site_value(site, "xml:lang=\"", '"')))
        rc = error_nomem(err);
    xmlFreeDoc(doc);
    return rc == NH_OK ? xml_complete(out, err) : rc;
}

const struct reader reader_mediawiki = {
    "mediawiki", "MediaWiki XML dumps: Wikinews, Wikipedia",
    false,       wiki_detect,
    wiki_split,  wiki_parse};
