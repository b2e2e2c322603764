/* Where the parts of a query stand in an article: their spans.
 *
 * A span is a run of words in the title or in the body. Words, phrases,
 * wildcards and the names of entities have spans; OR has those of its parts;
 * NEAR has the hull of each pair of spans that do not overlap and whose nearest
 * ends are from 1 to so many words apart; a scope has the spans of its parts in
 * each sentence or paragraph where it holds. A part under NOT and a filter on a
 * field without places has none. */
#ifndef SEARCHER_PLACES_SPANS_H
#define SEARCHER_PLACES_SPANS_H

#include "common/stream/stream.h"
#include "searcher/index/name_rules.h"
#include "searcher/places/expand.h"
#include "searcher/places/match_state.h"
#include "searcher/query/query.h"
#include "searcher/query/stems.h"

/* Spans that one part of a query may have in an article. */
#define SPANS_MAX ((size_t)1 << 20)

/* Numbers of the first and the last word; the body's words come after the
 * title's. */
struct span {
    uint32_t first, last;
};

struct span_list {
    struct span *items;
    size_t count, cap;
};

/* Adds a span; false if memory ran out. */
bool span_list_add(struct span_list *list, uint32_t first, uint32_t last);
/* Sorts by first, then by last word, and leaves out what is there twice. */
void span_list_tidy(struct span_list *list);

/* A word to be found: exactly, or by its stem. The codes under which it stands
 * in the article at hand. */
struct place_word {
    struct slice text; /* folded, or a stem; borrowed, or of the arena */
    bool stemmed;
    const struct strtab *forms; /* of a wildcard or fuzzy word, else NULL */
    uint32_t *codes;            /* ascending */
    size_t count, cap;
    size_t dict_codes; /* of the dictionary; the others are locals */
};

/* A part of the query, as the query has it. */
struct span_part {
    const struct query_node *node;
    struct span_part *parts;
    size_t count;
    struct place_word *words; /* of words and phrases */
    size_t word_count;
    bool names;                  /* it means names that stand in texts */
    struct name_meaning meaning; /* of a part that is names; else zero */
    struct span_list spans;      /* in the title or body at hand */
};

/* What the words of a query are looked up with; all borrowed. */
struct span_sources {
    struct match_state *state;
    const struct pattern_words *patterns; /* of the query, from its plan */
    struct stem_index *stems;
    struct stemmer *stemmer;
    const struct name_rules *rules; /* or NULL */
};

struct span_finder {
    struct span_sources sources;
    struct span_part root;
    const struct dict *dict; /* that the codes are of */
    struct stream_decoded words;
    struct article article; /* fields, if names are asked for */
    const struct snapshot_segment *segment;
    struct buf folded, scratch;
    struct arena arena;          /* of stems */
    uint64_t word_parts;         /* words of all parts: each is looked for */
    struct stream_finder finder; /* of all words of the parts */
    uint32_t *locals; /* numbers of those of the article that parts mean */
    size_t local_count, local_cap;
    bool names, scopes; /* some part is a name; a scope */
    bool enough;        /* of a scope one span will do */
    /* Title or body at hand: words [from, to). */
    uint32_t from, to;
    bool title;
};

/* The pattern of a QUERY_WILDCARD or QUERY_FUZZY; false if it is too long. */
bool query_pattern(const struct query_node *node, struct pattern *out);

/* Prepares for a query or a part of one, which must outlive the finder. False
 * if memory ran out. Release it in any case. */
bool span_finder_init(struct span_finder *x, const struct query_node *node,
                      const struct span_sources *sources);
void span_finder_release(struct span_finder *x);
/* Reads an article; then span_finder_enter. */
int span_finder_read(struct span_finder *x,
                     const struct snapshot_segment *segment,
                     const struct article_record *record, struct nh_error *err);
/* Comes to the title or to the body of the article. */
void span_finder_enter(struct span_finder *x, bool title);
/* Fills the part's `spans`, sorted, with those of the title or body at hand.
 * False if they are too many, or memory ran out. */
bool span_finder_find(struct span_finder *x, struct span_part *p);
/* Adds the words and names that made the part's spans, as span_finder_find left
 * them: of a NEAR not the words between. False if memory ran out. */
bool span_finder_marks(const struct span_part *p, struct span_list *marks);
/* Sets the error of a span_finder_find that failed; returns its code. */
int span_finder_error(const struct span_finder *x, struct nh_error *err);

#endif
