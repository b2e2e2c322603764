/* The names of all files of an index, in one table: what newshound makes, reads
 * and removes there is named here and nowhere else.
 * doc/internals/index-format.md says what is in each file. */
#ifndef COMMON_BASE_FILES_H
#define COMMON_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* In the folder of the index. */
#define MANIFEST_NAME "XAPIANDB"
#define LOCK_NAME "LOCK"
#define RULES_NAME "entities.rules"
#define SYNONYMS_NAME "synonyms.rules"
#define SOURCES_PREFIX "sources-"
/* Folder in which the builder of segments works. */
#define BUILD_NAME "build-tmp"
/* Folder in which repair makes the new index. */
#define REPAIR_NAME "repair-tmp"

/* In the folder of a segment. */
#define VERSION_NAME "iamglass"
#define TABLE_NAME "postlist.glass"
#define ARTICLES_NAME "articles"
#define BLOCKS_NAME "blocks"
#define VOCABULARY_NAME "words"
#define COPIES_NAME "copies"

/* In the folder of the builder. */
#define PROBE_NAME "probe"

/* Ending of a file that is written and then renamed. */
#define TEMPORARY_ENDING ".tmp"

/* All files that a segment can have. */
#define FILES_OF_SEGMENT 11
extern const char *const files_of_segment[FILES_OF_SEGMENT];

enum file_kind {
    FILE_UNKNOWN, /* newshound makes no such name */
    FILE_MANIFEST,
    FILE_LOCK,
    FILE_RULES, /* the user's */
    FILE_DICT,
    FILE_TOMBSTONES,
    FILE_SOURCES,
    FILE_SEGMENT,   /* in the folder of a segment */
    FILE_XAPIAN,    /* in the folder of a batch, besides the former */
    FILE_TEMPORARY, /* TEMPORARY_ENDING behind one that newshound replaces */
    FOLDER_SEGMENT,
    FOLDER_BUILD,
    FOLDER_BATCH, /* in that of the builder */
    FOLDER_REPAIR
};

/* Returns what an entry of this name (without a slash) is, wherever in an index
 * it stands. */
enum file_kind files_kind(const char *name);
/* Returns whether files of this kind are folders. */
bool files_are_folders(enum file_kind kind);
/* Returns whether a manifest can name this path, relative to the index: that of
 * a dictionary, of tombstones, of sources or of a segment's file. */
bool files_in_manifest(const char *path);

#endif
