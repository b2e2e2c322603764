/* Widens a query: words and phrases become any of their spellings. */
#ifndef SEARCHER_WIDEN_QUERY_EXPAND_H
#define SEARCHER_WIDEN_QUERY_EXPAND_H

#include "searcher/index/index.h"
#include "searcher/query/query.h"

/* Spellings that one part of a query may have, at most. */
#define EXPAND_SPELLINGS_MAX 32

/* Replaces words and phrases of the query, whose text is `text`, by an OR of
 * themselves and of
 *
 * - the names that synonyms.rules says are the same, if it is there and on;
 * - their spellings by its rules about letters;
 * - the two parts of a word that a line's end divides in some article.
 *
 * A phrase stays a phrase, with one of them in the place of each of its words
 * or names. Notes in q->notice what had too many spellings. NH_ENOMEM, NH_EIO,
 * NH_ECORRUPT. */
int query_expand(struct query *q, struct slice text, nh_index *index,
                 struct nh_error *err);

#endif
