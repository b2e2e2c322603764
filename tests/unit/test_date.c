/* Dates of articles and periods of queries. */
#include "tests/unit/harness.h"

#include <stdio.h>
#include <string.h>

#include "common/text/date.h"

static void usual_spellings_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *iso;
    } rows[] = {{"2024", "2024"},
                {"2024-05", "2024-05"},
                {"2024-05-17", "2024-05-17"},
                {"20240517", "2024-05-17"},
                {"2024/05/17", "2024-05-17"},
                {"2024-05-17T10:14", "2024-05-17T10:14Z"},
                {"2024-05-17T10:14:05Z", "2024-05-17T10:14:05Z"},
                {"2024-05-17T10:14:05.123+02:00", "2024-05-17T08:14:05Z"},
                {"2024-05-17 23:30:00 -0400", "2024-05-18T03:30:00Z"},
                {"Fri, 17 May 2024 10:14:05 GMT", "2024-05-17T10:14:05Z"},
                {"17 May 24 10:14 EDT", "2024-05-17T14:14Z"},
                {"26-FEB-1987 15:01:01.79", "1987-02-26T15:01:01Z"},
                {" 7-APR-1987 09:12:02.62", "1987-04-07T09:12:02Z"},
                {"May 17, 2024", "2024-05-17"},
                {"May 17, 2024, 10:14 a.m. EDT", "2024-05-17T14:14Z"},
                /* Summer time of the United States. */
                {"Mar. 9, 2024 12:00 p.m. ET", "2024-03-09T17:00Z"},
                {"Mar. 10, 2024 12:00 p.m. ET", "2024-03-10T16:00Z"},
                {"Nov. 2, 2024 12:00 p.m. ET", "2024-11-02T16:00Z"},
                {"Nov. 3, 2024 12:00 p.m. ET", "2024-11-03T17:00Z"},
                {"Apr. 1, 2006 12:00 PT", "2006-04-01T20:00Z"},
                {"Apr. 2, 2006 12:00 PT", "2006-04-02T19:00Z"},
                {"Oct. 28, 2006 12:00 PT", "2006-10-28T19:00Z"},
                {"Oct. 29, 2006 12:00 PT", "2006-10-29T20:00Z"},
                {"17 May 2024 15:44 IST", "2024-05-17T10:14Z"},
                {"17 May 2024 20:14 AEST", "2024-05-17T10:14Z"},
                {"May 17, 2024 12:05 pm", "2024-05-17T12:05Z"},
                {"Sept. 3, 1999", "1999-09-03"},
                {"May 2024", "2024-05"},
                {"1715940845", "2024-05-17T10:14:05Z"},
                {"1715940845000", "2024-05-17T10:14:05Z"},
                {"1600-02-29", "1600-02-29"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct nh_date d;
        struct buf out = BUF_INIT;
        assert_true(date_parse(slice_of(rows[i].text), &d));
        date_format(d, &out);
        assert_string_equal(buf_cstr(&out), rows[i].iso);
        buf_release(&out);
    }
}

static void doubtful_dates_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",   "yesterday",  "2024-13", "2023-02-29",
        "12", "0000-01-01", "May",     "31 April 2024"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct nh_date d;
        assert_false(date_parse(slice_of(bad[i]), &d));
    }
}

/* Dates as agencies, sites, mailers, programs and cameras of many countries
 * write them. */
static void dates_of_the_world_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *iso;
    } rows[] = {
        {"Wed Aug 27 13:08:45 +0000 2008", "2008-08-27T13:08:45Z"},
        {"Wed May  1 10:13:08 2019", "2019-05-01T10:13:08Z"},
        {"Wed May  1 10:13:08 CEST 2019", "2019-05-01T08:13:08Z"},
        {"Fri May 17 10:14:05 UTC 2024", "2024-05-17T10:14:05Z"},
        {"Fri May 17 10:14:05 XQZ 2024", "2024-05-17"},
        {"Wed, 01 May 2024 10:00:00 GMT+0200", "2024-05-01T08:00:00Z"},
        {"Wed, 01 May 2024 10:00:00 UTC+2", "2024-05-01T08:00:00Z"},
        {"2024-05-01T01:00:00,123+02:00", "2024-04-30T23:00:00Z"},
        {"mar., 05 nov. 2024 10:00:00 +0100", "2024-11-05T09:00:00Z"},
        {"mardi 5 novembre 2024", "2024-11-05"},
        {"le 5 août 2024 à 10h30", "2024-08-05T10:30Z"},
        {"5 p.m. May 3, 2024", "2024-05-03T17:00Z"},
        {"9 a.m. Monday, June 2, 2025", "2025-06-02T09:00Z"},
        {"10:30 AM EDT, Fri May 17, 2024", "2024-05-17T14:30Z"},
        {"2024年5月1日", "2024-05-01"},
        {"2024年05月01日 10:30", "2024-05-01T10:30Z"},
        {"2024年5月1日 10時30分", "2024-05-01T10:30Z"},
        {"2024年5月1日(水)", "2024-05-01"},
        {"2024년 5월 1일", "2024-05-01"},
        {"24.12.2023", "2023-12-24"},
        {"31/12/2016", "2016-12-31"},
        {"12/31/2016", "2016-12-31"},
        {"05/05/2024", "2024-05-05"},
        {"1.5.2024 10:30", "2024-05-01T10:30Z"},
        {"Tue 05/03/2024", "2024-03-05"},
        {"May 10-12, 2024", "2024-05-10"},
        {"10-12 May 2024", "2024-05-10"},
        {"30 April - 2 May 2024", "2024-04-30"},
        {"May 30 - June 2, 2024", "2024-05-30"},
        {"May 10–12, 2024", "2024-05-10"},
        {"2024-W20-5", "2024-05-17"},
        {"2024W205", "2024-05-17"},
        {"2024-137", "2024-05-16"},
        {"2024:05:17 10:14:05", "2024-05-17T10:14:05Z"},
        {"2024:05:17", "2024-05-17"},
        {"1714557600.0", "2024-05-01T10:00:00Z"},
        {"1714557600000000", "2024-05-01T10:00:00Z"},
        {"1.7145576e9", "2024-05-01T10:00:00Z"},
        {"AFP_ENG_20100501.0001", "2010-05-01"},
        {"20240517T101405+0200", "2024-05-17T08:14:05Z"},
        {"20240517101405", "2024-05-17T10:14:05Z"},
        {"Saturday, 17-Feb-24 10:14:05 GMT", "2024-02-17T10:14:05Z"},
        {"17. Mai 2024, 10:14 Uhr", "2024-05-17T10:14Z"},
        {"17. Mai 2024 um 10.14 Uhr", "2024-05-17T10:14Z"},
        {"17 de mayo de 2024", "2024-05-17"},
        {"17 maggio 2024", "2024-05-17"},
        {"17 мая 2024 г.", "2024-05-17"},
        {"17 травня 2024", "2024-05-17"},
        {"17 maja 2024", "2024-05-17"},
        {"17 lipca 2024", "2024-07-17"},
        {"niedziela, 17 listopada 2024", "2024-11-17"},
        {"17. června 2024", "2024-06-17"},
        {"17. července 2024", "2024-07-17"},
        {"2024. május 17.", "2024-05-17"},
        {"2024. 05. 17.", "2024-05-17"},
        {"17 Mayıs 2024", "2024-05-17"},
        {"17 Μαΐου 2024", "2024-05-17"},
        {"17 tháng 5, 2024", "2024-05-17"},
        {"17. toukokuuta 2024", "2024-05-17"},
        {"17 mei 2024", "2024-05-17"},
        {"March 3, 2024", "2024-03-03"},
        {"Mar 3, 2024", "2024-03-03"},
        {"3 mars 2024", "2024-03-03"},
        {"January 5, 2010 Tuesday", "2010-01-05"},
        {"January 5, 2010 Tuesday 4:30 PM GMT", "2010-01-05T16:30Z"},
        {"Published May 3, 2024", "2024-05-03"},
        {"May 3, 2024 Late Edition - Final 2", "2024-05-03"},
        {"2024-05-17T10:14:05.123456789Z", "2024-05-17T10:14:05Z"},
        {"2024-05-17T10:14:05-04:00[America/New_York]", "2024-05-17T14:14:05Z"},
        {"Fri, 17 May 2024 10:14:05 +0200 (CEST)", "2024-05-17T08:14:05Z"},
        {"17/May/2024:10:14:05 +0200", "2024-05-17T08:14:05Z"},
        {"17-MAY-2024", "2024-05-17"},
        {"May 17th, 2024", "2024-05-17"},
        {"17th of May, 2024", "2024-05-17"},
        {"1er mai 2024", "2024-05-01"},
        {"1º de maio de 2024", "2024-05-01"},
        {"2024/05/17 10:14", "2024-05-17T10:14Z"},
        {"05/2024", "2024-05"},
        {"2024-05-17 24:00", "2024-05-18T00:00Z"},
        {"2024-5-7", "2024-05-07"},
        {"Montag, 17. Juni 2024", "2024-06-17"},
        {"dinsdag 2 april 2024", "2024-04-02"},
        {"fre 17 maj 2024 10:14", "2024-05-17T10:14Z"},
        {"viernes, 17 de mayo de 2024, 10:14 h", "2024-05-17T10:14Z"},
        {"sexta-feira, 17 de maio de 2024", "2024-05-17"},
        {"pátek 17. května 2024", "2024-05-17"},
        {"vineri, 17 mai 2024", "2024-05-17"},
        {"17 Ekim 2024", "2024-10-17"},
        {"17 октября 2024, 10:14", "2024-10-17T10:14Z"},
        {"17 Οκτωβρίου 2024", "2024-10-17"},
        {"2024-05-17 10:14:05 UTC", "2024-05-17T10:14:05Z"},
        {"1714557600123", "2024-05-01T10:00:00Z"},
        {"Thursday, May 16, 2024 at 11:05 PM", "2024-05-16T23:05Z"},
        {"12:05 a.m. ET, May 17, 2024", "2024-05-17T04:05Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct nh_date d = {0, DATE_NONE};
        struct buf out = BUF_INIT;
        if (!date_parse(slice_of(rows[i].text), &d))
            fail_msg("'%s' is not read", rows[i].text);
        date_format(d, &out);
        if (strcmp(buf_cstr(&out), rows[i].iso) != 0)
            fail_msg("'%s' is %s", rows[i].text, buf_cstr(&out));
        buf_release(&out);
    }
}

static void what_has_two_readings_has_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "05/01/2024",
        "17 listopada 2024",
        "May 10-12",
        "Version 3 of 2024",
        "10:14",
        "0000-00-00",
        "n/a",
        "2 days ago",
        "2024-02-30",
        "99999999",
        "10/11/12",
        "03-04-2024",
        "Mon",
        "17",
        "May 10 2024 2025",
        "not before x",
        "2024-13-45",
        "2024-W54-1",
        "2024-400",
        "31.2.2024",
        "25:61 May 3, 2024",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct nh_date d;
        if (date_parse(slice_of(bad[i]), &d))
            fail_msg("'%s' is read", bad[i]);
    }
}

static void an_order_decides_between_readings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum date_order order;
        const char *iso;
    } rows[] = {{"05/01/2024", DATE_ORDER_DMY, "2024-01-05"},
                {"05/01/2024", DATE_ORDER_MDY, "2024-05-01"},
                {"05/13/2024", DATE_ORDER_DMY, "2024-05-13"},
                {"13/05/2024 10:14", DATE_ORDER_MDY, "2024-05-13T10:14Z"},
                {"05-01-24", DATE_ORDER_MDY, "2024-05-01"},
                {"24/05/01", DATE_ORDER_YMD, "2024-05-01"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct nh_date d;
        struct buf out = BUF_INIT;
        assert_true(date_parse_as(slice_of(rows[i].text), rows[i].order, &d));
        date_format(d, &out);
        assert_string_equal(buf_cstr(&out), rows[i].iso);
        buf_release(&out);
    }
}

/* Every day of some years, in twelve ways of writing it. */
static void every_day_is_read_as_it_is_written(void **state)
{
    (void)state;
    static const char *const names[12] = {
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December"};
    for (int64_t day = 10957; day < 12053; day++) { /* 2000 to 2002 */
        const struct date_civil c = date_civil_of(day);
        char text[12][64];
        const char *const n = names[c.month - 1];
        snprintf(text[0], 64, "%d-%02d-%02d", c.year, c.month, c.day);
        snprintf(text[1], 64, "%s %d, %d", n, c.day, c.year);
        snprintf(text[2], 64, "%d %s %d", c.day, n, c.year);
        snprintf(text[3], 64, "%d. %.3s %d 23:59", c.day, n, c.year);
        snprintf(text[4], 64, "%.3s %2d 00:00:00 %d", n, c.day, c.year);
        snprintf(text[5], 64, "%d%02d%02d", c.year, c.month, c.day);
        snprintf(text[6], 64, "%d.%d.%d", c.day, c.month, c.year);
        snprintf(text[7], 64, "%d:%02d:%02d 12:00:00", c.year, c.month, c.day);
        snprintf(text[8], 64, "11:59 p.m. %s %d, %d", n, c.day, c.year);
        snprintf(text[9], 64, "%02d-%.3s-%02d", c.day, n, c.year % 100);
        snprintf(text[10], 64, "%d-%03d", c.year,
                 (int)(day - date_days((struct date_civil){c.year, 1, 1})) + 1);
        snprintf(text[11], 64, "%lld", (long long)day * 86400 + 5);
        for (int i = 0; i < 12; i++) {
            struct nh_date d;
            if (!date_parse(slice_of(text[i]), &d) ||
                date_day_of(d.seconds) != day)
                fail_msg("'%s' is not day %lld", text[i], (long long)day);
        }
    }
}

static void days_and_civil_dates_agree(void **state)
{
    (void)state;
    for (int64_t day = -700000; day < 700000; day += 13) {
        struct date_civil c = date_civil_of(day);
        assert_int_equal(date_days(c), day);
        assert_true(c.day >= 1 && c.day <= date_month_length(c.year, c.month));
    }
    assert_int_equal(date_day_of(-1), -1);
}

static void periods_mean_the_days_they_name(void **state)
{
    (void)state;
    const int64_t today =
        date_days((struct date_civil){2024, 5, 17}); /* a Friday */
    static const struct {
        const char *text, *first, *last;
    } rows[] = {{"2024", "2024-01-01", "2024-12-31"},
                {"2024-02", "2024-02-01", "2024-02-29"},
                {"today", "2024-05-17", "2024-05-17"},
                {"yesterday", "2024-05-16", "2024-05-16"},
                {"this-week", "2024-05-13", "2024-05-19"},
                {"last-week", "2024-05-06", "2024-05-12"},
                {"last-month", "2024-04-01", "2024-04-30"},
                {"last-year", "2023-01-01", "2023-12-31"},
                {"last-may", "2023-05-01", "2023-05-31"},
                {"last-apr", "2024-04-01", "2024-04-30"},
                {"30d", "2024-04-18", "2024-05-17"},
                {"1w", "2024-05-11", "2024-05-17"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t first, last, want;
        struct nh_date d;
        assert_true(date_period(slice_of(rows[i].text), today, &first, &last));
        assert_true(date_parse(slice_of(rows[i].first), &d));
        want = date_day_of(d.seconds);
        assert_int_equal(first, want);
        assert_true(date_parse(slice_of(rows[i].last), &d));
        want = date_day_of(d.seconds);
        assert_int_equal(last, want);
    }
    int64_t first, last;
    assert_false(date_period(slice_of("soon"), today, &first, &last));
    assert_false(date_period(slice_of("2024-05-17x"), today, &first, &last));
    assert_false(date_period(slice_of(""), today, &first, &last));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_spellings_are_read),
        cmocka_unit_test(doubtful_dates_are_refused),
        cmocka_unit_test(dates_of_the_world_are_read),
        cmocka_unit_test(what_has_two_readings_has_none),
        cmocka_unit_test(an_order_decides_between_readings),
        cmocka_unit_test(every_day_is_read_as_it_is_written),
        cmocka_unit_test(days_and_civil_dates_agree),
        cmocka_unit_test(periods_mean_the_days_they_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
