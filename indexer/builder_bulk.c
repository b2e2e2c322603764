/* Owns building without Xapian's write path: batches are inverted in memory,
 * joined in order, and written as glass tables front to back.
 * Promises tables that libxapian has checked and that hold what was added;
 * where they do not, the segment is built through the API instead. */
#include "indexer/builder_ops.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/schema.h"
#include "common/xapian/xw.h"
#include "indexer/inverter.h"

/* Larger batches join faster, smaller ones keep workers busy. */
#define BATCH_ARTICLES 2000
/* Batches are joined at once, so their number does not matter. */
#define BATCHES_MAX SIZE_MAX
/* Terms whose lists are read back and compared, besides the longest. */
#define SAMPLE_TERMS 64
/* Articles that the fallback builds at a time. */
#define FALLBACK_ARTICLES 500

struct bulk_builder {
    char *dir;
    struct inverter all;
    unsigned threads;
};

static void bulk_close(void *self)
{
    struct bulk_builder *b = self;
    if (!b)
        return;
    inverter_release(&b->all);
    if (b->dir)
        file_remove_dir(b->dir);
    free(b->dir);
    free(b);
}

static int bulk_open(void **self, const char *dir, struct nh_error *err)
{
    size_t len = strlen(dir) + 1;
    struct bulk_builder *b = calloc(1, sizeof *b);
    *self = NULL;
    if (b)
        b->dir = malloc(len);
    if (!b || !b->dir) {
        bulk_close(b);
        return error_nomem(err);
    }
    memcpy(b->dir, dir, len);
    *self = b;
    return NH_OK;
}

static size_t bulk_memory(const void *self)
{
    const struct bulk_builder *b = self;
    return inverter_memory(&b->all);
}

static void bulk_set_threads(void *self, unsigned threads)
{
    struct bulk_builder *b = self;
    b->threads = threads;
}

/* ---- Batches. */

static int bulk_batch_new(void **batch, void *self, uint64_t number,
                          struct nh_error *err)
{
    (void)self;
    (void)number;
    *batch = calloc(1, sizeof(struct inverter_batch));
    return *batch ? NH_OK : error_nomem(err);
}

static void bulk_batch_free(void *batch)
{
    if (batch)
        inverter_batch_release(batch);
    free(batch);
}

static int done(bool good, struct nh_error *err)
{
    return good ? NH_OK : error_nomem(err);
}

static int bulk_begin(void *batch, uint32_t docid, struct nh_error *err)
{
    return inverter_begin(batch, docid)
               ? NH_OK
               : error_set(err, NH_EINTERNAL, "article numbers do not ascend");
}

static int bulk_term(void *batch, struct slice term, uint32_t wdf,
                     struct nh_error *err)
{
    return done(inverter_term(batch, term, wdf), err);
}

static bool bulk_known(void *batch, uint32_t key, uint32_t age, uint32_t wdf)
{
    return inverter_known(batch, key, age, wdf);
}

static int bulk_word(void *batch, uint32_t key, struct slice term, uint32_t wdf,
                     struct nh_error *err)
{
    return done(inverter_word(batch, key, term, wdf), err);
}

static int bulk_value(void *batch, uint32_t slot, struct slice value,
                      struct nh_error *err)
{
    if (slot != SCHEMA_DATE_SLOT || value.len != INVERTER_VALUE)
        return error_set(err, NH_EINTERNAL, "a value of unknown form");
    return done(inverter_value(batch, value.data), err);
}

static int bulk_end(void *batch, struct nh_error *err)
{
    (void)batch;
    (void)err;
    return NH_OK;
}

static int bulk_finish_batch(void *batch, struct nh_error *err)
{
    return done(inverter_finish(batch), err);
}

static int bulk_add(void *self, void *batch, struct nh_error *err)
{
    struct bulk_builder *b = self;
    bool good = inverter_join(&b->all, batch);
    bulk_batch_free(batch);
    return done(good, err);
}

/* ---- Writing. */

/* A term with its number, for sorting. */
struct sorted_term {
    uint64_t head; /* its first eight bytes as a number that sorts as they do */
    const char *data;
    uint32_t len, number;
};

static uint64_t head_of(const struct strtab_entry *e)
{
    uint64_t head = 0;
    for (uint32_t i = 0; i < 8; i++)
        head = head << 8 | (i < e->len ? (uint8_t)e->data[i] : 0u);
    return head;
}

static int by_bytes(const void *a, const void *b)
{
    const struct sorted_term *x = a, *y = b;
    if (x->head != y->head)
        return x->head < y->head ? -1 : 1;
    int order = memcmp(x->data, y->data, x->len < y->len ? x->len : y->len);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

static struct sorted_term *sort_terms(const struct inverter *v)
{
    struct sorted_term *list =
        malloc(((size_t)v->terms.count + 1) * sizeof *list);
    for (uint32_t i = 0; list && i < v->terms.count; i++)
        list[i] = (struct sorted_term){head_of(&v->terms.entries[i]),
                                       v->terms.entries[i].data,
                                       v->terms.entries[i].len, i};
    if (list)
        qsort(list, v->terms.count, sizeof *list, by_bytes);
    return list;
}

/* Fetches from memory what the terms behind `i` will need: they lie in the
 * order in which they came. */
static void fetch_ahead(const struct inverter *v,
                        const struct sorted_term *terms, uint32_t i)
{
    if (i + 16 < v->terms.count)
        __builtin_prefetch(&v->runs[terms[i + 16].number]);
    if (i + 8 < v->terms.count) {
        __builtin_prefetch(terms[i + 8].data);
        __builtin_prefetch(v->runs[terms[i + 8].number].head);
    }
}

/* Some of the terms, written by one thread. */
struct table_part {
    const struct inverter *v;
    const struct sorted_term *terms;
    uint32_t first, end;
    struct glass_writer *writer;
    int rc;
    struct nh_error error;
};

static void *write_terms(void *arg)
{
    struct table_part *p = arg;
    struct buf scratch = BUF_INIT;
    struct glass_run run;
    for (uint32_t i = p->first; p->rc == NH_OK && i < p->end; i++) {
        const struct sorted_term *t = &p->terms[i];
        fetch_ahead(p->v, p->terms, i);
        p->rc = inverter_run(p->v, t->number, &scratch, &run)
                    ? glass_term(p->writer, (struct slice){t->data, t->len},
                                 &run, &p->error)
                    : error_nomem(&p->error);
    }
    buf_release(&scratch);
    return NULL;
}

/* With fewer postings than this, all terms are one half. */
#define HALVES_MIN 262144u
/* What a term costs beside its postings, in postings. */
#define TERM_COST 16u

/* The first term of the second half, by postings. */
static uint32_t middle_term(const struct inverter *v,
                            const struct sorted_term *terms)
{
    uint64_t all = 0, sum = 0;
    uint32_t i = 0;
    for (uint32_t t = 0; t < v->terms.count; t++)
        all += v->runs[t].count + TERM_COST;
    if (all < HALVES_MIN)
        return v->terms.count;
    while (i < v->terms.count && sum < all / 2)
        sum += v->runs[terms[i++].number].count + TERM_COST;
    return i;
}

/* Writes all terms, the second half beside the first if there may be two
 * threads. The tables do not depend on that. */
static int write_all_terms(struct bulk_builder *b,
                           const struct sorted_term *terms,
                           struct glass_writer *w, struct nh_error *err)
{
    const struct inverter *v = &b->all;
    struct glass_writer part;
    struct nh_error error;
    memset(&error, 0, sizeof error);
    uint32_t middle = middle_term(v, terms);
    struct table_part low = {v, terms, 0, middle, w, NH_OK, error};
    struct table_part high = {v,     terms, middle, v->terms.count,
                              &part, NH_OK, error};
    pthread_t thread;
    int rc = glass_part_open(&part, err);
    if (rc != NH_OK) {
        glass_abort(&part);
        return rc;
    }
    bool beside = b->threads > 1 &&
                  pthread_create(&thread, NULL, write_terms, &high) == 0;
    write_terms(&low);
    if (beside)
        pthread_join(thread, NULL);
    else
        write_terms(&high);
    const struct table_part *bad = low.rc != NH_OK ? &low : &high;
    if (bad->rc != NH_OK && err)
        *err = bad->error;
    if (bad->rc != NH_OK)
        glass_abort(&part);
    return bad->rc != NH_OK ? bad->rc : glass_part_join(w, &part, err);
}

static int write_tables(struct bulk_builder *b, const struct sorted_term *terms,
                        const char *path, struct nh_error *err)
{
    const struct inverter *v = &b->all;
    struct glass_writer w;
    struct glass_run run;
    struct glass_stats stats;
    struct buf scratch = BUF_INIT;
    int rc = glass_open(&w, path, err);
    if (rc != NH_OK)
        return rc;
    rc =
        glass_values(&w, SCHEMA_DATE_SLOT, (const uint8_t *)v->values.data,
                     v->values.len / (4 + INVERTER_VALUE), INVERTER_VALUE, err);
    if (rc == NH_OK)
        rc = inverter_lengths(v, &scratch, &run) ? glass_lengths(&w, &run, err)
                                                 : error_nomem(err);
    buf_release(&scratch);
    if (rc == NH_OK)
        rc = write_all_terms(b, terms, &w, err);
    inverter_stats(v, &stats);
    if (rc == NH_OK)
        rc = glass_finish(&w, &stats, err);
    glass_abort(&w);
    return rc;
}

/* ---- Checking. */

static int differs(struct nh_error *err, const char *what)
{
    return error_set(err, NH_ECORRUPT,
                     "%s in the new tables is not what was written", what);
}

/* Compares a term's list as libxapian reads it with the one in memory. */
static int check_term(const struct inverter *v, const xw_db *db, uint32_t term,
                      struct buf *scratch, struct nh_error *err)
{
    const struct strtab_entry *e = &v->terms.entries[term];
    struct glass_run run;
    xw_postings *list;
    uint32_t docid = 0, got, wdf;
    uint64_t delta, count;
    if (!inverter_run(v, term, scratch, &run))
        return error_nomem(err);
    int rc = xw_postings_open(&list, db, e->data, e->len, err);
    const uint8_t *p = run.data, *end = p + run.len;
    while (rc == NH_OK && varint_read(&p, end, &delta) &&
           varint_read(&p, end, &count)) {
        docid += (uint32_t)delta + 1;
        int more = xw_postings_next(list, &got, &wdf, err);
        if (more < 0)
            rc = more;
        else if (more == 0 || got != docid || wdf != count)
            rc = differs(err, "a posting");
    }
    if (rc == NH_OK && xw_postings_next(list, &got, &wdf, err) != 0)
        rc = differs(err, "the length of a list");
    xw_postings_free(list);
    return rc;
}

static int check_counts(const struct inverter *v, const xw_db *db,
                        struct nh_error *err)
{
    struct glass_stats stats;
    uint32_t documents, last, length;
    double average;
    inverter_stats(v, &stats);
    int rc = xw_db_doccount(db, &documents, err);
    if (rc == NH_OK)
        rc = xw_db_lastdocid(db, &last, err);
    if (rc == NH_OK)
        rc = xw_db_average_length(db, &average, err);
    if (rc != NH_OK)
        return rc;
    double expected = (double)stats.total_length / stats.documents;
    if (documents != stats.documents || last != stats.last_docid ||
        average < expected * (1 - 1e-9) || average > expected * (1 + 1e-9))
        return differs(err, "a count");
    size_t step = documents / SAMPLE_TERMS + 1;
    for (size_t i = 0; rc == NH_OK && i < documents; i += step) {
        uint32_t wanted, docid = inverter_article(v, i, &wanted);
        rc = xw_db_doclength(db, docid, &length, err);
        if (rc == NH_OK && length != wanted)
            rc = differs(err, "a length");
    }
    return rc;
}

static int check_tables(const struct inverter *v,
                        const struct sorted_term *terms, const char *path,
                        struct nh_error *err)
{
    struct buf scratch = BUF_INIT;
    xw_db *db = NULL;
    size_t problems = 0;
    uint32_t longest = 0;
    int rc = xw_db_check(path, &problems, err);
    if (rc == NH_OK && problems)
        rc = differs(err, "something that Xapian checks");
    if (rc == NH_OK)
        rc = xw_db_open(&db, path, err);
    if (rc == NH_OK)
        rc = check_counts(v, db, err);
    uint32_t step = v->terms.count / SAMPLE_TERMS + 1;
    for (uint32_t i = 0; i < v->terms.count; i++)
        if (v->runs[i].count > v->runs[longest].count)
            longest = i;
    if (rc == NH_OK && v->terms.count)
        rc = check_term(v, db, longest, &scratch, err);
    for (uint32_t i = 0; rc == NH_OK && i < v->terms.count; i += step)
        rc = check_term(v, db, terms[i].number, &scratch, err);
    if (rc == NH_OK && v->terms.count)
        rc = check_term(v, db, terms[v->terms.count - 1].number, &scratch, err);
    xw_db_free(db);
    buf_release(&scratch);
    return rc;
}

/* ---- The fallback: the same postings, article by article, through the API. */

/* A posting of the articles that are being built. */
struct posting {
    uint32_t docid, term, wdf;
};

static int by_docid(const void *a, const void *b)
{
    const struct posting *x = a, *y = b;
    return (x->docid > y->docid) - (x->docid < y->docid);
}

/* Where each term's run was read to. */
struct cursor {
    size_t at;
    uint32_t docid;
};

/* Appends the postings with docids up to `last` behind the cursors. */
static int collect(const struct inverter *v, struct cursor *cursors,
                   uint32_t last, struct buf *out, struct nh_error *err)
{
    struct buf scratch = BUF_INIT;
    struct glass_run run;
    bool good = true;
    for (uint32_t t = 0; good && t < v->terms.count; t++) {
        struct cursor *c = &cursors[t];
        uint64_t delta, wdf;
        good = inverter_run(v, t, &scratch, &run);
        const uint8_t *p = run.data + c->at, *end = run.data + run.len;
        while (good && varint_read(&p, end, &delta) &&
               c->docid + delta + 1 <= last && varint_read(&p, end, &wdf)) {
            c->docid += (uint32_t)delta + 1;
            c->at = (size_t)(p - run.data);
            struct posting posting = {c->docid, t, (uint32_t)wdf};
            buf_append(out, &posting, sizeof posting);
        }
    }
    buf_release(&scratch);
    return done(good && !out->failed, err);
}

/* Adds articles first..first+count of the inverter as a batch. */
static int api_batch(const struct inverter *v, void *api, size_t first,
                     size_t count, const struct buf *postings, size_t *value,
                     struct nh_error *err)
{
    const struct posting *at =
        (const struct posting *)(const void *)postings->data;
    const struct posting *end = at + postings->len / sizeof *at;
    void *batch;
    int rc = builder_api.batch_new(&batch, api, first, err);
    if (rc != NH_OK)
        return rc;
    for (size_t i = first; rc == NH_OK && i < first + count; i++) {
        uint32_t length, dated, docid = inverter_article(v, i, &length);
        rc = builder_api.begin(batch, docid, err);
        for (; rc == NH_OK && at < end && at->docid == docid; at++) {
            const struct strtab_entry *e = &v->terms.entries[at->term];
            rc = builder_api.term(batch, (struct slice){e->data, e->len},
                                  at->wdf, err);
        }
        const char *next = v->values.data + *value;
        if (rc == NH_OK && *value < v->values.len &&
            (memcpy(&dated, next, 4), dated == docid)) {
            rc = builder_api.value(batch, SCHEMA_DATE_SLOT,
                                   (struct slice){next + 4, INVERTER_VALUE},
                                   err);
            *value += 4 + INVERTER_VALUE;
        }
        if (rc == NH_OK)
            rc = builder_api.end(batch, err);
    }
    if (rc == NH_OK)
        rc = builder_api.finish_batch(batch, err);
    if (rc != NH_OK) {
        builder_api.batch_free(batch);
        return rc;
    }
    return builder_api.add(api, batch, err);
}

static int build_by_api(const struct bulk_builder *b, const char *path,
                        struct nh_error *err)
{
    const struct inverter *v = &b->all;
    struct buf postings = BUF_INIT;
    size_t articles = inverter_articles(v), value = 0;
    /* Few enough batches for the API builder. */
    size_t step = articles / builder_api.batches_max + 1;
    if (step < FALLBACK_ARTICLES)
        step = FALLBACK_ARTICLES;
    struct cursor *cursors =
        calloc((size_t)v->terms.count + 1, sizeof *cursors);
    void *api = NULL;
    int rc = cursors ? builder_api.open(&api, b->dir, err) : error_nomem(err);
    for (size_t first = 0; rc == NH_OK && first < articles; first += step) {
        size_t count = articles - first < step ? articles - first : step;
        uint32_t length, last = inverter_article(v, first + count - 1, &length);
        buf_reset(&postings);
        rc = collect(v, cursors, last, &postings, err);
        if (rc == NH_OK && postings.len)
            qsort(postings.data, postings.len / sizeof(struct posting),
                  sizeof(struct posting), by_docid);
        if (rc == NH_OK)
            rc = api_batch(v, api, first, count, &postings, &value, err);
    }
    bool unused;
    if (rc == NH_OK)
        rc = builder_api.finish(api, path, &unused, err);
    if (api)
        builder_api.close(api);
    free(cursors);
    buf_release(&postings);
    return rc;
}

/* Removes tables that turned out wrong; the folder holds other files too. */
static void remove_tables(const char *path)
{
    static const char *const names[] = {"iamglass", "postlist.glass"};
    struct buf name = BUF_INIT;
    for (size_t i = 0; i < 2; i++)
        if (file_join(&name, path, names[i]))
            remove(name.data);
    buf_release(&name);
}

static int bulk_finish(void *self, const char *path, bool *fell_back,
                       struct nh_error *err)
{
    struct bulk_builder *b = self;
    struct sorted_term *terms = sort_terms(&b->all);
    if (!terms)
        return error_nomem(err);
    int rc = write_tables(b, terms, path, err);
    if (rc == NH_OK)
        rc = check_tables(&b->all, terms, path, err);
    free(terms);
    /* A disk that is full is full for the API too. */
    if (rc == NH_EINTERNAL || rc == NH_ECORRUPT || rc == NH_EVERSION) {
        remove_tables(path);
        rc = build_by_api(b, path, err);
        *fell_back = *fell_back || rc == NH_OK;
    }
    inverter_reset(&b->all);
    return rc;
}

const struct builder_ops builder_bulk = {.name = "bulk",
                                         .batch_articles = BATCH_ARTICLES,
                                         .batches_max = BATCHES_MAX,
                                         .open = bulk_open,
                                         .close = bulk_close,
                                         .memory = bulk_memory,
                                         .set_threads = bulk_set_threads,
                                         .batch_new = bulk_batch_new,
                                         .batch_free = bulk_batch_free,
                                         .begin = bulk_begin,
                                         .term = bulk_term,
                                         .known = bulk_known,
                                         .word = bulk_word,
                                         .value = bulk_value,
                                         .end = bulk_end,
                                         .finish_batch = bulk_finish_batch,
                                         .add = bulk_add,
                                         .finish = bulk_finish};
