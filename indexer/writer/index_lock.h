/* The lock of an index's writer, and the removal of what an interrupted writer
 * left. */
#ifndef INDEXER_WRITER_INDEX_LOCK_H
#define INDEXER_WRITER_INDEX_LOCK_H

#include "common/store/manifest.h"

/* The lock is taken on the file LOCK and, if the file system can lock folders,
 * on the index folder itself. With both, the lock holds even if LOCK is removed
 * while a writer works. */
struct index_lock {
    int folder, file; /* descriptors; -1: none */
};
#define INDEX_LOCK_INIT                                                        \
    {                                                                          \
        -1, -1                                                                 \
    }

/* Makes the folder `dir` if it is missing and takes the lock. Refuses a folder
 * that holds other things. NH_ELOCKED names the process that has the lock. */
int index_lock(struct index_lock *lock, const char *dir, struct nh_error *err);
/* Takes a shared lock, which excludes writers only. Writes nothing and needs no
 * permission to write: a LOCK that is missing or cannot be opened is not used.
 * Returns NH_ELOCKED if there is a writer. */
int index_lock_shared(struct index_lock *lock, const char *dir,
                      struct nh_error *err);
/* Checks, before a commit, that the lock is still valid. Returns NH_ELOCKED if
 * the folder or LOCK was replaced. */
int index_lock_check(const struct index_lock *lock, const char *dir,
                     struct nh_error *err);
void index_unlock(struct index_lock *lock);

/* Removes the files and folders of newshound that the manifest does not name.
 * The builder's folder is removed only if `building` is false. */
void index_sweep(const char *dir, const struct manifest *m, bool building);

#endif
