/* Finds the ids of articles that are damaged, or that a repair cannot save. */
#ifndef INDEXER_UPKEEP_REPAIR_LOST_H
#define INDEXER_UPKEEP_REPAIR_LOST_H

#include "common/store/manifest.h"
#include "indexer/upkeep/check.h"

/* Reports the ids of those articles of segment `s` for which `is_lost` returns
 * true, each behind `what`, which is "lost" or "damaged". The ids are read from
 * the segment's posting table, as far as it is whole. */
int repair_name_lost(const char *dir, const struct manifest *m,
                     const struct manifest_segment *s, const char *what,
                     bool (*is_lost)(void *ctx, uint32_t docid), void *ctx,
                     check_report_fn *report, void *report_ctx,
                     struct nh_error *err);

#endif
