/* Trees of words as queries for Xapian's matcher. */
#ifndef SEARCHER_RANKED_LIST_H
#define SEARCHER_RANKED_LIST_H

#include <stdatomic.h>

#include "searcher/ranked_tree.h"

/* The score that an article must reach to get onto the page, as far as searches
 * side by side know: each is of some of the articles. */
struct ranked_share {
    _Atomic uint64_t least; /* bits of a double, which sort as it does */
};

/* What the lists of one search share. */
struct ranked_scope {
    const struct snapshot *snapshot;
    uint32_t first, last;       /* only articles with these numbers */
    struct ranked_share *share; /* or NULL */
    struct cursor_state state;
};

/* A tree that is asked as one list. */
struct ranked_query {
    struct ranked_query *next; /* for lists */
    struct ranked_scope *scope;
    struct ranked_tree *tree; /* owned */
    bool scored;              /* if not, it only filters */
    bool checks;              /* xw_list_facts */
    bool alone;               /* no other part of the query has weight */
    /* For a list that is the whole query: */
    uint64_t exactly; /* at least so many matches are counted, if there are */
    uint64_t counted; /* in this search; all, if less than `exactly` */
    double estimate;  /* of their number */
    uint64_t most;
    struct buf name;
};

/* Takes the tree over, also on failure. `scope` is borrowed. */
int ranked_query_new(struct ranked_query **out, struct ranked_tree *tree,
                     bool scored, bool checks, struct ranked_scope *scope,
                     struct nh_error *err);
/* Frees it and those behind it. */
void ranked_query_free(struct ranked_query *q);
/* Counts all matches, in q->counted. */
int ranked_query_count(struct ranked_query *q, struct nh_error *err);
/* As a query for Xapian, which `q` must outlive. After each search, look at
 * scope->state. */
int ranked_query_xapian(struct ranked_query *q, xw_query **out,
                        struct nh_error *err);

#endif
