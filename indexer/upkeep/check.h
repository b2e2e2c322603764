/* Checks of a whole index against itself: every file against its checksum, the
 * tables by Xapian's own check, every article's stream and fields against the
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

/* Checks the index in folder `dir`, which nobody may write to meanwhile. The
 * words of every `step`-th article and of the first of each segment are looked
 * for, of all for 1. NH_OK also where something is wrong; NH_ENOTFOUND,
 * NH_EVERSION, NH_ENOMEM. */
int check_index(const char *dir, uint32_t step, check_report_fn *report,
                void *ctx, struct check_result *result, struct nh_error *err);

#endif
