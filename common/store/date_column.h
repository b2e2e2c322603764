/* The dates of a segment's articles, to sort them by: read from Xapian's values
 * one by one, and once that has cost as much as reading all would, all of them,
 * which are kept, 8 bytes each. */
#ifndef COMMON_STORE_DATE_COLUMN_H
#define COMMON_STORE_DATE_COLUMN_H

#include "common/store/glass_reader.h"

/* Of an article without a date. */
#define DATE_COLUMN_NONE INT64_MIN

/* Articles whose dates have bounds together, and blocks of them that do. */
#define DATE_COLUMN_BLOCK 64
#define DATE_COLUMN_GROUP 64

/* The newest date of each block, or the oldest, negated; DATE_COLUMN_NONE where
 * none has a date. One more stands before the first and one behind the last
 * block. A group has the greatest of its blocks and of the one before them. */
struct date_bounds {
    int64_t *blocks, *groups; /* one allocation */
};

/* Zero-initialise before first use. */
struct date_column {
    int64_t *all;                      /* from number `first` on, or NULL */
    struct date_bounds newest, oldest; /* with `all` */
    struct glass_values values;        /* of the pass */
    uint64_t asked; /* what dates cost that were read one by one */
    uint32_t at;    /* where `values` stands; 0: not yet, UINT32_MAX: end */
    int64_t there;  /* the date of that article */
};

void date_column_release(struct date_column *c);
/* Begins a pass over articles `first` to `last` of a segment, in ascending
 * order, whose tables outlive the pass. `count` articles will be asked for. */
int date_column_begin(struct date_column *c, const struct glass_reader *glass,
                      uint32_t first, uint32_t last, uint32_t count,
                      struct nh_error *err);
/* The first instant of the date of an article, in seconds since 1970, or
 * DATE_COLUMN_NONE. NH_ECORRUPT. */
int date_column_get(struct date_column *c, uint32_t first, uint32_t docid,
                    int64_t *date, struct nh_error *err);
void date_column_end(struct date_column *c);
/* Reads all, from `first` to `last`. Not during a pass. */
int date_column_read(struct date_column *c, const struct glass_reader *glass,
                     uint32_t first, uint32_t last, struct nh_error *err);

#endif
