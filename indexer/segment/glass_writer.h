/* Writes the postings of a segment as a Xapian 1.4 glass database, front to
 * back, without going through Xapian's B-tree code.
 *
 * What was read from Xapian 1.4.22's source and is relied on here (format of
 * 2016-03-14; fixed-width integers big-endian, vint is LEB128):
 *
 *   iamglass: 14 bytes magic, 2 bytes version, 16 bytes UUID, vint revision,
 *     six root records (postlist, docdata, termlist, position, spelling,
 *     synonym), statistics. A root record: vint block, vint level * 4 +
 *     sequential * 2 + fake, vint entries, vint block size / 2048, vint
 *     compress_min, string free list.
 *   A tag whose item says so is packed by raw deflate, in any table.
 *   postlist.glass: blocks; each: u32 revision, u8 level, u16 contiguous free
 *     bytes, u16 free bytes, u16 end of the directory, u16 item offsets in key
 *     order, gap, items. A leaf item: u16 flags | size - 3, u8 key length, key,
 *     tag. A branch item: u32 child, u8 key length, key, u16 component.
 *   Keys in order: 00 D0 slot: value statistics; 00 D8 slot docid: values;
 *     00 E0 [docid]: document lengths; term, or term 00 docid: postings.
 *   A posting list is cut into chunks: the first begins with vint term
 *     frequency, vint collection frequency, vint first docid - 1; each then has
 *     '1' if it is the last, else '0', vint last - first docid, vint wdf of the
 *     first, and for each further posting vint docid - last docid - 1,
 *     vint wdf.
 *
 * Statistics and bounds are exact: Xapian's matcher leaves articles out by
 * them. Anything out of order or out of range is an error and no database. */
#ifndef INDEXER_SEGMENT_GLASS_WRITER_H
#define INDEXER_SEGMENT_GLASS_WRITER_H

#include "common/base/buf.h"
#include "common/base/file.h"

#define GLASS_BLOCK 8192u
/* Xapian's own limit on items, (block - 11 - 8) / 4. */
#define GLASS_ITEM_MAX ((GLASS_BLOCK - 11 - 8) / 4)
/* Longest key: Xapian stores its length in a byte. */
#define GLASS_KEY_MAX 255
/* Bytes of a chunk of postings, if the leaf has room. */
#define GLASS_CHUNK 1500u
/* Bytes of a chunk of a packed list, before packing. */
#define GLASS_CHUNK_PACKED 2600u

/* What the parent of a finished leaf or branch needs to know of it. */
struct glass_child {
    uint32_t block;
    uint32_t key_at; /* place in `keys` of the key that divides it from the
                        child before */
    uint16_t key_len;
};

struct glass_writer {
    struct file_writer file;
    char *dir;
    uint8_t block[GLASS_BLOCK];
    unsigned items;   /* items in the block */
    unsigned low;     /* offset in the block where the last item begins */
    uint32_t blocks;  /* written so far */
    uint64_t entries; /* keys, without the null item */
    struct buf last_key;
    struct glass_child *children; /* of the level being written */
    size_t child_count, child_cap;
    struct buf keys;
    struct buf tag, key, packed; /* scratch */
    struct z_stream_s *packer;   /* made for the first packed list */
    /* Of a part: its leaves, which are kept in memory, and its first key. */
    bool is_part;
    struct buf leaves, first_key;
    uint64_t total_length,
        term_length; /* sums of lengths and of wdfs, which must agree */
    int failed;      /* first error code */
};

/* Statistics of the whole segment. */
struct glass_stats {
    uint32_t documents, last_docid;
    uint32_t length_min,
        length_max; /* of lengths above 0; 0 if there are none */
    uint32_t wdf_max;
    uint64_t total_length;
};

/* A posting list in the form of a chunk's body, with the first docid: vint
 * docid - 1, vint wdf, then vint docid - last - 1, vint wdf for each. */
struct glass_run {
    const uint8_t *data;
    size_t len;
    uint32_t count;      /* postings */
    uint64_t collection; /* sum of wdf */
};

/* Starts a database in the existing folder `dir`. Then call, in this order:
 * glass_values for each slot (ascending, below 128), glass_lengths once,
 * glass_term for each term (ascending by bytes), glass_finish once. */
int glass_open(struct glass_writer *w, const char *dir, struct nh_error *err);
/* Writes the values of a slot, which all have `width` bytes. `values` holds for
 * each docid, ascending: u32 docid, then the value, integers in native byte
 * order. */
int glass_values(struct glass_writer *w, uint32_t slot, const uint8_t *values,
                 size_t count, size_t width, struct nh_error *err);
/* Writes the lengths of all articles: a run with the length in the place of
 * wdf. */
int glass_lengths(struct glass_writer *w, const struct glass_run *lengths,
                  struct nh_error *err);
int glass_term(struct glass_writer *w, struct slice term,
               const struct glass_run *run, struct nh_error *err);
/* Writes the list of a term with packed chunks, which take half the room. For
 * lists that stand in the file `blocks` too and are here for other programs. */
int glass_term_packed(struct glass_writer *w, struct slice term,
                      const struct glass_run *run, struct nh_error *err);
/* Call this instead of glass_term for a term whose list stands in the file
 * `blocks` only, so that the sum of the lengths comes out right. */
void glass_elsewhere(struct glass_writer *w, const struct glass_run *run);
/* Several threads can write terms. A part takes terms as a writer does, in
 * memory; glass_part_join appends it to the terms of `w`, which are all
 * smaller, and ends it. */
int glass_part_open(struct glass_writer *part, struct nh_error *err);
int glass_part_join(struct glass_writer *w, struct glass_writer *part,
                    struct nh_error *err);
/* Writes the branches and the version file, and syncs. If it is interrupted,
 * there is no version file and so no database. */
int glass_finish(struct glass_writer *w, const struct glass_stats *stats,
                 struct nh_error *err);
/* Closes and removes an unfinished database. Accepts a zeroed writer. */
void glass_abort(struct glass_writer *w);

/* Returns whether the linked libxapian makes databases of the format above:
 * makes an empty one in folder `dir`/probe, reads it, and removes it. */
bool glass_supported(const char *dir);

#endif
