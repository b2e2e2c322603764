/* Joins groups of mentions that name the same: short and full names of persons,
 * acronyms and long forms, firms with and without Inc. */
#ifndef ENTITIES_JOIN_NAMES_H
#define ENTITIES_JOIN_NAMES_H

#include "entities/name_groups.h"

/* Returns the number of tokens of a name without Jr. or Inc. and the comma
 * before it. */
size_t name_bare_count(const struct entity_finder *f,
                       const struct entity_mention *m);
/* Sets the parents of groups, their classes with them, and bans terms. */
void join_names(struct resolver *r, const struct entity_finder *f,
                const struct texts *t);

#endif
