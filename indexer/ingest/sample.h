/* Training of an index's stream dictionary on a sample of what comes in. */
#ifndef INDEXER_INGEST_SAMPLE_H
#define INDEXER_INGEST_SAMPLE_H

#include "indexer/ingest/feed.h"
#include "indexer/writer/index_writer.h"

/* Bytes of records that are read ahead for a sample. */
#define SAMPLE_RAW_BYTES ((size_t)8 << 20)
/* Bytes of text to train on, at most; and at least: with less, the dictionary
 * for general English serves better. */
#define SAMPLE_TEXT_MAX ((size_t)16 << 20)
#define SAMPLE_TEXT_MIN ((size_t)1 << 20)

/* Gives the writer a dictionary trained on the queued batches and on stretches
 * of the other files, or the general one if that is too little text. Does
 * nothing if the writer has a general one and no better can be made. `walk` is
 * what the batches' files are of; `parse` has the options of parsing. */
int sample_train(struct index_writer *w, const struct feed_batch *batches,
                 const struct walk *walk, const struct reader *forced,
                 const struct parse_context *parse, struct nh_error *err);

#endif
