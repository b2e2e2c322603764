/* Documents of JSON with a list of articles in them (json_doc.c). */
#ifndef CORPUS_STRUCTURED_JSON_DOC_H
#define CORPUS_STRUCTURED_JSON_DOC_H

#include "corpus/input/reader.h"

/* Whether a line that begins as an object does is more than one article: an
 * object with a list of articles in it, as answers of news services have
 * ({"status": "ok", "articles": [{...}]}), or with articles for members, or
 * several values. */
bool json_is_document(struct slice line);

#endif
