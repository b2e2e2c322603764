/* The article stream: an article's title and body in about a third of their
 * bytes, decoded exactly, searched for phrases without decoding.
 *
 * The text is title, "\n", body. Bytes of a stream:
 *
 *   byte    1: coded, 2: stored
 *   varint  bytes of the title
 *   varint  bytes of the text
 *   stored: the text
 *   coded:  varint T  bytes of the word plane that belong to the title
 *           varint W  bytes of the word plane
 *           varint F  bytes of the format plane
 *           W bytes   word plane: one (s,c)-dense code a word
 *           F bytes   format plane: codes of events
 *           rest      literals: for each word that the dictionary lacks, in
 *                     order of first occurrence ("locals"): varint length * 4 +
 *                     spelling, then the bytes: folded, or as written where
 *                     the spelling is OTHER
 *
 * Rank space of the word plane: [0,s) the commonest words; 64 locals; the other
 * words; further locals. A word stands behind one space and in its usual
 * spelling (a local: in its first) unless an event says otherwise.
 *
 * An event (gap, class, separator) lets `gap` words be as usual and puts
 * `separator` before the next one, which is spelt by class & 7. Ranks of the
 * format plane: 0 escape (byte class, varint length, separator; for
 * CLASS_EXPLICIT also varint length, word), 1..32 that many usual words, from
 * 33 on the dictionary's events. After the last word an event may give the
 * text's last separator. */
#ifndef COMMON_STREAM_STREAM_H
#define COMMON_STREAM_STREAM_H

#include "common/stream/dict.h"
#include "common/stream/lexicon.h"

enum stream_class {
    CLASS_USUAL,
    CLASS_FOLDED,
    CLASS_USUAL_FIRST, /* the usual spelling with a capital first letter */
    CLASS_UPPER,
    CLASS_EXPLICIT,
    CLASS_FIRST, /* folded with a capital first letter */
    CLASS_SPELLING = 7,
    CLASS_SENTENCE = 8,   /* flag: first word of a sentence */
    CLASS_PARAGRAPH = 16, /* flag: first word of a paragraph */
    CLASS_MAX = 31
};

#define STREAM_SKIP_MAX 32u
#define STREAM_FIRST_EVENT 33u

/* ---- Encoding. One encoder a thread. */

struct stream_encoder;

/* `lex` and `dict` are borrowed and must match (lex->dict == dict). */
int stream_encoder_new(struct stream_encoder **out, const struct lexicon *lex,
                       const struct dict *dict, struct nh_error *err);
void stream_encoder_free(struct stream_encoder *e);
/* A text ready for coding: `words` are those of the title, then those of the
 * body, with positions in `text` = title "\n" body. */
struct stream_text {
    struct slice text;
    size_t title_len;
    const struct text_word *words;
    size_t count, title_count;
};
/* Appends the stream; at most text.len + 32 bytes. */
int stream_encode(struct stream_encoder *e, const struct stream_text *t,
                  struct buf *out, struct nh_error *err);

/* ---- Decoding. */

struct stream_word {
    uint32_t start, end; /* bytes of the decoded text */
    uint32_t code;  /* dictionary number, or dict words + number of the local */
    uint32_t flags; /* WORD_SENTENCE, WORD_PARAGRAPH */
};

/* Zero-initialise before first use; reused by each decoding. */
struct stream_decoded {
    struct buf text; /* title, "\n", body */
    size_t title_len;
    struct stream_word *words;
    size_t count, cap, title_count;
    struct slice *locals; /* as spelt first; point into the stream or arena */
    uint8_t *local_spellings;
    size_t locals_count, locals_cap;
    struct arena arena;
};

void stream_decoded_release(struct stream_decoded *d);
/* Longest text that is decoded, bytes: what readers accept, and the newline. */
#define STREAM_TEXT_MAX (((size_t)128 << 20) + 1)
/* Reproduces the text. NH_ECORRUPT for bytes that no encoder writes; never
 * reads or writes out of bounds whatever they are. Words of stored texts are
 * not listed (count is 0). */
int stream_decode(const struct dict *dict, struct slice stream,
                  struct stream_decoded *out, struct nh_error *err);
/* Only the words, title_count and locals, with the words' codes and, if wanted,
 * flags, and not the text: several times as fast. The locals are folded. Stored
 * texts have their words here too, each a local. */
int stream_words(const struct dict *dict, struct slice stream, bool flags,
                 struct stream_decoded *out, struct nh_error *err);
struct slice stream_title(const struct stream_decoded *d);
struct slice stream_body(const struct stream_decoded *d);

/* ---- Searching. */

enum stream_scope { SCOPE_ANY, SCOPE_TITLE, SCOPE_BODY };

/* A sequence of words to be found side by side. */
struct stream_phrase {
    struct slice *words; /* folded; owned */
    uint32_t *codes;     /* dictionary numbers or DICT_NONE */
    size_t count;
    struct buf pattern;  /* codes of all words if none is a local */
    size_t rare, second; /* places of its two rarest bytes */
    bool locals;         /* some word is not in the dictionary */
    bool failed;         /* memory ran out: matches may have been missed */
};

/* Longest phrase in words. */
#define STREAM_PHRASE_MAX 256

/* Copies the words, 1 to STREAM_PHRASE_MAX of them. */
int stream_phrase_init(struct stream_phrase *p, const struct dict *dict,
                       const struct slice *words, size_t count,
                       struct nh_error *err);
void stream_phrase_release(struct stream_phrase *p);
/* True if the words stand side by side in the scope; never across the border
 * of title and body. A damaged stream gives some answer, safely: callers
 * check its checksum before. */
bool stream_phrase_match(struct stream_phrase *p, const struct dict *dict,
                         struct slice stream, enum stream_scope scope);

/* Where wanted words stand in streams of one dictionary. */
struct stream_hit {
    uint32_t at;   /* word number, of the title and then of the body */
    uint32_t code; /* dictionary number, or dict words + number of the local */
};

struct stream_finder {
    const struct dict *dict;
    uint8_t *wanted; /* by dictionary number */
    /* Of the bytes that wanted codes end in, by low and high half: a bit that
     * is in both may be one of them. */
    uint8_t low[16], high[16];
    /* A bit for each pair of the last two bytes; 255 in the place of the first
     * of a code of one byte. */
    uint8_t ends[256 * 256 / 8];
    struct stream_hit *hits; /* of the last stream, ascending */
    size_t count, cap;
    uint32_t titles, words; /* of the last stream: of the title; in all */
};

/* Starts over for a dictionary, which is borrowed; false if memory ran out.
 * Zero-initialise before first use. */
bool stream_finder_begin(struct stream_finder *f, const struct dict *dict);
void stream_finder_release(struct stream_finder *f);
/* Wants a word of the dictionary. */
void stream_finder_want(struct stream_finder *f, uint32_t code);
struct stream_parts;
/* Finds the wanted words, and the article's own with the numbers in `locals`,
 * ascending, in a stream that is not stored. Bytes that no encoder writes give
 * some answer, safely. False if memory ran out. */
bool stream_find(struct stream_finder *f, const struct stream_parts *parts,
                 const uint32_t *locals, size_t local_count);
/* Adds a hit behind the last one; false if memory ran out. */
bool stream_finder_add(struct stream_finder *f, uint32_t at, uint32_t code);

/* Walks the words that an article has and the dictionary has not. */
struct stream_locals {
    const uint8_t *p, *end;
};
/* The next one, folded, in the stream or in `scratch`; false at the end. */
bool stream_locals_next(struct stream_locals *l, struct buf *scratch,
                        struct slice *folded);

/* The parts of a stream; false if they contradict its length. */
struct stream_parts {
    bool stored;
    size_t title_len, text_len;
    struct slice text; /* stored only */
    struct slice title_plane, body_plane, format, literals;
};
bool stream_split(struct slice stream, struct stream_parts *parts);

#endif
