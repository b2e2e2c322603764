/* The word forms of texts with how often they occur, and the file of them;
 * common/vocabulary.h has the format. */
#ifndef INDEXER_WORD_COUNTS_H
#define INDEXER_WORD_COUNTS_H

#include "common/analysis.h"
#include "common/strtab.h"

struct word_counts {
    struct strtab words; /* folded */
    uint64_t *counts;    /* of each */
    uint32_t cap;
};

/* Zero-initialise before first use. */
void word_counts_release(struct word_counts *w);
void word_counts_reset(struct word_counts *w);
size_t word_counts_memory(const struct word_counts *w);
/* Adds to a word, which may be the entry of another table; false if memory ran
 * out. */
bool word_counts_add(struct word_counts *w, struct slice word, uint64_t count);
bool word_counts_add_entry(struct word_counts *w,
                           const struct strtab_entry *word, uint64_t count);
/* Takes from a word, which is left out at 0. */
void word_counts_take(struct word_counts *w, struct slice word, uint64_t count);
bool word_counts_join(struct word_counts *w, const struct word_counts *more);
/* Writes FOLDER/words, synced. */
int word_counts_write(const struct word_counts *w, const char *folder,
                      struct stemmer *stemmer, struct nh_error *err);

#endif
