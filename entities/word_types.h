/* The distinct tokens met so far, with all that features are made of. Type 0 is
 * what stands before and behind a sentence. */
#ifndef ENTITIES_WORD_TYPES_H
#define ENTITIES_WORD_TYPES_H

#include "entities/model.h"

#define WORD_BOUNDARY 0
#define WORD_AFFIXES 6 /* first and last two, three and four characters */

/* How a token is written. */
enum word_kind {
    WORD_SIGN,
    WORD_NUMBER,
    WORD_LOWER,
    WORD_INITIAL, /* Word */
    WORD_UPPER,   /* WORD */
    WORD_LETTER,  /* J. or A */
    WORD_MIXED    /* McCain, iPhone, WORD-Word */
};

/* What else it may be; bits. */
enum word_role {
    WORD_CONNECTS = 1,  /* may stand inside a name: of, and, & */
    WORD_LEADS = 2,     /* may begin one though it is small: van, bin */
    WORD_ENDS_NAME = 4, /* a comma may stand before it: Jr., Inc. */
    WORD_HYPHEN = 8,
    WORD_TITLE = 16,   /* stands before a person's name: Mr., Senator */
    WORD_SPEAKS = 32,  /* stands behind one: said, tweeted */
    WORD_ENGLISH = 64, /* common in English, and no word of other languages */
    WORD_BEGINS_PHRASE = 128 /* of the model's names of several words */
};

struct word_type {
    uint32_t lowered; /* number of the type of the lower-cased token */
    uint32_t lower;   /* fingerprint of that */
    uint32_t digits;  /* the same with each digit made 0 */
    uint32_t affix[WORD_AFFIXES]; /* hashes; 0 where the token is too short */
    uint32_t shape; /* hash of its classes of characters, runs made one */
    struct model_word info;
    uint8_t kind;    /* enum word_kind */
    uint8_t roles;   /* of enum word_role */
    uint8_t letters; /* that the token has, 255 at most */
};

/* Open addressing. What most tokens are asked for stands here too. */
struct word_slot {
    uint64_t hash;   /* of the token's bytes: stands for them */
    uint32_t number; /* of its type + 1; 0 is free */
    uint8_t kind, roles, letters;
    bool small; /* it is its own lower-cased form */
};

struct word_types {
    const struct entity_model *model; /* borrowed */
    struct word_type *items;
    uint32_t count, cap;
    struct word_slot *slots;
    uint32_t mask;
    struct model_table roles; /* by fingerprint; numbers are roles */
    uint32_t age;             /* counts the times that all were forgotten */
};

/* False if memory ran out. */
bool word_types_init(struct word_types *t, const struct entity_model *model);
void word_types_release(struct word_types *t);
/* Forgets all but the boundary. */
void word_types_reset(struct word_types *t);
/* The slot of a token, whose hash64 is `hash`, until the next call; NULL if
 * memory ran out. */
const struct word_slot *word_types_get(struct word_types *t, struct slice token,
                                       uint64_t hash);
/* Fetches from memory what a look-up of that hash will need. */
static inline void word_types_fetch(const struct word_types *t, uint64_t hash)
{
    __builtin_prefetch(&t->slots[(uint32_t)hash & t->mask]);
}

/* Whether a lower-cased token is a title. */
bool word_is_title(struct slice lower);

static inline bool kind_is_capital(unsigned kind)
{
    return kind >= WORD_INITIAL;
}
static inline bool word_is_capital(const struct word_type *w)
{
    return kind_is_capital(w->kind);
}

#endif
