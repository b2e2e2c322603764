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
 * An index has one writer at a time, and any number of readers: what they see
 * is the last commit. A writer belongs to one thread at a time; it has workers
 * of its own, which read, tag and code articles while the next ones are added,
 * with the same result for any number of them. The conventions of newshound.h
 * hold: functions that can fail return NH_OK or a negative nh_code and fill
 * `err` (may be NULL); nothing is logged, no environment is read.
 *
 * When an operation on the index itself fails (NH_EIO, NH_ENOMEM), what was
 * added since the last commit may be lost, and all later calls fail with the
 * same error; close the writer. A bad article (NH_EDATA) or argument
 * (NH_EINVAL) changes nothing. */
#ifndef NEWSHOUND_INDEX_H
#define NEWSHOUND_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "nh_error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nh_writer nh_writer;

/* Which names of persons, organisations and places articles are found by. */
enum nh_names {
    NH_NAMES_FOUND, /* those that they come with, and those found in English
                       texts */
    NH_NAMES_GIVEN, /* those that they come with */
    NH_NAMES_NONE
};

/* Told of each record that is skipped: the file or the name that was given for
 * bytes, with the member of an archive behind it; the byte of it, unpacked; and
 * why. Called by functions of the writer, in the thread that called them. Of
 * more than NH_SKIPPED_MAX records that one call skips it is told the first
 * ones. It must not use the writer. */
typedef void nh_skipped_fn(void *ctx, const char *name, uint64_t offset,
                           const struct nh_error *why);
#define NH_SKIPPED_MAX 10000

struct nh_writer_options {
    size_t size;  /* sizeof(struct nh_writer_options) */
    int existing; /* NH_ENOTFOUND where there is no index, instead of a new one
                   */
    enum nh_names names;
    const char *model;      /* file to find names by; NULL: the installed one */
    const char *language;   /* of words, of a new index; NULL: english */
    const char *collection; /* put before ids, with a colon; or NULL */
    const char *charset; /* of bytes that are not UTF-8; NULL: windows-1252 */
    const char *map;     /* other keys of JSON records, FIELD=KEY,..; or NULL */
    unsigned jobs;       /* workers, up to NH_JOBS_MAX; 0: the processors */
    size_t memory;       /* bytes to stay under, about; 0: NH_MEMORY_DEFAULT */
    nh_skipped_fn *skipped; /* or NULL */
    void *ctx;              /* for it */
};
#define NH_JOBS_MAX 64
#define NH_MEMORY_DEFAULT ((size_t)600 << 20)
#define NH_WRITER_OPTIONS_INIT                                                 \
    {                                                                          \
        sizeof(struct nh_writer_options), 0, NH_NAMES_FOUND, NULL, NULL, NULL, \
            NULL, NULL, 0, 0, NULL, NULL                                       \
    }

/* Opens the index in folder `path` for writing, and makes it if there is none.
 * `options` may be NULL; its strings are copied. NH_ELOCKED while another
 * process or handle writes; NH_EINVAL for a folder with other things in it, or
 * an option that does not fit the index; NH_ENOTFOUND for a model that is not
 * there. */
int nh_writer_open(nh_writer **out, const char *path,
                   const struct nh_writer_options *options,
                   struct nh_error *err);
/* Gives up what is not committed, and lets others write. Accepts NULL. */
void nh_writer_close(nh_writer *writer);

/* A value of a field of an article. */
struct nh_value {
    const char *field; /* id, title, body, date, source, author, url, section,
                          topic, lang, person, org, place */
    const char *text;  /* UTF-8; what is not becomes U+FFFD */
    size_t len;        /* bytes */
};

/* Adds an article, or replaces the one that has its id; one that is the same
 * changes nothing. Of author, topic, person, org and place there may be
 * several values; a date is in one of the usual spellings (ISO 8601, RFC 822,
 * seconds since 1970 ...), UTC where it does not say. Without an id the
 * article gets its url, without that a hash of what it says. *id, where `id`
 * is not NULL, is the article's, until the next call. NH_EDATA if it has
 * neither title nor body, a date that is none, or more than 32 MB; NH_EINVAL
 * for a field there is not, or two values of one that has one. */
int nh_writer_add(nh_writer *writer, const struct nh_value *values,
                  size_t count, const char **id, struct nh_error *err);

/* Adds the articles of a file that is in memory: any of the formats that
 * `newshound index` reads, packed or an archive too. `format` is a name of
 * `newshound index --format list`, or NULL to tell by content. `name` (NULL:
 * "") stands in messages, and is the id of a record that is a file of its own
 * and has neither id nor address. Records that are no articles are skipped;
 * NH_EINVAL for an unknown format. */
int nh_writer_add_bytes(nh_writer *writer, const void *bytes, size_t len,
                        const char *format, const char *name,
                        struct nh_error *err);

/* Adds the articles of a file, or of all files in a folder, as `newshound
 * index` does: files that have not changed since they were read last are
 * passed over. Ids of records that are files of their own are their paths from
 * `path` on. NH_ENOTFOUND. */
int nh_writer_add_path(nh_writer *writer, const char *path, const char *format,
                       struct nh_error *err);

/* Deletes the article that has this id, one that was just added too;
 * NH_ENOTFOUND if there is none. Waits for the workers. */
int nh_writer_delete(nh_writer *writer, const char *id, size_t len,
                     struct nh_error *err);

/* Makes all that was added and deleted part of the index, durably, and merges
 * segments that have become many. Much text is committed in parts, before that,
 * as memory fills. */
int nh_writer_commit(nh_writer *writer, struct nh_error *err);
/* Commits, and makes one segment of all, without replaced and deleted articles:
 * the smallest and fastest an index can be. Takes a while. */
int nh_writer_merge(nh_writer *writer, struct nh_error *err);

struct nh_counts {
    uint64_t added, replaced, unchanged, deleted;
    uint64_t skipped; /* records that are no articles */
};
/* What became of what this writer was given; complete after a commit. */
void nh_writer_counts(const nh_writer *writer, struct nh_counts *counts);

#ifdef __cplusplus
}
#endif
#endif
