/* What the score of an article is made of, and why an article is not found. */
#ifndef SEARCHER_PRESENT_EXPLAIN_H
#define SEARCHER_PRESENT_EXPLAIN_H

#include "searcher/index/index.h"
#include "searcher/match/plan.h"

/* The terms of a plan that score in an article which it finds, in `arena`, and
 * what the article's age makes of their sum. */
int explain_scores(nh_index *index, struct plan *plan,
                   const struct nh_search_options *o, uint32_t docid,
                   struct arena *arena, struct nh_term_score **terms,
                   size_t *count, double *recency, struct nh_error *err);
/* The reasons of nh_index_why_not for a parsed query; the index has the
 * article. */
int explain_failure(nh_index *index, const struct query *query,
                    const struct nh_search_options *o, uint32_t docid,
                    nh_reasons **out, struct nh_error *err);

#endif
