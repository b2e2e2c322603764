/* The lock of an index's writer, and the sweeping up after an interrupted one.
 */
#ifndef INDEXER_WRITER_INDEX_LOCK_H
#define INDEXER_WRITER_INDEX_LOCK_H

#include "common/store/manifest.h"

/* The lock is held on the folder and on the file LOCK in it, as far as the file
 * system knows locks of folders: then it holds too where LOCK is removed while
 * a writer works. */
struct index_lock {
    int folder, file; /* descriptors, -1 if there is none */
};
#define INDEX_LOCK_INIT                                                        \
    {                                                                          \
        -1, -1                                                                 \
    }

/* Makes folder `dir` if it is missing, refuses one that holds other things,
 * and takes the lock. NH_ELOCKED names the process that holds it. */
int index_lock(struct index_lock *lock, const char *dir, struct nh_error *err);
/* Keeps writers, but no other readers, from the index while the lock is held.
 * Writes nothing and needs no permission to: a LOCK that is missing or cannot
 * be opened is left out. NH_ELOCKED if there is a writer. */
int index_lock_shared(struct index_lock *lock, const char *dir,
                      struct nh_error *err);
/* Looks, before a commit, whether the lock still keeps others away: NH_ELOCKED
 * if the folder or LOCK was replaced. */
int index_lock_check(const struct index_lock *lock, const char *dir,
                     struct nh_error *err);
void index_unlock(struct index_lock *lock);

/* Removes files and folders that newshound makes but the manifest does not
 * name; the builder's folder only where no building goes on. */
void index_sweep(const char *dir, const struct manifest *m, bool building);

#endif
