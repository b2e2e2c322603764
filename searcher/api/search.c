/* Owns the running of queries and the pages of results.
 * Promises that only articles that satisfy the query are returned, in a fixed
 * order: score or date, then article number. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/sized.h"
#include "searcher/index/index.h"
#include "searcher/match/match.h"
#include "searcher/present/collapse.h"
#include "searcher/present/explain.h"
#include "searcher/present/facets.h"
#include "searcher/present/groups.h"
#include "searcher/present/snippet.h"
#include "searcher/present/suggest.h"
#include "searcher/widen/query_expand.h"

struct nh_results {
    nh_index *index;
    struct nh_search_options options; /* without its strings */
    struct buf text;                  /* of the query, mended if need be */
    struct query query;
    struct highlighter highlighter;
    uint32_t lexicon_age;   /* of the words that the highlighter knows */
    struct arena arena;     /* of the page */
    struct arena hit_arena; /* of the hits that were made */
    struct match_page page;
    struct hidden_copies *hidden; /* of each of the page, or NULL */
    struct nh_hit **hits;         /* made when asked for */
    size_t made_first, made_end;  /* none is outside */
    size_t cursor;                /* of nh_results_next */
    struct buf tree;
    struct plan *plan; /* made when scores are asked for */
    struct nh_string suggestion;
    bool suggested; /* that was made */
    struct nh_period *periods;
    size_t period_count;
    struct nh_facet *facets;
    size_t facet_count;
    struct group_list groups;
};

/* Bytes of struct nh_search_options in version 1.0. */
#define SEARCH_OPTIONS_LEAST                                                   \
    (offsetof(struct nh_search_options, recency) + sizeof(double))

static int read_options(const struct nh_search_options *given,
                        struct nh_search_options *o, struct nh_error *err)
{
    const struct nh_search_options defaults = NH_SEARCH_OPTIONS_INIT;
    *o = defaults;
    int rc = sized_copy(o, sizeof *o, SEARCH_OPTIONS_LEAST, given,
                        "struct nh_search_options", err);
    if (rc != NH_OK)
        return rc;
    if (!o->now)
        o->now = (int64_t)time(NULL);
    if (!o->expand)
        o->expand = NH_EXPAND_DEFAULT;
    if (!o->effort)
        o->effort = NH_EFFORT_DEFAULT;
    if (!(o->recency >= 0) || !isfinite(o->recency))
        return error_set(err, NH_EINVAL, "recency is a number of days");
    return NH_OK;
}

static struct slice optional(const char *s)
{
    return s ? slice_of(s) : (struct slice){"", 0};
}

/* Counts the values of all matches. */
static int make_facets(nh_results *r, const struct nh_search_options *o,
                       struct nh_error *err)
{
    const struct snapshot *s = &r->index->snapshot;
    struct facets f;
    int rc = facets_init(&f, r->index, o->facets, err);
    if (rc == NH_OK)
        rc = facets_expect(&f, r->index, r->page.total.value, err);
    const uint64_t *found = r->page.found;
    const uint32_t first = s->count ? s->segments[0].info->first : 0,
                   last = s->count ? s->segments[s->count - 1].info->last : 0;
    for (uint64_t n = 0; rc == NH_OK && found && n <= last - first; n += 64)
        for (uint64_t bits = found[n / 64]; rc == NH_OK && bits;
             bits &= bits - 1)
            rc = facets_add(
                &f, first + (uint32_t)n + (uint32_t)__builtin_ctzll(bits), err);
    const uint32_t limit = o->facet_limit ? o->facet_limit : NH_FACET_LIMIT;
    if (rc == NH_OK)
        r->facets = arena_alloc(&r->arena, f.count * sizeof *r->facets);
    for (size_t i = 0; rc == NH_OK && i < f.count; i++)
        if (!r->facets ||
            !facet_top(&f.items[i], limit, &r->arena, &r->facets[i]))
            rc = error_nomem(err);
    r->facet_count = rc == NH_OK ? f.count : 0;
    facets_release(&f);
    return rc;
}

/* Whether the query asks for copies, so that all are wanted. */
static bool wants_copies(const struct query_node *n)
{
    if (n->kind == QUERY_FILTER && n->field == FIELD_COPIES)
        return true;
    for (size_t i = 0; n->kind != QUERY_NOT && i < n->count; i++)
        if (wants_copies(n->children[i]))
            return true;
    return false;
}

/* Fills the page with what the query finds. */
static int run(nh_results *r, const struct nh_search_options *given,
               struct nh_error *err)
{
    struct nh_search_options o = *given;
    if (o.group) { /* out of all */
        o.limit = UINT32_MAX;
        o.offset = 0;
        o.flags |= NH_SEARCH_EXACT_TOTAL;
    }
    const bool collapse = (o.flags & NH_SEARCH_COLLAPSE) && !o.group &&
                          o.limit > 0 && !wants_copies(r->query.root);
    int rc = collapse ? collapse_query(&r->page, &r->hidden, r->index,
                                       &r->query, &o, &r->arena, err)
                      : match_query(&r->page, r->index, &r->query, &o, err);
    if (rc != NH_OK)
        return rc;
    if (o.group)
        rc = groups_make(&r->groups, &r->page, r->index, given, &r->arena, err);
    struct buf *notice = &r->query.notice;
    if (r->page.notice.len) {
        buf_append_str(notice, notice->len ? "; " : "");
        buf_append(notice, r->page.notice.data, r->page.notice.len);
    }
    size_t bytes = (r->page.count + 1) * sizeof(struct nh_hit *);
    r->hits = arena_alloc(&r->arena, bytes);
    return rc == NH_OK && (!r->hits || notice->failed) ? error_nomem(err) : rc;
}

static bool put_period_day(nh_results *r, int64_t day, struct nh_string *out)
{
    struct buf text = BUF_INIT;
    if (day != INT64_MIN && day != INT64_MAX)
        date_format((struct nh_date){day * 86400, DATE_DAY}, &text);
    *out = hit_string(&r->arena, (struct slice){text.data, text.len});
    const bool good = out->data && !text.failed;
    buf_release(&text);
    return good;
}

/* Notes the dates of the tree; first only how many there are. */
static bool find_periods(nh_results *r, const struct query_node *n)
{
    bool good = true;
    if (n->kind == QUERY_DATE) {
        if (r->periods) {
            struct nh_period *p = &r->periods[r->period_count];
            p->offset = n->offset;
            p->length = n->length;
            good = put_period_day(r, n->first, &p->from) &&
                   put_period_day(r, n->last, &p->to);
        }
        r->period_count++;
    }
    for (size_t i = 0; good && i < n->count; i++)
        good = find_periods(r, n->children[i]);
    return good;
}

static int make_periods(nh_results *r, struct nh_error *err)
{
    find_periods(r, r->query.root);
    r->periods =
        arena_alloc(&r->arena, (r->period_count + 1) * sizeof *r->periods);
    r->period_count = 0;
    return r->periods && find_periods(r, r->query.root) ? NH_OK
                                                        : error_nomem(err);
}

/* Parses the query into `q`, and its text, mended if need be, into `text`. */
static int parse(struct query *q, struct buf *text, struct slice query,
                 const struct nh_search_options *o, struct nh_error *err)
{
    const int64_t today = date_day_of(o->now);
    int rc;
    if (o->flags & NH_SEARCH_LENIENT) {
        rc = query_parse_lenient(q, query, today, text, err);
    } else {
        buf_append(text, query.data, query.len);
        rc = query_parse(q, query, today, err);
    }
    if (rc == NH_OK && text->failed)
        rc = error_nomem(err);
    return rc == NH_OK ? query_restrict(q, optional(o->since),
                                        optional(o->until), today, err)
                       : rc;
}

int nh_index_search(nh_results **out, nh_index *index, const char *query,
                    size_t len, const struct nh_search_options *options,
                    struct nh_error *err)
{
    struct nh_search_options o;
    *out = NULL;
    int rc = read_options(options, &o, err);
    if (rc == NH_OK)
        rc = snapshot_current(&index->snapshot, err);
    if (rc != NH_OK)
        return rc;
    nh_results *r = calloc(1, sizeof *r);
    if (!r)
        return error_nomem(err);
    r->index = index;
    r->page.total.exact = 1;
    r->options = o;
    r->options.since = r->options.until = NULL;
    r->options.facets = r->options.group = NULL;
    rc = parse(&r->query, &r->text, (struct slice){query, len}, &o, err);
    if (rc == NH_OK)
        rc = query_expand(&r->query, buf_slice(&r->text), index, err);
    if (rc == NH_OK)
        rc = make_periods(r, err);
    if (rc == NH_OK && (o.flags & NH_SEARCH_PLAN)) {
        query_print(r->query.root, &r->tree);
        if (r->tree.failed)
            rc = error_nomem(err);
    }
    if (rc == NH_OK)
        rc = highlighter_init(&r->highlighter, r->query.root, index->stemmer,
                              err);
    if (rc == NH_OK && index->snapshot.count > 0)
        rc = run(r, &o, err);
    if (rc == NH_OK && o.facets)
        rc = make_facets(r, &o, err);
    r->lexicon_age = index->lexicon.age;
    if (rc != NH_OK)
        nh_results_free(r);
    else
        *out = r;
    return rc;
}

void nh_results_free(nh_results *r)
{
    if (!r)
        return;
    query_release(&r->query);
    buf_release(&r->text);
    buf_release(&r->tree);
    plan_release(r->plan);
    free(r->plan);
    highlighter_release(&r->highlighter);
    arena_release(&r->arena);
    arena_release(&r->hit_arena);
    match_page_release(&r->page);
    free(r);
}

size_t nh_results_count(const nh_results *r)
{
    return r->page.count;
}

const struct nh_total *nh_results_total(const nh_results *r)
{
    return &r->page.total;
}

struct nh_string nh_results_notice(const nh_results *r)
{
    const struct buf *b = &r->query.notice;
    return b->len ? (struct nh_string){b->data, b->len}
                  : (struct nh_string){"", 0};
}

struct nh_string nh_results_plan(const nh_results *r)
{
    return r->page.plan ? (struct nh_string){r->page.plan, strlen(r->page.plan)}
                        : (struct nh_string){"", 0};
}

struct nh_string nh_results_tree(const nh_results *r)
{
    return r->tree.len ? (struct nh_string){r->tree.data, r->tree.len}
                       : (struct nh_string){"", 0};
}

size_t nh_results_periods(const struct nh_period **periods, const nh_results *r)
{
    *periods = r->periods;
    return r->period_count;
}

size_t nh_results_facets(const struct nh_facet **facets, const nh_results *r)
{
    *facets = r->facets;
    return r->facet_count;
}

size_t nh_results_groups(const struct nh_group **groups, uint64_t *all,
                         const nh_results *r)
{
    *groups = r->groups.items;
    *all = r->groups.all;
    return r->groups.count;
}

/* Counts the matches of a query for suggest. */
static int count_found(uint64_t *total, nh_index *index, struct slice query,
                       const struct nh_search_options *o, struct nh_error *err)
{
    struct nh_search_options count = *o;
    nh_results *r;
    count.limit = count.offset = 0;
    count.flags = 0;
    count.facets = count.group = NULL;
    const int rc =
        nh_index_search(&r, index, query.data, query.len, &count, err);
    if (rc == NH_OK)
        *total = nh_results_total(r)->value;
    nh_results_free(r);
    return rc;
}

int nh_results_suggestion(struct nh_string *query, nh_results *r,
                          struct nh_error *err)
{
    int rc = NH_OK;
    if (!r->suggested) {
        r->suggestion = (struct nh_string){"", 0};
        if (r->index->snapshot.count > 0)
            rc = suggest(r->index, &r->query,
                         (struct slice){r->text.data, r->text.len}, &r->options,
                         count_found, &r->arena, &r->suggestion, err);
        r->suggested = rc == NH_OK;
    }
    *query = r->suggestion;
    return rc;
}

int nh_results_can_loosen(const nh_results *r)
{
    return r->page.can_loosen;
}

/* Reads the words of a text for the highlighter, into index->words. */
static int read_words(nh_results *r, struct slice text, struct nh_error *err)
{
    nh_index *index = r->index;
    lexicon_trim(&index->lexicon);
    if (r->lexicon_age != index->lexicon.age) {
        highlighter_forget(&r->highlighter);
        r->lexicon_age = index->lexicon.age;
    }
    index->words.count = 0;
    return lexicon_analyse(&index->lexicon, text, &index->words, err);
}

int nh_results_marks(const struct nh_span **marks, size_t *count, nh_results *r,
                     const nh_article *article, int in_title,
                     struct nh_error *err)
{
    const struct nh_article_view *view = nh_article_read(article);
    const struct nh_string text = in_title ? view->hit->title : view->body;
    const int rc = read_words(r, (struct slice){text.data, text.len}, err);
    if (rc != NH_OK)
        return rc;
    return highlighter_marks(marks, count, &r->highlighter, &r->index->lexicon,
                             &r->index->words, &r->arena)
               ? NH_OK
               : error_nomem(err);
}

static int make_snippet(nh_results *r, struct nh_hit *hit, struct nh_error *err)
{
    nh_index *index = r->index;
    int rc = read_words(r, index->article.body, err);
    if (rc == NH_OK &&
        !snippet_make(&hit->snippet, &r->highlighter, &index->lexicon,
                      index->article.body, &index->words, &r->hit_arena))
        rc = error_nomem(err);
    return rc;
}

static int check_place(const nh_results *r, size_t i, struct nh_error *err)
{
    return i < r->page.count ? NH_OK
                             : error_set(err, NH_EINVAL,
                                         "there is no hit %zu on this page", i);
}

int nh_results_hit(const struct nh_hit **hit, nh_results *r, size_t i,
                   struct nh_error *err)
{
    int rc = check_place(r, i, err);
    if (rc == NH_OK && !r->hits[i]) {
        nh_index *index = r->index;
        struct nh_hit *h = arena_alloc(&r->hit_arena, sizeof *h);
        rc =
            h ? index_article(index, r->page.docids[i], err) : error_nomem(err);
        if (rc == NH_OK && !hit_fill(h, &index->article, &r->hit_arena))
            rc = error_nomem(err);
        if (rc == NH_OK)
            rc = make_snippet(r, h, err);
        if (rc == NH_OK) {
            h->rank = r->page.ranks ? r->page.ranks[i]
                                    : r->page.first_rank + (uint32_t)i;
            h->number = r->page.docids[i];
            h->score = r->page.scores[i];
            h->copies = r->hidden ? r->hidden[i].count : 0;
            r->hits[i] = h;
            if (r->made_first == r->made_end)
                r->made_first = r->made_end = i;
            r->made_first = i < r->made_first ? i : r->made_first;
            r->made_end = i < r->made_end ? r->made_end : i + 1;
        }
    }
    if (rc == NH_OK)
        *hit = r->hits[i];
    return rc;
}

int nh_results_number(uint32_t *number, double *score, nh_results *r, size_t i,
                      struct nh_error *err)
{
    int rc = check_place(r, i, err);
    if (rc != NH_OK)
        return rc;
    *number = r->page.docids[i];
    *score = r->page.scores[i];
    return NH_OK;
}

int nh_results_copies(struct nh_list *ids, nh_results *r, size_t i,
                      struct nh_error *err)
{
    int rc = check_place(r, i, err);
    *ids = (struct nh_list){NULL, 0};
    if (rc != NH_OK || !r->hidden)
        return rc;
    const struct hidden_copies *h = &r->hidden[i];
    struct nh_string *items =
        arena_alloc(&r->hit_arena, (h->count + 1) * sizeof *items);
    if (!items)
        return error_nomem(err);
    for (size_t k = 0; rc == NH_OK && k < h->count; k++) {
        rc = index_fields(r->index, h->docids[k], err);
        if (rc == NH_OK)
            items[k] = hit_string(&r->hit_arena,
                                  article_get(&r->index->article, FIELD_ID));
        if (rc == NH_OK && !items[k].data)
            rc = error_nomem(err);
    }
    if (rc == NH_OK)
        *ids = (struct nh_list){items, h->count};
    return rc;
}

/* ---- Explanations. */

static int make_score_plan(nh_results *r, struct nh_error *err)
{
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return error_nomem(err);
    int rc = plan_make(plan, &r->query, r->index, &r->options, err);
    if (rc != NH_OK)
        free(plan);
    else
        r->plan = plan;
    return rc;
}

int nh_results_scores(const struct nh_term_score **terms, size_t *count,
                      double *recency, nh_results *r, size_t i,
                      struct nh_error *err)
{
    struct nh_term_score *made = NULL;
    int rc = check_place(r, i, err);
    *terms = NULL;
    *count = 0;
    *recency = 1;
    if (rc == NH_OK && !r->plan)
        rc = make_score_plan(r, err);
    /* Matches that are in order of date have no score. */
    if (rc != NH_OK || !r->plan->ranked || r->options.sort != NH_SORT_RELEVANCE)
        return rc;
    rc = explain_scores(r->index, r->plan, &r->options, r->page.docids[i],
                        &r->hit_arena, &made, count, recency, err);
    *terms = made;
    return rc;
}

int nh_index_why_not(nh_reasons **out, nh_index *index, const char *query,
                     size_t len, const struct nh_search_options *options,
                     const char *id, size_t id_len, struct nh_error *err)
{
    struct nh_search_options o;
    struct query q;
    struct buf text = BUF_INIT;
    uint32_t docid;
    *out = NULL;
    memset(&q, 0, sizeof q);
    int rc = read_options(options, &o, err);
    if (rc == NH_OK)
        rc = snapshot_current(&index->snapshot, err);
    if (rc == NH_OK)
        rc = parse(&q, &text, (struct slice){query, len}, &o, err);
    if (rc == NH_OK)
        rc = query_expand(&q, buf_slice(&text), index, err);
    if (rc == NH_OK)
        rc = snapshot_find(&index->snapshot, (struct slice){id, id_len}, &docid,
                           err);
    if (rc == NH_OK)
        rc = explain_failure(index, &q, &o, docid, out, err);
    query_release(&q);
    buf_release(&text);
    return rc;
}

/* ---- */

void nh_results_forget(nh_results *r)
{
    arena_reset(&r->hit_arena);
    for (size_t i = r->made_first; i < r->made_end; i++)
        r->hits[i] = NULL;
    r->made_first = r->made_end = 0;
}

int nh_results_next(const struct nh_hit **hit, nh_results *r,
                    struct nh_error *err)
{
    *hit = NULL;
    nh_results_forget(r);
    if (r->cursor >= r->page.count)
        return NH_OK;
    int rc = nh_results_hit(hit, r, r->cursor, err);
    r->cursor += rc == NH_OK;
    return rc;
}

int nh_results_id(struct nh_string *id, double *score, nh_results *r, size_t i,
                  struct nh_error *err)
{
    nh_index *index = r->index;
    int rc = check_place(r, i, err);
    if (rc == NH_OK)
        rc = index_fields(index, r->page.docids[i], err);
    if (rc != NH_OK)
        return rc;
    *id = hit_string(&r->hit_arena, article_get(&index->article, FIELD_ID));
    *score = r->page.scores[i];
    return id->data ? NH_OK : error_nomem(err);
}
