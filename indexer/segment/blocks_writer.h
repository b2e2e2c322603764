/* Writes a segment's block-max lists; common/store/blocks.h has the format. */
#ifndef INDEXER_SEGMENT_BLOCKS_WRITER_H
#define INDEXER_SEGMENT_BLOCKS_WRITER_H

#include "common/base/buf.h"
#include "indexer/segment/glass_writer.h"

/* What all lists of a segment share. */
struct blocks_lengths {
    uint32_t first, slots, articles;
    uint64_t total;
    uint32_t *lengths; /* by docid - first */
    float *norms;      /* what the length adds to wdf in the tf part */
};

/* Some of the lists; parts are filled side by side. */
struct blocks_part {
    struct file_writer *file; /* where lists go; NULL: they stay in `lists` */
    struct buf lists;
    uint64_t bytes;          /* of all lists */
    struct buf entries;      /* what the directory will say of each */
    uint32_t *docids, *wdfs; /* of the list in hand */
    bool counted;            /* its wdfs are not 0 */
    size_t cap;
};

/* Lengths as glass_lengths gets them, of one article or more, the last of which
 * has docid `last`. */
int blocks_lengths_init(struct blocks_lengths *l, uint32_t last,
                        const struct glass_run *run, struct nh_error *err);
void blocks_lengths_release(struct blocks_lengths *l);
/* Starts FOLDER/blocks. */
int blocks_start(struct file_writer *file, const char *folder,
                 struct nh_error *err);
/* Adds a term's list to a part if it belongs here: *taken. Terms ascend. `run`
 * as in glass_term; its docids have lengths. Zero-initialise a part before
 * first use, then give the first one the file. */
int blocks_add(struct blocks_part *part, const struct blocks_lengths *l,
               struct slice term, const struct glass_run *run, bool *taken,
               struct nh_error *err);
void blocks_part_release(struct blocks_part *part);
/* Writes the lists of the parts behind the first, whose terms ascend, and what
 * finds them; syncs and closes. */
int blocks_finish(struct file_writer *file, const struct blocks_lengths *l,
                  struct blocks_part *parts, size_t count,
                  struct nh_error *err);
/* Writes FOLDER/blocks of what FOLDER's Xapian tables hold. */
int blocks_copy(const char *folder, struct nh_error *err);

#endif
