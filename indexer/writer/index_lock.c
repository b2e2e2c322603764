/* Owns the writer's lock and the removal of orphans.
 * Promises to remove only names that newshound makes. */
#include "indexer/writer/index_lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/base/files.h"

/* A new folder, an empty one, or an index. */
static bool folder_usable(const char *dir)
{
    bool index = false, empty = true;
    int fd;
    DIR *d = file_open_folder(dir, &fd, NULL) == NH_OK
                 ? file_list(fd, dir, NULL)
                 : NULL;
    if (!d)
        return true; /* the next step tells why */
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        empty = false;
        index |= strcmp(e->d_name, MANIFEST_NAME) == 0 ||
                 strcmp(e->d_name, MANIFEST_NAME TEMPORARY_ENDING) == 0 ||
                 strcmp(e->d_name, LOCK_NAME) == 0;
    }
    closedir(d);
    return empty || index;
}

static int held_error(const char *dir, struct nh_error *err)
{
    struct buf name = BUF_INIT;
    char pid[16] = "";
    int fd = -1;
    if (file_join(&name, dir, LOCK_NAME) &&
        file_open(name.data, O_RDONLY, &fd, NULL) == NH_OK) {
        const ssize_t got = pread(fd, pid, sizeof pid - 1, 0);
        pid[got > 0 ? got : 0] = '\0';
        close(fd);
    }
    buf_release(&name);
    const long holder = atol(pid);
    return holder > 0
               ? error_set(err, NH_ELOCKED,
                           "the index '%s' is being written by process %ld",
                           dir, holder)
               : error_set(err, NH_ELOCKED,
                           "the index '%s' is used by another process", dir);
}

/* Locks a descriptor. A file system without such locks is no error where they
 * are only `wished`: then the descriptor is closed. */
static int lock_one(int *fd, int how, bool wished, const char *dir,
                    struct nh_error *err)
{
    if (flock(*fd, how | LOCK_NB) == 0)
        return NH_OK;
    const int errnum = errno;
    close(*fd);
    *fd = -1;
    return errnum == EWOULDBLOCK ? held_error(dir, err)
           : wished              ? NH_OK
                                 : error_errno(err, errnum, "lock", dir);
}

/* Writes the number of the process, for messages only, into a LOCK that holds
 * nothing else. */
static void write_pid(int fd)
{
    char pid[24];
    struct stat st;
    const ssize_t got = pread(fd, pid, sizeof pid - 1, 0);
    pid[got > 0 ? got : 0] = '\0';
    if (got < 0 || strspn(pid, "0123456789\n") != (size_t)got ||
        fstat(fd, &st) != 0 || st.st_size != (off_t)got || st.st_nlink != 1)
        return;
    int len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)len, 0) < 0)
        errno = 0;
}

int index_lock(struct index_lock *lock, const char *dir, struct nh_error *err)
{
    struct buf name = BUF_INIT;
    *lock = (struct index_lock)INDEX_LOCK_INIT;
    int rc = file_mkdir(dir, err);
    if (rc != NH_OK)
        return rc;
    if (!folder_usable(dir))
        return error_set(err, NH_EINVAL,
                         "the folder '%s' is not empty and holds no index",
                         dir);
    /* The folder first: who does not get it must not make a new LOCK. */
    rc = file_open_folder(dir, &lock->folder, err);
    if (rc == NH_OK)
        rc = lock_one(&lock->folder, LOCK_EX, true, dir, err);
    if (rc == NH_OK)
        rc = file_join(&name, dir, LOCK_NAME)
                 ? file_open(name.data, O_RDWR | O_CREAT, &lock->file, err)
                 : error_nomem(err);
    if (rc == NH_OK)
        rc = lock_one(&lock->file, LOCK_EX, false, dir, err);
    if (rc == NH_OK)
        write_pid(lock->file);
    else
        index_unlock(lock);
    buf_release(&name);
    return rc;
}

int index_lock_shared(struct index_lock *lock, const char *dir,
                      struct nh_error *err)
{
    struct buf name = BUF_INIT;
    *lock = (struct index_lock)INDEX_LOCK_INIT;
    int rc = file_open_folder(dir, &lock->folder, err);
    if (rc == NH_OK)
        rc = lock_one(&lock->folder, LOCK_SH, true, dir, err);
    if (rc == NH_OK && !file_join(&name, dir, LOCK_NAME))
        rc = error_nomem(err);
    if (rc == NH_OK &&
        file_open(name.data, O_RDONLY, &lock->file, NULL) == NH_OK)
        rc = lock_one(&lock->file, LOCK_SH, true, dir, err);
    if (rc != NH_OK)
        index_unlock(lock);
    buf_release(&name);
    return rc;
}

/* Returns whether a path is the open file or folder. */
static bool same_file(int fd, const char *path, int links)
{
    struct stat a, b;
    return fstat(fd, &a) == 0 && fstatat(AT_FDCWD, path, &b, links) == 0 &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

int index_lock_check(const struct index_lock *lock, const char *dir,
                     struct nh_error *err)
{
    struct buf name = BUF_INIT;
    const char *path = file_join(&name, dir, LOCK_NAME);
    int rc = path ? NH_OK : error_nomem(err);
    const bool folder = lock->folder < 0 || same_file(lock->folder, dir, 0);
    const bool file =
        path &&
        (file_exists(path) ? same_file(lock->file, path, AT_SYMLINK_NOFOLLOW)
                           : lock->folder >= 0);
    if (rc == NH_OK && (!folder || !file))
        rc = error_set(err, NH_ELOCKED,
                       "the lock of the index '%s' was removed, and another "
                       "process may write: what is not committed is left out",
                       dir);
    buf_release(&name);
    return rc;
}

void index_unlock(struct index_lock *lock)
{
    if (lock->file >= 0)
        close(lock->file);
    if (lock->folder >= 0)
        close(lock->folder);
    *lock = (struct index_lock)INDEX_LOCK_INIT;
}

/* ---- Sweeping. */

static bool named(const struct manifest *m, const char *name)
{
    for (size_t i = 0; i < m->segment_count; i++)
        if (strcmp(m->segments[i].name, name) == 0)
            return true;
    return manifest_find_file(m, name) != NULL;
}

/* Returns whether an entry of an index is swept if no manifest names it. */
static bool swept(enum file_kind kind, bool building)
{
    switch (kind) {
    case FILE_DICT:
    case FILE_TOMBSTONES:
    case FILE_SOURCES:
    case FILE_TEMPORARY:
    case FOLDER_SEGMENT:
    case FOLDER_REPAIR:
        return true;
    case FOLDER_BUILD:
        return !building;
    default:
        return false;
    }
}

void index_sweep(const char *dir, const struct manifest *m, bool building)
{
    struct buf name = BUF_INIT;
    int fd;
    DIR *d = file_open_folder(dir, &fd, NULL) == NH_OK
                 ? file_list(fd, dir, NULL)
                 : NULL;
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        const enum file_kind kind = files_kind(e->d_name);
        if (!swept(kind, building) || named(m, e->d_name) ||
            !file_join(&name, dir, e->d_name))
            continue;
        if (files_are_folders(kind))
            file_remove_dir(name.data);
        else
            file_remove(name.data);
    }
    closedir(d);
    buf_release(&name);
}
