/* Owns the form of files with rules.
 * Promises that no line is longer than the file, which has a limit. */
#include "searcher/index/rules_file.h"

#include <string.h>

#include "common/base/file.h"

int rules_file_read(const char *dir, const char *name, struct buf *path,
                    struct buf *text, struct nh_error *err)
{
    struct file_map map;
    const char *full = file_join(path, dir, name);
    int rc = full ? file_map_open(&map, full, err) : error_nomem(err);
    if (rc != NH_OK)
        return rc;
    if (map.size > RULES_BYTES_MAX)
        rc = error_set(err, NH_EDATA, "'%s' has more than %zu bytes", full,
                       RULES_BYTES_MAX);
    else
        buf_append(text, map.data, map.size);
    file_map_close(&map);
    return text->failed ? error_nomem(err) : rc;
}

struct slice rules_file_start(struct slice text)
{
    const size_t skip =
        text.len >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    return (struct slice){text.data + skip, text.len - skip};
}

bool rules_file_line(struct slice *text, struct slice *line)
{
    if (text->len == 0)
        return false;
    const char *end = memchr(text->data, '\n', text->len);
    *line = (struct slice){text->data,
                           end ? (size_t)(end - text->data) : text->len};
    const size_t used = line->len + (end ? 1 : 0);
    text->data += used;
    text->len -= used;
    return true;
}

struct slice rule_word(struct slice *line)
{
    size_t len = 0;
    *line = slice_trim(*line);
    while (len < line->len && line->data[len] >= 'a' && line->data[len] <= 'z')
        len++;
    const struct slice word = {line->data, len};
    line->data += len;
    line->len -= len;
    return word;
}

bool rule_sign(struct slice *line, char sign)
{
    *line = slice_trim(*line);
    if (line->len == 0 || line->data[0] != sign)
        return false;
    line->data++;
    line->len--;
    return true;
}

const char *rule_name(struct slice *line, struct buf *text)
{
    buf_reset(text);
    if (!rule_sign(line, '"'))
        return "a name in quotes belongs here";
    while (line->len && line->data[0] != '"') {
        const size_t skip = line->data[0] == '\\' && line->len > 1;
        buf_append_byte(text, (uint8_t)line->data[skip]);
        line->data += 1 + skip;
        line->len -= 1 + skip;
    }
    return rule_sign(line, '"') ? NULL : "the name has no closing quote";
}

bool rule_ends(struct slice *line)
{
    *line = slice_trim(*line);
    return line->len == 0 || line->data[0] == '#';
}
