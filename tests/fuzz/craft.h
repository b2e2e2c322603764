/* Crafted indexes: changes to the files of an index, by someone who knows the
 * formats and makes all checksums anew. */
#ifndef TESTS_FUZZ_CRAFT_H
#define TESTS_FUZZ_CRAFT_H

#include "common/store/manifest.h"

#define CRAFT_FILES 64

struct craft_file {
    char path[MANIFEST_PATH]; /* relative to the index */
    struct buf bytes;
    bool changed;
};

/* An index in memory. */
struct craft_index {
    struct manifest manifest;
    struct craft_file files[CRAFT_FILES]; /* those that the manifest names */
    size_t count;
};

/* The next of a row of numbers (SplitMix64); below n. */
uint64_t craft_random(uint64_t *state, uint64_t n);

/* Reads the index in a folder. Ends the program if that fails. */
void craft_read(struct craft_index *c, const char *dir);
/* Makes `to`, zeros or a copy made before, a copy. */
void craft_copy(struct craft_index *to, const struct craft_index *from);
void craft_release(struct craft_index *c);
/* Changes a place of a file that was not changed before, and mends its
 * checksums. Returns the path of the file. */
const char *craft_change(struct craft_index *c, uint64_t *state);
/* Appends the text of the manifest, sizes and hashes made anew; every so often
 * with a change. */
void craft_manifest(struct craft_index *c, struct buf *out, uint64_t *state);

/* ---- One format each: craft_formats.c. */

/* Changes a place of a file with that name and mends it. */
void craft_change_file(struct buf *file, const char *name, uint64_t *state);
/* Changes bytes [from, to). */
void craft_poke(struct buf *b, size_t from, size_t to, uint64_t *state);
/* Puts a number in the place of the varint at `at`, the rest moved; not beyond
 * `to`. Returns by how much the rest moved. */
ptrdiff_t craft_splice(struct buf *b, size_t at, size_t to, uint64_t *state);

#endif
