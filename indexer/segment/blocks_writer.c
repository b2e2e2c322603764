/* Owns the writing of block-max lists. Promises bounds that hold: each is
 * asserted, where assertions are on, against the postings it stands for. */
#include "indexer/segment/blocks_writer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/store/blocks.h"
#include "common/store/bm25.h"
#include "common/xapian/xw.h"

/* ---- Lengths. */

static double average(const struct blocks_lengths *l)
{
    return l->total ? (double)l->total / l->articles : 1;
}

int blocks_lengths_init(struct blocks_lengths *l, uint32_t last,
                        const struct glass_run *run, struct nh_error *err)
{
    const uint8_t *p = run->data, *end = p + run->len;
    uint64_t delta, length, docid = 0;
    memset(l, 0, sizeof *l);
    if (!varint_read(&p, end, &delta) || delta >= last)
        return error_set(err, NH_EINTERNAL, "a segment without articles");
    l->first = (uint32_t)delta + 1;
    l->slots = last - l->first + 1;
    l->lengths = calloc(l->slots, sizeof *l->lengths);
    l->norms = calloc(l->slots, sizeof *l->norms);
    if (!l->lengths || !l->norms)
        return error_nomem(err);
    for (p = run->data;
         varint_read(&p, end, &delta) && varint_read(&p, end, &length);) {
        docid += delta + 1;
        if (docid > last || length > UINT32_MAX)
            return error_set(err, NH_EINTERNAL, "a length out of range");
        l->lengths[docid - l->first] = (uint32_t)length;
        l->total += length;
        l->articles++;
    }
    const struct bm25_norm norm = bm25_norm(average(l));
    for (uint32_t i = 0; i < l->slots; i++)
        l->norms[i] = (float)(norm.base + norm.per_word * l->lengths[i]);
    return NH_OK;
}

void blocks_lengths_release(struct blocks_lengths *l)
{
    free(l->lengths);
    free(l->norms);
    memset(l, 0, sizeof *l);
}

/* ---- Lists. */

struct list_entry {
    uint64_t hash, at; /* of the term; among the part's lists */
    uint32_t bytes, postings;
    uint32_t check; /* hash of the head */
};

void blocks_part_release(struct blocks_part *part)
{
    buf_release(&part->lists);
    buf_release(&part->entries);
    free(part->docids);
    free(part->wdfs);
    memset(part, 0, sizeof *part);
}

static bool reserve(struct blocks_part *part, size_t count)
{
    if (count <= part->cap)
        return true;
    uint32_t *docids = realloc(part->docids, count * sizeof *docids);
    if (docids)
        part->docids = docids;
    uint32_t *wdfs = realloc(part->wdfs, count * sizeof *wdfs);
    if (wdfs)
        part->wdfs = wdfs;
    if (docids && wdfs)
        part->cap = count;
    return docids && wdfs;
}

/* As varint_read; most numbers here have one byte. */
static inline bool read_small(const uint8_t **p, const uint8_t *end,
                              uint64_t *value)
{
    if (*p == end || **p >= 0x80)
        return varint_read(p, end, value);
    *value = *(*p)++;
    return true;
}

/* Takes the run apart. False if it is not what it should be, or some wdfs are 0
 * and some not: such a list stays Xapian's. */
static bool read_run(struct blocks_part *part, const struct blocks_lengths *l,
                     const struct glass_run *run)
{
    const uint8_t *p = run->data, *end = p + run->len;
    uint64_t delta, wdf, docid = 0;
    part->counted = run->collection > 0;
    for (uint32_t i = 0; i < run->count; i++) {
        if (!read_small(&p, end, &delta) || !read_small(&p, end, &wdf))
            return false;
        docid += delta + 1;
        if (docid < l->first || docid - l->first >= l->slots ||
            (wdf != 0) != part->counted || wdf > UINT32_MAX)
            return false;
        part->docids[i] = (uint32_t)docid;
        part->wdfs[i] = (uint32_t)wdf;
    }
    return true;
}

#ifndef NDEBUG
static bool holds(uint32_t bound, const struct blocks_lengths *l,
                  const uint32_t *docids, const uint32_t *wdfs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bm25_tf(bm25_norm(average(l)), wdfs[i],
                    l->lengths[docids[i] - l->first]) >
            (double)bound / BLOCKS_TF)
            return false;
    return true;
}
#endif

/* The greatest tf part of some postings, rounded up. */
static uint32_t greatest_tf(const struct blocks_lengths *l,
                            const uint32_t *docids, const uint32_t *wdfs,
                            size_t count)
{
    float most = 0;
    for (size_t i = 0; i < count; i++) {
        float wdf = (float)wdfs[i];
        float tf = wdf / (l->norms[docids[i] - l->first] + wdf);
        most = tf > most ? tf : most;
    }
    /* Single precision errs by less than a millionth. */
    double bound = most * (1 + 1e-6) * BLOCKS_TF + 1;
    uint32_t rounded = bound < BLOCKS_TF ? (uint32_t)bound : BLOCKS_TF;
    assert(holds(rounded, l, docids, wdfs, count));
    return rounded;
}

/* Appends the bytes of a block to `out`, which has room for them. */
static void put_block(const struct blocks_part *part, size_t from, size_t count,
                      uint32_t last, struct buf *out)
{
    const uint32_t *docids = part->docids + from, *wdfs = part->wdfs + from;
    uint32_t gaps[BLOCKS_POSTINGS], less[BLOCKS_POSTINGS];
    for (size_t i = 0; i < count; i++) {
        gaps[i] = docids[i] - last - 1;
        less[i] = part->counted ? wdfs[i] - 1 : 0;
        last = docids[i];
    }
    unsigned a = bitpack_bits(gaps, count), b = bitpack_bits(less, count);
    uint8_t *p = (uint8_t *)out->data + out->len;
    p[0] = (uint8_t)a;
    p[1] = (uint8_t)b;
    bitpack_put(gaps, count, a, p + 2);
    bitpack_put(less, count, b, p + 2 + bitpack_size(count, a));
    out->len += 2 + bitpack_size(count, a) + bitpack_size(count, b);
}

/* The most bytes that a block takes. */
#define BLOCK_MAX (2 + 2 * 4 * BLOCKS_POSTINGS)

static void put_list(struct blocks_part *part, const struct blocks_lengths *l,
                     struct slice term, size_t count)
{
    struct buf *out = &part->lists;
    size_t blocks = (count + BLOCKS_POSTINGS - 1) / BLOCKS_POSTINGS;
    buf_append_byte(out, (uint8_t)term.len);
    buf_append(out, term.data, term.len);
    size_t entries = out->len + 2;
    if (!buf_reserve(out, 2 + blocks * BLOCKS_ENTRY))
        return;
    out->len += 2 + blocks * BLOCKS_ENTRY;
    size_t data = out->len;
    uint32_t most = 0;
    for (size_t i = 0; i < blocks && buf_reserve(out, BLOCK_MAX); i++) {
        size_t from = i * BLOCKS_POSTINGS, start = out->len;
        size_t n =
            count - from < BLOCKS_POSTINGS ? count - from : BLOCKS_POSTINGS;
        const uint32_t *docids = part->docids + from, *wdfs = part->wdfs + from;
        put_block(part, from, n, from ? docids[-1] : l->first - 1, out);
        uint32_t tf = part->counted ? greatest_tf(l, docids, wdfs, n) : 0;
        uint8_t *p = (uint8_t *)out->data + entries + i * BLOCKS_ENTRY;
        le_write32(p, docids[n - 1]);
        le_write32(p + 4, (uint32_t)(out->len - data));
        p[8] = (uint8_t)tf;
        p[9] = (uint8_t)(tf >> 8);
        le_write32(p + 10,
                   (uint32_t)hash64(out->data + start, out->len - start));
        most = tf > most ? tf : most;
    }
    if (out->failed)
        return;
    out->data[entries - 2] = (char)most;
    out->data[entries - 1] = (char)(most >> 8);
}

int blocks_add(struct blocks_part *part, const struct blocks_lengths *l,
               struct slice term, const struct glass_run *run, bool *taken,
               struct nh_error *err)
{
    *taken = false;
    if (run->count < BLOCKS_MIN || term.len > UINT8_MAX || !blocks_takes(term))
        return NH_OK;
    if (!reserve(part, run->count))
        return error_nomem(err);
    if (!read_run(part, l, run))
        return NH_OK;
    const size_t start = part->lists.len;
    const size_t head =
        3 + term.len +
        (run->count + BLOCKS_POSTINGS - 1) / BLOCKS_POSTINGS * BLOCKS_ENTRY;
    put_list(part, l, term, run->count);
    if (part->lists.failed)
        return error_nomem(err);
    const char *list = part->lists.data + start;
    const size_t bytes = part->lists.len - start;
    struct list_entry entry = {hash64(term.data, term.len), part->bytes,
                               (uint32_t)bytes, run->count,
                               (uint32_t)hash64(list, head)};
    buf_append(&part->entries, &entry, sizeof entry);
    part->bytes += bytes;
    if (part->file) {
        file_writer_put(part->file, list, bytes);
        buf_reset(&part->lists);
    }
    *taken = !part->entries.failed;
    return *taken ? NH_OK : error_nomem(err);
}

/* ---- The file. */

int blocks_start(struct file_writer *file, const char *folder,
                 struct nh_error *err)
{
    struct buf name = BUF_INIT;
    int rc = file_join(&name, folder, BLOCKS_NAME)
                 ? file_writer_open(file, name.data, err)
                 : error_nomem(err);
    buf_release(&name);
    if (rc == NH_OK)
        file_writer_put(file, BLOCKS_MAGIC, 8);
    return rc;
}

static size_t entry_count(const struct blocks_part *part)
{
    return part->entries.len / sizeof(struct list_entry);
}

static const struct list_entry *entries_of(const struct blocks_part *part)
{
    return (const struct list_entry *)(const void *)part->entries.data;
}

static void put_directory(const struct blocks_part *parts, size_t count,
                          struct buf *out)
{
    uint64_t at = 8;
    for (size_t i = 0; i < count; i++) {
        const struct list_entry *e = entries_of(&parts[i]);
        for (size_t k = 0; k < entry_count(&parts[i]); k++) {
            buf_append_le(out, at + e[k].at, 8);
            buf_append_le(out, e[k].bytes, 4);
            buf_append_le(out, e[k].postings, 4);
            buf_append_le(out, e[k].check, 4);
        }
        at += parts[i].bytes;
    }
}

static void put_table(const struct blocks_part *parts, size_t count,
                      uint32_t places, struct buf *out)
{
    uint32_t number = 0;
    if (!buf_reserve(out, (size_t)places * 4))
        return;
    uint8_t *table = (uint8_t *)out->data + out->len;
    out->len += (size_t)places * 4;
    memset(table, 0, (size_t)places * 4);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < entry_count(&parts[i]); k++) {
            size_t place = entries_of(&parts[i])[k].hash & (places - 1);
            while (le_read32(table + place * 4))
                place = (place + 1) & (places - 1);
            le_write32(table + place * 4, ++number);
        }
}

int blocks_finish(struct file_writer *file, const struct blocks_lengths *l,
                  struct blocks_part *parts, size_t count, struct nh_error *err)
{
    struct buf out = BUF_INIT;
    size_t lists = 0;
    uint32_t places = 2;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].lists.len) /* those that were not written yet */
            file_writer_put(file, parts[i].lists.data, parts[i].lists.len);
        lists += entry_count(&parts[i]);
    }
    while (places < lists * 2)
        places *= 2;
    const uint64_t lengths_at = file->written;
    for (uint32_t i = 0; i < l->slots; i++)
        buf_append_le(&out, l->lengths[i], 4);
    put_directory(parts, count, &out);
    put_table(parts, count, places, &out);
    buf_append_le(&out, l->first, 4);
    buf_append_le(&out, l->slots, 4);
    buf_append_le(&out, l->articles, 4);
    buf_append_le(&out, lists, 4);
    buf_append_le(&out, l->total, 8);
    buf_append_le(&out, lengths_at, 8);
    buf_append_le(&out, places, 4);
    buf_append_le(&out, 0, 4);
    buf_append_le(&out, 0, 8);
    if (!out.failed)
        buf_append_le(&out, hash64(out.data, out.len), 8);
    int rc = out.failed ? error_nomem(err) : NH_OK;
    if (rc == NH_OK) {
        file_writer_put(file, out.data, out.len);
        rc = file_writer_close(file, err);
    }
    buf_release(&out);
    return rc;
}

/* ---- Out of Xapian's tables. */

/* Reads a list, or with the empty term the lengths, as a run in `coded`. */
static int copy_run(const xw_db *db, struct slice term, struct buf *coded,
                    struct glass_run *run, uint32_t *last, struct nh_error *err)
{
    xw_postings *list;
    uint32_t docid, wdf;
    int more;
    *last = 0;
    memset(run, 0, sizeof *run);
    buf_reset(coded);
    int rc = xw_postings_open(&list, db, term.data, term.len, err);
    if (rc != NH_OK)
        return rc;
    while ((more = xw_postings_next(list, &docid, &wdf, err)) == 1) {
        if (term.len == 0)
            rc = xw_db_doclength(db, docid, &wdf, err);
        if (rc != NH_OK)
            break;
        buf_append_varint(coded, docid - *last - 1);
        buf_append_varint(coded, wdf);
        *last = docid;
        run->count++;
        run->collection += wdf;
    }
    xw_postings_free(list);
    run->data = (const uint8_t *)coded->data;
    run->len = coded->len;
    return rc != NH_OK     ? rc
           : more < 0      ? more
           : coded->failed ? error_nomem(err)
                           : NH_OK;
}

static int copy_terms(const xw_db *db, const struct blocks_lengths *lengths,
                      struct blocks_part *part, struct nh_error *err)
{
    xw_terms *terms;
    struct slice term;
    struct glass_run run;
    struct buf coded = BUF_INIT;
    uint32_t freq, last;
    bool taken;
    int more = 0;
    int rc = xw_terms_open(&terms, db, "", 0, err);
    while (rc == NH_OK && (more = xw_terms_next(terms, &term.data, &term.len,
                                                &freq, err)) == 1) {
        if (freq < BLOCKS_MIN || !blocks_takes(term))
            continue;
        rc = copy_run(db, term, &coded, &run, &last, err);
        if (rc == NH_OK)
            rc = blocks_add(part, lengths, term, &run, &taken, err);
    }
    xw_terms_free(terms);
    buf_release(&coded);
    return rc == NH_OK && more < 0 ? more : rc;
}

int blocks_copy(const char *folder, struct nh_error *err)
{
    struct blocks_lengths lengths;
    struct blocks_part part;
    struct glass_run run;
    struct file_writer file;
    struct buf coded = BUF_INIT;
    uint32_t last;
    xw_db *db;
    memset(&lengths, 0, sizeof lengths);
    memset(&part, 0, sizeof part);
    memset(&file, 0, sizeof file);
    int rc = xw_db_open(&db, folder, err);
    if (rc == NH_OK)
        rc = copy_run(db, (struct slice){"", 0}, &coded, &run, &last, err);
    if (rc == NH_OK)
        rc = blocks_lengths_init(&lengths, last, &run, err);
    if (rc == NH_OK)
        rc = blocks_start(&file, folder, err);
    part.file = &file;
    if (rc == NH_OK)
        rc = copy_terms(db, &lengths, &part, err);
    if (rc == NH_OK)
        rc = blocks_finish(&file, &lengths, &part, 1, err);
    if (rc != NH_OK)
        file_writer_abort(&file);
    xw_db_free(db);
    blocks_lengths_release(&lengths);
    blocks_part_release(&part);
    buf_release(&coded);
    return rc;
}
