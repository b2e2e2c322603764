/* Owns the estimate of what an article takes to be indexed.
 * Promises one pass over the text, and 512 KiB of memory. */
#include "indexer/ingest/article_cost.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* Bytes of memory for a byte of text, for a word, and for a word or name that
 * was not there before: it stands in the lexicon, the lists of postings and the
 * vocabulary, each of which grows by doubling. Measured on texts of 4 to 32 MB
 * of one-letter words, of words that are all different, and of names. */
#define COST_BYTE 12
#define COST_WORD 72
#define COST_NEW_WORD 1000

/* Words are marked by their hash. Of more than these, some are taken for
 * others, and the estimate is too small by that; no record has over 16 million.
 */
#define MARKS ((uint32_t)1 << 22)

struct counter {
    uint64_t *marks;
    size_t words, different;
};

static bool is_sign(unsigned char c)
{
    return c < 0x80 && !(c >= '0' && c <= '9') &&
           !((c | 32) >= 'a' && (c | 32) <= 'z');
}

static void count_word(struct counter *n, uint32_t hash)
{
    const uint32_t mark = (hash ^ hash >> 15) % MARKS;
    const uint64_t bit = UINT64_C(1) << mark % 64;
    n->words++;
    n->different += !(n->marks[mark / 64] & bit);
    n->marks[mark / 64] |= bit;
}

/* Counts words, and each character of three bytes as one, as in Chinese. */
static void count_words(struct counter *n, struct slice text)
{
    uint32_t hash = 0;
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        if (inside && (is_sign(c) || c >= 0xE0))
            count_word(n, hash);
        if (!inside || c >= 0xE0)
            hash = 2166136261u;
        inside = !is_sign(c);
        hash = (hash ^ c) * 16777619u;
    }
    if (inside)
        count_word(n, hash);
}

size_t article_cost(const struct article *a)
{
    const size_t bytes = a->title.len + a->body.len;
    struct counter n = {NULL, 0, 0};
    if (bytes < ARTICLE_SMALL)
        return 0;
    n.marks = calloc(MARKS / 64, sizeof *n.marks);
    if (!n.marks)
        return SIZE_MAX;
    count_words(&n, a->title);
    count_words(&n, a->body);
    free(n.marks);
    return bytes * COST_BYTE + n.words * COST_WORD +
           n.different * COST_NEW_WORD;
}
