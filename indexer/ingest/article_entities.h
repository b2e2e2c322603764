/* Adds the names that tagging finds in an article's text to the names that the
 * article came with. */
#ifndef INDEXER_INGEST_ARTICLE_ENTITIES_H
#define INDEXER_INGEST_ARTICLE_ENTITIES_H

#include "common/stream/lexicon.h"
#include "common/text/article.h"
#include "entities/entities.h"

/* Tags the article and adds each name that it does not have yet, with the
 * mentions, in the article's arena. A found name that is equal to a given name,
 * or short for a given person, is not added: its mentions belong to the given
 * name. `words` are the words of the title followed by those of the body, with
 * positions in the text title "
 * " body. Returns NH_OK or NH_ENOMEM. */
int article_entities_add(struct entity_finder *f, struct article *a,
                         const struct word_list *words, struct nh_error *err);
/* Removes all persons, organisations and places of the article. */
void article_entities_drop(struct article *a);

#endif
