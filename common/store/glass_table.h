/* Reads a table of Xapian's glass format, a B-tree in a mapped file, without
 * libxapian, which trusts its tables: a changed offset makes it read, and in
 * `iamglass` write, outside of its memory.
 *
 * indexer/segment/glass_writer.h has the format. Tables that libxapian wrote
 * may differ from those: blocks have 2 to 64 KiB, leaves do not stand in order,
 * and a tag may be cut into components, items with the same key and the numbers
 * 1, 2, ...
 *
 * Nothing in a table is believed: each block number, offset and length is
 * compared with the room that there is before it is used. A walk needs keys
 * that ascend, so that a tree with a loop in it ends as damaged. */
#ifndef COMMON_STORE_GLASS_TABLE_H
#define COMMON_STORE_GLASS_TABLE_H

#include "common/base/buf.h"

/* Levels of a tree at most; Xapian's own limit. */
#define GLASS_LEVELS 10
/* Bytes of a tag at most. Xapian and newshound end a chunk at 2,000 bytes, and
 * newshound packs 2,600. */
#define GLASS_TAG_MAX 16384u

struct glass_table {
    const uint8_t *data; /* borrowed; `blocks` * `block_size` bytes */
    uint32_t blocks, block_size;
    uint32_t root;
    unsigned level;   /* of the root; 0: the root is a leaf */
    const char *name; /* of the segment, for messages; borrowed */
};

struct glass_item {
    struct slice key, tag; /* in the table */
    unsigned component;    /* from 1 on */
    bool last;             /* of the tag's components */
    bool packed;           /* by raw deflate */
};

/* A place in a table. Copy it to come back to the place. */
struct glass_cursor {
    const struct glass_table *table;
    struct {
        uint32_t block, item;
    } path[GLASS_LEVELS]; /* from the leaf, level 0, up to the root */
    struct glass_item item;
};

/* Fills *err. Returns NH_ECORRUPT. */
int glass_damaged(const struct glass_table *t, const char *what,
                  struct nh_error *err);
/* Moves to the last item whose key is not greater than `key`. Returns 1 if the
 * keys are equal, 0 if not, NH_ECORRUPT. The first item of a table has the
 * empty key. The table outlives the cursor. */
int glass_cursor_find(struct glass_cursor *c, const struct glass_table *table,
                      struct slice key, struct nh_error *err);
/* Moves to the next item: 1; 0 at the end of the table; NH_ECORRUPT. */
int glass_cursor_next(struct glass_cursor *c, struct nh_error *err);
/* Sets *tag to the whole tag of the cursor's item, the first component of it,
 * and moves the cursor to the last one. *tag points into the table or into
 * `room`. NH_ECORRUPT, also for tags beyond GLASS_TAG_MAX bytes; NH_ENOMEM. */
int glass_cursor_tag(struct glass_cursor *c, struct buf *room,
                     struct slice *tag, struct nh_error *err);

#endif
