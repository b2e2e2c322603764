/* Owns what a copy is, and the reading of signatures.
 * Promises signatures that never change, since they are stored, and to stay
 * inside the file whatever its bytes are. */
#include "common/store/copies.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/base/strtab.h"

/* ---- Shingles. */

void shingles_release(struct shingles *s)
{
    free(s->items);
    memset(s, 0, sizeof *s);
}

static void begin(struct shingles *s)
{
    s->count = s->words = 0;
    s->last[0] = s->last[1] = 0;
}

/* The first word that counts. */
static size_t first_word(size_t count, size_t titles)
{
    return count - titles < COPIES_BODY_LEAST ? 0 : titles;
}

/* The finalizer of MurmurHash3 (Appleby): every bit depends on all. */
static inline uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

#define ODD_1 UINT64_C(0x9e3779b97f4a7c15)
#define ODD_2 UINT64_C(0xbf58476d1ce4e5b9)

static bool put(struct shingles *s, uint32_t word)
{
    if (s->count == s->cap) {
        uint64_t *items = array_grow(s->items, &s->cap, sizeof *items);
        if (!items)
            return false;
        s->items = items;
    }
    s->items[s->count++] = mix(s->last[0] * ODD_1 + s->last[1] * ODD_2 + word);
    return true;
}

static bool add(struct shingles *s, uint32_t word)
{
    const bool good = ++s->words < 3 || put(s, word);
    s->last[0] = s->last[1];
    s->last[1] = word;
    return good;
}

/* Behind the last word. */
static bool end(struct shingles *s)
{
    return s->words == 0 || s->count > 0 || put(s, 0);
}

/* Words whose hashes are fetched from memory ahead. */
#define HASHES_AHEAD 16

int shingles_of_words(struct shingles *s, const struct lexicon *lex,
                      const struct text_word *words, size_t count,
                      size_t titles, struct nh_error *err)
{
    bool good = true;
    begin(s);
    for (size_t i = first_word(count, titles); good && i < count; i++) {
        if (i + HASHES_AHEAD < count)
            __builtin_prefetch(
                &lex->words.entries[words[i + HASHES_AHEAD].word]);
        good = add(s, lex->words.entries[words[i].word].hash);
    }
    return good && end(s) ? NH_OK : error_nomem(err);
}

/* The hash of a word of the stream that was read. */
static uint32_t word_hash(const struct dict *dict,
                          const struct stream_decoded *d, uint32_t code)
{
    if (code < dict->words.count)
        return dict->words.entries[code].hash;
    const struct slice local = d->locals[code - dict->words.count];
    return strtab_hash(local.data, local.len);
}

int shingles_of_stream(struct shingles *s, const struct dict *dict,
                       struct slice stream, struct stream_decoded *decoded,
                       struct nh_error *err)
{
    begin(s);
    int rc = stream_words(dict, stream, false, decoded, err);
    if (rc != NH_OK)
        return rc;
    bool good = true;
    for (size_t i = first_word(decoded->count, decoded->title_count);
         good && i < decoded->count; i++)
        good = add(s, word_hash(dict, decoded, decoded->words[i].code));
    return good && end(s) ? NH_OK : error_nomem(err);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void shingles_sort(struct shingles *s)
{
    size_t kept = 0;
    if (s->count)
        qsort(s->items, s->count, sizeof *s->items, by_value);
    for (size_t i = 0; i < s->count; i++)
        if (i == 0 || s->items[i] != s->items[kept - 1])
            s->items[kept++] = s->items[i];
    s->count = kept;
}

bool shingles_alike(const struct shingles *a, const struct shingles *b)
{
    size_t i = 0, k = 0, both = 0;
    while (i < a->count && k < b->count) {
        const uint64_t x = a->items[i], y = b->items[k];
        both += x == y;
        i += x <= y;
        k += y <= x;
    }
    return both && (double)both >=
                       COPIES_SIMILARITY * (double)(a->count + b->count - both);
}

/* ---- Signatures. */

#define BINS (COPIES_BANDS * COPIES_ROWS)

/* Gives empty bins what others have, each from one that chance picks alike for
 * all articles. There is one that is not empty. */
static void fill_bins(uint32_t bins[BINS], const bool filled[BINS])
{
    for (uint32_t i = 0; i < BINS; i++)
        for (uint32_t attempt = 1; !filled[i]; attempt++) {
            const uint32_t from =
                (uint32_t)(mix(i * ODD_1 + attempt * ODD_2) % BINS);
            if (filled[from]) {
                bins[i] = bins[from];
                break;
            }
        }
}

void shingles_sign(const struct shingles *s, struct copies_signature *out)
{
    uint32_t bins[BINS];
    bool filled[BINS] = {false};
    memset(bins, 0xff, sizeof bins);
    memset(out, 0, sizeof *out);
    out->any = s->count > 0;
    if (!out->any)
        return;
    for (size_t i = 0; i < s->count; i++) {
        const uint32_t bin = (uint32_t)((s->items[i] >> 32) * BINS >> 32);
        const uint32_t value = (uint32_t)s->items[i];
        bins[bin] = value < bins[bin] ? value : bins[bin];
        filled[bin] = true;
    }
    fill_bins(bins, filled);
    for (uint32_t b = 0; b < COPIES_BANDS; b++) {
        uint64_t h = b;
        for (uint32_t row = 0; row < COPIES_ROWS; row++)
            h = mix(h * ODD_1 + bins[b * COPIES_ROWS + row]);
        out->bands[b] = (uint32_t)(h >> (64 - COPIES_BAND_BITS));
    }
}

/* ---- The file. */

static int damaged(struct nh_error *err)
{
    return error_set(err, NH_ECORRUPT, "a segment's file '%s' is damaged",
                     COPIES_NAME);
}

static bool read_trailer(struct copies *c)
{
    const uint64_t size = c->map.size;
    const uint8_t *p = c->map.data + size - COPIES_TRAILER;
    c->entries = le_read32(p);
    c->blocks = le_read32(p + 4);
    c->places_at = le_read(p + 8, 8);
    c->first = le_read32(p + 16);
    c->last = le_read32(p + 20);
    if (c->places_at < 8 || c->places_at > size - COPIES_TRAILER ||
        size - COPIES_TRAILER - c->places_at !=
            (uint64_t)c->blocks * COPIES_PLACE ||
        c->blocks !=
            c->entries / COPIES_BLOCK + (c->entries % COPIES_BLOCK != 0) ||
        c->first == 0 || c->last < c->first)
        return false;
    const uint32_t span = c->last - c->first;
    c->number_bits = bitpack_bits(&span, 1);
    return hash64(c->map.data + c->places_at,
                  (size_t)(size - 8 - c->places_at)) == le_read(p + 32, 8);
}

int copies_open(struct copies *c, const char *path, struct nh_error *err)
{
    memset(c, 0, sizeof *c);
    int rc = file_map_open(&c->map, path, err);
    if (rc != NH_OK)
        return rc;
    bool good = c->map.size >= 8 + COPIES_TRAILER &&
                memcmp(c->map.data, COPIES_MAGIC, 7) == 0;
    if (good && c->map.data[7] != COPIES_MAGIC[7]) {
        copies_close(c);
        return error_set(err, NH_EVERSION,
                         "'%s' was made by another version of newshound", path);
    }
    if (good && read_trailer(c))
        return NH_OK;
    copies_close(c);
    return error_set(err, NH_ECORRUPT, "'%s' is damaged", path);
}

void copies_close(struct copies *c)
{
    if (!c)
        return;
    file_map_close(&c->map);
    memset(c, 0, sizeof *c);
}

static const uint8_t *place_of(const struct copies *c, uint32_t block)
{
    return c->map.data + c->places_at + (uint64_t)block * COPIES_PLACE;
}

/* Unpacks a block into the cursor, whose next entry is its first; false if it
 * is damaged. */
static bool enter(struct copies_cursor *cursor, uint32_t block)
{
    const struct copies *c = cursor->copies;
    const uint8_t *place = place_of(c, block);
    const uint64_t at = le_read32(place + 4);
    const size_t left = c->entries - block * COPIES_BLOCK,
                 count = left < COPIES_BLOCK ? left : COPIES_BLOCK;
    cursor->next = block * COPIES_BLOCK;
    if (at < 8 || at >= c->places_at)
        return false;
    const unsigned bits = c->map.data[at];
    const size_t bands = bitpack_size(count, bits),
                 size = 1 + bands + bitpack_size(count, c->number_bits);
    if (bits > 32 || size > c->places_at - at ||
        (uint32_t)hash64(c->map.data + at, size) != le_read32(place + 8))
        return false;
    bitpack_get(c->map.data + at + 1, count, bits, cursor->bands);
    bitpack_get(c->map.data + at + 1 + bands, count, c->number_bits,
                cursor->articles);
    cursor->bands[0] = le_read32(place);
    for (size_t i = 0; i < count; i++) {
        cursor->bands[i] += i ? cursor->bands[i - 1] : 0;
        cursor->articles[i] += c->first;
        if (cursor->articles[i] < c->first || cursor->articles[i] > c->last)
            return false;
    }
    return true;
}

int copies_next(struct copies_cursor *cursor, struct copies_entry *out,
                struct nh_error *err)
{
    const uint32_t n = cursor->next;
    if (n == cursor->copies->entries)
        return 0;
    if (n % COPIES_BLOCK == 0 && !enter(cursor, n / COPIES_BLOCK))
        return damaged(err);
    *out = (struct copies_entry){cursor->bands[n % COPIES_BLOCK],
                                 cursor->articles[n % COPIES_BLOCK]};
    cursor->next++;
    return 1;
}

int copies_seek(struct copies_cursor *cursor, const struct copies *c,
                uint32_t band, struct nh_error *err)
{
    cursor->copies = c;
    cursor->next = 0;
    uint32_t low = 0, high = c->blocks; /* the first that begins with it, or
                                           behind it */
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (le_read32(place_of(c, middle)) < band)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NH_OK;
    if (!enter(cursor, low - 1))
        return damaged(err);
    const uint32_t end = low < c->blocks ? low * COPIES_BLOCK : c->entries;
    while (cursor->next < end &&
           cursor->bands[cursor->next % COPIES_BLOCK] < band)
        cursor->next++;
    return NH_OK;
}
