/* libnewshound: searching a newshound index.
 *
 *   nh_index *index;
 *   nh_results *found;
 *   const struct nh_hit *hit;
 *   struct nh_error err;
 *   if (nh_index_open(&index, "news.idx", &err) != NH_OK) ...
 *   if (nh_index_search(&found, index, "person:Leike safety", 19, NULL, &err))
 *       ...
 *   while (nh_results_next(&hit, found, &err) == NH_OK && hit)
 *       puts(hit->title.data);
 *   nh_results_free(found);
 *   nh_index_close(index);
 *
 * The writing side is newshound_writer.h; newshound_reading.h reads a corpus as
 * a whole.
 *
 * CONVENTIONS of both headers
 *
 * Names. A function is nh_TYPE_VERB. What nh_TYPE_open returns is closed by
 *   nh_TYPE_close or freed by nh_TYPE_free, which accept NULL.
 * Parameters. What a function returns through a pointer comes first, then the
 *   object, then inputs, then options, and `err` last. Text is a pointer and a
 *   length in bytes, in that order. Pointers must not be NULL unless the
 * function says so; `err`, `options` and every pointer inside options may be
 * NULL. Errors. A function that can fail returns NH_OK or a negative nh_code
 * and fills `err`. Its results are then untouched. After a failure the objects
 * are usable as before unless the function says otherwise. Ownership. Text,
 * lists and structs that an object hands out belong to it. They stay valid
 * until the object is freed, or until the function that the comment names.
 * Strings end in a NUL that `len` does not count. Text. Text is UTF-8 where the
 * article's text was; other bytes come as they are. Numbers. Offsets and
 * lengths are bytes. Times are seconds since 1970 in UTC. Threads. A handle and
 * everything made from it belong to one thread at a time. Any number of handles
 * may be open, also of one index. The library has no global state, does not log
 * or exit, and reads neither environment nor locale. Growth. A program that was
 * compiled against an older header of the same major version keeps working.
 * Option structs begin with their size: a library accepts a smaller one and
 * uses defaults for the rest. Structs that functions return by pointer may grow
 * at their end, so that no program may copy or embed them by their size.
 * Structs that come in arrays or inside others are marked frozen and never
 * change. */
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
typedef struct nh_article nh_article;
typedef struct nh_completions nh_completions;
typedef struct nh_proposals nh_proposals;
typedef struct nh_reasons nh_reasons;

/* Bytes that end in a NUL. `data` is never NULL. Frozen. */
struct nh_string {
    const char *data;
    size_t len; /* bytes, without the NUL */
};

/* Frozen. */
struct nh_list {
    const struct nh_string *items;
    size_t count;
};

/* A part of a text. Frozen. */
struct nh_span {
    size_t start, len; /* bytes */
};

/* Returns the version of the library, such as "1.0.0". */
const char *nh_version(void);

/* ==== The index ==== */

/* Opens the index in the folder `path` for reading. The handle shows the newest
 * commit, and goes on to show it until nh_index_reopen.
 * NH_ENOTFOUND if there is no index; NH_ECORRUPT if its files contradict each
 * other; NH_EVERSION if another version made it; NH_EDATA for a mistake in its
 * file entities.rules or synonyms.rules.
 * An index that an older version made with other rules for words opens, but
 * only to read articles: nh_index_search, nh_index_why_not, nh_index_complete
 * and nh_article_mentions then return NH_EVERSION. */
int nh_index_open(nh_index **out, const char *path, struct nh_error *err);

/* Switches the handle to the newest commit. Sets *changed (may be NULL) to 1 if
 * the commit, entities.rules or synonyms.rules changed, else to 0. All results
 * and articles of the handle must have been freed. Costs one read of a small
 * file if nothing changed. The index is looked for at the path of
 * nh_index_open, so pass an absolute one if the process changes its folder.
 * After an error the handle shows the commit that it showed before. */
int nh_index_reopen(nh_index *index, int *changed, struct nh_error *err);

/* All results and articles of the handle must have been freed. */
void nh_index_close(nh_index *index);

/* Turns the rules of the file entities.rules on (1) or off (0), for filters,
 * facets and output. They are on when an index is opened. All results of the
 * handle must have been freed. */
void nh_index_set_rules(nh_index *index, int on);

/* Turns the synonyms and spellings of the file synonyms.rules on (1) or off
 * (0), for searches. They are on when an index is opened. All results of the
 * handle must have been freed. */
void nh_index_set_synonyms(nh_index *index, int on);

/* Compares every file of the index with its checksum. Reads the whole index.
 * NH_ECORRUPT names the first file that differs. */
int nh_index_verify(nh_index *index, struct nh_error *err);

struct nh_stats {
    uint64_t articles;   /* that searches can find */
    uint64_t tombstones; /* deleted and replaced ones that still take room */
    uint64_t segments;
    uint64_t commit;      /* number of the commit, from 1 */
    uint64_t text_bytes;  /* of titles and bodies, tombstones included */
    uint64_t index_bytes; /* of all files of the index */
    /* Options that the index keeps (newshound_writer.h): FIELD=KEY,... or "";
     * the charset of bytes that are not UTF-8, or "" for windows-1252; none,
     * dmy, mdy or ymd; found, given or none. NULL in an index that keeps none.
     */
    const char *map, *charset, *date_order, *names;
};
/* Returns figures of the commit that the handle shows. Valid until the next
 * call on the handle. */
const struct nh_stats *nh_index_stats(nh_index *index);
/* Sets *oldest and *newest to the earliest and the latest date of the articles,
 * in seconds since 1970 (UTC), and *dated (may be NULL) to the number of
 * articles that have a date. Reads the dates of all articles at the first call.
 * NH_ENOTFOUND if no article has a date. */
int nh_index_dates(nh_index *index, int64_t *oldest, int64_t *newest,
                   uint64_t *dated, struct nh_error *err);

/* ==== Searching: the simple interface ==== */

enum nh_sort { NH_SORT_RELEVANCE, NH_SORT_NEWEST, NH_SORT_OLDEST };

enum nh_search_flag {
    NH_SEARCH_ANY = 1,         /* plain words: any of them instead of all */
    NH_SEARCH_EXACT_TOTAL = 2, /* count all matches, however long it takes */
    NH_SEARCH_PLAN = 4, /* keep what nh_results_plan and nh_results_tree say */
    NH_SEARCH_LENIENT = 8, /* correct mistakes in the query, with a notice */
    /* Of matches with the same or nearly the same text, only the earliest is a
     * hit. Offset, limit and ranks count such hits; totals and facets count all
     * matches. Ignored for grouped results and for queries that use copies:. */
    NH_SEARCH_COLLAPSE = 16
};

/* What to search for, besides the query. Set it up with NH_SEARCH_OPTIONS_INIT,
 * which holds the defaults, and change members. */
struct nh_search_options {
    size_t size;               /* sizeof(struct nh_search_options) */
    uint32_t offset;           /* of the first hit, from 0 */
    uint32_t limit;            /* largest number of hits; UINT32_MAX for all */
    enum nh_sort sort;         /* by score, or by date */
    unsigned flags;            /* of enum nh_search_flag */
    const char *since, *until; /* periods as in date:, or NULL */
    int64_t now; /* the time that "today" is taken from; 0 asks the clock */

    /* ---- Expert options; 0 and NULL are good choices. ---- */

    /* Largest number of threads that search side by side, up to NH_THREADS_MAX.
     * 0: one for small indexes, more for large ones. Hits do not depend on it.
     */
    unsigned threads;
    /* Largest number of words that a wildcard or fuzzy word may stand for; a
     * query that needs more is an error. 0: NH_EXPAND_DEFAULT. */
    uint32_t expand;
    /* Upper bound on text scanning, as a multiple of the whole index; a query
     * that needs more is an error. 0: NH_EFFORT_DEFAULT. */
    uint32_t effort;

    /* ---- Counting and grouping. ---- */

    /* Fields whose values are counted over all matches: some of NH_FACETS, with
     * commas between, or NULL. Makes totals exact. */
    const char *facets;
    uint32_t facet_limit; /* values of each field; 0: NH_FACET_LIMIT */
    /* A field of NH_FACETS, or NULL. The hits come in groups of its values, the
     * group of the best hit first; offset and limit then count groups. Makes
     * totals exact. */
    const char *group;
    uint32_t group_size; /* hits of each group; 0: NH_GROUP_SIZE */
    /* Half-life of the recency boost, in days, at least 0. A score s becomes
     * s * (1 + 2 ^ (-age / recency)) / 2, where age is counted from `now`: age
     * can at most halve a score. An article without a date has the largest age.
     * 0: age does not count. */
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

/* Runs `query` (`len` bytes) in the language of newshound-query(7).
 * NH_EQUERY and NH_EUNSUPPORTED come with offset and length of the place in the
 * query; NH_EINVAL for a wrong option. Free the results with nh_results_free.
 */
int nh_index_search(nh_results **out, nh_index *index, const char *query,
                    size_t len, const struct nh_search_options *options,
                    struct nh_error *err);
void nh_results_free(nh_results *results);

/* A passage of an article, on one line, with what matched marked. Frozen. */
struct nh_snippet {
    struct nh_string text;
    const struct nh_span *highlights; /* parts of `text`, in order */
    size_t highlight_count;
    int cut_before, cut_after; /* 1 if the article's text goes on there */
};

/* A match. Returned by pointer: it may grow at its end. */
struct nh_hit {
    uint32_t rank;   /* from 1 */
    uint32_t number; /* docid: number of the article in the index */
    double score;    /* 0 where nothing is ranked */
    struct nh_string id, title, source, url, section, language;
    struct nh_string date; /* ISO 8601, as precise as it is known, or "" */
    int64_t time;          /* first second of the date */
    struct nh_list author, topic, person, org, place;
    size_t copies; /* other matches that it stands for: NH_SEARCH_COLLAPSE */
    struct nh_snippet snippet;
    /* What to show as a headline, on one line: the title, or the first words of
     * the text where there is none. */
    struct nh_string heading;
};

/* Moves a cursor over the page: *hit is the next hit, from the first on, and
 * NULL behind the last. The hit is valid until the next call; hits that other
 * functions returned become invalid. With a limit of UINT32_MAX the cursor goes
 * over all matches, which takes 20 bytes of memory for each. */
int nh_results_next(const struct nh_hit **hit, nh_results *results,
                    struct nh_error *err);

/* Returns the number of hits on this page. */
size_t nh_results_count(const nh_results *results);

/* Returns hit i (from 0) of the page, in any order. It is valid until the
 * results are freed, forgotten, or walked by nh_results_next. NH_ECORRUPT if
 * the article cannot be read; NH_EINVAL if there is no hit i. */
int nh_results_hit(const struct nh_hit **hit, nh_results *results, size_t i,
                   struct nh_error *err);

/* The number of matches. Returned by pointer: it may grow at its end. */
struct nh_total {
    uint64_t value;        /* exact, or the best estimate */
    uint64_t lower, upper; /* certain bounds */
    int exact;             /* 1: value, lower and upper are equal */
};
const struct nh_total *nh_results_total(const nh_results *results);

/* Returns what the search did besides answering the query, on one line, or "".
 */
struct nh_string nh_results_notice(const nh_results *results);

/* ==== Searching: more about results ==== */

/* Returns the id (with *score) or the docid (with *score) of hit i without
 * reading the article. */
int nh_results_id(struct nh_string *id, double *score, nh_results *results,
                  size_t i, struct nh_error *err);
int nh_results_number(uint32_t *number, double *score, nh_results *results,
                      size_t i, struct nh_error *err);

/* Returns the ids of the copies that hit i stands for, the earliest first. */
int nh_results_copies(struct nh_list *ids, nh_results *results, size_t i,
                      struct nh_error *err);

/* Frees the memory of all hits and ids that were handed out, which become
 * invalid. */
void nh_results_forget(nh_results *results);

/* Returns the query as it runs, or as it was understood (a line for each part,
 * indented by depth), for people to read. "" without NH_SEARCH_PLAN; the plan
 * is also "" where nothing had to run. */
struct nh_string nh_results_plan(const nh_results *results);
struct nh_string nh_results_tree(const nh_results *results);

/* Returns 1 if the query has plain words that NH_SEARCH_ANY would loosen, else
 * 0. */
int nh_results_can_loosen(const nh_results *results);

/* Returns the query with words that the index does not have replaced by similar
 * ones that it has, and, where it finds three articles or fewer, rare words by
 * similar ones that are a hundred times as common; "" if there is nothing to
 * replace. */
int nh_results_suggestion(struct nh_string *query, nh_results *results,
                          struct nh_error *err);

/* What a date of the query means. Frozen. */
struct nh_period {
    size_t offset, length;     /* bytes of the query; 0, 0: since and until */
    struct nh_string from, to; /* days such as 2024-05-17, included; "": open */
};
/* Returns the number of dates of the query, and in *periods the dates in their
 * order. */
size_t nh_results_periods(const struct nh_period **periods,
                          const nh_results *results);

/* Frozen. */
struct nh_facet_value {
    struct nh_string text; /* in its most frequent spelling */
    uint64_t count;        /* matches that have it */
};

/* Frozen. */
struct nh_facet {
    struct nh_string field;
    const struct nh_facet_value
        *values; /* most frequent first; dates in order */
    size_t count;
    uint64_t distinct; /* values in all; spellings of one value count once */
    uint64_t articles; /* matches with a value */
};
/* Returns the number of facets, and in *facets the facets as they were asked
 * for. */
size_t nh_results_facets(const struct nh_facet **facets,
                         const nh_results *results);

/* Frozen. */
struct nh_group {
    struct nh_string value; /* "": the articles without a value */
    uint64_t articles;      /* matches in it */
    size_t first, count;    /* its hits on this page: number of the first, from
                               0, and how many */
};
/* Returns the number of groups on the page, in *groups the groups, and in *all
 * the number of groups in all. */
size_t nh_results_groups(const struct nh_group **groups, uint64_t *all,
                         const nh_results *results);

/* What a term adds to a score. Frozen. */
struct nh_term_score {
    struct nh_string term; /* as the index has it */
    double score;
    uint32_t count; /* in the article; words of the title count three times */
    uint32_t articles; /* that have it */
};
/* Returns what the score of hit i is made of: the sum of the terms' scores,
 * times *recency. Valid until the results are freed or forgotten. */
int nh_results_scores(const struct nh_term_score **terms, size_t *count,
                      double *recency, nh_results *results, size_t i,
                      struct nh_error *err);

/* ==== Help with queries ==== */

/* Why an article is not found. Returned by pointer: it may grow at its end. */
struct nh_reason {
    size_t offset, length; /* of the part of the query; 0, 0: since or until */
    struct nh_string text; /* one line */
};
/* Lists the parts of the query that the article with this id does not satisfy;
 * none if the query finds it. `options` as for nh_index_search. NH_ENOTFOUND if
 * there is no such article. Free the list with nh_reasons_free. */
int nh_index_why_not(nh_reasons **out, nh_index *index, const char *query,
                     size_t len, const struct nh_search_options *options,
                     const char *id, size_t id_len, struct nh_error *err);
size_t nh_reasons_count(const nh_reasons *reasons);
/* Returns reason i, from 0; i must be below the count. */
const struct nh_reason *nh_reasons_at(const nh_reasons *reasons, size_t i);
void nh_reasons_free(nh_reasons *reasons);

/* How the last word of a query can go on. Returned by pointer: it may grow at
 * its end. */
struct nh_completion {
    struct nh_string text; /* as it is written in a query */
    uint64_t count; /* of a word: its occurrences in texts; of a value: the
                       articles with it; of a field: 0 */
};
/* Lists up to `limit` completions of `prefix`, the most frequent first: words
 * that begin with it, names that have a word that does, and fields; behind a
 * field and a colon, values of the field. Free the list with
 * nh_completions_free. */
int nh_index_complete(nh_completions **out, nh_index *index, const char *prefix,
                      size_t len, size_t limit, struct nh_error *err);
size_t nh_completions_count(const nh_completions *completions);
/* Returns completion i, from 0; i must be below the count. */
const struct nh_completion *nh_completions_at(const nh_completions *completions,
                                              size_t i);
void nh_completions_free(nh_completions *completions);

/* ==== Names ==== */

/* Two names of the index that probably name the same. Returned by pointer: it
 * may grow at its end. */
struct nh_proposal {
    struct nh_string name, into; /* as the index has them */
    uint64_t articles;           /* that have `name` */
    uint64_t into_articles;      /* that have `into` */
    /* "abbreviation", "initials", "middle name", "last name" or "acronym"; more
     * may come. */
    struct nh_string reason;
    struct nh_string rule; /* a line for entities.rules that merges the names */
};
/* Proposes merges of names of `field` (person, org or place), those of frequent
 * names first: for people to read, as some are wrong. Looks at names as the
 * rules show them, so that what is merged already is not proposed. Takes time
 * and memory in proportion to the number of names. NH_EINVAL for another field.
 * Free the list with nh_proposals_free. */
int nh_index_propose(nh_proposals **out, nh_index *index, const char *field,
                     struct nh_error *err);
size_t nh_proposals_count(const nh_proposals *proposals);
/* Returns proposal i, from 0; i must be below the count. */
const struct nh_proposal *nh_proposals_at(const nh_proposals *proposals,
                                          size_t i);
void nh_proposals_free(nh_proposals *proposals);

/* ==== Articles ==== */

/* An article with its text. Returned by pointer: it may grow at its end. */
struct nh_article_view {
    const struct nh_hit *hit; /* without rank, score and snippet */
    struct nh_string body;
    /* The first so many of the hit's persons, organisations and places came
     * with the article; the tagger found the others in its text. */
    size_t given_persons, given_orgs, given_places;
};

/* Opens the article with this id (`len` bytes). NH_ENOTFOUND if there is none.
 * Free it with nh_article_free. */
int nh_article_open(nh_article **out, nh_index *index, const char *id,
                    size_t len, struct nh_error *err);
/* Opens the article with the lowest docid above `after`, 0 for the first.
 * NH_ENOTFOUND at the end. */
int nh_article_next(nh_article **out, nh_index *index, uint32_t after,
                    struct nh_error *err);
/* Returns what the article holds; valid until it is freed. */
const struct nh_article_view *nh_article_read(const nh_article *article);

/* Sets *marks to the parts of an article's title (in_title is 1) or body (0)
 * that the query of `results` looks for, in the order of the text: its words,
 * phrases and names. They are byte offsets of that text, valid until `results`
 * is freed. `article` is of the same index. */
int nh_results_marks(const struct nh_span **marks, size_t *count,
                     nh_results *results, const nh_article *article,
                     int in_title, struct nh_error *err);

/* A place where an article names an entity. Frozen. */
struct nh_mention {
    struct nh_string field; /* person, org, place or author */
    struct nh_string name;  /* as the hit lists it */
    int in_title;           /* 1: in the title; 0: in the body */
    size_t start, len;      /* bytes of that text */
};
/* Returns the mentions: those of each name in the order of the hit's lists, and
 * those of one name in the order of the text. `index` is the handle that the
 * article was opened from, on the same commit. Valid until the article is
 * freed. */
int nh_article_mentions(const struct nh_mention **mentions, size_t *count,
                        nh_article *article, nh_index *index,
                        struct nh_error *err);
void nh_article_free(nh_article *article);

#ifdef __cplusplus
}
#endif
#endif
