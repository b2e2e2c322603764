/* Owns the dates that matches are sorted by. Promises that few of them cost
 * little, and many no more than reading all once. */
#include "common/store/date_column.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/error.h"
#include "common/text/date.h"
#include "common/text/schema.h"

/* One date alone costs as much as so many where all are read, for a block is
 * found, copied and read up to it, unless its neighbours are asked for too: a
 * first pass, maybe the only one of the process, is taken to be so. */
#define ONE_COSTS 16

static void release_bounds(struct date_bounds *b)
{
    if (b->blocks)
        free(b->blocks - 1);
    *b = (struct date_bounds){NULL, NULL};
}

void date_column_release(struct date_column *c)
{
    date_column_end(c);
    free(c->all);
    release_bounds(&c->newest);
    release_bounds(&c->oldest);
    c->all = NULL;
}

void date_column_end(struct date_column *c)
{
    glass_values_release(&c->values);
    memset(&c->values, 0, sizeof c->values);
}

/* Moves to the first date from `docid` on: 1; 0 at the end. */
static int seek(struct date_column *c, uint32_t docid, struct nh_error *err)
{
    const int found = glass_values_seek(&c->values, docid, err);
    if (found == 0)
        c->at = UINT32_MAX;
    if (found <= 0)
        return found;
    c->at = c->values.docid;
    const struct slice value = c->values.value;
    if (value.len == DATE_SORTABLE)
        c->there = date_of_sortable(value.data);
    if (value.len != DATE_SORTABLE || !date_seconds_valid(c->there))
        return error_set(err, NH_ECORRUPT,
                         "the date of article number %u is damaged",
                         (unsigned)c->at);
    return 1;
}

/* False if memory ran out. */
static bool set_bounds(struct date_bounds *b, const int64_t *dates,
                       size_t count, int64_t sign)
{
    const size_t blocks = (count + DATE_COLUMN_BLOCK - 1) / DATE_COLUMN_BLOCK,
                 groups = blocks / DATE_COLUMN_GROUP + 1,
                 all = 1 + blocks + 1 + groups;
    int64_t *bounds = malloc(all * sizeof *bounds);
    if (!bounds)
        return false;
    for (size_t i = 0; i < all; i++)
        bounds[i] = DATE_COLUMN_NONE;
    *b = (struct date_bounds){bounds + 1, bounds + 1 + blocks + 1};
    for (size_t i = 0; i < count; i++) {
        int64_t *block = &b->blocks[i / DATE_COLUMN_BLOCK];
        if (dates[i] != DATE_COLUMN_NONE && sign * dates[i] > *block)
            *block = sign * dates[i];
    }
    for (size_t i = 0; i < blocks; i++) /* the last is before the next, too */
        for (size_t k = i; k <= i + 1; k++) {
            int64_t *group = &b->groups[k / DATE_COLUMN_GROUP];
            if (k / DATE_COLUMN_GROUP < groups && b->blocks[i] > *group)
                *group = b->blocks[i];
        }
    return true;
}

int date_column_read(struct date_column *c, const struct glass_reader *glass,
                     uint32_t first, uint32_t last, struct nh_error *err)
{
    const size_t count = (size_t)(last - first) + 1;
    int found;
    if (c->all)
        return NH_OK;
    c->at = 0;
    int64_t *all = malloc(count * sizeof *all);
    if (!all)
        return error_nomem(err);
    for (size_t i = 0; i < count; i++)
        all[i] = DATE_COLUMN_NONE;
    glass_values_init(&c->values, glass, SCHEMA_DATE_SLOT);
    while ((found = seek(c, c->at + 1, err)) == 1)
        if (c->at >= first && c->at <= last)
            all[c->at - first] = c->there;
    date_column_end(c);
    int rc = found < 0 ? found : NH_OK;
    if (rc == NH_OK && (!set_bounds(&c->newest, all, count, 1) ||
                        !set_bounds(&c->oldest, all, count, -1)))
        rc = error_nomem(err);
    c->all = all;
    if (rc != NH_OK)
        date_column_release(c);
    return rc;
}

int date_column_begin(struct date_column *c, const struct glass_reader *glass,
                      uint32_t first, uint32_t last, uint32_t count,
                      struct nh_error *err)
{
    c->at = 0;
    if (c->all)
        return NH_OK;
    const bool all = c->asked + count > last - first;
    c->asked += ((uint64_t)count + 1) * ONE_COSTS;
    if (all)
        return date_column_read(c, glass, first, last, err);
    glass_values_init(&c->values, glass, SCHEMA_DATE_SLOT);
    return NH_OK;
}

int date_column_get(struct date_column *c, uint32_t first, uint32_t docid,
                    int64_t *date, struct nh_error *err)
{
    int found = 0;
    if (c->all) {
        *date = c->all[docid - first];
        return NH_OK;
    }
    if (c->at < docid)
        found = seek(c, docid, err);
    *date = c->at == docid ? c->there : DATE_COLUMN_NONE;
    return found < 0 ? found : NH_OK;
}
