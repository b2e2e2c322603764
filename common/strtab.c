/* Owns string interning. Promises stable numbers and addresses until reset. */
#include "common/strtab.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

void strtab_release(struct strtab *t)
{
    if (!t)
        return;
    arena_release(&t->arena);
    free(t->entries);
    free(t->slots);
    memset(t, 0, sizeof *t);
}

void strtab_reset(struct strtab *t)
{
    arena_reset(&t->arena);
    t->count = 0;
    if (t->slots)
        memset(t->slots, 0, ((size_t)t->mask + 1) * sizeof *t->slots);
}

static uint32_t strtab_slot(const struct strtab *t, const void *data,
                            size_t len, uint32_t hash)
{
    uint32_t i = hash & t->mask;
    for (; t->slots[i]; i = (i + 1) & t->mask) {
        const struct strtab_entry *e = &t->entries[t->slots[i] - 1];
        if (e->hash == hash && e->len == len && memcmp(e->data, data, len) == 0)
            break;
    }
    return i;
}

static bool strtab_grow(struct strtab *t)
{
    uint32_t cap = t->cap ? t->cap * 2 : 256;
    if (cap > (UINT32_C(1) << 31))
        return false;
    struct strtab_entry *entries =
        realloc(t->entries, (size_t)cap * sizeof *entries);
    if (!entries)
        return false;
    t->entries = entries;
    uint32_t *slots = calloc((size_t)cap * 2, sizeof *slots);
    if (!slots)
        return false;
    free(t->slots);
    t->slots = slots;
    t->cap = cap;
    t->mask = cap * 2 - 1;
    for (uint32_t n = 0; n < t->count; n++) {
        uint32_t i = t->entries[n].hash & t->mask;
        while (slots[i])
            i = (i + 1) & t->mask;
        slots[i] = n + 1;
    }
    return true;
}

uint32_t strtab_find(const struct strtab *t, const void *data, size_t len)
{
    if (!t->slots)
        return STRTAB_NONE;
    uint32_t slot = strtab_slot(t, data, len, (uint32_t)hash64(data, len));
    return t->slots[slot] ? t->slots[slot] - 1 : STRTAB_NONE;
}

uint32_t strtab_add(struct strtab *t, const void *data, size_t len)
{
    if (len > UINT32_MAX || (t->count == t->cap && !strtab_grow(t)))
        return STRTAB_NONE;
    uint32_t hash = (uint32_t)hash64(data, len);
    uint32_t slot = strtab_slot(t, data, len, hash);
    if (t->slots[slot])
        return t->slots[slot] - 1;
    const char *copy = arena_copy(&t->arena, data, len);
    if (!copy)
        return STRTAB_NONE;
    t->entries[t->count] = (struct strtab_entry){copy, (uint32_t)len, hash};
    t->slots[slot] = ++t->count;
    return t->count - 1;
}

size_t strtab_memory(const struct strtab *t)
{
    return t->arena.total + (size_t)t->cap * sizeof *t->entries +
           (t->slots ? ((size_t)t->mask + 1) * sizeof *t->slots : 0);
}
