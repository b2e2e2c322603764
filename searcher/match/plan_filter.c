/* Owns the planning of filters.
 * Promises that rules about names hold as if names were stored so. */
#include "searcher/match/plan_filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text/date.h"
#include "searcher/match/copy_finder.h"

static struct match_tree *nothing(struct planner *p)
{
    return planner_filter(p, SCHEMA_HAS_PREFIX, (struct slice){"", 0});
}

/* ---- Names. */

static struct match_tree *exact_name(struct planner *p, enum field field,
                                     struct slice name)
{
    return planner_filter(p, schema_fields[field].prefix, name);
}

/* Adds the words of a folded name. */
static struct match_tree *add_name_words(struct planner *p,
                                         const struct field_def *def,
                                         struct slice name, bool weigh,
                                         struct match_tree *all)
{
    struct slice word;
    while (all && (word = slice_word(&name)).len > 0)
        all =
            planner_add(p, all, planner_term(p, def->word_prefix, word, weigh));
    return all;
}

/* A whole name, with its words if they weigh. */
static struct match_tree *whole_name(struct planner *p, enum field field,
                                     struct slice name, bool weigh)
{
    const struct field_def *def = &schema_fields[field];
    struct match_tree *all = planner_group(p, TREE_AND);
    if (weigh)
        all = add_name_words(p, def, name, true, all);
    return planner_settle(p, planner_add(p, all, exact_name(p, field, name)));
}

/* Whether an article has the name. True after a failure. */
static bool is_stored(struct planner *p, enum field field, struct slice name)
{
    bool found = true;
    schema_term(&p->term, schema_fields[field].prefix, name);
    int rc =
        p->term.failed
            ? error_nomem(p->err)
            : postings_exist(&found, p->plan->state.snapshot,
                             (struct slice){p->term.data, p->term.len}, p->err);
    if (rc != NH_OK)
        planner_fail(p, rc);
    return found;
}

/* `tree`, or names that rules make it find; those that they may take from it
 * are added to `lost`. */
static struct match_tree *
with_rules(struct planner *p, const struct query_node *n, struct slice word,
           bool weigh, struct match_tree *tree, struct match_tree **lost)
{
    size_t count;
    struct name_change *changes = name_rules_changes(p->rules, n, word, &count);
    if (count == 0)
        return tree;
    struct match_tree *any = planner_add(p, planner_group(p, TREE_OR), tree);
    if (!changes) {
        match_tree_free(any);
        return planner_fail(p, error_nomem(p->err));
    }
    for (size_t i = 0; any && i < count; i++) {
        const struct name_change *c = &changes[i];
        if (!is_stored(p, c->stored, c->folded))
            continue;
        if (c->found)
            any = planner_add(p, any,
                              n->kind == QUERY_FILTER
                                  ? whole_name(p, c->stored, c->folded, weigh)
                                  : exact_name(p, c->stored, c->folded));
        else
            *lost = planner_add(p, *lost, exact_name(p, c->stored, c->folded));
    }
    free(changes);
    return planner_settle(p, any);
}

/* All words of a filter, or that the article has the field. */
static struct match_tree *name_parts(struct planner *p,
                                     const struct query_node *n, bool weigh,
                                     struct match_tree **lost)
{
    const struct field_def *def = &schema_fields[n->field];
    struct match_tree *all = planner_group(p, TREE_AND);
    if (n->kind == QUERY_HAS)
        all = planner_add(
            p, all, planner_filter(p, SCHEMA_HAS_PREFIX, slice_of(def->name)));
    else
        all = add_name_words(p, def, n->value, weigh, all);
    return with_rules(p, n, n->value, weigh, planner_settle(p, all), lost);
}

/* Articles of `all` that show a name with the filter's words side by side. */
static struct match_tree *in_one_name(struct planner *p,
                                      const struct query_node *n,
                                      struct match_tree *all)
{
    struct text_check *check;
    if (!all)
        return NULL;
    int rc = names_check_new(&check, &p->plan->state, p->rules, n, p->err);
    if (rc == NH_OK)
        return planner_checked(
            p, planner_add(p, planner_group(p, TREE_AND), all), check);
    match_tree_free(all);
    return planner_fail(p, rc);
}

/* Articles without the names that rules take away are found by their terms; of
 * the others the names are looked at. */
static struct match_tree *plan_names(struct planner *p,
                                     const struct query_node *n, bool weigh)
{
    struct match_tree *lost = planner_group(p, TREE_OR);
    struct match_tree *all = name_parts(p, n, weigh, &lost);
    if (n->kind == QUERY_FILTER && memchr(n->value.data, ' ', n->value.len)) {
        match_tree_free(lost);
        return in_one_name(p, n, all);
    }
    if (!all || !lost || lost->count == 0) {
        match_tree_free(lost);
        return all;
    }
    struct text_check *check;
    struct match_tree *again = planner_group(p, TREE_OR);
    struct match_tree *rest = planner_add(p, planner_group(p, TREE_AND),
                                          name_parts(p, n, weigh, &again));
    struct match_tree *sure = planner_without(p, all, planner_settle(p, lost));
    rest = planner_add(p, rest, planner_settle(p, again));
    int rc = names_check_new(&check, &p->plan->state, p->rules, n, p->err);
    if (rc != NH_OK)
        planner_fail(p, rc);
    rest = planner_checked(p, rest, rc == NH_OK ? check : NULL);
    return planner_settle(
        p,
        planner_add(p, planner_add(p, planner_group(p, TREE_OR), sure), rest));
}

/* A whole name, or those that rules make one with it. */
static struct match_tree *
plan_whole_name(struct planner *p, const struct query_node *n, bool weigh)
{
    struct match_tree *lost = planner_group(p, TREE_OR);
    struct match_tree *any =
        with_rules(p, n, (struct slice){"", 0}, weigh, nothing(p), &lost);
    if (any && lost && lost->count == 0)
        any = planner_settle(
            p, planner_add(p, planner_add(p, planner_group(p, TREE_OR), any),
                           whole_name(p, n->field, n->value, weigh)));
    match_tree_free(lost);
    return any;
}

/* ---- Copies. */

/* An article and its copies. */
static struct match_tree *plan_copies(struct planner *p,
                                      const struct query_node *n)
{
    struct copy_finder finder;
    struct match_state *state = &p->plan->state;
    struct buf *notice = &p->plan->notice;
    uint32_t docid;
    memset(&finder, 0, sizeof finder);
    int rc = snapshot_find(state->snapshot, n->value, &docid, p->err);
    if (rc == NH_ENOTFOUND) {
        p->in_list = false;
        buf_append_str(notice, notice->len ? "; there is no article '"
                                           : "there is no article '");
        buf_append(notice, n->value.data, n->value.len);
        buf_append_byte(notice, '\'');
        return notice->failed ? planner_fail(p, error_nomem(p->err))
                              : planner_set(p, NULL, 0);
    }
    if (rc == NH_OK)
        rc = copy_finder_run(&finder, state, docid, false, p->err);
    struct match_tree *tree = rc == NH_OK
                                  ? planner_set(p, finder.docids, finder.count)
                                  : planner_fail(p, rc);
    if (rc == NH_OK)
        finder.docids = NULL; /* the tree's now */
    copy_finder_release(&finder);
    return tree;
}

/* A value, or what is part of it: pages of a site, kinds of a language. */
static struct match_tree *wide_value(struct planner *p,
                                     const struct query_node *n)
{
    struct match_tree *exact = exact_name(p, n->field, n->value);
    const char *prefix = schema_fields[n->field].wide_prefix;
    struct buf scratch = BUF_INIT;
    const struct slice wide =
        prefix ? schema_wide_value(n->field, n->value, &scratch)
               : (struct slice){"", 0};
    if (wide.len)
        exact = planner_settle(
            p, planner_add(p, planner_add(p, planner_group(p, TREE_OR), exact),
                           planner_filter(p, prefix, wide)));
    const bool failed = scratch.failed;
    buf_release(&scratch);
    if (!failed)
        return exact;
    match_tree_free(exact);
    return planner_fail(p, error_nomem(p->err));
}

struct match_tree *plan_filter(struct planner *p, const struct query_node *n)
{
    if (n->field == FIELD_COPIES)
        return plan_copies(p, n);
    const struct field_def *def = &schema_fields[n->field];
    /* Without words in the query, mentions rank. */
    const bool weigh = def->entity && !p->has_text;
    if (def->kind != FIELD_KIND_NAME)
        return wide_value(p, n);
    if (!n->whole)
        return plan_names(p, n, weigh);
    return p->rules ? plan_whole_name(p, n, weigh)
                    : whole_name(p, n->field, n->value, weigh);
}

/* ---- Dates. */

static struct match_tree *date_term(struct planner *p, char letter,
                                    int64_t value, int digits)
{
    char prefix[2] = {letter, '\0'}, text[16];
    snprintf(text, sizeof text, "%0*lld", digits, (long long)value);
    return planner_filter(p, prefix, slice_of(text));
}

/* Adds terms for the days first..last: whole years, else whole months, else
 * days. */
static struct match_tree *add_date_terms(struct planner *p, int64_t first,
                                         int64_t last, struct match_tree *any)
{
    while (any && first <= last) {
        struct date_civil c = date_civil_of(first);
        int64_t year_end = date_days((struct date_civil){c.year, 12, 31});
        int64_t month_end = first - c.day + date_month_length(c.year, c.month);
        if (c.day == 1 && c.month == 1 && year_end <= last) {
            any = planner_add(p, any, date_term(p, 'Y', c.year, 4));
            first = year_end + 1;
        } else if (c.day == 1 && month_end <= last) {
            any = planner_add(p, any,
                              date_term(p, 'M', c.year * 100 + c.month, 6));
            first = month_end + 1;
        } else {
            any = planner_add(
                p, any,
                date_term(p, 'D', (c.year * 100 + c.month) * 100 + c.day, 8));
            first++;
        }
    }
    return any;
}

/* Ends an open range where the index's dates do. */
static int date_limits(struct planner *p, int64_t *first, int64_t *last)
{
    const struct snapshot *s = p->plan->state.snapshot;
    struct buf room = BUF_INIT;
    struct slice least, most;
    uint32_t count;
    int64_t from = INT64_MAX, to = INT64_MIN;
    int rc = snapshot_tables(s, p->err);
    for (size_t i = 0; rc == NH_OK && i < s->count; i++) {
        const int any =
            glass_value_bounds(&s->segments[i].glass, SCHEMA_DATE_SLOT, &room,
                               &count, &least, &most, p->err);
        rc = any < 0 ? any : NH_OK;
        if (any != 1)
            continue;
        if (least.len != DATE_SORTABLE || most.len != DATE_SORTABLE ||
            !date_seconds_valid(date_of_sortable(least.data)) ||
            !date_seconds_valid(date_of_sortable(most.data))) {
            rc = glass_damaged(&s->segments[i].glass.table,
                               "the bounds of its dates", p->err);
            break;
        }
        const int64_t day = date_day_of(date_of_sortable(least.data)),
                      end = date_day_of(date_of_sortable(most.data));
        from = day < from ? day : from;
        to = end > to ? end : to;
    }
    *first = *first > from ? *first : from; /* without dates: no days */
    *last = *last < to ? *last : to;
    buf_release(&room);
    return rc;
}

struct match_tree *plan_date(struct planner *p, const struct query_node *n)
{
    int64_t first = n->first, last = n->last;
    int rc = date_limits(p, &first, &last);
    if (rc != NH_OK)
        return planner_fail(p, rc);
    struct match_tree *any =
        add_date_terms(p, first, last, planner_group(p, TREE_OR));
    if (any && any->count == 0) /* no such days in the index */
        any = planner_add(p, any, nothing(p));
    if (any)
        any->disjoint = true; /* an article has one date */
    return planner_settle(p, any);
}

/* ---- */

struct match_tree *plan_has(struct planner *p, const struct query_node *n)
{
    return n->field == FIELD_ID ? planner_everything(p)
                                : plan_names(p, n, false);
}
