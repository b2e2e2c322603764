/* What the parts of the timeline share (timeline.c, timeline_values.c). */
#ifndef SEARCHER_INSIGHT_TIMELINE_H
#define SEARCHER_INSIGHT_TIMELINE_H

#include "newshound/newshound_reading.h"
#include "searcher/insight/periods.h"
#include "searcher/insight/reading.h"

struct nh_timeline {
    struct arena arena;
    struct nh_timeline_series *series;
    size_t count;
};

/* A series that is still counted: its periods may be changed. */
struct series {
    struct nh_timeline_series *shown;
    struct nh_timeline_period *periods;
};

struct timeline_maker {
    nh_index *index;
    const struct nh_timeline_options *options;
    const struct nh_string *queries;
    struct reading *readings; /* one for each query */
    size_t count;
    struct match_set all; /* articles of the index */
    struct periods periods;
    struct nh_string *names; /* of the periods */
    const uint32_t *words;   /* of each docid from the index's first on; NULL
                                if no occurrences are counted */
    struct nh_timeline *out;
};

/* Goes through a set of articles with their days; zero-initialise the rest. */
struct day_walk {
    const struct snapshot *snapshot; /* its column of dates was read */
    const struct match_set *set;
    uint32_t docid;
    int64_t day; /* since 1970 */
    bool dated;
    size_t segment;
};

/* Comes to the next article; false at the end. */
bool day_walk_next(struct day_walk *w);

static inline bool timeline_counts_words(const struct timeline_maker *m)
{
    return (m->options->flags & NH_TIMELINE_OCCURRENCES) != 0;
}

/* Makes room for `count` series of a timeline. NH_EINVAL if that is too many.
 */
int timeline_reserve(struct timeline_maker *m, size_t count,
                     struct nh_error *err);
/* Adds an empty series. False if memory ran out. */
bool timeline_add(struct timeline_maker *m, struct series *out,
                  struct nh_string query, struct slice value);
/* Counts a match in a series. `period` may be PERIODS_NONE: outside of them. */
void series_match(struct series *s, size_t period, bool dated,
                  uint64_t occurrences);
/* Counts an article of the index. */
void series_article(struct series *s, size_t period, uint64_t words);
/* Adds the series of the values of options->field for all queries. */
int timeline_by_value(struct timeline_maker *m, struct nh_error *err);

#endif
