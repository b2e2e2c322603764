/* Wildcards and fuzzy words: which folded words they mean. */
#ifndef SEARCHER_QUERY_PATTERN_H
#define SEARCHER_QUERY_PATTERN_H

#include "common/store/vocabulary.h"

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

/* Most edits of a fuzzy word. */
#define PATTERN_EDITS_MAX 2
#define PATTERN_BAND (2 * PATTERN_EDITS_MAX + 1)

/* Compares many words with a pattern. In sorted order that is quicker for fuzzy
 * ones: what a word shares with the last one is not compared again. */
struct pattern_walk {
    const struct pattern *pattern;
    char last[PATTERN_MAX]; /* the last word, as far as it was compared */
    size_t len;
    size_t no_fit; /* words that share so many bytes with it cannot fit */
    uint32_t word[PATTERN_MAX];   /* its characters */
    uint16_t at[PATTERN_MAX + 1]; /* bytes before each of them */
    size_t chars;
    uint8_t rows[PATTERN_MAX + 1][PATTERN_BAND], best[PATTERN_MAX + 1];
};
void pattern_walk_init(struct pattern_walk *w, const struct pattern *p);
bool pattern_walk_next(struct pattern_walk *w, struct slice word);

#endif
