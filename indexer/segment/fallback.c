/* Owns the way out for postings that our own writer could not make tables of.
 * Promises what it got, article by article, through Xapian's API. */
#include "indexer/segment/fallback.h"

#include <stdlib.h>
#include <string.h>

#include "common/text/schema.h"
#include "indexer/segment/builder_ops.h"

/* Articles that are built at a time, at least. */
#define FALLBACK_ARTICLES 500

/* A posting of the articles that are being built. */
struct posting {
    uint32_t docid, term, wdf;
};

static int by_docid(const void *a, const void *b)
{
    const struct posting *x = a, *y = b;
    return (x->docid > y->docid) - (x->docid < y->docid);
}

/* Where each term's run was read to. */
struct cursor {
    size_t at;
    uint32_t docid;
};

/* Appends the postings with docids up to `last` behind the cursors. */
static int collect(const struct inverter *v, struct cursor *cursors,
                   uint32_t last, struct buf *out, struct nh_error *err)
{
    struct buf scratch = BUF_INIT;
    struct glass_run run;
    bool good = true;
    for (uint32_t t = 0; good && t < v->terms.count; t++) {
        struct cursor *c = &cursors[t];
        uint64_t delta, wdf;
        good = inverter_run(v, t, &scratch, &run);
        const uint8_t *p = run.data + c->at, *end = run.data + run.len;
        while (good && varint_read(&p, end, &delta) &&
               c->docid + delta + 1 <= last && varint_read(&p, end, &wdf)) {
            c->docid += (uint32_t)delta + 1;
            c->at = (size_t)(p - run.data);
            struct posting posting = {c->docid, t, (uint32_t)wdf};
            buf_append(out, &posting, sizeof posting);
        }
    }
    buf_release(&scratch);
    return good && !out->failed ? NH_OK : error_nomem(err);
}

/* Adds articles first..first+count of the inverter as a batch. */
static int api_batch(const struct inverter *v, void *api, size_t first,
                     size_t count, const struct buf *postings, size_t *value,
                     struct nh_error *err)
{
    const struct posting *at =
        (const struct posting *)(const void *)postings->data;
    const struct posting *end = at + postings->len / sizeof *at;
    void *batch;
    int rc = builder_api.batch_new(&batch, api, first, err);
    if (rc != NH_OK)
        return rc;
    for (size_t i = first; rc == NH_OK && i < first + count; i++) {
        uint32_t length, dated, docid = inverter_article(v, i, &length);
        rc = builder_api.begin(batch, docid, err);
        for (; rc == NH_OK && at < end && at->docid == docid; at++) {
            const struct strtab_entry *e = &v->terms.entries[at->term];
            rc = builder_api.term(batch, (struct slice){e->data, e->len},
                                  at->wdf, err);
        }
        const char *next = v->values.data + *value;
        if (rc == NH_OK && *value < v->values.len &&
            (memcpy(&dated, next, 4), dated == docid)) {
            rc = builder_api.value(batch, SCHEMA_DATE_SLOT,
                                   (struct slice){next + 4, INVERTER_VALUE},
                                   err);
            *value += 4 + INVERTER_VALUE;
        }
        if (rc == NH_OK)
            rc = builder_api.end(batch, err);
    }
    if (rc == NH_OK)
        rc = builder_api.finish_batch(batch, err);
    if (rc != NH_OK) {
        builder_api.batch_free(batch);
        return rc;
    }
    return builder_api.add(api, batch, err);
}

int fallback_build(const struct inverter *v, const char *dir, const char *path,
                   struct nh_error *err)
{
    struct buf postings = BUF_INIT;
    size_t articles = inverter_articles(v), value = 0;
    /* Few enough batches for the API builder. */
    size_t step = articles / builder_api.batches_max + 1;
    if (step < FALLBACK_ARTICLES)
        step = FALLBACK_ARTICLES;
    struct cursor *cursors =
        calloc((size_t)v->terms.count + 1, sizeof *cursors);
    void *api = NULL;
    int rc = cursors ? builder_api.open(&api, dir, err) : error_nomem(err);
    for (size_t first = 0; rc == NH_OK && first < articles; first += step) {
        size_t count = articles - first < step ? articles - first : step;
        uint32_t length, last = inverter_article(v, first + count - 1, &length);
        buf_reset(&postings);
        rc = collect(v, cursors, last, &postings, err);
        if (rc == NH_OK && postings.len)
            qsort(postings.data, postings.len / sizeof(struct posting),
                  sizeof(struct posting), by_docid);
        if (rc == NH_OK)
            rc = api_batch(v, api, first, count, &postings, &value, err);
    }
    bool unused;
    if (rc == NH_OK)
        rc = builder_api.finish(api, path, &unused, err);
    if (api)
        builder_api.close(api);
    free(cursors);
    buf_release(&postings);
    return rc;
}
