/* Output of timelines, one function a format. */
#ifndef CLI_OUTPUT_TIMELINE_H
#define CLI_OUTPUT_TIMELINE_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "newshound/newshound_reading.h"

/* What bars and lines show, in the order of the choices of --measure. */
enum measure {
    MEASURE_ARTICLES,
    MEASURE_SHARE,
    MEASURE_OCCURRENCES,
    MEASURE_PER_MILLION
};

struct timeline_view {
    const struct nh_timeline_series *series;
    size_t count;
    enum nh_by by;
    const char *field; /* or NULL */
    enum measure measure;
    bool occurrences; /* they were counted */
    unsigned width;   /* columns */
};

/* Name of a period length, as --by has it. */
const char *timeline_by_name(enum nh_by by);
/* The number of a period that is shown. */
double timeline_value(const struct timeline_view *v,
                      const struct nh_timeline_period *p);
/* The greatest of all series and periods. */
double timeline_most(const struct timeline_view *v);
/* Appends a number as people read it: with a % behind a share. */
void timeline_put_value(struct buf *out, enum measure measure, double value);
/* Appends the name of a period as people read it: 2018 Q1. */
void timeline_put_period(struct buf *out, enum nh_by by,
                         struct nh_string start);
/* What a series is called: its query, its value, or both where there are
 * several queries. */
void timeline_put_name(struct buf *out, const struct timeline_view *v,
                       const struct nh_timeline_series *s);

/* Bars, as wide as the terminal, series beside each other where they fit. */
void timeline_text(struct buf *out, const struct timeline_view *v);
/* A chart for an article: columns for one series, lines for several. */
void timeline_svg(struct buf *out, const struct timeline_view *v);
/* One table for all series, a row for each of their periods. */
void timeline_csv(struct buf *out, const struct timeline_view *v);
void timeline_json(struct buf *out, const struct timeline_view *v);

#endif
