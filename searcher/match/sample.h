/* How many matches a query has whose texts decide, from a sample of them. */
#ifndef SEARCHER_MATCH_SAMPLE_H
#define SEARCHER_MATCH_SAMPLE_H

#include "searcher/match/posting_source.h"

/* Below this expected number of candidates each is read and counted. */
#define SAMPLE_CANDIDATES 400

/* Estimates the matches of the source's tree, an AND with candidate checks,
 * from docid `first` to `last`. Candidates are counted in equal ranges
 * of docids; some of each range are read, as
 * many as make the estimate certain enough. *exact: all were read. A read that
 * fails fails source->state. NH_ENOMEM. */
int sample_total(const struct posting_source *source, uint32_t first,
                 uint32_t last, uint64_t *total, bool *exact,
                 struct nh_error *err);
/* Returns true if sample_total can be asked, and pays: only the candidate
 * checks of an AND decide, and they decode texts. Where they do not, reading
 * the first texts costs nothing, since the page needs them, and a sample would.
 */
bool sample_fits(const struct match_tree *t);

#endif
