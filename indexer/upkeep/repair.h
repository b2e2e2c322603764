/* Mending of a damaged index: it is made anew out of what can still be read. */
#ifndef INDEXER_UPKEEP_REPAIR_H
#define INDEXER_UPKEEP_REPAIR_H

#include "indexer/upkeep/check.h"

struct repair_result {
    uint64_t kept, lost; /* articles */
};

/* Makes the index in folder `dir` anew of the articles whose records, and the
 * dictionary of whose streams, are whole: their postings, vocabulary and
 * numbers are made again, the names that were found stay, and so does the table
 * of sources; a file of which an article is lost is read again by the next run.
 * What is damaged is reported and left out, with the ids of lost articles as
 * far as they are known; of damaged tombstones the articles come back. The old
 * index stays until the new one is complete, and then beside it, in
 * DIR.damaged. An error that is no damage (check_is_damage) ends the repair
 * with nothing changed. The caller holds the lock. NH_ECORRUPT if the manifest
 * is damaged: then nothing is known. */
int repair_index(const char *dir, check_report_fn *report, void *ctx,
                 struct repair_result *result, struct nh_error *err);

#endif
