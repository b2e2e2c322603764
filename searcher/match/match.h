/* Finds and ranks the matches of a query, in one thread or in several. */
#ifndef SEARCHER_MATCH_MATCH_H
#define SEARCHER_MATCH_MATCH_H

#include "searcher/index/index.h"
#include "searcher/match/plan.h"

/* A page of matches, best first. */
struct match_page {
    uint32_t *docids;
    double *scores;
    size_t count;
    uint32_t first_rank; /* of the first one, from 1 */
    uint32_t *ranks;     /* of each, of a page of groups; else NULL */
    struct nh_total total;
    bool can_loosen;   /* NH_SEARCH_ANY would change something */
    struct buf notice; /* what the index has no word for, or empty */
    char *plan;        /* with NH_SEARCH_PLAN, else NULL */
    uint64_t *found;   /* with facets, a bit for each article number from the
                          index's first on: it matches; else NULL */
};

/* The index has at least one segment. On failure the page is empty. */
int match_query(struct match_page *page, nh_index *index,
                const struct query *query, const struct nh_search_options *o,
                struct nh_error *err);
void match_page_release(struct match_page *page);

#endif
