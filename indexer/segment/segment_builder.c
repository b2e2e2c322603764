/* Owns the choice of a way to build; everything else is the chosen one's. */
#include "indexer/segment/segment_builder.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/segment/builder_ops.h"
#include "indexer/segment/glass_writer.h"

struct segment_builder {
    const struct builder_ops *ops;
    void *self;
    unsigned threads;
    bool fell_back;
};

struct posting_batch {
    const struct builder_ops *ops;
    void *self;
};

int segment_builder_new(struct segment_builder **out, enum builder_kind kind,
                        const char *dir, struct nh_error *err)
{
    *out = NULL;
    struct segment_builder *b = calloc(1, sizeof *b);
    if (!b)
        return error_nomem(err);
    int rc = file_mkdir(dir, err);
    b->threads = 1;
    b->ops = kind == BUILDER_API ? &builder_api : &builder_bulk;
    if (rc == NH_OK && kind == BUILDER_AUTO && !glass_supported(dir)) {
        b->ops = &builder_api;
        b->fell_back = true;
    }
    if (rc == NH_OK)
        rc = b->ops->open(&b->self, dir, err);
    if (rc != NH_OK)
        segment_builder_free(b);
    else
        *out = b;
    return rc;
}

void segment_builder_free(struct segment_builder *b)
{
    if (!b)
        return;
    if (b->self)
        b->ops->close(b->self);
    free(b);
}

void segment_builder_set_threads(struct segment_builder *b, unsigned threads)
{
    b->threads = threads;
    if (b->ops->set_threads)
        b->ops->set_threads(b->self, threads);
}

unsigned segment_builder_threads(const struct segment_builder *b)
{
    return b->threads;
}

void segment_builder_keep_lists(struct segment_builder *b)
{
    if (b->ops->keep_lists)
        b->ops->keep_lists(b->self);
}

size_t segment_builder_batch_articles(const struct segment_builder *b)
{
    return b->ops->batch_articles;
}

size_t segment_builder_batches_max(const struct segment_builder *b)
{
    return b->ops->batches_max;
}

size_t segment_builder_memory(const struct segment_builder *b)
{
    return b->ops->memory(b->self);
}

bool segment_builder_bulk(const struct segment_builder *b)
{
    return b->ops == &builder_bulk && !b->fell_back;
}

bool segment_builder_fell_back(const struct segment_builder *b)
{
    return b->fell_back;
}

int posting_batch_new(struct posting_batch **out, struct segment_builder *b,
                      uint64_t number, struct nh_error *err)
{
    *out = NULL;
    struct posting_batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return error_nomem(err);
    batch->ops = b->ops;
    int rc = b->ops->batch_new(&batch->self, b->self, number, err);
    if (rc != NH_OK)
        free(batch);
    else
        *out = batch;
    return rc;
}

void posting_batch_free(struct posting_batch *batch)
{
    if (!batch)
        return;
    batch->ops->batch_free(batch->self);
    free(batch);
}

int posting_batch_begin(struct posting_batch *batch, uint32_t docid,
                        struct nh_error *err)
{
    return batch->ops->begin(batch->self, docid, err);
}

int posting_batch_term(struct posting_batch *batch, struct slice term,
                       uint32_t wdf, struct nh_error *err)
{
    return batch->ops->term(batch->self, term, wdf, err);
}

int posting_batch_keys(struct posting_batch *batch, uint32_t age,
                       struct posting_key *keys, size_t *count,
                       struct nh_error *err)
{
    return batch->ops->keys
               ? batch->ops->keys(batch->self, age, keys, count, err)
               : NH_OK;
}

int posting_batch_word(struct posting_batch *batch, uint32_t key,
                       struct slice term, uint32_t wdf, struct nh_error *err)
{
    return batch->ops->word ? batch->ops->word(batch->self, key, term, wdf, err)
                            : batch->ops->term(batch->self, term, wdf, err);
}

int posting_batch_value(struct posting_batch *batch, uint32_t slot,
                        struct slice value, struct nh_error *err)
{
    return batch->ops->value(batch->self, slot, value, err);
}

int posting_batch_end(struct posting_batch *batch, struct nh_error *err)
{
    return batch->ops->end(batch->self, err);
}

int posting_batch_finish(struct posting_batch *batch, struct nh_error *err)
{
    return batch->ops->finish_batch(batch->self, err);
}

int segment_builder_add(struct segment_builder *b, struct posting_batch *batch,
                        struct nh_error *err)
{
    int rc = b->ops->add(b->self, batch->self, err);
    free(batch);
    return rc;
}

int segment_builder_finish(struct segment_builder *b, const char *path,
                           struct nh_error *err)
{
    return b->ops->finish(b->self, path, &b->fell_back, err);
}
