/* Names that end or begin in symbols, such as C++ and .NET: words of their own,
 * where the same symbols elsewhere separate. */
#ifndef COMMON_TEXT_SYMBOL_NAMES_H
#define COMMON_TEXT_SYMBOL_NAMES_H

#include <stdbool.h>
#include <string.h>

#include "common/base/buf.h"

/* True if the word text[start..end) can be the letters of a name: a symbol of
 * one follows, or it is the "net" behind a dot. Cheap; symbol_name decides. */
static inline bool symbol_near(struct slice text, size_t start, size_t end)
{
    const unsigned symbols = 1u << ('#' - 32) | 1u << ('&' - 32) |
                             1u << ('*' - 32) | 1u << ('+' - 32);
    const unsigned char *p = (const unsigned char *)text.data;
    const unsigned after = end < text.len ? p[end] - 32u : 32;
    if (after < 32 && symbols >> after & 1)
        return true;
    return end - start == 3 && start > 0 && p[start - 1] == '.' &&
           (p[start] | 0x20) == 'n' && (p[start + 1] | 0x20) == 'e' &&
           (p[start + 2] | 0x20) == 't';
}

/* Widens the word text[*start..*end) to the name that it is the first letters
 * of. False, and nothing changed, if there is none. `least` is the end of the
 * word before, or 0: a dot directly behind a word begins no name. */
bool symbol_name(struct slice text, size_t least, size_t *start, size_t *end);

#endif
