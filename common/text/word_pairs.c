/* Owns the choice of the neighbouring words that are a term together. */
#include <string.h>

#include "common/text/analysis.h"

/* By their share of Reuters newswire and of press releases, mean of both, where
 * neither has more than four times that of the other; and function words.
 * Sorted. */
/* clang-format off */
static const char *const common_words[ANALYSIS_COMMON] = {
    "a", "about", "administration", "after", "against", "all", "also",
    "american", "an", "and", "any", "are", "as", "at", "be", "because",
    "been", "budget", "but", "by", "can", "chairman", "committee", "could",
    "country", "current", "department", "development", "do", "economic",
    "energy", "federal", "first", "five", "for", "foreign", "from", "funds",
    "government", "had", "has", "have", "he", "his", "house", "i", "if",
    "in", "increase", "international", "into", "is", "it", "its", "last",
    "long", "made", "make", "many", "may", "more", "most", "must",
    "national", "new", "no", "not", "now", "of", "oil", "on", "one", "only",
    "or", "other", "our", "out", "over", "plan", "president", "public",
    "report", "said", "service", "services", "should", "so", "some",
    "state", "statement", "states", "support", "system", "tax", "than",
    "that", "the", "their", "there", "these", "they", "this", "those",
    "three", "through", "time", "to", "today", "two", "under", "united",
    "up", "was", "washington", "we", "week", "were", "when", "which",
    "while", "who", "will", "with", "world", "would", "year", "years",
    "york"};
/* clang-format on */

unsigned analysis_common(struct slice folded)
{
    unsigned low = 0, high = folded.len ? ANALYSIS_COMMON : 0;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        const char *word = common_words[middle];
        size_t len = strlen(word);
        int order =
            memcmp(word, folded.data, len < folded.len ? len : folded.len);
        if (order == 0)
            order = (len > folded.len) - (len < folded.len);
        if (order == 0)
            return middle + 1;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

struct slice analysis_common_word(unsigned number)
{
    return slice_of(common_words[number - 1]);
}

bool analysis_short_pair(struct slice a, struct slice b)
{
    if (a.len > ANALYSIS_PAIR_MAX || b.len > ANALYSIS_PAIR_MAX ||
        (a.len > 1 && b.len > 1))
        return false;
    if (a.len == 1 && b.len == 1)
        return true;
    char lone = a.len == 1 ? a.data[0] : b.data[0];
    return lone != 'a' && lone != 'i';
}

bool analysis_pairs(struct slice a, struct slice b)
{
    return (analysis_common(a) && analysis_common(b)) ||
           analysis_short_pair(a, b);
}
