/* Owns output for people. Promises that nothing from an article reaches the
 * terminal as a control sequence. */
#include <inttypes.h>
#include <string.h>

#include "cli/output/output.h"

/* Names of a kind that are shown with a hit. */
#define NAMES_SHOWN 5

static void put_list(struct buf *out, const char *label,
                     const struct nh_list *list, const char *before)
{
    if (list->count == 0)
        return;
    buf_printf(out, "%s%s: ", before, label);
    for (size_t i = 0; i < list->count && i < NAMES_SHOWN; i++) {
        if (i > 0)
            buf_append_str(out, ", ");
        output_clean(out, list->items[i], false);
    }
    if (list->count > NAMES_SHOWN)
        buf_printf(out, " and %zu more", list->count - NAMES_SHOWN);
}

static void put_snippet(struct buf *out, const struct nh_snippet *s,
                        bool colour)
{
    size_t at = 0;
    if (s->text.len == 0)
        return;
    buf_append_str(out, s->cut_before ? "    ... " : "    ");
    for (size_t i = 0; i < s->highlight_count; i++) {
        const struct nh_span *h = &s->highlights[i];
        struct nh_string before = {s->text.data + at, h->start - at};
        struct nh_string match = {s->text.data + h->start, h->len};
        output_clean(out, before, false);
        buf_append_str(out, colour ? "\033[1m" : "");
        output_clean(out, match, false);
        buf_append_str(out, colour ? "\033[0m" : "");
        at = h->start + h->len;
    }
    output_clean(out, (struct nh_string){s->text.data + at, s->text.len - at},
                 false);
    buf_append_str(out, s->cut_after ? " ...\n" : "\n");
}

static void put_hit(struct buf *out, const struct nh_hit *hit, bool colour)
{
    buf_printf(out, "%3" PRIu32 " %s", hit->rank, colour ? "\033[1m" : "");
    output_clean(
        out, hit->title.len ? hit->title : (struct nh_string){"(no title)", 10},
        false);
    buf_printf(out, "%s\n    ", colour ? "\033[0m" : "");
    if (hit->date.len) {
        output_clean(out, hit->date, false);
        buf_append_str(out, "  ");
    }
    if (hit->source.len) {
        output_clean(out, hit->source, false);
        buf_append_str(out, "  ");
    }
    buf_append_byte(out, '[');
    output_clean(out, hit->id, false);
    buf_append_byte(out, ']');
    if (hit->copies)
        buf_printf(out, "  and %zu %s", hit->copies,
                   hit->copies == 1 ? "copy" : "copies");
    buf_append_byte(out, '\n');
    put_snippet(out, &hit->snippet, colour);
    const char *first = "    ";
    const struct {
        const char *label;
        const struct nh_list *list;
    } lists[] = {
        {"person", &hit->person}, {"org", &hit->org}, {"place", &hit->place}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        put_list(out, lists[i].label, lists[i].list, first);
        if (lists[i].list->count)
            first = "; ";
    }
    buf_append_str(out, first[0] == ';' ? "\n\n" : "\n");
}

static int put_hits(struct buf *out, const struct output_page *page,
                    size_t first, size_t count, struct nh_error *err)
{
    for (size_t i = first; i < first + count; i++) {
        const struct nh_hit *hit;
        int rc = nh_results_hit(&hit, page->results, i, err);
        if (rc != NH_OK)
            return rc;
        put_hit(out, hit, page->colour);
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
                   g->articles == 1 ? "" : "s");
        rc = put_hits(out, page, g->first, g->count, err);
    }
    if (all)
        buf_printf(out, "%" PRIu64 " group%s, ", all, all == 1 ? "" : "s");
    return rc;
}

static void put_facets(struct buf *out, const struct output_page *page)
{
    const struct nh_facet *facets;
    size_t count = nh_results_facets(&facets, page->results);
    for (size_t i = 0; i < count; i++) {
        const struct nh_facet *f = &facets[i];
        buf_printf(out, "%s: %" PRIu64 " value%s in %" PRIu64 " article%s\n",
                   f->field.data, f->distinct, f->distinct == 1 ? "" : "s",
                   f->articles, f->articles == 1 ? "" : "s");
        for (size_t k = 0; k < f->count; k++) {
            buf_printf(out, "%8" PRIu64 "  ", f->values[k].count);
            output_clean(out, f->values[k].text, false);
            buf_append_byte(out, '\n');
        }
    }
}

int output_page_text(struct buf *out, const struct output_page *page,
                     struct nh_error *err)
{
    struct nh_total total;
    total = *nh_results_total(page->results);
    size_t count = nh_results_count(page->results);
    if (page->qid)
        buf_printf(out, "== %s\n", page->qid);
    int rc = page->groups ? put_groups(out, page, err)
                          : put_hits(out, page, 0, count, err);
    if (rc != NH_OK)
        return rc;
    buf_printf(out, "%s%" PRIu64 " article%s", total.exact ? "" : "about ",
               total.value, total.value == 1 ? "" : "s");
    if (count && count < total.value && !page->offset && !page->groups)
        buf_printf(out, ", the first %zu shown", count);
    buf_printf(out, " (%.1f ms)\n", page->elapsed_ms);
    put_facets(out, page);
    if (*page->notice) {
        output_clean(
            out, (struct nh_string){page->notice, strlen(page->notice)}, false);
        buf_append_byte(out, '\n');
    }
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

void output_article_text(struct buf *out, const struct nh_article_view *view)
{
    const struct nh_hit *a = view->hit;
    output_clean(out, a->title, false);
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
    output_clean(out, view->body, true);
    if (view->body.len && view->body.data[view->body.len - 1] != '\n')
        buf_append_byte(out, '\n');
}
