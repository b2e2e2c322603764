/* From files to a committed index: reading, parsing, deciding, coding and
 * storing, by several workers, with the same result for any number of them. */
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
    uint64_t read_bytes;        /* of the files, packed as they are */
    struct reader_tally readers[READERS_MAX + 1]; /* the last: of none */
};

/* What is wrong with a record or file that is skipped; `reader` may be NULL,
 * `offset` is in bytes of the unpacked file. Called from any thread, one at a
 * time. */
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
    size_t memory;                    /* bytes to stay under, roughly */
    bool strict;                      /* stop at the first bad record */
    bool no_merge;                    /* leave segments as they are */
    uint64_t commit_time;             /* as in struct feed */
    uint64_t commit_bytes;
    bool again; /* read files that have not changed */
    /* Reading ends early when this is not 0; what was read is kept. NULL: it
     * never does. */
    const volatile sig_atomic_t *stop;
    pipeline_report_fn *report;
    pipeline_progress_fn *progress;
    void *ctx;
};

#define PIPELINE_JOBS_MAX 64
/* Workers where nobody says how many: the processors, up to 16. */
unsigned pipeline_jobs(void);

/* A run by hand: batches go in, in order, and what is in them gets into the
 * writer in that order; workers start when there are enough to make a
 * dictionary of. Options and writer are borrowed. Nobody else may use the
 * writer until the run is finished. */
struct pipeline;
int pipeline_new(struct pipeline **out, struct index_writer *w,
                 const struct pipeline_options *options, struct nh_error *err);
/* Takes a batch over, and gives it its number; waits while many are under way.
 * Records that belong to no file have NULL for it. Once it has failed, so it
 * does from then on. */
int pipeline_put(struct pipeline *p, struct feed_batch *batch,
                 struct nh_error *err);
/* All files of `walk`, which must last until the run is finished. Once a run.
 */
int pipeline_read(struct pipeline *p, const struct walk *walk,
                  struct nh_error *err);
/* Ends and frees the run: all that went in is appended, though not committed.
 * Returns the first error there was. `counts` may be NULL, as p. */
int pipeline_finish(struct pipeline *p, struct pipeline_counts *counts,
                    struct nh_error *err);

/* Indexes the files of `walk`: reads, commits, merges what is due. What was
 * committed before an error stays. */
int pipeline_run(struct index_writer *w, const struct walk *walk,
                 const struct pipeline_options *options,
                 struct pipeline_counts *counts, struct nh_error *err);

#endif
