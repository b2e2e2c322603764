/* Owns the reader of Reuters-21578.
 * Promises ids "reuters-NEWID" and the annotated topics, places, people and
 * organisations as they stand in the file. */
#include <string.h>

#include "common/text/charset.h"
#include "corpus/input/reader.h"
#include "corpus/markup/sgml.h"

static bool reuters_detect(struct slice head)
{
    static const char mark[] = "<REUTERS ";
    for (size_t i = 0; i + sizeof mark - 1 <= head.len; i++)
        if (memcmp(head.data + i, mark, sizeof mark - 1) == 0)
            return head.data[0] == '<';
    return false;
}

static int reuters_split(struct input *in, struct slice *record,
                         uint64_t *offset, struct nh_error *err)
{
    return sgml_split(in, "REUTERS", record, offset, err);
}

/* Elements whose <D> values are fields. */
static const struct {
    const char *tag;
    enum field field;
} lists[] = {{"TOPICS", FIELD_TOPIC},
             {"PLACES", FIELD_PLACE},
             {"PEOPLE", FIELD_PERSON},
             {"ORGS", FIELD_ORG}};

#define LIST_COUNT (sizeof lists / sizeof *lists)

enum part {
    PART_NONE,
    PART_DATE,
    PART_TEXT,
    PART_TITLE,
    PART_AUTHOR,
    PART_DATELINE,
    PART_BODY
};

static const struct {
    const char *tag;
    enum part part;
} parts[] = {{"DATE", PART_DATE},         {"TEXT", PART_TEXT},
             {"TITLE", PART_TITLE},       {"AUTHOR", PART_AUTHOR},
             {"DATELINE", PART_DATELINE}, {"BODY", PART_BODY}};

struct reuters {
    struct article *out;
    struct buf *title, *body, *value;
    enum part part;
    size_t list; /* the list element we are in, or LIST_COUNT */
    bool item;   /* inside a <D> */
};

static struct slice value_of(const struct reuters *r)
{
    return slice_trim((struct slice){r->value->data, r->value->len});
}

/* Sets the date of "31-MAR-1987 06:05:12.19". Some clocks of the collection are
 * spoiled, of which the day is sound: it stands before the blank. */
static void add_date(struct article *out, struct slice date)
{
    const char *blank = memchr(date.data, ' ', date.len);
    article_date(out, date);
    if (blank)
        article_date(out,
                     (struct slice){date.data, (size_t)(blank - date.data)});
}

static bool finish_part(struct reuters *r)
{
    struct slice value = value_of(r);
    bool good = true;
    switch (r->part) {
    case PART_DATE:
        add_date(r->out, value);
        break;
    case PART_TITLE:
        buf_append(r->title, value.data, value.len);
        break;
    case PART_AUTHOR:
        good = article_add(r->out, FIELD_AUTHOR, value);
        break;
    case PART_DATELINE:
    case PART_BODY:
    case PART_TEXT:
        if (value.len && r->body->len)
            buf_append_byte(r->body, ' ');
        buf_append(r->body, value.data, value.len);
        break;
    case PART_NONE:
        break;
    }
    buf_reset(r->value);
    return good;
}

static enum part part_named(struct slice name)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (sgml_is(name, parts[i].tag))
            return parts[i].part;
    return PART_NONE;
}

static bool handle_open(struct reuters *r, const struct sgml_token *token)
{
    struct slice id;
    if (sgml_is(token->name, "REUTERS") &&
        sgml_attribute(token->text, "NEWID", &id)) {
        buf_reset(r->value);
        buf_append_str(r->value, "reuters-");
        buf_append(r->value, id.data, id.len);
        bool good = article_add(r->out, FIELD_ID, value_of(r));
        buf_reset(r->value);
        return good;
    }
    if (sgml_is(token->name, "D")) {
        r->item = true;
        buf_reset(r->value);
        return true;
    }
    for (size_t i = 0; i < LIST_COUNT; i++)
        if (sgml_is(token->name, lists[i].tag))
            r->list = i;
    enum part part = part_named(token->name);
    if (part == PART_NONE)
        return true;
    bool good = finish_part(r);
    r->part = part;
    return good;
}

static bool handle_close(struct reuters *r, const struct sgml_token *token)
{
    if (sgml_is(token->name, "D")) {
        bool good = r->list == LIST_COUNT ||
                    article_add(r->out, lists[r->list].field, value_of(r));
        r->item = false;
        buf_reset(r->value);
        return good;
    }
    for (size_t i = 0; i < LIST_COUNT; i++)
        if (sgml_is(token->name, lists[i].tag))
            r->list = LIST_COUNT;
    enum part part = part_named(token->name);
    if (part == PART_NONE)
        return true;
    bool good = finish_part(r);
    /* Unprocessed texts stand in TEXT itself. */
    r->part = part == PART_TEXT || part == PART_DATE ? PART_NONE : PART_TEXT;
    return good;
}

static int reuters_parse(struct parse_context *ctx, struct slice record,
                         struct article *out, struct nh_error *err)
{
    struct buf value = BUF_INIT;
    struct reuters r = {out,       &ctx->work, &ctx->other, &value,
                        PART_NONE, LIST_COUNT, false};
    struct sgml_token token;
    size_t pos = 0;
    buf_reset(&ctx->text);
    buf_reset(&ctx->work);
    buf_reset(&ctx->other);
    int rc = charset_to_utf8(record, ctx->charset, &ctx->text, err);
    struct slice text = {ctx->text.data, ctx->text.len};
    bool good = true;
    while (rc == NH_OK && good && sgml_next(text, &pos, &token)) {
        if (token.kind == SGML_OPEN)
            good = handle_open(&r, &token);
        else if (token.kind == SGML_CLOSE)
            good = handle_close(&r, &token);
        else if (r.part != PART_NONE || r.item)
            sgml_unescape(token.text, r.value);
    }
    good = good && finish_part(&r) && !value.failed && !r.title->failed &&
           !r.body->failed &&
           article_text(out, &out->title,
                        (struct slice){r.title->data, r.title->len}) &&
           article_text(out, &out->body,
                        (struct slice){r.body->data, r.body->len}) &&
           article_add(out, FIELD_SOURCE, slice_of("Reuters")) &&
           article_add(out, FIELD_LANGUAGE, slice_of("en"));
    if (rc == NH_OK && !good)
        rc = error_nomem(err);
    static const char close[] = "</REUTERS>";
    const size_t n = sizeof close - 1;
    if (rc == NH_OK &&
        (record.len < n || memcmp(record.data + record.len - n, close, n) != 0))
        rc = error_set_at(err, NH_EDATA, 0, "the record has no </REUTERS>");
    if (rc == NH_OK && article_get(out, FIELD_ID).len == 0)
        rc = error_set_at(err, NH_EDATA, 0, "the record has no NEWID");
    buf_release(&value);
    return rc;
}

const struct reader reader_reuters = {"reuters",     "Reuters-21578 SGML",
                                      false,         reuters_detect,
                                      reuters_split, reuters_parse};
