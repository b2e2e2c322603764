/* Finds where the names of an article's metadata stand in its text: the whole
 * name, or its last word, folded, where the whole name does not occur. */
#ifndef INDEXER_INGEST_MENTIONS_H
#define INDEXER_INGEST_MENTIONS_H

#include "common/stream/lexicon.h"
#include "common/text/article.h"

/* A word of the present article that begins or ends a name. */
struct mention_word {
    uint32_t
        stamp; /* number of the article for which the other members are valid */
    uint32_t first, last; /* of its occurrences, or MENTION_NONE */
    uint32_t count;
};

struct mention_occurrence {
    uint32_t at, next; /* word number; next one of the same word */
};

/* Scratch; zero-initialise. */
struct mention_finder {
    struct mention_word *words; /* by number in the lexicon */
    uint32_t word_cap, stamp;
    uint8_t maybe[256]; /* whether any name has a word whose number ends in this
                           byte */
    struct mention_occurrence *occurrences;
    size_t occurrence_count, occurrence_cap;
    uint32_t *parts; /* words of all names, by number in the lexicon */
    size_t part_count, part_cap;
    struct article_mention *wholes; /* of the name at hand */
    size_t whole_cap;
    struct buf folded;
};

void mention_finder_release(struct mention_finder *f);
/* Sets the mentions of the article's names, in the article's arena. `words` are
 * the words of the title followed by those of the body, numbered by `lex`; the
 * first `titles` of them are of the title. Returns false if memory ran out. */
bool mention_finder_run(struct mention_finder *f, const struct lexicon *lex,
                        const struct word_list *words, size_t titles,
                        struct article *a);

#endif
