/* Inside of the public handles. */
#ifndef SEARCHER_INDEX_H
#define SEARCHER_INDEX_H

#include "common/lexicon.h"
#include "common/snapshot.h"
#include "common/stream/stream.h"
#include "searcher/newshound.h"

struct nh_index {
    struct snapshot snapshot;
    struct stemmer *stemmer;
    struct lexicon lexicon; /* words of texts that were shown */
    /* Scratch for one article at a time. */
    struct article article;
    struct stream_decoded decoded;
    struct word_list words;
};

/* Copies an article's values and date into a hit; strings go to the arena. */
bool hit_fill(struct nh_hit *hit, const struct article *a, struct arena *arena);
/* A copy with a NUL behind it; data is NULL if memory ran out. */
struct nh_string hit_string(struct arena *arena, struct slice s);

#endif
