/* Owns building without Xapian's write path: batches are inverted in memory,
 * joined in order, and written as glass tables front to back.
 * Promises tables that libxapian has checked and that hold what was added;
 * where they do not, the segment is built through the API instead. */
#include "indexer/segment/builder_ops.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "common/base/file.h"
#include "common/store/blocks.h"
#include "common/text/schema.h"
#include "common/xapian/xw.h"
#include "indexer/segment/blocks_writer.h"
#include "indexer/segment/fallback.h"
#include "indexer/segment/inverter.h"

/* Larger batches join faster, smaller ones keep workers busy. */
#define BATCH_ARTICLES 2000
/* Batches are joined at once, so their number does not matter. */
#define BATCHES_MAX SIZE_MAX
/* Terms whose lists are read back and compared, besides the longest. */
#define SAMPLE_TERMS 64

struct bulk_builder {
    char *dir;
    struct inverter all;
    unsigned threads;
    bool keep_lists; /* in Xapian's tables, although they have lists */
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

static void bulk_keep_lists(void *self)
{
    struct bulk_builder *b = self;
    b->keep_lists = true;
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

static int bulk_keys(void *batch, uint32_t age, struct posting_key *keys,
                     size_t *count, struct nh_error *err)
{
    return done(inverter_keys(batch, age, keys, count), err);
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

/* A term, for sorting. */
struct sorted_term {
    uint64_t head; /* its first eight bytes as a number that sorts as they do */
    const struct strtab_entry *entry;
};

static uint32_t number_of(const struct inverter *v, const struct sorted_term *t)
{
    return (uint32_t)(t->entry - v->terms.entries);
}

static uint64_t head_of(const struct strtab_entry *e)
{
    uint64_t head = 0;
    for (uint32_t i = 0; i < 8; i++)
        head = head << 8 | (i < e->len ? (uint8_t)e->data[i] : 0u);
    return head;
}

static int by_bytes(const void *one, const void *other)
{
    const struct sorted_term *x = one, *y = other;
    if (x->head != y->head)
        return x->head < y->head ? -1 : 1;
    const struct strtab_entry *a = x->entry, *b = y->entry;
    const int order =
        memcmp(a->data, b->data, a->len < b->len ? a->len : b->len);
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

static struct sorted_term *sort_terms(const struct inverter *v)
{
    struct sorted_term *list =
        malloc(((size_t)v->terms.count + 1) * sizeof *list);
    for (uint32_t i = 0; list && i < v->terms.count; i++)
        list[i] = (struct sorted_term){head_of(&v->terms.entries[i]),
                                       &v->terms.entries[i]};
    if (list)
        qsort(list, v->terms.count, sizeof *list, by_bytes);
    return list;
}

/* Fetches from memory what the terms behind `i` will need: they lie in the
 * order in which they came. */
static void fetch_ahead(const struct inverter *v,
                        const struct sorted_term *terms, uint32_t i)
{
    if (i + 24 < v->terms.count)
        __builtin_prefetch(terms[i + 24].entry);
    if (i + 16 < v->terms.count)
        __builtin_prefetch(&v->runs[number_of(v, &terms[i + 16])]);
    if (i + 8 < v->terms.count) {
        __builtin_prefetch(terms[i + 8].entry->data);
        __builtin_prefetch(v->runs[number_of(v, &terms[i + 8])].head);
    }
}

/* Some of the terms, written by one thread. */
struct table_part {
    const struct bulk_builder *b;
    const struct sorted_term *terms;
    const struct blocks_lengths *lengths;
    uint32_t first, end;
    struct glass_writer *writer;
    struct blocks_part *blocks;
    int rc;
    struct nh_error error;
};

static int write_term(struct table_part *p, const struct sorted_term *t,
                      struct buf *scratch)
{
    const struct slice term = {t->entry->data, t->entry->len};
    struct glass_run run;
    bool taken;
    if (!inverter_run(&p->b->all, number_of(&p->b->all, t), scratch, &run))
        return error_nomem(&p->error);
    int rc = blocks_add(p->blocks, p->lengths, term, &run, &taken, &p->error);
    if (rc != NH_OK)
        return rc;
    if (!taken)
        return glass_term(p->writer, term, &run, &p->error);
    if (p->b->keep_lists)
        return glass_term_packed(p->writer, term, &run, &p->error);
    glass_elsewhere(p->writer, &run);
    return NH_OK;
}

static void *write_terms(void *arg)
{
    struct table_part *p = arg;
    struct buf scratch = BUF_INIT;
    for (uint32_t i = p->first; p->rc == NH_OK && i < p->end; i++) {
        fetch_ahead(&p->b->all, p->terms, i);
        p->rc = write_term(p, &p->terms[i], &scratch);
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
        sum += v->runs[number_of(v, &terms[i++])].count + TERM_COST;
    return i;
}

/* What a segment's files are written with. */
struct table_writer {
    struct glass_writer glass, half; /* the second half of the terms */
    struct file_writer file;
    struct blocks_lengths lengths;
    struct blocks_part blocks[2];
};

static void table_writer_abort(struct table_writer *w)
{
    glass_abort(&w->glass);
    glass_abort(&w->half);
    file_writer_abort(&w->file);
    blocks_lengths_release(&w->lengths);
    blocks_part_release(&w->blocks[0]);
    blocks_part_release(&w->blocks[1]);
}

/* Writes all terms, the second half beside the first if there may be two
 * threads. The files do not depend on that. */
static int write_all_terms(struct bulk_builder *b,
                           const struct sorted_term *terms,
                           struct table_writer *w, struct nh_error *err)
{
    const uint32_t middle = middle_term(&b->all, terms);
    struct table_part low = {.b = b,
                             .terms = terms,
                             .lengths = &w->lengths,
                             .end = middle,
                             .writer = &w->glass,
                             .blocks = &w->blocks[0]};
    struct table_part high = {.b = b,
                              .terms = terms,
                              .lengths = &w->lengths,
                              .first = middle,
                              .end = b->all.terms.count,
                              .writer = &w->half,
                              .blocks = &w->blocks[1]};
    pthread_t thread;
    int rc = glass_part_open(&w->half, err);
    if (rc != NH_OK)
        return rc;
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
    return bad->rc != NH_OK ? bad->rc
                            : glass_part_join(&w->glass, &w->half, err);
}

static int write_lengths(const struct inverter *v, struct table_writer *w,
                         uint32_t last, struct nh_error *err)
{
    struct buf scratch = BUF_INIT;
    struct glass_run run;
    int rc = inverter_lengths(v, &scratch, &run)
                 ? glass_lengths(&w->glass, &run, err)
                 : error_nomem(err);
    if (rc == NH_OK)
        rc = blocks_lengths_init(&w->lengths, last, &run, err);
    buf_release(&scratch);
    return rc;
}

static int write_tables(struct bulk_builder *b, const struct sorted_term *terms,
                        const char *path, struct nh_error *err)
{
    const struct inverter *v = &b->all;
    struct table_writer *w = calloc(1, sizeof *w);
    struct glass_stats stats;
    if (!w)
        return error_nomem(err);
    inverter_stats(v, &stats);
    int rc = glass_open(&w->glass, path, err);
    if (rc == NH_OK)
        rc = glass_values(
            &w->glass, SCHEMA_DATE_SLOT, (const uint8_t *)v->values.data,
            v->values.len / (4 + INVERTER_VALUE), INVERTER_VALUE, err);
    if (rc == NH_OK)
        rc = write_lengths(v, w, stats.last_docid, err);
    if (rc == NH_OK)
        rc = blocks_start(&w->file, path, err);
    w->blocks[0].file = &w->file;
    if (rc == NH_OK)
        rc = write_all_terms(b, terms, w, err);
    if (rc == NH_OK)
        rc = blocks_finish(&w->file, &w->lengths, w->blocks, 2, err);
    if (rc == NH_OK)
        rc = glass_finish(&w->glass, &stats, err);
    table_writer_abort(w);
    free(w);
    return rc;
}

/* ---- Checking. */

static int differs(struct nh_error *err, const char *what)
{
    return error_set(err, NH_ECORRUPT,
                     "%s in the new tables is not what was written", what);
}

/* Compares a term's list as libxapian reads it with the run in memory. */
static int check_table_list(const struct glass_run *run, const xw_db *db,
                            struct slice term, struct nh_error *err)
{
    xw_postings *list;
    uint32_t docid = 0, got, wdf;
    uint64_t delta, count;
    const uint8_t *p = run->data, *end = p + run->len;
    int rc = xw_postings_open(&list, db, term.data, term.len, err);
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

/* The same for a list in blocks. */
static int check_block_list(const struct glass_run *run,
                            const struct block_list *list, struct nh_error *err)
{
    struct block block;
    uint32_t docid = 0;
    uint64_t delta, count;
    const uint8_t *p = run->data, *end = p + run->len;
    if (list->postings != run->count)
        return differs(err, "the length of a list");
    for (uint32_t i = 0; i < list->blocks; i++) {
        if (!block_enter(list, i, &block))
            return block_damaged(list, err);
        block_wdfs(&block);
        for (uint32_t k = 0; k < block.count; k++) {
            if (!varint_read(&p, end, &delta) || !varint_read(&p, end, &count))
                return differs(err, "the length of a list");
            docid += (uint32_t)delta + 1;
            if (block.docids[k] != docid || block.wdfs[k] != count)
                return differs(err, "a posting");
        }
    }
    return NH_OK;
}

/* What was written, opened. */
struct written {
    xw_db *db;
    struct blocks blocks;
};

static int check_term(const struct bulk_builder *b, const struct written *w,
                      uint32_t number, struct buf *scratch,
                      struct nh_error *err)
{
    const struct strtab_entry *e = &b->all.terms.entries[number];
    const struct slice term = {e->data, e->len};
    struct glass_run run;
    struct block_list list;
    if (!inverter_run(&b->all, number, scratch, &run))
        return error_nomem(err);
    int found = blocks_find(&w->blocks, term, &list, err);
    int rc = found < 0 ? found : NH_OK;
    if (found == 1)
        rc = check_block_list(&run, &list, err);
    if (rc == NH_OK && (found == 0 || b->keep_lists))
        rc = check_table_list(&run, w->db, term, err);
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

static int open_written(struct written *w, const char *path,
                        struct nh_error *err)
{
    struct buf name = BUF_INIT;
    int rc = xw_db_open(&w->db, path, err);
    if (rc == NH_OK)
        rc = file_join(&name, path, BLOCKS_NAME)
                 ? blocks_open(&w->blocks, name.data, err)
                 : error_nomem(err);
    buf_release(&name);
    return rc;
}

static int check_terms(const struct bulk_builder *b,
                       const struct sorted_term *terms, const struct written *w,
                       struct nh_error *err)
{
    const struct inverter *v = &b->all;
    const uint32_t count = v->terms.count, step = count / SAMPLE_TERMS + 1;
    struct buf scratch = BUF_INIT;
    uint32_t longest = 0;
    for (uint32_t i = 0; i < count; i++)
        if (v->runs[i].count > v->runs[longest].count)
            longest = i;
    int rc = count ? check_term(b, w, longest, &scratch, err) : NH_OK;
    for (uint32_t i = 0; rc == NH_OK && i < count; i += step)
        rc = check_term(b, w, number_of(v, &terms[i]), &scratch, err);
    if (rc == NH_OK && count)
        rc = check_term(b, w, number_of(v, &terms[count - 1]), &scratch, err);
    buf_release(&scratch);
    return rc;
}

static int check_tables(const struct bulk_builder *b,
                        const struct sorted_term *terms, const char *path,
                        struct nh_error *err)
{
    struct written w = {.db = NULL};
    size_t problems = 0;
    int rc = xw_db_check(path, &problems, err);
    if (rc == NH_OK && problems)
        rc = differs(err, "something that Xapian checks");
    if (rc == NH_OK)
        rc = open_written(&w, path, err);
    if (rc == NH_OK)
        rc = check_counts(&b->all, w.db, err);
    if (rc == NH_OK)
        rc = check_terms(b, terms, &w, err);
    xw_db_free(w.db);
    blocks_close(&w.blocks);
    return rc;
}

/* ---- Finishing. */

/* Removes tables that turned out wrong; the folder holds other files too. */
static void remove_tables(const char *path)
{
    static const char *const names[] = {VERSION_NAME, TABLE_NAME, BLOCKS_NAME};
    struct buf name = BUF_INIT;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (file_join(&name, path, names[i]))
            file_remove(name.data);
    buf_release(&name);
}

/* Gives back what the workers that have ended had, before sorting takes more.
 */
static void trim_memory(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

static int bulk_finish(void *self, const char *path, bool *fell_back,
                       struct nh_error *err)
{
    struct bulk_builder *b = self;
    trim_memory();
    struct sorted_term *terms = sort_terms(&b->all);
    if (!terms)
        return error_nomem(err);
    int rc = write_tables(b, terms, path, err);
    if (rc == NH_OK)
        rc = check_tables(b, terms, path, err);
    free(terms);
    /* A disk that is full is full for the API too. */
    if (rc == NH_EINTERNAL || rc == NH_ECORRUPT || rc == NH_EVERSION) {
        remove_tables(path);
        rc = fallback_build(&b->all, b->dir, path, err);
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
                                         .keep_lists = bulk_keep_lists,
                                         .batch_new = bulk_batch_new,
                                         .batch_free = bulk_batch_free,
                                         .begin = bulk_begin,
                                         .term = bulk_term,
                                         .keys = bulk_keys,
                                         .word = bulk_word,
                                         .value = bulk_value,
                                         .end = bulk_end,
                                         .finish_batch = bulk_finish_batch,
                                         .add = bulk_add,
                                         .finish = bulk_finish};
