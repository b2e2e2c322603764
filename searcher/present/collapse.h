/* Copies of articles among the matches of a query, out of the way. */
#ifndef SEARCHER_PRESENT_COLLAPSE_H
#define SEARCHER_PRESENT_COLLAPSE_H

#include "common/base/arena.h"
#include "searcher/match/match.h"

/* Copies that are not shown, because one that is stands for them. */
struct hidden_copies {
    const uint32_t *docids; /* by date, then number */
    size_t count;
};

/* match_query, with offset and limit in articles that are shown. Of matches
 * that are copies of each other the earliest by date, then number, is shown:
 * one is hidden if an earlier copy is shown. page->ranks count those that are.
 * *hidden gets the copies of each of the page, in the arena. What is shown does
 * not depend on the order of hits. */
int collapse_query(struct match_page *page, struct hidden_copies **hidden,
                   nh_index *index, const struct query *query,
                   const struct nh_search_options *o, struct arena *arena,
                   struct nh_error *err);

#endif
