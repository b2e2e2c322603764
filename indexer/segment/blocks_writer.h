/* Writes a segment's block-max lists; common/store/blocks.h has the format. */
#ifndef INDEXER_SEGMENT_BLOCKS_WRITER_H
#define INDEXER_SEGMENT_BLOCKS_WRITER_H

#include "common/base/buf.h"
#include "indexer/segment/glass_writer.h"

/* The article lengths, which all lists of a segment share. */
struct blocks_lengths {
    uint32_t first, slots, articles;
    uint64_t total;
    uint32_t *lengths; /* by docid - first */
    float *norms; /* what BM25 adds to wdf for the length, in the denominator */
};

/* Some of the lists of a segment. Several threads fill a part each. */
struct blocks_part {
    struct file_writer
        *file; /* file to which lists go; NULL: they are kept in `lists` */
    struct buf lists;
    uint64_t bytes;          /* of all lists */
    struct buf entries;      /* directory entries of the lists */
    uint32_t *docids, *wdfs; /* of the present list */
    bool counted;            /* the wdfs of the present list are not 0 */
    size_t cap;
};

/* Reads the lengths from a run in the form of glass_lengths. It has at least
 * one article; `last` is its last docid. */
int blocks_lengths_init(struct blocks_lengths *l, uint32_t last,
                        const struct glass_run *run, struct nh_error *err);
void blocks_lengths_release(struct blocks_lengths *l);
/* Creates FOLDER/blocks and writes its header. */
int blocks_start(struct file_writer *file, const char *folder,
                 struct nh_error *err);
/* Adds a term's list to a part and sets *taken, if the list is long enough to
 * stand in this file; else clears *taken. Terms ascend. `run` has the form of
 * glass_term's, and its docids have lengths. Zero-initialise a part before
 * first use; the first part then gets the file. */
int blocks_add(struct blocks_part *part, const struct blocks_lengths *l,
               struct slice term, const struct glass_run *run, bool *taken,
               struct nh_error *err);
void blocks_part_release(struct blocks_part *part);
/* Writes the lists of all parts but the first, whose lists are in the file
 * already, and the directory; syncs and closes the file. The terms of the parts
 * ascend. */
int blocks_finish(struct file_writer *file, const struct blocks_lengths *l,
                  struct blocks_part *parts, size_t count,
                  struct nh_error *err);
/* Makes FOLDER/blocks of the lists in FOLDER's Xapian tables. */
int blocks_copy(const char *folder, struct nh_error *err);

#endif
