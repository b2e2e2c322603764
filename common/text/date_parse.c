/* Owns the reading of written dates.
 * Promises never to invent a date: what is doubtful is refused, and nothing is
 * read by half.
 *
 *   date  = number                            epoch or compact digits
 *         | parts of a day, in any order: [weekday] [clock [zone]] day
 *   day   = Y-M-D | Y/M/D | Y.M.D | Y:M:D | Y-Www-D | Y-DDD | Y年M月D日
 *         | D month Y | M-name D Y | Y month D | month Y
 *         | D.M.Y | D/M/Y | M/D/Y             where only one of them can be
 *   clock = H:MM[:SS[(.|,)fraction]] [am|pm] | H (am|pm) | HhMM | H Uhr
 *         | T HHMM[SS]
 *   zone  = Z | name | [GMT|UTC](+|-)H[H][[:]MM] | (name)
 *
 * The clock is taken out first, so that none of its numbers can become a year.
 * What is left must be a day and words that mean nothing. Of a range of days
 * ("May 10-12, 2024") the first is meant. Text behind a day that is complete is
 * passed over from its first unknown word on. */
#include <stdlib.h>
#include <string.h>

#include "common/text/date.h"
#include "common/text/date_tokens.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* ---- Days. */

/* A year of two digits, as RFC 822 has it. */
static int full_year(const struct date_token *t)
{
    return t->len == 4   ? (int)t->value
           : t->len != 2 ? 0
                         : (int)t->value + (t->value < 50 ? 2000 : 1900);
}

/* Day of the first Monday of ISO 8601's week 1. */
static int64_t first_week(int year)
{
    const int64_t fourth = date_days((struct date_civil){year, 1, 4});
    return fourth - ((fourth + 3) % 7 + 7) % 7;
}

/* Y-Www[-D], YWwwD, behind the year at `i`. */
static bool week_date(struct date_reading *r, size_t i, struct date_civil *c)
{
    const size_t w = i + 1 + date_is_punct(r, i + 1, '-');
    if (!date_word_is(r, w, "w") || !date_is_number(r, w + 1, 3))
        return false;
    int64_t week = date_at(r, w + 1)->value, day = 1;
    size_t end = w + 2;
    if (date_at(r, w + 1)->len == 3) {
        day = week % 10;
        week /= 10;
    } else if (date_is_punct(r, end, '-') && date_is_number(r, end + 1, 1)) {
        day = date_at(r, end + 1)->value;
        end += 2;
    }
    if (week < 1 || week > 53 || day < 1 || day > 7)
        return false;
    *c = date_civil_of(first_week((int)date_at(r, i)->value) + (week - 1) * 7 +
                       day - 1);
    date_use(r, i, end);
    return true;
}

/* True for the marks behind a year, month and day of Chinese, Japanese and
 * Korean dates. */
static bool cjk_mark(const struct date_reading *r, size_t i, int part)
{
    static const char *const marks[3][2] = {{"\xE5\xB9\xB4", "\xEB\x85\x84"},
                                            {"\xE6\x9C\x88", "\xEC\x9B\x94"},
                                            {"\xE6\x97\xA5", "\xEC\x9D\xBC"}};
    return date_word_is(r, i, marks[part][0]) ||
           date_word_is(r, i, marks[part][1]);
}

/* Y年M月D日, from the year at `i`. Returns the number of parts, 0 for none. */
static int cjk_date(struct date_reading *r, size_t i, struct date_civil *c)
{
    int *const to[3] = {&c->year, &c->month, &c->day};
    size_t k = i;
    int parts = 0;
    *c = (struct date_civil){1, 1, 1};
    while (parts < 3 && date_is_number(r, k, parts ? 2 : 4) &&
           cjk_mark(r, k + 1, parts)) {
        *to[parts++] = (int)date_at(r, k)->value;
        k += 2;
    }
    if (parts)
        date_use(r, i, k);
    return parts;
}

/* Y-M[-D] with one of - / . : between, from a year of four digits at `i`.
 * Returns the number of parts, 0 for none. */
static int year_first(struct date_reading *r, size_t i, struct date_civil *c)
{
    const struct date_token *sep = date_at(r, i + 1);
    *c = (struct date_civil){(int)date_at(r, i)->value, 1, 1};
    if (sep->kind != DATE_TOKEN_PUNCT || !strchr("-/.:", sep->text[0]) ||
        !date_is_number(r, i + 2, 3))
        return 0;
    if (date_at(r, i + 2)->len == 3) { /* Y-DDD */
        if (sep->text[0] != '-' || date_at(r, i + 2)->value < 1 ||
            date_at(r, i + 2)->value > 366)
            return 0;
        *c = date_civil_of(date_days(*c) + date_at(r, i + 2)->value - 1);
        date_use(r, i, i + 3);
        return c->year == date_at(r, i)->value ? 3 : 0;
    }
    c->month = (int)date_at(r, i + 2)->value;
    if (!date_is_punct(r, i + 3, sep->text[0]) ||
        !date_is_number(r, i + 4, 2)) {
        if (sep->text[0] == ':')
            return 0;
        date_use(r, i, i + 3);
        return 2;
    }
    c->day = (int)date_at(r, i + 4)->value;
    date_use(r, i, i + 5);
    if (date_is_punct(r, i + 5, '.')) /* 2024. 05. 17. */
        date_use(r, i + 5, i + 6);
    return 3;
}

/* The weekday that the text names, as bits; all of them if it names none. */
static unsigned weekdays_of(const struct date_reading *r)
{
    unsigned mask = 0;
    for (size_t i = 0; i < r->count; i++)
        if (date_is_word(r, i) && r->tokens[i].len >= 3 &&
            !r->tokens[i].word.months)
            mask |= r->tokens[i].word.weekdays;
    return mask ? mask : 0x7F;
}

static bool fits_weekday(struct date_civil c, unsigned weekdays)
{
    /* 1970-01-01 was a Thursday, bit 3. */
    return date_civil_valid(c) &&
           weekdays & 1u << (((date_days(c) + 3) % 7 + 7) % 7);
}

/* Three numbers a, b, y with `sep` between, day or month first: *c is the only
 * date that they can be. */
static bool choose_order(const struct date_reading *r, int a, int b, int y,
                         char sep, struct date_civil *c)
{
    const struct date_civil dmy = {y, b, a}, mdy = {y, a, b};
    const unsigned weekdays = weekdays_of(r);
    const bool can_dmy = fits_weekday(dmy, weekdays),
               can_mdy = fits_weekday(mdy, weekdays);
    if (can_dmy && can_mdy && a != b && sep != '.' &&
        r->order != DATE_ORDER_DMY && r->order != DATE_ORDER_MDY)
        return false;
    if (!can_dmy && !can_mdy)
        return false;
    *c = can_dmy && (!can_mdy || sep == '.' || r->order == DATE_ORDER_DMY)
             ? dmy
             : mdy;
    return true;
}

/* D.M.Y and the like, from the number at `i`. Returns the number of parts, 0
 * for none or more than one meaning. */
static int numbers_date(struct date_reading *r, size_t i, struct date_civil *c)
{
    const struct date_token *sep = date_at(r, i + 1);
    if (!date_is_number(r, i, 2) || sep->kind != DATE_TOKEN_PUNCT ||
        !strchr("-/.", sep->text[0]) || !date_is_number(r, i + 2, 4))
        return 0;
    const int a = (int)date_at(r, i)->value, b = (int)date_at(r, i + 2)->value;
    if (date_at(r, i + 2)->len == 4) { /* 05/2024 */
        *c = (struct date_civil){b, a, 1};
        date_use(r, i, i + 3);
        return 2;
    }
    const struct date_token *year = date_at(r, i + 4);
    if (!date_is_punct(r, i + 3, sep->text[0]) ||
        !date_is_number(r, i + 4, 4) || (year->len != 4 && year->len != 2))
        return 0;
    if (year->len == 2 && r->order == DATE_ORDER_YMD) {
        *c = (struct date_civil){full_year(date_at(r, i)), b, (int)year->value};
        date_use(r, i, i + 5);
        return 3;
    }
    /* Of two digits each, only 24.12.23 is written in one way. */
    if (year->len == 2 && sep->text[0] != '.' && r->order == DATE_ORDER_NONE)
        return 0;
    if (!choose_order(r, a, b, full_year(year), sep->text[0], c))
        return 0;
    date_use(r, i, i + 5);
    return 3;
}

/* Month of the word at `i`, from 1; 0 if it is none, or may be several. */
static int month_at(const struct date_reading *r, size_t i)
{
    const unsigned mask = date_is_word(r, i) ? date_at(r, i)->word.months : 0;
    int month = 0;
    if (!mask || mask & (mask - 1))
        return 0;
    while (!(mask >> month & 1))
        month++;
    return month + 1;
}

/* Place of the word that is the month: one that can be no weekday goes before
 * one that can, and that before one that may be several months. The count of
 * tokens if there is none. */
static size_t find_month(const struct date_reading *r)
{
    size_t found = r->count, several = r->count;
    for (size_t i = 0; i < r->count; i++) {
        if (!month_at(r, i)) {
            if (several == r->count && date_is_word(r, i) &&
                date_at(r, i)->word.months)
                several = i;
            continue;
        }
        if (!date_at(r, i)->word.weekdays)
            return i;
        if (found == r->count)
            found = i;
    }
    return found < r->count ? found : several;
}

/* The month of the word at `m` for that year and day: where it may be several,
 * as "listopada" is October in Croatian and November in Polish, the only one
 * that fits the weekday; 0 if that is not one. */
static int choose_month(const struct date_reading *r, size_t m, int year,
                        int day)
{
    const unsigned mask = date_at(r, m)->word.months, weekdays = weekdays_of(r);
    int month = month_at(r, m);
    if (month || weekdays == 0x7F)
        return month;
    for (int k = 1; k <= 12; k++) {
        if (!(mask >> (k - 1) & 1) ||
            !fits_weekday((struct date_civil){year, k, day}, weekdays))
            continue;
        if (month)
            return 0;
        month = k;
    }
    return month;
}

/* The number that is the day beside the month at `m`: just before it ("10-12
 * May": the 10), else just behind. The count of tokens if there is none. */
static size_t find_day(const struct date_reading *r, size_t m)
{
    size_t i = m;
    while (i > 0 &&
           ((date_is_word(r, i - 1) && date_at(r, i - 1)->word.filler) ||
            date_is_punct(r, i - 1, '.') || date_is_punct(r, i - 1, '-') ||
            date_is_punct(r, i - 1, '/')))
        i--;
    if (i > 0 && date_is_number(r, i - 1, 2)) {
        i--;
        while (i > 1 &&
               (date_is_punct(r, i - 1, '-') || date_is_punct(r, i - 1, '/')) &&
               date_is_number(r, i - 2, 2))
            i -= 2;
        if (i > 1 && date_is_punct(r, i - 1, '.') &&
            date_is_number(r, i - 2, 2))
            return r->count; /* 1.2 May */
        return i;
    }
    i = m + 1;
    while (i < r->count &&
           ((date_is_word(r, i) && date_at(r, i)->word.filler) ||
            date_is_punct(r, i, '.') || date_is_punct(r, i, '-') ||
            date_is_punct(r, i, '/')))
        i++;
    return date_is_number(r, i, 2) ? i : r->count;
}

/* The number that is the year of a day or month that are at those places. */
static size_t find_year(const struct date_reading *r, size_t m, size_t day)
{
    size_t last = r->count, count = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (i == day || date_at(r, i)->kind != DATE_TOKEN_NUMBER)
            continue;
        if (date_at(r, i)->len == 4)
            return i;
        last = i;
        count++;
    }
    /* Of two digits: the only other number, behind the month, and no end of a
     * range as in "May 10-12". */
    const bool range = last > 0 && last < r->count && day < r->count &&
                       date_is_punct(r, last - 1, '-') && last - 2 == day &&
                       day > m;
    return count == 1 && day < r->count && last > m &&
                   date_at(r, last)->len == 2 && !range
               ? last
               : r->count;
}

/* A day with the month in words. Returns the number of parts, 0 for none. */
static int named_date(struct date_reading *r, struct date_civil *c)
{
    const size_t m = find_month(r);
    if (m == r->count)
        return 0;
    const size_t day = find_day(r, m), year = find_year(r, m, day);
    if (year == r->count)
        return 0;
    c->year = full_year(date_at(r, year));
    c->day = day < r->count ? (int)date_at(r, day)->value : 1;
    c->month = choose_month(r, m, c->year, c->day);
    if (!c->month)
        return 0;
    /* The end of a range: the other day, and its month. */
    for (size_t i = 0; i < year || i <= m; i++) {
        const bool other = date_is_number(r, i, 2) && i != day && i != year;
        if (other &&
            !(i > 0 && day < r->count &&
              (date_is_punct(r, i - 1, '-') || date_is_punct(r, i - 1, '/') ||
               month_at(r, i - 1) || month_at(r, i + 1) || month_at(r, i + 2))))
            return 0;
    }
    for (size_t i = 0; i < year || i <= m; i++)
        if (date_is_number(r, i, 2) || month_at(r, i))
            r->tokens[i].kind = DATE_TOKEN_USED;
    const bool has_day = day < r->count;
    date_use(r, m, m + 1);
    date_use(r, year, year + 1);
    if (has_day)
        date_use(r, day, day + 1);
    return has_day ? 3 : 2;
}

/* "17 tháng 5, 2024": day, the word, month, year. */
static int vietnamese_date(struct date_reading *r, struct date_civil *c)
{
    for (size_t i = 1; i + 2 < r->count; i++) {
        if (!date_is_word(r, i) || !date_at(r, i)->word.month_is_next ||
            !date_is_number(r, i - 1, 2) || !date_is_number(r, i + 1, 2))
            continue;
        size_t year = i + 2;
        while (year < r->count && date_at(r, year)->kind != DATE_TOKEN_NUMBER)
            year++;
        if (!date_is_number(r, year, 4) || date_at(r, year)->len != 4)
            return 0;
        *c = (struct date_civil){(int)date_at(r, year)->value,
                                 (int)date_at(r, i + 1)->value,
                                 (int)date_at(r, i - 1)->value};
        date_use(r, i - 1, year + 1);
        return 3;
    }
    return 0;
}

/* 20240517, 202405171014, 20240517101405: its parts and clock. */
static int compact_date(struct date_reading *r, size_t i, struct date_civil *c)
{
    const struct date_token *t = date_at(r, i);
    if (t->len != 8 && t->len != 12 && t->len != 14)
        return 0;
    int64_t v = t->value, clock = 0;
    if (t->len > 8) {
        const int64_t unit = t->len == 14 ? 1000000 : 10000;
        clock = t->len == 14 ? v % unit : v % unit * 100;
        v /= unit;
        if (!date_set_clock(r, clock / 10000, clock / 100 % 100, clock % 100,
                            -1))
            return 0;
        r->precise = t->len == 14;
    }
    *c = (struct date_civil){(int)(v / 10000), (int)(v / 100 % 100),
                             (int)(v % 100)};
    date_use(r, i, i + 1);
    if (t->len > 8)
        date_use(r, i + 1, date_take_zone(r, i + 1));
    return 3;
}

/* The day of the text. Returns the number of its parts, 0 for none. */
static int find_date(struct date_reading *r, struct date_civil *c)
{
    int parts = vietnamese_date(r, c);
    for (size_t i = 0; i < r->count && !parts; i++) {
        if (date_at(r, i)->kind != DATE_TOKEN_NUMBER)
            continue;
        parts = compact_date(r, i, c);
        if (!parts && date_at(r, i)->len == 4) {
            parts = week_date(r, i, c) ? 3 : cjk_date(r, i, c);
            if (!parts)
                parts = year_first(r, i, c);
        }
        if (!parts)
            parts = numbers_date(r, i, c);
    }
    if (!parts)
        parts = named_date(r, c);
    if (!parts && r->count == 1 && date_at(r, 0)->len == 4 &&
        date_at(r, 0)->kind == DATE_TOKEN_NUMBER) {
        *c = (struct date_civil){(int)date_at(r, 0)->value, 1, 1};
        date_use(r, 0, 1);
        parts = 1;
    }
    return parts;
}

/* True if what is left of the text says nothing else: no number and no month or
 * unknown word before the day, and behind it only what an unknown word begins.
 */
static bool rest_is_idle(const struct date_reading *r, int parts)
{
    bool day = false;
    for (size_t i = 0; i < r->count; i++) {
        const struct date_token *t = &r->tokens[i];
        if (t->kind == DATE_TOKEN_USED)
            day = true;
        else if (t->kind == DATE_TOKEN_NUMBER)
            return false;
        else if (t->kind == DATE_TOKEN_WORD && !t->word.filler &&
                 !t->word.weekdays && !t->word.zone)
            return day && parts == 3;
    }
    return true;
}

/* ---- Numbers alone. */

/* Seconds, milliseconds, microseconds or nanoseconds since 1970, also with a
 * fraction or an exponent: a number of 1973 to 2106 in one of these units. */
static bool epoch_date(struct slice s, struct nh_date *date)
{
    char text[40], *end;
    size_t digits = 0;
    if (s.len == 0 || s.len >= sizeof text || !is_digit(s.data[0]))
        return false;
    while (digits < s.len && is_digit(s.data[digits]))
        digits++;
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.data[i]) && !strchr(".eE+", s.data[i]))
            return false;
    if (digits == s.len && digits < 9)
        return false; /* a compact date, or too long ago */
    if (digits == s.len && (digits == 12 || digits == 14))
        return false;
    memcpy(text, s.data, s.len);
    text[s.len] = '\0';
    double value = strtod(text, &end);
    if (*end)
        return false;
    for (int unit = 0; unit < 4; unit++, value /= 1000)
        if (value >= 1e8 && value < 4.3e9) {
            date->seconds = (int64_t)value;
            date->precision = DATE_SECOND;
            return true;
        }
    return false;
}

/* YYYYMMDD in an id such as AFP_ENG_20100501.0001: the only run of eight digits
 * that is a day. */
static bool id_date(struct slice s, struct nh_date *date)
{
    bool found = false;
    struct date_civil c;
    bool letters = false, blanks = false;
    for (size_t i = 0; i < s.len; i++) {
        letters = letters || is_alpha(s.data[i]);
        blanks = blanks || s.data[i] == ' ';
    }
    if (!letters || blanks)
        return false;
    for (size_t i = 0; i < s.len;) {
        size_t n = 0;
        int value = 0;
        while (i + n < s.len && is_digit(s.data[i + n])) {
            value = n < 8 ? value * 10 + (s.data[i + n] - '0') : 0;
            n++;
        }
        const struct date_civil day = {value / 10000, value / 100 % 100,
                                       value % 100};
        if (n == 8 && day.year >= 1800 && day.year < 2100 &&
            date_civil_valid(day)) {
            if (found)
                return false;
            found = true;
            c = day;
        }
        i += n ? n : 1;
    }
    if (found) {
        date->seconds = date_days(c) * 86400;
        date->precision = DATE_DAY;
    }
    return found;
}

/* ---- Summer time of the United States, for zones such as ET. */

/* Day of the n-th Sunday of a month, from 1; of the last for n = 0. */
static int64_t sunday(int year, int month, int n)
{
    const int64_t first = date_days((struct date_civil){year, month, 1}),
                  days = date_month_length(year, month);
    /* 1970-01-01 was a Thursday. */
    const int64_t sunday = first + (3 - first % 7 + 7) % 7;
    return n ? sunday + 7 * (n - 1)
             : sunday + (first + days - 1 - sunday) / 7 * 7;
}

/* True if clocks of the United States show summer time on a day: 15 U.S.C.
 * 260a, since 2007, and as it was from 1987. */
static bool is_summer(struct date_civil c)
{
    const int64_t day = date_days(c);
    return c.year >= 2007
               ? day >= sunday(c.year, 3, 2) && day < sunday(c.year, 11, 1)
               : day >= sunday(c.year, 4, 1) && day < sunday(c.year, 10, 0);
}

/* ---- All of it. */

bool date_parse_as(struct slice text, enum date_order order,
                   struct nh_date *date)
{
    struct date_reading r;
    struct date_civil c;
    text = slice_trim(text);
    if (epoch_date(text, date))
        return true;
    memset(&r, 0, sizeof r);
    r.order = order;
    if (!date_tokenise(&r, text))
        return false;
    date_take_clock(&r);
    const int parts = find_date(&r, &c);
    if (!parts || !date_civil_valid(c) || !rest_is_idle(&r, parts))
        return id_date(text, date);
    date->seconds = date_days(c) * 86400;
    date->precision = parts == 1   ? DATE_YEAR
                      : parts == 2 ? DATE_MONTH
                                   : DATE_DAY;
    if (parts == 3 && r.has_clock && !r.bad_zone) {
        const int zone = r.zone + (r.zone_summer && is_summer(c) ? 60 : 0);
        date->seconds += r.clock - (int64_t)zone * 60;
        date->precision = r.precise ? DATE_SECOND : DATE_MINUTE;
    }
    return true;
}

bool date_parse(struct slice text, struct nh_date *date)
{
    return date_parse_as(text, DATE_ORDER_NONE, date);
}

int date_numeric(struct slice text, struct date_civil *c)
{
    struct date_reading r;
    int parts = 0;
    memset(&r, 0, sizeof r);
    if (text.len > 10 || !date_tokenise(&r, text) || !date_is_number(&r, 0, 8))
        return 0;
    if (date_at(&r, 0)->len == 8)
        parts = compact_date(&r, 0, c);
    else if (date_at(&r, 0)->len == 4 && r.count == 1) {
        *c = (struct date_civil){(int)date_at(&r, 0)->value, 1, 1};
        date_use(&r, 0, 1);
        parts = 1;
    } else if (date_at(&r, 0)->len == 4)
        parts = year_first(&r, 0, c);
    for (size_t i = 0; i < r.count; i++)
        if (date_at(&r, i)->kind != DATE_TOKEN_USED)
            return 0;
    return parts && date_civil_valid(*c) ? parts : 0;
}
