/* Checks on candidates: what terms cannot decide, the article stream does. */
#ifndef SEARCHER_PLACES_CANDIDATE_CHECK_H
#define SEARCHER_PLACES_CANDIDATE_CHECK_H

#include "common/stream/stream.h"
#include "searcher/index/name_rules.h"
#include "searcher/places/match_state.h"

/* A condition on an article's text. */
struct text_check {
    struct text_check *next; /* for lists */
    struct match_state *state;
    bool decodes; /* whole texts, which costs ten times as much */
    bool (*holds)(struct text_check *c, const struct snapshot_segment *segment,
                  const struct article_record *record);
    void (*free)(struct text_check *c);
};

/* Whether article `docid` meets the condition. An article that cannot be read
 * does not, and makes the search fail. */
bool text_check_match(struct text_check *c, uint32_t docid);
/* Frees it and those behind it. */
void text_check_free(struct text_check *c);

/* The words side by side. */
int phrase_check_new(struct text_check **out, struct match_state *state,
                     const struct slice *words, size_t count,
                     enum stream_scope scope, struct nh_error *err);
/* That the names which are shown, under rules, have all words of a filter, or
 * that there is one; both are borrowed. */
int names_check_new(struct text_check **out, struct match_state *state,
                    const struct name_rules *rules,
                    const struct query_node *filter, struct nh_error *err);

#endif
