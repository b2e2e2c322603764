/* Values of articles by field, counted: facets, and the keys of groups. Values
 * that fold to the same are one, spelt as it is most often. */
#ifndef SEARCHER_PRESENT_FACETS_H
#define SEARCHER_PRESENT_FACETS_H

#include "common/base/strtab.h"
#include "common/store/snapshot.h"
#include "newshound/newshound.h"

/* A field that can be counted: NH_FACETS. */
struct facet_key {
    const char *name;
    enum field field;
    int digits; /* of a date: characters of ISO 8601; else 0 */
};

struct facet_count {
    uint64_t articles;
    uint32_t last; /* docid that was counted last */
};

struct facet_spelling {
    uint32_t value;
    uint64_t articles;
};

struct facet_day {
    int64_t day;       /* since 1970 */
    uint32_t spelling; /* number + 1 */
};

struct facet {
    const struct facet_key *key;
    struct strtab values; /* folded */
    struct facet_count *counts;
    size_t count_cap;
    struct strtab spellings;
    struct facet_spelling *spelt;
    size_t spelt_cap;
    uint64_t articles; /* with a value */
    /* Of the article that was added last. */
    uint32_t *ids; /* numbers of its values */
    size_t id_count, id_cap;
    /* Of the segment at hand: by number of name, the spelling's number + 1. */
    uint32_t *names;
    struct facet_day *days; /* some that were met, by day; or NULL */
    struct buf folded;
};

#define FACETS_MAX 16

struct facets {
    const struct snapshot *snapshot;
    const struct name_rules *rules;         /* or NULL */
    const struct snapshot_segment *segment; /* at hand */
    bool columns;                           /* values are taken from them */
    struct facet items[FACETS_MAX];
    size_t count;
    struct buf folded;
};

/* `fields`: names of NH_FACETS with commas between. NH_EINVAL for another one.
 * Release it in any case. */
int facets_init(struct facets *f, const nh_index *index, const char *fields,
                struct nh_error *err);
void facets_release(struct facets *f);
/* So many articles are to be counted: reads columns if that pays. */
int facets_expect(struct facets *f, nh_index *index, uint64_t articles,
                  struct nh_error *err);
/* Counts the values of an article. */
int facets_add(struct facets *f, uint32_t docid, struct nh_error *err);
/* The commonest spelling of each value, to be freed; NULL if memory ran out. */
struct slice *facet_texts(const struct facet *f);
/* The `limit` commonest values, in `arena`; false if memory ran out. */
bool facet_top(const struct facet *f, uint32_t limit, struct arena *arena,
               struct nh_facet *out);

#endif
