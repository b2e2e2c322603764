/* The templates: what of a token and its surroundings weighs for its label.
 * Trainer and tagger both take them from here. A feature is a fingerprint of
 * its template and values. */
#ifndef ENTITIES_FEATURES_H
#define ENTITIES_FEATURES_H

#include "entities/document.h"

/* Features of a single word, by where it stands from the token; their sums are
 * worth keeping for each word. */
enum feature_family {
    FAMILY_SELF,
    FAMILY_BEFORE,       /* one token before */
    FAMILY_BEHIND,       /* one token behind */
    FAMILY_BEFORE_2,     /* two tokens before */
    FAMILY_BEHIND_2,     /* two tokens behind */
    FAMILY_OTHER_BEFORE, /* before some mention of the token's word */
    FAMILY_OTHER_BEHIND,
    FAMILY_COUNT
};

/* Most features that one call appends. */
#define FEATURES_WORD_MAX 28
#define FEATURES_PLACE_MAX 28
/* Most that a token has. */
#define FEATURES_TOKEN_MAX                                                     \
    (FEATURES_WORD_MAX * (5 + 2 * CONTEXT_MAX) + FEATURES_PLACE_MAX)

/* Numbers of tokens in a sentence that others are seen from. */
struct feature_place {
    const struct document *document;
    size_t token, start, end; /* the token, and its sentence */
};

/* Append features, return their number. */
size_t features_word(const struct word_type *w, enum feature_family family,
                     uint32_t *out);
/* Those of more than one word, or of the sentence or article. */
size_t features_place(const struct feature_place *p, uint32_t *out);
/* Those of a token in the families that have a bit in `families`, and of its
 * place if FAMILY_COUNT has one. */
size_t features_token(const struct feature_place *p, unsigned families,
                      uint32_t *out);

/* Number of the type `by` tokens on, or the boundary. */
static inline uint32_t feature_type_at(const struct feature_place *p, long by)
{
    const long at = (long)p->token + by;
    return at < (long)p->start || at >= (long)p->end
               ? WORD_BOUNDARY
               : p->document->tokens[at].type;
}
static inline const struct word_type *
feature_word_at(const struct feature_place *p, long by)
{
    return &p->document->types.items[feature_type_at(p, by)];
}

/* Whether neighbours of other mentions of the token's word count. */
static inline bool features_have_context(const struct doc_word *w)
{
    return w->count > 1;
}

#endif
