/* Owns the reading of header fields. */
#include "corpus/markup/headers.h"

#include <string.h>
#include <strings.h>

/* Behind the line end at or after a place. */
static size_t line_end(struct slice text, size_t at)
{
    const char *end = memchr(text.data + at, '\n', text.len - at);
    return end ? (size_t)(end - text.data) + 1 : text.len;
}

static bool is_empty_line(struct slice text, size_t at)
{
    return at < text.len && (text.data[at] == '\n' ||
                             (text.data[at] == '\r' && at + 1 < text.len &&
                              text.data[at + 1] == '\n'));
}

size_t headers_length(struct slice text)
{
    for (size_t at = 0; at < text.len; at = line_end(text, at))
        if (is_empty_line(text, at))
            return line_end(text, at);
    return text.len;
}

bool headers_next(struct slice *block, struct slice *name, struct slice *value)
{
    while (block->len > 0 && !is_empty_line(*block, 0)) {
        size_t end = line_end(*block, 0);
        while (end < block->len &&
               (block->data[end] == ' ' || block->data[end] == '\t'))
            end = line_end(*block, end);
        const char *line = block->data;
        const char *colon = memchr(line, ':', end);
        block->data += end;
        block->len -= end;
        if (!colon)
            continue;
        const size_t n = (size_t)(colon - line);
        *name = slice_trim((struct slice){line, n});
        *value = slice_trim((struct slice){colon + 1, end - n - 1});
        return true;
    }
    return false;
}

static bool same(struct slice a, const char *b)
{
    return a.len == strlen(b) && strncasecmp(a.data, b, a.len) == 0;
}

struct slice headers_find(struct slice block, const char *name)
{
    struct slice key, value;
    while (headers_next(&block, &key, &value))
        if (same(key, name))
            return value;
    return (struct slice){"", 0};
}

/* Up to the next ; that is not quoted. */
static struct slice next_part(struct slice *value)
{
    size_t n = 0;
    for (bool quoted = false;
         n < value->len && (quoted || value->data[n] != ';'); n++)
        quoted = quoted != (value->data[n] == '"');
    const struct slice part = slice_trim((struct slice){value->data, n});
    const size_t more = n < value->len;
    value->data += n + more;
    value->len -= n + more;
    return part;
}

struct slice headers_parameter(struct slice value, const char *name)
{
    next_part(&value);
    while (value.len) {
        const struct slice part = next_part(&value);
        const char *equals = part.len ? memchr(part.data, '=', part.len) : NULL;
        const size_t n = equals ? (size_t)(equals - part.data) : 0;
        if (!equals || !same(slice_trim((struct slice){part.data, n}), name))
            continue;
        struct slice got =
            slice_trim((struct slice){equals + 1, part.len - n - 1});
        if (got.len > 1 && got.data[0] == '"' && got.data[got.len - 1] == '"')
            got = (struct slice){got.data + 1, got.len - 2};
        return got;
    }
    return (struct slice){"", 0};
}

bool headers_is(struct slice value, const char *type)
{
    return same(next_part(&value), type);
}
