/* Owns the JSON of results and articles; doc/json-output.md describes it. */
#include <inttypes.h>

#include "cli/output.h"
#include "common/json_out.h"

#define JSON_VERSION 1

static struct slice slice_from(struct nh_string s)
{
    return (struct slice){s.data, s.len};
}

static void put_optional(struct buf *out, const char *key, struct nh_string s)
{
    json_key(out, key);
    if (s.len)
        json_string(out, slice_from(s));
    else
        buf_append_str(out, "null");
}

static void put_list(struct buf *out, const char *key,
                     const struct nh_list *list)
{
    json_key(out, key);
    buf_append_byte(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        json_comma(out);
        json_string(out, slice_from(list->items[i]));
    }
    buf_append_byte(out, ']');
}

/* Code points in the first n bytes. */
static size_t code_points(struct nh_string s, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)s.data[i] & 0xC0) != 0x80;
    return count;
}

static void put_snippet(struct buf *out, const struct nh_snippet *s)
{
    json_key(out, "snippet");
    buf_append_byte(out, '{');
    json_member(out, "text", slice_from(s->text));
    json_key(out, "highlights");
    buf_append_byte(out, '[');
    for (size_t i = 0; i < s->highlight_count; i++) {
        size_t start = s->highlights[i].start;
        json_comma(out);
        buf_printf(out, "[%zu,%zu]", code_points(s->text, start),
                   code_points(s->text, start + s->highlights[i].len));
    }
    buf_append_str(out, "]}");
}

static void put_hit(struct buf *out, const struct nh_hit *hit, const char *qid)
{
    buf_append_byte(out, '{');
    if (qid)
        json_member(out, "qid", slice_of(qid));
    json_key(out, "rank");
    buf_printf(out, "%" PRIu32, hit->rank);
    json_member(out, "id", slice_from(hit->id));
    json_key(out, "score");
    buf_printf(out, "%.9f", hit->score);
    json_member(out, "title", slice_from(hit->title));
    put_optional(out, "date", hit->date);
    put_optional(out, "source", hit->source);
    put_optional(out, "url", hit->url);
    put_snippet(out, &hit->snippet);
    put_list(out, "person", &hit->person);
    put_list(out, "org", &hit->org);
    put_list(out, "place", &hit->place);
    buf_append_byte(out, '}');
}

int output_page_json(struct buf *out, const struct output_page *page,
                     struct nh_error *err)
{
    struct nh_total total;
    nh_results_total(page->results, &total);
    buf_append_byte(out, '{');
    json_key(out, "version");
    buf_printf(out, "%d", JSON_VERSION);
    if (page->qid)
        json_member(out, "qid", slice_of(page->qid));
    json_member(out, "query", (struct slice){page->query, page->query_len});
    json_key(out, "total");
    buf_printf(out, "%" PRIu64, total.value);
    json_key(out, "exact");
    buf_append_str(out, total.exact ? "true" : "false");
    put_optional(out, "notice",
                 (struct nh_string){page->notice, slice_of(page->notice).len});
    json_key(out, "elapsed_ms");
    buf_printf(out, "%.3f", page->elapsed_ms);
    json_key(out, "hits");
    buf_append_byte(out, '[');
    for (size_t i = 0; i < nh_results_count(page->results); i++) {
        const struct nh_hit *hit;
        int rc = nh_results_hit(page->results, i, &hit, err);
        if (rc != NH_OK)
            return rc;
        if (i > 0)
            buf_append_byte(out, ',');
        put_hit(out, hit, NULL);
        output_drain(out, page);
    }
    buf_append_str(out, "]}\n");
    return NH_OK;
}

int output_page_jsonl(struct buf *out, const struct output_page *page,
                      struct nh_error *err)
{
    for (size_t i = 0; i < nh_results_count(page->results); i++) {
        const struct nh_hit *hit;
        int rc = nh_results_hit(page->results, i, &hit, err);
        if (rc != NH_OK)
            return rc;
        put_hit(out, hit, page->qid);
        buf_append_byte(out, '\n');
        output_drain(out, page);
    }
    return NH_OK;
}

static void put_present(struct buf *out, const char *key, struct nh_string s)
{
    if (s.len)
        json_member(out, key, slice_from(s));
}

static void put_many(struct buf *out, const char *key,
                     const struct nh_list *list)
{
    if (list->count)
        put_list(out, key, list);
}

void output_article_json(struct buf *out, const struct nh_article_view *view)
{
    const struct nh_hit *a = &view->hit;
    buf_append_byte(out, '{');
    json_member(out, "id", slice_from(a->id));
    json_member(out, "title", slice_from(a->title));
    put_present(out, "date", a->date);
    put_present(out, "source", a->source);
    put_many(out, "author", &a->author);
    put_present(out, "url", a->url);
    put_present(out, "section", a->section);
    put_many(out, "topic", &a->topic);
    put_present(out, "lang", a->language);
    put_many(out, "person", &a->person);
    put_many(out, "org", &a->org);
    put_many(out, "place", &a->place);
    json_member(out, "body", slice_from(view->body));
    buf_append_str(out, "}\n");
}
