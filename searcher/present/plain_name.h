/* Forms of a folded name that other spellings of it share. */
#ifndef SEARCHER_PRESENT_PLAIN_NAME_H
#define SEARCHER_PRESENT_PLAIN_NAME_H

#include "common/text/schema.h"

/* Appends the plain form of a name of person, org or place: abbreviations
 * written out, an article before it and Inc. behind it left out. */
void plain_name(enum field field, struct slice folded, struct buf *out);
/* Appends the first letters of the words, small words left out: fda. */
void plain_name_initials(struct slice folded, struct buf *out);
/* Whether the last word of a person says which of a family it is: jr, iii. */
bool plain_name_is_suffix(struct slice word);

#endif
