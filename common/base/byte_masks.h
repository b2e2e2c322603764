/* Classes of 64 bytes at a time, as bit masks. Vector instructions where the
 * compiler says that every such machine has them, a table elsewhere; the tests
 * compare the two. */
#ifndef COMMON_BASE_BYTE_MASKS_H
#define COMMON_BASE_BYTE_MASKS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Bit i stands for byte i. */
struct byte_masks {
    uint64_t word;  /* ASCII letters and digits */
    uint64_t high;  /* 0x80 and above */
    uint64_t upper; /* ASCII capitals */
    uint64_t digit; /* ASCII digits */
};

/* Number of the lowest bit that is set in `bits`, which is not 0. */
static inline unsigned bit_first(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

/* Of the highest. */
static inline unsigned bit_last(uint64_t bits)
{
    return 63u - (unsigned)__builtin_clzll(bits);
}

/* How many are set in each byte of `bits` (Warren, Hacker's Delight, 5-1). */
static inline uint64_t bits_count_bytes(uint64_t bits)
{
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) +
           (bits >> 2 & UINT64_C(0x3333333333333333));
    return (bits + (bits >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
}

/* How many are set in `count` words: not every x86-64 has an instruction for
 * it. Compilers make vectors of the inner loop. */
static inline uint64_t bits_count(const uint64_t *words, size_t count)
{
    uint64_t all = 0;
    while (count > 0) {
        const size_t some = count < 31 ? count : 31; /* 8 x 31 fits a byte */
        uint64_t bytes = 0;
        for (size_t i = 0; i < some; i++)
            bytes += bits_count_bytes(words[i]);
        bytes = (bytes & UINT64_C(0x00ff00ff00ff00ff)) +
                (bytes >> 8 & UINT64_C(0x00ff00ff00ff00ff));
        all += bytes * UINT64_C(0x0001000100010001) >> 48;
        words += some;
        count -= some;
    }
    return all;
}

static inline void byte_masks_plain(const unsigned char *p,
                                    struct byte_masks *m)
{
    memset(m, 0, sizeof *m);
    for (unsigned i = 0; i < 64; i++) {
        const uint64_t bit = UINT64_C(1) << i;
        const unsigned char small = p[i] | 0x20;
        if (p[i] >= 0x80)
            m->high |= bit;
        else if (p[i] >= '0' && p[i] <= '9')
            m->digit |= bit;
        else if (small >= 'a' && small <= 'z')
            m->word |= bit;
        if (p[i] >= 'A' && p[i] <= 'Z')
            m->upper |= bit;
    }
    m->word |= m->digit;
}

#ifdef __SSE2__
/* One bit for each byte of `v` in first..last, ASCII both. */
static inline uint64_t bytes_between(__m128i v, char first, char last)
{
    __m128i low = _mm_cmpgt_epi8(v, _mm_set1_epi8((char)(first - 1)));
    __m128i high = _mm_cmplt_epi8(v, _mm_set1_epi8((char)(last + 1)));
    return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_and_si128(low, high));
}

static inline void byte_masks(const unsigned char *p, struct byte_masks *m)
{
    memset(m, 0, sizeof *m);
    for (unsigned i = 0; i < 64; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        __m128i small = _mm_or_si128(v, _mm_set1_epi8(0x20));
        uint64_t digit = bytes_between(v, '0', '9');
        m->high |= (uint64_t)(unsigned)_mm_movemask_epi8(v) << i;
        m->upper |= bytes_between(v, 'A', 'Z') << i;
        m->digit |= digit << i;
        m->word |= (digit | bytes_between(small, 'a', 'z')) << i;
    }
}
#else
static inline void byte_masks(const unsigned char *p, struct byte_masks *m)
{
    byte_masks_plain(p, m);
}
#endif

#endif
