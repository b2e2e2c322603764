/* Answers of web servers (RFC 9112): a status line, fields, an empty line, a
 * body that may be chunked and packed. */
#ifndef CORPUS_FORMATS_HTTP_H
#define CORPUS_FORMATS_HTTP_H

#include "corpus/markup/html.h"

/* Whether a media type is that of a page. */
bool http_is_page(struct slice type);
/* Whether an answer is one of success with a page in it. */
bool http_has_page(struct slice answer);
/* Fills an article from an answer with a page; `url` may be empty. A body that
 * is damaged or cut gives what stands before the damage, and out->damage says
 * why. NH_EDATA. */
int http_article(struct parse_context *ctx, struct slice answer,
                 struct slice url, struct article *out, struct nh_error *err);

#endif
