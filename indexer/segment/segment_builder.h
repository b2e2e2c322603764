/* What a segment is built through. Workers hand over analysed articles in
 * batches of ascending numbers; the builder makes Xapian's tables of them. */
#ifndef INDEXER_SEGMENT_SEGMENT_BUILDER_H
#define INDEXER_SEGMENT_SEGMENT_BUILDER_H

#include <stdint.h>

#include "common/base/buf.h"

struct segment_builder;
struct posting_batch;

enum builder_kind {
    BUILDER_AUTO, /* bulk, where the linked libxapian has the format we know */
    BUILDER_BULK, /* tables written by our own writer */
    BUILDER_API   /* through Xapian's public API */
};

/* Builds below folder `dir` (made, removed when done), for a segment. */
int segment_builder_new(struct segment_builder **out, enum builder_kind kind,
                        const char *dir, struct nh_error *err);
/* Stops and removes what was not finished. */
void segment_builder_free(struct segment_builder *b);
/* Lets segment_builder_finish use that many threads; one if never called. */
void segment_builder_set_threads(struct segment_builder *b, unsigned threads);
unsigned segment_builder_threads(const struct segment_builder *b);
/* Puts common words into Xapian's tables too, for other programs that read
 * them; the API's tables always have them. */
void segment_builder_keep_lists(struct segment_builder *b);
/* Articles that a batch should have, for speed; and batches that the builder
 * holds at most. */
size_t segment_builder_batch_articles(const struct segment_builder *b);
size_t segment_builder_batches_max(const struct segment_builder *b);
/* Bytes of memory that the added batches take. */
size_t segment_builder_memory(const struct segment_builder *b);
/* True if our own writer builds, and has not been found wrong. */
bool segment_builder_bulk(const struct segment_builder *b);
/* True once a segment had to be built through the API although our own writer
 * was to build it. */
bool segment_builder_fell_back(const struct segment_builder *b);

/* A batch is filled by one thread; several may be filled side by side. */
int posting_batch_new(struct posting_batch **out, struct segment_builder *b,
                      uint64_t number, struct nh_error *err);
void posting_batch_free(struct posting_batch *batch);
/* Starts article `docid`, larger than those before in the batch. */
int posting_batch_begin(struct posting_batch *batch, uint32_t docid,
                        struct nh_error *err);
/* Adds a term to the article; wdf 0 for filters. */
int posting_batch_term(struct posting_batch *batch, struct slice term,
                       uint32_t wdf, struct nh_error *err);
/* Terms that come again and again can have a key, small numbers of the caller's
 * that stand for the same terms as long as `age` does not change. What has a
 * key is never added by posting_batch_term. */
struct posting_key {
    uint32_t key, wdf;
};
/* Adds the terms of those keys that the batch has met. The others, *count of
 * them then, are moved to the front: name them with posting_batch_word, which
 * then knows them. */
int posting_batch_keys(struct posting_batch *batch, uint32_t age,
                       struct posting_key *keys, size_t *count,
                       struct nh_error *err);
int posting_batch_word(struct posting_batch *batch, uint32_t key,
                       struct slice term, uint32_t wdf, struct nh_error *err);
int posting_batch_value(struct posting_batch *batch, uint32_t slot,
                        struct slice value, struct nh_error *err);
int posting_batch_end(struct posting_batch *batch, struct nh_error *err);
/* No more articles come. Call it on the filling thread. */
int posting_batch_finish(struct posting_batch *batch, struct nh_error *err);

/* Gives finished batches to the segment, in ascending order of numbers; frees
 * the batch in any case. One thread at a time. */
int segment_builder_add(struct segment_builder *b, struct posting_batch *batch,
                        struct nh_error *err);
/* Writes the tables and block-max lists of all added batches into the existing
 * folder `path`, has libxapian check the tables, and starts over. At least one
 * batch must have been added. */
int segment_builder_finish(struct segment_builder *b, const char *path,
                           struct nh_error *err);

#endif
