/* Dates of articles and periods of queries. UTC, proleptic Gregorian,
 * years 1 to 9999. */
#ifndef COMMON_TEXT_DATE_H
#define COMMON_TEXT_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"

/* Stored in indexes: append only. */
enum date_precision {
    DATE_NONE,
    DATE_YEAR,
    DATE_MONTH,
    DATE_DAY,
    DATE_MINUTE,
    DATE_SECOND
};

struct nh_date {
    int64_t seconds; /* since 1970-01-01; the first instant of a coarse date */
    enum date_precision precision;
};

struct date_civil {
    int year, month, day; /* month 1-12, day 1-31 */
};

/* Bounds of the seconds of a date: the years 1 to 9999, and a day more at both
 * ends for zones. */
#define DATE_SECONDS_MIN (-INT64_C(62135596800) - 86400)
#define DATE_SECONDS_MAX (INT64_C(253402300799) + 86400)
/* Returns whether a date can have these seconds. */
static inline bool date_seconds_valid(int64_t seconds)
{
    return seconds >= DATE_SECONDS_MIN && seconds <= DATE_SECONDS_MAX;
}

/* Days since 1970-01-01 to a date and back (algorithms of H. Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", 2013). */
int64_t date_days(struct date_civil c);
struct date_civil date_civil_of(int64_t days);
/* Day of a time, rounding down. */
int64_t date_day_of(int64_t seconds);
int date_month_length(int year, int month);

/* True for a day of the calendar in the years 1 to 9999. */
bool date_civil_valid(struct date_civil c);

/* How a date of three numbers is read that can be read in several ways, such as
 * 05/01/2024. */
enum date_order {
    DATE_ORDER_NONE, /* not at all */
    DATE_ORDER_DMY,
    DATE_ORDER_MDY,
    DATE_ORDER_YMD
};

/* Reads a written date (date_parse.c has the grammar): ISO 8601 and parts of
 * it, RFC 5322, ctime, dates in the languages of the press, numbers that can be
 * read in one way only, seconds, milliseconds and microseconds since 1970. A
 * time without a zone is UTC; where a zone is not known, the time is left out.
 * False if no date can be made out for sure. */
bool date_parse(struct slice text, struct nh_date *date);
/* As date_parse; numbers that can be read in several ways are read in `order`.
 */
bool date_parse_as(struct slice text, enum date_order order,
                   struct nh_date *date);
/* Reads 2024, 2024-05, 2024-05-17 (also with / and .) or 20240517, and nothing
 * else. Returns the number of its parts; 0 for other text. */
int date_numeric(struct slice text, struct date_civil *c);

/* Appends the date as ISO 8601 to its precision: 2024, 2024-05, 2024-05-17,
 * 2024-05-17T10:14Z, 2024-05-17T10:14:05Z; nothing for DATE_NONE. */
void date_format(struct nh_date date, struct buf *out);

/* Eight bytes that sort as the dates do: seconds + 2^63, big-endian. */
#define DATE_SORTABLE 8
void date_sortable(struct nh_date date, char out[DATE_SORTABLE]);
/* Seconds since 1970 of what date_sortable made. */
int64_t date_of_sortable(const char bytes[DATE_SORTABLE]);

/* The days that a period of the query language means, both inclusive:
 * 2024, 2024-05, 2024-05-17, today, yesterday, this-week, last-week (Monday to
 * Sunday), this-month, last-month, this-year, last-year, last-may, 30d, 2w, 6m,
 * 1y (that long, today included). `today` is in days since 1970. */
bool date_period(struct slice text, int64_t today, int64_t *first,
                 int64_t *last);

#endif
