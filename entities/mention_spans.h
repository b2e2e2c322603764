/* The extent of mentions: what belongs to a name and what only stands beside
 * it. */
#ifndef ENTITIES_MENTION_SPANS_H
#define ENTITIES_MENTION_SPANS_H

#include "entities/name_groups.h"

/* Settles where the finder's mentions begin and end, in linear time: particles
 * join what they stand between (Pieter Van | der Merwe), the state behind the
 * city of a dateline is part of the city's mention, titles and 's go. Mentions
 * with nothing left go too. `body` is the text. */
void mention_spans_settle(struct entity_finder *f, struct slice body);

#endif
