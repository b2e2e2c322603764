/* Dates of articles and periods of queries. */
#include "tests/unit/harness.h"

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
        cmocka_unit_test(days_and_civil_dates_agree),
        cmocka_unit_test(periods_mean_the_days_they_name)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
