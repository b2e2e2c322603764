/* The parsed query: a tree with the places where its parts stand. */
#ifndef SEARCHER_QUERY_QUERY_H
#define SEARCHER_QUERY_QUERY_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/text/schema.h"

enum query_kind {
    QUERY_AND,      /* all children */
    QUERY_OR,       /* any child */
    QUERY_NOT,      /* not its child */
    QUERY_WORD,     /* one stemmed word */
    QUERY_PHRASE,   /* exact words side by side */
    QUERY_FILTER,   /* a field's value */
    QUERY_HAS,      /* the article has the field */
    QUERY_DATE,     /* days first..last */
    QUERY_NEAR,     /* its two children near each other */
    QUERY_SCOPE,    /* its child in one sentence or paragraph */
    QUERY_WILDCARD, /* a word with ? and * */
    QUERY_FUZZY,    /* a word but for so many edits */
    QUERY_ALL       /* every article */
};

struct query_word {
    struct slice text; /* folded */
    bool cjk;          /* a Chinese, Japanese or Korean character */
    bool rest; /* with the word before it one that a line's end divides */
    size_t offset, length; /* bytes of the query text */
};

struct query_node {
    enum query_kind kind;
    size_t offset, length; /* bytes of the query text */
    struct query_node **children;
    size_t count;
    struct query_word *words; /* PHRASE: one or more; WORD, WILDCARD, FUZZY:
                                 one */
    size_t word_count;
    bool title;    /* WORD, PHRASE: in the title only */
    bool plain;    /* as typed: an unquoted word, which any-word may loosen, or
                      its spellings */
    bool expanded; /* OR: its first child as typed, then other spellings */
    bool required; /* + before it, or joined by AND */
    enum field field;   /* FILTER, HAS */
    struct slice value; /* FILTER: as the term has it, folded where it is */
    size_t value_offset, value_length; /* FILTER: bytes of the query text */
    bool whole;          /* FILTER of a name: the whole name, not a word */
    int64_t first, last; /* DATE: days since 1970; INT64_MIN/MAX if open */
    uint32_t distance;   /* NEAR: words; FUZZY: edits; at most */
    bool ordered;        /* NEAR: the first child first */
    bool paragraph;      /* SCOPE: a paragraph, not a sentence */
};

struct query {
    struct arena arena;
    struct query_node *root;
    struct buf notice; /* what was ignored, or empty */
    size_t nodes;
};

/* Limits, so that no query costs more than a page of sense. */
#define QUERY_BYTES_MAX 65536
#define QUERY_DEPTH_MAX 64
#define QUERY_NODES_MAX 4096
/* Words of NEAR without a number; and at most. */
#define QUERY_NEAR_DEFAULT 10
#define QUERY_NEAR_MAX 10000
#define QUERY_EDITS_MAX 2

/* Parses `text`. `today` is in days since 1970. NH_EQUERY, NH_EUNSUPPORTED with
 * offset, length and often a hint. */
int query_parse(struct query *q, struct slice text, int64_t today,
                struct nh_error *err);
/* The same, but what can be mended in the text is, up to QUERY_FIXES_MAX
 * places; the notice says how, and `mended` gets the text that was parsed in
 * the end, which offsets are of. */
#define QUERY_FIXES_MAX 64
int query_parse_lenient(struct query *q, struct slice text, int64_t today,
                        struct buf *mended, struct nh_error *err);
/* Restricts the query to days: a period as in date:, both may be empty. */
int query_restrict(struct query *q, struct slice since, struct slice until,
                   int64_t today, struct nh_error *err);
void query_release(struct query *q);
/* Appends the tree, a line for each node, indented by depth (query_print.c). */
void query_print(const struct query_node *node, struct buf *out);

/* ---- Words and marks (query_lex.c). */

enum query_token_kind {
    TOKEN_END,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_MINUS, /* before an item */
    TOKEN_PLUS,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_NOT,
    TOKEN_NEAR,
    TOKEN_FIELD,  /* name and colon; the value follows without a space */
    TOKEN_QUOTED, /* text: between the quotes, with its escapes */
    TOKEN_WORD,   /* text: as typed; `exact` if = stood before it */
    TOKEN_ALL     /* a lone * */
};

struct query_token {
    enum query_token_kind kind;
    size_t offset, length;
    struct slice text;
    bool exact;
    bool wildcard; /* of a word: ? and * mean more than themselves */
    enum field field;
    uint32_t distance; /* of NEAR; edits of a fuzzy word, else 0 */
    bool ordered;
    char scope; /* of CLOSE: s, p or 0 */
};

/* A change of the text that mends an error. */
enum query_fix_kind {
    FIX_NONE,
    FIX_REPLACE, /* by something else */
    FIX_QUOTE,   /* by the same as a phrase */
    FIX_STRIP    /* by the same without wildcards and ~ */
};

struct query_fix {
    enum query_fix_kind kind;
    size_t offset, length; /* bytes */
    const char *with;      /* of FIX_REPLACE; static, or NULL: text */
    char text[24];
};

struct query_lexer {
    struct slice text;
    size_t pos;
    struct query_fix fix; /* of the error that was found */
    size_t field_at;      /* where the name of the last field stands */
    enum field field;
    size_t glued; /* behind the last phrase or group; what stands there without
                     a space is no word of its own */
    struct slice glued_text; /* of that phrase, or empty */
    bool question;           /* its last ? is a question mark */
    bool value; /* a field's value comes next: only quotes and parentheses
                   mean something */
};

/* Refuse what other search engines write, with what to write here; NH_OK if it
 * is nothing of the kind (query_foreign.c). `w` is a word as typed, in the
 * lexer's text, `near` that it is NEAR here too; `v` is a value of the field
 * x->field. */
int query_foreign_word(struct query_lexer *x, struct slice w, bool near,
                       struct nh_error *err);
int query_foreign_value(struct query_lexer *x, struct slice v,
                        struct nh_error *err);
/* Sets the hint for a field that others have and newshound has not; false if it
 * is none. `value` is what follows its colon. */
bool query_foreign_field(struct slice name, struct slice value,
                         struct nh_error *err);
/* Reads the next token. */
int query_lex(struct query_lexer *lexer, struct query_token *token,
              struct nh_error *err);
/* Notes wildcards and ~ in a word as typed, and takes ~ off. */
int query_lex_pattern(struct query_lexer *lexer, struct query_token *token,
                      struct slice *word, struct nh_error *err);
/* query_parse, that also says how the error could be mended. */
int query_parse_fix(struct query *q, struct slice text, int64_t today,
                    struct query_fix *fix, struct nh_error *err);
/* Sets an error at a place of the query. */
int query_error(struct nh_error *err, int code, size_t offset, size_t length,
                const char *format, ...) ERROR_PRINTF(5, 6);

#endif
