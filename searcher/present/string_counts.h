/* Distinct strings, each with a number that is added up. */
#ifndef SEARCHER_PRESENT_STRING_COUNTS_H
#define SEARCHER_PRESENT_STRING_COUNTS_H

#include "common/base/strtab.h"

/* Zero-initialise before first use. */
struct counted {
    struct strtab texts;
    uint64_t *counts; /* one for each of texts */
    size_t cap;
};

/* Adds `count` to the string's; false if memory ran out. */
bool counted_add(struct counted *c, struct slice text, uint64_t count);
/* Forgets all strings. */
void counted_reset(struct counted *c);
void counted_release(struct counted *c);

#endif
