/* Owns the choice of the tokens that may be of a name, and the context that an
 * article gives its words. Promises linear time. */
#include "entities/document.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"

/* Types after which a new document starts with none. */
#define TYPES_KEPT 60000

bool document_init(struct document *d, const struct entity_model *model)
{
    memset(d, 0, sizeof *d);
    return word_types_init(&d->types, model);
}

void document_release(struct document *d)
{
    word_types_release(&d->types);
    free(d->tokens);
    free(d->runs);
    free(d->words);
    free(d->smalls);
    memset(d, 0, sizeof *d);
}

void document_reset(struct document *d)
{
    if (d->types.count > TYPES_KEPT)
        word_types_reset(&d->types);
    d->count = d->run_count = 0;
}

bool document_add(struct document *d, const struct doc_source *tokens,
                  size_t count)
{
    uint64_t hashes[DOCUMENT_CHUNK];
    for (size_t i = 0; i < count; i++) {
        hashes[i] = hash64(tokens[i].text.data, tokens[i].text.len);
        word_types_fetch(&d->types, hashes[i]);
    }
    struct doc_token *moved =
        array_reserve(d->tokens, &d->cap, d->count + count, sizeof *moved);
    if (!moved)
        return false;
    d->tokens = moved;
    struct doc_token *to = d->tokens + d->count;
    uint32_t capitals[DOCUMENT_CHUNK];
    size_t capital_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct word_slot *w =
            word_types_get(&d->types, tokens[i].text, hashes[i]);
        if (!w)
            return false;
        const uint32_t type = w->number - 1;
        to[i] = (struct doc_token){.type = type,
                                   .lowered = type,
                                   .kind = w->kind,
                                   .roles = w->roles,
                                   .letters = w->letters,
                                   .first = tokens[i].first};
        __builtin_prefetch(&d->types.items[type].lowered);
        capitals[capital_count] = (uint32_t)i;
        capital_count += !w->small;
    }
    for (size_t i = 0; i < capital_count; i++) {
        struct doc_token *t = &to[capitals[i]];
        t->lowered = d->types.items[t->type].lowered;
    }
    if (d->count == 0 && count)
        to[0].first = true;
    d->count += count;
    return true;
}

/* ---- Sentences. */

static size_t sentence_end(const struct document *d, size_t start)
{
    size_t end = start + 1;
    while (end < d->count && !d->tokens[end].first)
        end++;
    return end;
}

/* Words of under this many letters are small in headlines too. */
#define LONG_WORD 4

static enum sentence_mode mode_of(const struct document *d, size_t start,
                                  size_t end)
{
    size_t letters = 0, upper = 0, words = 0, capitals = 0, longs = 0;
    for (size_t i = start; i < end; i++) {
        const struct doc_token *w = &d->tokens[i];
        if (w->letters == 0)
            continue;
        words++;
        letters += w->letters;
        upper +=
            w->kind == WORD_UPPER || w->kind == WORD_LETTER ? w->letters : 0u;
        if (w->letters < LONG_WORD)
            continue;
        longs++;
        capitals += kind_is_capital(w->kind);
    }
    if (words >= 2 && letters >= 8 && upper * 10 >= letters * 8)
        return MODE_UPPER;
    return longs >= 4 && capitals * 5 >= longs * 4 ? MODE_TITLE : MODE_NORMAL;
}

/* An article in which next to no word has a capital is written without. */
static bool is_lower(const struct document *d)
{
    size_t words = 0, capitals = 0;
    for (size_t i = 0; i < d->count; i++) {
        const struct doc_token *w = &d->tokens[i];
        words += w->letters > 0;
        capitals += kind_is_capital(w->kind);
    }
    return words >= 4 && capitals * 200 <= words;
}

/* ---- Runs. */

static bool has_role(const struct document *d, size_t i, enum word_role role)
{
    return (d->tokens[i].roles & role) != 0;
}

static bool is_name_part(const struct document *d, size_t i)
{
    return kind_is_capital(d->tokens[i].kind);
}

/* Tokens between two capitals of a name, at most. */
#define CONNECTORS_MAX 3

/* End of the run at `i`, which is a capital. */
static size_t run_end(const struct document *d, size_t i, size_t end)
{
    size_t last = i + 1;
    for (;;) {
        while (last < end &&
               (is_name_part(d, last) || d->tokens[last].kind == WORD_NUMBER))
            last++;
        size_t k = last;
        if (k + 1 < end && has_role(d, k + 1, WORD_ENDS_NAME)) {
            last = k + 2; /* , Jr. */
            continue;
        }
        if (k + 1 < end && has_role(d, k, WORD_HYPHEN) &&
            d->tokens[k + 1].kind == WORD_LOWER) {
            last = k + 2; /* Jong - un, where hyphens are cut off */
            continue;
        }
        while (k < end && k - last < CONNECTORS_MAX &&
               has_role(d, k, WORD_CONNECTS) && !is_name_part(d, k))
            k++;
        if (k == last || k >= end || !is_name_part(d, k))
            return last;
        last = k + 1;
    }
}

static size_t run_start(const struct document *d, size_t i, size_t from)
{
    while (i > from && (has_role(d, i - 1, WORD_LEADS) ||
                        d->tokens[i - 1].kind == WORD_NUMBER))
        i--;
    return i;
}

/* Longer runs are cut: no name is as long, and decoding takes memory. */
#define RUN_MAX 512

static bool add_run(struct document *d, size_t start, size_t end, size_t s,
                    size_t e)
{
    for (; end - start > RUN_MAX; start += RUN_MAX)
        if (!add_run(d, start, start + RUN_MAX, s, e))
            return false;
    if (d->run_count == d->run_cap) {
        struct doc_run *runs = array_grow(d->runs, &d->run_cap, sizeof *runs);
        if (!runs)
            return false;
        d->runs = runs;
    }
    d->runs[d->run_count++] = (struct doc_run){(uint32_t)start, (uint32_t)end,
                                               (uint32_t)s, (uint32_t)e};
    return true;
}

static bool find_runs(struct document *d, size_t start, size_t end, bool lower)
{
    if (lower)
        return add_run(d, start, end, start, end);
    for (size_t i = start, from = start; i < end; i++) {
        if (!is_name_part(d, i))
            continue;
        const size_t last = run_end(d, i, end);
        if (!add_run(d, run_start(d, i, from), last, start, end))
            return false;
        i = from = last;
    }
    return true;
}

/* ---- Names of several words that are known. */

static void find_phrase(struct document *d, size_t i, size_t end)
{
    const struct entity_model *m = d->types.model;
    uint32_t phrase = document_type(d, i)->lower, found = UINT32_MAX;
    size_t last = i;
    for (size_t k = i + 1; k < end && k < i + MODEL_PHRASE_WORDS; k++) {
        phrase = model_phrase(phrase, document_type(d, k)->lower);
        const uint32_t n = model_find(&m->phrases, phrase);
        if (n == UINT32_MAX)
            continue;
        found = n;
        last = k;
    }
    for (size_t k = i; found != UINT32_MAX && k <= last; k++) {
        d->tokens[k].gazetteers = m->phrase_info[found];
        d->tokens[k].in_phrase = k == i ? 1 : 2;
    }
}

static void find_phrases(struct document *d, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++)
        if (has_role(d, i, WORD_BEGINS_PHRASE) && !d->tokens[i].in_phrase &&
            (is_name_part(d, i) || d->tokens[i].mode == MODE_LOWER))
            find_phrase(d, i, end);
}

/* ---- Context. */

static struct doc_word *use_word(struct document *d, uint32_t lowered)
{
    struct doc_word *w = &d->words[lowered];
    if (w->stamp != d->stamp) {
        memset(w, 0, sizeof *w);
        w->stamp = d->stamp;
    }
    return w;
}

static void add_context(uint32_t *list, uint8_t *count, uint32_t type)
{
    for (unsigned i = 0; i < *count; i++)
        if (list[i] == type)
            return;
    if (*count < CONTEXT_MAX)
        list[(*count)++] = type;
}

/* The lower-cased type of a neighbour, or the boundary. */
static uint32_t neighbour(const struct document *d, size_t i, size_t start,
                          size_t end)
{
    return i < start || i >= end ? WORD_BOUNDARY : d->tokens[i].lowered;
}

/* Tokens whose words are fetched from memory ahead. */
#define WORDS_AHEAD 8

static void note_words(struct document *d, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++) {
        const struct doc_token *t = &d->tokens[i];
        const bool capital = kind_is_capital(t->kind);
        if (i + WORDS_AHEAD < d->count && kind_is_capital(t[WORDS_AHEAD].kind))
            __builtin_prefetch(&d->words[t[WORDS_AHEAD].lowered]);
        if (t->letters == 0)
            continue;
        if (!capital) {
            d->smalls[t->lowered] = d->stamp;
            if (t->mode != MODE_LOWER)
                continue;
        }
        struct doc_word *w = use_word(d, t->lowered);
        w->count++;
        if (t->mode == MODE_NORMAL && i > start)
            w->inside = 1;
        add_context(w->before, &w->before_count, neighbour(d, i - 1, start, i));
        add_context(w->behind, &w->behind_count,
                    neighbour(d, i + 1, start, end));
    }
}

static bool begin_words(struct document *d)
{
    if (d->types.count > d->word_cap) {
        uint32_t cap = d->word_cap ? d->word_cap : 1024;
        while (cap < d->types.count)
            cap *= 2;
        free(d->words);
        free(d->smalls);
        d->words = aligned_alloc(sizeof *d->words, cap * sizeof *d->words);
        d->smalls = calloc(cap, sizeof *d->smalls);
        d->word_cap = d->words && d->smalls ? cap : 0;
        if (d->word_cap == 0)
            return false;
        memset(d->words, 0, cap * sizeof *d->words);
    }
    if (++d->stamp == 0) { /* wrapped: old stamps would look new */
        memset(d->words, 0, d->word_cap * sizeof *d->words);
        memset(d->smalls, 0, d->word_cap * sizeof *d->smalls);
        d->stamp = 1;
    }
    return true;
}

bool document_finish(struct document *d)
{
    const bool lower = is_lower(d);
    if (!begin_words(d))
        return false;
    for (size_t start = 0, end; start < d->count; start = end) {
        end = sentence_end(d, start);
        const enum sentence_mode mode =
            lower ? MODE_LOWER : mode_of(d, start, end);
        for (size_t i = start; i < end; i++)
            d->tokens[i].mode = (uint8_t)mode;
        note_words(d, start, end);
        find_phrases(d, start, end);
        if (!find_runs(d, start, end, lower))
            return false;
    }
    return true;
}
