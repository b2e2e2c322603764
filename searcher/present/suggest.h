/* Spelling suggestions for queries. */
#ifndef SEARCHER_PRESENT_SUGGEST_H
#define SEARCHER_PRESENT_SUGGEST_H

#include "searcher/index/index.h"
#include "searcher/query/query.h"

/* The query `text`, parsed as `query`, with the words that the index does not
 * have replaced; "" if there are none, or one has none like it. */
int suggest(nh_index *index, const struct query *query, struct slice text,
            const struct nh_search_options *o, struct arena *arena,
            struct nh_string *out, struct nh_error *err);

#endif
