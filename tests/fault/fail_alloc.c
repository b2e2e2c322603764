/* Preloaded: the allocation number $FAIL_ALLOC of the process fails, once; with
 * $FAIL_ALLOC_ON set, all from there on do. */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* glibc's own names, since looking the usual ones up allocates. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static atomic_long done;
static long wanted = -1;
static bool go_on;

__attribute__((constructor)) static void start(void)
{
    const char *number = getenv("FAIL_ALLOC");
    go_on = getenv("FAIL_ALLOC_ON") != NULL;
    wanted = number ? atol(number) : 0;
    atomic_store(&done, 0);
}

static bool fails(void)
{
    if (wanted <= 0)
        return false;
    long n = atomic_fetch_add(&done, 1) + 1;
    if (n != wanted && !(go_on && n > wanted))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}
