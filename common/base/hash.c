/* Owns the choice of hash function; promises values that never change, since
 * they are stored in indexes. */
#include "common/base/hash.h"

/* For the state of a hash on the stack. */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

uint64_t hash64(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

_Static_assert(sizeof(XXH3_state_t) <= sizeof(struct hasher),
               "struct hasher is too small");

void hash_start(struct hasher *h)
{
    XXH3_state_t *state = (XXH3_state_t *)(void *)h->state;
    XXH3_INITSTATE(state);
    XXH3_64bits_reset(state);
}

void hash_more(struct hasher *h, const void *data, size_t len)
{
    XXH3_64bits_update((XXH3_state_t *)(void *)h->state, data, len);
}

uint64_t hash_end(const struct hasher *h)
{
    return XXH3_64bits_digest((const XXH3_state_t *)(const void *)h->state);
}

void hash128(const void *data, size_t len, uint64_t out[2])
{
    XXH128_hash_t h = XXH3_128bits(data, len);
    out[0] = h.low64;
    out[1] = h.high64;
}
