/* The manifest of an index: its file XAPIANDB, at the same time the stub by
 * which Xapian's own tools open the index. What a commit consists of stands in
 * here and nowhere else, so that renaming one file commits everything.
 *
 *   # newshound index, written by the program: do not edit
 *   # nh format 3
 *   # nh requires FEATURE...          unknown ones refuse to open
 *   # nh commit N
 *   # nh analysis VERSION LANGUAGE
 *   # nh lists both                   if Xapian's tables have common words too
 *   # nh option NAME=VALUE           kept_options.h; none in old indexes
 *   # nh next DOCID                   the next article's number
 *   # nh last-segment N               number of the last segment ever made
 *   # nh dict HASH                    the newest dictionary
 *   # nh segment NAME FIRST LAST ARTICLES DICT TOMBSTONE-COMMIT TOMBSTONES
 *   # nh file PATH SIZE HASH          every file of the index
 *   glass seg-000001                  one line a segment, for Xapian
 *   # nh sum HASH                     of all bytes before this line
 */
#ifndef COMMON_STORE_MANIFEST_H
#define COMMON_STORE_MANIFEST_H

#include "common/base/buf.h"
#include "common/base/files.h"
#include "common/store/kept_options.h"

#define MANIFEST_FORMAT 3
/* Segments that one index may have at most. */
#define MANIFEST_SEGMENTS_MAX 1024
#define MANIFEST_FILES_MAX (MANIFEST_SEGMENTS_MAX * 8)
#define MANIFEST_PATH 64
/* Bytes of its text: so many segments and files have 1.2 MB. */
#define MANIFEST_BYTES_MAX ((size_t)4 << 20)
/* Greatest number of a commit or segment. */
#define MANIFEST_COUNT_MAX (UINT64_MAX / 4)

struct manifest_segment {
    char name[32];        /* of the folder */
    uint32_t first, last; /* article numbers */
    uint32_t articles;    /* with those that are tombstoned */
    uint64_t dict;        /* hash */
    uint64_t tomb_commit; /* of the tombstone file, 0 if there is none */
    uint32_t tombstones;
};

struct manifest_file {
    char path[MANIFEST_PATH]; /* relative to the index */
    uint64_t size, hash;
};

struct manifest {
    uint64_t commit; /* 0: nothing was ever committed */
    unsigned analysis;
    char language[32];
    bool keep_lists; /* common words stand in Xapian's tables too */
    struct kept_options options;
    uint32_t next;           /* >= 1 */
    uint64_t segment_number; /* of the last segment folder made */
    uint64_t dict;           /* newest dictionary's hash, 0 if none */
    struct manifest_segment *segments;
    size_t segment_count;
    struct manifest_file *files;
    size_t file_count;
};

void manifest_release(struct manifest *m);
/* Reads DIR/XAPIANDB. NH_ENOTFOUND, NH_ECORRUPT, NH_EVERSION. */
int manifest_read(struct manifest *m, const char *dir, struct nh_error *err);
/* Parses the text of a manifest; `where` names it in messages. */
int manifest_parse(struct manifest *m, struct slice text, const char *where,
                   struct nh_error *err);
/* Makes the manifest the index's, durably. */
int manifest_write(const struct manifest *m, const char *dir,
                   struct nh_error *err);
int manifest_add_segment(struct manifest *m, const struct manifest_segment *s,
                         struct nh_error *err);
/* Adds DIR/PATH with its size and hash, or renews them. */
int manifest_add_file(struct manifest *m, const char *dir, const char *path,
                      struct nh_error *err);
void manifest_drop_file(struct manifest *m, const char *path);
const struct manifest_file *manifest_find_file(const struct manifest *m,
                                               const char *path);

/* Names of files, into a buffer of MANIFEST_PATH bytes. */
void manifest_dict_name(uint64_t hash, char name[MANIFEST_PATH]);
void manifest_tomb_name(const struct manifest_segment *s,
                        char name[MANIFEST_PATH]);

#endif
