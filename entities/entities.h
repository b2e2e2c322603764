/* The persons, organisations and places that an article names, each under one
 * name with all its mentions. One finder a thread; models are shared. */
#ifndef ENTITIES_ENTITIES_H
#define ENTITIES_ENTITIES_H

#include "common/text/schema.h"
#include "entities/tagger.h"

/* A name in the text. */
struct entity_mention {
    uint32_t start, end; /* bytes of its text, end exclusive */
    bool in_title;
    uint32_t entity;              /* that it names */
    uint32_t first_token, tokens; /* of the document */
    uint8_t class;                /* enum entity_class */
};

struct entity {
    enum entity_class class;
    struct slice name; /* as the article spells it; in the finder's memory */
    uint32_t mentions; /* how many */
};

/* Results last until the next run. */
struct entity_finder {
    struct tagger *tagger;
    struct entity_mention *mentions; /* in order of the text */
    size_t mention_count, mention_cap;
    struct entity *entities; /* in order of first mention */
    size_t entity_count, entity_cap;
    struct entity_token { /* where the document's tokens stand */
        uint32_t start, end;
    } * places;
    size_t place_cap;
    size_t title_tokens;
    struct buf names;
    struct resolver *resolver;
};

/* The field of a class that is indexed: not of MISC. */
enum field entity_field(enum entity_class class);

int entity_finder_new(struct entity_finder **out,
                      const struct entity_model *model, struct nh_error *err);
void entity_finder_free(struct entity_finder *f);
/* Finds the entities of an article, MISC left out. None where the text is not
 * English. NH_ENOMEM. */
int entity_finder_run(struct entity_finder *f, struct slice title,
                      struct slice body, struct nh_error *err);

#endif
