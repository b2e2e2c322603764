/* Plans the filters of a query. The functions return NULL for a tree that could
 * not be made: p->rc says why. */
#ifndef SEARCHER_MATCH_PLAN_FILTER_H
#define SEARCHER_MATCH_PLAN_FILTER_H

#include "searcher/match/planner.h"

/* Plans a filter on the value of a field. */
struct match_tree *plan_filter(struct planner *p, const struct query_node *n);
/* Plans has:, the articles that have a value of a field. */
struct match_tree *plan_has(struct planner *p, const struct query_node *n);
/* Plans a filter on the days of articles. */
struct match_tree *plan_date(struct planner *p, const struct query_node *n);

#endif
