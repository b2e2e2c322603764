/* Trees of terms and phrases under AND, OR and WITHOUT, and cursors for
 * them in one segment that leave out what cannot score enough.
 *
 * A cursor moves in two steps, so that texts are only read where everything
 * else fits: seeking finds the next article that may match, and confirming
 * decides whether it does. */
#ifndef SEARCHER_MATCH_MATCH_TREE_H
#define SEARCHER_MATCH_MATCH_TREE_H

#include "searcher/match/postings.h"
#include "searcher/places/candidate_check.h"

enum tree_op {
    TREE_TERM,   /* a term */
    TREE_ALL,    /* all articles */
    TREE_SET,    /* those of a list */
    TREE_AND,    /* all children, and what the checks say */
    TREE_OR,     /* one child at least */
    TREE_WITHOUT /* the first child and not the second */
};

struct match_tree {
    enum tree_op op;
    bool filter;                     /* of a term: it does not score */
    const struct postings *postings; /* of a term; borrowed */
    uint32_t *docids;                /* of a set; owned, ascending */
    size_t docid_count;
    struct match_tree **children; /* owned */
    size_t count, cap;
    bool disjoint;              /* of TREE_OR: no article has two children */
    struct text_check **checks; /* of TREE_AND; borrowed */
    size_t check_count, check_cap;
};

/* NULL if memory ran out. */
struct match_tree *match_tree_term(const struct postings *postings,
                                   bool filter);
/* Live articles; takes the list over, also on failure. */
struct match_tree *match_tree_set(uint32_t *docids, size_t count);
/* Everything, or an AND or OR without children yet. */
struct match_tree *match_tree_op(enum tree_op op);
/* Takes both over, also on failure. */
struct match_tree *match_tree_without(struct match_tree *a,
                                      struct match_tree *b);
void match_tree_free(struct match_tree *t);
/* Whether any match can score. */
bool match_tree_scores(const struct match_tree *t);
/* Takes `child` over, also on failure: false if memory ran out. A child of the
 * same operator is taken apart, but not a disjoint one. */
bool match_tree_add(struct match_tree *t, struct match_tree *child);
bool match_tree_check(struct match_tree *t, struct text_check *check);
/* The child of an AND or OR that has one and no checks, which goes; else `t`.
 */
struct match_tree *match_tree_unwrap(struct match_tree *t);
/* Appends the tree for people to read. */
void match_tree_describe(const struct match_tree *t, struct buf *out);

/* Numbers of an OR that does not score are found this many at a time. */
#define TREE_BITS 4096u

struct tree_cursor {
    enum tree_op op;
    uint32_t at;   /* docid; 0 before the first, CURSOR_END behind the last */
    double most;   /* greatest score; 0: it does not score */
    double bound;  /* what tree_cursor_bound last returned */
    uint32_t upto; /* and up to where that holds */
    struct match_state *state;
    struct term_cursor *term;        /* of TREE_TERM */
    const struct articles *articles; /* of TREE_ALL */
    const uint32_t *docids;          /* of TREE_SET: those not before `at` */
    size_t docid_count;
    struct tree_cursor *children; /* of AND: the rarest first */
    size_t count;
    struct text_check *const *checks;
    size_t check_count;
    bool unsure;      /* what it finds has to be confirmed */
    bool confirmed;   /* `at` was, and matches; of an OR's children */
    uint64_t *bits;   /* of an OR that does not score: those of docids */
    uint32_t bits_at; /* [bits_at, bits_end) */
    uint32_t bits_end, bits_span;
    double estimate; /* of the number of matches */
};

/* A cursor for segment number `segment`; the tree, what it borrows and the
 * snapshot outlive it. If not `scored`, nothing scores. */
int tree_cursor_new(struct tree_cursor **out, const struct match_tree *t,
                    const struct snapshot *s, size_t segment, bool scored,
                    struct match_state *state, struct nh_error *err);
void tree_cursor_free(struct tree_cursor *c);
/* Moves to the first article from `docid` on that may match, or to a later one
 * if those before score less than `least`. Stays where it is if that is not
 * before `docid`. */
uint32_t tree_cursor_seek(struct tree_cursor *c, uint32_t docid, double least);
/* Whether the article that the cursor is at matches. */
bool tree_cursor_confirm(struct tree_cursor *c);
/* Whether nothing but checks decides what the cursor finds, so that they can be
 * made later; and these checks. */
bool tree_cursor_only_checks(const struct tree_cursor *c);
bool tree_cursor_check(const struct tree_cursor *c, uint32_t docid);
/* Its score, if it was confirmed; if not, what it can be at most. */
double tree_cursor_score(struct tree_cursor *c, bool confirmed);
/* Calls `each` for the terms that its score, once confirmed, is the sum of. */
void tree_cursor_terms(struct tree_cursor *c,
                       void (*each)(void *ctx, struct term_cursor *term),
                       void *ctx);
/* The greatest score, or more, of the articles from `docid` to *upto; -1 if
 * there are none. A multiple of BM25_GRID. `docid` must not be smaller than in
 * any call before. */
double tree_cursor_bound(struct tree_cursor *c, uint32_t docid, uint32_t *upto);
/* The same up to `last`; leaves the cursor as it is. */
double tree_cursor_bound_to(const struct tree_cursor *c, uint32_t docid,
                            uint32_t last);
/* Adds the scores of the matches in [first, first + count) to scores[docid -
 * first], if that is not NULL, and sets those bits; moves behind them. */
void tree_cursor_add(struct tree_cursor *c, uint32_t first, uint32_t count,
                     double *scores, uint64_t *bits);

#endif
