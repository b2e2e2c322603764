/* (s,c)-dense codes: byte codes of 1 to 4 bytes for ranks, most frequent first.
 * Brisaboa, Farina, Navarro, Parama: "Lightweight natural language text
 * compression", Information Retrieval 10 (2007).
 *
 * With c = 256 - s, a byte >= c ends a code (a stopper), a byte < c continues
 * it. So codes can be found without decoding what stands before them. */
#ifndef COMMON_STREAM_SCDC_H
#define COMMON_STREAM_SCDC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest code. Even with s = 8 four bytes reach past 2^26 ranks. */
#define SCDC_MAX_BYTES 4
#define SCDC_S_MIN 8
#define SCDC_S_MAX 250

/* Writes the code of `rank`; returns its bytes, 1 to 4, or 0 if the rank needs
 * more. */
static inline size_t scdc_put(uint32_t rank, uint32_t s, uint8_t out[4])
{
    const uint32_t c = 256 - s;
    uint8_t reversed[SCDC_MAX_BYTES];
    size_t n = 0;
    reversed[n++] = (uint8_t)(c + rank % s);
    for (rank /= s; rank > 0; rank = rank / c) {
        rank--;
        if (n == SCDC_MAX_BYTES)
            return 0;
        reversed[n++] = (uint8_t)(rank % c);
    }
    for (size_t i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    return n;
}

/* Reads one code from [*p, end); false if it is cut or too long. */
static inline bool scdc_get(const uint8_t **p, const uint8_t *end, uint32_t s,
                            uint32_t *rank)
{
    const uint32_t c = 256 - s;
    uint32_t prefix = 0;
    for (int n = 0; n < SCDC_MAX_BYTES && *p < end; n++) {
        uint32_t byte = *(*p)++;
        if (byte >= c) {
            *rank = prefix * s + (byte - c);
            return true;
        }
        prefix = prefix * c + byte + 1;
    }
    return false;
}

#endif
