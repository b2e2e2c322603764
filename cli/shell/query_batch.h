/* Running of queries for the search command: one, or a file of them. */
#ifndef CLI_SHELL_QUERY_BATCH_H
#define CLI_SHELL_QUERY_BATCH_H

#include "cli/output/output.h"

struct query_run {
    nh_index *index;
    const struct output_format *format;
    struct nh_search_options options;
    unsigned threads; /* of a batch */
    bool count;       /* print the number of matches only */
    bool fallback;    /* try any word where all words find nothing */
    bool explain;
    bool no_synonyms; /* the handles of a batch leave out synonyms.rules */
    bool colour;
    unsigned width; /* as in struct output_page */
    char end;       /* of lines that are written or read: '\n', or '\0' */
};

/* What query_run_one prints, as results. */
int query_search(const struct query_run *run, const char *query, size_t len,
                 nh_results **results, struct nh_error *err);
/* Runs one query and prints its answer. Returns an exit status; a bad query is
 * printed with a caret under its place. */
int query_run_one(const struct query_run *run, const char *query, size_t len);
/* Prints the parts of the query that the article with that id fails. */
int query_why_not(const struct query_run *run, const char *query, size_t len,
                  const char *id);
/* Runs the lines "qid<TAB>query" of a file, or of standard input for "-", with
 * run->threads of them at a time; `index` is the path of the run's index. Who
 * writes to standard input may wait for each answer, which is of the index as
 * it is then; in JSON there is one for every line. */
int query_run_file(const struct query_run *run, const char *path,
                   const char *index);

/* Appends what is wrong with a query, and where; `qid` may be NULL. An exit
 * status. */
int query_error_report(struct buf *log, const struct nh_error *err,
                       const char *qid, const char *query, size_t len);

#endif
