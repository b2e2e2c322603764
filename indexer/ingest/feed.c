/* Owns reading: files to batches of records.
 * Promises every record once, in order, and a report for what is skipped. */
#include "indexer/ingest/feed.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/file.h"

/* So long a batch waits for more of a slow feed. */
#define PATIENCE_MS 100

void feed_batch_free(struct feed_batch *batch)
{
    if (!batch)
        return;
    free(batch->records);
    free(batch->ends);
    buf_release(&batch->bytes);
    arena_release(&batch->names);
    free(batch);
}

void feed_release(struct feed *f)
{
    records_close(&f->records);
}

uint64_t feed_consumed(const struct feed *f)
{
    return f->done_bytes +
           (f->records.open ? f->records.inputs[0].extent.bytes : 0);
}

const struct reader *feed_reader(const struct feed *f)
{
    return f->records.reader;
}

/* Reports what is skipped of the file, or of a member of it. */
static int skip(struct feed *f, uint64_t offset, const struct nh_error *why,
                struct nh_error *err)
{
    const char *path = f->walk->files[f->file].path,
               *member = f->records.open ? records_member(&f->records) : "";
    struct buf name = BUF_INIT;
    buf_printf(&name, "%s%s%s", path, member[0] ? "/" : "", member);
    const char *whole = buf_cstr(&name);
    if (whole && !f->report(f->ctx, whole, offset, why))
        f->stopped = true;
    buf_release(&name);
    return whole ? NH_OK : error_nomem(err);
}

static void close_file(struct feed *f)
{
    f->done_bytes += f->walk->files[f->file].size;
    records_close(&f->records);
    f->file++;
}

/* Opens the current file; one that cannot be opened is reported and passed. */
static int open_file(struct feed *f, struct nh_error *err)
{
    const struct walk_file *file = &f->walk->files[f->file];
    memset(&f->state, 0, sizeof f->state);
    if (file->problem) {
        struct nh_error why;
        error_set(&why, NH_EIO, "%s", file->problem);
        int rc = skip(f, 0, &why, err);
        close_file(f);
        return rc;
    }
    if (file->source && f->same(f->ctx, file, &f->state)) {
        close_file(f);
        return NH_OK;
    }
    int rc = records_open(&f->records, file->path, f->forced, err);
    if (rc == NH_OK) {
        if (strcmp(file->path, "-") == 0 && (f->commit_time || f->commit_bytes))
            f->records.inputs[0].patience = PATIENCE_MS;
        f->files_read++;
        return NH_OK;
    }
    if (rc != NH_ENOMEM) {
        struct nh_error why = *err;
        rc = skip(f, 0, &why, err);
        close_file(f);
    }
    return rc;
}

/* Path and id of a record in a member, which the batch keeps. */
static bool name_member(const struct feed *f, struct feed_batch *batch,
                        struct feed_record *r)
{
    const char *member = records_member(&f->records);
    const struct feed_record *last =
        batch->count ? &batch->records[batch->count - 1] : NULL;
    const size_t path = strlen(r->path);
    if (member[0] == '\0')
        return true;
    if (last && last->file == r->file && last->path != r->path &&
        strcmp(last->path + path + 1, member) == 0) {
        r->path = last->path;
        r->id = last->id;
        return true;
    }
    struct buf name = BUF_INIT;
    buf_printf(&name, "%s/%s", r->path, member);
    r->path =
        name.failed ? NULL : arena_copy(&batch->names, name.data, name.len);
    buf_reset(&name);
    buf_printf(&name, "%s%s%s", r->id, r->id[0] ? "/" : "", member);
    r->id = name.failed ? NULL : arena_copy(&batch->names, name.data, name.len);
    buf_release(&name);
    return r->path && r->id;
}

int feed_batch_add(struct feed_batch *batch, struct feed_record record,
                   struct slice bytes, struct nh_error *err)
{
    if (batch->count == batch->cap) {
        struct feed_record *records =
            array_grow(batch->records, &batch->cap, sizeof *records);
        if (!records)
            return error_nomem(err);
        batch->records = records;
    }
    record.start = batch->bytes.len;
    record.len = bytes.len;
    buf_append(&batch->bytes, bytes.data, bytes.len);
    if (batch->bytes.failed)
        return error_nomem(err);
    batch->records[batch->count++] = record;
    return NH_OK;
}

static int add_record(struct feed *f, struct feed_batch *batch,
                      struct slice record, uint64_t offset,
                      struct nh_error *err)
{
    const struct walk_file *file = &f->walk->files[f->file];
    struct feed_record r = {file,   file->path, file->id, f->records.reader,
                            offset, 0,          0};
    return name_member(f, batch, &r) ? feed_batch_add(batch, r, record, err)
                                     : error_nomem(err);
}

/* Notes that the open file was read to its end, unless it has changed since it
 * was looked at. */
static int add_end(struct feed *f, struct feed_batch *batch,
                   struct nh_error *err)
{
    const struct walk_file *file = &f->walk->files[f->file];
    const struct stage_extent *extent = &f->records.inputs[0].extent;
    struct source_state now;
    uint64_t size;
    if (!file->source || source_look(file->source, &now, NULL) != NH_OK ||
        now.size != f->state.size || now.changed != f->state.changed)
        return NH_OK;
    f->state.hash = extent->hash;
    if (!extent->whole &&
        file_hash_linked(file->source, &f->state.hash, &size, NULL) != NH_OK)
        return NH_OK;
    if (batch->end_count == batch->end_cap) {
        struct feed_end *ends =
            array_grow(batch->ends, &batch->end_cap, sizeof *ends);
        if (!ends)
            return error_nomem(err);
        batch->ends = ends;
    }
    batch->ends[batch->end_count++] =
        (struct feed_end){file, batch->count, f->state};
    return NH_OK;
}

bool feed_batch_full(const struct feed_batch *batch, size_t records)
{
    return batch->count >= records || batch->end_count >= records ||
           batch->bytes.len >= FEED_BATCH_BYTES;
}

/* Reads records of the open file until it ends or the batch is full. */
static int read_file(struct feed *f, struct feed_batch *batch,
                     struct nh_error *err)
{
    struct slice record;
    uint64_t offset;
    int rc = NH_OK;
    while (rc == NH_OK && !feed_batch_full(batch, f->batch_records) &&
           !f->stopped) {
        rc = records_next(&f->records, &record, &offset, err);
        if (rc == 1) {
            rc = add_record(f, batch, record, offset, err);
            continue;
        }
        if (rc == NH_ENOMEM || rc == INPUT_IDLE)
            return rc;
        const bool ended = rc != NH_EDATA;
        if (rc == 0) {
            rc = add_end(f, batch, err);
        } else { /* of it, or the rest of the file cannot be read */
            struct nh_error why = *err;
            rc = skip(f, offset, &why, err);
        }
        if (ended) {
            close_file(f);
            return rc;
        }
    }
    return rc;
}

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Whether what was handed out, and the batch, should be committed now. */
static bool commit_due(struct feed *f, const struct feed_batch *batch)
{
    if (!f->records.open ||
        f->records.inputs[0].patience < 0) /* what is due comes slowly */
        return false;
    if (!f->waiting && batch->count == 0)
        return false;
    if (!f->waiting)
        f->waiting_since = now();
    f->waiting = true;
    const uint64_t bytes = f->waiting_bytes + batch->bytes.len;
    return (f->commit_bytes && bytes >= f->commit_bytes) ||
           (f->commit_time && now() - f->waiting_since >= f->commit_time);
}

int feed_next(struct feed *f, struct feed_batch **out, struct nh_error *err)
{
    struct feed_batch *batch = calloc(1, sizeof *batch);
    *out = NULL;
    if (!batch)
        return error_nomem(err);
    int rc = NH_OK;
    while (rc == NH_OK && !f->stopped && f->file < f->walk->count &&
           !feed_batch_full(batch, f->batch_records)) {
        rc = f->records.open ? read_file(f, batch, err) : open_file(f, err);
        if (rc != INPUT_IDLE)
            continue;
        rc = NH_OK;
        if (batch->count || commit_due(f, batch))
            break;
    }
    batch->commit = commit_due(f, batch);
    f->waiting = f->waiting && !batch->commit;
    f->waiting_bytes = batch->commit ? 0 : f->waiting_bytes + batch->bytes.len;
    if (rc != NH_OK ||
        (batch->count == 0 && batch->end_count == 0 && !batch->commit)) {
        feed_batch_free(batch);
        return rc;
    }
    *out = batch;
    return 1;
}
