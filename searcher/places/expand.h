/* The words of an index that a wildcard or fuzzy word means. */
#ifndef SEARCHER_PLACES_EXPAND_H
#define SEARCHER_PLACES_EXPAND_H

#include "common/store/snapshot.h"
#include "common/text/analysis.h"
#include "searcher/query/pattern.h"

struct query_node;

struct expansion {
    struct strtab words; /* folded */
    struct strtab stems; /* theirs */
    /* By stem, then by segment of the snapshot: 0 if none of its words there is
     * meant, 1 if some are, 2 if all are. */
    uint8_t *meant;
    size_t segments;
    uint32_t cap;      /* of stems */
    uint64_t compared; /* words that were looked at */
};

/* The words that a wildcard or fuzzy word of a query means. */
struct pattern_words {
    struct pattern_words *next; /* for lists */
    const struct query_node *node;
    struct strtab words;
};
void pattern_words_free(struct pattern_words *list);

/* Fills `out`, zero-initialised. NH_EQUERY if there are more than `most` words;
 * NH_ECORRUPT. Release it in any case. */
int expand(struct expansion *out, const struct snapshot *s,
           struct stemmer *stemmer, const struct pattern *pattern,
           uint32_t most, struct nh_error *err);
void expansion_release(struct expansion *x);

#endif
