/* Owns decoding: Viterbi over the legal sequences of labels, in integers.
 * Promises the best sequence of each run of tokens by the model's weights. */
#include "indexer/entities/tagger.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/entities/features.h"

/* Weights of the labels but LABEL_NONE, whose weight is 0. Sums of some hundred
 * int8 each. */
struct scores {
    int16_t of[LABEL_ROW];
};

/* Sums of a word's features, by family; 0: not made yet, else number in the
 * pool + 1. */
struct cached {
    uint32_t at[FAMILY_COUNT];
};

struct tagger {
    const struct entity_model *model;
    struct document document;
    struct cached *cached; /* by number of the type */
    uint32_t cached_cap;
    struct scores *pool;
    size_t pool_count, pool_cap;
    uint32_t types, age; /* of the document's types at the last run */
    struct scores *run;  /* of the run at hand */
    uint8_t (*back)[LABEL_COUNT];
    size_t run_cap;
    uint8_t *labels;
    size_t label_cap;
};

bool tagger_new(struct tagger **out, const struct entity_model *model)
{
    struct tagger *t = calloc(1, sizeof *t);
    *out = NULL;
    if (!t)
        return false;
    t->model = model;
    if (!document_init(&t->document, model)) {
        tagger_free(t);
        return false;
    }
    *out = t;
    return true;
}

void tagger_free(struct tagger *t)
{
    if (!t)
        return;
    document_release(&t->document);
    free(t->cached);
    free(t->pool);
    free(t->run);
    free(t->back);
    free(t->labels);
    free(t);
}

struct document *tagger_document(struct tagger *t)
{
    return &t->document;
}

/* ---- Scores. */

static inline void add_scores(struct scores *to, const struct scores *s)
{
    for (unsigned k = 0; k < LABEL_ROW; k++)
        to->of[k] = (int16_t)(to->of[k] + s->of[k]);
}

/* Adds the weights of FEATURES_PLACE_MAX features at most. The table is larger
 * than the processor's caches, so that all of it is fetched before it is used.
 */
static void add_features(const struct entity_model *m, const uint32_t *features,
                         size_t count, struct scores *to)
{
    const int8_t *rows[FEATURES_PLACE_MAX];
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&m->rows.slots[features[i] & m->rows.mask]);
    for (size_t i = 0; i < count; i++) {
        const uint32_t row = model_find(&m->rows, features[i]);
        if (row == UINT32_MAX)
            continue;
        rows[found] = m->weights + (size_t)row * LABEL_ROW;
        __builtin_prefetch(rows[found++]);
    }
    for (size_t i = 0; i < found; i++)
        for (unsigned k = 0; k < LABEL_ROW; k++)
            to->of[k] = (int16_t)(to->of[k] + rows[i][k]);
}

/* Adds the sums of a word's features in a family. False: no memory. */
static bool add_word(struct tagger *t, uint32_t type,
                     enum feature_family family, struct scores *to)
{
    uint32_t *at = &t->cached[type].at[family];
    if (*at == 0) {
        uint32_t features[FEATURES_WORD_MAX];
        if (t->pool_count == t->pool_cap) {
            struct scores *pool =
                array_grow(t->pool, &t->pool_cap, sizeof *pool);
            if (!pool)
                return false;
            t->pool = pool;
        }
        struct scores *s = &t->pool[t->pool_count++];
        memset(s, 0, sizeof *s);
        const size_t n =
            features_word(&t->document.types.items[type], family, features);
        add_features(t->model, features, n, s);
        *at = (uint32_t)t->pool_count;
    }
    add_scores(to, &t->pool[*at - 1]);
    return true;
}

static uint32_t type_at(const struct feature_place *p, long by)
{
    const long at = (long)p->token + by;
    return at < (long)p->start || at >= (long)p->end
               ? WORD_BOUNDARY
               : p->document->tokens[at].type;
}

static bool score_token(struct tagger *t, const struct feature_place *p,
                        struct scores *to)
{
    uint32_t features[FEATURES_PLACE_MAX];
    const struct doc_word *word = document_word(&t->document, p->token);
    memset(to, 0, sizeof *to);
    bool good = add_word(t, type_at(p, 0), FAMILY_SELF, to) &&
                add_word(t, type_at(p, -1), FAMILY_BEFORE, to) &&
                add_word(t, type_at(p, 1), FAMILY_BEHIND, to) &&
                add_word(t, type_at(p, -2), FAMILY_BEFORE_2, to) &&
                add_word(t, type_at(p, 2), FAMILY_BEHIND_2, to);
    add_features(t->model, features, features_place(p, features), to);
    if (!features_have_context(word))
        return good;
    for (unsigned i = 0; good && i < word->before_count; i++)
        good = add_word(t, word->before[i], FAMILY_OTHER_BEFORE, to);
    for (unsigned i = 0; good && i < word->behind_count; i++)
        good = add_word(t, word->behind[i], FAMILY_OTHER_BEHIND, to);
    return good;
}

/* ---- Viterbi (Forney 1973). */

static void decode(struct tagger *t, const struct doc_run *run)
{
    const size_t count = run->end - run->start;
    int32_t best[LABEL_COUNT], next[LABEL_COUNT];
    for (unsigned b = 0; b < LABEL_COUNT; b++)
        best[b] = b == LABEL_NONE ? 0 : INT32_MIN / 2;
    for (size_t i = 0; i < count; i++) {
        for (unsigned b = 0; b < LABEL_COUNT; b++) {
            int32_t most = INT32_MIN;
            uint8_t from = 0;
            for (unsigned a = 0; a < LABEL_COUNT; a++) {
                if (!label_follows(a, b))
                    continue;
                const int32_t s = best[a] + t->model->transitions[a][b];
                if (s > most) {
                    most = s;
                    from = (uint8_t)a;
                }
            }
            next[b] = most + (b == LABEL_NONE ? 0 : t->run[i].of[b - 1]);
            t->back[i][b] = from;
        }
        memcpy(best, next, sizeof best);
    }
    unsigned label = 0;
    int32_t most = INT32_MIN;
    for (unsigned a = 0; a < LABEL_COUNT; a++) {
        const int32_t s = best[a] + t->model->transitions[a][LABEL_NONE];
        if (label_ends(a) && s > most) {
            most = s;
            label = a;
        }
    }
    for (size_t i = count; i-- > 0;) {
        t->labels[run->start + i] = (uint8_t)label;
        label = t->back[i][label];
    }
}

static bool reserve_run(struct tagger *t, size_t count)
{
    if (count <= t->run_cap)
        return true;
    size_t cap = t->run_cap ? t->run_cap : 64;
    while (cap < count)
        cap *= 2;
    struct scores *run = realloc(t->run, cap * sizeof *run);
    if (run)
        t->run = run;
    uint8_t(*back)[LABEL_COUNT] = realloc(t->back, cap * sizeof *back);
    if (back)
        t->back = back;
    if (run && back)
        t->run_cap = cap;
    return run && back;
}

static bool tag_run(struct tagger *t, const struct doc_run *run)
{
    if (!reserve_run(t, run->end - run->start))
        return false;
    for (size_t i = run->start; i < run->end; i++) {
        const struct feature_place p = {&t->document, i, run->sentence_start,
                                        run->sentence_end};
        if (!score_token(t, &p, &t->run[i - run->start]))
            return false;
    }
    decode(t, run);
    return true;
}

/* ---- The run over a document. */

static bool reserve(struct tagger *t)
{
    const struct document *d = &t->document;
    if (d->types.age != t->age) {
        t->age = d->types.age;
        t->types = 0;
        t->pool_count = 0;
    }
    if (d->types.count > t->cached_cap) {
        uint32_t cap = t->cached_cap ? t->cached_cap : 1024;
        while (cap < d->types.count)
            cap *= 2;
        struct cached *cached = realloc(t->cached, cap * sizeof *cached);
        if (!cached)
            return false;
        t->cached = cached;
        t->cached_cap = cap;
    }
    memset(t->cached + t->types, 0,
           (d->types.count - t->types) * sizeof *t->cached);
    t->types = d->types.count;
    if (d->count > t->label_cap) {
        uint8_t *labels = realloc(t->labels, d->count);
        if (!labels)
            return false;
        t->labels = labels;
        t->label_cap = d->count;
    }
    if (d->count)
        memset(t->labels, LABEL_NONE, d->count);
    return true;
}

const uint8_t *tagger_run(struct tagger *t)
{
    static const uint8_t none;
    if (!document_finish(&t->document) || !reserve(t))
        return NULL;
    for (size_t i = 0; i < t->document.run_count; i++)
        if (!tag_run(t, &t->document.runs[i]))
            return NULL;
    return t->labels ? t->labels : &none;
}
