/* Code points as the analyser sees them: which are parts of words, and how they
 * fold. doc/analysis.md states the rules. */
#ifndef COMMON_TEXT_LETTERS_H
#define COMMON_TEXT_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"

enum char_class {
    CHAR_SEPARATOR,
    CHAR_LETTER,
    CHAR_NUMBER,
    CHAR_CJK,   /* a word by itself, with the signs that follow it */
    CHAR_MARK,  /* belongs to the word before it and folds to nothing */
    CHAR_EXTEND /* belongs to the word before it and is kept */
};

/* Code points that one folds to, at most: a full decomposition has 18, and
 * each of them may fold to two letters. */
#define LETTER_FOLDED_MAX 36

/* Returns the class of a code point. Fills folded[0..*n) with its folding; *n
 * is 0 for separators and marks. */
enum char_class letter_classify(uint32_t code,
                                uint32_t folded[LETTER_FOLDED_MAX], size_t *n);

/* Joins a mark to the last letter of a folded word if the two are a letter of
 * their own (и with a breve is й). Does nothing otherwise. */
void letter_compose(struct buf *folded, uint32_t mark);

bool letter_is_capital(uint32_t code);
/* Appends the text in lower case. Bytes that are not UTF-8 stay. */
void letter_lower(struct slice text, struct buf *out);

/* True if the code point beyond ASCII ends a sentence, white space behind it
 * or not. */
bool letter_ends_sentence(uint32_t code);

#endif
