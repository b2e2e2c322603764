/* Owns the walk through terms. */
#include "searcher/widen/term_walk.h"

#include <string.h>

struct walk {
    struct slice prefix;
    bool (*each)(void *ctx, struct slice value, uint32_t articles);
    void *ctx;
    struct nh_error *err;
};

static bool begins(struct slice term, struct slice prefix)
{
    return term.len >= prefix.len &&
           memcmp(term.data, prefix.data, prefix.len) == 0;
}

static int give(const struct walk *w, struct slice term, uint32_t articles)
{
    term.data += w->prefix.len;
    term.len -= w->prefix.len;
    return w->each(w->ctx, term, articles) ? NH_OK : error_nomem(w->err);
}

/* Those whose lists are long: they are sorted. */
static int walk_blocks(const struct walk *w, const struct blocks *b)
{
    struct block_list list;
    struct slice term;
    uint32_t low = 0, high = b->lists;
    int rc = NH_OK;
    while (rc == NH_OK && low < high) {
        const uint32_t middle = low + (high - low) / 2;
        rc = blocks_list(b, middle, &term, &list, w->err);
        if (rc != NH_OK)
            break;
        const size_t len = term.len < w->prefix.len ? term.len : w->prefix.len;
        const int order = memcmp(term.data, w->prefix.data, len);
        if (order < 0 || (order == 0 && term.len < w->prefix.len))
            low = middle + 1;
        else
            high = middle;
    }
    for (; rc == NH_OK && low < b->lists; low++) {
        rc = blocks_list(b, low, &term, &list, w->err);
        if (rc != NH_OK || !begins(term, w->prefix))
            break;
        rc = give(w, term, list.postings);
    }
    return rc;
}

/* Those of Xapian's table that have no list among the long ones. */
static int walk_table(const struct walk *w, const struct snapshot_segment *s)
{
    struct block_list list;
    struct glass_terms terms;
    struct glass_postings short_list;
    struct slice term;
    int more = 0;
    int rc = glass_terms_open(&terms, &s->glass, w->prefix, w->err);
    while (rc == NH_OK &&
           (more = glass_terms_next(&terms, &term, w->err)) == 1) {
        const int found = blocks_find(&s->blocks, term, &list, w->err);
        rc = found < 0 ? found : NH_OK;
        if (found != 0)
            continue;
        rc = glass_terms_postings(&terms, &short_list, w->err);
        if (rc == NH_OK)
            rc = give(w, term, short_list.frequency);
        glass_postings_release(&short_list);
    }
    glass_terms_release(&terms);
    return rc != NH_OK ? rc : more < 0 ? more : NH_OK;
}

int term_walk(const struct snapshot *s, const char *prefix,
              bool (*each)(void *ctx, struct slice value, uint32_t articles),
              void *ctx, struct nh_error *err)
{
    const struct walk w = {{prefix, strlen(prefix)}, each, ctx, err};
    int rc = snapshot_tables(s, err);
    for (size_t i = 0; rc == NH_OK && i < s->count; i++) {
        rc = walk_blocks(&w, &s->segments[i].blocks);
        if (rc == NH_OK)
            rc = walk_table(&w, &s->segments[i]);
    }
    return rc;
}
