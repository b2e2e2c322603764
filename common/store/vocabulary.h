/* The file `words` of a segment: every word form of its articles' texts, so
 * that wildcards and fuzzy words can be expanded. Mapped.
 *
 *   8 bytes   "NHWORDS1"
 *   words     ascending by bytes, folded; in groups of VOCABULARY_GROUP: the
 *             first of a group: varint length, bytes; others: varint bytes
 *             shared with the word before, varint further bytes, those bytes;
 *             behind each: varint occurrences, varint words of the segment with
 *             the same stem
 *   groups    u32 offset of each group in the file
 *   32 bytes  trailer: u32 words, u32 groups, u64 offset of the groups, u64 0,
 *             u64 hash64 of the bytes before
 */
#ifndef COMMON_STORE_VOCABULARY_H
#define COMMON_STORE_VOCABULARY_H

#include "common/base/file.h"
#include "common/base/files.h"

#define VOCABULARY_MAGIC "NHWORDS1"
#define VOCABULARY_TRAILER 32
#define VOCABULARY_GROUP 16
/* Longer words are not in it, and not found by wildcards; bytes. */
#define VOCABULARY_WORD_MAX 255

struct vocabulary {
    struct file_map map;
    uint32_t words, groups;
    uint64_t groups_at;
    bool checked; /* the checksum was found right */
};

/* Maps, and checks the trailer. NH_ENOTFOUND, NH_ECORRUPT, NH_EVERSION. */
int vocabulary_open(struct vocabulary *v, const char *path,
                    struct nh_error *err);
void vocabulary_close(struct vocabulary *v);

struct vocabulary_word {
    struct slice text; /* valid until the next call */
    uint64_t occurrences;
    uint64_t forms; /* words of the segment with its stem, it included */
};

/* Goes through the words from `prefix` on; zero-initialise before. */
struct vocabulary_cursor {
    struct vocabulary *v;
    const uint8_t *at, *end;
    uint32_t number; /* of the next word */
    char word[VOCABULARY_WORD_MAX];
    size_t len;
};

/* Places the cursor before the first word that is not less than `prefix`.
 * Compares the checksum the first time. NH_ECORRUPT. */
int vocabulary_seek(struct vocabulary_cursor *c, struct vocabulary *v,
                    struct slice prefix, struct nh_error *err);
/* 1 and the next word; 0 at the end; NH_ECORRUPT. */
int vocabulary_next(struct vocabulary_cursor *c, struct vocabulary_word *out,
                    struct nh_error *err);

#endif
