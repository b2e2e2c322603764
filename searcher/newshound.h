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
 * puts(hit->title.data);
 *   }
 *   nh_results_free(found);
 *   nh_close(index);
 *
 * Functions that can fail return NH_OK or a negative nh_code and fill `err`
 * (may be NULL). An index shows one commit for as long as it is open. A handle
 * and its results belong to one thread at a time; any number of handles may be
 * open. The library keeps no global state, never logs, never exits, and reads
 * neither environment nor locale. */
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

/* ---- Indexes. */

/* Opens the index in folder `path`. NH_ENOTFOUND, NH_ECORRUPT, NH_EVERSION. */
int nh_open(nh_index **out, const char *path, struct nh_error *err);
/* Accepts NULL. All results must have been freed. */
void nh_close(nh_index *index);
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
    NH_SEARCH_PLAN = 4         /* keep the plan for nh_results_plan */
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
};
#define NH_THREADS_MAX 16
#define NH_EXPAND_DEFAULT 10000

#define NH_SEARCH_OPTIONS_INIT                                                 \
    {                                                                          \
        sizeof(struct nh_search_options), 0, 10, NH_SORT_RELEVANCE, 0, NULL,   \
            NULL, 0, 0, 0                                                      \
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
/* True if the query has plain words that NH_SEARCH_ANY would loosen. */
int nh_results_can_loosen(const nh_results *results);

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
    struct nh_snippet snippet;
};

/* Hit i of the page, in any order; it stays valid until the results are freed
 * or forgotten. NH_ECORRUPT if the article cannot be read. */
int nh_results_hit(nh_results *results, size_t i, const struct nh_hit **hit,
                   struct nh_error *err);
/* Only the id and score of hit i, without reading the article's text. */
int nh_results_id(nh_results *results, size_t i, struct nh_string *id,
                  double *score, struct nh_error *err);

/* Only the number of the article and the score of hit i, without reading. */
int nh_results_number(nh_results *results, size_t i, uint32_t *number,
                      double *score, struct nh_error *err);

/* Gives back the memory of all hits and ids that were asked for, so that long
 * pages can be walked in little of it. */
void nh_results_forget(nh_results *results);

/* ---- Articles. */

typedef struct nh_article nh_article;

struct nh_article_view {
    struct nh_hit hit; /* without rank, score and snippet */
    struct nh_string body;
};

/* The article with this id. NH_ENOTFOUND if there is none. */
int nh_article_open(nh_article **out, nh_index *index, const char *id,
                    size_t len, struct nh_error *err);
/* The next article after number `after` (0 for the first); NH_ENOTFOUND at the
 * end. */
int nh_article_next(nh_article **out, nh_index *index, uint32_t after,
                    struct nh_error *err);
const struct nh_article_view *nh_article_view(const nh_article *article);
void nh_article_free(nh_article *article);

#ifdef __cplusplus
}
#endif
#endif
