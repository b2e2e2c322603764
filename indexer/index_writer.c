/* Owns the writing side of an index.
 * Promises that readers see the last commit until the next one is complete,
 * whatever happens in between. */
#include "indexer/writer_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/analysis.h"
#include "common/blocks.h"
#include "common/hash.h"
#include "common/tombstones.h"
#include "common/vocabulary.h"
#include "indexer/index_lock.h"
#include "indexer/merge.h"

/* A segment is committed at the latest after this much text. */
#define SEGMENT_TEXT_MAX ((uint64_t)1 << 30)

/* ---- Opening. */

static char *join_string(const char *dir, const char *name)
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

static int start_manifest(struct index_writer *w,
                          const struct index_settings *settings,
                          struct nh_error *err)
{
    const char *language = settings->language;
    int rc = manifest_read(&w->manifest, w->dir, err);
    struct stemmer *probe = NULL;
    if (rc == NH_OK)
        return check_settings(w, settings, err);
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
    const struct index_settings defaults = {NULL, false};
    *out = NULL;
    struct index_writer *w = calloc(1, sizeof *w);
    if (!w)
        return error_nomem(err);
    w->lock = -1;
    pthread_mutex_init(&w->mutex, NULL);
    size_t len = strlen(dir) + 1;
    w->dir = malloc(len);
    w->build_dir = join_string(dir, "build-tmp");
    int rc = w->dir && w->build_dir ? NH_OK : error_nomem(err);
    if (rc == NH_OK) {
        memcpy(w->dir, dir, len);
        rc = index_lock(dir, &w->lock, err);
    }
    if (rc == NH_OK)
        rc = start_manifest(w, settings ? settings : &defaults, err);
    if (rc == NH_OK) {
        index_sweep(dir, &w->manifest, false);
        rc = snapshot_open(&w->snapshot, dir, err);
    }
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
                         enum builder_kind kind, struct nh_error *err)
{
    struct manifest m;
    *out = NULL;
    int rc = manifest_read(&m, dir, err);
    manifest_release(&m);
    return rc == NH_OK ? writer_open(out, dir, NULL, kind, err) : rc;
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
        char *path = join_string(w->dir, w->name);
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
    word_counts_release(&w->words);
    copies_list_release(&w->copies);
    stemmer_free(w->stemmer);
    free(w->buried);
    index_unlock(w->lock);
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

static int start_segment(struct index_writer *w, uint32_t first,
                         struct nh_error *err)
{
    snprintf(w->name, sizeof w->name, "seg-%06" PRIu64,
             w->manifest.segment_number + 1);
    w->first = first;
    w->articles = 0;
    char *folder = join_string(w->dir, w->name);
    char *path = folder ? join_string(folder, "articles") : NULL;
    int rc = path ? file_mkdir(folder, err) : error_nomem(err);
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
    if (w->buried_count == w->buried_cap) {
        uint32_t *buried =
            array_grow(w->buried, &w->buried_cap, sizeof *buried);
        if (!buried)
            return error_nomem(err);
        w->buried = buried;
    }
    w->buried[w->buried_count++] = docid;
    return NH_OK;
}

int writer_append(struct index_writer *w, const struct writer_article *articles,
                  size_t count, struct posting_batch *postings,
                  const struct word_tally *words, struct nh_error *err)
{
    int rc = word_counts_join(&w->words, words) ? NH_OK : error_nomem(err);
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
            segment_builder_memory(w->builder) + word_counts_memory(&w->words) +
            w->copies.cap * sizeof *w->copies.items +
            w->buried_cap * sizeof *w->buried;
    return w->batches >= segment_builder_batches_max(w->builder) ||
           w->out.text_bytes >= SEGMENT_TEXT_MAX || used > memory / 3;
}

/* ---- Committing. */

/* Files that a segment may consist of. */
static const char *const segment_files[] = {
    "iamglass",       "postlist.glass", "docdata.glass", "termlist.glass",
    "position.glass", "spelling.glass", "synonym.glass", "articles",
    BLOCKS_NAME,      VOCABULARY_NAME,  COPIES_NAME};

/* Puts the files of a finished segment on disk and into the manifest. */
static int adopt_files(struct index_writer *w, const char *segment,
                       struct nh_error *err)
{
    char relative[MANIFEST_PATH];
    int rc = NH_OK;
    for (size_t i = 0;
         rc == NH_OK && i < sizeof segment_files / sizeof *segment_files; i++) {
        snprintf(relative, sizeof relative, "%s/%s", segment, segment_files[i]);
        char *path = join_string(w->dir, relative);
        if (!path)
            return error_nomem(err);
        if (file_exists(path)) {
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
        s->rc = word_counts_write(&w->words, s->folder, w->stemmer, &s->error);
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
    char *folder = join_string(w->dir, w->name);
    int rc = folder ? write_segment(w, folder, err) : error_nomem(err);
    word_counts_reset(&w->words);
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

/* The dead articles of a segment, a bit each; *changed if this run buried some
 * of them. */
static uint8_t *dead_bits(const struct index_writer *w,
                          const struct manifest_segment *s, bool *changed)
{
    size_t bytes = (size_t)(s->last - s->first) / 8 + 1;
    uint8_t *bits = calloc(bytes, 1);
    const struct snapshot_segment *old =
        snapshot_segment(&w->snapshot, s->first);
    *changed = false;
    if (bits && old && old->dead)
        memcpy(bits, old->dead, bytes);
    for (size_t i = 0; bits && i < w->buried_count; i++) {
        uint32_t n = w->buried[i] - s->first;
        if (w->buried[i] < s->first || w->buried[i] > s->last)
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
    char *path = join_string(w->dir, name);
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
        uint8_t *bits = dead_bits(w, s, &changed);
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
    w->buried_count = 0;
    return rc;
}

int writer_commit(struct index_writer *w, struct nh_error *err)
{
    int rc = NH_OK;
    if (!w->open && w->buried_count == 0 && w->sources.changed == 0)
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
        rc = manifest_write(&w->manifest, w->dir, err);
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
        for (size_t f = 0; f < sizeof segment_files / sizeof *segment_files;
             f++) {
            snprintf(name, sizeof name, "%s/%s", s->name, segment_files[f]);
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
    uint64_t dead = 0;
    for (size_t i = 0; i < w->manifest.segment_count; i++)
        dead += w->manifest.segments[i].tombstones;
    return dead;
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
    snprintf(merged.name, sizeof merged.name, "seg-%06" PRIu64,
             ++m->segment_number);
    m->commit++;
    char *folder = join_string(w->dir, merged.name);
    int rc = folder
                 ? merge_write(&w->snapshot, w->snapshot.count - count, count,
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
        rc = manifest_write(m, w->dir, err);
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
