/* Owns the packing of small numbers. Promises to stay inside bitpack_size. */
#include "common/base/bitpack.h"

#include <string.h>

#include "common/base/buf.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define ROWS (BITPACK_MAX / 4)

unsigned bitpack_bits(const uint32_t *values, size_t count)
{
    uint32_t all = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < count; i++)
        all |= values[i];
    for (; all; all >>= 1)
        bits++;
    return bits;
}

void bitpack_put(const uint32_t *values, size_t count, unsigned bits,
                 uint8_t *out)
{
    uint32_t words[(ROWS + 1) * 4] = {0}; /* the last row is never written */
    for (size_t i = 0; i < count; i++) {
        size_t at = i / 4 * bits; /* bit of the lane */
        uint64_t v = (uint64_t)values[i] << at % 32;
        uint32_t *w = words + at / 32 * 4 + i % 4;
        w[0] |= (uint32_t)v;
        w[4] |= (uint32_t)(v >> 32);
    }
    const size_t size = bitpack_size(count, bits) / 4;
    for (size_t i = 0; i < size; i++)
        le_write32(out + i * 4, words[i]);
}

void bitpack_get_plain(const uint8_t *in, size_t count, unsigned bits,
                       uint32_t out[BITPACK_MAX])
{
    const size_t size = bitpack_size(count, bits);
    const uint32_t mask = bits == 32 ? UINT32_MAX : (UINT32_C(1) << bits) - 1;
    for (size_t i = 0; i < count; i++) {
        size_t at = i / 4 * bits, byte = at / 32 * 16 + i % 4 * 4;
        uint64_t v = bits ? le_read32(in + byte) : 0;
        if (byte + 16 < size)
            v |= (uint64_t)le_read32(in + byte + 16) << 32;
        out[i] = (uint32_t)(v >> at % 32) & mask;
    }
}

#ifdef __SSE2__
#define INLINE static inline __attribute__((always_inline))

/* Row `row` of a whole run: four numbers. */
INLINE void get_row(const __m128i *in, uint32_t *out, unsigned row,
                    unsigned bits)
{
    const unsigned at = row * bits, shift = at % 32;
    const __m128i mask = _mm_set1_epi32((int)(UINT32_MAX >> (32 - bits)));
    __m128i v = _mm_srli_epi32(_mm_loadu_si128(in + at / 32), (int)shift);
    if (shift + bits > 32)
        v = _mm_or_si128(v, _mm_slli_epi32(_mm_loadu_si128(in + at / 32 + 1),
                                           (int)(32 - shift)));
    _mm_storeu_si128((__m128i *)(void *)(out + row * 4),
                     _mm_and_si128(v, mask));
}

/* With `bits` known to the compiler all shifts are, and nothing branches. */
INLINE void get_rows(const uint8_t *bytes, uint32_t *out, unsigned bits)
{
    const __m128i *in = (const __m128i *)(const void *)bytes;
#define GET_4(row)                                                             \
    get_row(in, out, row, bits), get_row(in, out, (row) + 1, bits),            \
        get_row(in, out, (row) + 2, bits), get_row(in, out, (row) + 3, bits)
    GET_4(0), GET_4(4), GET_4(8), GET_4(12);
    GET_4(16), GET_4(20), GET_4(24), GET_4(28);
#undef GET_4
}

void bitpack_get(const uint8_t *in, size_t count, unsigned bits,
                 uint32_t out[BITPACK_MAX])
{
    if (count != BITPACK_MAX) {
        bitpack_get_plain(in, count, bits, out);
        return;
    }
    switch (bits) {
    case 0:
        memset(out, 0, BITPACK_MAX * sizeof *out);
        return;
#define GET(n)                                                                 \
    case n:                                                                    \
        get_rows(in, out, n);                                                  \
        return;
#define GET_8(n)                                                               \
    GET(n)                                                                     \
    GET(n + 1)                                                                 \
    GET(n + 2) GET(n + 3) GET(n + 4) GET(n + 5) GET(n + 6) GET(n + 7)
        GET_8(1) GET_8(9) GET_8(17) GET_8(25)
#undef GET
#undef GET_8
    }
}
#else
void bitpack_get(const uint8_t *in, size_t count, unsigned bits,
                 uint32_t out[BITPACK_MAX])
{
    bitpack_get_plain(in, count, bits, out);
}
#endif
