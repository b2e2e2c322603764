/* Owns the way through all matches of a query and all its occurrences.
 * Promises exact sets: nothing is sampled or estimated. */
#include "searcher/insight/reading.h"

#include <stdlib.h>
#include <string.h>

#include "searcher/widen/query_expand.h"

void reading_release(struct reading *r)
{
    span_finder_release(&r->finder);
    for (size_t i = 0; i < r->condition_count; i++)
        match_set_release(&r->conditions[i]);
    free(r->conditions);
    free(r->parts);
    free(r->spans.items);
    free(r->marks.items);
    match_set_release(&r->found);
    if (r->planned)
        plan_release(&r->plan);
    query_release(&r->query);
    memset(r, 0, sizeof *r);
}

/* ---- Parts. */

static int add_part(struct reading *r, struct span_part *part, size_t condition,
                    struct nh_error *err)
{
    if (r->part_count == r->part_cap) {
        struct reading_part *parts =
            array_grow(r->parts, &r->part_cap, sizeof *parts);
        if (!parts)
            return error_nomem(err);
        r->parts = parts;
    }
    r->parts[r->part_count++] = (struct reading_part){part, condition};
    return NH_OK;
}

static struct nh_search_options search_options(const struct reading_options *o)
{
    struct nh_search_options s = NH_SEARCH_OPTIONS_INIT;
    s.now = o->now;
    s.expand = o->expand ? o->expand : NH_EXPAND_DEFAULT;
    s.effort = o->effort ? o->effort : NH_EFFORT_DEFAULT;
    return s;
}

/* Finds the articles that a part of the query matches, among those of
 * condition *number; sets *number to the new condition. */
static int add_condition(struct reading *r, const struct query_node *node,
                         const struct reading_options *o, size_t *number,
                         struct nh_error *err)
{
    const struct nh_search_options s = search_options(o);
    struct query q;
    struct plan plan;
    memset(&q, 0, sizeof q);
    q.root = (struct query_node *)(uintptr_t)node; /* plans only read it */
    if (r->condition_count == r->condition_cap) {
        struct match_set *sets =
            array_grow(r->conditions, &r->condition_cap, sizeof *sets);
        if (!sets)
            return error_nomem(err);
        r->conditions = sets;
    }
    int rc = plan_make(&plan, &q, r->index, &s, err);
    if (rc != NH_OK)
        return rc;
    struct match_set *set = &r->conditions[r->condition_count];
    rc = match_set_find(set, &plan, err);
    plan_release(&plan);
    if (rc == NH_OK && *number)
        match_set_and(set, &r->conditions[*number - 1]);
    *number = ++r->condition_count;
    return rc;
}

/* True if a part counts only in some articles: an AND where all of it holds; a
 * word that the end of a line divides where it is divided. */
static bool is_condition(const struct query_node *n)
{
    bool rest = false;
    for (size_t i = 0; i < n->word_count; i++)
        rest = rest || n->words[i].rest;
    return rest || n->kind == QUERY_AND;
}

/* Collects the parts that have occurrences. What is_condition says of a part
 * matters under an OR only. The depth is limited by QUERY_DEPTH_MAX. */
static int collect(struct reading *r, struct span_part *p, size_t condition,
                   const struct reading_options *o, struct nh_error *err)
{
    const struct query_node *n = p->node;
    int rc = NH_OK;
    if (n->kind == QUERY_NOT || n->kind == QUERY_ALL || n->kind == QUERY_DATE)
        return NH_OK;
    if (n->kind != QUERY_AND && n->kind != QUERY_OR)
        return add_part(r, p, condition, err);
    for (size_t i = 0; rc == NH_OK && i < p->count; i++) {
        size_t own = condition;
        if (n->kind == QUERY_OR && is_condition(p->parts[i].node))
            rc = add_condition(r, p->parts[i].node, o, &own, err);
        if (rc == NH_OK)
            rc = collect(r, &p->parts[i], own, o, err);
    }
    return rc;
}

static int prepare(struct reading *r, const struct reading_options *o,
                   struct nh_error *err)
{
    r->state.snapshot = &r->index->snapshot;
    r->state.most_work = UINT64_MAX; /* one pass over the matches */
    const struct span_sources sources = {&r->state, r->plan.patterns,
                                         &r->index->stems, r->index->stemmer,
                                         index_rules(r->index)};
    if (!span_finder_init(&r->finder, r->query.root, &sources))
        return error_nomem(err);
    return collect(r, &r->finder.root, 0, o, err);
}

/* ---- Opening. */

static struct slice optional(const char *s)
{
    return s ? slice_of(s) : (struct slice){"", 0};
}

int reading_open(struct reading *r, nh_index *index,
                 const struct reading_options *o, struct slice query,
                 struct nh_error *err)
{
    const struct nh_search_options s = search_options(o);
    const int64_t today = date_day_of(o->now);
    memset(r, 0, sizeof *r);
    r->index = index;
    int rc = snapshot_current(&index->snapshot, err);
    if (rc == NH_OK)
        rc = query_parse(&r->query, query, today, err);
    if (rc == NH_OK)
        rc = query_expand(&r->query, query, index, err);
    if (rc == NH_OK)
        rc = query_restrict(&r->query, optional(o->since), optional(o->until),
                            today, err);
    if (rc != NH_OK || index->snapshot.count == 0)
        return rc;
    rc = plan_make(&r->plan, &r->query, index, &s, err);
    r->planned = rc == NH_OK;
    if (rc == NH_OK)
        rc = match_set_find(&r->found, &r->plan, err);
    return rc == NH_OK ? prepare(r, o, err) : rc;
}

/* ---- Articles. */

/* Adds the occurrences in the title or body at hand. */
static int read_text(struct reading *r, uint32_t docid, bool title,
                     struct nh_error *err)
{
    span_finder_enter(&r->finder, title);
    for (size_t i = 0; i < r->part_count; i++) {
        const struct reading_part *one = &r->parts[i];
        if (one->condition &&
            !match_set_has(&r->conditions[one->condition - 1], docid))
            continue;
        if (!span_finder_find(&r->finder, one->part))
            return span_finder_error(&r->finder, err);
        if (r->wants_marks && !span_finder_marks(one->part, &r->marks))
            return error_nomem(err);
        const struct span_list *found = &one->part->spans;
        for (size_t k = 0; k < found->count; k++)
            if (!span_list_add(&r->spans, found->items[k].first,
                               found->items[k].last))
                return error_nomem(err);
    }
    return NH_OK;
}

int reading_article(struct reading *r, uint32_t docid, struct nh_error *err)
{
    struct article_record record;
    struct snapshot_segment *segment;
    r->spans.count = r->title_spans = r->marks.count = 0;
    int rc =
        snapshot_record(&r->index->snapshot, docid, &record, &segment, err);
    if (rc == NH_OK)
        rc = span_finder_read(&r->finder, segment, &record, err);
    if (rc == NH_OK)
        rc = read_text(r, docid, true, err);
    if (rc == NH_OK)
        rc = read_text(r, docid, false, err);
    if (rc == NH_OK && r->part_count > 1)
        span_list_tidy(&r->spans);
    if (rc == NH_OK)
        span_list_tidy(&r->marks);
    const uint32_t titles = r->finder.finder.titles;
    while (r->title_spans < r->spans.count &&
           r->spans.items[r->title_spans].last < titles)
        r->title_spans++;
    return rc;
}
