/* Owns the reader of ALTO (Analyzed Layout and Text Object, versions 1 to 4): a
 * scanned page of a newspaper as text recognition saw it, a file an article.
 * Promises each word once, also one that is broken over two lines. */
#include "corpus/markup/xml.h"

#include <string.h>

static const char *const records[] = {"alto", NULL};

static bool alto_detect(struct slice head)
{
    return slice_equal(xml_root(head), slice_of("alto"));
}

static int alto_split(struct input *in, struct slice *record, uint64_t *offset,
                      struct nh_error *err)
{
    return xml_split(in, records, record, offset, err);
}

/* A page as it is put together. */
struct page {
    struct buf *text;
    bool paragraph; /* a block began since the last word */
    bool glued;     /* a hyphen ended the line, its word goes on */
    bool whole;     /* the word was written as a whole at its first part */
};

static void add_word(struct page *p, const xmlNode *string)
{
    const struct slice part = xml_attribute(string, "SUBS_TYPE"),
                       all = xml_attribute(string, "SUBS_CONTENT");
    const bool second = slice_equal(part, slice_of("HypPart2")),
               done = p->whole;
    const struct slice word = all.len ? all : xml_attribute(string, "CONTENT");
    p->whole = all.len && slice_equal(part, slice_of("HypPart1"));
    if ((second && done) || slice_trim(word).len == 0)
        return;
    if (p->text->len && !p->glued)
        buf_append_str(p->text, p->paragraph ? "\n\n" : " ");
    const struct slice trimmed = slice_trim(word);
    buf_append(p->text, trimmed.data, trimmed.len);
    p->paragraph = p->glued = false;
}

static bool alto_text(const xmlNode *alto, struct buf *text)
{
    struct page p = {text, false, false, false};
    buf_reset(text);
    for (const xmlNode *n = xml_walk(alto, alto); n; n = xml_walk(n, alto)) {
        if (xml_is(n, "String"))
            add_word(&p, n);
        else if (xml_is(n, "TextBlock"))
            p.paragraph = true;
        else if (xml_is(n, "HYP"))
            p.glued = text->len > 0 && !p.whole;
    }
    return !text->failed;
}

static int alto_parse(struct parse_context *ctx, struct slice record,
                      struct article *out, struct nh_error *err)
{
    xmlDoc *doc;
    int rc = xml_parse(ctx, record, &doc, err);
    if (rc != NH_OK)
        return rc;
    const xmlNode *alto = xml_record(doc, records);
    const bool good =
        !alto || (alto_text(alto, &ctx->work) &&
                  article_text(out, &out->body, buf_slice(&ctx->work)));
    rc = good ? xml_complete(out, err) : error_nomem(err);
    xmlFreeDoc(doc);
    return rc;
}

const struct reader reader_alto = {
    "alto",     "ALTO: pages of newspapers from text recognition",
    true,       alto_detect,
    alto_split, alto_parse};
