/* Distinct strings, each with a number that is added up. */
#ifndef SEARCHER_PRESENT_STRING_COUNTS_H
#define SEARCHER_PRESENT_STRING_COUNTS_H

#include "common/base/strtab.h"

/* Zero-initialise before first use. */
struct string_counts {
    struct strtab texts;
    uint64_t *counts; /* one for each of texts */
    size_t cap;
};

/* Adds `count` to the string's; false if memory ran out. */
bool string_counts_add(struct string_counts *c, struct slice text,
                       uint64_t count);
/* Forgets all strings. */
void string_counts_reset(struct string_counts *c);
void string_counts_release(struct string_counts *c);

#endif
