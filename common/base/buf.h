/* A growable byte buffer with a sticky failure flag: append as often as needed,
 * look at `failed` once. */
#ifndef COMMON_BASE_BUF_H
#define COMMON_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

/* No buffer grows beyond this: larger than any article or record that is
 * accepted (64 MiB), small enough that sums of lengths never wrap. */
#define BUF_MAX ((size_t)1 << 31)

struct buf {
    char *data; /* NULL while cap is 0; not NUL-terminated */
    size_t len;
    size_t cap;
    bool failed; /* an append failed (memory or BUF_MAX); later ones do nothing
                  */
};

/* A borrowed run of bytes. */
struct slice {
    const char *data;
    size_t len;
};

#define BUF_INIT                                                               \
    {                                                                          \
        NULL, 0, 0, false                                                      \
    }

/* Frees the memory and leaves an empty, usable buffer. Accepts NULL. */
void buf_release(struct buf *b);
/* Keeps the memory, forgets contents and failure. */
void buf_reset(struct buf *b);
/* Room for `more` bytes past len; false (and failed) if there is none. */
bool buf_reserve(struct buf *b, size_t more);
void buf_append(struct buf *b, const void *data, size_t len);
void buf_append_str(struct buf *b, const char *s);
void buf_append_byte(struct buf *b, uint8_t byte);
void buf_append_varint(struct buf *b, uint64_t value); /* LEB128 */
void buf_append_le(struct buf *b, uint64_t value, int bytes);
void buf_printf(struct buf *b, const char *format, ...) ERROR_PRINTF(2, 3);
/* NUL-terminates (not counted in len) and returns the data, or NULL if the
 * buffer failed. */
const char *buf_cstr(struct buf *b);

/* An array of *cap elements of `size` bytes, moved to where it has room for
 * twice as many (16 at least), and *cap raised; NULL, with the old one as it
 * was, if memory ran out. */
void *array_grow(void *items, size_t *cap, size_t size);
/* The same until *cap is `need` at least; the array as it is where it already
 * is.
 */
void *array_reserve(void *items, size_t *cap, size_t need, size_t size);

/* What a buffer holds, until it changes. */
static inline struct slice buf_slice(const struct buf *b)
{
    return b->data ? (struct slice){b->data, b->len} : (struct slice){"", 0};
}
struct slice slice_of(const char *s);
bool slice_equal(struct slice a, struct slice b);
/* Compares by bytes, then by length: less than, equal to or greater than 0. */
int slice_order(struct slice a, struct slice b);
/* Whether a text begins with another, in any case of ASCII letters. */
bool slice_starts(struct slice s, const char *with);
/* Without leading and trailing ASCII white space. */
struct slice slice_trim(struct slice s);
/* Takes the next of the words that spaces part off; empty at the end. */
struct slice slice_word(struct slice *rest);

/* Reads a LEB128 number from [*p, end); false if it is cut or over 64 bits. */
bool varint_read(const uint8_t **p, const uint8_t *end, uint64_t *value);
/* Reads `bytes` little-endian bytes. */
uint64_t le_read(const uint8_t *p, int bytes);
/* Four and two of them, for loops. */
static inline uint32_t le_read32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}
static inline uint32_t le_read16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}
static inline void le_write32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

#endif
