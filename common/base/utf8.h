/* UTF-8, one code point at a time. */
#ifndef COMMON_BASE_UTF8_H
#define COMMON_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the code point at s[0..len), len > 0. Returns the bytes it takes,
 * 1 to 4, or 0 if they are not valid UTF-8 (overlong, surrogate, cut). */
size_t utf8_decode(const char *s, size_t len, uint32_t *code);
/* Writes 1 to 4 bytes; `code` must be a valid scalar value. */
size_t utf8_encode(uint32_t code, char out[4]);
bool utf8_valid(const char *s, size_t len);
/* Largest n <= len at which s may be cut between code points. */
size_t utf8_cut(const char *s, size_t len);

#endif
