/* Owns training. Promises the same weights for the same data: no clock, no
 * library function whose last bit may differ, one order of every sum. */
#include "tools/entities/crf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Data. */

void crf_data_release(struct crf_data *d)
{
    free(d->features);
    free(d->tokens);
    free(d->runs);
    memset(d, 0, sizeof *d);
}

bool crf_add_feature(struct crf_data *d, uint32_t fingerprint)
{
    if (d->feature_count == d->feature_cap) {
        uint32_t *f = array_grow(d->features, &d->feature_cap, sizeof *f);
        if (!f)
            return false;
        d->features = f;
    }
    d->features[d->feature_count++] = fingerprint;
    return true;
}

bool crf_add_token(struct crf_data *d, uint32_t labels)
{
    if (d->token_count + 1 >= d->token_cap) {
        struct crf_token *t = array_grow(d->tokens, &d->token_cap, sizeof *t);
        if (!t)
            return false;
        d->tokens = t;
    }
    if (d->token_count == 0)
        d->tokens[0].features = 0;
    d->tokens[d->token_count++].labels = labels;
    d->tokens[d->token_count].features = d->feature_count;
    return true;
}

bool crf_add_run(struct crf_data *d)
{
    const size_t start = d->run_count ? d->runs[d->run_count - 1].end : 0;
    if (d->run_count == d->run_cap) {
        struct crf_run *r = array_grow(d->runs, &d->run_cap, sizeof *r);
        if (!r)
            return false;
        d->runs = r;
    }
    d->runs[d->run_count++] = (struct crf_run){start, d->token_count};
    return true;
}

/* ---- Features to numbers. */

struct count {
    uint32_t fingerprint, times, number;
};

struct counts {
    struct count *items;
    uint32_t mask, used;
};

static struct count *counted(struct counts *c, uint32_t fingerprint)
{
    uint32_t at = fingerprint * 2654435761u & c->mask;
    while (c->items[at].times && c->items[at].fingerprint != fingerprint)
        at = (at + 1) & c->mask;
    return &c->items[at];
}

#define NO_FEATURE UINT32_MAX

static int by_fingerprint(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Drops rare features and replaces the others by their numbers; *fingerprints
 * gets what they stood for, ascending. */
static bool number_features(struct crf_data *d, unsigned least,
                            uint32_t **fingerprints, uint32_t *count)
{
    struct counts c = {NULL, ((uint32_t)1 << 24) - 1, 0};
    uint32_t n = 0;
    c.items = calloc((size_t)c.mask + 1, sizeof *c.items);
    for (size_t i = 0; c.items && i < d->feature_count; i++) {
        struct count *f = counted(&c, d->features[i]);
        c.used += f->times == 0;
        f->fingerprint = d->features[i];
        f->times++;
        if (c.used > c.mask / 4 * 3)
            break;
    }
    *fingerprints = malloc(sizeof **fingerprints * ((size_t)c.used + 1));
    const bool good = c.items && *fingerprints && c.used <= c.mask / 4 * 3;
    for (uint32_t i = 0; good && i <= c.mask; i++)
        if (c.items[i].times >= least)
            (*fingerprints)[n++] = c.items[i].fingerprint;
    if (good)
        qsort(*fingerprints, n, sizeof **fingerprints, by_fingerprint);
    for (uint32_t i = 0; good && i < n; i++)
        counted(&c, (*fingerprints)[i])->number = i;
    size_t to = 0;
    for (size_t t = 0; good && t < d->token_count; t++) {
        const size_t from = d->tokens[t].features,
                     end = d->tokens[t + 1].features;
        d->tokens[t].features = to;
        for (size_t i = from; i < end; i++) {
            const struct count *f = counted(&c, d->features[i]);
            if (f->times >= least)
                d->features[to++] = f->number;
        }
    }
    if (good)
        d->tokens[d->token_count].features = d->feature_count = to;
    free(c.items);
    *count = n;
    return good;
}

/* ---- Arithmetic. */

/* e^x for x in -80..80; a polynomial, so that it is the same everywhere. */
static float power_e(float x)
{
    x = x < -80 ? -80 : x > 80 ? 80 : x;
    const float scaled = x * 1.44269504f;
    const int whole = (int)(scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
    const float y = (scaled - (float)whole) * 0.69314718f;
    const float e =
        1 + y * (1 + y * (0.5f +
                          y * (0.16666667f +
                               y * (0.041666668f +
                                    y * (0.008333334f + y * 0.0013888889f)))));
    const uint32_t bits = (uint32_t)(whole + 127) << 23;
    float two;
    memcpy(&two, &bits, sizeof two);
    return e * two;
}

struct random {
    uint64_t state;
};

static uint32_t draw(struct random *r)
{
    r->state ^= r->state << 13; /* Marsaglia 2003, Xorshift RNGs */
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return (uint32_t)(r->state >> 32);
}

/* ---- Forward and backward (Rabiner 1989, section III). */

struct trainer {
    const struct crf_data *data;
    const struct crf_options *options;
    uint32_t features;
    float *weights, *squares, *sums; /* LABEL_ROW for each feature */
    float transition_sums[LABEL_COUNT][LABEL_COUNT];
    unsigned remembered; /* times that weights were added to the sums */
    float transitions[LABEL_COUNT][LABEL_COUNT],
        transition_squares[LABEL_COUNT][LABEL_COUNT];
    float moves[LABEL_COUNT]
               [LABEL_COUNT]; /* e to the transitions; 0: illegal */
    struct random random;
    /* Of the run at hand, for each token: */
    float (*score)[LABEL_COUNT]; /* e to it, times a scale */
    float (*forward)[LABEL_COUNT];
    float (*backward)[LABEL_COUNT];
    float (*slope)[LABEL_COUNT]; /* expected less wanted */
    size_t run_cap;
    float transition_slope[LABEL_COUNT][LABEL_COUNT];
    uint32_t *active; /* features of a token that were not dropped */
    size_t active_cap;
    double loss;
};

static void step(float *weight, float *square, float slope,
                 const struct crf_options *o)
{
    const float g = slope + o->ridge * *weight;
    *square += g * g;
    *weight -= o->rate * g / sqrtf(*square + 1e-6f);
}

static void make_moves(struct trainer *t)
{
    for (unsigned a = 0; a < LABEL_COUNT; a++)
        for (unsigned b = 0; b < LABEL_COUNT; b++)
            t->moves[a][b] =
                label_follows(a, b) ? power_e(t->transitions[a][b]) : 0;
}

static float normalise(float *values)
{
    float sum = 0;
    for (unsigned k = 0; k < LABEL_COUNT; k++)
        sum += values[k];
    const float scale = sum > 0 ? 1 / sum : 0;
    for (unsigned k = 0; k < LABEL_COUNT; k++)
        values[k] *= scale;
    return sum;
}

/* Adds sign times the expected labels and transitions of a run to the slopes,
 * labels as `masks` of the data allow them, or all. Returns the logarithm of
 * the sum of all sequences. */
static double expect(struct trainer *t, const struct crf_run *run, bool wanted)
{
    const size_t count = run->end - run->start;
    const float sign = wanted ? -1 : 1;
    double log_sum = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t mask =
            wanted ? t->data->tokens[run->start + i].labels : UINT32_MAX;
        for (unsigned b = 0; b < LABEL_COUNT; b++) {
            float sum = i == 0 ? t->moves[LABEL_NONE][b] : 0;
            for (unsigned a = 0; i > 0 && a < LABEL_COUNT; a++)
                sum += t->forward[i - 1][a] * t->moves[a][b];
            t->forward[i][b] = mask >> b & 1 ? sum * t->score[i][b] : 0;
        }
        log_sum += log((double)normalise(t->forward[i]) + 1e-300);
    }
    for (size_t i = count; i-- > 0;) {
        const uint32_t mask = i + 1 < count && wanted
                                  ? t->data->tokens[run->start + i + 1].labels
                                  : UINT32_MAX;
        for (unsigned a = 0; a < LABEL_COUNT; a++) {
            float sum = i + 1 == count ? t->moves[a][LABEL_NONE] : 0;
            for (unsigned b = 0; i + 1 < count && b < LABEL_COUNT; b++)
                if (mask >> b & 1)
                    sum += t->moves[a][b] * t->score[i + 1][b] *
                           t->backward[i + 1][b];
            t->backward[i][a] = sum;
        }
        normalise(t->backward[i]);
    }
    float last = 0;
    for (unsigned a = 0; a < LABEL_COUNT; a++)
        last += t->forward[count - 1][a] * t->moves[a][LABEL_NONE];
    log_sum += log((double)last + 1e-300);
    for (size_t i = 0; i < count; i++) {
        float sum = 0, label[LABEL_COUNT];
        for (unsigned k = 0; k < LABEL_COUNT; k++)
            sum += label[k] = t->forward[i][k] * t->backward[i][k];
        for (unsigned k = 0; k < LABEL_COUNT; k++)
            t->slope[i][k] += sign * label[k] / sum;
        if (i == 0)
            for (unsigned k = 0; k < LABEL_COUNT; k++)
                t->transition_slope[LABEL_NONE][k] += sign * label[k] / sum;
        if (i + 1 == count) {
            for (unsigned k = 0; k < LABEL_COUNT; k++)
                t->transition_slope[k][LABEL_NONE] += sign * label[k] / sum;
            continue;
        }
        const uint32_t mask =
            wanted ? t->data->tokens[run->start + i + 1].labels : UINT32_MAX;
        float pairs[LABEL_COUNT][LABEL_COUNT];
        sum = 0;
        for (unsigned a = 0; a < LABEL_COUNT; a++)
            for (unsigned b = 0; b < LABEL_COUNT; b++)
                sum += pairs[a][b] = mask >> b & 1
                                         ? t->forward[i][a] * t->moves[a][b] *
                                               t->score[i + 1][b] *
                                               t->backward[i + 1][b]
                                         : 0;
        for (unsigned a = 0; a < LABEL_COUNT; a++)
            for (unsigned b = 0; b < LABEL_COUNT; b++)
                t->transition_slope[a][b] += sign * pairs[a][b] / sum;
    }
    return log_sum;
}

static bool reserve(struct trainer *t, size_t count)
{
    if (count <= t->run_cap)
        return true;
    float(**rows[])[LABEL_COUNT] = {&t->score, &t->forward, &t->backward,
                                    &t->slope};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *p = realloc(*rows[i], count * 2 * sizeof **rows[i]);
        if (!p)
            return false;
        *rows[i] = p;
    }
    t->run_cap = count * 2;
    return true;
}

/* Learns from one run. */
static bool learn(struct trainer *t, const struct crf_run *run)
{
    const struct crf_data *d = t->data;
    const size_t count = run->end - run->start;
    const size_t all =
        d->tokens[run->end].features - d->tokens[run->start].features;
    const uint32_t drop =
        (uint32_t)((double)t->options->dropout * 4294967295.0);
    const float kept = 1 / (1 - t->options->dropout);
    if (!reserve(t, count))
        return false;
    while (t->active_cap < all + count) {
        uint32_t *active =
            array_grow(t->active, &t->active_cap, sizeof *active);
        if (!active)
            return false;
        t->active = active;
    }
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        const struct crf_token *token = &d->tokens[run->start + i];
        float sum[LABEL_ROW] = {0}, most = 0;
        const size_t head = n++;
        for (size_t f = token->features; f < token[1].features; f++) {
            if (draw(&t->random) < drop)
                continue;
            const float *w = &t->weights[(size_t)d->features[f] * LABEL_ROW];
            for (unsigned k = 0; k < LABEL_ROW; k++)
                sum[k] += w[k];
            t->active[n++] = d->features[f];
        }
        t->active[head] = (uint32_t)(n - head - 1);
        for (unsigned k = 0; k < LABEL_ROW; k++) {
            sum[k] *= kept;
            most = sum[k] > most ? sum[k] : most;
        }
        t->score[i][LABEL_NONE] = power_e(-most);
        for (unsigned k = 0; k < LABEL_ROW; k++)
            t->score[i][k + 1] = power_e(sum[k] - most);
        memset(t->slope[i], 0, sizeof t->slope[i]);
    }
    memset(t->transition_slope, 0, sizeof t->transition_slope);
    t->loss += expect(t, run, false) - expect(t, run, true);
    n = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t end = n + 1 + t->active[n];
        for (n++; n < end; n++) {
            const size_t row = (size_t)t->active[n] * LABEL_ROW;
            for (unsigned k = 0; k < LABEL_ROW; k++)
                step(&t->weights[row + k], &t->squares[row + k],
                     t->slope[i][k + 1] * kept, t->options);
        }
    }
    for (unsigned a = 0; a < LABEL_COUNT; a++)
        for (unsigned b = 0; b < LABEL_COUNT; b++)
            if (t->transition_slope[a][b] != 0)
                step(&t->transitions[a][b], &t->transition_squares[a][b],
                     t->transition_slope[a][b], t->options);
    make_moves(t);
    return true;
}

/* Adds the weights to the sums that their means are made of (Polyak and
 * Juditsky 1992). */
static void remember(struct trainer *t)
{
    for (size_t i = 0; i < (size_t)t->features * LABEL_ROW; i++)
        t->sums[i] += t->weights[i];
    for (unsigned a = 0; a < LABEL_COUNT; a++)
        for (unsigned b = 0; b < LABEL_COUNT; b++)
            t->transition_sums[a][b] += t->transitions[a][b];
    t->remembered++;
}

static void use_means(struct trainer *t)
{
    const float part = 1 / (float)t->remembered;
    for (size_t i = 0; i < (size_t)t->features * LABEL_ROW; i++)
        t->weights[i] = t->sums[i] * part;
    for (unsigned a = 0; a < LABEL_COUNT; a++)
        for (unsigned b = 0; b < LABEL_COUNT; b++)
            t->transitions[a][b] = t->transition_sums[a][b] * part;
}

static bool learn_all(struct trainer *t)
{
    const size_t runs = t->data->run_count;
    size_t *order = malloc(sizeof *order * (runs + 1));
    bool good = order != NULL;
    for (size_t i = 0; good && i < runs; i++)
        order[i] = i;
    for (unsigned epoch = 0; good && epoch < t->options->epochs; epoch++) {
        t->loss = 0;
        for (size_t i = runs; i > 1; i--) { /* Fisher and Yates */
            const size_t k = draw(&t->random) % i, swap = order[i - 1];
            order[i - 1] = order[k];
            order[k] = swap;
        }
        for (size_t i = 0; good && i < runs; i++)
            good = learn(t, &t->data->runs[order[i]]);
        if (epoch >= t->options->epochs / 2)
            remember(t);
        fprintf(stderr, "epoch %u: loss %.4f a token\n", epoch + 1,
                t->loss / (double)t->data->token_count);
    }
    free(order);
    if (good && t->remembered)
        use_means(t);
    return good;
}

/* ---- Output. */

static int rounded(float x, int most)
{
    const int n = (int)(x < 0 ? x - 0.5f : x + 0.5f);
    return n < -most ? -most : n > most ? most : n;
}

/* Units that a weight of 1 is: weights beyond 127 units are cut. */
#define UNITS 32

static void put_model(const struct trainer *t, const uint32_t *fingerprints,
                      struct buf *out)
{
    uint32_t kept = 0, last = 0;
    buf_append_varint(out, 1);
    for (unsigned a = 0; a < LABEL_COUNT; a++)
        for (unsigned b = 0; b < LABEL_COUNT; b++)
            buf_append_le(out,
                          (uint16_t)(int16_t)rounded(
                              (t->transitions[a][b] -
                               (b == LABEL_NONE ? t->options->recall : 0)) *
                                  UNITS,
                              8191),
                          2);
    bool *keep = calloc((size_t)t->features + 1, sizeof *keep);
    if (!keep) {
        out->failed = true;
        return;
    }
    for (uint32_t i = 0; i < t->features; i++) {
        for (unsigned k = 0; k < LABEL_ROW; k++) {
            float *w = &t->weights[(size_t)i * LABEL_ROW + k];
            if (fabsf(*w) < t->options->prune)
                *w = 0;
            keep[i] = keep[i] || rounded(*w * UNITS, 127) != 0;
        }
        kept += keep[i];
    }
    buf_append_varint(out, kept);
    for (uint32_t i = 0; i < t->features; i++)
        if (keep[i]) {
            buf_append_varint(out, fingerprints[i] - last);
            last = fingerprints[i];
        }
    for (unsigned k = 0; k < LABEL_ROW; k++)
        for (uint32_t i = 0; i < t->features; i++)
            if (keep[i])
                buf_append_byte(
                    out,
                    (uint8_t)(int8_t)rounded(
                        t->weights[(size_t)i * LABEL_ROW + k] * UNITS, 127));
    free(keep);
    fprintf(stderr, "%u of %u features kept\n", kept, t->features);
}

int crf_train(struct crf_data *d, const struct crf_options *o, struct buf *out,
              struct nh_error *err)
{
    struct trainer t;
    uint32_t *fingerprints = NULL;
    memset(&t, 0, sizeof t);
    t.data = d;
    t.options = o;
    t.random.state = 0x2545f4914f6cdd1du;
    if (d->run_count == 0)
        return error_set(err, NH_EDATA, "there is nothing to learn from");
    bool good = number_features(d, o->least, &fingerprints, &t.features);
    t.weights = calloc((size_t)t.features + 1, sizeof(float) * LABEL_ROW);
    t.squares = calloc((size_t)t.features + 1, sizeof(float) * LABEL_ROW);
    t.sums = calloc((size_t)t.features + 1, sizeof(float) * LABEL_ROW);
    fprintf(stderr, "%zu runs, %zu tokens, %u features\n", d->run_count,
            d->token_count, t.features);
    make_moves(&t);
    good = good && t.weights && t.squares && t.sums && learn_all(&t);
    if (good)
        put_model(&t, fingerprints, out);
    free(fingerprints);
    free(t.weights);
    free(t.squares);
    free(t.sums);
    free(t.score);
    free(t.forward);
    free(t.backward);
    free(t.slope);
    free(t.active);
    return good && !out->failed ? NH_OK : error_nomem(err);
}
