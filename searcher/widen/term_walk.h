/* The terms of an index, out of Xapian's tables and the files of long lists. */
#ifndef SEARCHER_WIDEN_TERM_WALK_H
#define SEARCHER_WIDEN_TERM_WALK_H

#include "common/store/snapshot.h"

/* Calls `each` for every term that begins with `prefix`, without it, and how
 * many articles of a segment have it; a term of several segments comes once for
 * each. False from `each`: memory ran out. */
int term_walk(const struct snapshot *s, const char *prefix,
              bool (*each)(void *ctx, struct slice value, uint32_t articles),
              void *ctx, struct nh_error *err);

#endif
