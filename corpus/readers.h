/* The table of all readers, and the choice among them. */
#ifndef CORPUS_READERS_H
#define CORPUS_READERS_H

#include "corpus/input/reader.h"

/* All readers, NULL at the end, in order of detection. */
extern const struct reader *const reader_table[];

/* Place for so many, and more; number of one in the table, READERS_MAX for
 * NULL.
 */
#define READERS_MAX 32
size_t reader_number(const struct reader *reader);
/* What became of records. */
struct reader_tally {
    uint64_t articles, skipped;
    uint64_t dated, bytes; /* of the articles; bytes of title and text */
    uint64_t unread_dates; /* articles with a date that could not be read */
};
void reader_tally_add(struct reader_tally *t, const struct article *a);

const struct reader *reader_named(const char *name);
/* Bytes that stand before the document in a file that begins with `head`: byte
 * order marks, and the messages of a server before XML. */
size_t reader_preamble(struct slice head);
/* The reader for a file that begins with `head`; NULL and a reason for files
 * that are not text or of a format that is not supported. */
const struct reader *reader_detect(struct slice head, struct nh_error *err);

/* Frees what the context holds; the context is then as a zeroed one. */
void parse_context_release(struct parse_context *ctx);

#endif
