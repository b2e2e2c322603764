/* Owns the reader of HTML pages. */
#include "corpus/markup/html.h"

#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "common/text/charset.h"

static bool html_detect(struct slice head)
{
    /* Parts of pages too. */
    static const char *const roots[] = {
        "html",   "head",     "body",   "meta",  "style", "title", "span",
        "table",  "noscript", "iframe", "br",    "a",     "ul",    "h2",
        "h3",     "img",      "form",   "font",  "b",     "link",  "div",
        "script", "p",        "h1",     "center"};
    const struct slice root = xml_root(head);
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (root.len == strlen(roots[i]) && slice_starts(root, roots[i]))
            return true;
    return false;
}

/* The charset that a page says it is in, in its first bytes: charset=NAME. */
static bool find_charset(struct slice page, char name[40])
{
    static const char key[] = "charset=";
    const size_t n = sizeof key - 1, end = page.len < 4096 ? page.len : 4096;
    for (size_t i = 0; i + n < end; i++) {
        if (strncasecmp(page.data + i, key, n) != 0)
            continue;
        size_t at = i + n, len = 0;
        while (at < end && strchr("\"' ", page.data[at]))
            at++;
        while (at < end && len < 39 && !strchr("\"' />;\r\n", page.data[at]))
            name[len++] = page.data[at++];
        name[len] = '\0';
        return len > 0;
    }
    return false;
}

/* The page in UTF-8: what is valid as that is taken for it, whatever is said.
 */
static int to_utf8(struct parse_context *ctx, struct slice page,
                   const char *charset, struct slice *out, struct nh_error *err)
{
    char name[40];
    *out = page;
    if (utf8_valid(page.data, page.len) && !memchr(page.data, 27, page.len))
        return NH_OK;
    if (!charset || !charset_known(charset))
        charset = find_charset(page, name) && charset_known(name)
                      ? name
                      : ctx->charset;
    buf_reset(&ctx->text);
    int rc = charset_to_utf8(page, charset, &ctx->text, err);
    *out = buf_slice(&ctx->text);
    return rc;
}

int html_article(struct parse_context *ctx, struct slice page,
                 const char *charset, struct slice url, struct article *out,
                 struct nh_error *err)
{
    struct slice text;
    struct buf machine = BUF_INIT;
    int rc = to_utf8(ctx, page, charset, &text, err);
    if (rc != NH_OK)
        return rc;
    xmlDoc *doc = html_parse(text);
    bool good = doc && html_meta(ctx, doc, url, out, &machine) &&
                html_body(doc, out->title, &ctx->work);
    /* What is there for machines has no paragraphs, but may be more. */
    const struct buf *body =
        machine.len / 2 > ctx->work.len ? &machine : &ctx->work;
    good = good &&
           article_text(out, &out->body, (struct slice){body->data, body->len});
    rc = good ? xml_complete(out, err) : error_nomem(err);
    buf_release(&machine);
    xmlFreeDoc(doc);
    return rc;
}

static int html_read(struct parse_context *ctx, struct slice record,
                     struct article *out, struct nh_error *err)
{
    return html_article(ctx, record, NULL, (struct slice){"", 0}, out, err);
}

const struct reader reader_html = {
    "html",   "HTML pages: the article on them", true, html_detect, input_whole,
    html_read};
