/* How many words each article of an index has. */
#ifndef SEARCHER_INSIGHT_WORD_COUNTS_H
#define SEARCHER_INSIGHT_WORD_COUNTS_H

#include "searcher/index/index.h"

/* Counts the words of titles and bodies, once for a commit: later calls return
 * at once. *counts has one number for each docid from the index's first on, 0
 * where there is no live article; it belongs to the index. 4 bytes of memory
 * a docid; reads all streams. NH_ECORRUPT, NH_ENOMEM. */
int word_counts(const uint32_t **counts, nh_index *index, struct nh_error *err);

#endif
