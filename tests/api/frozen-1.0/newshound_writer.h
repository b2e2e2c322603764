/* libnewshound: writing a newshound index.
 *
 *   nh_writer *writer;
 *   struct nh_error err;
 *   const struct nh_value article[] = {
 *       {"id", "report-1", 8},
 *       {"title", "Harbour reopens", 15},
 *       {"body", text, strlen(text)},
 *       {"date", "2024-05-17", 10}};
 *   if (nh_writer_open(&writer, "news.idx", NULL, &err) != NH_OK) ...
 *   if (nh_writer_add(writer, article, 4, NULL, &err) != NH_OK) ...
 *   if (nh_writer_commit(writer, &err) != NH_OK) ...
 *   nh_writer_close(writer);
 *
 * The conventions at the head of newshound.h hold here too.
 *
 * An index has one writer at a time and any number of readers, which see the
 * last commit. A writer belongs to one thread at a time. It has worker threads
 * of its own, which read, tag and code articles while the next ones are added;
 * the index does not depend on their number.
 *
 * When an operation on the index itself fails (NH_EIO, NH_ENOMEM), what was
 * added since the last commit may be lost, and every later call returns the
 * same error: close the writer. A bad article (NH_EDATA) or argument
 * (NH_EINVAL) changes nothing. */
#ifndef NEWSHOUND_WRITER_H
#define NEWSHOUND_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "nh_error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nh_writer nh_writer;

/* Which persons, organisations and places an article can be found by. */
enum nh_names {
    NH_NAMES_FOUND, /* those it comes with, and those that the tagger finds */
    NH_NAMES_GIVEN, /* those it comes with */
    NH_NAMES_NONE,
    NH_NAMES_KEPT /* as the index keeps it; found in a new one */
};

/* How dates of three numbers are read that have several readings, such as
 * 05/01/2024. */
enum nh_date_order {
    NH_DATE_ORDER_NONE, /* not at all: the article has no date then */
    NH_DATE_ORDER_DMY,
    NH_DATE_ORDER_MDY,
    NH_DATE_ORDER_YMD,
    NH_DATE_ORDER_KEPT /* as the index keeps it; none in a new one */
};

/* Reports a record that is skipped. `name` is the file, or the name that was
 * given for bytes, with the member of an archive behind it; `offset` the byte
 * of it, unpacked; `why` the reason. Called by functions of the writer, in the
 * thread that called them, for at most NH_SKIPPED_MAX records a call; the rest
 * are only counted. Must not use the writer. */
typedef void nh_skipped_fn(void *ctx, const char *name, uint64_t offset,
                           const struct nh_error *why);
#define NH_SKIPPED_MAX 10000

/* How to write. Set it up with NH_WRITER_OPTIONS_INIT, which holds the
 * defaults, and change members.
 *
 * The index keeps map, charset, date_order and names of its first writer
 * (nh_stats has them). Later writers that leave them out, as
 * NH_WRITER_OPTIONS_INIT does, go on with these; a value that differs is
 * NH_EINVAL, unless change_options is 1. Files that were read with other
 * options are read again when they are added again. */
struct nh_writer_options {
    size_t size;  /* sizeof(struct nh_writer_options) */
    int existing; /* 1: NH_ENOTFOUND if there is no index; 0: make one */
    enum nh_names names;
    const char *model;      /* file of the tagger; NULL: the installed one */
    const char *language;   /* of words, for a new index; NULL: english */
    const char *collection; /* put before ids, with a colon; NULL: nothing */
    const char *charset; /* of bytes that are not UTF-8; "": windows-1252; NULL:
                            as the index keeps it */
    const char *map; /* other keys of records, FIELD=KEY,...; "": none; NULL: as
                        the index keeps it */
    unsigned jobs;   /* workers, up to NH_JOBS_MAX; 0: one a processor */
    size_t memory;   /* bytes to stay under, about; 0: NH_MEMORY_DEFAULT */
    nh_skipped_fn *skipped; /* NULL: records are only counted */
    void *ctx;              /* passed to `skipped` */
    int follow_links; /* 1: nh_writer_add_path follows symbolic links that lead
                         out of a folder; 0: it skips them */
    enum nh_date_order date_order;
    int change_options; /* 1: the index keeps what is given here from now on */
};
#define NH_JOBS_MAX 64
#define NH_MEMORY_DEFAULT ((size_t)600 << 20)
#define NH_WRITER_OPTIONS_INIT                                                 \
    {                                                                          \
        sizeof(struct nh_writer_options), 0, NH_NAMES_KEPT, NULL, NULL, NULL,  \
            NULL, NULL, 0, 0, NULL, NULL, 0, NH_DATE_ORDER_KEPT, 0             \
    }

/* Opens the index in the folder `path` for writing, and makes it if there is
 * none. Copies the strings of `options`. NH_ELOCKED while another process or
 * handle writes; NH_EINVAL for a folder that holds other things, or an option
 * that does not fit the index; NH_ENOTFOUND for a missing model, or index if it
 * must exist. */
int nh_writer_open(nh_writer **out, const char *path,
                   const struct nh_writer_options *options,
                   struct nh_error *err);
/* Gives up what is not committed, and lets others write. */
void nh_writer_close(nh_writer *writer);

/* A value of a field of an article. Frozen. */
struct nh_value {
    const char *field; /* id, title, body, date, source, author, url, section,
                          topic, lang, person, org, place */
    const char *text;  /* UTF-8; other bytes become U+FFFD */
    size_t len;        /* bytes */
};

/* Adds an article, or replaces the one that has its id; an article that is
 * equal to the stored one changes nothing. author, topic, person, org and place
 * may have several values. A date is in one of the usual forms (ISO 8601, RFC
 * 5322, seconds since 1970 ...), in UTC where it does not say. An article
 * without an id gets its url as id, or a hash of its content. Sets *id (may be
 * NULL) to the id, valid until the next call. NH_EDATA if it has neither title
 * nor body, a date that cannot be read, or more than 32 MB; NH_EINVAL for an
 * unknown field, or a second value of a field that has one. */
int nh_writer_add(nh_writer *writer, const struct nh_value *values,
                  size_t count, const char **id, struct nh_error *err);

/* Adds the articles of a file in memory, in any format that `newshound index`
 * reads, also packed or an archive. `format` is a name of `newshound index
 * --format list`; NULL tells it by content. `name` (NULL: "") stands in
 * messages, and is the id of a record that is a whole file without id and
 * address. Records that are no articles are skipped. NH_EINVAL for an unknown
 * format. */
int nh_writer_add_bytes(nh_writer *writer, const void *bytes, size_t len,
                        const char *format, const char *name,
                        struct nh_error *err);

/* Adds the articles of a file, or of all files below a folder. Passes over
 * files that have not changed since they were last read. Skips folders that
 * cannot be read, and links that lead out of the folder (follow_links). The id
 * of a record that is a whole file is its path from `path` on. NH_ENOTFOUND. */
int nh_writer_add_path(nh_writer *writer, const char *path, const char *format,
                       struct nh_error *err);

/* Deletes the article with this id, also one that was just added. NH_ENOTFOUND
 * if there is none. Waits for the workers. */
int nh_writer_delete(nh_writer *writer, const char *id, size_t len,
                     struct nh_error *err);

/* Makes everything that was added and deleted part of the index, on the disk,
 * and merges segments when there are many. Large inputs are committed in parts
 * before that, as memory fills. */
int nh_writer_commit(nh_writer *writer, struct nh_error *err);
/* Commits, and merges all segments into one without tombstones: the smallest
 * and fastest form of an index. Reads and writes the whole index. */
int nh_writer_merge(nh_writer *writer, struct nh_error *err);

/* What became of the records. Returned by pointer: it may grow at its end. */
struct nh_counts {
    uint64_t added, replaced, unchanged, deleted;
    uint64_t skipped;      /* records that are no articles */
    uint64_t unread_dates; /* articles whose date could not be read */
};
/* Returns the counts of this writer, complete after a commit. Valid until the
 * writer is closed; later calls change it. */
const struct nh_counts *nh_writer_counts(const nh_writer *writer);

#ifdef __cplusplus
}
#endif
#endif
