/* Owns the writer's lock and the removal of orphans.
 * Promises to remove only names that newshound makes. */
#include "indexer/writer/index_lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/base/file.h"

#define LOCK_NAME "LOCK"

/* A new folder, an empty one, or an index. */
static bool folder_usable(const char *dir)
{
    bool index = false, empty = true;
    DIR *d = opendir(dir);
    if (!d)
        return true; /* the next step tells why */
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        empty = false;
        index |= strcmp(e->d_name, MANIFEST_NAME) == 0 ||
                 strcmp(e->d_name, MANIFEST_NAME ".tmp") == 0 ||
                 strcmp(e->d_name, LOCK_NAME) == 0;
    }
    closedir(d);
    return empty || index;
}

static int held_error(int fd, const char *dir, struct nh_error *err)
{
    char pid[16] = "";
    ssize_t got = pread(fd, pid, sizeof pid - 1, 0);
    long holder = got > 0 ? atol(pid) : 0;
    return error_set(err, NH_ELOCKED,
                     "the index '%s' is being written by process %ld", dir,
                     holder);
}

int index_lock(const char *dir, int *fd, struct nh_error *err)
{
    struct buf name = BUF_INIT;
    *fd = -1;
    int rc = file_mkdir(dir, err);
    if (rc != NH_OK)
        return rc;
    if (!folder_usable(dir))
        return error_set(err, NH_EINVAL,
                         "the folder '%s' is not empty and holds no index",
                         dir);
    const char *path = file_join(&name, dir, LOCK_NAME);
    if (!path)
        rc = error_nomem(err);
    if (rc == NH_OK &&
        (*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666)) < 0)
        rc = error_errno(err, errno, "open", path);
    if (rc == NH_OK && flock(*fd, LOCK_EX | LOCK_NB) != 0)
        rc = errno == EWOULDBLOCK ? held_error(*fd, dir, err)
                                  : error_errno(err, errno, "lock", path);
    if (rc == NH_OK) {
        char pid[16];
        int len = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
        /* Only for messages: a failure to write it harms nothing. */
        if (ftruncate(*fd, 0) != 0 || pwrite(*fd, pid, (size_t)len, 0) < 0)
            errno = 0;
    } else if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    buf_release(&name);
    return rc;
}

void index_unlock(int fd)
{
    if (fd >= 0)
        close(fd);
}

static bool named(const struct manifest *m, const char *name)
{
    for (size_t i = 0; i < m->segment_count; i++)
        if (strcmp(m->segments[i].name, name) == 0)
            return true;
    return manifest_find_file(m, name) != NULL;
}

/* Removes the folders in a folder that newshound makes there, then the folder.
 */
static void remove_tree(const char *path)
{
    struct buf name = BUF_INIT;
    DIR *d = opendir(path);
    if (d) {
        for (struct dirent *e; (e = readdir(d)) != NULL;)
            if ((strncmp(e->d_name, "batch-", 6) == 0 ||
                 strncmp(e->d_name, "seg-", 4) == 0 ||
                 strncmp(e->d_name, "build-", 6) == 0 ||
                 strcmp(e->d_name, "probe") == 0) &&
                file_join(&name, path, e->d_name))
                remove_tree(name.data);
        closedir(d);
    }
    file_remove_dir(path);
    buf_release(&name);
}

void index_sweep(const char *dir, const struct manifest *m, bool building)
{
    enum { BUILD = 0 };
    static const char *const made[] = {"build-",
                                       "seg-",
                                       "del-",
                                       "dict-",
                                       "sources-",
                                       "repair-",
                                       MANIFEST_NAME ".tmp"};
    struct buf name = BUF_INIT;
    DIR *d = opendir(dir);
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        bool ours = false;
        for (size_t i = 0; i < sizeof made / sizeof *made; i++)
            ours |= !(building && i == BUILD) &&
                    strncmp(e->d_name, made[i], strlen(made[i])) == 0;
        if (!ours || named(m, e->d_name) || !file_join(&name, dir, e->d_name))
            continue;
        if (unlink(name.data) != 0)
            remove_tree(name.data);
    }
    closedir(d);
    buf_release(&name);
}
