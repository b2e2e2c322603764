/* Owns the listing of input files. Promises the same order everywhere. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "corpus/input/walk.h"

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
    f->problem = NULL;
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
    int fd;
    int rc = file_open_folder(path, &fd, err);
    DIR *dir = rc == NH_OK ? file_list(fd, path, err) : NULL;
    if (!dir)
        return rc != NH_OK ? rc : NH_EIO;
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

/* Adds what cannot be read, with the reason. */
static int add_problem(struct walk *w, const char *path,
                       const struct root *root, const struct nh_error *why,
                       struct nh_error *err)
{
    const char *id = strlen(path) > root->prefix ? path + root->prefix : "";
    const char *source = *id ? join(w, root->absolute, id) : root->absolute;
    const char *problem =
        arena_copy(&w->arena, why->message, strlen(why->message));
    int rc = source && problem ? add_file(w, path, id, source, 0, err)
                               : error_nomem(err);
    if (rc == NH_OK)
        w->files[w->count - 1].problem = problem;
    return rc;
}

/* Where a link leads to. */
enum target { TARGET_INSIDE, TARGET_OUTSIDE, TARGET_NOTHING };

static enum target look_at_link(const char *path, const struct root *root)
{
    char *real = realpath(path, NULL);
    const size_t len = strlen(root->absolute);
    const bool inside = real && strncmp(real, root->absolute, len) == 0 &&
                        (real[len] == '/' || root->absolute[len - 1] == '/');
    const bool nothing = !real && errno == ENOENT;
    free(real);
    return nothing ? TARGET_NOTHING : inside ? TARGET_INSIDE : TARGET_OUTSIDE;
}

static int walk_folder(struct walk *w, const char *path,
                       const struct root *root, int depth,
                       struct nh_error *err);

static int walk_entry(struct walk *w, const char *path, const struct root *root,
                      int depth, struct nh_error *err)
{
    struct stat st;
    struct nh_error why;
    if (lstat(path, &st) != 0) {
        if (errno == ENOENT)
            return NH_OK; /* gone since the folder was read */
        error_errno(&why, errno, "read", path);
        return add_problem(w, path, root, &why, err);
    }
    const bool link = S_ISLNK(st.st_mode);
    const enum target target =
        link && !w->follow_links ? look_at_link(path, root) : TARGET_INSIDE;
    if (target == TARGET_OUTSIDE) {
        error_set(&why, NH_EDATA,
                  "a symbolic link that leads out of the folder is not "
                  "followed (--follow-links)");
        return add_problem(w, path, root, &why, err);
    }
    if (link && stat(path, &st) != 0)
        return NH_OK;        /* it leads nowhere */
    if (S_ISDIR(st.st_mode)) /* one inside is walked where it stands */
        return link && !w->follow_links
                   ? NH_OK
                   : walk_folder(w, path, root, depth + 1, err);
    if (!S_ISREG(st.st_mode))
        return NH_OK;
    const char *id = path + root->prefix, *source = join(w, root->absolute, id);
    return source ? add_file(w, path, id, source, (uint64_t)st.st_size, err)
                  : error_nomem(err);
}

/* Looks whether a folder is to be read: *wanted. One is not that skip_with
 * names, or that was read already under another name. */
static int look_at_folder(struct walk *w, const char *path, bool *wanted,
                          struct nh_error *err)
{
    struct buf text = BUF_INIT;
    struct stat st;
    int rc = NH_OK;
    *wanted = true;
    if (w->skip_with) {
        if (file_join(&text, path, w->skip_with))
            *wanted = !file_exists(text.data);
        else
            rc = error_nomem(err);
    }
    if (rc == NH_OK && w->follow_links && stat(path, &st) == 0) {
        const uint32_t known = w->folders.count;
        buf_reset(&text);
        buf_printf(&text, "%llu %llu", (unsigned long long)st.st_dev,
                   (unsigned long long)st.st_ino);
        if (text.failed ||
            strtab_add(&w->folders, text.data, text.len) == STRTAB_NONE)
            rc = error_nomem(err);
        *wanted = *wanted && w->folders.count > known;
    }
    buf_release(&text);
    return rc;
}

static int walk_folder(struct walk *w, const char *path,
                       const struct root *root, int depth, struct nh_error *err)
{
    struct buf child = BUF_INIT;
    struct arena arena = {NULL, 0, 0};
    struct nh_error why;
    char **names = NULL;
    size_t count = 0;
    bool wanted;
    int rc = look_at_folder(w, path, &wanted, err);
    if (rc != NH_OK || !wanted)
        return rc;
    int listed =
        depth > WALK_DEPTH
            ? error_set(&why, NH_EINVAL, "'%s' lies deeper than %d folders",
                        path, WALK_DEPTH)
            : list_names(path, &arena, &names, &count, &why);
    if (listed == NH_ENOMEM)
        rc = error_nomem(err);
    else if (listed != NH_OK)
        rc = add_problem(w, path, root, &why, err);
    for (size_t i = 0; rc == NH_OK && i < count; i++)
        rc = file_join(&child, path, names[i])
                 ? walk_entry(w, child.data, root, depth, err)
                 : error_nomem(err);
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
    strtab_release(&w->folders);
    free(w->files);
    memset(w, 0, sizeof *w);
}
