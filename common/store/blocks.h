/* The file `blocks` of a segment: the long posting lists, in blocks, each with
 * the most that its articles can score, so that ranked searches leave out what
 * cannot win (Ding and Suel, "Faster top-k document retrieval using block-max
 * indexes", SIGIR 2011). Mapped. Terms with BLOCKS_MIN postings or more are in
 * here, all others, ids, and those of which some wdfs are 0 and some not, in
 * Xapian's table.
 *
 *   8 bytes    "NHBLOCK1"
 *   lists      one behind the other, ascending by term, see below
 *   lengths    u32 for each docid from the first on, 0 where there is none
 *   directory  for each list, in their order: u64 offset, u32 bytes, u32
 *              postings, u32 of hash64 of the list's bytes before its blocks
 *   table      places (a power of two) of u32: number of a list + 1 at the
 *              first free place from hash64 of its term on, 0: free
 *   56 bytes   trailer: u32 first docid, u32 slots, u32 articles, u32 lists,
 *              u64 sum of lengths, u64 offset of the lengths, u32 places of the
 *              table, 12 bytes 0, u64 hash64 of the bytes from the lengths on
 *
 * A list: u8 length of the term, the term, u16 the greatest of its blocks' tf
 * parts; for each block of BLOCKS_POSTINGS
 * postings (the last may have fewer): u32 last docid, u32 end of the block's
 * bytes from the first block's start, u16 the greatest tf part (bm25.h) of its
 * articles under the segment's average length, in 65535ths, rounded up, u32 of
 * hash64 of the block's bytes; then the blocks: u8 bits of docids, u8 bits of
 * wdfs, docids less the last one less 1, wdfs less 1, both as in bitpack.h;
 * where the greatest tf part is 0, all wdfs are 0 and not there. The first
 * docid is counted from the segment's first less 1. A u32 of a hash64 is its
 * low half; all integers are little-endian. */
#ifndef COMMON_STORE_BLOCKS_H
#define COMMON_STORE_BLOCKS_H

#include "common/base/bitpack.h"
#include "common/base/file.h"
#include "common/base/files.h"

#define BLOCKS_MAGIC "NHBLOCK1"
#define BLOCKS_TRAILER 56
#define BLOCKS_DIRECTORY 20
#define BLOCKS_ENTRY 14
#define BLOCKS_POSTINGS BITPACK_MAX
/* Tf parts are stored in units of 1 / BLOCKS_TF. */
#define BLOCKS_TF 65535
/* Shorter lists stay Xapian's: doc/internals/decisions.md. */
#define BLOCKS_MIN 128

struct blocks {
    struct file_map map;
    char *path;
    uint32_t first, slots, articles, lists; /* slots > 0 */
    uint32_t places;
    uint64_t total_length, lengths_at, directory_at;
    uint8_t *verified; /* by list: its head was found whole */
};

/* A list; points into the mapping. */
struct block_list {
    const struct blocks *file;
    const uint8_t *entries, *data;
    size_t data_size;
    uint32_t postings, blocks;
    uint32_t most; /* greatest tf part, in units of 1 / BLOCKS_TF */
};

/* Maps and checks all but the lists. NH_ENOTFOUND, NH_ECORRUPT, NH_EVERSION. */
int blocks_open(struct blocks *b, const char *path, struct nh_error *err);
void blocks_close(struct blocks *b);
/* Finds a term's list: 1, or 0 if it has none here; NH_ECORRUPT. Not for
 * several threads. */
int blocks_find(const struct blocks *b, struct slice term,
                struct block_list *out, struct nh_error *err);
/* List i < b->lists and its term. NH_ECORRUPT. */
int blocks_list(const struct blocks *b, uint32_t i, struct slice *term,
                struct block_list *out, struct nh_error *err);
/* Length of an article of the segment; 0 outside. */
static inline uint32_t blocks_length(const struct blocks *b, uint32_t docid)
{
    uint32_t slot = docid - b->first;
    return slot < b->slots
               ? le_read32(b->map.data + b->lengths_at + (size_t)slot * 4)
               : 0;
}
/* 1 where no article has a word. */
double blocks_average_length(const struct blocks *b);

/* Of block i < l->blocks: its last docid; the greatest tf part, 0 to BLOCKS_TF.
 */
static inline uint32_t block_last(const struct block_list *l, uint32_t i)
{
    return le_read32(l->entries + (size_t)i * BLOCKS_ENTRY);
}
static inline uint32_t block_tf(const struct block_list *l, uint32_t i)
{
    return le_read16(l->entries + (size_t)i * BLOCKS_ENTRY + 8);
}

/* Docids behind the last of a block are UINT32_MAX, this many of them, so that
 * searches can look at several at once. */
#define BLOCKS_PADDING 8

/* A block that was entered. */
struct block {
    /* Ascending, inside the segment, padded. */
    uint32_t docids[BLOCKS_POSTINGS + BLOCKS_PADDING];
    uint32_t wdfs[BLOCKS_POSTINGS]; /* once block_wdfs was called */
    uint32_t count;
    bool counted; /* false: all wdfs are 0 */
    const uint8_t *packed_wdfs;
    unsigned wdf_bits;
};
/* Unpacks block i < l->blocks, all but the wdfs; false if it is damaged. */
bool block_enter(const struct block_list *l, uint32_t i, struct block *out);
void block_wdfs(struct block *b);
/* Fills `err` for a block that block_enter refused. */
int block_damaged(const struct block_list *l, struct nh_error *err);

/* False for the terms that never get a list: ids, by which the writer finds
 * articles. */
bool blocks_takes(struct slice term);

#endif
