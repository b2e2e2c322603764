/* Hashes: XXH3 by libxxhash, for tables, identities and checksums. */
#ifndef COMMON_BASE_HASH_H
#define COMMON_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash64(const void *data, size_t len);
/* The hash64 of bytes that come in pieces. */
struct hasher {
    _Alignas(64) unsigned char state[576];
};
void hash_start(struct hasher *h);
void hash_more(struct hasher *h, const void *data, size_t len);
uint64_t hash_end(const struct hasher *h);

/* For identities (article ids): collisions are out of the question for
 * anything but an attack on XXH3 itself. */
void hash128(const void *data, size_t len, uint64_t out[2]);

#endif
