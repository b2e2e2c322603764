/* Owns the conditions on where words stand, as candidate checks.
 * Promises to know all spans of an article's words, or to make the search fail
 * where they are too many. */
#include "searcher/places/proximity.h"

#include <stdlib.h>
#include <string.h>

#include "searcher/places/spans.h"

struct proximity {
    struct text_check check;
    struct span_finder finder;
};

static void proximity_free(struct text_check *check)
{
    struct proximity *x = (struct proximity *)check;
    span_finder_release(&x->finder);
    free(x);
}

/* Counts the work of an article that was read; false if it is too much. */
static bool count_work(struct proximity *x)
{
    const struct stream_finder *f = &x->finder.finder;
    const uint64_t reading =
        x->finder.scopes ? (uint64_t)f->words * WORK_DECODE : f->words / 4;
    return match_work(x->check.state,
                      WORK_CHECK + reading +
                          f->count * WORK_HIT * (1 + x->finder.word_parts));
}

/* Whether the condition holds in the title or in the body; sets *failed where
 * that cannot be told. */
static bool holds_in(struct proximity *x, bool title, bool *failed)
{
    struct span_finder *f = &x->finder;
    span_finder_enter(f, title);
    if (!span_finder_find(f, &f->root))
        *failed = true;
    return f->root.spans.count > 0;
}

static bool proximity_holds(struct text_check *check,
                            const struct snapshot_segment *segment,
                            const struct article_record *record)
{
    struct proximity *x = (struct proximity *)check;
    struct nh_error err;
    bool failed = false;
    memset(&err, 0, sizeof err);
    int rc = span_finder_read(&x->finder, segment, record, &err);
    if (rc != NH_OK) {
        match_fail(check->state, rc, &err);
        return false;
    }
    if (!count_work(x))
        return false;
    const bool holds =
        holds_in(x, true, &failed) || holds_in(x, false, &failed);
    if (check->state->failed != NH_OK)
        return false;
    if (!holds && failed) {
        rc = span_finder_error(&x->finder, &err);
        match_fail(check->state, rc, &err);
    }
    return holds;
}

int proximity_new(struct text_check **out, const struct query_node *node,
                  const struct span_sources *sources, struct nh_error *err)
{
    *out = NULL;
    struct proximity *x = calloc(1, sizeof *x);
    if (!x)
        return error_nomem(err);
    x->check =
        (struct text_check){NULL, sources->state, node->kind == QUERY_SCOPE,
                            proximity_holds, proximity_free};
    if (!span_finder_init(&x->finder, node, sources)) {
        proximity_free(&x->check);
        return error_nomem(err);
    }
    x->finder.enough = true;
    *out = &x->check;
    return NH_OK;
}
