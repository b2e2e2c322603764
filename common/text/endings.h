/* Accents of endings, for stemmers that know an ending only with its accents:
 * Spanish "comunicacion" is stemmed as "comunicación" is. */
#ifndef COMMON_TEXT_ENDINGS_H
#define COMMON_TEXT_ENDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"

/* Bytes of a word with its accents: words of up to 64 bytes are stemmed, and an
 * ending of up to 7 letters grows by one byte a letter at most. */
#define ENDINGS_WORD_MAX 72

struct endings;

/* Returns the endings of a language by a name that libstemmer takes, or NULL if
 * its stemmer needs none. */
const struct endings *endings_of(const char *language);

/* Writes the folded word with the accents of its ending to `out`, and the
 * number of bytes to *len. False if the ending stays as it is. Linear in the
 * number of endings, which is at most 150. */
bool endings_restore(const struct endings *e, struct slice word,
                     char out[ENDINGS_WORD_MAX], size_t *len);

#endif
