/* Checks the Xapian tables of a segment from the first item to the last, and
 * compares them with the file `blocks`. */
#ifndef INDEXER_UPKEEP_GLASS_CHECK_H
#define INDEXER_UPKEEP_GLASS_CHECK_H

#include "common/store/snapshot.h"

/* Reads all items, lists, lengths and values of a segment. Returns NH_ECORRUPT
 * with the first thing that is wrong, or NH_ENOMEM. */
int glass_check(const struct snapshot_segment *s, struct nh_error *err);

#endif
