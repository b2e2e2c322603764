/* Owns the reading of input files.
 * Promises bounded memory and that a cut or damaged gzip file is reported. */
#include "corpus/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#define INPUT_STEP ((size_t)256 * 1024)

int input_open(struct input *in, const char *path, struct nh_error *err)
{
    struct stat st;
    memset(in, 0, sizeof *in);
    in->name = path;
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
                                    : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno, "open", path);
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        in->size = (uint64_t)st.st_size;
    in->gz = gzdopen(fd, "rb");
    if (!in->gz) {
        close(fd);
        return error_nomem(err);
    }
    gzbuffer(in->gz, 128 * 1024);
    return NH_OK;
}

void input_close(struct input *in)
{
    if (in->gz)
        gzclose_r(in->gz);
    buf_release(&in->window);
    memset(in, 0, sizeof *in);
}

uint64_t input_consumed(const struct input *in)
{
    z_off_t at = in->gz ? gzoffset(in->gz) : -1;
    return at < 0 ? 0 : (uint64_t)at;
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
    int got =
        gzread(in->gz, in->window.data + in->window.len, (unsigned)INPUT_STEP);
    if (got < 0) {
        int code;
        const char *text = gzerror(in->gz, &code);
        in->ended = true;
        if (code == Z_ERRNO)
            return error_errno(err, errno, "read", in->name);
        return error_set(err, NH_EIO, "cannot unpack '%s': %s", in->name, text);
    }
    in->window.len += (size_t)got;
    if (got > 0)
        return NH_OK;
    in->ended = true;
    int code;
    gzerror(in->gz, &code);
    return code == Z_BUF_ERROR ? error_set(err, NH_EIO,
                                           "cannot unpack '%s': the file is "
                                           "cut short",
                                           in->name)
                               : NH_OK;
}

static struct slice unread(const struct input *in)
{
    return (struct slice){in->window.data + in->start,
                          in->window.len - in->start};
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

void input_skip(struct input *in, size_t bytes)
{
    in->start += bytes;
    in->offset += bytes;
    if (in->start == in->window.len)
        in->start = in->window.len = 0;
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
