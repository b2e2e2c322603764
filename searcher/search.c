/* Owns the running of queries and the pages of results.
 * Promises that only articles that satisfy the query are returned, in a fixed
 * order: score or date, then article number. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/bm25.h"
#include "searcher/index.h"
#include "searcher/plan.h"
#include "searcher/snippet.h"

/* Matches up to this number are counted exactly without being asked to. */
#define COUNT_EXACTLY 1000

struct nh_results {
    nh_index *index;
    struct query query;
    struct highlighter highlighter;
    uint32_t lexicon_age;   /* of the words that the highlighter knows */
    struct arena arena;     /* of the page */
    struct arena hit_arena; /* of the hits that were made */
    size_t count;
    uint32_t first_rank;
    uint32_t *docids;
    double *scores;
    struct nh_hit **hits; /* made when asked for */
    struct nh_total total;
    char *plan;
    bool can_loosen;
};

static int64_t today_of(const struct nh_search_options *o)
{
    int64_t now = o->now ? o->now : (int64_t)time(NULL);
    return date_day_of(now);
}

static int read_options(const struct nh_search_options *given,
                        struct nh_search_options *o, struct nh_error *err)
{
    const struct nh_search_options defaults = NH_SEARCH_OPTIONS_INIT;
    *o = defaults;
    if (!given)
        return NH_OK;
    if (given->size != sizeof *given)
        return error_set(err, NH_EINVAL,
                         "struct nh_search_options has an unknown size");
    *o = *given;
    return NH_OK;
}

static struct slice optional(const char *s)
{
    return s ? slice_of(s) : (struct slice){"", 0};
}

/* How Xapian is to run the plan. */
static struct xw_search search_of(const struct nh_search_options *o,
                                  const struct plan *plan, uint32_t documents)
{
    struct xw_search s;
    memset(&s, 0, sizeof s);
    s.query = plan->query;
    s.k1 = BM25_K1;
    s.b = BM25_B;
    s.slot = SCHEMA_DATE_SLOT;
    s.offset = o->offset < documents ? o->offset : documents;
    s.count = o->limit < documents - s.offset ? o->limit : documents - s.offset;
    s.check_at_least =
        o->flags & NH_SEARCH_EXACT_TOTAL ? documents : COUNT_EXACTLY;
    if (o->sort == NH_SORT_OLDEST)
        s.order = XW_BY_VALUE_UP;
    else if (o->sort == NH_SORT_NEWEST || !plan->ranked)
        s.order = XW_BY_VALUE_DOWN;
    s.boolean = s.order != XW_BY_WEIGHT;
    if (plan->decide) {
        s.decide = decision_accept;
        s.ctx = (void *)&plan->decision;
    }
    return s;
}

static int take_hits(nh_results *r, const xw_mset *mset, struct nh_error *err)
{
    size_t n = mset ? xw_mset_size(mset) : 0;
    r->docids = arena_alloc(&r->arena, (n + 1) * sizeof *r->docids);
    r->scores = arena_alloc(&r->arena, (n + 1) * sizeof *r->scores);
    r->hits = arena_alloc(&r->arena, (n + 1) * sizeof *r->hits);
    if (!r->docids || !r->scores || !r->hits)
        return error_nomem(err);
    for (size_t i = 0; i < n; i++) {
        r->docids[i] = xw_mset_docid(mset, i, NULL);
        r->scores[i] = xw_mset_weight(mset, i);
    }
    r->count = n;
    return NH_OK;
}

/* What the list counted, if that was all, else what can be said beforehand. */
static void take_counted(nh_results *r, const struct ranked_query *list)
{
    uint64_t n = list->counted;
    if (n < list->exactly) {
        r->total = (struct nh_total){n, n, n, 1};
        return;
    }
    uint64_t least = list->exactly, most = list->most;
    uint64_t estimate = (uint64_t)(list->estimate + 0.5);
    most = most < least ? least : most;
    estimate = estimate < least ? least : estimate > most ? most : estimate;
    r->total = (struct nh_total){estimate, least, most, 0};
}

static void take_total(nh_results *r, const xw_mset *mset)
{
    uint32_t lower, estimate, upper;
    xw_mset_matches(mset, &lower, &estimate, &upper);
    r->total = (struct nh_total){estimate, lower, upper, lower == upper};
}

static unsigned plan_flags(const struct nh_search_options *o)
{
    return (o->flags & NH_SEARCH_ANY ? PLAN_ANY : 0u) |
           (o->sort != NH_SORT_RELEVANCE ? PLAN_UNSCORED : 0u);
}

/* The first error of a callback during the search. */
static int plan_failure(const struct plan *plan, struct nh_error *err)
{
    const struct cursor_state *lists = &plan->scope.state;
    bool checks = plan->state.failed != NH_OK;
    int rc = checks ? plan->state.failed : lists->failed;
    if (rc != NH_OK && err)
        *err = checks ? plan->state.error : lists->error;
    return rc;
}

/* Runs the plan by Xapian's matcher, which counts unless a list of the plan
 * does. */
static int match(nh_results *r, const struct nh_search_options *o,
                 struct plan *plan, struct nh_error *err)
{
    struct snapshot *snapshot = &r->index->snapshot;
    uint32_t documents;
    xw_mset *mset = NULL;
    int rc = xw_db_doccount(snapshot->db, &documents, err);
    if (rc != NH_OK)
        return rc;
    struct xw_search search = search_of(o, plan, documents);
    struct ranked_query *counter =
        search.order == XW_BY_WEIGHT ? plan->whole : NULL;
    r->first_rank = search.offset + 1;
    if (counter) {
        bool all = search.count == 0 || (o->flags & NH_SEARCH_EXACT_TOTAL);
        counter->exactly = all ? UINT64_MAX : COUNT_EXACTLY + 1;
        search.check_at_least = 0;
    }
    if (counter && search.count == 0)
        rc = ranked_query_count(counter, err);
    else
        rc = xw_db_search(snapshot->db, &search, &mset, err);
    if (rc == NH_OK)
        rc = plan_failure(plan, err);
    if (rc == NH_OK)
        rc = take_hits(r, mset, err);
    if (rc == NH_OK && counter)
        take_counted(r, counter);
    else if (rc == NH_OK)
        take_total(r, mset);
    xw_mset_free(mset);
    return rc;
}

static int run(nh_results *r, const struct nh_search_options *o,
               struct nh_error *err)
{
    struct plan plan;
    int rc = plan_make(&plan, &r->query, &r->index->snapshot, r->index->stemmer,
                       plan_flags(o), err);
    if (rc != NH_OK)
        return rc;
    r->can_loosen = plan.can_loosen;
    if (o->flags & NH_SEARCH_PLAN)
        rc = xw_query_describe(plan.query, &r->plan, err);
    if (rc == NH_OK)
        rc = match(r, o, &plan, err);
    plan_release(&plan);
    return rc;
}

int nh_search(nh_index *index, const char *query, size_t len,
              const struct nh_search_options *options, nh_results **out,
              struct nh_error *err)
{
    struct nh_search_options o;
    *out = NULL;
    int rc = read_options(options, &o, err);
    if (rc != NH_OK)
        return rc;
    nh_results *r = calloc(1, sizeof *r);
    if (!r)
        return error_nomem(err);
    r->index = index;
    r->total.exact = 1;
    rc = query_parse(&r->query, (struct slice){query, len}, today_of(&o), err);
    if (rc == NH_OK)
        rc = query_restrict(&r->query, optional(o.since), optional(o.until),
                            today_of(&o), err);
    if (rc == NH_OK)
        rc = highlighter_init(&r->highlighter, r->query.root, index->stemmer,
                              err);
    if (rc == NH_OK && index->snapshot.count > 0)
        rc = run(r, &o, err);
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
    highlighter_release(&r->highlighter);
    arena_release(&r->arena);
    arena_release(&r->hit_arena);
    free(r->plan);
    free(r);
}

size_t nh_results_count(const nh_results *r)
{
    return r->count;
}

void nh_results_total(const nh_results *r, struct nh_total *total)
{
    *total = r->total;
}

struct nh_string nh_results_notice(const nh_results *r)
{
    const struct buf *b = &r->query.notice;
    return b->len ? (struct nh_string){b->data, b->len}
                  : (struct nh_string){"", 0};
}

struct nh_string nh_results_plan(const nh_results *r)
{
    return r->plan ? (struct nh_string){r->plan, strlen(r->plan)}
                   : (struct nh_string){"", 0};
}

int nh_results_can_loosen(const nh_results *r)
{
    return r->can_loosen;
}

static int make_snippet(nh_results *r, struct nh_hit *hit, struct nh_error *err)
{
    nh_index *index = r->index;
    lexicon_trim(&index->lexicon);
    if (r->lexicon_age != index->lexicon.age) {
        highlighter_forget(&r->highlighter);
        r->lexicon_age = index->lexicon.age;
    }
    index->words.count = 0;
    int rc = lexicon_analyse(&index->lexicon, index->article.body,
                             &index->words, err);
    if (rc == NH_OK &&
        !snippet_make(&hit->snippet, &r->highlighter, &index->lexicon,
                      index->article.body, &index->words, &r->hit_arena))
        rc = error_nomem(err);
    return rc;
}

static int check_place(const nh_results *r, size_t i, struct nh_error *err)
{
    return i < r->count ? NH_OK
                        : error_set(err, NH_EINVAL,
                                    "there is no hit %zu on this page", i);
}

int nh_results_hit(nh_results *r, size_t i, const struct nh_hit **hit,
                   struct nh_error *err)
{
    int rc = check_place(r, i, err);
    if (rc == NH_OK && !r->hits[i]) {
        nh_index *index = r->index;
        struct nh_hit *h = arena_alloc(&r->hit_arena, sizeof *h);
        rc = h ? snapshot_article(&index->snapshot, r->docids[i],
                                  &index->article, &index->decoded, err)
               : error_nomem(err);
        if (rc == NH_OK && !hit_fill(h, &index->article, &r->hit_arena))
            rc = error_nomem(err);
        if (rc == NH_OK)
            rc = make_snippet(r, h, err);
        if (rc == NH_OK) {
            h->rank = r->first_rank + (uint32_t)i;
            h->number = r->docids[i];
            h->score = r->scores[i];
            r->hits[i] = h;
        }
    }
    if (rc == NH_OK)
        *hit = r->hits[i];
    return rc;
}

void nh_results_forget(nh_results *r)
{
    arena_reset(&r->hit_arena);
    for (size_t i = 0; i < r->count; i++)
        r->hits[i] = NULL;
}

int nh_results_id(nh_results *r, size_t i, struct nh_string *id, double *score,
                  struct nh_error *err)
{
    struct article_record record;
    struct snapshot_segment *seg;
    nh_index *index = r->index;
    int rc = check_place(r, i, err);
    if (rc != NH_OK)
        return rc;
    article_reset(&index->article);
    rc = snapshot_record(&index->snapshot, r->docids[i], &record, &seg, err);
    if (rc == NH_OK)
        rc = articles_fields(&seg->articles, &record, &index->article, err);
    if (rc != NH_OK)
        return rc;
    *id = hit_string(&r->hit_arena, article_get(&index->article, FIELD_ID));
    *score = r->scores[i];
    return id->data ? NH_OK : error_nomem(err);
}
