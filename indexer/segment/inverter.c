/* Owns inversion in memory. Promises runs that a glass table can take as they
 * are. */
#include "indexer/segment/inverter.h"

#include <stdlib.h>
#include <string.h>

static size_t encode(uint32_t value, uint8_t *out)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        out[n++] = (uint8_t)(value | 0x80);
    out[n++] = (uint8_t)value;
    return n;
}

/* ---- Batches. */

/* An article of a batch: its docid, and where its postings begin. */
struct batch_article {
    uint32_t docid;
    size_t start;
};

void inverter_batch_release(struct inverter_batch *b)
{
    free(b->terms);
    arena_release(&b->words);
    strtab_release(&b->others);
    buf_release(&b->other_numbers);
    free(b->postings);
    free(b->keys);
    free(b->runs);
    buf_release(&b->articles);
    buf_release(&b->lengths);
    buf_release(&b->values);
    buf_release(&b->coded);
    memset(b, 0, sizeof *b);
}

static size_t batch_count(const struct inverter_batch *b)
{
    return b->articles.len / sizeof(struct batch_article);
}

static struct batch_article batch_at(const struct inverter_batch *b, size_t i)
{
    struct batch_article a = {0, b->count};
    if (i < batch_count(b))
        memcpy(&a, b->articles.data + i * sizeof a, sizeof a);
    return a;
}

bool inverter_begin(struct inverter_batch *b, uint32_t docid)
{
    struct batch_article a = {docid, b->count};
    size_t count = batch_count(b);
    if (docid == 0 || (count && batch_at(b, count - 1).docid >= docid))
        return false;
    buf_append(&b->articles, &a, sizeof a);
    return !b->articles.failed;
}

static bool reserve_postings(struct inverter_batch *b, size_t more)
{
    struct batch_posting *p =
        array_reserve(b->postings, &b->cap, b->count + more, sizeof *p);
    if (p)
        b->postings = p;
    return p != NULL;
}

static bool add_posting(struct inverter_batch *b, uint32_t term, uint32_t wdf)
{
    if (!reserve_postings(b, 1))
        return false;
    b->postings[b->count++] = (struct batch_posting){term, wdf};
    return true;
}

/* Gives a term that the batch has not met the next number. */
static bool add_term(struct inverter_batch *b, struct strtab_entry term)
{
    if (b->term_count == b->term_cap) {
        size_t cap = b->term_cap;
        struct strtab_entry *terms = array_grow(b->terms, &cap, sizeof *terms);
        if (!terms || cap > STRTAB_NONE)
            return false;
        b->terms = terms;
        b->term_cap = (uint32_t)cap;
    }
    b->terms[b->term_count++] = term;
    return true;
}

bool inverter_term(struct inverter_batch *b, struct slice term, uint32_t wdf)
{
    const uint32_t known = b->others.count;
    const uint32_t n = strtab_add(&b->others, term.data, term.len);
    uint32_t number = b->term_count;
    if (n == STRTAB_NONE)
        return false;
    if (n < known)
        memcpy(&number, b->other_numbers.data + n * sizeof number,
               sizeof number);
    else if (!add_term(b, b->others.entries[n]))
        return false;
    else
        buf_append(&b->other_numbers, &number, sizeof number);
    return !b->other_numbers.failed && add_posting(b, number, wdf);
}

/* Keys that are fetched from memory ahead. */
#define KEYS_AHEAD 16

bool inverter_keys(struct inverter_batch *b, uint32_t age,
                   struct posting_key *keys, size_t *count)
{
    size_t unknown = 0;
    if (age != b->age && b->keys)
        memset(b->keys, 0, b->keys_cap * sizeof *b->keys);
    b->age = age;
    if (!reserve_postings(b, *count))
        return false;
    struct batch_posting *out = b->postings + b->count;
    for (size_t i = 0; i < *count; i++) {
        const struct posting_key k = keys[i];
        if (i + KEYS_AHEAD < *count && keys[i + KEYS_AHEAD].key < b->keys_cap)
            __builtin_prefetch(&b->keys[keys[i + KEYS_AHEAD].key]);
        const uint32_t number = k.key < b->keys_cap ? b->keys[k.key] : 0;
        if (number)
            *out++ = (struct batch_posting){number - 1, k.wdf};
        else
            keys[unknown++] = k;
    }
    b->count = (size_t)(out - b->postings);
    *count = unknown;
    return true;
}

bool inverter_word(struct inverter_batch *b, uint32_t key, struct slice term,
                   uint32_t wdf)
{
    const char *bytes = arena_copy(&b->words, term.data, term.len);
    if (!bytes ||
        !add_term(b, (struct strtab_entry){bytes, (uint32_t)term.len,
                                           strtab_hash(bytes, term.len)}))
        return false;
    if (key >= b->keys_cap) {
        uint32_t cap = b->keys_cap ? b->keys_cap : 8192;
        while (cap <= key)
            cap *= 2;
        uint32_t *keys = realloc(b->keys, cap * sizeof *keys);
        if (!keys)
            return false;
        memset(keys + b->keys_cap, 0, (cap - b->keys_cap) * sizeof *keys);
        b->keys = keys;
        b->keys_cap = cap;
    }
    b->keys[key] = b->term_count;
    return add_posting(b, b->term_count - 1, wdf);
}

bool inverter_value(struct inverter_batch *b, const char value[INVERTER_VALUE])
{
    uint32_t docid = batch_at(b, batch_count(b) - 1).docid;
    buf_append(&b->values, &docid, 4);
    buf_append(&b->values, value, INVERTER_VALUE);
    return !b->values.failed;
}

/* A posting on its way into its term's place. */
struct sorted_posting {
    uint32_t docid, wdf;
};

/* The postings by term, articles ascending, by a counting sort; ends[t] gets
 * the end of term t's. Notes the articles' lengths: the sums of their wdfs. The
 * caller frees. NULL if memory ran out. */
static struct sorted_posting *sort_postings(struct inverter_batch *b,
                                            size_t *ends)
{
    struct sorted_posting *sorted = malloc((b->count + 1) * sizeof *sorted);
    if (!sorted)
        return NULL;
    for (size_t i = 0; i < b->count; i++)
        ends[b->postings[i].term]++;
    size_t sum = 0;
    for (uint32_t t = 0; t < b->term_count; t++) {
        size_t count = ends[t];
        ends[t] = sum;
        sum += count;
    }
    for (size_t a = 0; a < batch_count(b); a++) {
        uint32_t docid = batch_at(b, a).docid, length = 0;
        size_t stop = batch_at(b, a + 1).start;
        for (size_t i = batch_at(b, a).start; i < stop; i++) {
            const struct batch_posting *p = &b->postings[i];
            sorted[ends[p->term]++] = (struct sorted_posting){docid, p->wdf};
            length += p->wdf;
        }
        buf_append(&b->lengths, &docid, 4);
        buf_append(&b->lengths, &length, 4);
    }
    return sorted;
}

/* Codes the postings of a term behind those before. */
static void code_run(struct inverter_batch *b, const struct sorted_posting *p,
                     const struct sorted_posting *end, struct batch_run *r)
{
    r->start = b->coded.len;
    if (!buf_reserve(&b->coded, (size_t)(end - p) * 10))
        return;
    uint8_t *out = (uint8_t *)b->coded.data + b->coded.len;
    while (p < end) {
        uint32_t docid = p->docid, wdf = p->wdf;
        for (p++; p < end && p->docid == docid; p++)
            wdf += p->wdf;
        if (r->count == 0)
            r->first = docid;
        else
            out += encode(docid - r->last - 1, out);
        out += encode(wdf, out);
        r->last = docid;
        r->count++;
        r->collection += wdf;
        if (wdf > b->wdf_max)
            b->wdf_max = wdf;
    }
    b->coded.len = (size_t)(out - (uint8_t *)b->coded.data);
    r->len = b->coded.len - r->start;
}

bool inverter_finish(struct inverter_batch *b)
{
    size_t *ends = calloc((size_t)b->term_count + 1, sizeof *ends), at = 0;
    struct sorted_posting *sorted = ends ? sort_postings(b, ends) : NULL;
    b->runs = calloc((size_t)b->term_count + 1, sizeof *b->runs);
    if (sorted && b->runs)
        for (uint32_t t = 0; t < b->term_count; t++) {
            code_run(b, sorted + at, sorted + ends[t], &b->runs[t]);
            at = ends[t];
        }
    bool good = sorted && b->runs && !b->coded.failed && !b->lengths.failed;
    free(b->postings);
    b->postings = NULL;
    b->count = b->cap = 0;
    free(ends);
    free(sorted);
    return good;
}

/* ---- Everything. A slab ends in the address of the next one; its size is
 * twice that of the one before, up to the most: small ones waste little on
 * rare terms. */

#define SLAB_MIN 8u
#define SLAB_MAX 4096u

static uint32_t next_size(uint32_t size)
{
    return size == 0 ? SLAB_MIN : size == SLAB_MAX ? size : size * 2;
}

void inverter_release(struct inverter *v)
{
    strtab_release(&v->terms);
    arena_release(&v->slabs);
    free(v->runs);
    buf_release(&v->lengths);
    buf_release(&v->values);
    memset(v, 0, sizeof *v);
}

void inverter_reset(struct inverter *v)
{
    strtab_reset(&v->terms);
    arena_reset(&v->slabs);
    buf_reset(&v->lengths);
    buf_reset(&v->values);
    v->wdf_max = 0;
}

size_t inverter_memory(const struct inverter *v)
{
    return strtab_memory(&v->terms) + v->slabs.total +
           v->runs_cap * sizeof *v->runs + v->lengths.cap + v->values.cap;
}

static bool add_slab(struct inverter *v, struct run *r)
{
    uint32_t size = next_size(r->size);
    uint8_t *slab = arena_bytes(&v->slabs, size + sizeof slab);
    if (!slab)
        return false;
    if (r->head)
        memcpy(r->at, &slab, sizeof slab); /* where the last one ends */
    else
        r->head = slab;
    r->at = slab;
    r->left = r->size = size;
    return true;
}

static bool run_put(struct inverter *v, struct run *r, const uint8_t *data,
                    size_t len)
{
    while (len > 0) {
        if (r->left == 0 && !add_slab(v, r))
            return false;
        size_t n = r->left < len ? r->left : len;
        memcpy(r->at, data, n);
        r->at += n;
        r->left -= (uint32_t)n;
        data += n;
        len -= n;
    }
    return true;
}

/* The run of a term of a batch, new if need be. */
static struct run *run_of(struct inverter *v, const struct strtab_entry *term)
{
    uint32_t known = v->terms.count;
    uint32_t n =
        strtab_add_hashed(&v->terms, term->data, term->len, term->hash);
    if (n == STRTAB_NONE)
        return NULL;
    if (n >= v->runs_cap) {
        uint32_t cap = v->runs_cap ? v->runs_cap * 2 : 4096;
        struct run *runs = realloc(v->runs, cap * sizeof *runs);
        if (!runs)
            return NULL;
        v->runs = runs;
        v->runs_cap = cap;
    }
    if (n == known)
        memset(&v->runs[n], 0, sizeof *v->runs);
    return &v->runs[n];
}

static bool join_run(struct inverter *v, struct run *r,
                     const struct batch_run *next, const uint8_t *coded)
{
    uint8_t first[5];
    size_t n = encode(next->first - r->last - 1, first);
    if (!run_put(v, r, first, n) ||
        !run_put(v, r, coded + next->start, next->len))
        return false;
    r->last = next->last;
    r->count += next->count;
    r->collection += next->collection;
    return true;
}

/* Terms that are fetched ahead while a batch is joined. */
#define JOIN_AHEAD 12

bool inverter_join(struct inverter *v, const struct inverter_batch *next)
{
    const struct strtab_entry *terms = next->terms;
    const uint32_t count = next->term_count;
    for (uint32_t n = 0; n < count; n++) {
        if (n + 2 * JOIN_AHEAD < count)
            strtab_prefetch(&v->terms, terms[n + 2 * JOIN_AHEAD].hash);
        if (n + JOIN_AHEAD < count) {
            uint32_t soon =
                strtab_prefetch_entry(&v->terms, terms[n + JOIN_AHEAD].hash);
            if (soon != STRTAB_NONE)
                __builtin_prefetch(&v->runs[soon]);
        }
        if (n + JOIN_AHEAD / 2 < count) {
            const uint32_t soon = strtab_prefetch_string(
                &v->terms, terms[n + JOIN_AHEAD / 2].hash);
            if (soon != STRTAB_NONE)
                __builtin_prefetch(v->runs[soon].at);
        }
        struct run *r = run_of(v, &terms[n]);
        if (!r ||
            !join_run(v, r, &next->runs[n], (const uint8_t *)next->coded.data))
            return false;
    }
    buf_append(&v->lengths, next->lengths.data, next->lengths.len);
    buf_append(&v->values, next->values.data, next->values.len);
    if (next->wdf_max > v->wdf_max)
        v->wdf_max = next->wdf_max;
    return !v->lengths.failed && !v->values.failed;
}

/* ---- Reading. */

bool inverter_run(const struct inverter *v, uint32_t term, struct buf *scratch,
                  struct glass_run *run)
{
    const struct run *r = &v->runs[term];
    const uint8_t *slab = r->head;
    buf_reset(scratch);
    for (uint32_t size = next_size(0); slab; size = next_size(size)) {
        bool end = slab + size == r->at + r->left;
        buf_append(scratch, slab, end ? size - r->left : size);
        if (end)
            break;
        memcpy(&slab, slab + size, sizeof slab);
    }
    *run = (struct glass_run){(const uint8_t *)scratch->data, scratch->len,
                              r->count, r->collection};
    return !scratch->failed && r->count != 0;
}

size_t inverter_articles(const struct inverter *v)
{
    return v->lengths.len / 8;
}

uint32_t inverter_article(const struct inverter *v, size_t i, uint32_t *length)
{
    uint32_t docid;
    memcpy(&docid, v->lengths.data + i * 8, 4);
    memcpy(length, v->lengths.data + i * 8 + 4, 4);
    return docid;
}

bool inverter_lengths(const struct inverter *v, struct buf *scratch,
                      struct glass_run *run)
{
    uint32_t last = 0;
    memset(run, 0, sizeof *run);
    buf_reset(scratch);
    for (size_t i = 0; i < inverter_articles(v); i++) {
        uint32_t length, docid = inverter_article(v, i, &length);
        buf_append_varint(scratch, docid - last - 1);
        buf_append_varint(scratch, length);
        run->collection += length;
        run->count++;
        last = docid;
    }
    run->data = (const uint8_t *)scratch->data;
    run->len = scratch->len;
    return !scratch->failed;
}

void inverter_stats(const struct inverter *v, struct glass_stats *stats)
{
    memset(stats, 0, sizeof *stats);
    stats->documents = (uint32_t)inverter_articles(v);
    stats->wdf_max = v->wdf_max;
    for (size_t i = 0; i < inverter_articles(v); i++) {
        uint32_t length;
        stats->last_docid = inverter_article(v, i, &length);
        stats->total_length += length;
        if (length > stats->length_max)
            stats->length_max = length;
        if (length && (!stats->length_min || length < stats->length_min))
            stats->length_min = length;
    }
}
