/* Owns writing of the articles file. Promises a file that articles_open
 * accepts, or none. */
#include "indexer/segment/articles_writer.h"

#include <errno.h>
#include <string.h>

#include "common/base/hash.h"

int articles_writer_open(struct articles_writer *w, const char *path,
                         uint32_t first, uint64_t dict_hash,
                         struct nh_error *err)
{
    static const char blank[ARTICLES_HEADER];
    memset(w, 0, sizeof *w);
    w->first = w->next = first;
    w->dict_hash = dict_hash;
    int rc = file_writer_open(&w->file, path, err);
    if (rc == NH_OK)
        file_writer_put(&w->file, blank, sizeof blank);
    return rc;
}

static bool put_fields(struct articles_writer *w, const struct article *a,
                       struct buf *out)
{
    buf_append_byte(out, (uint8_t)a->date.precision);
    if (a->date.precision != DATE_NONE)
        buf_append_varint(out, (uint64_t)a->date.seconds << 1 ^
                                   (uint64_t)(a->date.seconds >> 63));
    for (size_t i = 0; i < a->count; i++) {
        const struct article_value *v = &a->values[i];
        buf_append_byte(out, (uint8_t)((unsigned)v->field |
                                       (v->found ? ARTICLES_FOUND : 0u)));
        if (articles_inline(v->field)) {
            buf_append_varint(out, v->text.len);
            buf_append(out, v->text.data, v->text.len);
        } else {
            uint32_t n = strtab_add(&w->names, v->text.data, v->text.len);
            if (n == STRTAB_NONE)
                return false;
            buf_append_varint(out, n);
            if (schema_fields[v->field].kind == FIELD_KIND_NAME)
                articles_put_mentions(out, v->mentions, v->mention_count);
        }
    }
    return !out->failed;
}

static void put_slots(struct articles_writer *w, uint32_t upto)
{
    for (; w->next <= upto; w->next++)
        buf_append_le(&w->slots, w->file.written, ARTICLES_SLOT);
}

int articles_writer_add(struct articles_writer *w, uint32_t docid,
                        const struct article *a, uint64_t hash,
                        struct slice stream, struct nh_error *err)
{
    struct buf fields = BUF_INIT;
    struct buf *r = &w->record;
    if (docid < w->next)
        return error_set(err, NH_EINTERNAL, "article numbers do not ascend");
    put_slots(w, docid);
    bool good = put_fields(w, a, &fields);
    buf_reset(r);
    buf_append_le(r, 0, 4);
    buf_append_le(r, hash, 8);
    buf_append_varint(r, fields.len);
    buf_append(r, fields.data, fields.len);
    buf_append(r, stream.data, stream.len);
    buf_release(&fields);
    if (!good || r->failed || w->slots.failed)
        return error_nomem(err);
    uint64_t sum = hash64(r->data + 4, r->len - 4);
    for (int i = 0; i < 4; i++)
        r->data[i] = (char)(sum >> (8 * i));
    file_writer_put(&w->file, r->data, r->len);
    w->text_bytes += a->title.len + a->body.len;
    return NH_OK;
}

static bool put_names(const struct articles_writer *w, struct buf *out)
{
    uint64_t offset = 0;
    buf_append_le(out, w->names.count, 4);
    for (uint32_t i = 0; i <= w->names.count; i++) {
        buf_append_le(out, offset, 4);
        offset += i < w->names.count ? w->names.entries[i].len : 0;
    }
    for (uint32_t i = 0; i < w->names.count; i++)
        buf_append(out, w->names.entries[i].data, w->names.entries[i].len);
    return !out->failed && offset <= UINT32_MAX;
}

static bool put_header(struct articles_writer *w, uint32_t last,
                       uint64_t names_at, const struct buf *tail,
                       size_t names_len)
{
    struct buf head = BUF_INIT;
    buf_append_str(&head, ARTICLES_MAGIC);
    buf_append_le(&head, w->first, 4);
    buf_append_le(&head, last - w->first + 1, 4);
    buf_append_le(&head, w->dict_hash, 8);
    buf_append_le(&head, names_at, 8);
    buf_append_le(&head, names_at + names_len, 8);
    buf_append_le(&head, w->text_bytes, 8);
    buf_append_le(&head, hash64(tail->data, tail->len), 8);
    if (!head.failed)
        buf_append_le(&head, hash64(head.data, head.len), 8);
    bool good = !head.failed && head.len == ARTICLES_HEADER;
    if (good && !w->file.errnum && fseek(w->file.file, 0, SEEK_SET) != 0)
        w->file.errnum = errno;
    if (good)
        file_writer_put(&w->file, head.data, head.len);
    buf_release(&head);
    return good;
}

int articles_writer_close(struct articles_writer *w, uint32_t last,
                          struct nh_error *err)
{
    struct buf tail = BUF_INIT;
    put_slots(w, last);
    buf_append_le(&w->slots, w->file.written, ARTICLES_SLOT);
    uint64_t names_at = w->file.written;
    bool good = put_names(w, &tail);
    size_t names_len = tail.len;
    buf_append(&tail, w->slots.data, w->slots.len);
    good = good && !tail.failed && !w->slots.failed;
    file_writer_put(&w->file, tail.data, tail.len);
    good = good && put_header(w, last, names_at, &tail, names_len);
    int rc = good ? file_writer_close(&w->file, err) : error_nomem(err);
    buf_release(&tail);
    articles_writer_abort(w);
    return rc;
}

void articles_writer_abort(struct articles_writer *w)
{
    file_writer_abort(&w->file);
    strtab_release(&w->names);
    buf_release(&w->slots);
    buf_release(&w->record);
}

size_t articles_writer_memory(const struct articles_writer *w)
{
    return strtab_memory(&w->names) + w->slots.cap + w->record.cap;
}
