/* What everything that looks for the matches of one query shares. */
#ifndef SEARCHER_PLACES_MATCH_STATE_H
#define SEARCHER_PLACES_MATCH_STATE_H

#include "common/store/snapshot.h"

struct match_state {
    const struct snapshot *snapshot;
    uint64_t work, most_work; /* in words read, about */
    uint64_t texts;           /* that were looked at */
    int failed; /* first error, or NH_OK; nothing more is found then */
    struct nh_error error;
};

/* Notes the first error. */
static inline void match_fail(struct match_state *state, int code,
                              const struct nh_error *error)
{
    if (state->failed == NH_OK) {
        state->failed = code;
        state->error = *error;
    }
}

/* Work on texts is counted in words read, so that one limit holds for all kinds
 * of work. The weights are the times of each kind over that of reading a word
 * in a scan, as measured once, rounded. */
#define WORK_CHECK 16  /* reading the record of an article */
#define WORK_PHRASE 16 /* bytes of a stream that are scanned in that time */
#define WORK_DECODE 3  /* decoding a word, with starts of sentences */
#define WORK_HIT 8     /* a word that is found, for each that is looked for */
#define WORK_SPAN 16   /* making a span of a NEAR, and sorting it in */
#define WORK_COMPARE 8 /* a word of the vocabulary with a pattern */
/* What any query may cost, however small the index: about a tenth of a second.
 */
#define WORK_LEAST (UINT64_C(1) << 26)

/* Returns the work that a query may do: `effort` times the words of the index,
 * and at least WORK_LEAST. */
uint64_t match_work_limit(const struct snapshot *s, uint32_t effort);
/* Makes the search fail with NH_EQUERY. Returns false. */
bool match_overworked(struct match_state *state);
/* Counts work; false, and the search fails, if it is too much. */
static inline bool match_work(struct match_state *state, uint64_t n)
{
    state->work += n;
    return state->work <= state->most_work || match_overworked(state);
}

#endif
