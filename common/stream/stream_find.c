/* Owns the search for single words in article streams.
 * Codes end in bytes that never stand inside of one, so that their ends can be
 * told, and counted, without decoding: 32 bytes at a time are compared with
 * those that wanted codes end in (by two table look-ups, as Mula's and Lemire's
 * classifiers of bytes), and only what stands there is decoded. */
#include "common/stream/stream.h"

#include <stdlib.h>
#include <string.h>

#include "common/stream/scdc.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

bool stream_finder_begin(struct stream_finder *f, const struct dict *dict)
{
    free(f->wanted);
    f->wanted = calloc((size_t)dict->words.count + 1, 1);
    f->dict = f->wanted ? dict : NULL;
    memset(f->low, 0, sizeof f->low);
    memset(f->high, 0, sizeof f->high);
    memset(f->ends, 0, sizeof f->ends);
    f->count = 0;
    return f->wanted != NULL;
}

void stream_finder_release(struct stream_finder *f)
{
    free(f->wanted);
    free(f->hits);
    memset(f, 0, sizeof *f);
}

/* Number of the bit for a code's last two bytes. */
static inline uint32_t end_bit(const struct stream_finder *f, uint8_t before,
                               uint8_t end)
{
    const uint32_t first = before < 256 - f->dict->s ? before : 255;
    return first << 8 | end;
}

/* Notes the last bytes of a rank's code. */
static void note_end(struct stream_finder *f, uint32_t rank)
{
    uint8_t code[SCDC_MAX_BYTES];
    const size_t n = scdc_put(rank, f->dict->s, code);
    if (n == 0)
        return;
    const uint8_t end = code[n - 1], bit = (uint8_t)(1u << (end >> 4) % 8);
    f->low[end & 15] |= bit;
    f->high[end >> 4] |= bit;
    const uint32_t n2 = end_bit(f, n > 1 ? code[n - 2] : 255, end);
    f->ends[n2 / 8] |= (uint8_t)(1u << n2 % 8);
}

void stream_finder_want(struct stream_finder *f, uint32_t code)
{
    f->wanted[code] = 1;
    note_end(f, dict_word_rank(f->dict, code));
}

bool stream_finder_add(struct stream_finder *f, uint32_t at, uint32_t code)
{
    if (f->count == f->cap) {
        struct stream_hit *hits = array_grow(f->hits, &f->cap, sizeof *hits);
        if (!hits)
            return false;
        f->hits = hits;
    }
    f->hits[f->count++] = (struct stream_hit){at, code};
    return true;
}

/* A plane that is searched. */
struct plane {
    struct stream_finder *finder;
    const uint8_t *start, *end;
    const uint32_t *locals;
    size_t local_count;
    uint32_t words; /* before what is looked at now */
};

/* Looks at the code that ends at `last`, which is word number `at`. */
static bool look(const struct plane *p, const uint8_t *last, uint32_t at)
{
    struct stream_finder *f = p->finder;
    const struct dict *d = f->dict;
    const uint32_t stoppers = 256 - d->s;
    const uint8_t *first = last;
    const uint32_t bit = end_bit(f, last > p->start ? last[-1] : 255, *last);
    uint32_t rank;
    if (!(f->ends[bit / 8] & 1u << bit % 8))
        return true;
    while (first > p->start && first[-1] < stoppers &&
           last - first < SCDC_MAX_BYTES)
        first--;
    if (!scdc_get(&first, last + 1, d->s, &rank))
        return true; /* no code */
    if (rank < d->s ||
        (rank >= d->s + DICT_LOCALS && rank < dict_base(d) + DICT_LOCALS)) {
        const uint32_t code = rank < d->s ? rank : rank - DICT_LOCALS;
        return code >= d->words.count || !f->wanted[code] ||
               stream_finder_add(f, at, code);
    }
    const uint32_t local =
        rank < d->s + DICT_LOCALS ? rank - d->s : rank - dict_base(d);
    for (size_t i = 0; i < p->local_count; i++)
        if (p->locals[i] == local)
            return stream_finder_add(f, at, d->words.count + local);
    return true;
}

static bool find_plain(struct plane *p, const uint8_t *from)
{
    const struct stream_finder *f = p->finder;
    const uint32_t stoppers = 256 - f->dict->s;
    for (; from < p->end; from++) {
        if (*from < stoppers)
            continue;
        if ((f->low[*from & 15] & f->high[*from >> 4]) &&
            !look(p, from, p->words))
            return false;
        p->words++;
    }
    return true;
}

#ifdef __SSE2__
__attribute__((target("avx2,popcnt"))) static bool find_32(struct plane *p,
                                                           const uint8_t **rest)
{
    const struct stream_finder *f = p->finder;
    const __m256i low = _mm256_broadcastsi128_si256(
                      _mm_loadu_si128((const __m128i *)(const void *)f->low)),
                  high = _mm256_broadcastsi128_si256(
                      _mm_loadu_si128((const __m128i *)(const void *)f->high)),
                  half = _mm256_set1_epi8(15), zero = _mm256_setzero_si256(),
                  stopper = _mm256_set1_epi8((char)(256 - f->dict->s));
    const uint8_t *at = p->start;
    for (; p->end - at >= 32; at += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)at);
        __m256i both = _mm256_and_si256(
            _mm256_shuffle_epi8(low, _mm256_and_si256(v, half)),
            _mm256_shuffle_epi8(
                high, _mm256_and_si256(_mm256_srli_epi16(v, 4), half)));
        const uint32_t stops = (uint32_t)_mm256_movemask_epi8(
            _mm256_cmpeq_epi8(_mm256_max_epu8(v, stopper), v));
        uint32_t maybe =
            ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(both, zero)) &
            stops;
        for (; maybe; maybe &= maybe - 1) {
            const unsigned bit = (unsigned)__builtin_ctz(maybe);
            const uint32_t before =
                (uint32_t)__builtin_popcount(stops & ((1u << bit) - 1));
            if (!look(p, at + bit, p->words + before))
                return false;
        }
        p->words += (uint32_t)__builtin_popcount(stops);
    }
    *rest = at;
    return true;
}
#endif

static bool find_in(struct plane *p, struct slice text)
{
    const uint8_t *rest = (const uint8_t *)text.data;
    p->start = rest;
    p->end = rest + text.len;
#ifdef __SSE2__
    if (__builtin_cpu_supports("avx2") && !find_32(p, &rest))
        return false;
#endif
    return find_plain(p, rest);
}

bool stream_find(struct stream_finder *f, const struct stream_parts *parts,
                 const uint32_t *locals, size_t local_count)
{
    uint8_t low[16], high[16]; /* without the locals */
    struct plane p = {f, NULL, NULL, locals, local_count, 0};
    memcpy(low, f->low, sizeof low);
    memcpy(high, f->high, sizeof high);
    for (size_t i = 0; i < local_count; i++)
        note_end(f, dict_local_rank(f->dict, locals[i]));
    f->count = 0;
    bool good = find_in(&p, parts->title_plane);
    f->titles = p.words;
    good = good && find_in(&p, parts->body_plane);
    f->words = p.words;
    memcpy(f->low, low, sizeof low);
    memcpy(f->high, high, sizeof high);
    return good; /* ends that are left over only mean more looks */
}
