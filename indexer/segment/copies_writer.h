/* Writes the file `copies` of a segment; common/store/copies.h has the format.
 */
#ifndef INDEXER_SEGMENT_COPIES_WRITER_H
#define INDEXER_SEGMENT_COPIES_WRITER_H

#include "common/store/snapshot.h"

/* Entries in order of articles, of a segment in progress. Zero-initialise
 * before first use. */
struct copies_list {
    struct copies_entry *items;
    size_t count, cap;
};

void copies_list_release(struct copies_list *list);
/* False if memory ran out. */
bool copies_list_add(struct copies_list *list, uint32_t article,
                     const struct copies_signature *signature);
/* Writes FOLDER/copies, synced, for articles first..last; the list is sorted.
 */
int copies_list_write(struct copies_list *list, const char *folder,
                      uint32_t first, uint32_t last, struct nh_error *err);

/* The same with the entries of the live articles of `count` segments from place
 * `from` of the snapshot. */
int copies_merge(const struct snapshot *snapshot, size_t from, size_t count,
                 const char *folder, struct nh_error *err);

#endif
