/* Owns growable buffers, slices and the two integer encodings.
 * Promises that a failed append leaves the earlier contents intact. */
#include "common/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void buf_release(struct buf *b)
{
    if (!b)
        return;
    free(b->data);
    *b = (struct buf)BUF_INIT;
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = false;
}

bool buf_reserve(struct buf *b, size_t more)
{
    if (b->failed)
        return false;
    if (more <= b->cap - b->len)
        return true;
    if (more > BUF_MAX - b->len) {
        b->failed = true;
        return false;
    }
    size_t cap = b->cap ? b->cap : 64;
    while (cap < b->len + more)
        cap *= 2;
    char *data = realloc(b->data, cap);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->cap = cap;
    return true;
}

void buf_append(struct buf *b, const void *data, size_t len)
{
    if (len == 0 || !buf_reserve(b, len))
        return;
    memcpy(b->data + b->len, data, len);
    b->len += len;
}

void buf_append_str(struct buf *b, const char *s)
{
    buf_append(b, s, strlen(s));
}

void buf_append_byte(struct buf *b, uint8_t byte)
{
    if (buf_reserve(b, 1))
        b->data[b->len++] = (char)byte;
}

void buf_append_varint(struct buf *b, uint64_t value)
{
    while (value >= 0x80) {
        buf_append_byte(b, (uint8_t)(value | 0x80));
        value >>= 7;
    }
    buf_append_byte(b, (uint8_t)value);
}

void buf_append_le(struct buf *b, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_append_byte(b, (uint8_t)(value >> (8 * i)));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (need < 0)
        b->failed = true;
    else if (buf_reserve(b, (size_t)need + 1)) {
        vsnprintf(b->data + b->len, (size_t)need + 1, format, again);
        b->len += (size_t)need;
    }
    va_end(again);
}

const char *buf_cstr(struct buf *b)
{
    if (!buf_reserve(b, 1))
        return NULL;
    b->data[b->len] = '\0';
    return b->data;
}

void *array_grow(void *items, size_t *cap, size_t size)
{
    size_t more = *cap ? *cap * 2 : 16;
    if (more > SIZE_MAX / size)
        return NULL;
    void *moved = realloc(items, more * size);
    if (moved)
        *cap = more;
    return moved;
}

void *array_reserve(void *items, size_t *cap, size_t need, size_t size)
{
    if (items && need <= *cap)
        return items;
    size_t more = *cap ? *cap : 16;
    while (more < need)
        more = more > SIZE_MAX / 2 ? need : more * 2;
    if (more > SIZE_MAX / size)
        return NULL;
    void *moved = realloc(items, more * size);
    if (moved)
        *cap = more;
    return moved;
}

struct slice slice_of(const char *s)
{
    return (struct slice){s, strlen(s)};
}

bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int slice_order(struct slice a, struct slice b)
{
    const size_t common = a.len < b.len ? a.len : b.len;
    const int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool slice_starts(struct slice s, const char *with)
{
    const size_t n = strlen(with);
    return s.len >= n && strncasecmp(s.data, with, n) == 0;
}

struct slice slice_trim(struct slice s)
{
    while (s.len && is_space(s.data[0]))
        s.data++, s.len--;
    while (s.len && is_space(s.data[s.len - 1]))
        s.len--;
    return s;
}

struct slice slice_word(struct slice *rest)
{
    while (rest->len && *rest->data == ' ')
        rest->data++, rest->len--;
    const char *space = rest->len ? memchr(rest->data, ' ', rest->len) : NULL;
    struct slice word = {rest->data,
                         space ? (size_t)(space - rest->data) : rest->len};
    rest->data += word.len;
    rest->len -= word.len;
    return word;
}

bool varint_read(const uint8_t **p, const uint8_t *end, uint64_t *value)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64 && *p < end; shift += 7) {
        uint8_t byte = *(*p)++;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *value = v;
            return true;
        }
    }
    return false;
}

uint64_t le_read(const uint8_t *p, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}
