/* The table of fields: every name, prefix and rule of a field, once. Readers,
 * indexer, query parser, output and help all take it from here. */
#ifndef COMMON_TEXT_SCHEMA_H
#define COMMON_TEXT_SCHEMA_H

#include "common/base/buf.h"

/* Stored in indexes: append only. */
enum field {
    FIELD_ID,
    FIELD_TITLE,
    FIELD_BODY,
    FIELD_DATE,
    FIELD_SOURCE,
    FIELD_AUTHOR,
    FIELD_URL,
    FIELD_SECTION,
    FIELD_TOPIC,
    FIELD_LANGUAGE,
    FIELD_PERSON,
    FIELD_ORG,
    FIELD_PLACE,
    FIELD_COPIES, /* of queries only: an article and its copies, by its id */
    FIELD_COUNT
};

/* How a field's values become terms. */
enum field_kind {
    FIELD_KIND_TEXT,  /* analysed words: title, body */
    FIELD_KIND_NAME,  /* the folded whole name, and each of its words */
    FIELD_KIND_LABEL, /* the folded whole value */
    FIELD_KIND_EXACT, /* the value byte for byte */
    FIELD_KIND_DATE   /* terms for year, month and day */
};

struct field_def {
    const char *name;    /* in queries and in output */
    const char *aliases; /* other names in queries, space-separated */
    const char *keys;   /* names in records, space-separated, best first, in the
                           form that schema_find_key compares */
    const char *prefix; /* of whole-value terms */
    const char *word_prefix; /* of terms for single words of names, or NULL */
    const char *wide_prefix; /* of terms for what a value is part of, or NULL:
                                the site of an address, en for en-US */
    enum field_kind kind;
    bool many;   /* an article may have several values */
    bool entity; /* mentions of it rank; listed with results */
    bool queryable;
    const char *help;
    const char *example;
};

extern const struct field_def schema_fields[FIELD_COUNT];

/* Prefix of the term that says "the article has this field", followed by the
 * field's name. */
#define SCHEMA_HAS_PREFIX "XHAS"
/* Prefix of terms for two neighbouring short words (analysis.h). */
#define SCHEMA_PAIR_PREFIX "XPAIR"
/* Prefix of terms for a word that a line's end divides: the stem of the whole
 * word, then the two parts, with blanks between. */
#define SCHEMA_DIVIDED_PREFIX "XDIV"
/* Appends the value of such a term to an empty buffer. */
void schema_divided(struct buf *out, struct slice stem, struct slice a,
                    struct slice b);
/* Behind SCHEMA_HAS_PREFIX: the article has such a word. */
#define SCHEMA_DIVIDED_NAME "divided"
/* Value slot of the article's date, 8 bytes that sort as the date does. */
#define SCHEMA_DATE_SLOT 0
/* Longest term in bytes, as Xapian limits it. */
#define SCHEMA_TERM_MAX 245

/* The field of that name or alias (case-insensitive), or -1. */
int schema_find(struct slice name);
/* The field that a key of a JSON record or the name of a column means, or -1;
 * `rank` gets its place among the field's keys, 0 the best. Case, accents,
 * blanks and punctuation do not count: "Full Text" is "full_text". */
int schema_find_key(struct slice key, int *rank);
/* Whether the key of that rank has a part of a text only: its summary, its
 * first paragraph. */
bool schema_is_part(enum field field, int rank);
/* The queryable field name nearest to a misspelt one, or NULL. */
const char *schema_suggest(struct slice name);

/* What a value is part of, at most; a site of more labels has the widest. */
#define SCHEMA_WIDER_MAX 8
/* Puts what a value of a field with a wide_prefix is part of, into `out`:
 * `a.example.org` and `example.org` for an address there, without www; `en` for
 * the folded language `en us`. The slices are of `value` or of `scratch`.
 * Returns their number; 0 also if memory ran out (scratch->failed). */
size_t schema_wider(enum field field, struct slice value, struct buf *scratch,
                    struct slice out[SCHEMA_WIDER_MAX]);
/* Returns the wider value that a filter's value asks for: a site, small and
 * without www, a language; empty if it is none, an address for instance. */
struct slice schema_wide_value(enum field field, struct slice value,
                               struct buf *scratch);

/* Builds prefix + value in `out` (emptied), cut with a hash tail where it
 * exceeds SCHEMA_TERM_MAX. `value` must not begin with an ASCII capital unless
 * the prefix is one letter. */
void schema_term(struct buf *out, const char *prefix, struct slice value);

#endif
