/* Owns the search of phrases in article streams.
 * Promises to find exactly the places where the words stand side by side. */
#include "common/stream/stream.h"

#include <stdlib.h>
#include <string.h>

#include "common/stream/scdc.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

int stream_phrase_init(struct stream_phrase *p, const struct dict *dict,
                       const struct slice *words, size_t count,
                       struct nh_error *err)
{
    memset(p, 0, sizeof *p);
    if (count == 0 || count > STREAM_PHRASE_MAX)
        return error_set(err, NH_EQUERY, "a phrase has more than %d words",
                         STREAM_PHRASE_MAX);
    p->words = calloc(count, sizeof *p->words);
    p->codes = calloc(count, sizeof *p->codes);
    if (!p->words || !p->codes)
        goto nomem;
    for (size_t i = 0; i < count; i++) {
        char *copy = malloc(words[i].len + 1);
        if (!copy)
            goto nomem;
        memcpy(copy, words[i].data, words[i].len);
        p->words[i] = (struct slice){copy, words[i].len};
        p->count = i + 1;
        p->codes[i] = dict_find(dict, words[i]);
        p->locals |= p->codes[i] == DICT_NONE;
    }
    return NH_OK;
nomem:
    stream_phrase_release(p);
    return error_nomem(err);
}

void stream_phrase_release(struct stream_phrase *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++) {
        union {
            const char *in;
            char *out;
        } word = {p->words[i].data};
        free(word.out);
    }
    free(p->words);
    free(p->codes);
    buf_release(&p->pattern);
    memset(p, 0, sizeof *p);
}

/* Folded form of a literal as stored; points into `scratch` if it had to be
 * made. */
static struct slice literal_folded(struct slice bytes, unsigned spelling,
                                   struct buf *scratch)
{
    if (spelling != SPELLING_OTHER)
        return bytes;
    struct word_scanner s;
    struct word w;
    const bool failed = scratch->failed; /* once, and for good */
    word_scanner_init(&s, bytes);
    buf_reset(scratch);
    if (word_next(&s, &w))
        buf_append(scratch, w.folded.data, w.folded.len);
    scratch->failed = scratch->failed || s.scratch.failed || failed;
    word_scanner_release(&s);
    return (struct slice){scratch->data, scratch->len};
}

bool stream_locals_next(struct stream_locals *l, struct buf *scratch,
                        struct slice *folded)
{
    uint64_t head;
    if (l->p >= l->end || !varint_read(&l->p, l->end, &head) ||
        head >> 2 > (uint64_t)(l->end - l->p))
        return false;
    struct slice bytes = {(const char *)l->p, (size_t)(head >> 2)};
    l->p += head >> 2;
    *folded = literal_folded(bytes, head & 3, scratch);
    return true;
}

/* Number of a word among the article's locals, or DICT_NONE. */
static uint32_t find_local(struct slice area, struct slice word,
                           struct buf *scratch)
{
    const uint8_t *p = (const uint8_t *)area.data;
    struct stream_locals l = {p, p + area.len};
    struct slice local;
    for (uint32_t k = 0; stream_locals_next(&l, scratch, &local); k++)
        if (slice_equal(local, word))
            return k;
    return DICT_NONE;
}

/* Notes the two rarest bytes of the pattern. */
static void choose_bytes(struct stream_phrase *p, const struct dict *dict)
{
    const uint8_t *pat = (const uint8_t *)p->pattern.data;
    p->rare = 0;
    for (size_t i = 1; i < p->pattern.len; i++)
        if (dict->weights[pat[i]] < dict->weights[pat[p->rare]])
            p->rare = i;
    p->second = p->rare == 0 && p->pattern.len > 1 ? 1 : 0;
    for (size_t i = 1; i < p->pattern.len; i++)
        if (i != p->rare &&
            dict->weights[pat[i]] < dict->weights[pat[p->second]])
            p->second = i;
}

/* Codes of the phrase's words in this article; false if one is not in it. */
static bool make_pattern(struct stream_phrase *p, const struct dict *dict,
                         struct slice literals)
{
    struct buf scratch = BUF_INIT;
    bool found = true;
    buf_reset(&p->pattern);
    for (size_t i = 0; i < p->count && found; i++) {
        uint32_t rank;
        if (p->codes[i] != DICT_NONE) {
            rank = dict_word_rank(dict, p->codes[i]);
        } else {
            uint32_t k = find_local(literals, p->words[i], &scratch);
            found = k != DICT_NONE;
            rank = found ? dict_local_rank(dict, k) : 0;
        }
        uint8_t code[SCDC_MAX_BYTES];
        size_t n = scdc_put(rank, dict->s, code);
        found = found && n > 0;
        buf_append(&p->pattern, code, n);
    }
    p->failed = p->failed || scratch.failed || p->pattern.failed;
    buf_release(&scratch);
    if (!found || p->pattern.failed)
        return false;
    choose_bytes(p, dict);
    return true;
}

/* A plane, the pattern that is looked for in it, and the byte from which on
 * codes end. */
struct scan {
    const uint8_t *text, *pattern;
    size_t len, rare, second;
    uint32_t stoppers;
};

/* An occurrence counts where a code begins. Codes end in stoppers, so its end
 * needs no look. */
static bool stands_at(const struct scan *s, const uint8_t *start)
{
    return (start == s->text || start[-1] >= s->stoppers) &&
           memcmp(start, s->pattern, s->len) == 0;
}

/* The scans look at the starts [start, end): at many of them at a time for both
 * bytes, as long as there are as many; *rest is where they stopped. */
#ifdef __SSE2__
static bool scan_16(const struct scan *s, const uint8_t *start,
                    const uint8_t *end, const uint8_t **rest)
{
    const __m128i rare = _mm_set1_epi8((char)s->pattern[s->rare]),
                  second = _mm_set1_epi8((char)s->pattern[s->second]);
    for (; end - start >= 16; start += 16) {
        __m128i a =
            _mm_loadu_si128((const __m128i *)(const void *)(start + s->rare));
        __m128i b =
            _mm_loadu_si128((const __m128i *)(const void *)(start + s->second));
        uint32_t both = (uint32_t)_mm_movemask_epi8(
            _mm_and_si128(_mm_cmpeq_epi8(a, rare), _mm_cmpeq_epi8(b, second)));
        for (; both; both &= both - 1)
            if (stands_at(s, start + __builtin_ctz(both)))
                return true;
    }
    *rest = start;
    return false;
}

__attribute__((target("avx2"))) static bool scan_32(const struct scan *s,
                                                    const uint8_t *start,
                                                    const uint8_t *end,
                                                    const uint8_t **rest)
{
    const __m256i rare = _mm256_set1_epi8((char)s->pattern[s->rare]),
                  second = _mm256_set1_epi8((char)s->pattern[s->second]);
    for (; end - start >= 32; start += 32) {
        __m256i a = _mm256_loadu_si256(
            (const __m256i *)(const void *)(start + s->rare));
        __m256i b = _mm256_loadu_si256(
            (const __m256i *)(const void *)(start + s->second));
        uint32_t both = (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(
            _mm256_cmpeq_epi8(a, rare), _mm256_cmpeq_epi8(b, second)));
        for (; both; both &= both - 1)
            if (stands_at(s, start + __builtin_ctz(both)))
                return true;
    }
    *rest = start;
    return false;
}
#endif

static bool find_pattern(const struct stream_phrase *p, const struct dict *dict,
                         struct slice plane)
{
    const struct scan s = {(const uint8_t *)plane.data,
                           (const uint8_t *)p->pattern.data,
                           p->pattern.len,
                           p->rare,
                           p->second,
                           256 - dict->s};
    if (s.len == 0 || s.len > plane.len)
        return false;
    const uint8_t *start = s.text, *end = s.text + (plane.len - s.len) + 1;
#ifdef __SSE2__
    if (__builtin_cpu_supports("avx2") && scan_32(&s, start, end, &start))
        return true;
    if (scan_16(&s, start, end, &start))
        return true;
#endif
    while (start < end && (start = memchr(start + s.rare, s.pattern[s.rare],
                                          (size_t)(end - start))) != NULL) {
        start -= s.rare;
        if (stands_at(&s, start))
            return true;
        start++;
    }
    return false;
}

/* Stored texts, which are rare: both sides folded to " word word ". */
static bool find_in_text(struct stream_phrase *p, struct slice text)
{
    struct word_scanner s;
    struct word w;
    struct buf folded = BUF_INIT;
    buf_append_byte(&folded, ' ');
    word_scanner_init(&s, text);
    while (word_next(&s, &w)) {
        buf_append(&folded, w.folded.data, w.folded.len);
        buf_append_byte(&folded, ' ');
    }
    p->failed = p->failed || s.scratch.failed;
    word_scanner_release(&s);
    struct buf wanted = BUF_INIT;
    buf_append_byte(&wanted, ' ');
    for (size_t i = 0; i < p->count; i++) {
        buf_append(&wanted, p->words[i].data, p->words[i].len);
        buf_append_byte(&wanted, ' ');
    }
    bool found = false;
    if (!folded.failed && !wanted.failed && wanted.len <= folded.len) {
        const char *at = folded.data;
        const char *last = folded.data + (folded.len - wanted.len);
        while (!found && at && at <= last) {
            found = memcmp(at, wanted.data, wanted.len) == 0;
            at = memchr(at + 1, ' ', (size_t)(last - at));
        }
    }
    p->failed = p->failed || folded.failed || wanted.failed;
    buf_release(&folded);
    buf_release(&wanted);
    return found;
}

bool stream_phrase_match(struct stream_phrase *p, const struct dict *dict,
                         struct slice stream, enum stream_scope scope)
{
    struct stream_parts parts;
    if (!stream_split(stream, &parts))
        return false;
    if (parts.stored) {
        size_t body = parts.title_len + 1;
        struct slice title = {parts.text.data, parts.title_len};
        struct slice rest = {parts.text.data + body, parts.text.len - body};
        return (scope != SCOPE_BODY && find_in_text(p, title)) ||
               (scope != SCOPE_TITLE && find_in_text(p, rest));
    }
    if ((p->locals || p->pattern.len == 0) &&
        !make_pattern(p, dict, parts.literals))
        return false;
    return (scope != SCOPE_BODY && find_pattern(p, dict, parts.title_plane)) ||
           (scope != SCOPE_TITLE && find_pattern(p, dict, parts.body_plane));
}
