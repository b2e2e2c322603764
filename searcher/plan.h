/* From the parsed query to what Xapian runs and what the streams decide. */
#ifndef SEARCHER_PLAN_H
#define SEARCHER_PLAN_H

#include "common/analysis.h"
#include "searcher/query.h"
#include "searcher/verify.h"

struct plan {
    xw_query *query;
    struct verify_state state;
    struct decision decision;   /* its checks belong to the plan */
    bool decide;                /* the decision has to be asked */
    struct phrase_check *inner; /* checks inside the query */
    bool ranked;                /* some part has weight */
    bool can_loosen;            /* any-word would change something */
};

/* Weight of a word's occurrence in the title, beside that in the text. */
#define PLAN_TITLE_BOOST 1.0

/* Plans a query for a snapshot, which must outlive the plan and have at least
 * one segment. `any`: plain words are loosened. */
int plan_make(struct plan *plan, const struct query *q,
              const struct snapshot *snapshot, struct stemmer *stemmer,
              bool any, struct nh_error *err);
void plan_release(struct plan *plan);

#endif
