/* Owns the search for the words of a query in an article's stream.
 * Promises to find them without decoding the text where that can be done. */
#include "searcher/places/span_words.h"

#include <stdlib.h>

/* ---- Codes of the words. */

static bool add_code(struct place_word *w, uint32_t code)
{
    if (w->count == w->cap) {
        uint32_t *codes = array_grow(w->codes, &w->cap, sizeof *codes);
        if (!codes)
            return false;
        w->codes = codes;
    }
    w->codes[w->count++] = code;
    return true;
}

static bool add_stem_code(void *ctx, uint32_t code)
{
    return add_code(ctx, code);
}

static int by_code(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The forms of a pattern that the dictionary has. */
static bool use_forms(struct span_finder *x, struct place_word *w)
{
    for (uint32_t n = 0; n < w->forms->count; n++) {
        const struct strtab_entry *e = &w->forms->entries[n];
        const uint32_t code =
            dict_find(x->dict, (struct slice){e->data, e->len});
        if (code != DICT_NONE && !add_code(w, code))
            return false;
    }
    if (w->count)
        qsort(w->codes, w->count, sizeof *w->codes, by_code);
    return true;
}

/* Looks the words up in another dictionary. */
static bool use_dict(struct span_finder *x, struct span_part *p)
{
    for (size_t i = 0; i < p->word_count; i++) {
        struct place_word *w = &p->words[i];
        w->count = 0;
        if (w->forms) {
            if (!use_forms(x, w))
                return false;
        } else if (w->stemmed) {
            if (!stem_index_each(x->sources.stems, x->dict, x->sources.stemmer,
                                 w->text, add_stem_code, w))
                return false;
        } else {
            uint32_t code = dict_find(x->dict, w->text);
            if (code != DICT_NONE && !add_code(w, code))
                return false;
        }
        w->dict_codes = w->count;
        for (size_t k = 0; k < w->count; k++)
            stream_finder_want(&x->finder, w->codes[k]);
    }
    for (size_t i = 0; i < p->count; i++)
        if (!use_dict(x, &p->parts[i]))
            return false;
    return true;
}

static void forget_locals(struct span_part *p)
{
    for (size_t i = 0; i < p->word_count; i++)
        p->words[i].count = p->words[i].dict_codes;
    for (size_t i = 0; i < p->count; i++)
        forget_locals(&p->parts[i]);
}

/* Adds a word of the article's own to the words of the condition that mean it;
 * *stem is made when it is asked for. */
static bool use_local(struct span_finder *x, struct span_part *p,
                      struct slice word, struct slice *stem, uint32_t code,
                      bool *meant)
{
    for (size_t i = 0; i < p->word_count; i++) {
        struct place_word *w = &p->words[i];
        bool same;
        if (w->forms) {
            same = strtab_find(w->forms, word.data, word.len) != STRTAB_NONE;
        } else if (!w->stemmed) {
            same = slice_equal(w->text, word);
        } else {
            if (stem->len == 0 && word.len > 0 &&
                (!stemmer_keeps_first(x->sources.stemmer) ||
                 *word.data == *w->text.data))
                *stem = stemmer_stem(x->sources.stemmer, word);
            same = slice_equal(w->text, *stem);
        }
        *meant = *meant || same;
        if (same && !add_code(w, code))
            return false;
    }
    for (size_t i = 0; i < p->count; i++)
        if (!use_local(x, &p->parts[i], word, stem, code, meant))
            return false;
    return true;
}

/* The same for number `n` of the article's own. */
static bool use_local_number(struct span_finder *x, struct slice word,
                             uint32_t n)
{
    struct slice stem = {"", 0};
    bool meant = false;
    if (!use_local(x, &x->root, word, &stem, x->dict->words.count + n, &meant))
        return false;
    if (!meant)
        return true;
    if (x->local_count == x->local_cap) {
        uint32_t *locals = array_grow(x->locals, &x->local_cap, sizeof *locals);
        if (!locals)
            return false;
        x->locals = locals;
    }
    x->locals[x->local_count++] = n;
    return true;
}

/* Prepares for the articles of a dictionary. */
static bool use_segment(struct span_finder *x)
{
    const struct dict *dict = x->segment->dict;
    if (x->dict == dict)
        return true;
    x->dict = dict;
    if (stream_finder_begin(&x->finder, dict) && use_dict(x, &x->root))
        return true;
    x->dict = NULL;
    return false;
}

/* Finds the words of the condition in the article, without decoding it. */
static bool find_words(struct span_finder *x, const struct stream_parts *parts)
{
    const uint8_t *p = (const uint8_t *)parts->literals.data;
    struct stream_locals l = {p, p + parts->literals.len};
    struct slice word;
    for (uint32_t n = 0; stream_locals_next(&l, &x->scratch, &word); n++)
        if (!use_local_number(x, word, n))
            return false;
    return !x->scratch.failed &&
           stream_find(&x->finder, parts, x->locals, x->local_count);
}

/* The same where the stream has the text as it is, or starts of sentences are
 * asked for. */
static bool find_decoded_words(struct span_finder *x)
{
    struct stream_finder *f = &x->finder;
    const uint32_t known = x->dict->words.count;
    for (size_t i = 0; i < x->words.locals_count; i++)
        if (!use_local_number(x, x->words.locals[i], (uint32_t)i))
            return false;
    f->count = 0;
    f->titles = (uint32_t)x->words.title_count;
    f->words = (uint32_t)x->words.count;
    for (uint32_t i = 0; i < f->words; i++) {
        const uint32_t code = x->words.words[i].code;
        if ((code >= known || f->wanted[code]) &&
            !stream_finder_add(f, i, code))
            return false;
    }
    return true;
}

int span_words_find(struct span_finder *x, struct slice stream,
                    struct nh_error *err)
{
    struct stream_parts parts;
    int rc = NH_OK;
    bool good = use_segment(x);
    x->local_count = 0;
    forget_locals(&x->root);
    if (!good)
        return error_nomem(err);
    if (!x->scopes && stream_split(stream, &parts) && !parts.stored) {
        good = find_words(x, &parts);
    } else {
        rc = stream_words(x->dict, stream, x->scopes, &x->words, err);
        good = rc != NH_OK || find_decoded_words(x);
    }
    return good ? rc : error_nomem(err);
}

bool place_word_has(const struct place_word *w, uint32_t code)
{
    size_t low = 0, high = w->count;
    if (high <= 8) {
        while (low < high && w->codes[low] != code)
            low++;
        return low < high;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->codes[middle] < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < w->count && w->codes[low] == code;
}
