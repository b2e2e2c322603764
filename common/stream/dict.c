/* Owns dictionaries in memory and on disk.
 * Promises that a damaged file is refused, never used. */
#include "common/stream/dict.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "common/base/hash.h"
#include "common/stream/scdc.h"
#include "common/text/analysis.h"

#define DICT_MAGIC "NHDICT01"
/* A dictionary at its limits has about 12 MB. */
#define DICT_PAYLOAD_MAX ((size_t)16 << 20)

/* Without the table, which memory was too short for. */
static uint32_t search_words(const struct dict *d, struct slice folded)
{
    const uint32_t hash = strtab_hash(folded.data, folded.len);
    for (uint32_t i = 0; i < d->words.count; i++) {
        const struct strtab_entry *e = &d->words.entries[i];
        if (e->hash == hash && e->len == folded.len &&
            memcmp(e->data, folded.data, folded.len) == 0)
            return i;
    }
    return DICT_NONE;
}

uint32_t dict_find(const struct dict *d, struct slice folded)
{
    /* One that dict_open made, for one thread. */
    if (!d->words.slots && d->words.count &&
        strtab_index((struct strtab *)(uintptr_t)&d->words) != NH_OK)
        return search_words(d, folded);
    return strtab_find(&d->words, folded.data, folded.len);
}

uint32_t dict_base(const struct dict *d)
{
    return d->words.count > d->s ? d->words.count : d->s;
}

uint32_t dict_word_rank(const struct dict *d, uint32_t word)
{
    return word < d->s ? word : word + DICT_LOCALS;
}

uint32_t dict_local_rank(const struct dict *d, uint32_t k)
{
    return (k < DICT_LOCALS ? d->s : dict_base(d)) + k;
}

void dict_free(struct dict *d)
{
    if (!d)
        return;
    strtab_release(&d->words);
    strtab_release(&d->events);
    arena_release(&d->arena);
    free(d->display);
    free(d);
}

/* Notes how the word with that number is usually spelt. */
static bool set_display(struct dict *d, uint32_t id, uint8_t spelling,
                        struct slice spelt)
{
    const char *data = d->words.entries[id].data;
    size_t len =
        spelling == SPELLING_OTHER ? spelt.len : d->words.entries[id].len;
    if (spelling != SPELLING_LOWER) {
        char *copy = arena_alloc(&d->arena, len + 1);
        if (!copy)
            return false;
        memcpy(copy, spelling == SPELLING_OTHER ? spelt.data : data, len);
        size_t capitals = spelling == SPELLING_FIRST   ? 1
                          : spelling == SPELLING_UPPER ? len
                                                       : 0;
        for (size_t i = 0; i < capitals && i < len; i++)
            if (copy[i] >= 'a' && copy[i] <= 'z')
                copy[i] = (char)(copy[i] & ~0x20);
        data = copy;
    }
    d->display[id] = (struct dict_display){data, (uint16_t)len, spelling};
    return true;
}

bool dict_add_word(struct dict *d, struct slice folded, uint8_t spelling,
                   struct slice spelt)
{
    uint32_t id = d->words.count;
    if (id % 1024 == 0) {
        struct dict_display *display =
            realloc(d->display, (id + 1024) * sizeof *display);
        if (!display)
            return false;
        d->display = display;
    }
    return strtab_add(&d->words, folded.data, folded.len) == id &&
           set_display(d, id, spelling, spelt);
}

/* ---- Loading. */

static bool read_bytes(const uint8_t **p, const uint8_t *end, size_t max,
                       struct slice *out)
{
    uint64_t len;
    if (!varint_read(p, end, &len) || len > max || len > (size_t)(end - *p))
        return false;
    *out = (struct slice){(const char *)*p, (size_t)len};
    *p += len;
    return true;
}

/* Words are put behind each other in stretches of so many bytes. As much is
 * copied as a word can have, which is one instruction or two, whatever is
 * needed. */
#define WORDS_BYTES 65536

static bool read_words(struct dict *d, const uint8_t **p, const uint8_t *end)
{
    uint64_t count, shared;
    char word[2 * DICT_WORD_MAX] = {0};
    char *at = NULL, *stop = NULL;
    size_t len = 0;
    if (!varint_read(p, end, &count) || count > DICT_WORDS_MAX ||
        !strtab_reserve(&d->words, (uint32_t)count))
        return false;
    d->display = malloc(((size_t)count + 1) * sizeof *d->display);
    if (!d->display)
        return false;
    for (uint64_t i = 0; i < count; i++) {
        struct slice rest, spelt = {NULL, 0};
        if (!varint_read(p, end, &shared) || shared > len ||
            !read_bytes(p, end, DICT_WORD_MAX - (size_t)shared, &rest) ||
            *p == end)
            return false;
        if (stop - at <= DICT_WORD_MAX) {
            at = arena_alloc(&d->words.arena, WORDS_BYTES);
            if (!at)
                return false;
            stop = at + WORDS_BYTES;
        }
        if (end - (const uint8_t *)rest.data >= DICT_WORD_MAX)
            memcpy(word + shared, rest.data, DICT_WORD_MAX);
        else if (rest.len)
            memcpy(word + shared, rest.data, rest.len);
        len = (size_t)shared + rest.len;
        memcpy(at, word, DICT_WORD_MAX);
        at[len] = '\0';
        uint8_t spelling = *(*p)++;
        if (spelling > SPELLING_OTHER || len == 0 ||
            (spelling == SPELLING_OTHER &&
             (!read_bytes(p, end, UINT16_MAX, &spelt) || spelt.len == 0)))
            return false;
        strtab_place(&d->words, at, len);
        if (!set_display(d, (uint32_t)i, spelling, spelt))
            return false;
        at += len + 1;
    }
    return true;
}

static bool read_events(struct dict *d, const uint8_t **p, const uint8_t *end)
{
    uint64_t count;
    if (!varint_read(p, end, &count) || count > DICT_EVENTS_MAX)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *start = *p;
        char event[2 + DICT_SEPARATOR_MAX];
        struct slice separator;
        if (end - *p < 2)
            return false;
        *p += 2;
        if (!read_bytes(p, end, DICT_SEPARATOR_MAX, &separator))
            return false;
        memcpy(event, start, 2);
        if (separator.len)
            memcpy(event + 2, separator.data, separator.len);
        if (strtab_add(&d->events, event, 2 + separator.len) != i)
            return false;
    }
    return *p == end;
}

static bool dict_read(struct dict *d, const uint8_t *p, const uint8_t *end)
{
    if (end - p < 2 + 256)
        return false;
    d->s = p[0];
    d->sf = p[1];
    memcpy(d->weights, p + 2, 256);
    p += 258;
    return d->s >= SCDC_S_MIN && d->s <= SCDC_S_MAX && d->sf >= SCDC_S_MIN &&
           d->sf <= SCDC_S_MAX && read_words(d, &p, end) &&
           read_events(d, &p, end);
}

int dict_open(struct dict **out, struct slice file, const char *name,
              struct nh_error *err)
{
    const uint8_t *p = (const uint8_t *)file.data, *end = p + file.len;
    struct dict *d = NULL;
    uint8_t *payload = NULL;
    uint64_t size = 0;
    int rc;
    *out = NULL;
    if (file.len < 16 || memcmp(p, DICT_MAGIC, 8) != 0)
        goto damaged;
    uint64_t hash = le_read(p + 8, 8);
    p += 16;
    if (!varint_read(&p, end, &size) || size > DICT_PAYLOAD_MAX)
        goto damaged;
    payload = malloc((size_t)size + 1);
    d = calloc(1, sizeof *d);
    if (!payload || !d) {
        rc = error_nomem(err);
        goto failed;
    }
    uLongf got = (uLongf)size;
    if (uncompress(payload, &got, p, (uLong)(end - p)) != Z_OK || got != size ||
        hash64(payload, got) != hash || !dict_read(d, payload, payload + got))
        goto damaged;
    d->hash = hash;
    free(payload);
    *out = d;
    return NH_OK;
damaged:
    rc = error_set(err, NH_ECORRUPT, "the dictionary '%s' is damaged", name);
failed:
    free(payload);
    dict_free(d);
    return rc;
}

int dict_load(struct dict **out, struct slice file, const char *name,
              struct nh_error *err)
{
    int rc = dict_open(out, file, name, err);
    if (rc != NH_OK)
        return rc;
    rc = strtab_index(&(*out)->words);
    if (rc == NH_OK)
        return rc;
    dict_free(*out);
    *out = NULL;
    return rc == NH_ENOMEM
               ? error_nomem(err)
               : error_set(err, NH_ECORRUPT,
                           "the dictionary '%s' has a word twice", name);
}

/* ---- Saving. */

static void write_words(const struct dict *d, struct buf *out)
{
    struct slice last = {"", 0};
    buf_append_varint(out, d->words.count);
    for (uint32_t i = 0; i < d->words.count; i++) {
        const struct strtab_entry *e = &d->words.entries[i];
        const struct dict_display *show = &d->display[i];
        size_t shared = 0;
        while (shared < last.len && shared < e->len &&
               last.data[shared] == e->data[shared])
            shared++;
        buf_append_varint(out, shared);
        buf_append_varint(out, e->len - shared);
        buf_append(out, e->data + shared, e->len - shared);
        buf_append_byte(out, show->spelling);
        if (show->spelling == SPELLING_OTHER) {
            buf_append_varint(out, show->len);
            buf_append(out, show->data, show->len);
        }
        last = (struct slice){e->data, e->len};
    }
}

static void write_payload(const struct dict *d, struct buf *out)
{
    buf_append_byte(out, (uint8_t)d->s);
    buf_append_byte(out, (uint8_t)d->sf);
    buf_append(out, d->weights, 256);
    write_words(d, out);
    buf_append_varint(out, d->events.count);
    for (uint32_t i = 0; i < d->events.count; i++) {
        const struct strtab_entry *e = &d->events.entries[i];
        buf_append(out, e->data, 2);
        buf_append_varint(out, e->len - 2);
        buf_append(out, e->data + 2, e->len - 2);
    }
}

int dict_save(const struct dict *d, struct buf *out, struct nh_error *err)
{
    struct buf payload = BUF_INIT;
    write_payload(d, &payload);
    uLongf room = compressBound((uLong)payload.len);
    buf_append_str(out, DICT_MAGIC);
    buf_append_le(out, payload.failed ? 0 : hash64(payload.data, payload.len),
                  8);
    buf_append_varint(out, payload.len);
    int rc = error_nomem(err);
    if (!payload.failed && buf_reserve(out, room) &&
        compress2((Bytef *)out->data + out->len, &room,
                  (const Bytef *)payload.data, (uLong)payload.len, 9) == Z_OK) {
        out->len += room;
        rc = NH_OK;
    }
    buf_release(&payload);
    return rc;
}

int dict_builtin(struct dict **out, struct nh_error *err)
{
    return dict_load(out, dict_builtin_file(), "built-in", err);
}
