/* Copies: articles that share most of their text. What a copy is, signatures by
 * which copies are found among many articles, and the file `copies` of a
 * segment, mapped.
 *
 * An article is the set of its shingles, three neighbouring words each (Broder,
 * "On the resemblance and containment of documents", 1997): those of its body,
 * or of title and body where the body has fewer than COPIES_BODY_LEAST words.
 * Two are copies if their sets' similarity, the shared ones by all (Jaccard),
 * is at least COPIES_SIMILARITY.
 *
 * The signature is that of one permutation hashing (Li, Owen and Zhang, NIPS
 * 2012; empty bins filled as in Shrivastava, "Optimal densification for fast
 * and accurate minwise hashing", ICML 2017) of COPIES_BANDS * COPIES_ROWS bins,
 * the minima of COPIES_ROWS of which become one number, a band. Articles that
 * share a band may be copies: their texts decide. With similarity s they share
 * one with probability 1 - (1 - s^ROWS)^BANDS.
 *
 *   8 bytes   "NHCOPIE1"
 *   blocks    of COPIES_BLOCK entries, ascending by band, then article; each:
 *             byte bits, then the differences from band to band, the first 0,
 *             with so many bits, then article numbers less the first one, both
 *             as bitpack.h has them
 *   blocks'   for each: u32 its first band, u32 its offset in the file, u32
 *   places    low half of hash64 of its bytes
 *   40 bytes  trailer: u32 entries, u32 blocks, u64 offset of the places, u32
 *             number of the first article, u32 of the last, u64 0, u64 hash64
 *             of places and trailer before
 */
#ifndef COMMON_STORE_COPIES_H
#define COMMON_STORE_COPIES_H

#include "common/base/bitpack.h"
#include "common/base/file.h"
#include "common/base/files.h"
#include "common/stream/lexicon.h"
#include "common/stream/stream.h"

#define COPIES_MAGIC "NHCOPIE1"
#define COPIES_TRAILER 40
#define COPIES_PLACE 12
#define COPIES_BLOCK BITPACK_MAX
#define COPIES_BANDS 8
#define COPIES_ROWS 3
#define COPIES_BAND_BITS 28
#define COPIES_BODY_LEAST 20
#define COPIES_SIMILARITY 0.75

/* ---- Shingles and signatures. */

struct copies_signature {
    bool any; /* the article has a word */
    uint32_t bands[COPIES_BANDS];
};

/* The shingles of an article; zero-initialise before first use. */
struct shingles {
    uint64_t *items; /* hashes; ascending and each once after shingles_sort */
    size_t count, cap;
    uint32_t last[2]; /* the two words before */
    size_t words;
};

void shingles_release(struct shingles *s);
/* Those of an article whose words were analysed, the first `titles` of them of
 * the title. */
int shingles_of_words(struct shingles *s, const struct lexicon *lex,
                      const struct text_word *words, size_t count,
                      size_t titles, struct nh_error *err);
/* Those of a stream. NH_ECORRUPT. */
int shingles_of_stream(struct shingles *s, const struct dict *dict,
                       struct slice stream, struct stream_decoded *decoded,
                       struct nh_error *err);
void shingles_sign(const struct shingles *s, struct copies_signature *out);
void shingles_sort(struct shingles *s);
/* Whether two articles are copies; both were sorted. */
bool shingles_alike(const struct shingles *a, const struct shingles *b);

/* ---- The file. */

struct copies {
    struct file_map map;
    uint32_t entries, blocks, first, last;
    unsigned number_bits;
    uint64_t places_at;
};

/* Maps and checks places and trailer. NH_ENOTFOUND, NH_ECORRUPT, NH_EVERSION.
 */
int copies_open(struct copies *c, const char *path, struct nh_error *err);
void copies_close(struct copies *c);

struct copies_entry {
    uint32_t band, article;
};

/* Goes through the entries; zero-initialise before. */
struct copies_cursor {
    const struct copies *copies;
    uint32_t next; /* entry */
    uint32_t bands[BITPACK_MAX], articles[BITPACK_MAX];
};

/* Before the first entry whose band is not less. NH_ECORRUPT. */
int copies_seek(struct copies_cursor *cursor, const struct copies *c,
                uint32_t band, struct nh_error *err);
/* 1 and the next entry; 0 at the end; NH_ECORRUPT. */
int copies_next(struct copies_cursor *cursor, struct copies_entry *out,
                struct nh_error *err);

#endif
