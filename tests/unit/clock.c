/* SPDX-License-Identifier: Apache-2.0
 * The legal clock: dates and derivations checked by hand against a wall calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "holidays.h"

static struct arena *file_arena;     /* the calendar's, as long as the tests */
static struct calendar calendar;     /* 2018 to 2026 */

static int load_calendar(void **state)
{
    str text;
    (void)state;
    file_arena = arena_new((size_t)8 * 1024 * 1024);
    read_holidays(file_arena, &text, &calendar);
    return 0;
}

static int drop_calendar(void **state)
{
    (void)state;
    arena_free(file_arena);
    return 0;
}

static int setup(void **state)
{
    *state = arena_new(LIMIT_ARENA_REQUEST);   /* what a request may use */
    return 0;
}

static int teardown(void **state)
{
    arena_free(*state);
    return 0;
}

/* ---- golden dates ---------------------------------------------------------------------------- */

#define WD UNIT_WORKING_DAY
#define CD UNIT_DAY
#define MO UNIT_MONTH

struct golden {
    const char *start;
    int32_t count;
    enum unit unit;
    bool roll;
    struct { const char *from, *to; } stops[3];
    const char *due;
};

static date golden_due(struct arena *arena, const struct golden *row, struct doc **out_steps)
{
    struct suspension stops[3];
    size_t n = 0;
    for (; n < 3 && row->stops[n].from; n++)
        stops[n] = (struct suspension){day(row->stops[n].from), day(row->stops[n].to)};
    return clock_due(arena, &calendar, day(row->start),
                     (struct limit_length){row->count, row->unit, row->roll}, stops, n, out_steps,
                     NULL);
}

static void check_golden(struct arena *arena, const struct golden *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        date due = golden_due(arena, &rows[i], NULL);
        if (date_cmp(due, day(rows[i].due)) != 0)
            fail_msg("row %zu: %d %s after %s: got %s, want %s", i, rows[i].count,
                     unit_name(rows[i].unit), rows[i].start, shown(arena, due),
                     rows[i].due ? rows[i].due : "none");
    }
}

static void working_days_follow_the_wall_calendar(void **state)
{
    static const struct golden rows[] = {
        /* National Day 2020: Sunday 27 September and Saturday 10 October are worked. */
        {"2020-09-24", 5, WD, true, {{0}}, "2020-09-30"},
        {"2020-09-30", 1, WD, true, {{0}}, "2020-10-09"},
        {"2020-09-30", 2, WD, true, {{0}}, "2020-10-10"},
        {"2020-09-30", 3, WD, true, {{0}}, "2020-10-12"},
        {"2020-09-26", 1, WD, true, {{0}}, "2020-09-27"},
        {"2020-10-03", 1, WD, true, {{0}}, "2020-10-09"},
        /* Spring Festival 2020, prolonged to 2 February: Saturday 1 February is not worked. */
        {"2020-01-17", 1, WD, true, {{0}}, "2020-01-19"},
        {"2020-01-17", 2, WD, true, {{0}}, "2020-01-20"},
        {"2020-01-23", 1, WD, true, {{0}}, "2020-02-03"},
        {"2020-01-22", 3, WD, true, {{0}}, "2020-02-04"},
        /* Labour Day 2019 as amended: 28 April and 5 May are worked. */
        {"2019-04-26", 1, WD, true, {{0}}, "2019-04-28"},
        {"2019-04-30", 1, WD, true, {{0}}, "2019-05-05"},
        /* Year ends. */
        {"2018-12-28", 1, WD, true, {{0}}, "2018-12-29"},
        {"2018-12-28", 2, WD, true, {{0}}, "2019-01-02"},
        {"2019-12-31", 1, WD, true, {{0}}, "2020-01-02"},
        {"2020-12-31", 1, WD, true, {{0}}, "2021-01-04"},
        {"2022-12-30", 1, WD, true, {{0}}, "2023-01-03"},
        {"2025-12-31", 1, WD, true, {{0}}, "2026-01-04"},
        /* An ordinary week, and a limit of no days. */
        {"2020-11-06", 1, WD, true, {{0}}, "2020-11-09"},
        {"2020-11-02", 15, WD, true, {{0}}, "2020-11-23"},
        {"2020-10-03", 0, WD, true, {{0}}, "2020-10-03"},
    };
    check_golden(*state, rows, COUNT_OF(rows));
}

static void days_and_months_end_and_roll_by_the_civil_code(void **state)
{
    static const struct golden rows[] = {
        {"2020-09-25", 7, CD, true, {{0}}, "2020-10-09"},    /* 2 October rolls */
        {"2020-09-25", 7, CD, false, {{0}}, "2020-10-02"},
        {"2020-09-20", 7, CD, true, {{0}}, "2020-09-27"},    /* a make-up Sunday does not */
        {"2020-11-02", 30, CD, true, {{0}}, "2020-12-02"},
        {"2020-10-03", 0, CD, true, {{0}}, "2020-10-09"},
        {"2020-10-03", 0, CD, false, {{0}}, "2020-10-03"},
        {"2020-01-31", 1, MO, false, {{0}}, "2020-02-29"},
        {"2020-01-31", 1, MO, true, {{0}}, "2020-03-02"},
        {"2021-01-31", 1, MO, false, {{0}}, "2021-02-28"},
        {"2021-01-31", 1, MO, true, {{0}}, "2021-03-01"},
        {"2020-01-31", 2, MO, false, {{0}}, "2020-03-31"},   /* not from the shortened month */
        {"2019-02-28", 1, MO, true, {{0}}, "2019-03-28"},
        {"2019-11-30", 3, MO, false, {{0}}, "2020-02-29"},
        {"2020-02-29", 12, MO, false, {{0}}, "2021-02-28"},
        {"2020-02-29", 48, MO, false, {{0}}, "2024-02-29"},
        {"2020-08-01", 2, MO, true, {{0}}, "2020-10-09"},
        {"2020-12-31", 2, MO, false, {{0}}, "2021-02-28"},
        {"2019-01-15", 24, MO, true, {{0}}, "2021-01-15"},
        {"2020-11-02", 0, MO, true, {{0}}, "2020-11-02"},
    };
    check_golden(*state, rows, COUNT_OF(rows));
}

static void the_clock_stands_still_while_suspended(void **state)
{
    static const struct golden rows[] = {
        /* Two used, stopped from the 24th to the 28th, three left. */
        {"2020-09-21", 5, WD, true, {{"2020-09-23", "2020-09-28"}}, "2020-10-09"},
        /* Nothing left at the return: the first working day after the answer. */
        {"2020-09-24", 5, WD, true, {{"2020-09-30", "2020-10-05"}}, "2020-10-09"},
        {"2020-11-02", 5, WD, true, {{"2020-11-09", "2020-11-11"}}, "2020-11-12"},
        /* Returned when it was late already. */
        {"2020-09-24", 5, WD, true, {{"2020-10-09", "2020-10-12"}}, "2020-10-13"},
        /* Before the start, across the start, on the start. */
        {"2020-09-24", 5, WD, true, {{"2020-09-20", "2020-09-23"}}, "2020-09-30"},
        {"2020-09-24", 5, WD, true, {{"2020-09-20", "2020-09-25"}}, "2020-10-09"},
        {"2020-09-24", 5, WD, true, {{"2020-09-24", "2020-09-25"}}, "2020-10-09"},
        /* Return and answer on one day, even the last one. */
        {"2020-09-24", 5, WD, true, {{"2020-09-30", "2020-09-30"}}, "2020-09-30"},
        /* Several, one of them without days. */
        {"2020-09-21", 5, WD, true, {{"2020-09-22", "2020-09-24"}, {"2020-09-25", "2020-09-28"},
                                     {"2020-09-29", "2020-09-29"}}, "2020-10-09"},
        /* Returned again on the day of the answer. */
        {"2020-11-02", 5, WD, true, {{"2020-11-04", "2020-11-10"}, {"2020-11-10", "2020-11-12"}},
         "2020-11-17"},
        /* Nothing left, answered on Friday, returned on Saturday before the new due day came. */
        {"2020-11-02", 3, WD, true, {{"2020-11-05", "2020-11-06"}, {"2020-11-07", "2020-11-11"}},
         "2020-11-12"},
        /* Stopped on rest days only: no working day is lost. */
        {"2020-11-02", 8, WD, true, {{"2020-11-06", "2020-11-08"}}, "2020-11-12"},
        {"2020-11-02", 0, WD, true, {{"2020-11-02", "2020-11-06"}}, "2020-11-09"},
        /* Calendar days: four used, six after the answer. */
        {"2020-11-02", 10, CD, true, {{"2020-11-06", "2020-11-12"}}, "2020-11-18"},
        {"2020-11-02", 10, CD, true, {{"2020-11-12", "2020-11-13"}}, "2020-11-16"},
        {"2020-11-02", 10, CD, false, {{"2020-11-12", "2020-11-13"}}, "2020-11-16"},
        {"2020-11-02", 12, CD, true, {{"2020-11-14", "2020-11-15"}}, "2020-11-16"},
        /* Months: laid down first, the stopped days behind, then rolled. */
        {"2020-11-02", 1, MO, true, {{"2020-11-06", "2020-11-12"}}, "2020-12-08"},
        {"2020-11-02", 1, MO, true, {{"2020-11-06", "2020-11-09"}}, "2020-12-07"},
        {"2020-11-02", 1, MO, false, {{"2020-11-06", "2020-11-09"}}, "2020-12-05"},
        {"2020-01-31", 1, MO, false, {{"2020-02-10", "2020-02-15"}}, "2020-03-05"},
        {"2020-11-02", 1, MO, true, {{"2020-12-02", "2020-12-04"}}, "2020-12-07"},
        {"2020-11-02", 1, MO, true, {{"2020-12-10", "2020-12-14"}}, "2020-12-15"},
        /* Not answered yet: no due day can be said. */
        {"2020-09-24", 5, WD, true, {{"2020-09-25", NULL}}, NULL},
        {"2020-11-02", 1, MO, true, {{"2020-11-06", "2020-11-09"}, {"2020-11-10", NULL}}, NULL},
    };
    check_golden(*state, rows, COUNT_OF(rows));
}

static void a_wait_ends_the_day_after_its_last_day(void **state)
{
    static const struct golden rows[] = {
        {"2020-10-09", 15, CD, true, {{0}}, "2020-10-25"},   /* a Sunday: waits never roll */
        {"2020-09-24", 5, WD, true, {{0}}, "2020-10-01"},
        {"2020-11-05", 1, WD, true, {{0}}, "2020-11-07"},
        {"2021-01-31", 1, MO, true, {{0}}, "2021-03-01"},
        {"2019-11-30", 3, MO, true, {{0}}, "2020-03-01"},
        {"2020-11-02", 0, CD, true, {{0}}, "2020-11-03"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        date first = clock_wait(&calendar, day(rows[i].start),
                                (struct limit_length){rows[i].count, rows[i].unit, rows[i].roll});
        if (date_cmp(first, day(rows[i].due)) != 0)
            fail_msg("row %zu: got %s, want %s", i, shown(*state, first), rows[i].due);
    }
}

static void a_year_without_arrangement_is_an_estimate(void **state)
{
    static const struct {
        const char *start;
        int32_t count;
        enum unit unit;
        bool roll;
        const char *due;
        bool estimated;
    } rows[] = {
        {"2026-12-24", 5, WD, true, "2026-12-31", false},
        {"2026-12-31", 1, WD, true, "2027-01-01", true},     /* by the weekday alone */
        {"2026-12-31", 2, WD, true, "2027-01-04", true},
        {"2017-12-29", 1, WD, true, "2018-01-02", true},     /* two days of 2017 are skipped */
        {"2017-12-31", 1, WD, true, "2018-01-02", false},
        {"2026-12-31", 3, CD, false, "2027-01-03", false},   /* no calendar is asked */
        {"2026-12-31", 3, CD, true, "2027-01-04", true},
        {"2026-11-30", 3, MO, true, "2027-03-01", true},     /* 28 February 2027 is a Sunday */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool estimated = !rows[i].estimated;
        date due = clock_due(*state, &calendar, day(rows[i].start),
                             (struct limit_length){rows[i].count, rows[i].unit, rows[i].roll}, NULL,
                             0, NULL, &estimated);
        if (date_cmp(due, day(rows[i].due)) != 0 || estimated != rows[i].estimated)
            fail_msg("row %zu: got %s%s", i, shown(*state, due), estimated ? ", estimated" : "");
    }
}

static void units_have_names(void **state)
{
    (void)state;
    for (enum unit unit = UNIT_WORKING_DAY; unit <= UNIT_MONTH; unit++) {
        enum unit back = UNIT_WORKING_DAY;
        assert_true(unit_parse(str_of(unit_name(unit)), &back));
        assert_int_equal(back, unit);
    }
    enum unit kept = UNIT_MONTH;
    assert_false(unit_parse(S("working day"), &kept));
    assert_false(unit_parse(S(""), &kept));
    assert_int_equal(kept, UNIT_MONTH);
}

/* ---- derivations, word for word -------------------------------------------------------------- */

static str spelled(struct arena *arena, const struct doc *steps)
{
    struct buf text = buf_new(arena, 256);
    for (size_t i = 0; i < steps->list.len; i++) {
        const struct doc *step = steps->list.items[i];
        buf_add(&text, doc_get_text(step, S("kind")));
        for (size_t k = 1; k < step->map.len; k++) {
            const struct doc_member *member = &step->map.items[k];
            buf_addf(&text, " %.*s=", STR_FMT(member->key));
            if (member->value->kind == DOC_INT)
                buf_add_i64(&text, member->value->integer);
            else
                buf_add(&text, member->value->kind == DOC_TEXT ? member->value->text : S("null"));
        }
        buf_addc(&text, '\n');
    }
    return buf_str(&text);
}

static void check_derivation(struct arena *arena, const struct golden *row, const char *want)
{
    struct doc *steps = NULL;
    (void)golden_due(arena, row, &steps);
    assert_non_null(steps);
    assert_string_equal(str_to_cstr(arena, spelled(arena, steps)), want);
}

static void a_derivation_names_every_day(void **state)
{
    check_derivation(*state, &(struct golden){"2020-09-24", 6, WD, true, {{0}}, NULL},
        "start on=2020-09-24\n"
        "count from=2020-09-25 to=2020-09-25 n=1\n"
        "weekend from=2020-09-26 to=2020-09-26\n"
        "makeup on=2020-09-27 name_zh=国庆节、中秋节 "
        "name_en=National Day and Mid-Autumn Festival n=2\n"
        "count from=2020-09-28 to=2020-09-30 n=5\n"
        "holiday from=2020-10-01 to=2020-10-08 name_zh=国庆节、中秋节 "
        "name_en=National Day and Mid-Autumn Festival\n"
        "count from=2020-10-09 to=2020-10-09 n=6\n"
        "due on=2020-10-09\n");
    check_derivation(*state, &(struct golden){"2020-09-25", 7, CD, true, {{0}}, NULL},
        "start on=2020-09-25\n"
        "count from=2020-09-26 to=2020-10-02 n=7\n"
        "roll from=2020-10-02 to=2020-10-09\n"
        "due on=2020-10-09\n");
    check_derivation(*state, &(struct golden){"2026-12-30", 2, WD, true, {{0}}, NULL},
        "start on=2026-12-30\n"
        "count from=2026-12-31 to=2026-12-31 n=1\n"
        "estimate year=2027\n"
        "count from=2027-01-01 to=2027-01-01 n=2\n"
        "due on=2027-01-01\n");
}

static void two_holidays_in_a_row_are_two_steps(void **state)
{
    struct calendar two = {0};
    struct err e = {.code = ERR_NONE};
    struct doc *steps = NULL;
    assert_true(calendar_parse(*state, S("two"), S("#year 2020 n\n2020-11-03\toff\tA\t甲\n"
                               "2020-11-04\toff\tB\t乙\n2020-11-05\toff\tB\t乙\n"), &two, &e));
    (void)clock_due(*state, &two, day("2020-11-02"), (struct limit_length){1, WD, true}, NULL, 0,
                    &steps, NULL);
    assert_string_equal(str_to_cstr(*state, spelled(*state, steps)),
        "start on=2020-11-02\n"
        "holiday from=2020-11-03 to=2020-11-03 name_zh=甲 name_en=A\n"
        "holiday from=2020-11-04 to=2020-11-05 name_zh=乙 name_en=B\n"
        "count from=2020-11-06 to=2020-11-06 n=1\n"
        "due on=2020-11-06\n");
}

static void a_derivation_names_every_stop(void **state)
{
    check_derivation(*state,
        &(struct golden){"2020-11-02", 3, WD, true,
                         {{"2020-11-03", "2020-11-04"}, {"2020-11-09", "2020-11-10"}}, NULL},
        "start on=2020-11-02\n"
        "count from=2020-11-03 to=2020-11-03 n=1\n"
        "suspended from=2020-11-04 to=2020-11-04\n"
        "count from=2020-11-05 to=2020-11-06 n=3\n"
        "late from=2020-11-07 to=2020-11-09\n"
        "suspended from=2020-11-10 to=2020-11-10\n"
        "roll from=2020-11-10 to=2020-11-11\n"
        "due on=2020-11-11\n");
    check_derivation(*state,
        &(struct golden){"2020-01-31", 2, MO, true, {{"2020-03-05", "2020-03-09"}}, NULL},
        "start on=2020-01-31\n"
        "count from=2020-02-01 to=2020-03-05 n=1\n"
        "suspended from=2020-03-06 to=2020-03-09\n"
        "count from=2020-03-10 to=2020-04-04 n=2\n"
        "roll from=2020-04-04 to=2020-04-07\n"
        "due on=2020-04-07\n");
    check_derivation(*state,
        &(struct golden){"2020-11-02", 3, WD, true, {{"2020-11-03", NULL}}, NULL},
        "start on=2020-11-02\n"
        "count from=2020-11-03 to=2020-11-03 n=1\n"
        "suspended from=2020-11-04 to=null\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(working_days_follow_the_wall_calendar),
        TEST(days_and_months_end_and_roll_by_the_civil_code),
        TEST(the_clock_stands_still_while_suspended),
        TEST(a_wait_ends_the_day_after_its_last_day),
        TEST(a_year_without_arrangement_is_an_estimate),
        TEST(units_have_names),
        TEST(a_derivation_names_every_day),
        TEST(two_holidays_in_a_row_are_two_steps),
        TEST(a_derivation_names_every_stop),
    };
#undef TEST
    return cmocka_run_group_tests_name("clock", tests, load_calendar, drop_calendar);
}
