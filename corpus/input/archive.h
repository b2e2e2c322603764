/* Archives (tar, zip) as members one after the other, by libarchive. */
#ifndef CORPUS_INPUT_ARCHIVE_H
#define CORPUS_INPUT_ARCHIVE_H

#include "corpus/input/input.h"

struct archive_reader;

/* Whether a file begins as an archive does. */
/* What a zip archive is if it is one document, as "a Word document"; NULL for
 * other archives. */
const char *archive_document(struct slice head);
bool archive_detect(struct slice head);
/* Reads the archive that an input stands at the beginning of; the input stays
 * the caller's, and must live as long. */
int archive_reader_open(struct archive_reader **out, struct input *in,
                        struct nh_error *err);
void archive_reader_close(struct archive_reader *a);
/* The next file in it, without hidden ones: 1, and its name, UTF-8, in *name
 * until the next call; 0 at the end. NH_EDATA for one that cannot be read;
 * others are final. */
int archive_reader_next(struct archive_reader *a, struct slice *name,
                        struct nh_error *err);
/* The bytes of the file that is next, as the bottom of an input. NULL if memory
 * ran out. */
struct stage *archive_reader_stage(struct archive_reader *a);

#endif
