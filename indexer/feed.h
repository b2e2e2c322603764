/* Batches of raw records, read from the files in order. */
#ifndef INDEXER_FEED_H
#define INDEXER_FEED_H

#include "corpus/reader.h"
#include "corpus/walk.h"

struct feed_record {
    const struct walk_file *file;
    const struct reader *reader;
    uint64_t offset;   /* in the unpacked file */
    size_t start, len; /* in the batch's bytes */
};

struct feed_batch {
    uint64_t number; /* 0, 1, 2... */
    struct feed_record *records;
    size_t count, cap;
    struct buf bytes;
    struct feed_batch *next; /* for queues */
};

/* A batch ends at this many bytes of records. */
#define FEED_BATCH_BYTES ((size_t)2 << 20)

typedef bool feed_report_fn(void *ctx, const struct walk_file *file,
                            uint64_t offset, const struct nh_error *why);

struct feed {
    const struct walk *walk;
    const struct reader *forced; /* NULL: by content */
    size_t batch_records;
    /* Told of what is skipped; false stops the feed. */
    feed_report_fn *report;
    void *ctx;

    size_t file; /* the one being read, or the next */
    bool open, stopped;
    struct input input;
    const struct reader *reader;
    uint64_t number, done_bytes, files_read;
};

/* The next batch, 1; or 0 at the end; or an error. */
int feed_next(struct feed *f, struct feed_batch **out, struct nh_error *err);
/* Bytes of files consumed so far. */
uint64_t feed_consumed(const struct feed *f);
void feed_release(struct feed *f);
void feed_batch_free(struct feed_batch *batch);

#endif
