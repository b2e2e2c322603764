/* Owns the segment in progress: which articles are new, their numbers, and
 * where they are stored. writer_commit.c has what makes it seen. */
#include "indexer/writer/index_writer_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/text/analysis.h"
#include "indexer/writer/index_lock.h"

/* A segment is committed at the latest after this much text. */
#define SEGMENT_TEXT_MAX ((uint64_t)1 << 30)

/* ---- Opening. */

char *writer_path(const char *dir, const char *name)
{
    struct buf b = BUF_INIT;
    return file_join(&b, dir, name) ? b.data : NULL;
}

static int check_settings(const struct index_writer *w,
                          const struct index_settings *settings,
                          struct nh_error *err)
{
    const struct manifest *m = &w->manifest;
    const char *language = settings->language;
    if (language && strcmp(language, m->language) != 0)
        return error_set(err, NH_EINVAL,
                         "the index '%s' is in language '%s', not '%s'", w->dir,
                         m->language, language);
    if (settings->keep_lists && !m->keep_lists)
        return error_set(err, NH_EINVAL,
                         "the index '%s' was made without --xapian-lists: only "
                         "a new one can have them",
                         w->dir);
    return NH_OK;
}

/* Brings into the manifest the options that the run was given. An index that
 * holds nothing takes any. */
static int merge_options(struct manifest *m, const char *dir,
                         const struct index_settings *settings, bool *changed,
                         struct nh_error *err)
{
    *changed = false;
    if (!settings->options)
        return NH_OK;
    return kept_merge(&m->options, settings->options,
                      settings->change || m->commit == 0, dir, changed, err);
}

int writer_options(const char *dir, const struct index_settings *settings,
                   struct kept_options *out, struct nh_error *err)
{
    struct manifest m;
    bool changed;
    int rc = manifest_read(&m, dir, err);
    if (rc == NH_OK || rc == NH_ENOTFOUND)
        rc = merge_options(&m, dir, settings, &changed, err);
    *out = m.options;
    manifest_release(&m);
    return rc;
}

static int start_manifest(struct index_writer *w,
                          const struct index_settings *settings,
                          struct nh_error *err)
{
    const char *language = settings->language;
    int rc = manifest_read(&w->manifest, w->dir, err);
    struct stemmer *probe = NULL;
    if (rc == NH_OK) {
        rc = check_settings(w, settings, err);
        return rc == NH_OK ? merge_options(&w->manifest, w->dir, settings,
                                           &w->options_changed, err)
                           : rc;
    }
    if (rc != NH_ENOTFOUND)
        return rc;
    memset(&w->manifest, 0, sizeof w->manifest);
    w->manifest.next = 1;
    w->manifest.analysis = ANALYSIS_VERSION;
    w->manifest.keep_lists = settings->keep_lists;
    snprintf(w->manifest.language, sizeof w->manifest.language, "%s",
             language ? language : "english");
    rc = stemmer_new(&probe, w->manifest.language, err);
    stemmer_free(probe);
    if (rc == NH_OK)
        rc = merge_options(&w->manifest, w->dir, settings, &w->options_changed,
                           err);
    if (rc == NH_OK)
        rc = manifest_write(&w->manifest, w->dir, err);
    if (rc == NH_OK) /* its folder may be new, and in one that is not ours */
        file_sync_parent(w->dir, NULL);
    return rc;
}

/* The newest dictionary of the index, if it has one. */
static int start_dict(struct index_writer *w, struct nh_error *err)
{
    char name[MANIFEST_PATH];
    struct buf path = BUF_INIT, file = BUF_INIT;
    int rc = NH_OK;
    if (w->manifest.dict != 0) {
        manifest_dict_name(w->manifest.dict, name);
        rc = file_join(&path, w->dir, name) ? file_read(path.data, &file, err)
                                            : error_nomem(err);
        if (rc == NH_OK)
            rc = dict_load(&w->dict, (struct slice){file.data, file.len},
                           path.data, err);
    }
    buf_release(&path);
    buf_release(&file);
    return rc;
}

int writer_open(struct index_writer **out, const char *dir,
                const struct index_settings *settings, enum builder_kind kind,
                struct nh_error *err)
{
    const struct index_settings defaults = {.language = NULL};
    *out = NULL;
    struct index_writer *w = calloc(1, sizeof *w);
    if (!w)
        return error_nomem(err);
    w->lock = (struct index_lock)INDEX_LOCK_INIT;
    pthread_mutex_init(&w->mutex, NULL);
    size_t len = strlen(dir) + 1;
    w->dir = malloc(len);
    w->build_dir = writer_path(dir, BUILD_NAME);
    int rc = w->dir && w->build_dir ? NH_OK : error_nomem(err);
    if (rc == NH_OK) {
        memcpy(w->dir, dir, len);
        rc = index_lock(&w->lock, dir, err);
    }
    if (rc == NH_OK)
        rc = start_manifest(w, settings ? settings : &defaults, err);
    if (rc == NH_OK) {
        w->committed = w->manifest.commit;
        index_sweep(dir, &w->manifest, false);
        rc = snapshot_open(&w->snapshot, dir, err);
    }
    if (rc == NH_OK)
        rc = snapshot_current(&w->snapshot, err);
    if (rc == NH_OK)
        rc = sources_open(&w->sources, &w->manifest, dir, err);
    if (rc == NH_OK)
        rc = start_dict(w, err);
    if (rc == NH_OK)
        rc = stemmer_new(&w->stemmer, w->manifest.language, err);
    if (rc == NH_OK)
        rc = segment_builder_new(&w->builder, kind, w->build_dir, err);
    if (rc == NH_OK && w->manifest.keep_lists)
        segment_builder_keep_lists(w->builder);
    w->next = w->manifest.next;
    if (rc != NH_OK)
        writer_close(w);
    else
        *out = w;
    return rc;
}

int writer_open_existing(struct index_writer **out, const char *dir,
                         const struct index_settings *settings,
                         enum builder_kind kind, struct nh_error *err)
{
    struct manifest m;
    *out = NULL;
    int rc = manifest_read(&m, dir, err);
    manifest_release(&m);
    return rc == NH_OK ? writer_open(out, dir, settings, kind, err) : rc;
}

void writer_continue(struct index_writer *w, const struct manifest *other)
{
    w->manifest.commit = other->commit;
    w->manifest.segment_number = other->segment_number;
    w->manifest.next = w->next = other->next;
}

void writer_close(struct index_writer *w)
{
    if (!w)
        return;
    if (w->open) {
        char *path = writer_path(w->dir, w->name);
        articles_writer_abort(&w->out);
        if (path)
            file_remove_dir(path);
        free(path);
    }
    segment_builder_free(w->builder);
    snapshot_close(&w->snapshot);
    sources_release(&w->sources);
    manifest_release(&w->manifest);
    dict_free(w->dict);
    run_table_release(&w->run);
    vocabulary_writer_release(&w->words);
    copies_list_release(&w->copies);
    stemmer_free(w->stemmer);
    free(w->new_tombstones);
    index_unlock(&w->lock);
    pthread_mutex_destroy(&w->mutex);
    free(w->build_dir);
    free(w->dir);
    free(w);
}

const struct manifest *writer_manifest(const struct index_writer *w)
{
    return &w->manifest;
}

const struct dict *writer_dict(const struct index_writer *w)
{
    return w->dict;
}

bool writer_dict_general(const struct index_writer *w)
{
    struct slice file = dict_builtin_file();
    return !w->dict ||
           (file.len >= 16 &&
            le_read((const uint8_t *)file.data + 8, 8) == w->dict->hash);
}

int writer_set_dict(struct index_writer *w, struct dict *dict,
                    struct slice file, struct nh_error *err)
{
    char name[MANIFEST_PATH];
    struct buf path = BUF_INIT;
    manifest_dict_name(dict->hash, name);
    int rc = file_join(&path, w->dir, name)
                 ? file_replace(path.data, file.data, file.len, err)
                 : error_nomem(err);
    if (rc == NH_OK)
        rc = manifest_add_file(&w->manifest, w->dir, name, err);
    buf_release(&path);
    if (rc != NH_OK) {
        dict_free(dict);
        return rc;
    }
    dict_free(w->dict);
    w->dict = dict;
    w->manifest.dict = dict->hash;
    return NH_OK;
}

struct segment_builder *writer_builder(struct index_writer *w)
{
    return w->builder;
}

/* ---- Deciding. */

static int take_number(struct index_writer *w, struct writer_verdict *v,
                       struct nh_error *err)
{
    /* Xapian numbers documents over all segments in 32 bits. */
    uint64_t segments = w->snapshot.count + 1;
    if (((uint64_t)w->next + 1) * segments > UINT32_MAX)
        return error_set(err, NH_EINVAL,
                         "the index is full: %u article numbers in %llu "
                         "segments",
                         (unsigned)w->next, (unsigned long long)segments);
    v->docid = v->has = w->next++;
    return NH_OK;
}

/* An article whose id this run has met before. */
static int resolve_again(struct index_writer *w, struct run_entry *entry,
                         uint64_t hash, struct writer_verdict *v,
                         struct nh_error *err)
{
    if (entry->content == hash && !entry->deleted) {
        v->fate = FATE_UNCHANGED;
        v->has = entry->docid;
        return NH_OK;
    }
    v->fate = entry->deleted ? FATE_ADDED : FATE_REPLACED;
    v->buries = entry->deleted ? 0 : entry->docid;
    int rc = take_number(w, v, err);
    if (rc == NH_OK) {
        entry->docid = v->docid;
        entry->content = hash;
        entry->deleted = false;
    }
    return rc;
}

static int resolve_locked(struct index_writer *w, struct slice id,
                          uint64_t hash, struct writer_verdict *v,
                          struct nh_error *err)
{
    struct run_entry fresh = {{0, 0}, hash, 0, false};
    struct article_record record;
    uint32_t old;
    hash128(id.data, id.len, fresh.id);
    struct run_entry *entry = run_table_find(&w->run, fresh.id);
    if (entry)
        return resolve_again(w, entry, hash, v, err);
    int rc = snapshot_find(&w->snapshot, id, &old, err);
    if (rc == NH_OK) {
        rc = snapshot_record(&w->snapshot, old, &record, NULL, err);
        if (rc == NH_OK && record.hash == hash) {
            v->fate = FATE_UNCHANGED;
            v->has = old;
            return NH_OK;
        }
        v->fate = FATE_REPLACED;
        v->buries = old;
    } else if (rc == NH_ENOTFOUND) {
        v->fate = FATE_ADDED;
        rc = NH_OK;
    }
    if (rc == NH_OK)
        rc = take_number(w, v, err);
    fresh.docid = v->docid;
    if (rc == NH_OK && !run_table_add(&w->run, &fresh))
        rc = error_nomem(err);
    return rc;
}

int writer_resolve(struct index_writer *w, struct slice id, uint64_t hash,
                   struct writer_verdict *verdict, struct nh_error *err)
{
    memset(verdict, 0, sizeof *verdict);
    pthread_mutex_lock(&w->mutex);
    int rc = resolve_locked(w, id, hash, verdict, err);
    pthread_mutex_unlock(&w->mutex);
    return rc;
}

/* ---- Storing. */

int writer_name_segment(struct index_writer *w, char name[32],
                        struct nh_error *err)
{
    struct buf path = BUF_INIT;
    int rc = NH_OK;
    bool taken = true;
    while (rc == NH_OK && taken) { /* ends: folders have finitely many names */
        snprintf(name, 32, "seg-%06" PRIu64, w->manifest.segment_number + 1);
        rc = file_join(&path, w->dir, name) ? file_find(path.data, &taken, err)
                                            : error_nomem(err);
        w->manifest.segment_number += rc == NH_OK && taken;
    }
    buf_release(&path);
    return rc;
}

static int start_segment(struct index_writer *w, uint32_t first,
                         struct nh_error *err)
{
    int rc = writer_name_segment(w, w->name, err);
    if (rc != NH_OK)
        return rc;
    w->first = first;
    w->articles = 0;
    char *folder = writer_path(w->dir, w->name);
    char *path = folder ? writer_path(folder, ARTICLES_NAME) : NULL;
    rc = path ? file_mkdir(folder, err) : error_nomem(err);
    if (rc == NH_OK) {
        w->open = true;
        rc = articles_writer_open(&w->out, path, first, w->dict->hash, err);
    }
    free(folder);
    free(path);
    return rc;
}

int writer_bury(struct index_writer *w, uint32_t docid, struct nh_error *err)
{
    if (w->new_tombstone_count == w->new_tombstone_cap) {
        uint32_t *new_tombstones = array_grow(
            w->new_tombstones, &w->new_tombstone_cap, sizeof *new_tombstones);
        if (!new_tombstones)
            return error_nomem(err);
        w->new_tombstones = new_tombstones;
    }
    w->new_tombstones[w->new_tombstone_count++] = docid;
    return NH_OK;
}

int writer_append(struct index_writer *w, const struct writer_article *articles,
                  size_t count, struct posting_batch *postings,
                  const struct vocabulary_tally *words, struct nh_error *err)
{
    int rc =
        vocabulary_writer_join(&w->words, words) ? NH_OK : error_nomem(err);
    for (size_t i = 0; rc == NH_OK && i < count; i++) {
        const struct writer_article *a = &articles[i];
        if (a->verdict.buries)
            rc = writer_bury(w, a->verdict.buries, err);
        if (rc != NH_OK || a->verdict.docid == 0)
            continue;
        if (!w->open)
            rc = start_segment(w, a->verdict.docid, err);
        if (rc == NH_OK)
            rc = articles_writer_add(&w->out, a->verdict.docid, a->article,
                                     a->hash, a->stream, err);
        if (rc == NH_OK &&
            !copies_list_add(&w->copies, a->verdict.docid, &a->signature))
            rc = error_nomem(err);
        w->last = a->verdict.docid;
        w->articles++;
    }
    if (rc == NH_OK && postings) {
        w->batches++;
        return segment_builder_add(w->builder, postings, err);
    }
    posting_batch_free(postings);
    return rc;
}

/* The live article that has an id, added or not yet deleted: 1; 0 if none has.
 * Notes that it is deleted from now on. */
static int take_id(struct index_writer *w, struct slice id, uint32_t *docid,
                   struct nh_error *err)
{
    struct run_entry fresh = {{0, 0}, 0, 0, true};
    hash128(id.data, id.len, fresh.id);
    struct run_entry *entry = run_table_find(&w->run, fresh.id);
    if (entry) {
        const bool lives = !entry->deleted;
        *docid = entry->docid;
        entry->deleted = true;
        return lives;
    }
    int rc = snapshot_find(&w->snapshot, id, &fresh.docid, err);
    if (rc != NH_OK)
        return rc == NH_ENOTFOUND ? 0 : rc;
    *docid = fresh.docid;
    return run_table_add(&w->run, &fresh) ? 1 : error_nomem(err);
}

int writer_delete_id(struct index_writer *w, struct slice id, bool *deleted,
                     struct nh_error *err)
{
    uint32_t docid = 0;
    pthread_mutex_lock(&w->mutex);
    int rc = take_id(w, id, &docid, err);
    pthread_mutex_unlock(&w->mutex);
    *deleted = rc == 1;
    return rc == 1 ? writer_bury(w, docid, err) : rc;
}

bool writer_full(struct index_writer *w, size_t memory)
{
    if (!w->open)
        return false;
    pthread_mutex_lock(&w->mutex);
    size_t used = w->run.cap * sizeof *w->run.slots;
    pthread_mutex_unlock(&w->mutex);
    used += articles_writer_memory(&w->out) +
            segment_builder_memory(w->builder) +
            vocabulary_writer_memory(&w->words) +
            w->copies.cap * sizeof *w->copies.items +
            w->new_tombstone_cap * sizeof *w->new_tombstones;
    return w->batches >= segment_builder_batches_max(w->builder) ||
           w->out.text_bytes >= SEGMENT_TEXT_MAX || used > memory / 3;
}
