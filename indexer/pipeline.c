/* Owns the workers and their order.
 * Promises that the index does not depend on how many there are. */
#include "indexer/pipeline.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "indexer/article_coder.h"
#include "indexer/article_id.h"
#include "indexer/feed.h"
#include "indexer/sample.h"

struct pipeline {
    struct index_writer *writer;
    const struct pipeline_options *options;
    struct feed feed;
    uint64_t total_bytes;

    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct feed_batch *head, *tail; /* read, not yet taken */
    size_t queued;
    bool ended;       /* no more batches come */
    uint64_t resolve; /* number of the batch whose turn it is to resolve */
    uint64_t append;  /* ... and to append */
    int failed;       /* first error of any thread */
    struct nh_error error;
    struct pipeline_counts counts;
};

/* A worker's own things. */
struct worker {
    struct pipeline *p;
    struct parse_context parse;
    struct article_coder *coder;
    struct article *articles; /* one for each record of a batch */
    size_t articles_cap;
    struct writer_article *ready;
    size_t *stream_at; /* start of each article's stream, and the end */
    struct buf streams;
    struct buf id;
    struct pipeline_counts counts; /* of the batch in hand */
};

/* ---- Errors and reports. */

static void fail(struct pipeline *p, int code, const struct nh_error *err)
{
    pthread_mutex_lock(&p->mutex);
    if (p->failed == NH_OK) {
        p->failed = code;
        p->error = *err;
    }
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->mutex);
}

/* False if the run is to stop for it. */
static bool report(struct pipeline *p, const struct walk_file *file,
                   uint64_t offset, const struct nh_error *why)
{
    pthread_mutex_lock(&p->mutex);
    p->counts.skipped++;
    p->options->report(p->options->ctx, file->path, offset, why);
    pthread_mutex_unlock(&p->mutex);
    if (!p->options->strict)
        return true;
    struct nh_error error = *why;
    error_set(&error, NH_EDATA, "stopped at the first bad record (--strict)");
    fail(p, NH_EDATA, &error);
    return false;
}

static bool report_feed(void *ctx, const struct walk_file *file,
                        uint64_t offset, const struct nh_error *why)
{
    return report(ctx, file, offset, why);
}

/* ---- Order. */

/* Waits until *turn is `number`; false if the run failed meanwhile. */
static bool await_turn(struct pipeline *p, const uint64_t *turn,
                       uint64_t number)
{
    pthread_mutex_lock(&p->mutex);
    while (*turn != number && p->failed == NH_OK)
        pthread_cond_wait(&p->changed, &p->mutex);
    bool good = p->failed == NH_OK;
    pthread_mutex_unlock(&p->mutex);
    return good;
}

static void next_turn(struct pipeline *p, uint64_t *turn)
{
    pthread_mutex_lock(&p->mutex);
    (*turn)++;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->mutex);
}

static struct feed_batch *take_batch(struct pipeline *p)
{
    pthread_mutex_lock(&p->mutex);
    while (!p->head && !p->ended && p->failed == NH_OK)
        pthread_cond_wait(&p->changed, &p->mutex);
    struct feed_batch *batch = p->failed == NH_OK ? p->head : NULL;
    if (batch) {
        p->head = batch->next;
        p->queued--;
        pthread_cond_broadcast(&p->changed);
    }
    pthread_mutex_unlock(&p->mutex);
    return batch;
}

/* Takes the batch over; waits while the queue is long. */
static void put_batch(struct pipeline *p, struct feed_batch *batch, bool wait)
{
    pthread_mutex_lock(&p->mutex);
    while (wait && p->queued > p->options->jobs && p->failed == NH_OK)
        pthread_cond_wait(&p->changed, &p->mutex);
    if (p->head)
        p->tail->next = batch;
    else
        p->head = batch;
    p->tail = batch;
    p->queued++;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->mutex);
}

/* ---- The steps of a batch. */

static bool reserve_articles(struct worker *k, size_t count)
{
    if (count <= k->articles_cap)
        return true;
    struct article *articles = realloc(k->articles, count * sizeof *articles);
    if (articles) {
        memset(articles + k->articles_cap, 0,
               (count - k->articles_cap) * sizeof *articles);
        k->articles = articles;
    }
    struct writer_article *ready = realloc(k->ready, count * sizeof *ready);
    if (ready)
        k->ready = ready;
    size_t *at = realloc(k->stream_at, (count + 1) * sizeof *at);
    if (at)
        k->stream_at = at;
    if (articles)
        k->articles_cap = count; /* the others have at least as much */
    return articles && ready && at;
}

/* Parses all records; *count gets the number of articles, which stand in
 * k->ready with their hashes. */
static int parse_batch(struct worker *k, const struct feed_batch *batch,
                       size_t *count, struct nh_error *err)
{
    *count = 0;
    if (!reserve_articles(k, batch->count))
        return error_nomem(err);
    for (size_t i = 0; i < batch->count; i++) {
        const struct feed_record *r = &batch->records[i];
        struct article *a = &k->articles[*count];
        struct slice bytes = {batch->bytes.data + r->start, r->len};
        article_reset(a);
        int rc = r->reader->parse(&k->parse, bytes, a, err);
        if (rc == NH_OK)
            rc = article_id_assign(a, r->reader->whole_file ? r->file->id : "",
                                   k->p->options->collection, &k->id, err);
        if (rc == NH_EDATA) {
            size_t at = err->offset == NH_NO_OFFSET ? 0 : err->offset;
            if (!report(k->p, r->file, r->offset + at, err))
                return rc;
            continue;
        }
        if (rc != NH_OK)
            return rc;
        k->ready[*count] =
            (struct writer_article){a, article_hash(a), {0}, {NULL, 0}};
        k->counts.text_bytes += a->title.len + a->body.len;
        (*count)++;
    }
    return NH_OK;
}

static int resolve_batch(struct worker *k, size_t count, struct nh_error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct writer_article *a = &k->ready[i];
        int rc = writer_resolve(k->p->writer, article_get(a->article, FIELD_ID),
                                a->hash, &a->verdict, err);
        if (rc != NH_OK)
            return rc;
        k->counts.added += a->verdict.fate == FATE_ADDED;
        k->counts.replaced += a->verdict.fate == FATE_REPLACED;
        k->counts.unchanged += a->verdict.fate == FATE_UNCHANGED;
    }
    return NH_OK;
}

/* Codes the articles that need storing; *out stays NULL if there are none. */
static int code_batch(struct worker *k, const struct feed_batch *batch,
                      size_t count, struct posting_batch **out,
                      struct nh_error *err)
{
    int rc = NH_OK;
    *out = NULL;
    buf_reset(&k->streams);
    for (size_t i = 0; rc == NH_OK && i < count; i++) {
        struct writer_article *a = &k->ready[i];
        k->stream_at[i] = k->streams.len;
        if (a->verdict.docid == 0)
            continue;
        if (!*out)
            rc = posting_batch_new(out, writer_builder(k->p->writer),
                                   batch->number, err);
        if (rc == NH_OK)
            rc = article_coder_add(k->coder, a->article, a->verdict.docid, *out,
                                   &k->streams, err);
    }
    k->stream_at[count] = k->streams.len;
    for (size_t i = 0; i < count; i++) {
        size_t start = k->stream_at[i];
        k->ready[i].stream = (struct slice){k->streams.data + start,
                                            k->stream_at[i + 1] - start};
    }
    if (rc == NH_OK && *out)
        rc = posting_batch_finish(*out, err);
    if (rc != NH_OK) {
        posting_batch_free(*out);
        *out = NULL;
    }
    return rc;
}

static void count_batch(struct worker *k)
{
    struct pipeline *p = k->p;
    pthread_mutex_lock(&p->mutex);
    p->counts.added += k->counts.added;
    p->counts.replaced += k->counts.replaced;
    p->counts.unchanged += k->counts.unchanged;
    p->counts.text_bytes += k->counts.text_bytes;
    if (p->options->progress)
        p->options->progress(p->options->ctx, &p->counts, p->total_bytes);
    pthread_mutex_unlock(&p->mutex);
    memset(&k->counts, 0, sizeof k->counts);
}

static int do_batch(struct worker *k, const struct feed_batch *batch,
                    struct nh_error *err)
{
    struct pipeline *p = k->p;
    struct posting_batch *postings = NULL;
    size_t count;
    int rc = parse_batch(k, batch, &count, err);
    if (rc != NH_OK)
        return rc;
    if (!await_turn(p, &p->resolve, batch->number))
        return NH_OK;
    rc = resolve_batch(k, count, err);
    if (rc != NH_OK)
        return rc;
    next_turn(p, &p->resolve);
    rc = code_batch(k, batch, count, &postings, err);
    if (rc != NH_OK)
        return rc;
    if (!await_turn(p, &p->append, batch->number)) {
        posting_batch_free(postings);
        return NH_OK;
    }
    rc = writer_append(p->writer, k->ready, count, postings, err);
    if (rc == NH_OK && writer_full(p->writer, p->options->memory))
        rc = writer_commit(p->writer, err);
    if (rc != NH_OK)
        return rc;
    count_batch(k);
    next_turn(p, &p->append);
    return NH_OK;
}

static void worker_release(struct worker *k)
{
    parse_context_release(&k->parse);
    article_coder_free(k->coder);
    for (size_t i = 0; i < k->articles_cap; i++)
        article_release(&k->articles[i]);
    free(k->articles);
    free(k->ready);
    free(k->stream_at);
    buf_release(&k->streams);
    buf_release(&k->id);
}

static void *worker_run(void *arg)
{
    struct pipeline *p = arg;
    struct worker k;
    struct nh_error err;
    memset(&k, 0, sizeof k);
    memset(&err, 0, sizeof err);
    k.p = p;
    k.parse.map = p->options->map;
    k.parse.charset = p->options->charset;
    int rc = article_coder_new(&k.coder, writer_manifest(p->writer)->language,
                               writer_dict(p->writer), &err);
    while (rc == NH_OK) {
        struct feed_batch *batch = take_batch(p);
        if (!batch)
            break;
        rc = do_batch(&k, batch, &err);
        feed_batch_free(batch);
    }
    if (rc != NH_OK)
        fail(p, rc, &err);
    worker_release(&k);
    return NULL;
}

/* ---- The run. */

static void feed_workers(struct pipeline *p)
{
    struct nh_error err;
    struct feed_batch *batch;
    int rc;
    while ((rc = feed_next(&p->feed, &batch, &err)) == 1) {
        put_batch(p, batch, true);
        pthread_mutex_lock(&p->mutex);
        p->counts.read_bytes = feed_consumed(&p->feed);
        bool stop = p->failed != NH_OK;
        pthread_mutex_unlock(&p->mutex);
        if (stop)
            return;
    }
    if (rc < 0)
        fail(p, rc, &err);
}

/* Reads the first batches and makes the dictionary if there is none that fits.
 * The batches stay in the queue. */
static int prepare(struct pipeline *p, struct nh_error *err)
{
    struct feed_batch *batch;
    size_t bytes = 0;
    int rc = 1;
    if (!writer_dict_general(p->writer))
        return NH_OK;
    while (rc == 1 && bytes < SAMPLE_RAW_BYTES) {
        rc = feed_next(&p->feed, &batch, err);
        if (rc == 1) {
            bytes += batch->bytes.len;
            put_batch(p, batch, false);
        }
    }
    if (rc < 0)
        return rc;
    struct parse_context parse = {.map = p->options->map,
                                  .charset = p->options->charset};
    return sample_train(p->writer, p->head, p->feed.walk, p->options->reader,
                        &parse, err);
}

static int run_workers(struct pipeline *p, struct nh_error *err)
{
    pthread_t threads[PIPELINE_JOBS_MAX];
    unsigned started = 0;
    for (; started < p->options->jobs; started++)
        if (pthread_create(&threads[started], NULL, worker_run, p) != 0)
            break;
    if (started == 0)
        return error_set(err, NH_ENOMEM, "cannot start a thread");
    feed_workers(p);
    pthread_mutex_lock(&p->mutex);
    p->ended = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->mutex);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    if (p->failed != NH_OK)
        *err = p->error;
    return p->failed;
}

/* Everything is committed by now, so a failure says that too. */
static int merge_due_segments(struct index_writer *w, struct nh_error *err)
{
    struct nh_error why;
    int rc = writer_merge_due(w, &why);
    if (rc != NH_OK)
        error_set(err, rc,
                  "all articles are in, but segments could not be merged: %s",
                  why.message);
    return rc;
}

int pipeline_run(struct index_writer *w, const struct walk *walk,
                 const struct pipeline_options *options,
                 struct pipeline_counts *counts, struct nh_error *err)
{
    struct pipeline p;
    struct nh_error local; /* what is skipped needs a reason in any case */
    if (!err)
        err = &local;
    memset(&p, 0, sizeof p);
    p.writer = w;
    p.options = options;
    p.feed.walk = walk;
    p.feed.forced = options->reader;
    segment_builder_set_threads(writer_builder(w), options->jobs);
    p.feed.batch_records = segment_builder_batch_articles(writer_builder(w));
    p.feed.report = report_feed;
    p.feed.ctx = &p;
    for (size_t i = 0; i < walk->count; i++)
        p.total_bytes += walk->files[i].size;
    pthread_mutex_init(&p.mutex, NULL);
    pthread_cond_init(&p.changed, NULL);
    int rc = prepare(&p, err);
    if (rc == NH_OK && writer_dict(w))
        rc = run_workers(&p, err);
    if (rc == NH_OK && p.failed != NH_OK) {
        rc = p.failed;
        *err = p.error;
    }
    if (rc == NH_OK)
        rc = writer_commit(w, err);
    if (rc == NH_OK)
        rc = merge_due_segments(w, err);
    p.counts.files = p.feed.files_read;
    p.counts.read_bytes = feed_consumed(&p.feed);
    *counts = p.counts;
    while (p.head) {
        struct feed_batch *next = p.head->next;
        feed_batch_free(p.head);
        p.head = next;
    }
    feed_release(&p.feed);
    pthread_cond_destroy(&p.changed);
    pthread_mutex_destroy(&p.mutex);
    return rc;
}
