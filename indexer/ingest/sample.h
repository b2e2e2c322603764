/* Trains the stream dictionary of an index on a sample of the input. */
#ifndef INDEXER_INGEST_SAMPLE_H
#define INDEXER_INGEST_SAMPLE_H

#include "indexer/ingest/feed.h"
#include "indexer/writer/index_writer.h"

/* Bytes of records that are read ahead for a sample. */
#define SAMPLE_RAW_BYTES ((size_t)8 << 20)
/* Most and least bytes of text to train on. With less text, the built-in
 * dictionary for general English compresses better. */
#define SAMPLE_TEXT_MAX ((size_t)16 << 20)
#define SAMPLE_TEXT_MIN ((size_t)1 << 20)

/* Gives the writer a dictionary trained on the queued batches and on stretches
 * of the files not read yet, or the built-in dictionary if there is too little
 * text. Does nothing if the writer has the built-in one and no better one can
 * be made. `walk` holds the files of the batches; `parse` holds the options of
 * parsing. */
int sample_train(struct index_writer *w, const struct feed_batch *batches,
                 const struct walk *walk, const struct reader *forced,
                 const struct parse_context *parse, struct nh_error *err);

#endif
