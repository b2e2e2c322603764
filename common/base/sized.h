/* Structs of options that begin with their size, so that programs that were
 * compiled against another header keep working. */
#ifndef COMMON_BASE_SIZED_H
#define COMMON_BASE_SIZED_H

#include <stddef.h>

#include "newshound/nh_error.h"

/* Copies the options at `given` (NULL: none) over the defaults at `to`, which
 * has `size` bytes. Both begin with a size_t that says how many bytes they
 * have; that of `to` stays. Of a smaller struct the missing members keep their
 * defaults. NH_EINVAL if the struct is smaller than `least`, its size in
 * version 1.0; NH_EUNSUPPORTED if it is larger and a member behind `size` is
 * not zero. `name` stands in messages. */
int sized_copy(void *to, size_t size, size_t least, const void *given,
               const char *name, struct nh_error *err);

#endif
