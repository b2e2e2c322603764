/* Comma-separated values as RFC 4180 has them, in UTF-8. */
#ifndef CLI_OUTPUT_CSV_H
#define CLI_OUTPUT_CSV_H

#include "common/base/buf.h"
#include "newshound/newshound.h"

/* Appends a cell, in quotes if it needs them, and a comma if `out` does not
 * stand at the start of a line. Bytes that are no UTF-8 and control characters
 * become visible, as on a terminal. */
void csv_text(struct buf *out, struct nh_string text);
void csv_name(struct buf *out, const char *name);
void csv_count(struct buf *out, uint64_t number);
/* With as many digits as tell the number from others of 9 digits. */
void csv_real(struct buf *out, double number);
void csv_end(struct buf *out);

#endif
