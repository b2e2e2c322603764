/* Owns calendar arithmetic and the reading and writing of dates.
 * Promises never to invent a date: what is doubtful is refused. */
#include "common/text/date.h"

#include <string.h>
#include <strings.h>

static const char *const month_names[12] = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

static const struct {
    const char *name;
    int minutes; /* east of UTC */
    bool summer; /* an hour more in the summer of the United States */
} zones[] = {{"utc", 0, false},    {"gmt", 0, false},     {"z", 0, false},
             {"ut", 0, false},     {"wet", 0, false},     {"west", 60, false},
             {"bst", 60, false},   {"cet", 60, false},    {"cest", 120, false},
             {"mez", 60, false},   {"mesz", 120, false},  {"eet", 120, false},
             {"eest", 180, false}, {"msk", 180, false},   {"cat", 120, false},
             {"sast", 120, false}, {"eat", 180, false},   {"gst", 240, false},
             {"pkt", 300, false},  {"ist", 330, false},   {"wib", 420, false},
             {"hkt", 480, false},  {"sgt", 480, false},   {"awst", 480, false},
             {"jst", 540, false},  {"kst", 540, false},   {"aest", 600, false},
             {"aedt", 660, false}, {"nzst", 720, false},  {"nzdt", 780, false},
             {"hst", -600, false}, {"akst", -540, false}, {"akdt", -480, false},
             {"pst", -480, false}, {"pdt", -420, false},  {"pt", -480, true},
             {"mst", -420, false}, {"mdt", -360, false},  {"mt", -420, true},
             {"cst", -360, false}, {"cdt", -300, false},  {"ct", -360, true},
             {"est", -300, false}, {"edt", -240, false},  {"et", -300, true},
             {"brt", -180, false}, {"art", -180, false}};

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

static bool civil_valid(struct date_civil c)
{
    return c.year >= 1 && c.year <= 9999 && c.month >= 1 && c.month <= 12 &&
           c.day >= 1 && c.day <= date_month_length(c.year, c.month);
}

/* A month by name or by its first three or more letters; 0 if none. */
static int month_named(const char *s, size_t len)
{
    for (int m = 0; m < 12 && len >= 3; m++)
        if (len <= strlen(month_names[m]) &&
            strncasecmp(month_names[m], s, len) == 0)
            return m + 1;
    return len == 4 && strncasecmp(s, "sept", 4) == 0 ? 9 : 0;
}

/* ---- Reading article dates: tokens first, then their arrangement. */

enum token_kind { TOKEN_NUMBER, TOKEN_WORD, TOKEN_PUNCT };

struct token {
    enum token_kind kind;
    const char *text;
    size_t len;
    int64_t value; /* of a number */
};

#define TOKENS_MAX 32

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static size_t tokenise(struct slice s, struct token tokens[TOKENS_MAX])
{
    size_t n = 0, i = 0;
    while (i < s.len && n < TOKENS_MAX) {
        size_t start = i;
        struct token t = {TOKEN_PUNCT, s.data + i, 1, 0};
        if (is_digit(s.data[i])) {
            t.kind = TOKEN_NUMBER;
            while (i < s.len && is_digit(s.data[i]) && i - start < 15)
                t.value = t.value * 10 + (s.data[i++] - '0');
        } else if (is_alpha(s.data[i])) {
            t.kind = TOKEN_WORD;
            while (i < s.len && is_alpha(s.data[i]))
                i++;
        } else {
            i++;
            if (t.text[0] == ' ' || t.text[0] == ',' || t.text[0] == '\t' ||
                t.text[0] == '\n' || t.text[0] == '\r')
                continue;
        }
        t.len = i - start;
        tokens[n++] = t;
    }
    return n;
}

static bool is_punct(const struct token *t, const struct token *end, char c)
{
    return t < end && t->kind == TOKEN_PUNCT && t->text[0] == c;
}

static bool is_number(const struct token *t, const struct token *end)
{
    return t < end && t->kind == TOKEN_NUMBER;
}

static bool is_word(const struct token *t, const struct token *end)
{
    return t < end && t->kind == TOKEN_WORD;
}

/* YYYY, YYYY-MM, YYYY-MM-DD (also / and .), YYYYMMDD. */
static const struct token *numeric_date(const struct token *t,
                                        const struct token *end,
                                        struct date_civil *c, int *parts)
{
    if (!is_number(t, end))
        return NULL;
    if (t->len == 8 || t->len == 14) {
        int64_t v = t->len == 8 ? t->value : t->value / 1000000;
        *c = (struct date_civil){(int)(v / 10000), (int)(v / 100 % 100),
                                 (int)(v % 100)};
        *parts = 3;
        return t + 1;
    }
    if (t->len != 4)
        return NULL;
    *c = (struct date_civil){(int)t->value, 1, 1};
    *parts = 1;
    for (t++; *parts < 3; (*parts)++, t += 2) {
        bool joined = is_punct(t, end, '-') || is_punct(t, end, '/') ||
                      is_punct(t, end, '.');
        if (!joined || !is_number(t + 1, end) || t[1].len > 2)
            break;
        *(*parts == 1 ? &c->month : &c->day) = (int)t[1].value;
    }
    return t;
}

static int full_year(const struct token *t)
{
    if (t->len == 4)
        return (int)t->value;
    if (t->len == 2) /* RFC 822 */
        return (int)t->value + (t->value < 50 ? 2000 : 1900);
    return 0;
}

/* [weekday] DAY MONTH YEAR, MONTH DAY YEAR, MONTH YEAR; dashes, dots and
 * ordinal endings between them. */
static const struct token *named_date(const struct token *t,
                                      const struct token *end,
                                      struct date_civil *c, int *parts)
{
    int day = 0, month = 0, year = 0;
    for (int steps = 0; t < end && steps < 8 && !year; t++, steps++) {
        if (t->kind == TOKEN_WORD && !month) {
            month = month_named(t->text, t->len);
        } else if (t->kind == TOKEN_NUMBER) {
            if (!day && t->len <= 2 && !(month && is_punct(t + 1, end, ':')))
                day = (int)t->value;
            else if (month)
                year = full_year(t);
            else
                return NULL;
        } else if (t->kind == TOKEN_PUNCT && t->text[0] != '-' &&
                   t->text[0] != '.') {
            return NULL;
        }
    }
    if (!year || !month)
        return NULL;
    *c = (struct date_civil){year, month, day ? day : 1};
    *parts = day ? 3 : 2;
    return t;
}

/* HHMM[SS], as behind the T of ISO 8601's basic format. */
static const struct token *compact_time(const struct token *t, int64_t *seconds,
                                        bool *precise)
{
    const int64_t v = t->len == 6 ? t->value : t->value * 100;
    if (v / 10000 > 24 || v / 100 % 100 > 59 || v % 100 > 60)
        return NULL;
    *seconds =
        v / 10000 * 3600 + v / 100 % 100 * 60 + (v % 100 > 59 ? 59 : v % 100);
    *precise = t->len == 6;
    return t + 1;
}

/* HH:MM[:SS[.fff]] [a.m.|p.m.], or HHMM[SS] behind a T; sets *seconds and
 * *precise. */
static const struct token *clock_time(const struct token *t,
                                      const struct token *end, int64_t *seconds,
                                      bool *precise)
{
    if (is_word(t, end) && t->len == 1 && (t->text[0] | 0x20) == 't') {
        t++;
        if (is_number(t, end) && (t->len == 4 || t->len == 6))
            return compact_time(t, seconds, precise);
    }
    if (!is_number(t, end) || !is_punct(t + 1, end, ':') ||
        !is_number(t + 2, end) || t->value > 24 || t[2].value > 59)
        return NULL;
    int64_t hour = t->value;
    *seconds = t[2].value * 60;
    t += 3;
    if (is_punct(t, end, ':') && is_number(t + 1, end) && t[1].value <= 60) {
        *seconds += t[1].value > 59 ? 59 : t[1].value;
        *precise = true;
        t += 2;
        if (is_punct(t, end, '.') && is_number(t + 1, end))
            t += 2;
    }
    if (is_word(t, end) && (t->text[0] | 0x20) != 'z') {
        char c = (char)(t->text[0] | 0x20);
        bool dotted = t->len == 1 && is_punct(t + 1, end, '.');
        bool plain = t->len == 2 && (t->text[1] | 0x20) == 'm';
        if ((c == 'a' || c == 'p') && (dotted || plain)) {
            hour = hour % 12 + (c == 'p' ? 12 : 0);
            t += dotted ? 4 : 1;
        }
    }
    *seconds += hour * 3600;
    return t < end ? t : end;
}

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

/* Whether clocks of the United States show summer time on a day: 15 U.S.C.
 * 260a, since 2007, and as it was from 1987. */
static bool is_summer(struct date_civil c)
{
    const int64_t day = date_days(c);
    return c.year >= 2007
               ? day >= sunday(c.year, 3, 2) && day < sunday(c.year, 11, 1)
               : day >= sunday(c.year, 4, 1) && day < sunday(c.year, 10, 0);
}

/* A zone name, or +HHMM, +HH:MM, +HH; minutes east of UTC on that day. */
static int zone_minutes(const struct token *t, const struct token *end,
                        struct date_civil day)
{
    if (is_word(t, end))
        for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
            if (strlen(zones[i].name) == t->len &&
                strncasecmp(zones[i].name, t->text, t->len) == 0)
                return zones[i].minutes +
                       (zones[i].summer && is_summer(day) ? 60 : 0);
    bool minus = is_punct(t, end, '-');
    if ((!minus && !is_punct(t, end, '+')) || !is_number(t + 1, end))
        return 0;
    int64_t v = t[1].value;
    int64_t minutes = t[1].len == 4 ? v / 100 * 60 + v % 100 : v * 60;
    if (t[1].len <= 2 && is_punct(t + 2, end, ':') && is_number(t + 3, end))
        minutes += t[3].value;
    if (minutes > 15 * 60)
        return 0;
    return (int)(minus ? -minutes : minutes);
}

static bool epoch_date(const struct token *t, size_t n, struct nh_date *date)
{
    if (n != 1 || t->kind != TOKEN_NUMBER || t->len < 9 || t->len > 13 ||
        t->len == 11 || t->len == 12)
        return false;
    date->seconds = t->len == 13 ? t->value / 1000 : t->value;
    date->precision = DATE_SECOND;
    return true;
}

bool date_parse(struct slice text, struct nh_date *date)
{
    struct token tokens[TOKENS_MAX];
    text = slice_trim(text);
    size_t n = tokenise(text, tokens);
    const struct token *end = tokens + n;
    struct date_civil c;
    int parts;

    if (epoch_date(tokens, n, date))
        return true;
    const struct token *t = numeric_date(tokens, end, &c, &parts);
    if (!t)
        t = named_date(tokens, end, &c, &parts);
    if (!t || !civil_valid(c))
        return false;
    date->seconds = date_days(c) * 86400;
    date->precision = parts == 1   ? DATE_YEAR
                      : parts == 2 ? DATE_MONTH
                                   : DATE_DAY;
    int64_t clock;
    bool precise = false;
    const struct token *zone =
        parts == 3 ? clock_time(t, end, &clock, &precise) : NULL;
    if (zone) {
        date->seconds += clock - (int64_t)zone_minutes(zone, end, c) * 60;
        date->precision = precise ? DATE_SECOND : DATE_MINUTE;
    }
    return true;
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
        if (!is_digit(s.data[i]))
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
    int month = month_named(unit.data, unit.len);
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
    struct token tokens[TOKENS_MAX];
    size_t n = tokenise(s, tokens);
    struct date_civil c;
    int parts;
    const struct token *t = numeric_date(tokens, tokens + n, &c, &parts);
    if (!t || t != tokens + n || !civil_valid(c) || tokens[0].len == 14)
        return false;
    *first = *last = date_days(c);
    if (parts == 2)
        month_span(c.year, c.month, first, last);
    else if (parts == 1)
        year_span(c.year, first, last);
    return true;
}
