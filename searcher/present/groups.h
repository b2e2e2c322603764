/* Hits in groups of the values of a field. */
#ifndef SEARCHER_PRESENT_GROUPS_H
#define SEARCHER_PRESENT_GROUPS_H

#include "searcher/match/match.h"
#include "searcher/present/facets.h"

/* Groups of a page. */
struct group_list {
    struct nh_group *items; /* in the arena */
    size_t count;
    uint64_t all; /* that there are */
};

/* Puts in the place of all matches, which `page` has, those of the groups that
 * the options ask for; page->ranks gets their places among all. The values are
 * in `arena`. */
int groups_make(struct group_list *groups, struct match_page *page,
                nh_index *index, const struct nh_search_options *o,
                struct arena *arena, struct nh_error *err);

#endif
