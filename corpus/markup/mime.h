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

/* Bytes of a message's fields, with the empty line behind them, or up to a line
 * that is none. */
size_t mime_head_length(struct slice text);
/* Takes the next part of a multipart body; false behind the last. */
bool mime_part(struct slice *body, struct slice boundary, struct slice *part);
/* Appends a body as its Content-Transfer-Encoding says; false if memory ran
 * out. */
bool mime_body(struct slice coding, struct slice body, struct buf *out);

#endif
