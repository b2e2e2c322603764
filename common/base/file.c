/* Owns all file-system calls but those of libxapian and of the readers.
 * Promises that what it reports as written is on disk. */
#include "common/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/hash.h"

/* Bytes written or read at a time. */
#define WRITER_BUFFER ((size_t)1 << 18)

int file_map_open(struct file_map *map, const char *path, struct nh_error *err)
{
    *map = (struct file_map){NULL, 0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "open", path);
    struct stat st;
    int rc = NH_OK;
    if (fstat(fd, &st) != 0) {
        rc = error_errno(err, errno, "read", path);
    } else if (!S_ISREG(st.st_mode)) {
        rc = error_set(err, NH_EIO, "'%s' is not a regular file", path);
    } else if (st.st_size > 0) {
        void *data =
            mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED)
            rc = error_errno(err, errno, "map", path);
        else
            *map = (struct file_map){data, (size_t)st.st_size};
    }
    close(fd);
    return rc;
}

void file_map_close(struct file_map *map)
{
    if (!map || !map->data)
        return;
    /* munmap wants the pointer that mmap gave, without its const. */
    union {
        const uint8_t *in;
        void *out;
    } p = {map->data};
    munmap(p.out, map->size);
    *map = (struct file_map){NULL, 0};
}

int file_read(const char *path, struct buf *out, struct nh_error *err)
{
    struct file_map map;
    int rc = file_map_open(&map, path, err);
    if (rc != NH_OK)
        return rc;
    buf_append(out, map.data, map.size);
    file_map_close(&map);
    return out->failed ? error_nomem(err) : NH_OK;
}

int file_sync(const char *path, struct nh_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "open", path);
    int rc = fsync(fd) == 0 ? NH_OK : error_errno(err, errno, "sync", path);
    close(fd);
    return rc;
}

int file_sync_parent(const char *path, struct nh_error *err)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return file_sync(".", err);
    struct buf dir = BUF_INIT;
    buf_append(&dir, path, slash == path ? 1 : (size_t)(slash - path));
    const char *name = buf_cstr(&dir);
    int rc = name ? file_sync(name, err) : error_nomem(err);
    buf_release(&dir);
    return rc;
}

int file_replace(const char *path, const void *data, size_t len,
                 struct nh_error *err)
{
    struct buf name = BUF_INIT;
    struct file_writer w = {NULL, NULL, 0, 0};
    buf_printf(&name, "%s.tmp", path);
    const char *temporary = buf_cstr(&name);
    int rc =
        temporary ? file_writer_open(&w, temporary, err) : error_nomem(err);
    if (rc == NH_OK) {
        file_writer_put(&w, data, len);
        rc = file_writer_close(&w, err);
    }
    if (rc == NH_OK && rename(temporary, path) != 0)
        rc = error_errno(err, errno, "replace", path);
    if (rc == NH_OK)
        rc = file_sync_parent(path, err);
    else if (temporary)
        unlink(temporary);
    buf_release(&name);
    return rc;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

int file_mkdir(const char *path, struct nh_error *err)
{
    if (mkdir(path, 0777) == 0)
        return NH_OK;
    struct stat st;
    if (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return NH_OK;
    return error_errno(err, errno, "make folder", path);
}

void file_remove_dir(const char *path)
{
    struct buf name = BUF_INIT;
    DIR *dir = opendir(path);
    if (dir) {
        for (struct dirent *e; (e = readdir(dir)) != NULL;) {
            if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
                continue;
            if (file_join(&name, path, e->d_name))
                unlink(name.data);
        }
        closedir(dir);
    }
    rmdir(path);
    buf_release(&name);
}

int file_hash(const char *path, uint64_t *hash, uint64_t *size,
              struct nh_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "open", path);
    char *block = malloc(WRITER_BUFFER);
    struct hasher hasher;
    int rc = block ? NH_OK : error_nomem(err);
    hash_start(&hasher);
    ssize_t got = 0;
    *size = 0;
    while (rc == NH_OK && (got = read(fd, block, WRITER_BUFFER)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            rc = error_errno(err, errno, "read", path);
            break;
        }
        hash_more(&hasher, block, (size_t)got);
        *size += (uint64_t)got;
    }
    *hash = hash_end(&hasher);
    free(block);
    close(fd);
    return rc;
}

const char *file_join(struct buf *out, const char *dir, const char *name)
{
    buf_reset(out);
    buf_printf(out, "%s/%s", dir, name);
    return buf_cstr(out);
}

int file_writer_open(struct file_writer *w, const char *path,
                     struct nh_error *err)
{
    *w = (struct file_writer){NULL, NULL, 0, 0};
    size_t len = strlen(path) + 1;
    w->path = malloc(len);
    if (!w->path)
        return error_nomem(err);
    memcpy(w->path, path, len);
    w->file = fopen(path, "wbe");
    if (!w->file) {
        int rc = error_errno(err, errno, "create", path);
        file_writer_abort(w);
        return rc;
    }
    setvbuf(w->file, NULL, _IOFBF, WRITER_BUFFER);
    return NH_OK;
}

void file_writer_put(struct file_writer *w, const void *data, size_t len)
{
    if (w->errnum || len == 0)
        return;
    errno = 0;
    if (fwrite(data, 1, len, w->file) != len)
        w->errnum = errno ? errno : EIO;
    w->written += len;
}

int file_writer_close(struct file_writer *w, struct nh_error *err)
{
    if (!w->errnum && fflush(w->file) != 0)
        w->errnum = errno;
    if (!w->errnum && fsync(fileno(w->file)) != 0)
        w->errnum = errno;
    if (fclose(w->file) != 0 && !w->errnum)
        w->errnum = errno;
    w->file = NULL;
    int rc = NH_OK;
    if (w->errnum) {
        rc = error_errno(err, w->errnum, "write", w->path);
        unlink(w->path);
    }
    free(w->path);
    w->path = NULL;
    return rc;
}

void file_writer_abort(struct file_writer *w)
{
    if (w->file)
        fclose(w->file);
    if (w->path)
        unlink(w->path);
    free(w->path);
    *w = (struct file_writer){NULL, NULL, 0, 0};
}
