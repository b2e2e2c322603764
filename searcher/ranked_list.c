/* Owns the lists that Xapian's matcher pulls articles of words from.
 * Promises that an article is left out only if its score is below what the
 * matcher asks for.
 *
 * An AND is evaluated article by article (ranked_tree.h). An OR goes through
 * windows of article numbers, as MaxScore does (Turtle and Flood 1995; the
 * bounds are those of the blocks in the window): the words that cannot reach
 * the score together are left out at first; the scores of the others are added
 * up in an array; only for articles that could still reach it the left ones are
 * looked up, the strongest first. */
#include "searcher/ranked_list.h"

#include <stdlib.h>
#include <string.h>

/* Numbers in a window at most, and in the first one behind a jump. */
#define WINDOW 4096u
#define WINDOW_FIRST 128u
/* Smaller windows, which have tighter bounds, do not pay. */
#define WINDOW_LEAST 512u

/* One word, or other part, of an OR. */
struct arm {
    struct tree_cursor *cursor;
    double bound; /* in the window */
};

struct window {
    uint32_t docids[WINDOW]; /* of candidates, ascending */
    double scores[WINDOW];
    double sums[WINDOW]; /* all 0 between uses */
    uint64_t bits[WINDOW / 64];
};

struct ranked_list {
    struct ranked_query *q;
    struct tree_cursor *root;
    uint32_t last;    /* docid that may be given */
    struct arm *arms; /* of an OR or a single word; NULL: an AND */
    size_t arm_count;
    struct window *window; /* made when needed */
    uint32_t end;          /* what is before was looked at */
    uint32_t span;         /* of the next window */
    uint32_t count, pos;   /* candidates; the next one */
    uint32_t at;
    double weight;
    bool weighed; /* `weight` is that of `at` */
};

static void list_close(void *self)
{
    struct ranked_list *l = self;
    if (!l)
        return;
    tree_cursor_free(l->root);
    free(l->arms);
    free(l->window);
    free(l);
}

static int list_open(void *ctx, uint32_t last, void **out,
                     struct xw_list_facts *facts, struct nh_error *err)
{
    struct ranked_query *q = ctx;
    const struct snapshot *s = q->scope->snapshot;
    const struct snapshot_segment *segment = snapshot_segment(s, last);
    *out = NULL;
    if (!segment)
        return error_set(err, NH_ECORRUPT, "a segment is not in the manifest");
    struct ranked_list *l = calloc(1, sizeof *l);
    if (!l)
        return error_nomem(err);
    l->q = q;
    int rc =
        tree_cursor_new(&l->root, q->tree, s, (size_t)(segment - s->segments),
                        &q->scope->state, err);
    if (rc == NH_OK && l->root->op != RANKED_AND) {
        bool word = l->root->op == RANKED_WORD;
        l->arm_count = word ? 1 : l->root->count;
        l->arms = calloc(l->arm_count + 1, sizeof *l->arms);
        if (!l->arms)
            rc = error_nomem(err);
        for (size_t i = 0; rc == NH_OK && i < l->arm_count; i++)
            l->arms[i].cursor = word ? l->root : &l->root->children[i];
    }
    if (rc != NH_OK) {
        list_close(l);
        return rc;
    }
    const struct blocks *b = &segment->blocks;
    const uint32_t segment_last = b->first + (b->slots - 1);
    l->end = q->scope->first > b->first ? q->scope->first : b->first;
    l->last = q->scope->last < segment_last ? q->scope->last : segment_last;
    l->span = WINDOW_FIRST;
    const struct tree_counts *n = &l->root->counts;
    bool whole = l->end == b->first && l->last == segment_last;
    double part = l->end > l->last
                      ? 0
                      : (double)(l->last - l->end + 1) / (double)b->slots;
    q->estimate += n->estimate * part;
    q->most += part > 0 ? n->most : 0;
    *facts = (struct xw_list_facts){
        whole ? n->least : 0, (uint32_t)(n->estimate * part + 0.5),
        part > 0 ? n->most : 0, q->scored ? l->root->most : 0, q->checks};
    *out = l;
    return NH_OK;
}

/* ---- Windows. */

/* Sets the end of the window from l->end on, and the bounds of the arms in it.
 * Returns their sum. */
static double measure(struct ranked_list *l, uint32_t *end)
{
    const uint32_t start = l->end, most = l->last - start + 1;
    uint32_t size = l->span < most ? l->span : most;
    /* It ends with a block, if one ends in it, since the bounds are its. */
    for (size_t i = 0; i < l->arm_count; i++) {
        uint32_t upto;
        tree_cursor_bound(l->arms[i].cursor, start, &upto);
        if (upto != CURSOR_END && upto - start >= WINDOW_LEAST &&
            upto - start < size)
            size = upto - start + 1;
    }
    double sum = 0;
    for (size_t i = 0; i < l->arm_count; i++) {
        struct arm *a = &l->arms[i];
        a->bound = tree_cursor_bound_to(a->cursor, start, start + (size - 1));
        sum += a->bound;
    }
    *end = start + size;
    return sum;
}

/* Sorts the arms by bound, least first, and counts those that do not reach
 * `least` together; *sum is what these can add. */
static size_t divide(struct ranked_list *l, double least, double *sum)
{
    for (size_t i = 1; i < l->arm_count; i++) { /* nearly sorted mostly */
        struct arm a = l->arms[i];
        size_t k = i;
        for (; k > 0 && l->arms[k - 1].bound > a.bound; k--)
            l->arms[k] = l->arms[k - 1];
        l->arms[k] = a;
    }
    size_t n = 0;
    *sum = 0;
    while (n < l->arm_count && *sum + l->arms[n].bound < least)
        *sum += l->arms[n++].bound;
    return n;
}

/* Adds what the first `n` arms, which can add `sum`, have for the article; true
 * if it reaches `least`. */
static bool complete(struct ranked_list *l, size_t n, double sum, double least,
                     uint32_t docid, double *score)
{
    while (n > 0 && *score + sum >= least) {
        struct arm *a = &l->arms[--n];
        if (tree_cursor_seek(a->cursor, docid, 0) == docid)
            *score += tree_cursor_score(a->cursor);
        sum -= a->bound;
    }
    return *score >= least;
}

/* Collects the candidates of the window [start, start + size). */
static void collect(struct ranked_list *l, uint32_t start, uint32_t size,
                    size_t left_out, double sum, double least)
{
    struct window *w = l->window;
    const bool scored = l->q->scored;
    uint64_t found = 0;
    l->count = l->pos = 0;
    for (size_t i = left_out; i < l->arm_count; i++)
        tree_cursor_add(l->arms[i].cursor, start, size, scored ? w->sums : NULL,
                        w->bits);
    for (uint32_t word = 0; word <= (size - 1) / 64; word++) {
        uint64_t bits = w->bits[word];
        w->bits[word] = 0;
        for (; bits; bits &= bits - 1, found++) {
            uint32_t n = word * 64 + (uint32_t)__builtin_ctzll(bits);
            double score = w->sums[n];
            w->sums[n] = 0;
            if (score + sum < least ||
                !complete(l, left_out, sum, least, start + n, &score))
                continue;
            w->docids[l->count] = start + n;
            w->scores[l->count++] = score;
        }
    }
    if (left_out == 0)
        l->q->counted += found;
}

/* Whether matches still have to be counted, and nothing may be left out. */
static bool counting(const struct ranked_list *l)
{
    return l->q->counted < l->q->exactly;
}

/* Looks at the next window that has a candidate; false at the end. */
static bool fill(struct ranked_list *l, double least)
{
    if (!l->window)
        l->window = calloc(1, sizeof *l->window);
    struct cursor_state *state = &l->q->scope->state;
    if (!l->window && state->failed == NH_OK)
        state->failed = error_nomem(&state->error);
    while (state->failed == NH_OK && l->end <= l->last) {
        const uint32_t start = l->end;
        double sum = 0;
        size_t left_out = 0;
        if (!(least > 0) || counting(l)) {
            uint32_t rest = l->last - start + 1;
            l->end = start + (l->span < rest ? l->span : rest);
        } else if (measure(l, &l->end) >= least) {
            left_out = divide(l, least, &sum);
        } else {
            left_out = l->arm_count;
        }
        l->span = l->span * 2 < WINDOW ? l->span * 2 : WINDOW;
        if (left_out == l->arm_count)
            continue;
        collect(l, start, l->end - start, left_out, sum, least);
        if (l->count > 0)
            return true;
    }
    l->count = l->pos = 0;
    free(l->window); /* other segments will want theirs */
    l->window = NULL;
    return false;
}

static uint32_t next_candidate(struct ranked_list *l, double least)
{
    do {
        while (l->pos < l->count) {
            uint32_t i = l->pos++;
            if (least > 0 && l->window->scores[i] < least)
                continue;
            l->weight = l->window->scores[i];
            l->weighed = true;
            return l->at = l->window->docids[i];
        }
    } while (fill(l, least));
    return l->at = 0;
}

/* ---- What the matcher calls. */

/* The score that matters: what is asked for, or what another search knows. */
static double threshold(const struct ranked_list *l, double least)
{
    struct ranked_share *share = l->q->scope->share;
    uint64_t bits, known;
    if (!l->q->scored || !(least > 0))
        return 0;
    if (!share || !l->q->alone)
        return least;
    memcpy(&bits, &least, sizeof bits);
    known = atomic_load_explicit(&share->least, memory_order_relaxed);
    while (known < bits && !atomic_compare_exchange_weak_explicit(
                               &share->least, &known, bits,
                               memory_order_relaxed, memory_order_relaxed))
        ;
    if (known > bits)
        memcpy(&least, &known, sizeof least);
    return least;
}

static uint32_t seek_and(struct ranked_list *l, uint32_t docid, double least)
{
    for (;; docid++) {
        double floor = counting(l) ? 0 : least;
        docid = docid <= l->last ? tree_cursor_seek(l->root, docid, floor)
                                 : CURSOR_END;
        l->weighed = false;
        if (docid > l->last)
            return l->at = 0;
        l->end = docid + 1;
        l->q->counted++;
        if (!(least > 0))
            break;
        l->weight = tree_cursor_score(l->root);
        l->weighed = true;
        if (l->weight >= least)
            break;
    }
    return l->at = docid;
}

static uint32_t list_next(void *self, double least)
{
    struct ranked_list *l = self;
    least = threshold(l, least);
    return l->arms ? next_candidate(l, least) : seek_and(l, l->end, least);
}

static uint32_t list_seek(void *self, uint32_t docid, double least)
{
    struct ranked_list *l = self;
    least = threshold(l, least);
    if (!l->arms)
        return seek_and(l, docid > l->end ? docid : l->end, least);
    if (docid >= l->end) {
        l->end = docid;
        l->span = WINDOW_FIRST;
        l->count = l->pos = 0;
    }
    while (l->pos < l->count && l->window->docids[l->pos] < docid)
        l->pos++;
    return next_candidate(l, least);
}

static bool list_check(void *self, uint32_t docid, double least)
{
    struct ranked_list *l = self;
    uint32_t upto;
    least = threshold(l, least);
    if (docid > l->last)
        return false;
    if (docid < l->end) { /* in the window */
        while (l->pos < l->count && l->window->docids[l->pos] < docid)
            l->pos++;
        if (l->pos == l->count || l->window->docids[l->pos] != docid)
            return false;
        l->weight = l->window->scores[l->pos++];
        l->weighed = true;
        l->at = docid;
        return true;
    }
    l->end = docid + 1;
    l->span = WINDOW_FIRST;
    l->count = l->pos = 0;
    if ((least > 0 && tree_cursor_bound(l->root, docid, &upto) < least) ||
        !tree_cursor_has(l->root, docid))
        return false;
    l->weighed = false;
    l->at = docid;
    return true;
}

static double list_weight(void *self)
{
    struct ranked_list *l = self;
    if (!l->q->scored)
        return 0;
    if (!l->weighed)
        l->weight = tree_cursor_score(l->root);
    l->weighed = true;
    return l->weight;
}

static const struct xw_list_ops list_ops = {list_open, list_close, list_next,
                                            list_seek, list_check, list_weight};

/* ---- Queries. */

int ranked_query_new(struct ranked_query **out, struct ranked_tree *tree,
                     bool scored, bool checks, struct ranked_scope *scope,
                     struct nh_error *err)
{
    struct ranked_query *q = *out = calloc(1, sizeof *q);
    if (!q) {
        ranked_tree_free(tree);
        return error_nomem(err);
    }
    q->tree = tree;
    q->scored = scored;
    q->checks = checks;
    q->scope = scope;
    ranked_tree_describe(tree, &q->name);
    if (buf_cstr(&q->name))
        return NH_OK;
    ranked_query_free(q);
    *out = NULL;
    return error_nomem(err);
}

void ranked_query_free(struct ranked_query *q)
{
    while (q) {
        struct ranked_query *next = q->next;
        ranked_tree_free(q->tree);
        buf_release(&q->name);
        free(q);
        q = next;
    }
}

int ranked_query_count(struct ranked_query *q, struct nh_error *err)
{
    const struct ranked_scope *scope = q->scope;
    const bool scored = q->scored;
    int rc = NH_OK;
    q->scored = false;
    q->counted = 0;
    for (size_t i = 0; rc == NH_OK && i < scope->snapshot->count; i++) {
        struct xw_list_facts facts;
        void *list;
        rc = list_open(q, scope->snapshot->segments[i].info->last, &list,
                       &facts, err);
        while (rc == NH_OK && list_next(list, 0) != 0)
            ;
        if (rc == NH_OK)
            list_close(list);
    }
    q->scored = scored;
    return rc;
}

int ranked_query_xapian(struct ranked_query *q, xw_query **out,
                        struct nh_error *err)
{
    return xw_query_list(out, &list_ops, q, q->name.data, err);
}
