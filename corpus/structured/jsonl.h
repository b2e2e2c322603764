/* Objects of JSON to articles (jsonl.c), for all readers of JSON. */
#ifndef CORPUS_STRUCTURED_JSONL_H
#define CORPUS_STRUCTURED_JSONL_H

#include "corpus/input/reader.h"

/* A member that is true in records whose values are to be taken as they are, as
 * `newshound export` writes them: see parse_context.plain. */
#define JSON_PLAIN "plain"

/* Parses a record that is one object; an article may also be an object inside
 * of it that is named so ("item", "article", "_source"...). NH_EDATA. */
int json_article(struct parse_context *ctx, struct slice record,
                 struct article *out, struct nh_error *err);

#endif
