/* An article to terms and stream: one analysis for both. One coder a thread. */
#ifndef INDEXER_INGEST_ARTICLE_CODER_H
#define INDEXER_INGEST_ARTICLE_CODER_H

#include "common/store/copies.h"
#include "common/stream/stream.h"
#include "common/text/article.h"
#include "indexer/segment/segment_builder.h"
#include "indexer/segment/vocabulary_writer.h"

struct article_coder;
struct entity_model;

/* `dict` and `model` are borrowed. Without a model (NULL) articles keep the
 * names that they came with. */
int article_coder_new(struct article_coder **out, const char *language,
                      const struct dict *dict, const struct entity_model *model,
                      struct nh_error *err);
void article_coder_free(struct article_coder *c);
/* From now on articles come out of an index: their names have their mentions,
 * and stay as they are. */
void article_coder_keep_names(struct article_coder *c);
/* Adds the article's postings and date value to the batch under `docid`,
 * appends its stream to `stream`, makes its signature, and sets the mentions of
 * its names, those that tagging adds among them. */
int article_coder_add(struct article_coder *c, struct article *a,
                      uint32_t docid, struct posting_batch *batch,
                      struct buf *stream, struct copies_signature *signature,
                      struct nh_error *err);
/* Puts the words of all articles since the last call in the place of what
 * `words` holds. */
int article_coder_words(struct article_coder *c, struct vocabulary_tally *words,
                        struct nh_error *err);

#endif
