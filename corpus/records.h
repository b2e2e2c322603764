/* The records of a file, or of the members of an archive. */
#ifndef CORPUS_RECORDS_H
#define CORPUS_RECORDS_H

#include "corpus/input/archive.h"
#include "corpus/readers.h"

/* An archive may have archives in it, these none. */
#define RECORDS_ARCHIVES 2

struct records {
    const struct reader *forced; /* NULL: told by the first bytes */
    const struct reader *reader; /* of the file or member, once it is known */
    struct input inputs[RECORDS_ARCHIVES + 1];
    struct archive_reader *archives[RECORDS_ARCHIVES];
    struct buf names[RECORDS_ARCHIVES]; /* of members, with the archive's */
    int depth;                          /* archives that are open */
    bool done; /* with what there is, but for members of the archive */
    bool met;  /* a record of the file or member, or what is skipped of it */
    bool open;
};

/* Opens a file, or "-"; `path` is borrowed. */
int records_open(struct records *r, const char *path,
                 const struct reader *forced, struct nh_error *err);
/* The same for what is in memory already. */
int records_open_bytes(struct records *r, const char *name, struct slice bytes,
                       const struct reader *forced, struct nh_error *err);
void records_close(struct records *r);
/* The next record, of r->reader, as split of struct reader. NH_EDATA is for
 * what is skipped, and *offset where it stands; other errors are final. */
int records_next(struct records *r, struct slice *record, uint64_t *offset,
                 struct nh_error *err);
/* Name of the member that is being read; empty if it is the file itself. */
const char *records_member(const struct records *r);

#endif
