/* Owns the JSON of results and articles; doc/user/json-output.md describes it.
 */
#include <inttypes.h>

#include "cli/output/output.h"
#include "common/base/json_out.h"

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

static void put_number(struct buf *out, const char *key, uint64_t value)
{
    json_key(out, key);
    buf_printf(out, "%" PRIu64, value);
}

/* What the score of a hit is made of. */
static int put_scores(struct buf *out, const struct output_page *page, size_t i,
                      struct nh_error *err)
{
    const struct nh_term_score *terms;
    size_t count;
    double recency;
    int rc = nh_results_scores(&terms, &count, &recency, page->results, i, err);
    if (rc != NH_OK)
        return rc;
    json_key(out, "recency");
    buf_printf(out, "%.9f", recency);
    json_key(out, "scores");
    buf_append_byte(out, '[');
    for (size_t k = 0; k < count; k++) {
        json_comma(out);
        buf_append_byte(out, '{');
        json_member(out, "term", slice_from(terms[k].term));
        json_key(out, "score");
        buf_printf(out, "%.11f", terms[k].score);
        put_number(out, "count", terms[k].count);
        put_number(out, "articles", terms[k].articles);
        buf_append_byte(out, '}');
    }
    buf_append_byte(out, ']');
    return NH_OK;
}

/* The articles that a hit stands for. */
static int put_copies(struct buf *out, const struct output_page *page, size_t i,
                      struct nh_error *err)
{
    struct nh_list ids;
    int rc = nh_results_copies(&ids, page->results, i, err);
    if (rc == NH_OK)
        put_list(out, "copies", &ids);
    return rc;
}

static int put_hit(struct buf *out, const struct output_page *page, size_t i,
                   const char *qid, struct nh_error *err)
{
    const struct nh_hit *hit;
    int rc = nh_results_hit(&hit, page->results, i, err);
    if (rc != NH_OK)
        return rc;
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
    if (hit->copies)
        rc = put_copies(out, page, i, err);
    if (rc == NH_OK && page->explain)
        rc = put_scores(out, page, i, err);
    buf_append_byte(out, '}');
    return rc;
}

/* An array of the page's hits [first, first + count). */
static int put_hits(struct buf *out, const struct output_page *page,
                    size_t first, size_t count, struct nh_error *err)
{
    int rc = NH_OK;
    json_key(out, "hits");
    buf_append_byte(out, '[');
    for (size_t i = first; rc == NH_OK && i < first + count; i++) {
        if (i > first)
            buf_append_byte(out, ',');
        rc = put_hit(out, page, i, NULL, err);
        output_drain(out, page);
    }
    buf_append_byte(out, ']');
    return rc;
}

static int put_groups(struct buf *out, const struct output_page *page,
                      struct nh_error *err)
{
    const struct nh_group *groups;
    uint64_t all;
    int rc = NH_OK;
    const size_t count = nh_results_groups(&groups, &all, page->results);
    put_number(out, "groups_total", all);
    json_key(out, "groups");
    buf_append_byte(out, '[');
    for (size_t i = 0; rc == NH_OK && i < count; i++) {
        if (i > 0)
            buf_append_byte(out, ',');
        buf_append_byte(out, '{');
        put_optional(out, "value", groups[i].value);
        put_number(out, "articles", groups[i].articles);
        rc = put_hits(out, page, groups[i].first, groups[i].count, err);
        buf_append_byte(out, '}');
    }
    buf_append_byte(out, ']');
    return rc;
}

static void put_facets(struct buf *out, const struct output_page *page)
{
    const struct nh_facet *facets;
    const size_t count = nh_results_facets(&facets, page->results);
    if (count == 0)
        return;
    json_key(out, "facets");
    buf_append_byte(out, '{');
    for (size_t i = 0; i < count; i++) {
        json_key(out, facets[i].field.data);
        buf_append_byte(out, '{');
        put_number(out, "articles", facets[i].articles);
        put_number(out, "distinct", facets[i].distinct);
        json_key(out, "values");
        buf_append_byte(out, '[');
        for (size_t k = 0; k < facets[i].count; k++) {
            json_comma(out);
            buf_append_byte(out, '{');
            json_member(out, "value", slice_from(facets[i].values[k].text));
            put_number(out, "count", facets[i].values[k].count);
            buf_append_byte(out, '}');
        }
        buf_append_str(out, "]}");
    }
    buf_append_byte(out, '}');
}

/* The dates of the query as days. */
static void put_periods(struct buf *out, const struct output_page *page)
{
    const struct nh_period *periods;
    const size_t count = nh_results_periods(&periods, page->results);
    json_key(out, "dates");
    buf_append_byte(out, '[');
    for (size_t i = 0; i < count; i++) {
        json_comma(out);
        buf_append_byte(out, '{');
        put_number(out, "offset", periods[i].offset);
        put_number(out, "length", periods[i].length);
        put_optional(out, "from", periods[i].from);
        put_optional(out, "to", periods[i].to);
        buf_append_byte(out, '}');
    }
    buf_append_byte(out, ']');
}

int output_page_json(struct buf *out, const struct output_page *page,
                     struct nh_error *err)
{
    struct nh_total total;
    struct nh_string suggestion;
    int rc;
    total = *nh_results_total(page->results);
    const uint64_t any = total.value;
    if (page->loosened)
        total = (struct nh_total){0, 0, 0, 1};
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
    put_number(out, "total_lower", total.lower);
    put_number(out, "total_upper", total.upper);
    if (page->loosened)
        put_number(out, "any_total", any);
    put_optional(out, "notice",
                 (struct nh_string){page->notice, slice_of(page->notice).len});
    rc = nh_results_suggestion(&suggestion, page->results, err);
    if (rc != NH_OK)
        return rc;
    put_optional(out, "suggestion", suggestion);
    put_periods(out, page);
    if (page->explain) {
        json_member(out, "tree", slice_from(nh_results_tree(page->results)));
        json_member(out, "plan", slice_from(nh_results_plan(page->results)));
    }
    json_key(out, "elapsed_ms");
    buf_printf(out, "%.3f", page->elapsed_ms);
    put_facets(out, page);
    rc = page->groups
             ? put_groups(out, page, err)
             : put_hits(out, page, 0, nh_results_count(page->results), err);
    buf_append_str(out, "}\n");
    return rc;
}

void output_error_json(struct buf *out, const char *qid, struct nh_string query,
                       const struct nh_error *err)
{
    /* By -enum nh_code. */
    static const char *const codes[] = {
        "",        "memory", "invalid", "query", "notfound",    "corrupt",
        "version", "locked", "io",      "data",  "unsupported", "internal"};
    const size_t code = (size_t)-err->code;
    buf_append_byte(out, '{');
    json_key(out, "version");
    buf_printf(out, "%d", JSON_VERSION);
    if (qid)
        json_member(out, "qid", slice_of(qid));
    json_member(out, "query", slice_from(query));
    json_key(out, "error");
    buf_append_byte(out, '{');
    json_member(
        out, "code",
        slice_of(code < sizeof codes / sizeof *codes ? codes[code] : ""));
    json_member(out, "message", slice_of(err->message));
    put_optional(out, "hint",
                 (struct nh_string){err->hint, slice_of(err->hint).len});
    if (err->offset != NH_NO_OFFSET) {
        put_number(out, "offset", err->offset);
        put_number(out, "length", err->length);
    }
    buf_append_str(out, "}}\n");
}

int output_page_jsonl(struct buf *out, const struct output_page *page,
                      struct nh_error *err)
{
    int rc = NH_OK;
    const size_t count = nh_results_count(page->results);
    for (size_t i = 0; rc == NH_OK && i < count; i++) {
        rc = put_hit(out, page, i, page->qid, err);
        buf_append_byte(out, (uint8_t)page->end);
        output_drain(out, page);
    }
    return rc;
}

void output_reasons_json(struct buf *out, const char *id,
                         const nh_reasons *reasons)
{
    const size_t count = nh_reasons_count(reasons);
    buf_append_byte(out, '{');
    json_key(out, "version");
    buf_printf(out, "%d", JSON_VERSION);
    json_member(out, "id", slice_of(id));
    json_key(out, "found");
    buf_append_str(out, count ? "false" : "true");
    json_key(out, "reasons");
    buf_append_byte(out, '[');
    for (size_t i = 0; i < count; i++) {
        const struct nh_reason *r = nh_reasons_at(reasons, i);
        json_comma(out);
        buf_append_byte(out, '{');
        put_number(out, "offset", r->offset);
        put_number(out, "length", r->length);
        json_member(out, "text", slice_from(r->text));
        buf_append_byte(out, '}');
    }
    buf_append_str(out, "]}\n");
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

/* The first so many of a list. */
static void put_first(struct buf *out, const char *key,
                      const struct nh_list *list, size_t count)
{
    const struct nh_list first = {list->items, count};
    put_many(out, key, &first);
}

void output_article_json(struct buf *out, const struct nh_article_view *view,
                         bool given, bool plain)
{
    const struct nh_hit *a = view->hit;
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
    put_first(out, "person", &a->person,
              given ? view->given_persons : a->person.count);
    put_first(out, "org", &a->org, given ? view->given_orgs : a->org.count);
    put_first(out, "place", &a->place,
              given ? view->given_places : a->place.count);
    json_member(out, "body", slice_from(view->body));
    buf_append_str(out, plain ? ",\"plain\":true}\n" : "}\n");
}
