/* Owns timelines: matches and occurrences by period.
 * Promises exact counts, and the same periods for all series. */
#include "searcher/insight/timeline.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/sized.h"
#include "searcher/insight/word_counts.h"

#define TIMELINE_OPTIONS_LEAST                                                 \
    (offsetof(struct nh_timeline_options, effort) + sizeof(uint32_t))

/* ---- Articles and their days. */

bool day_walk_next(struct day_walk *w)
{
    const struct snapshot *s = w->snapshot;
    w->docid = match_set_next(w->set, w->docid);
    if (w->docid == 0)
        return false;
    while (w->docid > s->segments[w->segment].info->last)
        w->segment++;
    const struct snapshot_segment *segment = &s->segments[w->segment];
    const int64_t date = segment->dates.all[w->docid - segment->info->first];
    w->dated = date != DATE_COLUMN_NONE;
    w->day = w->dated ? date_day_of(date) : 0;
    return true;
}

static struct day_walk walk_of(const struct timeline_maker *m,
                               const struct match_set *set)
{
    struct day_walk w;
    memset(&w, 0, sizeof w);
    w.snapshot = &m->index->snapshot;
    w.set = set;
    return w;
}

/* ---- Series. */

/* NH_EINVAL if `count` series would be too many. */
static int check_size(const struct timeline_maker *m, size_t count,
                      struct nh_error *err)
{
    if (count == 0 || m->periods.count <= NH_TIMELINE_POINTS_MAX / count)
        return NH_OK;
    error_set(err, NH_EINVAL,
              "%zu series of %zu periods are more than %d counts", count,
              m->periods.count, NH_TIMELINE_POINTS_MAX);
    return error_hint(err, NH_EINVAL, "take longer periods, or fewer years");
}

int timeline_reserve(struct timeline_maker *m, size_t count,
                     struct nh_error *err)
{
    int rc = check_size(m, count, err);
    if (rc != NH_OK)
        return rc;
    m->out->series =
        arena_alloc(&m->out->arena, (count + 1) * sizeof *m->out->series);
    return m->out->series ? NH_OK : error_nomem(err);
}

bool timeline_add(struct timeline_maker *m, struct series *out,
                  struct nh_string query, struct slice value)
{
    struct arena *arena = &m->out->arena;
    const size_t n = m->periods.count;
    struct nh_timeline_series *s = &m->out->series[m->out->count];
    out->shown = s;
    out->periods = arena_alloc(arena, (n + 1) * sizeof *out->periods);
    s->query = hit_string(arena, (struct slice){query.data, query.len});
    s->value = hit_string(arena, value);
    if (!out->periods || !s->query.data || !s->value.data)
        return false;
    for (size_t i = 0; i < n; i++)
        out->periods[i].start = m->names[i];
    s->periods = out->periods;
    s->count = n;
    m->out->count++;
    return true;
}

void series_match(struct series *s, size_t period, bool dated,
                  uint64_t occurrences)
{
    s->shown->articles++;
    s->shown->occurrences += occurrences;
    if (!dated) {
        s->shown->undated++;
        s->shown->undated_occurrences += occurrences;
    } else if (period != PERIODS_NONE) {
        s->periods[period].articles++;
        s->periods[period].occurrences += occurrences;
    }
}

void series_article(struct series *s, size_t period, uint64_t words)
{
    if (period == PERIODS_NONE)
        return;
    s->periods[period].all_articles++;
    s->periods[period].all_words += words;
}

/* Counts the matches of a query. */
static int count_matches(struct timeline_maker *m, struct reading *r,
                         struct series *s, struct nh_error *err)
{
    struct day_walk w = walk_of(m, &r->found);
    int rc = NH_OK;
    while (rc == NH_OK && day_walk_next(&w)) {
        if (timeline_counts_words(m))
            rc = reading_article(r, w.docid, err);
        series_match(s, periods_find(&m->periods, w.day), w.dated,
                     r->spans.count);
    }
    return rc;
}

/* Counts the articles of the index into the periods of a series. */
static void count_all(const struct timeline_maker *m, struct series *s)
{
    struct day_walk w = walk_of(m, &m->all);
    while (day_walk_next(&w))
        if (w.dated)
            series_article(s, periods_find(&m->periods, w.day),
                           m->words ? m->words[w.docid - m->all.first] : 0);
}

/* One series for each query. */
static int by_query(struct timeline_maker *m, struct nh_error *err)
{
    struct series first, s;
    int rc = timeline_reserve(m, m->count, err);
    for (size_t i = 0; rc == NH_OK && i < m->count; i++) {
        if (!timeline_add(m, &s, m->queries[i], (struct slice){"", 0}))
            return error_nomem(err);
        rc = count_matches(m, &m->readings[i], &s, err);
        if (i == 0) {
            count_all(m, &s);
            first = s;
        }
        for (size_t k = 0; k < m->periods.count; k++) {
            s.periods[k].all_articles = first.periods[k].all_articles;
            s.periods[k].all_words = first.periods[k].all_words;
        }
    }
    return rc;
}

static void add_shares(struct timeline_maker *m)
{
    for (size_t i = 0; i < m->out->count; i++) {
        struct nh_timeline_period *p =
            (struct nh_timeline_period *)(uintptr_t)m->out->series[i].periods;
        for (size_t k = 0; k < m->periods.count; k++) {
            if (p[k].all_articles)
                p[k].share = (double)p[k].articles / (double)p[k].all_articles;
            if (p[k].all_words)
                p[k].per_million =
                    (double)p[k].occurrences * 1e6 / (double)p[k].all_words;
        }
    }
}

/* ---- Periods. */

struct range {
    int64_t first, last; /* days */
};

/* The days from the first to the last match of all queries; first > last if no
 * match has a date. */
static struct range range_of_matches(const struct timeline_maker *m)
{
    struct range r = {INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < m->count; i++) {
        struct day_walk w = walk_of(m, &m->readings[i].found);
        while (day_walk_next(&w)) {
            if (w.dated && w.day < r.first)
                r.first = w.day;
            if (w.dated && w.day > r.last)
                r.last = w.day;
        }
    }
    return r;
}

/* Makes the row of periods and their names. */
static int make_periods(struct timeline_maker *m, struct nh_error *err)
{
    struct range r = range_of_matches(m);
    const int64_t today = date_day_of(m->options->now);
    const char *since = m->options->since, *until = m->options->until;
    struct buf name = BUF_INIT;
    int64_t other;
    if (since) /* reading_open saw to it that these are periods */
        date_period(slice_of(since), today, &r.first, &other);
    if (until)
        date_period(slice_of(until), today, &other, &r.last);
    if (r.first > r.last)
        return NH_OK;
    bool good = periods_init(&m->periods, m->options->by, r.first, r.last);
    const int rc = good ? check_size(m, m->count, err) : NH_OK;
    if (rc != NH_OK)
        return rc;
    m->names =
        arena_alloc(&m->out->arena, (m->periods.count + 1) * sizeof *m->names);
    good = good && m->names;
    int64_t start = m->periods.first;
    for (size_t i = 0; good && i < m->periods.count; i++) {
        buf_reset(&name);
        period_name(m->options->by, start, &name);
        m->names[i] = hit_string(&m->out->arena, buf_slice(&name));
        good = m->names[i].data && !name.failed;
        start = period_next(m->options->by, start);
    }
    buf_release(&name);
    return good ? NH_OK : error_nomem(err);
}

/* ---- Making. */

static int open_readings(struct timeline_maker *m, struct nh_error *err)
{
    const struct nh_timeline_options *t = m->options;
    const struct reading_options o = {t->since, t->until, t->now, t->expand,
                                      t->effort};
    struct reading_options everything = o;
    struct reading all;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < m->count; i++)
        rc = reading_open(&m->readings[i], m->index, &o,
                          (struct slice){m->queries[i].data, m->queries[i].len},
                          err);
    if (rc != NH_OK)
        return rc;
    everything.since = everything.until = NULL;
    rc = reading_open(&all, m->index, &everything, slice_of("*"), err);
    m->all = all.found;
    memset(&all.found, 0, sizeof all.found);
    reading_release(&all);
    return rc;
}

static int make(struct timeline_maker *m, struct nh_error *err)
{
    int rc = open_readings(m, err);
    if (rc == NH_OK)
        rc = snapshot_tables(&m->index->snapshot, err);
    if (rc == NH_OK)
        rc = snapshot_column(&m->index->snapshot, FIELD_DATE, err);
    if (rc == NH_OK && timeline_counts_words(m))
        rc = word_counts(&m->words, m->index, err);
    if (rc == NH_OK)
        rc = make_periods(m, err);
    if (rc == NH_OK)
        rc = m->options->field ? timeline_by_value(m, err) : by_query(m, err);
    if (rc == NH_OK)
        add_shares(m);
    return rc;
}

static int read_options(struct nh_timeline_options *o,
                        const struct nh_timeline_options *given, size_t count,
                        struct nh_error *err)
{
    const struct nh_timeline_options defaults = NH_TIMELINE_OPTIONS_INIT;
    *o = defaults;
    int rc = sized_copy(o, sizeof *o, TIMELINE_OPTIONS_LEAST, given,
                        "struct nh_timeline_options", err);
    if (rc != NH_OK)
        return rc;
    if (count == 0 || count > NH_TIMELINE_QUERIES_MAX)
        return error_set(err, NH_EINVAL, "a timeline has 1 to %d queries",
                         NH_TIMELINE_QUERIES_MAX);
    if ((unsigned)o->by > NH_BY_YEAR || (o->flags & ~1u))
        return error_set(err, NH_EINVAL, "no such option of a timeline");
    if (!o->now)
        o->now = (int64_t)time(NULL);
    if (!o->field_limit)
        o->field_limit = NH_FACET_LIMIT;
    return NH_OK;
}

int nh_index_timeline(nh_timeline **out, nh_index *index,
                      const struct nh_string *queries, size_t count,
                      const struct nh_timeline_options *options,
                      struct nh_error *err)
{
    struct nh_timeline_options o;
    struct timeline_maker m;
    *out = NULL;
    int rc = read_options(&o, options, count, err);
    if (rc != NH_OK)
        return rc;
    memset(&m, 0, sizeof m);
    m.index = index;
    m.options = &o;
    m.queries = queries;
    m.count = count;
    m.readings = calloc(count, sizeof *m.readings);
    m.out = calloc(1, sizeof *m.out);
    rc = m.readings && m.out ? make(&m, err) : error_nomem(err);
    for (size_t i = 0; m.readings && i < count; i++)
        reading_release(&m.readings[i]);
    free(m.readings);
    match_set_release(&m.all);
    periods_release(&m.periods);
    if (rc != NH_OK)
        nh_timeline_free(m.out);
    else
        *out = m.out;
    return rc;
}

void nh_timeline_free(nh_timeline *t)
{
    if (!t)
        return;
    arena_release(&t->arena);
    free(t);
}

size_t nh_timeline_series(const struct nh_timeline_series **series,
                          const nh_timeline *t)
{
    *series = t->series;
    return t->count;
}
