/* Header fields as mail, the web and web archives have them (RFC 5322, RFC
 * 9110): "Name: value" a line, an empty line behind the last. */
#ifndef CORPUS_MARKUP_HEADERS_H
#define CORPUS_MARKUP_HEADERS_H

#include "common/base/buf.h"

/* Bytes of a block of fields with its empty line; all if there is none. */
size_t headers_length(struct slice text);
/* Takes the next field of a block; false at its end. Lines that are no field
 * are passed over. A value may be folded: it has the line ends that it has. */
bool headers_next(struct slice *block, struct slice *name, struct slice *value);
/* Value of the first field of a name, in any case; empty if there is none. */
struct slice headers_find(struct slice block, const char *name);
/* A parameter of a value, as in "text/html; charset=utf-8", without its quotes;
 * empty if there is none. */
struct slice headers_parameter(struct slice value, const char *name);
/* Whether a value is a media type, or another word before its parameters. */
bool headers_is(struct slice value, const char *type);

#endif
