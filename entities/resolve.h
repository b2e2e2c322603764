/* Which mentions of an article name the same: short names and full ones,
 * acronyms and what they stand for. */
#ifndef ENTITIES_RESOLVE_H
#define ENTITIES_RESOLVE_H

#include "entities/entities.h"

struct resolver *resolver_new(void);
void resolver_free(struct resolver *r);
/* Settles the classes of the finder's mentions, adds mentions that the tagger
 * missed, drops those that are no entities, and makes the entities. `title` and
 * `body` are the texts. False if memory ran out. */
bool resolve(struct resolver *r, struct entity_finder *f, struct slice title,
             struct slice body);

#endif
