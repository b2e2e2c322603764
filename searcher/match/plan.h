/* From a query's tree to one that can be run over an index. */
#ifndef SEARCHER_MATCH_PLAN_H
#define SEARCHER_MATCH_PLAN_H

#include "searcher/index/index.h"
#include "searcher/match/posting_source.h"
#include "searcher/places/expand.h"
#include "searcher/query/query.h"

struct plan {
    struct posting_source source;
    struct match_state state;
    struct postings *postings;      /* of the tree */
    struct text_check *checks;      /* of the tree */
    struct pattern_words *patterns; /* of the query */
    struct buf notice; /* what the index has no word for, or empty */
    bool ranked;       /* some part has weight */
    bool can_loosen;   /* any-word would change something */
};

/* Plans a query for an index, which must outlive the plan and have at least one
 * segment; so must the query. Of the options `any`, `expand` and `effort` are
 * looked at. The plan must not be moved. */
int plan_make(struct plan *plan, const struct query *q, nh_index *index,
              const struct nh_search_options *o, struct nh_error *err);
void plan_release(struct plan *plan);
/* A cursor of the plan's tree that stands at the article and has confirmed it;
 * *out is NULL if the plan does not find it. */
int plan_find(struct tree_cursor **out, struct plan *plan, uint32_t docid,
              struct nh_error *err);

#endif
