/* Owns the reading of input files.
 * Promises bounded memory, and that a file which unpacks to far too much is
 * given up. */
#include "corpus/input/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"

/* Bytes that are read, or unpacked, at a time; and at the very beginning, to
 * see what it is. */
#define INPUT_STEP ((size_t)256 * 1024)
#define INPUT_FIRST ((size_t)64 * 1024)

int input_open(struct input *in, const char *path, struct nh_error *err)
{
    struct stat st;
    memset(in, 0, sizeof *in);
    in->name = path;
    in->patience = -1;
    in->fd = file_descriptor(strcmp(path, "-") == 0
                                 ? dup(STDIN_FILENO)
                                 : open(path, O_RDONLY | O_CLOEXEC));
    if (in->fd < 0)
        return error_errno(err, errno, "open", path);
    if (fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode))
        in->size = (uint64_t)st.st_size;
    in->stage = stage_file(in->fd, in->name, &in->patience, &in->extent);
    return in->stage ? NH_OK : error_nomem(err);
}

int input_open_bytes(struct input *in, const char *name, struct slice bytes,
                     struct nh_error *err)
{
    int rc = input_open_member(in, stage_ahead(NULL, bytes), NULL, name, err);
    in->size = bytes.len;
    return rc;
}

int input_open_member(struct input *in, struct stage *stage,
                      struct input *outer, const char *name,
                      struct nh_error *err)
{
    memset(in, 0, sizeof *in);
    in->stage = stage;
    in->outer = outer;
    in->patience = -1;
    in->fd = -1;
    in->name = name;
    return stage ? NH_OK : error_nomem(err);
}

void input_close(struct input *in)
{
    stage_free(in->stage);
    buf_release(&in->window);
    buf_release(&in->shared);
    buf_release(&in->record);
    memset(in, 0, sizeof *in);
}

bool input_can_seek(const struct input *in)
{
    return in->fd >= 0 && in->size > 0 && in->known && !in->packed;
}

bool input_seek(struct input *in, uint64_t offset)
{
    if (lseek(in->fd, (off_t)(in->begin + offset), SEEK_SET) < 0)
        return false;
    in->extent.sought = true;
    in->start = in->window.len = 0;
    in->offset = offset;
    in->ended = false;
    in->failed = NH_OK;
    return true;
}

/* ---- What it is packed by. */

static bool begins(const struct buf *window, const char *bytes, size_t n)
{
    return window->len >= n && memcmp(window->data, bytes, n) == 0;
}

static struct stage *utf16_little(struct stage *below, const char *name)
{
    (void)name;
    return stage_utf16(below, false);
}

static struct stage *utf16_big(struct stage *below, const char *name)
{
    (void)name;
    return stage_utf16(below, true);
}

/* First bytes, and what is put on top for them. */
static const struct {
    const char *bytes;
    size_t count;
    struct stage *(*stage)(struct stage *below, const char *name);
    bool text; /* what comes out of it is */
} packings[] = {{"\x1f\x8b", 2, stage_gzip, false},
                {"\xFD"
                 "7zXZ",
                 6, stage_unpack, false},
                {"\x28\xB5\x2F\xFD", 4, stage_unpack, false},
                {"BZh", 3, stage_unpack, false},
                {"\xFF\xFE", 2, utf16_little, true},
                {"\xFE\xFF", 2, utf16_big, true},
                {"<\0", 2, utf16_little, true},
                {"\0<", 2, utf16_big, true}};

/* Puts the stage for what the window begins with on top, if there is one. What
 * comes out of it is not looked at again, but for text in UTF-16. */
static int add_stage(struct input *in, struct nh_error *err)
{
    const size_t count = sizeof packings / sizeof *packings;
    const bool again = in->packed;
    in->known = true;
    for (size_t i = 0; i < count; i++) {
        if ((again && !packings[i].text) ||
            !begins(&in->window, packings[i].bytes, packings[i].count))
            continue;
        struct stage *ahead = stage_ahead(
            in->stage, (struct slice){in->window.data, in->window.len});
        struct stage *top = ahead ? packings[i].stage(ahead, in->name) : NULL;
        if (ahead)
            in->stage = top ? top : ahead;
        if (!top)
            return error_nomem(err);
        in->window.len = 0;
        in->ended = false;
        in->packed = true;
        in->known = packings[i].text;
        break;
    }
    return NH_OK;
}

/* A bomb, whatever it is made of. */
static int check_ratio(struct input *in, size_t got, struct nh_error *err)
{
    struct input *file = in;
    while (file->outer)
        file = file->outer;
    if (file != in || in->packed)
        file->unpacked += got;
    const uint64_t disk = file->size ? file->size : file->extent.bytes;
    file->bomb = file->unpacked > INPUT_UNPACKED_FREE &&
                 file->unpacked / INPUT_RATIO_MAX > disk;
    return file->bomb
               ? error_set(err, NH_EIO,
                           "'%s' unpacks to more than %u times its size; the "
                           "rest of it is not read",
                           file->name, INPUT_RATIO_MAX)
               : NH_OK;
}

/* ---- The window. */

/* Reads on. At the very beginning little is read, to see what it is. */
static int read_on(struct input *in, struct nh_error *err)
{
    size_t got;
    const size_t room = in->known ? INPUT_STEP : INPUT_FIRST;
    int rc = in->stage->read(in->stage, in->window.data + in->window.len, room,
                             &got, err);
    if (rc == NH_OK)
        rc = check_ratio(in, got, err);
    if (rc != NH_OK)
        return rc;
    in->window.len += got;
    in->ended = got == 0;
    in->known = in->known || in->offset > 0; /* it was taken as it is */
    if (!in->known && (in->window.len >= 6 || in->ended))
        return add_stage(in, err);
    return NH_OK;
}

static int input_fill(struct input *in, struct nh_error *err)
{
    if (in->failed) {
        if (err)
            *err = in->why;
        return in->failed;
    }
    if (in->start > INPUT_STEP && in->start > in->window.len / 2) {
        in->window.len -= in->start;
        memmove(in->window.data, in->window.data + in->start, in->window.len);
        in->start = 0;
    }
    int rc = buf_reserve(&in->window, INPUT_STEP) ? read_on(in, &in->why)
                                                  : error_nomem(&in->why);
    if (rc != NH_OK && err)
        *err = in->why;
    if (rc != NH_OK && rc != INPUT_IDLE)
        in->failed = rc;
    return rc;
}

static struct slice unread(const struct input *in)
{
    return in->window.data ? (struct slice){in->window.data + in->start,
                                            in->window.len - in->start}
                           : (struct slice){"", 0};
}

int input_peek(struct input *in, size_t want, struct slice *out,
               struct nh_error *err)
{
    while (in->window.len - in->start < want && !in->ended) {
        int rc = input_fill(in, err);
        if (rc != NH_OK)
            return rc;
    }
    *out = unread(in);
    return NH_OK;
}

int input_look(struct input *in, size_t want, struct slice *out,
               struct nh_error *err)
{
    int rc = input_peek(in, want, out, err);
    if (rc == NH_OK || rc == NH_ENOMEM || rc == INPUT_IDLE)
        return rc;
    *out = unread(in);
    return out->len ? NH_OK : rc;
}

int input_byte(struct input *in, size_t at, char *c, struct nh_error *err)
{
    if (at >= in->window.len - in->start) {
        struct slice have;
        int rc = input_peek(in, at + 1, &have, err);
        if (rc != NH_OK)
            return rc;
        if (at >= have.len)
            return 0;
    }
    if (at > INPUT_RECORD_MAX)
        return error_set_at(err, NH_EDATA, in->offset,
                            "a record is longer than %zu MiB",
                            INPUT_RECORD_MAX >> 20);
    *c = in->window.data[in->start + at];
    return 1;
}

void input_skip(struct input *in, size_t bytes)
{
    in->start += bytes;
    in->offset += bytes;
    if (in->start == in->window.len)
        in->start = in->window.len = 0;
}

void input_begin(struct input *in, size_t bytes)
{
    input_skip(in, bytes);
    in->offset -= bytes;
    in->begin += bytes;
}

struct slice input_take(struct input *in, size_t bytes)
{
    const struct slice taken = {unread(in).data, bytes};
    in->start += bytes;
    in->offset += bytes;
    return taken;
}

int input_pass(struct input *in, uint64_t bytes, struct nh_error *err)
{
    struct slice have;
    in->passing += bytes;
    while (in->passing > 0) {
        int rc = input_peek(in, 1, &have, err);
        if (rc != NH_OK)
            return rc;
        if (have.len == 0) {
            in->passing = 0;
            return 0;
        }
        const size_t n =
            have.len < in->passing ? have.len : (size_t)in->passing;
        input_skip(in, n);
        in->passing -= n;
    }
    return 1;
}

int input_give_up(struct input *in, int rc)
{
    if (rc != INPUT_IDLE) {
        input_skip(in, in->window.len - in->start);
        in->ended = true;
    }
    return rc;
}

int input_whole(struct input *in, struct slice *record, uint64_t *offset,
                struct nh_error *err)
{
    int rc = input_peek(in, INPUT_RECORD_MAX + 1, record, err);
    if (rc != NH_OK)
        return rc;
    *offset = in->offset;
    if (record->len > INPUT_RECORD_MAX) {
        /* Nothing behind it could be an article of its own. */
        in->start = in->window.len;
        in->ended = true;
        return error_set_at(err, NH_EDATA, in->offset,
                            "the file is longer than %zu MiB",
                            INPUT_RECORD_MAX >> 20);
    }
    if (record->len == 0)
        return 0;
    in->start = in->window.len; /* the bytes stay in the window */
    in->offset += record->len;
    return 1;
}

/* memmem, which POSIX lacks. */
static const char *find(const char *p, size_t len, const char *needle, size_t n)
{
    const char *end = p + len;
    while ((size_t)(end - p) >= n) {
        p = memchr(p, needle[0], (size_t)(end - p) - n + 1);
        if (!p || memcmp(p, needle, n) == 0)
            return p;
        p++;
    }
    return NULL;
}

int input_find(struct input *in, const char *needle, size_t from, size_t *at,
               struct nh_error *err)
{
    const size_t n = strlen(needle);
    for (;;) {
        struct slice have = unread(in);
        if (have.len > from) {
            const char *hit =
                find(have.data + from, have.len - from, needle, n);
            if (hit) {
                *at = (size_t)(hit - have.data);
                return 1;
            }
            if (have.len - from >= n)
                from = have.len - n + 1;
        }
        if (in->ended) {
            *at = have.len;
            return 0;
        }
        if (have.len > INPUT_RECORD_MAX)
            return error_set_at(err, NH_EDATA, in->offset,
                                "a record is longer than %zu MiB",
                                INPUT_RECORD_MAX >> 20);
        int rc = input_fill(in, err);
        if (rc != NH_OK)
            return rc;
    }
}
