/* Which words of a dictionary have a stem, found when first asked for. */
#ifndef SEARCHER_QUERY_STEMS_H
#define SEARCHER_QUERY_STEMS_H

#include "common/stream/dict.h"
#include "common/text/analysis.h"

/* Of one dictionary. */
struct dict_stems {
    const struct dict *dict;
    uint32_t *stems; /* of each of its words: a number in stem_index.names */
    /* The words by their first byte: those with byte b from starts[b] on. */
    uint32_t *order;
    uint32_t starts[257];
};

struct stem_index {
    struct strtab names;
    struct dict_stems *dicts;
    size_t count, cap;
};

void stem_index_release(struct stem_index *x);
/* Calls `add` for each word of the dictionary with that stem, ascending. False
 * if memory ran out, or `add` returned it. */
bool stem_index_each(struct stem_index *x, const struct dict *dict,
                     struct stemmer *stemmer, struct slice stem,
                     bool (*add)(void *ctx, uint32_t word), void *ctx);

#endif
