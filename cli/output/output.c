/* Owns the table of output formats, and those of one line a hit. */
#include "cli/output/output.h"
#include "cli/plural.h"
#include "cli/visible.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* A page is printed in pieces of about so many bytes. */
#define DRAIN_BYTES ((size_t)1 << 20)

void output_drain(struct buf *out, const struct output_page *page)
{
    if (out->failed || out->len < DRAIN_BYTES || page->waits)
        return;
    fwrite(out->data, 1, out->len, stdout); /* errors: command_finish */
    buf_reset(out);
    nh_results_forget(page->results);
}

void output_id(struct buf *out, struct nh_string id)
{
    for (size_t i = 0; i < id.len; i++) {
        const unsigned char c = (unsigned char)id.data[i];
        if (c <= ' ' || c == 0x7f)
            buf_printf(out, "%%%02X", c);
        else
            buf_append_byte(out, c);
    }
}

/* An id whose escapes %00 to %20 and %7F are what they stand for. */
static void undo_id(const char *id, struct buf *out)
{
    static const char digits[] = "0123456789ABCDEF";
    for (const char *p = id; *p; p++) {
        const char *high = p[0] == '%' && p[1] ? strchr(digits, p[1]) : NULL;
        const char *low = high && p[2] ? strchr(digits, p[2]) : NULL;
        const long c = low ? (high - digits) * 16 + (low - digits) : 0x100;
        if (c <= ' ' || c == 0x7f)
            p += 2;
        buf_append_byte(out, c <= ' ' || c == 0x7f ? (uint8_t)c : (uint8_t)*p);
    }
}

int output_article_open(nh_article **out, nh_index *index, const char *id,
                        struct nh_error *err)
{
    struct buf plain = BUF_INIT;
    int rc = nh_article_open(out, index, id, strlen(id), err);
    if (rc != NH_ENOTFOUND || !strchr(id, '%'))
        return rc;
    undo_id(id, &plain);
    if (plain.failed)
        rc = error_nomem(err);
    else if (plain.len < strlen(id))
        rc = nh_article_open(out, index, plain.data, plain.len, err);
    buf_release(&plain);
    return rc;
}

static int page_ids(struct buf *out, const struct output_page *page,
                    struct nh_error *err)
{
    for (size_t i = 0; i < nh_results_count(page->results); i++) {
        struct nh_string id;
        double score;
        int rc = nh_results_id(&id, &score, page->results, i, err);
        if (rc != NH_OK)
            return rc;
        if (page->qid)
            buf_printf(out, "%s\t", page->qid);
        if (page->end)
            output_id(out, id);
        else
            buf_append(out, id.data, id.len);
        buf_append_byte(out, (uint8_t)page->end);
        output_drain(out, page);
    }
    return NH_OK;
}

/* TREC's format wants scores that fall with the rank; where nothing is ranked
 * they are made from the rank. */
static int page_trec(struct buf *out, const struct output_page *page,
                     struct nh_error *err)
{
    size_t count = nh_results_count(page->results);
    for (size_t i = 0; i < count; i++) {
        struct nh_string id;
        double score;
        int rc = nh_results_id(&id, &score, page->results, i, err);
        if (rc != NH_OK)
            return rc;
        if (score == 0)
            score = 1.0 / (double)(i + 1);
        buf_printf(out, "%s Q0 ", page->qid ? page->qid : "1");
        output_id(out, id);
        buf_printf(out, " %zu %.9f newshound%c", i + 1, score, page->end);
        output_drain(out, page);
    }
    return NH_OK;
}

static void put_cell(struct buf *out, struct nh_string text)
{
    output_clean(out, text, false);
    buf_append_byte(out, '\t');
}

static int page_tsv(struct buf *out, const struct output_page *page,
                    struct nh_error *err)
{
    for (size_t i = 0; i < nh_results_count(page->results); i++) {
        const struct nh_hit *hit;
        int rc = nh_results_hit(&hit, page->results, i, err);
        if (rc != NH_OK)
            return rc;
        if (page->qid)
            buf_printf(out, "%s\t", page->qid);
        buf_printf(out, "%" PRIu32 "\t%.4f\t", hit->rank, hit->score);
        output_id(out, hit->id);
        buf_append_byte(out, '\t');
        put_cell(out, hit->date);
        put_cell(out, hit->source);
        output_clean(out, hit->title, false);
        buf_append_byte(out, (uint8_t)page->end);
        output_drain(out, page);
    }
    return NH_OK;
}

static const struct output_format formats[] = {
    {"text", true, false, true, false, NULL, output_page_text},
    {"json", true, true, false, false, output_error_json, output_page_json},
    {"jsonl", false, true, false, true, NULL, output_page_jsonl},
    {"tsv", false, false, false, true, NULL, page_tsv},
    {"trec", false, false, false, true, NULL, page_trec},
    {"ids", false, false, false, true, NULL, page_ids}};

const struct output_format *output_format_named(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

/* ---- Explanations. */

static int put_scores(struct buf *out, const struct output_page *page, size_t i,
                      struct nh_error *err)
{
    const struct nh_term_score *terms;
    struct nh_string id;
    size_t count;
    double recency, score;
    int rc = nh_results_id(&id, &score, page->results, i, err);
    if (rc == NH_OK)
        rc = nh_results_scores(&terms, &count, &recency, page->results, i, err);
    if (rc != NH_OK)
        return rc;
    output_clean(out, id, false);
    buf_printf(out, ": %.4f", score);
    for (size_t k = 0; k < count; k++) {
        buf_printf(out, "%s%.4f ", k ? " + " : " = ", terms[k].score);
        output_clean(out, terms[k].term, false);
        buf_printf(out, " (%" PRIu32 " time%s, in %" PRIu32 " article%s)",
                   terms[k].count, plural(terms[k].count), terms[k].articles,
                   plural(terms[k].articles));
    }
    if (recency < 1)
        buf_printf(out, ", times %.4f for its age", recency);
    buf_append_byte(out, '\n');
    return NH_OK;
}

int output_explain(struct buf *out, const struct output_page *page,
                   struct nh_error *err)
{
    int rc = NH_OK;
    buf_append_str(out, "query\n");
    output_clean(out, nh_results_tree(page->results), true);
    buf_append_str(out, "plan\n");
    output_clean(out, nh_results_plan(page->results), true);
    buf_append_str(out, "\nscores\n");
    for (size_t i = 0; rc == NH_OK && i < nh_results_count(page->results); i++)
        rc = put_scores(out, page, i, err);
    return rc;
}

/* Appends `sign` for each column that text [from, to) takes on a terminal, as
 * output_clean shows it; the first one is `first`. Of wide characters there are
 * two, of marks that stand on others none. */
static void put_columns(struct buf *out, struct nh_string text, size_t from,
                        size_t to, char first, char sign)
{
    struct buf shown = BUF_INIT;
    to = to < text.len ? to : text.len;
    if (from < to)
        visible_put(&shown, text.data + from, to - from, false);
    for (size_t i = 0; i < shown.len;) {
        utf8proc_int32_t c;
        const utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)shown.data + i,
                             (utf8proc_ssize_t)(shown.len - i), &c);
        const int columns = n > 0 ? utf8proc_charwidth(c) : 1;
        for (int k = 0; k < columns; k++, first = sign)
            buf_append_byte(out, (uint8_t)first);
        i += n > 0 ? (size_t)n : 1;
    }
    out->failed = out->failed || shown.failed;
    buf_release(&shown);
}

void output_caret(struct buf *out, struct nh_string query, size_t offset,
                  size_t length)
{
    buf_append_str(out, "  ");
    output_clean(out, query, false);
    buf_append_str(out, "\n  ");
    put_columns(out, query, 0, offset, ' ', ' ');
    const size_t before = out->len;
    put_columns(out, query, offset, offset + length, '^', '~');
    if (out->len == before) /* an empty place */
        buf_append_byte(out, '^');
    buf_append_byte(out, '\n');
}

void output_clean(struct buf *out, struct nh_string text, bool lines)
{
    visible_put(out, text.data, text.len, lines);
}
