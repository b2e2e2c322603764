/* Repairs a damaged index: makes a new index of everything that can still be
 * read. */
#ifndef INDEXER_UPKEEP_REPAIR_H
#define INDEXER_UPKEEP_REPAIR_H

#include "indexer/upkeep/check.h"

struct repair_result {
    uint64_t kept, lost; /* articles */
};

/* Makes the index in folder `dir` anew from the articles whose records, and the
 * dictionaries of whose streams, are whole.
 *
 * Postings, vocabulary and docids are made again. The names that were found
 * stay, and so does the table of sources; a file of which an article is lost is
 * read again by the next run. What is damaged is reported and left out, with
 * the ids of lost articles where they are known. If tombstones are damaged, the
 * deleted articles come back.
 *
 * The old index stays in place until the new one is complete, and is then kept
 * in DIR.damaged. An error that is no damage (check_is_damage) ends the repair
 * with nothing changed. The caller holds the lock. Returns NH_ECORRUPT if the
 * manifest is damaged: then nothing can be repaired. */
int repair_index(const char *dir, check_report_fn *report, void *ctx,
                 struct repair_result *result, struct nh_error *err);

#endif
