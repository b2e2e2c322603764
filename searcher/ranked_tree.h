/* Trees of words under AND and OR, and cursors for them in one segment that
 * leave out what cannot score enough. */
#ifndef SEARCHER_RANKED_TREE_H
#define SEARCHER_RANKED_TREE_H

#include "searcher/postings.h"

enum ranked_op { RANKED_WORD, RANKED_AND, RANKED_OR };

struct ranked_tree {
    enum ranked_op op;
    const struct word_postings *word; /* of RANKED_WORD; borrowed */
    struct ranked_tree **children;    /* of the others; owned */
    size_t count, cap;
};

/* A word, or an AND or OR without children yet. NULL if memory ran out. */
struct ranked_tree *ranked_tree_word(const struct word_postings *word);
struct ranked_tree *ranked_tree_op(enum ranked_op op);
void ranked_tree_free(struct ranked_tree *t);
/* Takes `child` over; on failure too: false if memory ran out. A child of the
 * same operator is taken apart. */
bool ranked_tree_add(struct ranked_tree *t, struct ranked_tree *child);
/* Appends the tree for people to read. */
void ranked_tree_describe(const struct ranked_tree *t, struct buf *out);

/* Numbers of matches. */
struct tree_counts {
    uint32_t least, most;
    double estimate;
};

struct tree_cursor {
    enum ranked_op op;
    uint32_t at;                  /* as of a word_cursor */
    double most;                  /* greatest score */
    double bound;                 /* what tree_cursor_bound last returned */
    uint32_t upto;                /* and up to where that holds */
    struct word_cursor *word;     /* of RANKED_WORD */
    struct tree_cursor *children; /* of AND: the rarest first */
    size_t count;
    struct tree_counts counts;
};

/* A cursor for segment number `segment`; the tree, its words and the snapshot
 * outlive it. */
int tree_cursor_new(struct tree_cursor **out, const struct ranked_tree *t,
                    const struct snapshot *s, size_t segment,
                    struct cursor_state *state, struct nh_error *err);
void tree_cursor_free(struct tree_cursor *c);
/* As of a word_cursor. */
double tree_cursor_bound(struct tree_cursor *c, uint32_t docid, uint32_t *upto);
uint32_t tree_cursor_seek(struct tree_cursor *c, uint32_t docid, double least);
double tree_cursor_score(struct tree_cursor *c);
/* The greatest score from `docid` to `last`, or more. */
double tree_cursor_bound_to(const struct tree_cursor *c, uint32_t docid,
                            uint32_t last);
/* Moves to `docid` if that matches: true. If not, the cursor is anywhere
 * before the next match. */
bool tree_cursor_has(struct tree_cursor *c, uint32_t docid);
void tree_cursor_add(struct tree_cursor *c, uint32_t first, uint32_t count,
                     double *scores, uint64_t *bits);

#endif
