/* Labelled texts to train on. */
#ifndef TOOLS_ENTITIES_CORPUS_H
#define TOOLS_ENTITIES_CORPUS_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "entities/labels.h"

/* A token and the labels that it may have, a bit for each. More than one where
 * the annotators did not say. */
struct example_token {
    struct slice text; /* in the corpus's arena */
    uint32_t labels;
};

/* Sentences of one text, tokens start..end of the corpus's. */
struct example {
    size_t start, end;
};

struct corpus {
    struct arena arena;
    struct example_token *tokens;
    size_t count, cap;
    bool *first; /* for each token: of a sentence */
    size_t first_cap;
    struct example *examples;
    size_t example_count, example_cap;
};

/* A part of a file: fifths that are numbered from 0, all in one piece. -1 takes
 * the whole. */
struct fold {
    int fifth; /* -1: no fold */
    bool keep; /* take only that fifth; else all but that */
};

/* Appends a BIO2 file, token TAB tag, blank lines between sentences, in texts
 * of `sentences` sentences, or where lines -DOCSTART- begin articles, in those;
 * fifths are then every fifth article. `has_misc`: names of other things are
 * tagged too. */
int corpus_read_bio(struct corpus *c, const char *path, unsigned sentences,
                    bool has_misc, struct fold fold, struct nh_error *err);
/* Appends a document of GUM (CoNLL-U), of whose mentions the proper names are
 * kept: persons, organisations and places. */
int corpus_read_gum(struct corpus *c, const char *path, struct nh_error *err);
/* Appends copies of single sentences, drawn at random from the examples so far:
 * parts of 1 in capitals, in small letters and as headlines. */
bool corpus_add_copies(struct corpus *c, double upper, double lower,
                       double title);
void corpus_release(struct corpus *c);

#endif
