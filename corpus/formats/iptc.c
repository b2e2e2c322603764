/* Owns the reader of wire copy: IPTC 7901 (the IPTC recommended message format)
 * and ANPA 1312, plain text between control characters.
 *
 * A message is SOH, a line that says who sends it, its number, priority,
 * category and length, a line of keywords, STX, the text, ETX, and when it was
 * sent, as "242200 GMT Jun 17". The text begins with headlines, the last of
 * which may end with an equals sign; agencies' own ways are taken as they come.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/text/charset.h"
#include "corpus/markup/xml.h"

#define SOH '\x01'
#define STX '\x02'
#define ETX '\x03'
#define SYN '\x16'

static bool iptc_detect(struct slice head)
{
    size_t i = 0;
    while (i < head.len && (head.data[i] == SYN || head.data[i] == '\r' ||
                            head.data[i] == '\n'))
        i++;
    return i < head.len && head.data[i] == SOH &&
           memchr(head.data + i, STX, head.len - i) != NULL;
}

static int iptc_split(struct input *in, struct slice *record, uint64_t *offset,
                      struct nh_error *err)
{
    struct slice have;
    size_t at, end;
    int found = input_find(in, "\x01", 0, &at, err);
    *offset = in->offset;
    if (found == 1) {
        input_skip(in, at);
        *offset = in->offset;
        found = input_find(in, "\x01", 1, &end, err);
    } else if (found == 0) {
        input_skip(in, at);
        return 0;
    }
    if (found == NH_EDATA) { /* to the next message, however far that is */
        struct nh_error later;
        int more = found;
        while (more == NH_EDATA) {
            input_skip(in, INPUT_RECORD_MAX);
            more = input_find(in, "\x01", 0, &at, &later);
        }
        return NH_EDATA;
    }
    if (found < 0)
        return found;
    int rc = input_peek(in, end, &have, err);
    if (rc != NH_OK)
        return rc;
    *record = input_take(in, end);
    return 1;
}

/* ---- Parts of a message. */

/* Takes what stands before a character, or all. */
static struct slice take(struct slice *text, char end)
{
    const char *at = text->len ? memchr(text->data, end, text->len) : NULL;
    const size_t n = at ? (size_t)(at - text->data) : text->len;
    const struct slice part = {text->data, n};
    text->data += at ? n + 1 : n;
    text->len -= at ? n + 1 : n;
    return part;
}

static struct slice take_line(struct slice *text)
{
    return slice_trim(take(text, '\n'));
}

/* What categories of one letter stand for in both standards. */
static const struct {
    char letter;
    const char *section;
} sections[] = {
    {'a', "domestic"},      {'e', "entertainment"}, {'f', "financial"},
    {'i', "international"}, {'k', "commentary"},    {'l', "lifestyle"},
    {'o', "weather"},       {'p', "politics"},      {'s', "sports"},
    {'t', "travel"},        {'w', "washington"}};

/* The line before the keywords: "eca0003 3 i 380  dpa 0045". */
static bool read_preheader(struct slice line, struct article *out)
{
    struct slice word;
    int number = 0;
    bool good = true;
    while (good && (word = slice_word(&line)).len) {
        const char letter = (char)(word.data[0] | 32);
        number++;
        for (size_t i = 0; word.len == 1 && number > 1 &&
                           i < sizeof sections / sizeof *sections;
             i++)
            if (sections[i].letter == letter)
                good = article_add(out, FIELD_SECTION,
                                   slice_of(sections[i].section));
        /* Behind the length stands the service. */
        if (good && number == 5 && letter >= 'a' && letter <= 'z')
            good = article_add(out, FIELD_SOURCE, word);
    }
    return good;
}

/* "Switzerland/migration/UN/". */
static bool read_keywords(struct slice line, struct article *out)
{
    bool good = true;
    while (good && line.len) {
        const struct slice part = slice_trim(take(&line, '/'));
        good = !part.len || article_add(out, FIELD_TOPIC, part);
    }
    return good;
}

/* When it was sent: "242200 GMT Jun 17" is the 24th, 22:00; "05-17-24 1014EDT".
 */
static void read_sent(struct slice line, struct article *out)
{
    char text[64];
    const struct slice time = slice_word(&line);
    int n = 0;
    bool digits = time.len == 6;
    for (size_t i = 0; i < time.len; i++)
        digits = digits && time.data[i] >= '0' && time.data[i] <= '9';
    if (digits && line.len < 40) {
        struct slice word = slice_word(&line), zone = {"GMT", 3};
        if (word.len == 3 && slice_starts(word, "GMT"))
            word = slice_word(&line);
        const struct slice year = slice_word(&line);
        n = snprintf(text, sizeof text, "%.2s %.*s %.*s %.2s:%.2s %.*s",
                     time.data, (int)word.len, word.data, (int)year.len,
                     year.data, time.data + 2, time.data + 4, (int)zone.len,
                     zone.data);
    } else if (time.len == 8 && time.data[2] == '-' && time.data[5] == '-') {
        const struct slice clock = slice_word(&line);
        n = snprintf(text, sizeof text, "%s%.2s-%.2s-%.2s",
                     time.data[6] < '5' ? "20" : "19", time.data + 6, time.data,
                     time.data + 3);
        if (clock.len >= 4)
            n = snprintf(text + n, sizeof text - (size_t)n, " %.2s:%.2s %.*s",
                         clock.data, clock.data + 2,
                         (int)(clock.len < 8 ? clock.len - 4 : 0),
                         clock.data + 4) +
                n;
    }
    if (n > 0 && (size_t)n < sizeof text)
        xml_set_date(out, slice_of(text));
}

/* ---- The text. */

/* Whether a line says what becomes of a message: "REFILE", "1ST LEAD", (Note).
 */
static bool is_status(struct slice line)
{
    bool lower = false;
    for (size_t i = 0; i < line.len; i++)
        lower = lower || (line.data[i] >= 'a' && line.data[i] <= 'z');
    return (line.len < 24 && !lower) ||
           (line.data[0] == '(' && line.data[line.len - 1] == ')');
}

/* Headlines, up to an equals sign; without one, up to the first empty line if
 * that is near. The rest is the text. */
static bool read_headlines(struct parse_context *ctx, struct slice *text,
                           struct article *out)
{
    struct slice rest = *text;
    struct buf *title = &ctx->work;
    bool good = true, ended = false;
    size_t lines = 0;
    buf_reset(title);
    while (good && !ended && rest.len && lines < 12) {
        struct slice line = take_line(&rest);
        if (line.len == 0 && lines == 0)
            continue;
        lines++;
        ended = line.len == 0 || line.data[line.len - 1] == '=';
        if (line.len && line.data[line.len - 1] == '=')
            line = slice_trim((struct slice){line.data, line.len - 1});
        if (line.len > 1 && line.data[0] == '^') { /* ANPA: ^Headline< */
            line.data++;
            line.len -= line.data[line.len - 2] == '<' ? 2 : 1;
        }
        if (line.len == 0)
            continue;
        if (slice_starts(line, "By ") && line.len < 120) {
            good = reader_add_authors(out, take(&line, ','));
        } else if (!is_status(line)) {
            if (title->len)
                buf_append_byte(title, ' ');
            buf_append(title, line.data, line.len);
        }
    }
    /* A paragraph of the text is no headline. */
    if (!good || title->failed || !ended || title->len > 240 || !rest.len)
        return good && !title->failed;
    *text = rest;
    return article_text(out, &out->title, buf_slice(title));
}

/* Where "Geneva (dpa) - " names the place, and who reports. */
static bool read_dateline(struct slice text, struct article *out)
{
    const struct slice head = {text.data, text.len < 120 ? text.len : 120};
    const char *open = head.len ? memchr(head.data, '(', head.len) : NULL;
    const size_t at = open ? (size_t)(open - head.data) : 0;
    const char *close = open ? memchr(open, ')', head.len - at) : NULL;
    if (at < 3 || at > 60 || !close ||
        (size_t)(head.data + head.len - close) < 4 ||
        (close[2] != '-' && memcmp(close + 2, "\xE2\x80", 2) != 0))
        return true;
    struct slice place = {head.data, at};
    place = slice_trim(take(&place, ','));
    return article_add(out, FIELD_PLACE, place) &&
           article_add(out, FIELD_SOURCE,
                       (struct slice){open + 1, (size_t)(close - open - 1)});
}

/* Where what is for editors alone begins: a line with a notebook or stars. */
static bool ends_text(struct slice line)
{
    return slice_starts(line, "# Notebook") || slice_starts(line, "* * * *");
}

/* Puts lines together to paragraphs; other control characters go. */
static void join_lines(struct slice text, struct buf *out)
{
    bool empty = true;
    size_t before = 0;
    while (text.len) {
        const struct slice line = take_line(&text);
        if (ends_text(line))
            break;
        if (line.len == 0) {
            empty = true;
            continue;
        }
        /* Long lines are one paragraph, short ones a table. */
        if (out->len)
            buf_append_str(out, empty ? "\n\n" : before < 40 ? "\n" : " ");
        for (size_t i = 0; i < line.len; i++)
            if ((unsigned char)line.data[i] >= ' ' && line.data[i] != 127)
                buf_append_byte(out, (uint8_t)line.data[i]);
        before = line.len;
        empty = false;
    }
}

/* The sign-off of an agency, "dpa al rmo", is no text. */
static struct slice without_signature(struct slice text, struct slice source)
{
    size_t at = text.len;
    while (at > 0 && text.data[at - 1] != '\n')
        at--;
    const struct slice last = {text.data + at, text.len - at};
    const bool signs = source.len && last.len < 40 && last.len > source.len &&
                       memcmp(last.data, source.data, source.len) == 0 &&
                       last.data[source.len] == ' ';
    return signs ? slice_trim((struct slice){text.data, at}) : text;
}

static int iptc_parse(struct parse_context *ctx, struct slice record,
                      struct article *out, struct nh_error *err)
{
    buf_reset(&ctx->text);
    int rc = charset_to_utf8(record, ctx->charset, &ctx->text, err);
    if (rc != NH_OK)
        return rc;
    struct slice text = buf_slice(&ctx->text);
    take(&text, SOH);
    struct slice head = take(&text, STX), body = take(&text, ETX);
    const struct slice first = take_line(&head);
    bool good = read_preheader(first, out);
    while (good && head.len)
        good = read_keywords(take_line(&head), out);
    read_sent(take_line(&text), out);
    good = good && read_headlines(ctx, &body, out);
    body = slice_trim(body);
    buf_reset(&ctx->other);
    if (good) {
        join_lines(body, &ctx->other);
        body = slice_trim(buf_slice(&ctx->other));
        good = !ctx->other.failed && read_dateline(body, out) &&
               article_text(
                   out, &out->body,
                   without_signature(body, article_get(out, FIELD_SOURCE)));
    }
    return good ? xml_complete(out, err) : error_nomem(err);
}

const struct reader reader_iptc = {
    "iptc",     "wire copy: IPTC 7901, ANPA 1312",
    false,      iptc_detect,
    iptc_split, iptc_parse};
