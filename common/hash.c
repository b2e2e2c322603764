/* Owns the choice of hash function; promises values that never change, since
 * they are stored in indexes. */
#include "common/hash.h"

#include <xxhash.h>

uint64_t hash64(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

void *hash_start(void)
{
    XXH3_state_t *state = XXH3_createState();
    if (state)
        XXH3_64bits_reset(state);
    return state;
}

void hash_more(void *state, const void *data, size_t len)
{
    XXH3_64bits_update(state, data, len);
}

uint64_t hash_end(void *state)
{
    uint64_t h = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return h;
}

void hash128(const void *data, size_t len, uint64_t out[2])
{
    XXH128_hash_t h = XXH3_128bits(data, len);
    out[0] = h.low64;
    out[1] = h.high64;
}
