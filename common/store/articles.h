/* The file `articles` of a segment: streams and fields of its articles, mapped.
 *
 *   64 bytes  header: "NHARTCL3", u32 first docid, u32 slots, u64 dictionary
 *             hash, u64 offset of the names, u64 offset of the slots, u64 text
 *             bytes, u64 hash64 of the names and slots areas, u64 hash64 of
 *             the 56 bytes before
 *   records   in order of docid: u32 low half of hash64 of the rest, u64
 *             article_hash (untagged where no names were
 *             looked for), varint bytes of fields, fields, stream
 *   names     u32 count, then count + 1 u32 offsets into what follows, then
 *             the strings: values that articles share
 *   slots     for each docid from the first on, and once more for the end:
 *             u40 offset of the record; equal to the next one: no article
 *
 * Fields: byte date precision, if not 0 zigzag varint seconds; then for each
 * value: byte field, plus 128 if tagging found it; for id and url: varint
 * length, bytes; for others: varint number of the name; then for those of
 * persons, orgs, places and authors: varint number of mentions, for each:
 * varint of 4 * words between it and the one before + its words less 1, 3 at
 * most; if it is 3, varint words less 4. All integers little-endian. */
#ifndef COMMON_STORE_ARTICLES_H
#define COMMON_STORE_ARTICLES_H

#include "common/base/file.h"
#include "common/text/article.h"

#define ARTICLES_MAGIC "NHARTCL3"
#define ARTICLES_HEADER 64
#define ARTICLES_RECORD_HEAD 12
#define ARTICLES_SLOT 5
#define ARTICLES_FOUND 0x80

struct articles {
    struct file_map map;
    uint32_t first, slots;
    uint64_t dict_hash, text_bytes;
    uint64_t names_at, slots_at;
    uint32_t names;
    uint8_t *verified; /* a bit for each slot: its checksum was right */
};

/* A record; all slices point into the mapping. */
struct article_record {
    uint64_t hash;
    struct slice fields, stream;
};

/* Maps and checks header, names and slots. NH_ECORRUPT, NH_EVERSION. */
int articles_open(struct articles *a, const char *path, struct nh_error *err);
void articles_close(struct articles *a);
/* The first number from `docid` on that has an article; 0 if there is none. */
uint32_t articles_next(const struct articles *a, uint32_t docid);
/* Whether a number has an article. */
bool articles_has(const struct articles *a, uint32_t docid);
/* NH_ENOTFOUND for a number without an article, NH_ECORRUPT for a record that
 * does not match its checksum. */
int articles_record(const struct articles *a, uint32_t docid,
                    struct article_record *out, struct nh_error *err);
/* Fetch what articles_record will read into the processor's caches: first the
 * slot, and when that may be there, the record. Any number. */
static inline void articles_fetch_slot(const struct articles *a, uint32_t docid)
{
    uint32_t slot = docid - a->first;
    if (slot < a->slots)
        __builtin_prefetch(a->map.data + a->slots_at +
                           (uint64_t)slot * ARTICLES_SLOT);
}
void articles_fetch_record(const struct articles *a, uint32_t docid);
/* Adds the record's values and date to an article that was reset. Title and
 * body are not touched. */
int articles_fields(const struct articles *a, const struct article_record *r,
                    struct article *out, struct nh_error *err);
/* Walks the values of a record, without copying. */
struct article_values {
    const struct articles *articles;
    const uint8_t *at, *end;
};
#define ARTICLES_NO_NAME UINT32_MAX
/* Reads the date and comes to the first value. NH_ECORRUPT. */
int article_values_begin(struct article_values *v, const struct articles *a,
                         const struct article_record *r, struct nh_date *date,
                         struct nh_error *err);
/* 1 and the next value, its text in the mapping, its mentions in `arena` or
 * left out if that is NULL, and the number of its name, below a->names, or
 * ARTICLES_NO_NAME; 0 at the end; a negative nh_code. */
int article_values_next(struct article_values *v, struct arena *arena,
                        struct article_value *out, uint32_t *name,
                        struct nh_error *err);
/* The text of a name; false if there is none of that number. */
bool articles_name(const struct articles *a, uint64_t number,
                   struct slice *out);
/* True for fields whose values are written out in the record. */
bool articles_inline(enum field field);
/* Appends mentions as they stand in a record. */
void articles_put_mentions(struct buf *out,
                           const struct article_mention *mentions,
                           size_t count);

#endif
