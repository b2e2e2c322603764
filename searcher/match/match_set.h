/* All matches of a plan, as a set of docids. */
#ifndef SEARCHER_MATCH_MATCH_SET_H
#define SEARCHER_MATCH_MATCH_SET_H

#include "searcher/match/plan.h"

struct match_set {
    uint64_t *bits; /* of 64 docids each, from `first` on; NULL: empty */
    size_t words;
    uint32_t first; /* of the index */
    uint64_t count; /* docids in the set */
};

/* Finds every match of the plan, which is used up, and none besides. Costs one
 * bit for each docid of the index. Release it in any case. */
int match_set_find(struct match_set *out, struct plan *plan,
                   struct nh_error *err);
void match_set_release(struct match_set *set);
bool match_set_has(const struct match_set *set, uint32_t docid);
/* Returns the first docid of the set that is greater than `docid`, or 0. */
uint32_t match_set_next(const struct match_set *set, uint32_t docid);
/* Keeps the docids that are in the other set of the same index too. */
void match_set_and(struct match_set *set, const struct match_set *other);

#endif
