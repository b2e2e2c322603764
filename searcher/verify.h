/* Checks on candidates: what terms cannot decide, the article stream does. */
#ifndef SEARCHER_VERIFY_H
#define SEARCHER_VERIFY_H

#include "common/snapshot.h"
#include "common/stream/stream.h"

/* What the checks of one search share. */
struct verify_state {
    const struct snapshot *snapshot;
    int failed; /* first error of a check, or NH_OK */
    struct nh_error error;
};

/* A phrase to look for. */
struct phrase_check {
    struct verify_state *state;
    enum stream_scope scope;
    struct stream_phrase *compiled; /* one for each dictionary */
    size_t dicts;
    struct phrase_check *next; /* for lists */
};

int phrase_check_new(struct phrase_check **out, struct verify_state *state,
                     const struct slice *words, size_t count,
                     enum stream_scope scope, struct nh_error *err);
void phrase_check_free(struct phrase_check *c);
/* An xw_check_fn: whether article `docid` has the phrase. An article that
 * cannot be read does not, and makes the search fail. */
bool phrase_check_match(void *check, uint32_t docid);

/* Whether candidates are alive and pass all of a list of checks. */
struct decision {
    struct verify_state *state;
    bool tombstones; /* there are some */
    struct phrase_check *checks;
};
bool decision_accept(void *decision, uint32_t docid); /* an xw_check_fn */

#endif
