/* From a query's tree to one that can be run over an index. */
#ifndef SEARCHER_PLAN_H
#define SEARCHER_PLAN_H

#include "common/analysis.h"
#include "searcher/match_source.h"
#include "searcher/query.h"
#include "searcher/stems.h"

struct plan {
    struct match_source source;
    struct match_state state;
    struct postings *postings; /* of the tree */
    struct text_check *checks; /* of the tree */
    struct buf notice;         /* what the index has no word for, or empty */
    bool ranked;               /* some part has weight */
    bool can_loosen;           /* any-word would change something */
};

/* Plans a query for a snapshot, which must outlive the plan and have at least
 * one segment; so must the query, stemmer and stems. `any`: plain words are
 * loosened. A wildcard or fuzzy word may stand for `most_words` words. The plan
 * must not be moved. */
int plan_make(struct plan *plan, const struct query *q,
              const struct snapshot *snapshot, struct stemmer *stemmer,
              struct stem_index *stems, bool any, uint32_t most_words,
              struct nh_error *err);
void plan_release(struct plan *plan);

#endif
