/* Owns the mending of an index.
 * Promises that nothing is lost that can be read, and that the old index stays
 * until the new one takes its place by one rename. */
#include "indexer/upkeep/repair.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/store/tombstones.h"
#include "common/stream/stream.h"
#include "indexer/ingest/article_coder.h"
#include "indexer/writer/index_lock.h"
#include "indexer/writer/index_writer.h"

/* Memory of a segment in progress. */
#define MEMORY ((size_t)600 << 20)

struct repair {
    const char *dir;
    char *workshop;
    struct manifest manifest; /* of the damaged index */
    struct index_writer *writer;
    struct article_coder *coder;
    check_report_fn *report;
    void *ctx;
    struct repair_result *result;
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

/* Reports an error about stored data; others go on. */
static int data_error(struct repair *r, int rc, const struct nh_error *why,
                      struct nh_error *err)
{
    if (rc == NH_OK || rc == NH_ENOMEM) {
        if (rc != NH_OK && err)
            *err = *why;
        return rc;
    }
    r->report(r->ctx, why->message);
    return NH_OK;
}

/* ---- Reading what is left. */

/* The dictionary with this hash: the file, or the one that is built in. NULL if
 * neither is it. */
static struct dict *find_dict(const struct repair *r, uint64_t hash,
                              struct buf *file)
{
    char name[MANIFEST_PATH];
    struct buf path = BUF_INIT;
    struct dict *d = NULL;
    manifest_dict_name(hash, name);
    buf_reset(file);
    if (file_join(&path, r->dir, name) &&
        file_read(path.data, file, NULL) == NH_OK &&
        dict_load(&d, (struct slice){file->data, file->len}, path.data, NULL) ==
            NH_OK &&
        d->hash != hash) {
        dict_free(d);
        d = NULL;
    }
    buf_release(&path);
    if (d)
        return d;
    const struct slice general = dict_builtin_file();
    if (dict_builtin(&d, NULL) == NH_OK && d->hash != hash) {
        dict_free(d);
        d = NULL;
    }
    buf_reset(file);
    if (d)
        buf_append(file, general.data, general.len);
    return d;
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
    if (rc != NH_OK && rc != NH_ENOMEM)
        error_set(&why, rc,
                  "%s: its list of deleted articles is damaged: those come "
                  "back whose id no later article has",
                  r->segment->name);
    buf_release(&path);
    return data_error(r, rc, &why, err);
}

/* Opens what the segment's articles are read from; *usable if that is there. */
static int open_segment(struct repair *r, bool *usable, struct nh_error *err)
{
    struct buf path = BUF_INIT, file = BUF_INIT;
    struct nh_error why;
    const struct manifest_segment *s = r->segment;
    *usable = false;
    buf_printf(&path, "%s/%s/" ARTICLES_NAME, r->dir, s->name);
    int rc = buf_cstr(&path) ? articles_open(&r->articles, path.data, &why)
                             : error_nomem(&why);
    if (rc == NH_OK && (r->articles.first != s->first ||
                        r->articles.slots != s->last - s->first + 1)) {
        rc = error_set(&why, NH_ECORRUPT, "%s: its articles are of another one",
                       s->name);
        articles_close(&r->articles);
    }
    if (rc == NH_OK) {
        r->dict = find_dict(r, r->articles.dict_hash, &file);
        *usable = r->dict != NULL;
        if (!r->dict) {
            rc = error_set(&why, NH_ECORRUPT, "%s: its dictionary is damaged",
                           s->name);
            articles_close(&r->articles);
        }
    }
    if (rc != NH_OK)
        r->result->lost += s->articles - s->tombstones;
    buf_release(&path);
    buf_release(&file);
    rc = data_error(r, rc, &why, err);
    return rc == NH_OK && *usable ? read_tombstones(r, err) : rc;
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
        r->result->lost++;
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

static int write_article(struct repair *r, uint64_t hash, struct nh_error *err)
{
    struct writer_article a = {.article = &r->article, .hash = hash};
    int rc = writer_resolve(r->writer, article_get(&r->article, FIELD_ID), hash,
                            &a.verdict, err);
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
            rc = write_article(r, hash, err);
    }
    if (usable)
        close_segment(r);
    return rc;
}

static int open_workshop(struct repair *r, struct nh_error *err)
{
    struct buf file = BUF_INIT;
    const struct manifest *m = &r->manifest;
    const struct index_settings settings = {m->language, m->keep_lists};
    struct dict *dict = m->dict ? find_dict(r, m->dict, &file) : NULL;
    int rc = NH_OK;
    if (!dict) {
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

/* Moves the files of the new index into the old one's folder, the manifest
 * last. */
static int take_place(struct repair *r, struct nh_error *err)
{
    struct buf from = BUF_INIT, to = BUF_INIT;
    int rc = NH_OK;
    DIR *d = opendir(r->workshop);
    if (!d)
        return error_errno(err, errno, "open folder", r->workshop);
    for (struct dirent *e; rc == NH_OK && (e = readdir(d)) != NULL;) {
        if (strncmp(e->d_name, "seg-", 4) != 0 &&
            strncmp(e->d_name, "dict-", 5) != 0 &&
            strncmp(e->d_name, "del-", 4) != 0)
            continue;
        if (!file_join(&from, r->workshop, e->d_name) ||
            !file_join(&to, r->dir, e->d_name))
            rc = error_nomem(err);
        else if (rename(from.data, to.data) != 0)
            rc = error_errno(err, errno, "move", from.data);
    }
    closedir(d);
    if (rc == NH_OK)
        rc = file_sync(r->dir, err);
    if (rc == NH_OK && (!file_join(&from, r->workshop, MANIFEST_NAME) ||
                        !file_join(&to, r->dir, MANIFEST_NAME)))
        rc = error_nomem(err);
    if (rc == NH_OK && rename(from.data, to.data) != 0)
        rc = error_errno(err, errno, "move", from.data);
    if (rc == NH_OK)
        rc = file_sync(r->dir, err);
    buf_release(&from);
    buf_release(&to);
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
        rc = open_workshop(&r, err);
    for (size_t i = 0; rc == NH_OK && i < r.manifest.segment_count; i++) {
        r.segment = &r.manifest.segments[i];
        rc = copy_segment(&r, err);
    }
    if (rc == NH_OK)
        rc = flush(&r, err);
    if (rc == NH_OK)
        rc = writer_commit(r.writer, err);
    if (rc == NH_OK) {
        writer_close(r.writer);
        r.writer = NULL;
        rc = take_place(&r, err);
    }
    release(&r);
    if (manifest_read(&now, dir, NULL) == NH_OK)
        index_sweep(dir, &now, false);
    manifest_release(&now);
    return rc;
}
