/* Files through their readers, as lines that tests compare. */
#ifndef TESTS_UNIT_READING_H
#define TESTS_UNIT_READING_H

#include "corpus/records.h"

/* Reads a file with a reader, or the one that it looks like; one line an
 * article: id|title|body|date|field=value..., "bad: REASON" for what is
 * skipped. */
void reading_file(const struct reader *r, const char *path, const char *map,
                  struct buf *out);
/* Reads a text as a file, plain and packed by gzip. */
void reading_check(const struct reader *r, const char *text, const char *map,
                   const char *expected);
/* The same of any bytes, plain alone. */
void reading_check_bytes(const struct reader *r, struct slice bytes,
                         const char *expected);

#endif
