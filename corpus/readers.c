/* Owns the table of readers and the choice among them.
 * Promises a reason for every file that none can read. */
#include "corpus/readers.h"

#include <string.h>

#include "common/base/utf8.h"
#include "corpus/foreign.h"
#include "corpus/markup/xml.h"
#include "corpus/structured/csv_rows.h"

const struct reader *const reader_table[] = {&reader_reuters,
                                             &reader_trec,
                                             &reader_nitf,
                                             &reader_newsml,
                                             &reader_newsml_g2,
                                             &reader_feed,
                                             &reader_mediawiki,
                                             &reader_alto,
                                             &reader_rcv1,
                                             &reader_factiva,
                                             &reader_html,
                                             &reader_warc,
                                             &reader_arc,
                                             &reader_mhtml,
                                             &reader_mail,
                                             &reader_iptc,
                                             &reader_ris,
                                             &reader_nexis,
                                             &reader_jsonl,
                                             &reader_json,
                                             &reader_csv,
                                             &reader_text,
                                             NULL};

_Static_assert(sizeof reader_table / sizeof *reader_table <= READERS_MAX,
               "READERS_MAX is too small");

size_t reader_number(const struct reader *reader)
{
    size_t i = 0;
    while (reader_table[i] && reader_table[i] != reader)
        i++;
    return reader_table[i] ? i : READERS_MAX;
}

void reader_tally_add(struct reader_tally *t, const struct article *a)
{
    t->articles++;
    t->dated += a->date.precision != DATE_NONE;
    t->unread_dates += a->date.precision == DATE_NONE && a->unread_date[0];
    t->bytes += a->title.len + a->body.len;
}

const struct reader *reader_named(const char *name)
{
    for (size_t i = 0; reader_table[i]; i++)
        if (strcmp(reader_table[i]->name, name) == 0)
            return reader_table[i];
    return NULL;
}

/* Whether there is an end tag of that name. */
static bool ends_somewhere(struct slice text, struct slice name)
{
    for (size_t i = 0; i + name.len + 2 <= text.len; i++)
        if (text.data[i] == '<' && text.data[i + 1] == '/' &&
            memcmp(text.data + i + 2, name.data, name.len) == 0)
            return true;
    return false;
}

/* Longest text before XML that is left out: a few messages of a server. */
#define PREAMBLE_MAX 4096

/* Bytes before the declaration of an XML document. Messages that a server's
 * program wrote before it have no empty line; an article about XML has, and a
 * page has a root. */
static size_t junk_before_xml(struct slice head)
{
    static const char mark[] = "<?xml ";
    const size_t n = sizeof mark - 1,
                 end = head.len < PREAMBLE_MAX ? head.len : PREAMBLE_MAX;
    bool words = false, empty = false;
    for (size_t i = 0; i + n <= end; i++) {
        const char c = head.data[i];
        if (c == '<' && memcmp(head.data + i, mark, n) == 0)
            return i;
        if (c == '<' &&
            (slice_starts((struct slice){head.data + i, end - i}, "<html") ||
             slice_starts((struct slice){head.data + i, end - i}, "<!")))
            return 0;
        if (c == '\n' && words && empty)
            return 0;
        empty = c == '\n' || (empty && (c == ' ' || c == '\r'));
        words = words || !strchr(" \t\r\n", c);
    }
    return 0;
}

/* The reader of a format that nothing else looks like: not text or a page. */
static const struct reader *known_format(struct slice body)
{
    for (size_t i = 0; reader_table[i]; i++)
        if (reader_table[i] != &reader_text &&
            reader_table[i] != &reader_html && reader_table[i]->detect(body))
            return reader_table[i];
    return NULL;
}

size_t reader_preamble(struct slice head)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t at = 0;
    while (head.len - at >= 3 && memcmp(head.data + at, mark, 3) == 0)
        at += 3;
    const struct slice file = {head.data + at, head.len - at};
    const size_t junk = junk_before_xml(file);
    const struct slice rest = {file.data + junk, file.len - junk};
    /* JSON or mail with XML in it is what it begins as. */
    return junk && !known_format(slice_trim(file)) && known_format(rest)
               ? at + junk
               : at;
}

/* Whether the bytes are JSON, as far as they go; or, with `python`, lists and
 * dictionaries as Python prints them. */
static bool is_json(struct slice text, bool python)
{
    struct json_reader r = {.python = python};
    const struct json_value *v = NULL;
    struct nh_error err;
    const char *end = memchr(text.data, '\n', text.len);
    bool is = json_parse(&r, text, &v, &err) == NH_OK ||
              (err.code == NH_EDATA && err.offset >= text.len);
    if (!is && end) /* one in a line */
        is = json_parse(&r,
                        slice_trim((struct slice){text.data,
                                                  (size_t)(end - text.data)}),
                        &v, &err) == NH_OK;
    json_reader_release(&r);
    return is;
}

/* Whether a script gives an object or a list: callback({"..., var x = [{" */
static bool is_script(struct slice text)
{
    size_t n = 0;
    while (n < 80 && n < text.len &&
           (strchr("_$. ", text.data[n]) ||
            (text.data[n] >= 'a' && text.data[n] <= 'z') ||
            (text.data[n] >= 'A' && text.data[n] <= 'Z') ||
            (text.data[n] >= '0' && text.data[n] <= '9')))
        n++;
    if (n == 0 || n + 1 >= text.len || !strchr("(=", text.data[n]))
        return false;
    const struct slice value =
        slice_trim((struct slice){text.data + n + 1, text.len - n - 1});
    if (value.len < 3 || !strchr("[{", value.data[0]))
        return false;
    const struct slice inner =
        slice_trim((struct slice){value.data + 1, value.len - 1});
    return inner.len && strchr("{\"", inner.data[0]);
}

/* Refuses data that programs wrote and no reader knows, which would pass as
 * plain text. Returns false for anything else. */
static bool refuse_data(struct slice body, struct nh_error *err)
{
    const char first = body.len > 1 ? body.data[0] : '\0';
    const char *what = NULL;
    if ((first == '[' || first == '{') && is_json(body, false))
        what = "it is JSON, but no object and no list of objects";
    else if ((first == '[' || first == '{') && is_json(body, true))
        what = "it is data as Python prints it, not JSON";
    else if (is_script(body))
        what = "it is a script with data (JSONP), not JSON";
    if (what)
        error_set(err, NH_EUNSUPPORTED, "%s", what);
    return what != NULL;
}

/* The same for tables. */
static bool refuse_table(struct slice body, struct nh_error *err)
{
    struct csv_head h;
    if (!csv_is_table(body, &h))
        return false;
    error_set(err, NH_EUNSUPPORTED,
              "it is a table, but its first row (%.*s) names no column for a "
              "title or a text: see --format csv with --map",
              (int)utf8_cut(h.row.data, h.row.len < 80 ? h.row.len : 80),
              h.row.data);
    return true;
}

const struct reader *reader_detect(struct slice head, struct nh_error *err)
{
    const size_t before = reader_preamble(head);
    head = (struct slice){head.data + before, head.len - before};
    struct slice body = slice_trim(head);
    for (size_t i = 0; reader_table[i]; i++)
        if (reader_table[i] != &reader_text && reader_table[i]->detect(body))
            return reader_table[i];
    if (refuse_data(body, err))
        return NULL;
    const char *kind = foreign_kind(body);
    if (kind) {
        error_set(err, NH_EUNSUPPORTED,
                  "it looks like %s, which is not supported", kind);
        return NULL;
    }
    const struct slice root = xml_root(body);
    const bool xml = body.len >= 5 && memcmp(body.data, "<?xml", 5) == 0;
    if (xml || (root.len && ends_somewhere(body, root))) {
        error_set(err, NH_EUNSUPPORTED,
                  "it is XML, but <%.*s> is not a format that is known",
                  (int)(root.len < 60 ? root.len : 60), root.data);
        return NULL;
    }
    if (memchr(head.data ? head.data : "", '\0', head.len)) {
        error_set(err, NH_EUNSUPPORTED, "it is not a text file");
        return NULL;
    }
    return refuse_table(body, err) ? NULL : &reader_text;
}

void parse_context_release(struct parse_context *ctx)
{
    json_reader_release(&ctx->json);
    json_reader_release(&ctx->inner);
    xml_parser_free(ctx->xml);
    buf_release(&ctx->text);
    buf_release(&ctx->work);
    buf_release(&ctx->other);
    buf_release(&ctx->lines);
    buf_release(&ctx->cell);
    memset(ctx, 0, sizeof *ctx);
}
