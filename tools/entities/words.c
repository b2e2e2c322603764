/* Owns the making of what a model knows of words.
 * Promises the same bytes for the same files. */
#include "tools/entities/words.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "common/base/file.h"
#include "entities/model.h"
#include "entities/tokens.h"

#define WORDS 120000 /* with vectors: the commonest */
#define DIMENSIONS 100
#define FINE 1024
#define COARSE 96
#define ROUNDS 12

struct known {
    uint32_t fingerprint;
    uint16_t fine, gazetteers;
    uint8_t common, cased;   /* as in struct model_word */
    uint32_t small, capital; /* times that it was counted */
};

struct phrase {
    uint32_t fingerprint;
    uint16_t gazetteers;
};

struct words {
    struct known *items;
    size_t count, cap;
    struct phrase *phrases;
    size_t phrase_count, phrase_cap;
    uint32_t *slots; /* number + 1 */
    uint32_t mask;
    float *vectors; /* DIMENSIONS for each of the first `vectored` words */
    size_t vectored;
    uint8_t coarse[FINE];
};

#define SLOTS ((uint32_t)1 << 20)

static struct known *find(struct words *w, uint32_t fingerprint, bool add)
{
    uint32_t at = fingerprint & w->mask;
    for (; w->slots[at]; at = (at + 1) & w->mask)
        if (w->items[w->slots[at] - 1].fingerprint == fingerprint)
            return &w->items[w->slots[at] - 1];
    if (!add || w->count * 2 > w->mask)
        return NULL;
    if (w->count == w->cap) {
        struct known *items = array_grow(w->items, &w->cap, sizeof *items);
        if (!items)
            return NULL;
        w->items = items;
    }
    w->slots[at] = (uint32_t)++w->count;
    struct known *k = &w->items[w->count - 1];
    memset(k, 0, sizeof *k);
    k->fingerprint = fingerprint;
    return k;
}

/* ---- Vectors. */

/* The file is one line of JSON; its member "vectors" maps each word, the
 * commonest first, to DIMENSIONS numbers and two more. */
static int read_vectors(struct words *w, const char *path, struct nh_error *err)
{
    struct file_map map;
    int rc = file_map_open_linked(&map, path, err);
    if (rc != NH_OK)
        return rc;
    const char *p = (const char *)map.data, *end = p + map.size;
    const char mark[] = "\"vectors\":{";
    while (p && end - p > (long)sizeof mark &&
           memcmp(p, mark, sizeof mark - 1) != 0)
        p = memchr(p + 1, '"', (size_t)(end - p - 1));
    p = p && end - p > (long)sizeof mark ? p + sizeof mark - 1 : end;
    w->vectors = malloc(sizeof(float) * WORDS * DIMENSIONS);
    for (size_t n = 0; w->vectors && n < WORDS && end - p > 2000; n++) {
        const char *quote = p;
        while (*++quote != '"')
            quote += *quote == '\\';
        const struct slice word = {p + 1, (size_t)(quote - p - 1)};
        char *at = strchr(quote, '[');
        struct known *k = find(w, model_fingerprint(word), true);
        float *v = &w->vectors[w->vectored * DIMENSIONS];
        for (int i = 0; at && i < DIMENSIONS; i++)
            v[i] = strtof(at + 1, &at);
        unsigned level = 1;
        for (size_t rank = n / 64; rank; rank /= 2)
            level++;
        if (k && w->count == w->vectored + 1) { /* a new one */
            k->common = (uint8_t)(level < 15 ? level : 15);
            w->vectored++;
        }
        p = strchr(at ? at : quote, ']');
        if (!p)
            break;
        p += p[1] == ',' ? 2 : 1;
    }
    file_map_close(&map);
    if (!w->vectors)
        return error_nomem(err);
    return w->vectored > FINE
               ? NH_OK
               : error_set(err, NH_EDATA, "'%s' has no word vectors", path);
}

/* ---- Clusters: k-means (Lloyd 1982). */

static float dot(const float *a, const float *b)
{
    float part[4] = {0, 0, 0, 0};
    for (int i = 0; i < DIMENSIONS; i += 4)
        for (int k = 0; k < 4; k++)
            part[k] += a[i + k] * b[i + k];
    return part[0] + part[1] + part[2] + part[3];
}

static void to_length_1(float *v)
{
    const float norm = sqrtf(dot(v, v));
    for (int i = 0; norm > 0 && i < DIMENSIONS; i++)
        v[i] /= norm;
}

/* Takes from all vectors what they have in common: their mean and their main
 * directions (Mu and Viswanath 2018, All-but-the-top). */
static void spread(struct words *w)
{
    enum { DIRECTIONS = 2, STEPS = 30 };
    const size_t count = w->vectored;
    double mean[DIMENSIONS] = {0};
    for (size_t i = 0; i < count; i++)
        for (int d = 0; d < DIMENSIONS; d++)
            mean[d] += (double)w->vectors[i * DIMENSIONS + (size_t)d];
    for (size_t i = 0; i < count; i++)
        for (int d = 0; d < DIMENSIONS; d++)
            w->vectors[i * DIMENSIONS + (size_t)d] -=
                (float)(mean[d] / (double)count);
    for (int n = 0; n < DIRECTIONS; n++) {
        float axis[DIMENSIONS];
        for (int d = 0; d < DIMENSIONS; d++)
            axis[d] = d == n;
        for (int step = 0; step < STEPS; step++) { /* power iteration */
            double sum[DIMENSIONS] = {0};
            for (size_t i = 0; i < count; i++) {
                const float *v = w->vectors + i * DIMENSIONS;
                const float along = dot(v, axis);
                for (int d = 0; d < DIMENSIONS; d++)
                    sum[d] += (double)(along * v[d]);
            }
            for (int d = 0; d < DIMENSIONS; d++)
                axis[d] = (float)(sum[d] / (double)count);
            to_length_1(axis);
        }
        for (size_t i = 0; i < count; i++) {
            float *v = w->vectors + i * DIMENSIONS;
            const float along = dot(v, axis);
            for (int d = 0; d < DIMENSIONS; d++)
                v[d] -= along * axis[d];
        }
    }
    for (size_t i = 0; i < count; i++)
        to_length_1(w->vectors + i * DIMENSIONS);
}

/* Nearest of `k` centres by angle. */
static int nearest(const float *v, const float *centres, int k)
{
    int best = 0;
    float most = -2;
    for (int c = 0; c < k; c++) {
        const float d = dot(v, centres + (size_t)c * DIMENSIONS);
        if (d > most) {
            most = d;
            best = c;
        }
    }
    return best;
}

static void centre(float *centres, int k, const float *vectors,
                   const uint16_t *of, size_t count)
{
    memset(centres, 0, sizeof(float) * (size_t)k * DIMENSIONS);
    for (size_t i = 0; i < count; i++)
        for (int d = 0; d < DIMENSIONS; d++)
            centres[(size_t)of[i] * DIMENSIONS + (size_t)d] +=
                vectors[i * DIMENSIONS + (size_t)d];
    for (int c = 0; c < k; c++)
        to_length_1(centres + (size_t)c * DIMENSIONS);
}

/* Clusters `vectors` into k; the first centres are vectors at even distances.
 * `of` gets the cluster of each. */
static void cluster(const float *vectors, size_t count, float *centres, int k,
                    uint16_t *of)
{
    for (int c = 0; c < k; c++)
        memcpy(centres + (size_t)c * DIMENSIONS,
               vectors + count / 3 * (size_t)c / (size_t)k * DIMENSIONS,
               sizeof(float) * DIMENSIONS);
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < count; i++)
            of[i] = (uint16_t)nearest(vectors + i * DIMENSIONS, centres, k);
        centre(centres, k, vectors, of, count);
    }
}

static bool make_clusters(struct words *w)
{
    float *centres = malloc(sizeof(float) * FINE * DIMENSIONS);
    float *coarse = malloc(sizeof(float) * COARSE * DIMENSIONS);
    uint16_t *of = malloc(sizeof *of * w->vectored);
    uint16_t group[FINE];
    const bool good = centres && coarse && of;
    if (good) {
        spread(w);
        cluster(w->vectors, w->vectored, centres, FINE, of);
        for (size_t i = 0; i < w->vectored; i++)
            w->items[i].fine = (uint16_t)(of[i] + 1);
        cluster(centres, FINE, coarse, COARSE, group);
        for (int i = 0; i < FINE; i++)
            w->coarse[i] = (uint8_t)(group[i] + 1);
    }
    free(centres);
    free(coarse);
    free(of);
    return good;
}

/* ---- Capitals. */

/* Lower-cases ASCII into `out`; false if the token is long. */
static bool lower(struct slice token, char out[64], struct slice *small)
{
    if (token.len > 64)
        return false;
    for (size_t i = 0; i < token.len; i++)
        out[i] = (char)tolower((unsigned char)token.data[i]);
    *small = (struct slice){out, token.len};
    return true;
}

static void count_capitals(struct words *w, struct slice text)
{
    struct token_scanner s;
    struct token t;
    char bytes[64];
    struct slice small;
    token_scanner_init(&s, text);
    for (bool sign = true; token_next(&s, &t);) {
        const struct slice token = {text.data + t.start, t.end - t.start};
        const unsigned char c = (unsigned char)token.data[0];
        struct known *k = NULL;
        if (isalpha(c) && lower(token, bytes, &small))
            k = find(w, model_fingerprint(small), false);
        if (k && islower(c))
            k->small++;
        else if (k && !t.first && !sign)
            k->capital++;
        sign = !isalnum(c);
    }
}

/* Writes a JSON string's text over it; escapes of code points become spaces. */
static size_t unescape(char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '\\' && i + 1 < len) {
            c = text[++i];
            if (c == 'u')
                i += 4;
            c = c == 'n' ? '\n' : c == '"' || c == '/' || c == '\\' ? c : ' ';
        }
        text[n++] = c;
    }
    return n;
}

#define LINE_MAX_BYTES (4 << 20)

static int read_capitals(struct words *w, const char *data,
                         struct nh_error *err)
{
    struct buf path = BUF_INIT;
    const char *name =
        file_join(&path, data, "corpora/senate-press-releases.jsonl.gz");
    char *line = malloc(LINE_MAX_BYTES);
    gzFile file = name ? gzopen(name, "rb") : NULL;
    int rc = NH_OK;
    if (!line || !name)
        rc = error_nomem(err);
    else if (!file)
        rc = error_set(err, NH_EIO, "cannot open '%s'", name);
    while (rc == NH_OK && gzgets(file, line, LINE_MAX_BYTES)) {
        char *body = strstr(line, "\"body\": \"");
        if (!body)
            body = strstr(line, "\"body\":\"");
        if (!body)
            continue;
        body = strchr(body + 7, '"') + 1;
        size_t len = 0;
        while (body[len] && body[len] != '"')
            len += body[len] == '\\' && body[len + 1] ? 2 : 1;
        count_capitals(w, (struct slice){body, unescape(body, len)});
    }
    for (size_t i = 0; i < w->count; i++) {
        struct known *k = &w->items[i];
        const uint64_t all = (uint64_t)k->small + k->capital;
        if (all >= 5)
            k->cased = (uint8_t)(1 + (uint64_t)k->capital * 15 / all / 2);
    }
    if (file)
        gzclose(file);
    free(line);
    buf_release(&path);
    return rc;
}

/* ---- Lists of names. */

static bool add_phrase(struct words *w, uint32_t fingerprint, unsigned list)
{
    for (size_t i = 0; i < w->phrase_count; i++)
        if (w->phrases[i].fingerprint == fingerprint) {
            w->phrases[i].gazetteers |= (uint16_t)list;
            return true;
        }
    if (w->phrase_count == w->phrase_cap) {
        struct phrase *p = array_grow(w->phrases, &w->phrase_cap, sizeof *p);
        if (!p)
            return false;
        w->phrases = p;
    }
    w->phrases[w->phrase_count++] =
        (struct phrase){fingerprint, (uint16_t)list};
    return true;
}

/* A name of one or more words. */
static bool add_name(struct words *w, struct slice name, unsigned list)
{
    struct token_scanner s;
    struct token t;
    uint32_t phrase = 0, first = 0;
    size_t n = 0;
    token_scanner_init(&s, name);
    for (; token_next(&s, &t) && n <= MODEL_PHRASE_WORDS; n++) {
        char bytes[64];
        struct slice small;
        if (!lower((struct slice){name.data + t.start, t.end - t.start}, bytes,
                   &small))
            return true;
        const uint32_t word = model_fingerprint(small);
        phrase = n ? model_phrase(phrase, word) : word;
        first = n ? first : word;
    }
    if (n == 0 || n > MODEL_PHRASE_WORDS)
        return true;
    struct known *k = find(w, first, true);
    if (!k)
        return false;
    k->gazetteers |= (uint16_t)(n == 1 ? list : GAZ_PHRASE_BEGIN);
    return n == 1 || add_phrase(w, phrase, list);
}

/* A line of a file. */
struct line {
    const struct slice *cells; /* 6 of them at most */
    size_t count, number;
    unsigned list; /* that the file is of */
};
typedef bool line_fn(struct words *w, const struct line *l);

static bool first_name(struct words *w, const struct line *l)
{
    return add_name(w, l->cells[0],
                    l->list | (l->number < 300 ? GAZ_COMMON_FIRST_NAME : 0u));
}

static bool last_name(struct words *w, const struct line *l)
{
    return l->number >= 25000 ||
           add_name(w, l->cells[0],
                    l->list | (l->number < 2000 ? GAZ_COMMON_LAST_NAME : 0u));
}

static bool city(struct words *w, const struct line *l)
{
    const bool large = l->count > 4 && l->cells[4].len > 0 &&
                       strtol(l->cells[4].data, NULL, 10) > 500000;
    return add_name(w, l->cells[0], l->list | (large ? GAZ_LARGE_CITY : 0u));
}

static bool country(struct words *w, const struct line *l)
{
    return l->count < 2 || add_name(w, l->cells[1], l->list);
}

static bool company(struct words *w, const struct line *l)
{
    return l->number == 0 || l->count < 2 || add_name(w, l->cells[1], l->list);
}

/* Our own lists may have comments. */
static bool listed_name(struct words *w, const struct line *l)
{
    return l->cells[0].data[0] == '#' || add_name(w, l->cells[0], l->list);
}

static const struct list_file {
    const char *name;
    char separator;
    line_fn *take;
    unsigned list;
} lists[] =
    {
        {"dist.male.first", ' ', first_name, GAZ_FIRST_NAME},
        {"dist.female.first", ' ', first_name, GAZ_FIRST_NAME},
        {"first-names-male.txt", '\n', listed_name, GAZ_FIRST_NAME},
        {"first-names-female.txt", '\n', listed_name, GAZ_FIRST_NAME},
        {"dist.all.last", ' ', last_name, GAZ_LAST_NAME},
        {"cities15000.txt", '\t', city, GAZ_CITY},
        {"countryInfo.txt", '\t', country, GAZ_COUNTRY},
        {"sp500.csv", ',', company, GAZ_COMPANY},
},
  own_lists[] = {
      {"persons.txt", '\n', listed_name, GAZ_LAST_NAME},
      {"organisations.txt", '\n', listed_name, GAZ_ORG},
      {"places.txt", '\n', listed_name, GAZ_PLACE},
      {"nationalities.txt", '\n', listed_name, GAZ_PEOPLE},
      {"things.txt", '\n', listed_name, GAZ_THING},
};

static bool take_lines(struct words *w, const struct list_file *l,
                       struct slice rest)
{
    for (size_t number = 0; rest.len; number++) {
        struct slice cells[6];
        size_t count = 0;
        const char *end = memchr(rest.data, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.data) : rest.len;
        const char *p = rest.data, *last = p + len;
        while (count < 6 && p <= last) {
            const char *stop = memchr(p, l->separator, (size_t)(last - p));
            stop = stop ? stop : last;
            cells[count++] = slice_trim((struct slice){p, (size_t)(stop - p)});
            p = stop + 1;
        }
        const struct line line = {cells, count, number, l->list};
        if (cells[0].len && !l->take(w, &line))
            return false;
        rest.data += len + (end ? 1 : 0);
        rest.len -= len + (end ? 1 : 0);
    }
    return true;
}

static int read_lists(struct words *w, const char *folder,
                      const struct list_file *files, size_t count,
                      struct nh_error *err)
{
    struct buf path = BUF_INIT, bytes = BUF_INIT;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < count; i++) {
        const char *full = file_join(&path, folder, files[i].name);
        buf_reset(&bytes);
        rc = full ? file_read_linked(full, &bytes, err) : error_nomem(err);
        if (rc == NH_OK &&
            !take_lines(w, &files[i], (struct slice){bytes.data, bytes.len}))
            rc = error_nomem(err);
    }
    buf_release(&path);
    buf_release(&bytes);
    return rc;
}

/* ---- Sections. */

static int by_fingerprint(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Ascending fingerprints, which each of `count` items begins with. */
static void put_fingerprints(const void *items, size_t count, size_t size,
                             struct buf *out)
{
    uint32_t last = 0;
    buf_append_varint(out, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t fingerprint;
        memcpy(&fingerprint, (const char *)items + i * size,
               sizeof fingerprint);
        buf_append_varint(out, fingerprint - last);
        last = fingerprint;
    }
}

/* Sorts words and phrases, and writes the sections of what is known of words
 * (model.h). */
static int put_sections(struct words *w, struct buf *out, struct nh_error *err)
{
    qsort(w->items, w->count, sizeof *w->items, by_fingerprint);
    qsort(w->phrases, w->phrase_count, sizeof *w->phrases, by_fingerprint);
    buf_append_varint(out, FINE);
    buf_append(out, w->coarse, FINE);
    put_fingerprints(w->items, w->count, sizeof *w->items, out);
    for (size_t i = 0; i < w->count; i++)
        buf_append_le(out, w->items[i].fine, 2);
    for (size_t i = 0; i < w->count; i++)
        buf_append_byte(out,
                        (uint8_t)(w->items[i].cased << 4 | w->items[i].common));
    for (size_t i = 0; i < w->count; i++)
        buf_append_le(out, w->items[i].gazetteers, 2);
    put_fingerprints(w->phrases, w->phrase_count, sizeof *w->phrases, out);
    for (size_t i = 0; i < w->phrase_count; i++)
        buf_append_le(out, w->phrases[i].gazetteers, 2);
    return out->failed ? error_nomem(err) : NH_OK;
}

static void release(struct words *w)
{
    free(w->items);
    free(w->phrases);
    free(w->slots);
    free(w->vectors);
}

int words_make(struct buf *out, const struct words_sources *from,
               struct nh_error *err)
{
    struct words w;
    struct buf path = BUF_INIT;
    memset(&w, 0, sizeof w);
    w.slots = calloc(SLOTS, sizeof *w.slots);
    w.mask = SLOTS - 1;
    int rc = w.slots ? read_vectors(&w, from->vectors, err) : error_nomem(err);
    if (rc == NH_OK && !make_clusters(&w))
        rc = error_nomem(err);
    const char *folder = file_join(&path, from->data, "ner/gazetteers");
    if (rc == NH_OK)
        rc = folder ? read_lists(&w, folder, lists,
                                 sizeof lists / sizeof *lists, err)
                    : error_nomem(err);
    if (rc == NH_OK)
        rc = read_lists(&w, from->names, own_lists,
                        sizeof own_lists / sizeof *own_lists, err);
    if (rc == NH_OK)
        rc = read_capitals(&w, from->data, err);
    if (rc == NH_OK)
        rc = put_sections(&w, out, err);
    buf_release(&path);
    release(&w);
    return rc;
}

/* The fingerprints of a table, each into the item of its number. */
static void take_fingerprints(const struct model_table *t, void *items,
                              size_t size)
{
    for (uint32_t i = 0; i <= t->mask; i++)
        if (t->slots[i].number)
            memcpy((char *)items + (t->slots[i].number - 1) * size,
                   &t->slots[i].fingerprint, sizeof t->slots[i].fingerprint);
}

int words_copy(struct buf *out, const char *model, struct nh_error *err)
{
    struct entity_model *m;
    struct words w;
    memset(&w, 0, sizeof w);
    int rc = entity_model_open(&m, model, err);
    if (rc != NH_OK)
        return rc;
    if (m->clusters != FINE)
        rc = error_set(err, NH_EVERSION, "'%s' has %u clusters, not %d", model,
                       m->clusters, FINE);
    w.count = m->words.count;
    w.phrase_count = m->phrases.count;
    w.items = calloc(w.count + 1, sizeof *w.items);
    w.phrases = calloc(w.phrase_count + 1, sizeof *w.phrases);
    if (rc == NH_OK && (!w.items || !w.phrases))
        rc = error_nomem(err);
    if (rc == NH_OK) {
        memcpy(w.coarse, m->coarse + 1, FINE);
        take_fingerprints(&m->words, w.items, sizeof *w.items);
        take_fingerprints(&m->phrases, w.phrases, sizeof *w.phrases);
        for (size_t i = 0; i < w.count; i++) {
            const struct model_word *info = &m->word_info[i];
            w.items[i].fine = info->fine;
            w.items[i].gazetteers = info->gazetteers;
            w.items[i].common = info->common;
            w.items[i].cased = info->cased;
        }
        for (size_t i = 0; i < w.phrase_count; i++)
            w.phrases[i].gazetteers = m->phrase_info[i];
        rc = put_sections(&w, out, err);
    }
    release(&w);
    entity_model_free(m);
    return rc;
}
