/* Owns the exchange of a damaged index for the new one.
 * Promises that at each moment the folder holds one of the two, whole, and that
 * no byte of the old one is removed before it stands in another folder too. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "indexer/upkeep/repair_keep.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/file.h"
#include "common/base/files.h"

/* Old indexes that are kept beside one at most. */
#define KEPT_MAX 999

/* ---- The old index. */

static bool same_inode(const char *a, const char *b)
{
    struct stat x, y;
    return lstat(a, &x) == 0 && lstat(b, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}

/* Chooses a folder that is new, was left incomplete, or (*done) has this very
 * index already: a repair was interrupted behind it. */
static int choose_folder(const char *real, struct buf *kept, bool *done,
                         struct nh_error *err)
{
    struct buf mine = BUF_INIT, its = BUF_INIT;
    int rc = NH_OK;
    bool found = *done = false;
    for (int n = 1; rc == NH_OK && !found && n <= KEPT_MAX; n++) {
        buf_reset(kept);
        buf_printf(kept, n == 1 ? "%s.damaged" : "%s.damaged-%d", real, n);
        bool taken = true;
        if (!buf_cstr(kept) || !file_join(&its, kept->data, MANIFEST_NAME) ||
            !file_join(&mine, real, MANIFEST_NAME))
            rc = error_nomem(err);
        else
            rc = file_find(its.data, &taken, err);
        *done = rc == NH_OK && taken && same_inode(mine.data, its.data);
        found = rc == NH_OK && (*done || !taken);
    }
    buf_release(&mine);
    buf_release(&its);
    if (rc == NH_OK && !found)
        rc = error_set(err, NH_EIO,
                       "there are %d damaged indexes beside '%s' already: "
                       "remove those that you do not need",
                       KEPT_MAX, real);
    return rc;
}

static int keep_file(const char *dir, const char *to, const char *path,
                     struct nh_error *err)
{
    struct buf from = BUF_INIT, copy = BUF_INIT, folder = BUF_INIT;
    const char *slash = strchr(path, '/');
    int rc = file_join(&from, dir, path) && file_join(&copy, to, path)
                 ? NH_OK
                 : error_nomem(err);
    if (rc == NH_OK && slash) {
        buf_printf(&folder, "%s/%.*s", to, (int)(slash - path), path);
        rc =
            buf_cstr(&folder) ? file_mkdir(folder.data, err) : error_nomem(err);
    }
    bool found = false;
    if (rc == NH_OK)
        rc = file_find(from.data, &found, err);
    if (rc == NH_OK && found)
        rc = file_link(from.data, copy.data, err);
    if (rc == NH_OK && slash)
        rc = file_sync(folder.data, err);
    buf_release(&from);
    buf_release(&copy);
    buf_release(&folder);
    return rc;
}

static int keep_files(const char *dir, const struct manifest *m, const char *to,
                      struct nh_error *err)
{
    file_remove_dir(to); /* what an interrupted repair left */
    int rc = file_mkdir(to, err);
    for (size_t i = 0; rc == NH_OK && i < m->file_count; i++)
        rc = keep_file(dir, to, m->files[i].path, err);
    if (rc == NH_OK) /* now it is an index */
        rc = keep_file(dir, to, MANIFEST_NAME, err);
    if (rc == NH_OK)
        rc = file_sync(to, err);
    return rc == NH_OK ? file_sync_parent(to, err) : rc;
}

int repair_keep_old(const char *dir, const struct manifest *m, struct buf *kept,
                    struct nh_error *err)
{
    bool done;
    char *real = realpath(dir, NULL);
    if (!real)
        return error_errno(err, errno, "find", dir);
    int rc = choose_folder(real, kept, &done, err);
    if (rc == NH_OK && !done)
        rc = keep_files(real, m, kept->data, err);
    free(real);
    return rc;
}

/* ---- The new one. */

static bool part_of_commit(enum file_kind kind)
{
    return kind == FOLDER_SEGMENT || kind == FILE_DICT ||
           kind == FILE_TOMBSTONES || kind == FILE_SOURCES;
}

static int move(const char *from, const char *to, const char *name,
                struct nh_error *err)
{
    struct buf old = BUF_INIT, new = BUF_INIT;
    int rc = file_join(&old, from, name) && file_join(&new, to, name)
                 ? file_rename(old.data, new.data, err)
                 : error_nomem(err);
    buf_release(&old);
    buf_release(&new);
    return rc;
}

/* Moves all that a manifest can name. */
static int move_parts(const char *from, const char *to, struct nh_error *err)
{
    int fd;
    int rc = file_open_folder(from, &fd, err);
    if (rc != NH_OK)
        return rc;
    DIR *d = file_list(fd, from, err);
    if (!d)
        return NH_EIO;
    struct dirent *e;
    for (errno = 0; rc == NH_OK && (e = readdir(d)) != NULL; errno = 0)
        if (part_of_commit(files_kind(e->d_name)))
            rc = move(from, to, e->d_name, err);
    if (rc == NH_OK && errno)
        rc = error_errno(err, errno, "read folder", from);
    closedir(d);
    return rc;
}

int repair_take_place(const char *workshop, const char *dir,
                      struct nh_error *err)
{
    int rc = move_parts(workshop, dir, err);
    if (rc == NH_OK)
        rc = file_sync(dir, err);
    if (rc == NH_OK)
        rc = move(workshop, dir, MANIFEST_NAME, err);
    if (rc != NH_OK)
        return rc;
    rc = file_sync(dir, err);
    return rc == NH_OK ? rc
                       : error_hint(err, rc,
                                    "the repaired index has taken the place of "
                                    "the old one, but may not be on disk yet");
}
