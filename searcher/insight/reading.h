/* The core of what reads a whole corpus: every match of a query, and every
 * place in its articles where the query's words stand.
 *
 *   struct reading r;
 *   int rc = reading_open(&r, index, &options, query, err);
 *   for (uint32_t d = 0; rc == NH_OK && (d = match_set_next(&r.found, d)) !=
 * 0;) rc = reading_article(&r, d, err);    then r.spans has the occurrences
 *   reading_release(&r);
 *
 * An occurrence is a span of words (searcher/places/spans.h) that belongs to a
 * part of the query which the article meets: of `(a b) OR c` the word a counts
 * only where b is in the article too. An article has each span once, whatever
 * the number of parts that have it. */
#ifndef SEARCHER_INSIGHT_READING_H
#define SEARCHER_INSIGHT_READING_H

#include "searcher/index/index.h"
#include "searcher/match/match_set.h"
#include "searcher/places/spans.h"

/* What to read, besides the query. */
struct reading_options {
    const char *since, *until; /* periods as in date:, or NULL */
    int64_t now;               /* seconds since 1970 */
    uint32_t expand, effort;   /* as in nh_search_options; 0: defaults */
};

/* A part of the query that gives occurrences. */
struct reading_part {
    struct span_part *part;
    size_t condition; /* number + 1 of the set of articles where it counts;
                         0: all matches */
};

struct reading {
    nh_index *index; /* borrowed */
    struct query query;
    struct plan plan; /* has the words of wildcards */
    struct match_set found;
    bool planned;
    struct match_set *conditions;
    size_t condition_count, condition_cap;
    struct reading_part *parts;
    size_t part_count, part_cap;
    struct span_finder finder;
    struct match_state state; /* of reading, after the search */
    /* Of the article that was read last. */
    struct span_list spans; /* occurrences, sorted, in title and body */
    size_t title_spans;     /* those of the title, which come first */
    bool wants_marks;       /* set it, and `marks` is filled too */
    struct span_list marks; /* the words that made the occurrences */
};

/* Parses the query and finds its matches. NH_EQUERY, NH_EUNSUPPORTED and
 * NH_EINVAL as nh_index_search. Release it in any case. */
int reading_open(struct reading *r, nh_index *index,
                 const struct reading_options *o, struct slice query,
                 struct nh_error *err);
void reading_release(struct reading *r);
/* Finds the occurrences in a match: r->spans. Costs time in proportion to the
 * article's stream, which is not decoded unless the query has sentences or
 * paragraphs. */
int reading_article(struct reading *r, uint32_t docid, struct nh_error *err);

#endif
