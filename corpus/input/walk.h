/* From the paths a user names to the files to read, in a stable order. */
#ifndef CORPUS_INPUT_WALK_H
#define CORPUS_INPUT_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/strtab.h"

struct walk_file {
    const char *path; /* to open; "-" is standard input */
    const char
        *id; /* path relative to the argument, without .gz and the like */
    /* Absolute path; NULL for standard input and what is no regular file. */
    const char *source;
    uint64_t size; /* on disk, 0 if unknown */
    /* Why this file or folder cannot be read, or what is in it not be looked
     * at; NULL if it can. Readers report it and pass it over. */
    const char *problem;
};

struct walk {
    /* Folders that have a file of this name are passed over; NULL: none are. */
    const char *skip_with;
    /* Links are followed wherever they lead; each folder is read once. Else
     * those to files are followed that lie below the argument too. */
    bool follow_links;
    struct strtab folders; /* that were read, if links are followed */
    struct arena arena;
    struct walk_file *files;
    size_t count, cap;
};

/* Deepest folder below an argument. */
#define WALK_DEPTH 64

/* Adds a file, the files of a folder (sorted by bytes, recursively, without
 * hidden ones and folders that skip_with names), or "-". A folder that cannot
 * be read, or lies too deep, and a link that leads out of the argument are
 * added with their problem. NH_ENOTFOUND and the like for the argument alone.
 */
int walk_add(struct walk *w, const char *path, struct nh_error *err);
/* The absolute path of a file or folder, one that is not there any more too;
 * in the walk's arena. NULL if that cannot be told or memory ran out. */
const char *walk_absolute(struct walk *w, const char *path);
void walk_release(struct walk *w);

#endif
