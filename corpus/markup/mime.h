/* Encodings of mail (RFC 2045, 2047), which others use too. What is not as it
 * should be is taken as it can be. */
#ifndef CORPUS_MARKUP_MIME_H
#define CORPUS_MARKUP_MIME_H

#include "corpus/input/reader.h"

/* Appends what base64, or quoted-printable, stands for. */
void mime_base64(struct slice text, struct buf *out);
void mime_quoted(struct slice text, struct buf *out);
/* A charset's name in `out` if iconv knows it, else `other`. */
const char *mime_charset(struct slice name, char out[40], const char *other);
/* Puts the text of a header field, in UTF-8 and on one line, in the work
 * buffer: encoded words are decoded, with nothing between those that stand side
 * by side.
 */
int mime_field(struct parse_context *ctx, struct slice value,
               struct nh_error *err);

#endif
