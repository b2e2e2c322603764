/* Owns the reading of lists and values out of glass tables.
 * Promises docids that ascend and lie in the segment, or an error. */
#include "common/store/glass_reader.h"

#include <string.h>

/* Blocks have 2 KiB shifted by this much at most. */
#define BLOCK_SHIFT_MAX 5
#define BLOCK_UNIT 2048u
#define TABLES 6
/* Values that a pass goes through one by one, before it looks for the chunk of
 * the one that is wanted: about as many as a chunk has. */
#define VALUES_NEAR 200u

static const char magic[] = "\x0F\x0DXapian Glass\x04\x6E";
#define MAGIC_SIZE (sizeof magic - 1)
#define UUID_SIZE 16u

/* ---- The version file. */

struct root {
    uint64_t block, shape, entries, size, compress;
};

static bool read_root(const uint8_t **p, const uint8_t *end, struct root *r)
{
    uint64_t list;
    if (!varint_read(p, end, &r->block) || !varint_read(p, end, &r->shape) ||
        !varint_read(p, end, &r->entries) || !varint_read(p, end, &r->size) ||
        !varint_read(p, end, &r->compress) || !varint_read(p, end, &list) ||
        list > (uint64_t)(end - *p))
        return false;
    *p += list;
    return true;
}

/* Reads the file; *r gets the root of the posting lists. */
static bool read_version(struct glass_reader *g, struct slice file,
                         struct root *r)
{
    const uint8_t *p = (const uint8_t *)file.data, *end = p + file.len;
    struct root other;
    uint64_t n[8], revision;
    if (file.len < MAGIC_SIZE + UUID_SIZE || memcmp(p, magic, MAGIC_SIZE) != 0)
        return false;
    p += MAGIC_SIZE + UUID_SIZE;
    if (!varint_read(&p, end, &revision))
        return false;
    for (int i = 0; i < TABLES; i++)
        if (!read_root(&p, end, i ? &other : r))
            return false;
    for (int i = 0; i < 8; i++)
        if (!varint_read(&p, end, &n[i]))
            return false;
    if (p != end || n[0] > UINT32_MAX || n[1] > UINT32_MAX - n[0])
        return false;
    g->documents = (uint32_t)n[0];
    g->last = (uint32_t)(n[0] + n[1]);
    g->total_length = n[6];
    g->entries = r->entries;
    return true;
}

static bool is_shift(uint64_t size)
{
    for (int i = 0; i <= BLOCK_SHIFT_MAX; i++)
        if (size == UINT64_C(1) << i)
            return true;
    return false;
}

int glass_reader_open(struct glass_reader *g, const char *name, uint32_t first,
                      uint32_t last, struct slice version, struct slice table,
                      struct nh_error *err)
{
    struct root r;
    memset(g, 0, sizeof *g);
    g->table.name = name;
    g->first = first;
    if (!read_version(g, version, &r))
        return glass_damaged(&g->table, "'iamglass' cannot be understood", err);
    if (g->last < first || g->last > last)
        return glass_damaged(&g->table, "its last article", err);
    /* The lowest bit says that a table is empty, which none of ours is. */
    if ((r.shape & 1) || r.shape >> 2 >= GLASS_LEVELS || !is_shift(r.size))
        return glass_damaged(&g->table, "the shape of its tree", err);
    g->table.data = (const uint8_t *)table.data;
    g->table.block_size = (uint32_t)r.size * BLOCK_UNIT;
    g->table.level = (unsigned)(r.shape >> 2);
    const size_t blocks = table.len / g->table.block_size;
    g->table.blocks = blocks < UINT32_MAX ? (uint32_t)blocks : UINT32_MAX;
    if (r.block >= g->table.blocks)
        return glass_damaged(&g->table, "its root lies outside of it", err);
    g->table.root = (uint32_t)r.block;
    return NH_OK;
}

/* ---- Numbers in keys. */

/* Xapian's pack_uint_preserving_sort: the ones that the first byte begins with
 * tell how many bytes there are, two where it has none. */
static void put_sortable(struct buf *out, uint32_t v)
{
    const unsigned n = v < 0x8000u      ? 2
                       : v < (1u << 22) ? 3
                       : v < (1u << 29) ? 4
                                        : 5;
    static const uint8_t marks[] = {0, 0, 0, 0x80, 0xC0, 0xE0};
    for (unsigned i = n; i-- > 0;) {
        const uint8_t byte = (uint8_t)((uint64_t)v >> (8 * i));
        buf_append_byte(out, i == n - 1 ? byte | marks[n] : byte);
    }
}

/* Reads a whole key's rest as such a number. */
static bool get_sortable(struct slice s, uint32_t *value)
{
    const uint8_t *p = (const uint8_t *)s.data;
    uint64_t v = 0;
    if (s.len < 2 || s.len > 5)
        return false;
    static const uint8_t marks[] = {0, 0, 0, 0x80, 0xC0, 0xE0},
                         masks[] = {0, 0, 0x80, 0xC0, 0xE0, 0xF0};
    if ((p[0] & masks[s.len]) != marks[s.len])
        return false;
    for (size_t i = 0; i < s.len; i++)
        v = v << 8 | (i ? p[i] : p[i] & ~masks[s.len]);
    *value = (uint32_t)v;
    return v <= UINT32_MAX;
}

static bool begins(struct slice s, struct slice with)
{
    return s.len >= with.len &&
           (with.len == 0 || memcmp(s.data, with.data, with.len) == 0);
}

/* ---- Postings. */

/* Appends a term as it stands in keys. */
static void put_term(struct buf *out, struct slice term)
{
    for (size_t i = 0; i < term.len; i++) {
        buf_append_byte(out, (uint8_t)term.data[i]);
        if (term.data[i] == '\0')
            buf_append_byte(out, 0xFF);
    }
}

static int list_damaged(const struct glass_reader *g, struct nh_error *err)
{
    return glass_damaged(&g->table, "a posting list", err);
}

/* Reads a number of at most 32 bits. */
static bool get_u32(const uint8_t **p, const uint8_t *end, uint32_t *value)
{
    uint64_t v;
    if (!varint_read(p, end, &v) || v > UINT32_MAX)
        return false;
    *value = (uint32_t)v;
    return true;
}

/* Reads the head of a chunk that begins with article `first`, and its first
 * posting. */
static bool begin_chunk(struct glass_postings *p, uint64_t first)
{
    uint32_t more;
    if (p->at == p->end || (*p->at != '0' && *p->at != '1'))
        return false;
    p->final = *p->at++ == '1';
    if (!get_u32(&p->at, p->end, &more) || first < p->reader->first ||
        first <= p->docid || first + more > p->reader->last ||
        !get_u32(&p->at, p->end, &p->wdf))
        return false;
    p->docid = (uint32_t)first;
    p->chunk_last = (uint32_t)(first + more);
    return true;
}

static int take_tag(struct glass_postings *p, struct nh_error *err)
{
    struct slice tag;
    int rc = glass_cursor_tag(&p->cursor, &p->room, &tag, err);
    p->at = (const uint8_t *)tag.data;
    p->end = p->at + tag.len;
    return rc;
}

/* Reads the head of the list at the cursor, and its first posting. */
static int begin_list(struct glass_postings *p, struct nh_error *err)
{
    uint64_t frequency, first;
    int rc = take_tag(p, err);
    if (rc != NH_OK)
        return rc;
    if (!varint_read(&p->at, p->end, &frequency) ||
        !varint_read(&p->at, p->end, &p->collection) ||
        !varint_read(&p->at, p->end, &first) || first >= UINT32_MAX ||
        frequency > p->reader->documents || !begin_chunk(p, first + 1))
        return list_damaged(p->reader, err);
    p->frequency = (uint32_t)frequency;
    return NH_OK;
}

static void init_list(struct glass_postings *p, const struct glass_reader *g,
                      struct slice term)
{
    memset(p, 0, sizeof *p);
    p->reader = g;
    if (term.len == 0)
        buf_append(&p->prefix, "\0\xE0", 2);
    else
        put_term(&p->prefix, term);
}

int glass_postings_open(struct glass_postings *p, const struct glass_reader *g,
                        struct slice term, struct nh_error *err)
{
    init_list(p, g, term);
    if (p->prefix.failed)
        return error_nomem(err);
    int rc =
        glass_cursor_find(&p->cursor, &g->table, buf_slice(&p->prefix), err);
    if (rc == 1) {
        rc = begin_list(p, err);
        if (term.len)
            buf_append_byte(&p->prefix, 0);
        rc = rc != NH_OK ? rc : p->prefix.failed ? error_nomem(err) : 1;
    }
    return rc;
}

void glass_postings_release(struct glass_postings *p)
{
    buf_release(&p->prefix);
    buf_release(&p->room);
}

/* Moves to the first posting of the next chunk, or to the end. */
static int next_chunk(struct glass_postings *p, struct nh_error *err)
{
    const struct slice prefix = buf_slice(&p->prefix);
    uint32_t first;
    if (p->docid != p->chunk_last)
        return list_damaged(p->reader, err);
    if (p->final)
        return 0;
    int rc = glass_cursor_next(&p->cursor, err);
    if (rc < 0)
        return rc;
    const struct slice key = p->cursor.item.key;
    if (rc == 0 || !begins(key, prefix) ||
        !get_sortable(
            (struct slice){key.data + prefix.len, key.len - prefix.len},
            &first))
        return list_damaged(p->reader, err);
    rc = take_tag(p, err);
    if (rc != NH_OK)
        return rc;
    return begin_chunk(p, first) ? 1 : list_damaged(p->reader, err);
}

int glass_postings_next(struct glass_postings *p, struct nh_error *err)
{
    uint32_t step;
    if (!p->started) {
        p->started = true;
        return 1;
    }
    if (p->at == p->end)
        return next_chunk(p, err);
    if (!get_u32(&p->at, p->end, &step) || step >= p->chunk_last - p->docid ||
        !get_u32(&p->at, p->end, &p->wdf))
        return list_damaged(p->reader, err);
    p->docid += step + 1;
    return 1;
}

int glass_postings_seek(struct glass_postings *p, uint32_t docid,
                        struct nh_error *err)
{
    int more = 1;
    while (more == 1 && (!p->started || p->docid < docid))
        more = glass_postings_next(p, err);
    return more;
}

/* ---- Terms. */

int glass_terms_open(struct glass_terms *t, const struct glass_reader *g,
                     struct slice prefix, struct nh_error *err)
{
    memset(t, 0, sizeof *t);
    t->reader = g;
    put_term(&t->prefix, prefix);
    /* Keys of other things begin with a NUL that no FF follows. */
    const struct slice first =
        prefix.len ? buf_slice(&t->prefix) : (struct slice){"\0\xFE", 2};
    if (t->prefix.failed)
        return error_nomem(err);
    int rc = glass_cursor_find(&t->cursor, &g->table, first, err);
    t->started = rc == 0; /* else it stands at a term that is still to come */
    return rc < 0 ? rc : NH_OK;
}

void glass_terms_release(struct glass_terms *t)
{
    buf_release(&t->prefix);
    buf_release(&t->term);
}

/* Takes a term out of the key of its first chunk; false for other keys: a NUL
 * that no FF follows ends a term, and a docid comes. */
static bool take_term(struct buf *term, struct slice key)
{
    buf_reset(term);
    for (size_t i = 0; i < key.len; i++) {
        buf_append_byte(term, (uint8_t)key.data[i]);
        if (key.data[i] == '\0' &&
            (++i == key.len || (uint8_t)key.data[i] != 0xFF))
            return false;
    }
    return key.len > 0;
}

int glass_terms_next(struct glass_terms *t, struct slice *term,
                     struct nh_error *err)
{
    while (!t->ended) {
        const int more = t->started ? glass_cursor_next(&t->cursor, err) : 1;
        if (more < 0)
            return more;
        t->started = true;
        t->ended =
            more == 0 || !begins(t->cursor.item.key, buf_slice(&t->prefix));
        if (t->ended || t->cursor.item.component != 1 ||
            !take_term(&t->term, t->cursor.item.key))
            continue;
        *term = buf_slice(&t->term);
        return t->term.failed ? error_nomem(err) : 1;
    }
    return 0;
}

int glass_terms_postings(const struct glass_terms *t, struct glass_postings *p,
                         struct nh_error *err)
{
    init_list(p, t->reader, buf_slice(&t->term));
    buf_append_byte(&p->prefix, 0);
    p->cursor = t->cursor;
    return p->prefix.failed ? error_nomem(err) : begin_list(p, err);
}

/* ---- Values. */

void glass_values_init(struct glass_values *v, const struct glass_reader *g,
                       uint32_t slot)
{
    memset(v, 0, sizeof *v);
    v->reader = g;
    v->slot = slot;
}

void glass_values_release(struct glass_values *v)
{
    buf_release(&v->key);
    buf_release(&v->room);
}

static int values_damaged(const struct glass_values *v, struct nh_error *err)
{
    return glass_damaged(&v->reader->table, "the dates of its articles", err);
}

/* Whether the cursor stands at a chunk of the slot: sets its first docid. */
static bool is_chunk(const struct glass_values *v, uint32_t *first)
{
    const struct slice key = v->cursor.item.key;
    const char head[] = {0, '\xD8', (char)v->slot};
    return begins(key, (struct slice){head, sizeof head}) &&
           get_sortable(
               (struct slice){key.data + sizeof head, key.len - sizeof head},
               first) &&
           *first > 0;
}

/* Reads the next value of the chunk. */
static bool take_value(struct glass_values *v, uint64_t docid)
{
    uint64_t len;
    if (docid < v->reader->first || docid > v->reader->last ||
        !varint_read(&v->at, v->end, &len) || len > GLASS_VALUE_MAX ||
        len > (uint64_t)(v->end - v->at))
        return false;
    v->docid = (uint32_t)docid;
    v->value = (struct slice){(const char *)v->at, (size_t)len};
    v->at += len;
    return true;
}

/* Reads the first value of the chunk at the cursor. */
static int enter(struct glass_values *v, uint32_t first, struct nh_error *err)
{
    struct slice tag;
    int rc = glass_cursor_tag(&v->cursor, &v->room, &tag, err);
    if (rc != NH_OK)
        return rc;
    v->at = (const uint8_t *)tag.data;
    v->end = v->at + tag.len;
    return take_value(v, first) ? 1 : values_damaged(v, err);
}

/* Goes on to the next chunk, whose first docid must be `docid` or greater. */
static int next_values(struct glass_values *v, uint32_t docid,
                       struct nh_error *err)
{
    uint32_t first;
    const int more = glass_cursor_next(&v->cursor, err);
    if (more < 0)
        return more;
    if (more == 0 || !is_chunk(v, &first)) {
        v->ended = true;
        return 0;
    }
    return first >= docid ? enter(v, first, err) : values_damaged(v, err);
}

/* Goes to the chunk that would have `docid`. */
static int find_values(struct glass_values *v, uint32_t docid,
                       struct nh_error *err)
{
    uint32_t first;
    buf_reset(&v->key);
    buf_append(&v->key, "\0\xD8", 2);
    buf_append_varint(&v->key, v->slot);
    put_sortable(&v->key, docid);
    if (v->key.failed)
        return error_nomem(err);
    int rc = glass_cursor_find(&v->cursor, &v->reader->table,
                               buf_slice(&v->key), err);
    if (rc < 0)
        return rc;
    if (!is_chunk(v, &first)) /* all are behind it */
        return next_values(v, docid, err);
    if (first > docid)
        return values_damaged(v, err);
    if (v->cursor.item.component == 1)
        return enter(v, first, err);
    /* The search ended inside of a tag: its head has the same key. */
    const struct slice key = v->cursor.item.key;
    rc = glass_cursor_find(&v->cursor, &v->reader->table, key, err);
    return rc < 0    ? rc
           : rc == 1 ? enter(v, first, err)
                     : values_damaged(v, err);
}

int glass_values_seek(struct glass_values *v, uint32_t docid,
                      struct nh_error *err)
{
    uint64_t step;
    int rc = 1;
    if (v->ended)
        return 0;
    const bool far =
        v->docid == 0 || (v->docid < docid && docid - v->docid > VALUES_NEAR);
    if (far)
        rc = find_values(v, docid, err);
    while (rc == 1 && v->docid < docid) {
        if (v->at == v->end)
            /* The chunk behind the one that was found begins behind `docid`:
             * no call goes through more than one. */
            rc = next_values(v, far ? docid : v->docid + 1, err);
        else if (!varint_read(&v->at, v->end, &step) || step > UINT32_MAX ||
                 !take_value(v, v->docid + step + 1))
            rc = values_damaged(v, err);
    }
    return rc;
}

int glass_value_bounds(const struct glass_reader *g, uint32_t slot,
                       struct buf *room, uint32_t *count, struct slice *least,
                       struct slice *most, struct nh_error *err)
{
    struct glass_cursor c;
    const char key[] = {0, '\xD0', (char)slot};
    struct slice tag;
    uint64_t len;
    /* Slot 0 is written without a byte. */
    int rc = glass_cursor_find(&c, &g->table, (struct slice){key, slot ? 3 : 2},
                               err);
    if (rc != 1)
        return rc;
    rc = glass_cursor_tag(&c, room, &tag, err);
    if (rc != NH_OK)
        return rc;
    const uint8_t *p = (const uint8_t *)tag.data, *end = p + tag.len;
    if (!get_u32(&p, end, count) || !varint_read(&p, end, &len) ||
        len > (uint64_t)(end - p) || len > GLASS_VALUE_MAX)
        return glass_damaged(&g->table, "the bounds of its dates", err);
    *least = (struct slice){(const char *)p, (size_t)len};
    p += len;
    *most =
        p == end ? *least : (struct slice){(const char *)p, (size_t)(end - p)};
    return 1;
}
