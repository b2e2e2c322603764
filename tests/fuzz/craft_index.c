/* Owns the crafted index: its files in memory, its dictionary, its manifest. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "common/base/file.h"
#include "common/base/files.h"
#include "common/base/hash.h"
#include "tests/fuzz/craft.h"

uint64_t craft_random(uint64_t *state, uint64_t n)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return n ? (x ^ x >> 31) % n : 0;
}

static void need(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "craft: %s\n", what);
        exit(2);
    }
}

void craft_read(struct craft_index *c, const char *dir)
{
    struct buf path = BUF_INIT;
    struct nh_error err;
    memset(c, 0, sizeof *c);
    need(manifest_read(&c->manifest, dir, &err) == NH_OK, "no manifest");
    need(c->manifest.file_count <= CRAFT_FILES, "too many files");
    c->count = c->manifest.file_count;
    for (size_t i = 0; i < c->count; i++) {
        struct craft_file *f = &c->files[i];
        memcpy(f->path, c->manifest.files[i].path, sizeof f->path);
        need(file_read(file_join(&path, dir, f->path), &f->bytes, &err) ==
                 NH_OK,
             "a file cannot be read");
    }
    buf_release(&path);
}

void craft_copy(struct craft_index *to, const struct craft_index *from)
{
    manifest_release(&to->manifest);
    to->manifest = from->manifest;
    to->manifest.segments = NULL;
    to->manifest.files = NULL;
    to->manifest.segment_count = 0;
    for (size_t i = 0; i < from->manifest.segment_count; i++)
        need(manifest_add_segment(&to->manifest, &from->manifest.segments[i],
                                  NULL) == NH_OK,
             "no memory");
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++) {
        memcpy(to->files[i].path, from->files[i].path, MANIFEST_PATH);
        to->files[i].changed = false;
        buf_reset(&to->files[i].bytes);
        buf_append(&to->files[i].bytes, from->files[i].bytes.data,
                   from->files[i].bytes.len);
    }
}

void craft_release(struct craft_index *c)
{
    /* Of the files, the manifest has its own table. */
    manifest_release(&c->manifest);
    for (size_t i = 0; i < c->count; i++)
        buf_release(&c->files[i].bytes);
}

/* ---- The dictionary, whose hash is its name. */

static void unpack(const struct buf *file, struct buf *payload)
{
    const uint8_t *p = (const uint8_t *)file->data + 16,
                  *end = (const uint8_t *)file->data + file->len;
    uint64_t size;
    need(varint_read(&p, end, &size) && buf_reserve(payload, size),
         "a dictionary is not one");
    uLongf got = (uLongf)size;
    need(uncompress((Bytef *)payload->data, &got, p, (uLong)(end - p)) == Z_OK,
         "a dictionary is not one");
    payload->len = got;
}

static void pack(struct buf *file, const struct buf *payload)
{
    uLongf room = compressBound((uLong)payload->len);
    file->len = 8;
    buf_append_le(file, hash64(payload->data, payload->len), 8);
    buf_append_varint(file, payload->len);
    need(buf_reserve(file, room) &&
             compress2((Bytef *)file->data + file->len, &room,
                       (const Bytef *)payload->data, (uLong)payload->len,
                       1) == Z_OK,
         "no memory");
    file->len += room;
}

/* Gives the dictionary its new name wherever it stands. */
static void rename_dict(struct craft_index *c, struct craft_file *dict)
{
    const uint64_t was = strtoull(dict->path + 5, NULL, 16);
    const uint64_t hash = le_read((const uint8_t *)dict->bytes.data + 8, 8);
    manifest_dict_name(hash, dict->path);
    if (c->manifest.dict == was)
        c->manifest.dict = hash;
    for (size_t i = 0; i < c->manifest.segment_count; i++)
        if (c->manifest.segments[i].dict == was)
            c->manifest.segments[i].dict = hash;
    for (size_t i = 0; i < c->count; i++) {
        uint8_t *p = (uint8_t *)c->files[i].bytes.data;
        if (!strstr(c->files[i].path, "/" ARTICLES_NAME))
            continue;
        for (int k = 0; k < 8; k++)
            p[16 + k] = (uint8_t)(hash >> (8 * k));
        const uint64_t sum = hash64(p, 56);
        for (int k = 0; k < 8; k++)
            p[56 + k] = (uint8_t)(sum >> (8 * k));
    }
}

static void change_dict(struct craft_index *c, struct craft_file *dict,
                        uint64_t *state)
{
    struct buf payload = BUF_INIT;
    unpack(&dict->bytes, &payload);
    const uint64_t which = craft_random(state, 8);
    if (which == 0)
        craft_poke(&payload, 0, 2, state);
    else if (which == 1)
        craft_splice(&payload, 258, payload.len, state);
    else if (which < 5)
        craft_splice(&payload, 258 + craft_random(state, payload.len - 258),
                     payload.len, state);
    else if (which == 5) /* the events, which stand at the end */
        craft_splice(&payload, payload.len - craft_random(state, 4000),
                     payload.len, state);
    else
        craft_poke(&payload, 258, payload.len, state);
    pack(&dict->bytes, &payload);
    buf_release(&payload);
    rename_dict(c, dict);
}

/* How often a kind of file is changed. */
static unsigned weight_of(const char *path)
{
    static const struct {
        const char *name;
        unsigned weight;
    } weights[] = {{"/" TABLE_NAME, 8},  {"/" ARTICLES_NAME, 8},
                   {"/" BLOCKS_NAME, 8}, {"/" VOCABULARY_NAME, 4},
                   {"/" COPIES_NAME, 4}, {"/" VERSION_NAME, 3},
                   {"dict-", 2},         {"del-", 2},
                   {SOURCES_PREFIX, 3}};
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        if (strstr(path, weights[i].name))
            return weights[i].weight;
    return 1;
}

const char *craft_change(struct craft_index *c, uint64_t *state)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < c->count; i++)
        sum += weight_of(c->files[i].path);
    uint64_t left = craft_random(state, sum);
    size_t i = 0;
    for (; left >= weight_of(c->files[i].path); i++)
        left -= weight_of(c->files[i].path);
    struct craft_file *f = &c->files[i];
    if (f->changed) /* its layout may not hold any more */
        return "nothing";
    f->changed = true;
    if (strncmp(f->path, "dict-", 5) == 0)
        change_dict(c, f, state);
    else
        craft_change_file(&f->bytes, f->path, state);
    return f->path;
}

/* ---- The manifest. */

static void put_lines(const struct craft_index *c, struct buf *out)
{
    const struct manifest *m = &c->manifest;
    buf_printf(out,
               "# newshound index\n# nh format %d\n# nh commit %" PRIu64
               "\n# nh analysis %u %s\n# nh next %" PRIu32
               "\n# nh last-segment %" PRIu64 "\n# nh dict %016" PRIx64 "\n%s",
               MANIFEST_FORMAT, m->commit, m->analysis, m->language, m->next,
               m->segment_number, m->dict,
               m->keep_lists ? "# nh lists both\n" : "");
    for (size_t i = 0; i < m->segment_count; i++) {
        const struct manifest_segment *s = &m->segments[i];
        buf_printf(out,
                   "# nh segment %s %" PRIu32 " %" PRIu32 " %" PRIu32
                   " %016" PRIx64 " %" PRIu64 " %" PRIu32 "\n",
                   s->name, s->first, s->last, s->articles, s->dict,
                   s->tomb_commit, s->tombstones);
    }
    for (size_t i = 0; i < c->count; i++)
        buf_printf(out, "# nh file %s %zu %016" PRIx64 "\n", c->files[i].path,
                   c->files[i].bytes.len,
                   hash64(c->files[i].bytes.data, c->files[i].bytes.len));
    for (size_t i = 0; i < m->segment_count; i++)
        buf_printf(out, "glass %s\n", m->segments[i].name);
}

/* Changes a number of the manifest's head or of a segment. */
static void change_entry(struct craft_index *c, uint64_t *state)
{
    struct manifest *m = &c->manifest;
    struct manifest_segment *s =
        &m->segments[craft_random(state, m->segment_count)];
    uint32_t *const small[] = {&m->next,     &s->first,      &s->last,
                               &s->articles, &s->tombstones, &m->analysis};
    uint64_t *const large[] = {&m->commit, &m->segment_number, &m->dict,
                               &s->dict, &s->tomb_commit};
    const uint64_t which = craft_random(state, 11);
    static const uint64_t numbers[] = {0, 1, 2, 255, UINT32_MAX, UINT64_MAX};
    uint64_t value = craft_random(state, 2) ? numbers[craft_random(state, 6)]
                                            : craft_random(state, 5) - 2;
    if (which < 6)
        *small[which] =
            (uint32_t)(value + (craft_random(state, 2) ? *small[which] : 0));
    else
        *large[which - 6] = value;
}

/* Leaves out a line, puts it in twice, or changes a byte of it. */
static void change_line(struct buf *text, uint64_t *state)
{
    struct buf out = BUF_INIT;
    const char *start = text->data + craft_random(state, text->len),
               *end = start;
    while (start > text->data && start[-1] != '\n')
        start--;
    while (end < text->data + text->len && *end != '\n')
        end++;
    end += end < text->data + text->len;
    const size_t before = (size_t)(start - text->data),
                 len = (size_t)(end - start);
    const uint64_t times = craft_random(state, 3);
    buf_append(&out, text->data, before);
    for (uint64_t i = 0; i < times; i++)
        buf_append(&out, start, len);
    buf_append(&out, end, text->len - before - len);
    if (times == 1)
        craft_poke(&out, before, before + len, state);
    buf_release(text);
    *text = out;
}

void craft_manifest(struct craft_index *c, struct buf *out, uint64_t *state)
{
    const uint64_t how = craft_random(state, 10);
    if (how == 0 && c->manifest.segment_count)
        change_entry(c, state);
    buf_reset(out);
    put_lines(c, out);
    if (how == 1)
        change_line(out, state);
    buf_printf(out, "# nh sum %016" PRIx64 "\n", hash64(out->data, out->len));
}
