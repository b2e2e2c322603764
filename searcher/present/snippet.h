/* The stretch of an article that shows why it was found. */
#ifndef SEARCHER_PRESENT_SNIPPET_H
#define SEARCHER_PRESENT_SNIPPET_H

#include "common/stream/lexicon.h"
#include "newshound/newshound.h"
#include "searcher/query/pattern.h"
#include "searcher/query/query.h"

/* What to look for in the texts of one search's hits. */
struct highlighter {
    struct stemmer *stemmer; /* borrowed */
    struct strtab stems;     /* of single words */
    bool starts[256];        /* bytes that a word with one may begin with */
    struct strtab exact;     /* folded words that need no stemming */
    struct highlight_phrase {
        struct slice *words;
        size_t count;
        uint64_t rests; /* bit i: words i - 1 and i are one, divided */
    } * phrases;
    size_t phrase_count, phrase_cap;
    struct pattern *patterns; /* of wildcards and fuzzy words */
    size_t pattern_count, pattern_cap;
    struct arena arena;
    uint8_t *known; /* for words of the lexicon: 0 unknown, 1 no, else 2 + term
                       number, at most 255 */
    uint32_t known_cap;
};

/* Words of the longest snippet; its bytes. */
#define SNIPPET_WORDS 32
#define SNIPPET_BYTES 600

/* Takes what the query wants to see in a text. Zero-initialised before. The
 * stemmer lasts as long as the highlighter; the lexicon of the texts has none:
 * few of their words need to be stemmed. */
int highlighter_init(struct highlighter *h, const struct query_node *root,
                     struct stemmer *stemmer, struct nh_error *err);
void highlighter_release(struct highlighter *h);
/* The lexicon was reset. */
void highlighter_forget(struct highlighter *h);
/* Chooses a stretch of `body`, whose words are `words` of `lex`, and marks what
 * was looked for. Strings go to the arena. False if memory ran out. */
bool snippet_make(struct nh_snippet *out, struct highlighter *h,
                  const struct lexicon *lex, struct slice body,
                  const struct word_list *words, struct arena *arena);
/* Finds all that was looked for in a text, whose words are `words` of `lex`, in
 * order. The spans are bytes of the text and go to the arena. False if memory
 * ran out. */
bool highlighter_marks(const struct nh_span **marks, size_t *count,
                       struct highlighter *h, const struct lexicon *lex,
                       const struct word_list *words, struct arena *arena);

#endif
