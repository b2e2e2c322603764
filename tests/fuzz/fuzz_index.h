/* An index for fuzz targets that search: two segments with replaced articles of
 * few words, so that queries of the same words find some. */
#ifndef TESTS_FUZZ_FUZZ_INDEX_H
#define TESTS_FUZZ_FUZZ_INDEX_H

#include <stdlib.h>

#include "newshound/newshound.h"

static inline void check(int holds)
{
    if (!holds)
        abort();
}

/* Made when first called; it stays for the run. */
nh_index *fuzz_index(void);

#endif
