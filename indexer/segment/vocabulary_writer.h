/* The word forms of texts with how often they occur, and the file of them;
 * common/store/vocabulary.h has the format. */
#ifndef INDEXER_SEGMENT_VOCABULARY_WRITER_H
#define INDEXER_SEGMENT_VOCABULARY_WRITER_H

#include "common/base/strtab.h"
#include "common/text/analysis.h"

struct vocabulary_writer {
    struct strtab words; /* folded */
    uint64_t *counts;    /* of each */
    uint32_t cap;
};

/* Words with counts as they come, one perhaps twice: cheaper to fill than a
 * table, for a part of a segment. Zero-initialise before first use. */
struct vocabulary_tally {
    struct arena arena;
    struct vocabulary_tally_item {
        struct strtab_entry word;
        uint64_t count;
    } * items;
    size_t count, cap;
};

void vocabulary_tally_release(struct vocabulary_tally *t);
void vocabulary_tally_reset(struct vocabulary_tally *t);
/* Copies an entry of a table; false if memory ran out. */
bool vocabulary_tally_add(struct vocabulary_tally *t,
                          const struct strtab_entry *word, uint64_t count);

/* Zero-initialise before first use. */
void vocabulary_writer_release(struct vocabulary_writer *w);
void vocabulary_writer_reset(struct vocabulary_writer *w);
size_t vocabulary_writer_memory(const struct vocabulary_writer *w);
/* False if memory ran out. */
bool vocabulary_writer_add(struct vocabulary_writer *w, struct slice word,
                           uint64_t count);
bool vocabulary_writer_join(struct vocabulary_writer *w,
                            const struct vocabulary_tally *more);
/* Takes from a word, which is left out at 0. */
void vocabulary_writer_take(struct vocabulary_writer *w, struct slice word,
                            uint64_t count);
/* Writes FOLDER/words, synced. */
int vocabulary_writer_write(const struct vocabulary_writer *w,
                            const char *folder, struct stemmer *stemmer,
                            struct nh_error *err);

#endif
