/* The table of sources: for each file that was read, its state at that time and
 * the docids of its articles. With it, a file that has not changed is not read
 * again, and articles that are gone from a file can be deleted from the index.
 *
 * Files `sources-N` of an index, N being the commit that wrote it. A later file
 * holds only what changed since the one before; files of similar size are
 * joined, so that writing is O(log n) for each change. Format: "NHSOURC1",
 * varint count, entries, u64 hash64 of all before. An entry: varint bytes of
 * the name, name, byte: 1 if it is no source any more, and then nothing else;
 * else 0, varint size, u64 time of change, u64 hash64 of the contents, u64 hash
 * of the options, u64 time of reading; articles, stale articles: varint count,
 * varint differences. Times in nanoseconds since 1970; integers little-endian.
 */
#ifndef INDEXER_WRITER_SOURCES_H
#define INDEXER_WRITER_SOURCES_H

#include "common/base/strtab.h"
#include "common/store/manifest.h"

#define SOURCES_MAGIC "NHSOURC1"

/* The state of a file when it was read or looked at. */
struct source_state {
    uint64_t size, changed, hash, options, read;
};

struct source_list {
    uint32_t *items; /* article numbers, ascending */
    size_t count, cap;
};

struct source {
    struct source_state state;
    struct source_list articles; /* articles of the file when it was read */
    struct source_list
        stale;   /* articles that only earlier states of the file had */
    size_t file; /* number of the sources file that has this entry */
    bool gone;   /* no source any more */
    bool marked; /* scratch for callers of sources_* */
};

struct sources {
    /* Names of sources: an absolute path, a NUL, and the collection that the
     * articles were put in, so that a file may be in several collections. */
    struct strtab names;
    struct source *items;
    size_t cap;
    /* The sources files of the last commit, oldest first. */
    struct {
        uint64_t commit, bytes;
    } files[64];
    size_t file_count;
    size_t changed; /* entries changed since then; their `file` is file_count */
};

/* Reads the sources files that the manifest of the index in `dir` names.
 * Returns NH_OK, NH_ECORRUPT or NH_ENOMEM. */
int sources_open(struct sources *s, const struct manifest *m, const char *dir,
                 struct nh_error *err);
/* Adds the entries of sources file number `file`, whose contents are `bytes`.
 * `where` is for messages. */
int sources_parse(struct sources *s, struct slice bytes, const char *where,
                  size_t file, struct nh_error *err);
void sources_release(struct sources *s);
/* Returns the entry of a name; NULL if it is unknown or gone. */
struct source *sources_find(const struct sources *s, struct slice name);
/* Returns the entry of a name for changing; makes it if there is none. Returns
 * NULL if memory ran out. */
struct source *sources_change(struct sources *s, struct slice name);
bool source_list_add(struct source_list *l, uint32_t docid);
/* Sorts the list and removes doubles. */
void source_list_tidy(struct source_list *l);
bool source_list_has(const struct source_list *l, uint32_t docid);

/* Reads a file's size and time of change. Returns NH_OK, NH_ENOTFOUND or
 * NH_EIO. */
int source_look(const char *path, struct source_state *state,
                struct nh_error *err);
/* Compares two states of a file by size and times; the hash of `is` may be
 * missing. Returns 1 if the file is the same, 0 if not, -1 if only the hash can
 * tell. */
int source_same(const struct source_state *was, const struct source_state *is);

/* Writes the changed entries to a new sources file, syncs it, and names it in
 * the manifest of commit `commit`. */
int sources_write(struct sources *s, struct manifest *m, const char *dir,
                  uint64_t commit, struct nh_error *err);

#endif
