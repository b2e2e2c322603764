/* libnewshound: reading a whole corpus, not only searching it.
 *
 * All counts here are exact: over every match of a query, never a sample. The
 * conventions are those of newshound.h.
 *
 * An occurrence is a place where the words of a query stand in the title or the
 * body of an article that matches: a word, a phrase, a word that a wildcard
 * stands for, a mention of a name, or all from one side of a NEAR to the other.
 * Of alternatives only those count that the article meets. A place counts once,
 * whatever the number of parts of the query that stand there. */
#ifndef NEWSHOUND_READING_H
#define NEWSHOUND_READING_H

#include "newshound.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== Timelines ==== */

typedef struct nh_timeline nh_timeline;

enum nh_by { NH_BY_DAY, NH_BY_WEEK, NH_BY_MONTH, NH_BY_QUARTER, NH_BY_YEAR };

enum nh_timeline_flag {
    /* Count occurrences, and all words, beside articles: reads the texts of
     * all matches. */
    NH_TIMELINE_OCCURRENCES = 1
};

/* How to count. Set it up with NH_TIMELINE_OPTIONS_INIT, which holds the
 * defaults, and change members. */
struct nh_timeline_options {
    size_t size;    /* sizeof(struct nh_timeline_options) */
    enum nh_by by;  /* length of the periods; weeks begin on Monday */
    unsigned flags; /* of enum nh_timeline_flag */
    const char *since, *until; /* periods as in date:, or NULL */
    int64_t now; /* the time that "today" is taken from; 0 asks the clock */
    /* A field of NH_FACETS that is no date, or NULL. Each query then has a
     * series for each of the field's `field_limit` most frequent values among
     * its matches. */
    const char *field;
    uint32_t field_limit;    /* 0: NH_FACET_LIMIT; UINT32_MAX: all */
    uint32_t expand, effort; /* as in struct nh_search_options */
};
#define NH_TIMELINE_OPTIONS_INIT                                               \
    {                                                                          \
        sizeof(struct nh_timeline_options), NH_BY_MONTH, 0, NULL, NULL, 0,     \
            NULL, 0, 0, 0                                                      \
    }
/* Queries of a timeline, and periods of all its series together. */
#define NH_TIMELINE_QUERIES_MAX 64
#define NH_TIMELINE_POINTS_MAX 4000000

/* Counts the matches of `count` queries (1 to NH_TIMELINE_QUERIES_MAX) by time.
 * An article of which only the year or the month is known counts at its first
 * day.
 * NH_EQUERY and NH_EUNSUPPORTED as nh_index_search, of the first query that is
 * wrong; NH_EINVAL for a wrong option, and for more periods than
 * NH_TIMELINE_POINTS_MAX. Free the timeline with nh_timeline_free. */
int nh_index_timeline(nh_timeline **out, nh_index *index,
                      const struct nh_string *queries, size_t count,
                      const struct nh_timeline_options *options,
                      struct nh_error *err);
void nh_timeline_free(nh_timeline *timeline);

/* What a period has. Frozen. */
struct nh_timeline_period {
    /* First day, as exactly as the period's length needs: 2018, 2018-03 for
     * months and quarters, 2018-03-05 for weeks and days. */
    struct nh_string start;
    uint64_t articles;     /* matches */
    uint64_t occurrences;  /* in them; 0 without NH_TIMELINE_OCCURRENCES */
    uint64_t all_articles; /* of the index; of a field's value: that have it */
    uint64_t all_words;    /* in those; 0 without NH_TIMELINE_OCCURRENCES */
    double share;          /* articles / all_articles; 0 of none */
    double per_million;    /* occurrences in a million of all_words */
};

/* A query, or a value of a field in its matches, over time. Frozen. */
struct nh_timeline_series {
    struct nh_string query, value; /* value: "" without a field */
    /* All series of a timeline have the same periods: from the first one in
     * which any of the queries has a match to the last, or from `since` to
     * `until`, with those in between in which none has. */
    const struct nh_timeline_period *periods;
    size_t count;
    uint64_t articles, occurrences; /* in all, undated ones included */
    uint64_t undated;               /* articles without a date */
    uint64_t undated_occurrences;
};
/* Returns the number of series, and in *series the series: by query as they
 * were given, then by value, the most frequent first. */
size_t nh_timeline_series(const struct nh_timeline_series **series,
                          const nh_timeline *timeline);

/* ==== Concordances: every occurrence in its context ==== */

typedef struct nh_concordance nh_concordance;

/* Order of lines; where two are equal, by article and place. */
enum nh_concordance_sort {
    NH_CONCORDANCE_TEXT,   /* by article, as they came in, and place */
    NH_CONCORDANCE_LEFT,   /* by the words before, the nearest first */
    NH_CONCORDANCE_RIGHT,  /* by the words behind */
    NH_CONCORDANCE_MATCH,  /* by the words that matched */
    NH_CONCORDANCE_OLDEST, /* by date; lines without one come last */
    NH_CONCORDANCE_NEWEST,
    NH_CONCORDANCE_SOURCE /* by source, then as OLDEST */
};

/* What to show. Set it up with NH_CONCORDANCE_OPTIONS_INIT, which holds the
 * defaults, and change members. */
struct nh_concordance_options {
    size_t size;                   /* sizeof(struct nh_concordance_options) */
    enum nh_concordance_sort sort; /* of the lines that are shown */
    /* Largest number of lines; UINT32_MAX for all. Where there are more
     * occurrences, the lines are a random sample: each occurrence has the same
     * chance. The same index and seed give the same sample. */
    uint32_t limit;
    uint64_t seed;
    uint32_t context;          /* words on each side, at most
                                  NH_CONCORDANCE_CONTEXT_MAX */
    const char *since, *until; /* periods as in date:, or NULL */
    int64_t now; /* the time that "today" is taken from; 0 asks the clock */
    uint32_t expand, effort; /* as in struct nh_search_options */
};
#define NH_CONCORDANCE_LIMIT 100
#define NH_CONCORDANCE_CONTEXT 20
#define NH_CONCORDANCE_CONTEXT_MAX 1000
#define NH_CONCORDANCE_OPTIONS_INIT                                            \
    {                                                                          \
        sizeof(struct nh_concordance_options), NH_CONCORDANCE_TEXT,            \
            NH_CONCORDANCE_LIMIT, 1, NH_CONCORDANCE_CONTEXT, NULL, NULL, 0, 0, \
            0                                                                  \
    }

/* Finds all occurrences of `query` (`len` bytes). Takes 16 bytes of memory for
 * each line, and the words that lines are sorted by. Errors as nh_index_search.
 * Free the concordance with nh_concordance_free before its index is closed. */
int nh_index_concordance(nh_concordance **out, nh_index *index,
                         const char *query, size_t len,
                         const struct nh_concordance_options *options,
                         struct nh_error *err);
void nh_concordance_free(nh_concordance *concordance);

/* Returns the number of lines. */
size_t nh_concordance_count(const nh_concordance *concordance);
/* Returns the number of occurrences in the index, and in *articles (may be
 * NULL) the number of articles that have one. */
uint64_t nh_concordance_total(const nh_concordance *concordance,
                              uint64_t *articles);

/* An occurrence in its context. Returned by pointer: it may grow at its end. */
struct nh_concordance_line {
    struct nh_string id, title, date, source; /* of the article */
    uint32_t number;                          /* docid */
    int in_title;      /* 1: in the title, 0: in the body */
    size_t start, len; /* of the match: bytes of the title or of the body */
    /* The text around the match, and the match, each on one line: white space
     * is single blanks. */
    struct nh_string left, match, right;
    int cut_left, cut_right;          /* 1 if the title or body goes on there */
    const struct nh_span *highlights; /* words of `match` that the query has */
    size_t highlight_count;
};
/* Reads line i, from 0 to nh_concordance_count - 1. It is valid until the next
 * call, and other calls on the index do not matter to it. Lines of the same
 * article one after the other are quick. NH_EINVAL if there is no line i;
 * NH_ECORRUPT if the article cannot be read. */
int nh_concordance_line(const struct nh_concordance_line **line,
                        nh_concordance *concordance, size_t i,
                        struct nh_error *err);

#ifdef __cplusplus
}
#endif

#endif
