/* Owns reading: files to batches of records.
 * Promises every record once, in order, and a report for what is skipped. */
#include "indexer/feed.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Bytes looked at to tell a format. */
#define DETECT_BYTES 16384
/* So long a batch waits for more of a slow feed. */
#define PATIENCE_MS 100

void feed_batch_free(struct feed_batch *batch)
{
    if (!batch)
        return;
    free(batch->records);
    free(batch->ends);
    buf_release(&batch->bytes);
    free(batch);
}

void feed_release(struct feed *f)
{
    if (f->open)
        input_close(&f->input);
    f->open = false;
}

uint64_t feed_consumed(const struct feed *f)
{
    return f->done_bytes + (f->open ? input_consumed(&f->input) : 0);
}

static void skip(struct feed *f, const struct walk_file *file, uint64_t offset,
                 const struct nh_error *why)
{
    if (!f->report(f->ctx, file, offset, why))
        f->stopped = true;
}

static void close_file(struct feed *f)
{
    f->done_bytes += f->walk->files[f->file].size;
    if (f->open)
        input_close(&f->input);
    f->open = false;
    f->reader = NULL;
    f->file++;
}

/* Opens the current file; one that cannot be read is reported and passed. */
static int open_file(struct feed *f, struct nh_error *err)
{
    const struct walk_file *file = &f->walk->files[f->file];
    struct slice head;
    memset(&f->state, 0, sizeof f->state);
    if (file->source && f->same(f->ctx, file, &f->state)) {
        close_file(f);
        return NH_OK;
    }
    int rc = f->open ? NH_OK : input_open(&f->input, file->path, err);
    if (rc == NH_OK) {
        f->open = true;
        if (strcmp(file->path, "-") == 0 && (f->commit_time || f->commit_bytes))
            f->input.patience = PATIENCE_MS;
        rc = input_peek(&f->input, DETECT_BYTES, &head, err);
    }
    if (rc == INPUT_IDLE) { /* a feed that is slow: its first bytes must do */
        rc = input_peek(&f->input, 1, &head, err);
        if (rc == INPUT_IDLE || !memchr(head.data, '\n', head.len))
            return INPUT_IDLE;
    }
    if (rc == NH_OK) {
        if (head.len > DETECT_BYTES)
            head.len = DETECT_BYTES;
        f->reader = f->forced ? f->forced : reader_detect(head, err);
        f->files_read++;
        if (f->reader)
            return NH_OK;
    }
    if (rc == NH_ENOMEM)
        return rc;
    skip(f, file, 0, err);
    close_file(f);
    return NH_OK;
}

static int add_record(struct feed *f, struct feed_batch *batch,
                      struct slice record, uint64_t offset,
                      struct nh_error *err)
{
    if (batch->count == batch->cap) {
        struct feed_record *records =
            array_grow(batch->records, &batch->cap, sizeof *records);
        if (!records)
            return error_nomem(err);
        batch->records = records;
    }
    batch->records[batch->count++] =
        (struct feed_record){&f->walk->files[f->file], f->reader, offset,
                             batch->bytes.len, record.len};
    buf_append(&batch->bytes, record.data, record.len);
    return batch->bytes.failed ? error_nomem(err) : NH_OK;
}

/* Notes that the open file was read to its end, unless it has changed since it
 * was looked at. */
static int add_end(struct feed *f, struct feed_batch *batch,
                   struct nh_error *err)
{
    const struct walk_file *file = &f->walk->files[f->file];
    struct source_state now;
    if (!file->source || source_look(file->source, &now, NULL) != NH_OK ||
        now.size != f->state.size || now.changed != f->state.changed)
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

static bool batch_full(const struct feed *f, const struct feed_batch *batch)
{
    return batch->count >= f->batch_records ||
           batch->end_count >= f->batch_records ||
           batch->bytes.len >= FEED_BATCH_BYTES;
}

/* Reads records of the open file until it ends or the batch is full. */
static int read_file(struct feed *f, struct feed_batch *batch,
                     struct nh_error *err)
{
    while (!batch_full(f, batch) && !f->stopped) {
        struct slice record;
        uint64_t offset = f->input.offset;
        int rc = f->reader->split(&f->input, &record, &offset, err);
        if (rc == 1) {
            rc = add_record(f, batch, record, offset, err);
            if (rc != NH_OK)
                return rc;
        } else if (rc == NH_EDATA) {
            skip(f, &f->walk->files[f->file], offset, err);
        } else if (rc == NH_ENOMEM || rc == INPUT_IDLE) {
            return rc;
        } else {
            if (rc < 0) /* the rest of the file cannot be read */
                skip(f, &f->walk->files[f->file], f->input.offset, err);
            rc = rc == 0 ? add_end(f, batch, err) : NH_OK;
            close_file(f);
            return rc;
        }
    }
    return NH_OK;
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
    if (!f->open || f->input.patience < 0) /* what is due comes slowly */
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
           !batch_full(f, batch)) {
        rc =
            f->open && f->reader ? read_file(f, batch, err) : open_file(f, err);
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
    batch->number = f->number++;
    *out = batch;
    return 1;
}
