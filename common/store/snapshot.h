/* One commit of an index, opened for reading: everything the manifest names.
 * A snapshot never changes; a later commit needs a new one. One thread. */
#ifndef COMMON_STORE_SNAPSHOT_H
#define COMMON_STORE_SNAPSHOT_H

#include "common/store/articles.h"
#include "common/store/blocks.h"
#include "common/store/copies.h"
#include "common/store/date_column.h"
#include "common/store/glass_reader.h"
#include "common/store/manifest.h"
#include "common/store/name_column.h"
#include "common/store/vocabulary.h"
#include "common/stream/dict.h"

struct snapshot_segment {
    const struct manifest_segment *info;
    struct articles articles;
    struct blocks blocks;
    struct vocabulary vocabulary;
    struct copies copies;
    struct glass_reader glass; /* its Xapian tables; snapshot_tables before */
    struct file_map table;     /* the one that all is in */
    bool table_checked;
    struct date_column dates;
    struct name_column names[FIELD_COUNT]; /* snapshot_columns */
    const struct dict *dict;               /* owned by the snapshot */
    uint8_t *tombstones; /* a bit for each article number, or NULL */
};

struct snapshot {
    char *dir;
    struct manifest manifest;
    struct snapshot_segment *segments;
    size_t count;
    struct dict **dicts;
    size_t dict_count;
    uint64_t live, tombstones; /* articles */
    uint64_t counted; /* whose values were counted, for snapshot_columns */
};

/* How often opening starts over when a commit removes files under it. */
#define SNAPSHOT_RETRIES 20

/* NH_ENOTFOUND, NH_ECORRUPT, NH_EVERSION, NH_EIO. */
int snapshot_open(struct snapshot *s, const char *dir, struct nh_error *err);
/* Returns NH_OK if the index has the words that this program's analyser makes.
 * NH_EVERSION for an older index, of which only articles can be read: searches
 * and writers call this first. */
int snapshot_current(const struct snapshot *s, struct nh_error *err);
void snapshot_close(struct snapshot *s);
/* The segment that holds an article number, or NULL. */
struct snapshot_segment *snapshot_segment(const struct snapshot *s,
                                          uint32_t docid);
/* False for tombstoned articles and numbers outside all segments; numbers that
 * merging has dropped are not looked for. */
bool snapshot_live(const struct snapshot *s, uint32_t docid);
/* Whether there is a live article with this number. */
bool snapshot_has(const struct snapshot *s, uint32_t docid);
/* The number of the live article with this id: NH_ENOTFOUND if there is none.
 */
int snapshot_find(const struct snapshot *s, struct slice id, uint32_t *docid,
                  struct nh_error *err);
/* The record of an article and its segment. */
int snapshot_record(const struct snapshot *s, uint32_t docid,
                    struct article_record *record,
                    struct snapshot_segment **segment, struct nh_error *err);
/* Its date. */
int snapshot_date(const struct snapshot *s, uint32_t docid,
                  struct nh_date *date, struct nh_error *err);
/* Reads a whole article: title, body (in `decoded`), date and values. `article`
 * is reset before; its title and body point into `decoded`. */
struct stream_decoded;
int snapshot_article(const struct snapshot *s, uint32_t docid,
                     struct article *article, struct stream_decoded *decoded,
                     struct nh_error *err);
/* Xapian's tables have no checksums of their own. Before anything is read of
 * them they are compared with the manifest, once, unless they are larger than
 * SNAPSHOT_TABLE_MAX bytes. NH_ECORRUPT. */
int snapshot_tables(const struct snapshot *s, struct nh_error *err);
#define SNAPSHOT_TABLE_MAX ((size_t)256 << 20)
/* Whether values of so many articles, which are about to be counted, should be
 * taken from columns: once as many were counted as there are. */
bool snapshot_wants_columns(struct snapshot *s, uint64_t articles);
/* Reads the column of a field of all segments: dates, or names. */
int snapshot_column(struct snapshot *s, enum field field, struct nh_error *err);
/* The dates of the live articles: the earliest and the latest first instant, in
 * seconds since 1970, and how many articles have a date; without one both
 * instants are DATE_COLUMN_NONE. Reads all dates. */
struct snapshot_dates {
    int64_t oldest, newest;
    uint64_t dated;
};
int snapshot_dates(struct snapshot *s, struct snapshot_dates *dates,
                   struct nh_error *err);
/* Compares every file with its checksum in the manifest. */
int snapshot_verify(const struct snapshot *s, struct nh_error *err);

#endif
