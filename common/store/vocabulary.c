/* Owns the reading of vocabularies.
 * Promises to stay inside the file whatever its bytes are. */
#include "common/store/vocabulary.h"

#include <string.h>

#include "common/base/hash.h"

static int damaged(struct nh_error *err)
{
    return error_set(err, NH_ECORRUPT, "a segment's file '%s' is damaged",
                     VOCABULARY_NAME);
}

int vocabulary_open(struct vocabulary *v, const char *path,
                    struct nh_error *err)
{
    memset(v, 0, sizeof *v);
    int rc = file_map_open(&v->map, path, err);
    if (rc != NH_OK)
        return rc;
    const uint8_t *p = v->map.data;
    const uint64_t size = v->map.size;
    bool good =
        size >= 8 + VOCABULARY_TRAILER && memcmp(p, VOCABULARY_MAGIC, 7) == 0;
    if (good && p[7] != VOCABULARY_MAGIC[7]) {
        vocabulary_close(v);
        return error_set(err, NH_EVERSION,
                         "'%s' was made by another version of newshound", path);
    }
    if (good) {
        p += size - VOCABULARY_TRAILER;
        v->words = le_read32(p);
        v->groups = le_read32(p + 4);
        v->groups_at = le_read(p + 8, 8);
        good = v->groups_at >= 8 && v->groups_at <= size - VOCABULARY_TRAILER &&
               size - VOCABULARY_TRAILER - v->groups_at ==
                   (uint64_t)v->groups * 4 &&
               v->groups == v->words / VOCABULARY_GROUP +
                                (v->words % VOCABULARY_GROUP != 0);
    }
    if (good)
        return NH_OK;
    vocabulary_close(v);
    return error_set(err, NH_ECORRUPT, "'%s' is damaged", path);
}

void vocabulary_close(struct vocabulary *v)
{
    if (!v)
        return;
    file_map_close(&v->map);
    memset(v, 0, sizeof *v);
}

static bool read_word(struct vocabulary_cursor *c)
{
    uint64_t shared = 0, more;
    if (c->number % VOCABULARY_GROUP != 0 &&
        !varint_read(&c->at, c->end, &shared))
        return false;
    if (!varint_read(&c->at, c->end, &more) || shared > c->len ||
        more > VOCABULARY_WORD_MAX - shared ||
        more > (uint64_t)(c->end - c->at))
        return false;
    memcpy(c->word + shared, c->at, (size_t)more);
    c->at += more;
    c->len = (size_t)(shared + more);
    return c->len > 0;
}

/* Moves to the start of a group; false if that lies outside. */
static bool enter_group(struct vocabulary_cursor *c, uint32_t group)
{
    const struct vocabulary *v = c->v;
    uint32_t at = le_read32(v->map.data + v->groups_at + (uint64_t)group * 4);
    c->end = v->map.data + v->groups_at;
    c->number = group * VOCABULARY_GROUP;
    c->len = 0;
    if (at < 8 || at >= v->groups_at)
        return false;
    c->at = v->map.data + at;
    return true;
}

int vocabulary_next(struct vocabulary_cursor *c, struct vocabulary_word *out,
                    struct nh_error *err)
{
    if (c->number == c->v->words)
        return 0;
    if (c->number % VOCABULARY_GROUP == 0 &&
        !enter_group(c, c->number / VOCABULARY_GROUP))
        return damaged(err);
    if (!read_word(c) || !varint_read(&c->at, c->end, &out->occurrences) ||
        !varint_read(&c->at, c->end, &out->forms))
        return damaged(err);
    c->number++;
    out->text = (struct slice){c->word, c->len};
    return 1;
}

int vocabulary_seek(struct vocabulary_cursor *c, struct vocabulary *v,
                    struct slice prefix, struct nh_error *err)
{
    struct vocabulary_word word;
    const size_t covered = v->map.size - 8;
    if (!v->checked &&
        hash64(v->map.data, covered) != le_read(v->map.data + covered, 8))
        return damaged(err);
    v->checked = true;
    c->v = v;
    c->number = 0;
    uint32_t low = 0, high = v->groups; /* the last that begins before it */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        c->number = middle * VOCABULARY_GROUP;
        int more = vocabulary_next(c, &word, err);
        if (more < 0)
            return more;
        if (slice_order(word.text, prefix) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    c->number = low > 0 ? (low - 1) * VOCABULARY_GROUP : 0;
    for (;;) {
        struct vocabulary_cursor here = *c;
        int more = vocabulary_next(c, &word, err);
        if (more < 0)
            return more;
        if (more == 0 || slice_order(word.text, prefix) >= 0) {
            *c = here;
            return NH_OK;
        }
    }
}
