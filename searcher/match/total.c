/* Owns what is known of the number of matches without finding them.
 * Promises bounds that hold for every index, and no reading of postings beyond
 * a lookup for each tombstone. */
#include "searcher/match/total.h"

#include "searcher/match/sample.h"

/* Regions of the articles whose matches were counted. */
#define REGIONS_COUNTED 8

/* ---- Bounds. */

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t most_of(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* Tombstones of a segment that a term has. */
static uint64_t dead_with(const struct postings *p, size_t segment,
                          struct match_state *state)
{
    const struct snapshot *s = state->snapshot;
    const uint8_t *dead = s->segments[segment].tombstones;
    const struct manifest_segment *info = s->segments[segment].info;
    struct term_cursor c;
    uint64_t count = 0;
    if (!dead || p->segments[segment].count == 0)
        return 0;
    term_cursor_init(&c, state, p, s, segment);
    for (uint64_t docid = info->first;
         docid <= info->last && c.at != CURSOR_END; docid++) {
        const uint64_t bit = docid - info->first;
        if (bit % 8 == 0 && !dead[bit / 8]) {
            docid += 7;
            continue;
        }
        if (dead[bit / 8] & (1u << bit % 8))
            count += term_cursor_seek(&c, (uint32_t)docid, 0) == docid;
    }
    return count;
}

/* `look_up`: whether tombstones are looked up. If not, any of the segment's may
 * have the term. */
static struct total_bounds term_bounds(const struct postings *p, bool look_up,
                                       struct match_state *state)
{
    struct total_bounds sum = {0, 0};
    for (size_t i = 0; i < p->segment_count; i++) {
        const uint64_t n = p->segments[i].count;
        const struct manifest_segment *info = state->snapshot->segments[i].info;
        const uint64_t dead = look_up ? dead_with(p, i, state) : 0;
        sum.upper += less(n, dead);
        sum.lower += less(n, look_up ? dead : info->tombstones);
    }
    return sum;
}

static struct total_bounds bounds(const struct match_tree *t, bool look_up,
                                  struct match_state *state);

/* An AND has no more matches than its rarest part, and no fewer than are left
 * when each part's misses hit different articles. */
static struct total_bounds and_bounds(const struct match_tree *t,
                                      struct match_state *state)
{
    const uint64_t live = state->snapshot->live;
    struct total_bounds all = {live, live};
    for (size_t i = 0; i < t->count; i++) {
        const struct total_bounds b = bounds(t->children[i], false, state);
        all.lower = less(all.lower, live - least_of(b.lower, live));
        all.upper = least_of(all.upper, b.upper);
    }
    if (t->check_count)
        all.lower = 0;
    return all;
}

static struct total_bounds or_bounds(const struct match_tree *t,
                                     struct match_state *state)
{
    struct total_bounds any = {0, 0};
    for (size_t i = 0; i < t->count; i++) {
        const struct total_bounds b = bounds(t->children[i], false, state);
        any.lower =
            t->disjoint ? any.lower + b.lower : most_of(any.lower, b.lower);
        any.upper += b.upper;
    }
    any.upper = least_of(any.upper, state->snapshot->live);
    return any;
}

/* All that match the first child, at most. */
static struct total_bounds without_bounds(const struct match_tree *t,
                                          bool look_up,
                                          struct match_state *state)
{
    struct total_bounds a = bounds(t->children[0], false, state);
    const struct total_bounds b = bounds(t->children[1], look_up, state);
    a.lower = less(a.lower, b.upper);
    if (t->children[0]->op == TREE_ALL)
        a.upper = less(a.upper, b.lower);
    return a;
}

/* Tombstones are looked up for one term at most, so that a query of thousands
 * of words stays cheap. */
static struct total_bounds bounds(const struct match_tree *t, bool look_up,
                                  struct match_state *state)
{
    const uint64_t live = state->snapshot->live;
    switch (t->op) {
    case TREE_TERM:
        return term_bounds(t->postings, look_up, state);
    case TREE_SET:
        return (struct total_bounds){t->docid_count, t->docid_count};
    case TREE_AND:
        return and_bounds(t, state);
    case TREE_OR:
        return or_bounds(t, state);
    case TREE_WITHOUT:
        return without_bounds(t, look_up, state);
    case TREE_ALL:
        break;
    }
    return (struct total_bounds){live, live};
}

struct total_bounds total_bounds_of(const struct match_tree *t,
                                    struct match_state *state)
{
    return bounds(t, true, state);
}

/* ---- Expectation. */

/* Equal ranges of docids: region i ends before edges[i + 1]. */
struct regions {
    const struct snapshot_segment *segment;
    size_t number; /* of the segment */
    uint64_t edges[TOTAL_REGIONS + 1];
    unsigned count;
    bool exact; /* count exactly up to the first and the last edge */
};

/* Sets share[i] to the part of the articles of each region that has the term.
 */
static void term_shares(const struct postings *p, const struct regions *r,
                        double *share)
{
    const struct segment_postings *in = &p->segments[r->number];
    const struct blocks *b = &r->segment->blocks;
    const double filled = (double)b->articles / b->slots;
    uint32_t hint = 0;
    double before = postings_before(in, b->first, r->edges[0], r->exact, &hint);
    for (unsigned i = 0; i < r->count; i++) {
        double upto = postings_before(in, b->first, r->edges[i + 1],
                                      r->exact && i + 1 == r->count, &hint);
        upto = upto > before ? upto : before;
        const double slots = (double)(r->edges[i + 1] - r->edges[i]);
        const double part = slots > 0 ? (upto - before) / (slots * filled) : 0;
        share[i] = part < 1 ? part : 1;
        before = upto;
    }
}

static void shares(const struct match_tree *t, const struct regions *r,
                   double *share);

/* Of parts that share no article. */
static void sum_shares(const struct match_tree *t, const struct regions *r,
                       double *share)
{
    double part[TOTAL_REGIONS];
    for (unsigned i = 0; i < r->count; i++)
        share[i] = 0;
    for (size_t k = 0; k < t->count; k++) {
        shares(t->children[k], r, part);
        for (unsigned i = 0; i < r->count; i++)
            share[i] = share[i] + part[i] < 1 ? share[i] + part[i] : 1;
    }
}

/* The parts that must all be there; of WITHOUT, the second must not. Adds up
 * in lift[i], if that is not NULL, (1 - a) (1 - b) for all pairs of parts with
 * shares a and b. */
static void and_shares(const struct match_tree *t, const struct regions *r,
                       double *share, double *lift)
{
    double part[TOTAL_REGIONS], missing[TOTAL_REGIONS];
    for (unsigned i = 0; i < r->count; i++) {
        share[i] = 1;
        missing[i] = 0;
        if (lift)
            lift[i] = 0;
    }
    for (size_t k = 0; k < t->count; k++) {
        shares(t->children[k], r, part);
        for (unsigned i = 0; i < r->count; i++) {
            const bool without = t->op == TREE_WITHOUT && k > 0;
            const double here = without ? 1 - part[i] : part[i];
            share[i] *= here;
            if (lift)
                lift[i] += missing[i] * (1 - here);
            missing[i] += 1 - here;
        }
    }
}

static void or_shares(const struct match_tree *t, const struct regions *r,
                      double *share)
{
    double part[TOTAL_REGIONS];
    for (unsigned i = 0; i < r->count; i++)
        share[i] = 1;
    for (size_t k = 0; k < t->count; k++) {
        shares(t->children[k], r, part);
        for (unsigned i = 0; i < r->count; i++)
            share[i] *= 1 - part[i];
    }
    for (unsigned i = 0; i < r->count; i++)
        share[i] = 1 - share[i];
}

static void shares(const struct match_tree *t, const struct regions *r,
                   double *share)
{
    const double set = (double)t->docid_count / r->segment->blocks.slots;
    switch (t->op) {
    case TREE_TERM:
        term_shares(t->postings, r, share);
        return;
    case TREE_OR:
        if (t->disjoint)
            sum_shares(t, r, share);
        else
            or_shares(t, r, share);
        return;
    case TREE_AND:
    case TREE_WITHOUT:
        and_shares(t, r, share, NULL);
        return;
    case TREE_ALL:
    case TREE_SET:
        for (unsigned i = 0; i < r->count; i++)
            share[i] = t->op == TREE_SET ? set : 1;
    }
}

static bool has_checks(const struct match_tree *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (has_checks(t->children[i]))
            return true;
    return t->check_count > 0;
}

struct total_expectation total_expected(const struct match_tree *t,
                                        const struct snapshot *s,
                                        uint32_t first, uint32_t last,
                                        unsigned regions, bool exact)
{
    struct total_expectation sum = {0, 0};
    double share[TOTAL_REGIONS], lift[TOTAL_REGIONS];
    /* What checks let through is a share, whatever the parts do. */
    const bool and =
        (t->op == TREE_AND || t->op == TREE_WITHOUT) && !has_checks(t);
    for (size_t n = 0; n < s->count; n++) {
        const struct blocks *b = &s->segments[n].blocks;
        const uint64_t end = (uint64_t)b->first + b->slots;
        struct regions r = {&s->segments[n], n, {0}, regions, exact};
        const uint64_t from = most_of(first, b->first),
                       to = least_of((uint64_t)last + 1, end);
        if (from >= to)
            continue;
        for (unsigned i = 0; i <= regions; i++)
            r.edges[i] = from + (to - from) * i / regions;
        if (and)
            and_shares(t, &r, share, lift);
        else
            shares(t, &r, share);
        for (unsigned i = 0; i < regions; i++) {
            const double matches = share[i] *
                                   (double)(r.edges[i + 1] - r.edges[i]) *
                                   b->articles / b->slots;
            sum.matches += matches;
            sum.lift += and? matches * lift[i] : matches;
        }
    }
    return sum;
}

/* ---- Totals. */

/* What the matches that were counted are more, or fewer, than expected is due
 * to parts that go together, or avoid each other; the same holds for the
 * articles that were not seen. Where a part is in all articles it can do
 * neither: lift tells how much can be due to that (and_shares). */
static uint64_t estimate(const struct posting_source *source, uint32_t first,
                         uint32_t last)
{
    const struct snapshot *s = source->state->snapshot;
    const double counted = (double)source->counted_there;
    struct total_expectation seen, rest = {0, 0};
    seen = total_expected(source->tree, s, first, source->reached,
                          REGIONS_COUNTED, true);
    if (source->reached < last)
        rest = total_expected(source->tree, s, source->reached + 1, last,
                              TOTAL_REGIONS, true);
    if (!(seen.matches > 0)) /* its postings lie elsewhere in their blocks */
        return (uint64_t)(counted * ((double)last - first + 1) /
                          ((double)source->reached - first + 1));
    const double more =
        seen.lift > 0 ? (counted - seen.matches) / seen.lift * rest.lift : 0;
    const double sum = counted + rest.matches + more;
    return sum > 0 ? (uint64_t)sum : 0;
}

int total_of(const struct posting_source *source, struct nh_total *total,
             struct nh_error *err)
{
    const struct snapshot *s = source->state->snapshot;
    const uint64_t n = source->counted;
    *total = (struct nh_total){n, n, n, 1};
    if (n < source->exactly)
        return NH_OK;
    uint32_t first = s->segments[0].info->first,
             last = s->segments[s->count - 1].info->last;
    first = source->first > first ? source->first : first;
    last = source->last < last ? source->last : last;
    uint64_t most = (uint64_t)last - first + 1;
    most = most < s->live ? most : s->live;
    total->upper = most < n ? n : most;
    bool exact = false;
    int rc = NH_OK;
    if (sample_fits(source->tree))
        rc = sample_total(source, first, last, &total->value, &exact, err);
    else
        total->value = estimate(source, first, last);
    if (exact)
        total->lower = total->upper = total->value;
    total->exact = exact;
    return rc;
}

void total_bound(struct nh_total *t, struct total_bounds b)
{
    t->lower = b.lower > t->lower ? b.lower : t->lower;
    t->upper = b.upper < t->upper ? b.upper : t->upper;
    t->value = t->value < t->lower ? t->lower : t->value;
    t->value = t->value > t->upper ? t->upper : t->value;
    t->exact = t->lower == t->upper;
}
