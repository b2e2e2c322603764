/* Merges neighbouring segments into one, without their tombstoned articles. */
#ifndef INDEXER_SEGMENT_MERGE_H
#define INDEXER_SEGMENT_MERGE_H

#include "common/store/snapshot.h"
#include "common/text/analysis.h"

/* Writes the live articles of `count` segments from place `from` of the
 * snapshot on into the new folder `folder`: tables, which libxapian checks, and
 * the other files of a segment. Streams that are coded with `dict` are copied,
 * all others are coded anew with it. Sets first, last, articles and dict of
 * `out`. If no article lives, writes nothing and sets out->articles to 0.
 *
 * Streams and postings are not held in memory. Memory grows by about 16 bytes
 * an article, by the longest posting list and by the vocabulary. `stemmer` is
 * that of the index. */
int merge_write(const struct snapshot *snapshot, size_t from, size_t count,
                const struct dict *dict, struct stemmer *stemmer,
                const char *folder, struct manifest_segment *out,
                struct nh_error *err);

/* Returns how many of the last segments should be merged now: 0, or at least 2.
 * MERGE_FAN segments of a size class (a power of MERGE_FAN) become one of the
 * next, so that the number of segments stays logarithmic in the number of
 * articles. */
#define MERGE_FAN 8
size_t merge_due(const struct manifest *m);

#endif
