/* Neighbouring segments into one, without their tombstoned articles. */
#ifndef INDEXER_SEGMENT_MERGE_H
#define INDEXER_SEGMENT_MERGE_H

#include "common/store/snapshot.h"
#include "common/text/analysis.h"

/* Writes the live articles of `count` segments from place `from` of the
 * snapshot into folder `folder`, made for it: tables and articles file, checked
 * by libxapian. Streams are coded with `dict`; those that are already are
 * copied. `out` gets first, last, articles and dict. With no live article
 * nothing is written and out->articles is 0.
 *
 * Streams and postings pass through; memory grows by about 16 bytes an article,
 * by the longest posting list and by the vocabulary. `stemmer` is that of the
 * index. */
int merge_write(const struct snapshot *snapshot, size_t from, size_t count,
                const struct dict *dict, struct stemmer *stemmer,
                const char *folder, struct manifest_segment *out,
                struct nh_error *err);

/* How many of the last segments should be merged, 0 or at least 2, so that
 * their number stays logarithmic in that of the articles: MERGE_FAN segments of
 * a size class (a power of MERGE_FAN) become one of the next. */
#define MERGE_FAN 8
size_t merge_due(const struct manifest *m);

#endif
