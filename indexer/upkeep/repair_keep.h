/* The last steps of a repair: keeps the old index beside the new one, and puts
 * the new one into its place. */
#ifndef INDEXER_UPKEEP_REPAIR_KEEP_H
#define INDEXER_UPKEEP_REPAIR_KEEP_H

#include "common/store/manifest.h"

/* Copies the index in folder `dir`, that is, the files that the manifest names,
 * into the folder DIR.damaged beside it, or DIR.damaged-2 and so on if that
 * exists. Files are linked, or copied where the file system has no hard links.
 * Missing files are left out. Appends the name of the folder to `kept`. On
 * failure an incomplete folder may remain, which the next call uses; nothing
 * else has changed. */
int repair_keep_old(const char *dir, const struct manifest *m, struct buf *kept,
                    struct nh_error *err);

/* Moves the files of the index in folder `workshop` into `dir`; the manifest
 * comes last, by one rename. After a failure without a hint the old index is
 * still in place. After a failure with a hint the new index is in place, but
 * may not have reached the disk. */
int repair_take_place(const char *workshop, const char *dir,
                      struct nh_error *err);

#endif
