/* How many articles a tree of terms matches: exactly where the lists say it
 * themselves, else certain bounds and an expectation. */
#ifndef SEARCHER_MATCH_TOTAL_H
#define SEARCHER_MATCH_TOTAL_H

#include "newshound/newshound.h"
#include "searcher/match/posting_source.h"

/* Least and greatest number of live articles that match. */
struct total_bounds {
    uint64_t lower, upper; /* the total is known where they are the same */
};

/* Returns bounds for the whole index. A single term is known, and so are all
 * articles without it: its document frequency less the tombstones that have it,
 * which are looked up in its list. A damaged list fails `state`. */
struct total_bounds total_bounds_of(const struct match_tree *t,
                                    struct match_state *state);

/* Regions of docids that a segment is divided into at most. */
#define TOTAL_REGIONS 32
/* Returns the expected number of matches from docid `first` to `last`, if the
 * parts of the tree were independent of each other in each of `regions` equal
 * ranges of docids, TOTAL_REGIONS at most; the frequency of a term in a range
 * is taken from the heads of its blocks. Candidate checks and tombstones count
 * as nothing. Costs a few steps for each term and region. */
struct total_expectation {
    double matches;
    /* What a dependence of 1 between the parts of an AND would add: none where
     * a part is in all articles. Of trees with checks, and others, the same as
     * `matches`. */
    double lift;
};
struct total_expectation total_expected(const struct match_tree *t,
                                        const struct snapshot *s,
                                        uint32_t first, uint32_t last,
                                        unsigned regions, bool exact);
/* Sets what the source counted, or an estimate if that was not all of its
 * matches. NH_ENOMEM; reads of texts fail source->state. */
int total_of(const struct posting_source *source, struct nh_total *total,
             struct nh_error *err);
/* Brings a total within bounds that are certain. */
void total_bound(struct nh_total *t, struct total_bounds b);

#endif
