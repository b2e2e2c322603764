/* Owns building through Xapian's public API: a small database for each batch,
 * so that Xapian's buffers stay in the processor's caches, all merged by its
 * compactor. Promises Xapian's own tables. */
#include "indexer/segment_builder.h"

#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/xapian/xw.h"

/* Best of 100 to 5,000 on newswire; doc/performance.md. */
#define BATCH_ARTICLES 500
/* Each open batch costs the compactor two file descriptors. */
#define BATCHES_MAX 240

struct segment_builder {
    char *dir;
    char **parts; /* folders of added batches */
    size_t count;
};

struct posting_batch {
    char *path;
    xw_writer *writer;
    xw_doc *doc;
    uint32_t docid;
};

size_t segment_builder_batch_articles(void)
{
    return BATCH_ARTICLES;
}

size_t segment_builder_batches_max(void)
{
    return BATCHES_MAX;
}

static char *copy_string(const char *s)
{
    size_t len = strlen(s) + 1;
    char *copy = malloc(len);
    return copy ? memcpy(copy, s, len) : NULL;
}

int segment_builder_new(struct segment_builder **out, const char *dir,
                        struct nh_error *err)
{
    *out = NULL;
    struct segment_builder *b = calloc(1, sizeof *b);
    if (b) {
        b->dir = copy_string(dir);
        b->parts = calloc(BATCHES_MAX, sizeof *b->parts);
    }
    int rc = b && b->dir && b->parts ? file_mkdir(dir, err) : error_nomem(err);
    if (rc != NH_OK)
        segment_builder_free(b);
    else
        *out = b;
    return rc;
}

static void drop_parts(struct segment_builder *b)
{
    for (size_t i = 0; i < b->count; i++) {
        file_remove_dir(b->parts[i]);
        free(b->parts[i]);
    }
    b->count = 0;
}

void segment_builder_free(struct segment_builder *b)
{
    if (!b)
        return;
    drop_parts(b);
    if (b->dir)
        file_remove_dir(b->dir);
    free(b->parts);
    free(b->dir);
    free(b);
}

int posting_batch_new(struct posting_batch **out, struct segment_builder *b,
                      uint64_t number, struct nh_error *err)
{
    struct buf name = BUF_INIT;
    struct posting_batch *batch = calloc(1, sizeof *batch);
    *out = NULL;
    buf_printf(&name, "%s/batch-%06llu", b->dir, (unsigned long long)number);
    const char *path = buf_cstr(&name);
    if (batch && path)
        batch->path = copy_string(path);
    int rc = batch && batch->path ? NH_OK : error_nomem(err);
    if (rc == NH_OK)
        rc = xw_doc_new(&batch->doc, err);
    if (rc == NH_OK)
        rc = xw_writer_open(&batch->writer, path,
                            XW_CREATE | XW_NO_TERMLIST | XW_NO_SYNC, err);
    buf_release(&name);
    if (rc != NH_OK)
        posting_batch_free(batch);
    else
        *out = batch;
    return rc;
}

void posting_batch_free(struct posting_batch *batch)
{
    if (!batch)
        return;
    xw_writer_free(batch->writer);
    xw_doc_free(batch->doc);
    if (batch->path)
        file_remove_dir(batch->path);
    free(batch->path);
    free(batch);
}

int posting_batch_begin(struct posting_batch *batch, uint32_t docid,
                        struct nh_error *err)
{
    batch->docid = docid;
    return xw_doc_clear(batch->doc, err);
}

int posting_batch_term(struct posting_batch *batch, struct slice term,
                       uint32_t wdf, struct nh_error *err)
{
    return xw_doc_add_term(batch->doc, term.data, term.len, wdf, err);
}

int posting_batch_value(struct posting_batch *batch, uint32_t slot,
                        struct slice value, struct nh_error *err)
{
    return xw_doc_set_value(batch->doc, slot, value.data, value.len, err);
}

int posting_batch_end(struct posting_batch *batch, struct nh_error *err)
{
    return xw_writer_put(batch->writer, batch->docid, batch->doc, err);
}

int posting_batch_finish(struct posting_batch *batch, struct nh_error *err)
{
    int rc = xw_writer_commit(batch->writer, err);
    xw_writer_free(batch->writer);
    batch->writer = NULL;
    return rc;
}

int segment_builder_add(struct segment_builder *b, struct posting_batch *batch,
                        struct nh_error *err)
{
    if (b->count == BATCHES_MAX) {
        posting_batch_free(batch);
        return error_set(err, NH_EINTERNAL, "a segment has too many batches");
    }
    b->parts[b->count++] = batch->path;
    batch->path = NULL;
    posting_batch_free(batch);
    return NH_OK;
}

int segment_builder_finish(struct segment_builder *b, const char *path,
                           struct nh_error *err)
{
    int rc = xw_compact((const char *const *)b->parts, b->count, path, err);
    drop_parts(b);
    return rc;
}
