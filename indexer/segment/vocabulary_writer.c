/* Owns the counting of word forms and the writing of vocabularies. */
#include "indexer/segment/vocabulary_writer.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/store/vocabulary.h"

void vocabulary_writer_release(struct vocabulary_writer *w)
{
    strtab_release(&w->words);
    free(w->counts);
    memset(w, 0, sizeof *w);
}

void vocabulary_writer_reset(struct vocabulary_writer *w)
{
    strtab_reset(&w->words);
}

size_t vocabulary_writer_memory(const struct vocabulary_writer *w)
{
    return strtab_memory(&w->words) + w->cap * sizeof *w->counts;
}

/* Adds to word number `n`, which is new if it is not below `known`. */
static bool add(struct vocabulary_writer *w, uint32_t n, uint32_t known,
                uint64_t count)
{
    if (n == STRTAB_NONE)
        return false;
    if (n >= w->cap) {
        uint32_t cap = w->cap ? w->cap * 2 : 4096;
        uint64_t *counts = realloc(w->counts, cap * sizeof *counts);
        if (!counts)
            return false;
        w->counts = counts;
        w->cap = cap;
    }
    w->counts[n] = n == known ? count : w->counts[n] + count;
    return true;
}

bool vocabulary_writer_add(struct vocabulary_writer *w, struct slice word,
                           uint64_t count)
{
    uint32_t known = w->words.count;
    return add(w, strtab_add(&w->words, word.data, word.len), known, count);
}

void vocabulary_writer_take(struct vocabulary_writer *w, struct slice word,
                            uint64_t count)
{
    uint32_t n = strtab_find(&w->words, word.data, word.len);
    if (n != STRTAB_NONE)
        w->counts[n] -= count < w->counts[n] ? count : w->counts[n];
}

bool vocabulary_writer_join(struct vocabulary_writer *w,
                            const struct vocabulary_tally *more)
{
    const struct vocabulary_tally_item *items = more->items;
    for (size_t i = 0; i < more->count; i++) {
        const struct strtab_entry *e = &items[i].word;
        if (i + 32 < more->count)
            strtab_prefetch(&w->words, items[i + 32].word.hash);
        if (i + 16 < more->count) {
            uint32_t n =
                strtab_prefetch_entry(&w->words, items[i + 16].word.hash);
            if (n < w->cap)
                __builtin_prefetch(&w->counts[n]);
        }
        if (i + 8 < more->count)
            strtab_prefetch_string(&w->words, items[i + 8].word.hash);
        uint32_t known = w->words.count;
        if (!add(w, strtab_add_hashed(&w->words, e->data, e->len, e->hash),
                 known, items[i].count))
            return false;
    }
    return true;
}

/* ---- Tallies. */

void vocabulary_tally_release(struct vocabulary_tally *t)
{
    arena_release(&t->arena);
    free(t->items);
    memset(t, 0, sizeof *t);
}

void vocabulary_tally_reset(struct vocabulary_tally *t)
{
    arena_reset(&t->arena);
    t->count = 0;
}

bool vocabulary_tally_add(struct vocabulary_tally *t,
                          const struct strtab_entry *word, uint64_t count)
{
    if (t->count == t->cap) {
        struct vocabulary_tally_item *items =
            array_grow(t->items, &t->cap, sizeof *items);
        if (!items)
            return false;
        t->items = items;
    }
    const char *copy = arena_copy(&t->arena, word->data, word->len);
    if (!copy)
        return false;
    t->items[t->count++] =
        (struct vocabulary_tally_item){{copy, word->len, word->hash}, count};
    return true;
}

/* ---- Writing. */

struct form {
    const struct strtab_entry *word;
    uint64_t count;
    uint32_t stem;
};

static int by_bytes(const void *a, const void *b)
{
    const struct strtab_entry *x = ((const struct form *)a)->word,
                              *y = ((const struct form *)b)->word;
    int order = memcmp(x->data, y->data, x->len < y->len ? x->len : y->len);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* The words that there are, sorted, with their stems; forms[stem] counts them.
 */
static bool list_forms(const struct vocabulary_writer *w,
                       struct stemmer *stemmer, struct form *list,
                       size_t *count, uint32_t *forms)
{
    struct strtab stems;
    bool good = true;
    memset(&stems, 0, sizeof stems);
    *count = 0;
    for (uint32_t i = 0; good && i < w->words.count; i++) {
        const struct strtab_entry *e = &w->words.entries[i];
        if (w->counts[i] == 0 || e->len > VOCABULARY_WORD_MAX)
            continue;
        struct slice stem =
            stemmer_stem(stemmer, (struct slice){e->data, e->len});
        uint32_t n = strtab_add(&stems, stem.data, stem.len);
        good = n != STRTAB_NONE;
        if (!good)
            break;
        forms[n]++;
        list[(*count)++] = (struct form){e, w->counts[i], n};
    }
    strtab_release(&stems);
    if (*count)
        qsort(list, *count, sizeof *list, by_bytes);
    return good;
}

static void put_words(const struct form *list, size_t count,
                      const uint32_t *forms, struct buf *out,
                      struct buf *groups)
{
    for (size_t i = 0; i < count; i++) {
        const struct strtab_entry *word = list[i].word;
        size_t shared = 0;
        if (i % VOCABULARY_GROUP == 0) {
            buf_append_le(groups, out->len, 4);
        } else {
            const struct strtab_entry *last = list[i - 1].word;
            while (shared < last->len && shared < word->len &&
                   last->data[shared] == word->data[shared])
                shared++;
            buf_append_varint(out, shared);
        }
        buf_append_varint(out, word->len - shared);
        buf_append(out, word->data + shared, word->len - shared);
        buf_append_varint(out, list[i].count);
        buf_append_varint(out, forms[list[i].stem]);
    }
}

static int write_file(const char *folder, const struct buf *out,
                      struct nh_error *err)
{
    struct buf name = BUF_INIT;
    struct file_writer file;
    int rc = file_join(&name, folder, VOCABULARY_NAME)
                 ? file_writer_open(&file, name.data, err)
                 : error_nomem(err);
    if (rc == NH_OK) {
        file_writer_put(&file, out->data, out->len);
        rc = file_writer_close(&file, err);
    }
    buf_release(&name);
    return rc;
}

int vocabulary_writer_write(const struct vocabulary_writer *w,
                            const char *folder, struct stemmer *stemmer,
                            struct nh_error *err)
{
    struct buf out = BUF_INIT, groups = BUF_INIT;
    size_t count;
    struct form *list = malloc(((size_t)w->words.count + 1) * sizeof *list);
    uint32_t *forms = calloc((size_t)w->words.count + 1, sizeof *forms);
    bool good = list && forms && list_forms(w, stemmer, list, &count, forms);
    if (good) {
        buf_append_str(&out, VOCABULARY_MAGIC);
        put_words(list, count, forms, &out, &groups);
        uint64_t groups_at = out.len;
        if (groups.len)
            buf_append(&out, groups.data, groups.len);
        buf_append_le(&out, count, 4);
        buf_append_le(&out, groups.len / 4, 4);
        buf_append_le(&out, groups_at, 8);
        buf_append_le(&out, 0, 8);
        if (!out.failed && !groups.failed)
            buf_append_le(&out, hash64(out.data, out.len), 8);
        good = !out.failed && !groups.failed;
    }
    int rc = good ? write_file(folder, &out, err) : error_nomem(err);
    free(list);
    free(forms);
    buf_release(&out);
    buf_release(&groups);
    return rc;
}
