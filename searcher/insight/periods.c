/* Owns the division of time into periods. UTC; weeks begin on Monday. */
#include "searcher/insight/periods.h"

#include <stdlib.h>
#include <string.h>

int64_t period_start(enum nh_by by, int64_t day)
{
    struct date_civil c;
    if (by == NH_BY_DAY)
        return day;
    if (by == NH_BY_WEEK) { /* 1970 began on a Thursday */
        const int64_t behind = (day + 3) % 7;
        return day - (behind < 0 ? behind + 7 : behind);
    }
    c = date_civil_of(day);
    c.day = 1;
    if (by == NH_BY_YEAR)
        c.month = 1;
    else if (by == NH_BY_QUARTER)
        c.month -= (c.month - 1) % 3;
    return date_days(c);
}

int64_t period_next(enum nh_by by, int64_t start)
{
    struct date_civil c;
    if (by == NH_BY_DAY || by == NH_BY_WEEK)
        return start + (by == NH_BY_WEEK ? 7 : 1);
    c = date_civil_of(start);
    c.month += by == NH_BY_YEAR ? 12 : by == NH_BY_QUARTER ? 3 : 1;
    if (c.month > 12) {
        c.month -= 12;
        c.year++;
    }
    return date_days(c);
}

void period_name(enum nh_by by, int64_t start, struct buf *out)
{
    const enum date_precision precision =
        by == NH_BY_YEAR                           ? DATE_YEAR
        : by == NH_BY_MONTH || by == NH_BY_QUARTER ? DATE_MONTH
                                                   : DATE_DAY;
    date_format((struct nh_date){start * 86400, precision}, out);
}

bool periods_init(struct periods *p, enum nh_by by, int64_t first, int64_t last)
{
    memset(p, 0, sizeof *p);
    p->by = by;
    p->first = period_start(by, first);
    p->last = period_next(by, period_start(by, last)) - 1;
    const size_t days = (size_t)(p->last - p->first + 1);
    p->of_day = malloc((days + 1) * sizeof *p->of_day);
    if (!p->of_day)
        return false;
    for (int64_t start = p->first; start <= p->last; p->count++) {
        const int64_t next = period_next(by, start);
        for (; start < next; start++)
            p->of_day[start - p->first] = (uint32_t)p->count;
    }
    return true;
}

void periods_release(struct periods *p)
{
    free(p->of_day);
    memset(p, 0, sizeof *p);
}
