/* Owns the reader of mail and news: mbox files, single messages (.eml), posts
 * of newsgroups. RFC 5322, MIME (RFC 2045 to 2047, 3676), mboxo and mboxrd.
 * Promises text alone: attachments are passed over. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/text/charset.h"
#include "corpus/markup/headers.h"
#include "corpus/markup/mime.h"
#include "corpus/markup/xml.h"

/* Deepest parts in parts, and most in one. Real mail has three levels. */
#define DEPTH_MAX 8
#define PARTS_MAX 256
/* Bytes that are read of a field. Lists of a thousand people are shorter. */
#define FIELD_BYTES 65536

/* ---- Files. */

/* Whether a line is "From SENDER DATE", which mbox begins messages with: it has
 * a time and a year. */
static bool is_from_line(struct slice line)
{
    bool time = false, year = false;
    size_t digits = 0;
    if (line.len < 20 || memcmp(line.data, "From ", 5) != 0)
        return false;
    for (size_t i = 5; i <= line.len; i++) {
        const char c = i < line.len ? line.data[i] : ' ';
        if (c >= '0' && c <= '9') {
            digits++;
            continue;
        }
        time = time || (digits == 2 && c == ':');
        year = year || digits == 4;
        digits = 0;
    }
    return time && year;
}

static struct slice first_line(struct slice text)
{
    const char *end = text.len ? memchr(text.data, '\n', text.len) : NULL;
    return slice_trim(
        (struct slice){text.data, end ? (size_t)(end - text.data) : text.len});
}

/* Whether a text begins as a message does: with fields, two of them known. */
static bool starts_message(struct slice text)
{
    static const char *const known[] = {
        "From",       "To",           "Subject",      "Date",  "Message-ID",
        "Newsgroups", "Received",     "Return-Path",  "Path",  "MIME-Version",
        "Reply-To",   "Content-Type", "Organization", "Lines", "Delivered-To"};
    struct slice block = {text.data, mime_head_length(text)}, name, value;
    const char *start = block.data;
    size_t found = 0, lines = 0;
    while (found < 2 && lines++ < 100 && headers_next(&block, &name, &value)) {
        if (lines == 1 && name.data != start)
            return false;
        for (size_t i = 0; i < name.len; i++)
            if (name.data[i] <= ' ' || name.data[i] >= 127)
                return false;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            found += name.len == strlen(known[i]) &&
                     strncasecmp(name.data, known[i], name.len) == 0;
    }
    return found >= 2;
}

static bool mail_detect(struct slice head)
{
    const struct slice line = first_line(head);
    if (!is_from_line(line))
        return starts_message(head);
    const size_t n = (size_t)(line.data + line.len - head.data);
    return starts_message(
        slice_trim((struct slice){head.data + n, head.len - n}));
}

/* The end of a message: where the next begins. 1, 0 at the end of the file,
 * NH_EDATA if it is too long. */
static int find_end(struct input *in, size_t *end, struct nh_error *err)
{
    struct slice have;
    for (size_t from = 5;; from = *end) {
        int found = input_find(in, "\nFrom ", from, end, err);
        if (found != 1)
            return found;
        int rc = input_look(in, *end + 400, &have, err);
        if (rc != NH_OK)
            return rc;
        *end += 1;
        if (is_from_line(
                first_line((struct slice){have.data + *end, have.len - *end})))
            return 1;
    }
}

static int mail_split(struct input *in, struct slice *record, uint64_t *offset,
                      struct nh_error *err)
{
    struct slice have;
    size_t end;
    *offset = in->offset;
    int rc = input_look(in, 400, &have, err);
    if (rc != NH_OK)
        return rc;
    if (have.len == 0)
        return 0;
    if (in->offset == 0 && !is_from_line(first_line(have)))
        return input_whole(in, record, offset, err);
    int found = find_end(in, &end, err);
    if (found == NH_EDATA) {
        struct nh_error later;
        int more = found;
        while (more == NH_EDATA) {
            input_skip(in, INPUT_RECORD_MAX);
            more = find_end(in, &end, &later);
        }
        input_skip(in, more >= 0 ? end : 0);
        return NH_EDATA;
    }
    if (found < 0)
        return found;
    rc = input_peek(in, end, &have, err);
    if (rc != NH_OK)
        return rc;
    *record = input_take(in, end);
    return 1;
}

/* ---- Bodies. */

/* What was found in a message, in UTF-8. */
struct texts {
    struct parse_context *ctx;
    struct buf plain, html;
};

/* Appends lines of text, those of flowed text joined (RFC 3676): a line that
 * ends with a space goes on in the next, which is all but the mark of a
 * signature. With DelSp=yes that space is no part of the text; a space in front
 * never is. */
static void add_lines(struct buf *out, struct slice text, struct slice type)
{
    const bool flowed = headers_is(headers_parameter(type, "format"), "flowed"),
               drop = headers_is(headers_parameter(type, "delsp"), "yes");
    while (text.len) {
        const char *end = memchr(text.data, '\n', text.len);
        const size_t all = end ? (size_t)(end - text.data) + 1 : text.len;
        struct slice line = {text.data, all - (end != NULL)};
        text = (struct slice){text.data + all, text.len - all};
        while (line.len > 0 && line.data[line.len - 1] == '\r')
            line.len--;
        if (flowed && line.len > 0 && line.data[0] == ' ')
            line = (struct slice){line.data + 1, line.len - 1};
        const bool goes_on = flowed && line.len > 0 &&
                             line.data[line.len - 1] == ' ' &&
                             !slice_equal(line, slice_of("-- "));
        buf_append(out, line.data, line.len - (goes_on && drop));
        if (end && !goes_on)
            buf_append_byte(out, '\n');
    }
}

static int add_text(struct texts *t, struct slice bytes, struct slice type,
                    struct nh_error *err)
{
    const bool html = headers_is(type, "text/html");
    struct buf *out = html ? &t->html : &t->plain, utf8 = BUF_INIT;
    char name[40];
    int rc = charset_to_utf8(
        bytes,
        mime_charset(headers_parameter(type, "charset"), name, t->ctx->charset),
        &utf8, err);
    struct slice text = buf_slice(&utf8);
    if (rc == NH_OK && html) {
        if (!html_text(text, &t->ctx->other))
            rc = error_nomem(err);
        text = buf_slice(&t->ctx->other);
    }
    if (out->len)
        buf_append_str(out, "\n\n");
    if (rc == NH_OK)
        add_lines(out, text, type);
    buf_release(&utf8);
    return rc == NH_OK && out->failed ? error_nomem(err) : rc;
}

static int add_part(struct texts *t, struct slice part, int depth,
                    struct nh_error *err);

static int add_parts(struct texts *t, struct slice body, struct slice type,
                     int depth, struct nh_error *err)
{
    const struct slice boundary = headers_parameter(type, "boundary");
    int rc = NH_OK;
    if (boundary.len == 0 || depth == 0)
        return NH_OK;
    struct slice part;
    for (int parts = 0;
         rc == NH_OK && parts < PARTS_MAX && mime_part(&body, boundary, &part);
         parts++)
        rc = add_part(t, part, depth - 1, err);
    return rc;
}

/* Adds the text of a message or part: fields, an empty line, a body. */
static int add_part(struct texts *t, struct slice part, int depth,
                    struct nh_error *err)
{
    const size_t length = mime_head_length(part);
    const struct slice head = {part.data, length},
                       type = headers_find(head, "Content-Type"),
                       coding = headers_find(head, "Content-Transfer-Encoding");
    struct slice body = {part.data + length, part.len - length};
    struct buf bytes = BUF_INIT;
    int rc;
    if (headers_is(headers_find(head, "Content-Disposition"), "attachment"))
        return NH_OK;
    if (type.len > 10 && strncasecmp(type.data, "multipart/", 10) == 0)
        return add_parts(t, body, type, depth, err);
    if (headers_is(type, "message/rfc822"))
        return depth ? add_part(t, body, depth - 1, err) : NH_OK;
    if (type.len && strncasecmp(type.data, "text", 4) != 0)
        return NH_OK;
    rc = mime_body(coding, body, &bytes)
             ? add_text(t, buf_slice(&bytes), type, err)
             : error_nomem(err);
    buf_release(&bytes);
    return rc;
}

/* ---- Fields. */

static struct slice trimmed(const struct buf *b)
{
    return slice_trim(buf_slice(b));
}

static void unquote(struct slice *s)
{
    if (s->len > 1 && s->data[0] == '"' && s->data[s->len - 1] == '"')
        *s = (struct slice){s->data + 1, s->len - 2};
}

/* "Name <address>", "address (Name)", or an address. */
static struct slice person_of(struct slice mailbox)
{
    const char *open =
        mailbox.len ? memchr(mailbox.data, '<', mailbox.len) : NULL;
    struct slice name = mailbox;
    if (open && open > mailbox.data) {
        name.len = (size_t)(open - mailbox.data);
    } else if (open) {
        name = (struct slice){open + 1, mailbox.len - 1};
        const char *close = memchr(name.data, '>', name.len);
        name.len = close ? (size_t)(close - name.data) : name.len;
    } else if (mailbox.len && mailbox.data[mailbox.len - 1] == ')' &&
               (open = memchr(mailbox.data, '(', mailbox.len)) != NULL) {
        name.data = open + 1;
        name.len = (size_t)(mailbox.data + mailbox.len - open) - 2;
    }
    name = slice_trim(name);
    unquote(&name);
    return slice_trim(name);
}

/* Adds those whom a field names, parted by commas; each is decoded alone, for
 * names have commas in them. */
static int add_people(struct parse_context *ctx, struct slice list,
                      struct article *out, struct nh_error *err)
{
    int rc = NH_OK;
    while (rc == NH_OK && list.len) {
        size_t n = 0;
        for (bool quoted = false;
             n < list.len && (quoted || list.data[n] != ','); n++)
            quoted = quoted != (list.data[n] == '"');
        const struct slice who =
            person_of(slice_trim((struct slice){list.data, n}));
        rc = mime_field(ctx, who, err);
        if (rc == NH_OK && ctx->work.len &&
            !article_add(out, FIELD_AUTHOR, trimmed(&ctx->work)))
            rc = error_nomem(err);
        n += n < list.len;
        list = (struct slice){list.data + n, list.len - n};
    }
    return rc;
}

static bool add_words(struct article *out, enum field field, struct slice list)
{
    bool good = true;
    while (good && list.len) {
        const char *comma = memchr(list.data, ',', list.len);
        const size_t n = comma ? (size_t)(comma - list.data) : list.len;
        good = article_add(out, field, (struct slice){list.data, n});
        list = (struct slice){list.data + n + (comma != NULL),
                              list.len - n - (comma != NULL)};
    }
    return good;
}

/* What stands between < and >, or all. */
static struct slice inner(struct slice text)
{
    const char *open = text.len ? memchr(text.data, '<', text.len) : NULL;
    const char *close =
        open ? memchr(open, '>', text.len - (size_t)(open - text.data)) : NULL;
    return close ? (struct slice){open + 1, (size_t)(close - open - 1)} : text;
}

enum how { TITLE, WHEN, PEOPLE, WORDS, INNER, LIST };

static const struct {
    const char *name;
    enum field field;
    enum how how;
} fields[] = {{"Subject", FIELD_TITLE, TITLE},
              {"Date", FIELD_DATE, WHEN},
              {"NNTP-Posting-Date", FIELD_DATE, WHEN},
              {"From", FIELD_AUTHOR, PEOPLE},
              {"Message-ID", FIELD_ID, INNER},
              {"Archived-At", FIELD_URL, INNER},
              {"List-Id", FIELD_SOURCE, LIST},
              {"Newsgroups", FIELD_TOPIC, WORDS},
              {"Keywords", FIELD_TOPIC, WORDS},
              {"Content-Language", FIELD_LANGUAGE, WORDS}};

static int add_fields(struct parse_context *ctx, struct slice head,
                      struct article *out, struct nh_error *err)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        struct slice raw = headers_find(head, fields[i].name);
        if (raw.len == 0)
            continue;
        if (raw.len > FIELD_BYTES)
            raw.len = FIELD_BYTES;
        int rc = fields[i].how == PEOPLE ? add_people(ctx, raw, out, err)
                                         : mime_field(ctx, raw, err);
        if (rc != NH_OK)
            return rc;
        const struct slice text = trimmed(&ctx->work);
        bool good = true;
        switch (fields[i].how) {
        case TITLE:
            good = article_text(out, &out->title, text);
            break;
        case WHEN:
            xml_set_date(out, text);
            break;
        case PEOPLE:
            break;
        case WORDS:
            good = add_words(out, fields[i].field, text);
            break;
        case INNER:
            good = article_add(out, fields[i].field, inner(text));
            break;
        case LIST:
            good = article_add(out, fields[i].field, person_of(text));
            break;
        }
        if (!good)
            return error_nomem(err);
    }
    return NH_OK;
}

/* Takes back what mbox does to lines that begin with "From ". */
static void unescape(struct slice mail, struct buf *out)
{
    while (mail.len) {
        const char *end = memchr(mail.data, '\n', mail.len);
        const size_t line = end ? (size_t)(end - mail.data) + 1 : mail.len;
        size_t n = 0;
        while (n < line && mail.data[n] == '>')
            n++;
        const bool escaped =
            n > 0 && line - n > 5 && memcmp(mail.data + n, "From ", 5) == 0;
        buf_append(out, mail.data + escaped, line - escaped);
        mail = (struct slice){mail.data + line, mail.len - line};
    }
}

/* Whether a word is a month of mail. */
static bool is_month(struct slice word)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (size_t i = 0; word.len == 3 && months[i]; i += 3)
        if (memcmp(months + i, word.data, 3) == 0)
            return true;
    return false;
}

/* Takes the date of a line "From SENDER Wed May  1 10:00:00 2024", with a zone
 * before or behind the year or without one; or with a date as in a field. */
static void read_from_line(struct slice line, struct article *out)
{
    struct slice word, before = {"", 0}, month = {"", 0};
    struct slice p[4] = {{"", 0}, {"", 0}, {"", 0}, {"", 0}};
    size_t count = 0;
    char text[64];
    while (count < 4 && (word = slice_word(&line)).len) {
        if (month.len)
            p[count++] = word;
        else if (is_month(word))
            month = word;
        else
            before = word;
    }
    if (count < 3)
        return;
    struct slice day = p[0], clock = p[1], year = p[2], zone = p[3];
    if (p[0].len == 4) { /* 17 May 2024 10:14:00 +0200 */
        day = before;
        year = p[0];
        zone = p[2];
    } else if (p[3].len == 4 && p[2].len != 4) { /* 10:14:00 CEST 2024 */
        year = p[3];
        zone = p[2];
    }
    const int n =
        snprintf(text, sizeof text, "%.*s %.*s %.*s %.*s %.*s", (int)day.len,
                 day.data, (int)month.len, month.data, (int)year.len, year.data,
                 (int)clock.len, clock.data, (int)zone.len, zone.data);
    if (n > 0 && (size_t)n < sizeof text)
        xml_set_date(out, slice_of(text));
}

static int mail_parse(struct parse_context *ctx, struct slice record,
                      struct article *out, struct nh_error *err)
{
    struct texts t = {ctx, BUF_INIT, BUF_INIT};
    struct buf mail = BUF_INIT;
    const struct slice from = first_line(record);
    int rc = NH_OK;
    if (is_from_line(from)) {
        const char *end = memchr(record.data, '\n', record.len);
        const size_t n = end ? (size_t)(end - record.data) + 1 : record.len;
        unescape((struct slice){record.data + n, record.len - n}, &mail);
        record = buf_slice(&mail);
        rc = mail.failed ? error_nomem(err) : NH_OK;
    }
    if (rc == NH_OK)
        rc = add_fields(ctx,
                        (struct slice){record.data, mime_head_length(record)},
                        out, err);
    if (is_from_line(from))
        read_from_line(from, out);
    if (rc == NH_OK)
        rc = add_part(&t, record, DEPTH_MAX, err);
    /* The text for those who see no HTML is the better one, unless it only says
     * that there is another. */
    const struct slice plain = trimmed(&t.plain), html = trimmed(&t.html);
    if (rc == NH_OK && !article_text(out, &out->body,
                                     plain.len * 2 >= html.len ? plain : html))
        rc = error_nomem(err);
    buf_release(&mail);
    buf_release(&t.plain);
    buf_release(&t.html);
    return rc == NH_OK ? xml_complete(out, err) : rc;
}

const struct reader reader_mail = {
    "mail",     "mail and newsgroups: mbox files, single messages (.eml)",
    false,      mail_detect,
    mail_split, mail_parse};
