/* Rules about names, which a person writes into the file `entities.rules` of an
 * index. They hold when the index is read; what is stored stays as it is.
 *
 *   merge person "J. Leike" = "Jan Leike"   one and the same
 *   hide org "AI"                           no name
 *   retype "Wired" org                      of that field, whatever it was
 *
 * A line is a rule, empty, or a comment (#). Names are compared folded. First a
 * name is retyped, then merged, and what is hidden by either name goes. */
#ifndef SEARCHER_INDEX_NAME_RULES_H
#define SEARCHER_INDEX_NAME_RULES_H

#include "common/text/article.h"
#include "searcher/query/query.h"

struct name_rules;

/* Those of the index in folder `dir`; NULL, and NH_OK, if it has none. NH_EDATA
 * for what is no rule, or contradicts another one, NH_EIO. */
int name_rules_open(struct name_rules **out, const char *dir,
                    struct nh_error *err);
void name_rules_free(struct name_rules *r);
/* The same from a file's text; `path` is for messages. */
int name_rules_read(struct name_rules **out, struct slice text,
                    const char *path, struct nh_error *err);

/* `rules` may be NULL below: none.
 *
 * What a stored name, folded, is shown as: false for a hidden one; else its
 * field, and the text that the rules give it, or an empty one. */
bool name_rules_map(const struct name_rules *rules, enum field *field,
                    struct slice folded, struct slice *text);
/* Makes an article's names those that are shown; names that have become one
 * share their mentions. False if memory ran out. */
bool name_rules_apply(const struct name_rules *rules, struct article *a);
/* What a filter on names, or HAS, means: a name that is shown in its field, by
 * the name's folded text or, for merged ones, that of any of them. `rules`,
 * `filter` and `word` are borrowed. */
struct name_meaning {
    const struct name_rules *rules;
    const struct query_node *filter;
    struct slice word; /* the filter's value, where it is not whole: words that
                          the name has side by side */
    bool *roots;       /* which names that others are merged into are meant */
};
/* False if memory ran out. Takes time in proportion to the rules, so that each
 * name is then looked up once. Release it also after a failure. */
bool name_meaning_init(struct name_meaning *m, const struct name_rules *rules,
                       const struct query_node *filter, struct slice word);
void name_meaning_release(struct name_meaning *m);
bool name_meaning_has(const struct name_meaning *m, struct slice folded);

/* A name, as it is stored, whose articles a filter finds or does not find
 * because of rules. */
struct name_change {
    enum field stored;
    struct slice folded;
    bool found;
};
/* All of them for a filter or HAS, with `word` as above; to be freed. NULL if
 * there are none (*count is 0) or memory ran out (it is 1). */
struct name_change *name_rules_changes(const struct name_rules *rules,
                                       const struct query_node *filter,
                                       struct slice word, size_t *count);
/* Whether rules move names from `stored` to another field `shown`. */
bool name_rules_move(const struct name_rules *rules, enum field stored,
                     enum field shown);

#endif
