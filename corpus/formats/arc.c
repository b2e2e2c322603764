/* Owns the reader of ARC files, the web archives before WARC (Internet Archive,
 * versions 1 and 2).
 *
 * A record is a line "URL IP-address date type ... length", so many bytes, and
 * an empty line. The first record describes the file. A URL may have spaces. */
#include <stdio.h>
#include <string.h>

#include "common/base/utf8.h"
#include "corpus/formats/http.h"
#include "corpus/markup/headers.h"

/* Longest line before a record. URLs of archives are under 8 KB. */
#define LINE_MAX_BYTES 16384
/* Digits of a date. */
#define DATE_DIGITS 14
/* Most digits of a length: none is near. */
#define LENGTH_DIGITS 18

static bool arc_detect(struct slice head)
{
    return slice_starts(head, "filedesc://");
}

struct arc_line {
    struct slice url, date, type;
    uint64_t length;
};

static bool is_number(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] < '0' || word.data[i] > '9')
            return false;
    return word.len > 0;
}

/* Takes the last word of a line. */
static struct slice last_word(struct slice *line)
{
    size_t n = line->len;
    while (n > 0 && line->data[n - 1] != ' ')
        n--;
    const struct slice word = {line->data + n, line->len - n};
    *line = slice_trim((struct slice){line->data, n});
    return word;
}

/* Reads a line before a record; false if it is none. */
static bool read_line(struct slice line, struct arc_line *out)
{
    line = slice_trim(line);
    const struct slice length = last_word(&line);
    if (!is_number(length) || length.len > LENGTH_DIGITS)
        return false;
    out->length = 0;
    for (size_t i = 0; i < length.len; i++)
        out->length = out->length * 10 + (uint64_t)(length.data[i] - '0');
    struct slice word = last_word(&line);
    out->type = word;
    while (line.len && !(word.len == DATE_DIGITS && is_number(word))) {
        out->type = word;
        word = last_word(&line);
    }
    if (word.len != DATE_DIGITS || !is_number(word))
        return false;
    out->date = word;
    last_word(&line); /* the address of the server */
    out->url = line;
    return line.len > 0 && memchr(line.data, ':', line.len);
}

/* The line that the input stands at, without its end; *have is all that is
 * there. */
static int peek_line(struct input *in, struct slice *line, struct slice *have,
                     struct nh_error *err)
{
    int rc = input_look(in, LINE_MAX_BYTES, have, err);
    if (rc != NH_OK)
        return rc;
    const char *end = have->len ? memchr(have->data, '\n', have->len) : NULL;
    *line = (struct slice){have->data,
                           end ? (size_t)(end - have->data) : have->len};
    return NH_OK;
}

/* Moves to the next record and reads its line, of *head bytes. 1; 0 at the end;
 * NH_EDATA if something else stood before it. */
static int find_record(struct input *in, struct arc_line *line, size_t *head,
                       struct nh_error *err)
{
    struct slice text, have;
    bool lost = false;
    for (;;) {
        int rc = peek_line(in, &text, &have, err);
        if (rc != NH_OK)
            return rc;
        if (have.len == 0)
            return lost ? NH_EDATA : 0;
        *head = text.len + (text.len < have.len);
        if (read_line(text, line))
            return lost ? NH_EDATA : 1;
        if (slice_trim(text).len && !lost) {
            lost = true;
            error_set_at(err, NH_EDATA, in->offset,
                         "there is no record where one should begin");
        }
        input_skip(in, *head);
    }
}

/* Whether a record has a page in it. */
static bool is_wanted(const struct arc_line *line, struct slice block)
{
    return slice_starts(block, "HTTP/") ? http_has_page(block)
                                        : http_is_page(line->type);
}

static int cut_short(struct input *in, struct nh_error *err)
{
    error_set_at(err, NH_EDATA, in->offset, "the file ends inside a record");
    return input_give_up(in, NH_EDATA);
}

/* Whether the file went through something that changed its line ends, so that
 * no length holds: the fields of an answer end with CR and LF. */
static bool lost_line_ends(struct slice block)
{
    return slice_starts(block, "HTTP/") &&
           !memchr(block.data, '\r', headers_length(block));
}

/* Distance to the next line that a record begins with, or to the end of the
 * file, from the line at `from` on. An error, or NH_OK. */
static int find_next(struct input *in, size_t from, size_t *at,
                     struct nh_error *err)
{
    struct arc_line line;
    struct slice have;
    for (;;) {
        size_t end;
        int found = input_find(in, "\n", from, &end, err);
        int rc = found < 0 ? found : input_peek(in, end, &have, err);
        if (rc != NH_OK)
            return rc;
        const bool begins =
            read_line((struct slice){have.data + from, end - from}, &line);
        *at = begins ? from : end;
        if (begins || found == 0)
            return NH_OK;
        from = end + 1;
    }
}

/* The record behind a line of `head` bytes: 1 if it has a page; 0 if not, it is
 * left behind then. Else an error. */
static int read_record(struct input *in, const struct arc_line *line,
                       size_t head, struct slice *record, struct nh_error *err)
{
    struct slice have;
    int rc = input_look(in, head + LINE_MAX_BYTES, &have, err);
    if (rc != NH_OK)
        return rc;
    if (arc_detect(have)) { /* of the file: its length is often wrong */
        size_t end = 0;
        rc = find_next(in, head, &end, err);
        input_skip(in, rc == NH_OK ? end : head);
        return rc;
    }
    const struct slice block = {have.data + head, have.len - head};
    const bool wanted = is_wanted(line, block), loose = lost_line_ends(block);
    size_t length = head;
    if (loose)
        rc = find_next(in, head, &length, err);
    else if (line->length <= INPUT_RECORD_MAX - head)
        length += (size_t)line->length;
    else if (wanted)
        rc = error_set_at(err, NH_EDATA, in->offset,
                          "a page is longer than %zu MiB",
                          INPUT_RECORD_MAX >> 20);
    if (!wanted || rc == NH_EDATA) {
        struct nh_error later;
        const int passed =
            input_pass(in, loose ? length : head + line->length, &later);
        if (passed == 0 && rc == NH_OK)
            return cut_short(in, err);
        if (passed < 0 && err)
            *err = later;
        return passed < 0 ? passed : rc;
    }
    if (rc == NH_OK)
        rc = input_look(in, length, &have, err);
    if (rc != NH_OK)
        return rc;
    *record = input_take(in, have.len < length ? have.len : length);
    return 1;
}

static int arc_split(struct input *in, struct slice *record, uint64_t *offset,
                     struct nh_error *err)
{
    struct arc_line line;
    size_t head = 0;
    for (;;) {
        int rc = input_pass(in, 0, err);
        *offset = in->offset;
        if (rc == 1)
            rc = find_record(in, &line, &head, err);
        if (rc != 1)
            return rc;
        *offset = in->offset;
        rc = read_record(in, &line, head, record, err);
        if (rc != 0)
            return rc;
    }
}

static int arc_parse(struct parse_context *ctx, struct slice record,
                     struct article *out, struct nh_error *err)
{
    struct arc_line line;
    char date[DATE_DIGITS + 8];
    const char *end = record.len ? memchr(record.data, '\n', record.len) : NULL;
    const size_t head = end ? (size_t)(end - record.data) + 1 : record.len;
    if (!read_line((struct slice){record.data, head}, &line))
        return error_set_at(err, NH_EDATA, 0, "there is no page in it");
    const struct slice block = {record.data + head, record.len - head};
    if (!utf8_valid(line.url.data, line.url.len))
        line.url.len = 0;
    int rc = slice_starts(block, "HTTP/")
                 ? http_article(ctx, block, line.url, out, err)
                 : html_article(ctx, block, NULL, line.url, out, err);
    if (block.len < line.length && !lost_line_ends(block))
        article_damaged(out, "the file ends inside the page");
    /* When it was fetched, for want of better. */
    const char *d = line.date.data;
    snprintf(date, sizeof date, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", d, d + 4,
             d + 6, d + 8, d + 10, d + 12);
    xml_set_date(out, slice_of(date));
    return rc;
}

const struct reader reader_arc = {
    "arc",     "web archives before WARC (ARC): the articles on pages in them",
    false,     arc_detect,
    arc_split, arc_parse};
