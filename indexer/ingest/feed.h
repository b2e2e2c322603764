/* Reads files in order and cuts them into batches of raw records. */
#ifndef INDEXER_INGEST_FEED_H
#define INDEXER_INGEST_FEED_H

#include "corpus/input/walk.h"
#include "corpus/records.h"
#include "indexer/writer/sources.h"

struct feed_record {
    const struct walk_file *file; /* NULL if the record came from no file */
    /* Of the file, or of the member of an archive in which the record stands.
     */
    const char *path, *id;
    const struct reader *reader;
    uint64_t offset;   /* in the unpacked file */
    size_t start, len; /* in the batch's bytes */
};

/* Says that a file was read to its end. */
struct feed_end {
    const struct walk_file *file;
    size_t records; /* records of the batch before this end */
    struct source_state state;
};

struct feed_batch {
    uint64_t number; /* set by the pipeline: 0, 1, 2... */
    struct feed_record *records;
    size_t count, cap;
    struct feed_end *ends;
    size_t end_count, end_cap;
    bool commit; /* everything read so far should be committed */
    struct buf bytes;
    struct arena names;      /* names of archive members */
    struct feed_batch *next; /* for queues */
};

/* A batch ends when it has this many bytes of records. */
#define FEED_BATCH_BYTES ((size_t)2 << 20)

typedef bool feed_report_fn(void *ctx, const char *path, uint64_t offset,
                            const struct nh_error *why);

struct feed {
    const struct walk *walk;
    const struct reader *forced; /* NULL: by content */
    size_t batch_records;
    /* Returns whether this file was read before in its present state. Fills in
     * the state. */
    bool (*same)(void *ctx, const struct walk_file *file,
                 struct source_state *state);
    /* Standard input is committed after so many nanoseconds or bytes; 0: at the
     * end only. */
    uint64_t commit_time, commit_bytes;
    /* Called for each record or file that is skipped. Returning false stops the
     * feed. */
    feed_report_fn *report;
    void *ctx;

    size_t file; /* number of the file being read, or of the next one */
    bool stopped;
    struct source_state state; /* of the open file */
    struct records records;
    uint64_t done_bytes, files_read;
    bool waiting; /* some batches that were handed out are not committed yet */
    uint64_t waiting_since, waiting_bytes;
};

/* Reads the next batch. A batch may have no records, only ends of files or a
 * request to commit. Returns 1 with a batch that the caller owns, 0 at the end,
 * or an error. */
int feed_next(struct feed *f, struct feed_batch **out, struct nh_error *err);
/* Returns the reader of the file that was reported last; NULL if no reader
 * knows it. */
const struct reader *feed_reader(const struct feed *f);
/* Returns the number of bytes of files read so far, packed as they are. */
uint64_t feed_consumed(const struct feed *f);
void feed_release(struct feed *f);
void feed_batch_free(struct feed_batch *batch);
/* Adds a record and a copy of its bytes to the batch; sets the record's start
 * and len. */
int feed_batch_add(struct feed_batch *batch, struct feed_record record,
                   struct slice bytes, struct nh_error *err);
/* Returns whether the batch is large enough to be handed to a worker, or has
 * `records` records. */
bool feed_batch_full(const struct feed_batch *batch, size_t records);

#endif
