/* A table of distinct byte strings, numbered 0, 1, 2... in order of arrival. */
#ifndef COMMON_BASE_STRTAB_H
#define COMMON_BASE_STRTAB_H

#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/buf.h"

#define STRTAB_NONE UINT32_MAX

struct strtab_entry {
    const char *data; /* in the arena, NUL-terminated */
    uint32_t len;
    uint32_t hash;
};

/* Open addressing. The hash stands beside the number, so that a probe that
 * misses touches nothing else. */
struct strtab_slot {
    uint32_t hash;
    uint32_t number; /* entry number + 1, 0 is free */
};

struct strtab {
    struct arena arena;
    struct strtab_entry *entries;
    uint32_t count, cap;
    struct strtab_slot *slots;
    uint32_t mask; /* slots - 1, or 0 before the first insert */
};

/* The hash of an entry; stored in indexes, so that it never changes. */
uint32_t strtab_hash(const void *data, size_t len);
/* Zero-initialise before first use. */
void strtab_release(struct strtab *t);
/* Forgets all strings. Keeps the memory of a small table for reuse; that of a
 * large one would have to be cleared each time, and goes. */
void strtab_reset(struct strtab *t);
/* Number of the string, adding it if it is new; STRTAB_NONE if memory ran out
 * or the table holds 2^31 strings. */
uint32_t strtab_add(struct strtab *t, const void *data, size_t len);
/* The same with the hash that an entry of another table has. */
uint32_t strtab_add_hashed(struct strtab *t, const void *data, size_t len,
                           uint32_t hash);
/* Fetches the slot of a hash from memory, for a look-up that comes soon. */
static inline void strtab_prefetch(const struct strtab *t, uint32_t hash)
{
    if (t->slots)
        __builtin_prefetch(&t->slots[hash & t->mask]);
}
/* Then its entry; the number of the string that is probably meant, or
 * STRTAB_NONE. */
static inline uint32_t strtab_prefetch_entry(const struct strtab *t,
                                             uint32_t hash)
{
    const struct strtab_slot *s = t->slots ? &t->slots[hash & t->mask] : NULL;
    if (!s || s->number == 0 || s->hash != hash)
        return STRTAB_NONE;
    __builtin_prefetch(&t->entries[s->number - 1]);
    return s->number - 1;
}
/* Then its bytes. */
static inline uint32_t strtab_prefetch_string(const struct strtab *t,
                                              uint32_t hash)
{
    const uint32_t n = strtab_prefetch_entry(t, hash);
    if (n != STRTAB_NONE)
        __builtin_prefetch(t->entries[n].data);
    return n;
}
/* For strings that are known to be distinct: room for so many, in an empty
 * table, false if memory ran out; one more, whose bytes last as long as the
 * table; and what finds and adds them, made once they are all there: NH_ENOMEM,
 * or NH_EINVAL if two are the same. */
bool strtab_reserve(struct strtab *t, uint32_t count);
void strtab_place(struct strtab *t, const char *data, size_t len);
int strtab_index(struct strtab *t);
/* Number of the string or STRTAB_NONE; also if strtab_index has still to come.
 */
uint32_t strtab_find(const struct strtab *t, const void *data, size_t len);
/* Bytes of memory in use. */
size_t strtab_memory(const struct strtab *t);

#endif
