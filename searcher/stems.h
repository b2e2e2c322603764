/* The stems of dictionaries' words, made when first asked for. */
#ifndef SEARCHER_STEMS_H
#define SEARCHER_STEMS_H

#include "common/analysis.h"
#include "common/stream/dict.h"

/* Of one dictionary. */
struct dict_stems {
    const struct dict *dict;
    uint32_t *stems; /* of each of its words: a number in stem_index.names */
};

struct stem_index {
    struct strtab names;
    struct dict_stems *dicts;
    size_t count, cap;
};

void stem_index_release(struct stem_index *x);
/* The stems of a dictionary's words; NULL if memory ran out. */
const uint32_t *stem_index_of(struct stem_index *x, const struct dict *dict,
                              struct stemmer *stemmer);

#endif
