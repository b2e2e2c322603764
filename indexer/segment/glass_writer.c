/* Owns the writing of glass tables; glass_writer.h has the format.
 * Promises exact tables or an error. */
#include "indexer/segment/glass_tree.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "common/base/files.h"
#include "common/xapian/xw.h"

#define LEVELS_MAX 10

static const uint8_t magic[16] = {0x0F, 0x0D, 'X', 'a', 'p', 'i', 'a',  'n',
                                  ' ',  'G',  'l', 'a', 's', 's', 0x04, 0x6E};

int glass_open(struct glass_writer *w, const char *dir, struct nh_error *err)
{
    struct buf name = BUF_INIT;
    memset(w, 0, sizeof *w);
    size_t len = strlen(dir) + 1;
    w->dir = malloc(len);
    int rc = w->dir ? NH_OK : glass_memory(w, err);
    if (rc == NH_OK) {
        memcpy(w->dir, dir, len);
        rc = file_join(&name, dir, TABLE_NAME)
                 ? file_writer_open(&w->file, name.data, err)
                 : glass_memory(w, err);
    }
    buf_release(&name);
    if (rc == NH_OK)
        rc = glass_add_child(w, 0, (struct slice){"", 0}, err);
    if (rc != NH_OK) {
        glass_abort(w);
        return rc;
    }
    glass_block_start(w);
    glass_put_null_item(w);
    return NH_OK;
}

void glass_abort(struct glass_writer *w)
{
    file_writer_abort(&w->file);
    free(w->dir);
    free(w->children);
    buf_release(&w->last_key);
    buf_release(&w->first_key);
    buf_release(&w->leaves);
    buf_release(&w->keys);
    buf_release(&w->tag);
    buf_release(&w->key);
    buf_release(&w->packed);
    if (w->packer)
        deflateEnd(w->packer);
    free(w->packer);
    memset(w, 0, sizeof *w);
}

/* ---- Parts. */

int glass_part_open(struct glass_writer *part, struct nh_error *err)
{
    memset(part, 0, sizeof *part);
    part->is_part = true;
    glass_block_start(part);
    return glass_add_child(part, 0, (struct slice){"", 0}, err);
}

int glass_part_join(struct glass_writer *w, struct glass_writer *part,
                    struct nh_error *err)
{
    int rc = w->failed ? w->failed : part->failed;
    struct slice first = {part->first_key.data, part->first_key.len};
    w->term_length += part->term_length;
    if (rc != NH_OK || part->entries == 0) {
        glass_abort(part);
        return rc;
    }
    glass_block_finish(w, 0);
    struct slice divider = glass_dividing_key(&w->last_key, first);
    if (divider.len <= w->last_key.len &&
        memcmp(divider.data, w->last_key.data, divider.len) <= 0)
        rc = glass_refuse(w, err, "parts out of order");
    for (size_t i = 0; rc == NH_OK && i < part->child_count; i++) {
        const struct glass_child *c = &part->children[i];
        struct slice key = {part->keys.data + c->key_at, c->key_len};
        rc = glass_add_child(w, w->blocks + c->block, i ? key : divider, err);
    }
    if (rc == NH_OK && part->leaves.len)
        file_writer_put(&w->file, part->leaves.data, part->leaves.len);
    /* The last leaf of the part is the one that goes on. */
    memcpy(w->block, part->block, sizeof w->block);
    w->items = part->items;
    w->low = part->low;
    w->blocks += part->blocks;
    w->entries += part->entries;
    buf_reset(&w->last_key);
    buf_append(&w->last_key, part->last_key.data, part->last_key.len);
    if (rc == NH_OK && w->last_key.failed)
        rc = glass_memory(w, err);
    glass_abort(part);
    return rc;
}

/* ---- Encodings. */

/* Xapian's pack_uint_preserving_sort for docids: below 2^15 two bytes, below
 * 2^22 three, below 2^29 four, else five. */
static void put_sortable(struct buf *out, uint32_t v)
{
    unsigned n = v < 0x8000u ? 2 : v < (1u << 22) ? 3 : v < (1u << 29) ? 4 : 5;
    static const uint8_t marks[] = {0, 0, 0, 0x80, 0xC0, 0xE0};
    uint64_t wide = v;
    for (unsigned i = n; i-- > 0;) {
        uint8_t byte = (uint8_t)(wide >> (8 * i));
        buf_append_byte(out, i == n - 1 ? byte | marks[n] : byte);
    }
}

/* The term with each NUL as 00 FF. */
static void put_term_key(struct buf *out, struct slice term)
{
    for (size_t i = 0; i < term.len; i++) {
        buf_append_byte(out, (uint8_t)term.data[i]);
        if (term.data[i] == '\0')
            buf_append_byte(out, 0xFF);
    }
}

/* ---- Values. */

static int put_value_chunk(struct glass_writer *w, uint32_t slot,
                           uint32_t first, struct nh_error *err)
{
    buf_reset(&w->key);
    buf_append(&w->key, "\0\xD8", 2);
    buf_append_varint(&w->key, slot);
    put_sortable(&w->key, first);
    if (w->key.failed || w->tag.failed)
        return glass_memory(w, err);
    int rc = glass_put_item(w, (struct slice){w->key.data, w->key.len},
                            (struct slice){w->tag.data, w->tag.len}, err);
    buf_reset(&w->tag);
    return rc;
}

static int put_value_stats(struct glass_writer *w, uint32_t slot,
                           const uint8_t *values, size_t count, size_t width,
                           struct nh_error *err)
{
    const size_t step = 4 + width;
    const uint8_t *low = values + 4, *high = values + 4;
    for (size_t i = 1; i < count; i++) {
        const uint8_t *v = values + i * step + 4;
        low = memcmp(v, low, width) < 0 ? v : low;
        high = memcmp(v, high, width) > 0 ? v : high;
    }
    buf_reset(&w->key);
    buf_reset(&w->tag);
    buf_append(&w->key, "\0\xD0", 2);
    if (slot)
        buf_append_byte(&w->key, (uint8_t)slot);
    buf_append_varint(&w->tag, count);
    buf_append_varint(&w->tag, width);
    buf_append(&w->tag, low, width);
    if (memcmp(low, high, width) != 0)
        buf_append(&w->tag, high, width);
    if (w->key.failed || w->tag.failed)
        return glass_memory(w, err);
    return glass_put_item(w, (struct slice){w->key.data, w->key.len},
                          (struct slice){w->tag.data, w->tag.len}, err);
}

int glass_values(struct glass_writer *w, uint32_t slot, const uint8_t *values,
                 size_t count, size_t width, struct nh_error *err)
{
    uint32_t first = 0, last = 0, docid;
    if (count == 0)
        return NH_OK;
    if (slot >= 128 || width == 0 || width > 256)
        return glass_refuse(w, err, "a value it cannot write");
    int rc = put_value_stats(w, slot, values, count, width, err);
    buf_reset(&w->tag);
    for (size_t i = 0; rc == NH_OK && i < count; i++) {
        memcpy(&docid, values + i * (4 + width), 4);
        if (docid <= last)
            return glass_refuse(w, err, "values out of order");
        if (w->tag.len >= GLASS_CHUNK)
            rc = put_value_chunk(w, slot, first, err);
        if (w->tag.len == 0)
            first = docid;
        else
            buf_append_varint(&w->tag, docid - last - 1);
        buf_append_varint(&w->tag, width);
        buf_append(&w->tag, values + i * (4 + width) + 4, width);
        last = docid;
    }
    return rc == NH_OK ? put_value_chunk(w, slot, first, err) : rc;
}

/* ---- Posting lists. */

/* A walk over a run. */
struct run_reader {
    const uint8_t *p, *end;
    uint32_t docid;
    uint64_t sum;
    uint32_t count;
};

/* Moves over one posting; false if the run is not well formed. */
static bool run_step(struct run_reader *r)
{
    uint64_t delta, wdf;
    if (!varint_read(&r->p, r->end, &delta) ||
        delta >= UINT32_MAX - (uint64_t)r->docid)
        return false;
    r->docid += (uint32_t)delta + 1;
    if (!varint_read(&r->p, r->end, &wdf) || wdf > UINT32_MAX)
        return false;
    r->sum += wdf;
    r->count++;
    return true;
}

/* Room that a chunk may take: the rest of the leaf, or a new leaf if that is
 * too little for a list that does not end in it. */
static size_t chunk_room(struct glass_writer *w, size_t overhead, size_t left,
                         bool *fresh)
{
    size_t room = glass_block_room(w);
    size_t body = room > overhead ? room - overhead : 0;
    *fresh = false;
    if (body < left && body < GLASS_CHUNK / 4) {
        *fresh = true;
        body = GLASS_CHUNK;
    }
    size_t most = GLASS_ITEM_MAX - overhead;
    if (body > most)
        body = most;
    return body < GLASS_CHUNK || body >= left ? body : GLASS_CHUNK;
}

/* A list that is being cut into chunks. */
struct list_writer {
    struct run_reader at; /* behind the last chunk */
    struct slice prefix, joint;
    uint64_t frequency, collection;
    bool packed;
};

/* Moves `last` as far as a body that starts at `body` has room. */
static bool fill_chunk(struct run_reader *last, const uint8_t *body,
                       size_t room)
{
    while (last->p < last->end) {
        struct run_reader next = *last;
        if (!run_step(&next))
            return false;
        if ((size_t)(next.p - body) > room)
            break;
        *last = next;
    }
    return true;
}

/* A chunk in the making: key and tag are the writer's. */
struct chunk {
    struct run_reader last; /* behind its last posting */
    const uint8_t *body;    /* behind the first docid */
    uint32_t first;
    size_t head;     /* bytes of the tag before what is said of this chunk */
    size_t overhead; /* most bytes of the item beside the body */
};

/* Sets the key and the head of the tag. */
static int begin_chunk(struct glass_writer *w, const struct list_writer *l,
                       struct chunk *c, struct nh_error *err)
{
    uint64_t delta;
    c->last = l->at;
    c->body = l->at.p;
    if (!varint_read(&c->body, l->at.end, &delta) || !run_step(&c->last))
        return glass_refuse(w, err, "a malformed list");
    c->first = c->last.docid;
    buf_reset(&w->key);
    buf_reset(&w->tag);
    buf_append(&w->key, l->prefix.data, l->prefix.len);
    if (l->at.count == 0) {
        buf_append_varint(&w->tag, l->frequency);
        buf_append_varint(&w->tag, l->collection);
        buf_append_varint(&w->tag, c->first - 1);
    } else {
        buf_append(&w->key, l->joint.data, l->joint.len);
        put_sortable(&w->key, c->first);
    }
    c->head = w->tag.len;
    /* Item head, key, header, flag, and the vint of last - first. */
    c->overhead = 3 + w->key.len + w->tag.len + 1 + 5;
    return NH_OK;
}

/* Ends the tag with as many postings as have room. */
static int fill_tag(struct glass_writer *w, const struct list_writer *l,
                    struct chunk *c, size_t room, struct nh_error *err)
{
    c->last = l->at;
    w->tag.len = c->head;
    if (!run_step(&c->last) || !fill_chunk(&c->last, c->body, room))
        return glass_refuse(w, err, "a malformed list");
    buf_append_byte(&w->tag, c->last.p == c->last.end ? '1' : '0');
    buf_append_varint(&w->tag, c->last.docid - c->first);
    buf_append(&w->tag, c->body, (size_t)(c->last.p - c->body));
    return w->tag.failed || w->key.failed ? glass_memory(w, err) : NH_OK;
}

/* Sets w->packed to the tag, packed. Numbers of a list repeat as bytes, hardly
 * as strings. */
static int pack_tag(struct glass_writer *w, struct nh_error *err)
{
    if (!w->packer) {
        w->packer = calloc(1, sizeof *w->packer);
        if (!w->packer ||
            deflateInit2(w->packer, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -12, 5,
                         Z_HUFFMAN_ONLY) != Z_OK) {
            free(w->packer);
            w->packer = NULL;
            return glass_memory(w, err);
        }
    }
    deflateReset(w->packer);
    const size_t most = deflateBound(w->packer, (uLong)w->tag.len);
    buf_reset(&w->packed);
    if (!buf_reserve(&w->packed, most))
        return glass_memory(w, err);
    w->packer->next_in = (Bytef *)w->tag.data;
    w->packer->avail_in = (uInt)w->tag.len;
    w->packer->next_out = (Bytef *)w->packed.data;
    w->packer->avail_out = (uInt)most;
    if (deflate(w->packer, Z_FINISH) != Z_STREAM_END)
        return glass_refuse(w, err, "a list that cannot be packed");
    w->packed.len = most - w->packer->avail_out;
    return NH_OK;
}

/* Puts a packed chunk, or none if that saves nothing: *put says so. Where it
 * does not end in this leaf, a part of it that does goes first. */
static int put_packed(struct glass_writer *w, const struct list_writer *l,
                      struct chunk *c, bool *put, struct nh_error *err)
{
    const size_t item = 3 + w->key.len, room = glass_block_room(w);
    const struct slice key = {w->key.data, w->key.len};
    int rc = fill_tag(w, l, c, GLASS_CHUNK_PACKED, err);
    if (rc == NH_OK)
        rc = pack_tag(w, err);
    const size_t size = item + w->packed.len;
    if (rc == NH_OK && size > room && room > GLASS_CHUNK / 4) {
        rc = fill_tag(w, l, c, w->tag.len * room / size * 15 / 16, err);
        if (rc == NH_OK)
            rc = pack_tag(w, err);
    }
    *put = rc == NH_OK && w->packed.len < w->tag.len &&
           item + w->packed.len <= GLASS_ITEM_MAX;
    return *put ? glass_put_flagged(
                      w, key, (struct slice){w->packed.data, w->packed.len},
                      GLASS_ITEM_PACKED, err)
                : rc;
}

static int put_plain(struct glass_writer *w, const struct list_writer *l,
                     struct chunk *c, struct nh_error *err)
{
    bool fresh;
    const size_t left = (size_t)(l->at.end - c->body),
                 room = chunk_room(w, c->overhead, left, &fresh);
    const struct slice key = {w->key.data, w->key.len};
    int rc = fill_tag(w, l, c, room, err);
    if (rc == NH_OK && fresh)
        rc = glass_next_leaf(w, key, err);
    return rc == NH_OK
               ? glass_put_item(w, key, (struct slice){w->tag.data, w->tag.len},
                                err)
               : rc;
}

static int put_chunk(struct glass_writer *w, struct list_writer *l,
                     struct nh_error *err)
{
    struct chunk c;
    bool put = false;
    int rc = begin_chunk(w, l, &c, err);
    if (rc == NH_OK && l->packed)
        rc = put_packed(w, l, &c, &put, err);
    if (rc == NH_OK && !put)
        rc = put_plain(w, l, &c, err);
    l->at = c.last;
    return rc;
}

/* Writes a list under its prefix (its first key); later chunks add `joint` and
 * their first docid. */
static int put_list(struct glass_writer *w, struct list_writer *l,
                    const struct glass_run *run, struct nh_error *err)
{
    int rc = NH_OK;
    l->at = (struct run_reader){run->data, run->data + run->len, 0, 0, 0};
    while (rc == NH_OK && l->at.p < l->at.end)
        rc = put_chunk(w, l, err);
    if (rc == NH_OK &&
        (l->at.count != run->count || l->at.sum != run->collection))
        rc = glass_refuse(w, err, "counts that do not add up");
    return rc;
}

int glass_lengths(struct glass_writer *w, const struct glass_run *lengths,
                  struct nh_error *err)
{
    struct list_writer l = {.prefix = {"\0\xE0", 2}};
    w->total_length = lengths->collection;
    return put_list(w, &l, lengths, err);
}

static int put_term(struct glass_writer *w, struct slice term,
                    const struct glass_run *run, bool packed,
                    struct nh_error *err)
{
    struct buf key = BUF_INIT;
    put_term_key(&key, term);
    struct list_writer l = {.prefix = {key.data, key.len},
                            .joint = {"\0", 1},
                            .frequency = run->count,
                            .collection = run->collection,
                            .packed = packed};
    int rc = key.failed ? glass_memory(w, err) : put_list(w, &l, run, err);
    w->term_length += run->collection;
    buf_release(&key);
    return rc;
}

int glass_term(struct glass_writer *w, struct slice term,
               const struct glass_run *run, struct nh_error *err)
{
    return put_term(w, term, run, false, err);
}

int glass_term_packed(struct glass_writer *w, struct slice term,
                      const struct glass_run *run, struct nh_error *err)
{
    return put_term(w, term, run, true, err);
}

void glass_elsewhere(struct glass_writer *w, const struct glass_run *run)
{
    w->term_length += run->collection;
}

/* ---- The version file. */

static bool random_bytes(uint8_t *out, size_t n)
{
    int fd = file_descriptor(open("/dev/urandom", O_RDONLY | O_CLOEXEC));
    ssize_t got = fd < 0 ? -1 : read(fd, out, n);
    if (fd >= 0)
        close(fd);
    return got == (ssize_t)n;
}

static void put_root(struct buf *out, uint32_t root, unsigned level,
                     uint64_t entries, uint32_t blocks, unsigned compress)
{
    struct buf list = BUF_INIT;
    buf_append_varint(out, root);
    buf_append_varint(out, level << 2 | 2u | (blocks == 0));
    buf_append_varint(out, entries);
    buf_append_varint(out, GLASS_BLOCK / 2048);
    buf_append_varint(out, compress);
    if (blocks) {
        buf_append_varint(&list, GLASS_REVISION);
        buf_append_varint(&list, blocks);
        for (int i = 0; i < 4; i++)
            buf_append_varint(&list, 0);
    }
    buf_append_varint(out, list.len);
    buf_append(out, list.data, list.len);
    out->failed |= list.failed;
    buf_release(&list);
}

static int write_version(struct glass_writer *w, const struct glass_stats *s,
                         uint32_t root, unsigned level, struct nh_error *err)
{
    struct buf out = BUF_INIT, name = BUF_INIT;
    uint8_t uuid[16];
    if (!random_bytes(uuid, sizeof uuid))
        return error_set(err, NH_EIO, "cannot read '/dev/urandom'");
    uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40);
    uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
    buf_append(&out, magic, sizeof magic);
    buf_append(&out, uuid, sizeof uuid);
    buf_append_varint(&out, GLASS_REVISION);
    put_root(&out, root, level, w->entries, w->blocks, 0);
    static const unsigned compress[] = {18, 18, 0, 18, 18};
    for (size_t i = 0; i < 5; i++)
        put_root(&out, 0, 0, 0, 0, compress[i]);
    uint32_t longest = s->length_max > s->wdf_max ? s->length_max : s->wdf_max;
    buf_append_varint(&out, s->documents);
    buf_append_varint(&out, s->last_docid - s->documents);
    buf_append_varint(&out, s->length_min);
    buf_append_varint(&out, s->wdf_max);
    buf_append_varint(&out, longest - s->wdf_max);
    buf_append_varint(&out, 0);
    buf_append_varint(&out, s->total_length);
    buf_append_varint(&out, 0);
    int rc = !out.failed && file_join(&name, w->dir, VERSION_NAME)
                 ? file_replace(name.data, out.data, out.len, err)
                 : error_nomem(err);
    buf_release(&out);
    buf_release(&name);
    return rc;
}

int glass_finish(struct glass_writer *w, const struct glass_stats *stats,
                 struct nh_error *err)
{
    unsigned level = 0;
    int rc = w->failed;
    if (rc == NH_OK && (stats->total_length != w->total_length ||
                        stats->total_length != w->term_length ||
                        stats->last_docid < stats->documents))
        rc = glass_refuse(w, err, "statistics that do not add up");
    if (rc == NH_OK) {
        glass_block_finish(w, 0);
        while (w->child_count > 1 && level < LEVELS_MAX)
            glass_write_level(w, ++level);
        if (level == LEVELS_MAX)
            rc = glass_refuse(w, err, "more than ten levels of keys");
    }
    if (rc == NH_OK)
        rc = file_writer_close(&w->file, err);
    if (rc == NH_OK)
        rc = write_version(w, stats, w->blocks - 1, level, err);
    glass_abort(w);
    return rc;
}

bool glass_supported(const char *dir)
{
    struct buf path = BUF_INIT, name = BUF_INIT, file = BUF_INIT;
    xw_writer *probe = NULL;
    bool same = false;
    if (file_join(&path, dir, PROBE_NAME))
        file_remove_dir(path.data); /* of a process that was killed */
    if (path.data &&
        xw_writer_open(&probe, path.data, XW_CREATE | XW_NO_SYNC, NULL) ==
            NH_OK &&
        file_join(&name, path.data, VERSION_NAME) &&
        file_read(name.data, &file, NULL) == NH_OK)
        same = file.len >= sizeof magic &&
               memcmp(file.data, magic, sizeof magic) == 0;
    xw_writer_free(probe);
    if (path.data)
        file_remove_dir(path.data);
    buf_release(&path);
    buf_release(&name);
    buf_release(&file);
    return same;
}
