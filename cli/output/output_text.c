/* Owns output for people. Promises that nothing from an article reaches the
 * terminal as a control sequence. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output/output.h"
#include "cli/output/terminal.h"
#include "cli/plural.h"

/* Names of a kind that are shown with a hit. */
#define NAMES_SHOWN 5

/* Blanks before every line of a hit but the first. */
#define INDENT 4

static void put_list(struct buf *out, const char *label,
                     const struct nh_list *list)
{
    if (list->count == 0)
        return;
    buf_printf(out, "%s%s: ", out->len ? "; " : "", label);
    for (size_t i = 0; i < list->count && i < NAMES_SHOWN; i++) {
        buf_append_str(out, i ? ", " : "");
        buf_append(out, list->items[i].data, list->items[i].len);
    }
    if (list->count > NAMES_SHOWN)
        buf_printf(out, " and %zu more", list->count - NAMES_SHOWN);
}

static void put_lists(struct buf *out, const struct nh_hit *hit, unsigned width)
{
    struct layout l = {width, INDENT, INDENT, false};
    struct buf line = BUF_INIT;
    put_list(&line, "person", &hit->person);
    put_list(&line, "org", &hit->org);
    put_list(&line, "place", &hit->place);
    if (line.len) {
        buf_append_str(out, "    ");
        layout_put(out, &l, (struct nh_string){line.data, line.len}, NULL, 0);
        buf_append_byte(out, '\n');
    }
    buf_append_byte(out, '\n');
    out->failed = out->failed || line.failed;
    buf_release(&line);
}

static void put_plain(struct buf *out, struct layout *l, const char *text)
{
    layout_put(out, l, (struct nh_string){text, strlen(text)}, NULL, 0);
}

static void put_snippet(struct buf *out, const struct nh_snippet *s,
                        const struct output_page *page)
{
    struct layout l = {page->width, INDENT, INDENT, page->colour};
    if (s->text.len == 0)
        return;
    buf_append_str(out, "    ");
    put_plain(out, &l, s->cut_before ? "... " : "");
    layout_put(out, &l, s->text, s->highlights, s->highlight_count);
    put_plain(out, &l, s->cut_after ? " ..." : "");
    buf_append_byte(out, '\n');
}

/* Appends date, source and id; the id goes to a line of its own where the
 * terminal is too narrow for all. It is never cut: people copy it. */
static void put_where(struct buf *out, const struct nh_hit *hit, unsigned width)
{
    size_t column = INDENT;
    const struct nh_string *const parts[] = {&hit->date, &hit->source};
    buf_append_str(out, "    ");
    for (size_t i = 0; i < 2; i++) {
        if (parts[i]->len == 0)
            continue;
        output_clean(out, *parts[i], false);
        buf_append_str(out, "  ");
        column += terminal_columns(*parts[i]) + 2;
    }
    if (width && column > INDENT &&
        column + terminal_columns(hit->id) + 2 > width)
        buf_append_str(out, "\n    ");
    buf_append_byte(out, '[');
    output_clean(out, hit->id, false);
    buf_append_byte(out, ']');
    if (hit->copies)
        buf_printf(out, "  and %zu %s", hit->copies,
                   hit->copies == 1 ? "copy" : "copies");
    buf_append_byte(out, '\n');
}

static void put_hit(struct buf *out, const struct nh_hit *hit,
                    const struct output_page *page)
{
    buf_printf(out, "%3" PRIu32 " %s", hit->rank,
               page->colour ? "\033[1m" : "");
    layout_trim(out, hit->heading, page->width ? page->width - INDENT : 0);
    buf_printf(out, "%s\n", page->colour ? "\033[0m" : "");
    put_where(out, hit, page->width);
    put_snippet(out, &hit->snippet, page);
    put_lists(out, hit, page->width);
}

static int put_hits(struct buf *out, const struct output_page *page,
                    size_t first, size_t count, struct nh_error *err)
{
    for (size_t i = first; i < first + count; i++) {
        const struct nh_hit *hit;
        int rc = nh_results_hit(&hit, page->results, i, err);
        if (rc != NH_OK)
            return rc;
        put_hit(out, hit, page);
        output_drain(out, page);
    }
    return NH_OK;
}

static int put_groups(struct buf *out, const struct output_page *page,
                      struct nh_error *err)
{
    const struct nh_group *groups;
    uint64_t all;
    int rc = NH_OK;
    size_t count = nh_results_groups(&groups, &all, page->results);
    for (size_t i = 0; rc == NH_OK && i < count; i++) {
        const struct nh_group *g = &groups[i];
        buf_append_str(out, page->colour ? "\033[1m" : "");
        output_clean(out,
                     g->value.len ? g->value : (struct nh_string){"(none)", 6},
                     false);
        buf_printf(out, "%s  %" PRIu64 " article%s\n",
                   page->colour ? "\033[0m" : "", g->articles,
                   plural(g->articles));
        rc = put_hits(out, page, g->first, g->count, err);
    }
    if (all)
        buf_printf(out, "%" PRIu64 " group%s, ", all, plural(all));
    return rc;
}

static void put_facets(struct buf *out, const struct output_page *page)
{
    const struct nh_facet *facets;
    size_t count = nh_results_facets(&facets, page->results);
    for (size_t i = 0; i < count; i++) {
        const struct nh_facet *f = &facets[i];
        buf_printf(out, "%s: %" PRIu64 " value%s in %" PRIu64 " article%s\n",
                   f->field.data, f->distinct, plural(f->distinct), f->articles,
                   plural(f->articles));
        for (size_t k = 0; k < f->count; k++) {
            buf_printf(out, "%8" PRIu64 "  ", f->values[k].count);
            output_clean(out, f->values[k].text, false);
            buf_append_byte(out, '\n');
        }
    }
}

/* What was done to the query comes before what it found. */
static void put_notice(struct buf *out, const struct output_page *page)
{
    if (!*page->notice)
        return;
    output_clean(out, (struct nh_string){page->notice, strlen(page->notice)},
                 false);
    buf_append_byte(out, '\n');
}

int output_page_text(struct buf *out, const struct output_page *page,
                     struct nh_error *err)
{
    struct nh_total total;
    total = *nh_results_total(page->results);
    size_t count = nh_results_count(page->results);
    if (page->qid)
        buf_printf(out, "== %s\n", page->qid);
    put_notice(out, page);
    int rc = page->groups ? put_groups(out, page, err)
                          : put_hits(out, page, 0, count, err);
    if (rc != NH_OK)
        return rc;
    buf_printf(out, "%s%s%" PRIu64 " %s%s",
               page->loosened ? "0 articles; " : "",
               total.exact ? "" : "about ", total.value,
               page->loosened ? "with any of the words" : "article",
               page->loosened ? "" : plural(total.value));
    if (count && count < total.value && !page->offset && !page->groups)
        buf_printf(out, ", the first %zu shown", count);
    buf_printf(out, " (%.1f ms)\n", page->elapsed_ms);
    put_facets(out, page);
    struct nh_string suggestion;
    rc = nh_results_suggestion(&suggestion, page->results, err);
    if (rc == NH_OK && suggestion.len) {
        buf_append_str(out, "did you mean: ");
        output_clean(out, suggestion, false);
        buf_append_str(out, " ?\n");
    }
    return rc;
}

static void put_line(struct buf *out, const char *label, struct nh_string s)
{
    if (s.len == 0)
        return;
    buf_printf(out, "%s: ", label);
    output_clean(out, s, false);
    buf_append_byte(out, '\n');
}

static void put_names(struct buf *out, const char *label,
                      const struct nh_list *list)
{
    if (list->count == 0)
        return;
    buf_printf(out, "%s: ", label);
    for (size_t i = 0; i < list->count; i++) {
        buf_append_str(out, i ? "; " : "");
        output_clean(out, list->items[i], false);
    }
    buf_append_byte(out, '\n');
}

/* Appends text as output_clean does, with its marks in bold. */
static void put_marked(struct buf *out, struct nh_string line,
                       const struct nh_span *marks, size_t count, bool lines)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const struct nh_span m = marks[i];
        output_clean(out, (struct nh_string){line.data + at, m.start - at},
                     lines);
        buf_append_str(out, "\033[1m");
        output_clean(out, (struct nh_string){line.data + m.start, m.len},
                     lines);
        buf_append_str(out, "\033[0m");
        at = m.start + m.len;
    }
    output_clean(out, (struct nh_string){line.data + at, line.len - at}, lines);
}

/* Takes from `from` on the marks that begin in the `len` bytes at `at` of a
 * text into `of_line`, counted from there and cut at its end. Returns their
 * number. */
static size_t take_marks(const struct nh_span *marks, size_t count,
                         size_t *from, size_t at, size_t len,
                         struct nh_span *of_line)
{
    size_t n = 0;
    for (; *from < count && marks[*from].start < at + len; ++*from) {
        const size_t start = marks[*from].start - at, left = len - start;
        of_line[n++] = (struct nh_span){
            start, marks[*from].len < left ? marks[*from].len : left};
    }
    return n;
}

/* Appends the body: its lines as they are, long ones broken at the width. False
 * if memory ran out. */
static bool put_body(struct buf *out, struct nh_string body, unsigned width,
                     const struct nh_span *marks, size_t count)
{
    size_t from = 0;
    struct nh_span *of_line = malloc((count + 1) * sizeof *of_line);
    for (size_t at = 0; of_line && at < body.len;) {
        const char *end = memchr(body.data + at, '\n', body.len - at);
        const size_t len = end ? (size_t)(end - body.data) - at : body.len - at;
        const struct nh_string line = {body.data + at, len};
        const size_t n = take_marks(marks, count, &from, at, len, of_line);
        struct layout l = {width, 0, 0, true};
        if (width && terminal_columns(line) > width)
            layout_put(out, &l, line, of_line, n);
        else
            put_marked(out, line, of_line, n, true);
        buf_append_byte(out, '\n');
        at += len + 1;
    }
    free(of_line);
    return of_line != NULL;
}

int output_article_text(struct buf *out, const nh_article *article,
                        unsigned width, nh_results *results,
                        struct nh_error *err)
{
    const struct nh_article_view *view = nh_article_read(article);
    const struct nh_hit *a = view->hit;
    const struct nh_span *marks = NULL;
    size_t count = 0;
    int rc = results
                 ? nh_results_marks(&marks, &count, results, article, 1, err)
                 : NH_OK;
    if (rc != NH_OK)
        return rc;
    put_marked(out, a->title, marks, count, false);
    buf_append_str(out, a->title.len ? "\n\n" : "");
    put_line(out, "id", a->id);
    put_line(out, "date", a->date);
    put_line(out, "source", a->source);
    put_names(out, "author", &a->author);
    put_line(out, "url", a->url);
    put_line(out, "section", a->section);
    put_names(out, "topic", &a->topic);
    put_line(out, "lang", a->language);
    put_names(out, "person", &a->person);
    put_names(out, "org", &a->org);
    put_names(out, "place", &a->place);
    buf_append_byte(out, '\n');
    count = 0;
    if (results)
        rc = nh_results_marks(&marks, &count, results, article, 0, err);
    if (rc == NH_OK && !put_body(out, view->body, width, marks, count))
        rc = error_nomem(err);
    return rc;
}
