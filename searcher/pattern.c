/* Owns the meaning of wildcards and fuzzy words. */
#include "searcher/pattern.h"

#include <string.h>

#include "common/utf8.h"

/* In `chars`; no code points. */
#define PATTERN_ANY UINT32_C(0x110000)
#define PATTERN_RUN UINT32_C(0x110001)

/* Characters of a word; 0 if it has too many bytes. Bytes that are no UTF-8
 * stand for themselves. */
static size_t decode(struct slice s, uint32_t out[PATTERN_MAX])
{
    size_t n = 0;
    if (s.len > PATTERN_MAX)
        return 0;
    while (s.len > 0) {
        size_t len = utf8_decode(s.data, s.len, &out[n]);
        if (len == 0) {
            out[n] = (unsigned char)*s.data;
            len = 1;
        }
        n++;
        s.data += len;
        s.len -= len;
    }
    return n;
}

bool pattern_wildcard(struct pattern *p, struct slice text)
{
    size_t n = 0;
    memset(p, 0, sizeof *p);
    if (text.len == 0 || text.len > PATTERN_MAX)
        return false;
    while (n < text.len && text.data[n] != '*' && text.data[n] != '?')
        n++;
    memcpy(p->prefix, text.data, n);
    p->prefix_len = n;
    p->count = decode(text, p->chars);
    for (size_t i = 0; i < p->count; i++)
        p->chars[i] = p->chars[i] == '*'   ? PATTERN_RUN
                      : p->chars[i] == '?' ? PATTERN_ANY
                                           : p->chars[i];
    return true;
}

bool pattern_fuzzy(struct pattern *p, struct slice text, unsigned edits)
{
    memset(p, 0, sizeof *p);
    if (text.len == 0 || text.len > PATTERN_MAX)
        return false;
    p->count = decode(text, p->chars);
    p->edits = edits;
    return true;
}

/* Goes back to the last `*` where a character does not fit. */
static bool fits(const struct pattern *p, const uint32_t *word, size_t len)
{
    size_t i = 0, at = 0, star = p->count, from = 0;
    while (at < len) {
        if (i < p->count &&
            (p->chars[i] == PATTERN_ANY || p->chars[i] == word[at])) {
            i++;
            at++;
        } else if (i < p->count && p->chars[i] == PATTERN_RUN) {
            star = i++;
            from = at;
        } else if (star < p->count) {
            i = star + 1;
            at = ++from;
        } else {
            return false;
        }
    }
    while (i < p->count && p->chars[i] == PATTERN_RUN)
        i++;
    return i == p->count;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Whether the words are near enough. Row i of the table has the distances of
 * the pattern's first i characters to the beginnings of the word; only
 * those near the diagonal can be small. */
static bool near_enough(const struct pattern *p, const uint32_t *word,
                        size_t len)
{
    unsigned rows[3][PATTERN_MAX + 1];
    const size_t k = p->edits;
    const unsigned far = p->edits + 1;
    if (len + k < p->count || p->count + k < len)
        return false;
    for (size_t j = 0; j <= len; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= p->count; i++) {
        unsigned *row = rows[i % 3], *last = rows[(i + 2) % 3],
                 *before = rows[(i + 1) % 3], best = far;
        size_t low = i > k ? i - k : 1, high = i + k < len ? i + k : len;
        row[low - 1] = low == 1 ? (unsigned)i : far;
        for (size_t j = low; j <= high; j++) {
            unsigned same = p->chars[i - 1] == word[j - 1] ? 0 : 1;
            unsigned d = last[j - 1] + same;
            d = least(d, row[j - 1] + 1);
            if (j < i + k) /* the row above reaches this far */
                d = least(d, last[j] + 1);
            if (i > 1 && j > 1 && p->chars[i - 1] == word[j - 2] &&
                p->chars[i - 2] == word[j - 1])
                d = least(d, before[j - 2] + 1);
            row[j] = d;
            best = least(best, d);
        }
        if (high < len)
            row[high + 1] = far;
        if (least(best, row[low - 1]) > k)
            return false;
    }
    return rows[p->count % 3][len] <= k;
}

bool pattern_matches(const struct pattern *p, struct slice word)
{
    uint32_t chars[PATTERN_MAX];
    size_t len = decode(word, chars);
    if (len == 0)
        return false;
    return p->edits ? near_enough(p, chars, len) : fits(p, chars, len);
}
