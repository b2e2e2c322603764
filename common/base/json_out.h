/* Writing of JSON text. */
#ifndef COMMON_BASE_JSON_OUT_H
#define COMMON_BASE_JSON_OUT_H

#include "common/base/buf.h"

/* Appends a JSON string; bytes that are not UTF-8 become U+FFFD. */
void json_string(struct buf *out, struct slice s);
/* Appends a comma unless `out` ends in one of "[{:,". */
void json_comma(struct buf *out);
/* Appends a comma where needed, then "key":. */
void json_key(struct buf *out, const char *key);
/* json_key and json_string. */
void json_member(struct buf *out, const char *key, struct slice value);

#endif
