/* Owns building through Xapian's public API: a small database for each batch,
 * so that Xapian's buffers stay in the processor's caches, all merged by its
 * compactor. Promises Xapian's own tables, and block-max lists copied from
 * them.
 */
#include "indexer/segment/blocks_writer.h"
#include "indexer/segment/builder_ops.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/xapian/xw.h"

/* Best of 100 to 5,000 on newswire; doc/internals/performance.md. */
#define BATCH_ARTICLES 500
/* Each open batch costs the compactor two file descriptors. */
#define BATCHES_MAX 240

struct api_builder {
    char *dir;
    char **parts; /* folders of added batches */
    size_t count;
};

struct api_batch {
    char *path;
    xw_writer *writer;
    xw_doc *doc;
    uint32_t docid;
};

static char *copy_string(const char *s)
{
    size_t len = strlen(s) + 1;
    char *copy = malloc(len);
    return copy ? memcpy(copy, s, len) : NULL;
}

static void api_close(void *self);

static int api_open(void **out, const char *dir, struct nh_error *err)
{
    *out = NULL;
    struct api_builder *b = calloc(1, sizeof *b);
    if (b) {
        b->dir = copy_string(dir);
        b->parts = calloc(BATCHES_MAX, sizeof *b->parts);
    }
    int rc = b && b->dir && b->parts ? file_mkdir(dir, err) : error_nomem(err);
    if (rc != NH_OK)
        api_close(b);
    else
        *out = b;
    return rc;
}

static void drop_parts(struct api_builder *b)
{
    for (size_t i = 0; i < b->count; i++) {
        file_remove_dir(b->parts[i]);
        free(b->parts[i]);
    }
    b->count = 0;
}

static void api_close(void *self)
{
    struct api_builder *b = self;
    if (!b)
        return;
    drop_parts(b);
    if (b->dir)
        file_remove_dir(b->dir);
    free(b->parts);
    free(b->dir);
    free(b);
}

static size_t api_memory(const void *self)
{
    (void)self; /* batches lie on disk */
    return 0;
}

static void api_batch_free(void *self);

static int api_batch_new(void **out, void *self, uint64_t number,
                         struct nh_error *err)
{
    const struct api_builder *b = self;
    struct buf name = BUF_INIT;
    struct api_batch *batch = calloc(1, sizeof *batch);
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
        api_batch_free(batch);
    else
        *out = batch;
    return rc;
}

static void api_batch_free(void *self)
{
    struct api_batch *batch = self;
    if (!batch)
        return;
    xw_writer_free(batch->writer);
    xw_doc_free(batch->doc);
    if (batch->path)
        file_remove_dir(batch->path);
    free(batch->path);
    free(batch);
}

static int api_begin(void *self, uint32_t docid, struct nh_error *err)
{
    struct api_batch *batch = self;
    batch->docid = docid;
    return xw_doc_clear(batch->doc, err);
}

static int api_term(void *self, struct slice term, uint32_t wdf,
                    struct nh_error *err)
{
    struct api_batch *batch = self;
    return xw_doc_add_term(batch->doc, term.data, term.len, wdf, err);
}

static int api_value(void *self, uint32_t slot, struct slice value,
                     struct nh_error *err)
{
    struct api_batch *batch = self;
    return xw_doc_set_value(batch->doc, slot, value.data, value.len, err);
}

static int api_end(void *self, struct nh_error *err)
{
    struct api_batch *batch = self;
    return xw_writer_put(batch->writer, batch->docid, batch->doc, err);
}

static int api_finish_batch(void *self, struct nh_error *err)
{
    struct api_batch *batch = self;
    int rc = xw_writer_commit(batch->writer, err);
    xw_writer_free(batch->writer);
    batch->writer = NULL;
    return rc;
}

static int api_add(void *self, void *added, struct nh_error *err)
{
    struct api_builder *b = self;
    struct api_batch *batch = added;
    if (b->count == BATCHES_MAX) {
        api_batch_free(batch);
        return error_set(err, NH_EINTERNAL, "a segment has too many batches");
    }
    b->parts[b->count++] = batch->path;
    batch->path = NULL;
    api_batch_free(batch);
    return NH_OK;
}

static int api_finish(void *self, const char *path, bool *fell_back,
                      struct nh_error *err)
{
    struct api_builder *b = self;
    (void)fell_back;
    size_t problems = 0;
    int rc = xw_compact((const char *const *)b->parts, b->count, path, err);
    drop_parts(b);
    if (rc == NH_OK)
        rc = xw_db_check(path, &problems, err);
    if (rc == NH_OK && problems)
        rc = error_set(err, NH_EINTERNAL,
                       "the new segment '%s' fails Xapian's check", path);
    return rc == NH_OK ? blocks_copy(path, err) : rc;
}

const struct builder_ops builder_api = {.name = "api",
                                        .batch_articles = BATCH_ARTICLES,
                                        .batches_max = BATCHES_MAX,
                                        .open = api_open,
                                        .close = api_close,
                                        .memory = api_memory,
                                        .batch_new = api_batch_new,
                                        .batch_free = api_batch_free,
                                        .begin = api_begin,
                                        .term = api_term,
                                        .value = api_value,
                                        .end = api_end,
                                        .finish_batch = api_finish_batch,
                                        .add = api_add,
                                        .finish = api_finish};
