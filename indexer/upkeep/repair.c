/* Owns the mending of an index.
 * Promises that nothing is lost that can be read; that the old index stays
 * until the new one takes its place by one rename, and is kept beside then; and
 * that an error which is no damage changes nothing. */
#include "indexer/upkeep/repair.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/store/tombstones.h"
#include "common/stream/stream.h"
#include "indexer/ingest/article_coder.h"
#include "indexer/upkeep/repair_keep.h"
#include "indexer/upkeep/repair_lost.h"
#include "indexer/writer/index_lock.h"
#include "indexer/writer/index_writer.h"

/* Memory of a segment in progress. */
#define MEMORY ((size_t)600 << 20)
/* The new number of an article that is lost. */
#define LOST UINT32_MAX

struct repair {
    const char *dir;
    char *workshop;
    struct manifest manifest; /* of the damaged index */
    struct index_writer *writer;
    struct article_coder *coder;
    check_report_fn *report;
    void *ctx;
    struct repair_result *result;
    /* The new number of each old one, from `first` on; 0 if there was no live
     * article. */
    uint32_t *moved, first;
    size_t moved_count;
    /* Of the segment at hand. */
    const struct manifest_segment *segment;
    struct articles articles;
    struct dict *dict;
    uint32_t *tombstones; /* ascending */
    size_t tombstone_count;
    /* The batch in progress. */
    struct posting_batch *postings;
    size_t batch_articles;
    uint64_t batches;
    struct vocabulary_tally words;
    struct article article;
    struct stream_decoded decoded;
    struct buf stream;
};

/* Reports damage; other errors end the repair. */
static int data_error(struct repair *r, int rc, const struct nh_error *why,
                      struct nh_error *err)
{
    if (!check_is_damage(rc)) {
        if (rc != NH_OK && err)
            *err = *why;
        return rc;
    }
    r->report(r->ctx, why->message);
    return NH_OK;
}

/* ---- Reading what is left. */

/* Reads the dictionary with this hash: from its file, or the one that is built
 * in. *out is NULL if neither is it. */
static int find_dict(const struct repair *r, uint64_t hash, struct dict **out,
                     struct buf *file, struct nh_error *err)
{
    char name[MANIFEST_PATH];
    struct buf path = BUF_INIT;
    *out = NULL;
    manifest_dict_name(hash, name);
    buf_reset(file);
    int rc = file_join(&path, r->dir, name) ? file_read(path.data, file, err)
                                            : error_nomem(err);
    if (rc == NH_OK)
        rc = dict_load(out, (struct slice){file->data, file->len}, path.data,
                       err);
    buf_release(&path);
    if (rc == NH_OK && (*out)->hash == hash)
        return NH_OK;
    dict_free(*out);
    *out = NULL;
    if (rc != NH_OK && !check_is_damage(rc))
        return rc;
    const struct slice general = dict_builtin_file();
    rc = dict_builtin(out, err);
    if (rc == NH_OK && (*out)->hash != hash) {
        dict_free(*out);
        *out = NULL;
    }
    buf_reset(file);
    if (rc == NH_OK && *out)
        buf_append(file, general.data, general.len);
    return rc == NH_OK && file->failed ? error_nomem(err) : rc;
}

static bool is_dead(const struct repair *r, uint32_t docid)
{
    size_t low = 0, high = r->tombstone_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (r->tombstones[middle] < docid)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->tombstone_count && r->tombstones[low] == docid;
}

static int read_tombstones(struct repair *r, struct nh_error *err)
{
    char name[MANIFEST_PATH];
    struct buf path = BUF_INIT;
    struct nh_error why;
    if (r->segment->tomb_commit == 0)
        return NH_OK;
    manifest_tomb_name(r->segment, name);
    int rc =
        file_join(&path, r->dir, name)
            ? tombstones_read(path.data, r->segment->first, r->segment->last,
                              &r->tombstones, &r->tombstone_count, &why)
            : error_nomem(&why);
    if (check_is_damage(rc))
        error_set(&why, rc,
                  "%s: its list of deleted articles is damaged: those come "
                  "back whose id no later article has",
                  r->segment->name);
    buf_release(&path);
    return data_error(r, rc, &why, err);
}

/* Opens the file of the segment's articles and their dictionary. */
static int open_articles(struct repair *r, struct nh_error *err)
{
    struct buf path = BUF_INIT, file = BUF_INIT;
    const struct manifest_segment *s = r->segment;
    buf_printf(&path, "%s/%s/" ARTICLES_NAME, r->dir, s->name);
    int rc = buf_cstr(&path) ? articles_open(&r->articles, path.data, err)
                             : error_nomem(err);
    if (rc == NH_OK && (r->articles.first != s->first ||
                        r->articles.slots != s->last - s->first + 1))
        rc = error_set(err, NH_ECORRUPT, "%s: its articles are of another one",
                       s->name);
    if (rc == NH_OK)
        rc = find_dict(r, r->articles.dict_hash, &r->dict, &file, err);
    if (rc == NH_OK && !r->dict)
        rc = error_set(err, NH_ECORRUPT, "%s: its dictionary is damaged",
                       s->name);
    buf_release(&path);
    buf_release(&file);
    return rc;
}

static void lose(struct repair *r, uint32_t docid)
{
    r->moved[docid - r->first] = LOST;
}

/* Opens the segment; *usable if its articles can be read. Else they are lost,
 * as far as they are not deleted. */
static int open_segment(struct repair *r, bool *usable, struct nh_error *err)
{
    struct nh_error why;
    const struct manifest_segment *s = r->segment;
    const int opened = open_articles(r, &why);
    *usable = opened == NH_OK;
    int rc = data_error(r, opened, &why, err);
    if (rc == NH_OK)
        rc = read_tombstones(r, err);
    if (rc != NH_OK || *usable)
        return rc;
    r->result->lost += s->articles - s->tombstones;
    for (uint64_t d = s->first; d <= s->last; d++)
        if (!is_dead(r, (uint32_t)d))
            lose(r, (uint32_t)d);
    return NH_OK;
}

static void close_segment(struct repair *r)
{
    articles_close(&r->articles);
    dict_free(r->dict);
    free(r->tombstones);
    memset(&r->articles, 0, sizeof r->articles);
    r->dict = NULL;
    r->tombstones = NULL;
    r->tombstone_count = 0;
}

/* Reads an article; *hash is 0 if that cannot be done, which is reported. */
static int read_article(struct repair *r, uint32_t docid, uint64_t *hash,
                        struct nh_error *err)
{
    struct article_record record;
    struct nh_error why;
    article_reset(&r->article);
    *hash = 0;
    int rc = articles_record(&r->articles, docid, &record, &why);
    if (rc == NH_OK)
        rc = articles_fields(&r->articles, &record, &r->article, &why);
    if (rc == NH_OK)
        rc = stream_decode(r->dict, record.stream, &r->decoded, &why);
    if (rc != NH_OK) {
        if (check_is_damage(rc)) {
            r->result->lost++;
            lose(r, docid);
        }
        return data_error(r, rc, &why, err);
    }
    r->article.title = stream_title(&r->decoded);
    r->article.body = stream_body(&r->decoded);
    *hash = record.hash ? record.hash : 1;
    return NH_OK;
}

/* ---- Writing it anew. */

/* Adds an article to the batch, which goes to the writer when it is full. */
static int flush(struct repair *r, struct nh_error *err)
{
    struct posting_batch *postings = r->postings;
    if (!postings)
        return NH_OK;
    r->postings = NULL;
    r->batch_articles = 0;
    int rc = article_coder_words(r->coder, &r->words, err);
    if (rc == NH_OK)
        rc = posting_batch_finish(postings, err);
    if (rc != NH_OK) {
        posting_batch_free(postings);
        return rc;
    }
    rc = writer_append(r->writer, NULL, 0, postings, &r->words, err);
    vocabulary_tally_reset(&r->words);
    if (rc == NH_OK && writer_full(r->writer, MEMORY))
        rc = writer_commit(r->writer, err);
    return rc;
}

static int write_article(struct repair *r, uint32_t docid, uint64_t hash,
                         struct nh_error *err)
{
    struct writer_article a = {.article = &r->article, .hash = hash};
    int rc = writer_resolve(r->writer, article_get(&r->article, FIELD_ID), hash,
                            &a.verdict, err);
    r->moved[docid - r->first] = a.verdict.has;
    if (rc != NH_OK || a.verdict.docid == 0)
        return rc; /* the same article again */
    if (!r->postings)
        rc = posting_batch_new(&r->postings, writer_builder(r->writer),
                               r->batches++, err);
    buf_reset(&r->stream);
    if (rc == NH_OK)
        rc = article_coder_add(r->coder, &r->article, a.verdict.docid,
                               r->postings, &r->stream, &a.signature, err);
    a.stream = (struct slice){r->stream.data, r->stream.len};
    static const struct vocabulary_tally no_words;
    if (rc == NH_OK)
        rc = writer_append(r->writer, &a, 1, NULL, &no_words, err);
    if (rc == NH_OK && ++r->batch_articles == segment_builder_batch_articles(
                                                  writer_builder(r->writer)))
        rc = flush(r, err);
    r->result->kept += a.verdict.fate == FATE_ADDED;
    return rc;
}

static int copy_segment(struct repair *r, struct nh_error *err)
{
    bool usable;
    int rc = open_segment(r, &usable, err);
    for (uint64_t d = r->segment->first;
         rc == NH_OK && usable && d <= r->segment->last; d++) {
        uint64_t hash;
        if (!articles_has(&r->articles, (uint32_t)d) || is_dead(r, (uint32_t)d))
            continue;
        rc = read_article(r, (uint32_t)d, &hash, err);
        if (rc == NH_OK && hash)
            rc = write_article(r, (uint32_t)d, hash, err);
    }
    close_segment(r);
    return rc;
}

static bool is_lost(void *ctx, uint32_t docid)
{
    const struct repair *r = ctx;
    return docid >= r->first && docid - r->first < r->moved_count &&
           r->moved[docid - r->first] == LOST;
}

static int copy_segments(struct repair *r, struct nh_error *err)
{
    const struct manifest *m = &r->manifest;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < m->segment_count; i++) {
        const uint64_t lost = r->result->lost;
        r->segment = &m->segments[i];
        rc = copy_segment(r, err);
        if (rc == NH_OK && r->result->lost > lost)
            rc = repair_name_lost(r->dir, m, r->segment, "lost", is_lost, r,
                                  r->report, r->ctx, err);
    }
    return rc == NH_OK ? flush(r, err) : rc;
}

/* ---- Sources. */

/* Gives articles their new numbers; *lost if one has none. */
static bool move_list(const struct repair *r, const struct source_list *from,
                      struct source_list *to, bool *lost)
{
    for (size_t i = 0; i < from->count; i++) {
        const uint32_t docid = from->items[i];
        const bool known =
            docid >= r->first && docid - r->first < r->moved_count;
        const uint32_t moved = known ? r->moved[docid - r->first] : 0;
        *lost |= moved == LOST;
        if (moved && moved != LOST && !source_list_add(to, moved))
            return false;
    }
    source_list_tidy(to);
    return true;
}

static int move_source(struct repair *r, struct slice name,
                       const struct source *from, struct nh_error *err)
{
    struct source to = {.state = from->state};
    bool lost = false;
    bool good = move_list(r, &from->articles, &to.articles, &lost) &&
                move_list(r, &from->stale, &to.stale, &lost);
    if (lost) /* no file is as it was then: it is read again */
        to.state.size = UINT64_MAX;
    if (good)
        return writer_source_put(r->writer, name, &to, err);
    free(to.articles.items);
    free(to.stale.items);
    return error_nomem(err);
}

/* Takes over what is known of the files that articles came from. */
static int move_sources(struct repair *r, struct nh_error *err)
{
    struct sources old;
    struct nh_error why;
    int rc = sources_open(&old, &r->manifest, r->dir, &why);
    if (check_is_damage(rc)) {
        sources_release(&old);
        r->report(r->ctx,
                  "the table of sources is damaged: index the sources again "
                  "before --prune is used");
        return NH_OK;
    }
    if (rc != NH_OK && err)
        *err = why;
    for (uint32_t n = 0; rc == NH_OK && n < old.names.count; n++) {
        const struct strtab_entry *e = &old.names.entries[n];
        if (!old.items[n].gone)
            rc = move_source(r, (struct slice){e->data, e->len}, &old.items[n],
                             err);
    }
    sources_release(&old);
    return rc;
}

/* ---- */

static int open_workshop(struct repair *r, struct nh_error *err)
{
    struct buf file = BUF_INIT;
    const struct manifest *m = &r->manifest;
    const struct index_settings settings = {.language = m->language,
                                            .keep_lists = m->keep_lists,
                                            .options = &m->options};
    struct dict *dict = NULL;
    int rc = m->dict ? find_dict(r, m->dict, &dict, &file, err) : NH_OK;
    if (rc == NH_OK && !dict) {
        const struct slice general = dict_builtin_file();
        buf_reset(&file);
        buf_append(&file, general.data, general.len);
        rc = dict_builtin(&dict, err);
    }
    if (rc == NH_OK)
        rc = writer_open(&r->writer, r->workshop, &settings, BUILDER_AUTO, err);
    if (rc == NH_OK) {
        writer_continue(r->writer, m);
        rc = writer_set_dict(r->writer, dict,
                             (struct slice){file.data, file.len}, err);
        dict = NULL;
    }
    if (rc == NH_OK)
        rc = article_coder_new(&r->coder, m->language, writer_dict(r->writer),
                               NULL, err);
    if (rc == NH_OK)
        article_coder_keep_names(r->coder);
    dict_free(dict);
    buf_release(&file);
    return rc;
}

/* Looks whether the new index has what was saved, and closes it. */
static int check_new(struct repair *r, struct nh_error *err)
{
    struct snapshot s;
    writer_close(r->writer);
    r->writer = NULL;
    int rc = snapshot_open(&s, r->workshop, err);
    if (rc != NH_OK)
        return rc;
    if (s.live != r->result->kept)
        rc = error_set(err, NH_EINTERNAL,
                       "the repaired index has %llu articles instead of %llu",
                       (unsigned long long)s.live,
                       (unsigned long long)r->result->kept);
    snapshot_close(&s);
    return rc;
}

/* Makes the new index. */
static int make_new(struct repair *r, struct nh_error *err)
{
    const struct manifest *m = &r->manifest;
    if (m->segment_count) {
        r->first = m->segments[0].first;
        r->moved_count = m->next - r->first;
    }
    r->moved = calloc(r->moved_count + 1, sizeof *r->moved);
    int rc = r->moved ? open_workshop(r, err) : error_nomem(err);
    if (rc == NH_OK)
        rc = copy_segments(r, err);
    if (rc == NH_OK)
        rc = move_sources(r, err);
    if (rc == NH_OK)
        rc = writer_commit(r->writer, err);
    return rc == NH_OK ? check_new(r, err) : rc;
}

/* Lets the new index take the place of the old one, which is kept beside. */
static int replace(struct repair *r, struct nh_error *err)
{
    struct buf kept = BUF_INIT;
    char line[400];
    int rc = repair_keep_old(r->dir, &r->manifest, &kept, err);
    if (rc == NH_OK)
        rc = repair_take_place(r->workshop, r->dir, err);
    if (rc == NH_OK) {
        snprintf(line, sizeof line,
                 "the damaged index is kept as '%s' until you remove it",
                 kept.data);
        r->report(r->ctx, line);
    }
    buf_release(&kept);
    return rc;
}

static void release(struct repair *r)
{
    article_coder_free(r->coder);
    posting_batch_free(r->postings);
    writer_close(r->writer);
    vocabulary_tally_release(&r->words);
    article_release(&r->article);
    stream_decoded_release(&r->decoded);
    buf_release(&r->stream);
    manifest_release(&r->manifest);
    free(r->workshop);
    free(r->moved);
}

int repair_index(const char *dir, check_report_fn *report, void *ctx,
                 struct repair_result *result, struct nh_error *err)
{
    struct repair r;
    struct buf path = BUF_INIT;
    struct manifest now;
    memset(&r, 0, sizeof r);
    memset(result, 0, sizeof *result);
    r.dir = dir;
    r.report = report;
    r.ctx = ctx;
    r.result = result;
    int rc = manifest_read(&r.manifest, dir, err);
    if (rc != NH_OK)
        return error_hint(err, rc,
                          "what the index consists of stands in that file "
                          "alone: index the sources again");
    index_sweep(dir, &r.manifest, false);
    r.workshop = file_join(&path, dir, REPAIR_NAME) ? path.data : NULL;
    if (!r.workshop) {
        buf_release(&path);
        rc = error_nomem(err);
    }
    if (rc == NH_OK)
        rc = make_new(&r, err);
    if (rc == NH_OK)
        rc = replace(&r, err);
    if (rc != NH_OK && err && !err->hint[0])
        error_hint(err, rc,
                   "the index was not changed; what cannot be read at all you "
                   "can give up by moving that file out of the index");
    release(&r);
    if (manifest_read(&now, dir, NULL) == NH_OK)
        index_sweep(dir, &now, false);
    manifest_release(&now);
    return rc;
}
