/* A C interface to libxapian: mechanism only, no field names, no defaults.
 *
 * libxapian trusts the files that it reads, and a crafted one makes it write
 * outside of its memory: open only what this process has made, as builders and
 * tests do. Searches, checks and merges read segments by
 * common/store/glass_reader.h.
 *
 * Functions that can fail return NH_OK or an error code and fill `err` (which
 * may be NULL). Xapian's exceptions become codes:
 *
 *   DatabaseNotFoundError                  NH_ENOTFOUND
 *   DatabaseLockError                      NH_ELOCKED
 *   DatabaseCorruptError                   NH_ECORRUPT
 *   DatabaseVersionError                   NH_EVERSION
 *   other DatabaseErrors, by the system    NH_EIO
 *   other DatabaseErrors                   NH_ECORRUPT
 *   InvalidArgumentError, RangeError       NH_EINVAL
 *   UnimplementedError                     NH_EUNSUPPORTED
 *   std::bad_alloc                         NH_ENOMEM
 *   anything else                          NH_EINTERNAL
 *
 * No exception and no C++ type leaves the wrapper. Objects belong to one thread
 * at a time. Free functions accept NULL. */
#ifndef COMMON_XAPIAN_XW_H
#define COMMON_XAPIAN_XW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "newshound/nh_error.h"

#ifdef __cplusplus
extern "C" {
#endif

const char *xw_version(void); /* of libxapian, static */

/* ---- Reading a database, or several as one. */

typedef struct xw_db xw_db;

/* An empty collection of databases. */
int xw_db_new(xw_db **out, struct nh_error *err);
/* Adds the database in folder or stub file `path`. */
int xw_db_add(xw_db *db, const char *path, struct nh_error *err);
/* Adds another one, which stays the caller's; both for one thread then. */
int xw_db_add_open(xw_db *db, const xw_db *part, struct nh_error *err);
int xw_db_open(xw_db **out, const char *path, struct nh_error *err);
void xw_db_free(xw_db *db);
/* How many databases were added. */
uint32_t xw_db_shards(const xw_db *db);
int xw_db_doccount(const xw_db *db, uint32_t *count, struct nh_error *err);
int xw_db_lastdocid(const xw_db *db, uint32_t *docid, struct nh_error *err);
int xw_db_average_length(const xw_db *db, double *length, struct nh_error *err);
int xw_db_doclength(const xw_db *db, uint32_t docid, uint32_t *length,
                    struct nh_error *err);
/* Number of documents with the term, 0 if there are none. */
int xw_db_termfreq(const xw_db *db, const char *term, size_t len,
                   uint32_t *freq, struct nh_error *err);
/* Sum of wdf over the documents. */
int xw_db_collfreq(const xw_db *db, const char *term, size_t len,
                   uint64_t *freq, struct nh_error *err);
/* The least and the greatest value in a slot, by bytes, or bounds of them;
 * empty if no document has one. The strings are malloc'd. */
int xw_db_value_bounds(const xw_db *db, uint32_t slot, char **lower,
                       size_t *lower_len, char **upper, size_t *upper_len,
                       struct nh_error *err);
/* Value of user metadata, "" if unset. *value is malloc'd, NUL-terminated. */
int xw_db_metadata(const xw_db *db, const char *key, char **value, size_t *len,
                   struct nh_error *err);
/* Runs Xapian's checks on a database folder: *problems gets their number. */
int xw_db_check(const char *path, size_t *problems, struct nh_error *err);
/* Merges databases with disjoint document numbers into a new one at `path`,
 * numbers kept. */
int xw_compact(const char *const *sources, size_t count, const char *path,
               struct nh_error *err);

/* ---- Postings and terms, in order. The database outlives them. */

typedef struct xw_postings xw_postings;

/* The postings of a term (none: an empty list); the empty term lists all
 * documents. */
int xw_postings_open(xw_postings **out, const xw_db *db, const char *term,
                     size_t len, struct nh_error *err);
void xw_postings_free(xw_postings *p);
/* Moves to the next posting: 1 and *docid, *wdf (may be NULL); 0 at the end;
 * negative on error. */
int xw_postings_next(xw_postings *p, uint32_t *docid, uint32_t *wdf,
                     struct nh_error *err);

typedef struct xw_terms xw_terms;

int xw_terms_open(xw_terms **out, const xw_db *db, const char *prefix,
                  size_t len, struct nh_error *err);
void xw_terms_free(xw_terms *t);
/* 1 and the term (valid until the next call) and its document count; 0 at the
 * end; negative on error. */
int xw_terms_next(xw_terms *t, const char **term, size_t *len, uint32_t *freq,
                  struct nh_error *err);

/* ---- Values of a slot, by document. The database, one alone, outlives them.
 */

typedef struct xw_values xw_values;

int xw_values_open(xw_values **out, const xw_db *db, uint32_t slot,
                   struct nh_error *err);
void xw_values_free(xw_values *v);
/* Moves to the first document from `docid` on, which is not before where it
 * is, that has a value: 1, its number and the value (until the next call); 0 at
 * the end; negative on error. */
int xw_values_seek(xw_values *v, uint32_t docid, uint32_t *at,
                   const char **value, size_t *len, struct nh_error *err);

/* ---- Writing. */

typedef struct xw_writer xw_writer;
typedef struct xw_doc xw_doc;

enum xw_writer_flag {
    XW_CREATE = 1,      /* fail if it exists */
    XW_NO_TERMLIST = 2, /* leave out the table of each document's terms */
    XW_NO_SYNC = 4      /* do not wait for the disk */
};

int xw_writer_open(xw_writer **out, const char *path, unsigned flags,
                   struct nh_error *err);
/* Discards what was not committed. */
void xw_writer_free(xw_writer *w);
/* Adds `doc` as number `docid`, which must be larger than any before. */
int xw_writer_put(xw_writer *w, uint32_t docid, const xw_doc *doc,
                  struct nh_error *err);
int xw_writer_set_metadata(xw_writer *w, const char *key, const char *value,
                           size_t len, struct nh_error *err);
int xw_writer_commit(xw_writer *w, struct nh_error *err);

int xw_doc_new(xw_doc **out, struct nh_error *err);
void xw_doc_free(xw_doc *doc);
int xw_doc_clear(xw_doc *doc, struct nh_error *err);
/* Adds `wdf` to the term's frequency; 0 makes a term without weight. Terms are
 * limited when the document is put: 245 bytes, NH_EINVAL beyond. */
int xw_doc_add_term(xw_doc *doc, const char *term, size_t len, uint32_t wdf,
                    struct nh_error *err);
int xw_doc_set_value(xw_doc *doc, uint32_t slot, const char *value, size_t len,
                     struct nh_error *err);

/* ---- Queries. */

typedef struct xw_query xw_query;

enum xw_op { XW_AND, XW_OR, XW_AND_NOT };

int xw_query_term(xw_query **out, const char *term, size_t len,
                  struct nh_error *err);
/* Combines `count` >= 1 queries (copied, still the caller's); AND_NOT takes the
 * first against all the others. */
int xw_query_combine(xw_query **out, enum xw_op op, xw_query *const *parts,
                     size_t count, struct nh_error *err);

void xw_query_free(xw_query *query);

/* ---- Searching by Xapian's matcher: tests compare ours and the tables with
 * it. */

enum xw_order { XW_BY_WEIGHT, XW_BY_VALUE_DOWN, XW_BY_VALUE_UP };

struct xw_search {
    const xw_query *query;
    uint32_t offset, count; /* the page */
    enum xw_order order;    /* ties by document number, up */
    uint32_t slot;          /* of values; documents without one come last */
    bool boolean;           /* no weights */
    double k1, b;           /* BM25, of terms */
};

typedef struct xw_mset xw_mset;

int xw_db_search(const xw_db *db, const struct xw_search *search, xw_mset **out,
                 struct nh_error *err);
void xw_mset_free(xw_mset *m);
size_t xw_mset_size(const xw_mset *m);
/* Document number inside its shard, and the shard's place, from 0. */
uint32_t xw_mset_docid(const xw_mset *m, size_t i, uint32_t *shard);
double xw_mset_weight(const xw_mset *m, size_t i);

#ifdef __cplusplus
}
#endif
#endif
