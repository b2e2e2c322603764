/* Owns the reading of block-max lists.
 * Promises to stay inside the file whatever its bytes are, and to take nothing
 * for a list whose checksum does not fit. */
#include "common/store/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/text/schema.h"

/* Reads the trailer; false if it is not one, or what it speaks of is damaged.
 */
static bool whole(struct blocks *b)
{
    const uint64_t end = b->map.size - BLOCKS_TRAILER;
    const uint8_t *p = b->map.data + end;
    b->first = le_read32(p);
    b->slots = le_read32(p + 4);
    b->articles = le_read32(p + 8);
    b->lists = le_read32(p + 12);
    b->total_length = le_read(p + 16, 8);
    b->lengths_at = le_read(p + 24, 8);
    b->places = le_read32(p + 32);
    const uint64_t lengths = (uint64_t)b->slots * 4,
                   directory = (uint64_t)b->lists * BLOCKS_DIRECTORY,
                   table = (uint64_t)b->places * 4;
    if (b->slots == 0 || b->first == 0 ||
        b->slots - 1 > UINT32_MAX - b->first || b->articles == 0 ||
        b->articles > b->slots || b->places <= b->lists ||
        (b->places & (b->places - 1)) != 0 || b->lengths_at < 8 ||
        b->lengths_at > end ||
        lengths + directory + table != end - b->lengths_at)
        return false;
    b->directory_at = b->lengths_at + lengths;
    return hash64(b->map.data + b->lengths_at,
                  (size_t)(b->map.size - 8 - b->lengths_at)) ==
           le_read(p + BLOCKS_TRAILER - 8, 8);
}

static int check_map(struct blocks *b, const char *path, struct nh_error *err)
{
    const uint8_t *p = b->map.data;
    if (b->map.size >= 8 + BLOCKS_TRAILER && memcmp(p, BLOCKS_MAGIC, 7) == 0) {
        if (p[7] != BLOCKS_MAGIC[7])
            return error_set(err, NH_EVERSION,
                             "'%s' was made by another version of newshound",
                             path);
        if (whole(b))
            return NH_OK;
    }
    return error_set(err, NH_ECORRUPT, "'%s' is damaged", path);
}

int blocks_open(struct blocks *b, const char *path, struct nh_error *err)
{
    size_t len = strlen(path) + 1;
    memset(b, 0, sizeof *b);
    int rc = file_map_open(&b->map, path, err);
    if (rc == NH_OK)
        rc = check_map(b, path, err);
    if (rc == NH_OK) {
        b->path = malloc(len);
        b->verified = calloc((size_t)b->lists / 8 + 1, 1);
        if (!b->path || !b->verified)
            rc = error_nomem(err);
        else
            memcpy(b->path, path, len);
    }
    if (rc != NH_OK)
        blocks_close(b);
    return rc;
}

void blocks_close(struct blocks *b)
{
    if (!b)
        return;
    file_map_close(&b->map);
    free(b->path);
    free(b->verified);
    memset(b, 0, sizeof *b);
}

double blocks_average_length(const struct blocks *b)
{
    return b->total_length ? (double)b->total_length / b->articles : 1;
}

bool blocks_takes(struct slice term)
{
    const char *id = schema_fields[FIELD_ID].prefix;
    size_t len = strlen(id);
    return term.len < len || memcmp(term.data, id, len) != 0;
}

/* Whether the last docid of each block and the ends of their bytes ascend. */
static bool entries_valid(const struct block_list *l)
{
    uint32_t last = l->file->first - 1, end = 0, most = 0;
    for (uint32_t i = 0; i < l->blocks; i++) {
        uint32_t next = block_last(l, i);
        uint32_t stop = le_read32(l->entries + (size_t)i * BLOCKS_ENTRY + 4);
        if (next <= last || next - l->file->first >= l->file->slots ||
            stop < end || stop > l->data_size)
            return false;
        last = next;
        end = stop;
        most = block_tf(l, i) > most ? block_tf(l, i) : most;
    }
    return most == l->most;
}

int blocks_list(const struct blocks *b, uint32_t i, struct slice *term,
                struct block_list *out, struct nh_error *err)
{
    const uint8_t *d =
        b->map.data + b->directory_at + (uint64_t)i * BLOCKS_DIRECTORY;
    const uint64_t at = le_read(d, 8);
    const uint32_t bytes = le_read32(d + 8), postings = le_read32(d + 12);
    const uint32_t count =
        postings / BLOCKS_POSTINGS + (postings % BLOCKS_POSTINGS != 0);
    const uint8_t *p = b->map.data + (at < b->lengths_at ? at : 0);
    const uint8_t bit = (uint8_t)(1u << i % 8);
    if (at < 8 || at >= b->lengths_at || bytes > b->lengths_at - at ||
        postings == 0 || bytes == 0)
        goto damaged;
    const uint64_t head = 3 + *p + (uint64_t)count * BLOCKS_ENTRY;
    if (head > bytes)
        goto damaged;
    *term = (struct slice){(const char *)p + 1, *p};
    *out = (struct block_list){
        b,     p + 3 + *p,           p + head, (size_t)(bytes - head), postings,
        count, le_read16(p + 1 + *p)};
    if (!(b->verified[i / 8] & bit)) {
        if ((uint32_t)hash64(p, (size_t)head) != le_read32(d + 16) ||
            !entries_valid(out))
            goto damaged;
        b->verified[i / 8] |= bit;
    }
    return NH_OK;
damaged:
    return error_set(err, NH_ECORRUPT, "'%s' is damaged: list %u", b->path,
                     (unsigned)i);
}

int blocks_find(const struct blocks *b, struct slice term,
                struct block_list *out, struct nh_error *err)
{
    const uint8_t *table =
        b->map.data + b->directory_at + (uint64_t)b->lists * BLOCKS_DIRECTORY;
    const uint32_t mask = b->places - 1;
    uint32_t place = (uint32_t)hash64(term.data, term.len) & mask, number;
    struct block_list list;
    memset(out, 0, sizeof *out);
    for (uint32_t tried = 0;
         tried <= mask && (number = le_read32(table + (size_t)place * 4)) != 0;
         tried++, place = (place + 1) & mask) {
        struct slice found;
        if (number > b->lists)
            return error_set(err, NH_ECORRUPT, "'%s' is damaged: its table",
                             b->path);
        int rc = blocks_list(b, number - 1, &found, &list, err);
        if (rc != NH_OK)
            return rc;
        if (slice_equal(found, term)) {
            *out = list;
            return 1;
        }
    }
    return 0;
}

/* The differences become docids; false if they do not end at `last`. */
static bool sum_up(struct block *b, uint32_t before, uint32_t last)
{
    uint64_t at = before;
    for (uint32_t i = 0; i < b->count; i++) {
        at += (uint64_t)b->docids[i] + 1;
        b->docids[i] = (uint32_t)at;
    }
    for (uint32_t i = 0; i < BLOCKS_PADDING; i++)
        b->docids[b->count + i] = UINT32_MAX;
    return at == last; /* sums of 128 such numbers do not wrap 64 bits */
}

bool block_enter(const struct block_list *l, uint32_t i, struct block *out)
{
    const uint8_t *entry = l->entries + (size_t)i * BLOCKS_ENTRY;
    uint32_t start = i ? le_read32(entry - BLOCKS_ENTRY + 4) : 0;
    uint32_t end = le_read32(entry + 4);
    uint32_t before = i ? block_last(l, i - 1) : l->file->first - 1;
    out->count = i + 1 < l->blocks ? BLOCKS_POSTINGS
                                   : (l->postings - 1) % BLOCKS_POSTINGS + 1;
    if (start > end || end > l->data_size || end - start < 2)
        return false;
    const uint8_t *p = l->data + start;
    unsigned bits = p[0];
    out->wdf_bits = p[1];
    if (bits > 32 || out->wdf_bits > 32)
        return false;
    size_t docids = bitpack_size(out->count, bits);
    if (2 + docids + bitpack_size(out->count, out->wdf_bits) != end - start ||
        (uint32_t)hash64(p, end - start) != le_read32(entry + 10))
        return false;
    out->packed_wdfs = p + 2 + docids;
    out->counted = l->most > 0;
    bitpack_get(p + 2, out->count, bits, out->docids);
    return sum_up(out, before, block_last(l, i));
}

void block_wdfs(struct block *b)
{
    bitpack_get(b->packed_wdfs, b->count, b->wdf_bits, b->wdfs);
    for (uint32_t i = 0; i < b->count; i++)
        b->wdfs[i] += b->counted;
}

int block_damaged(const struct block_list *l, struct nh_error *err)
{
    return error_set(err, NH_ECORRUPT, "'%s' is damaged: a block of a list",
                     l->file->path);
}
