/* Owns the estimate of totals where texts decide.
 * Promises the same estimate for the same index and query.
 *
 * Docids are divided into strata. In each, candidates are walked from the
 * stratum's start until STRATUM_CANDIDATES are seen; how many more there are
 * follows from the expectation for the part that was walked and for all of it
 * (total.h). Rounds of texts are read, evenly spread over those candidates,
 * until the estimate's standard error is small enough. */
#include "searcher/match/sample.h"

#include <stdlib.h>

#include "searcher/match/total.h"

/* 25 strata of 32 candidates give their number to within some 4 %. */
#define SAMPLE_STRATA 25
#define STRATUM_CANDIDATES 32
/* Texts that are read of each stratum in a round, and rounds. 4 * 4 * 25 = 400
 * texts cost about as much as a median phrase query. */
#define ROUND_TEXTS 2
#define ROUNDS 4
/* Regions in which the rest of a stratum is expected. */
#define EXTEND_REGIONS 4
/* A share p of n texts has a relative variance of (1 - p) / (p n). One of 1/500
 * is a standard error of 4.5 %: 10 % is more than two of them. */
#define VARIANCE (1.0 / 300)

struct stratum {
    uint32_t docids[STRATUM_CANDIDATES]; /* live candidates, ascending */
    unsigned seen;
    double count;            /* candidates of the stratum, estimated */
    unsigned read, matching; /* texts */
};

struct sample {
    struct tree_cursor *root;
    const struct posting_source *source;
    struct stratum strata[SAMPLE_STRATA];
    bool all;   /* every candidate of every stratum was seen */
    bool every; /* and is read */
};

bool sample_fits(const struct match_tree *t)
{
    bool decodes = false;
    if (t->op != TREE_AND)
        return false;
    for (size_t i = 0; i < t->check_count; i++)
        decodes = decodes || t->checks[i]->decodes;
    if (!decodes)
        return false;
    for (size_t i = 0; i < t->count; i++)
        if (t->children[i]->op != TREE_TERM && t->children[i]->op != TREE_OR)
            return false;
    return true;
}

/* Walks the candidates of [from, to] in one segment into the stratum. Returns
 * the docid up to which all were seen. */
static uint32_t walk(struct sample *s, const struct snapshot_segment *segment,
                     struct stratum *st, uint32_t from, uint32_t to)
{
    const uint32_t base = segment->info->first;
    uint32_t docid = from;
    while (s->source->state->failed == NH_OK) {
        docid = tree_cursor_seek(s->root, docid, 0);
        if (docid > to)
            return to;
        if (st->seen == STRATUM_CANDIDATES)
            return docid - 1;
        const uint32_t bit = docid - base;
        const uint8_t *dead = segment->tombstones;
        if (!dead || !(dead[bit / 8] & (1u << bit % 8)))
            st->docids[st->seen++] = docid;
        docid++;
    }
    return to;
}

/* The candidates of [from, to], of which all up to `upto` were seen. */
static double extend(const struct sample *s, double seen, uint32_t from,
                     uint32_t upto, uint32_t to)
{
    const struct match_tree *tree = s->source->tree;
    const struct snapshot *snap = s->source->state->snapshot;
    const double part = total_expected(tree, snap, from, upto, 1, true).matches,
                 whole =
                     total_expected(tree, snap, from, to, EXTEND_REGIONS, true)
                         .matches;
    return part > 0
               ? seen * whole / part
               : seen * ((double)to - from + 1) / ((double)upto - from + 1);
}

/* Walks the strata of [first, last] as far as they are in a segment. */
static int walk_segment(struct sample *s, size_t number, uint32_t first,
                        uint32_t last, struct nh_error *err)
{
    const struct posting_source *source = s->source;
    const struct snapshot *snap = source->state->snapshot;
    const struct snapshot_segment *segment = &snap->segments[number];
    const uint64_t span = (uint64_t)last - first + 1;
    tree_cursor_free(s->root);
    s->root = NULL;
    int rc = tree_cursor_new(&s->root, source->tree, snap, number, false,
                             source->state, err);
    for (unsigned i = 0; rc == NH_OK && i < SAMPLE_STRATA; i++) {
        struct stratum *st = &s->strata[i];
        uint64_t from = first + span * i / SAMPLE_STRATA,
                 to = first + span * (i + 1) / SAMPLE_STRATA - 1;
        from = from > segment->info->first ? from : segment->info->first;
        to = to < segment->info->last ? to : segment->info->last;
        if (from > to)
            continue;
        const unsigned before = st->seen;
        const uint32_t upto =
            walk(s, segment, st, (uint32_t)from, (uint32_t)to);
        const double seen = st->seen - before;
        s->all = s->all && upto == to;
        st->count += upto == to
                         ? seen
                         : extend(s, seen, (uint32_t)from, upto, (uint32_t)to);
    }
    return rc;
}

/* Texts that are read of a stratum at most. */
static unsigned texts_of(const struct sample *s, const struct stratum *st)
{
    return s->every || st->seen < ROUNDS * ROUND_TEXTS ? st->seen
                                                       : ROUNDS * ROUND_TEXTS;
}

/* Calls `each` with each ROUNDS-th of the texts that are to be read, which are
 * evenly spread over the candidates. */
static void for_round(struct sample *s, unsigned round,
                      void (*each)(struct sample *s, struct stratum *st,
                                   uint32_t docid))
{
    for (unsigned i = 0; i < SAMPLE_STRATA; i++) {
        struct stratum *st = &s->strata[i];
        const unsigned texts = texts_of(s, st);
        for (unsigned k = round; k < texts; k += ROUNDS)
            each(s, st, st->docids[k * st->seen / texts]);
    }
}

static const struct articles *articles_of(const struct sample *s,
                                          uint32_t docid)
{
    return &snapshot_segment(s->source->state->snapshot, docid)->articles;
}

static void fetch_slot(struct sample *s, struct stratum *st, uint32_t docid)
{
    (void)st;
    articles_fetch_slot(articles_of(s, docid), docid);
}

static void fetch_record(struct sample *s, struct stratum *st, uint32_t docid)
{
    (void)st;
    articles_fetch_record(articles_of(s, docid), docid);
}

static void read_text(struct sample *s, struct stratum *st, uint32_t docid)
{
    st->read++;
    st->matching += tree_cursor_check(s->root, docid);
}

/* Texts lie all over memory, so they are fetched side by side. */
static void read_round(struct sample *s, unsigned round)
{
    for_round(s, round, fetch_slot);
    for_round(s, round, fetch_record);
    for_round(s, round, read_text);
}

/* Returns the estimate, and the square of its relative standard error. */
static double estimate(const struct sample *s, double *variance)
{
    double matches = 0, read = 0, matching = 0;
    for (unsigned i = 0; i < SAMPLE_STRATA; i++) {
        read += s->strata[i].read;
        matching += s->strata[i].matching;
    }
    const double share = read > 0 ? matching / read : 0;
    for (unsigned i = 0; i < SAMPLE_STRATA; i++) {
        const struct stratum *st = &s->strata[i];
        matches +=
            st->count * (st->read ? (double)st->matching / st->read : share);
    }
    *variance = matching > 0 ? (1 - share) / matching : 1;
    return matches;
}

static void read_texts(struct sample *s, double *matches)
{
    unsigned seen = 0;
    double variance = 1;
    for (unsigned i = 0; i < SAMPLE_STRATA; i++)
        seen += s->strata[i].seen;
    s->every = s->all && seen <= SAMPLE_CANDIDATES;
    for (unsigned r = 0; r < ROUNDS && s->source->state->failed == NH_OK; r++) {
        if (r > 0 && !s->every && variance <= VARIANCE)
            break;
        read_round(s, r);
        *matches = estimate(s, &variance);
    }
}

int sample_total(const struct posting_source *source, uint32_t first,
                 uint32_t last, uint64_t *total, bool *exact,
                 struct nh_error *err)
{
    const struct snapshot *snap = source->state->snapshot;
    struct sample *s = calloc(1, sizeof *s);
    double matches = 0;
    if (!s)
        return error_nomem(err);
    s->source = source;
    s->all = true;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < snap->count; i++)
        rc = walk_segment(s, i, first, last, err);
    if (rc == NH_OK)
        read_texts(s, &matches);
    *total = (uint64_t)(matches + 0.5);
    *exact = s->every;
    tree_cursor_free(s->root);
    free(s);
    return rc;
}
