/* The analyser: what a word is, how it is folded and stemmed, where sentences
 * and paragraphs start. Articles, streams and queries all use this one.
 * doc/internals/analysis.md states the rules; ANALYSIS_VERSION is stored in
 * indexes and changes with them. */
#ifndef COMMON_TEXT_ANALYSIS_H
#define COMMON_TEXT_ANALYSIS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "common/base/byte_masks.h"

#define ANALYSIS_VERSION 5
/* The oldest version whose indexes are opened, to read articles from. */
#define ANALYSIS_READABLE 4
/* Longer words (bytes, folded) are not stemmed. */
#define ANALYSIS_STEM_MAX 64

/* How a word is spelt, relative to its folded form. */
enum word_spelling {
    SPELLING_LOWER, /* as folded */
    SPELLING_FIRST, /* ASCII, first letter a capital, no other */
    SPELLING_UPPER, /* ASCII, all letters capitals, not FIRST */
    SPELLING_OTHER
};

enum word_flag {
    WORD_SENTENCE = 1,   /* first of a sentence */
    WORD_PARAGRAPH = 2,  /* first of a paragraph, then of a sentence too */
    WORD_POSSESSIVE = 4, /* an s behind an apostrophe behind a letter */
    WORD_CJK = 8,        /* one character of a script without blanks */
    WORD_SHORT = 16,     /* of at most ANALYSIS_PAIR_MAX bytes, folded */
    WORD_DIVIDED = 32    /* behind a hyphen at a line's end: it may be the rest
                            of the word before */
};

struct word {
    size_t start, end;   /* bytes of the text, end exclusive */
    struct slice folded; /* never empty; valid until the next word_next */
    enum word_spelling spelling;
    unsigned flags; /* of enum word_flag */
};

/* Walks the words of a text. The text may be any bytes; bytes that are not
 * UTF-8 separate. Linear time. */
struct word_scanner {
    struct slice text;
    size_t pos;
    size_t last_start, last_end; /* previous word; both 0 before the first */
    bool last_letter;            /* it ended in a letter */
    bool any;                    /* there was a previous word */
    size_t block;                /* the masks are of 64 bytes from here on */
    struct byte_masks masks;     /* bytes behind the text's end: separators */
    struct buf scratch;
};

void word_scanner_init(struct word_scanner *s, struct slice text);
/* False at the end, or if memory ran out (then scratch.failed). */
bool word_next(struct word_scanner *s, struct word *word);
void word_scanner_release(struct word_scanner *s);

/* A word of ASCII letters and digits, at most PLAIN_WORD_MAX of them: nearly
 * all are. */
#define PLAIN_WORD_MAX 16
struct plain_word {
    uint64_t head, tail; /* bytes 0 to 7 and 8 to 15 folded, then zeros */
    uint32_t start, end; /* bytes of the text, end exclusive */
    uint8_t spelling;    /* enum word_spelling */
    uint8_t flags;       /* of enum word_flag */
};

/* Up to `max` plain words in a row, as word_next would find them; returns their
 * number. Stops before what is not plain, and near the end of the text: what
 * comes then is for word_next. The text has at most 4 GiB. */
size_t words_plain(struct word_scanner *s, struct plain_word *words,
                   size_t max);

/* Appends the folded words of `text` joined by single spaces. Where there is no
 * word in it, the bytes with ASCII capitals made small. */
void analysis_fold_words(struct slice text, struct buf *out);
/* The same, but initials that stand together are one word, and initials that
 * name the same are the same: J. K., J.K. and JK, U.S., US and USA. The form in
 * which names and labels are compared. */
void analysis_fold_name(struct slice text, struct buf *out);
/* Whether small letters are the same as initials: `us` and `usa`. */
bool analysis_same_initials(struct slice a, struct slice b);

/* The commonest words of English news. A phrase of such words is in far fewer
 * articles than its words are, so that their pairs are terms. */
#define ANALYSIS_COMMON 128
/* 1 to ANALYSIS_COMMON, or 0 for any other folded word. */
unsigned analysis_common(struct slice folded);
/* The common word of a number, 1 to ANALYSIS_COMMON. */
struct slice analysis_common_word(unsigned number);

/* True if two neighbouring words get a pair term: both are common, or both have
 * at most three bytes, one of them only one, and it is not the word "a" or "i"
 * beside a longer one. So `U.S.`, `AT&T`, `3.5`, `don't` and `a.m.` are found
 * fast. */
bool analysis_pairs(struct slice a, struct slice b);
/* The rule for words that are not both common. Words of more bytes than this
 * are in no such pair. */
bool analysis_short_pair(struct slice a, struct slice b);
#define ANALYSIS_PAIR_MAX 3

/* A stemmer for one language, by libstemmer. Not shared between threads. */
struct stemmer;

/* `language`: a Snowball name such as "english", or "none". NH_EINVAL for an
 * unknown one. */
int stemmer_new(struct stemmer **out, const char *language,
                struct nh_error *err);
void stemmer_free(struct stemmer *s);
/* The stem of a folded word; valid until the next call. */
struct slice stemmer_stem(struct stemmer *s, struct slice folded);
/* Whether the stem of every word begins with the word's first byte. */
bool stemmer_keeps_first(const struct stemmer *s);

#endif
