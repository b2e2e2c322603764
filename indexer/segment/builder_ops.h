/* The steps of one way to build a segment. segment_builder.h has the rules of
 * each step. A builder uses one such table. */
#ifndef INDEXER_SEGMENT_BUILDER_OPS_H
#define INDEXER_SEGMENT_BUILDER_OPS_H

#include "indexer/segment/segment_builder.h"

struct builder_ops {
    const char *name;
    size_t batch_articles, batches_max;
    int (*open)(void **self, const char *dir, struct nh_error *err);
    void (*close)(void *self);
    size_t (*memory)(const void *self);
    void (*set_threads)(void *self, unsigned threads); /* NULL: one */
    void (*keep_lists)(void *self); /* NULL: the lists are always kept */
    int (*batch_new)(void **batch, void *self, uint64_t number,
                     struct nh_error *err);
    void (*batch_free)(void *batch);
    int (*begin)(void *batch, uint32_t docid, struct nh_error *err);
    int (*term)(void *batch, struct slice term, uint32_t wdf,
                struct nh_error *err);
    int (*keys)(void *batch, uint32_t age, struct posting_key *keys,
                size_t *count,
                struct nh_error *err); /* NULL: no term has a key */
    int (*word)(void *batch, uint32_t key, struct slice term, uint32_t wdf,
                struct nh_error *err); /* NULL: as term */
    int (*value)(void *batch, uint32_t slot, struct slice value,
                 struct nh_error *err);
    int (*end)(void *batch, struct nh_error *err);
    int (*finish_batch)(void *batch, struct nh_error *err);
    int (*add)(void *self, void *batch, struct nh_error *err); /* frees it */
    int (*finish)(void *self, const char *path, bool *fell_back,
                  struct nh_error *err);
};

/* Through Xapian's public API. */
extern const struct builder_ops builder_api;
/* Through the inverter and the writer of Xapian's tables in this folder; falls
 * back to the API. */
extern const struct builder_ops builder_bulk;

#endif
