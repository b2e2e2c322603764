/* Owns the making of ids. Promises one without white space, never empty. */
#include "indexer/ingest/article_id.h"

#include <inttypes.h>

static void encode(struct slice id, struct buf *out)
{
    for (size_t i = 0; i < id.len; i++) {
        unsigned char c = (unsigned char)id.data[i];
        if (c <= ' ' || c == 0x7f)
            buf_printf(out, "%%%02X", c);
        else
            buf_append_byte(out, c);
    }
}

int article_id_assign(struct article *a, const char *path,
                      const char *collection, struct buf *scratch,
                      struct nh_error *err)
{
    struct slice id = article_get(a, FIELD_ID);
    bool given = id.len > 0;
    if (id.len == 0)
        id = article_get(a, FIELD_URL);
    if (id.len == 0)
        id = slice_of(path);
    buf_reset(scratch);
    if (collection)
        buf_printf(scratch, "%s:", collection);
    if (id.len)
        encode(id, scratch);
    else
        buf_printf(scratch, "%016" PRIx64, article_hash(a));
    if (scratch->failed)
        return error_nomem(err);
    struct slice made = {scratch->data, scratch->len};
    if (given) { /* ids come first among the values */
        char *copy = arena_copy(&a->arena, made.data, made.len);
        if (!copy)
            return error_nomem(err);
        a->values[0].text = (struct slice){copy, made.len};
        return NH_OK;
    }
    return article_add(a, FIELD_ID, made) ? NH_OK : error_nomem(err);
}
