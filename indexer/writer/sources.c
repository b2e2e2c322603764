/* Owns the table of what was read.
 * Promises that an entry is believed only if its file has not changed since. */
#include "indexer/writer/sources.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/base/file.h"
#include "common/base/hash.h"

#define MAGIC SOURCES_MAGIC
#define NAME SOURCES_PREFIX
/* A file that changed this shortly before it was read may change again without
 * its time showing it (racy git). */
#define RACY_NS UINT64_C(2000000000)

static void source_release(struct source *e)
{
    free(e->articles.items);
    free(e->stale.items);
}

void sources_release(struct sources *s)
{
    for (uint32_t i = 0; i < s->names.count; i++)
        source_release(&s->items[i]);
    strtab_release(&s->names);
    free(s->items);
    memset(s, 0, sizeof *s);
}

/* ---- Lists. */

bool source_list_add(struct source_list *l, uint32_t docid)
{
    if (l->count == l->cap) {
        uint32_t *items = array_grow(l->items, &l->cap, sizeof *items);
        if (!items)
            return false;
        l->items = items;
    }
    l->items[l->count++] = docid;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void source_list_tidy(struct source_list *l)
{
    size_t n = 0;
    if (l->count)
        qsort(l->items, l->count, sizeof *l->items, by_number);
    for (size_t i = 0; i < l->count; i++)
        if (n == 0 || l->items[n - 1] != l->items[i])
            l->items[n++] = l->items[i];
    l->count = n;
}

bool source_list_has(const struct source_list *l, uint32_t docid)
{
    return l->count && bsearch(&docid, l->items, l->count, sizeof *l->items,
                               by_number) != NULL;
}

/* ---- Entries. */

struct source *sources_find(const struct sources *s, struct slice name)
{
    const uint32_t n = strtab_find(&s->names, name.data, name.len);
    return n == STRTAB_NONE || s->items[n].gone ? NULL : &s->items[n];
}

static struct source *entry(struct sources *s, const void *name, size_t len)
{
    const uint32_t known = s->names.count;
    if (s->cap == known) {
        struct source *items = array_grow(s->items, &s->cap, sizeof *items);
        if (!items)
            return NULL;
        s->items = items;
    }
    const uint32_t n = strtab_add(&s->names, name, len);
    if (n == STRTAB_NONE)
        return NULL;
    if (n == known)
        memset(&s->items[n], 0, sizeof s->items[n]);
    return &s->items[n];
}

struct source *sources_change(struct sources *s, struct slice name)
{
    const uint32_t known = s->names.count;
    struct source *e = entry(s, name.data, name.len);
    if (!e)
        return NULL;
    if (s->names.count > known || e->file != s->file_count)
        s->changed++;
    e->file = s->file_count;
    return e;
}

/* ---- Files on disk. */

static uint64_t nanoseconds(struct timespec t)
{
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

int source_look(const char *path, struct source_state *state,
                struct nh_error *err)
{
    struct stat st;
    struct timespec now;
    memset(state, 0, sizeof *state);
    if (stat(path, &st) != 0)
        return error_errno(err, errno, "read", path);
    clock_gettime(CLOCK_REALTIME, &now);
    state->size = (uint64_t)st.st_size;
    state->changed = nanoseconds(st.st_mtim);
    state->read = nanoseconds(now);
    return NH_OK;
}

int source_same(const struct source_state *was, const struct source_state *is)
{
    if (was->size != is->size || was->options != is->options)
        return 0;
    return was->changed == is->changed && was->changed + RACY_NS < was->read
               ? 1
               : -1;
}

/* ---- Reading. */

struct cursor {
    const uint8_t *at, *end;
    bool bad;
};

static uint64_t take(struct cursor *c)
{
    uint64_t value = 0;
    if (!c->bad && !varint_read(&c->at, c->end, &value))
        c->bad = true;
    return value;
}

static uint64_t take_fixed(struct cursor *c)
{
    if (c->bad || c->end - c->at < 8) {
        c->bad = true;
        return 0;
    }
    c->at += 8;
    return le_read(c->at - 8, 8);
}

static bool take_list(struct cursor *c, struct source_list *l)
{
    const uint64_t count = take(c);
    uint64_t docid = 0;
    l->count = 0;
    if (count > (uint64_t)(c->end - c->at))
        c->bad = true;
    for (uint64_t i = 0; !c->bad && i < count; i++) {
        docid += take(c);
        if (docid == 0 || docid > UINT32_MAX)
            c->bad = true;
        else if (!source_list_add(l, (uint32_t)docid))
            return false;
    }
    return true;
}

static int read_entry(struct sources *s, struct cursor *c, size_t file,
                      struct nh_error *err)
{
    const uint64_t len = take(c);
    if (c->bad || len == 0 || len >= (uint64_t)(c->end - c->at)) {
        c->bad = true;
        return NH_OK;
    }
    struct source *e = entry(s, c->at, (size_t)len);
    if (!e)
        return error_nomem(err);
    c->at += len;
    e->file = file;
    e->gone = *c->at++ != 0;
    if (e->gone)
        return NH_OK;
    e->state.size = take(c);
    e->state.changed = take_fixed(c);
    e->state.hash = take_fixed(c);
    e->state.options = take_fixed(c);
    e->state.read = take_fixed(c);
    return take_list(c, &e->articles) && take_list(c, &e->stale)
               ? NH_OK
               : error_nomem(err);
}

int sources_parse(struct sources *s, struct slice bytes, const char *where,
                  size_t file, struct nh_error *err)
{
    int rc = NH_OK;
    const uint8_t *start = (const uint8_t *)bytes.data;
    struct cursor c = {start, start + bytes.len, false};
    if (bytes.len < 16 || memcmp(bytes.data, MAGIC, 8) != 0 ||
        le_read(c.end - 8, 8) != hash64(bytes.data, bytes.len - 8))
        c.bad = true;
    if (!c.bad) {
        c.at += 8;
        c.end -= 8;
        const uint64_t count = take(&c);
        for (uint64_t i = 0; rc == NH_OK && !c.bad && i < count; i++)
            rc = read_entry(s, &c, file, err);
    }
    if (rc == NH_OK && (c.bad || c.at != c.end))
        rc = error_set(err, NH_ECORRUPT, "the table of sources '%s' is damaged",
                       where);
    return rc;
}

static int read_file(struct sources *s, const char *path, size_t file,
                     struct nh_error *err)
{
    struct buf bytes = BUF_INIT;
    int rc = file_read(path, &bytes, err);
    if (rc == NH_OK)
        rc = sources_parse(s, (struct slice){bytes.data, bytes.len}, path, file,
                           err);
    buf_release(&bytes);
    return rc;
}

static void file_name(uint64_t commit, char name[MANIFEST_PATH])
{
    snprintf(name, MANIFEST_PATH, NAME "%" PRIu64, commit);
}

/* The files that a manifest names, oldest first. */
static bool list_files(struct sources *s, const struct manifest *m)
{
    const size_t room = sizeof s->files / sizeof *s->files;
    for (size_t i = 0; i < m->file_count; i++) {
        const struct manifest_file *f = &m->files[i];
        uint64_t commit;
        if (sscanf(f->path, NAME "%" SCNu64, &commit) != 1)
            continue;
        if (s->file_count == room)
            return false;
        size_t at = s->file_count++;
        for (; at > 0 && s->files[at - 1].commit > commit; at--)
            s->files[at] = s->files[at - 1];
        s->files[at].commit = commit;
        s->files[at].bytes = f->size;
    }
    return true;
}

int sources_open(struct sources *s, const struct manifest *m, const char *dir,
                 struct nh_error *err)
{
    struct buf path = BUF_INIT;
    char name[MANIFEST_PATH];
    memset(s, 0, sizeof *s);
    int rc = list_files(s, m)
                 ? NH_OK
                 : error_set(err, NH_ECORRUPT,
                             "the manifest names too many tables of sources");
    for (size_t i = 0; rc == NH_OK && i < s->file_count; i++) {
        file_name(s->files[i].commit, name);
        rc = file_join(&path, dir, name) ? read_file(s, path.data, i, err)
                                         : error_nomem(err);
    }
    buf_release(&path);
    return rc;
}

/* ---- Writing. */

static void put_list(struct buf *out, const struct source_list *l)
{
    uint32_t last = 0;
    buf_append_varint(out, l->count);
    for (size_t i = 0; i < l->count; last = l->items[i++])
        buf_append_varint(out, l->items[i] - last);
}

static void put_entry(struct buf *out, const struct sources *s, uint32_t n)
{
    const struct strtab_entry *name = &s->names.entries[n];
    const struct source *e = &s->items[n];
    buf_append_varint(out, name->len);
    buf_append(out, name->data, name->len);
    buf_append_byte(out, e->gone);
    if (e->gone)
        return;
    buf_append_varint(out, e->state.size);
    buf_append_le(out, e->state.changed, 8);
    buf_append_le(out, e->state.hash, 8);
    buf_append_le(out, e->state.options, 8);
    buf_append_le(out, e->state.read, 8);
    put_list(out, &e->articles);
    put_list(out, &e->stale);
}

/* The entries of files from `first` on; those that are gone need no entry where
 * no older file has one. */
static void put_entries(struct buf *out, const struct sources *s, size_t first)
{
    uint64_t count = 0;
    struct buf entries = BUF_INIT;
    for (uint32_t n = 0; n < s->names.count; n++)
        if (s->items[n].file >= first && !(s->items[n].gone && first == 0)) {
            put_entry(&entries, s, n);
            count++;
        }
    buf_append_str(out, MAGIC);
    buf_append_varint(out, count);
    buf_append(out, entries.data, entries.len);
    out->failed = out->failed || entries.failed;
    if (!out->failed)
        buf_append_le(out, hash64(out->data, out->len), 8);
    buf_release(&entries);
}

/* The first of the files that the changes are to be joined with. */
static size_t first_joined(const struct sources *s, uint64_t bytes)
{
    size_t first = s->file_count;
    while (first > 0 && (s->files[first - 1].bytes <= 2 * bytes ||
                         s->file_count == sizeof s->files / sizeof *s->files)) {
        bytes += s->files[--first].bytes;
    }
    return first;
}

int sources_write(struct sources *s, struct manifest *m, const char *dir,
                  uint64_t commit, struct nh_error *err)
{
    struct buf out = BUF_INIT, path = BUF_INIT;
    char name[MANIFEST_PATH];
    if (s->changed == 0)
        return NH_OK;
    put_entries(&out, s, s->file_count);
    const size_t first = first_joined(s, out.len);
    if (first < s->file_count) {
        buf_reset(&out);
        put_entries(&out, s, first);
    }
    file_name(commit, name);
    int rc = !out.failed && file_join(&path, dir, name)
                 ? file_replace(path.data, out.data, out.len, err)
                 : error_nomem(err);
    if (rc == NH_OK)
        rc = manifest_add_file(m, dir, name, err);
    if (rc == NH_OK) {
        for (size_t i = first; i < s->file_count; i++) {
            file_name(s->files[i].commit, name);
            manifest_drop_file(m, name);
        }
        for (uint32_t n = 0; n < s->names.count; n++)
            if (s->items[n].file > first)
                s->items[n].file = first;
        s->files[first].commit = commit;
        s->files[first].bytes = out.len;
        s->file_count = first + 1;
        s->changed = 0;
    }
    buf_release(&out);
    buf_release(&path);
    return rc;
}
