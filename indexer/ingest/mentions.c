/* Owns the finding of given names in their article. One pass over the words
 * notes those that begin or end a name; each name then looks at these alone. */
#include "indexer/ingest/mentions.h"

#include <stdlib.h>
#include <string.h>

#define MENTION_NONE UINT32_MAX
/* Places that are looked at for all names of an article; names that more would
 * be needed for have no mentions. Real articles have under a thousand. */
#define MENTION_PLACES_MAX ((size_t)1 << 20)

void mention_finder_release(struct mention_finder *f)
{
    free(f->words);
    free(f->occurrences);
    free(f->parts);
    free(f->wholes);
    buf_release(&f->folded);
    memset(f, 0, sizeof *f);
}

static bool begin(struct mention_finder *f, uint32_t words)
{
    if (words > f->word_cap) {
        uint32_t cap = f->word_cap ? f->word_cap : 4096;
        while (cap < words)
            cap *= 2;
        struct mention_word *items = realloc(f->words, cap * sizeof *items);
        if (!items)
            return false;
        memset(items + f->word_cap, 0, (cap - f->word_cap) * sizeof *items);
        f->words = items;
        f->word_cap = cap;
    }
    if (++f->stamp == 0) { /* wrapped: old stamps would look new */
        memset(f->words, 0, f->word_cap * sizeof *f->words);
        f->stamp = 1;
    }
    memset(f->maybe, 0, sizeof f->maybe);
    f->part_count = f->occurrence_count = 0;
    return true;
}

static bool has_names(const struct article *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (schema_fields[a->values[i].field].kind == FIELD_KIND_NAME)
            return true;
    return false;
}

static void ask_for(struct mention_finder *f, uint32_t word)
{
    if (word == MENTION_NONE)
        return;
    f->words[word] =
        (struct mention_word){f->stamp, MENTION_NONE, MENTION_NONE, 0};
    f->maybe[word & 0xff] = 1;
}

static bool add_part(struct mention_finder *f, uint32_t word)
{
    if (f->part_count == f->part_cap) {
        uint32_t *parts = array_grow(f->parts, &f->part_cap, sizeof *parts);
        if (!parts)
            return false;
        f->parts = parts;
    }
    f->parts[f->part_count++] = word;
    return true;
}

/* Appends the words of a name, and how many they are before them. A word that
 * the lexicon does not have is MENTION_NONE. */
static bool add_name(struct mention_finder *f, const struct lexicon *lex,
                     struct slice text)
{
    const size_t head = f->part_count;
    buf_reset(&f->folded);
    analysis_fold_words(text, &f->folded);
    struct slice rest = {f->folded.data, f->folded.len};
    if (f->folded.failed || !add_part(f, 0))
        return false;
    while (rest.len > 0) {
        struct slice word = slice_word(&rest);
        if (!add_part(f, strtab_find(&lex->words, word.data, word.len)))
            return false;
    }
    const size_t count = f->part_count - head - 1;
    f->parts[head] = (uint32_t)count;
    if (count > 0) {
        ask_for(f, f->parts[head + 1]);
        ask_for(f, f->parts[head + count]);
    }
    return true;
}

/* Notes where the words stand that names begin or end with. */
static bool find_words(struct mention_finder *f, const struct word_list *words)
{
    for (size_t i = 0; i < words->count; i++) {
        const uint32_t word = words->items[i].word;
        if (!f->maybe[word & 0xff] || f->words[word].stamp != f->stamp)
            continue;
        if (f->occurrence_count == f->occurrence_cap) {
            struct mention_occurrence *o =
                array_grow(f->occurrences, &f->occurrence_cap, sizeof *o);
            if (!o)
                return false;
            f->occurrences = o;
        }
        struct mention_word *w = &f->words[word];
        const uint32_t n = (uint32_t)f->occurrence_count++;
        f->occurrences[n] =
            (struct mention_occurrence){(uint32_t)i, MENTION_NONE};
        if (w->first == MENTION_NONE)
            w->first = n;
        else
            f->occurrences[w->last].next = n;
        w->last = n;
        w->count++;
    }
    return true;
}

static size_t count_of(const struct mention_finder *f, uint32_t word)
{
    return word == MENTION_NONE ? 0 : f->words[word].count;
}

static uint32_t first_of(const struct mention_finder *f, uint32_t word)
{
    return word == MENTION_NONE ? MENTION_NONE : f->words[word].first;
}

/* Whether the words stand from `at` on, all in title or all in body. */
static bool stands(const uint32_t *parts, size_t count,
                   const struct word_list *words, size_t titles, size_t at)
{
    const size_t end = at < titles ? titles : words->count;
    if (count > end - at)
        return false;
    for (size_t i = 0; i < count; i++)
        if (words->items[at + i].word != parts[i])
            return false;
    return true;
}

static bool add_whole(struct mention_finder *f, size_t n, uint32_t at,
                      uint32_t count)
{
    if (n == f->whole_cap) {
        struct article_mention *m =
            array_grow(f->wholes, &f->whole_cap, sizeof *m);
        if (!m)
            return false;
        f->wholes = m;
    }
    f->wholes[n] = (struct article_mention){at, count};
    return true;
}

/* Puts together, in order, the places of the whole name and those of its last
 * word that lie in none of them; `out` may be NULL. Returns their number. */
static size_t join(const struct mention_finder *f, size_t wholes, uint32_t last,
                   struct article_mention *out)
{
    size_t n = 0, k = 0;
    for (uint32_t o = first_of(f, last); o != MENTION_NONE;
         o = f->occurrences[o].next) {
        const uint32_t at = f->occurrences[o].at;
        for (; k < wholes && f->wholes[k].first + f->wholes[k].count <= at; k++)
            if (n++, out)
                out[n - 1] = f->wholes[k];
        if (k < wholes && f->wholes[k].first <= at)
            continue;
        if (n++, out)
            out[n - 1] = (struct article_mention){at, 1};
    }
    for (; k < wholes; k++)
        if (n++, out)
            out[n - 1] = f->wholes[k];
    return n;
}

/* Sets the mentions of a name, if *left allows for looking at all places. */
static bool place(struct mention_finder *f, const uint32_t *parts, size_t count,
                  const struct word_list *words, size_t titles,
                  struct arena *arena, struct article_value *value,
                  size_t *left)
{
    const uint32_t last = parts[count - 1];
    const size_t places = count_of(f, parts[0]) + count_of(f, last);
    size_t wholes = 0;
    uint32_t free_from = 0;
    if (places > *left)
        return true;
    *left -= places;
    for (uint32_t o = first_of(f, parts[0]); o != MENTION_NONE;
         o = f->occurrences[o].next) {
        const uint32_t at = f->occurrences[o].at;
        if (at < free_from || !stands(parts, count, words, titles, at))
            continue;
        if (!add_whole(f, wholes++, at, (uint32_t)count))
            return false;
        free_from = at + (uint32_t)count;
    }
    const size_t n = join(f, wholes, last, NULL);
    if (n == 0)
        return true;
    struct article_mention *m = arena_alloc(arena, n * sizeof *m);
    if (!m)
        return false;
    value->mention_count = join(f, wholes, last, m);
    value->mentions = m;
    return true;
}

bool mention_finder_run(struct mention_finder *f, const struct lexicon *lex,
                        const struct word_list *words, size_t titles,
                        struct article *a)
{
    size_t left = MENTION_PLACES_MAX, at = 0;
    if (!has_names(a))
        return true;
    if (!begin(f, lex->words.count))
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (schema_fields[a->values[i].field].kind == FIELD_KIND_NAME &&
            !add_name(f, lex, a->values[i].text))
            return false;
    if (!find_words(f, words))
        return false;
    for (size_t i = 0; i < a->count; i++) {
        struct article_value *v = &a->values[i];
        if (schema_fields[v->field].kind != FIELD_KIND_NAME)
            continue;
        const uint32_t count = f->parts[at];
        if (count > 0 && !place(f, &f->parts[at + 1], count, words, titles,
                                &a->arena, v, &left))
            return false;
        at += count + 1;
    }
    return true;
}
