/* Reads what a segment has in Xapian's tables: posting lists, lengths and
 * values, out of `postlist.glass` and `iamglass`.
 * indexer/segment/glass_writer.h has the format. Everything is checked where it
 * is read (glass_table.h): a table that says what cannot be is NH_ECORRUPT. One
 * thread for each cursor; many may read one table. */
#ifndef COMMON_STORE_GLASS_READER_H
#define COMMON_STORE_GLASS_READER_H

#include "common/store/glass_table.h"

/* Bytes of a value at most: newshound stores dates, which have 8. */
#define GLASS_VALUE_MAX 256

struct glass_reader {
    struct glass_table table;
    uint32_t first, last; /* docids that it may have */
    uint32_t documents;
    uint64_t total_length;
    uint64_t entries; /* keys, the empty one not counted */
};

/* Opens the tables of segment `name`, whose articles have the numbers `first`
 * to `last`. `version` has the bytes of `iamglass`, of which nothing is kept;
 * `table` those of `postlist.glass`, which stay the caller's, as does the name.
 * NH_ECORRUPT. */
int glass_reader_open(struct glass_reader *g, const char *name, uint32_t first,
                      uint32_t last, struct slice version, struct slice table,
                      struct nh_error *err);

/* ---- A posting list, or the lengths of all articles. */

struct glass_postings {
    const struct glass_reader *reader;
    struct glass_cursor cursor;
    struct buf prefix; /* of the keys of later chunks */
    struct buf room;
    const uint8_t *at, *end;         /* what is left of the chunk */
    uint32_t frequency;              /* postings; 0 for lengths */
    uint64_t collection;             /* sum of the wdfs */
    uint32_t docid, wdf, chunk_last; /* docid 0: not started */
    bool started, final;             /* chunk; it is the last */
};

/* Opens the list of a term; the empty one has the lengths of all articles, in
 * the place of wdfs. Returns 1; 0 if there is none; or an error. Release the
 * list in each case. */
int glass_postings_open(struct glass_postings *p, const struct glass_reader *g,
                        struct slice term, struct nh_error *err);
void glass_postings_release(struct glass_postings *p);
/* Moves to the next posting, whose docid is greater: 1, with p->docid and
 * p->wdf; 0 at the end; or an error. */
int glass_postings_next(struct glass_postings *p, struct nh_error *err);
/* Moves on to the posting of `docid`, or the first one behind it, at a cost
 * linear in the postings in between. Returns as glass_postings_next does. */
int glass_postings_seek(struct glass_postings *p, uint32_t docid,
                        struct nh_error *err);

/* ---- Terms, in order of their bytes. */

struct glass_terms {
    const struct glass_reader *reader;
    struct glass_cursor cursor;
    struct buf prefix, term;
    bool started, ended;
};

/* Opens the terms that begin with `prefix`. Release them in each case. */
int glass_terms_open(struct glass_terms *t, const struct glass_reader *g,
                     struct slice prefix, struct nh_error *err);
void glass_terms_release(struct glass_terms *t);
/* 1 and the next term, until the next call; 0 at the end; or an error. */
int glass_terms_next(struct glass_terms *t, struct slice *term,
                     struct nh_error *err);
/* Opens the list of the term that glass_terms_next gave last. Release the list
 * in each case. */
int glass_terms_postings(const struct glass_terms *t, struct glass_postings *p,
                         struct nh_error *err);

/* ---- Values of a slot, by docid. */

struct glass_values {
    const struct glass_reader *reader;
    struct glass_cursor cursor;
    uint32_t slot;
    struct buf key, room;
    const uint8_t *at, *end; /* what is left of the chunk */
    uint32_t docid;          /* of `value`; 0: not started */
    struct slice value;
    bool ended;
};

/* Starts before the first value. `slot` is below 128. */
void glass_values_init(struct glass_values *v, const struct glass_reader *g,
                       uint32_t slot);
void glass_values_release(struct glass_values *v);
/* Moves to the first document from `docid` on, not before where it is, that has
 * a value: 1, with v->docid and v->value until the next call; 0 at the end; or
 * an error. */
int glass_values_seek(struct glass_values *v, uint32_t docid,
                      struct nh_error *err);
/* The number of values of a slot, and their least and greatest by bytes, which
 * point into the table or into `room`. Returns 1; 0 if there are none; or an
 * error. */
int glass_value_bounds(const struct glass_reader *g, uint32_t slot,
                       struct buf *room, uint32_t *count, struct slice *least,
                       struct slice *most, struct nh_error *err);

#endif
