/* Runs a tree of terms and checks over the segments: gives its matches, or
 * counts them. */
#ifndef SEARCHER_MATCH_POSTING_SOURCE_H
#define SEARCHER_MATCH_POSTING_SOURCE_H

#include <stdatomic.h>

#include "searcher/match/match_tree.h"

/* Texts after which a full page is enough: about what a median NEAR costs in
 * engines with positions. doc/internals/decisions.md. */
#define COUNT_TEXTS 200

/* The score that an article must reach to get onto the page, as far as searches
 * side by side know: each is of some of the articles. */
struct match_share {
    _Atomic uint64_t least; /* bits of a double, which sort as it does */
};

struct posting_source {
    struct match_tree *tree;   /* owned */
    bool scored;               /* if not, all matches weigh nothing */
    uint32_t first, last;      /* only articles with these numbers */
    struct match_share *share; /* or NULL */
    struct match_state *state; /* borrowed; look at it after each search */
    /* Every match is counted until `counted` reaches `exactly`; if it stays
     * less, it is the number of all matches. Unless `exactly` is UINT64_MAX, it
     * is lowered to what was counted once the page is full and COUNT_TEXTS
     * texts were read, or at once if `sample` says that a sample of the texts
     * gives the total in the end. */
    uint64_t exactly, counted;
    bool sample;
    /* Once `exactly` is reached: the docid up to which every match was counted,
     * and how many there are; 0 before. */
    uint32_t reached;
    uint64_t counted_there;
    /* Where all matches are counted: a bit for each that is, from article
     * number `found_from` on; or NULL. Borrowed. */
    uint64_t *found;
    uint32_t found_from;
    /* Scores are multiplied by match_recency, if `recency` is not 0. */
    double recency; /* days */
    int64_t now;    /* seconds since 1970 */
};

/* What the score of an article of this date is multiplied by, 0.5 to 1. */
double match_recency(double recency, int64_t now, struct nh_date date);

/* Whether segment i of the snapshot has article numbers of the source's. */
bool posting_source_overlaps(const struct posting_source *source, size_t i);
/* Takes a match. Returns the score that later matches must reach to matter, 0
 * if all do; it never falls. */
typedef double match_take_fn(void *ctx, uint32_t docid, double score);
/* Gives each match to `take`, in ascending order of docids, but may leave out
 * those that do not matter. For one search. */
int posting_source_walk(struct posting_source *source, match_take_fn *take,
                        void *ctx, struct nh_error *err);
/* Counts all matches, in source->counted. */
int posting_source_count(struct posting_source *source, struct nh_error *err);

#endif
