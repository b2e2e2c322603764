/* Finds the copies of articles (common/store/copies.h). */
#ifndef SEARCHER_MATCH_COPY_FINDER_H
#define SEARCHER_MATCH_COPY_FINDER_H

#include "common/store/snapshot.h"
#include "searcher/places/match_state.h"

/* Zero-initialise before first use. */
struct copy_finder {
    struct shingles mine, other;
    struct stream_decoded decoded;
    uint32_t *docids; /* what was found */
    size_t count, cap;
};

void copy_finder_release(struct copy_finder *f);
/* The live articles that are copies of article `docid`, ascending, with itself,
 * in f->docids. The texts of all that may be are read, which counts as work;
 * but if `quick`, those with all bands of its signature are taken for copies,
 * which pairs with less than COPIES_SIMILARITY have once in a thousand times at
 * most. NH_EQUERY if the work is too much. */
int copy_finder_run(struct copy_finder *f, struct match_state *state,
                    uint32_t docid, bool quick, struct nh_error *err);

#endif
