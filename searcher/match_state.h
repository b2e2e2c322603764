/* What everything that looks for the matches of one query shares. */
#ifndef SEARCHER_MATCH_STATE_H
#define SEARCHER_MATCH_STATE_H

#include "common/snapshot.h"

struct match_state {
    const struct snapshot *snapshot;
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

#endif
