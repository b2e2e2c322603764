/* Owns the way through a glass table.
 * Promises to look at nothing outside of it, whatever it says. */
#include "common/store/glass_table.h"

#include <string.h>

#include <zlib.h>

/* Bytes of a block before its directory. */
#define HEADER 11u
#define ITEM_PACKED 0x8000u
#define ITEM_LAST 0x4000u
#define ITEM_FIRST 0x2000u
#define ITEM_SIZE 0x1fffu
/* Of a branch item beside its key: block, length of the key, component. */
#define BRANCH_ITEM 7u

struct block {
    const uint8_t *data;
    uint32_t size;
    uint32_t end;   /* of the directory */
    uint32_t items; /* at least 1 */
};

int glass_damaged(const struct glass_table *t, const char *what,
                  struct nh_error *err)
{
    return error_set(err, NH_ECORRUPT,
                     "the Xapian table of segment '%s' is damaged: %s", t->name,
                     what);
}

static unsigned get_u16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)get_u16(p) << 16 | get_u16(p + 2);
}

/* Finds a block, which must be of this level. */
static int find_block(const struct glass_table *t, uint32_t number,
                      unsigned level, struct block *b, struct nh_error *err)
{
    if (number >= t->blocks)
        return glass_damaged(t, "a block number is too large", err);
    b->data = t->data + (size_t)number * t->block_size;
    b->size = t->block_size;
    b->end = get_u16(b->data + 9);
    if (b->data[4] != level)
        return glass_damaged(t, "a block is at another level", err);
    if (b->end < HEADER + 2 || b->end > b->size || (b->end - HEADER) % 2)
        return glass_damaged(t, "the directory of a block", err);
    b->items = (b->end - HEADER) / 2;
    return NH_OK;
}

/* Finds the bytes of an item, which has `least` at least. */
static const uint8_t *find_item(const struct block *b, uint32_t item,
                                uint32_t least)
{
    const uint32_t at = get_u16(b->data + HEADER + 2 * item);
    return at >= b->end && at <= b->size - least ? b->data + at : NULL;
}

static bool read_leaf(const struct block *b, uint32_t number,
                      struct glass_item *item)
{
    const uint8_t *p = find_item(b, number, 3);
    if (!p)
        return false;
    const unsigned head = get_u16(p);
    const uint32_t size = (head & ITEM_SIZE) + 3, key = p[2],
                   counted = head & ITEM_FIRST ? 0 : 2;
    if (size > b->size - (uint32_t)(p - b->data) || 3 + key + counted > size)
        return false;
    const uint8_t *tag = p + 3 + key + counted;
    *item = (struct glass_item){
        .key = {(const char *)p + 3, key},
        .tag = {(const char *)tag, size - 3 - key - counted},
        .component = counted ? get_u16(tag - 2) : 1,
        .last = (head & ITEM_LAST) != 0,
        .packed = (head & ITEM_PACKED) != 0};
    return item->component > 0;
}

/* Reads the key of a branch item, and the block that it leads to. */
static bool read_branch(const struct block *b, uint32_t number,
                        struct glass_item *item, uint32_t *child)
{
    const uint8_t *p = find_item(b, number, BRANCH_ITEM);
    if (!p || BRANCH_ITEM + p[4] > b->size - (uint32_t)(p - b->data))
        return false;
    *child = get_u32(p);
    item->key = (struct slice){(const char *)p + 5, p[4]};
    item->component = get_u16(p + 5 + p[4]);
    return true;
}

/* Compares the key and component of an item with others. */
static int order(const struct glass_item *item, struct slice key,
                 unsigned component)
{
    const int by_key = slice_order(item->key, key);
    return by_key
               ? by_key
               : (item->component > component) - (item->component < component);
}

/* ---- Finding. */

/* Sets *place to the last item of a block that is not greater than the key and
 * its first component; the first item of a block always passes. */
static int search(const struct glass_cursor *c, const struct block *b,
                  unsigned level, struct slice key, uint32_t *place,
                  struct nh_error *err)
{
    uint32_t low = 0, high = b->items, child;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        struct glass_item item;
        if (level > 0 ? !read_branch(b, middle, &item, &child)
                      : !read_leaf(b, middle, &item))
            return glass_damaged(c->table, "an item of a block", err);
        if (order(&item, key, 1) <= 0)
            low = middle;
        else
            high = middle;
    }
    *place = low;
    return NH_OK;
}

/* Sets *child to the block that the path's item at this level leads to. */
static int follow(const struct glass_cursor *c, unsigned level, uint32_t *child,
                  struct nh_error *err)
{
    struct block b;
    struct glass_item item;
    int rc = find_block(c->table, c->path[level].block, level, &b, err);
    if (rc != NH_OK)
        return rc;
    return read_branch(&b, c->path[level].item, &item, child)
               ? NH_OK
               : glass_damaged(c->table, "an item of a branch", err);
}

/* Reads the item of the leaf at the end of the path. */
static int take_item(struct glass_cursor *c, struct nh_error *err)
{
    struct block b;
    int rc = find_block(c->table, c->path[0].block, 0, &b, err);
    if (rc != NH_OK)
        return rc;
    return read_leaf(&b, c->path[0].item, &c->item)
               ? NH_OK
               : glass_damaged(c->table, "an item of a leaf", err);
}

/* Moves the path by one item: on, or back. Returns 1; 0 where there is none. */
static int step(struct glass_cursor *c, bool back, struct nh_error *err)
{
    struct block b;
    unsigned level = 0;
    for (;; level++) {
        if (level > c->table->level)
            return 0;
        int rc = find_block(c->table, c->path[level].block, level, &b, err);
        if (rc != NH_OK)
            return rc;
        if (back ? c->path[level].item > 0 : c->path[level].item + 1 < b.items)
            break;
    }
    c->path[level].item = c->path[level].item + (back ? -1u : 1u);
    while (level-- > 0) {
        int rc = follow(c, level + 1, &c->path[level].block, err);
        if (rc == NH_OK)
            rc = find_block(c->table, c->path[level].block, level, &b, err);
        if (rc != NH_OK)
            return rc;
        c->path[level].item = back ? b.items - 1 : 0;
    }
    int rc = take_item(c, err);
    return rc == NH_OK ? 1 : rc;
}

/* Goes down from the root to the leaf where the key would be. */
static int descend(struct glass_cursor *c, struct slice key,
                   struct nh_error *err)
{
    struct block b;
    uint32_t block = c->table->root;
    for (unsigned level = c->table->level;; level--) {
        c->path[level].block = block;
        int rc = find_block(c->table, block, level, &b, err);
        if (rc == NH_OK)
            rc = search(c, &b, level, key, &c->path[level].item, err);
        if (rc == NH_OK && level == 0)
            return take_item(c, err);
        if (rc == NH_OK)
            rc = follow(c, level, &block, err);
        if (rc != NH_OK)
            return rc;
    }
}

int glass_cursor_find(struct glass_cursor *c, const struct glass_table *table,
                      struct slice key, struct nh_error *err)
{
    c->table = table;
    int rc = descend(c, key, err);
    if (rc == NH_OK && order(&c->item, key, 1) > 0) {
        /* Branches have shortened keys: the item may end the leaf before. */
        rc = step(c, true, err);
        if (rc == 0 || (rc == 1 && order(&c->item, key, 1) > 0))
            rc = glass_damaged(table, "its keys are not in order", err);
    }
    return rc < 0 ? rc : order(&c->item, key, 1) == 0;
}

int glass_cursor_next(struct glass_cursor *c, struct nh_error *err)
{
    const struct glass_item before = c->item;
    int rc = step(c, false, err);
    if (rc == 1 && order(&c->item, before.key, before.component) <= 0)
        rc = glass_damaged(c->table, "its keys are not in order", err);
    return rc;
}

/* ---- Tags. */

/* Puts the components of a tag together. */
static int gather(struct glass_cursor *c, struct buf *room,
                  struct nh_error *err)
{
    const struct slice key = c->item.key;
    buf_reset(room);
    for (unsigned n = 1;; n++) {
        if (c->item.component != n || !slice_equal(c->item.key, key) ||
            c->item.tag.len > GLASS_TAG_MAX - room->len)
            return glass_damaged(c->table, "the components of a tag", err);
        buf_append(room, c->item.tag.data, c->item.tag.len);
        if (c->item.last)
            return room->failed ? error_nomem(err) : NH_OK;
        int more = glass_cursor_next(c, err);
        if (more <= 0)
            return more < 0 ? more
                            : glass_damaged(c->table, "a tag has no end", err);
    }
}

static int unpack(const struct glass_table *t, struct slice packed,
                  struct buf *out, struct nh_error *err)
{
    z_stream z;
    memset(&z, 0, sizeof z);
    buf_reset(out);
    if (!buf_reserve(out, GLASS_TAG_MAX) || inflateInit2(&z, -15) != Z_OK)
        return error_nomem(err);
    z.next_in = (Bytef *)(uintptr_t)packed.data; /* which zlib only reads */
    z.avail_in = (uInt)packed.len;
    z.next_out = (Bytef *)out->data;
    z.avail_out = GLASS_TAG_MAX;
    const int state = inflate(&z, Z_FINISH);
    out->len = GLASS_TAG_MAX - z.avail_out;
    inflateEnd(&z);
    return state == Z_STREAM_END ? NH_OK
           : state == Z_MEM_ERROR
               ? error_nomem(err)
               : glass_damaged(t, "a packed tag cannot be unpacked", err);
}

int glass_cursor_tag(struct glass_cursor *c, struct buf *room,
                     struct slice *tag, struct nh_error *err)
{
    const bool packed = c->item.packed;
    struct buf parts = BUF_INIT;
    int rc = NH_OK;
    *tag = c->item.tag;
    if (!c->item.last || c->item.component != 1) {
        rc = gather(c, packed ? &parts : room, err);
        *tag = buf_slice(packed ? &parts : room);
    }
    if (rc == NH_OK && packed) {
        rc = unpack(c->table, *tag, room, err);
        *tag = buf_slice(room);
    }
    buf_release(&parts);
    return rc;
}
