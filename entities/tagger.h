/* The decoder: the best labels of an article's tokens by a model. One tagger a
 * thread. */
#ifndef ENTITIES_TAGGER_H
#define ENTITIES_TAGGER_H

#include "entities/document.h"

struct tagger;

/* `model` is borrowed. False if memory ran out. */
bool tagger_new(struct tagger **out, const struct entity_model *model);
void tagger_free(struct tagger *t);
/* The document to fill: reset it and add tokens. */
struct document *tagger_document(struct tagger *t);
/* Finishes the document and labels its tokens. The labels are the tagger's and
 * last until the next run; NULL if memory ran out. */
const uint8_t *tagger_run(struct tagger *t);

#endif
