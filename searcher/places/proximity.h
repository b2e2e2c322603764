/* NEAR, ONEAR and the scopes of sentence and paragraph as candidate checks:
 * conditions on where the words of an article stand, decided on its stream. An
 * article meets a condition if that has a span (spans.h). */
#ifndef SEARCHER_PLACES_PROXIMITY_H
#define SEARCHER_PLACES_PROXIMITY_H

#include "searcher/places/candidate_check.h"
#include "searcher/places/spans.h"

/* A check for a QUERY_NEAR, QUERY_SCOPE, or whatever can stand in them, which
 * must outlive the check. */
int proximity_new(struct text_check **out, const struct query_node *node,
                  const struct span_sources *sources, struct nh_error *err);

#endif
