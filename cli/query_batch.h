/* Running of queries for the search command: one, or a file of them. */
#ifndef CLI_QUERY_BATCH_H
#define CLI_QUERY_BATCH_H

#include "cli/output.h"

struct query_run {
    nh_index *index;
    const struct output_format *format;
    struct nh_search_options options;
    bool count;    /* print the number of matches only */
    bool fallback; /* try any word where all words find nothing */
    bool explain;
    bool colour;
};

/* Runs one query and prints its answer. `qid` is NULL outside batches. Returns
 * an exit status; a bad query is printed with a caret under its place. */
int query_run_one(const struct query_run *run, const char *qid,
                  const char *query, size_t len);
/* Runs the lines "qid<TAB>query" of a file, or of standard input for "-". */
int query_run_file(const struct query_run *run, const char *path);

#endif
