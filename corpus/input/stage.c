/* Owns the stages that need nobody's library but zlib.
 * Promises that a cut or damaged gzip file is reported. */
#include "corpus/input/stage.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "common/base/hash.h"
#include "common/base/utf8.h"

/* Bytes that a stage takes from below at a time. */
#define STEP 65536u

void stage_free(struct stage *top)
{
    while (top) {
        struct stage *below = top->below;
        top->free(top);
        top = below;
    }
}

/* ---- A file. */

struct file_stage {
    struct stage stage;
    int fd;
    const int *patience;
    const char *name;
    struct stage_extent *extent;
    struct hasher hasher;
};

static int file_read(struct stage *s, char *to, size_t room, size_t *got,
                     struct nh_error *err)
{
    struct file_stage *f = (struct file_stage *)s;
    struct pollfd ready = {f->fd, POLLIN, 0};
    ssize_t n;
    *got = 0;
    if (*f->patience >= 0 && poll(&ready, 1, *f->patience) == 0)
        return INPUT_IDLE;
    do
        n = read(f->fd, to, room);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_errno(err, errno, "read", f->name);
    *got = (size_t)n;
    f->extent->bytes += (uint64_t)n;
    if (n > 0)
        hash_more(&f->hasher, to, (size_t)n);
    else if (!f->extent->sought) {
        f->extent->hash = hash_end(&f->hasher);
        f->extent->whole = true;
    }
    return NH_OK;
}

static void file_free(struct stage *s)
{
    close(((struct file_stage *)s)->fd);
    free(s);
}

struct stage *stage_file(int fd, const char *name, const int *patience,
                         struct stage_extent *extent)
{
    struct file_stage *f =
        aligned_alloc(_Alignof(struct file_stage), sizeof *f);
    if (!f) {
        close(fd);
        return NULL;
    }
    f->stage = (struct stage){file_read, file_free, NULL};
    f->fd = fd;
    f->patience = patience;
    f->name = name;
    f->extent = extent;
    hash_start(&f->hasher);
    return &f->stage;
}

/* ---- What was looked at already. */

struct ahead_stage {
    struct stage stage;
    size_t at, len;
    char bytes[];
};

static int ahead_read(struct stage *s, char *to, size_t room, size_t *got,
                      struct nh_error *err)
{
    struct ahead_stage *a = (struct ahead_stage *)s;
    if (a->at == a->len && s->below)
        return s->below->read(s->below, to, room, got, err);
    *got = room < a->len - a->at ? room : a->len - a->at;
    memcpy(to, a->bytes + a->at, *got);
    a->at += *got;
    return NH_OK;
}

static void plain_free(struct stage *s)
{
    free(s);
}

struct stage *stage_ahead(struct stage *below, struct slice bytes)
{
    struct ahead_stage *a = malloc(sizeof *a + bytes.len);
    if (!a)
        return NULL;
    a->stage = (struct stage){ahead_read, plain_free, below};
    a->at = 0;
    a->len = bytes.len;
    memcpy(a->bytes, bytes.data, bytes.len);
    return &a->stage;
}

/* ---- gzip. */

struct gzip_stage {
    struct stage stage;
    const char *name;
    z_stream z;
    bool members; /* there may be any number of them */
    bool between; /* none has begun, or the last one ended */
    bool ended;
    unsigned char bytes[STEP];
};

static int gzip_error(const struct gzip_stage *g, const char *why,
                      struct nh_error *err)
{
    return error_set(err, NH_EIO, "cannot unpack '%s': %s", g->name, why);
}

/* Packed bytes, `least` at least, unless the file ends before. */
static int fill_packed(struct gzip_stage *g, unsigned least,
                       struct nh_error *err)
{
    struct stage *below = g->stage.below;
    while (g->z.avail_in < least) {
        size_t got;
        if (g->z.avail_in)
            memmove(g->bytes, g->z.next_in, g->z.avail_in);
        g->z.next_in = g->bytes;
        int rc = below->read(below, (char *)g->bytes + g->z.avail_in,
                             STEP - g->z.avail_in, &got, err);
        if (rc != NH_OK || got == 0)
            return rc;
        g->z.avail_in += (unsigned)got;
    }
    return NH_OK;
}

static bool starts_member(const unsigned char *bytes, size_t count)
{
    return count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/* One step of it: what stands in *got may be nothing without an end. */
static int gzip_step(struct gzip_stage *g, char *to, size_t room, size_t *got,
                     struct nh_error *err)
{
    int rc = fill_packed(g, g->between ? 2 : 1, err);
    if (rc != NH_OK)
        return rc;
    if (g->between) {
        /* What stands behind the last member is none of the file's. */
        if (!starts_member(g->z.next_in, g->z.avail_in)) {
            g->ended = true;
            return NH_OK;
        }
        inflateReset(&g->z);
        g->between = false;
    }
    if (g->z.avail_in == 0)
        return gzip_error(g, "the file is cut short", err);
    g->z.next_out = (unsigned char *)to;
    g->z.avail_out = (unsigned)room;
    const int code = inflate(&g->z, Z_NO_FLUSH);
    *got = room - g->z.avail_out;
    g->between = code == Z_STREAM_END;
    g->ended = g->between && !g->members;
    if (code == Z_MEM_ERROR)
        return error_nomem(err);
    return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR
               ? NH_OK
               : gzip_error(g, g->z.msg ? g->z.msg : "it is damaged", err);
}

static int gzip_read(struct stage *s, char *to, size_t room, size_t *got,
                     struct nh_error *err)
{
    struct gzip_stage *g = (struct gzip_stage *)s;
    int rc = NH_OK;
    *got = 0;
    while (rc == NH_OK && *got == 0 && !g->ended)
        rc = gzip_step(g, to, room < UINT32_MAX ? room : UINT32_MAX, got, err);
    return rc;
}

static void gzip_free(struct stage *s)
{
    inflateEnd(&((struct gzip_stage *)s)->z);
    free(s);
}

static struct stage *new_gzip(struct stage *below, const char *name, int bits)
{
    struct gzip_stage *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    if (inflateInit2(&g->z, bits) != Z_OK) {
        free(g);
        return NULL;
    }
    g->stage = (struct stage){gzip_read, gzip_free, below};
    g->name = name;
    g->between = g->members = bits > MAX_WBITS;
    return &g->stage;
}

struct stage *stage_gzip(struct stage *below, const char *name)
{
    return new_gzip(below, name, 16 + MAX_WBITS);
}

struct stage *stage_zlib(struct stage *below, const char *name)
{
    return new_gzip(below, name, MAX_WBITS);
}

struct stage *stage_deflate(struct stage *below, const char *name)
{
    return new_gzip(below, name, -MAX_WBITS);
}

/* ---- UTF-16. */

struct utf16_stage {
    struct stage stage;
    bool big_endian, begun, ended;
    uint32_t lead; /* first half of a pair, or 0 */
    size_t at, len;
    unsigned char bytes[4096];
};

#define REPLACEMENT 0xFFFDu

/* Units that are there; an odd byte at the end of the file is dropped. */
static int fill_units(struct utf16_stage *u, struct nh_error *err)
{
    struct stage *below = u->stage.below;
    while (u->len - u->at < 2 && !u->ended) {
        size_t got;
        memmove(u->bytes, u->bytes + u->at, u->len - u->at);
        u->len -= u->at;
        u->at = 0;
        int rc = below->read(below, (char *)u->bytes + u->len,
                             sizeof u->bytes - u->len, &got, err);
        if (rc != NH_OK)
            return rc;
        u->len += got;
        u->ended = got == 0;
    }
    return NH_OK;
}

/* The next character, or 0 if the first half of one was read. */
static uint32_t next_character(struct utf16_stage *u)
{
    const unsigned char *p = u->bytes + u->at;
    const uint32_t unit =
        u->big_endian ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    uint32_t c = unit;
    if (u->lead) { /* an unpaired half is read before what is not its other */
        c = low ? 0x10000 + ((u->lead - 0xD800) << 10) + (unit - 0xDC00)
                : REPLACEMENT;
        u->lead = 0;
        u->at += low ? 2 : 0;
        return c;
    }
    u->at += 2;
    if (unit >= 0xD800 && unit < 0xDC00) {
        u->lead = unit;
        return 0;
    }
    return low ? REPLACEMENT : c;
}

static int utf16_read(struct stage *s, char *to, size_t room, size_t *got,
                      struct nh_error *err)
{
    struct utf16_stage *u = (struct utf16_stage *)s;
    *got = 0;
    while (*got == 0) {
        int rc = fill_units(u, err);
        if (rc != NH_OK)
            return rc;
        if (u->len - u->at < 2) {
            if (u->lead)
                *got = utf8_encode(REPLACEMENT, to);
            u->lead = 0;
            return NH_OK;
        }
        while (u->len - u->at >= 2 && room - *got >= 4) {
            const bool half = u->lead != 0;
            const uint32_t c = next_character(u);
            const bool mark = !u->begun && c == 0xFEFF;
            u->begun = true;
            if (!mark && (c || (!half && !u->lead)))
                *got += utf8_encode(c, to + *got);
        }
    }
    return NH_OK;
}

struct stage *stage_utf16(struct stage *below, bool big_endian)
{
    struct utf16_stage *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    u->stage = (struct stage){utf16_read, plain_free, below};
    u->big_endian = big_endian;
    return &u->stage;
}
