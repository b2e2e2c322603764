/* The classes of entities and the labels of their tokens. A label says class
 * and place of a token in its entity (BILOU: Ratinov and Roth 2009, Design
 * challenges and misconceptions in named entity recognition). */
#ifndef ENTITIES_LABELS_H
#define ENTITIES_LABELS_H

#include <stdbool.h>
#include <stdint.h>

/* Stored in models. MISC, names of other things, is found so that it is not
 * taken for one of the others; it is not indexed. */
enum entity_class {
    ENTITY_PERSON,
    ENTITY_ORG,
    ENTITY_PLACE,
    ENTITY_MISC,
    ENTITY_CLASSES
};

enum label_place { LABEL_BEGIN, LABEL_INSIDE, LABEL_LAST, LABEL_UNIT };

/* Label 0 is "no entity"; then come four of each class. */
#define LABEL_NONE 0
#define LABEL_COUNT 17
#define LABEL_ROW                                                              \
    16 /* labels that weights are kept for: all but LABEL_NONE                 \
        */

static inline unsigned label_of(enum entity_class c, enum label_place p)
{
    return 1u + 4u * (unsigned)c + (unsigned)p;
}
static inline enum entity_class label_class(unsigned label)
{
    return (enum entity_class)((label - 1) / 4);
}
static inline enum label_place label_place(unsigned label)
{
    return (enum label_place)((label - 1) % 4);
}
/* Whether an entity begins (ends) at a token of this label, or there is none.
 */
static inline bool label_starts(unsigned label)
{
    return label == LABEL_NONE || label_place(label) == LABEL_BEGIN ||
           label_place(label) == LABEL_UNIT;
}
static inline bool label_ends(unsigned label)
{
    return label == LABEL_NONE || label_place(label) == LABEL_LAST ||
           label_place(label) == LABEL_UNIT;
}
/* Whether `b` may come behind `a`. */
static inline bool label_follows(unsigned a, unsigned b)
{
    return label_ends(a) ? label_starts(b)
                         : !label_starts(b) && label_class(a) == label_class(b);
}

#endif
