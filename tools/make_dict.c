/* Trains the dictionary for general English that the program carries:
 *   make_dict OUT BYTES MIN-COUNT PATH...
 * takes BYTES of text, spread evenly over the files' articles. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/stream/dict.h"
#include "indexer/ingest/feed.h"

static bool ignore(void *ctx, const struct walk_file *file, uint64_t offset,
                   const struct nh_error *why)
{
    (void)ctx;
    (void)file;
    (void)offset;
    (void)why;
    return true;
}

/* Adds each `step`-th article; returns the bytes of all texts. */
static int pass(const struct walk *walk, size_t step,
                struct dict_trainer *trainer, size_t *total,
                struct nh_error *err)
{
    struct feed feed = {.walk = walk, .batch_records = 500, .report = ignore};
    struct parse_context parse;
    struct article article;
    struct feed_batch *batch;
    size_t number = 0;
    int rc;
    memset(&parse, 0, sizeof parse);
    memset(&article, 0, sizeof article);
    while ((rc = feed_next(&feed, &batch, err)) == 1) {
        for (size_t i = 0; rc >= 0 && i < batch->count; i++) {
            const struct feed_record *r = &batch->records[i];
            struct slice bytes = {batch->bytes.data + r->start, r->len};
            article_reset(&article);
            if (r->reader->parse(&parse, bytes, &article, err) != NH_OK)
                continue;
            *total += article.title.len + article.body.len;
            if (trainer && number++ % step == 0)
                rc =
                    dict_trainer_add(trainer, article.title, article.body, err);
        }
        feed_batch_free(batch);
    }
    feed_release(&feed);
    parse_context_release(&parse);
    article_release(&article);
    return rc;
}

int main(int argc, char **argv)
{
    struct nh_error err;
    struct walk walk = {.skip_with = NULL};
    struct dict_trainer *trainer = NULL;
    struct dict *dict = NULL;
    struct buf file = BUF_INIT;
    size_t total = 0, again = 0;
    if (argc < 5) {
        fprintf(stderr, "usage: make_dict OUT BYTES MIN-COUNT PATH...\n");
        return 2;
    }
    size_t wanted = strtoul(argv[2], NULL, 10);
    unsigned long least = strtoul(argv[3], NULL, 10);
    int rc = NH_OK;
    for (int i = 4; rc == NH_OK && i < argc; i++)
        rc = walk_add(&walk, argv[i], &err);
    if (rc == NH_OK)
        rc = pass(&walk, 1, NULL, &total, &err);
    if (rc == NH_OK)
        rc = dict_trainer_new(&trainer, &err);
    if (rc == NH_OK)
        rc =
            pass(&walk, wanted ? total / wanted + 1 : 1, trainer, &again, &err);
    if (rc == NH_OK)
        rc = dict_trainer_finish(trainer, (uint32_t)least, &dict, &file, &err);
    if (rc == NH_OK)
        rc = file_replace(argv[1], file.data, file.len, &err);
    if (rc == NH_OK)
        printf("%u words, %u events, %zu bytes, s %u, sf %u\n",
               dict->words.count, dict->events.count, file.len, dict->s,
               dict->sf);
    else
        fprintf(stderr, "make_dict: %s\n", err.message);
    dict_free(dict);
    dict_trainer_free(trainer);
    buf_release(&file);
    walk_release(&walk);
    return rc == NH_OK ? 0 : 1;
}
