/* Turns files into a committed index: reads, parses, decides on each article,
 * codes and stores, with several workers. The result is the same for any number
 * of workers. */
#ifndef INDEXER_INGEST_PIPELINE_H
#define INDEXER_INGEST_PIPELINE_H

#include <signal.h>

#include "corpus/input/walk.h"
#include "corpus/readers.h"
#include "indexer/ingest/feed.h"
#include "indexer/writer/index_writer.h"

struct entity_model;

struct pipeline_counts {
    uint64_t added, replaced, unchanged, skipped;
    uint64_t files, text_bytes; /* of the articles read */
    uint64_t read_bytes;        /* bytes of the files, before unpacking */
    struct reader_tally readers[READERS_MAX + 1]; /* the last one counts files
                                                     that no reader knows */
};

/* Called for each record or file that is skipped. `reader` may be NULL;
 * `offset` is in bytes of the unpacked file. Calls come from any thread, one at
 * a time. */
typedef void pipeline_report_fn(void *ctx, const struct reader *reader,
                                const char *path, uint64_t offset,
                                const struct nh_error *why);
/* Called from time to time while work goes on. */
typedef void pipeline_progress_fn(void *ctx,
                                  const struct pipeline_counts *counts,
                                  uint64_t total_bytes);

struct pipeline_options {
    const struct reader *reader;      /* NULL: by content */
    const char *map;                  /* --map or NULL */
    enum date_order date_order;       /* of dates that have several meanings */
    const char *charset;              /* of texts that are not UTF-8, or NULL */
    const char *collection;           /* prefix of ids or NULL */
    unsigned jobs;                    /* workers, 1 to PIPELINE_JOBS_MAX */
    const struct entity_model *model; /* to tag with, or NULL; borrowed */
    bool no_entities;                 /* drop even the names that were given */
    size_t memory;                    /* aim for memory use, in bytes */
    bool strict;                      /* stop at the first bad record */
    bool no_merge;                    /* leave segments as they are */
    uint64_t commit_time;             /* as in struct feed */
    uint64_t commit_bytes;
    bool again; /* read files that have not changed */
    /* When *stop becomes other than 0, reading ends and what was read is kept.
     * May be NULL. */
    const volatile sig_atomic_t *stop;
    pipeline_report_fn *report;
    pipeline_progress_fn *progress;
    void *ctx;
};

#define PIPELINE_JOBS_MAX 64
/* Returns the default number of workers: the number of processors, at most 16.
 */
unsigned pipeline_jobs(void);

/* A run to which the caller gives the batches. Articles reach the writer in the
 * order of the batches. Workers start as soon as there are enough records to
 * train a dictionary. `options` and the writer are borrowed; nobody else may
 * use the writer until pipeline_finish. */
struct pipeline;
int pipeline_new(struct pipeline **out, struct index_writer *w,
                 const struct pipeline_options *options, struct nh_error *err);
/* Takes ownership of a batch and numbers it. Waits while too many batches are
 * in work. Records that come from no file have file NULL. After a failure every
 * later call returns the same error. */
int pipeline_put(struct pipeline *p, struct feed_batch *batch,
                 struct nh_error *err);
/* Reads all files of `walk`, which must live until pipeline_finish. Call it at
 * most once a run. */
int pipeline_read(struct pipeline *p, const struct walk *walk,
                  struct nh_error *err);
/* Waits until everything is appended to the writer, without a commit, and frees
 * the run. Returns the first error of the run. `p` and `counts` may be NULL. */
int pipeline_finish(struct pipeline *p, struct pipeline_counts *counts,
                    struct nh_error *err);

/* Indexes the files of `walk`: reads, commits, and merges the segments that are
 * due. What was committed before an error stays in the index. */
int pipeline_run(struct index_writer *w, const struct walk *walk,
                 const struct pipeline_options *options,
                 struct pipeline_counts *counts, struct nh_error *err);

#endif
