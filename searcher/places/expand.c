/* Owns the expansion of wildcards and fuzzy words over the vocabularies of the
 * segments. */
#include "searcher/places/expand.h"

#include <stdlib.h>
#include <string.h>

void expansion_release(struct expansion *x)
{
    strtab_release(&x->words);
    strtab_release(&x->stems);
    free(x->meant);
    memset(x, 0, sizeof *x);
}

/* How many words of a segment have a stem, and how many of these are meant. */
struct stem_forms {
    uint64_t forms, meant;
};

void pattern_words_free(struct pattern_words *list)
{
    while (list) {
        struct pattern_words *next = list->next;
        strtab_release(&list->words);
        free(list);
        list = next;
    }
}

struct expander {
    struct expansion *out;
    struct stemmer *stemmer;
    const struct pattern *pattern;
    uint32_t most;
    struct stem_forms *forms; /* in the segment at hand, by number of stem */
    struct nh_error *err;
};

/* Room for one more stem. */
static bool reserve(struct expander *x)
{
    struct expansion *out = x->out;
    if (out->stems.count < out->cap)
        return true;
    uint32_t cap = out->cap ? out->cap * 2 : 64;
    struct stem_forms *forms = realloc(x->forms, cap * sizeof *forms);
    if (forms)
        x->forms = forms;
    uint8_t *meant = realloc(out->meant, cap * out->segments);
    if (meant)
        out->meant = meant;
    if (!forms || !meant)
        return false;
    memset(forms + out->cap, 0, (cap - out->cap) * sizeof *forms);
    memset(meant + out->cap * out->segments, 0,
           (cap - out->cap) * out->segments);
    out->cap = cap;
    return true;
}

static int add_word(struct expander *x, const struct vocabulary_word *word)
{
    struct expansion *out = x->out;
    if (strtab_add(&out->words, word->text.data, word->text.len) ==
            STRTAB_NONE ||
        !reserve(x))
        return error_nomem(x->err);
    if (out->words.count > x->most)
        return error_set(x->err, NH_EQUERY,
                         "this stands for more than %u words of the index",
                         (unsigned)x->most);
    struct slice stem = stemmer_stem(x->stemmer, word->text);
    uint32_t n = strtab_add(&out->stems, stem.data, stem.len);
    if (n == STRTAB_NONE)
        return error_nomem(x->err);
    x->forms[n].forms = word->forms;
    x->forms[n].meant++;
    return NH_OK;
}

static bool begins(struct slice word, const struct pattern *p)
{
    return word.len >= p->prefix_len &&
           (p->prefix_len == 0 ||
            memcmp(word.data, p->prefix, p->prefix_len) == 0);
}

static int expand_in(struct expander *x, struct vocabulary *v, size_t segment)
{
    const struct pattern *p = x->pattern;
    struct expansion *out = x->out;
    struct pattern_walk walk;
    struct vocabulary_cursor c;
    struct vocabulary_word word;
    int more = 1;
    memset(&c, 0, sizeof c);
    pattern_walk_init(&walk, p);
    if (x->forms)
        memset(x->forms, 0, out->cap * sizeof *x->forms);
    int rc = vocabulary_seek(&c, v, (struct slice){p->prefix, p->prefix_len},
                             x->err);
    while (rc == NH_OK && (more = vocabulary_next(&c, &word, x->err)) == 1 &&
           begins(word.text, p)) {
        out->compared++;
        if (pattern_walk_next(&walk, word.text))
            rc = add_word(x, &word);
    }
    for (uint32_t n = 0; n < out->stems.count; n++)
        out->meant[n * out->segments + segment] =
            x->forms[n].meant == 0                  ? 0
            : x->forms[n].meant < x->forms[n].forms ? 1
                                                    : 2;
    return rc != NH_OK ? rc : more < 0 ? more : NH_OK;
}

int expand(struct expansion *out, const struct snapshot *s,
           struct stemmer *stemmer, const struct pattern *pattern,
           uint32_t most, struct nh_error *err)
{
    struct expander x = {out, stemmer, pattern, most, NULL, err};
    int rc = NH_OK;
    out->segments = s->count;
    for (size_t i = 0; rc == NH_OK && i < s->count; i++)
        rc = expand_in(&x, &s->segments[i].vocabulary, i);
    free(x.forms);
    return rc;
}
