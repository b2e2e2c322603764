/* An article as the tagger sees it: tokens, sentences, the runs of tokens in
 * which names may stand, and what the article tells elsewhere about a word. */
#ifndef ENTITIES_DOCUMENT_H
#define ENTITIES_DOCUMENT_H

#include "entities/word_types.h"

/* How a sentence is written. */
enum sentence_mode {
    MODE_NORMAL,
    MODE_TITLE, /* Nearly All Words Are Capitalised */
    MODE_UPPER, /* ALL CAPITALS */
    MODE_LOWER  /* an article without capitals */
};

/* Some of its type stands here too: most tokens are asked for no more. */
struct doc_token {
    uint32_t type, lowered;
    uint8_t kind, roles, letters;
    uint8_t first;       /* of a sentence */
    uint8_t mode;        /* enum sentence_mode */
    uint8_t in_phrase;   /* 1 first of the phrase, 2 further on, 0 in none */
    uint16_t gazetteers; /* of the phrase it is in */
};

/* Tokens start..end (exclusive) of one sentence, start < end. */
struct doc_run {
    uint32_t start, end;
    uint32_t sentence_start, sentence_end;
};

/* Neighbours that a word has in the article: each once. */
#define CONTEXT_MAX 6
/* What the article says of a word that it has with a capital. Valid with the
 * document's stamp; a cache line. */
struct doc_word {
    _Alignas(64) uint32_t stamp;
    uint32_t count; /* with a capital */
    uint8_t inside; /* it occurs with one inside a normal sentence */
    uint8_t before_count, behind_count;
    uint32_t before[CONTEXT_MAX], behind[CONTEXT_MAX]; /* lower-cased types */
};

struct document {
    struct word_types types;
    struct doc_token *tokens;
    size_t count, cap;
    struct doc_run *runs;
    size_t run_count, run_cap;
    /* By number of the lower-cased type. */
    struct doc_word *words;
    uint32_t *smalls; /* stamps of articles that have it without a capital */
    uint32_t word_cap, stamp;
};

/* Most tokens of an article that are looked at; what comes behind has no
 * entities. Some 10 MB of text. */
#define DOCUMENT_TOKENS_MAX ((size_t)2 << 20)

bool document_init(struct document *d, const struct entity_model *model);
void document_release(struct document *d);
/* Forgets the tokens. */
void document_reset(struct document *d);
/* A token to be added. */
struct doc_source {
    struct slice text;
    bool first; /* of a sentence */
};

/* Tokens that are best added at a time: what they need comes from memory side
 * by side. */
#define DOCUMENT_CHUNK 32

/* Appends up to DOCUMENT_CHUNK tokens. False if memory ran out. */
bool document_add(struct document *d, const struct doc_source *tokens,
                  size_t count);
/* Sets all but the types of tokens. False if memory ran out. */
bool document_finish(struct document *d);

static inline const struct word_type *document_type(const struct document *d,
                                                    size_t token)
{
    return &d->types.items[d->tokens[token].type];
}
/* Whether the article has a token's word without a capital. */
static inline bool document_has_small(const struct document *d, size_t token)
{
    return d->smalls[d->tokens[token].lowered] == d->stamp;
}
/* What the article says of a token's word. */
static inline const struct doc_word *document_word(const struct document *d,
                                                   size_t token)
{
    static const struct doc_word none;
    const struct doc_word *w = &d->words[d->tokens[token].lowered];
    return w->stamp == d->stamp ? w : &none;
}

#endif
