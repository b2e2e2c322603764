/* The words met so far, with what is known of each: stem and place in the
 * stream dictionary. Looking a word up once serves terms and stream alike. */
#ifndef COMMON_STREAM_LEXICON_H
#define COMMON_STREAM_LEXICON_H

#include "common/base/strtab.h"
#include "common/stream/dict.h"
#include "common/text/analysis.h"

struct lexicon_word {
    uint32_t stem;   /* number in `stems`; without a stemmer the word's own */
    uint32_t code;   /* dictionary number, or DICT_NONE */
    uint32_t common; /* analysis_common */
};

/* Words of at most 16 bytes by their bytes: half a cache line has all that is
 * asked of them, where the table of words would take three. */
struct lexicon_short {
    uint64_t head, tail; /* bytes 0 to 7 and 8 to 15, padded with zeros */
    uint16_t length;     /* bytes; 0: nothing here */
    uint16_t common;
    uint32_t word, code, stem; /* these and common as in struct text_word */
};

struct lexicon {
    struct stemmer *stemmer;   /* borrowed; NULL: no stems */
    const struct dict *dict;   /* borrowed; NULL: no codes */
    struct strtab words;       /* folded */
    struct lexicon_word *info; /* one for each of words */
    uint32_t info_cap;
    struct strtab stems;
    struct lexicon_short *shorts; /* open addressing; NULL before the first */
    uint32_t shorts_mask, shorts_count;
    uint32_t age; /* counts the times that lexicon_trim started over */
};

/* A word of an analysed text. */
struct text_word {
    uint32_t start, end; /* bytes of the text */
    uint32_t word;       /* number in lexicon.words */
    uint32_t code;       /* its dictionary number, or DICT_NONE */
    uint32_t stem;       /* number in lexicon.stems */
    uint8_t spelling;    /* enum word_spelling */
    uint8_t flags;       /* enum word_flag */
    uint16_t common;     /* analysis_common */
};

struct word_list {
    struct text_word *items;
    size_t count, cap;
};

/* Bytes of strings after which lexicon_trim starts over. */
#define LEXICON_MEMORY ((size_t)64 << 20)

void lexicon_init(struct lexicon *lex, struct stemmer *stemmer,
                  const struct dict *dict);
void lexicon_release(struct lexicon *lex);
/* Number of a folded word, or STRTAB_NONE if memory ran out. */
uint32_t lexicon_add(struct lexicon *lex, struct slice folded);
/* Whether lexicon_trim is going to start over. */
bool lexicon_due(const struct lexicon *lex);
/* Forgets everything when it has grown too large; call between articles.
 * Returns true if it did: all numbers are void then. */
bool lexicon_trim(struct lexicon *lex);
/* Appends the words of `text` (at most 4 GiB) to `list`. */
int lexicon_analyse(struct lexicon *lex, struct slice text,
                    struct word_list *list, struct nh_error *err);
/* Appends the words of an article: those of the title, *titles of them, then
 * those of the body, with positions in title "\n" body. */
int lexicon_append_article(struct lexicon *lex, struct slice title,
                           struct slice body, struct word_list *list,
                           size_t *titles, struct nh_error *err);
/* The same in place of what `list` has. */
int lexicon_analyse_article(struct lexicon *lex, struct slice title,
                            struct slice body, struct word_list *list,
                            size_t *titles, struct nh_error *err);
void word_list_release(struct word_list *list);

#endif
