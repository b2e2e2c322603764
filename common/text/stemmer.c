/* Owns the stems of words. */
#include <stdlib.h>
#include <string.h>

#include <libstemmer.h>

#include "common/base/utf8.h"
#include "common/text/analysis.h"
#include "common/text/endings.h"
#include "common/text/letters.h"

struct stemmer {
    struct sb_stemmer *snowball;       /* NULL for "none" */
    const struct endings *endings;     /* whose accents it needs, or NULL */
    char folded[4 * ENDINGS_WORD_MAX]; /* a stem without its accents */
    bool keeps_first; /* stems begin with the first byte of their words */
};

/* Whether Snowball has a stemmer of that name, its aliases aside. */
static bool stemmer_known(const char *language)
{
    for (const char **name = sb_stemmer_list(); *name; name++)
        if (strcmp(*name, language) == 0)
            return true;
    return false;
}

int stemmer_new(struct stemmer **out, const char *language,
                struct nh_error *err)
{
    *out = NULL;
    struct stemmer *s = calloc(1, sizeof *s);
    if (!s)
        return error_nomem(err);
    if (strcmp(language, "none") != 0) {
        s->snowball = sb_stemmer_new(language, NULL);
        if (!s->snowball) {
            free(s);
            if (stemmer_known(language))
                return error_nomem(err);
            return error_set(err, NH_EINVAL,
                             "there is no stemmer for language '%s'", language);
        }
    }
    /* English rules change ends of words only, as those for the irregular ones
     * do. Others take accents from the first letter, or prefixes off. */
    s->endings = endings_of(language);
    s->keeps_first = !s->snowball || strcmp(language, "english") == 0;
    *out = s;
    return NH_OK;
}

void stemmer_free(struct stemmer *s)
{
    if (!s)
        return;
    if (s->snowball)
        sb_stemmer_delete(s->snowball);
    free(s);
}

/* What Snowball makes of a word; the word itself if it makes nothing. */
static struct slice snowball_stem(const struct stemmer *s, struct slice word)
{
    const sb_symbol *stem = sb_stemmer_stem(
        s->snowball, (const sb_symbol *)word.data, (int)word.len);
    const int len = sb_stemmer_length(s->snowball);
    return stem && len > 0 ? (struct slice){(const char *)stem, (size_t)len}
                           : word;
}

/* The stem without accents: words that have them and words that do not meet in
 * it. The stem as it is if it has no room, as no word of a language has. */
static struct slice fold_stem(struct stemmer *s, struct slice stem)
{
    uint32_t code, folded[LETTER_FOLDED_MAX];
    size_t n, len = 0;
    for (size_t i = 0; i < stem.len;) {
        const size_t used = utf8_decode(stem.data + i, stem.len - i, &code);
        if (used == 0)
            return stem;
        n = code < 0x80;
        folded[0] = code;
        if (n == 0)
            letter_classify(code, folded, &n);
        if (n * 4 > sizeof s->folded - len)
            return stem;
        for (size_t k = 0; k < n; k++)
            len += utf8_encode(folded[k], s->folded + len);
        i += used;
    }
    return len == 0 ? stem : (struct slice){s->folded, len};
}

struct slice stemmer_stem(struct stemmer *s, struct slice folded)
{
    char word[ENDINGS_WORD_MAX];
    size_t len;
    if (!s->snowball || folded.len > ANALYSIS_STEM_MAX)
        return folded;
    if (!s->endings)
        return snowball_stem(s, folded);
    if (!endings_restore(s->endings, folded, word, &len))
        return fold_stem(s, snowball_stem(s, folded));
    return fold_stem(s, snowball_stem(s, (struct slice){word, len}));
}

bool stemmer_keeps_first(const struct stemmer *s)
{
    return s->keeps_first;
}
