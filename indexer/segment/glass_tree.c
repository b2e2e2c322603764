/* Owns the blocks of a glass table: leaves, and the levels of branches above.
 * Promises that keys ascend and that every item fits its block. */
#include "indexer/segment/glass_tree.h"

#include <string.h>

#define HEADER 11u
/* Item flags: first and last component of its tag, in one. */
#define ITEM_WHOLE 0x6000u

static void put_u16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put_u32(uint8_t *p, uint32_t v)
{
    put_u16(p, v >> 16);
    put_u16(p + 2, v & 0xffff);
}

int glass_refuse(struct glass_writer *w, struct nh_error *err, const char *what)
{
    w->failed = NH_EINTERNAL;
    return error_set(err, NH_EINTERNAL, "the glass writer was given %s", what);
}

int glass_memory(struct glass_writer *w, struct nh_error *err)
{
    w->failed = NH_ENOMEM;
    return error_nomem(err);
}

/* ---- Blocks. */

void glass_block_start(struct glass_writer *w)
{
    memset(w->block, 0, sizeof w->block);
    w->items = 0;
    w->low = GLASS_BLOCK;
}

size_t glass_block_room(const struct glass_writer *w)
{
    size_t used = HEADER + 2 * ((size_t)w->items + 1);
    return w->low > used ? w->low - used : 0;
}

/* Room for an item of `size` bytes, which fits. */
static uint8_t *block_item(struct glass_writer *w, size_t size)
{
    w->low -= (unsigned)size;
    put_u16(w->block + HEADER + 2 * w->items, w->low);
    w->items++;
    return w->block + w->low;
}

void glass_block_finish(struct glass_writer *w, unsigned level)
{
    unsigned end = HEADER + 2 * w->items;
    put_u32(w->block, GLASS_REVISION);
    w->block[4] = (uint8_t)level;
    put_u16(w->block + 5, w->low - end);
    put_u16(w->block + 7, w->low - end);
    put_u16(w->block + 9, end);
    if (w->is_part)
        buf_append(&w->leaves, w->block, GLASS_BLOCK);
    else
        file_writer_put(&w->file, w->block, GLASS_BLOCK);
    w->blocks++;
}

int glass_add_child(struct glass_writer *w, uint32_t block,
                    struct slice divider, struct nh_error *err)
{
    if (w->child_count == w->child_cap) {
        struct glass_child *children =
            array_grow(w->children, &w->child_cap, sizeof *children);
        if (!children)
            return glass_memory(w, err);
        w->children = children;
    }
    w->children[w->child_count++] = (struct glass_child){
        block, (uint32_t)w->keys.len, (uint16_t)divider.len};
    buf_append(&w->keys, divider.data, divider.len);
    return w->keys.failed ? glass_memory(w, err) : NH_OK;
}

struct slice glass_dividing_key(const struct buf *last, struct slice next)
{
    size_t shared = 0;
    while (shared < last->len && shared < next.len &&
           last->data[shared] == next.data[shared])
        shared++;
    return (struct slice){next.data, shared < next.len ? shared + 1 : shared};
}

/* ---- Leaves. */

void glass_put_null_item(struct glass_writer *w)
{
    uint8_t *item = block_item(w, 3);
    put_u16(item, ITEM_WHOLE);
    item[2] = 0;
}

int glass_next_leaf(struct glass_writer *w, struct slice key,
                    struct nh_error *err)
{
    glass_block_finish(w, 0);
    glass_block_start(w);
    return glass_add_child(w, w->blocks, glass_dividing_key(&w->last_key, key),
                           err);
}

int glass_put_flagged(struct glass_writer *w, struct slice key,
                      struct slice tag, unsigned flags, struct nh_error *err)
{
    size_t size = 3 + key.len + tag.len;
    size_t shared = key.len < w->last_key.len ? key.len : w->last_key.len;
    int order = shared ? memcmp(w->last_key.data, key.data, shared) : 0;
    if (w->entries > 0 &&
        (order > 0 || (order == 0 && w->last_key.len >= key.len)))
        return glass_refuse(w, err, "keys out of order");
    if (key.len == 0 || key.len > GLASS_KEY_MAX || size > GLASS_ITEM_MAX)
        return glass_refuse(w, err, "a key or tag that is too long");
    if (size > glass_block_room(w)) {
        int rc = glass_next_leaf(w, key, err);
        if (rc != NH_OK)
            return rc;
    }
    uint8_t *p = block_item(w, size);
    put_u16(p, ITEM_WHOLE | flags | (unsigned)(size - 3));
    p[2] = (uint8_t)key.len;
    memcpy(p + 3, key.data, key.len);
    if (tag.len)
        memcpy(p + 3 + key.len, tag.data, tag.len);
    if (w->entries++ == 0)
        buf_append(&w->first_key, key.data, key.len);
    buf_reset(&w->last_key);
    buf_append(&w->last_key, key.data, key.len);
    return w->last_key.failed || w->first_key.failed || w->leaves.failed
               ? glass_memory(w, err)
               : NH_OK;
}

int glass_put_item(struct glass_writer *w, struct slice key, struct slice tag,
                   struct nh_error *err)
{
    return glass_put_flagged(w, key, tag, 0, err);
}

/* ---- Branches. */

static void put_branch_item(struct glass_writer *w, uint32_t child,
                            struct slice key)
{
    uint8_t *p = block_item(w, 4 + 1 + key.len + 2);
    put_u32(p, child);
    p[4] = (uint8_t)key.len;
    if (key.len)
        memcpy(p + 5, key.data, key.len);
    /* Component 1 where there is a key; the first item, whose key is never
     * looked at, has none. */
    put_u16(p + 5 + key.len, key.len ? 1 : 0);
}

void glass_write_level(struct glass_writer *w, unsigned level)
{
    size_t made = 0;
    for (size_t i = 0; i < w->child_count; i++) {
        struct glass_child c = w->children[i];
        struct slice key = {w->keys.data + c.key_at, c.key_len};
        bool full = i > 0 && 7 + key.len > glass_block_room(w);
        if (full)
            glass_block_finish(w, level);
        if (i == 0 || full) {
            glass_block_start(w);
            /* The key that did not fit divides the blocks one level up. */
            w->children[made++] =
                (struct glass_child){w->blocks, c.key_at, c.key_len};
            key.len = 0;
        }
        put_branch_item(w, c.block, key);
    }
    glass_block_finish(w, level);
    w->child_count = made;
}
