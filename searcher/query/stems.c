/* Owns the stems of dictionaries' words. */
#include "searcher/query/stems.h"

#include <stdlib.h>
#include <string.h>

/* A stem that was not made yet. */
#define STEM_UNKNOWN STRTAB_NONE

static void release(struct dict_stems *d)
{
    free(d->stems);
    free(d->order);
}

void stem_index_release(struct stem_index *x)
{
    for (size_t i = 0; i < x->count; i++)
        release(&x->dicts[i]);
    free(x->dicts);
    strtab_release(&x->names);
    memset(x, 0, sizeof *x);
}

static uint8_t first_byte(const struct dict *dict, uint32_t word)
{
    const struct strtab_entry *e = &dict->words.entries[word];
    return e->len ? (uint8_t)*e->data : 0;
}

static bool init(struct dict_stems *d, const struct dict *dict)
{
    const uint32_t count = dict->words.count;
    uint32_t next[256];
    memset(d, 0, sizeof *d);
    d->dict = dict;
    d->stems = malloc((count + 1) * sizeof *d->stems);
    d->order = malloc((count + 1) * sizeof *d->order);
    if (!d->stems || !d->order) {
        release(d);
        return false;
    }
    memset(d->stems, 0xFF, (count + 1) * sizeof *d->stems);
    for (uint32_t n = 0; n < count; n++)
        d->starts[first_byte(dict, n) + 1]++;
    for (int b = 0; b < 256; b++)
        d->starts[b + 1] += d->starts[b];
    memcpy(next, d->starts, sizeof next);
    for (uint32_t n = 0; n < count; n++)
        d->order[next[first_byte(dict, n)]++] = n;
    return true;
}

static struct dict_stems *stems_of(struct stem_index *x,
                                   const struct dict *dict)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->dicts[i].dict == dict)
            return &x->dicts[i];
    if (x->count == x->cap) {
        struct dict_stems *dicts = array_grow(x->dicts, &x->cap, sizeof *dicts);
        if (!dicts)
            return NULL;
        x->dicts = dicts;
    }
    if (!init(&x->dicts[x->count], dict))
        return NULL;
    return &x->dicts[x->count++];
}

/* Number of a word's stem; STEM_UNKNOWN if memory ran out. */
static uint32_t stem_of(struct stem_index *x, struct dict_stems *d,
                        struct stemmer *stemmer, uint32_t word)
{
    if (d->stems[word] != STEM_UNKNOWN)
        return d->stems[word];
    const struct strtab_entry *e = &d->dict->words.entries[word];
    struct slice stem = stemmer_stem(stemmer, (struct slice){e->data, e->len});
    return d->stems[word] = strtab_add(&x->names, stem.data, stem.len);
}

bool stem_index_each(struct stem_index *x, const struct dict *dict,
                     struct stemmer *stemmer, struct slice stem,
                     bool (*add)(void *ctx, uint32_t word), void *ctx)
{
    struct dict_stems *d = stems_of(x, dict);
    if (!d)
        return false;
    const uint32_t wanted = strtab_add(&x->names, stem.data, stem.len);
    const bool some = stemmer_keeps_first(stemmer) && stem.len > 0;
    const uint8_t first = some ? (uint8_t)*stem.data : 0;
    const uint32_t end = some ? d->starts[first + 1] : dict->words.count;
    if (wanted == STRTAB_NONE)
        return false;
    for (uint32_t i = some ? d->starts[first] : 0; i < end; i++) {
        const uint32_t word = some ? d->order[i] : i;
        const uint32_t its = stem_of(x, d, stemmer, word);
        if (its == STEM_UNKNOWN || (its == wanted && !add(ctx, word)))
            return false;
    }
    return true;
}
