/* Owns the reader of TREC's SGML: <DOC> records of AP, WSJ, FT, LA Times,
 * Federal Register, newswire and its kin.
 * Promises to take what the dialects have, missing close tags included. */
#include <string.h>

#include "common/text/charset.h"
#include "corpus/input/reader.h"
#include "corpus/markup/sgml.h"

static bool contains(struct slice head, const char *what)
{
    size_t n = strlen(what);
    for (size_t i = 0; i + n <= head.len; i++)
        if (memcmp(head.data + i, what, n) == 0)
            return true;
    return false;
}

static bool trec_detect(struct slice head)
{
    bool starts = head.len > 4 && (memcmp(head.data, "<DOC>", 5) == 0 ||
                                   memcmp(head.data, "<DOC ", 5) == 0);
    return starts || (head.len > 0 && head.data[0] == '<' &&
                      contains(head, "<DOC>") && contains(head, "<DOCNO>"));
}

static int trec_split(struct input *in, struct slice *record, uint64_t *offset,
                      struct nh_error *err)
{
    return sgml_split(in, "DOC", record, offset, err);
}

/* What a tag's text becomes. Tags that are not listed end the one before but
 * hold nothing of the article; those with KEEP stay inside it. */
enum action { TO_FIELD, TO_TITLE, TO_BODY, TO_DATELINE, TO_DATE, KEEP };

static const struct {
    const char *tag;
    enum action action;
    enum field field;
    char separator; /* of several values in one element */
} tags[] = {{"DOCNO", TO_FIELD, FIELD_ID, 0},
            {"HEAD", TO_TITLE, FIELD_TITLE, 0},
            {"HEADLINE", TO_TITLE, FIELD_TITLE, 0},
            {"HL", TO_TITLE, FIELD_TITLE, 0},
            {"TITLE", TO_TITLE, FIELD_TITLE, 0},
            {"DOCTITLE", TO_TITLE, FIELD_TITLE, 0},
            {"TI", TO_TITLE, FIELD_TITLE, 0},
            {"BYLINE", TO_FIELD, FIELD_AUTHOR, 0},
            {"AUTHOR", TO_FIELD, FIELD_AUTHOR, 0},
            {"DATELINE", TO_DATELINE, FIELD_BODY, 0},
            {"DATE", TO_DATE, FIELD_DATE, 0},
            {"DATE_TIME", TO_DATE, FIELD_DATE, 0},
            {"DATE1", TO_DATE, FIELD_DATE, 0},
            {"DD", TO_DATE, FIELD_DATE, 0},
            {"TEXT", TO_BODY, FIELD_BODY, 0},
            {"LP", TO_BODY, FIELD_BODY, 0},
            {"LEADPARA", TO_BODY, FIELD_BODY, 0},
            {"CORRECTION", TO_BODY, FIELD_BODY, 0},
            {"SUMMARY", TO_BODY, FIELD_BODY, 0},
            {"SUPPLEM", TO_BODY, FIELD_BODY, 0},
            {"FURTHER", TO_BODY, FIELD_BODY, 0},
            {"ACTION", TO_BODY, FIELD_BODY, 0},
            {"AGENCY", TO_BODY, FIELD_BODY, 0},
            {"ADDRESS", TO_BODY, FIELD_BODY, 0},
            {"ABSTRACT", TO_BODY, FIELD_BODY, 0},
            {"GRAPHIC", TO_BODY, FIELD_BODY, 0},
            {"CAPTION", TO_BODY, FIELD_BODY, 0},
            {"USDEPT", TO_FIELD, FIELD_SECTION, 0},
            {"SO", TO_FIELD, FIELD_SOURCE, 0},
            {"PUB", TO_FIELD, FIELD_SOURCE, 0},
            {"SOURCE", TO_FIELD, FIELD_SOURCE, 0},
            {"SECTION", TO_FIELD, FIELD_SECTION, 0},
            {"CATEGORY", TO_FIELD, FIELD_SECTION, 0},
            {"SUBJECT", TO_FIELD, FIELD_TOPIC, ';'},
            {"IN", TO_FIELD, FIELD_TOPIC, ','},
            {"KEYWORD", TO_FIELD, FIELD_TOPIC, ','},
            {"CO", TO_FIELD, FIELD_ORG, ';'},
            {"P", KEEP, FIELD_BODY, 0},
            {"BODY", KEEP, FIELD_BODY, 0},
            {"BR", KEEP, FIELD_BODY, 0}};

#define TAG_COUNT (sizeof tags / sizeof *tags)

static size_t tag_row(struct slice name)
{
    size_t row = 0;
    while (row < TAG_COUNT && !sgml_is(name, tags[row].tag))
        row++;
    return row;
}

/* Dates as TREC's sources write them, beyond what date_parse knows: YYMMDD
 * (MMDDYY in LA Times numbers) and MM/DD/YY. */
static bool trec_date(struct slice s, bool month_first, struct nh_date *date)
{
    int v[6];
    char iso[16];
    s = slice_trim(s);
    if (s.len == 8 && s.data[2] == '/' && s.data[5] == '/') {
        const char digits[6] = {s.data[0], s.data[1], s.data[3],
                                s.data[4], s.data[6], s.data[7]};
        return trec_date((struct slice){digits, 6}, true, date);
    }
    if (s.len != 6)
        return date_parse(s, date);
    for (int i = 0; i < 6; i++) {
        if (s.data[i] < '0' || s.data[i] > '9')
            return date_parse(s, date);
        v[i] = s.data[i] - '0';
    }
    int a = v[0] * 10 + v[1], b = v[2] * 10 + v[3], c = v[4] * 10 + v[5];
    int year = month_first ? c : a, month = month_first ? a : b,
        day = month_first ? b : c;
    struct buf text = BUF_INIT;
    buf_printf(&text, "%04d-%02d-%02d", year + (year < 50 ? 2000 : 1900), month,
               day);
    bool good = !text.failed && text.len < sizeof iso &&
                date_parse((struct slice){text.data, text.len}, date);
    buf_release(&text);
    return good;
}

/* AP880212-0001, WSJ870324-0001, LA010189-0001 carry their date. */
static void date_of_number(struct article *a)
{
    struct slice id = article_get(a, FIELD_ID);
    size_t letters = 0, digits = 0;
    while (letters < id.len && id.data[letters] >= 'A' &&
           id.data[letters] <= 'Z')
        letters++;
    while (letters + digits < id.len && id.data[letters + digits] >= '0' &&
           id.data[letters + digits] <= '9')
        digits++;
    bool dashed = letters + digits < id.len && id.data[letters + digits] == '-';
    bool la = letters == 2 && memcmp(id.data, "LA", 2) == 0;
    if (letters && digits == 6 && dashed &&
        !trec_date((struct slice){id.data + letters, 6}, la, &a->date))
        a->date.precision = DATE_NONE;
}

/* State of one parse. */
struct trec {
    struct article *out;
    struct buf *title, *body, *value;
    size_t row;   /* of the element whose text is read, or TAG_COUNT */
    size_t outer; /* of the text that elements stand inside of, or TAG_COUNT */
};

static bool add_values(struct trec *t, enum field field, char separator)
{
    struct slice rest = {t->value->data, t->value->len};
    while (rest.len) {
        const char *end =
            separator ? memchr(rest.data, separator, rest.len) : NULL;
        size_t len = end ? (size_t)(end - rest.data) : rest.len;
        struct slice one = slice_trim((struct slice){rest.data, len});
        while (one.len && one.data[one.len - 1] == '.' && separator)
            one.len--;
        if (!article_add(t->out, field, one))
            return false;
        rest.data += len + (end != NULL);
        rest.len -= len + (end != NULL);
    }
    return true;
}

static void append_part(struct buf *to, const struct buf *from,
                        const char *joint)
{
    struct slice part = {from->data, from->len};
    /* Line ends around a part are the markup's, indentation is the text's. */
    while (part.len && (part.data[0] == '\n' || part.data[0] == '\r'))
        part.data++, part.len--;
    while (part.len && strchr(" \n\r\t", part.data[part.len - 1]))
        part.len--;
    if (slice_trim(part).len == 0)
        return;
    if (to->len)
        buf_append_str(to, joint);
    buf_append(to, part.data, part.len);
}

/* Stores what the current element held; the next one is that of `row`. */
static bool finish_element(struct trec *t, size_t row)
{
    bool good = true;
    if (t->row < TAG_COUNT && !t->value->failed) {
        struct slice value = {t->value->data, t->value->len};
        switch (tags[t->row].action) {
        case TO_FIELD:
            good = add_values(t, tags[t->row].field, tags[t->row].separator);
            break;
        case TO_TITLE:
            append_part(t->title, t->value, " ");
            break;
        case TO_BODY:
        case TO_DATELINE:
            append_part(t->body, t->value, "\n");
            break;
        case TO_DATE:
            if (t->out->date.precision == DATE_NONE &&
                !trec_date(value, false, &t->out->date)) {
                t->out->date.precision = DATE_NONE;
                article_date(t->out, value);
            }
            break;
        case KEEP:
            break;
        }
    }
    t->row = row;
    buf_reset(t->value);
    return good;
}

static bool handle_token(struct trec *t, const struct sgml_token *token)
{
    struct slice id;
    if (token->kind == SGML_TEXT) {
        if (t->row < TAG_COUNT)
            sgml_unescape(token->text, t->value);
        return true;
    }
    if (token->kind == SGML_OPEN && sgml_is(token->name, "DOC"))
        return !sgml_attribute(token->text, "id", &id) ||
               article_add(t->out, FIELD_ID, id);
    size_t row = tag_row(token->name);
    if (row < TAG_COUNT && tags[row].action == KEEP) {
        buf_append_byte(t->value, '\n');
        return true;
    }
    /* Inside the text only elements of the table matter: others are layout. */
    bool in_body = t->row < TAG_COUNT && tags[t->row].action == TO_BODY;
    if (row == TAG_COUNT && in_body)
        return true;
    const bool body = row < TAG_COUNT && tags[row].action == TO_BODY;
    if (token->kind == SGML_OPEN) {
        if (body && t->outer == TAG_COUNT)
            t->outer = row;
        return finish_element(t, row);
    }
    if (row != t->row && row != t->outer && row < TAG_COUNT)
        return true;
    if (row == t->outer)
        t->outer = TAG_COUNT;
    /* What follows an element inside the text is text again. */
    return finish_element(t, t->outer);
}

static int trec_parse(struct parse_context *ctx, struct slice record,
                      struct article *out, struct nh_error *err)
{
    struct buf value = BUF_INIT;
    struct trec t = {out,    &ctx->work, &ctx->other,
                     &value, TAG_COUNT,  TAG_COUNT};
    struct sgml_token token;
    size_t pos = 0;
    buf_reset(&ctx->text);
    buf_reset(&ctx->work);
    buf_reset(&ctx->other);
    int rc = charset_to_utf8(record, ctx->charset, &ctx->text, err);
    struct slice text = {ctx->text.data, ctx->text.len};
    bool good = true;
    while (rc == NH_OK && good && sgml_next(text, &pos, &token))
        good = handle_token(&t, &token);
    good =
        good && finish_element(&t, TAG_COUNT) && !value.failed &&
        !t.title->failed && !t.body->failed &&
        article_text(out, &out->title,
                     slice_trim((struct slice){t.title->data, t.title->len})) &&
        article_text(out, &out->body,
                     (struct slice){t.body->data, t.body->len});
    if (rc == NH_OK && !good)
        rc = error_nomem(err);
    if (rc == NH_OK && out->date.precision == DATE_NONE)
        date_of_number(out);
    if (rc == NH_OK && article_get(out, FIELD_ID).len == 0)
        rc = error_set_at(err, NH_EDATA, 0, "the record has no DOCNO");
    else if (rc == NH_OK && out->title.len == 0 && out->body.len == 0)
        rc = error_set_at(err, NH_EDATA, 0,
                          "the record has neither a headline nor a text");
    buf_release(&value);
    return rc;
}

const struct reader reader_trec = {
    "trec",     "TREC SGML: AP, WSJ, FT, LA Times, Federal Register and others",
    false,      trec_detect,
    trec_split, trec_parse};
