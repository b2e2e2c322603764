/* Owns columns of names. Promises the values in the order of the records. */
#include "common/store/name_column.h"

#include <stdlib.h>

void name_column_release(struct name_column *c)
{
    free(c->starts);
    free(c->names);
    *c = (struct name_column){NULL, NULL};
}

/* Appends the names of one article. */
static int add_article(struct name_column *c, size_t *count, size_t *cap,
                       const struct articles *a, uint32_t docid,
                       enum field field, struct nh_error *err)
{
    struct article_record record;
    struct article_values values;
    struct article_value v;
    struct nh_date date;
    uint32_t name;
    int more;
    int rc = articles_record(a, docid, &record, err);
    if (rc == NH_OK)
        rc = article_values_begin(&values, a, &record, &date, err);
    if (rc != NH_OK)
        return rc;
    while ((more = article_values_next(&values, NULL, &v, &name, err)) == 1) {
        if (v.field != field)
            continue;
        if (*count == *cap) {
            uint32_t *names = array_grow(c->names, cap, sizeof *names);
            if (!names)
                return error_nomem(err);
            c->names = names;
        }
        c->names[(*count)++] = name;
    }
    return more;
}

int name_column_read(struct name_column *c, const struct articles *a,
                     enum field field, struct nh_error *err)
{
    size_t count = 0, cap = 0;
    int rc = NH_OK;
    if (c->starts)
        return NH_OK;
    c->starts = malloc(((size_t)a->slots + 1) * sizeof *c->starts);
    if (!c->starts)
        return error_nomem(err);
    for (uint32_t k = 0; rc == NH_OK && k < a->slots; k++) {
        c->starts[k] = (uint32_t)count;
        if (articles_has(a, a->first + k))
            rc = add_article(c, &count, &cap, a, a->first + k, field, err);
        if (rc == NH_OK && count > UINT32_MAX)
            rc = error_nomem(err);
    }
    c->starts[a->slots] = (uint32_t)count;
    if (rc != NH_OK)
        name_column_release(c);
    return rc;
}
