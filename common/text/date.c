/* Owns calendar arithmetic, the writing of dates, and periods of the query
 * language.
 * Promises that days and civil dates agree over all years of the calendar. */
#include "common/text/date.h"

#include <string.h>
#include <strings.h>

int64_t date_days(struct date_civil c)
{
    int64_t y = c.year - (c.month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy =
        (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct date_civil date_civil_of(int64_t days)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct date_civil){(int)(yoe + era * 400) + (month <= 2), month,
                               (int)(doy - (153 * mp + 2) / 5 + 1)};
}

int64_t date_day_of(int64_t seconds)
{
    return (seconds >= 0 ? seconds : seconds - 86399) / 86400;
}

int date_month_length(int year, int month)
{
    static const int lengths[12] = {31, 28, 31, 30, 31, 30,
                                    31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : lengths[month - 1];
}

bool date_civil_valid(struct date_civil c)
{
    return c.year >= 1 && c.year <= 9999 && c.month >= 1 && c.month <= 12 &&
           c.day >= 1 && c.day <= date_month_length(c.year, c.month);
}

void date_format(struct nh_date date, struct buf *out)
{
    if (date.precision == DATE_NONE)
        return;
    int64_t day = date_day_of(date.seconds);
    struct date_civil c = date_civil_of(day);
    int64_t rest = date.seconds - day * 86400;
    buf_printf(out, "%04d", c.year);
    if (date.precision >= DATE_MONTH)
        buf_printf(out, "-%02d", c.month);
    if (date.precision >= DATE_DAY)
        buf_printf(out, "-%02d", c.day);
    if (date.precision >= DATE_MINUTE)
        buf_printf(out, "T%02d:%02d", (int)(rest / 3600),
                   (int)(rest / 60 % 60));
    if (date.precision >= DATE_SECOND)
        buf_printf(out, ":%02d", (int)(rest % 60));
    if (date.precision >= DATE_MINUTE)
        buf_append_byte(out, 'Z');
}

void date_sortable(struct nh_date date, char out[DATE_SORTABLE])
{
    uint64_t value = (uint64_t)date.seconds ^ (UINT64_C(1) << 63);
    for (int i = 0; i < 8; i++)
        out[i] = (char)(value >> (56 - 8 * i));
}

int64_t date_of_sortable(const char bytes[DATE_SORTABLE])
{
    uint64_t value = 0;
    for (int i = 0; i < DATE_SORTABLE; i++)
        value = value << 8 | (unsigned char)bytes[i];
    return (int64_t)(value ^ (UINT64_C(1) << 63));
}

/* ---- Periods of the query language. */

static void month_span(int year, int month, int64_t *first, int64_t *last)
{
    *first = date_days((struct date_civil){year, month, 1});
    *last = *first + date_month_length(year, month) - 1;
}

static void year_span(int year, int64_t *first, int64_t *last)
{
    *first = date_days((struct date_civil){year, 1, 1});
    *last = date_days((struct date_civil){year, 12, 31});
}

/* An English month by name or by its first three or more letters; 0 if none. */
static int english_month(struct slice s)
{
    static const char *const names[12] = {
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"};
    for (int m = 0; m < 12 && s.len >= 3; m++)
        if (s.len <= strlen(names[m]) &&
            strncasecmp(names[m], s.data, s.len) == 0)
            return m + 1;
    return s.len == 4 && strncasecmp(s.data, "sept", 4) == 0 ? 9 : 0;
}

static bool text_is(struct slice s, const char *word)
{
    return strlen(word) == s.len && strncasecmp(s.data, word, s.len) == 0;
}

/* "30d", "2w", "6m", "1y" up to 4 digits. */
static bool relative_period(struct slice s, int64_t today, int64_t *first,
                            int64_t *last)
{
    int64_t n = 0;
    if (s.len < 2 || s.len > 5)
        return false;
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (!(s.data[i] >= '0' && s.data[i] <= '9'))
            return false;
        n = n * 10 + (s.data[i] - '0');
    }
    static const struct {
        char unit;
        int days;
    } units[] = {{'d', 1}, {'w', 7}, {'m', 30}, {'y', 365}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if ((s.data[s.len - 1] | 0x20) == units[i].unit && n > 0) {
            *last = today;
            *first = today - n * units[i].days + 1;
            return true;
        }
    return false;
}

/* "this-" and "last-" followed by week, month, year or a month's name. */
static bool calendar_period(struct slice s, int64_t today, int64_t *first,
                            int64_t *last)
{
    bool previous = s.len > 5 && strncasecmp(s.data, "last-", 5) == 0;
    if (!previous && !(s.len > 5 && strncasecmp(s.data, "this-", 5) == 0))
        return false;
    struct slice unit = {s.data + 5, s.len - 5};
    struct date_civil now = date_civil_of(today);
    int month = english_month(unit);
    if (text_is(unit, "week")) {
        int64_t monday = today - ((today + 3) % 7 + 7) % 7;
        *first = monday - (previous ? 7 : 0);
        *last = *first + 6;
    } else if (text_is(unit, "month")) {
        int m = now.month - (previous ? 1 : 0);
        month_span(m ? now.year : now.year - 1, m ? m : 12, first, last);
    } else if (text_is(unit, "year")) {
        year_span(now.year - (previous ? 1 : 0), first, last);
    } else if (month && previous) {
        month_span(month < now.month ? now.year : now.year - 1, month, first,
                   last);
    } else {
        return false;
    }
    return true;
}

bool date_period(struct slice s, int64_t today, int64_t *first, int64_t *last)
{
    if (text_is(s, "today") || text_is(s, "yesterday")) {
        *first = *last = today - (text_is(s, "yesterday") ? 1 : 0);
        return true;
    }
    if (relative_period(s, today, first, last) ||
        calendar_period(s, today, first, last))
        return true;
    struct date_civil c;
    const int parts = date_numeric(s, &c);
    if (!parts)
        return false;
    *first = *last = date_days(c);
    if (parts == 2)
        month_span(c.year, c.month, first, last);
    else if (parts == 1)
        year_span(c.year, first, last);
    return true;
}
