/* Owns inversion in memory. Promises runs that a glass table can take as they
 * are. */
#include "indexer/inverter.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of a term's first slab; each further one is twice as large, up to the
 * most. Small ones waste little on rare terms. */
#define SLAB_MIN 16u
#define SLAB_MAX 4096u

struct run_slab {
    struct run_slab *next;
    uint16_t size, used;
    uint8_t data[];
};

void inverter_release(struct inverter *v)
{
    strtab_release(&v->terms);
    arena_release(&v->slabs);
    free(v->runs);
    free(v->keys);
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
    v->docid = v->length = v->wdf_max = 0;
    if (v->keys)
        memset(v->keys, 0, v->keys_cap * sizeof *v->keys);
}

size_t inverter_memory(const struct inverter *v)
{
    return strtab_memory(&v->terms) + v->slabs.total +
           v->runs_cap * sizeof *v->runs + v->keys_cap * sizeof *v->keys +
           v->lengths.cap + v->values.cap;
}

static bool run_put(struct inverter *v, struct run *r, const uint8_t *data,
                    size_t len)
{
    while (len > 0) {
        struct run_slab *s = r->tail;
        if (!s || s->used == s->size) {
            unsigned size = s ? s->size * 2u : SLAB_MIN;
            if (size > SLAB_MAX)
                size = SLAB_MAX;
            struct run_slab *more = arena_alloc(&v->slabs, sizeof *more + size);
            if (!more)
                return false;
            more->size = (uint16_t)size;
            *(s ? &s->next : &r->head) = more;
            r->tail = s = more;
        }
        size_t n = (size_t)(s->size - s->used);
        if (n > len)
            n = len;
        memcpy(s->data + s->used, data, n);
        s->used = (uint16_t)(s->used + n);
        data += n;
        len -= n;
    }
    return true;
}

static size_t encode(uint32_t value, uint8_t *out)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        out[n++] = (uint8_t)(value | 0x80);
    out[n++] = (uint8_t)value;
    return n;
}

/* Puts the docid that comes next: as a difference, but the first apart. */
static size_t encode_docid(struct run *r, uint32_t docid, uint8_t *out)
{
    size_t n = 0;
    if (r->first == 0)
        r->first = docid;
    else
        n = encode(docid - r->previous - 1, out);
    r->previous = docid;
    return n;
}

/* Moves the posting that was kept apart into the slabs. */
static bool run_flush(struct inverter *v, struct run *r)
{
    uint8_t bytes[10];
    if (r->docid == 0)
        return true;
    size_t n = encode_docid(r, r->docid, bytes);
    n += encode(r->wdf, bytes + n);
    r->docid = 0;
    return run_put(v, r, bytes, n);
}

/* The run of a term, new if need be. */
static struct run *run_of(struct inverter *v, const char *term, size_t len)
{
    uint32_t known = v->terms.count;
    uint32_t n = strtab_add(&v->terms, term, len);
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

bool inverter_begin(struct inverter *v, uint32_t docid)
{
    if (docid <= v->docid)
        return false;
    v->docid = docid;
    v->length = 0;
    return true;
}

/* Adds to a run for the article in hand. */
static bool run_add(struct inverter *v, struct run *r, uint32_t wdf)
{
    if (r->docid != v->docid) {
        if (!run_flush(v, r))
            return false;
        r->docid = v->docid;
        r->wdf = 0;
        r->count++;
    }
    r->wdf += wdf;
    r->collection += wdf;
    v->length += wdf;
    if (r->wdf > v->wdf_max)
        v->wdf_max = r->wdf;
    return true;
}

bool inverter_term(struct inverter *v, struct slice term, uint32_t wdf)
{
    struct run *r = run_of(v, term.data, term.len);
    return r && run_add(v, r, wdf);
}

bool inverter_known(struct inverter *v, uint32_t key, uint32_t age,
                    uint32_t wdf)
{
    if (age != v->age && v->keys)
        memset(v->keys, 0, v->keys_cap * sizeof *v->keys);
    v->age = age;
    return key < v->keys_cap && v->keys[key] &&
           run_add(v, &v->runs[v->keys[key] - 1], wdf);
}

bool inverter_word(struct inverter *v, uint32_t key, struct slice term,
                   uint32_t wdf)
{
    struct run *r = run_of(v, term.data, term.len);
    if (!r)
        return false;
    if (key >= v->keys_cap) {
        uint32_t cap = v->keys_cap ? v->keys_cap : 8192;
        while (cap <= key)
            cap *= 2;
        uint32_t *keys = realloc(v->keys, cap * sizeof *keys);
        if (!keys)
            return false;
        memset(keys + v->keys_cap, 0, (cap - v->keys_cap) * sizeof *keys);
        v->keys = keys;
        v->keys_cap = cap;
    }
    v->keys[key] = (uint32_t)(r - v->runs) + 1;
    return run_add(v, r, wdf);
}

bool inverter_value(struct inverter *v, const char value[INVERTER_VALUE])
{
    buf_append(&v->values, &v->docid, 4);
    buf_append(&v->values, value, INVERTER_VALUE);
    return !v->values.failed;
}

bool inverter_end(struct inverter *v)
{
    buf_append(&v->lengths, &v->docid, 4);
    buf_append(&v->lengths, &v->length, 4);
    return !v->lengths.failed;
}

static bool run_join(struct inverter *v, struct run *r, const struct run *next)
{
    uint8_t bytes[5];
    if (!run_flush(v, r))
        return false;
    if (next->first) {
        size_t n = encode_docid(r, next->first, bytes);
        if (!run_put(v, r, bytes, n))
            return false;
        for (const struct run_slab *s = next->head; s; s = s->next)
            if (!run_put(v, r, s->data, s->used))
                return false;
        r->previous = next->previous;
    }
    r->docid = next->docid;
    r->wdf = next->wdf;
    r->count += next->count;
    r->collection += next->collection;
    return true;
}

bool inverter_join(struct inverter *v, const struct inverter *next)
{
    for (uint32_t n = 0; n < next->terms.count; n++) {
        const struct strtab_entry *e = &next->terms.entries[n];
        struct run *r = run_of(v, e->data, e->len);
        if (!r || !run_join(v, r, &next->runs[n]))
            return false;
    }
    buf_append(&v->lengths, next->lengths.data, next->lengths.len);
    buf_append(&v->values, next->values.data, next->values.len);
    v->docid = next->docid;
    if (next->wdf_max > v->wdf_max)
        v->wdf_max = next->wdf_max;
    return !v->lengths.failed && !v->values.failed;
}

/* ---- Reading. */

bool inverter_run(const struct inverter *v, uint32_t term, struct buf *scratch,
                  struct glass_run *run)
{
    const struct run *r = &v->runs[term];
    buf_reset(scratch);
    if (r->first)
        buf_append_varint(scratch, r->first - 1);
    for (const struct run_slab *s = r->head; s; s = s->next)
        buf_append(scratch, s->data, s->used);
    buf_append_varint(scratch, r->docid - r->previous - 1);
    buf_append_varint(scratch, r->wdf);
    *run = (struct glass_run){(const uint8_t *)scratch->data, scratch->len,
                              r->count, r->collection};
    return !scratch->failed && r->docid != 0;
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
    stats->last_docid = v->docid;
    stats->wdf_max = v->wdf_max;
    for (size_t i = 0; i < inverter_articles(v); i++) {
        uint32_t length;
        inverter_article(v, i, &length);
        stats->total_length += length;
        if (length > stats->length_max)
            stats->length_max = length;
        if (length && (!stats->length_min || length < stats->length_min))
            stats->length_min = length;
    }
}
