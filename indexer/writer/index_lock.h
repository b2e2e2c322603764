/* The lock of an index's writer, and the sweeping up after an interrupted one.
 */
#ifndef INDEXER_WRITER_INDEX_LOCK_H
#define INDEXER_WRITER_INDEX_LOCK_H

#include "common/store/manifest.h"

/* Makes folder `dir` if it is missing, refuses one that holds other things,
 * and takes the lock: *fd. NH_ELOCKED names the process that holds it. */
int index_lock(const char *dir, int *fd, struct nh_error *err);
void index_unlock(int fd);
/* Removes files that newshound makes but the manifest does not name; the
 * builder's folder only where no building goes on. */
void index_sweep(const char *dir, const struct manifest *m, bool building);

#endif
