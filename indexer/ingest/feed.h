/* Batches of raw records, read from the files in order. */
#ifndef INDEXER_INGEST_FEED_H
#define INDEXER_INGEST_FEED_H

#include "corpus/input/walk.h"
#include "corpus/records.h"
#include "indexer/writer/sources.h"

struct feed_record {
    const struct walk_file *file; /* NULL: it came from none */
    /* Of the file, or of the member of an archive that it is in. */
    const char *path, *id;
    const struct reader *reader;
    uint64_t offset;   /* in the unpacked file */
    size_t start, len; /* in the batch's bytes */
};

/* A file was read to its end. */
struct feed_end {
    const struct walk_file *file;
    size_t records; /* of the batch that come before */
    struct source_state state;
};

struct feed_batch {
    uint64_t number; /* the pipeline's: 0, 1, 2... */
    struct feed_record *records;
    size_t count, cap;
    struct feed_end *ends;
    size_t end_count, end_cap;
    bool commit; /* what has been read is due to be committed */
    struct buf bytes;
    struct arena names;      /* of members */
    struct feed_batch *next; /* for queues */
};

/* A batch ends at this many bytes of records. */
#define FEED_BATCH_BYTES ((size_t)2 << 20)

typedef bool feed_report_fn(void *ctx, const char *path, uint64_t offset,
                            const struct nh_error *why);

struct feed {
    const struct walk *walk;
    const struct reader *forced; /* NULL: by content */
    size_t batch_records;
    /* Whether a file that has a source path was read in the state that it is
     * in, which is filled in. */
    bool (*same)(void *ctx, const struct walk_file *file,
                 struct source_state *state);
    /* What comes through standard input is due to be committed after so many
     * nanoseconds or bytes; 0: at the end. */
    uint64_t commit_time, commit_bytes;
    /* Told of what is skipped; false stops the feed. */
    feed_report_fn *report;
    void *ctx;

    size_t file; /* the one being read, or the next */
    bool stopped;
    struct source_state state; /* of the open file */
    struct records records;
    uint64_t done_bytes, files_read;
    bool waiting; /* batches that were handed out are not committed */
    uint64_t waiting_since, waiting_bytes;
};

/* The next batch, which may have no records, but ends or word of a commit, 1;
 * or 0 at the end; or an error. */
int feed_next(struct feed *f, struct feed_batch **out, struct nh_error *err);
/* The reader of what was reported last; NULL if there is none for it. */
const struct reader *feed_reader(const struct feed *f);
/* Bytes of files consumed so far. */
uint64_t feed_consumed(const struct feed *f);
void feed_release(struct feed *f);
void feed_batch_free(struct feed_batch *batch);
/* Adds a record, whose start and len are filled in, and a copy of its bytes. */
int feed_batch_add(struct feed_batch *batch, struct feed_record record,
                   struct slice bytes, struct nh_error *err);
/* Whether it has as much as is worth a worker's while, or so many records. */
bool feed_batch_full(const struct feed_batch *batch, size_t records);

#endif
