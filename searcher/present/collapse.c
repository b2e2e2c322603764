/* Owns which of several copies is shown.
 * Promises that whatever is hidden is a copy of something that is shown and
 * matches too. */
#include "searcher/present/collapse.h"

#include <stdlib.h>
#include <string.h>

#include "searcher/match/copy_finder.h"

/* Hits beyond those of the page that are fetched at first, and how many times
 * as many if that was not enough. */
#define FETCH_MORE 20
#define FETCH_GROWTH 4
/* Texts that may be compared for a page, and for each hit of it: so that copies
 * of what everything is a copy of cost a tenth of a second. */
#define TEXTS_PAGE 2000
#define TEXTS_HIT 20
/* How far from copy to earlier copy is gone. */
#define CHAIN_MAX 32

/* What becomes of an article; numbers above stand for shown ones with copies.
 */
enum { FATE_UNKNOWN, FATE_HIDDEN, FATE_SHOWN, FATE_GROUP };

struct collapser {
    nh_index *index;
    const struct query *query;
    const struct nh_search_options *options;
    struct arena *arena;
    struct plan *plan; /* made when it is needed */
    struct copy_finder finder;
    uint32_t first; /* article number of fates[0] */
    uint32_t *fates;
    struct hidden_copies *groups;
    size_t group_count, group_cap;
    uint64_t most_texts;
    bool stopped; /* the texts were too many */
    struct nh_error *err;
};

static int make_plan(struct collapser *c)
{
    struct nh_search_options o = *c->options;
    struct plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return error_nomem(c->err);
    o.flags &= ~(unsigned)NH_SEARCH_PLAN;
    int rc = plan_make(plan, c->query, c->index, &o, c->err);
    if (rc != NH_OK)
        free(plan);
    else
        c->plan = plan;
    return rc;
}

static void release(struct collapser *c)
{
    if (c->plan)
        plan_release(c->plan);
    free(c->plan);
    copy_finder_release(&c->finder);
    free(c->fates);
    free(c->groups);
}

struct dated {
    int64_t seconds; /* INT64_MAX: no date */
    uint32_t docid;
};

static int by_date(const void *a, const void *b)
{
    const struct dated *x = a, *y = b;
    if (x->seconds != y->seconds)
        return x->seconds < y->seconds ? -1 : 1;
    return (x->docid > y->docid) - (x->docid < y->docid);
}

/* The copies of an article that match, by date, the article among them; *out to
 * be freed. */
static int matching_copies(struct collapser *c, uint32_t docid,
                           struct dated **out, size_t *count)
{
    struct tree_cursor *found;
    struct nh_date date;
    *out = NULL;
    *count = 0;
    int rc = copy_finder_run(&c->finder, &c->plan->state, docid, true, c->err);
    struct dated *list =
        rc == NH_OK ? malloc((c->finder.count + 1) * sizeof *list) : NULL;
    if (rc == NH_OK && !list)
        rc = error_nomem(c->err);
    for (size_t i = 0; rc == NH_OK && i < c->finder.count; i++) {
        const uint32_t other = c->finder.docids[i];
        rc = plan_find(&found, c->plan, other, c->err);
        const bool matches = found || other == docid;
        tree_cursor_free(found);
        if (rc != NH_OK || !matches)
            continue;
        rc = snapshot_date(&c->index->snapshot, other, &date, c->err);
        if (rc != NH_OK)
            break;
        list[(*count)++] = (struct dated){
            date.precision == DATE_NONE ? INT64_MAX : date.seconds, other};
    }
    if (rc != NH_OK) {
        free(list);
        return rc;
    }
    qsort(list, *count, sizeof *list, by_date);
    *out = list;
    return NH_OK;
}

/* Shows an article with these copies, all later, which are hidden. */
static int show(struct collapser *c, uint32_t docid, const struct dated *copies,
                size_t count)
{
    c->fates[docid - c->first] = FATE_SHOWN;
    if (count == 0)
        return NH_OK;
    if (c->group_count == c->group_cap) {
        struct hidden_copies *groups =
            array_grow(c->groups, &c->group_cap, sizeof *groups);
        if (!groups)
            return error_nomem(c->err);
        c->groups = groups;
    }
    uint32_t *docids = arena_alloc(c->arena, count * sizeof *docids);
    if (!docids)
        return error_nomem(c->err);
    for (size_t i = 0; i < count; i++) {
        docids[i] = copies[i].docid;
        c->fates[docids[i] - c->first] = FATE_HIDDEN;
    }
    c->groups[c->group_count] = (struct hidden_copies){docids, count};
    c->fates[docid - c->first] = FATE_GROUP + (uint32_t)c->group_count++;
    return NH_OK;
}

/* Decides the fate of an article that matches. */
static int decide(struct collapser *c, uint32_t docid, unsigned depth)
{
    struct dated *copies;
    size_t count, at = 0;
    uint32_t *fate = &c->fates[docid - c->first];
    if (*fate != FATE_UNKNOWN)
        return NH_OK;
    c->stopped = c->stopped || c->plan->state.texts > c->most_texts;
    if (c->stopped || depth == CHAIN_MAX) {
        *fate = FATE_SHOWN;
        return NH_OK;
    }
    int rc = matching_copies(c, docid, &copies, &count);
    if (rc == NH_EQUERY) { /* too much work: the query itself was not */
        c->stopped = true;
        *fate = FATE_SHOWN;
        return NH_OK;
    }
    for (; rc == NH_OK && copies[at].docid != docid; at++) {
        rc = decide(c, copies[at].docid, depth + 1);
        if (rc == NH_OK &&
            c->fates[copies[at].docid - c->first] != FATE_HIDDEN) {
            *fate = FATE_HIDDEN;
            break;
        }
    }
    if (rc == NH_OK && *fate == FATE_UNKNOWN)
        rc = show(c, docid, copies + at + 1, count - at - 1);
    free(copies);
    return rc;
}

/* Makes the page one of what is shown, from the offset on: *shown of them in
 * all. */
static int cut_page(struct collapser *c, struct match_page *page, size_t limit,
                    size_t *shown)
{
    const size_t offset = c->options->offset;
    size_t kept = 0;
    int rc = NH_OK;
    free(page->ranks);
    page->ranks = malloc((page->count + 1) * sizeof *page->ranks);
    if (!page->ranks)
        return error_nomem(c->err);
    *shown = 0;
    for (size_t i = 0; rc == NH_OK && i < page->count && *shown < limit; i++) {
        const uint32_t docid = page->docids[i];
        rc = decide(c, docid, 0);
        if (rc != NH_OK || c->fates[docid - c->first] == FATE_HIDDEN)
            continue;
        if ((*shown)++ < offset)
            continue;
        page->docids[kept] = docid;
        page->scores[kept] = page->scores[i];
        page->ranks[kept++] = (uint32_t)*shown;
    }
    page->count = kept;
    return rc;
}

/* The hidden copies of each of the page. */
static struct hidden_copies *list_hidden(const struct collapser *c,
                                         const struct match_page *page)
{
    struct hidden_copies *all =
        arena_alloc(c->arena, (page->count + 1) * sizeof *all);
    for (size_t i = 0; all && i < page->count; i++) {
        const uint32_t fate = c->fates[page->docids[i] - c->first];
        if (fate >= FATE_GROUP)
            all[i] = c->groups[fate - FATE_GROUP];
        else
            all[i] = (struct hidden_copies){NULL, 0};
    }
    return all;
}

static int fill_page(struct collapser *c, struct match_page *page)
{
    struct nh_search_options o = *c->options;
    const uint64_t limit = (uint64_t)o.offset + o.limit;
    uint64_t fetch = limit + FETCH_MORE;
    size_t shown = 0;
    bool all;
    o.offset = 0;
    do {
        match_page_release(page);
        o.limit = fetch < UINT32_MAX ? (uint32_t)fetch : UINT32_MAX;
        int rc = match_query(page, c->index, c->query, &o, c->err);
        all = rc != NH_OK || page->count < o.limit;
        if (rc == NH_OK)
            rc = cut_page(c, page, (size_t)limit, &shown);
        if (rc != NH_OK)
            return rc;
        fetch *= FETCH_GROWTH;
    } while (shown < limit && !all);
    return NH_OK;
}

int collapse_query(struct match_page *page, struct hidden_copies **hidden,
                   nh_index *index, const struct query *query,
                   const struct nh_search_options *o, struct arena *arena,
                   struct nh_error *err)
{
    struct collapser c;
    const struct snapshot *s = &index->snapshot;
    memset(&c, 0, sizeof c);
    memset(page, 0, sizeof *page);
    c.index = index;
    c.query = query;
    c.options = o;
    c.arena = arena;
    c.err = err;
    c.first = s->segments[0].info->first;
    c.most_texts = TEXTS_PAGE + (uint64_t)TEXTS_HIT * o->limit;
    c.fates = calloc((size_t)s->segments[s->count - 1].info->last - c.first + 1,
                     sizeof *c.fates);
    int rc = c.fates ? make_plan(&c) : error_nomem(err);
    if (rc == NH_OK)
        rc = fill_page(&c, page);
    if (rc == NH_OK && !(*hidden = list_hidden(&c, page)))
        rc = error_nomem(err);
    if (rc == NH_OK && c.stopped) {
        buf_append_str(&page->notice, page->notice.len
                                          ? "; not all copies were looked for"
                                          : "not all copies were looked for");
        if (page->notice.failed)
            rc = error_nomem(err);
    }
    if (rc != NH_OK)
        match_page_release(page);
    release(&c);
    return rc;
}
