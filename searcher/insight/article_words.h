/* The words of an article with the bytes where they stand. */
#ifndef SEARCHER_INSIGHT_ARTICLE_WORDS_H
#define SEARCHER_INSIGHT_ARTICLE_WORDS_H

#include "searcher/index/index.h"

struct article_words {
    struct slice text; /* title, a newline, body */
    size_t title_len;  /* bytes */
    size_t titles;     /* words of the title */
    size_t count;      /* words in all */
    /* One of them has the words. */
    const struct stream_word *decoded;
    const struct text_word *analysed;
};

/* One article at a time; zero-initialise before first use. */
struct article_reader {
    struct article article; /* fields and date, names as they came in */
    struct article_words words;
    struct stream_decoded decoded;
    struct word_list analysed;
};

/* Reads an article, which stays until the next call. */
int article_reader_read(struct article_reader *r, nh_index *index,
                        uint32_t docid, struct nh_error *err);
void article_reader_release(struct article_reader *r);
/* Bytes of the text where word `i` begins and ends. */
static inline size_t article_word_start(const struct article_words *w, size_t i)
{
    return w->decoded ? w->decoded[i].start : w->analysed[i].start;
}
static inline size_t article_word_end(const struct article_words *w, size_t i)
{
    return w->decoded ? w->decoded[i].end : w->analysed[i].end;
}

#endif
