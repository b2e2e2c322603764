/* Owns the listing of input files. Promises the same order everywhere. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "corpus/input/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/buf.h"
#include "common/base/file.h"

/* "FOLDER/NAME" in the arena. */
static const char *join(struct walk *w, const char *folder, const char *name)
{
    struct buf path = BUF_INIT;
    const bool slash = folder[0] && folder[strlen(folder) - 1] == '/';
    buf_printf(&path, "%s%s%s", folder, slash ? "" : "/", name);
    const char *copy =
        path.failed ? NULL : arena_copy(&w->arena, path.data, path.len);
    buf_release(&path);
    return copy;
}

const char *walk_absolute(struct walk *w, const char *path)
{
    char *real = realpath(path, NULL);
    if (real) {
        const char *copy = arena_copy(&w->arena, real, strlen(real));
        free(real);
        return copy;
    }
    /* Gone: its folder may be there. */
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    size_t cut = len;
    while (cut > 0 && path[cut - 1] != '/')
        cut--;
    const char *name = arena_copy(&w->arena, path + cut, len - cut);
    const char *folder = cut ? arena_copy(&w->arena, path, cut) : ".";
    if (!name || !folder || errno != ENOENT || len == cut ||
        (cut == 1 && len == 1))
        return NULL;
    folder = walk_absolute(w, folder);
    return folder ? join(w, folder, name) : NULL;
}

/* Length of an ending that says how a file is packed. */
static size_t packing_length(const char *name)
{
    static const char *const endings[] = {".gz", ".xz", ".zst", ".bz2"};
    const size_t len = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t n = strlen(endings[i]);
        if (len > n && strcmp(name + len - n, endings[i]) == 0)
            return n;
    }
    return 0;
}

static int add_file(struct walk *w, const char *path, const char *id,
                    const char *source, uint64_t size, struct nh_error *err)
{
    if (w->count == w->cap) {
        struct walk_file *files = array_grow(w->files, &w->cap, sizeof *files);
        if (!files)
            return error_nomem(err);
        w->files = files;
    }
    const size_t len = strlen(id) - packing_length(id);
    struct walk_file *f = &w->files[w->count];
    f->path = arena_copy(&w->arena, path, strlen(path));
    f->id = arena_copy(&w->arena, id, len);
    f->source = source;
    f->size = size;
    if (!f->path || !f->id)
        return error_nomem(err);
    w->count++;
    return NH_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted names of a folder without hidden ones. */
static int list_names(const char *path, struct arena *arena, char ***names,
                      size_t *count, struct nh_error *err)
{
    size_t cap = 0;
    *names = NULL;
    *count = 0;
    DIR *dir = opendir(path);
    if (!dir)
        return error_errno(err, errno, "open folder", path);
    int rc = NH_OK;
    for (struct dirent *e; rc == NH_OK && (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        if (*count == cap) {
            char **more = array_grow(*names, &cap, sizeof *more);
            if (more)
                *names = more;
            else
                rc = error_nomem(err);
        }
        char *copy = arena_copy(arena, e->d_name, strlen(e->d_name));
        if (!copy)
            rc = error_nomem(err);
        if (rc == NH_OK)
            (*names)[(*count)++] = copy;
    }
    closedir(dir);
    if (rc == NH_OK && *count)
        qsort(*names, *count, sizeof **names, by_name);
    return rc;
}

/* A folder that the user names. */
struct root {
    const char *absolute;
    size_t prefix; /* bytes of paths below it that come before their ids */
};

static int walk_folder(struct walk *w, const char *path,
                       const struct root *root, int depth,
                       struct nh_error *err);

static int walk_entry(struct walk *w, const char *path, const struct root *root,
                      int depth, struct nh_error *err)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return NH_OK; /* gone since the folder was read */
    bool link = S_ISLNK(st.st_mode);
    if (link && stat(path, &st) != 0)
        return NH_OK;
    if (S_ISDIR(st.st_mode) && !link)
        return walk_folder(w, path, root, depth + 1, err);
    if (!S_ISREG(st.st_mode))
        return NH_OK;
    const char *id = path + root->prefix, *source = join(w, root->absolute, id);
    return source ? add_file(w, path, id, source, (uint64_t)st.st_size, err)
                  : error_nomem(err);
}

static int walk_folder(struct walk *w, const char *path,
                       const struct root *root, int depth, struct nh_error *err)
{
    struct buf child = BUF_INIT;
    struct arena arena = {NULL, 0, 0};
    char **names = NULL;
    size_t count = 0;
    int rc = NH_OK;
    if (depth > WALK_DEPTH) {
        rc = error_set(err, NH_EINVAL, "'%s' lies deeper than %d folders", path,
                       WALK_DEPTH);
        goto out;
    }
    const char *mark =
        w->skip_with ? file_join(&child, path, w->skip_with) : "";
    if (!mark) {
        rc = error_nomem(err);
        goto out;
    }
    if (*mark && file_exists(mark))
        goto out;
    rc = list_names(path, &arena, &names, &count, err);
    for (size_t i = 0; rc == NH_OK && i < count; i++)
        rc = file_join(&child, path, names[i])
                 ? walk_entry(w, child.data, root, depth, err)
                 : error_nomem(err);
out:
    buf_release(&child);
    arena_release(&arena);
    free(names);
    return rc;
}

int walk_add(struct walk *w, const char *path, struct nh_error *err)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return add_file(w, path, "", NULL, 0, err);
    if (stat(path, &st) != 0)
        return error_errno(err, errno, "read", path);
    if (!S_ISDIR(st.st_mode)) {
        const char *slash = strrchr(path, '/');
        const bool regular = S_ISREG(st.st_mode);
        return add_file(w, path, slash ? slash + 1 : path,
                        regular ? walk_absolute(w, path) : NULL,
                        regular ? (uint64_t)st.st_size : 0, err);
    }
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    char *folder = arena_copy(&w->arena, path, len);
    if (!folder)
        return error_nomem(err);
    const struct root root = {walk_absolute(w, folder),
                              len + (folder[len - 1] != '/')};
    return root.absolute ? walk_folder(w, folder, &root, 0, err)
                         : error_errno(err, errno, "find", folder);
}

void walk_release(struct walk *w)
{
    arena_release(&w->arena);
    free(w->files);
    memset(w, 0, sizeof *w);
}
