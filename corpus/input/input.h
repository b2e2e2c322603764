/* A file of articles as a window of bytes: what is packed is unpacked on the
 * way, UTF-16 becomes UTF-8, any size is read in bounded memory. */
#ifndef CORPUS_INPUT_INPUT_H
#define CORPUS_INPUT_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "corpus/input/stage.h"

/* Longest record (one article's bytes in its format). */
#define INPUT_RECORD_MAX ((size_t)32 << 20)

/* So much more than it is on the disk a file may be when it is unpacked, and
 * how much it may be in any case: text packs to a tenth, a bomb to a
 * thousandth.
 */
#define INPUT_RATIO_MAX 200u
#define INPUT_UNPACKED_FREE ((uint64_t)64 << 20)

struct input {
    struct stage *stage; /* where bytes come from */
    bool known;          /* what they are packed by */
    bool packed;         /* there are more stages than the file */
    struct input *outer; /* the archive that it is a member of, or NULL */
    int patience;        /* milliseconds to wait for bytes; -1: as long as it
                            takes */
    const char *name;    /* borrowed, for messages */
    int fd;              /* of a file, else -1; the stage's */
    struct buf window;   /* unread bytes start at `start` */
    size_t start;
    uint64_t passing; /* bytes that are to be left behind */
    uint64_t begin;   /* bytes of the unpacked file before the document: byte
                         order marks, messages of a server */
    uint64_t offset;  /* of `start`, from the beginning of the document */
    bool ended;
    int failed; /* reading on did, with `why` */
    struct nh_error why;
    bool bomb;         /* it unpacks to far too much */
    struct buf shared; /* readers': what all records of the file begin with */
    struct buf record; /* readers': one that is put together */
    uint64_t size;     /* of the file on disk, 0 if unknown */
    struct stage_extent extent; /* read of it */
    uint64_t unpacked;          /* bytes that came out of it and its members */
};

/* Opens a file, or standard input for "-". */
int input_open(struct input *in, const char *path, struct nh_error *err);
/* Opens a copy of these bytes, as a file of that name, which is borrowed. */
int input_open_bytes(struct input *in, const char *name, struct slice bytes,
                     struct nh_error *err);
/* Opens what a stage gives, which becomes the input's, as a member of `outer`;
 * the name is borrowed. NH_ENOMEM if there is no stage. */
int input_open_member(struct input *in, struct stage *stage,
                      struct input *outer, const char *name,
                      struct nh_error *err);
void input_close(struct input *in);
/* Whether one can go to any place of it: a file that is not packed. */
bool input_can_seek(const struct input *in);
/* Goes to a place; false if that cannot be done. */
bool input_seek(struct input *in, uint64_t offset);
/* The unread bytes after trying to have at least `want` of them; fewer only at
 * the end of the file. */
int input_peek(struct input *in, size_t want, struct slice *out,
               struct nh_error *err);
/* The same, but what there is before damage is no error. */
int input_look(struct input *in, size_t want, struct slice *out,
               struct nh_error *err);
/* The byte so far from the start of the window: 1; 0 if the file ends before;
 * NH_EDATA if it is beyond INPUT_RECORD_MAX. */
int input_byte(struct input *in, size_t at, char *c, struct nh_error *err);
/* Leaves bytes of the window behind. */
void input_skip(struct input *in, size_t bytes);
/* Leaves bytes of the window behind that stand before the document. */
void input_begin(struct input *in, size_t bytes);
/* Takes the first bytes of the window, as many as input_peek showed at most.
 * The slice is valid until the next call that reads. */
struct slice input_take(struct input *in, size_t bytes);
/* Leaves any number of bytes behind: 1; 0 if the file ends before. After
 * INPUT_IDLE, 0 bytes more go on with it. */
int input_pass(struct input *in, uint64_t bytes, struct nh_error *err);
/* Nothing more is read of the file, but for INPUT_IDLE; returns `rc`. */
int input_give_up(struct input *in, int rc);
/* All of the file as one record, as split of struct reader. */
int input_whole(struct input *in, struct slice *record, uint64_t *offset,
                struct nh_error *err);
/* Distance from the start of the window to the first `needle` at or after
 * `from`, reading on as needed: 1 and *at; 0 and *at = bytes left if the file
 * ends first; NH_EDATA if it is not within INPUT_RECORD_MAX. */
int input_find(struct input *in, const char *needle, size_t from, size_t *at,
               struct nh_error *err);

#endif
