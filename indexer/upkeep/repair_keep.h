/* The last steps of a repair: the old index is kept beside, the new one takes
 * its place. */
#ifndef INDEXER_UPKEEP_REPAIR_KEEP_H
#define INDEXER_UPKEEP_REPAIR_KEEP_H

#include "common/store/manifest.h"

/* Makes a copy of the index in folder `dir`, which consists of what the
 * manifest names, beside it: folder DIR.damaged, or DIR.damaged-2 and so on if
 * there is one. Files are linked, or copied where the file system has no hard
 * links; what is missing is left out. Appends the name of the folder to `kept`.
 * On failure nothing is changed but that an incomplete folder may stay, which
 * the next call uses. */
int repair_keep_old(const char *dir, const struct manifest *m, struct buf *kept,
                    struct nh_error *err);

/* Moves the files of the index in folder `workshop` into `dir`, the manifest
 * last, by one rename. On failure the old index is still there, but for an
 * error with a hint: then the new one is, and may not be on disk yet. */
int repair_take_place(const char *workshop, const char *dir,
                      struct nh_error *err);

#endif
