/* The values that the articles of a segment have in one field, as numbers of
 * names: what facets count, in memory, once it is worth reading all records. */
#ifndef COMMON_STORE_NAME_COLUMN_H
#define COMMON_STORE_NAME_COLUMN_H

#include "common/store/articles.h"

/* Zero-initialise before first use. */
struct name_column {
    uint32_t *starts; /* of the k-th article's names, and the end; or NULL */
    uint32_t *names;
};

void name_column_release(struct name_column *c);
/* Reads the column of a field whose values are names; that of an article which
 * is not there is empty. 4 bytes an article and 4 a value. NH_ECORRUPT. */
int name_column_read(struct name_column *c, const struct articles *a,
                     enum field field, struct nh_error *err);

#endif
