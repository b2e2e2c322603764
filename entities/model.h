/* A trained model: what is known of words, lists of names, and the weights of
 * a linear-chain conditional random field (Lafferty, McCallum and Pereira
 * 2001). Loaded once; any number of threads may read it.
 *
 * File, integers little-endian:
 *
 *   16 bytes  header: "NHENTIT3", u32 bytes of the body unpacked, u32 low half
 *             of hash64 of the body unpacked
 *   rest      the body, packed by zlib
 *
 * Body: five sections, each a varint count and its entries; fingerprints are
 * written as varint differences to the one before, in ascending order, all of
 * them first, then what belongs to them.
 *
 *   clusters     for each fine cluster, from 1 on: byte coarse cluster
 *   words        fingerprints; u16 fine cluster of each (0: none); byte
 *                of each, how often it is a capital (4 bits) and how common it
 *                is (4 bits); u16 gazetteers of each
 *   phrases      fingerprints of names of more than one word; u16 gazetteers
 *                of each
 *   transitions  17 x 17 i16: from label, to label; label 0 also stands for
 *                the ends of a run. Count is 1
 *   rows         fingerprints of features; then 16 x count i8: all weights of
 *                label 1, then of label 2 ... (alike bytes pack better so)
 */
#ifndef ENTITIES_MODEL_H
#define ENTITIES_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "entities/labels.h"

#define MODEL_MAGIC "NHENTIT3"
/* Bytes of a body, to bound what a broken file makes us take. */
#define MODEL_BODY_MAX ((size_t)64 << 20)
/* Words of the longest phrase that is looked for. */
#define MODEL_PHRASE_WORDS 5

/* Lists that a word or phrase is in: bits 0 to GAZ_LISTS - 1. */
#define GAZ_LISTS 12
enum gazetteer {
    GAZ_FIRST_NAME = 1,
    GAZ_COMMON_FIRST_NAME = 2,
    GAZ_LAST_NAME = 4,
    GAZ_COMMON_LAST_NAME = 8,
    GAZ_CITY = 16,
    GAZ_LARGE_CITY = 32,
    GAZ_COUNTRY = 64,
    GAZ_COMPANY = 128,
    GAZ_ORG = 256,
    GAZ_PLACE = 512,
    GAZ_PEOPLE = 1024, /* nations, faiths, opinions */
    GAZ_THING = 2048,  /* events, products, works */
    GAZ_OWN = GAZ_ORG | GAZ_PLACE | GAZ_PEOPLE | GAZ_THING,
    GAZ_PHRASE_BEGIN = 32768 /* words only: a phrase begins with it */
};

/* What is known of a lower-cased word. */
struct model_word {
    uint16_t fine;       /* cluster, 0 for an unknown word */
    uint16_t gazetteers; /* of enum gazetteer */
    uint8_t coarse;      /* cluster, 0 for an unknown word */
    uint8_t cased;  /* 0: seldom counted; 1 (never) to 8 (always a capital) */
    uint8_t common; /* 1 (commonest) to 15; 0 for an unknown word */
};

/* Open addressing by fingerprint. */
struct model_slot {
    uint32_t fingerprint, number; /* number of the entry + 1; 0 is free */
};

struct model_table {
    struct model_slot *slots;
    uint32_t mask, count;
};

/* Weights of a feature, for all labels but LABEL_NONE, and sums of some
 * hundred. Vectors of 16 bytes are what every x86-64 and ARM has. */
typedef int8_t weight_row __attribute__((vector_size(LABEL_ROW)));
typedef int16_t score_half __attribute__((vector_size(LABEL_ROW)));
typedef union {
    score_half half[2];
    int16_t of[LABEL_ROW];
} score_row;

/* Weights of up to three features, a cache line. Fingerprint and weights of a
 * free place are 0. Where there are more, the next bucket goes on. */
#define MODEL_BUCKET 3
#define MODEL_MORE 3 /* of `keys`: not 0 if the next bucket goes on */
typedef uint32_t model_keys __attribute__((vector_size(16)));
struct model_bucket {
    model_keys keys; /* MODEL_BUCKET fingerprints, MODEL_MORE */
    weight_row weights[MODEL_BUCKET];
};

struct model_rows {
    struct model_bucket *buckets;
    uint32_t mask;
};

struct entity_model {
    struct model_table words, phrases;
    struct model_rows rows;
    struct model_word *word_info;
    uint16_t *phrase_info; /* gazetteers */
    int16_t transitions[LABEL_COUNT][LABEL_COUNT];
    uint8_t *coarse; /* by fine cluster; [0] is 0 */
    uint32_t clusters;
};

/* `path` may be NULL: the model that stands in ../share/newshound or the like
 * beside the program or library that this is part of, else where it was to be
 * installed. NH_ENOTFOUND, NH_EIO, NH_EVERSION, NH_ECORRUPT, NH_ENOMEM. */
int entity_model_open(struct entity_model **out, const char *path,
                      struct nh_error *err);
/* The same from a file's bytes; `name` is for messages. */
int entity_model_read(struct entity_model **out, struct slice bytes,
                      const char *name, struct nh_error *err);
void entity_model_free(struct entity_model *m);

/* Fingerprint of a word's bytes, lower-cased. */
uint32_t model_fingerprint(struct slice word);
/* That of a phrase and one more word; a phrase of one word has the word's. */
static inline uint32_t model_phrase(uint32_t phrase, uint32_t word)
{
    const uint64_t x = ((uint64_t)phrase << 32 | word) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(x >> 32) ^ (uint32_t)x;
}

/* Number of an entry, or UINT32_MAX. */
static inline uint32_t model_find(const struct model_table *t,
                                  uint32_t fingerprint)
{
    uint32_t at = fingerprint & t->mask;
    for (; t->slots[at].number; at = (at + 1) & t->mask)
        if (t->slots[at].fingerprint == fingerprint)
            return t->slots[at].number - 1;
    return UINT32_MAX;
}

/* Where a feature's weights are looked for first. */
static inline const struct model_bucket *
model_bucket(const struct model_rows *r, uint32_t fingerprint)
{
    return &r->buckets[fingerprint & r->mask];
}

static inline void score_add(score_row *to, const score_row *more)
{
    to->half[0] += more->half[0];
    to->half[1] += more->half[1];
}

/* Adds the weights of a feature. Which place it is in, or whether in any,
 * cannot be foretold, so that nothing branches on it. */
static inline void model_add(const struct model_rows *r, uint32_t fingerprint,
                             score_row *to)
{
    const model_keys key = {fingerprint, fingerprint, fingerprint, fingerprint};
    for (uint32_t at = fingerprint & r->mask;; at = (at + 1) & r->mask) {
        const struct model_bucket *b = &r->buckets[at];
        const model_keys same = (model_keys)(b->keys == key);
        const weight_row sum =
            (b->weights[0] &
             (weight_row)__builtin_shufflevector(same, same, 0, 0, 0, 0)) |
            (b->weights[1] &
             (weight_row)__builtin_shufflevector(same, same, 1, 1, 1, 1)) |
            (b->weights[2] &
             (weight_row)__builtin_shufflevector(same, same, 2, 2, 2, 2));
        /* Each byte twice, shifted: 16 bits with its sign. */
        to->half[0] +=
            (score_half)__builtin_shufflevector(sum, sum, 0, 0, 1, 1, 2, 2, 3,
                                                3, 4, 4, 5, 5, 6, 6, 7, 7) >>
            8;
        to->half[1] += (score_half)__builtin_shufflevector(
                           sum, sum, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
                           14, 14, 15, 15) >>
                       8;
        if (!b->keys[MODEL_MORE])
            return;
    }
}

#endif
