/* Owns the groups of an article's mentions that are spelt alike.
 * Promises expected linear time. */
#include "entities/name_groups.h"

#include <stdlib.h>
#include <string.h>

static uint64_t key_of(const struct document *d, size_t token, size_t count)
{
    uint64_t key = 0;
    for (size_t i = 0; i < count; i++)
        key = (key ^ lowered(d, token + i)) * 0x9e3779b97f4a7c15u;
    return key ^ key >> 32;
}

bool name_groups_reset(struct resolver *r, const struct entity_finder *f)
{
    uint32_t slots = 64;
    while (slots < f->mention_count * 2)
        slots *= 2;
    if (slots > r->mask + 1 || !r->slots) {
        free(r->slots);
        r->slots = malloc(slots * sizeof *r->slots);
        r->mask = slots - 1;
    }
    if (f->mention_count > r->group_of_cap) {
        free(r->group_of);
        r->group_of_cap = f->mention_count * 2;
        r->group_of = malloc(r->group_of_cap * sizeof *r->group_of);
    }
    const uint32_t types = document_of(f)->types.count;
    if (types > r->tail_cap) {
        free(r->tails);
        r->tails = calloc((size_t)types * 2, sizeof *r->tails);
        r->tail_cap = r->tails ? types * 2 : 0;
        r->stamp = 0;
    }
    if (!r->slots)
        r->mask = 0;
    if (!r->group_of)
        r->group_of_cap = 0;
    if (!r->slots || (!r->group_of && f->mention_count) || (!r->tails && types))
        return false;
    memset(r->slots, 0, ((size_t)r->mask + 1) * sizeof *r->slots);
    if (++r->stamp == 0) { /* wrapped: old stamps would look new */
        memset(r->tails, 0, r->tail_cap * sizeof *r->tails);
        r->stamp = 1;
    }
    r->count = 0;
    return true;
}

uint32_t name_groups_find(const struct resolver *r,
                          const struct entity_finder *f, size_t token,
                          size_t count)
{
    const struct document *d = document_of(f);
    const uint64_t key = key_of(d, token, count);
    uint32_t at = (uint32_t)key & r->mask;
    for (; r->slots[at]; at = (at + 1) & r->mask) {
        const struct group *g = &r->groups[r->slots[at] - 1];
        const struct entity_mention *m = &f->mentions[g->first];
        if (g->key == key && m->tokens == count &&
            same_words(d, m->first_token, token, count))
            return r->slots[at] - 1;
    }
    return NO_GROUP;
}

static bool add_group(struct resolver *r, const struct entity_finder *f,
                      uint32_t mention)
{
    const struct entity_mention *m = &f->mentions[mention];
    if (r->count == r->cap) {
        struct group *groups = array_grow(r->groups, &r->cap, sizeof *groups);
        if (!groups)
            return false;
        r->groups = groups;
    }
    struct group *g = &r->groups[r->count++];
    memset(g, 0, sizeof *g);
    g->key = key_of(document_of(f), m->first_token, m->tokens);
    g->first = g->spelt = mention;
    g->parent = NO_GROUP;
    uint32_t at = (uint32_t)g->key & r->mask;
    while (r->slots[at])
        at = (at + 1) & r->mask;
    r->slots[at] = (uint32_t)r->count;
    return true;
}

static enum sentence_mode mode_at(const struct entity_finder *f, uint32_t token)
{
    return (enum sentence_mode)document_of(f)->tokens[token].mode;
}

bool name_groups_make(struct resolver *r, const struct entity_finder *f)
{
    for (uint32_t i = 0; i < f->mention_count; i++) {
        const struct entity_mention *m = &f->mentions[i];
        const bool text = mode_at(f, m->first_token) == MODE_NORMAL;
        uint32_t n = name_groups_find(r, f, m->first_token, m->tokens);
        if (n == NO_GROUP) {
            n = (uint32_t)r->count;
            if (!add_group(r, f, i))
                return false;
        }
        struct group *g = &r->groups[n];
        const struct entity_mention *spelt = &f->mentions[g->spelt];
        if (text && mode_at(f, spelt->first_token) != MODE_NORMAL)
            g->spelt = i;
        g->count++;
        g->votes[m->class] += text ? VOTE_TEXT : VOTE_HEADLINE;
        r->group_of[i] = n;
    }
    for (size_t i = 0; i < r->count; i++) {
        struct group *g = &r->groups[i];
        g->class = f->mentions[g->first].class;
        for (unsigned c = 0; c < ENTITY_CLASSES; c++)
            if (g->votes[c] > g->votes[g->class])
                g->class = (uint8_t)c;
    }
    return true;
}
