/* Owns the workers and their order.
 * Promises that the index does not depend on how many there are. */
#include "indexer/ingest/pipeline.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/hash.h"
#include "indexer/ingest/article_coder.h"
#include "indexer/ingest/article_cost.h"
#include "indexer/ingest/article_entities.h"
#include "indexer/ingest/article_id.h"
#include "indexer/ingest/feed.h"
#include "indexer/ingest/sample.h"

/* A batch on its way through: what was read, then what was made of it. */
struct work {
    struct work *next;
    struct feed_batch *batch;
    struct article *articles; /* one for each record */
    size_t articles_cap;
    struct writer_article *ready;
    size_t *record;    /* of the batch, for each article that is ready */
    size_t count;      /* articles that are ready */
    size_t *stream_at; /* start of each article's stream, and the end */
    struct buf streams;
    struct posting_batch *postings; /* NULL: none to be added */
    struct vocabulary_tally words;
    struct pipeline_counts counts;
    bool large; /* an article of it takes much of the memory */
};

struct pipeline {
    struct index_writer *writer;
    const struct pipeline_options *options;
    struct feed feed; /* of the files that are read */
    uint64_t total_bytes;
    uint64_t number; /* of the next batch */
    size_t ahead;    /* bytes of the batches that wait for workers */
    pthread_t threads[PIPELINE_JOBS_MAX];
    unsigned started;      /* of them */
    uint64_t options_hash; /* of what changes what a file is read as */
    /* Of whoever appends: numbers of the articles of a file, so far. */
    struct source_list articles;
    const struct walk_file *file;
    struct buf name; /* of the file as a source */

    pthread_mutex_t large; /* held while a batch is coded that is large */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct feed_batch *head, *tail; /* read, not yet taken */
    size_t queued;
    bool ended;        /* no more batches come */
    uint64_t resolve;  /* number of the batch whose turn it is to resolve */
    struct work *idle; /* those that nobody has */
    struct work *done; /* coded, not appended, by number */
    uint64_t append;   /* number of the batch to be appended next */
    bool appending;    /* somebody is */
    int failed;        /* first error of any thread */
    struct nh_error error;
    struct pipeline_counts counts;
};

/* A worker's own things. */
struct worker {
    struct pipeline *p;
    struct parse_context parse;
    struct article_coder *coder;
    struct buf id;
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
static bool report(struct pipeline *p, const struct reader *reader,
                   const char *path, uint64_t offset,
                   const struct nh_error *why)
{
    pthread_mutex_lock(&p->mutex);
    p->counts.skipped++;
    p->counts.readers[reader_number(reader)].skipped++;
    p->options->report(p->options->ctx, reader, path, offset, why);
    pthread_mutex_unlock(&p->mutex);
    if (!p->options->strict)
        return true;
    struct nh_error error = *why;
    error_set(&error, NH_EDATA, "stopped at the first bad record (--strict)");
    fail(p, NH_EDATA, &error);
    return false;
}

/* What the table of sources calls a file, in `out`; empty if memory ran out. */
static struct slice source_name(const struct pipeline *p,
                                const struct walk_file *file, struct buf *out)
{
    const char *collection = p->options->collection;
    buf_reset(out);
    buf_append(out, file->source, strlen(file->source) + 1);
    buf_append_str(out, collection ? collection : "");
    return (struct slice){out->data, out->failed ? 0 : out->len};
}

static bool same_file(void *ctx, const struct walk_file *file,
                      struct source_state *state)
{
    struct pipeline *p = ctx;
    struct buf bytes = BUF_INIT;
    uint64_t articles = 0;
    const struct slice name = source_name(p, file, &bytes);
    state->options = p->options_hash;
    const bool same =
        name.len && writer_source_same(p->writer, name, state, &articles);
    buf_release(&bytes);
    if (!same || p->options->again)
        return false;
    pthread_mutex_lock(&p->mutex);
    p->counts.unchanged += articles;
    pthread_mutex_unlock(&p->mutex);
    return true;
}

static bool report_feed(void *ctx, const char *path, uint64_t offset,
                        const struct nh_error *why)
{
    struct pipeline *p = ctx;
    return report(p, feed_reader(&p->feed), path, offset, why);
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

/* The next batch, in an idle work; NULL at the end. There are more works than
 * workers, so that a batch that is ready before the one in front of it need not
 * be waited for. */
static struct work *take_work(struct pipeline *p)
{
    pthread_mutex_lock(&p->mutex);
    while ((!p->idle || (!p->head && !p->ended)) && p->failed == NH_OK)
        pthread_cond_wait(&p->changed, &p->mutex);
    struct work *w = p->failed == NH_OK && p->head ? p->idle : NULL;
    if (w) {
        p->idle = w->next;
        w->batch = p->head;
        p->head = p->head->next;
        p->queued--;
        pthread_cond_broadcast(&p->changed);
    }
    pthread_mutex_unlock(&p->mutex);
    return w;
}

/* Forgets what the work holds, keeps its memory. */
static void work_reset(struct work *w)
{
    feed_batch_free(w->batch);
    posting_batch_free(w->postings);
    w->batch = NULL;
    w->postings = NULL;
    vocabulary_tally_reset(&w->words);
    w->count = 0;
    w->large = false;
    memset(&w->counts, 0, sizeof w->counts);
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

static bool reserve_articles(struct work *w, size_t count)
{
    count = count ? count : 1; /* streams end somewhere in any case */
    if (count <= w->articles_cap)
        return true;
    struct article *articles = realloc(w->articles, count * sizeof *articles);
    if (articles) {
        memset(articles + w->articles_cap, 0,
               (count - w->articles_cap) * sizeof *articles);
        w->articles = articles;
    }
    struct writer_article *ready = realloc(w->ready, count * sizeof *ready);
    if (ready)
        w->ready = ready;
    size_t *at = realloc(w->stream_at, (count + 1) * sizeof *at);
    if (at)
        w->stream_at = at;
    size_t *record = realloc(w->record, count * sizeof *record);
    if (record)
        w->record = record;
    if (articles)
        w->articles_cap = count; /* the others have at least as much */
    return articles && ready && at && record;
}

/* Refuses an article that the memory is not enough for; notes a large one. */
static int check_cost(const struct pipeline *p, struct work *w,
                      const struct article *a, struct nh_error *err)
{
    const size_t cost = article_cost(a), most = p->options->memory / 4 * 3;
    w->large = w->large || cost > most / p->options->jobs;
    if (cost == SIZE_MAX)
        return error_nomem(err);
    return cost <= most
               ? NH_OK
               : error_set(err, NH_EDATA,
                           "indexing the article's %zu MB of text takes about "
                           "%zu MB of memory, more than --memory allows",
                           (a->title.len + a->body.len + 500000) / 1000000,
                           cost >> 20);
}

/* Parses a record and names the article. */
static int parse_record(struct worker *k, struct work *w,
                        const struct feed_record *r, struct article *a,
                        struct nh_error *err)
{
    const struct slice bytes = {w->batch->bytes.data + r->start, r->len};
    article_reset(a);
    a->date_order = k->p->options->date_order;
    int rc = r->reader->parse(&k->parse, bytes, a, err);
    if (rc == NH_OK)
        rc = check_cost(k->p, w, a, err);
    if (rc == NH_OK)
        rc = article_id_assign(a, r->reader->whole_file ? r->id : "",
                               k->p->options->collection, &k->id, err);
    return rc;
}

/* Parses all records into w->articles and w->ready, with their hashes. */
static int parse_batch(struct worker *k, struct work *w, struct nh_error *err)
{
    const struct feed_batch *batch = w->batch;
    if (!reserve_articles(w, batch->count))
        return error_nomem(err);
    for (size_t i = 0; i < batch->count; i++) {
        const struct feed_record *r = &batch->records[i];
        struct article *a = &w->articles[w->count];
        int rc = parse_record(k, w, r, a, err);
        if (rc == NH_EDATA) {
            size_t at = err->offset == NH_NO_OFFSET ? 0 : err->offset;
            if (!report(k->p, r->reader, r->path, r->offset + at, err))
                return rc;
            continue;
        }
        if (rc == NH_OK && a->damage[0]) {
            error_set(err, NH_EDATA, "the end of the article: %s", a->damage);
            if (!report(k->p, r->reader, r->path, r->offset, err))
                return NH_EDATA;
        }
        if (rc != NH_OK)
            return rc;
        if (k->p->options->no_entities)
            article_entities_drop(a);
        w->record[w->count] = i;
        const uint64_t hash = article_hash(a);
        w->ready[w->count++] = (struct writer_article){
            .article = a,
            .hash = k->p->options->model ? hash : article_hash_untagged(hash)};
        w->counts.text_bytes += a->title.len + a->body.len;
        reader_tally_add(&w->counts.readers[reader_number(r->reader)], a);
    }
    return NH_OK;
}

static int resolve_batch(struct pipeline *p, struct work *w,
                         struct nh_error *err)
{
    for (size_t i = 0; i < w->count; i++) {
        struct writer_article *a = &w->ready[i];
        int rc = writer_resolve(p->writer, article_get(a->article, FIELD_ID),
                                a->hash, &a->verdict, err);
        if (rc != NH_OK)
            return rc;
        w->counts.added += a->verdict.fate == FATE_ADDED;
        w->counts.replaced += a->verdict.fate == FATE_REPLACED;
        w->counts.unchanged += a->verdict.fate == FATE_UNCHANGED;
    }
    return NH_OK;
}

/* Codes the articles that need storing. */
static int code_batch(struct worker *k, struct work *w, struct nh_error *err)
{
    int rc = NH_OK;
    buf_reset(&w->streams);
    for (size_t i = 0; rc == NH_OK && i < w->count; i++) {
        struct writer_article *a = &w->ready[i];
        w->stream_at[i] = w->streams.len;
        if (a->verdict.docid == 0)
            continue;
        if (!w->postings)
            rc = posting_batch_new(&w->postings, writer_builder(k->p->writer),
                                   w->batch->number, err);
        if (rc == NH_OK)
            rc =
                article_coder_add(k->coder, a->article, a->verdict.docid,
                                  w->postings, &w->streams, &a->signature, err);
    }
    if (rc != NH_OK)
        return rc;
    w->stream_at[w->count] = w->streams.len;
    for (size_t i = 0; i < w->count; i++) {
        size_t start = w->stream_at[i];
        w->ready[i].stream = (struct slice){w->streams.data + start,
                                            w->stream_at[i + 1] - start};
    }
    rc = article_coder_words(k->coder, &w->words, err);
    return rc == NH_OK && w->postings ? posting_batch_finish(w->postings, err)
                                      : rc;
}

/* The numbers from here on are of another file. */
static void begin_file(struct pipeline *p, const struct walk_file *file)
{
    p->articles.count = 0;
    p->file = file;
}

/* Tells the writer of the files that end in a batch which was appended. */
static int note_files(struct pipeline *p, const struct work *w,
                      struct nh_error *err)
{
    const struct feed_batch *batch = w->batch;
    size_t i = 0;
    int rc = NH_OK;
    for (size_t e = 0; rc == NH_OK && e <= batch->end_count; e++) {
        const struct feed_end *end =
            e < batch->end_count ? &batch->ends[e] : NULL;
        for (; rc == NH_OK && i < w->count &&
               (!end || w->record[i] < end->records);
             i++) {
            const struct walk_file *file = batch->records[w->record[i]].file;
            if (file != p->file)
                begin_file(p, file);
            if (file && !source_list_add(&p->articles, w->ready[i].verdict.has))
                rc = error_nomem(err);
        }
        if (rc != NH_OK || !end)
            continue;
        if (end->file != p->file) /* it has no articles */
            begin_file(p, end->file);
        const struct slice name = source_name(p, end->file, &p->name);
        rc = name.len ? writer_source_read(p->writer, name, &end->state,
                                           &p->articles, err)
                      : error_nomem(err);
        begin_file(p, NULL);
    }
    return rc;
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

static int append_batch(struct pipeline *p, struct work *w,
                        struct nh_error *err)
{
    struct posting_batch *postings = w->postings;
    w->postings = NULL; /* the writer's now */
    int rc =
        writer_append(p->writer, w->ready, w->count, postings, &w->words, err);
    if (rc == NH_OK)
        rc = note_files(p, w, err);
    if (rc == NH_OK &&
        (w->batch->commit || writer_full(p->writer, p->options->memory)))
        rc = writer_commit(p->writer, err);
    /* A feed may go on for as long as the machine runs. */
    if (rc == NH_OK && w->batch->commit && !p->options->no_merge)
        rc = merge_due_segments(p->writer, err);
    return rc;
}

static void count_batch(struct pipeline *p, const struct work *w)
{
    p->counts.added += w->counts.added;
    p->counts.replaced += w->counts.replaced;
    p->counts.unchanged += w->counts.unchanged;
    p->counts.text_bytes += w->counts.text_bytes;
    for (size_t i = 0; i <= READERS_MAX; i++) {
        p->counts.readers[i].articles += w->counts.readers[i].articles;
        p->counts.readers[i].dated += w->counts.readers[i].dated;
        p->counts.readers[i].unread_dates += w->counts.readers[i].unread_dates;
        p->counts.readers[i].bytes += w->counts.readers[i].bytes;
    }
    if (p->options->progress)
        p->options->progress(p->options->ctx, &p->counts, p->total_bytes);
}

/* Takes a coded batch over and appends what is next in order, unless another
 * worker is at it: that one then goes on with this. */
static int put_done(struct pipeline *p, struct work *w, struct nh_error *err)
{
    int rc = NH_OK;
    pthread_mutex_lock(&p->mutex);
    struct work **at = &p->done;
    while (*at && (*at)->batch->number < w->batch->number)
        at = &(*at)->next;
    w->next = *at;
    *at = w;
    while (rc == NH_OK && p->failed == NH_OK && !p->appending && p->done &&
           p->done->batch->number == p->append) {
        struct work *next = p->done;
        p->done = next->next;
        p->appending = true;
        pthread_mutex_unlock(&p->mutex);
        rc = append_batch(p, next, err);
        pthread_mutex_lock(&p->mutex);
        p->appending = false;
        p->append++;
        if (rc == NH_OK)
            count_batch(p, next);
        work_reset(next);
        next->next = p->idle;
        p->idle = next;
        pthread_cond_broadcast(&p->changed);
    }
    pthread_mutex_unlock(&p->mutex);
    return rc;
}

/* Takes the work over in any case. */
static int do_work(struct worker *k, struct work *w, struct nh_error *err)
{
    struct pipeline *p = k->p;
    int rc = parse_batch(k, w, err);
    bool go_on = rc == NH_OK && await_turn(p, &p->resolve, w->batch->number);
    if (go_on)
        rc = resolve_batch(p, w, err);
    if (go_on && rc == NH_OK) {
        next_turn(p, &p->resolve);
        const bool large = w->large;
        if (large)
            pthread_mutex_lock(&p->large);
        rc = code_batch(k, w, err);
        if (large)
            pthread_mutex_unlock(&p->large);
    }
    if (go_on && rc == NH_OK)
        return put_done(p, w, err);
    pthread_mutex_lock(&p->mutex);
    work_reset(w);
    w->next = p->idle;
    p->idle = w;
    pthread_mutex_unlock(&p->mutex);
    return rc;
}

static void *worker_run(void *arg)
{
    struct pipeline *p = arg;
    struct worker k;
    struct nh_error err;
    struct work *w;
    memset(&k, 0, sizeof k);
    memset(&err, 0, sizeof err);
    k.p = p;
    k.parse.map = p->options->map;
    k.parse.charset = p->options->charset;
    int rc = article_coder_new(&k.coder, writer_manifest(p->writer)->language,
                               writer_dict(p->writer), p->options->model, &err);
    while (rc == NH_OK && (w = take_work(p)))
        rc = do_work(&k, w, &err);
    if (rc != NH_OK)
        fail(p, rc, &err);
    parse_context_release(&k.parse);
    article_coder_free(k.coder);
    buf_release(&k.id);
    return NULL;
}

static bool add_works(struct pipeline *p, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct work *w = calloc(1, sizeof *w);
        if (!w)
            return false;
        w->next = p->idle;
        p->idle = w;
    }
    return true;
}

static void free_works(struct work *w)
{
    while (w) {
        struct work *next = w->next;
        work_reset(w);
        for (size_t i = 0; i < w->articles_cap; i++)
            article_release(&w->articles[i]);
        free(w->articles);
        free(w->ready);
        free(w->stream_at);
        free(w->record);
        buf_release(&w->streams);
        vocabulary_tally_release(&w->words);
        free(w);
        w = next;
    }
}

/* ---- The run. */

/* Makes a dictionary of the batches that wait, and of files that come later, if
 * there is none that fits; and has workers take the batches. */
static int start_workers(struct pipeline *p, struct nh_error *err)
{
    const unsigned jobs = p->options->jobs;
    const struct parse_context parse = {.map = p->options->map,
                                        .charset = p->options->charset};
    int rc = NH_OK;
    if (writer_dict_general(p->writer))
        rc = sample_train(p->writer, p->head, p->feed.walk, p->options->reader,
                          &parse, err);
    if (rc == NH_OK && !add_works(p, jobs + (jobs + 1) / 2))
        rc = error_nomem(err);
    while (rc == NH_OK && p->started < jobs &&
           pthread_create(&p->threads[p->started], NULL, worker_run, p) == 0)
        p->started++;
    if (rc == NH_OK && p->started == 0)
        rc = error_set(err, NH_ENOMEM, "cannot start a thread");
    return rc;
}

static int first_error(struct pipeline *p, struct nh_error *err)
{
    pthread_mutex_lock(&p->mutex);
    const int failed = p->failed;
    if (failed != NH_OK && err)
        *err = p->error;
    pthread_mutex_unlock(&p->mutex);
    return failed;
}

int pipeline_put(struct pipeline *p, struct feed_batch *batch,
                 struct nh_error *err)
{
    struct nh_error why;
    const bool commit = batch->commit;
    batch->number = p->number++;
    if (p->started == 0)
        p->ahead += batch->bytes.len;
    put_batch(p, batch, p->started > 0);
    const bool due = commit || p->ahead >= SAMPLE_RAW_BYTES ||
                     !writer_dict_general(p->writer);
    if (p->started == 0 && due && p->failed == NH_OK) {
        int rc = start_workers(p, &why);
        if (rc != NH_OK)
            fail(p, rc, &why);
    }
    return first_error(p, err);
}

static bool stopped(const struct pipeline_options *o)
{
    return o->stop && *o->stop;
}

int pipeline_read(struct pipeline *p, const struct walk *walk,
                  struct nh_error *err)
{
    struct nh_error why;
    struct feed_batch *batch;
    int rc = NH_OK, more = 0;
    p->feed.walk = walk;
    for (size_t i = 0; i < walk->count; i++)
        p->total_bytes += walk->files[i].size;
    while (rc == NH_OK && !stopped(p->options) &&
           (more = feed_next(&p->feed, &batch, &why)) == 1) {
        rc = pipeline_put(p, batch, err);
        pthread_mutex_lock(&p->mutex);
        p->counts.read_bytes = feed_consumed(&p->feed);
        pthread_mutex_unlock(&p->mutex);
    }
    if (more < 0)
        fail(p, more, &why);
    return first_error(p, err);
}

/* Of the options that say what a file's articles are. */
static uint64_t hash_options(const struct pipeline_options *o)
{
    /* Nothing for the default, so that files read before are known. */
    static const char *const orders[] = {"", "|dmy", "|mdy", "|ymd"};
    struct buf b = BUF_INIT;
    buf_printf(&b, "%s|%s|%s|%d%s%s", o->reader ? o->reader->name : "",
               o->map ? o->map : "", o->charset ? o->charset : "",
               o->no_entities, orders[o->date_order],
               o->no_entities || o->model ? "" : "|given");
    const uint64_t hash = b.failed ? 0 : hash64(b.data, b.len);
    buf_release(&b);
    return hash;
}

unsigned pipeline_jobs(void)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores > 16 ? 16 : (unsigned)cores;
}

int pipeline_new(struct pipeline **out, struct index_writer *w,
                 const struct pipeline_options *options, struct nh_error *err)
{
    struct pipeline *p = *out = calloc(1, sizeof *p);
    if (!p)
        return error_nomem(err);
    p->writer = w;
    p->options = options;
    p->feed.forced = options->reader;
    segment_builder_set_threads(writer_builder(w), options->jobs);
    p->feed.batch_records = segment_builder_batch_articles(writer_builder(w));
    p->feed.report = report_feed;
    p->feed.same = same_file;
    p->feed.commit_time = options->commit_time;
    p->feed.commit_bytes = options->commit_bytes;
    p->options_hash = hash_options(options);
    p->feed.ctx = p;
    pthread_mutex_init(&p->large, NULL);
    pthread_mutex_init(&p->mutex, NULL);
    pthread_cond_init(&p->changed, NULL);
    return NH_OK;
}

static void pipeline_free(struct pipeline *p)
{
    while (p->head) {
        struct feed_batch *next = p->head->next;
        feed_batch_free(p->head);
        p->head = next;
    }
    free_works(p->idle);
    free_works(p->done);
    feed_release(&p->feed);
    free(p->articles.items);
    buf_release(&p->name);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->mutex);
    pthread_mutex_destroy(&p->large);
    free(p);
}

int pipeline_finish(struct pipeline *p, struct pipeline_counts *counts,
                    struct nh_error *err)
{
    struct nh_error why;
    int rc = NH_OK;
    if (!p)
        return NH_OK;
    if (p->started == 0 && p->head && p->failed == NH_OK)
        rc = start_workers(p, &why);
    if (rc != NH_OK)
        fail(p, rc, &why);
    pthread_mutex_lock(&p->mutex);
    p->ended = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->mutex);
    for (unsigned i = 0; i < p->started; i++)
        pthread_join(p->threads[i], NULL);
    rc = first_error(p, err);
    p->counts.files = p->feed.files_read;
    p->counts.read_bytes = p->feed.walk ? feed_consumed(&p->feed) : 0;
    if (counts)
        *counts = p->counts;
    pipeline_free(p);
    return rc;
}

int pipeline_run(struct index_writer *w, const struct walk *walk,
                 const struct pipeline_options *options,
                 struct pipeline_counts *counts, struct nh_error *err)
{
    struct pipeline *p;
    memset(counts, 0, sizeof *counts);
    int rc = pipeline_new(&p, w, options, err);
    if (rc == NH_OK) {
        pipeline_read(p, walk, NULL);
        rc = pipeline_finish(p, counts, err); /* of the reading too */
    }
    if (rc == NH_OK)
        rc = writer_commit(w, err);
    if (rc == NH_OK && !options->no_merge && !stopped(options))
        rc = merge_due_segments(w, err);
    return rc;
}
