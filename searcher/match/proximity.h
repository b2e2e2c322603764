/* NEAR, ONEAR and the scopes of sentence and paragraph: conditions on where the
 * words of an article stand, decided on its stream.
 *
 * A span is a run of word numbers in the title or in the text. Words, phrases
 * and the names of entities have spans; OR has those of its parts; NEAR has the
 * hull of each pair of spans that do not overlap and whose nearest ends are
 * from 1 to so many words apart. */
#ifndef SEARCHER_MATCH_PROXIMITY_H
#define SEARCHER_MATCH_PROXIMITY_H

#include "common/text/analysis.h"
#include "searcher/match/candidate_check.h"
#include "searcher/match/expand.h"
#include "searcher/query/query.h"
#include "searcher/query/stems.h"

/* Spans that one part of a condition may have in an article. */
#define PROXIMITY_SPANS_MAX ((size_t)1 << 20)

/* The pattern of a QUERY_WILDCARD or QUERY_FUZZY; false if it is too long. */
bool query_pattern(const struct query_node *node, struct pattern *out);
/* A check for a QUERY_NEAR, QUERY_SCOPE, or whatever can stand in them, which
 * the query outlives; `patterns` has its wildcards and fuzzy words, `stems` and
 * `stemmer` are borrowed too. */
int proximity_new(struct text_check **out, struct match_state *state,
                  const struct query_node *node,
                  const struct pattern_words *patterns,
                  struct stem_index *stems, struct stemmer *stemmer,
                  const struct name_rules *rules, struct nh_error *err);

#endif
