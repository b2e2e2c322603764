/* Owns the training of dictionaries (STREAM layout: stream.h).
 * Promises the same dictionary for the same sample: ties go by bytes. */
#include "common/stream/stream_events.h"

#include <stdlib.h>
#include <string.h>

#include "common/stream/scdc.h"

struct dict_trainer {
    struct buf texts; /* title "\n" body, one after the other */
    struct sample {
        size_t start, len, title_len;
        size_t first, words, titles; /* of `words` */
    } * samples;
    size_t count, cap;

    struct lexicon lex;     /* words of the sample, without codes at first */
    struct word_list words; /* of all samples, once they are analysed */
    /* For each word of lex. */
    struct form {
        uint32_t count[SPELLING_OTHER + 1]; /* by spelling */
        uint32_t code; /* number in dict, once it has one */
    } * forms;
    size_t forms_cap;
    /* Spellings of their own: the word's number in four bytes, the spelling. */
    struct strtab others;
    uint32_t *other_counts;
    size_t others_cap;

    struct buf key; /* scratch */
    struct strtab events;
    uint32_t *event_counts;
    size_t event_cap;
    const struct dict *dict; /* words known, for the pass over events */
    bool failed;
};

int dict_trainer_new(struct dict_trainer **out, struct nh_error *err)
{
    *out = calloc(1, sizeof **out);
    return *out ? NH_OK : error_nomem(err);
}

void dict_trainer_free(struct dict_trainer *t)
{
    if (!t)
        return;
    buf_release(&t->texts);
    free(t->samples);
    lexicon_release(&t->lex);
    word_list_release(&t->words);
    free(t->forms);
    strtab_release(&t->others);
    free(t->other_counts);
    buf_release(&t->key);
    strtab_release(&t->events);
    free(t->event_counts);
    free(t);
}

size_t dict_trainer_bytes(const struct dict_trainer *t)
{
    return t->texts.len;
}

int dict_trainer_add(struct dict_trainer *t, struct slice title,
                     struct slice body, struct nh_error *err)
{
    if (t->count == t->cap) {
        struct sample *samples =
            array_grow(t->samples, &t->cap, sizeof *samples);
        if (!samples)
            return error_nomem(err);
        t->samples = samples;
    }
    size_t start = t->texts.len;
    buf_append(&t->texts, title.data, title.len);
    buf_append_byte(&t->texts, '\n');
    buf_append(&t->texts, body.data, body.len);
    if (t->texts.failed)
        return error_nomem(err);
    t->samples[t->count++] = (struct sample){
        .start = start, .len = t->texts.len - start, .title_len = title.len};
    return NH_OK;
}

/* Makes room, zeroed, for element `at` of an array. */
static bool grow_counts(void **counts, size_t *cap, size_t at, size_t size)
{
    if (at < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 4096;
    while (more <= at)
        more *= 2;
    char *p = realloc(*counts, more * size);
    if (!p)
        return false;
    memset(p + *cap * size, 0, (more - *cap) * size);
    *counts = p;
    *cap = more;
    return true;
}

static struct stream_text text_of(const struct dict_trainer *t,
                                  const struct sample *s)
{
    return (struct stream_text){{t->texts.data + s->start, s->len},
                                s->title_len,
                                t->words.items + s->first,
                                s->words,
                                s->titles};
}

/* Appends the words of a sample to those of the others. */
static int analyse_sample(struct dict_trainer *t, struct sample *s,
                          struct nh_error *err)
{
    const char *data = t->texts.data + s->start;
    const struct slice title = {data, s->title_len};
    const struct slice body = {data + s->title_len + 1,
                               s->len - s->title_len - 1};
    s->first = t->words.count;
    int rc = lexicon_append_article(&t->lex, title, body, &t->words, &s->titles,
                                    err);
    s->words = t->words.count - s->first;
    return rc;
}

static bool count_other(struct dict_trainer *t, const struct text_word *w,
                        const char *text)
{
    void *counts = t->other_counts;
    buf_reset(&t->key);
    buf_append(&t->key, &w->word, sizeof w->word);
    buf_append(&t->key, text + w->start, w->end - w->start);
    uint32_t n = t->key.failed
                     ? STRTAB_NONE
                     : strtab_add(&t->others, t->key.data, t->key.len);
    if (n == STRTAB_NONE ||
        !grow_counts(&counts, &t->others_cap, n, sizeof *t->other_counts))
        return false;
    t->other_counts = counts;
    t->other_counts[n]++;
    return true;
}

static int count_spellings(struct dict_trainer *t, struct nh_error *err)
{
    for (size_t i = 0; i < t->count; i++) {
        int rc = analyse_sample(t, &t->samples[i], err);
        if (rc != NH_OK)
            return rc;
        const struct stream_text text = text_of(t, &t->samples[i]);
        void *forms = t->forms;
        bool good = grow_counts(&forms, &t->forms_cap, t->lex.words.count,
                                sizeof *t->forms);
        t->forms = forms;
        for (size_t w = 0; good && w < text.count; w++) {
            const struct text_word *word = &text.words[w];
            t->forms[word->word].count[word->spelling]++;
            if (word->spelling == SPELLING_OTHER)
                good = count_other(t, word, text.text.data);
        }
        if (!good)
            return error_nomem(err);
    }
    return NH_OK;
}

/* A string with its count, for sorting. */
struct counted_word {
    const char *data;
    uint32_t len, count, number;
};

static int by_bytes(const void *a, const void *b)
{
    const struct counted_word *x = a, *y = b;
    int order = memcmp(x->data, y->data, x->len < y->len ? x->len : y->len);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

static int by_count(const void *a, const void *b)
{
    const struct counted_word *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return by_bytes(a, b);
}

/* The strings of `t` with counts of at least `least`, most frequent first. */
static struct counted_word *sorted(const struct strtab *t,
                                   const uint32_t *counts, uint32_t least,
                                   size_t max_len, size_t *n)
{
    struct counted_word *list = calloc((size_t)t->count + 1, sizeof *list);
    *n = 0;
    for (uint32_t i = 0; list && i < t->count; i++)
        if (counts[i] >= least && t->entries[i].len <= max_len)
            list[(*n)++] = (struct counted_word){
                t->entries[i].data, t->entries[i].len, counts[i], i};
    if (list)
        qsort(list, *n, sizeof *list, by_count);
    return list;
}

/* Bytes that ranks need, where rank(i) = i, or i + shift from `from` on. */
static uint64_t coded_bytes(const struct counted_word *list, size_t n,
                            uint32_t s, uint32_t from, uint32_t shift)
{
    uint64_t total = 0;
    uint32_t c = 256 - s;
    uint64_t two = (uint64_t)s + (uint64_t)s * c,
             three = two + (uint64_t)s * c * c;
    for (size_t i = 0; i < n; i++) {
        uint64_t rank = i + (i >= from ? shift : 0);
        uint64_t bytes = rank < s ? 1 : rank < two ? 2 : rank < three ? 3 : 4;
        total += bytes * list[i].count;
    }
    return total;
}

static uint32_t choose_s(const struct counted_word *list, size_t n)
{
    uint32_t best = 190;
    uint64_t least = UINT64_MAX;
    for (uint32_t s = 128; s <= SCDC_S_MAX; s += 2) {
        uint64_t bytes = coded_bytes(list, n, s, s, DICT_LOCALS);
        if (bytes < least) {
            least = bytes;
            best = s;
        }
    }
    return best;
}

static uint32_t choose_sf(const struct counted_word *list, size_t n)
{
    uint32_t best = 240;
    uint64_t least = UINT64_MAX;
    for (uint32_t s = 64; s <= SCDC_S_MAX; s++) {
        uint64_t bytes = coded_bytes(list, n, s, 0, STREAM_FIRST_EVENT);
        if (bytes < least) {
            least = bytes;
            best = s;
        }
    }
    return best;
}

/* Sorts each run of words whose codes have the same length by bytes: costs
 * nothing, and halves the file. */
static void sort_within_lengths(struct counted_word *list, size_t n, uint32_t s)
{
    uint64_t c = 256 - s, ranks = s; /* ranks of codes up to this length */
    size_t start = 0;
    for (uint64_t width = s * c; start < n; ranks += width, width *= c) {
        uint64_t words = start == 0 ? ranks : ranks - DICT_LOCALS;
        size_t stop = words < n ? (size_t)words : n;
        qsort(list + start, stop - start, sizeof *list, by_bytes);
        start = stop;
    }
}

/* The most frequent spelling of its own that each word has: its number in
 * t->others + 1. */
static uint32_t *usual_others(const struct dict_trainer *t)
{
    uint32_t *best = calloc((size_t)t->lex.words.count + 1, sizeof *best);
    for (uint32_t n = 0; best && n < t->others.count; n++) {
        const struct strtab_entry *e = &t->others.entries[n];
        uint32_t word, count = t->other_counts[n];
        memcpy(&word, e->data, sizeof word);
        uint32_t *b = &best[word];
        if (!*b || count > t->other_counts[*b - 1] ||
            (count == t->other_counts[*b - 1] &&
             strcmp(e->data + 4, t->others.entries[*b - 1].data + 4) < 0))
            *b = n + 1;
    }
    return best;
}

/* Adds a word of the sample in its usual spelling. */
static bool add_word(struct dict_trainer *t, struct dict *d,
                     const struct counted_word *word, uint32_t other)
{
    struct form *f = &t->forms[word->number];
    struct slice spelt = {NULL, 0};
    uint32_t most = other ? t->other_counts[other - 1] : 0;
    uint8_t usual = SPELLING_OTHER;
    for (uint8_t s = 0; s < SPELLING_OTHER; s++)
        if (f->count[s] && f->count[s] >= most) {
            most = f->count[s];
            usual = s;
        }
    if (usual == SPELLING_OTHER) {
        const struct strtab_entry *e = &t->others.entries[other - 1];
        spelt = (struct slice){e->data + 4, e->len - 4};
    }
    f->code = d->words.count;
    return dict_add_word(d, (struct slice){word->data, word->len}, usual,
                         spelt);
}

static void count_code_bytes(const struct counted_word *list, size_t n,
                             struct dict *d)
{
    uint64_t counts[256] = {0};
    for (size_t i = 0; i < n; i++) {
        uint8_t code[SCDC_MAX_BYTES];
        size_t len = scdc_put(dict_word_rank(d, (uint32_t)i), d->s, code);
        for (size_t k = 0; k < len; k++)
            counts[code[k]] += list[i].count;
    }
    for (int b = 0; b < 256; b++)
        while (counts[b] >> d->weights[b] > 1 && d->weights[b] < 63)
            d->weights[b]++;
}

/* How often each word occurs, and no code for any of them. */
static uint32_t *frequencies(struct dict_trainer *t)
{
    uint32_t *list = calloc((size_t)t->lex.words.count + 1, sizeof *list);
    for (uint32_t w = 0; list && w < t->lex.words.count; w++) {
        for (int s = 0; s <= SPELLING_OTHER; s++)
            list[w] += t->forms[w].count[s];
        t->forms[w].code = DICT_NONE;
    }
    return list;
}

static int train_words(struct dict_trainer *t, uint32_t min_count,
                       struct dict *d, struct nh_error *err)
{
    size_t n;
    int rc = NH_OK;
    uint32_t *others = usual_others(t);
    uint32_t *frequency = frequencies(t);
    struct counted_word *list = frequency ? sorted(&t->lex.words, frequency,
                                                   min_count, DICT_WORD_MAX, &n)
                                          : NULL;
    if (!list || !others)
        rc = error_nomem(err);
    if (rc == NH_OK) {
        if (n > DICT_WORDS_MAX)
            n = DICT_WORDS_MAX;
        d->s = choose_s(list, n);
        sort_within_lengths(list, n, d->s);
        count_code_bytes(list, n, d);
    }
    for (size_t i = 0; rc == NH_OK && i < n; i++)
        if (!add_word(t, d, &list[i], others[list[i].number]))
            rc = error_nomem(err);
    free(list);
    free(frequency);
    free(others);
    return rc;
}

/* ---- Events: the encoder's walk with the words known, counting. Words that
 * the dictionary lacks count as fresh; that is what they mostly are. */

static unsigned trainer_class(void *ctx, const struct text_word *w,
                              struct slice spelt)
{
    struct dict_trainer *t = ctx;
    uint32_t code = t->forms[w->word].code;
    if (code == DICT_NONE)
        return CLASS_USUAL;
    const struct dict_display *show = &t->dict->display[code];
    struct stream_usual usual = {
        show->spelling, {show->data, show->len}, false};
    return stream_class(&usual, w, spelt);
}

static void count_event(void *ctx, size_t gap, unsigned class,
                        struct slice separator, struct slice word)
{
    struct dict_trainer *t = ctx;
    char key[2 + DICT_SEPARATOR_MAX];
    (void)word;
    if (separator.len > DICT_SEPARATOR_MAX ||
        (class & CLASS_SPELLING) == CLASS_EXPLICIT)
        return;
    key[0] =
        (char)(gap > STREAM_SKIP_MAX ? (gap - 1) % STREAM_SKIP_MAX + 1 : gap);
    key[1] = (char)class;
    if (separator.len)
        memcpy(key + 2, separator.data, separator.len);
    uint32_t n = strtab_add(&t->events, key, 2 + separator.len);
    void *counts = t->event_counts;
    if (n == STRTAB_NONE ||
        !grow_counts(&counts, &t->event_cap, n, sizeof *t->event_counts)) {
        t->failed = true;
        return;
    }
    t->event_counts = counts;
    t->event_counts[n]++;
}

static int train_events(struct dict_trainer *t, struct dict *d,
                        struct nh_error *err)
{
    size_t n;
    t->dict = d;
    for (size_t i = 0; i < t->count; i++) {
        const struct stream_text text = text_of(t, &t->samples[i]);
        stream_walk_events(&text, trainer_class, count_event, t);
    }
    struct counted_word *list =
        sorted(&t->events, t->event_counts, 3, 2 + DICT_SEPARATOR_MAX, &n);
    if (t->failed || !list) {
        free(list);
        return error_nomem(err);
    }
    if (n > DICT_EVENTS_MAX)
        n = DICT_EVENTS_MAX;
    d->sf = choose_sf(list, n);
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < n; i++)
        if (strtab_add(&d->events, list[i].data, list[i].len) == STRTAB_NONE)
            rc = error_nomem(err);
    free(list);
    return rc;
}

int dict_trainer_finish(struct dict_trainer *t, uint32_t min_count,
                        struct dict **out, struct buf *file,
                        struct nh_error *err)
{
    *out = NULL;
    size_t start = file->len;
    struct dict *d = calloc(1, sizeof *d);
    if (!d)
        return error_nomem(err);
    lexicon_init(&t->lex, NULL, NULL);
    int rc = count_spellings(t, err);
    if (rc == NH_OK)
        rc = train_words(t, min_count, d, err);
    if (rc == NH_OK)
        rc = train_events(t, d, err);
    /* Through the file format, so that it is used as it will be read. */
    if (rc == NH_OK)
        rc = dict_save(d, file, err);
    if (rc == NH_OK)
        rc = dict_load(out,
                       (struct slice){file->data + start, file->len - start},
                       "trained", err);
    dict_free(d);
    return rc;
}
