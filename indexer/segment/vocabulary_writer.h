/* The word forms of texts with how often they occur, and the file of them;
 * common/store/vocabulary.h has the format. */
#ifndef INDEXER_SEGMENT_VOCABULARY_WRITER_H
#define INDEXER_SEGMENT_VOCABULARY_WRITER_H

#include "common/base/strtab.h"
#include "common/text/analysis.h"

struct word_counts {
    struct strtab words; /* folded */
    uint64_t *counts;    /* of each */
    uint32_t cap;
};

/* Words with counts as they come, one perhaps twice: cheaper to fill than a
 * table, for a part of a segment. Zero-initialise before first use. */
struct word_tally {
    struct arena arena;
    struct word_tally_item {
        struct strtab_entry word;
        uint64_t count;
    } * items;
    size_t count, cap;
};

void word_tally_release(struct word_tally *t);
void word_tally_reset(struct word_tally *t);
/* Copies an entry of a table; false if memory ran out. */
bool word_tally_add(struct word_tally *t, const struct strtab_entry *word,
                    uint64_t count);

/* Zero-initialise before first use. */
void word_counts_release(struct word_counts *w);
void word_counts_reset(struct word_counts *w);
size_t word_counts_memory(const struct word_counts *w);
/* False if memory ran out. */
bool word_counts_add(struct word_counts *w, struct slice word, uint64_t count);
bool word_counts_join(struct word_counts *w, const struct word_tally *more);
/* Takes from a word, which is left out at 0. */
void word_counts_take(struct word_counts *w, struct slice word, uint64_t count);
/* Writes FOLDER/words, synced. */
int word_counts_write(const struct word_counts *w, const char *folder,
                      struct stemmer *stemmer, struct nh_error *err);

#endif
