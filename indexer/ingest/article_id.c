/* Owns the making of ids. Promises one that is never empty, and different ones
 * for different ids of the input. */
#include "indexer/ingest/article_id.h"

#include <inttypes.h>

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
        buf_append(scratch, id.data, id.len);
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
