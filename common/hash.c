/* Owns the choice of hash function; promises values that never change, since
 * they are stored in indexes. */
#include "common/hash.h"

#include <xxhash.h>

uint64_t hash64(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

void hash128(const void *data, size_t len, uint64_t out[2])
{
    XXH128_hash_t h = XXH3_128bits(data, len);
    out[0] = h.low64;
    out[1] = h.high64;
}
