/* Compares the Xapian tables of a segment with themselves and with `blocks`,
 * from the first item to the last. */
#ifndef INDEXER_UPKEEP_GLASS_CHECK_H
#define INDEXER_UPKEEP_GLASS_CHECK_H

#include "common/store/snapshot.h"

/* Reads all items, lists, lengths and values of a segment. NH_ECORRUPT with the
 * first thing that does not fit; NH_ENOMEM. */
int glass_check(const struct snapshot_segment *s, struct nh_error *err);

#endif
