/* The postings of a term: its lists in the segments of a snapshot, scored by
 * BM25 over the whole index, and a cursor in one of them that knows what the
 * articles ahead can score at most. */
#ifndef SEARCHER_MATCH_POSTINGS_H
#define SEARCHER_MATCH_POSTINGS_H

#include "common/store/bm25.h"
#include "searcher/places/match_state.h"

/* In one segment. */
struct segment_postings {
    uint32_t count;          /* 0: the term is not in it */
    struct block_list list;  /* where list.blocks is not 0 */
    uint32_t *docids, *wdfs; /* else all of them, owned; padded as a block */
};

struct postings {
    struct postings *next;             /* for lists */
    struct buf term;                   /* with prefix */
    double weight;                     /* what a tf part of 1 scores */
    struct bm25_norm norm;             /* under the average of the index */
    double average;                    /* length of its articles */
    struct segment_postings *segments; /* one for each of the snapshot's */
    size_t segment_count;
};

/* Finds the lists of a term; the snapshot must outlive them. */
int postings_new(struct postings **out, const struct snapshot *s,
                 struct slice term, struct nh_error *err);
/* Sets *found: whether the term has a posting. */
int postings_exist(bool *found, const struct snapshot *s, struct slice term,
                   struct nh_error *err);
/* Sets *count to the number of the term's postings. */
int postings_count(uint64_t *count, const struct snapshot *s, struct slice term,
                   struct nh_error *err);
/* Frees it and those behind it. */
void postings_free(struct postings *w);

/* Returns how many postings have docids before `docid`, no less than `first`,
 * that of the segment: exactly, or as if they lay evenly in their block, which
 * is not unpacked then. *hint is 0 at first; `docid` must not be smaller than
 * in the call before with the same hint. */
double postings_before(const struct segment_postings *in, uint32_t first,
                       uint64_t docid, bool exact, uint32_t *hint);

/* Docid of a cursor behind the last posting; no article has it. */
#define CURSOR_END UINT32_MAX

/* Moves through the postings of a term in one segment, forward only. */
struct term_cursor {
    struct match_state *state;
    const struct postings *postings;
    const struct segment_postings *in;
    const struct blocks *file; /* for lengths */
    uint32_t at;               /* docid; 0 before the first, CURSOR_END */
    double most;               /* the greatest score; a multiple of BM25_GRID */
    double unit;    /* score that a tf part of 1 / BLOCKS_TF bounds */
    uint32_t asked; /* block of the last bound; none before it matters */
    uint32_t here;  /* block that is unpacked, or UINT32_MAX */
    uint32_t last;  /* docid of those that are here; 0: none */
    const uint32_t *docids, *wdfs;
    uint32_t count, pos; /* of docids; where `at` is */
    bool has_wdfs;
    struct block block;
};

void term_cursor_init(struct term_cursor *c, struct match_state *state,
                      const struct postings *postings, const struct snapshot *s,
                      size_t segment);
/* The greatest score, as a multiple of BM25_GRID, of the postings from `docid`
 * to *upto, which is `docid` at least; -1 if there are none. `docid` must not
 * be smaller than in any call before. */
double term_cursor_bound(struct term_cursor *c, uint32_t docid, uint32_t *upto);
/* The same for the postings from `docid` to `last`, no less than it is; leaves
 * the cursor as it is. */
double term_cursor_bound_to(const struct term_cursor *c, uint32_t docid,
                            uint32_t last);
/* Moves to the first posting from `docid` on, or to a later one if those before
 * score less than `least`. Stays where it is if that is not before `docid`. */
uint32_t term_cursor_seek(struct term_cursor *c, uint32_t docid, double least);
/* Score of the posting that the cursor is at, and its wdf. */
double term_cursor_score(struct term_cursor *c);
uint32_t term_cursor_wdf(struct term_cursor *c);

/* Adds the scores of the postings in [first, first + count) to scores[docid -
 * first], if that is not NULL, and sets those bits; the cursor moves behind
 * them. */
void term_cursor_add(struct term_cursor *c, uint32_t first, uint32_t count,
                     double *scores, uint64_t *bits);

#endif
