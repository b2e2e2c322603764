/* Groups of an article's mentions that are spelt alike but for case, with their
 * votes for a class. join_names.h joins groups that name the same. */
#ifndef ENTITIES_NAME_GROUPS_H
#define ENTITIES_NAME_GROUPS_H

#include "entities/entities.h"

#define NO_GROUP UINT32_MAX
/* Longer names are not taken apart. */
#define NAME_TOKENS 16

/* Running text says more of class and spelling than a headline. */
#define VOTE_TEXT 3
#define VOTE_HEADLINE 1

/* Mentions that are spelt alike but for case. */
struct group {
    uint64_t key;   /* hash of its tokens, lower-cased */
    uint32_t first; /* mention */
    uint32_t spelt; /* mention whose spelling is the name */
    uint32_t count;
    uint32_t votes[ENTITY_CLASSES];
    uint8_t class;   /* enum entity_class; MISC where it is dropped */
    uint8_t sure;    /* it is no doubtful person */
    uint32_t parent; /* group of the fuller name, or NO_GROUP */
    uint32_t entity; /* number + 1 */
};

struct resolver {
    struct group *groups;
    size_t count, cap;
    uint32_t *group_of; /* by mention */
    size_t group_of_cap;
    uint32_t *slots; /* of groups by key: number + 1 */
    uint32_t mask;
    /* By lower-cased type: a group whose last token it is, and whether
     * it is no entity here, and whether a name of more tokens begins with it.
     * Valid with the stamp. */
    struct tail {
        uint32_t stamp, group;
        uint8_t banned, begins;
    } * tails;
    uint32_t tail_cap, stamp;
};

/* The article's. */
struct texts {
    struct slice title, body;
    size_t titles; /* tokens of the title */
};

static inline struct slice text_at(const struct texts *t, size_t token)
{
    return token < t->titles ? t->title : t->body;
}

static inline const struct document *document_of(const struct entity_finder *f)
{
    return tagger_document(f->tagger);
}

static inline uint32_t lowered(const struct document *d, size_t token)
{
    return d->tokens[token].lowered;
}

static inline const struct entity_mention *
first_of(const struct entity_finder *f, const struct group *g)
{
    return &f->mentions[g->first];
}

static inline bool same_words(const struct document *d, size_t a, size_t b,
                              size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (lowered(d, a + i) != lowered(d, b + i))
            return false;
    return true;
}

static inline struct tail *tail_of(struct resolver *r, uint32_t type)
{
    struct tail *t = &r->tails[type];
    if (t->stamp != r->stamp)
        *t = (struct tail){r->stamp, NO_GROUP, 0, 0};
    return t;
}

/* Forgets all groups and makes room for the finder's mentions. False if memory
 * ran out. */
bool name_groups_reset(struct resolver *r, const struct entity_finder *f);
/* Makes the groups of the finder's mentions. False if memory ran out. */
bool name_groups_make(struct resolver *r, const struct entity_finder *f);
/* Returns the group of a name of these tokens, or NO_GROUP. */
uint32_t name_groups_find(const struct resolver *r,
                          const struct entity_finder *f, size_t token,
                          size_t count);

#endif
