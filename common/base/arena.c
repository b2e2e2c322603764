/* Owns block allocation. Promises that addresses stay valid until reset. */
#include "common/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK ((size_t)64 * 1024)

struct arena_block {
    struct arena_block *next;
    size_t size;
    alignas(max_align_t) unsigned char data[];
};

static struct arena_block *arena_grow(struct arena *a, size_t bytes)
{
    size_t size = bytes > ARENA_BLOCK ? bytes : ARENA_BLOCK;
    if (size > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    struct arena_block *block = malloc(sizeof *block + size);
    if (!block)
        return NULL;
    block->size = size;
    block->next = a->head;
    a->head = block;
    a->used = 0;
    a->total += size;
    return block;
}

/* `bytes` that begin at a multiple of `unit`. */
static void *take(struct arena *a, size_t bytes, size_t unit)
{
    const size_t start = (a->used + unit - 1) / unit * unit;
    if (a->head && start <= a->head->size && bytes <= a->head->size - start) {
        a->used = start + bytes;
        return a->head->data + start;
    }
    if (!arena_grow(a, bytes))
        return NULL;
    a->used = bytes;
    return a->head->data;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    void *p = take(a, bytes, alignof(max_align_t));
    return p ? memset(p, 0, bytes) : NULL;
}

void *arena_bytes(struct arena *a, size_t bytes)
{
    return take(a, bytes, 1);
}

char *arena_copy(struct arena *a, const void *data, size_t len)
{
    char *p = len < SIZE_MAX ? arena_bytes(a, len + 1) : NULL;
    if (!p)
        return NULL;
    if (len)
        memcpy(p, data, len);
    p[len] = '\0';
    return p;
}

void arena_reset(struct arena *a)
{
    if (!a->head)
        return;
    struct arena_block *block = a->head->next;
    while (block) {
        struct arena_block *next = block->next;
        a->total -= block->size;
        free(block);
        block = next;
    }
    a->head->next = NULL;
    a->used = 0;
}

void arena_release(struct arena *a)
{
    arena_reset(a);
    free(a->head);
    *a = (struct arena){NULL, 0, 0};
}
