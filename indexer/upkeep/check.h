/* Checks a whole index: every file against its checksum, the lists of Xapian's
 * tables, every article's stream and fields against the hash of the article as
 * it came in, and for a sample of the articles every word against the postings.
 */
#ifndef INDEXER_UPKEEP_CHECK_H
#define INDEXER_UPKEEP_CHECK_H

#include "common/store/snapshot.h"

/* Called with one line for each problem. */
typedef void check_report_fn(void *ctx, const char *problem);

struct check_result {
    uint64_t files, bytes;
    uint64_t articles, sampled, postings; /* that were checked */
    uint64_t problems;
};

/* Returns whether an error is about what is stored: what is damaged or missing.
 * Others are about this process or this moment (no permission, no memory, too
 * many open files, a disk that fails), and say nothing about the index. */
bool check_is_damage(int code);

/* Checks the index in folder `dir`. Nobody may write to it meanwhile. The words
 * of every `step`-th article, and of the first article of each segment, are
 * compared with the postings; step 1 means all. Returns NH_OK also if something
 * is damaged: result->problems counts that. Other results: NH_ENOTFOUND,
 * NH_EVERSION, and any error that is no damage, which ends the check. */
int check_index(const char *dir, uint32_t step, check_report_fn *report,
                void *ctx, struct check_result *result, struct nh_error *err);

#endif
