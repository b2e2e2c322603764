/* Owns the writing of signatures. Promises entries in their one order. */
#include "indexer/segment/copies_writer.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"

/* ---- Blocks. */

struct writer {
    struct file_writer file;
    struct buf block, places;
    bool failed; /* memory ran out */
    uint32_t first, last;
    unsigned number_bits;
    uint64_t entries;
    uint32_t bands[COPIES_BLOCK], articles[COPIES_BLOCK]; /* of this block */
    uint32_t count, last_band;
};

static int start(struct writer *w, const char *folder, uint32_t first,
                 uint32_t last, struct nh_error *err)
{
    struct buf path = BUF_INIT;
    memset(w, 0, sizeof *w);
    w->first = first;
    w->last = last;
    const uint32_t span = last - first;
    w->number_bits = bitpack_bits(&span, 1);
    int rc = file_join(&path, folder, COPIES_NAME)
                 ? file_writer_open(&w->file, path.data, err)
                 : error_nomem(err);
    if (rc == NH_OK)
        file_writer_put(&w->file, COPIES_MAGIC, 8);
    buf_release(&path);
    return rc;
}

static void put_packed(struct buf *out, const uint32_t *values, size_t count,
                       unsigned bits)
{
    uint8_t packed[BITPACK_MAX * 4];
    bitpack_put(values, count, bits, packed);
    buf_append(out, packed, bitpack_size(count, bits));
}

static void end_block(struct writer *w)
{
    const uint32_t first_band = w->bands[0], count = w->count;
    if (count == 0)
        return;
    for (uint32_t i = count - 1; i > 0; i--)
        w->bands[i] -= w->bands[i - 1];
    w->bands[0] = 0;
    w->count = 0;
    const unsigned bits = bitpack_bits(w->bands, count);
    buf_reset(&w->block);
    buf_append_byte(&w->block, (uint8_t)bits);
    put_packed(&w->block, w->bands, count, bits);
    put_packed(&w->block, w->articles, count, w->number_bits);
    w->failed = w->failed || w->block.failed;
    if (w->failed)
        return;
    buf_append_le(&w->places, first_band, 4);
    buf_append_le(&w->places, w->file.written, 4);
    buf_append_le(&w->places, (uint32_t)hash64(w->block.data, w->block.len), 4);
    file_writer_put(&w->file, w->block.data, w->block.len);
}

static void put(struct writer *w, struct copies_entry e)
{
    w->bands[w->count] = e.band;
    w->articles[w->count++] = e.article - w->first;
    w->entries++;
    if (w->count == COPIES_BLOCK)
        end_block(w);
}

/* Ends the file, or removes it if something failed before. */
static int finish(struct writer *w, int rc, struct nh_error *err)
{
    struct buf trailer = BUF_INIT;
    end_block(w);
    const uint64_t places_at = w->file.written;
    const uint64_t blocks = w->places.len / COPIES_PLACE;
    buf_append_le(&w->places, w->entries, 4);
    buf_append_le(&w->places, blocks, 4);
    buf_append_le(&w->places, places_at, 8);
    buf_append_le(&w->places, w->first, 4);
    buf_append_le(&w->places, w->last, 4);
    buf_append_le(&w->places, 0, 8);
    if (rc == NH_OK && (w->failed || w->places.failed))
        rc = error_nomem(err);
    if (rc == NH_OK && places_at > UINT32_MAX)
        rc = error_set(err, NH_EINVAL, "the segment has too many articles");
    if (rc == NH_OK) {
        buf_append_le(&trailer, hash64(w->places.data, w->places.len), 8);
        rc = trailer.failed ? error_nomem(err) : NH_OK;
    }
    if (rc == NH_OK) {
        file_writer_put(&w->file, w->places.data, w->places.len);
        file_writer_put(&w->file, trailer.data, trailer.len);
        rc = file_writer_close(&w->file, err);
    } else {
        file_writer_abort(&w->file);
    }
    buf_release(&w->block);
    buf_release(&w->places);
    buf_release(&trailer);
    return rc;
}

/* ---- Lists. */

void copies_list_release(struct copies_list *list)
{
    free(list->items);
    memset(list, 0, sizeof *list);
}

bool copies_list_add(struct copies_list *list, uint32_t article,
                     const struct copies_signature *signature)
{
    for (size_t i = 0; signature->any && i < COPIES_BANDS; i++) {
        if (list->count == list->cap) {
            struct copies_entry *items =
                array_grow(list->items, &list->cap, sizeof *items);
            if (!items)
                return false;
            list->items = items;
        }
        list->items[list->count++] =
            (struct copies_entry){signature->bands[i], article};
    }
    return true;
}

/* Sorts by band with articles in the order that they have; digits of half the
 * bits of a band, the low one first. */
#define DIGIT (COPIES_BAND_BITS / 2)

static bool sort(struct copies_list *list)
{
    const uint32_t values = 1u << DIGIT;
    struct copies_entry *other = malloc((list->count + 1) * sizeof *other);
    size_t *starts = malloc(values * sizeof *starts);
    bool good = other && starts;
    for (unsigned shift = 0; good && shift < COPIES_BAND_BITS; shift += DIGIT) {
        size_t at = 0;
        memset(starts, 0, values * sizeof *starts);
        for (size_t i = 0; i < list->count; i++)
            starts[list->items[i].band >> shift & (values - 1)]++;
        for (uint32_t v = 0; v < values; v++) {
            const size_t here = starts[v];
            starts[v] = at;
            at += here;
        }
        for (size_t i = 0; i < list->count; i++)
            other[starts[list->items[i].band >> shift & (values - 1)]++] =
                list->items[i];
        struct copies_entry *sorted = other;
        other = list->items;
        list->items = sorted;
        list->cap = list->count; /* that much there is */
    }
    free(other);
    free(starts);
    return good;
}

int copies_list_write(struct copies_list *list, const char *folder,
                      uint32_t first, uint32_t last, struct nh_error *err)
{
    struct writer w;
    if (list->count && !sort(list))
        return error_nomem(err);
    int rc = start(&w, folder, first, last, err);
    for (size_t i = 0; rc == NH_OK && i < list->count; i++)
        put(&w, list->items[i]);
    return finish(&w, rc, err);
}

/* ---- Merging. */

struct source {
    struct copies_cursor cursor;
    struct copies_entry entry;
    bool ended;
};

static int next(struct source *s, struct nh_error *err)
{
    const int more = copies_next(&s->cursor, &s->entry, err);
    s->ended = more == 0;
    return more < 0 ? more : NH_OK;
}

/* The source with the least entry; NULL at the end of all. */
static struct source *least(struct source *sources, size_t count)
{
    struct source *found = NULL;
    for (size_t i = 0; i < count; i++) /* their articles ascend */
        if (!sources[i].ended &&
            (!found || sources[i].entry.band < found->entry.band))
            found = &sources[i];
    return found;
}

int copies_merge(const struct snapshot *snapshot, size_t from, size_t count,
                 const char *folder, struct nh_error *err)
{
    struct writer w;
    const struct snapshot_segment *segments = &snapshot->segments[from];
    struct source *sources = calloc(count, sizeof *sources), *s;
    int rc = sources ? NH_OK : error_nomem(err);
    for (size_t i = 0; rc == NH_OK && i < count; i++) {
        sources[i].cursor.copies = &segments[i].copies;
        rc = next(&sources[i], err);
    }
    if (rc == NH_OK) {
        rc = start(&w, folder, segments[0].info->first,
                   segments[count - 1].info->last, err);
        while (rc == NH_OK && (s = least(sources, count))) {
            if (snapshot_live(snapshot, s->entry.article))
                put(&w, s->entry);
            rc = next(s, err);
        }
        rc = finish(&w, rc, err);
    }
    free(sources);
    return rc;
}
