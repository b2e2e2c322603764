/* Plurals of what is counted. */
#ifndef CLI_PLURAL_H
#define CLI_PLURAL_H

#include <stdint.h>

/* Returns what makes a word the plural where there is not one of it. */
static inline const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

#endif
