/* Owns decoding: Viterbi over the legal sequences of labels, in integers.
 * Promises the best sequence of each run of tokens by the model's weights. */
#include "entities/tagger.h"

#include <stdlib.h>
#include <string.h>

#include "entities/features.h"

/* Sums of a word's features, by family. None lies in two cache lines. */
struct word_sums {
    _Alignas(sizeof(score_row)) score_row of[FAMILY_COUNT];
};

/* Sum of the features that the neighbours of a word's other mentions have. */
struct context_sum {
    uint32_t stamp; /* valid in the document that has it */
    score_row sum;
};

/* The labels that may come before a label, and what the model makes of it. */
struct arrivals {
    uint8_t label, count;
    uint8_t from[LABEL_COUNT];
    int16_t weight[LABEL_COUNT];
};

/* Where a token stands in its run: what may come before it. */
enum step { STEP_FIRST, STEP_SECOND, STEP_LATER, STEPS };

/* The labels that a token may have. */
struct choices {
    unsigned count;
    struct arrivals labels[LABEL_COUNT];
};

struct tagger {
    const struct entity_model *model;
    struct choices choices[STEPS][2]; /* of the run's last token: [1] */
    struct document document;
    /* By number of the type; those that `made` has the bits of. */
    struct word_sums *sums;
    uint8_t *made;
    struct context_sum *contexts; /* by number of the lower-cased type */
    uint32_t type_cap;
    uint32_t types, age; /* of the document's types at the last run */
    score_row *run;      /* of the run at hand */
    uint8_t (*back)[LABEL_COUNT];
    size_t run_cap;
    uint8_t *labels;
    size_t label_cap;
};

/* Whether a label may stand before a token at `step`. */
static bool stands_before(unsigned label, enum step step)
{
    return step == STEP_FIRST    ? label == LABEL_NONE
           : step == STEP_SECOND ? label_follows(LABEL_NONE, label)
                                 : true;
}

static void set_choices(const struct entity_model *m, enum step step, bool last,
                        struct choices *out)
{
    for (unsigned b = 0; b < LABEL_COUNT; b++) {
        struct arrivals *to = &out->labels[out->count];
        to->label = (uint8_t)b;
        for (unsigned a = 0; a < LABEL_COUNT; a++)
            if (stands_before(a, step) && label_follows(a, b) &&
                (!last || label_ends(b))) {
                to->from[to->count] = (uint8_t)a;
                to->weight[to->count++] = m->transitions[a][b];
            }
        out->count += to->count > 0;
    }
}

bool tagger_new(struct tagger **out, const struct entity_model *model)
{
    struct tagger *t = calloc(1, sizeof *t);
    *out = NULL;
    if (!t)
        return false;
    t->model = model;
    for (unsigned step = 0; step < STEPS; step++)
        for (unsigned last = 0; last < 2; last++)
            set_choices(model, step, last, &t->choices[step][last]);
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
    free(t->sums);
    free(t->made);
    free(t->contexts);
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

static void add_features(const struct entity_model *m, const uint32_t *features,
                         size_t count, score_row *to)
{
    score_row sum = *to;
    for (size_t i = 0; i < count; i++)
        model_add(&m->rows, features[i], &sum);
    *to = sum;
}

/* The table is larger than the processor's caches: what is wanted of it is
 * fetched before it is used. */
static void fetch_features(const struct entity_model *m,
                           const uint32_t *features, size_t count)
{
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(model_bucket(&m->rows, features[i]));
}

/* Adds the sum of a word's features in a family. */
static inline void add_word(struct tagger *t, uint32_t type,
                            enum feature_family family, score_row *to)
{
    score_row *sum = &t->sums[type].of[family];
    if (!(t->made[type] >> family & 1)) {
        uint32_t features[FEATURES_WORD_MAX];
        const size_t n =
            features_word(&t->document.types.items[type], family, features);
        fetch_features(t->model, features, n);
        *sum = (score_row){{{0}}};
        add_features(t->model, features, n, sum);
        t->made[type] |= (uint8_t)(1u << family);
    }
    score_add(to, sum);
}

static void fetch_words(const struct tagger *t, const uint32_t *types,
                        unsigned count, enum feature_family family)
{
    for (unsigned i = 0; i < count; i++)
        __builtin_prefetch(&t->sums[types[i]].of[family]);
}

/* Adds what the article's other mentions of a token's word have around them. */
static void add_context(struct tagger *t, uint32_t lowered,
                        const struct doc_word *word, score_row *to)
{
    struct context_sum *c = &t->contexts[lowered];
    if (c->stamp != t->document.stamp) {
        c->sum = (score_row){{{0}}};
        fetch_words(t, word->before, word->before_count, FAMILY_OTHER_BEFORE);
        fetch_words(t, word->behind, word->behind_count, FAMILY_OTHER_BEHIND);
        for (unsigned i = 0; i < word->before_count; i++)
            add_word(t, word->before[i], FAMILY_OTHER_BEFORE, &c->sum);
        for (unsigned i = 0; i < word->behind_count; i++)
            add_word(t, word->behind[i], FAMILY_OTHER_BEHIND, &c->sum);
        c->stamp = t->document.stamp;
    }
    score_add(to, &c->sum);
}

/* A token, with what its score is made of. */
struct ahead {
    struct feature_place place;
    uint32_t features[FEATURES_PLACE_MAX];
    size_t count;
};

/* The families of the words from two before a token to two behind it. */
static const enum feature_family families_around[] = {
    FAMILY_BEFORE_2, FAMILY_BEFORE, FAMILY_SELF, FAMILY_BEHIND,
    FAMILY_BEHIND_2};

/* Has the processor fetch what the token's score takes. */
static void look_ahead(const struct tagger *t, struct ahead *a)
{
    const struct feature_place *p = &a->place;
    for (int by = -2; by <= 2; by++)
        __builtin_prefetch(
            &t->sums[feature_type_at(p, by)].of[families_around[by + 2]]);
    a->count = features_place(p, a->features);
    fetch_features(t->model, a->features, a->count);
}

static void score_token(struct tagger *t, const struct ahead *a, score_row *to)
{
    const struct feature_place *p = &a->place;
    const uint32_t lowered = p->document->tokens[p->token].lowered;
    const struct doc_word *word = document_word(p->document, p->token);
    *to = (score_row){{{0}}};
    for (int by = -2; by <= 2; by++)
        add_word(t, feature_type_at(p, by), families_around[by + 2], to);
    add_features(t->model, a->features, a->count, to);
    if (features_have_context(word))
        add_context(t, lowered, word, to);
}

/* ---- Viterbi (Forney 1973). */

/* The best way to a label: its score, from which label in *from. */
static inline int32_t arrive(const struct arrivals *to, const int32_t *best,
                             uint8_t *from)
{
    int32_t most = INT32_MIN;
    for (unsigned k = 0; k < to->count; k++) {
        const int32_t s = best[to->from[k]] + to->weight[k];
        *from = s > most ? to->from[k] : *from;
        most = s > most ? s : most;
    }
    return most;
}

static void decode(struct tagger *t, const struct doc_run *run)
{
    const size_t count = run->end - run->start;
    int32_t best[LABEL_COUNT] = {0}, next[LABEL_COUNT];
    for (unsigned b = 0; b < LABEL_COUNT; b++)
        next[b] = INT32_MIN / 2; /* stays so where no way leads to */
    for (size_t i = 0; i < count; i++) {
        const enum step step = i < STEP_LATER ? (enum step)i : STEP_LATER;
        const struct choices *c = &t->choices[step][i + 1 == count];
        for (unsigned k = 0; k < c->count; k++) {
            const unsigned b = c->labels[k].label;
            next[b] = arrive(&c->labels[k], best, &t->back[i][b]) +
                      (b == LABEL_NONE ? 0 : t->run[i].of[b - 1]);
        }
        memcpy(best, next, sizeof best);
    }
    unsigned label = 0;
    int32_t most = INT32_MIN;
    for (unsigned a = 0; a < LABEL_COUNT; a++) {
        if (!label_ends(a))
            continue;
        const int32_t s = best[a] + t->model->transitions[a][LABEL_NONE];
        if (s > most) {
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
    score_row *run = realloc(t->run, cap * sizeof *run);
    if (run)
        t->run = run;
    uint8_t(*back)[LABEL_COUNT] = realloc(t->back, cap * sizeof *back);
    if (back)
        t->back = back;
    if (run && back)
        t->run_cap = cap;
    return run && back;
}

/* ---- The run over a document. */

static bool reserve_types(struct tagger *t, uint32_t count)
{
    if (count <= t->type_cap)
        return true;
    uint32_t cap = t->type_cap ? t->type_cap : 1024;
    while (cap < count)
        cap *= 2;
    struct word_sums *sums =
        aligned_alloc(sizeof(score_row), cap * sizeof *sums);
    if (sums) {
        if (t->types)
            memcpy(sums, t->sums, t->types * sizeof *sums);
        free(t->sums);
        t->sums = sums;
    }
    uint8_t *made = realloc(t->made, cap);
    if (made)
        t->made = made;
    struct context_sum *contexts = realloc(t->contexts, cap * sizeof *contexts);
    if (contexts)
        t->contexts = contexts;
    if (!sums || !made || !contexts)
        return false;
    t->type_cap = cap;
    return true;
}

static bool reserve(struct tagger *t)
{
    const struct document *d = &t->document;
    if (d->types.age != t->age) {
        t->age = d->types.age;
        t->types = 0;
    }
    if (!reserve_types(t, d->types.count))
        return false;
    memset(t->made + t->types, 0, d->types.count - t->types);
    memset(t->contexts + t->types, 0,
           (d->types.count - t->types) * sizeof *t->contexts);
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

/* Goes to token `token` of run `run`. */
static void set_place(const struct document *d, size_t run, size_t token,
                      struct ahead *a)
{
    const struct doc_run *r = &d->runs[run];
    a->place =
        (struct feature_place){d, token, r->sentence_start, r->sentence_end};
}

/* The tokens of all runs one by one, each looked at while the one before is
 * scored. */
static bool tag_runs(struct tagger *t)
{
    const struct document *d = &t->document;
    struct ahead ahead[2];
    unsigned now = 0;
    for (size_t i = 0; i < d->run_count; i++) {
        const struct doc_run *run = &d->runs[i];
        if (!reserve_run(t, run->end - run->start))
            return false;
        if (i == 0) {
            set_place(d, 0, run->start, &ahead[now]);
            look_ahead(t, &ahead[now]);
        }
        for (size_t k = run->start; k < run->end; k++, now ^= 1) {
            const bool last = k + 1 == run->end;
            if (!last || i + 1 < d->run_count) {
                set_place(d, i + last, last ? run[1].start : k + 1,
                          &ahead[now ^ 1]);
                look_ahead(t, &ahead[now ^ 1]);
            }
            score_token(t, &ahead[now], &t->run[k - run->start]);
        }
        decode(t, run);
    }
    return true;
}

const uint8_t *tagger_run(struct tagger *t)
{
    static const uint8_t none;
    if (!document_finish(&t->document) || !reserve(t) || !tag_runs(t))
        return NULL;
    return t->labels ? t->labels : &none;
}
