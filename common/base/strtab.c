/* Owns string interning. Promises stable numbers and addresses until reset. */
#include "common/base/strtab.h"

#include <stdlib.h>
#include <string.h>

/* Words are short: the hash is worth being part of the loop. */
#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint32_t hash_short(const void *data, size_t len)
{
    return (uint32_t)XXH3_64bits(data, len);
}

uint32_t strtab_hash(const void *data, size_t len)
{
    return hash_short(data, len);
}

void strtab_release(struct strtab *t)
{
    if (!t)
        return;
    arena_release(&t->arena);
    free(t->entries);
    free(t->slots);
    memset(t, 0, sizeof *t);
}

/* Strings that a table has room for and keeps it over a reset. */
#define STRTAB_KEEP 65536u

void strtab_reset(struct strtab *t)
{
    if (t->cap > STRTAB_KEEP) {
        strtab_release(t);
        return;
    }
    arena_reset(&t->arena);
    t->count = 0;
    if (t->slots)
        memset(t->slots, 0, ((size_t)t->mask + 1) * sizeof *t->slots);
}

/* memcmp for the short strings that words are, without a call. */
static bool same_bytes(const char *a, const char *b, size_t len)
{
    uint64_t x, y;
    if (len < 8) {
        uint32_t v, w;
        if (len < 4) {
            for (size_t i = 0; i < len; i++)
                if (a[i] != b[i])
                    return false;
            return true;
        }
        memcpy(&v, a, 4);
        memcpy(&w, b, 4);
        if (v != w)
            return false;
        memcpy(&v, a + len - 4, 4);
        memcpy(&w, b + len - 4, 4);
        return v == w;
    }
    for (; len > 8; a += 8, b += 8, len -= 8) {
        memcpy(&x, a, 8);
        memcpy(&y, b, 8);
        if (x != y)
            return false;
    }
    memcpy(&x, a + len - 8, 8);
    memcpy(&y, b + len - 8, 8);
    return x == y;
}

static uint32_t strtab_slot(const struct strtab *t, const void *data,
                            size_t len, uint32_t hash)
{
    uint32_t i = hash & t->mask;
    for (; t->slots[i].number; i = (i + 1) & t->mask) {
        if (t->slots[i].hash != hash)
            continue;
        const struct strtab_entry *e = &t->entries[t->slots[i].number - 1];
        if (e->len == len && same_bytes(e->data, data, len))
            break;
    }
    return i;
}

static bool strtab_grow(struct strtab *t)
{
    uint32_t cap = t->cap ? t->cap * 2 : 256;
    if (cap > (UINT32_C(1) << 30))
        return false;
    struct strtab_entry *entries =
        realloc(t->entries, (size_t)cap * sizeof *entries);
    if (!entries)
        return false;
    t->entries = entries;
    struct strtab_slot *slots = calloc((size_t)cap * 2, sizeof *slots);
    if (!slots)
        return false;
    free(t->slots);
    t->slots = slots;
    t->cap = cap;
    t->mask = cap * 2 - 1;
    for (uint32_t n = 0; n < t->count; n++) {
        uint32_t i = t->entries[n].hash & t->mask;
        while (slots[i].number)
            i = (i + 1) & t->mask;
        slots[i] = (struct strtab_slot){t->entries[n].hash, n + 1};
    }
    return true;
}

uint32_t strtab_find(const struct strtab *t, const void *data, size_t len)
{
    if (!t->slots)
        return STRTAB_NONE;
    uint32_t slot = strtab_slot(t, data, len, hash_short(data, len));
    return t->slots[slot].number ? t->slots[slot].number - 1 : STRTAB_NONE;
}

uint32_t strtab_add(struct strtab *t, const void *data, size_t len)
{
    return strtab_add_hashed(t, data, len, hash_short(data, len));
}

uint32_t strtab_add_hashed(struct strtab *t, const void *data, size_t len,
                           uint32_t hash)
{
    if (len > UINT32_MAX || (t->count == t->cap && !strtab_grow(t)))
        return STRTAB_NONE;
    uint32_t slot = strtab_slot(t, data, len, hash);
    if (t->slots[slot].number)
        return t->slots[slot].number - 1;
    const char *copy = arena_copy(&t->arena, data, len);
    if (!copy)
        return STRTAB_NONE;
    t->entries[t->count] = (struct strtab_entry){copy, (uint32_t)len, hash};
    t->slots[slot] = (struct strtab_slot){hash, ++t->count};
    return t->count - 1;
}

bool strtab_reserve(struct strtab *t, uint32_t count)
{
    uint32_t cap = 256;
    while (cap < count)
        cap *= 2;
    t->entries = malloc((size_t)cap * sizeof *t->entries);
    t->cap = t->entries ? cap : 0;
    return t->entries != NULL;
}

void strtab_place(struct strtab *t, const char *data, size_t len)
{
    t->entries[t->count++] =
        (struct strtab_entry){data, (uint32_t)len, hash_short(data, len)};
}

int strtab_index(struct strtab *t)
{
    t->slots = calloc((size_t)t->cap * 2, sizeof *t->slots);
    if (!t->slots)
        return NH_ENOMEM;
    t->mask = t->cap * 2 - 1;
    for (uint32_t n = 0; n < t->count; n++) {
        const struct strtab_entry *e = &t->entries[n];
        const uint32_t slot = strtab_slot(t, e->data, e->len, e->hash);
        if (t->slots[slot].number) {
            free(t->slots);
            t->slots = NULL;
            return NH_EINVAL;
        }
        t->slots[slot] = (struct strtab_slot){e->hash, n + 1};
    }
    return NH_OK;
}

size_t strtab_memory(const struct strtab *t)
{
    return t->arena.total + (size_t)t->cap * sizeof *t->entries +
           (t->slots ? ((size_t)t->mask + 1) * sizeof *t->slots : 0);
}
