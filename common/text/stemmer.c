/* Owns the stems of words. */
#include <stdlib.h>
#include <string.h>

#include <libstemmer.h>

#include "common/text/analysis.h"

struct stemmer {
    struct sb_stemmer *snowball; /* NULL for "none" */
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

struct slice stemmer_stem(struct stemmer *s, struct slice folded)
{
    if (!s->snowball || folded.len > ANALYSIS_STEM_MAX)
        return folded;
    const sb_symbol *stem = sb_stemmer_stem(
        s->snowball, (const sb_symbol *)folded.data, (int)folded.len);
    int len = sb_stemmer_length(s->snowball);
    if (!stem || len <= 0)
        return folded;
    return (struct slice){(const char *)stem, (size_t)len};
}

bool stemmer_keeps_first(const struct stemmer *s)
{
    return s->keeps_first;
}
