/* Checks on candidates: what terms cannot decide, the article stream does. */
#ifndef SEARCHER_VERIFY_H
#define SEARCHER_VERIFY_H

#include "common/stream/stream.h"
#include "searcher/match_state.h"

/* A phrase to look for. */
struct phrase_check {
    struct match_state *state;
    enum stream_scope scope;
    struct stream_phrase *compiled; /* one for each dictionary */
    size_t dicts;
    struct phrase_check *next; /* for lists */
};

int phrase_check_new(struct phrase_check **out, struct match_state *state,
                     const struct slice *words, size_t count,
                     enum stream_scope scope, struct nh_error *err);
/* Frees it and those behind it. */
void phrase_check_free(struct phrase_check *c);
/* Whether article `docid` has the phrase. An article that cannot be read does
 * not, and makes the search fail. */
bool phrase_check_match(struct phrase_check *c, uint32_t docid);

#endif
