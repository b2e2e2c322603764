/* Owns the table of uncommitted articles. Promises one entry an id. */
#include "indexer/segment/run_table.h"

#include <stdlib.h>

static size_t slot_of(const struct run_table *t, const uint64_t id[2])
{
    size_t i = (size_t)id[0] & (t->cap - 1);
    while (t->slots[i].docid &&
           (t->slots[i].id[0] != id[0] || t->slots[i].id[1] != id[1]))
        i = (i + 1) & (t->cap - 1);
    return i;
}

struct run_entry *run_table_find(const struct run_table *t,
                                 const uint64_t id[2])
{
    if (t->cap == 0)
        return NULL;
    struct run_entry *e = &t->slots[slot_of(t, id)];
    return e->docid ? e : NULL;
}

static bool rebuild(struct run_table *t, size_t cap, uint32_t forget)
{
    struct run_table next = {calloc(cap, sizeof *next.slots), 0, cap};
    if (!next.slots)
        return false;
    for (size_t i = 0; i < t->cap; i++)
        if (t->slots[i].docid > forget) {
            next.slots[slot_of(&next, t->slots[i].id)] = t->slots[i];
            next.count++;
        }
    free(t->slots);
    *t = next;
    return true;
}

bool run_table_add(struct run_table *t, const struct run_entry *entry)
{
    if (t->count * 3 >= t->cap * 2 &&
        !rebuild(t, t->cap ? t->cap * 2 : 1024, 0))
        return false;
    t->slots[slot_of(t, entry->id)] = *entry;
    t->count++;
    return true;
}

bool run_table_forget(struct run_table *t, uint32_t docid)
{
    return t->cap == 0 || rebuild(t, t->cap, docid);
}

void run_table_release(struct run_table *t)
{
    free(t->slots);
    *t = (struct run_table){NULL, 0, 0};
}
