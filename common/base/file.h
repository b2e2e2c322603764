/* Files as the index uses them: mapped reads, durable writes. */
#ifndef COMMON_BASE_FILE_H
#define COMMON_BASE_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/base/error.h"

/* Paths of an index are "INDEX/NAME" or "INDEX/FOLDER/NAME". INDEX is the
 * user's and may be or have symbolic links. What stands behind it is opened
 * below a descriptor of its folder, without following links and without waiting
 * for FIFOs, and is refused with NH_EIO if it is no regular file. Functions
 * called ..._linked are for files outside of an index. */

/* Returns a descriptor of the same file that is not 0, 1 or 2, and closes `fd`
 * if it was: what is printed to a standard stream that the parent process
 * closed must never go into a file. All descriptors that the library opens for
 * itself go through here. Returns -1 if `fd` is -1, or with errno set.
 * (libxapian has the same rule for files that it writes.) */
int file_descriptor(int fd);
/* Opens a regular file of an index. `flags` are those of open(); with O_CREAT
 * the file is made with all permissions that the umask leaves. */
int file_open(const char *path, int flags, int *fd, struct nh_error *err);
/* Opens an index, or a folder in it, for reading. */
int file_open_folder(const char *path, int *fd, struct nh_error *err);

/* Lists an open folder, whose descriptor is taken; `path` is for messages. NULL
 * on failure. */
DIR *file_list(int fd, const char *path, struct nh_error *err);

/* A read-only mapping of a whole file; data is NULL for an empty one. */
struct file_map {
    const uint8_t *data;
    size_t size;
};

int file_map_open(struct file_map *map, const char *path, struct nh_error *err);
int file_map_open_linked(struct file_map *map, const char *path,
                         struct nh_error *err);
void file_map_close(struct file_map *map);

/* Appends the whole file to `out`; a file beyond BUF_MAX is NH_EIO. */
int file_read(const char *path, struct buf *out, struct nh_error *err);
int file_read_linked(const char *path, struct buf *out, struct nh_error *err);
/* Creates or replaces `path` with `data`, synced to disk, by a temporary name
 * and rename: after a crash the old or the new contents are there. */
int file_replace(const char *path, const void *data, size_t len,
                 struct nh_error *err);
/* Gives a file or folder another name, in place of what had it. */
int file_rename(const char *from, const char *to, struct nh_error *err);
/* Gives a regular file a second name, or copies it where the file system cannot
 * do that; synced in the second case. */
int file_link(const char *from, const char *to, struct nh_error *err);
/* fsync of a file or a folder. */
int file_sync(const char *path, struct nh_error *err);
/* fsync of the folder that a file or folder is in. */
int file_sync_parent(const char *path, struct nh_error *err);
/* Looks whether there is anything of this name, a link too. */
int file_find(const char *path, bool *found, struct nh_error *err);
/* The same; false also where that cannot be told. */
bool file_exists(const char *path);
/* Makes one folder; one that exists already is fine. */
int file_mkdir(const char *path, struct nh_error *err);
/* Removes a regular file, and nothing else. Silent, as the next: the caller
 * cleans up what it no longer needs. */
void file_remove(const char *path);
/* Removes those files and folders in a folder that newshound makes (files.h),
 * and the folder if it is empty then. Links are neither followed nor removed.
 */
void file_remove_dir(const char *path);
/* Looks at a regular file's size in bytes. */
int file_size(const char *path, uint64_t *size, struct nh_error *err);
/* hash64 of the contents and the size in bytes. */
int file_hash(const char *path, uint64_t *hash, uint64_t *size,
              struct nh_error *err);
int file_hash_linked(const char *path, uint64_t *hash, uint64_t *size,
                     struct nh_error *err);
/* Appends "DIR/NAME" and a NUL to an emptied `out`; NULL if memory ran out. */
const char *file_join(struct buf *out, const char *dir, const char *name);

/* A buffered writer of a new file, that counts bytes and keeps the first error.
 * It takes the place of a regular file of that name, never of anything else. */
struct file_writer {
    FILE *file;
    char *path; /* owned */
    uint64_t written;
    int errnum; /* of the first failed write, or 0 */
};

int file_writer_open(struct file_writer *w, const char *path,
                     struct nh_error *err);
void file_writer_put(struct file_writer *w, const void *data, size_t len);
/* Flushes, syncs and closes; reports any write that failed before. */
int file_writer_close(struct file_writer *w, struct nh_error *err);
/* Closes and unlinks; accepts a writer that was never opened. */
void file_writer_abort(struct file_writer *w);

#endif
