/* Periods of the calendar: which one a day is in, and what it is called. */
#ifndef SEARCHER_INSIGHT_PERIODS_H
#define SEARCHER_INSIGHT_PERIODS_H

#include "common/text/date.h"
#include "newshound/newshound_reading.h"

/* First day of the period that has a day, in days since 1970. */
int64_t period_start(enum nh_by by, int64_t day);
/* First day of the period after the one that begins on `start`. */
int64_t period_next(enum nh_by by, int64_t start);
/* Appends the first day of a period, as exactly as its length needs: 2018,
 * 2018-03 for months and quarters, 2018-03-05 for weeks and days. */
void period_name(enum nh_by by, int64_t start, struct buf *out);

/* A row of periods without gaps. */
struct periods {
    enum nh_by by;
    int64_t first, last; /* days, both included */
    size_t count;
    uint32_t *of_day; /* number of the period of each day from `first` on */
};

/* Days in a row of periods: all that an index can have. */
#define PERIODS_DAYS_MAX (INT64_C(9999) * 366)

/* Makes the row from the period of day `first` to that of day `last`. False if
 * memory ran out. Release it in any case. */
bool periods_init(struct periods *p, enum nh_by by, int64_t first,
                  int64_t last);
void periods_release(struct periods *p);
#define PERIODS_NONE SIZE_MAX
/* Returns the number of a day's period, or PERIODS_NONE outside of the row. */
static inline size_t periods_find(const struct periods *p, int64_t day)
{
    return day >= p->first && day <= p->last ? p->of_day[day - p->first]
                                             : PERIODS_NONE;
}

#endif
