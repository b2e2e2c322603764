/* Owns the reading of synonyms and spellings.
 * Promises that each rule has two different names at least, each with a word.
 */
#include "searcher/index/synonyms.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/files.h"
#include "common/text/letters.h"
#include "searcher/index/rules_file.h"

void synonyms_free(struct synonyms *s)
{
    if (!s)
        return;
    arena_release(&s->arena);
    strtab_release(&s->words);
    strtab_release(&s->stems);
    free(s->names);
    free(s->by_word);
    free(s->by_stem);
    free(s);
}

struct reader {
    struct synonyms *s;
    struct stemmer *stemmer;
    struct slice line;
    struct buf text;
    const char *path;
    size_t number;
    struct nh_error *err;
};

static int bad(struct reader *x, const char *what)
{
    error_set(x->err, NH_EDATA, "%s:%zu: %s", x->path, x->number, what);
    return error_hint(x->err, NH_EDATA,
                      "rules look like: same \"harbour\" = \"harbor\"; spell "
                      "\"\xC3\xA4\" = \"ae\"");
}

/* Puts name `n` in front of those with the same key. */
static int link_name(struct reader *x, struct strtab *keys, uint32_t **newest,
                     size_t *cap, struct slice key, uint32_t n, uint32_t *next)
{
    const uint32_t known = keys->count;
    const uint32_t at = strtab_add(keys, key.data, key.len);
    uint32_t *items =
        at == STRTAB_NONE
            ? NULL
            : array_reserve(*newest, cap, (size_t)at + 1, sizeof *items);
    if (!items)
        return error_nomem(x->err);
    *newest = items;
    *next = at < known ? items[at] : SYNONYM_NONE;
    items[at] = n;
    struct synonym_name *names = x->s->names;
    if (*next != SYNONYM_NONE && names[*next].alike >= names[n].alike)
        names[n].alike = names[*next].alike + 1;
    return names[n].alike < SYNONYM_ALIKE_MAX
               ? NH_OK
               : bad(x, "more than 256 names begin with this word");
}

static bool same_words(const struct synonym_name *a,
                       const struct synonym_name *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = slice_equal(a->words[i].text, b->words[i].text);
    return same;
}

/* Splits the name in x->text into words. */
static int split_name(struct reader *x, struct synonym_name *name)
{
    struct synonym_word words[SYNONYM_WORDS_MAX];
    struct word_scanner s;
    struct word w;
    const char *wrong = NULL;
    bool good = true;
    word_scanner_init(&s, buf_slice(&x->text));
    while (good && !wrong && word_next(&s, &w)) {
        if (name->count == SYNONYM_WORDS_MAX) {
            wrong = "the name has more than 16 words";
            continue;
        }
        const char *copy =
            arena_copy(&x->s->arena, w.folded.data, w.folded.len);
        good = copy != NULL;
        words[name->count++] = (struct synonym_word){{copy, w.folded.len},
                                                     (w.flags & WORD_CJK) != 0};
    }
    good = good && !s.scratch.failed;
    word_scanner_release(&s);
    if (good && !wrong && name->count == 0)
        wrong = "there is no word in the name";
    if (wrong)
        return bad(x, wrong);
    name->words =
        good ? arena_alloc(&x->s->arena, name->count * sizeof *words) : NULL;
    if (!name->words)
        return error_nomem(x->err);
    memcpy(name->words, words, name->count * sizeof *words);
    return NH_OK;
}

/* Adds a name to the rule whose names begin at `first`. */
static int add_name(struct reader *x, uint32_t first)
{
    struct synonyms *s = x->s;
    const uint32_t n = (uint32_t)s->count;
    const char *wrong = rule_name(&x->line, &x->text);
    if (wrong)
        return bad(x, wrong);
    if (x->text.failed)
        return error_nomem(x->err);
    struct synonym_name *names =
        array_reserve(s->names, &s->cap, s->count + 1, sizeof *names);
    if (!names)
        return error_nomem(x->err);
    s->names = names;
    names[n] = (struct synonym_name){
        .first = first, .next_word = SYNONYM_NONE, .next_stem = SYNONYM_NONE};
    int rc = split_name(x, &names[n]);
    for (uint32_t i = first; rc == NH_OK && i < n; i++)
        if (same_words(&names[i], &names[n]))
            return NH_OK;
    if (rc == NH_OK && n - first == SYNONYM_NAMES_MAX)
        rc = bad(x, "the rule has more than 32 names");
    if (rc != NH_OK)
        return rc;
    s->count++;
    const struct slice word = names[n].words[0].text;
    rc = link_name(x, &s->words, &s->by_word, &s->by_word_cap, word, n,
                   &names[n].next_word);
    if (rc == NH_OK && names[n].count == 1)
        rc = link_name(x, &s->stems, &s->by_stem, &s->by_stem_cap,
                       stemmer_stem(x->stemmer, word), n, &names[n].next_stem);
    return rc;
}

static int take_same(struct reader *x)
{
    struct synonyms *s = x->s;
    const uint32_t first = (uint32_t)s->count;
    int rc = add_name(x, first);
    if (rc == NH_OK && !rule_sign(&x->line, '='))
        rc = bad(x, "= and another name belong here");
    do {
        if (rc == NH_OK)
            rc = add_name(x, first);
    } while (rc == NH_OK && rule_sign(&x->line, '='));
    if (rc == NH_OK && s->count - first < 2)
        rc = bad(x, "the names of this rule are one and the same");
    for (size_t i = first; i < s->count; i++)
        s->names[i].end = (uint32_t)s->count;
    return rc;
}

/* Takes letters in quotes. */
static int take_letters(struct reader *x, struct slice *out)
{
    struct buf small = BUF_INIT;
    const char *wrong = rule_name(&x->line, &x->text);
    if (wrong)
        return bad(x, wrong);
    letter_lower(slice_trim(buf_slice(&x->text)), &small);
    const bool failed = x->text.failed || small.failed;
    const char *copy = arena_copy(&x->s->arena, small.data, small.len);
    *out = (struct slice){copy, small.len};
    buf_release(&small);
    if (failed || !copy)
        return error_nomem(x->err);
    if (out->len > SYNONYM_LETTERS_MAX)
        return bad(x, "there are more than 32 bytes in the quotes");
    return out->len ? NH_OK : bad(x, "there are no letters in the quotes");
}

static int take_spell(struct reader *x)
{
    struct synonyms *s = x->s;
    struct spelling made = {{"", 0}, {"", 0}};
    int rc = take_letters(x, &made.a);
    if (rc == NH_OK && !rule_sign(&x->line, '='))
        rc = bad(x, "= belongs between the two spellings");
    if (rc == NH_OK)
        rc = take_letters(x, &made.b);
    if (rc == NH_OK && slice_equal(made.a, made.b))
        rc = bad(x, "the two spellings are the same");
    if (rc == NH_OK && s->spelling_count == SYNONYM_SPELLINGS_MAX)
        rc = bad(x, "there are more than 64 rules about letters");
    if (rc == NH_OK)
        s->spellings[s->spelling_count++] = made;
    return rc;
}

static int take_rule(struct reader *x)
{
    if (rule_ends(&x->line))
        return NH_OK;
    const struct slice word = rule_word(&x->line);
    int rc = slice_equal(word, slice_of("same"))    ? take_same(x)
             : slice_equal(word, slice_of("spell")) ? take_spell(x)
                                                    : bad(x, "a rule begins "
                                                             "with same or "
                                                             "spell");
    if (rc == NH_OK && !rule_ends(&x->line))
        rc = bad(x, "there is something behind the rule");
    return rc;
}

int synonyms_read(struct synonyms **out, struct slice text, const char *path,
                  struct stemmer *stemmer, struct nh_error *err)
{
    struct reader x = {NULL, stemmer, {NULL, 0}, BUF_INIT, path, 0, err};
    int rc = NH_OK;
    *out = NULL;
    x.s = calloc(1, sizeof *x.s);
    if (!x.s)
        return error_nomem(err);
    text = rules_file_start(text);
    while (rc == NH_OK && rules_file_line(&text, &x.line)) {
        x.number++;
        rc = take_rule(&x);
    }
    buf_release(&x.text);
    if (rc != NH_OK || (x.s->count == 0 && x.s->spelling_count == 0))
        synonyms_free(x.s);
    else
        *out = x.s;
    return rc;
}

int synonyms_open(struct synonyms **out, const char *dir,
                  struct stemmer *stemmer, struct nh_error *err)
{
    struct buf path = BUF_INIT, text = BUF_INIT;
    *out = NULL;
    int rc = rules_file_read(dir, SYNONYMS_NAME, &path, &text, err);
    if (rc == NH_OK)
        rc = synonyms_read(out, buf_slice(&text), path.data, stemmer, err);
    else if (rc == NH_ENOTFOUND)
        rc = NH_OK;
    buf_release(&path);
    buf_release(&text);
    return rc;
}

uint32_t synonyms_by_word(const struct synonyms *s, struct slice word)
{
    const uint32_t n = strtab_find(&s->words, word.data, word.len);
    return n == STRTAB_NONE ? SYNONYM_NONE : s->by_word[n];
}

uint32_t synonyms_by_stem(const struct synonyms *s, struct slice stem)
{
    const uint32_t n = strtab_find(&s->stems, stem.data, stem.len);
    return n == STRTAB_NONE ? SYNONYM_NONE : s->by_stem[n];
}
