/* BM25 as this project uses it (Robertson and Zaragoza 2009, section 3.4), with
 * Xapian's inverse document frequency, which is never negative: the numbers
 * that Xapian::BM25Weight(k1, 0, 1000, b, 0) gives. Words of the title count
 * BM25_TITLE times in an article's wdf (the simple BM25F of Robertson,
 * Zaragoza and Taylor 2004).
 *
 * Scores of terms are rounded to multiples of BM25_GRID. Sums of those are
 * exact, so that a score does not depend on the order in which it was added
 * up, nor on segments or threads. */
#ifndef COMMON_STORE_BM25_H
#define COMMON_STORE_BM25_H

#include <math.h>
#include <stdint.h>

#define BM25_K1 1.2
#define BM25_B 0.75
#define BM25_TITLE 3
/* 2^-36: sums up to 2^17, more than 1,000 terms can score, stay exact. */
#define BM25_GRID (1.0 / (UINT64_C(1) << 36))

/* `score` (0 to 2^15) as a multiple of the grid: added to a number of which
 * the last bit of a double is worth that much. */
static inline double bm25_round(double score)
{
    const double shift = 1.5 * (UINT64_C(1) << 16);
    return score + shift - shift;
}

/* Weight of a term that is in `having` of `articles`: what a tf part of 1 would
 * score. */
static inline double bm25_weight(uint64_t articles, uint64_t having)
{
    if (having > articles) /* only a damaged index has that */
        having = articles;
    double odds =
        ((double)articles - (double)having + 0.5) / ((double)having + 0.5);
    if (odds < 2)
        odds = odds * 0.5 + 1;
    return log(odds) * (BM25_K1 + 1);
}

/* What an article's length adds to wdf in the tf part: base + per_word *
 * length.
 */
struct bm25_norm {
    double base, per_word;
};

/* `average` > 0: length of an article. */
static inline struct bm25_norm bm25_norm(double average)
{
    return (struct bm25_norm){BM25_K1 * (1 - BM25_B),
                              BM25_K1 * BM25_B / average};
}

/* The tf part, 0 to 1: grows with wdf, falls with the length. */
static inline double bm25_tf(struct bm25_norm norm, uint32_t wdf,
                             uint32_t length)
{
    return wdf / (norm.base + norm.per_word * length + wdf);
}

/* Score of a posting. */
static inline double bm25_score(double weight, struct bm25_norm norm,
                                uint32_t wdf, uint32_t length)
{
    return bm25_round(weight * bm25_tf(norm, wdf, length));
}

#endif
