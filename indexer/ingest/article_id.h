/* Which id an article has. */
#ifndef INDEXER_INGEST_ARTICLE_ID_H
#define INDEXER_INGEST_ARTICLE_ID_H

#include "common/text/article.h"

/* Gives the article its id: its own, else its URL, else `path` ("" if the file
 * holds many articles), else a hash of what it says. It stays
 * as it came in. "COLLECTION:" comes before it if `collection` is not NULL.
 * `scratch` is overwritten. */
int article_id_assign(struct article *a, const char *path,
                      const char *collection, struct buf *scratch,
                      struct nh_error *err);

#endif
