/* Owns the limit of what one query may cost.
 * Promises an error with a hint where a query would cost more. */
#include "searcher/places/match_state.h"

uint64_t match_work_limit(const struct snapshot *s, uint32_t effort)
{
    uint64_t words = 0;
    for (size_t i = 0; i < s->count; i++)
        words += s->segments[i].blocks.total_length;
    const uint64_t most = UINT64_MAX / 2;
    return WORK_LEAST + (words > most / effort ? most : words * effort);
}

bool match_overworked(struct match_state *state)
{
    struct nh_error err;
    int rc = error_set(&err, NH_EQUERY,
                       "this query has too much to look for in the texts");
    error_hint(&err, rc,
               "ask for rarer words or fewer places, or allow more effort");
    match_fail(state, rc, &err);
    return false;
}
