/* Analyses an article once and makes its postings and its stream of that. Each
 * thread needs a coder of its own. */
#ifndef INDEXER_INGEST_ARTICLE_CODER_H
#define INDEXER_INGEST_ARTICLE_CODER_H

#include "common/store/copies.h"
#include "common/stream/stream.h"
#include "common/text/article.h"
#include "indexer/segment/segment_builder.h"
#include "indexer/segment/vocabulary_writer.h"

struct article_coder;
struct entity_model;

/* Makes a coder. `dict` and `model` are borrowed. If `model` is NULL, articles
 * keep the names that they came with and none are added. */
int article_coder_new(struct article_coder **out, const char *language,
                      const struct dict *dict, const struct entity_model *model,
                      struct nh_error *err);
void article_coder_free(struct article_coder *c);
/* Tells the coder that later articles come out of an index: their names have
 * their mentions already and are not changed. */
void article_coder_keep_names(struct article_coder *c);
/* Adds the article's postings and date value to the batch under `docid`,
 * appends its stream to `stream`, computes its signature, and sets the mentions
 * of its names. Tagging may add names to the article. */
int article_coder_add(struct article_coder *c, struct article *a,
                      uint32_t docid, struct posting_batch *batch,
                      struct buf *stream, struct copies_signature *signature,
                      struct nh_error *err);
/* Replaces the contents of `words` by the word forms of all articles that were
 * coded since the last call. */
int article_coder_words(struct article_coder *c, struct vocabulary_tally *words,
                        struct nh_error *err);

#endif
