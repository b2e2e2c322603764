/* Owns the adding up by string. */
#include "searcher/present/string_counts.h"

#include <stdlib.h>
#include <string.h>

bool string_counts_add(struct string_counts *c, struct slice text,
                       uint64_t count)
{
    const uint32_t n = strtab_add(&c->texts, text.data, text.len);
    if (n == STRTAB_NONE)
        return false;
    while (n >= c->cap) {
        const size_t before = c->cap;
        uint64_t *counts = array_grow(c->counts, &c->cap, sizeof *counts);
        if (!counts)
            return false;
        c->counts = counts;
        memset(counts + before, 0, (c->cap - before) * sizeof *counts);
    }
    c->counts[n] += count;
    return true;
}

void string_counts_reset(struct string_counts *c)
{
    strtab_reset(&c->texts);
    if (c->cap)
        memset(c->counts, 0, c->cap * sizeof *c->counts);
}

void string_counts_release(struct string_counts *c)
{
    strtab_release(&c->texts);
    free(c->counts);
    memset(c, 0, sizeof *c);
}
