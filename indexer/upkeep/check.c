/* Owns the check of an index.
 * Promises that a file of which one byte is not as it was written is named. */
#include "indexer/upkeep/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/stream/lexicon.h"
#include "common/stream/stream.h"
#include "common/text/article.h"
#include "indexer/upkeep/glass_check.h"
#include "indexer/upkeep/repair_lost.h"
#include "indexer/writer/sources.h"

struct checker {
    const char *dir;
    uint32_t step;
    struct snapshot snapshot;
    check_report_fn *report;
    void *ctx;
    struct check_result *result;
    struct stemmer *stemmer;
    struct lexicon lexicon;
    struct word_list words;
    struct article article;
    struct stream_decoded decoded;
    struct buf term;
    struct block block;
    struct shingles shingles;
    struct copies_cursor cursor;
    /* Articles of a segment that cannot be read, a bit for each number. */
    uint8_t *unread;
    uint32_t unread_first, unread_count;
    bool only_names; /* files are damaged: articles are only read, and named */
    struct nh_error *err;
};

static void problem(struct checker *c, const char *format, ...)
    ERROR_PRINTF(2, 3);
static void problem(struct checker *c, const char *format, ...)
{
    char line[600];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    c->result->problems++;
    c->report(c->ctx, line);
}

/* The id of the article that was read, for a message: precision and text. */
#define ID_OF(c)                                                               \
    (int)article_get(&(c)->article, FIELD_ID).len,                             \
        article_get(&(c)->article, FIELD_ID).data

bool check_is_damage(int code)
{
    return code != NH_OK && code != NH_ENOMEM && code != NH_EIO &&
           code != NH_ELOCKED;
}

/* Reports damage; other errors end the check. */
static int data_error(struct checker *c, int rc, const struct nh_error *why)
{
    if (!check_is_damage(rc)) {
        if (rc != NH_OK && c->err)
            *c->err = *why;
        return rc;
    }
    problem(c, "%s", why->message);
    return NH_OK;
}

/* ---- Files. */

static int check_files(struct checker *c, const struct manifest *m)
{
    struct buf name = BUF_INIT;
    struct nh_error why;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < m->file_count; i++) {
        const struct manifest_file *f = &m->files[i];
        uint64_t hash = 0, size = 0;
        const char *path = file_join(&name, c->dir, f->path);
        rc = path ? file_hash(path, &hash, &size, &why) : error_nomem(&why);
        if (rc == NH_OK && size != f->size)
            problem(c, "%s: it has %" PRIu64 " bytes instead of %" PRIu64,
                    f->path, size, f->size);
        else if (rc == NH_OK && hash != f->hash)
            problem(c, "%s: its checksum does not fit", f->path);
        rc = data_error(c, rc, &why);
        c->result->files++;
        c->result->bytes += size;
    }
    buf_release(&name);
    return rc;
}

/* ---- Postings. */

/* Whether a list of long ones has the number; -1 if it is damaged. */
static int list_has(struct checker *c, const struct block_list *l,
                    uint32_t docid)
{
    uint32_t low = 0, high = l->blocks; /* the first that does not end before */
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (block_last(l, middle) < docid)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == l->blocks)
        return 0;
    if (!block_enter(l, low, &c->block))
        return -1;
    for (uint32_t i = 0; i < c->block.count; i++)
        if (c->block.docids[i] == docid)
            return 1;
    return 0;
}

static int table_has(const struct snapshot_segment *s, struct slice term,
                     uint32_t docid, struct nh_error *why)
{
    struct glass_postings list;
    int more = glass_postings_open(&list, &s->glass, term, why);
    if (more == 1)
        more = glass_postings_seek(&list, docid, why);
    const bool has = more == 1 && list.docid == docid;
    glass_postings_release(&list);
    return more < 0 ? more : has;
}

/* Reports a posting that is missing. */
static int check_posting(struct checker *c, const struct snapshot_segment *s,
                         const char *prefix, struct slice value, uint32_t docid)
{
    struct block_list list;
    struct nh_error why;
    schema_term(&c->term, prefix, value);
    if (c->term.failed)
        return error_nomem(c->err);
    const struct slice term = {c->term.data, c->term.len};
    int found = blocks_find(&s->blocks, term, &list, &why);
    if (found == 1)
        found = list_has(c, &list, docid);
    else if (found == 0)
        found = table_has(s, term, docid, &why);
    if (found == -1)
        found = block_damaged(&list, &why);
    c->result->postings++;
    if (found == 0)
        problem(
            c, "%s: article %u, '%.*s', is missing from the postings of '%.*s'",
            s->info->name, (unsigned)docid, ID_OF(c), (int)term.len, term.data);
    return found < 0 ? data_error(c, found, &why) : NH_OK;
}

/* The signature of a text whose words were read; it was made of the coder's. */
static int check_signature(struct checker *c, const struct snapshot_segment *s,
                           size_t titles, uint32_t docid)
{
    struct copies_signature signature;
    struct copies_entry e;
    struct nh_error why;
    int rc = shingles_of_words(&c->shingles, &c->lexicon, c->words.items,
                               c->words.count, titles, c->err);
    if (rc != NH_OK)
        return rc;
    shingles_sign(&c->shingles, &signature);
    for (size_t b = 0; signature.any && b < COPIES_BANDS; b++) {
        const uint32_t band = signature.bands[b];
        int more = 0;
        rc = copies_seek(&c->cursor, &s->copies, band, &why);
        while (rc == NH_OK && (more = copies_next(&c->cursor, &e, &why)) == 1 &&
               e.band == band && e.article != docid)
            ;
        if (rc != NH_OK || more < 0)
            return data_error(c, rc != NH_OK ? rc : more, &why);
        if (more == 0 || e.band != band)
            problem(c, "%s: the signature of article %u, '%.*s', is missing",
                    s->info->name, (unsigned)docid, ID_OF(c));
    }
    return NH_OK;
}

/* All words of an article that was read. */
static int check_words(struct checker *c, const struct snapshot_segment *s,
                       uint32_t docid)
{
    size_t titles;
    lexicon_trim(&c->lexicon);
    int rc =
        lexicon_analyse_article(&c->lexicon, c->article.title, c->article.body,
                                &c->words, &titles, c->err);
    if (rc == NH_OK)
        rc = check_posting(c, s, schema_fields[FIELD_ID].prefix,
                           article_get(&c->article, FIELD_ID), docid);
    for (size_t i = 0; rc == NH_OK && i < c->words.count; i++) {
        const struct text_word *w = &c->words.items[i];
        const struct strtab_entry *e = &c->lexicon.stems.entries[w->stem];
        const struct slice stem = {e->data, e->len};
        if (w->flags & WORD_POSSESSIVE)
            continue;
        rc = check_posting(c, s, "", stem, docid);
        if (rc == NH_OK && i < titles)
            rc = check_posting(c, s, schema_fields[FIELD_TITLE].prefix, stem,
                               docid);
    }
    c->result->sampled++;
    return rc == NH_OK ? check_signature(c, s, titles, docid) : rc;
}

/* ---- Articles. */

/* Returns whether a stored article has the hash of what came in, which is
 * without the names that tagging found: they are removed. */
static bool came_in(struct article *a, uint64_t stored)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->count; i++)
        if (!a->values[i].found)
            a->values[kept++] = a->values[i];
    a->count = kept;
    const uint64_t hash = article_hash(a);
    return stored == hash || stored == article_hash_untagged(hash);
}

static int check_article(struct checker *c, const struct snapshot_segment *s,
                         uint32_t docid)
{
    struct article_record record;
    struct nh_error why;
    int rc = articles_record(&s->articles, docid, &record, &why);
    if (rc == NH_OK)
        rc = snapshot_article(&c->snapshot, docid, &c->article, &c->decoded,
                              &why);
    if (rc != NH_OK) {
        const uint32_t bit = docid - s->info->first;
        c->unread[bit / 8] |= (uint8_t)(1u << (bit % 8));
        c->unread_count++;
        return c->only_names && check_is_damage(rc) ? NH_OK
                                                    : data_error(c, rc, &why);
    }
    if (!c->only_names && (docid % c->step == 0 || docid == s->articles.first))
        rc = check_words(c, s, docid);
    if (rc == NH_OK && !came_in(&c->article, record.hash))
        problem(c, "%s: article %u, '%.*s', is not the one that came in",
                s->info->name, (unsigned)docid, ID_OF(c));
    return rc;
}

static bool is_unread(void *ctx, uint32_t docid)
{
    const struct checker *c = ctx;
    const uint32_t bit = docid - c->unread_first;
    return (c->unread[bit / 8] >> (bit % 8)) & 1;
}

/* Reads all articles of a segment and names those that cannot be read. */
static int check_segment(struct checker *c, const struct snapshot_segment *s)
{
    struct nh_error why;
    uint32_t count = 0;
    int rc = c->only_names ? NH_OK : data_error(c, glass_check(s, &why), &why);
    free(c->unread);
    c->unread_first = s->info->first;
    c->unread_count = 0;
    c->unread = calloc((size_t)(s->info->last - s->info->first) / 8 + 1, 1);
    if (!c->unread)
        return error_nomem(c->err);
    for (uint64_t d = s->info->first; rc == NH_OK && d <= s->info->last; d++)
        if (articles_has(&s->articles, (uint32_t)d)) {
            rc = check_article(c, s, (uint32_t)d);
            count++;
        }
    if (rc == NH_OK && count != s->info->articles)
        problem(c, "%s: it has %u articles instead of %u", s->info->name, count,
                s->info->articles);
    c->result->articles += count;
    if (rc == NH_OK && c->unread_count)
        rc = repair_name_lost(c->dir, &c->snapshot.manifest, s->info, "damaged",
                              is_unread, c, c->report, c->ctx, c->err);
    return rc;
}

/* ---- */

static int check_contents(struct checker *c)
{
    struct nh_error why;
    struct sources sources;
    const struct manifest *m = &c->snapshot.manifest;
    int rc = snapshot_open(&c->snapshot, c->dir, &why);
    if (c->only_names && check_is_damage(rc))
        return NH_OK; /* what is wrong was said */
    rc = data_error(c, rc, &why);
    if (rc != NH_OK || !c->snapshot.dir)
        return rc;
    rc = sources_open(&sources, m, c->dir, &why);
    sources_release(&sources);
    if (!c->only_names)
        rc = data_error(c, rc, &why);
    else if (check_is_damage(rc))
        rc = NH_OK;
    if (rc == NH_OK)
        rc = snapshot_current(&c->snapshot, c->err);
    if (rc == NH_OK)
        rc = stemmer_new(&c->stemmer, m->language, c->err);
    lexicon_init(&c->lexicon, c->stemmer, NULL);
    for (size_t i = 0; rc == NH_OK && i < c->snapshot.count; i++)
        rc = check_segment(c, &c->snapshot.segments[i]);
    lexicon_release(&c->lexicon);
    stemmer_free(c->stemmer);
    snapshot_close(&c->snapshot);
    word_list_release(&c->words);
    article_release(&c->article);
    stream_decoded_release(&c->decoded);
    buf_release(&c->term);
    shingles_release(&c->shingles);
    free(c->unread);
    c->unread = NULL;
    return rc;
}

int check_index(const char *dir, uint32_t step, check_report_fn *report,
                void *ctx, struct check_result *result, struct nh_error *err)
{
    struct manifest m;
    struct checker *c = calloc(1, sizeof *c);
    memset(result, 0, sizeof *result);
    if (!c)
        return error_nomem(err);
    c->dir = dir;
    c->step = step;
    c->report = report;
    c->ctx = ctx;
    c->result = result;
    c->err = err;
    int rc = manifest_read(&m, dir, err);
    if (rc == NH_ECORRUPT && err) {
        problem(c, "%s", err->message);
        rc = NH_OK;
    } else if (rc == NH_OK) {
        rc = check_files(c, &m);
        manifest_release(&m);
        /* Of files that are not what was written, only the articles are read,
         * which have checksums of their own. */
        c->only_names = result->problems > 0;
        if (rc == NH_OK)
            rc = check_contents(c);
    }
    free(c);
    return rc;
}
