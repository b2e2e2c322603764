/* A file of articles as a window of bytes: gzip is unpacked on the way, any
 * size is read in bounded memory. */
#ifndef CORPUS_INPUT_H
#define CORPUS_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

/* Longest record (one article's bytes in its format). */
#define INPUT_RECORD_MAX ((size_t)32 << 20)

struct input {
    int fd;
    bool open;
    bool known;                /* whether it is packed */
    struct unpacker *unpacker; /* of a packed file */
    int patience;     /* milliseconds to wait for bytes; -1: as long as it takes
                       */
    const char *name; /* borrowed, for messages */
    struct buf window; /* unread bytes start at `start` */
    size_t start;
    uint64_t offset; /* of `start` in the unpacked file */
    bool ended;
    struct buf shared; /* readers': what all records of the file begin with */
    struct buf record; /* readers': one that is put together */
    uint64_t size;     /* of the file on disk, 0 if unknown */
    uint64_t read;     /* bytes of it */
};

/* What functions below return, and readers pass on, when bytes did not come in
 * time: asked again, they go on where they were. */
#define INPUT_IDLE (-1000)

/* Opens a file, or standard input for "-". */
int input_open(struct input *in, const char *path, struct nh_error *err);
void input_close(struct input *in);
/* The unread bytes after trying to have at least `want` of them; fewer only at
 * the end of the file. */
int input_peek(struct input *in, size_t want, struct slice *out,
               struct nh_error *err);
/* The byte so far from the start of the window: 1; 0 if the file ends before;
 * NH_EDATA if it is beyond INPUT_RECORD_MAX. */
int input_byte(struct input *in, size_t at, char *c, struct nh_error *err);
void input_skip(struct input *in, size_t bytes);
/* Nothing more is read of the file, but for INPUT_IDLE; returns `rc`. */
int input_give_up(struct input *in, int rc);
/* Distance from the start of the window to the first `needle` at or after
 * `from`, reading on as needed: 1 and *at; 0 and *at = bytes left if the file
 * ends first; NH_EDATA if it is not within INPUT_RECORD_MAX. */
int input_find(struct input *in, const char *needle, size_t from, size_t *at,
               struct nh_error *err);
/* Bytes of the file on disk that were consumed so far. */
uint64_t input_consumed(const struct input *in);

#endif
