/* Owns the making of match trees for the planner: terms, groups, checks.
 * Promises that whoever hands a tree over need not free it, also on failure. */
#include "searcher/match/planner.h"

struct match_tree *planner_fail(struct planner *p, int rc)
{
    if (p->rc == NH_OK)
        p->rc = rc;
    return NULL;
}

static struct match_tree *made(struct planner *p, struct match_tree *tree)
{
    return tree ? tree : planner_fail(p, error_nomem(p->err));
}

struct match_tree *planner_group(struct planner *p, enum tree_op op)
{
    return made(p, match_tree_op(op));
}

struct match_tree *planner_add(struct planner *p, struct match_tree *group,
                               struct match_tree *child)
{
    if (group && child && match_tree_add(group, child))
        return group;
    if (group && child)
        planner_fail(p, error_nomem(p->err));
    if (!group)
        match_tree_free(child);
    match_tree_free(group);
    return NULL;
}

struct match_tree *planner_everything(struct planner *p)
{
    return made(p, match_tree_op(TREE_ALL));
}

struct match_tree *planner_settle(struct planner *p, struct match_tree *group)
{
    if (group && group->count == 0)
        group = planner_add(p, group, planner_everything(p));
    return group ? match_tree_unwrap(group) : NULL;
}

struct match_tree *planner_without(struct planner *p, struct match_tree *a,
                                   struct match_tree *b)
{
    if (a && b)
        return made(p, match_tree_without(a, b));
    match_tree_free(a);
    match_tree_free(b);
    return NULL;
}

struct match_tree *planner_term(struct planner *p, const char *prefix,
                                struct slice value, bool weighs)
{
    struct postings *found;
    struct plan *plan = p->plan;
    schema_term(&p->term, prefix, value);
    if (p->term.failed)
        return planner_fail(p, error_nomem(p->err));
    int rc = postings_new(&found, plan->state.snapshot,
                          (struct slice){p->term.data, p->term.len}, p->err);
    if (rc != NH_OK)
        return planner_fail(p, rc);
    found->next = plan->postings;
    plan->postings = found;
    return made(p, match_tree_term(found, !weighs));
}

struct match_tree *planner_filter(struct planner *p, const char *prefix,
                                  struct slice value)
{
    return planner_term(p, prefix, value, false);
}

struct match_tree *planner_set(struct planner *p, uint32_t *docids,
                               size_t count)
{
    return made(p, match_tree_set(docids, count));
}

struct match_tree *planner_checked(struct planner *p, struct match_tree *all,
                                   struct text_check *check)
{
    if (check) {
        check->next = p->plan->checks;
        p->plan->checks = check;
    }
    if (all && check && match_tree_check(all, check))
        return planner_settle(p, all);
    if (all && check)
        planner_fail(p, error_nomem(p->err));
    match_tree_free(all);
    return NULL;
}
