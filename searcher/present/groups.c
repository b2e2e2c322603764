/* Owns the grouping of hits: groups in the order of their best hits. */
#include "searcher/present/groups.h"

#include <stdlib.h>
#include <string.h>

#include "searcher/index/index.h"

/* A value's group. */
struct group {
    uint32_t value; /* GROUP_NONE: no value */
    uint64_t articles;
    uint32_t kept;
};
#define GROUP_NONE UINT32_MAX

/* A hit that is shown. */
struct member {
    size_t group, hit; /* place on the page of all */
};

struct grouper {
    struct facets facets;
    const struct nh_search_options *options;
    struct group *groups; /* in order of their best hits */
    size_t count, cap;
    uint32_t *by_value; /* number of a value's group + 1 */
    size_t value_cap;
    uint32_t none; /* the same for those without a value */
    struct member *members;
    size_t member_count, member_cap;
};

static void release(struct grouper *g)
{
    facets_release(&g->facets);
    free(g->groups);
    free(g->by_value);
    free(g->members);
}

/* The group of a value, new if need be; NULL if memory ran out. */
static struct group *group_of(struct grouper *g, uint32_t value)
{
    while (value != GROUP_NONE && value >= g->value_cap) {
        const size_t before = g->value_cap;
        uint32_t *grown = array_grow(g->by_value, &g->value_cap, sizeof *grown);
        if (!grown)
            return NULL;
        g->by_value = grown;
        memset(grown + before, 0, (g->value_cap - before) * sizeof *grown);
    }
    uint32_t *number = value == GROUP_NONE ? &g->none : &g->by_value[value];
    if (*number == 0) {
        if (g->count == g->cap) {
            struct group *groups =
                array_grow(g->groups, &g->cap, sizeof *groups);
            if (!groups)
                return NULL;
            g->groups = groups;
        }
        g->groups[g->count++] = (struct group){value, 0, 0};
        *number = (uint32_t)g->count;
    }
    return &g->groups[*number - 1];
}

/* Counts a hit in a group, and keeps it if it is shown. */
static bool put(struct grouper *g, uint32_t value, size_t hit)
{
    const struct nh_search_options *o = g->options;
    struct group *group = group_of(g, value);
    if (!group)
        return false;
    const size_t number = (size_t)(group - g->groups);
    const uint32_t size = o->group_size ? o->group_size : NH_GROUP_SIZE;
    group->articles++;
    if (number < o->offset || number - o->offset >= o->limit ||
        group->kept == size)
        return true;
    if (g->member_count == g->member_cap) {
        struct member *m = array_grow(g->members, &g->member_cap, sizeof *m);
        if (!m)
            return false;
        g->members = m;
    }
    g->members[g->member_count++] = (struct member){number, hit};
    group->kept++;
    return true;
}

static int by_group(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return (x->hit > y->hit) - (x->hit < y->hit);
}

/* Makes the page one of the members, which are sorted. */
static bool cut_page(const struct grouper *g, struct match_page *page)
{
    const size_t n = g->member_count;
    uint32_t *docids = malloc((n + 1) * sizeof *docids);
    double *scores = malloc((n + 1) * sizeof *scores);
    uint32_t *ranks = malloc((n + 1) * sizeof *ranks);
    bool good = docids && scores && ranks;
    for (size_t i = 0; good && i < n; i++) {
        const size_t hit = g->members[i].hit;
        docids[i] = page->docids[hit];
        scores[i] = page->scores[hit];
        ranks[i] = (uint32_t)hit + 1;
    }
    if (!good) {
        free(docids);
        free(scores);
        free(ranks);
        return false;
    }
    free(page->docids);
    free(page->scores);
    page->docids = docids;
    page->scores = scores;
    page->ranks = ranks;
    page->count = n;
    return true;
}

static bool take_groups(const struct grouper *g, struct arena *arena,
                        struct group_list *out)
{
    const struct nh_search_options *o = g->options;
    size_t left = g->count > o->offset ? g->count - o->offset : 0;
    left = left < o->limit ? left : o->limit;
    struct slice *texts = facet_texts(&g->facets.items[0]);
    out->items = arena_alloc(arena, (left + 1) * sizeof *out->items);
    out->count = left;
    out->all = g->count;
    bool good = texts && out->items;
    size_t first = 0;
    for (size_t i = 0; good && i < left; i++) {
        const struct group *group = &g->groups[o->offset + i];
        struct slice none = {"", 0};
        out->items[i] = (struct nh_group){
            hit_string(arena,
                       group->value == GROUP_NONE ? none : texts[group->value]),
            group->articles, first, group->kept};
        first += group->kept;
        good = out->items[i].value.data != NULL;
    }
    free(texts);
    return good;
}

int groups_make(struct group_list *groups, struct match_page *page,
                nh_index *index, const struct nh_search_options *o,
                struct arena *arena, struct nh_error *err)
{
    struct grouper g;
    memset(&g, 0, sizeof g);
    g.options = o;
    int rc = facets_init(&g.facets, index, o->group, err);
    if (rc == NH_OK && g.facets.count != 1)
        rc = error_set(err, NH_EINVAL, "hits are grouped by one field");
    if (rc == NH_OK)
        rc = facets_expect(&g.facets, index, page->count, err);
    bool good = true;
    for (size_t i = 0; rc == NH_OK && good && i < page->count; i++) {
        const struct facet *f = &g.facets.items[0];
        rc = facets_add(&g.facets, page->docids[i], err);
        if (rc == NH_OK && f->id_count == 0)
            good = put(&g, GROUP_NONE, i);
        for (size_t k = 0; rc == NH_OK && good && k < f->id_count; k++)
            good = put(&g, f->ids[k], i);
    }
    if (rc == NH_OK && good && g.member_count)
        qsort(g.members, g.member_count, sizeof *g.members, by_group);
    if (rc == NH_OK)
        good = good && take_groups(&g, arena, groups) && cut_page(&g, page);
    release(&g);
    return rc != NH_OK ? rc : good ? NH_OK : error_nomem(err);
}
