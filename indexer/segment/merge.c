/* Owns merging. Promises the same articles, numbers and postings, less the
 * tombstoned ones. */
#include "indexer/segment/merge.h"

#include <stdlib.h>
#include <string.h>

#include "common/stream/stream.h"
#include "common/xapian/xw.h"
#include "indexer/segment/articles_writer.h"
#include "indexer/segment/blocks_writer.h"
#include "indexer/segment/copies_writer.h"
#include "indexer/segment/glass_writer.h"
#include "indexer/segment/inverter.h"
#include "indexer/segment/vocabulary_writer.h"

/* A segment that is read. */
struct source {
    struct snapshot_segment *segment;
    struct glass_terms terms;
    struct glass_postings article_lengths;
    struct slice table_term; /* the next one in Xapian's table; NULL: none */
    struct slice list_term;  /* the next one with a list; NULL: none */
    uint32_t lists;          /* read so far */
    struct block_list list;  /* of list_term */
};

struct merge {
    const struct snapshot *snapshot;
    struct source *sources;
    size_t count;
    const struct dict *dict;
    struct articles_writer articles;
    struct glass_writer glass;
    struct glass_stats stats;
    bool keep_lists;
    struct file_writer blocks_file;
    struct blocks_lengths block_lengths;
    struct blocks_part blocks;
    struct vocabulary_writer vocabulary_writer;
    struct buf values, lengths, run, term;
    uint32_t last_length; /* docid of the last length put */
    /* For streams in another dictionary's codes. */
    struct lexicon lex;
    struct stream_encoder *encoder;
    struct stream_decoded decoded;
    struct word_list words;
    struct buf stream;
    struct article article;
};

static void merge_release(struct merge *m)
{
    for (size_t i = 0; m->sources && i < m->count; i++) {
        glass_terms_release(&m->sources[i].terms);
        glass_postings_release(&m->sources[i].article_lengths);
    }
    free(m->sources);
    articles_writer_abort(&m->articles);
    glass_abort(&m->glass);
    file_writer_abort(&m->blocks_file);
    blocks_lengths_release(&m->block_lengths);
    blocks_part_release(&m->blocks);
    vocabulary_writer_release(&m->vocabulary_writer);
    buf_release(&m->values);
    buf_release(&m->lengths);
    buf_release(&m->run);
    buf_release(&m->term);
    buf_release(&m->stream);
    stream_encoder_free(m->encoder);
    lexicon_release(&m->lex);
    stream_decoded_release(&m->decoded);
    word_list_release(&m->words);
    article_release(&m->article);
}

static int open_sources(struct merge *m, size_t from, struct nh_error *err)
{
    int rc = snapshot_tables(m->snapshot, err);
    m->sources = calloc(m->count, sizeof *m->sources);
    if (!m->sources)
        return error_nomem(err);
    for (size_t i = 0; rc == NH_OK && i < m->count; i++) {
        struct source *s = &m->sources[i];
        s->segment = &m->snapshot->segments[from + i];
        rc = glass_postings_open(&s->article_lengths, &s->segment->glass,
                                 (struct slice){"", 0}, err);
        rc = rc < 0 ? rc : NH_OK;
    }
    return rc;
}

/* ---- Articles. */

/* Decodes the stream and codes it with the new segment's dictionary. */
static int transcode(struct merge *m, const struct source *s,
                     struct slice stream, struct nh_error *err)
{
    int rc = stream_decode(s->segment->dict, stream, &m->decoded, err);
    if (rc != NH_OK)
        return rc;
    struct slice title = stream_title(&m->decoded);
    lexicon_trim(&m->lex);
    size_t titles;
    rc = lexicon_analyse_article(&m->lex, title, stream_body(&m->decoded),
                                 &m->words, &titles, err);
    struct stream_text t = {{m->decoded.text.data, m->decoded.text.len},
                            title.len,
                            m->words.items,
                            m->words.count,
                            titles};
    buf_reset(&m->stream);
    if (rc == NH_OK)
        rc = stream_encode(m->encoder, &t, &m->stream, err);
    return rc;
}

static void note_value(struct merge *m, uint32_t docid, struct nh_date date)
{
    char value[INVERTER_VALUE];
    if (date.precision == DATE_NONE)
        return;
    date_sortable(date, value);
    buf_append(&m->values, &docid, 4);
    buf_append(&m->values, value, sizeof value);
}

/* Articles come in ascending order. */
static int note_length(struct merge *m, struct source *s, uint32_t docid,
                       struct nh_error *err)
{
    struct glass_stats *t = &m->stats;
    const int more = glass_postings_seek(&s->article_lengths, docid, err);
    if (more < 0)
        return more;
    if (more == 0 || s->article_lengths.docid != docid)
        return glass_damaged(&s->segment->glass.table,
                             "the length of an article", err);
    const uint32_t length = s->article_lengths.wdf;
    buf_append_varint(&m->lengths, docid - m->last_length - 1);
    buf_append_varint(&m->lengths, length);
    m->last_length = docid;
    t->documents++;
    t->total_length += length;
    if (length > t->length_max)
        t->length_max = length;
    if (length && (!t->length_min || length < t->length_min))
        t->length_min = length;
    return NH_OK;
}

static int merge_article(struct merge *m, struct source *s, uint32_t docid,
                         struct nh_error *err)
{
    struct article_record r;
    struct stream_parts parts;
    const struct articles *from = &s->segment->articles;
    int rc = articles_record(from, docid, &r, err);
    if (rc == NH_ENOTFOUND) /* a number that was not used */
        return NH_OK;
    article_reset(&m->article);
    if (rc == NH_OK)
        rc = articles_fields(from, &r, &m->article, err);
    if (rc == NH_OK && !stream_split(r.stream, &parts))
        rc = error_set(err, NH_ECORRUPT, "an article stream is damaged");
    if (rc != NH_OK)
        return rc;
    struct slice stream = r.stream;
    if (s->segment->dict->hash != m->dict->hash) {
        rc = transcode(m, s, r.stream, err);
        stream = (struct slice){m->stream.data, m->stream.len};
    }
    /* The writer only wants the lengths of the texts. */
    m->article.title.len = parts.title_len;
    m->article.body.len = parts.text_len - parts.title_len - 1;
    if (rc == NH_OK)
        rc = articles_writer_add(&m->articles, docid, &m->article, r.hash,
                                 stream, err);
    note_value(m, docid, m->article.date);
    return rc == NH_OK ? note_length(m, s, docid, err) : rc;
}

static int merge_articles(struct merge *m, struct nh_error *err)
{
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < m->count; i++) {
        struct source *s = &m->sources[i];
        const struct manifest_segment *info = s->segment->info;
        for (uint64_t d = info->first; rc == NH_OK && d <= info->last; d++)
            if (snapshot_live(m->snapshot, (uint32_t)d))
                rc = merge_article(m, s, (uint32_t)d, err);
    }
    if (rc == NH_OK && (m->values.failed || m->lengths.failed))
        rc = error_nomem(err);
    return rc;
}

/* ---- Postings. */

static int next_table_term(struct source *s, struct nh_error *err)
{
    const int more = glass_terms_next(&s->terms, &s->table_term, err);
    if (more <= 0)
        s->table_term = (struct slice){NULL, 0};
    return more < 0 ? more : NH_OK;
}

static int next_list_term(struct source *s, struct nh_error *err)
{
    const struct blocks *b = &s->segment->blocks;
    const struct slice before = s->list_term;
    s->list_term = (struct slice){NULL, 0};
    if (s->lists == b->lists)
        return NH_OK;
    int rc = blocks_list(b, s->lists++, &s->list_term, &s->list, err);
    if (rc == NH_OK && before.data && slice_order(before, s->list_term) >= 0)
        rc = error_set(err, NH_ECORRUPT,
                       "'%s' is damaged: its terms are not in order", b->path);
    return rc;
}

/* Makes *least the lesser of two terms; one without data is none. */
static void lesser(struct slice *least, struct slice term)
{
    if (term.data && (!least->data || slice_order(term, *least) < 0))
        *least = term;
}

/* Copies the least term of all sources; false if they are all at the end. */
static bool least_term(struct merge *m)
{
    struct slice least = {NULL, 0};
    for (size_t i = 0; i < m->count; i++) {
        lesser(&least, m->sources[i].table_term);
        lesser(&least, m->sources[i].list_term);
    }
    buf_reset(&m->term);
    buf_append(&m->term, least.data, least.len);
    return least.data != NULL;
}

/* Appends a posting, if its article lives. */
static void append_posting(struct merge *m, uint32_t docid, uint32_t wdf,
                           uint32_t *last, struct glass_run *run)
{
    if (!snapshot_live(m->snapshot, docid))
        return;
    buf_append_varint(&m->run, docid - *last - 1);
    buf_append_varint(&m->run, wdf);
    *last = docid;
    run->count++;
    run->collection += wdf;
    if (wdf > m->stats.wdf_max)
        m->stats.wdf_max = wdf;
}

static int append_blocks(struct merge *m, const struct block_list *list,
                         uint32_t *last, struct glass_run *run,
                         struct nh_error *err)
{
    struct block block;
    for (uint32_t i = 0; i < list->blocks; i++) {
        if (!block_enter(list, i, &block))
            return block_damaged(list, err);
        block_wdfs(&block);
        for (uint32_t k = 0; k < block.count; k++)
            append_posting(m, block.docids[k], block.wdfs[k], last, run);
    }
    return NH_OK;
}

static int append_table(struct merge *m, const struct source *s, uint32_t *last,
                        struct glass_run *run, struct nh_error *err)
{
    struct glass_postings list;
    int more = 0;
    int rc = glass_terms_postings(&s->terms, &list, err);
    while (rc == NH_OK && (more = glass_postings_next(&list, err)) == 1)
        append_posting(m, list.docid, list.wdf, last, run);
    glass_postings_release(&list);
    return rc == NH_OK ? more : rc;
}

/* Appends the postings of m->term in one source, and moves that on. */
static int append_source(struct merge *m, struct source *s, uint32_t *last,
                         struct glass_run *run, struct nh_error *err)
{
    const struct slice term = {m->term.data, m->term.len};
    bool list = s->list_term.data && slice_equal(s->list_term, term);
    bool table = s->table_term.data && slice_equal(s->table_term, term);
    int rc = NH_OK;
    if (list)
        rc = append_blocks(m, &s->list, last, run, err);
    else if (table)
        rc = append_table(m, s, last, run, err);
    if (rc == NH_OK && list)
        rc = next_list_term(s, err);
    if (rc == NH_OK && table)
        rc = next_table_term(s, err);
    return rc;
}

static int merge_term(struct merge *m, struct nh_error *err)
{
    struct glass_run run = {NULL, 0, 0, 0};
    const struct slice term = {m->term.data, m->term.len};
    uint32_t last = 0;
    bool taken;
    int rc = m->term.failed ? error_nomem(err) : NH_OK;
    buf_reset(&m->run);
    for (size_t i = 0; rc == NH_OK && i < m->count; i++)
        rc = append_source(m, &m->sources[i], &last, &run, err);
    if (rc == NH_OK && m->run.failed)
        rc = error_nomem(err);
    if (rc != NH_OK || run.count == 0) /* only deleted articles had it */
        return rc;
    run.data = (const uint8_t *)m->run.data;
    run.len = m->run.len;
    rc = blocks_add(&m->blocks, &m->block_lengths, term, &run, &taken, err);
    if (rc == NH_OK && !taken)
        return glass_term(&m->glass, term, &run, err);
    if (rc == NH_OK && m->keep_lists)
        return glass_term_packed(&m->glass, term, &run, err);
    if (rc == NH_OK)
        glass_elsewhere(&m->glass, &run);
    return rc;
}

static int start_terms(struct merge *m, struct nh_error *err)
{
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < m->count; i++) {
        struct source *s = &m->sources[i];
        rc = glass_terms_open(&s->terms, &s->segment->glass,
                              (struct slice){"", 0}, err);
        if (rc == NH_OK)
            rc = next_table_term(s, err);
        if (rc == NH_OK)
            rc = next_list_term(s, err);
    }
    return rc;
}

static int merge_tables(struct merge *m, const char *folder,
                        struct nh_error *err)
{
    int rc = glass_open(&m->glass, folder, err);
    struct glass_run lengths = {(const uint8_t *)m->lengths.data,
                                m->lengths.len, m->stats.documents,
                                m->stats.total_length};
    m->stats.last_docid = m->last_length;
    m->blocks.file = &m->blocks_file;
    if (rc == NH_OK)
        rc = glass_values(
            &m->glass, SCHEMA_DATE_SLOT, (const uint8_t *)m->values.data,
            m->values.len / (4 + INVERTER_VALUE), INVERTER_VALUE, err);
    if (rc == NH_OK)
        rc = glass_lengths(&m->glass, &lengths, err);
    if (rc == NH_OK)
        rc = blocks_lengths_init(&m->block_lengths, m->last_length, &lengths,
                                 err);
    if (rc == NH_OK)
        rc = blocks_start(&m->blocks_file, folder, err);
    if (rc == NH_OK)
        rc = start_terms(m, err);
    while (rc == NH_OK && least_term(m))
        rc = merge_term(m, err);
    if (rc == NH_OK)
        rc = blocks_finish(&m->blocks_file, &m->block_lengths, &m->blocks, 1,
                           err);
    return rc == NH_OK ? glass_finish(&m->glass, &m->stats, err) : rc;
}

/* ---- The vocabulary: those of the sources, without the words of deleted
 * articles.
 */

static int add_vocabulary(struct merge *m, struct vocabulary *v,
                          struct nh_error *err)
{
    struct vocabulary_cursor c;
    struct vocabulary_word word;
    int more;
    memset(&c, 0, sizeof c);
    int rc = vocabulary_seek(&c, v, (struct slice){"", 0}, err);
    if (rc != NH_OK)
        return rc;
    while ((more = vocabulary_next(&c, &word, err)) == 1) {
        if (!vocabulary_writer_add(&m->vocabulary_writer, word.text,
                                   word.occurrences))
            return error_nomem(err);
    }
    return more;
}

/* Takes the words of a deleted article out again. */
static int take_article(struct merge *m, const struct source *s, uint32_t docid,
                        struct nh_error *err)
{
    struct article_record r;
    const struct dict *dict = s->segment->dict;
    int rc = articles_record(&s->segment->articles, docid, &r, err);
    if (rc == NH_ENOTFOUND) /* a number that was not used */
        return NH_OK;
    if (rc == NH_OK)
        rc = stream_words(dict, r.stream, false, &m->decoded, err);
    for (size_t i = 0; rc == NH_OK && i < m->decoded.count; i++) {
        uint32_t code = m->decoded.words[i].code;
        struct slice word;
        if (code >= dict->words.count) {
            word = m->decoded.locals[code - dict->words.count];
        } else {
            const struct strtab_entry *e = &dict->words.entries[code];
            word = (struct slice){e->data, e->len};
        }
        vocabulary_writer_take(&m->vocabulary_writer, word, 1);
    }
    return rc;
}

static int merge_words(struct merge *m, struct stemmer *stemmer,
                       const char *folder, struct nh_error *err)
{
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < m->count; i++)
        rc = add_vocabulary(m, &m->sources[i].segment->vocabulary, err);
    for (size_t i = 0; rc == NH_OK && i < m->count; i++) {
        const struct source *s = &m->sources[i];
        const struct manifest_segment *info = s->segment->info;
        for (uint64_t d = info->first;
             rc == NH_OK && s->segment->tombstones && d <= info->last; d++)
            if (!snapshot_live(m->snapshot, (uint32_t)d))
                rc = take_article(m, s, (uint32_t)d, err);
    }
    return rc == NH_OK ? vocabulary_writer_write(&m->vocabulary_writer, folder,
                                                 stemmer, err)
                       : rc;
}

static int check_tables(const char *folder, const struct glass_stats *stats,
                        struct nh_error *err)
{
    size_t problems = 0;
    uint32_t documents = 0;
    xw_db *db = NULL;
    int rc = xw_db_check(folder, &problems, err);
    if (rc == NH_OK)
        rc = xw_db_open(&db, folder, err);
    if (rc == NH_OK)
        rc = xw_db_doccount(db, &documents, err);
    xw_db_free(db);
    if (rc == NH_OK && (problems || documents != stats->documents))
        rc = error_set(err, NH_EINTERNAL,
                       "the merged segment '%s' fails its check", folder);
    return rc;
}

int merge_write(const struct snapshot *snapshot, size_t from, size_t count,
                const struct dict *dict, struct stemmer *stemmer,
                const char *folder, struct manifest_segment *out,
                struct nh_error *err)
{
    struct merge m;
    struct buf path = BUF_INIT;
    memset(&m, 0, sizeof m);
    m.snapshot = snapshot;
    m.keep_lists = snapshot->manifest.keep_lists;
    m.count = count;
    m.dict = dict;
    lexicon_init(&m.lex, NULL, dict);
    out->first = snapshot->segments[from].info->first;
    out->last = snapshot->segments[from + count - 1].info->last;
    out->dict = dict->hash;
    int rc = open_sources(&m, from, err);
    if (rc == NH_OK)
        rc = stream_encoder_new(&m.encoder, &m.lex, dict, err);
    if (rc == NH_OK)
        rc = file_mkdir(folder, err);
    if (rc == NH_OK)
        rc = file_join(&path, folder, ARTICLES_NAME)
                 ? articles_writer_open(&m.articles, path.data, out->first,
                                        dict->hash, err)
                 : error_nomem(err);
    if (rc == NH_OK)
        rc = merge_articles(&m, err);
    out->articles = m.stats.documents;
    if (rc == NH_OK && out->articles > 0) {
        rc = articles_writer_close(&m.articles, out->last, err);
        if (rc == NH_OK)
            rc = merge_tables(&m, folder, err);
        if (rc == NH_OK)
            rc = merge_words(&m, stemmer, folder, err);
        if (rc == NH_OK)
            rc = copies_merge(snapshot, from, count, folder, err);
        if (rc == NH_OK)
            rc = check_tables(folder, &m.stats, err);
    }
    merge_release(&m);
    buf_release(&path);
    return rc;
}

static unsigned size_class(const struct manifest_segment *s)
{
    unsigned class = 0;
    for (uint32_t n = s->articles; n >= MERGE_FAN; n /= MERGE_FAN)
        class ++;
    return class;
}

size_t merge_due(const struct manifest *m)
{
    size_t due = 0;
    for (unsigned class = 0; class < 12; class ++) {
        size_t n = 0;
        while (n < m->segment_count &&
               size_class(&m->segments[m->segment_count - 1 - n]) <= class)
            n++;
        if (n >= MERGE_FAN)
            due = n;
    }
    return due;
}
