/* From the parsed query to what Xapian runs and what the streams decide. */
#ifndef SEARCHER_PLAN_H
#define SEARCHER_PLAN_H

#include "common/analysis.h"
#include "searcher/query.h"
#include "searcher/ranked_list.h"
#include "searcher/verify.h"

struct plan {
    xw_query *query;
    struct verify_state state;
    struct decision decision;    /* its checks belong to the plan */
    bool decide;                 /* the decision has to be asked */
    struct phrase_check *inner;  /* checks inside the query */
    struct word_postings *words; /* of the query */
    struct ranked_query *lists;  /* inside the query, over the words */
    struct ranked_scope scope;   /* of the lists */
    struct ranked_query *whole;  /* the list that the query is, and no more */
    bool ranked;                 /* some part has weight */
    bool can_loosen;             /* any-word would change something */
};

enum plan_flag {
    PLAN_ANY = 1,     /* plain words are loosened */
    PLAN_UNSCORED = 2 /* no scores are wanted */
};

/* Plans a query for a snapshot, which must outlive the plan and have at least
 * one segment; flags of enum plan_flag. The plan must not be moved. */
int plan_make(struct plan *plan, const struct query *q,
              const struct snapshot *snapshot, struct stemmer *stemmer,
              unsigned flags, struct nh_error *err);
void plan_release(struct plan *plan);

#endif
