/* Owns the running of plans.
 * Promises the same page for any number of threads: each searches some of the
 * article numbers, all know the best score that an article must reach, and
 * scores do not depend on how they are added up (bm25.h). */
#include "searcher/match/match.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/store/bm25.h"
#include "searcher/match/sample.h"
#include "searcher/match/selection.h"
#include "searcher/match/total.h"

/* Matches up to this number are counted exactly without being asked to. */
#define COUNT_EXACTLY 1000
/* Unless asked for, no thread is started for fewer articles: a search of that
 * many takes about as long as ten starts. */
#define LANE_ARTICLES 200000u

void match_page_release(struct match_page *page)
{
    free(page->docids);
    free(page->scores);
    free(page->plan);
    free(page->found);
    free(page->ranks);
    buf_release(&page->notice);
    memset(page, 0, sizeof *page);
}

/* ---- One thread. */

/* The search of a range of article numbers. */
struct lane {
    nh_index *index; /* of this thread alone */
    const struct query *query;
    const struct nh_search_options *options;
    uint32_t first, last;
    struct match_share *share;
    uint64_t *found; /* of all articles; NULL: nobody asks */
    bool known;      /* the total is known: nothing has to be counted */
    struct match_page page;
    pthread_t thread;
    int rc;
    struct nh_error error;
};

/* The page that is asked for, as far as there can be hits. */
struct extent {
    uint32_t offset, count;
};

static struct extent extent_of(const struct nh_search_options *o,
                               uint32_t documents)
{
    struct extent e;
    e.offset = o->offset < documents ? o->offset : documents;
    e.count = o->limit < documents - e.offset ? o->limit : documents - e.offset;
    return e;
}

/* Makes a page of so many hits, to be filled in. */
static int reserve_page(struct match_page *page, size_t n, struct nh_error *err)
{
    page->docids = malloc((n + 1) * sizeof *page->docids);
    page->scores = malloc((n + 1) * sizeof *page->scores);
    page->count = n;
    return page->docids && page->scores ? NH_OK : error_nomem(err);
}

/* Article numbers from the first to the last of the index. */
static uint64_t span_of(const struct snapshot *s)
{
    return (uint64_t)s->segments[s->count - 1].info->last + 1 -
           s->segments[0].info->first;
}

/* Scores are not negative, so that their bits sort as they do. */
static int64_t key_of(double score)
{
    int64_t key;
    memcpy(&key, &score, sizeof key);
    return key;
}

static double score_of(int64_t key)
{
    double score;
    memcpy(&score, &key, sizeof score);
    return score;
}

/* Puts the page's part of the selection onto the page. Scores are the bits of
 * keys, if `scored`; else they are 0. */
static int take_selection(struct lane *l, struct selection *s, struct extent e,
                          bool scored, struct nh_error *err)
{
    selection_sort(s);
    const size_t from = e.offset < s->count ? e.offset : s->count;
    int rc = reserve_page(&l->page, s->count - from, err);
    for (size_t i = from; rc == NH_OK && i < s->count; i++) {
        l->page.docids[i - from] = s->best[i].docid;
        l->page.scores[i - from] = scored ? score_of(s->best[i].key) : 0;
    }
    return rc;
}

/* ---- By date. */

/* Finds all matches, and takes those of the page by their dates. Those without
 * a date come last in either order, those of the same date in order of their
 * numbers. */
static int run_by_date(struct lane *l, struct posting_source *source,
                       struct extent e, struct nh_error *err)
{
    struct snapshot *s = &l->index->snapshot;
    struct selection chosen = {NULL, 0, 0, l->options->sort == NH_SORT_OLDEST};
    uint64_t *bits = source->found;
    int rc = snapshot_tables(s, err); /* dates are in the tables */
    if (!bits)
        source->found = bits = calloc(span_of(s) / 64 + 1, 8);
    if (rc == NH_OK)
        rc = bits ? posting_source_count(source, err) : error_nomem(err);
    if (rc == NH_OK) {
        chosen.room = (size_t)e.offset + e.count;
        if (chosen.room > source->counted)
            chosen.room = source->counted;
        chosen.best = malloc((chosen.room + 1) * sizeof *chosen.best);
        rc = chosen.best ? NH_OK : error_nomem(err);
    }
    for (size_t i = 0; rc == NH_OK && chosen.room > 0 && i < s->count; i++) {
        const struct segment_matches m = {&s->segments[i], bits,
                                          source->found_from};
        rc = selection_add_segment(&chosen, &m, err);
    }
    if (rc == NH_OK)
        rc = take_selection(l, &chosen, e, false, err);
    free(chosen.best);
    source->found = l->found;
    if (!l->found)
        free(bits);
    return rc;
}

/* ---- By score. */

static double take_scored(void *ctx, uint32_t docid, double score)
{
    struct selection *s = ctx;
    const bool full = s->count == s->room;
    selection_add(s, (struct choice){key_of(score), docid});
    return full ? score_of(s->best[0].key) : 0;
}

/* Takes the matches of the page by their scores, equal ones in order of their
 * numbers. */
static int run_by_score(struct lane *l, struct posting_source *source,
                        struct extent e, struct nh_error *err)
{
    struct selection chosen = {NULL, 0, (size_t)e.offset + e.count, false};
    chosen.best = malloc((chosen.room + 1) * sizeof *chosen.best);
    int rc = chosen.best
                 ? posting_source_walk(source, take_scored, &chosen, err)
                 : error_nomem(err);
    if (rc == NH_OK)
        rc = take_selection(l, &chosen, e, true, err);
    free(chosen.best);
    return rc;
}

/* Articles in the segments of the source's range, with tombstoned ones. */
static uint32_t articles_of(const struct posting_source *source)
{
    const struct snapshot *s = source->state->snapshot;
    uint32_t n = 0; /* of numbers that differ: no more than there are */
    for (size_t i = 0; i < s->count; i++)
        if (posting_source_overlaps(source, i))
            n += s->segments[i].info->articles;
    return n;
}

/* Whether texts decide, and more candidates are expected than are worth reading
 * one by one. */
static bool wants_sample(const struct posting_source *source)
{
    if (!sample_fits(source->tree))
        return false;
    const struct total_expectation e =
        total_expected(source->tree, source->state->snapshot, source->first,
                       source->last, TOTAL_REGIONS, false);
    return e.matches > SAMPLE_CANDIDATES;
}

static int run_plan(struct lane *l, struct plan *plan, struct nh_error *err)
{
    const struct nh_search_options *o = l->options;
    struct posting_source *source = &plan->source;
    int rc = NH_OK;
    const struct extent e = extent_of(o, articles_of(source));
    const bool by_score = o->sort == NH_SORT_RELEVANCE && plan->ranked;
    l->page.first_rank = e.offset + 1;
    source->scored = by_score && e.count > 0;
    source->recency = o->recency;
    source->now = o->now;
    source->found = l->found;
    source->found_from = l->index->snapshot.segments[0].info->first;
    const bool known = l->known && !source->found;
    const bool all =
        !source->scored || (o->flags & NH_SEARCH_EXACT_TOTAL) || source->found;
    source->exactly = known && source->scored ? 0
                      : all                   ? UINT64_MAX
                                              : COUNT_EXACTLY + 1;
    source->sample = !all && !known && wants_sample(source);
    if (e.count == 0) {
        rc = known ? NH_OK : posting_source_count(source, err);
        if (rc == NH_OK)
            rc = reserve_page(&l->page, 0, err);
    } else {
        rc = by_score ? run_by_score(l, source, e, err)
                      : run_by_date(l, source, e, err);
    }
    l->page.total = (struct nh_total){0, 0, UINT64_MAX, 0};
    if (rc == NH_OK && !known && plan->state.failed == NH_OK)
        rc = total_of(source, &l->page.total, err);
    if (rc == NH_OK && plan->state.failed != NH_OK) {
        rc = plan->state.failed;
        if (err)
            *err = plan->state.error;
    }
    return rc;
}

static int make_plan(struct plan *plan, struct lane *l, struct nh_error *err)
{
    const struct nh_search_options *o = l->options;
    struct buf text = BUF_INIT;
    int rc = plan_make(plan, l->query, l->index, o, err);
    if (rc != NH_OK)
        return rc;
    l->page.can_loosen = plan->can_loosen;
    l->page.notice = plan->notice;
    memset(&plan->notice, 0, sizeof plan->notice);
    if (o->flags & NH_SEARCH_PLAN) {
        match_tree_describe(plan->source.tree, &text);
        l->page.plan = (char *)(uintptr_t)buf_cstr(
            &text); /* whose memory it is from now on */
        if (!l->page.plan) {
            buf_release(&text);
            plan_release(plan);
            rc = error_nomem(err);
        }
    }
    return rc;
}

/* ---- Several. */

/* Searches a range whose plan is still to be made. */
static void *run_lane(void *arg)
{
    struct lane *l = arg;
    struct plan plan;
    l->rc = make_plan(&plan, l, &l->error);
    if (l->rc != NH_OK)
        return NULL;
    plan.source.first = l->first;
    plan.source.last = l->last;
    plan.source.share = l->share;
    l->rc = run_plan(l, &plan, &l->error);
    plan_release(&plan);
    return NULL;
}

static unsigned threads_wanted(const nh_index *index,
                               const struct nh_search_options *o)
{
    if (o->threads)
        return o->threads < NH_THREADS_MAX ? o->threads : NH_THREADS_MAX;
    uint64_t lanes = index->snapshot.live / LANE_ARTICLES;
    if (lanes < 2)
        return 1;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores < 1)
        cores = 1;
    lanes = lanes < (uint64_t)cores ? lanes : (uint64_t)cores;
    return lanes < NH_THREADS_MAX ? (unsigned)lanes : NH_THREADS_MAX;
}

struct hit {
    double score;
    uint32_t docid;
};

static int by_score(const void *a, const void *b)
{
    const struct hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->docid > y->docid) - (x->docid < y->docid);
}

static struct nh_total sum_totals(const struct lane *lanes, unsigned count)
{
    struct nh_total t = {0, 0, 0, 1};
    for (unsigned i = 0; i < count; i++) {
        const struct nh_total *one = &lanes[i].page.total;
        t.value += one->value;
        t.lower += one->lower;
        t.upper = one->upper < UINT64_MAX - t.upper ? t.upper + one->upper
                                                    : UINT64_MAX;
        t.exact = t.exact && one->exact;
    }
    return t;
}

/* Makes one page of those of the lanes, which begin with the best hit. */
static int join_pages(struct match_page *page, const struct lane *lanes,
                      unsigned count, const struct nh_search_options *o,
                      struct nh_error *err)
{
    size_t all = 0, n = 0;
    for (unsigned i = 0; i < count; i++)
        all += lanes[i].page.count;
    struct hit *hits = malloc((all + 1) * sizeof *hits);
    if (!hits)
        return error_nomem(err);
    for (unsigned i = 0; i < count; i++)
        for (size_t k = 0; k < lanes[i].page.count; k++)
            hits[n++] =
                (struct hit){lanes[i].page.scores[k], lanes[i].page.docids[k]};
    qsort(hits, all, sizeof *hits, by_score);
    size_t from = o->offset < all ? o->offset : all;
    n = all - from < o->limit ? all - from : o->limit;
    int rc = reserve_page(page, n, err);
    for (size_t k = 0; rc == NH_OK && k < n; k++) {
        page->docids[k] = hits[from + k].docid;
        page->scores[k] = hits[from + k].score;
    }
    page->first_rank = (uint32_t)from + 1;
    page->total = sum_totals(lanes, count);
    free(hits);
    return rc;
}

/* Searches side by side; the first lane's plan is made. */
static int run_lanes(struct lane *lanes, unsigned count, struct plan *plan,
                     struct nh_error *err)
{
    unsigned started = 1;
    while (started < count && pthread_create(&lanes[started].thread, NULL,
                                             run_lane, &lanes[started]) == 0)
        started++;
    plan->source.first = lanes[0].first;
    plan->source.last = lanes[0].last;
    plan->source.share = lanes[0].share;
    lanes[0].rc = run_plan(&lanes[0], plan, &lanes[0].error);
    for (unsigned i = 1; i < count; i++) {
        if (i < started)
            pthread_join(lanes[i].thread, NULL);
        else
            run_lane(&lanes[i]);
    }
    for (unsigned i = 0; i < count; i++)
        if (lanes[i].rc != NH_OK) {
            if (err)
                *err = lanes[i].error;
            return lanes[i].rc;
        }
    return NH_OK;
}

/* Divides the article numbers evenly among the lanes, between those whose bits
 * would stand in one word of `found`. */
static void divide(struct lane *lanes, unsigned count, const struct snapshot *s)
{
    const uint64_t first = s->segments[0].info->first, span = span_of(s);
    for (unsigned i = 0; i < count; i++) {
        lanes[i].first = (uint32_t)(first + span * i / count / 64 * 64);
        lanes[i].last =
            (uint32_t)(first + span * (i + 1) / count / 64 * 64 - 1);
    }
    lanes[count - 1].last = (uint32_t)(first + span - 1);
}

static int match_divided(struct match_page *page, nh_index *index,
                         const struct lane *whole, struct plan *plan,
                         unsigned count, struct nh_error *err)
{
    struct lane lanes[NH_THREADS_MAX];
    struct nh_search_options o = *whole->options;
    struct match_share share = {0};
    o.limit = o.limit < UINT32_MAX - o.offset ? o.limit + o.offset : UINT32_MAX;
    o.offset = 0;
    o.flags &= ~(unsigned)NH_SEARCH_PLAN;
    memset(lanes, 0, count * sizeof *lanes);
    divide(lanes, count, &index->snapshot);
    for (unsigned i = 0; i < count; i++) {
        lanes[i].index = i ? index->helpers[i - 1] : index;
        lanes[i].query = whole->query;
        lanes[i].options = &o;
        lanes[i].share = &share;
        lanes[i].found = whole->found;
    }
    int rc = run_lanes(lanes, count, plan, err);
    if (rc == NH_OK)
        rc = join_pages(page, lanes, count, whole->options, err);
    for (unsigned i = 0; i < count; i++)
        match_page_release(&lanes[i].page);
    return rc;
}

int match_query(struct match_page *page, nh_index *index,
                const struct query *query, const struct nh_search_options *o,
                struct nh_error *err)
{
    struct lane whole;
    struct plan plan;
    memset(page, 0, sizeof *page);
    memset(&whole, 0, sizeof whole);
    whole.index = index;
    whole.query = query;
    whole.options = o;
    int rc = make_plan(&plan, &whole, err);
    if (rc != NH_OK) {
        match_page_release(&whole.page);
        return rc;
    }
    if (o->facets) {
        whole.found = calloc(span_of(&index->snapshot) / 64 + 1, 8);
        if (!whole.found)
            rc = error_nomem(err);
    }
    const struct total_bounds bounds =
        total_bounds_of(plan.source.tree, &plan.state);
    whole.known = bounds.lower == bounds.upper;
    unsigned threads = threads_wanted(index, o);
    if (threads > span_of(&index->snapshot) / 64) /* no lane is empty */
        threads = 1;
    /* Dates do not come with the hits, so that they cannot be put in order. */
    bool by_score = o->sort == NH_SORT_RELEVANCE && plan.ranked;
    if (threads > 1 && (!by_score || !index_help(index, threads - 1)))
        threads = 1;
    if (threads == 1 && rc == NH_OK)
        rc = run_plan(&whole, &plan, err);
    if (threads > 1 && rc == NH_OK) {
        struct match_page joined;
        memset(&joined, 0, sizeof joined);
        rc = match_divided(&joined, index, &whole, &plan, threads, err);
        joined.can_loosen = whole.page.can_loosen;
        joined.plan = whole.page.plan;
        joined.notice = whole.page.notice;
        whole.page = joined;
    }
    if (rc == NH_OK)
        total_bound(&whole.page.total, bounds);
    plan_release(&plan);
    whole.page.found = whole.found;
    if (rc != NH_OK)
        match_page_release(&whole.page);
    *page = whole.page;
    return rc;
}
