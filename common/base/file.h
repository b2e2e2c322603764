/* Files as the index uses them: mapped reads, durable writes. */
#ifndef COMMON_BASE_FILE_H
#define COMMON_BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/base/error.h"

/* A read-only mapping of a whole file; data is NULL for an empty one. */
struct file_map {
    const uint8_t *data;
    size_t size;
};

int file_map_open(struct file_map *map, const char *path, struct nh_error *err);
void file_map_close(struct file_map *map);

/* Appends the whole file to `out`; a file beyond BUF_MAX is NH_EIO. */
int file_read(const char *path, struct buf *out, struct nh_error *err);
/* Creates or replaces `path` with `data`, synced to disk, by a temporary name
 * and rename: after a crash the old or the new contents are there. */
int file_replace(const char *path, const void *data, size_t len,
                 struct nh_error *err);
/* fsync of a file or a folder. */
int file_sync(const char *path, struct nh_error *err);
/* fsync of the folder that a file or folder is in. */
int file_sync_parent(const char *path, struct nh_error *err);
bool file_exists(const char *path);
/* Makes one folder; one that exists already is fine. */
int file_mkdir(const char *path, struct nh_error *err);
/* Removes the files of a flat folder, then the folder. Silent: the caller
 * cleans up what it no longer needs. */
void file_remove_dir(const char *path);
/* hash64 of the contents and the size in bytes. */
int file_hash(const char *path, uint64_t *hash, uint64_t *size,
              struct nh_error *err);
/* Appends "DIR/NAME" and a NUL to an emptied `out`; NULL if memory ran out. */
const char *file_join(struct buf *out, const char *dir, const char *name);

/* A buffered writer that counts bytes and keeps the first error. */
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
