/* Makes match trees: what plan.c and plan_filter.c build plans from. */
#ifndef SEARCHER_MATCH_PLANNER_H
#define SEARCHER_MATCH_PLANNER_H

#include "searcher/index/name_rules.h"
#include "searcher/match/plan.h"

struct planner {
    struct plan *plan;
    struct stemmer *stemmer;
    struct stem_index *stems;
    const struct name_rules *rules; /* or NULL */
    bool any;
    bool has_text;       /* words rank, filters only filter */
    uint32_t most_words; /* that a wildcard or fuzzy word may stand for */
    uint64_t words_left; /* that those still to come may stand for together */
    struct buf term, scratch;
    bool in_list; /* the notice ends in words that the index lacks */
    int rc;       /* of the first failure, whose tree is NULL */
    struct nh_error *err;
};

/* Below, NULL stands for a tree that could not be made: p->rc says why. Trees
 * that are handed over are taken over, also on failure. */

/* NULL, once the code of what failed is noted. */
struct match_tree *planner_fail(struct planner *p, int rc);
struct match_tree *planner_group(struct planner *p, enum tree_op op);
/* Adds to a group. */
struct match_tree *planner_add(struct planner *p, struct match_tree *group,
                               struct match_tree *child);
struct match_tree *planner_everything(struct planner *p);
/* A group of one is that one; an AND of none finds everything. */
struct match_tree *planner_settle(struct planner *p, struct match_tree *group);
struct match_tree *planner_without(struct planner *p, struct match_tree *a,
                                   struct match_tree *b);
/* A term; one that does not weigh only filters. */
struct match_tree *planner_term(struct planner *p, const char *prefix,
                                struct slice value, bool weighs);
struct match_tree *planner_filter(struct planner *p, const char *prefix,
                                  struct slice value);
/* Live articles, ascending; the list is taken over, also on failure. */
struct match_tree *planner_set(struct planner *p, uint32_t *docids,
                               size_t count);
/* An AND with a check, which the plan takes over. */
struct match_tree *planner_checked(struct planner *p, struct match_tree *all,
                                   struct text_check *check);

#endif
