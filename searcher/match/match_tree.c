/* Owns the evaluation of trees, one article at a time.
 * Promises that an article is left out only where its score is below what was
 * asked for (Ding and Suel 2011: the bounds of blocks, added up). */
#include "searcher/match/match_tree.h"

#include <stdlib.h>
#include <string.h>

/* ---- Trees. */

struct match_tree *match_tree_op(enum tree_op op)
{
    struct match_tree *t = calloc(1, sizeof *t);
    if (t)
        t->op = op;
    return t;
}

struct match_tree *match_tree_term(const struct postings *postings, bool filter)
{
    struct match_tree *t = match_tree_op(TREE_TERM);
    if (t) {
        t->postings = postings;
        t->filter = filter;
    }
    return t;
}

struct match_tree *match_tree_set(uint32_t *docids, size_t count)
{
    struct match_tree *t = match_tree_op(TREE_SET);
    if (t) {
        t->docids = docids;
        t->docid_count = count;
    } else {
        free(docids);
    }
    return t;
}

void match_tree_free(struct match_tree *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->count; i++)
        match_tree_free(t->children[i]);
    free(t->docids);
    free(t->children);
    free(t->checks);
    free(t);
}

bool match_tree_scores(const struct match_tree *t)
{
    if (t->op == TREE_TERM)
        return !t->filter;
    size_t count = t->op == TREE_WITHOUT ? 1 : t->count;
    for (size_t i = 0; i < count; i++)
        if (match_tree_scores(t->children[i]))
            return true;
    return false;
}

static bool add_child(struct match_tree *t, struct match_tree *child)
{
    if (t->count == t->cap) {
        struct match_tree **children =
            array_grow(t->children, &t->cap, sizeof *children);
        if (!children) {
            match_tree_free(child);
            return false;
        }
        t->children = children;
    }
    t->children[t->count++] = child;
    return true;
}

bool match_tree_check(struct match_tree *t, struct text_check *check)
{
    if (t->check_count == t->check_cap) {
        struct text_check **checks =
            array_grow(t->checks, &t->check_cap, sizeof *checks);
        if (!checks)
            return false;
        t->checks = checks;
    }
    t->checks[t->check_count++] = check;
    return true;
}

bool match_tree_add(struct match_tree *t, struct match_tree *child)
{
    bool good = true;
    if (child->op != t->op || child->disjoint)
        return add_child(t, child);
    while (good && child->count > 0)
        good = add_child(t, child->children[--child->count]);
    for (size_t i = 0; good && i < child->check_count; i++)
        good = match_tree_check(t, child->checks[i]);
    match_tree_free(child);
    return good;
}

struct match_tree *match_tree_unwrap(struct match_tree *t)
{
    if (t->count != 1 || t->check_count)
        return t;
    struct match_tree *child = t->children[0];
    t->count = 0;
    match_tree_free(t);
    return child;
}

struct match_tree *match_tree_without(struct match_tree *a,
                                      struct match_tree *b)
{
    struct match_tree *t = match_tree_op(TREE_WITHOUT);
    bool good = t && add_child(t, a);
    if (!t)
        match_tree_free(a);
    if (good && add_child(t, b))
        return t;
    if (!good)
        match_tree_free(b);
    match_tree_free(t);
    return NULL;
}

void match_tree_describe(const struct match_tree *t, struct buf *out)
{
    static const char *const signs[] = {"",      "",     "",
                                        " AND ", " OR ", " WITHOUT "};
    if (t->op == TREE_TERM) {
        buf_append(out, t->postings->term.data, t->postings->term.len);
        return;
    }
    if (t->op == TREE_ALL) {
        buf_append_str(out, "everything");
        return;
    }
    if (t->op == TREE_SET) {
        buf_printf(out, "articles[%zu]", t->docid_count);
        return;
    }
    if (t->check_count)
        buf_append_str(out, t->check_count > 1 ? "texts" : "text");
    buf_append_byte(out, '(');
    for (size_t i = 0; i < t->count; i++) {
        if (i > 0)
            buf_append_str(out, signs[t->op]);
        match_tree_describe(t->children[i], out);
    }
    buf_append_byte(out, ')');
}

/* ---- Making cursors. */

static void release(struct tree_cursor *c)
{
    for (size_t i = 0; i < c->count; i++)
        release(&c->children[i]);
    free(c->children);
    free(c->term);
    free(c->bits);
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
    return (x->estimate > y->estimate) - (x->estimate < y->estimate);
}

/* What the cursors of a tree are made with. */
struct maker {
    const struct snapshot *snapshot;
    size_t segment;
    struct match_state *state;
    double articles; /* in the segment */
    struct nh_error *err;
};

static int init(struct tree_cursor *c, const struct match_tree *t, bool scored,
                const struct maker *m);

static int init_term(struct tree_cursor *c, const struct match_tree *t,
                     bool scored, const struct maker *m)
{
    c->term = malloc(sizeof *c->term);
    if (!c->term)
        return error_nomem(m->err);
    term_cursor_init(c->term, m->state, t->postings, m->snapshot, m->segment);
    c->most = scored ? c->term->most : 0;
    c->estimate = c->term->in->count;
    return NH_OK;
}

/* The set's articles in the segment. */
static int init_set(struct tree_cursor *c, const struct match_tree *t,
                    const struct maker *m)
{
    const struct manifest_segment *info =
        m->snapshot->segments[m->segment].info;
    const uint32_t *at = t->docids, *end = at + t->docid_count;
    while (at < end && *at < info->first)
        at++;
    while (end > at && end[-1] > info->last)
        end--;
    c->docids = at;
    c->docid_count = (size_t)(end - at);
    c->estimate = (double)c->docid_count;
    return NH_OK;
}

static int init_children(struct tree_cursor *c, const struct match_tree *t,
                         bool scored, const struct maker *m)
{
    double share = 1; /* if the children were independent of each other */
    c->children = calloc(t->count + 1, sizeof *c->children);
    int rc = c->children ? NH_OK : error_nomem(m->err);
    for (size_t i = 0; rc == NH_OK && i < t->count; i++) {
        struct tree_cursor *child = &c->children[i];
        bool excluded = t->op == TREE_WITHOUT && i > 0;
        c->count = i + 1;
        rc = init(child, t->children[i], scored && !excluded, m);
        c->most += child->most;
        c->unsure = c->unsure || child->unsure;
        double part = child->estimate / m->articles;
        share *= t->op == TREE_OR || excluded ? 1 - part : part;
    }
    c->estimate = m->articles * (t->op == TREE_OR ? 1 - share : share);
    return rc;
}

static int init(struct tree_cursor *c, const struct match_tree *t, bool scored,
                const struct maker *m)
{
    memset(c, 0, sizeof *c);
    c->op = t->op;
    c->state = m->state;
    scored = scored && !t->filter;
    if (t->op == TREE_TERM)
        return init_term(c, t, scored, m);
    if (t->op == TREE_ALL) {
        c->articles = &m->snapshot->segments[m->segment].articles;
        c->estimate = m->articles;
        return NH_OK;
    }
    if (t->op == TREE_SET)
        return init_set(c, t, m);
    int rc = init_children(c, t, scored, m);
    if (rc != NH_OK)
        return rc;
    c->checks = t->checks;
    c->check_count = t->check_count;
    if (t->op == TREE_AND)
        qsort(c->children, c->count, sizeof *c->children, by_rarity);
    if (t->op == TREE_WITHOUT || t->check_count)
        c->unsure = true;
    if (t->op == TREE_OR && c->most == 0) {
        c->bits = calloc(TREE_BITS / 64, sizeof *c->bits);
        c->unsure = false; /* its bits are of matches */
        if (!c->bits)
            return error_nomem(m->err);
    }
    return NH_OK;
}

int tree_cursor_new(struct tree_cursor **out, const struct match_tree *t,
                    const struct snapshot *s, size_t segment, bool scored,
                    struct match_state *state, struct nh_error *err)
{
    const struct maker m = {s, segment, state,
                            s->segments[segment].blocks.articles, err};
    struct tree_cursor *c = *out = malloc(sizeof *c);
    if (!c)
        return error_nomem(err);
    int rc = init(c, t, scored, &m);
    if (rc != NH_OK) {
        tree_cursor_free(c);
        *out = NULL;
    }
    return rc;
}

/* ---- Bounds and scores: sums of multiples of a power of two, hence exact. */

double tree_cursor_bound(struct tree_cursor *c, uint32_t docid, uint32_t *upto)
{
    uint32_t end;
    c->bound = 0;
    c->upto = CURSOR_END;
    switch (c->op) {
    case TREE_TERM:
        c->bound = term_cursor_bound(c->term, docid, &c->upto);
        break;
    case TREE_ALL:
    case TREE_SET:
        c->bound = c->at == CURSOR_END ? -1 : 0;
        break;
    case TREE_WITHOUT:
        c->bound = tree_cursor_bound(&c->children[0], docid, &c->upto);
        break;
    case TREE_OR:
        if (c->bits) { /* its children are ahead of it */
            c->bound = c->at == CURSOR_END ? -1 : 0;
            break;
        }
        c->bound = -1;
        for (size_t i = 0; i < c->count; i++) {
            double bound = tree_cursor_bound(&c->children[i], docid, &end);
            if (bound >= 0)
                c->bound = c->bound < 0 ? bound : c->bound + bound;
            c->upto = end < c->upto ? end : c->upto;
        }
        break;
    case TREE_AND:
        for (size_t i = 0; i < c->count; i++) {
            double bound = tree_cursor_bound(&c->children[i], docid, &end);
            if (bound < 0) { /* no more of this one, no more of all */
                c->bound = -1;
                c->upto = CURSOR_END;
                break;
            }
            c->bound += bound;
            c->upto = end < c->upto ? end : c->upto;
        }
    }
    if (c->most == 0 && c->bound > 0)
        c->bound = 0;
    *upto = c->upto;
    return c->bound;
}

double tree_cursor_bound_to(const struct tree_cursor *c, uint32_t docid,
                            uint32_t last)
{
    return c->op == TREE_TERM && c->most > 0
               ? term_cursor_bound_to(c->term, docid, last)
               : c->most;
}

double tree_cursor_score(struct tree_cursor *c, bool confirmed)
{
    double score = 0;
    if (c->most == 0)
        return 0;
    if (c->op == TREE_TERM)
        return term_cursor_score(c->term);
    if (c->op == TREE_WITHOUT)
        return tree_cursor_score(&c->children[0], confirmed);
    for (size_t i = 0; i < c->count; i++) {
        struct tree_cursor *child = &c->children[i];
        if (child->at == c->at &&
            (!confirmed || !child->unsure || child->confirmed))
            score += tree_cursor_score(child, confirmed);
    }
    return score;
}

void tree_cursor_terms(struct tree_cursor *c,
                       void (*each)(void *ctx, struct term_cursor *term),
                       void *ctx)
{
    if (c->most == 0)
        return;
    if (c->op == TREE_TERM) {
        each(ctx, c->term);
        return;
    }
    const size_t count = c->op == TREE_WITHOUT ? 1 : c->count;
    for (size_t i = 0; i < count; i++) {
        struct tree_cursor *child = &c->children[i];
        if (child->at == c->at && (!child->unsure || child->confirmed))
            tree_cursor_terms(child, each, ctx);
    }
}

/* ---- Moving. */

/* tree_cursor_seek; most children are terms. */
static inline uint32_t seek(struct tree_cursor *c, uint32_t docid)
{
    if (c->at >= docid)
        return c->at;
    if (c->op != TREE_TERM)
        return tree_cursor_seek(c, docid, 0);
    return c->at = term_cursor_seek(c->term, docid, 0);
}

/* The first place from `docid` on where the bounds, which c->bound and c->upto
 * then are, allow `least`; CURSOR_END if there is none. */
static uint32_t seek_block_max(struct tree_cursor *c, uint32_t docid,
                               double least)
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
    struct tree_cursor *first = &c->children[0];
    *next = docid + 1;
    if (least > 0 &&
        c->bound - first->bound + tree_cursor_score(first, false) < least)
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
            docid = seek_block_max(c, docid, least);
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
            docid = seek_block_max(c, docid, least);
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

/* An OR that does not score: the matches of a stretch of docids at once. */
static uint32_t seek_bits(struct tree_cursor *c, uint32_t docid)
{
    for (;;) {
        while (docid < c->bits_end) {
            uint32_t n = docid - c->bits_at;
            uint64_t rest = c->bits[n / 64] >> n % 64;
            if (rest)
                return c->at = docid + (uint32_t)__builtin_ctzll(rest);
            uint32_t word_end = (n / 64 + 1) * 64;
            docid = word_end < c->bits_end - c->bits_at ? c->bits_at + word_end
                                                        : c->bits_end;
        }
        /* Where the next match is, so that gaps are jumped over. */
        uint32_t next = CURSOR_END;
        for (size_t i = 0; i < c->count; i++) {
            uint32_t at = seek(&c->children[i], docid);
            next = at < next ? at : next;
        }
        if (next == CURSOR_END)
            return c->at = CURSOR_END;
        c->bits_span = next > c->bits_end ? 64 : c->bits_span * 2;
        if (c->bits_span > TREE_BITS)
            c->bits_span = TREE_BITS;
        c->bits_at = docid = next;
        c->bits_end =
            CURSOR_END - next > c->bits_span ? next + c->bits_span : CURSOR_END;
        memset(c->bits, 0, TREE_BITS / 8);
        for (size_t i = 0; i < c->count; i++)
            tree_cursor_add(&c->children[i], next, c->bits_end - next, NULL,
                            c->bits);
    }
}

uint32_t tree_cursor_seek(struct tree_cursor *c, uint32_t docid, double least)
{
    if (c->at >= docid)
        return c->at;
    if (docid == CURSOR_END)
        return c->at = CURSOR_END;
    switch (c->op) {
    case TREE_TERM:
        return c->at = term_cursor_seek(c->term, docid, least);
    case TREE_ALL:
        docid = articles_next(c->articles, docid);
        return c->at = docid ? docid : CURSOR_END;
    case TREE_SET:
        while (c->docid_count > 0 && *c->docids < docid) {
            c->docids++;
            c->docid_count--;
        }
        return c->at = c->docid_count > 0 ? *c->docids : CURSOR_END;
    case TREE_AND:
        return seek_and(c, docid, least);
    case TREE_OR:
        return c->bits ? seek_bits(c, docid) : seek_or(c, docid, least);
    case TREE_WITHOUT:
        return c->at = tree_cursor_seek(&c->children[0], docid, least);
    }
    return c->at = CURSOR_END;
}

/* ---- Confirming. */

/* All children that are at `at`, since each adds to the score. */
static bool confirm_or(struct tree_cursor *c)
{
    bool any = false;
    for (size_t i = 0; i < c->count; i++) {
        struct tree_cursor *child = &c->children[i];
        if (child->at == c->at && tree_cursor_confirm(child))
            any = true;
    }
    return any;
}

bool tree_cursor_only_checks(const struct tree_cursor *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->children[i].unsure)
            return false;
    return c->check_count > 0;
}

bool tree_cursor_check(const struct tree_cursor *c, uint32_t docid)
{
    for (size_t i = 0; i < c->check_count; i++)
        if (!text_check_match(c->checks[i], docid))
            return false;
    return true;
}

static bool confirm_and(struct tree_cursor *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (!tree_cursor_confirm(&c->children[i]))
            return false;
    return tree_cursor_check(c, c->at);
}

static bool confirm_without(struct tree_cursor *c)
{
    struct tree_cursor *excluded = &c->children[1];
    return !(seek(excluded, c->at) == c->at && tree_cursor_confirm(excluded)) &&
           tree_cursor_confirm(&c->children[0]);
}

bool tree_cursor_confirm(struct tree_cursor *c)
{
    if (!c->unsure)
        return true;
    c->confirmed = c->op == TREE_OR    ? confirm_or(c)
                   : c->op == TREE_AND ? confirm_and(c)
                                       : confirm_without(c);
    return c->confirmed;
}

void tree_cursor_add(struct tree_cursor *c, uint32_t first, uint32_t count,
                     double *scores, uint64_t *bits)
{
    if (c->most == 0)
        scores = NULL;
    if (c->op == TREE_TERM) {
        term_cursor_add(c->term, first, count, scores, bits);
        c->at = c->term->at;
        return;
    }
    const uint32_t end = first + count;
    uint32_t at = tree_cursor_seek(c, first, 0);
    for (; at < end; at = tree_cursor_seek(c, at + 1, 0)) {
        uint32_t n = at - first;
        if (!tree_cursor_confirm(c))
            continue;
        if (scores)
            scores[n] += tree_cursor_score(c, true);
        bits[n / 64] |= UINT64_C(1) << n % 64;
    }
}
