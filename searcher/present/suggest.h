/* Spelling suggestions for queries. */
#ifndef SEARCHER_PRESENT_SUGGEST_H
#define SEARCHER_PRESENT_SUGGEST_H

#include "searcher/index/index.h"
#include "searcher/query/query.h"

/* Sets *total to the number of articles that a query finds. NH_EQUERY and
 * NH_EUNSUPPORTED for a query that cannot be asked. */
typedef int suggest_count_fn(uint64_t *total, nh_index *index,
                             struct slice query,
                             const struct nh_search_options *o,
                             struct nh_error *err);

/* Sets *out to the query `text`, parsed as `query`, with the words replaced
 * that the index does not have, and, where the query finds next to nothing,
 * rare words that much commoner ones are like; to "" if there is nothing to
 * replace, or nothing to replace it by. *out lies in the arena. `count` is
 * asked once for each combination of replacements, and for the query itself. */
int suggest(nh_index *index, const struct query *query, struct slice text,
            const struct nh_search_options *o, suggest_count_fn *count,
            struct arena *arena, struct nh_string *out, struct nh_error *err);

#endif
