/* Synonyms and spellings, which a person writes into the file `synonyms.rules`
 * of an index. They widen queries; what is stored stays as it is.
 *
 *   same "harbour" = "harbor"              each means any of them
 *   same "North Rhine-Westphalia" = "NRW"
 *   spell "ä" = "ae"                       letters: Mueller, Müller
 *
 * A line is a rule, empty, or a comment (#). Names are compared folded; rules
 * do not lead from one to the next. */
#ifndef SEARCHER_INDEX_SYNONYMS_H
#define SEARCHER_INDEX_SYNONYMS_H

#include "common/base/strtab.h"
#include "common/text/analysis.h"

/* Words of a name, names of a rule, names that begin with one word or have one
 * stem, rules about letters and the bytes of each side: more than people write,
 * and few enough to try all of them for each word of a query. */
#define SYNONYM_WORDS_MAX 16
#define SYNONYM_NAMES_MAX 32
#define SYNONYM_ALIKE_MAX 256
#define SYNONYM_SPELLINGS_MAX 64
#define SYNONYM_LETTERS_MAX 32
#define SYNONYM_NONE UINT32_MAX

struct synonym_word {
    struct slice text; /* folded */
    bool cjk;
};

struct synonym_name {
    struct synonym_word *words;
    size_t count;
    uint32_t first, end; /* the names of its rule: [first, end) */
    uint32_t alike; /* names found the same way from this one on, at most */
    uint32_t next_word, next_stem; /* the next one found the same way */
};

/* Letters that are written in two ways, in lower case. */
struct spelling {
    struct slice a, b;
};

struct synonyms {
    struct arena arena;
    struct synonym_name *names;
    size_t count, cap;
    struct strtab words;         /* first words of names */
    struct strtab stems;         /* of names of one word */
    uint32_t *by_word, *by_stem; /* the newest name of each */
    size_t by_word_cap, by_stem_cap;
    struct spelling spellings[SYNONYM_SPELLINGS_MAX];
    size_t spelling_count;
};

/* Reads those of the index in folder `dir`; *out is NULL, and NH_OK returned,
 * if it has none. NH_EDATA with path and line for what is no rule, NH_EIO. */
int synonyms_open(struct synonyms **out, const char *dir,
                  struct stemmer *stemmer, struct nh_error *err);
/* The same from a file's text; `path` is for messages. */
int synonyms_read(struct synonyms **out, struct slice text, const char *path,
                  struct stemmer *stemmer, struct nh_error *err);
/* Accepts NULL. */
void synonyms_free(struct synonyms *s);

/* The first name that begins with the folded word, or that is one word of that
 * stem; SYNONYM_NONE if there is none. `next_word` and `next_stem` go on. */
uint32_t synonyms_by_word(const struct synonyms *s, struct slice word);
uint32_t synonyms_by_stem(const struct synonyms *s, struct slice stem);

#endif
