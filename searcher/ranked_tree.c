/* Owns the evaluation of trees of words, one article at a time.
 * Promises that an article is left out only where its score is below what was
 * asked for (Ding and Suel 2011: the bounds of blocks, added up). */
#include "searcher/ranked_tree.h"

#include <stdlib.h>
#include <string.h>

/* ---- Trees. */

struct ranked_tree *ranked_tree_op(enum ranked_op op)
{
    struct ranked_tree *t = calloc(1, sizeof *t);
    if (t)
        t->op = op;
    return t;
}

struct ranked_tree *ranked_tree_word(const struct word_postings *word)
{
    struct ranked_tree *t = ranked_tree_op(RANKED_WORD);
    if (t)
        t->word = word;
    return t;
}

void ranked_tree_free(struct ranked_tree *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->count; i++)
        ranked_tree_free(t->children[i]);
    free(t->children);
    free(t);
}

static bool add_child(struct ranked_tree *t, struct ranked_tree *child)
{
    if (t->count == t->cap) {
        struct ranked_tree **children =
            array_grow(t->children, &t->cap, sizeof *children);
        if (!children) {
            ranked_tree_free(child);
            return false;
        }
        t->children = children;
    }
    t->children[t->count++] = child;
    return true;
}

bool ranked_tree_add(struct ranked_tree *t, struct ranked_tree *child)
{
    if (child->op != t->op)
        return add_child(t, child);
    bool good = true;
    while (good && child->count > 0)
        good = add_child(t, child->children[--child->count]);
    ranked_tree_free(child);
    return good;
}

void ranked_tree_describe(const struct ranked_tree *t, struct buf *out)
{
    if (t->op == RANKED_WORD) {
        buf_append(out, t->word->term.data, t->word->term.len);
        return;
    }
    buf_append_byte(out, '(');
    for (size_t i = 0; i < t->count; i++) {
        if (i > 0)
            buf_append_str(out, t->op == RANKED_AND ? " AND " : " OR ");
        ranked_tree_describe(t->children[i], out);
    }
    buf_append_byte(out, ')');
}

/* ---- Making cursors. */

static void release(struct tree_cursor *c)
{
    for (size_t i = 0; i < c->count; i++)
        release(&c->children[i]);
    free(c->children);
    free(c->word);
}

void tree_cursor_free(struct tree_cursor *c)
{
    if (!c)
        return;
    release(c);
    free(c);
}

static int by_rarity(const void *a, const void *b)
{
    const struct tree_cursor *x = a, *y = b;
    return (x->counts.estimate > y->counts.estimate) -
           (x->counts.estimate < y->counts.estimate);
}

/* What there is to know of an AND's or OR's matches among `articles`, if words
 * stood in them independently. */
static struct tree_counts counts_of(const struct tree_cursor *c,
                                    double articles)
{
    const bool and = c->op == RANKED_AND;
    double least = 0, most = and? articles : 0, share = 1;
    for (size_t i = 0; i < c->count; i++) {
        const struct tree_counts *n = &c->children[i].counts;
        double part = n->estimate / articles;
        share *= and? part : 1 - part;
        if (and) {
            most = n->most < most ? n->most : most;
            least += n->least;
        } else {
            most += n->most;
            least = n->least > least ? n->least : least;
        }
    }
    if (and)
        least -= articles * (double)(c->count - 1);
    least = least < 0 ? 0 : least;
    most = most > articles ? articles : most;
    double estimate = articles * (and? share : 1 - share);
    estimate = estimate < least ? least : estimate > most ? most : estimate;
    return (struct tree_counts){(uint32_t)least, (uint32_t)most, estimate};
}

struct maker {
    const struct snapshot *s;
    size_t segment;
    struct cursor_state *state;
};

static bool init(struct tree_cursor *c, const struct ranked_tree *t,
                 const struct maker *m)
{
    memset(c, 0, sizeof *c);
    c->op = t->op;
    if (t->op == RANKED_WORD) {
        c->word = malloc(sizeof *c->word);
        if (!c->word)
            return false;
        word_cursor_init(c->word, m->state, t->word, m->s, m->segment);
        c->most = c->word->most;
        uint32_t n = c->word->in->count;
        c->counts = (struct tree_counts){n, n, n};
        return true;
    }
    c->children = calloc(t->count + 1, sizeof *c->children);
    if (!c->children)
        return false;
    for (size_t i = 0; i < t->count; i++) {
        c->count = i + 1;
        if (!init(&c->children[i], t->children[i], m))
            return false;
        c->most += c->children[i].most;
    }
    c->counts = counts_of(c, m->s->segments[m->segment].blocks.articles);
    if (t->op == RANKED_AND)
        qsort(c->children, c->count, sizeof *c->children, by_rarity);
    return true;
}

int tree_cursor_new(struct tree_cursor **out, const struct ranked_tree *t,
                    const struct snapshot *s, size_t segment,
                    struct cursor_state *state, struct nh_error *err)
{
    const struct maker m = {s, segment, state};
    struct tree_cursor *c = *out = malloc(sizeof *c);
    if (!c)
        return error_nomem(err);
    if (init(c, t, &m))
        return NH_OK;
    tree_cursor_free(c);
    *out = NULL;
    return error_nomem(err);
}

/* ---- Bounds and scores: sums of multiples of a power of two, hence exact. */

double tree_cursor_bound(struct tree_cursor *c, uint32_t docid, uint32_t *upto)
{
    if (c->op == RANKED_WORD) {
        c->bound = word_cursor_bound(c->word, docid, &c->upto);
        *upto = c->upto;
        return c->bound;
    }
    uint32_t end;
    c->bound = 0;
    c->upto = CURSOR_END;
    for (size_t i = 0; i < c->count; i++) {
        double bound = tree_cursor_bound(&c->children[i], docid, &end);
        c->bound += bound;
        c->upto = end < c->upto ? end : c->upto;
        if (bound == 0 && c->op == RANKED_AND) { /* one word is at its end */
            c->upto = CURSOR_END;
            c->bound = 0;
            break;
        }
    }
    *upto = c->upto;
    return c->bound;
}

double tree_cursor_bound_to(const struct tree_cursor *c, uint32_t docid,
                            uint32_t last)
{
    return c->op == RANKED_WORD ? word_cursor_bound_to(c->word, docid, last)
                                : c->most;
}

double tree_cursor_score(struct tree_cursor *c)
{
    if (c->op == RANKED_WORD)
        return word_cursor_score(c->word);
    double score = 0;
    for (size_t i = 0; i < c->count; i++)
        if (c->children[i].at == c->at)
            score += tree_cursor_score(&c->children[i]);
    return score;
}

/* ---- Moving. */

/* tree_cursor_seek; most children are words. */
static inline uint32_t seek(struct tree_cursor *c, uint32_t docid)
{
    if (c->at >= docid)
        return c->at;
    return c->op == RANKED_WORD ? (c->at = word_cursor_seek(c->word, docid, 0))
                                : tree_cursor_seek(c, docid, 0);
}

/* The first place from `docid` on where the bounds, which c->bound and c->upto
 * then are, allow `least`; CURSOR_END if there is none. */
static uint32_t promising(struct tree_cursor *c, uint32_t docid, double least)
{
    uint32_t upto;
    if (c->upto != 0 && docid <= c->upto && c->bound >= least)
        return docid; /* still the ones of the last call */
    while (tree_cursor_bound(c, docid, &upto) < least) {
        if (upto == CURSOR_END)
            return CURSOR_END;
        docid = upto + 1;
    }
    return docid;
}

/* Whether all children behind the first have `docid`; if not, *next is where to
 * go on. The first one is there, and bounds were asked for. */
static bool others_have(struct tree_cursor *c, uint32_t docid, double least,
                        uint32_t *next)
{
    *next = docid + 1;
    if (least > 0 &&
        c->bound - c->children[0].bound + tree_cursor_score(&c->children[0]) <
            least)
        return false;
    for (size_t i = 1; i < c->count; i++) {
        uint32_t at = seek(&c->children[i], docid);
        if (at != docid) {
            *next = at;
            return false;
        }
    }
    return true;
}

static uint32_t seek_and(struct tree_cursor *c, uint32_t docid, double least)
{
    while (docid != CURSOR_END) {
        if (least > 0)
            docid = promising(c, docid, least);
        if (docid == CURSOR_END)
            break;
        uint32_t at = seek(&c->children[0], docid);
        if (least > 0 && at > c->upto) {
            docid = at;
            continue; /* other bounds hold there */
        }
        if (at == CURSOR_END)
            break;
        if (others_have(c, at, least, &docid))
            return c->at = at;
    }
    return c->at = CURSOR_END;
}

static uint32_t seek_or(struct tree_cursor *c, uint32_t docid, double least)
{
    for (;;) {
        if (least > 0)
            docid = promising(c, docid, least);
        if (docid == CURSOR_END)
            return c->at = CURSOR_END;
        uint32_t at = CURSOR_END;
        for (size_t i = 0; i < c->count; i++) {
            uint32_t one = seek(&c->children[i], docid);
            at = one < at ? one : at;
        }
        if (at == CURSOR_END || !(least > 0) || at <= c->upto)
            return c->at = at;
        docid = at;
    }
}

uint32_t tree_cursor_seek(struct tree_cursor *c, uint32_t docid, double least)
{
    if (c->at >= docid)
        return c->at;
    switch (c->op) {
    case RANKED_WORD:
        return c->at = word_cursor_seek(c->word, docid, least);
    case RANKED_AND:
        return seek_and(c, docid, least);
    case RANKED_OR:
        return seek_or(c, docid, least);
    }
    return c->at = CURSOR_END;
}

bool tree_cursor_has(struct tree_cursor *c, uint32_t docid)
{
    if (c->op != RANKED_AND)
        return tree_cursor_seek(c, docid, 0) == docid;
    for (size_t i = 0; i < c->count; i++)
        if (!tree_cursor_has(&c->children[i], docid))
            return false;
    c->at = docid;
    return true;
}

void tree_cursor_add(struct tree_cursor *c, uint32_t first, uint32_t count,
                     double *scores, uint64_t *bits)
{
    if (c->op == RANKED_WORD) {
        word_cursor_add(c->word, first, count, scores, bits);
        c->at = c->word->at;
        return;
    }
    const uint32_t end = first + count;
    uint32_t at = tree_cursor_seek(c, first, 0);
    for (; at < end; at = tree_cursor_seek(c, at + 1, 0)) {
        uint32_t n = at - first;
        if (scores)
            scores[n] += tree_cursor_score(c);
        bits[n / 64] |= UINT64_C(1) << n % 64;
    }
}
