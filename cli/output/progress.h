/* One line of progress on a terminal. */
#ifndef CLI_OUTPUT_PROGRESS_H
#define CLI_OUTPUT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool on;               /* standard error is a terminal */
    double started, shown; /* seconds */
};

void progress_start(struct progress *p);
/* Shows articles, bytes read of `total` (0: unknown) and the time left; at
 * most ten times a second. */
void progress_show(struct progress *p, uint64_t articles, uint64_t bytes,
                   uint64_t total);
/* Clears the line. */
void progress_clear(const struct progress *p);
/* Seconds since the start. */
double progress_seconds(const struct progress *p);

#endif
