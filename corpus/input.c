/* Owns the reading of input files.
 * Promises bounded memory and that a cut or damaged gzip file is reported. */
#include "corpus/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

/* Bytes that are read, or unpacked, at a time. */
#define INPUT_STEP ((size_t)256 * 1024)
#define PACKED_STEP 65536u

/* What unpacking gzip needs. */
struct unpacker {
    z_stream z;
    bool between; /* no member has begun, or the last one ended */
    unsigned char bytes[PACKED_STEP];
};

int input_open(struct input *in, const char *path, struct nh_error *err)
{
    struct stat st;
    memset(in, 0, sizeof *in);
    in->name = path;
    in->patience = -1;
    in->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
                                    : open(path, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0)
        return error_errno(err, errno, "open", path);
    in->open = true;
    if (fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode))
        in->size = (uint64_t)st.st_size;
    return NH_OK;
}

void input_close(struct input *in)
{
    if (in->unpacker)
        inflateEnd(&in->unpacker->z);
    free(in->unpacker);
    if (in->open)
        close(in->fd);
    buf_release(&in->window);
    buf_release(&in->shared);
    buf_release(&in->record);
    memset(in, 0, sizeof *in);
}

uint64_t input_consumed(const struct input *in)
{
    return in->read - (in->unpacker ? in->unpacker->z.avail_in : 0);
}

/* Reads some bytes; *got is 0 at the end. */
static int read_some(struct input *in, void *to, size_t room, size_t *got,
                     struct nh_error *err)
{
    struct pollfd ready = {in->fd, POLLIN, 0};
    ssize_t n;
    *got = 0;
    if (in->patience >= 0 && poll(&ready, 1, in->patience) == 0)
        return INPUT_IDLE;
    do
        n = read(in->fd, to, room);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_errno(err, errno, "read", in->name);
    *got = (size_t)n;
    in->read += (uint64_t)n;
    return NH_OK;
}

/* ---- gzip: RFC 1952. */

static int unpack_error(const struct input *in, const char *why,
                        struct nh_error *err)
{
    return error_set(err, NH_EIO, "cannot unpack '%s': %s", in->name, why);
}

/* Packed bytes, `least` at least, unless the file ends before. */
static int fill_packed(struct input *in, unsigned least, struct nh_error *err)
{
    struct unpacker *u = in->unpacker;
    while (u->z.avail_in < least) {
        size_t got;
        if (u->z.avail_in)
            memmove(u->bytes, u->z.next_in, u->z.avail_in);
        u->z.next_in = u->bytes;
        int rc = read_some(in, u->bytes + u->z.avail_in,
                           PACKED_STEP - u->z.avail_in, &got, err);
        if (rc != NH_OK || got == 0)
            return rc;
        u->z.avail_in += (unsigned)got;
    }
    return NH_OK;
}

static bool starts_member(const unsigned char *bytes, size_t count)
{
    return count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/* Unpacks up to INPUT_STEP bytes, for which the window has room. */
static int unpack(struct input *in, struct nh_error *err)
{
    struct unpacker *u = in->unpacker;
    int rc = fill_packed(in, u->between ? 2 : 1, err);
    if (rc != NH_OK)
        return rc;
    if (u->between) {
        /* What stands behind the last member is none of the file's. */
        if (!starts_member(u->z.next_in, u->z.avail_in)) {
            in->ended = true;
            return NH_OK;
        }
        inflateReset(&u->z);
        u->between = false;
    }
    if (u->z.avail_in == 0)
        return unpack_error(in, "the file is cut short", err);
    u->z.next_out = (unsigned char *)in->window.data + in->window.len;
    u->z.avail_out = (unsigned)INPUT_STEP;
    const int code = inflate(&u->z, Z_NO_FLUSH);
    in->window.len += INPUT_STEP - u->z.avail_out;
    u->between = code == Z_STREAM_END;
    if (code == Z_MEM_ERROR)
        return error_nomem(err);
    return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR
               ? NH_OK
               : unpack_error(in, u->z.msg ? u->z.msg : "it is damaged", err);
}

/* Takes what the window has as the beginning of a packed file. */
static int start_unpacking(struct input *in, struct nh_error *err)
{
    struct unpacker *u = calloc(1, sizeof *u);
    if (!u)
        return error_nomem(err);
    if (inflateInit2(&u->z, 16 + MAX_WBITS) != Z_OK) {
        free(u);
        return error_nomem(err);
    }
    in->unpacker = u;
    u->between = true;
    u->z.next_in = u->bytes;
    u->z.avail_in = (unsigned)in->window.len;
    memcpy(u->bytes, in->window.data, in->window.len);
    in->window.len = 0;
    return NH_OK;
}

/* ---- The window. */

/* Reads on. At the very beginning little is read, to see what it is. */
static int read_on(struct input *in, struct nh_error *err)
{
    size_t got;
    const size_t room = in->known ? INPUT_STEP : PACKED_STEP - in->window.len;
    int rc = read_some(in, in->window.data + in->window.len, room, &got, err);
    if (rc != NH_OK)
        return rc;
    in->window.len += got;
    in->ended = got == 0;
    if (!in->known && (in->window.len >= 2 || in->ended)) {
        in->known = true;
        if (starts_member((unsigned char *)in->window.data, in->window.len)) {
            in->ended = false;
            return start_unpacking(in, err);
        }
    }
    return NH_OK;
}

static int input_fill(struct input *in, struct nh_error *err)
{
    if (in->start > INPUT_STEP && in->start > in->window.len / 2) {
        in->window.len -= in->start;
        memmove(in->window.data, in->window.data + in->start, in->window.len);
        in->start = 0;
    }
    if (!buf_reserve(&in->window, INPUT_STEP))
        return error_nomem(err);
    int rc = in->unpacker ? unpack(in, err) : read_on(in, err);
    if (rc != NH_OK && rc != INPUT_IDLE)
        in->ended = true;
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

int input_give_up(struct input *in, int rc)
{
    if (rc != INPUT_IDLE) {
        input_skip(in, in->window.len - in->start);
        in->ended = true;
    }
    return rc;
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
