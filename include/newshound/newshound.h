/* libnewshound: searching a newshound index.
 *
 *   nh_index *index;
 *   nh_results *found;
 *   struct nh_error err;
 *   if (nh_open(&index, "news.idx", &err) != NH_OK) ...
 *   if (nh_search(index, "person:Leike safety", 19, NULL, &found, &err)) ...
 *   for (size_t i = 0; i < nh_results_count(found); i++) {
 *       const struct nh_hit *hit;
 *       if (nh_results_hit(found, i, &hit, &err) == NH_OK)
 *           puts(hit->title.data);
 *   }
 *   nh_results_free(found);
 *   nh_close(index);
 *
 * Functions that can fail return NH_OK or a negative nh_code and fill `err`
 * (may be NULL). An index shows one commit for as long as it is open. A handle
 * and its results belong to one thread at a time; any number of handles may be
 * open. The library keeps no global state, never logs, never exits, and reads
 * neither environment nor locale. newshound_writer.h has the writing side. */
#ifndef NEWSHOUND_H
#define NEWSHOUND_H

#include <stddef.h>
#include <stdint.h>

#include "nh_error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nh_index nh_index;
typedef struct nh_results nh_results;

/* Bytes with a NUL behind them that is not counted in len. Text is UTF-8 where
 * the article was. Never NULL. */
struct nh_string {
    const char *data;
    size_t len;
};

struct nh_list {
    const struct nh_string *items;
    size_t count;
};

/* Version of the library: "0.2.0". */
const char *nh_version(void);

/* ---- Indexes. */

/* Opens the index in folder `path`. NH_ENOTFOUND, NH_ECORRUPT, NH_EVERSION;
 * NH_EDATA for a mistake in its entities.rules. */
int nh_open(nh_index **out, const char *path, struct nh_error *err);
/* Shows the last commit from now on, of the index at the path that was given to
 * nh_open (an absolute one, if the process changes its folder); *changed, where
 * that is not NULL, is 1 if it is another one, or entities.rules is, else 0.
 * Costs next to nothing if it is not. All results must have been freed. After
 * an error the handle shows what it did. */
int nh_reopen(nh_index *index, int *changed, struct nh_error *err);
/* Accepts NULL. All results must have been freed. */
void nh_close(nh_index *index);
/* Whether the rules about names in the file entities.rules of the index, read
 * when it was opened, hold for filters, facets and what is shown; they do until
 * this says otherwise. All results must have been freed. */
void nh_use_rules(nh_index *index, int on);
/* Compares every file of the index with its checksum; reads all of it. */
int nh_verify(nh_index *index, struct nh_error *err);

struct nh_stats {
    uint64_t articles;   /* that can be found */
    uint64_t tombstones; /* replaced ones that still take room */
    uint64_t segments;
    uint64_t commit;
    uint64_t text_bytes; /* of titles and bodies, tombstones included */
    uint64_t index_bytes;
};
void nh_index_stats(const nh_index *index, struct nh_stats *stats);

/* ---- Searching. */

enum nh_sort { NH_SORT_RELEVANCE, NH_SORT_NEWEST, NH_SORT_OLDEST };

enum nh_search_flag {
    NH_SEARCH_ANY = 1,         /* plain words: any instead of all */
    NH_SEARCH_EXACT_TOTAL = 2, /* count all matches, however long it takes */
    NH_SEARCH_PLAN = 4,        /* keep what nh_results_plan and _tree say */
    NH_SEARCH_LENIENT = 8, /* mend what is wrong in the query, with a notice */
    /* Of matches with the same text, or nearly, only the earliest is a hit;
     * offset, limit and ranks are of such hits, totals and facets of all
     * matches. Has no effect on groups and on queries with copies: in them. */
    NH_SEARCH_COLLAPSE = 16
};

struct nh_search_options {
    size_t size;     /* sizeof(struct nh_search_options) */
    uint32_t offset; /* of the first hit, from 0 */
    uint32_t limit;  /* hits at most; UINT32_MAX for all */
    enum nh_sort sort;
    unsigned flags;            /* of enum nh_search_flag */
    const char *since, *until; /* periods as in date:, or NULL */
    int64_t now; /* what today is, seconds since 1970; 0 asks the clock */
    /* How many threads may search side by side, up to NH_THREADS_MAX; 0: one
     * for small indexes, more for large ones. The hits are the same. */
    unsigned threads;
    /* Words that a wildcard or fuzzy word may stand for; 0: NH_EXPAND_DEFAULT.
     * More are an error. */
    uint32_t expand;
    /* How often a query may look through all texts of the index for what its
     * lists of words do not say, about; 0: NH_EFFORT_DEFAULT. Queries that
     * need more are an error. */
    uint32_t effort;
    /* Fields whose values are counted over all matches, NH_FACETS or some of
     * them with commas between, or NULL; and how many values of each are
     * returned; 0: NH_FACET_LIMIT. Totals are exact then. */
    const char *facets;
    uint32_t facet_limit;
    /* One such field, or NULL: the hits come in groups of its values, the group
     * of the best hit first, and offset and limit are of groups; and how many
     * hits of each group are returned; 0: NH_GROUP_SIZE. Totals are exact. */
    const char *group;
    uint32_t group_size;
    /* Days after which an article has lost half of what its age can take from
     * its score s, which is s / 2: s * (1 + 2 ^ (-age / recency)) / 2, where
     * the age is that at `now`. 0: age does not matter. One without a date is
     * as old as can be. */
    double recency;
};
#define NH_THREADS_MAX 16
#define NH_EXPAND_DEFAULT 10000
#define NH_EFFORT_DEFAULT 40
#define NH_FACETS                                                              \
    "person,org,place,author,source,section,topic,lang,year,month,day"
#define NH_FACET_LIMIT 10
#define NH_GROUP_SIZE 3

#define NH_SEARCH_OPTIONS_INIT                                                 \
    {                                                                          \
        sizeof(struct nh_search_options), 0, 10, NH_SORT_RELEVANCE, 0, NULL,   \
            NULL, 0, 0, 0, 0, NULL, 0, NULL, 0, 0                              \
    }

/* Runs a query of the language in newshound-query(7). `options` may be NULL.
 * NH_EQUERY and NH_EUNSUPPORTED come with offset and length of the place in the
 * query. Free the results with nh_results_free. */
int nh_search(nh_index *index, const char *query, size_t len,
              const struct nh_search_options *options, nh_results **out,
              struct nh_error *err);
void nh_results_free(nh_results *results);

/* Hits on this page. */
size_t nh_results_count(const nh_results *results);
struct nh_total {
    uint64_t value;        /* exact, or the best estimate */
    uint64_t lower, upper; /* certain bounds */
    int exact;
};
void nh_results_total(const nh_results *results, struct nh_total *total);
/* What was done to the query besides answering it, one line; "" if nothing. */
struct nh_string nh_results_notice(const nh_results *results);
/* The query as it is run, for people; "" without NH_SEARCH_PLAN, and where
 * nothing had to be run. */
struct nh_string nh_results_plan(const nh_results *results);
/* The query as it was understood, a line for each part, indented by depth; ""
 * without NH_SEARCH_PLAN. */
struct nh_string nh_results_tree(const nh_results *results);
/* True if the query has plain words that NH_SEARCH_ANY would loosen. */
int nh_results_can_loosen(const nh_results *results);
/* The query with words that the index does not have replaced by like ones that
 * it has; "" if it has all of them, or none like them. Valid until the results
 * are freed. */
int nh_results_suggestion(nh_results *results, struct nh_string *query,
                          struct nh_error *err);

/* What a date of the query means. */
struct nh_period {
    size_t offset, length;     /* bytes of the query; 0 for since and until */
    struct nh_string from, to; /* days, 2024-05-17, included; "": open */
};
/* Those of the query, in their order; the count. */
size_t nh_results_periods(const nh_results *results,
                          const struct nh_period **periods);

struct nh_facet_value {
    struct nh_string text; /* as it is spelt most often */
    uint64_t count;        /* of matches that have it */
};

struct nh_facet {
    struct nh_string field;
    const struct nh_facet_value *values; /* the commonest; dates in order */
    size_t count;
    uint64_t distinct; /* values in all, spellings of the same taken as one */
    uint64_t articles; /* matches with a value */
};
/* As they were asked for; the count. */
size_t nh_results_facets(const nh_results *results,
                         const struct nh_facet **facets);

struct nh_group {
    struct nh_string value; /* "": those without one */
    uint64_t articles;      /* matches in it */
    size_t first, count;    /* its hits on this page */
};
/* The groups of the page, and in *all how many there are; the count. */
size_t nh_results_groups(const nh_results *results,
                         const struct nh_group **groups, uint64_t *all);

struct nh_span {
    size_t start, len; /* bytes */
};

struct nh_snippet {
    struct nh_string text; /* on one line */
    const struct nh_span *highlights;
    size_t highlight_count;
    int cut_before, cut_after; /* the text goes on there */
};

struct nh_hit {
    uint32_t rank;   /* from 1 */
    uint32_t number; /* of the article in the index */
    double score;    /* 0 where nothing is ranked */
    struct nh_string id, title, source, url, section, language;
    struct nh_string date; /* ISO 8601 to the known precision, or "" */
    int64_t time;          /* its first instant, seconds since 1970 */
    struct nh_list author, topic, person, org, place;
    size_t copies; /* other matches that it stands for: NH_SEARCH_COLLAPSE */
    struct nh_snippet snippet;
};

/* Hit i of the page, in any order; it stays valid until the results are freed
 * or forgotten. NH_ECORRUPT if the article cannot be read. */
int nh_results_hit(nh_results *results, size_t i, const struct nh_hit **hit,
                   struct nh_error *err);
/* Only the id and score of hit i, without reading the article's text. */
int nh_results_id(nh_results *results, size_t i, struct nh_string *id,
                  double *score, struct nh_error *err);

/* The ids of the copies that hit i stands for, the earliest first. */
int nh_results_copies(nh_results *results, size_t i, struct nh_list *ids,
                      struct nh_error *err);
/* Only the number of the article and the score of hit i, without reading. */
int nh_results_number(nh_results *results, size_t i, uint32_t *number,
                      double *score, struct nh_error *err);

/* What a term adds to a score. */
struct nh_term_score {
    struct nh_string term; /* as the index has it */
    double score;
    uint32_t count;    /* in the article; title words count three times */
    uint32_t articles; /* that have it */
};
/* What the score of hit i is made of; their sum, times *recency, is the score.
 * Valid until the results are freed or forgotten. */
int nh_results_scores(nh_results *results, size_t i,
                      const struct nh_term_score **terms, size_t *count,
                      double *recency, struct nh_error *err);

/* Gives back the memory of all hits and ids that were asked for, so that long
 * pages can be walked in little of it. */
void nh_results_forget(nh_results *results);
/* A cursor over the page, for any number of hits: the next one, from the first
 * on, valid until the next call; *hit is NULL behind the last. What was asked
 * for before is forgotten. With a limit of UINT32_MAX it goes over all matches,
 * 20 bytes of memory for each. */
int nh_results_next(nh_results *results, const struct nh_hit **hit,
                    struct nh_error *err);

/* ---- Help with queries. */

/* Why an article is not found. */
typedef struct nh_reasons nh_reasons;
struct nh_reason {
    size_t offset, length; /* of the part of the query; 0, 0: since or until */
    struct nh_string text; /* one line */
};
/* The parts of the query that the article with this id does not satisfy, with
 * options as for nh_search; none if it is found. NH_ENOTFOUND if there is no
 * such article. Free them with nh_reasons_free. */
int nh_why_not(nh_index *index, const char *query, size_t len,
               const struct nh_search_options *options, const char *id,
               size_t id_len, nh_reasons **out, struct nh_error *err);
size_t nh_reasons_count(const nh_reasons *reasons);
const struct nh_reason *nh_reasons_at(const nh_reasons *reasons, size_t i);
void nh_reasons_free(nh_reasons *reasons);

/* How a query's last word could go on. */
typedef struct nh_completions nh_completions;
struct nh_completion {
    struct nh_string text; /* as it is written in a query */
    uint64_t count;        /* of a word: times it stands in texts; of a value:
                              articles with it; 0: a field */
};
/* The commonest words that begin with `prefix`, names with a word that does,
 * fields; behind a field and a colon, its values: `limit` of them at most, the
 * commonest first. Free them with nh_completions_free. */
int nh_complete(nh_index *index, const char *prefix, size_t len, size_t limit,
                nh_completions **out, struct nh_error *err);
size_t nh_completions_count(const nh_completions *completions);
const struct nh_completion *nh_completions_at(const nh_completions *completions,
                                              size_t i);
void nh_completions_free(nh_completions *completions);

/* ---- Articles. */

typedef struct nh_article nh_article;

struct nh_article_view {
    struct nh_hit hit; /* without rank, score and snippet */
    struct nh_string body;
    /* So many of the hit's persons, orgs and places the article came with; the
     * others, behind them, were found in its text. */
    size_t given_persons, given_orgs, given_places;
};

/* The article with this id. NH_ENOTFOUND if there is none. */
int nh_article_open(nh_article **out, nh_index *index, const char *id,
                    size_t len, struct nh_error *err);
/* The next article after number `after` (0 for the first); NH_ENOTFOUND at the
 * end. */
int nh_article_next(nh_article **out, nh_index *index, uint32_t after,
                    struct nh_error *err);
const struct nh_article_view *nh_article_view(const nh_article *article);

/* Where the article names somebody or something. */
struct nh_mention {
    struct nh_string field; /* person, org, place, author */
    struct nh_string name;  /* as the hit lists it */
    int in_title;           /* else in the body */
    size_t start, len;      /* bytes of it */
};
/* The mentions of each name in the order of the hit's lists, those of a name in
 * the order of the text; `index` is the one that the article is from, as it
 * was. Valid until the article is freed. */
int nh_article_mentions(nh_article *article, nh_index *index,
                        const struct nh_mention **mentions, size_t *count,
                        struct nh_error *err);
void nh_article_free(nh_article *article);

#ifdef __cplusplus
}
#endif
#endif
