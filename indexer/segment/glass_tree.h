/* Writes the blocks of a glass table, whose format glass_writer.h describes.
 * For glass_writer.c only. Functions that return int return NH_OK or the code
 * of a failure, which is in w->failed too. */
#ifndef INDEXER_SEGMENT_GLASS_TREE_H
#define INDEXER_SEGMENT_GLASS_TREE_H

#include "indexer/segment/glass_writer.h"

#define GLASS_REVISION 1u
/* Flag of an item whose tag is packed. */
#define GLASS_ITEM_PACKED 0x8000u

/* Fails the writer with NH_EINTERNAL; `what` names what was given. */
int glass_refuse(struct glass_writer *w, struct nh_error *err,
                 const char *what);
/* Fails the writer with NH_ENOMEM. */
int glass_memory(struct glass_writer *w, struct nh_error *err);
/* Empties the block in the making. */
void glass_block_start(struct glass_writer *w);
/* Appends the item with the empty key, which begins the first leaf. */
void glass_put_null_item(struct glass_writer *w);
/* Returns the bytes that one more item may take in the block, its directory
 * entry not counted. */
size_t glass_block_room(const struct glass_writer *w);
/* Writes the block as one of `level`; leaves have level 0. */
void glass_block_finish(struct glass_writer *w, unsigned level);
/* Notes that `block` is the next child of the level above; `divider` separates
 * it from the child before. */
int glass_add_child(struct glass_writer *w, uint32_t block,
                    struct slice divider, struct nh_error *err);
/* Returns the shortest prefix of `next` that is greater than `last`. */
struct slice glass_dividing_key(const struct buf *last, struct slice next);
/* Writes the leaf and starts the one that begins with `key`. */
int glass_next_leaf(struct glass_writer *w, struct slice key,
                    struct nh_error *err);
/* Appends an item with flags (0 or GLASS_ITEM_PACKED); NH_EINTERNAL if the key
 * is not greater than the last. */
int glass_put_flagged(struct glass_writer *w, struct slice key,
                      struct slice tag, unsigned flags, struct nh_error *err);
/* Appends an item whose tag is not packed. */
int glass_put_item(struct glass_writer *w, struct slice key, struct slice tag,
                   struct nh_error *err);
/* Writes the level above w->children, which becomes the list of its blocks. */
void glass_write_level(struct glass_writer *w, unsigned level);

#endif
