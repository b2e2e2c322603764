/* What was read in each format, and why the rest was skipped. */
#ifndef CLI_OUTPUT_TALLY_H
#define CLI_OUTPUT_TALLY_H

#include <stdio.h>

#include "common/base/strtab.h"
#include "corpus/readers.h"

/* Most reasons that are told apart; others are counted together. */
#define REASONS_MAX 256

struct reasons {
    struct strtab table; /* a byte for the reader, then the reason */
    uint64_t counts[REASONS_MAX];
};

/* Counts a reason; without memory it is only not told. */
void reasons_add(struct reasons *r, const struct reader *reader,
                 const char *reason);
void reasons_reset(struct reasons *r);
void reasons_release(struct reasons *r);

/* Says that a record, or a file, is skipped: a line without control characters,
 * whatever a file has in it. */
void tally_say_skipped(struct buf *out, const char *path, uint64_t offset,
                       const char *why);
/* Prints a line for each format that was met, and below it the most frequent
 * reasons. `tallies` has READERS_MAX + 1 elements. */
void tally_print(FILE *to, const struct reader_tally *tallies,
                 const struct reasons *reasons);

#endif
