/* Names and subjects that say of what kind they are: persons, places,
 * contributors. */
#ifndef CORPUS_STRUCTURED_KINDS_H
#define CORPUS_STRUCTURED_KINDS_H

#include "corpus/input/reader.h"

/* Adds names of entities as crawlers and taggers write them: {"persons": [...]}
 * or [{"type": "person", "name": "..."}], each to the field of its kind. `v`
 * may be NULL. False if memory ran out. */
bool kinds_add(struct parse_context *ctx, struct article *out,
               const struct json_value *v);
/* Adds subjects: to the field of its kind if the elements of the list have
 * kinds, else to the topics. False if memory ran out. */
bool kinds_add_subjects(struct parse_context *ctx, struct article *out,
                        const struct json_value *v);

#endif
