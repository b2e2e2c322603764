/* The names that tagging finds, as values of an article beside those it came
 * with. */
#ifndef INDEXER_INGEST_ARTICLE_ENTITIES_H
#define INDEXER_INGEST_ARTICLE_ENTITIES_H

#include "common/stream/lexicon.h"
#include "common/text/article.h"
#include "entities/entities.h"

/* Tags the article and adds what it does not name yet, with mentions, in its
 * arena. A name that was given, or that is short for a person that was, is left
 * to its given value. `words` are those of its title, then of its body, with
 * positions in title "\n" body. NH_ENOMEM. */
int article_entities_add(struct entity_finder *f, struct article *a,
                         const struct word_list *words, struct nh_error *err);
/* Takes all persons, organisations and places away. */
void article_entities_drop(struct article *a);

#endif
