/* SPDX-License-Identifier: Apache-2.0
 * terms: days, instants, and the calendar of holidays with its file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "holidays.h"

static int setup(void **state)
{
    *state = arena_new((size_t)16 * 1024 * 1024);
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void assert_str(str got, str want)
{
    if (!str_eq(got, want))
        fail_msg("got \"%.*s\", want \"%.*s\"", STR_FMT(got), STR_FMT(want));
}

static void assert_err(const struct err *e, const char *where, const char *msg)
{
    assert_int_equal(e->code, ERR_INPUT);
    assert_string_equal(e->where, where);
    assert_string_equal(e->msg, msg);
}

/* ---- dates ----------------------------------------------------------------------------------- */

/* Every day of every year, against counting on by one. */
static void days_and_their_parts_agree(void **state)
{
    (void)state;
    date at = DATE_NONE;
    assert_true(date_from_ymd(LIMIT_YEAR_MIN, 1, 1, &at));
    int weekday = 1;                                       /* 1 January 1900 was a Monday */
    for (int year = LIMIT_YEAR_MIN; year <= LIMIT_YEAR_MAX; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int number = 1; number <= date_month_length(year, month); number++) {
                date d = DATE_NONE;
                int y, m, n;
                assert_true(date_from_ymd(year, month, number, &d));
                assert_int_equal(date_cmp(d, at), 0);
                date_to_ymd(d, &y, &m, &n);
                if (y != year || m != month || n != number || date_year(d) != year)
                    fail_msg("%d-%d-%d came back as %d-%d-%d", year, month, number, y, m, n);
                assert_int_equal(date_weekday(d), weekday);
                weekday = weekday % 7 + 1;
                at = date_plus(at, 1);
            }
        }
    }
    assert_int_equal(day("1970-01-01").day, 0);
    assert_int_equal(day("2020-10-01").day, 18536);
    assert_int_equal(date_month_length(1900, 2), 28);
    assert_int_equal(date_month_length(2000, 2), 29);
}

static void only_real_dates_are_read(void **state)
{
    static const char *const bad[] = {
        "", "2020", "2020-1-01", "2020-01-1", "20200101", "2020/01/01", "2020-13-01", "2020-00-10",
        "2020-02-30", "2021-02-29", "2100-02-29", "2020-04-31", "2020-01-00", "2020-01-32",
        "1899-12-31", "2200-01-01", "2020-01-01 ", " 2020-01-01", "2020-01-+1", "-020-01-01",
        "2020-01-0x",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        date d = {4711};
        if (date_parse(str_of(bad[i]), &d))
            fail_msg("\"%s\" was taken", bad[i]);
        assert_int_equal(d.day, 4711);
    }
    assert_str(date_print(*state, day("1900-01-01")), S("1900-01-01"));
    assert_str(date_print(*state, day("2024-02-29")), S("2024-02-29"));
    assert_str(date_print(*state, DATE_NONE), S(""));
}

static void dates_compare_and_none_comes_first(void **state)
{
    (void)state;
    date a = day("2020-09-30"), b = day("2020-10-09");
    assert_int_equal(date_between(a, b), 9);
    assert_int_equal(date_between(b, a), -9);
    assert_int_equal(date_cmp(date_plus(a, 9), b), 0);
    assert_true(date_cmp(a, b) < 0 && date_cmp(b, a) > 0 && date_cmp(DATE_NONE, a) < 0);
    assert_int_equal(date_cmp(date_max(a, b), b), 0);
    assert_int_equal(date_cmp(date_max(a, DATE_NONE), a), 0);
    assert_true(date_is_none(DATE_NONE) && !date_is_none(a));
    assert_true(date_is_none(date_max(DATE_NONE, DATE_NONE)));
}

static void instants_are_days_of_china(void **state)
{
    static const struct {
        const char *text;
        int64_t at_ms;
    } rows[] = {
        {"1970-01-01 08:00", 0},
        {"1970-01-01 00:00", -INT64_C(8) * 3600 * 1000},
        {"2020-09-30 23:59", INT64_C(1601481540000)},
        {"2020-10-01 00:00", INT64_C(1601481600000)},       /* 16:00 of the 30th in UTC */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t at_ms = 0;
        str text = str_of(rows[i].text);
        assert_true(instant_parse(text, &at_ms));
        assert_true(at_ms == rows[i].at_ms);
        assert_str(instant_print(*state, at_ms), text);
        assert_str(instant_print(*state, at_ms + 59999), text);
        assert_str(date_print(*state, date_of_instant(at_ms)), (str){text.ptr, 10});
    }
    assert_true(instant_of_date(day("2020-10-01"), 24, 0)
                == instant_of_date(day("2020-10-02"), 0, 0));
    static const char *const bad[] = {"2020-10-01", "2020-10-01T09:00", "2020-10-01 24:00",
                                      "2020-10-01 09:60", "2020-10-01 9:00", "2020-10-01 09:00 ",
                                      "2020-02-30 09:00", "2020-10-01 09-00"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        int64_t at_ms = 4711;
        assert_false(instant_parse(str_of(bad[i]), &at_ms));
        assert_true(at_ms == 4711);
    }
}

/* ---- the calendar ---------------------------------------------------------------------------- */

/* The sums that the announcements add up to, checked against three published tables. */
static void each_year_has_its_working_days(void **state)
{
    static const int32_t sums[] = {250, 250, 249, 250, 249, 249, 251, 248, 248};
    struct calendar calendar = {0};
    str text;
    read_holidays(*state, &text, &calendar);
    assert_int_equal(calendar.years.len, COUNT_OF(sums));
    for (int i = 0; i < (int)COUNT_OF(sums); i++) {
        date before = DATE_NONE, last = DATE_NONE;
        assert_int_equal(calendar.years.items[i].year, 2018 + i);
        assert_true(date_from_ymd(2017 + i, 12, 31, &before));
        assert_true(date_from_ymd(2018 + i, 12, 31, &last));
        if (calendar_count_work(&calendar, before, last) != sums[i])
            fail_msg("%d: got %d, want %d", 2018 + i, calendar_count_work(&calendar, before, last),
                     sums[i]);
    }
    assert_str(calendar_find(&calendar, 2020)->document,
               S("国办发明电〔2019〕16号、国办发明电〔2020〕1号"));
    assert_null(calendar_find(&calendar, 2027));
}

static void a_day_is_what_the_notice_says(void **state)
{
    static const struct {
        const char *on;
        enum day_kind kind;
        bool known;
        const char *name_zh;
    } rows[] = {
        {"2020-09-27", DAY_MAKEUP, true, "国庆节、中秋节"},   /* Sunday */
        {"2020-09-26", DAY_WEEKEND, true, ""},
        {"2020-10-01", DAY_HOLIDAY, true, "国庆节、中秋节"},
        {"2020-10-04", DAY_HOLIDAY, true, "国庆节、中秋节"},  /* a Sunday within it */
        {"2020-10-09", DAY_WORK, true, ""},
        {"2020-10-10", DAY_MAKEUP, true, "国庆节、中秋节"},   /* Saturday */
        {"2020-10-11", DAY_WEEKEND, true, ""},
        {"2020-02-01", DAY_HOLIDAY, true, "春节"},            /* prolonged: Saturday, not worked */
        {"2020-02-03", DAY_WORK, true, ""},
        {"2019-05-05", DAY_MAKEUP, true, "劳动节"},           /* as amended */
        {"2022-12-31", DAY_HOLIDAY, true, "元旦"},
        {"2027-01-01", DAY_WORK, false, ""},                  /* Friday, not announced */
        {"2027-01-02", DAY_WEEKEND, false, ""},
        {"2017-10-02", DAY_WORK, false, ""},
    };
    struct calendar calendar = {0};
    str text;
    read_holidays(*state, &text, &calendar);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct day_info info = calendar_day(&calendar, day(rows[i].on));
        bool work = rows[i].kind == DAY_WORK || rows[i].kind == DAY_MAKEUP;
        if (info.kind != rows[i].kind || info.known != rows[i].known || info.work != work
            || calendar_is_work(&calendar, day(rows[i].on)) != work)
            fail_msg("%s", rows[i].on);
        assert_str(info.name_zh, str_of(rows[i].name_zh));
    }
}

static void working_days_left_go_both_ways(void **state)
{
    struct calendar calendar = {0};
    str text;
    read_holidays(*state, &text, &calendar);
    assert_int_equal(calendar_count_work(&calendar, day("2020-09-24"), day("2020-09-30")), 5);
    assert_int_equal(calendar_count_work(&calendar, day("2020-09-30"), day("2020-10-08")), 0);
    assert_int_equal(calendar_count_work(&calendar, day("2020-09-30"), day("2020-10-10")), 2);
    assert_int_equal(calendar_count_work(&calendar, day("2020-10-10"), day("2020-09-30")), -2);
    assert_int_equal(calendar_count_work(&calendar, day("2020-10-10"), day("2020-10-10")), 0);
}

static void what_is_printed_of_a_year_reads_back(void **state)
{
    struct calendar calendar = {0}, rebuilt = {0};
    struct err e = {.code = ERR_NONE};
    str text;
    read_holidays(*state, &text, &calendar);
    for (size_t i = calendar.years.len; i-- > 0;) {        /* put sorts them again */
        struct calendar one = {0};
        str printed = calendar_print_year(*state, &calendar.years.items[i]);
        assert_true(calendar_parse(*state, S("year"), printed, &one, &e));
        assert_int_equal(one.years.len, 1);
        assert_str(calendar_print_year(*state, &one.years.items[0]), printed);
        assert_true(str_has(text, printed));               /* the file is in that form itself */
        calendar_put(*state, &rebuilt, &one.years.items[0]);
        calendar_put(*state, &rebuilt, &one.years.items[0]);
    }
    assert_int_equal(rebuilt.years.len, calendar.years.len);
    for (size_t i = 0; i < rebuilt.years.len; i++)
        assert_int_equal(rebuilt.years.items[i].year, 2018 + (int)i);
    struct calendar_year changed = {.year = 2020, .document = S("a later notice")};
    calendar_put(*state, &rebuilt, &changed);
    assert_int_equal(rebuilt.years.len, calendar.years.len);
    assert_str(calendar_find(&rebuilt, 2020)->document, S("a later notice"));
    assert_true(calendar_is_work(&rebuilt, day("2020-10-01")));
    assert_false(calendar_is_work(&rebuilt, day("2021-10-01")));
}

static void a_wrong_calendar_is_refused_with_its_line(void **state)
{
#define YEAR "# days of 2020\n#year 2020 notice 16\n"
    static const struct {
        const char *text, *where, *msg;
    } rows[] = {
        {"2020-01-01\toff\tNew Year\t元旦\n", "h.tsv:1",
         "2020-01-01 stands before any year: write #year 2020 NOTICE above it"},
        {YEAR "2020-01-01 off\n", "h.tsv:3",
         "a day has 4 fields parted by tabs, this line has 1: write date, off or work, English "
         "name, Chinese name"},
        {YEAR "2020-01-01\toff\tNew Year\t元旦\tmore\n", "h.tsv:3",
         "a day has 4 fields parted by tabs, this line has 5: write date, off or work, English "
         "name, Chinese name"},
        {YEAR "2020-02-30\toff\tA\t甲\n", "h.tsv:3",
         "\"2020-02-30\" is not a date: write YYYY-MM-DD"},
        {YEAR "2020-01-01\tfree\tNew Year\t元旦\n", "h.tsv:3",
         "\"free\" is neither off nor work: write one of the two"},
        {YEAR "2020-01-01\toff\t\t元旦\n", "h.tsv:3",
         "2020-01-01 names no holiday: write its English and its Chinese name"},
        {YEAR "2020-01-01\toff\tNew Year\t \n", "h.tsv:3",
         "2020-01-01 names no holiday: write its English and its Chinese name"},
        {YEAR "2020-01-01\toff\tA\t甲\n\n2021-01-01\toff\tA\t甲\n", "h.tsv:5",
         "2021-01-01 stands in the year 2020: move it below #year 2021"},
        {YEAR "2020-10-02\toff\tA\t甲\n2020-10-01\toff\tA\t甲\n", "h.tsv:4",
         "2020-10-01 does not come after 2020-10-02: put the days in order, each once"},
        {YEAR "2020-10-02\toff\tA\t甲\n2020-10-02\twork\tA\t甲\n", "h.tsv:4",
         "2020-10-02 does not come after 2020-10-02: put the days in order, each once"},
        {YEAR "2020-09-25\twork\tA\t甲\n", "h.tsv:3",
         "2020-09-25 is a Friday, which is worked anyway: a make-up workday is a Saturday or "
         "Sunday"},
        {"#year twenty notice\n", "h.tsv:1",
         "\"twenty\" is not a year from 1900 to 2199: write #year YYYY NOTICE"},
        {"#year 2200 notice\n", "h.tsv:1",
         "\"2200\" is not a year from 1900 to 2199: write #year YYYY NOTICE"},
        {"#year 2020 \n", "h.tsv:1",
         "the year 2020 cites no document: write its number after the year"},
        {YEAR "#year 2021 notice\n2021-01-01\toff\tA\t甲\n", "h.tsv:2",
         "the year 2020 has no days: write its days off and make-up workdays below it"},
        {YEAR, "h.tsv:2",
         "the year 2020 has no days: write its days off and make-up workdays below it"},
        {YEAR "2020-01-01\toff\tA\t甲\n#year 2019 notice\n", "h.tsv:4",
         "the year 2019 stands after 2020: put the years in order, each once"},
        {YEAR "2020-01-01\toff\tA\t甲\n#year 2020 notice\n", "h.tsv:4",
         "the year 2020 stands after 2020: put the years in order, each once"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct calendar calendar = {0};
        struct err e = {.code = ERR_NONE};
        if (calendar_parse(*state, S("h.tsv"), str_of(rows[i].text), &calendar, &e))
            fail_msg("row %zu was taken", i);
        assert_err(&e, rows[i].where, rows[i].msg);
        assert_int_equal(calendar.years.len, 0);
    }
#undef YEAR
}

static void a_calendar_file_may_come_from_windows(void **state)
{
    struct calendar calendar = {0};
    struct err e = {.code = ERR_NONE};
    assert_true(calendar_parse(*state, S("h.tsv"),
                               S("# x\r\n\r\n#year 2020 16\r\n2020-01-01\toff\tNew Year\t元旦"),
                               &calendar, &e));
    assert_str(calendar.years.items[0].document, S("16"));
    assert_str(calendar.years.items[0].days[0].name_zh, S("元旦"));
    assert_true(calendar_parse(*state, S("h.tsv"), S("\n# nothing yet\n"), &calendar, &e));
    assert_int_equal(calendar.years.len, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(days_and_their_parts_agree),
        TEST(only_real_dates_are_read),
        TEST(dates_compare_and_none_comes_first),
        TEST(instants_are_days_of_china),
        TEST(each_year_has_its_working_days),
        TEST(a_day_is_what_the_notice_says),
        TEST(working_days_left_go_both_ways),
        TEST(what_is_printed_of_a_year_reads_back),
        TEST(a_wrong_calendar_is_refused_with_its_line),
        TEST(a_calendar_file_may_come_from_windows),
    };
#undef TEST
    return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
