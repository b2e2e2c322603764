/* The file of article numbers of a segment that are deleted or replaced:
 * "NHTOMBS1", u32 count, that many u32 in ascending order, u64 hash64 of all
 * before. Little-endian. */
#ifndef COMMON_STORE_TOMBSTONES_H
#define COMMON_STORE_TOMBSTONES_H

#include "common/base/buf.h"

/* Appends the file of `count` ascending numbers. */
void tombstones_write(const uint32_t *docids, size_t count, struct buf *out);
/* Reads a file into a malloc'd ascending list. NH_ECORRUPT if it is damaged or
 * names numbers outside first..last. */
int tombstones_read(const char *path, uint32_t first, uint32_t last,
                    uint32_t **docids, size_t *count, struct nh_error *err);

#endif
