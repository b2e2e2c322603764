/* Owns what is known of each format: where it has numbers that matter, and how
 * its checksums are made. */
#include <string.h>

#include "common/base/bitpack.h"
#include "common/base/files.h"
#include "common/base/hash.h"
#include "common/store/articles.h"
#include "common/store/blocks.h"
#include "common/store/copies.h"
#include "common/store/vocabulary.h"
#include "tests/fuzz/craft.h"

static void put_le(uint8_t *p, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

static uint8_t *at_of(struct buf *b, size_t at)
{
    return (uint8_t *)b->data + at;
}

/* A number that borders on something. */
static uint64_t strange(uint64_t now, uint64_t *state)
{
    static const uint64_t numbers[] = {
        0,          1,          2,          7,           127,        128,
        255,        256,        0x7fff,     0x8000,      0xffff,     0x10000,
        0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, UINT64_MAX, INT64_MAX};
    const uint64_t n = craft_random(state, 30);
    if (n < sizeof numbers / sizeof *numbers)
        return numbers[n];
    if (n < 22)
        return now + craft_random(state, 3) - 1;
    if (n < 24)
        return now ^ UINT64_C(1) << craft_random(state, 64);
    return n < 27 ? now + craft_random(state, 300)
                  : now - craft_random(state, 300);
}

/* Changes the number of `bytes` bytes at `at`. */
static void change_number(struct buf *b, size_t at, int bytes, uint64_t *state)
{
    if (at + (size_t)bytes <= b->len)
        put_le(at_of(b, at), strange(le_read(at_of(b, at), bytes), state),
               bytes);
}

static void change_big(struct buf *b, size_t at, int bytes, uint64_t *state)
{
    uint64_t now = 0;
    if (at + (size_t)bytes > b->len)
        return;
    for (int i = 0; i < bytes; i++)
        now = now << 8 | *at_of(b, at + (size_t)i);
    now = strange(now, state);
    for (int i = bytes; i-- > 0; now >>= 8)
        *at_of(b, at + (size_t)i) = (uint8_t)now;
}

void craft_poke(struct buf *b, size_t from, size_t to, uint64_t *state)
{
    if (to > b->len || from >= to)
        return;
    const size_t at = from + (size_t)craft_random(state, to - from);
    static const uint8_t bytes[] = {0, 1, 0x7f, 0x80, 0xff, '0', '1'};
    switch (craft_random(state, 6)) {
    case 0:
        *at_of(b, at) ^= (uint8_t)(1u << craft_random(state, 8));
        break;
    case 1:
        *at_of(b, at) = bytes[craft_random(state, sizeof bytes)];
        break;
    case 2: /* a run from elsewhere */
        for (size_t i = 0, n = craft_random(state, 40),
                    other = craft_random(state, b->len);
             i < n && at + i < to && other + i < b->len; i++)
            *at_of(b, at + i) = *at_of(b, other + i);
        break;
    case 3: /* a number that goes on */
        for (size_t i = 0, n = craft_random(state, 11); i < n && at + i < to;
             i++)
            *at_of(b, at + i) = i + 1 < n ? 0xff : 0x0f;
        break;
    case 4:
        change_number(b, at, to - at >= 4 ? 4 : 1, state);
        break;
    default:
        change_number(b, at, to - at >= 2 ? 2 : 1, state);
    }
}

ptrdiff_t craft_splice(struct buf *b, size_t at, size_t to, uint64_t *state)
{
    const uint8_t *p = at_of(b, at);
    uint64_t now;
    struct buf out = BUF_INIT;
    if (at >= to || to > b->len || !varint_read(&p, at_of(b, to), &now))
        return 0;
    const size_t end = (size_t)((const char *)p - b->data);
    buf_append(&out, b->data, at);
    buf_append_varint(&out, strange(now, state));
    const ptrdiff_t moved = (ptrdiff_t)out.len - (ptrdiff_t)end;
    buf_append(&out, b->data + end, b->len - end);
    buf_release(b);
    *b = out;
    return moved;
}

/* Mends the hash64 in the last 8 bytes, which is of all before from `from` on.
 */
static void mend_end(struct buf *b, size_t from)
{
    if (b->len >= 8 && from <= b->len - 8)
        put_le(at_of(b, b->len - 8), hash64(b->data + from, b->len - 8 - from),
               8);
}

/* ---- articles. */

static uint64_t slot_of(const struct buf *b, uint64_t slots_at, uint64_t slot)
{
    return le_read((const uint8_t *)b->data + slots_at + slot * ARTICLES_SLOT,
                   5);
}

static void mend_articles(struct buf *b)
{
    if (b->len < ARTICLES_HEADER)
        return;
    const uint64_t names = le_read(at_of(b, 24), 8),
                   slots = le_read(at_of(b, 32), 8),
                   count = le_read(at_of(b, 12), 4);
    if (slots <= b->len && (b->len - slots) / ARTICLES_SLOT > count)
        for (uint64_t i = 0; i < count; i++) {
            const uint64_t from = slot_of(b, slots, i),
                           to = slot_of(b, slots, i + 1);
            if (to <= b->len && from <= to && to - from > 4)
                put_le(at_of(b, from),
                       hash64(b->data + from + 4, to - from - 4), 4);
        }
    if (names <= b->len)
        put_le(at_of(b, 48), hash64(b->data + names, b->len - names), 8);
    put_le(at_of(b, 56), hash64(b->data, 56), 8);
}

/* Moves what stands behind a record. */
static void move_slots(struct buf *b, uint64_t from, ptrdiff_t by)
{
    const uint64_t count = le_read(at_of(b, 12), 4);
    put_le(at_of(b, 24), le_read(at_of(b, 24), 8) + (uint64_t)by, 8);
    put_le(at_of(b, 32), le_read(at_of(b, 32), 8) + (uint64_t)by, 8);
    const uint64_t slots = le_read(at_of(b, 32), 8);
    for (uint64_t i = 0; i <= count; i++)
        if (slot_of(b, slots, i) > from)
            put_le(at_of(b, slots + i * ARTICLES_SLOT),
                   slot_of(b, slots, i) + (uint64_t)by, 5);
}

static void change_articles(struct buf *b, uint64_t *state)
{
    const uint64_t names = le_read(at_of(b, 24), 8),
                   slots = le_read(at_of(b, 32), 8),
                   count = le_read(at_of(b, 12), 4),
                   slot = craft_random(state, count);
    const uint64_t from = slot_of(b, slots, slot) + ARTICLES_RECORD_HEAD,
                   to = slot_of(b, slots, slot + 1);
    switch (craft_random(state, 8)) {
    case 0:
        change_number(b, 8 + 4 * craft_random(state, 10), 4, state);
        break;
    case 1:
        change_number(b, slots + slot * ARTICLES_SLOT, 5, state);
        break;
    case 2:
        change_number(b, names + 4 * craft_random(state, (slots - names) / 4),
                      4, state);
        break;
    case 3:
        craft_poke(b, names, slots, state);
        break;
    case 4:
        craft_poke(b, from, to, state);
        break;
    default: /* the heads are in front */
        if (from < to) {
            uint64_t room = to - from;
            if (craft_random(state, 2) && room > 60)
                room = 60;
            move_slots(
                b, from,
                craft_splice(b, from + craft_random(state, room), to, state));
        }
    }
    mend_articles(b);
}

/* ---- blocks. */

struct layout {
    uint64_t lengths, directory, table, trailer;
    uint32_t slots, lists, places;
};

static struct layout layout_of(const struct buf *b)
{
    struct layout l = {0};
    l.trailer = b->len - BLOCKS_TRAILER;
    const uint8_t *t = (const uint8_t *)b->data + l.trailer;
    l.slots = le_read32(t + 4);
    l.lists = le_read32(t + 12);
    l.lengths = le_read(t + 24, 8);
    l.places = le_read32(t + 32);
    l.directory = l.lengths + (uint64_t)l.slots * 4;
    l.table = l.directory + (uint64_t)l.lists * BLOCKS_DIRECTORY;
    return l;
}

/* Mends what a list says of its blocks, and the directory of it. */
static void mend_list(struct buf *b, uint8_t *d)
{
    const uint64_t at = le_read(d, 8), bytes = le_read32(d + 8),
                   blocks = ((uint64_t)le_read32(d + 12) + 127) / 128;
    if (at >= b->len || bytes > b->len - at)
        return;
    uint8_t *p = at_of(b, at);
    const uint64_t head = 3 + *p + blocks * BLOCKS_ENTRY;
    if (head > bytes)
        return;
    uint64_t start = 0;
    for (uint64_t i = 0; i < blocks; i++) {
        uint8_t *entry = p + 3 + *p + i * BLOCKS_ENTRY;
        const uint64_t end = le_read32(entry + 4);
        if (end >= start && end <= bytes - head)
            put_le(entry + 10, hash64(p + head + start, end - start), 4);
        start = end;
    }
    put_le(d + 16, hash64(p, head), 4);
}

static void mend_blocks(struct buf *b)
{
    const struct layout l = layout_of(b);
    if (l.lengths > b->len || l.table > l.trailer)
        return;
    for (uint32_t i = 0; i < l.lists; i++)
        mend_list(b, at_of(b, l.directory + (uint64_t)i * BLOCKS_DIRECTORY));
    mend_end(b, l.lengths);
}

static void change_list(struct buf *b, const struct layout *l, uint64_t *state)
{
    const uint8_t *d = at_of(b, l->directory + craft_random(state, l->lists) *
                                                   BLOCKS_DIRECTORY);
    const uint64_t at = le_read(d, 8), bytes = le_read32(d + 8),
                   blocks = ((uint64_t)le_read32(d + 12) + 127) / 128;
    const uint64_t entries = at + 3 + *at_of(b, at),
                   entry = entries + craft_random(state, blocks) * BLOCKS_ENTRY;
    const uint64_t data = entries + blocks * BLOCKS_ENTRY;
    static const struct {
        int at, bytes;
    } numbers[] = {{0, 4}, {4, 4}, {8, 2}};
    const uint64_t which = craft_random(state, 6);
    if (which < 3)
        change_number(b, entry + (uint64_t)numbers[which].at,
                      numbers[which].bytes, state);
    else if (which == 3)
        craft_poke(b, at, entries, state);
    else
        craft_poke(b, data, which == 4 ? data + 2 : at + bytes, state);
}

static void change_blocks(struct buf *b, uint64_t *state)
{
    const struct layout l = layout_of(b);
    const uint64_t which = craft_random(state, 8);
    if (which == 0)
        change_number(b, l.trailer + 4 * craft_random(state, 9), 4, state);
    else if (which == 1)
        craft_poke(b, l.directory, l.table, state);
    else if (which == 2)
        craft_poke(b, l.table, l.trailer, state);
    else if (which == 3)
        change_number(b, l.lengths + 4 * craft_random(state, l.slots), 4,
                      state);
    else if (l.lists)
        change_list(b, &l, state);
    mend_blocks(b);
}

/* ---- words, copies, and files that end in the hash of all. */

static void change_words(struct buf *b, uint64_t *state)
{
    const size_t trailer = b->len - VOCABULARY_TRAILER;
    const uint64_t groups = le_read(at_of(b, trailer + 8), 8);
    switch (craft_random(state, 4)) {
    case 0:
        change_number(b, trailer + 4 * craft_random(state, 4), 4, state);
        break;
    case 1:
        craft_poke(b, groups, trailer, state);
        break;
    default:
        craft_poke(b, 8, groups, state);
    }
    mend_end(b, 0);
}

static void mend_copies(struct buf *b)
{
    const size_t trailer = b->len - COPIES_TRAILER;
    const uint64_t places = le_read(at_of(b, trailer + 8), 8);
    const uint32_t entries = le_read32(at_of(b, trailer)),
                   blocks = le_read32(at_of(b, trailer + 4)),
                   span = le_read32(at_of(b, trailer + 20)) -
                          le_read32(at_of(b, trailer + 16));
    const unsigned bits = bitpack_bits(&span, 1);
    if (places > trailer || (trailer - places) / COPIES_PLACE < blocks)
        return;
    for (uint32_t i = 0; i < blocks; i++) {
        uint8_t *place = at_of(b, places + (uint64_t)i * COPIES_PLACE);
        const uint64_t at = le_read32(place + 4);
        const size_t left = entries - (size_t)i * COPIES_BLOCK,
                     count = left < COPIES_BLOCK ? left : COPIES_BLOCK;
        if (at >= places || *at_of(b, at) > 32)
            continue;
        const size_t size =
            1 + bitpack_size(count, *at_of(b, at)) + bitpack_size(count, bits);
        if (size <= places - at)
            put_le(place + 8, hash64(b->data + at, size), 4);
    }
    mend_end(b, places);
}

static void change_copies(struct buf *b, uint64_t *state)
{
    const size_t trailer = b->len - COPIES_TRAILER;
    const uint64_t places = le_read(at_of(b, trailer + 8), 8);
    switch (craft_random(state, 4)) {
    case 0:
        change_number(b, trailer + 4 * craft_random(state, 6), 4, state);
        break;
    case 1:
        craft_poke(b, places, trailer, state);
        break;
    case 2:
        craft_poke(b, 8, 10, state);
        break;
    default:
        craft_poke(b, 8, places, state);
    }
    mend_copies(b);
}

static void change_summed(struct buf *b, uint64_t *state)
{
    if (craft_random(state, 2))
        craft_poke(b, 8, b->len - 8, state);
    else
        craft_splice(b, 8 + craft_random(state, b->len - 16), b->len - 8,
                     state);
    mend_end(b, 0);
}

/* ---- Xapian's tables. */

#define GLASS_BLOCK 8192u

static void change_table(struct buf *b, uint64_t *state)
{
    const size_t blocks = b->len / GLASS_BLOCK;
    const size_t block =
        GLASS_BLOCK *
        (craft_random(state, 3) ? craft_random(state, blocks) : blocks - 1);
    const unsigned end =
        (unsigned)(*at_of(b, block + 9) << 8 | *at_of(b, block + 10));
    const size_t items = end > 13 ? (end - 11) / 2 : 1;
    const size_t entry = block + 11 + 2 * craft_random(state, items);
    const unsigned item =
        (unsigned)(*at_of(b, entry) << 8 | *at_of(b, entry + 1));
    static const size_t heads[] = {0, 4, 5, 7, 9};
    switch (craft_random(state, 8)) {
    case 7: /* the tag: how many postings, from which docid on */
        if (block + item + 3 <= b->len) {
            const size_t tag = block + item + 3 + *at_of(b, block + item + 2);
            craft_poke(b, tag, tag + 6, state);
        }
        break;
    case 0:
        change_big(b, block + heads[craft_random(state, 5)], 2, state);
        break;
    case 1:
        change_big(b, entry, 2, state);
        break;
    case 2:
        change_big(b, block + item, 2, state);
        break;
    case 3:
        change_big(b, block + item, 4, state);
        break;
    case 4:
        craft_poke(b, block + item + 2, block + item + 6, state);
        break;
    default:
        craft_poke(b, block + item + 2, block + item + 40, state);
    }
}

static void change_version(struct buf *b, uint64_t *state)
{
    if (craft_random(state, 4) == 0)
        craft_poke(b, 0, b->len, state);
    else
        craft_splice(b, 32 + craft_random(state, b->len - 32), b->len, state);
}

void craft_change_file(struct buf *file, const char *name, uint64_t *state)
{
    static const struct {
        const char *name;
        void (*change)(struct buf *b, uint64_t *state);
    } kinds[] = {
        {ARTICLES_NAME, change_articles}, {BLOCKS_NAME, change_blocks},
        {VOCABULARY_NAME, change_words},  {COPIES_NAME, change_copies},
        {TABLE_NAME, change_table},       {VERSION_NAME, change_version}};
    const char *base = strrchr(name, '/');
    for (size_t i = 0; base && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(base + 1, kinds[i].name) == 0)
            kinds[i].change(file, state);
    if (!base)
        change_summed(file, state);
}
