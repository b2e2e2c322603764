/* Checks of a whole index against itself: every file against its checksum, the
 * lists of Xapian's tables, every article's stream and fields against the
 * hash of the article that came in, and of a part of the articles every word
 * against the postings. */
#ifndef INDEXER_UPKEEP_CHECK_H
#define INDEXER_UPKEEP_CHECK_H

#include "common/store/snapshot.h"

/* Told of each thing that is wrong, in one line. */
typedef void check_report_fn(void *ctx, const char *problem);

struct check_result {
    uint64_t files, bytes;
    uint64_t articles, sampled, postings; /* that were looked at */
    uint64_t problems;
};

/* Returns whether an error is about what is stored: what is damaged or missing.
 * Others are about this process or this moment (no permission, no memory, too
 * many open files, a disk that fails), and say nothing about the index. */
bool check_is_damage(int code);

/* Checks the index in folder `dir`, which nobody may write to meanwhile. The
 * words of every `step`-th article and of the first of each segment are looked
 * for, of all for 1. NH_OK also where something is wrong; NH_ENOTFOUND,
 * NH_EVERSION; any error that is no damage ends the check. */
int check_index(const char *dir, uint32_t step, check_report_fn *report,
                void *ctx, struct check_result *result, struct nh_error *err);

#endif
