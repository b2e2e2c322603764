/* Owns all file-system calls but those of libxapian and of the readers.
 * Promises that what it reports as written is on disk, that no symbolic link
 * below the folder of an index is followed, and that no file gets descriptor 0,
 * 1 or 2. */
#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/files.h"
#include "common/base/hash.h"

/* Bytes written or read at a time. */
#define WRITER_BUFFER ((size_t)1 << 18)
/* Folders inside each other that newshound makes in an index at most:
 * repair-tmp/build-tmp/batch-1. */
#define FOLDERS_DEEP 3

int file_descriptor(int fd)
{
    const int least = STDERR_FILENO + 1;
    if (fd < 0 || fd >= least)
        return fd;
    const int high = fcntl(fd, F_DUPFD_CLOEXEC, least);
    const int errnum = errno;
    close(fd);
    errno = errnum;
    return high;
}

/* ---- Places: an open folder and a name in it. */

struct place {
    int folder; /* AT_FDCWD where the folder is the user's to name */
    const char *name;
};

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void place_close(const struct place *p)
{
    const int errnum = errno;
    if (p->folder >= 0)
        close(p->folder);
    errno = errnum;
}

static int open_any(const char *path);

/* Finds the place of `path`. Its folder is opened if that is one of those that
 * newshound makes in an index, without following links; what is before them is
 * the user's and may have links. Returns false with errno set. Recursion ends
 * after at most one step for each slash of the path. */
static bool place_open(struct place *p, const char *path)
{
    struct buf folder = BUF_INIT;
    const char *slash = strrchr(path, '/');
    *p = (struct place){AT_FDCWD, path};
    if (!slash || slash == path)
        return true;
    buf_append(&folder, path, (size_t)(slash - path));
    const char *above = buf_cstr(&folder);
    bool good = above != NULL;
    if (!good)
        errno = ENOMEM;
    if (good && files_are_folders(files_kind(base_of(above)))) {
        p->folder = open_any(above);
        p->name = slash + 1;
        good = p->folder >= 0;
    }
    buf_release(&folder);
    return good;
}

/* Opens a file. Does not wait for the other end of a FIFO. Returns -1 with
 * errno set: ELOOP for a link. */
static int open_inside(const char *path, int flags)
{
    struct place p;
    if (!place_open(&p, path))
        return -1;
    const int fd = file_descriptor(openat(
        p.folder, p.name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
    place_close(&p);
    return fd;
}

/* Opens a file or folder for reading. A name that newshound does not make is
 * the user's, and may be a link. */
static int open_any(const char *path)
{
    const bool ours = files_kind(base_of(path)) != FILE_UNKNOWN;
    return ours
               ? open_inside(path, O_RDONLY)
               : file_descriptor(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
}

static int open_error(struct nh_error *err, int errnum, const char *verb,
                      const char *path)
{
    if (errnum != ELOOP)
        return error_errno(err, errnum, verb, path);
    return error_set(err, NH_EIO,
                     "'%s' is a symbolic link: newshound follows none inside "
                     "an index",
                     path);
}

/* Looks whether an open file is a regular one; closes it if not. */
static int check_regular(int *fd, struct stat *st, const char *path,
                         struct nh_error *err)
{
    int rc = NH_OK;
    if (fstat(*fd, st) != 0)
        rc = error_errno(err, errno, "read", path);
    else if (!S_ISREG(st->st_mode))
        rc = error_set(err, NH_EIO, "'%s' is not a regular file", path);
    if (rc != NH_OK) {
        close(*fd);
        *fd = -1;
    }
    return rc;
}

/* Opens a regular file of an index, or one of the user's if `links` may be
 * followed. */
static int open_regular(const char *path, int flags, bool links, int *fd,
                        struct stat *st, struct nh_error *err)
{
    *fd = links ? file_descriptor(open(path, flags | O_NONBLOCK | O_CLOEXEC))
                : open_inside(path, flags);
    return *fd < 0 ? open_error(err, errno, "open", path)
                   : check_regular(fd, st, path, err);
}

int file_open(const char *path, int flags, int *fd, struct nh_error *err)
{
    struct stat st;
    return open_regular(path, flags, false, fd, &st, err);
}

int file_open_folder(const char *path, int *fd, struct nh_error *err)
{
    struct stat st;
    *fd = open_any(path);
    if (*fd < 0)
        return open_error(err, errno, "open folder", path);
    const int errnum = fstat(*fd, &st) != 0   ? errno
                       : !S_ISDIR(st.st_mode) ? ENOTDIR
                                              : 0;
    if (errnum == 0)
        return NH_OK;
    close(*fd);
    *fd = -1;
    return error_errno(err, errnum, "open folder", path);
}

DIR *file_list(int fd, const char *path, struct nh_error *err)
{
    DIR *dir = fdopendir(fd);
    if (!dir) {
        error_errno(err, errno, "read folder", path);
        close(fd);
    }
    return dir;
}

/* ---- Reading. */

static int map_open(struct file_map *map, const char *path, bool links,
                    struct nh_error *err)
{
    int fd;
    struct stat st;
    *map = (struct file_map){NULL, 0};
    int rc = open_regular(path, O_RDONLY, links, &fd, &st, err);
    if (rc != NH_OK)
        return rc;
    if (st.st_size > 0) {
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

int file_map_open(struct file_map *map, const char *path, struct nh_error *err)
{
    return map_open(map, path, false, err);
}

int file_map_open_linked(struct file_map *map, const char *path,
                         struct nh_error *err)
{
    return map_open(map, path, true, err);
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

static int read_file(const char *path, bool links, struct buf *out,
                     struct nh_error *err)
{
    struct file_map map;
    int rc = map_open(&map, path, links, err);
    if (rc != NH_OK)
        return rc;
    buf_append(out, map.data, map.size);
    file_map_close(&map);
    return out->failed ? error_nomem(err) : NH_OK;
}

int file_read(const char *path, struct buf *out, struct nh_error *err)
{
    return read_file(path, false, out, err);
}

int file_read_linked(const char *path, struct buf *out, struct nh_error *err)
{
    return read_file(path, true, out, err);
}

int file_sync(const char *path, struct nh_error *err)
{
    int fd = open_any(path);
    if (fd < 0)
        return open_error(err, errno, "open", path);
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
    buf_printf(&name, "%s" TEMPORARY_ENDING, path);
    const char *temporary = buf_cstr(&name);
    int rc =
        temporary ? file_writer_open(&w, temporary, err) : error_nomem(err);
    if (rc == NH_OK) {
        file_writer_put(&w, data, len);
        rc = file_writer_close(&w, err);
    }
    if (rc == NH_OK)
        rc = file_rename(temporary, path, err);
    if (rc == NH_OK)
        rc = file_sync_parent(path, err);
    else if (temporary)
        file_remove(temporary);
    buf_release(&name);
    return rc;
}

int file_find(const char *path, bool *found, struct nh_error *err)
{
    struct stat st;
    struct place p;
    *found = place_open(&p, path) &&
             fstatat(p.folder, p.name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    const int errnum = errno;
    place_close(&p);
    return *found || errnum == ENOENT || errnum == ENOTDIR
               ? NH_OK
               : error_errno(err, errnum, "look for", path);
}

bool file_exists(const char *path)
{
    bool found;
    return file_find(path, &found, NULL) == NH_OK && found;
}

int file_size(const char *path, uint64_t *size, struct nh_error *err)
{
    struct stat st;
    struct place p;
    if (!place_open(&p, path))
        return open_error(err, errno, "read", path);
    int rc = NH_OK;
    if (fstatat(p.folder, p.name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        rc = error_errno(err, errno, "read", path);
    else if (S_ISLNK(st.st_mode))
        rc = open_error(err, ELOOP, "read", path);
    else if (!S_ISREG(st.st_mode))
        rc = error_set(err, NH_EIO, "'%s' is not a regular file", path);
    place_close(&p);
    *size = rc == NH_OK ? (uint64_t)st.st_size : 0;
    return rc;
}

int file_rename(const char *from, const char *to, struct nh_error *err)
{
    struct place a, b = {AT_FDCWD, NULL};
    const bool open = place_open(&a, from) && place_open(&b, to);
    int rc = NH_OK;
    if (!open || renameat(a.folder, a.name, b.folder, b.name) != 0)
        rc = error_errno(err, errno, "replace", to);
    place_close(&b);
    place_close(&a);
    return rc;
}

int file_mkdir(const char *path, struct nh_error *err)
{
    struct stat st;
    struct place p;
    const bool ours = files_kind(base_of(path)) != FILE_UNKNOWN;
    const int links = ours ? AT_SYMLINK_NOFOLLOW : 0;
    int rc = NH_OK;
    if (!place_open(&p, path))
        return open_error(err, errno, "make folder", path);
    if (mkdirat(p.folder, p.name, 0777) != 0 &&
        (errno != EEXIST || fstatat(p.folder, p.name, &st, links) != 0 ||
         !S_ISDIR(st.st_mode)))
        rc = error_errno(err, errno, "make folder", path);
    place_close(&p);
    return rc;
}

/* ---- Removing. */

/* Removes a regular file, nothing else. */
static bool remove_regular(int folder, const char *name)
{
    struct stat st;
    return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(st.st_mode) && unlinkat(folder, name, 0) == 0;
}

static void remove_folder(int above, const char *name, int depth);

/* Removes what newshound makes from the folder `fd`, which is closed. */
static void empty_folder(int fd, int depth)
{
    DIR *dir = file_list(fd, "", NULL);
    if (!dir)
        return;
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        const enum file_kind kind = files_kind(e->d_name);
        if (files_are_folders(kind))
            remove_folder(dirfd(dir), e->d_name, depth);
        else if (kind != FILE_UNKNOWN && kind != FILE_RULES)
            remove_regular(dirfd(dir), e->d_name);
    }
    closedir(dir);
}

static void remove_folder(int above, const char *name, int depth)
{
    const int flags =
        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    if (depth == 0)
        return;
    const int fd = file_descriptor(openat(above, name, flags));
    if (fd < 0)
        return;
    empty_folder(fd, depth - 1);
    unlinkat(above, name, AT_REMOVEDIR);
}

void file_remove(const char *path)
{
    struct place p;
    if (!place_open(&p, path))
        return;
    remove_regular(p.folder, p.name);
    place_close(&p);
}

void file_remove_dir(const char *path)
{
    struct place p;
    if (!place_open(&p, path))
        return;
    remove_folder(p.folder, p.name, FOLDERS_DEEP);
    place_close(&p);
}

/* ---- Hashes. */

static int hash_open(int fd, const char *path, uint64_t *hash, uint64_t *size,
                     struct nh_error *err)
{
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
    return rc;
}

static int hash_file(const char *path, bool links, uint64_t *hash,
                     uint64_t *size, struct nh_error *err)
{
    int fd;
    struct stat st;
    int rc = open_regular(path, O_RDONLY, links, &fd, &st, err);
    if (rc == NH_OK) {
        rc = hash_open(fd, path, hash, size, err);
        close(fd);
    }
    return rc;
}

int file_hash(const char *path, uint64_t *hash, uint64_t *size,
              struct nh_error *err)
{
    return hash_file(path, false, hash, size, err);
}

int file_hash_linked(const char *path, uint64_t *hash, uint64_t *size,
                     struct nh_error *err)
{
    return hash_file(path, true, hash, size, err);
}

const char *file_join(struct buf *out, const char *dir, const char *name)
{
    buf_reset(out);
    buf_printf(out, "%s/%s", dir, name);
    return buf_cstr(out);
}

/* ---- Writing. */

/* Creates a file that was not there, after removing a regular one that was: a
 * process that died may have left it. Returns -1 with errno set. */
static int create(const char *path)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    struct place p;
    if (!place_open(&p, path))
        return -1;
    int fd = openat(p.folder, p.name, flags, 0666);
    if (fd < 0 && errno == EEXIST) {
        if (remove_regular(p.folder, p.name))
            fd = openat(p.folder, p.name, flags, 0666);
        else
            errno = EEXIST;
    }
    place_close(&p);
    return file_descriptor(fd);
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
    const int fd = create(path);
    w->file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (!w->file) {
        int rc = error_errno(err, errno, "create", path);
        if (fd >= 0)
            close(fd);
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
        file_remove(w->path);
    }
    free(w->path);
    w->path = NULL;
    return rc;
}

/* Copies a file by reading it. */
static int copy_file(const char *from, const char *to, struct nh_error *err)
{
    struct file_map map;
    struct file_writer w = {NULL, NULL, 0, 0};
    int rc = file_map_open(&map, from, err);
    if (rc != NH_OK)
        return rc;
    rc = file_writer_open(&w, to, err);
    if (rc == NH_OK) {
        file_writer_put(&w, map.data, map.size);
        rc = file_writer_close(&w, err);
    }
    file_map_close(&map);
    return rc;
}

int file_link(const char *from, const char *to, struct nh_error *err)
{
    struct place a, b = {AT_FDCWD, NULL};
    struct stat st;
    const bool linked =
        place_open(&a, from) && place_open(&b, to) &&
        fstatat(a.folder, a.name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(st.st_mode) &&
        linkat(a.folder, a.name, b.folder, b.name, 0) == 0;
    place_close(&b);
    place_close(&a);
    return linked ? NH_OK : copy_file(from, to, err);
}

void file_writer_abort(struct file_writer *w)
{
    if (w->file)
        fclose(w->file);
    if (w->path)
        file_remove(w->path);
    free(w->path);
    *w = (struct file_writer){NULL, NULL, 0, 0};
}
