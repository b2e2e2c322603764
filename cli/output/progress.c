/* Owns the progress line. Promises silence where no one looks. */
#include "cli/output/progress.h"
#include "cli/plural.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void progress_start(struct progress *p)
{
    p->on = isatty(STDERR_FILENO);
    p->started = now();
    p->shown = 0;
}

double progress_seconds(const struct progress *p)
{
    return now() - p->started;
}

void progress_show(struct progress *p, uint64_t articles, uint64_t bytes,
                   uint64_t total)
{
    double seconds = progress_seconds(p);
    if (!p->on || seconds - p->shown < 0.1)
        return;
    p->shown = seconds;
    double megabytes = (double)bytes / 1e6;
    fprintf(stderr, "\r\033[K%llu article%s, %.1f MB, %.1f MB/s",
            (unsigned long long)articles, plural(articles), megabytes,
            seconds > 0 ? megabytes / seconds : 0);
    if (total > 0 && bytes > 0 && bytes <= total) {
        double part = (double)bytes / (double)total;
        fprintf(stderr, ", %.0f %%, %.0f s left", part * 100,
                seconds / part - seconds);
    }
    fflush(stderr);
}

void progress_clear(const struct progress *p)
{
    if (p->on && p->shown > 0)
        fprintf(stderr, "\r\033[K");
}
