/* Owns the templates of features. */
#include "entities/features.h"

/* A fingerprint of a template, by its number, and up to two values. */
static uint32_t feature(uint32_t template, uint32_t a, uint32_t b)
{
    uint64_t x = ((uint64_t)a << 32 | b) + template * 0xd1342543de82ef95u;
    x ^= x >> 32;
    x *= 0x9e3779b97f4a7c15u;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9u;
    return (uint32_t)(x >> 32);
}

/* Templates of words have these numbers, one set for each family. */
enum word_template {
    T_WORD,
    T_DIGITS,
    T_FINE,
    T_COARSE,
    T_LISTS,
    T_LIST, /* one of them */
    T_USE,
    T_COMMON,
    T_SHAPE,
    T_AFFIX, /* WORD_AFFIXES of them */
    T_WORD_END = T_AFFIX + WORD_AFFIXES
};

static uint32_t names_of(const struct model_word *m)
{
    return m->gazetteers & ~(uint32_t)(GAZ_PHRASE_BEGIN | GAZ_OWN);
}

static size_t add_affixes(const struct word_type *w, unsigned first,
                          unsigned last, uint32_t base, uint32_t *out)
{
    size_t n = 0;
    for (unsigned i = first; i < last; i++)
        if (w->affix[i])
            out[n++] = feature(base + T_AFFIX + i, w->affix[i], 0);
    return n;
}

size_t features_word(const struct word_type *w, enum feature_family family,
                     uint32_t *out)
{
    const uint32_t base = 64u * ((uint32_t)family + 1);
    const struct model_word *m = &w->info;
    size_t n = 0;
    out[n++] = feature(base + T_WORD, w->lower, 0);
    if (m->fine) {
        out[n++] = feature(base + T_FINE, m->fine, 0);
        out[n++] = feature(base + T_COARSE, m->coarse, 0);
    }
    if (names_of(m))
        out[n++] = feature(base + T_LISTS, names_of(m), m->cased);
    if (family == FAMILY_OTHER_BEFORE || family == FAMILY_OTHER_BEHIND)
        return n;
    out[n++] = feature(base + T_SHAPE, w->shape, w->kind);
    if (family == FAMILY_BEFORE_2 || family == FAMILY_BEHIND_2)
        return n;
    out[n++] = feature(base + T_USE, m->cased, w->kind);
    if (family != FAMILY_SELF)
        return n + add_affixes(w, 4, 5, base, out + n);
    if (w->digits != w->lower)
        out[n++] = feature(base + T_DIGITS, w->digits, 0);
    for (unsigned bit = 0; bit < GAZ_LISTS; bit++)
        if (m->gazetteers >> bit & 1)
            out[n++] = feature(base + T_LIST, bit, 0);
    out[n++] = feature(base + T_COMMON, m->common, m->cased);
    return n + add_affixes(w, 0, WORD_AFFIXES, base, out + n);
}

/* Templates of places come behind those of families. */
enum place_template {
    P_FIRST = 1024,
    P_MODE,
    P_MODE_SHAPE,
    P_MODE_USE,
    P_WORDS_BEFORE,
    P_WORDS_BEHIND,
    P_TWO_BEFORE,
    P_COARSE_THREE,
    P_SHAPES_AROUND,
    P_PHRASE,
    P_ARTICLE,
    P_SPAN_TAIL,
    P_SPAN_TAIL_FINE,
    P_SPAN_HEAD_COARSE,
    P_SPAN_BEFORE,
    P_SPAN_BEHIND_COARSE
};

static uint32_t pair(uint32_t a, uint32_t b)
{
    return a * 2654435761u ^ b;
}

/* Capitals to either side that are looked at. */
#define SPAN_MAX 8

/* Those of the capitals that stand together with the token: what class a name
 * is of, its first and last words and its surroundings say. */
static size_t features_span(const struct feature_place *p, uint32_t *out)
{
    long first = 0, last = 0;
    while (first > -SPAN_MAX && word_is_capital(feature_word_at(p, first - 1)))
        first--;
    while (last < SPAN_MAX && word_is_capital(feature_word_at(p, last + 1)))
        last++;
    const struct word_type *head = feature_word_at(p, first),
                           *tail = feature_word_at(p, last),
                           *before = feature_word_at(p, first - 1),
                           *behind = feature_word_at(p, last + 1);
    const uint32_t where = (uint32_t)(first == 0) | (uint32_t)(last == 0) << 1;
    size_t n = 0;
    out[n++] = feature(P_SPAN_TAIL, tail->lower, where);
    out[n++] = feature(P_SPAN_TAIL_FINE, tail->info.fine, where);
    out[n++] = feature(P_SPAN_HEAD_COARSE, head->info.coarse, where);
    out[n++] = feature(P_SPAN_BEFORE, before->lower, where);
    out[n++] = feature(P_SPAN_BEHIND_COARSE, behind->info.coarse, where);
    return n;
}

size_t features_place(const struct feature_place *p, uint32_t *out)
{
    const struct document *d = p->document;
    const struct doc_token *t = &d->tokens[p->token];
    const struct word_type *w = feature_word_at(p, 0),
                           *a1 = feature_word_at(p, -1),
                           *a2 = feature_word_at(p, -2),
                           *b1 = feature_word_at(p, 1);
    const struct doc_word *word = document_word(d, p->token);
    const uint32_t mode = t->mode, cased = w->info.cased;
    size_t n = 0;
    out[n++] = feature(P_WORDS_BEFORE, a1->lower, w->lower);
    out[n++] = feature(P_WORDS_BEHIND, w->lower, b1->lower);
    out[n++] = feature(P_TWO_BEFORE, a2->lower, a1->lower);
    out[n++] = feature(P_COARSE_THREE, pair(a2->info.coarse, a1->info.coarse),
                       w->info.coarse);
    out[n++] = feature(P_SHAPES_AROUND, pair(a1->shape, b1->shape), w->shape);
    if (mode != MODE_NORMAL || t->first) { /* else the word's own say as much */
        out[n++] = feature(P_MODE, mode, t->first);
        out[n++] = feature(P_FIRST, pair(t->first, cased), mode);
        out[n++] = feature(P_MODE_SHAPE, w->shape, mode);
        out[n++] = feature(P_MODE_USE, pair(cased, w->info.common), mode);
    }
    for (unsigned bit = 0; t->in_phrase && bit < GAZ_LISTS; bit++)
        if (t->gazetteers >> bit & 1)
            out[n++] = feature(P_PHRASE, bit, t->in_phrase);
    n += features_span(p, out + n);
    const uint32_t article =
        (uint32_t)(document_has_small(d, p->token) | word->inside << 1 |
                   (word->count > 1) << 2);
    out[n++] = feature(P_ARTICLE, pair(article, cased), pair(mode, t->first));
    return n;
}

static size_t features_other(const struct document *d, const uint32_t *types,
                             unsigned count, enum feature_family family,
                             uint32_t *out)
{
    size_t n = 0;
    for (unsigned i = 0; i < count; i++)
        n += features_word(&d->types.items[types[i]], family, out + n);
    return n;
}

size_t features_token(const struct feature_place *p, unsigned families,
                      uint32_t *out)
{
    static const long by[] = {[FAMILY_SELF] = 0,
                              [FAMILY_BEFORE] = -1,
                              [FAMILY_BEHIND] = 1,
                              [FAMILY_BEFORE_2] = -2,
                              [FAMILY_BEHIND_2] = 2};
    const struct document *d = p->document;
    const struct doc_word *word = document_word(d, p->token);
    size_t n = families >> FAMILY_COUNT & 1 ? features_place(p, out) : 0;
    for (unsigned f = FAMILY_SELF; f <= FAMILY_BEHIND_2; f++)
        if (families >> f & 1)
            n += features_word(feature_word_at(p, by[f]),
                               (enum feature_family)f, out + n);
    if (!features_have_context(word))
        return n;
    if (families >> FAMILY_OTHER_BEFORE & 1)
        n += features_other(d, word->before, word->before_count,
                            FAMILY_OTHER_BEFORE, out + n);
    if (families >> FAMILY_OTHER_BEHIND & 1)
        n += features_other(d, word->behind, word->behind_count,
                            FAMILY_OTHER_BEHIND, out + n);
    return n;
}
