/* Owns timelines that are split by the values of a field.
 * An article counts in the series of each of its values. */
#include <stdlib.h>
#include <string.h>

#include "searcher/insight/timeline.h"
#include "searcher/present/facets.h"

/* A match and one of its values. */
struct tally {
    uint32_t value;
    uint32_t period; /* UINT32_MAX: outside of the periods */
    uint32_t occurrences;
    bool dated;
};

/* What one query has of each value. */
struct value_counts {
    struct tally *tallies;
    size_t count, cap;
    uint64_t *matches; /* by value */
    size_t values;
    uint32_t *chosen; /* values, the most frequent first */
    size_t chosen_count;
    struct series *series; /* of the chosen ones */
    uint32_t *place;       /* by value: number of its series + 1, or 0 */
};

struct splitter {
    struct timeline_maker *maker;
    struct facets facets;
    struct value_counts *queries;
};

/* Forgets which article was counted last: the next pass begins. */
static void restart(struct facet *f)
{
    for (uint32_t i = 0; i < f->values.count; i++)
        f->counts[i].last = 0;
}

static bool add_tally(struct value_counts *c, struct tally t)
{
    if (c->count == c->cap) {
        struct tally *items = array_grow(c->tallies, &c->cap, sizeof *items);
        if (!items)
            return false;
        c->tallies = items;
    }
    c->tallies[c->count++] = t;
    return true;
}

/* Notes the values of the matches of a query. */
static int note_matches(struct splitter *s, size_t query, struct nh_error *err)
{
    struct timeline_maker *m = s->maker;
    struct reading *r = &m->readings[query];
    struct facet *f = &s->facets.items[0];
    struct day_walk w;
    memset(&w, 0, sizeof w);
    w.snapshot = &m->index->snapshot;
    w.set = &r->found;
    restart(f);
    int rc = facets_expect(&s->facets, m->index, r->found.count, err);
    while (rc == NH_OK && day_walk_next(&w)) {
        const size_t period = periods_find(&m->periods, w.day);
        rc = facets_add(&s->facets, w.docid, err);
        if (rc == NH_OK && timeline_counts_words(m))
            rc = reading_article(r, w.docid, err);
        for (size_t i = 0; rc == NH_OK && i < f->id_count; i++) {
            const struct tally t = {f->ids[i],
                                    period == PERIODS_NONE ? UINT32_MAX
                                                           : (uint32_t)period,
                                    (uint32_t)r->spans.count, w.dated};
            if (!add_tally(&s->queries[query], t))
                rc = error_nomem(err);
        }
    }
    return rc;
}

/* ---- The most frequent values. */

struct ranked {
    uint64_t matches;
    const struct strtab_entry *folded;
    uint32_t value;
};

static int by_matches(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->matches != y->matches)
        return x->matches > y->matches ? -1 : 1;
    return slice_order((struct slice){x->folded->data, x->folded->len},
                       (struct slice){y->folded->data, y->folded->len});
}

static bool choose(struct splitter *s, struct value_counts *c)
{
    const struct facet *f = &s->facets.items[0];
    const size_t limit = s->maker->options->field_limit;
    size_t n = 0;
    c->values = f->values.count;
    c->matches = calloc(c->values + 1, sizeof *c->matches);
    c->chosen = calloc(c->values + 1, sizeof *c->chosen);
    struct ranked *all = calloc(c->values + 1, sizeof *all);
    if (!c->matches || !c->chosen || !all) {
        free(all);
        return false;
    }
    for (size_t i = 0; i < c->count; i++)
        c->matches[c->tallies[i].value]++;
    for (size_t v = 0; v < c->values; v++)
        if (c->matches[v])
            all[n++] = (struct ranked){c->matches[v], &f->values.entries[v],
                                       (uint32_t)v};
    qsort(all, n, sizeof *all, by_matches);
    c->chosen_count = n < limit ? n : limit;
    for (size_t i = 0; i < c->chosen_count; i++)
        c->chosen[i] = all[i].value;
    free(all);
    return true;
}

/* ---- Series. */

/* Makes the series of a query and counts its matches into them. */
static int make_series(struct splitter *s, size_t query,
                       const struct slice *texts, struct nh_error *err)
{
    struct timeline_maker *m = s->maker;
    struct value_counts *c = &s->queries[query];
    c->series = calloc(c->chosen_count + 1, sizeof *c->series);
    c->place = calloc(c->values + 1, sizeof *c->place);
    if (!c->series || !c->place)
        return error_nomem(err);
    for (size_t i = 0; i < c->chosen_count; i++) {
        c->place[c->chosen[i]] = (uint32_t)i + 1;
        if (!timeline_add(m, &c->series[i], m->queries[query],
                          texts[c->chosen[i]]))
            return error_nomem(err);
    }
    for (size_t i = 0; i < c->count; i++) {
        const struct tally *t = &c->tallies[i];
        const uint32_t place = c->place[t->value];
        if (place)
            series_match(&c->series[place - 1],
                         t->period == UINT32_MAX ? PERIODS_NONE : t->period,
                         t->dated, t->occurrences);
    }
    return NH_OK;
}

/* Counts the articles of the index that have a value, for all queries. */
static int count_all(struct splitter *s, struct nh_error *err)
{
    struct timeline_maker *m = s->maker;
    struct facet *f = &s->facets.items[0];
    struct day_walk w;
    memset(&w, 0, sizeof w);
    w.snapshot = &m->index->snapshot;
    w.set = &m->all;
    restart(f);
    int rc = facets_expect(&s->facets, m->index, m->all.count, err);
    while (rc == NH_OK && day_walk_next(&w)) {
        const size_t period =
            w.dated ? periods_find(&m->periods, w.day) : PERIODS_NONE;
        if (period == PERIODS_NONE)
            continue;
        rc = facets_add(&s->facets, w.docid, err);
        for (size_t i = 0; rc == NH_OK && i < f->id_count; i++)
            for (size_t q = 0; q < m->count; q++) {
                const struct value_counts *c = &s->queries[q];
                const uint32_t place =
                    f->ids[i] < c->values ? c->place[f->ids[i]] : 0;
                if (place)
                    series_article(&c->series[place - 1], period,
                                   m->words ? m->words[w.docid - m->all.first]
                                            : 0);
            }
    }
    return rc;
}

static int split(struct splitter *s, struct nh_error *err)
{
    struct timeline_maker *m = s->maker;
    size_t series = 0;
    int rc = facets_init(&s->facets, m->index, m->options->field, err);
    if (rc == NH_OK && (s->facets.count != 1 || s->facets.items[0].key->digits))
        rc = error_set(err, NH_EINVAL,
                       "'%.40s' is no single field without "
                       "dates",
                       m->options->field);
    for (size_t q = 0; rc == NH_OK && q < m->count; q++)
        rc = note_matches(s, q, err);
    for (size_t q = 0; rc == NH_OK && q < m->count; q++) {
        if (!choose(s, &s->queries[q]))
            rc = error_nomem(err);
        series += s->queries[q].chosen_count;
    }
    if (rc == NH_OK)
        rc = timeline_reserve(m, series, err);
    struct slice *texts = rc == NH_OK ? facet_texts(&s->facets.items[0]) : NULL;
    if (rc == NH_OK && !texts)
        rc = error_nomem(err);
    for (size_t q = 0; rc == NH_OK && q < m->count; q++)
        rc = make_series(s, q, texts, err);
    free(texts);
    return rc == NH_OK ? count_all(s, err) : rc;
}

int timeline_by_value(struct timeline_maker *m, struct nh_error *err)
{
    struct splitter s;
    memset(&s, 0, sizeof s);
    s.maker = m;
    s.queries = calloc(m->count, sizeof *s.queries);
    int rc = s.queries ? split(&s, err) : error_nomem(err);
    for (size_t q = 0; s.queries && q < m->count; q++) {
        struct value_counts *c = &s.queries[q];
        free(c->tallies);
        free(c->matches);
        free(c->chosen);
        free(c->series);
        free(c->place);
    }
    free(s.queries);
    facets_release(&s.facets);
    return rc;
}
