/* Runs of small numbers, each in the same number of bits (Lemire and Boytsov,
 * "Decoding billions of integers per second through vectorization", 2015).
 *
 * Number i stands in lane i % 4; a lane is a stream of 32-bit little-endian
 * words, filled from the low bits up; word k of lane l is at byte 16 k + 4 l.
 * Vector instructions where the compiler says that every such machine has
 * them, plain code for the same layout elsewhere. */
#ifndef COMMON_BASE_BITPACK_H
#define COMMON_BASE_BITPACK_H

#include <stddef.h>
#include <stdint.h>

#define BITPACK_MAX 128

/* Bits that the largest of `count` numbers needs, 0 to 32. */
unsigned bitpack_bits(const uint32_t *values, size_t count);
/* Bytes that `count` numbers take. */
static inline size_t bitpack_size(size_t count, unsigned bits)
{
    return ((count + 3) / 4 * bits + 31) / 32 * 16;
}
/* Writes bitpack_size bytes; at most BITPACK_MAX numbers, none of which needs
 * more bits. */
void bitpack_put(const uint32_t *values, size_t count, unsigned bits,
                 uint8_t *out);
/* Reads what bitpack_put wrote, and nothing behind it. `out` has room for
 * BITPACK_MAX numbers, those behind `count` get any value. */
void bitpack_get(const uint8_t *in, size_t count, unsigned bits,
                 uint32_t out[BITPACK_MAX]);
/* The same without vector instructions. */
void bitpack_get_plain(const uint8_t *in, size_t count, unsigned bits,
                       uint32_t out[BITPACK_MAX]);

#endif
