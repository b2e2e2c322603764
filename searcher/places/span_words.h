/* The words of a query in the stream of an article. */
#ifndef SEARCHER_PLACES_SPAN_WORDS_H
#define SEARCHER_PLACES_SPAN_WORDS_H

#include "searcher/places/spans.h"

/* Finds the words of all parts in the article whose segment is x->segment: in
 * x->finder, with the codes of the parts' words. */
int span_words_find(struct span_finder *x, struct slice stream,
                    struct nh_error *err);
/* Whether the word is meant by a code. Its codes ascend; there may be
 * thousands. */
bool place_word_has(const struct place_word *w, uint32_t code);

#endif
