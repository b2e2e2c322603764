/* Owns the tombstone file. Promises ascending numbers or an error. */
#include "common/store/tombstones.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/hash.h"

#define TOMBSTONES_MAGIC "NHTOMBS1"

void tombstones_write(const uint32_t *docids, size_t count, struct buf *out)
{
    size_t start = out->len;
    buf_append_str(out, TOMBSTONES_MAGIC);
    buf_append_le(out, count, 4);
    for (size_t i = 0; i < count; i++)
        buf_append_le(out, docids[i], 4);
    if (!out->failed)
        buf_append_le(out, hash64(out->data + start, out->len - start), 8);
}

static bool parse(const struct file_map *map, uint32_t first, uint32_t last,
                  uint32_t *list, size_t count)
{
    const uint8_t *p = map->data + 12;
    if (hash64(map->data, map->size - 8) !=
        le_read(map->data + map->size - 8, 8))
        return false;
    for (size_t i = 0; i < count; i++) {
        list[i] = (uint32_t)le_read(p + i * 4, 4);
        if (list[i] < first || list[i] > last ||
            (i > 0 && list[i] <= list[i - 1]))
            return false;
    }
    return true;
}

int tombstones_read(const char *path, uint32_t first, uint32_t last,
                    uint32_t **docids, size_t *count, struct nh_error *err)
{
    struct file_map map;
    *docids = NULL;
    *count = 0;
    int rc = file_map_open(&map, path, err);
    if (rc != NH_OK)
        return rc;
    bool good = map.size >= 20 && memcmp(map.data, TOMBSTONES_MAGIC, 8) == 0;
    size_t n = good ? (size_t)le_read(map.data + 8, 4) : 0;
    good = good && map.size == 20 + n * 4;
    uint32_t *list = good ? malloc((n + 1) * sizeof *list) : NULL;
    if (good && !list)
        rc = error_nomem(err);
    else if (!good || !parse(&map, first, last, list, n))
        rc = error_set(err, NH_ECORRUPT, "the tombstone file '%s' is damaged",
                       path);
    file_map_close(&map);
    if (rc != NH_OK) {
        free(list);
        return rc;
    }
    *docids = list;
    *count = n;
    return NH_OK;
}
