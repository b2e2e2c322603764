/* Memory that is freed all at once. */
#ifndef COMMON_BASE_ARENA_H
#define COMMON_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *head;
    size_t used;  /* bytes taken from the head block */
    size_t total; /* bytes of all blocks */
};

/* `bytes` of zeroed memory, aligned for any type, or NULL. */
void *arena_alloc(struct arena *a, size_t bytes);
/* `bytes` of any contents at any address, or NULL. */
void *arena_bytes(struct arena *a, size_t bytes);
/* A NUL-terminated copy, at any address, or NULL. */
char *arena_copy(struct arena *a, const void *data, size_t len);
/* Forgets all allocations, keeps one block for reuse. */
void arena_reset(struct arena *a);
void arena_release(struct arena *a);

#endif
