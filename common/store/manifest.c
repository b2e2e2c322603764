/* Owns the manifest's text.
 * Promises to refuse one that is damaged or from another version. */
#include "common/store/manifest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/hash.h"

void manifest_release(struct manifest *m)
{
    if (!m)
        return;
    free(m->segments);
    free(m->files);
    memset(m, 0, sizeof *m);
}

void manifest_dict_name(uint64_t hash, char name[MANIFEST_PATH])
{
    snprintf(name, MANIFEST_PATH, "dict-%016" PRIx64, hash);
}

void manifest_tomb_name(const struct manifest_segment *s,
                        char name[MANIFEST_PATH])
{
    snprintf(name, MANIFEST_PATH, "del-%s-%" PRIu64, s->name + 4,
             s->tomb_commit);
}

int manifest_add_segment(struct manifest *m, const struct manifest_segment *s,
                         struct nh_error *err)
{
    if (m->segment_count == MANIFEST_SEGMENTS_MAX)
        return error_set(err, NH_EINVAL,
                         "the index has %d segments, the most it can have",
                         MANIFEST_SEGMENTS_MAX);
    struct manifest_segment *segments =
        realloc(m->segments, (m->segment_count + 1) * sizeof *segments);
    if (!segments)
        return error_nomem(err);
    m->segments = segments;
    m->segments[m->segment_count++] = *s;
    return NH_OK;
}

static struct manifest_file *file_slot(struct manifest *m, const char *path,
                                       struct nh_error *err)
{
    for (size_t i = 0; i < m->file_count; i++)
        if (strcmp(m->files[i].path, path) == 0)
            return &m->files[i];
    if (m->file_count == MANIFEST_FILES_MAX || strlen(path) >= MANIFEST_PATH) {
        error_set(err, NH_EINVAL, "the index cannot hold the file '%s'", path);
        return NULL;
    }
    struct manifest_file *files =
        realloc(m->files, (m->file_count + 1) * sizeof *files);
    if (!files) {
        error_nomem(err);
        return NULL;
    }
    m->files = files;
    struct manifest_file *f = &m->files[m->file_count++];
    memset(f, 0, sizeof *f);
    memcpy(f->path, path, strlen(path) + 1);
    return f;
}

int manifest_add_file(struct manifest *m, const char *dir, const char *path,
                      struct nh_error *err)
{
    struct buf name = BUF_INIT;
    uint64_t hash, size;
    const char *full = file_join(&name, dir, path);
    int rc = full ? file_hash(full, &hash, &size, err) : error_nomem(err);
    buf_release(&name);
    if (rc != NH_OK)
        return rc;
    struct manifest_file *f = file_slot(m, path, err);
    if (!f)
        return NH_EINVAL;
    f->hash = hash;
    f->size = size;
    return NH_OK;
}

void manifest_drop_file(struct manifest *m, const char *path)
{
    for (size_t i = 0; i < m->file_count; i++)
        if (strcmp(m->files[i].path, path) == 0) {
            m->files[i] = m->files[--m->file_count];
            return;
        }
}

const struct manifest_file *manifest_find_file(const struct manifest *m,
                                               const char *path)
{
    for (size_t i = 0; i < m->file_count; i++)
        if (strcmp(m->files[i].path, path) == 0)
            return &m->files[i];
    return NULL;
}

/* The last line: the sum of all before it. */
static void sum_line(const char *text, size_t len, char line[40])
{
    snprintf(line, 40, "# nh sum %016" PRIx64 "\n", hash64(text, len));
}

/* ---- Writing. */

int manifest_write(const struct manifest *m, const char *dir,
                   struct nh_error *err)
{
    struct buf out = BUF_INIT, name = BUF_INIT;
    buf_printf(&out,
               "# newshound index, written by the program: do not edit\n"
               "# nh format %d\n# nh commit %" PRIu64 "\n"
               "# nh analysis %u %s\n# nh next %" PRIu32 "\n"
               "# nh last-segment %" PRIu64 "\n# nh dict %016" PRIx64 "\n",
               MANIFEST_FORMAT, m->commit, m->analysis, m->language, m->next,
               m->segment_number, m->dict);
    if (m->keep_lists)
        buf_append_str(&out, "# nh lists both\n");
    for (size_t i = 0; i < m->segment_count; i++) {
        const struct manifest_segment *s = &m->segments[i];
        buf_printf(&out,
                   "# nh segment %s %" PRIu32 " %" PRIu32 " %" PRIu32
                   " %016" PRIx64 " %" PRIu64 " %" PRIu32 "\n",
                   s->name, s->first, s->last, s->articles, s->dict,
                   s->tomb_commit, s->tombstones);
    }
    for (size_t i = 0; i < m->file_count; i++)
        buf_printf(&out, "# nh file %s %" PRIu64 " %016" PRIx64 "\n",
                   m->files[i].path, m->files[i].size, m->files[i].hash);
    for (size_t i = 0; i < m->segment_count; i++)
        buf_printf(&out, "glass %s\n", m->segments[i].name);
    if (!out.failed) {
        char line[40];
        sum_line(out.data, out.len, line);
        buf_append_str(&out, line);
    }
    const char *path = file_join(&name, dir, MANIFEST_NAME);
    int rc = path && !out.failed ? NH_OK : error_nomem(err);
    if (rc == NH_OK) /* the names of new segments, before they are needed */
        rc = file_sync(dir, err);
    if (rc == NH_OK)
        rc = file_replace(path, out.data, out.len, err);
    buf_release(&out);
    buf_release(&name);
    return rc;
}

/* ---- Reading. */

static int damaged(const char *where, const char *what, struct nh_error *err)
{
    return error_set(err, NH_ECORRUPT, "the manifest '%s' is damaged: %s",
                     where, what);
}

/* Returns whether a segment can have this name: none before it has. */
static bool segment_name_good(const struct manifest *m, const char *name)
{
    for (size_t i = 0; i < m->segment_count; i++)
        if (strcmp(m->segments[i].name, name) == 0)
            return false;
    return files_kind(name) == FOLDER_SEGMENT;
}

static bool parse_segment(struct manifest *m, const char *line,
                          struct nh_error *err)
{
    struct manifest_segment s;
    memset(&s, 0, sizeof s);
    return sscanf(line,
                  "%31s %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNx64
                  " %" SCNu64 " %" SCNu32,
                  s.name, &s.first, &s.last, &s.articles, &s.dict,
                  &s.tomb_commit, &s.tombstones) == 7 &&
           segment_name_good(m, s.name) && s.first >= 1 && s.first <= s.last &&
           s.last < m->next &&
           (m->segment_count == 0 ||
            s.first > m->segments[m->segment_count - 1].last) &&
           manifest_add_segment(m, &s, err) == NH_OK;
}

static bool parse_file(struct manifest *m, const char *line,
                       struct nh_error *err)
{
    struct manifest_file f;
    if (sscanf(line, "%63s %" SCNu64 " %" SCNx64, f.path, &f.size, &f.hash) !=
            3 ||
        !files_in_manifest(f.path))
        return false;
    struct manifest_file *slot = file_slot(m, f.path, err);
    if (slot)
        *slot = f;
    return slot != NULL;
}

static int parse_line(struct manifest *m, const char *key, const char *rest,
                      const char *where, struct nh_error *err)
{
    bool good = true;
    if (strcmp(key, "format") == 0) {
        if (atoi(rest) != MANIFEST_FORMAT)
            return error_set(err, NH_EVERSION,
                             "the index '%s' has format %.10s; this program "
                             "reads format %d",
                             where, rest, MANIFEST_FORMAT);
    } else if (strcmp(key, "requires") == 0) {
        return error_set(err, NH_EVERSION,
                         "the index '%s' needs a newer version of newshound "
                         "(%.60s)",
                         where, rest);
    } else if (strcmp(key, "commit") == 0) {
        good = sscanf(rest, "%" SCNu64, &m->commit) == 1;
    } else if (strcmp(key, "analysis") == 0) {
        good = sscanf(rest, "%u %31s", &m->analysis, m->language) == 2;
    } else if (strcmp(key, "lists") == 0) {
        m->keep_lists = strcmp(rest, "both") == 0;
        good = m->keep_lists;
    } else if (strcmp(key, "next") == 0) {
        good = sscanf(rest, "%" SCNu32, &m->next) == 1 && m->next >= 1;
    } else if (strcmp(key, "last-segment") == 0) {
        good = sscanf(rest, "%" SCNu64, &m->segment_number) == 1;
    } else if (strcmp(key, "dict") == 0) {
        good = sscanf(rest, "%" SCNx64, &m->dict) == 1;
    } else if (strcmp(key, "segment") == 0) {
        good = parse_segment(m, rest, err);
    } else if (strcmp(key, "file") == 0) {
        good = parse_file(m, rest, err);
    }
    return good ? NH_OK : damaged(where, key, err);
}

static int check_sum(const char *text, size_t len, const char *where,
                     struct nh_error *err)
{
    static const char mark[] = "# nh sum ";
    const size_t line = sizeof mark - 1 + 16 + 1;
    char expected[40];
    if (len < line || memcmp(text + len - line, mark, sizeof mark - 1) != 0)
        return damaged(where, "its end is missing", err);
    sum_line(text, len - line, expected);
    if (memcmp(text + len - line, expected, line) != 0)
        return damaged(where, "its checksum does not fit", err);
    return NH_OK;
}

int manifest_parse(struct manifest *m, struct slice text, const char *where,
                   struct nh_error *err)
{
    struct buf copy = BUF_INIT;
    memset(m, 0, sizeof *m);
    m->next = 1;
    buf_append(&copy, text.data, text.len);
    char *at = buf_cstr(&copy) ? copy.data : NULL;
    int rc = at ? NH_OK : error_nomem(err);
    if (rc == NH_OK && strstr(at, "# nh format ") == NULL)
        rc = error_set(err, NH_EVERSION,
                       "'%s' is a Xapian database but no newshound index",
                       where);
    bool format_known = false;
    /* The version is looked at before the checksum: a newer format may sum up
     * in another way. */
    for (char *line = at, *next; rc == NH_OK && line && *line; line = next) {
        char key[16];
        int used = 0;
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (sscanf(line, "# nh %15s %n", key, &used) == 1 && used > 0)
            rc = parse_line(m, key, line + used, where, err);
        if (rc == NH_OK && !format_known && strncmp(line, "# nh f", 6) == 0) {
            format_known = true;
            rc = check_sum(text.data, text.len, where, err);
        }
    }
    if (rc == NH_OK && !format_known)
        rc = damaged(where, "its format is missing", err);
    buf_release(&copy);
    if (rc != NH_OK)
        manifest_release(m);
    return rc;
}

int manifest_read(struct manifest *m, const char *dir, struct nh_error *err)
{
    struct buf name = BUF_INIT, text = BUF_INIT;
    memset(m, 0, sizeof *m);
    const char *path = file_join(&name, dir, MANIFEST_NAME);
    int rc = path ? file_read(path, &text, err) : error_nomem(err);
    if (rc == NH_ENOTFOUND) {
        error_set(err, NH_ENOTFOUND, "there is no index at '%s'", dir);
        rc = error_hint(
            err, rc, "make one with: newshound index -d %.200s PATH...", dir);
    }
    if (rc == NH_OK)
        rc = manifest_parse(m, (struct slice){text.data, text.len}, path, err);
    buf_release(&name);
    buf_release(&text);
    return rc;
}
