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

static void write_options(const struct kept_options *o, struct buf *out)
{
    for (enum kept_option i = 0; i < KEPT_COUNT; i++) {
        if (!o->known[i])
            continue;
        buf_append_str(out, "# nh option ");
        kept_write(o, i, out);
        buf_append_byte(out, '\n');
    }
}

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
    write_options(&m->options, &out);
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

/* Takes a number in decimal, or in hexadecimal where `base` is 16, and the
 * space behind it. False if there is none up to `most`. */
static bool take_number(const char **p, unsigned base, uint64_t most,
                        uint64_t *out)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t value = 0;
    const char *start = *p, *digit;
    for (; **p && (digit = memchr(digits, **p, base)) != NULL; ++*p) {
        const unsigned d = (unsigned)(digit - digits);
        if (d > most || value > (most - d) / base)
            return false;
        value = value * base + d;
    }
    const bool any = *p > start;
    *out = value;
    if (**p == ' ')
        ++*p;
    return any;
}

static bool take_u32(const char **p, uint32_t *out)
{
    uint64_t value;
    const bool good = take_number(p, 10, UINT32_MAX, &value);
    *out = (uint32_t)value;
    return good;
}

/* Takes a word of less than `size` bytes, and the space behind it. */
static bool take_word(const char **p, char *out, size_t size)
{
    const size_t len = strcspn(*p, " ");
    if (len == 0 || len >= size)
        return false;
    memcpy(out, *p, len);
    out[len] = '\0';
    *p += len + ((*p)[len] == ' ');
    return true;
}

/* Returns whether the manifest's next segment can have this name: a folder that
 * was made, which no segment before it has. */
static bool segment_name_good(const struct manifest *m, const char *name)
{
    const char *digits = name + 4;
    uint64_t number;
    for (size_t i = 0; i < m->segment_count; i++)
        if (strcmp(m->segments[i].name, name) == 0)
            return false;
    return files_kind(name) == FOLDER_SEGMENT &&
           take_number(&digits, 10, m->segment_number, &number);
}

static bool read_segment(struct manifest *m, const char *p,
                         struct nh_error *err)
{
    struct manifest_segment s;
    memset(&s, 0, sizeof s);
    return take_word(&p, s.name, sizeof s.name) && take_u32(&p, &s.first) &&
           take_u32(&p, &s.last) && take_u32(&p, &s.articles) &&
           take_number(&p, 16, UINT64_MAX, &s.dict) &&
           take_number(&p, 10, m->commit, &s.tomb_commit) &&
           take_u32(&p, &s.tombstones) && *p == '\0' &&
           segment_name_good(m, s.name) && s.first >= 1 && s.first <= s.last &&
           s.last < m->next && s.articles >= 1 &&
           s.articles - 1 <= s.last - s.first && s.tombstones <= s.articles &&
           (s.tomb_commit || s.tombstones == 0) &&
           (m->segment_count == 0 ||
            s.first > m->segments[m->segment_count - 1].last) &&
           manifest_add_segment(m, &s, err) == NH_OK;
}

static bool read_file(struct manifest *m, const char *p, struct nh_error *err)
{
    struct manifest_file f;
    memset(&f, 0, sizeof f);
    if (!take_word(&p, f.path, sizeof f.path) ||
        !take_number(&p, 10, INT64_MAX, &f.size) ||
        !take_number(&p, 16, UINT64_MAX, &f.hash) || *p ||
        !files_in_manifest(f.path) || manifest_find_file(m, f.path))
        return false;
    struct manifest_file *slot = file_slot(m, f.path, err);
    if (slot)
        *slot = f;
    return slot != NULL;
}

static bool read_commit(struct manifest *m, const char *p, struct nh_error *err)
{
    (void)err;
    return take_number(&p, 10, MANIFEST_COUNT_MAX, &m->commit) && !*p;
}

static bool read_analysis(struct manifest *m, const char *p,
                          struct nh_error *err)
{
    uint32_t version;
    (void)err;
    const bool good = take_u32(&p, &version) &&
                      take_word(&p, m->language, sizeof m->language) && !*p;
    m->analysis = version;
    return good;
}

static bool read_next(struct manifest *m, const char *p, struct nh_error *err)
{
    (void)err;
    return take_u32(&p, &m->next) && m->next >= 1 && !*p;
}

static bool read_last_segment(struct manifest *m, const char *p,
                              struct nh_error *err)
{
    (void)err;
    return take_number(&p, 10, MANIFEST_COUNT_MAX, &m->segment_number) && !*p;
}

static bool read_dict(struct manifest *m, const char *p, struct nh_error *err)
{
    (void)err;
    return take_number(&p, 16, UINT64_MAX, &m->dict) && !*p;
}

static bool read_lists(struct manifest *m, const char *p, struct nh_error *err)
{
    (void)err;
    m->keep_lists = true;
    return strcmp(p, "both") == 0;
}

static bool read_option(struct manifest *m, const char *p, struct nh_error *err)
{
    return kept_read(&m->options, p, err) == NH_OK;
}

/* What stands behind "# nh ", in the order in which it is written. */
static const struct {
    const char *key;
    bool (*read)(struct manifest *m, const char *rest, struct nh_error *err);
    enum { ONCE, AT_MOST_ONCE, MANY } times;
} entries[] = {
    {"commit", read_commit, ONCE}, {"analysis", read_analysis, ONCE},
    {"next", read_next, ONCE},     {"last-segment", read_last_segment, ONCE},
    {"dict", read_dict, ONCE},     {"lists", read_lists, AT_MOST_ONCE},
    {"option", read_option, MANY}, {"segment", read_segment, MANY},
    {"file", read_file, MANY}};
#define ENTRIES (sizeof entries / sizeof *entries)

/* Reads an entry; `seen` counts them. Keys that are not known were added by a
 * version whose indexes this one can read: "requires" would say otherwise. */
static int read_entry(struct manifest *m, const char *key, const char *rest,
                      unsigned seen[ENTRIES], const char *where,
                      struct nh_error *err)
{
    if (strcmp(key, "format") == 0 &&
        (atoi(rest) != MANIFEST_FORMAT || strlen(rest) > 9))
        return error_set(err, NH_EVERSION,
                         "the index '%s' has format %.10s; this program "
                         "reads format %d",
                         where, rest, MANIFEST_FORMAT);
    if (strcmp(key, "requires") == 0)
        return error_set(err, NH_EVERSION,
                         "the index '%s' needs a newer version of newshound "
                         "(%.60s)",
                         where, rest);
    struct nh_error why = {.code = NH_OK};
    for (size_t i = 0; i < ENTRIES; i++)
        if (strcmp(key, entries[i].key) == 0 &&
            ((seen[i]++ > 0 && entries[i].times != MANY) ||
             !entries[i].read(m, rest, &why)))
            return why.code == NH_EVERSION
                       ? error_set(err, NH_EVERSION, "%s: '%s'", why.message,
                                   where)
                       : damaged(where, key, err);
    return NH_OK;
}

/* Reads a line "glass NAME", one for each segment in their order. */
static bool read_stub(const struct manifest *m, const char *line, size_t *stubs)
{
    return strncmp(line, "glass ", 6) == 0 && *stubs < m->segment_count &&
           strcmp(line + 6, m->segments[(*stubs)++].name) == 0;
}

static bool names_dict(const struct manifest *m, uint64_t hash)
{
    char name[MANIFEST_PATH];
    manifest_dict_name(hash, name);
    return manifest_find_file(m, name) != NULL;
}

/* Returns whether the manifest names all files that a segment needs. */
static bool segment_complete(const struct manifest *m,
                             const struct manifest_segment *s)
{
    static const char *const needed[] = {VERSION_NAME,    TABLE_NAME,
                                         ARTICLES_NAME,   BLOCKS_NAME,
                                         VOCABULARY_NAME, COPIES_NAME};
    char name[MANIFEST_PATH];
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        snprintf(name, sizeof name, "%s/%s", s->name, needed[i]);
        if (!manifest_find_file(m, name))
            return false;
    }
    manifest_tomb_name(s, name);
    return names_dict(m, s->dict) &&
           (!s->tomb_commit || manifest_find_file(m, name));
}

/* Looks that nothing is missing. */
static int check_whole(const struct manifest *m, const unsigned seen[ENTRIES],
                       size_t stubs, const char *where, struct nh_error *err)
{
    for (size_t i = 0; i < ENTRIES; i++)
        if (seen[i] == 0 && entries[i].times == ONCE)
            return damaged(where, entries[i].key, err);
    for (size_t i = 0; i < m->segment_count; i++)
        if (!segment_complete(m, &m->segments[i]))
            return damaged(where, "a file of a segment is missing", err);
    if (m->dict ? !names_dict(m, m->dict) : m->segment_count > 0)
        return damaged(where, "its dictionary is missing", err);
    return stubs == m->segment_count
               ? NH_OK
               : damaged(where, "its list for Xapian", err);
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

/* Reads the lines of a text, which are cut apart. */
static int read_lines(struct manifest *m, char *at, struct slice text,
                      const char *where, struct nh_error *err)
{
    unsigned seen[ENTRIES] = {0};
    size_t stubs = 0;
    bool format_known = false;
    int rc = NH_OK;
    /* The version is looked at before the checksum: a newer format may sum up
     * in another way. */
    for (char *line = at, *next; rc == NH_OK && line && *line; line = next) {
        char key[16];
        int used = 0;
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (sscanf(line, "# nh %15s %n", key, &used) == 1 && used > 0)
            rc = read_entry(m, key, line + used, seen, where, err);
        else if (*line != '#' && !read_stub(m, line, &stubs))
            rc = damaged(where, "its list for Xapian", err);
        if (rc == NH_OK && !format_known &&
            strncmp(line, "# nh format ", 12) == 0) {
            format_known = true;
            rc = check_sum(text.data, text.len, where, err);
        }
    }
    if (rc == NH_OK && !format_known)
        rc = damaged(where, "its format is missing", err);
    return rc == NH_OK ? check_whole(m, seen, stubs, where, err) : rc;
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
    if (rc == NH_OK &&
        (text.len > MANIFEST_BYTES_MAX || memchr(text.data, '\0', text.len)))
        rc = damaged(where, "it is no text of a manifest", err);
    if (rc == NH_OK)
        rc = read_lines(m, at, text, where, err);
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
