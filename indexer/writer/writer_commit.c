/* Owns commits and merges.
 * Promises that readers see the last commit until the next one is complete,
 * whatever happens in between. */
#include "indexer/writer/index_writer_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/blocks.h"
#include "common/store/tombstones.h"
#include "common/store/vocabulary.h"
#include "indexer/segment/merge.h"
#include "indexer/writer/index_lock.h"

/* ---- Committing. */

/* Puts the files of a finished segment on disk and into the manifest. */
static int adopt_files(struct index_writer *w, const char *segment,
                       struct nh_error *err)
{
    char relative[MANIFEST_PATH];
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < FILES_OF_SEGMENT; i++) {
        snprintf(relative, sizeof relative, "%s/%s", segment,
                 files_of_segment[i]);
        char *path = writer_path(w->dir, relative);
        if (!path)
            return error_nomem(err);
        bool found;
        rc = file_find(path, &found, err);
        if (rc == NH_OK && found) {
            rc = file_sync(path, err);
            if (rc == NH_OK)
                rc = manifest_add_file(&w->manifest, w->dir, relative, err);
        }
        free(path);
    }
    return rc;
}

/* The files of a segment that have nothing to do with its tables. */
struct side_files {
    struct index_writer *w;
    const char *folder;
    int rc;
    struct nh_error error;
};

static void *write_side_files(void *arg)
{
    struct side_files *s = arg;
    struct index_writer *w = s->w;
    s->rc = articles_writer_close(&w->out, w->last, &s->error);
    if (s->rc == NH_OK)
        s->rc = vocabulary_writer_write(&w->words, s->folder, w->stemmer,
                                        &s->error);
    if (s->rc == NH_OK)
        s->rc = copies_list_write(&w->copies, s->folder, w->first, w->last,
                                  &s->error);
    return NULL;
}

/* Writes the tables and, beside them if there may be two threads, the rest. */
static int write_segment(struct index_writer *w, const char *folder,
                         struct nh_error *err)
{
    struct side_files side = {.w = w, .folder = folder};
    pthread_t thread;
    const bool beside =
        segment_builder_threads(w->builder) > 1 &&
        pthread_create(&thread, NULL, write_side_files, &side) == 0;
    if (!beside)
        write_side_files(&side);
    int rc = NH_OK;
    if (beside || side.rc == NH_OK)
        rc = segment_builder_finish(w->builder, folder, err);
    if (beside)
        pthread_join(thread, NULL);
    if (rc == NH_OK && side.rc != NH_OK && err)
        *err = side.error;
    return rc != NH_OK ? rc : side.rc;
}

static int finish_segment(struct index_writer *w, struct nh_error *err)
{
    struct manifest_segment s;
    memset(&s, 0, sizeof s);
    char *folder = writer_path(w->dir, w->name);
    int rc = folder ? write_segment(w, folder, err) : error_nomem(err);
    vocabulary_writer_reset(&w->words);
    copies_list_release(&w->copies);
    w->batches = 0;
    if (rc == NH_OK)
        rc = adopt_files(w, w->name, err);
    if (rc == NH_OK)
        rc = file_sync(folder, err);
    if (rc == NH_OK) {
        memcpy(s.name, w->name, sizeof s.name);
        s.first = w->first;
        s.last = w->last;
        s.articles = w->articles;
        s.dict = w->dict->hash;
        w->manifest.segment_number++;
        w->manifest.next = w->last + 1;
        rc = manifest_add_segment(&w->manifest, &s, err);
        w->open = false;
    }
    free(folder);
    return rc;
}

/* Tombstones of a segment, a bit for each article; *changed if this run added
 * some of them. */
static uint8_t *tombstone_bits(const struct index_writer *w,
                               const struct manifest_segment *s, bool *changed)
{
    size_t bytes = (size_t)(s->last - s->first) / 8 + 1;
    uint8_t *bits = calloc(bytes, 1);
    const struct snapshot_segment *old =
        snapshot_segment(&w->snapshot, s->first);
    *changed = false;
    if (bits && old && old->tombstones)
        memcpy(bits, old->tombstones, bytes);
    for (size_t i = 0; bits && i < w->new_tombstone_count; i++) {
        uint32_t n = w->new_tombstones[i] - s->first;
        if (w->new_tombstones[i] < s->first || w->new_tombstones[i] > s->last)
            continue;
        bits[n / 8] |= (uint8_t)(1u << (n % 8));
        *changed = true;
    }
    return bits;
}

static int save_tombstones(struct index_writer *w, struct manifest_segment *s,
                           const uint8_t *bits, struct nh_error *err)
{
    char name[MANIFEST_PATH];
    struct buf file = BUF_INIT;
    size_t span = (size_t)(s->last - s->first) + 1, count = 0;
    uint32_t *list = malloc(span * sizeof *list);
    if (!list)
        return error_nomem(err);
    for (uint32_t n = 0; n < span; n++)
        if (bits[n / 8] & (1u << (n % 8)))
            list[count++] = s->first + n;
    if (s->tomb_commit) {
        manifest_tomb_name(s, name);
        manifest_drop_file(&w->manifest, name);
    }
    s->tombstones = (uint32_t)count;
    s->tomb_commit = w->manifest.commit;
    manifest_tomb_name(s, name);
    tombstones_write(list, count, &file);
    char *path = writer_path(w->dir, name);
    int rc = path && !file.failed ? file_replace(path, file.data, file.len, err)
                                  : error_nomem(err);
    if (rc == NH_OK)
        rc = manifest_add_file(&w->manifest, w->dir, name, err);
    free(path);
    free(list);
    buf_release(&file);
    return rc;
}

static int apply_burials(struct index_writer *w, struct nh_error *err)
{
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < w->manifest.segment_count; i++) {
        bool changed;
        struct manifest_segment *s = &w->manifest.segments[i];
        uint8_t *bits = tombstone_bits(w, s, &changed);
        if (!bits)
            rc = error_nomem(err);
        else if (changed)
            rc = save_tombstones(w, s, bits, err);
        free(bits);
    }
    return rc;
}

/* Shows the new commit to writer_resolve and forgets what it covers. */
static int renew_snapshot(struct index_writer *w, struct nh_error *err)
{
    struct snapshot next;
    int rc = snapshot_open(&next, w->dir, err);
    if (rc != NH_OK)
        return rc;
    pthread_mutex_lock(&w->mutex);
    struct snapshot old = w->snapshot;
    w->snapshot = next;
    if (!run_table_forget(&w->run, w->manifest.next - 1))
        rc = error_nomem(err);
    pthread_mutex_unlock(&w->mutex);
    snapshot_close(&old);
    w->new_tombstone_count = 0;
    return rc;
}

/* Makes the manifest that of the index, if nobody else did so meanwhile. */
static int replace_manifest(struct index_writer *w, struct nh_error *err)
{
    struct manifest now;
    int rc = index_lock_check(&w->lock, w->dir, err);
    if (rc == NH_OK)
        rc = manifest_read(&now, w->dir, err);
    if (rc != NH_OK)
        return rc;
    if (now.commit != w->committed)
        rc = error_set(err, NH_ELOCKED,
                       "another process has written the index '%s' meanwhile: "
                       "what is not committed is left out",
                       w->dir);
    manifest_release(&now);
    if (rc == NH_OK)
        rc = manifest_write(&w->manifest, w->dir, err);
    if (rc == NH_OK)
        w->committed = w->manifest.commit;
    if (rc == NH_OK)
        w->options_changed = false;
    return rc;
}

int writer_commit(struct index_writer *w, struct nh_error *err)
{
    int rc = NH_OK;
    if (!w->open && w->new_tombstone_count == 0 && w->sources.changed == 0 &&
        !w->options_changed)
        return NH_OK;
    w->manifest.commit++;
    if (w->open)
        rc = finish_segment(w, err);
    if (rc == NH_OK)
        rc = apply_burials(w, err);
    if (rc == NH_OK) {
        pthread_mutex_lock(&w->mutex);
        rc = sources_write(&w->sources, &w->manifest, w->dir,
                           w->manifest.commit, err);
        pthread_mutex_unlock(&w->mutex);
    }
    if (rc == NH_OK)
        rc = replace_manifest(w, err);
    if (rc == NH_OK)
        rc = renew_snapshot(w, err);
    if (rc == NH_OK)
        index_sweep(w->dir, &w->manifest, true);
    return rc;
}

/* ---- Merging. */

/* Takes the last `count` segments and their files out of the manifest. */
static void drop_segments(struct manifest *m, size_t count)
{
    for (size_t i = m->segment_count - count; i < m->segment_count; i++) {
        const struct manifest_segment *s = &m->segments[i];
        char name[MANIFEST_PATH];
        for (size_t f = 0; f < FILES_OF_SEGMENT; f++) {
            snprintf(name, sizeof name, "%s/%s", s->name, files_of_segment[f]);
            manifest_drop_file(m, name);
        }
        manifest_tomb_name(s, name);
        manifest_drop_file(m, name);
    }
    m->segment_count -= count;
}

/* Drops the dictionaries that no segment uses and that are not the newest. */
static void drop_dicts(struct manifest *m, const struct snapshot *before)
{
    for (size_t i = 0; i < before->dict_count; i++) {
        uint64_t hash = before->dicts[i]->hash;
        char name[MANIFEST_PATH];
        bool used = hash == m->dict;
        for (size_t s = 0; s < m->segment_count; s++)
            used |= m->segments[s].dict == hash;
        manifest_dict_name(hash, name);
        if (!used)
            manifest_drop_file(m, name);
    }
}

uint64_t writer_tombstones(const struct index_writer *w)
{
    uint64_t count = 0;
    for (size_t i = 0; i < w->manifest.segment_count; i++)
        count += w->manifest.segments[i].tombstones;
    return count;
}

int writer_merge(struct index_writer *w, size_t count, struct nh_error *err)
{
    struct manifest_segment merged;
    struct manifest *m = &w->manifest;
    memset(&merged, 0, sizeof merged);
    if (count == 0 || count > m->segment_count)
        return NH_OK;
    if (!segment_builder_bulk(w->builder))
        return error_set(err, NH_EUNSUPPORTED,
                         "segments can only be merged by newshound's own "
                         "writer, which does not know this libxapian's tables");
    int rc = writer_name_segment(w, merged.name, err);
    if (rc != NH_OK)
        return rc;
    m->segment_number++;
    m->commit++;
    char *folder = writer_path(w->dir, merged.name);
    rc = folder ? merge_write(&w->snapshot, w->snapshot.count - count, count,
                              w->dict, w->stemmer, folder, &merged, err)
                : error_nomem(err);
    if (rc == NH_OK) {
        drop_segments(m, count);
        if (merged.articles > 0) {
            rc = adopt_files(w, merged.name, err);
            if (rc == NH_OK)
                rc = file_sync(folder, err);
            if (rc == NH_OK)
                rc = manifest_add_segment(m, &merged, err);
        }
        drop_dicts(m, &w->snapshot);
    }
    if (rc != NH_OK && folder)
        file_remove_dir(folder);
    free(folder);
    /* From here on the folder may be part of a commit, whatever goes wrong. */
    if (rc == NH_OK)
        rc = replace_manifest(w, err);
    if (rc == NH_OK)
        rc = renew_snapshot(w, err);
    if (rc == NH_OK)
        index_sweep(w->dir, m, true);
    return rc;
}

int writer_merge_due(struct index_writer *w, struct nh_error *err)
{
    size_t due = segment_builder_bulk(w->builder) ? merge_due(&w->manifest) : 0;
    return due ? writer_merge(w, due, err) : NH_OK;
}
