/* Writes the file `copies` of a segment; common/store/copies.h has the format.
 */
#ifndef INDEXER_SEGMENT_COPIES_WRITER_H
#define INDEXER_SEGMENT_COPIES_WRITER_H

#include "common/store/snapshot.h"

/* The entries of the segment in progress, in order of docid. Zero-initialise
 * before first use. */
struct copies_list {
    struct copies_entry *items;
    size_t count, cap;
};

void copies_list_release(struct copies_list *list);
/* Adds an entry. Returns false if memory ran out. */
bool copies_list_add(struct copies_list *list, uint32_t article,
                     const struct copies_signature *signature);
/* Sorts the list, writes FOLDER/copies for the docids first..last, and syncs
 * it. */
int copies_list_write(struct copies_list *list, const char *folder,
                      uint32_t first, uint32_t last, struct nh_error *err);

/* Writes FOLDER/copies with the entries of the live articles of `count`
 * segments from place `from` of the snapshot on. */
int copies_merge(const struct snapshot *snapshot, size_t from, size_t count,
                 const char *folder, struct nh_error *err);

#endif
