/* Owns the reader of HTML downloads of Factiva: a page with many articles, each
 * in <div class="article enArticle">.
 *
 * An article has a headline, lines of its own in <div> (author, "120 words",
 * date, time, source, code, language, rights), paragraphs with the class
 * articleParagraph, and "Document EXT0000020240501". */
#include <string.h>

#include "common/text/charset.h"
#include "corpus/markup/xml.h"

#define START "<div class=\"article "

static bool contains(struct slice text, const char *what)
{
    const size_t n = strlen(what);
    for (size_t i = 0; i + n <= text.len; i++) {
        const char *at = memchr(text.data + i, what[0], text.len - i - n + 1);
        if (!at)
            return false;
        if (memcmp(at, what, n) == 0)
            return true;
        i = (size_t)(at - text.data);
    }
    return false;
}

static bool factiva_detect(struct slice head)
{
    return head.len && head.data[0] == '<' && contains(head, START) &&
           contains(head, "Headline\"") &&
           (contains(head, "articleParagraph") || contains(head, "Factiva"));
}

static int factiva_split(struct input *in, struct slice *record,
                         uint64_t *offset, struct nh_error *err)
{
    size_t at, end;
    int found = input_find(in, START, 0, &at, err);
    if (found == 1) {
        input_skip(in, at);
        *offset = in->offset;
        found = input_find(in, START, 1, &end, err);
    } else if (found == 0) {
        input_skip(in, at);
        return 0;
    }
    if (found == NH_EDATA)
        input_skip(in, INPUT_RECORD_MAX);
    if (found < 0)
        return found;
    *record = input_take(in, end);
    return 1;
}

/* Whether a word of an element's class ends like this. */
static bool has_class(const xmlNode *node, const char *ending)
{
    struct slice class = xml_attribute(node, "class"), word;
    const size_t n = strlen(ending);
    while ((word = slice_word(&class)).len)
        if (word.len >= n && memcmp(word.data + word.len - n, ending, n) == 0)
            return true;
    return false;
}

/* What stands in the lines above the text. */
enum place { BEFORE_WORDS, BEFORE_DATE, BEFORE_SOURCE, DONE };

struct factiva {
    struct parse_context *ctx;
    struct article *out;
    struct buf body;
    enum place place;
};

/* Whether a line counts words: a number and one word. */
static bool counts_words(struct slice line)
{
    const struct slice number = slice_word(&line), word = slice_word(&line);
    for (size_t i = 0; i < number.len; i++)
        if (!strchr("0123456789.,", number.data[i]))
            return false;
    return number.len && word.len && !slice_trim(line).len &&
           (slice_starts(word, "word") || slice_starts(word, "w\xC3\xB6rter") ||
            slice_starts(word, "mots") || slice_starts(word, "palabras") ||
            slice_starts(word, "parole") || slice_starts(word, "palavras") ||
            slice_starts(word, "woorden"));
}

static bool is_clock(struct slice line)
{
    for (size_t i = 0; i < line.len; i++)
        if (!strchr("0123456789: ", line.data[i]))
            return false;
    return true;
}

/* A line above the text. */
static bool read_line(struct factiva *f, struct slice line)
{
    struct nh_date date;
    switch (f->place) {
    case BEFORE_WORDS:
        if (!counts_words(line))
            return reader_add_authors(f->out, line);
        f->place = BEFORE_DATE;
        return true;
    case BEFORE_DATE:
        if (date_parse(line, &date) && date.precision >= DATE_DAY) {
            f->out->date = date;
            f->place = BEFORE_SOURCE;
        }
        return true;
    case BEFORE_SOURCE:
        if (is_clock(line))
            return true;
        f->place = DONE;
        return article_add(f->out, FIELD_SOURCE, line);
    case DONE:
        break;
    }
    return true;
}

/* The number of the document, "Document EXT0000020240501", is its id. */
static bool read_number(struct factiva *f, struct slice line)
{
    static const char mark[] = "Document ";
    const size_t n = sizeof mark - 1;
    if (!slice_starts(line, mark) || line.len == n ||
        memchr(line.data + n, ' ', line.len - n))
        return true;
    return article_add(f->out, FIELD_ID,
                       (struct slice){line.data + n, line.len - n});
}

static bool read_element(struct factiva *f, const xmlNode *n)
{
    struct buf *text = &f->ctx->work;
    if (has_class(n, "Headline")) {
        f->place = BEFORE_WORDS;
        return xml_set_title(f->ctx, f->out, n);
    }
    /* A line has no elements in it, so that no text is read twice. */
    const bool paragraph = xml_is(n, "p"),
               line = xml_is(n, "div") && !xml_walk(n, n);
    if (!paragraph && !line)
        return true;
    if (!xml_line(n, text))
        return false;
    const struct slice words = buf_slice(text);
    if (words.len == 0)
        return true;
    if (line)
        return !f->out->title.len || f->body.len || read_line(f, words);
    if (!has_class(n, "articleParagraph"))
        return read_number(f, words);
    if (f->body.len)
        buf_append_str(&f->body, "\n\n");
    buf_append(&f->body, words.data, words.len);
    return !f->body.failed;
}

/* The language of "enArticle". */
static bool add_language(struct article *out, const xmlNode *top)
{
    struct slice class = xml_attribute(top, "class"), word;
    while ((word = slice_word(&class)).len)
        if (word.len == 9 && memcmp(word.data + 2, "Article", 7) == 0)
            return article_add(out, FIELD_LANGUAGE,
                               (struct slice){word.data, 2});
    return true;
}

static int factiva_parse(struct parse_context *ctx, struct slice record,
                         struct article *out, struct nh_error *err)
{
    struct factiva f = {ctx, out, BUF_INIT, BEFORE_WORDS};
    buf_reset(&ctx->text);
    int rc = charset_to_utf8(record, ctx->charset, &ctx->text, err);
    if (rc != NH_OK)
        return rc;
    xmlDoc *doc = html_parse(buf_slice(&ctx->text));
    const xmlNode *top = doc ? (const xmlNode *)doc : NULL;
    bool good = doc != NULL;
    for (const xmlNode *n = good ? xml_walk(xmlDocGetRootElement(doc), top)
                                 : NULL;
         good && n; n = xml_walk(n, top)) {
        good = read_element(&f, n);
        if (good && has_class(n, "Article"))
            good = add_language(out, n);
    }
    good = good && article_text(out, &out->body, buf_slice(&f.body));
    rc = good ? xml_complete(out, err) : error_nomem(err);
    buf_release(&f.body);
    xmlFreeDoc(doc);
    return rc;
}

const struct reader reader_factiva = {
    "factiva",     "HTML downloads of Factiva",
    false,         factiva_detect,
    factiva_split, factiva_parse};
