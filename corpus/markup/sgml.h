/* Tags and entities of SGML as newspapers' archives use it: no DTD, no
 * nesting rules, close tags may be missing. */
#ifndef CORPUS_MARKUP_SGML_H
#define CORPUS_MARKUP_SGML_H

#include "corpus/input/input.h"

enum sgml_kind { SGML_TEXT, SGML_OPEN, SGML_CLOSE };

struct sgml_token {
    enum sgml_kind kind;
    struct slice name; /* of the tag, as written */
    struct slice text; /* of SGML_TEXT: raw; of SGML_OPEN: its attributes */
};

/* The next element of that name as a record, as split of struct reader. One
 * without its close tag ends where the next begins, or with the file. */
int sgml_split(struct input *in, const char *name, struct slice *record,
               uint64_t *offset, struct nh_error *err);

/* Reads the token at *pos and moves behind it; false at the end. Comments and
 * declarations are passed over. A '<' that begins no tag is text. */
bool sgml_next(struct slice doc, size_t *pos, struct sgml_token *token);
bool sgml_is(struct slice name, const char *tag); /* case-insensitive */
/* Value of an attribute of an open tag; false if it has none. */
bool sgml_attribute(struct slice attributes, const char *name,
                    struct slice *value);
/* Appends text with entities resolved; controls but tab and newline are left
 * out, unknown entities stay as they are. The result is UTF-8 if `raw` is. */
void sgml_unescape(struct slice raw, struct buf *out);

#endif
