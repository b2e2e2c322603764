/* Builds the tables of a segment. Workers hand over analysed articles in
 * batches of ascending docids; the builder makes Xapian's tables of them. */
#ifndef INDEXER_SEGMENT_SEGMENT_BUILDER_H
#define INDEXER_SEGMENT_SEGMENT_BUILDER_H

#include <stdint.h>

#include "common/base/buf.h"

struct segment_builder;
struct posting_batch;

enum builder_kind {
    BUILDER_AUTO, /* bulk if the linked libxapian uses the format that
                     glass_writer.h describes, else API */
    BUILDER_BULK, /* tables written by our own writer */
    BUILDER_API   /* through Xapian's public API */
};

/* Makes a builder that works in the folder `dir`, which it makes and removes.
 */
int segment_builder_new(struct segment_builder **out, enum builder_kind kind,
                        const char *dir, struct nh_error *err);
/* Stops, removes what was not finished, and frees the builder. */
void segment_builder_free(struct segment_builder *b);
/* Lets segment_builder_finish use so many threads. The default is 1. */
void segment_builder_set_threads(struct segment_builder *b, unsigned threads);
unsigned segment_builder_threads(const struct segment_builder *b);
/* Writes the lists of common words into Xapian's tables too, for other programs
 * that read those. The API always does so. */
void segment_builder_keep_lists(struct segment_builder *b);
/* Returns the number of articles that a batch should have for speed, and the
 * number of batches that the builder holds at most. */
size_t segment_builder_batch_articles(const struct segment_builder *b);
size_t segment_builder_batches_max(const struct segment_builder *b);
/* Returns the bytes of memory that the added batches take. */
size_t segment_builder_memory(const struct segment_builder *b);
/* Returns whether glass_writer.c builds the tables and no check has found them
 * wrong. */
bool segment_builder_bulk(const struct segment_builder *b);
/* Returns whether a segment was built through the API because a check found the
 * tables of glass_writer.c wrong. */
bool segment_builder_fell_back(const struct segment_builder *b);

/* Makes a batch. One thread fills a batch; several batches may be filled at the
 * same time. */
int posting_batch_new(struct posting_batch **out, struct segment_builder *b,
                      uint64_t number, struct nh_error *err);
void posting_batch_free(struct posting_batch *batch);
/* Starts article `docid`, which is larger than all docids before it in the
 * batch. */
int posting_batch_begin(struct posting_batch *batch, uint32_t docid,
                        struct nh_error *err);
/* Adds a term to the article; wdf 0 for filters. */
int posting_batch_term(struct posting_batch *batch, struct slice term,
                       uint32_t wdf, struct nh_error *err);
/* A key is a small number of the caller's that stands for a frequent term. It
 * means the same term as long as `age` does not change. A term that has a key
 * is never given to posting_batch_term. */
struct posting_key {
    uint32_t key, wdf;
};
/* Adds the terms of the keys that the batch knows. Moves the unknown keys to
 * the front and sets *count to their number; the caller then names their terms
 * with posting_batch_word. */
int posting_batch_keys(struct posting_batch *batch, uint32_t age,
                       struct posting_key *keys, size_t *count,
                       struct nh_error *err);
int posting_batch_word(struct posting_batch *batch, uint32_t key,
                       struct slice term, uint32_t wdf, struct nh_error *err);
int posting_batch_value(struct posting_batch *batch, uint32_t slot,
                        struct slice value, struct nh_error *err);
int posting_batch_end(struct posting_batch *batch, struct nh_error *err);
/* Ends the batch. Call it on the thread that filled it. */
int posting_batch_finish(struct posting_batch *batch, struct nh_error *err);

/* Gives a finished batch to the segment, in ascending order of batch numbers,
 * and frees it, also on failure. Call it from one thread at a time. */
int segment_builder_add(struct segment_builder *b, struct posting_batch *batch,
                        struct nh_error *err);
/* Writes the tables and block-max lists of all added batches into the existing
 * folder `path`, lets libxapian check the tables, and empties the builder. At
 * least one batch must have been added. */
int segment_builder_finish(struct segment_builder *b, const char *path,
                           struct nh_error *err);

#endif
