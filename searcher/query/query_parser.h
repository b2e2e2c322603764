/* What the parts of the query parser share: query_parse.c has the grammar,
 * query_nodes.c what stands at its ends. */
#ifndef SEARCHER_QUERY_QUERY_PARSER_H
#define SEARCHER_QUERY_QUERY_PARSER_H

#include "searcher/query/query.h"

#define NO_FIELD FIELD_COUNT

struct query_parser {
    struct query *q;
    struct query_lexer lexer;
    struct query_token token; /* the next one */
    struct query_token joint; /* the last operator */
    int64_t today;
    int depth;
    enum field field; /* of the group we are in, or NO_FIELD */
    bool value;       /* the value at hand stands behind its field's name */
    struct nh_error *err;
};

/* A node at the place of a token; NULL with p->err set. */
struct query_node *query_new_node(struct query_parser *p, enum query_kind kind,
                                  const struct query_token *at);
/* The code of the error that made something NULL. */
int query_failed(const struct query_parser *p);

/* Words or a phrase from text. One unquoted word is stemmed; what has
 * punctuation inside is the exact phrase of its parts. *out stays NULL where
 * there is no word. */
int query_text_node(struct query_parser *p, const struct query_token *t,
                    struct query_node **out);
/* A word with wildcards, or a fuzzy one. */
int query_pattern_node(struct query_parser *p, const struct query_token *t,
                       struct query_node **out);
/* A value of the field p->field. */
int query_value_node(struct query_parser *p, const struct query_token *t,
                     struct query_node **out);

#endif
