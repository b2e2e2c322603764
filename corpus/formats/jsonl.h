/* Objects of JSON to articles (jsonl.c), for all readers of JSON. */
#ifndef CORPUS_FORMATS_JSONL_H
#define CORPUS_FORMATS_JSONL_H

#include "corpus/input/reader.h"

/* Parses a record that is one object; an article may also be an object inside
 * of it that is named so ("item", "article", "_source"...). NH_EDATA. */
int json_article(struct parse_context *ctx, struct slice record,
                 struct article *out, struct nh_error *err);

#endif
