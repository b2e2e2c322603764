/* Owns the lists of terms and the way through them.
 * Promises bounds that hold: where NDEBUG is not set, each score is compared
 * with the bound of its block, and a search fails whose bound does not hold. */
#include "searcher/match/postings.h"

#include <stdlib.h>
#include <string.h>

/* ---- Finding. */

/* Copies a list, which has in->count postings. */
static int copy_short(struct segment_postings *in, struct glass_postings *list,
                      struct nh_error *err)
{
    uint32_t n = 0;
    int more = 0;
    in->docids =
        malloc(((size_t)in->count * 2 + BLOCKS_PADDING) * sizeof *in->docids);
    if (!in->docids)
        return error_nomem(err);
    in->wdfs = in->docids + in->count + BLOCKS_PADDING;
    for (uint32_t i = 0; i < BLOCKS_PADDING; i++)
        in->docids[in->count + i] = UINT32_MAX;
    while ((more = glass_postings_next(list, err)) == 1 && n < in->count) {
        in->docids[n] = list->docid;
        in->wdfs[n++] = list->wdf;
    }
    if (more < 0)
        return more;
    return more == 0 && n == in->count
               ? NH_OK
               : glass_damaged(&list->reader->table,
                               "the count of a posting list", err);
}

/* Reads a list of Xapian's table, if the term has one. */
static int load_short(struct segment_postings *in,
                      const struct snapshot_segment *segment, struct slice term,
                      struct nh_error *err)
{
    struct glass_postings list;
    int rc = glass_postings_open(&list, &segment->glass, term, err);
    if (rc == 1) {
        in->count = list.frequency;
        rc = in->count ? copy_short(in, &list, err) : NH_OK;
    }
    glass_postings_release(&list);
    return rc;
}

static int find_lists(struct postings *w, const struct snapshot *s,
                      uint64_t *having, struct nh_error *err)
{
    const struct slice term = {w->term.data, w->term.len};
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < s->count; i++) {
        struct segment_postings *in = &w->segments[i];
        const struct snapshot_segment *segment = &s->segments[i];
        int found = blocks_find(&segment->blocks, term, &in->list, err);
        if (found == 1)
            in->count = in->list.postings;
        else
            rc = found < 0 ? found : snapshot_tables(s, err);
        if (rc == NH_OK && found == 0)
            rc = load_short(in, segment, term, err);
        *having += in->count;
    }
    return rc;
}

int postings_new(struct postings **out, const struct snapshot *s,
                 struct slice term, struct nh_error *err)
{
    uint64_t articles = 0, length = 0, having = 0;
    *out = NULL;
    struct postings *w = calloc(1, sizeof *w);
    if (!w)
        return error_nomem(err);
    w->segment_count = s->count;
    w->segments = calloc(s->count + 1, sizeof *w->segments);
    buf_append(&w->term, term.data, term.len);
    int rc = w->segments && !w->term.failed ? find_lists(w, s, &having, err)
                                            : error_nomem(err);
    for (size_t i = 0; i < s->count; i++) {
        articles += s->segments[i].blocks.articles;
        length += s->segments[i].blocks.total_length;
    }
    w->average = length ? (double)length / (double)articles : 1;
    w->norm = bm25_norm(w->average);
    w->weight = bm25_weight(articles, having);
    if (rc != NH_OK)
        postings_free(w);
    else
        *out = w;
    return rc;
}

int postings_count(uint64_t *count, const struct snapshot *s, struct slice term,
                   struct nh_error *err)
{
    struct postings *w = NULL;
    int rc = postings_new(&w, s, term, err);
    *count = 0;
    for (size_t i = 0; rc == NH_OK && i < w->segment_count; i++)
        *count += w->segments[i].count;
    postings_free(w);
    return rc;
}

int postings_exist(bool *found, const struct snapshot *s, struct slice term,
                   struct nh_error *err)
{
    uint64_t count;
    const int rc = postings_count(&count, s, term, err);
    *found = count > 0;
    return rc;
}

void postings_free(struct postings *w)
{
    while (w) {
        struct postings *next = w->next;
        for (size_t i = 0; w->segments && i < w->segment_count; i++)
            free(w->segments[i].docids);
        free(w->segments);
        buf_release(&w->term);
        free(w);
        w = next;
    }
}

/* ---- Bounds. */

/* A multiple of the grid that is not less than any rounded score below
 * `score`. */
static double round_up(double score)
{
    return bm25_round(score * (1 + 1e-9)) + BM25_GRID;
}

void term_cursor_init(struct term_cursor *c, struct match_state *state,
                      const struct postings *postings, const struct snapshot *s,
                      size_t segment)
{
    /* All but the block, which is large. */
    memset(c, 0, offsetof(struct term_cursor, block));
    c->state = state;
    c->postings = postings;
    c->in = &postings->segments[segment];
    c->file = &s->segments[segment].blocks;
    c->here = UINT32_MAX;
    if (c->in->list.blocks) {
        /* A tf part grows with the average length, by no more than that itself
         * does. */
        double growth = postings->average / blocks_average_length(c->file);
        c->unit = postings->weight * (growth > 1 ? growth : 1) / BLOCKS_TF;
        c->most = c->in->list.most * c->unit;
        if (c->most > postings->weight)
            c->most = postings->weight;
        c->docids = c->block.docids;
        c->wdfs = c->block.wdfs;
    } else {
        c->most = c->in->count ? postings->weight : 0;
        c->docids = c->in->docids;
        c->wdfs = c->in->wdfs;
        c->count = c->in->count;
        c->last = c->count ? c->docids[c->count - 1] : 0;
        c->has_wdfs = true;
    }
    c->most = round_up(c->most);
}

static double block_bound(const struct term_cursor *c, uint32_t block)
{
    double bound = round_up(block_tf(&c->in->list, block) * c->unit);
    return bound < c->most ? bound : c->most;
}

/* The first block from `i` on whose last posting is `docid` or later: steps
 * that double, then halving. */
static uint32_t block_of(const struct block_list *l, uint32_t i, uint32_t docid)
{
    uint32_t low = i, high = i, step = 1;
    while (high < l->blocks && block_last(l, high) < docid) {
        low = high + 1;
        high = l->blocks - high > step ? high + step : l->blocks;
        step *= 2;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (block_last(l, middle) < docid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Docids of block i that are less than `docid`. */
static double block_before(const struct block_list *l, uint32_t i,
                           uint32_t docid)
{
    struct block b;
    uint32_t n = 0;
    if (!block_enter(l, i, &b)) /* the search will say so */
        return 0;
    while (n < b.count && b.docids[n] < docid)
        n++;
    return n;
}

double postings_before(const struct segment_postings *in, uint32_t first,
                       uint64_t docid, bool exact, uint32_t *hint)
{
    const struct block_list *l = &in->list;
    if (l->blocks == 0) { /* of less than BLOCKS_MIN postings, or rare */
        while (*hint < in->count && in->docids[*hint] < docid)
            ++*hint;
        return *hint;
    }
    if (docid > CURSOR_END - 1)
        return in->count;
    if (docid <= first)
        return 0;
    const uint32_t i = *hint = block_of(l, *hint, (uint32_t)docid);
    if (i == l->blocks)
        return in->count;
    const uint32_t behind = i * BLOCKS_POSTINGS;
    if (exact)
        return behind + block_before(l, i, (uint32_t)docid);
    const double start = i ? (double)block_last(l, i - 1) + 1 : first,
                 span = (double)block_last(l, i) + 1 - start,
                 size =
                     i + 1 < l->blocks ? BLOCKS_POSTINGS : in->count - behind;
    const double part = ((double)docid - start) / span;
    return behind + size * (part > 0 ? part : 0);
}

double term_cursor_bound(struct term_cursor *c, uint32_t docid, uint32_t *upto)
{
    const struct block_list *l = &c->in->list;
    *upto = CURSOR_END;
    if (c->at == CURSOR_END)
        return -1;
    if (l->blocks == 0) {
        if (c->count == 0 || c->docids[c->count - 1] < docid)
            return -1;
        *upto = c->docids[c->count - 1];
        return c->most;
    }
    c->asked = block_of(l, c->asked, docid);
    if (c->asked == l->blocks)
        return -1;
    *upto = block_last(l, c->asked);
    return block_bound(c, c->asked);
}

double term_cursor_bound_to(const struct term_cursor *c, uint32_t docid,
                            uint32_t last)
{
    const struct block_list *l = &c->in->list;
    uint32_t most = 0, i;
    if (c->at == CURSOR_END || (c->at > last && c->at != 0))
        return 0;
    if (l->blocks == 0)
        return c->most;
    for (i = block_of(l, c->asked, docid); i < l->blocks; i++) {
        most = block_tf(l, i) > most ? block_tf(l, i) : most;
        if (block_last(l, i) >= last)
            break;
    }
    double bound = most ? round_up(most * c->unit) : 0;
    return bound < c->most ? bound : c->most;
}

/* ---- Moving. */

static uint32_t to_end(struct term_cursor *c)
{
    c->last = 0;
    c->pos = c->count;
    c->asked = c->in->list.blocks;
    return c->at = CURSOR_END;
}

static bool enter(struct term_cursor *c, uint32_t block)
{
    if (block_enter(&c->in->list, block, &c->block)) {
        c->here = block;
        c->count = c->block.count;
        c->last = c->block.docids[c->count - 1];
        c->pos = 0;
        c->has_wdfs = false;
        return true;
    }
    struct nh_error err;
    match_fail(c->state, block_damaged(&c->in->list, &err), &err);
    to_end(c);
    return false;
}

/* The first of the docids that are here, from pos on, that is `docid` or more;
 * the last one is. It is mostly near; if not, halving without branches, which
 * nothing could foretell. */
static inline uint32_t position_of(const struct term_cursor *c, uint32_t docid)
{
    const uint32_t *at = c->docids + c->pos;
    uint32_t before = 0;
    for (uint32_t i = 0; i < BLOCKS_PADDING; i++)
        before += at[i] < docid;
    if (before < BLOCKS_PADDING)
        return c->pos + before;
    at += BLOCKS_PADDING;
    for (uint32_t left = c->count - c->pos - BLOCKS_PADDING; left > 1;) {
        uint32_t half = left / 2;
        at += (at[half - 1] < docid) * half;
        left -= half;
    }
    return (uint32_t)(at - c->docids);
}

uint32_t term_cursor_seek(struct term_cursor *c, uint32_t docid, double least)
{
    const struct block_list *l = &c->in->list;
    if (c->at >= docid)
        return c->at;
    if (l->blocks && (docid > c->last || least > 0)) {
        uint32_t block = block_of(l, c->asked, docid);
        while (least > 0 && block < l->blocks && block_bound(c, block) < least)
            block++;
        if (block == l->blocks)
            return to_end(c);
        c->asked = block;
        if (block != c->here && !enter(c, block))
            return CURSOR_END;
    }
    if (docid > c->last) /* of a short list: a block has its last docid */
        return to_end(c);
    c->pos = position_of(c, docid);
    return c->at = c->docids[c->pos];
}

static void need_wdfs(struct term_cursor *c)
{
    if (!c->has_wdfs)
        block_wdfs(&c->block);
    c->has_wdfs = true;
}

static inline double score_at(const struct term_cursor *c, uint32_t pos)
{
    double score =
        bm25_score(c->postings->weight, c->postings->norm, c->wdfs[pos],
                   blocks_length(c->file, c->docids[pos]));
#ifndef NDEBUG
    if (score > (c->in->list.blocks ? block_bound(c, c->here) : c->most)) {
        struct nh_error err;
        error_set(&err, NH_ECORRUPT,
                  "the bound of a list's block is less than a score in it");
        match_fail(c->state, NH_ECORRUPT, &err);
    }
#endif
    return score;
}

double term_cursor_score(struct term_cursor *c)
{
    need_wdfs(c);
    return score_at(c, c->pos);
}

uint32_t term_cursor_wdf(struct term_cursor *c)
{
    need_wdfs(c);
    return c->wdfs[c->pos];
}

/* ---- Many at once. */

void term_cursor_add(struct term_cursor *c, uint32_t first, uint32_t count,
                     double *scores, uint64_t *bits)
{
    const uint32_t end = first + count;
    while (term_cursor_seek(c, first, 0) < end) {
        uint32_t pos = c->pos;
        if (scores)
            need_wdfs(c);
        for (; pos < c->count && c->docids[pos] < end; pos++) {
            uint32_t n = c->docids[pos] - first;
            if (scores)
                scores[n] += score_at(c, pos);
            bits[n / 64] |= UINT64_C(1) << n % 64;
        }
        uint32_t last = c->docids[pos - 1];
        if (last == end - 1 || pos < c->count) {
            term_cursor_seek(c, end, 0);
            return;
        }
        term_cursor_seek(c, last + 1, 0);
    }
}
