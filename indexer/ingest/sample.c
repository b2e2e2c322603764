/* Owns the choice of the sample. Promises the same sample for the same input.
 */
#include "indexer/ingest/sample.h"

#include <string.h>

#include "common/base/utf8.h"

/* Files, spread over all of them, that the sample looks into. */
#define SAMPLE_FILES 64
/* Bytes of an article's text that are taken, from its start: its words repeat
 * soon, and counting those of a text of any length takes memory. */
#define SAMPLE_ARTICLE_MAX ((size_t)256 << 10)

struct sampler {
    struct dict_trainer *trainer;
    struct parse_context parse;
    struct article article;
};

/* Adds a record's text; bad records are for the pipeline to report. */
static int add_record(struct sampler *s, const struct reader *reader,
                      struct slice bytes, struct nh_error *err)
{
    article_reset(&s->article);
    int rc = reader->parse(&s->parse, bytes, &s->article, err);
    if (rc == NH_EDATA)
        return NH_OK;
    struct slice body = s->article.body;
    if (body.len > SAMPLE_ARTICLE_MAX)
        body.len = utf8_cut(body.data, SAMPLE_ARTICLE_MAX);
    if (rc == NH_OK)
        rc = dict_trainer_add(s->trainer, s->article.title, body, err);
    return rc;
}

static int add_batches(struct sampler *s, const struct feed_batch *batches,
                       size_t limit, struct nh_error *err)
{
    int rc = NH_OK;
    for (; rc == NH_OK && batches; batches = batches->next)
        for (size_t i = 0; rc == NH_OK && i < batches->count &&
                           dict_trainer_bytes(s->trainer) < limit;
             i++) {
            const struct feed_record *r = &batches->records[i];
            struct slice bytes = {batches->bytes.data + r->start, r->len};
            rc = add_record(s, r->reader, bytes, err);
        }
    return rc;
}

/* Adds the first records of a file, up to `limit` bytes of text. */
static int add_file(struct sampler *s, const struct walk_file *file,
                    const struct reader *forced, size_t limit,
                    struct nh_error *err)
{
    struct records records;
    struct slice record;
    uint64_t offset;
    int rc = NH_OK;
    const size_t start = dict_trainer_bytes(s->trainer);
    if (file->problem ||
        records_open(&records, file->path, forced, err) != NH_OK)
        return NH_OK;
    while (rc == NH_OK && dict_trainer_bytes(s->trainer) - start < limit &&
           records_next(&records, &record, &offset, err) == 1)
        rc = add_record(s, records.reader, record, err);
    records_close(&records);
    return rc == NH_ENOMEM ? rc : NH_OK;
}

static int add_other_files(struct sampler *s, const struct feed_batch *batches,
                           const struct walk *walk, const struct reader *forced,
                           struct nh_error *err)
{
    const struct walk_file *last = NULL;
    for (; batches; batches = batches->next)
        if (batches->count)
            last = batches->records[batches->count - 1].file;
    if (!last)
        return NH_OK;
    size_t first = (size_t)(last - walk->files) + 1;
    size_t rest = walk->count - first;
    size_t files = rest < SAMPLE_FILES ? rest : SAMPLE_FILES;
    size_t room = SAMPLE_TEXT_MAX - dict_trainer_bytes(s->trainer);
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < files; i++) {
        const struct walk_file *file = &walk->files[first + i * rest / files];
        if (strcmp(file->path, "-") != 0)
            rc = add_file(s, file, forced, room / files, err);
    }
    return rc;
}

static int use_general(struct index_writer *w, struct nh_error *err)
{
    struct dict *dict;
    if (writer_dict(w))
        return NH_OK;
    int rc = dict_builtin(&dict, err);
    if (rc == NH_OK)
        rc = writer_set_dict(w, dict, dict_builtin_file(), err);
    return rc;
}

int sample_train(struct index_writer *w, const struct feed_batch *batches,
                 const struct walk *walk, const struct reader *forced,
                 const struct parse_context *parse, struct nh_error *err)
{
    struct sampler s;
    struct dict *dict = NULL;
    struct buf file = BUF_INIT;
    memset(&s, 0, sizeof s);
    s.parse.map = parse->map;
    s.parse.charset = parse->charset;
    if (!batches)
        return NH_OK;
    int rc = dict_trainer_new(&s.trainer, err);
    if (rc == NH_OK)
        rc = add_batches(&s, batches, SAMPLE_TEXT_MAX, err);
    if (rc == NH_OK)
        rc = add_other_files(&s, batches, walk, forced, err);
    bool enough =
        rc == NH_OK && dict_trainer_bytes(s.trainer) >= SAMPLE_TEXT_MIN;
    if (enough)
        rc = dict_trainer_finish(s.trainer, 1, &dict, &file, err);
    if (enough && rc == NH_OK) {
        rc = writer_set_dict(w, dict, (struct slice){file.data, file.len}, err);
        dict = NULL;
    }
    if (rc == NH_OK && !enough)
        rc = use_general(w, err);
    dict_free(dict);
    dict_trainer_free(s.trainer);
    parse_context_release(&s.parse);
    article_release(&s.article);
    buf_release(&file);
    return rc;
}
