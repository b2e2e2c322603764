/* Documents of JSON with a list of articles in them (json_doc.c). */
#ifndef CORPUS_STRUCTURED_JSON_DOC_H
#define CORPUS_STRUCTURED_JSON_DOC_H

#include "corpus/input/reader.h"

/* Whether text that begins as an object does has a list of articles in it, as
 * answers of news services have: {"status": "ok", "articles": [{...}]}. */
bool json_has_list(struct slice head);

#endif
