/* Owns the meaning of wildcards and fuzzy words. */
#include "searcher/query/pattern.h"

#include <string.h>

#include "common/base/utf8.h"

/* In `chars`; no code points. */
#define PATTERN_ANY UINT32_C(0x110000)
#define PATTERN_RUN UINT32_C(0x110001)

/* Bytes of the first character. A byte that is no UTF-8 stands for itself. */
static size_t decode_one(struct slice s, uint32_t *out)
{
    const size_t len = utf8_decode(s.data, s.len, out);
    if (len > 0)
        return len;
    *out = (unsigned char)*s.data;
    return 1;
}

/* Characters of a word; 0 if it has too many bytes. */
static size_t decode(struct slice s, uint32_t out[PATTERN_MAX])
{
    size_t n = 0;
    if (s.len > PATTERN_MAX)
        return 0;
    while (s.len > 0) {
        const size_t len = decode_one(s, &out[n++]);
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

/* ---- Fuzzy words: the table of distances between beginnings of the word and
 * of the pattern, of which only the cells near the diagonal can be small
 * enough. Row i, cell j - i + edits: i characters of the word, j of the
 * pattern. */

static uint8_t least(unsigned a, unsigned b)
{
    return (uint8_t)(a < b ? a : b);
}

void pattern_walk_init(struct pattern_walk *w, const struct pattern *p)
{
    const unsigned k = p->edits;
    w->pattern = p;
    w->len = w->chars = 0;
    w->no_fit = SIZE_MAX;
    w->at[0] = 0;
    for (unsigned c = 0; c < PATTERN_BAND; c++)
        w->rows[0][c] = (uint8_t)(c < k ? k + 1 : c - k);
    w->best[0] = 0;
}

/* Fills the row of the next character, which is w->word[w->chars]. */
static void add_row(struct pattern_walk *w)
{
    const struct pattern *p = w->pattern;
    const size_t i = ++w->chars, k = p->edits;
    const uint32_t *word = w->word;
    const uint8_t *last = w->rows[i - 1];
    uint8_t *row = w->rows[i], best = (uint8_t)(k + 1);
    for (size_t c = 0; c <= 2 * k; c++) {
        const size_t j = i + c - k; /* wraps where there is no such column */
        uint8_t d = (uint8_t)(k + 1);
        if (i + c < k || j > p->count) {
            row[c] = d;
            continue;
        }
        if (c < 2 * k)
            d = least(d, last[c + 1] + 1u);
        if (c > 0 && j > 0)
            d = least(d, row[c - 1] + 1u);
        if (j > 0)
            d = least(d, last[c] + (p->chars[j - 1] == word[i - 1] ? 0u : 1u));
        if (i > 1 && j > 1 && p->chars[j - 1] == word[i - 2] &&
            p->chars[j - 2] == word[i - 1])
            d = least(d, w->rows[i - 2][c] + 1u);
        row[c] = d;
        best = least(best, d);
    }
    w->best[i] = best;
}

/* Whether no word with the characters so far is near enough: neither the last
 * row nor, for a swap, the one before leads there. */
static bool is_hopeless(const struct pattern_walk *w)
{
    const size_t i = w->chars;
    return w->best[i] > w->pattern->edits && i > 0 &&
           w->best[i - 1] + 1u > w->pattern->edits;
}

/* Bytes that the word shares with the last one. */
static size_t shared_with_last(const struct pattern_walk *w, struct slice word)
{
    const size_t most = word.len < w->len ? word.len : w->len;
    size_t n = 0;
    while (n < most && word.data[n] == w->last[n])
        n++;
    /* Only what ends where a character of this word does. */
    while (n > 0 && n < word.len &&
           ((unsigned char)word.data[n] & 0xC0) == 0x80)
        n--;
    return n;
}

static bool walk_fuzzy(struct pattern_walk *w, struct slice word)
{
    const struct pattern *p = w->pattern;
    const size_t shared = shared_with_last(w, word);
    if (shared >= w->no_fit)
        return false;
    /* Rows of whole characters that are the same. */
    while (w->at[w->chars] > shared)
        w->chars--;
    memcpy(w->last + shared, word.data + shared, word.len - shared);
    w->len = word.len;
    w->no_fit = SIZE_MAX;
    while (w->at[w->chars] < word.len) {
        const size_t at = w->at[w->chars];
        const size_t used = decode_one(
            (struct slice){word.data + at, word.len - at}, &w->word[w->chars]);
        add_row(w);
        w->at[w->chars] = (uint16_t)(at + used);
        if (is_hopeless(w)) {
            w->no_fit = w->at[w->chars];
            w->len = w->no_fit; /* what is behind was not looked at */
            return false;
        }
    }
    const size_t n = w->chars, k = p->edits;
    return n + k >= p->count && p->count + k >= n &&
           w->rows[n][p->count + k - n] <= k;
}

bool pattern_walk_next(struct pattern_walk *w, struct slice word)
{
    uint32_t chars[PATTERN_MAX];
    const struct pattern *p = w->pattern;
    if (word.len == 0 || word.len > PATTERN_MAX)
        return false;
    if (p->edits)
        return walk_fuzzy(w, word);
    return fits(p, chars, decode(word, chars));
}

bool pattern_matches(const struct pattern *p, struct slice word)
{
    struct pattern_walk walk;
    pattern_walk_init(&walk, p);
    return pattern_walk_next(&walk, word);
}
