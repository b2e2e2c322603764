/* What was read: for each file its state then, and the numbers of the articles
 * that it has. By it, a file that has not changed is not read again, and what
 * is gone from a file can be dropped from the index.
 *
 * Files `sources-N` of an index, N the commit that wrote it; a later one holds
 * only what changed since, and files of like size are joined into one, so that
 * writing is O(log n) for each change. Each: "NHSOURC1", varint count, entries,
 * u64 hash64 of all before. An entry: varint bytes of the name, name, byte: 1
 * if it is no source any more, and then no more; else 0, varint size, u64
 * time of change, u64 hash64 of the contents, u64 hash of the options, u64 time
 * of reading; articles, stale ones: varint count, varint differences. Times in
 * nanoseconds since 1970; integers little-endian. */
#ifndef INDEXER_WRITER_SOURCES_H
#define INDEXER_WRITER_SOURCES_H

#include "common/base/strtab.h"
#include "common/store/manifest.h"

#define SOURCES_MAGIC "NHSOURC1"

/* A file as it was when it was looked at. */
struct source_state {
    uint64_t size, changed, hash, options, read;
};

struct source_list {
    uint32_t *items; /* article numbers, ascending */
    size_t count, cap;
};

struct source {
    struct source_state state;
    struct source_list articles; /* those that it had */
    struct source_list stale;    /* those that only earlier states had */
    size_t file;                 /* number of the file it stands in */
    bool gone;                   /* no source any more */
    bool marked;                 /* scratch of sources_* callers */
};

struct sources {
    /* Absolute paths, each with a NUL behind it and the collection that its
     * articles were put in, so that a file may be in several. */
    struct strtab names;
    struct source *items;
    size_t cap;
    /* Those of the last commit, oldest first. */
    struct {
        uint64_t commit, bytes;
    } files[64];
    size_t file_count;
    size_t changed; /* entries since then; their file is file_count */
};

/* Reads those that the manifest of the index in `dir` names. NH_ECORRUPT. */
int sources_open(struct sources *s, const struct manifest *m, const char *dir,
                 struct nh_error *err);
/* Adds the entries of a file's bytes, number `file`; `where` is for messages.
 */
int sources_parse(struct sources *s, struct slice bytes, const char *where,
                  size_t file, struct nh_error *err);
void sources_release(struct sources *s);
/* NULL for an unknown name or one that is gone. */
struct source *sources_find(const struct sources *s, struct slice name);
/* The entry of a name, made if there is none, to be changed. NULL if memory ran
 * out. */
struct source *sources_change(struct sources *s, struct slice name);
bool source_list_add(struct source_list *l, uint32_t docid);
/* Sorts, without doubles. */
void source_list_tidy(struct source_list *l);
bool source_list_has(const struct source_list *l, uint32_t docid);

/* Looks at a file: its size and time of change. NH_ENOTFOUND, NH_EIO. */
int source_look(const char *path, struct source_state *state,
                struct nh_error *err);
/* Whether a file in this state, of which the hash may be missing, is as it was,
 * as far as size and times say: 1 yes, 0 no, -1: its hash has to be looked at.
 */
int source_same(const struct source_state *was, const struct source_state *is);

/* Writes what changed, durably, and puts it into the manifest of commit
 * `commit`. */
int sources_write(struct sources *s, struct manifest *m, const char *dir,
                  uint64_t commit, struct nh_error *err);

#endif
