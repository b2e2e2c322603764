/* Owns the table of names.
 * Promises that a name is of a kind only if newshound could have made it. */
#include "common/base/files.h"

#include <string.h>

const char *const files_of_segment[FILES_OF_SEGMENT] = {
    VERSION_NAME,     TABLE_NAME,       "docdata.glass", "termlist.glass",
    "position.glass", "spelling.glass", "synonym.glass", ARTICLES_NAME,
    BLOCKS_NAME,      VOCABULARY_NAME,  COPIES_NAME};

/* In a pattern, '9' stands for one or more digits and '@' for sixteen
 * hexadecimal digits. */
static const struct {
    const char *pattern;
    enum file_kind kind;
} patterns[] = {{MANIFEST_NAME, FILE_MANIFEST},
                {LOCK_NAME, FILE_LOCK},
                {RULES_NAME, FILE_RULES},
                {SYNONYMS_NAME, FILE_RULES},
                {"dict-@", FILE_DICT},
                {"del-9-9", FILE_TOMBSTONES},
                {SOURCES_PREFIX "9", FILE_SOURCES},
                {"flintlock", FILE_XAPIAN},
                {"v.tmp", FILE_XAPIAN},
                {"seg-9", FOLDER_SEGMENT},
                {BUILD_NAME, FOLDER_BUILD},
                {"batch-9", FOLDER_BATCH},
                {PROBE_NAME, FOLDER_BATCH},
                {REPAIR_NAME, FOLDER_REPAIR}};

/* Returns the bytes at the front of `name` that one character of a pattern
 * stands for; 0 if there are none. */
static size_t match_one(char pattern, const char *name)
{
    if (pattern == '9')
        return strspn(name, "0123456789");
    if (pattern == '@')
        return strspn(name, "0123456789abcdef") == 16 ? 16 : 0;
    return *name == pattern;
}

static bool match(const char *pattern, const char *name, size_t len)
{
    const char *end = name + len;
    for (; *pattern; pattern++) {
        const size_t n = match_one(*pattern, name);
        if (n == 0 || n > (size_t)(end - name))
            return false;
        name += n;
    }
    return name == end;
}

static enum file_kind kind_of(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (match(patterns[i].pattern, name, len))
            return patterns[i].kind;
    for (size_t i = 0; i < FILES_OF_SEGMENT; i++)
        if (strlen(files_of_segment[i]) == len &&
            memcmp(files_of_segment[i], name, len) == 0)
            return FILE_SEGMENT;
    return FILE_UNKNOWN;
}

enum file_kind files_kind(const char *name)
{
    const size_t len = strlen(name), ending = strlen(TEMPORARY_ENDING);
    const enum file_kind kind = kind_of(name, len);
    if (kind != FILE_UNKNOWN || len <= ending ||
        strcmp(name + len - ending, TEMPORARY_ENDING) != 0)
        return kind;
    const enum file_kind finished = kind_of(name, len - ending);
    return finished == FILE_UNKNOWN || finished == FILE_LOCK ||
                   finished == FILE_RULES || files_are_folders(finished)
               ? FILE_UNKNOWN
               : FILE_TEMPORARY;
}

bool files_are_folders(enum file_kind kind)
{
    return kind >= FOLDER_SEGMENT;
}

bool files_in_manifest(const char *path)
{
    const char *slash = strchr(path, '/');
    if (slash)
        return kind_of(path, (size_t)(slash - path)) == FOLDER_SEGMENT &&
               files_kind(slash + 1) == FILE_SEGMENT;
    const enum file_kind kind = files_kind(path);
    return kind == FILE_DICT || kind == FILE_TOMBSTONES || kind == FILE_SOURCES;
}
