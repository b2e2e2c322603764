/* Owns the reading of structs that begin with their size.
 * Promises that nothing beyond the given size is read. */
#include "common/base/sized.h"

#include <stdint.h>
#include <string.h>

#include "common/base/error.h"

/* More than any options will ever have: a larger size is a mistake. */
#define SIZE_MOST 65536

int sized_copy(void *to, size_t size, size_t least, const void *given,
               const char *name, struct nh_error *err)
{
    const unsigned char *bytes = given;
    size_t given_size;
    if (!given)
        return NH_OK;
    memcpy(&given_size, given, sizeof given_size);
    if (given_size < least || given_size > SIZE_MOST)
        return error_set(err, NH_EINVAL,
                         "%s has the size %zu; set it up with its INIT "
                         "macro",
                         name, given_size);
    for (size_t i = size; i < given_size; i++)
        if (bytes[i])
            return error_set(err, NH_EUNSUPPORTED,
                             "%s has options of a newer version of the "
                             "library",
                             name);
    memcpy(to, given, given_size < size ? given_size : size);
    memcpy(to, &size, sizeof size);
    return NH_OK;
}
