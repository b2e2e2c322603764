/* Owns reading of the articles file.
 * Promises that damage is reported, never returned as text. */
#include "common/store/articles.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"

static int damaged(struct nh_error *err, const char *what, uint32_t docid)
{
    return error_set(err, NH_ECORRUPT, "%s of article number %u is damaged",
                     what, (unsigned)docid);
}

static int fields_damaged(struct nh_error *err)
{
    return error_set(err, NH_ECORRUPT, "an article's fields are damaged");
}

bool articles_inline(enum field field)
{
    return field == FIELD_ID || field == FIELD_URL;
}

static uint64_t slot_offset(const struct articles *a, uint32_t slot)
{
    const uint8_t *p =
        a->map.data + a->slots_at + (uint64_t)slot * ARTICLES_SLOT;
    return le_read32(p) | (uint64_t)p[4] << 32;
}

/* Offsets ascend and stay inside the records. */
static bool slots_valid(const struct articles *a)
{
    uint64_t last = ARTICLES_HEADER;
    for (uint64_t s = 0; s <= a->slots; s++) {
        uint64_t at = slot_offset(a, (uint32_t)s);
        if (at < last || at > a->names_at ||
            (at > last && at - last < ARTICLES_RECORD_HEAD))
            return false;
        last = at;
    }
    return last == a->names_at;
}

static bool names_valid(const struct articles *a)
{
    const uint8_t *p = a->map.data + a->names_at;
    uint64_t area = a->slots_at - a->names_at;
    if (area < 8)
        return false;
    uint64_t count = le_read(p, 4);
    if (count > (area - 8) / 4)
        return false;
    uint64_t bytes = area - 8 - count * 4, last = 0;
    for (uint64_t i = 0; i <= count; i++) {
        uint64_t at = le_read32(p + 4 + i * 4);
        if (at < last || at > bytes)
            return false;
        last = at;
    }
    return last == bytes;
}

static bool header_valid(struct articles *a)
{
    const uint8_t *p = a->map.data;
    if (a->map.size < ARTICLES_HEADER || hash64(p, 56) != le_read(p + 56, 8))
        return false;
    a->first = (uint32_t)le_read(p + 8, 4);
    a->slots = (uint32_t)le_read(p + 12, 4);
    a->dict_hash = le_read(p + 16, 8);
    a->names_at = le_read(p + 24, 8);
    a->slots_at = le_read(p + 32, 8);
    a->text_bytes = le_read(p + 40, 8);
    uint64_t size = a->map.size;
    if (a->names_at < ARTICLES_HEADER || a->names_at > a->slots_at ||
        a->slots_at > size ||
        size - a->slots_at != ((uint64_t)a->slots + 1) * ARTICLES_SLOT ||
        hash64(p + a->names_at, size - a->names_at) != le_read(p + 48, 8))
        return false;
    return names_valid(a) && slots_valid(a);
}

int articles_open(struct articles *a, const char *path, struct nh_error *err)
{
    memset(a, 0, sizeof *a);
    int rc = file_map_open(&a->map, path, err);
    if (rc != NH_OK)
        return rc;
    if (a->map.size >= 8 && memcmp(a->map.data, ARTICLES_MAGIC, 7) == 0 &&
        a->map.data[7] != ARTICLES_MAGIC[7])
        rc = error_set(err, NH_EVERSION,
                       "'%s' was made by another version of newshound", path);
    else if (a->map.size < 8 || memcmp(a->map.data, ARTICLES_MAGIC, 8) != 0 ||
             !header_valid(a))
        rc = error_set(err, NH_ECORRUPT, "'%s' is damaged", path);
    if (rc == NH_OK) {
        a->names = (uint32_t)le_read(a->map.data + a->names_at, 4);
        a->verified = calloc((size_t)a->slots / 8 + 1, 1);
        if (!a->verified)
            rc = error_nomem(err);
    }
    if (rc != NH_OK)
        articles_close(a);
    return rc;
}

void articles_close(struct articles *a)
{
    if (!a)
        return;
    file_map_close(&a->map);
    free(a->verified);
    a->verified = NULL;
}

bool articles_has(const struct articles *a, uint32_t docid)
{
    const uint32_t slot = docid - a->first;
    return slot < a->slots && slot_offset(a, slot) != slot_offset(a, slot + 1);
}

uint32_t articles_next(const struct articles *a, uint32_t docid)
{
    uint32_t slot = docid > a->first ? docid - a->first : 0;
    for (; slot < a->slots; slot++)
        if (slot_offset(a, slot) != slot_offset(a, slot + 1))
            return a->first + slot;
    return 0;
}

void articles_fetch_record(const struct articles *a, uint32_t docid)
{
    uint32_t slot = docid - a->first;
    if (slot >= a->slots)
        return;
    const uint8_t *p = a->map.data + slot_offset(a, slot);
    for (int line = 0; line < 20; line++) /* the rest comes by itself */
        __builtin_prefetch(p + line * 64);
    __builtin_prefetch(&a->verified[slot / 8]);
}

int articles_record(const struct articles *a, uint32_t docid,
                    struct article_record *out, struct nh_error *err)
{
    uint32_t slot = docid - a->first;
    if (docid < a->first || slot >= a->slots)
        return error_set(err, NH_ENOTFOUND, "there is no article number %u",
                         (unsigned)docid);
    uint64_t start = slot_offset(a, slot), end = slot_offset(a, slot + 1);
    if (start == end)
        return error_set(err, NH_ENOTFOUND, "there is no article number %u",
                         (unsigned)docid);
    const uint8_t *p = a->map.data + start, *stop = a->map.data + end;
    uint8_t bit = (uint8_t)(1u << (slot % 8));
    if (!(a->verified[slot / 8] & bit)) {
        if ((uint32_t)hash64(p + 4, (size_t)(stop - p) - 4) != le_read(p, 4))
            return damaged(err, "the record", docid);
        a->verified[slot / 8] |= bit;
    }
    out->hash = le_read(p + 4, 8);
    p += ARTICLES_RECORD_HEAD;
    uint64_t len;
    if (!varint_read(&p, stop, &len) || len > (uint64_t)(stop - p))
        return damaged(err, "the record", docid);
    out->fields = (struct slice){(const char *)p, (size_t)len};
    p += len;
    out->stream = (struct slice){(const char *)p, (size_t)(stop - p)};
    return NH_OK;
}

bool articles_name(const struct articles *a, uint64_t number, struct slice *out)
{
    if (number >= a->names)
        return false;
    const uint8_t *p = a->map.data + a->names_at + 4;
    uint64_t from = le_read(p + number * 4, 4);
    uint64_t to = le_read(p + number * 4 + 4, 4);
    const uint8_t *strings = p + ((uint64_t)a->names + 1) * 4;
    *out = (struct slice){(const char *)strings + from, (size_t)(to - from)};
    return true;
}

/* ---- Mentions. */

/* Words of a mention that have no byte of their own. */
#define MENTION_SHORT 4

void articles_put_mentions(struct buf *out,
                           const struct article_mention *mentions, size_t count)
{
    uint32_t end = 0;
    buf_append_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        const struct article_mention *m = &mentions[i];
        uint32_t size =
            m->count < MENTION_SHORT ? m->count - 1 : MENTION_SHORT - 1;
        buf_append_varint(out,
                          (uint64_t)(m->first - end) * MENTION_SHORT + size);
        if (size == MENTION_SHORT - 1)
            buf_append_varint(out, m->count - MENTION_SHORT);
        end = m->first + m->count;
    }
}

static bool read_mention(const uint8_t **p, const uint8_t *end, uint64_t from,
                         struct article_mention *out)
{
    uint64_t n, more = 0;
    if (!varint_read(p, end, &n) ||
        (n % MENTION_SHORT == MENTION_SHORT - 1 && !varint_read(p, end, &more)))
        return false;
    from += n / MENTION_SHORT;
    more += n % MENTION_SHORT + 1;
    if (from > UINT32_MAX || more > UINT32_MAX - from)
        return false;
    *out = (struct article_mention){(uint32_t)from, (uint32_t)more};
    return true;
}

/* Reads those of a value, in `arena`; passes over them if it is NULL. */
static int read_mentions(struct article_values *v, struct arena *arena,
                         struct article_value *out, struct nh_error *err)
{
    uint64_t count, from = 0;
    struct article_mention skipped, *m = &skipped;
    if (!varint_read(&v->at, v->end, &count) ||
        count > (uint64_t)(v->end - v->at))
        return fields_damaged(err);
    if (count > 0 && arena) {
        out->mentions = m = arena_alloc(arena, count * sizeof *m);
        if (!m)
            return error_nomem(err);
        out->mention_count = count;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!read_mention(&v->at, v->end, from, m))
            return fields_damaged(err);
        from = (uint64_t)m->first + m->count;
        m += arena != NULL;
    }
    return NH_OK;
}

/* ---- Fields. */

int article_values_begin(struct article_values *v, const struct articles *a,
                         const struct article_record *r, struct nh_date *date,
                         struct nh_error *err)
{
    uint64_t n;
    v->articles = a;
    v->at = (const uint8_t *)r->fields.data;
    v->end = v->at + r->fields.len;
    if (v->at == v->end || *v->at > DATE_SECOND)
        return fields_damaged(err);
    *date = (struct nh_date){0, (enum date_precision) * v->at++};
    if (date->precision == DATE_NONE)
        return NH_OK;
    if (!varint_read(&v->at, v->end, &n))
        return fields_damaged(err);
    date->seconds = (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
    return date_seconds_valid(date->seconds) ? NH_OK : fields_damaged(err);
}

int article_values_next(struct article_values *v, struct arena *arena,
                        struct article_value *out, uint32_t *name,
                        struct nh_error *err)
{
    uint64_t n;
    if (v->at == v->end)
        return 0;
    const bool found = (*v->at & ARTICLES_FOUND) != 0;
    const unsigned field = *v->at++ & ~(unsigned)ARTICLES_FOUND;
    if (field >= FIELD_COUNT || !varint_read(&v->at, v->end, &n))
        return fields_damaged(err);
    *out = (struct article_value){(enum field)field, {NULL, 0}, NULL, 0, found};
    *name = ARTICLES_NO_NAME;
    if (articles_inline(out->field)) {
        if (n > (uint64_t)(v->end - v->at))
            return fields_damaged(err);
        out->text = (struct slice){(const char *)v->at, (size_t)n};
        v->at += n;
        return 1;
    }
    if (!articles_name(v->articles, n, &out->text))
        return fields_damaged(err);
    *name = (uint32_t)n;
    int rc = schema_fields[field].kind == FIELD_KIND_NAME
                 ? read_mentions(v, arena, out, err)
                 : NH_OK;
    return rc == NH_OK ? 1 : rc;
}

int articles_fields(const struct articles *a, const struct article_record *r,
                    struct article *out, struct nh_error *err)
{
    struct article_values values;
    struct article_value value;
    uint32_t name;
    int more = 1;
    int rc = article_values_begin(&values, a, r, &out->date, err);
    while (rc == NH_OK && (more = article_values_next(&values, &out->arena,
                                                      &value, &name, err)) == 1)
        if (!article_add_value(out, &value))
            rc = error_nomem(err);
    return rc != NH_OK ? rc : more < 0 ? more : NH_OK;
}
