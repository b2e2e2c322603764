/* Builds a segment of what an inverter holds through Xapian's API. */
#ifndef INDEXER_SEGMENT_FALLBACK_H
#define INDEXER_SEGMENT_FALLBACK_H

#include "indexer/segment/inverter.h"

/* Writes the segment's files into the existing folder `path`, by way of folder
 * `dir`, which is made if need be and is gone afterwards. */
int fallback_build(const struct inverter *v, const char *dir, const char *path,
                   struct nh_error *err);

#endif
