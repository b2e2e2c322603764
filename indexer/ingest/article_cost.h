/* The memory that it takes to index one article, before it is done. */
#ifndef INDEXER_INGEST_ARTICLE_COST_H
#define INDEXER_INGEST_ARTICLE_COST_H

#include "common/text/article.h"

/* Text of fewer bytes fits any --memory, whatever it is made of. */
#define ARTICLE_SMALL ((size_t)256 << 10)

/* Estimates the bytes of memory that indexing an article takes at its peak: 0
 * for a small one. Reads a long text once. Returns SIZE_MAX if memory ran out.
 */
size_t article_cost(const struct article *a);

#endif
