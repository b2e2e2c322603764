/* What values of records of JSON and cells of tables mean for the fields of an
 * article: place holders, lists inside of strings, markup, objects that have a
 * name. */
#ifndef CORPUS_STRUCTURED_VALUES_H
#define CORPUS_STRUCTURED_VALUES_H

#include "corpus/input/reader.h"

/* The text of a value: of a string or number itself; of an object the text of
 * its best-known member ({"rendered": ...}, {"$oid": ...}, {"main": ...}), in
 * objects inside of it too. Empty if there is none. */
struct slice values_text_of(const struct json_value *v);

/* Adds a value, or several, to any field but title, body and date. Unless
 * ctx->plain is set, place holders are left out, lists and objects inside of
 * strings ("['A', 'B']") are read, references (&amp;) in values are what they
 * stand for, and | ; or, between topics, commas part the values of a string.
 * False if memory ran out. */
bool values_add(struct parse_context *ctx, struct article *out,
                enum field field, const struct json_value *v);

/* Whether a text has no markup that values_append_text would read. */
bool values_is_text(const struct parse_context *ctx, struct slice text);
/* Appends the text of a string to ctx->work: unless ctx->plain is set, markup
 * is read as HTML; `markup` says that it is, else it is told by its tags and
 * references. A string that is a list or an object in the notation of JSON or
 * Python counts as that. False if memory ran out. */
bool values_append_text(struct parse_context *ctx, struct slice text,
                        bool markup);
/* The same of any value: of a string, of the strings and blocks of an array as
 * paragraphs, of an object. */
bool values_append(struct parse_context *ctx, const struct json_value *v,
                   bool markup);

#endif
