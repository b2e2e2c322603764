/* Inside of the writer (index_writer.c, writer_commit.c, writer_sources.c). */
#ifndef INDEXER_WRITER_INDEX_WRITER_INTERNAL_H
#define INDEXER_WRITER_INDEX_WRITER_INTERNAL_H

#include <pthread.h>

#include "indexer/segment/articles_writer.h"
#include "indexer/segment/copies_writer.h"
#include "indexer/segment/run_table.h"
#include "indexer/writer/index_lock.h"
#include "indexer/writer/index_writer.h"

struct index_writer {
    char *dir, *build_dir;
    struct index_lock lock;
    uint64_t committed; /* number of the commit that was read or written */
    struct manifest manifest; /* of the next commit */
    bool options_changed;     /* since the last commit */
    struct dict *dict;        /* of new segments; NULL if none yet */
    struct segment_builder *builder;

    /* The mutex guards what writer_resolve reads and writer_commit replaces. */
    pthread_mutex_t mutex;
    struct snapshot snapshot; /* the last commit */
    struct run_table run;
    uint32_t next; /* number of the next article */
    struct sources sources;

    /* The segment in progress. */
    bool open;
    size_t batches;
    char name[32];
    uint32_t first, last, articles;
    struct articles_writer out;
    struct vocabulary_writer words;
    struct copies_list copies;
    struct stemmer *stemmer;  /* for the vocabulary */
    uint32_t *new_tombstones; /* docids deleted since the last commit */
    size_t new_tombstone_count, new_tombstone_cap;
};

/* Returns "dir/name", which the caller frees; NULL if memory ran out. */
char *writer_path(const char *dir, const char *name);
/* Chooses a folder name that does not exist yet for the next segment, numbered
 * manifest.segment_number + 1. */
int writer_name_segment(struct index_writer *w, char name[32],
                        struct nh_error *err);
/* Puts an article on the list of tombstones of the next commit. */
int writer_bury(struct index_writer *w, uint32_t docid, struct nh_error *err);

#endif
