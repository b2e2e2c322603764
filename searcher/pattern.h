/* Wildcards and fuzzy words: which folded words they mean. */
#ifndef SEARCHER_PATTERN_H
#define SEARCHER_PATTERN_H

#include "common/vocabulary.h"

/* Characters of a pattern, or of a word, at most. */
#define PATTERN_MAX VOCABULARY_WORD_MAX

struct pattern {
    uint32_t chars[PATTERN_MAX]; /* code points; PATTERN_ANY, PATTERN_RUN */
    size_t count;
    unsigned edits; /* of a fuzzy word; 0: a wildcard */
    /* Bytes that all its words begin with. */
    char prefix[PATTERN_MAX];
    size_t prefix_len;
};

/* `text` is folded; in a wildcard `?` is any character and `*` any number of
 * them. False if it has more than PATTERN_MAX bytes. */
bool pattern_wildcard(struct pattern *p, struct slice text);
/* Words at most `edits` (>= 1) insertions, deletions, changes of a character or
 * swaps of neighbours away: optimal string alignment (Damerau 1964), by
 * characters. */
bool pattern_fuzzy(struct pattern *p, struct slice text, unsigned edits);
bool pattern_matches(const struct pattern *p, struct slice word);

#endif
