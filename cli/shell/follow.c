/* Owns the waiting for changes of files.
 * Promises that a change after follow_watch is never missed: where watching is
 * not possible, the files are looked at every other second. */
#include "cli/shell/follow.h"
#include "cli/visible.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/shell/interrupt.h"
#include "common/base/file.h"
#include "common/store/manifest.h"
#include "corpus/input/walk.h"

/* Milliseconds: without a change until one is believed to be over, at most, and
 * between looks where nothing can be watched. */
#define QUIET_MS 200
#define BUSY_MS 2000
#define LOOK_MS 2000

#define EVENTS                                                                 \
    (IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM |      \
     IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)

void follow_start(struct follow *f)
{
    interrupt_catch();
    f->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

void follow_end(struct follow *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

/* Gives watching up, for instance as there are too many folders. */
static void give_up(struct follow *f, const char *path)
{
    say("newshound: cannot watch '%s' (%s); looking at all files every %d "
        "seconds instead\n",
        path, strerror(errno), LOOK_MS / 1000);
    follow_end(f);
}

static void watch_folder(struct follow *f, const char *path, int depth)
{
    struct buf child = BUF_INIT;
    struct stat st;
    const char *manifest = file_join(&child, path, MANIFEST_NAME);
    DIR *dir = NULL;
    if (depth > WALK_DEPTH || (manifest && file_exists(manifest)))
        goto out;
    if (inotify_add_watch(f->fd, path, EVENTS | IN_ONLYDIR) < 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            give_up(f, path);
        goto out;
    }
    dir = opendir(path);
    for (struct dirent *e; dir && f->fd >= 0 && (e = readdir(dir)) != NULL;)
        if (e->d_name[0] != '.' && file_join(&child, path, e->d_name) &&
            lstat(child.data, &st) == 0 && S_ISDIR(st.st_mode))
            watch_folder(f, child.data, depth + 1);
out:
    if (dir)
        closedir(dir);
    buf_release(&child);
}

void follow_watch(struct follow *f, char **paths, int count)
{
    struct stat st;
    for (int i = 0; i < count && f->fd >= 0; i++) {
        if (stat(paths[i], &st) == 0 && S_ISDIR(st.st_mode))
            watch_folder(f, paths[i], 0);
        else if (inotify_add_watch(f->fd, paths[i], EVENTS) < 0 &&
                 errno != ENOENT)
            give_up(f, paths[i]);
    }
}

/* Waits for events, `timeout` at most, and takes them. Whether there were any.
 */
static bool take_events(const struct follow *f, int timeout)
{
    struct pollfd ready = {f->fd, POLLIN, 0};
    char events[8192];
    if (poll(&ready, f->fd >= 0, timeout) <= 0)
        return false;
    while (read(f->fd, events, sizeof events) > 0)
        ;
    return true;
}

int follow_wait(struct follow *f)
{
    if (f->fd < 0) {
        take_events(f, LOOK_MS);
        return !interrupted;
    }
    while (!interrupted && !take_events(f, -1))
        ;
    for (int waited = 0; !interrupted && waited < BUSY_MS; waited += QUIET_MS)
        if (!take_events(f, QUIET_MS))
            break;
    return !interrupted;
}
