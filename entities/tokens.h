/* A text to tokens and sentences, as treebanks cut them: punctuation apart,
 * `'s` apart, `U.S.`, `J.`, `Inc.` and `AT&T` whole. The analyser's words
 * (common/text/analysis.h) are for search; names need the signs between them.
 */
#ifndef ENTITIES_TOKENS_H
#define ENTITIES_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"

struct token {
    uint32_t start, end; /* bytes of the text, end exclusive */
    bool first;          /* of a sentence */
};

/* Whether a sentence ended before the next token. */
enum token_stop {
    STOP_NONE,
    STOP_MAYBE, /* behind an abbreviation that may end one */
    STOP_SIGN,  /* behind a full stop or the like */
    STOP_SURE
};

#define WRAP_UNKNOWN SIZE_MAX

/* Walks the tokens of a text of any bytes, at most 4 GiB, in linear time.
 * Bytes that are not UTF-8 part tokens. */
struct token_scanner {
    struct slice text;
    size_t pos;
    size_t line; /* start of the line that pos is in */
    /* Bytes of the lines of a text that is wrapped: 0 for one that is not,
     * WRAP_UNKNOWN before the first short line. */
    size_t wrap;
    enum token_stop stop;
};

void token_scanner_init(struct token_scanner *s, struct slice text);
/* False at the end. */
bool token_next(struct token_scanner *s, struct token *out);

#endif
