/* Owns the reader of text downloads of LexisNexis (Nexis).
 *
 * A download is a cover, then documents. A document begins with a line "1 of 10
 * DOCUMENTS"; centred lines name the source, the date and the edition; the
 * title is the first paragraph at the margin; fields "NAME: value" stand before
 * the text, the last of them LENGTH, and others behind it. Paragraphs are
 * broken into lines, with an empty line between. */
#include <string.h>

#include "common/text/charset.h"
#include "corpus/markup/xml.h"

/* Longest line that counts documents, without the spaces around it. */
#define COUNTER_MAX 60
/* Fewest spaces before a line that is centred: a long one has few. */
#define CENTRED 2
/* Longest name of a field. */
#define NAME_MAX_BYTES 24

static struct slice take_line(struct slice *text)
{
    const char *end = text->len ? memchr(text->data, '\n', text->len) : NULL;
    const size_t n = end ? (size_t)(end - text->data) + 1 : text->len;
    const struct slice line = {text->data, n};
    *text = (struct slice){text->data + n, text->len - n};
    return line;
}

static bool is_number(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] < '0' || word.data[i] > '9')
            return false;
    return word.len > 0;
}

/* Whether a line counts documents: "1 of 10 DOCUMENTS", "Dokument 1 von 10", "1
 * de 10 DOCUMENTS", "1 van de 10 DOCUMENTEN". */
static bool is_counter(struct slice line)
{
    static const char *const between[] = {"of", "von", "de", "van",
                                          "di", "af",  "av"};
    struct slice word;
    size_t numbers = 0, names = 0, others = 0;
    line = slice_trim(line);
    /* Most lines are none by their first sign. */
    if (line.len == 0 || line.len > COUNTER_MAX ||
        !strchr("0123456789dD", line.data[0]))
        return false;
    while ((word = slice_word(&line)).len) {
        bool known = false;
        for (size_t i = 0; i < sizeof between / sizeof *between; i++)
            known = known || slice_equal(word, slice_of(between[i]));
        if (is_number(word))
            numbers++;
        else if (slice_starts(word, "docum") || slice_starts(word, "dokument"))
            names++;
        else if (!known)
            others++;
    }
    return numbers == 2 && names == 1 && others == 0;
}

/* What a field of a document becomes. */
enum how { IGNORED, LENGTH, TITLE, TEXT, BYLINE, VALUES };

static const struct {
    const char *name;
    enum how how;
    enum field field;
    bool behind; /* the text is over */
} fields[] = {{"HEADLINE", TITLE, FIELD_TITLE, false},
              {"BYLINE", BYLINE, FIELD_AUTHOR, false},
              {"SECTION", VALUES, FIELD_SECTION, false},
              {"LENGTH", LENGTH, FIELD_BODY, false},
              {"DATELINE", TEXT, FIELD_BODY, false},
              {"HIGHLIGHT", TEXT, FIELD_BODY, false},
              {"BODY", TEXT, FIELD_BODY, false},
              {"LOAD-DATE", IGNORED, FIELD_BODY, true},
              {"LANGUAGE", VALUES, FIELD_LANGUAGE, true},
              {"GRAPHIC", TEXT, FIELD_BODY, true},
              {"CORRECTION", TEXT, FIELD_BODY, true},
              {"SUBJECT", VALUES, FIELD_TOPIC, true},
              {"PERSON", VALUES, FIELD_PERSON, true},
              {"ORGANIZATION", VALUES, FIELD_ORG, true},
              {"COMPANY", VALUES, FIELD_ORG, true},
              {"CITY", VALUES, FIELD_PLACE, true},
              {"STATE", VALUES, FIELD_PLACE, true},
              {"COUNTRY", VALUES, FIELD_PLACE, true},
              {"GEOGRAPHIC", VALUES, FIELD_PLACE, true},
              {"PUBLICATION-TYPE", IGNORED, FIELD_BODY, true},
              {"JOURNAL-CODE", IGNORED, FIELD_BODY, true},
              {"DOCUMENT-TYPE", IGNORED, FIELD_BODY, true},
              {"PUB-TYPE", IGNORED, FIELD_BODY, true},
              {"TYPE", IGNORED, FIELD_BODY, true},
              {"INDUSTRY", IGNORED, FIELD_BODY, true},
              {"TICKER", IGNORED, FIELD_BODY, true},
              {"URL", VALUES, FIELD_URL, true}};

#define FIELD_ROWS (sizeof fields / sizeof *fields)

/* The row of the field that a paragraph is, FIELD_ROWS for none; *value is what
 * stands behind the colon. */
static size_t field_row(struct slice paragraph, struct slice *value)
{
    const char *colon =
        paragraph.len ? memchr(paragraph.data, ':', paragraph.len) : NULL;
    const size_t n = colon ? (size_t)(colon - paragraph.data) : 0;
    size_t row = 0;
    if (n == 0 || n > NAME_MAX_BYTES)
        return FIELD_ROWS;
    while (row < FIELD_ROWS && !slice_equal((struct slice){paragraph.data, n},
                                            slice_of(fields[row].name)))
        row++;
    *value = slice_trim((struct slice){colon + 1, paragraph.len - n - 1});
    return row;
}

static bool nexis_detect(struct slice head)
{
    bool counted = false;
    struct slice value;
    while (head.len) {
        const struct slice line = take_line(&head);
        counted = counted || is_counter(line);
        if (counted && field_row(slice_trim(line), &value) < FIELD_ROWS)
            return true;
    }
    return false;
}

/* Distance to the next line that counts documents, from the line at `from` on.
 * As input_find. */
static int find_counter(struct input *in, size_t from, size_t *at,
                        struct nh_error *err)
{
    for (;;) {
        struct slice have;
        size_t end;
        int found = input_find(in, "\n", from, &end, err);
        if (found < 0)
            return found;
        int rc = input_peek(in, end, &have, err);
        if (rc != NH_OK)
            return rc;
        if (is_counter((struct slice){have.data + from, end - from})) {
            *at = from;
            return 1;
        }
        if (found == 0) {
            *at = end;
            return 0;
        }
        from = end + 1;
    }
}

static int nexis_split(struct input *in, struct slice *record, uint64_t *offset,
                       struct nh_error *err)
{
    size_t at, end;
    int found = find_counter(in, 0, &at, err);
    if (found == 1) {
        input_skip(in, at);
        *offset = in->offset;
        found = input_find(in, "\n", 0, &at, err);
        if (found == 1)
            found = find_counter(in, at + 1, &end, err);
        else if (found == 0)
            end = at;
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

/* ---- Documents. */

struct nexis {
    struct parse_context *ctx;
    struct article *out;
    struct buf title, body;
    bool length; /* the field before the text was there */
    bool behind; /* fields behind the text were */
};

/* Takes the next paragraph: the lines up to an empty one, joined, in the work
 * buffer. *indent is how far its first line is from the margin. */
static bool take_paragraph(struct slice *text, struct buf *out, size_t *indent)
{
    buf_reset(out);
    while (text->len) {
        const struct slice line = take_line(text), words = slice_trim(line);
        if (words.len == 0 && out->len)
            break;
        if (words.len == 0)
            continue;
        if (out->len)
            buf_append_byte(out, '\n');
        else
            *indent = (size_t)(words.data - line.data);
        buf_append(out, words.data, words.len);
    }
    return out->len > 0;
}

static void append(struct buf *to, struct slice paragraph)
{
    if (to->len)
        buf_append_str(to, "\n\n");
    for (size_t i = 0; i < paragraph.len; i++)
        buf_append_byte(
            to, (uint8_t)(paragraph.data[i] == '\n' ? ' ' : paragraph.data[i]));
}

/* Whether a line is the date of an issue: "January 11, 2010 Monday". */
static bool take_date(struct nexis *x, struct slice line)
{
    struct slice words = line;
    if (x->out->date.precision != DATE_NONE)
        return false;
    /* A day of the week behind the year, and what follows, is not read. */
    for (struct slice word; (word = slice_word(&words)).len;) {
        if (word.len == 4 && is_number(word)) {
            line.len = (size_t)(word.data + word.len - line.data);
            break;
        }
    }
    struct nh_date date;
    if (!date_parse(line, &date) || date.precision < DATE_DAY)
        return false;
    x->out->date = date;
    return true;
}

/* Centred lines: the source, the date, editions, the owner of rights. */
static bool read_centred(struct nexis *x, struct slice lines)
{
    bool good = true;
    while (good && lines.len) {
        const struct slice line = slice_trim(take_line(&lines));
        const bool first = !article_get(x->out, FIELD_SOURCE).len &&
                           x->out->date.precision == DATE_NONE;
        if (slice_starts(line, "copyright") || take_date(x, line) || !first)
            continue;
        good = article_add(x->out, FIELD_SOURCE, line);
    }
    return good;
}

/* Values apart by semicolons, each without the relevance "(91%)"; of a section,
 * the page "; Pg. 4" is none. */
static bool add_values(struct article *out, enum field field, struct slice list)
{
    bool good = true;
    while (good && list.len) {
        const char *end = memchr(list.data, ';', list.len);
        const size_t n = end ? (size_t)(end - list.data) : list.len;
        struct slice one = slice_trim((struct slice){list.data, n});
        list = (struct slice){list.data + n + (end != NULL),
                              list.len - n - (end != NULL)};
        if (one.len > 2 && memcmp(one.data + one.len - 2, "%)", 2) == 0)
            while (one.len && one.data[--one.len] != '(')
                ;
        if (field == FIELD_SECTION && slice_starts(one, "Pg"))
            continue;
        good = field == FIELD_LANGUAGE ? reader_add_language(out, one)
                                       : article_add(out, field, one);
    }
    return good;
}

static bool read_field(struct nexis *x, size_t row, struct slice value)
{
    x->behind = x->behind || fields[row].behind;
    switch (fields[row].how) {
    case IGNORED:
        return true;
    case LENGTH:
        x->length = true;
        return true;
    case TITLE:
        append(&x->title, value);
        return true;
    case TEXT:
        if (value.len)
            append(&x->body, value);
        return true;
    case BYLINE:
        return reader_add_authors(x->out, value);
    case VALUES:
        break;
    }
    return add_values(x->out, fields[row].field, value);
}

static bool read_paragraph(struct nexis *x, struct slice paragraph,
                           size_t indent)
{
    struct slice value;
    const size_t row = field_row(paragraph, &value);
    if (row < FIELD_ROWS)
        return read_field(x, row, value);
    if (!x->title.len && !x->length && indent >= CENTRED)
        return read_centred(x, paragraph);
    if (x->behind) /* the owner of rights, and what a field goes on with */
        return true;
    if (x->title.len == 0 && !x->length)
        append(&x->title, paragraph);
    else if (indent < CENTRED || !slice_starts(paragraph, "copyright"))
        append(&x->body, paragraph);
    return true;
}

static int nexis_parse(struct parse_context *ctx, struct slice record,
                       struct article *out, struct nh_error *err)
{
    struct nexis x = {ctx, out, BUF_INIT, BUF_INIT, false, false};
    size_t indent = 0;
    buf_reset(&ctx->text);
    int rc = charset_to_utf8(record, ctx->charset, &ctx->text, err);
    struct slice text = buf_slice(&ctx->text);
    bool good = true;
    take_line(&text); /* the counter */
    while (rc == NH_OK && good && take_paragraph(&text, &ctx->work, &indent))
        good = read_paragraph(&x, buf_slice(&ctx->work), indent);
    good = good && !ctx->work.failed && !x.title.failed && !x.body.failed &&
           article_text(out, &out->title, buf_slice(&x.title)) &&
           article_text(out, &out->body, buf_slice(&x.body));
    if (rc == NH_OK)
        rc = good ? xml_complete(out, err) : error_nomem(err);
    buf_release(&x.title);
    buf_release(&x.body);
    return rc;
}

const struct reader reader_nexis = {"nexis",     "text downloads of LexisNexis",
                                    false,       nexis_detect,
                                    nexis_split, nexis_parse};
