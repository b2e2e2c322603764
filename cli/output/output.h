/* Output of results and articles, one function a format. */
#ifndef CLI_OUTPUT_OUTPUT_H
#define CLI_OUTPUT_OUTPUT_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "newshound/newshound.h"

/* The answer to one query. */
struct output_page {
    const char *query;
    size_t query_len;
    const char *qid; /* NULL outside batches */
    nh_results *results;
    const char *notice; /* "" if there is none */
    double elapsed_ms;
    bool colour;    /* bold matches */
    unsigned width; /* columns of the terminal; 0: do not break lines */
    bool explain;   /* with the scores of each hit */
    bool offset;    /* the page does not start at the first hit */
    /* No article has all the words, the hits have any of them. The total of the
     * results is that of the hits, the query's own is 0. */
    bool loosened;
    bool groups; /* the hits are in groups */
    bool waits;  /* nothing of it can be printed before it is complete */
    char end;    /* of a line: '\n', or '\0' */
};

struct output_format {
    const char *name;
    /* All that is to be said about the answer goes into it: a query that finds
     * nothing is tried with any word, facets are printed. */
    bool whole;
    bool explains;  /* with page->explain */
    bool collapses; /* copies, unless told otherwise */
    bool lines;     /* one a hit, which may end in other bytes */
    /* Appends what is wrong with a query of a batch as a line of the answers,
     * or NULL: people are told. `qid` may be NULL. */
    void (*error)(struct buf *out, const char *qid, struct nh_string query,
                  const struct nh_error *err);
    /* Appends the page; of a long one only the end is left in `out`, what was
     * before is printed. Errors of reading hits are returned. */
    int (*page)(struct buf *out, const struct output_page *page,
                struct nh_error *err);
};

/* The format of that name, or NULL. */
const struct output_format *output_format_named(const char *name);

int output_page_text(struct buf *out, const struct output_page *page,
                     struct nh_error *err);
int output_page_json(struct buf *out, const struct output_page *page,
                     struct nh_error *err);
int output_page_jsonl(struct buf *out, const struct output_page *page,
                      struct nh_error *err);

/* One JSON line: what export writes and index reads. `given`: only the names
 * that the article came with. `plain`: with the member that says that values
 * are to be read as they are. */
void output_article_json(struct buf *out, const struct nh_article_view *view,
                         bool given, bool plain);
/* Appends an id for lines and columns: white space and controls in it as %20.
 */
void output_id(struct buf *out, struct nh_string id);
/* Opens an article by its id as it came in, else by what output_id made of it.
 */
int output_article_open(nh_article **out, nh_index *index, const char *id,
                        struct nh_error *err);
/* Appends an article as text, with what a query looks for in bold. `width` as
 * in struct output_page; `results` are those of the query, or NULL: nothing is
 * bold. */
int output_article_text(struct buf *out, const nh_article *article,
                        unsigned width, nh_results *results,
                        struct nh_error *err);

/* Appends the query as understood and run, and the scores of each hit. */
int output_explain(struct buf *out, const struct output_page *page,
                   struct nh_error *err);
/* Appends the line of a query and a mark under a place of it. */
void output_caret(struct buf *out, struct nh_string query, size_t offset,
                  size_t length);
void output_error_json(struct buf *out, const char *qid, struct nh_string query,
                       const struct nh_error *err);
/* Appends reasons as JSON. */
void output_reasons_json(struct buf *out, const char *id,
                         const nh_reasons *reasons);

/* Prints what is in `out` if it is much and may be printed, and forgets the
 * hits so far. Called behind each hit. */
void output_drain(struct buf *out, const struct output_page *page);

/* Appends text for a terminal, as visible_put does. */
void output_clean(struct buf *out, struct nh_string text, bool lines);

#endif
