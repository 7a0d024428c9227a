/* SPDX-License-Identifier: Apache-2.0
 * The legal clock against clock_golden.tsv, tables of dates checked by hand, one test a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "holidays.h"

enum { ROWS_MIN = 20, COLUMNS = 7, STOPS_MAX = 4, FILE_MOST = 64 * 1024 };

static struct arena *file_arena;     /* of the file and the calendars, as long as the tests */
static str golden;                   /* the text of clock_golden.tsv */
static struct calendar national;     /* 2018 to 2026 as they are in force */

static int load_files(void **state)
{
    str text;
    (void)state;
    file_arena = arena_new((size_t)8 * 1024 * 1024);
    read_holidays(file_arena, &text, &national);
    const char *root = getenv("YUNJIAN_SOURCE");
    const char *path = str_to_cstr(file_arena, str_printf(file_arena,
        "%s/tests/unit/clock_golden.tsv", root ? root : "."));
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s: set YUNJIAN_SOURCE to the root of the source", path);
    char *bytes = NEWS(file_arena, char, FILE_MOST);
    golden = (str){bytes, fread(bytes, 1, FILE_MOST, file)};
    fclose(file);
    return 0;
}

static int drop_files(void **state)
{
    (void)state;
    arena_free(file_arena);
    return 0;
}

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

/* ---- calendars ------------------------------------------------------------------------------- */

/* The national years first..last, in a calendar of its own. */
static struct calendar years(struct arena *arena, int first, int last)
{
    struct calendar out = {0};
    for (int year = first; year <= last; year++)
        calendar_put(arena, &out, calendar_find(&national, year));
    return out;
}

struct change {
    const char *on;
    enum day_kind kind;      /* HOLIDAY or MAKEUP; WORK and WEEKEND: as its weekday */
};

/* The year 2020 with other kinds for some days. */
static struct calendar_year changed_2020(struct arena *arena, const struct change *changes,
                                         size_t n)
{
    VEC(struct calendar_day) days = {0};
    for (date d = day("2020-01-01"); date_year(d) == 2020; d = date_plus(d, 1)) {
        struct day_info info = calendar_day(&national, d);
        enum day_kind kind = info.kind;
        for (size_t i = 0; i < n; i++)
            if (date_cmp(d, day(changes[i].on)) == 0)
                kind = changes[i].kind;
        struct calendar_day row = {d, kind == DAY_MAKEUP, S("Changed"), S("改")};
        if (kind == DAY_HOLIDAY || kind == DAY_MAKEUP)
            VEC_PUSH(arena, &days, row);
    }
    return (struct calendar_year){2020, S("changed"), days.items, days.len};
}

/* As announced in November 2019: 24 to 30 January off, Saturday 1 February worked. */
static struct calendar_year first_2020(struct arena *arena)
{
    static const struct change changes[] = {
        {"2020-01-31", DAY_WORK}, {"2020-02-01", DAY_MAKEUP}, {"2020-02-02", DAY_WEEKEND}};
    return changed_2020(arena, changes, COUNT_OF(changes));
}

/* A province that prolonged the Spring Festival and has two days off of its own in March. */
static struct calendar_year province_2020(struct arena *arena)
{
    static const struct change changes[] = {
        {"2020-02-03", DAY_HOLIDAY}, {"2020-02-04", DAY_HOLIDAY}, {"2020-02-05", DAY_HOLIDAY},
        {"2020-02-06", DAY_HOLIDAY}, {"2020-02-07", DAY_HOLIDAY}, {"2020-03-26", DAY_HOLIDAY},
        {"2020-03-27", DAY_HOLIDAY}};
    return changed_2020(arena, changes, COUNT_OF(changes));
}

/* ---- reading the tables ---------------------------------------------------------------------- */

/* One line of a table: a reading, and for a table of pairs a second one. */
struct reading {
    date start;
    struct limit_length length;
    struct suspension stops[STOPS_MAX];
    size_t n;
    date due;
    bool estimated;
};

static date read_date(str text)
{
    date d = DATE_NONE;
    if (!date_parse(text, &d))
        fail_msg("\"%.*s\" is no date: the table is wrong", STR_FMT(text));
    return d;
}

static struct limit_length read_length(str text)
{
    struct limit_length length;
    int64_t count = -1;
    str number, unit, roll;
    str_cut(text, ' ', &number, &unit);
    length.roll = !str_cut(unit, ' ', &unit, &roll);
    if (!str_to_i64(number, &count) || !unit_parse(unit, &length.unit) ||
        (!length.roll && !str_eq(roll, S("no-roll"))))
        fail_msg("\"%.*s\" is no length: the table is wrong", STR_FMT(text));
    length.count = (int32_t)count;
    return length;
}

static void read_stops(str text, struct reading *out)
{
    str one;
    bool more = !str_eq(text, S("-"));
    out->n = 0;
    while (more) {
        more = str_cut(text, ',', &one, &text);
        assert_true(out->n < STOPS_MAX && one.len == 22);
        out->stops[out->n++] = (struct suspension){read_date((str){one.ptr, 10}),
                                                   read_date((str){one.ptr + 12, 10})};
    }
}

static void read_due(str text, struct reading *out)
{
    out->estimated = str_starts(text, S("~"));
    out->due = read_date(out->estimated ? (str){text.ptr + 1, text.len - 1} : text);
}

static bool read_row(str line, struct reading *first, struct reading *second)
{
    str field[COLUMNS];
    size_t n = 0;
    for (bool more = true; more; n++) {
        assert_true(n < COLUMNS);
        more = str_cut(line, '\t', &field[n], &line);
    }
    assert_true(n == 4 || n == COLUMNS);
    first->start = read_date(field[0]);
    first->length = read_length(field[1]);
    read_stops(field[2], first);
    read_due(field[3], first);
    *second = *first;
    if (n == 4)
        return false;
    if (!str_eq(field[4], S("=")))
        second->start = read_date(field[4]);
    if (!str_eq(field[5], S("=")))
        read_stops(field[5], second);
    read_due(field[6], second);
    return true;
}

typedef date asker(struct arena *arena, const struct calendar *calendar,
                   const struct reading *reading, struct doc **steps, bool *estimated);

static date ask_due(struct arena *arena, const struct calendar *calendar,
                    const struct reading *reading, struct doc **steps, bool *estimated)
{
    return clock_due(arena, calendar, reading->start, reading->length, reading->stops, reading->n,
                     steps, estimated);
}

static date ask_wait(struct arena *arena, const struct calendar *calendar,
                     const struct reading *reading, struct doc **steps, bool *estimated)
{
    date first = clock_wait(calendar, reading->start, reading->length);
    assert_int_equal(date_cmp(first, clock_allowed(arena, calendar, reading->start,
                                                   reading->length, steps, estimated)), 0);
    return first;
}

static date ask_before(struct arena *arena, const struct calendar *calendar,
                       const struct reading *reading, struct doc **steps, bool *estimated)
{
    return clock_before(arena, calendar, reading->start, reading->length, steps, estimated);
}

static void check_reading(struct arena *arena, asker *ask, const struct calendar *calendar,
                          const struct reading *reading, str line)
{
    struct doc *steps;
    bool estimated = !reading->estimated;
    date got = ask(arena, calendar, reading, &steps, &estimated);
    if (date_cmp(got, reading->due) != 0 || estimated != reading->estimated)
        fail_msg("%.*s: got %s%s", STR_FMT(line), estimated ? "~" : "", shown(arena, got));
    /* The derivation can be printed, in both languages, and tells of an estimate. */
    str zh = derivation_print(arena, steps, reading->length.unit, LANGUAGE_ZH);
    str en = derivation_print(arena, steps, reading->length.unit, LANGUAGE_EN);
    assert_true(str_has(en, date_print(arena, got)) && str_has(zh, date_print(arena, got)));
    assert_int_equal(str_has(en, S("no arrangement")), estimated);
    assert_int_equal(str_has(zh, S("尚未公布")), estimated);
}

/* Every row of the table, the second reading under the second calendar; `pairs` says whether it
 * has second readings. Returns how many rows differ between their readings. */
static size_t check_table(struct arena *arena, const char *name, asker *ask,
                          const struct calendar *a, const struct calendar *b)
{
    str rest = golden, line, wanted = str_printf(arena, "#table %s", name);
    size_t rows = 0, moved = 0;
    bool inside = false;
    while (rest.len) {
        struct reading first, second;
        str_cut(rest, '\n', &line, &rest);
        if (str_starts(line, S("#table ")))
            inside = str_eq(line, wanted);
        if (!inside || line.len == 0 || line.ptr[0] == '#')
            continue;
        rows++;
        bool pair = read_row(line, &first, &second);
        assert_int_equal(pair, b != NULL);
        check_reading(arena, ask, a, &first, line);
        if (pair)
            check_reading(arena, ask, b, &second, line);
        moved += date_cmp(first.due, second.due) != 0;
    }
    if (rows < ROWS_MIN)
        fail_msg("the table %s has %zu rows, at least %d are wanted", name, rows, ROWS_MIN);
    return moved;
}

/* ---- the tables ------------------------------------------------------------------------------ */

static void working_days(void **state)
{
    check_table(*state, "working-days", ask_due, &national, NULL);
}

static void calendar_days(void **state)
{
    check_table(*state, "days", ask_due, &national, NULL);
}

static void months(void **state)
{
    check_table(*state, "months", ask_due, &national, NULL);
}

static void a_last_day_on_a_rest_day_rolls(void **state)
{
    check_table(*state, "roll", ask_due, &national, NULL);
}

static void suspensions_are_taken_out(void **state)
{
    check_table(*state, "suspended", ask_due, &national, NULL);
}

static void a_waiting_time_never_rolls(void **state)
{
    check_table(*state, "wait", ask_wait, &national, NULL);
}

static void a_count_backwards_never_rolls(void **state)
{
    check_table(*state, "before", ask_before, &national, NULL);
}

static void the_clock_runs_from_the_day_it_happened(void **state)
{
    check_table(*state, "occurred-on", ask_due, &national, &national);
}

static void a_correction_derives_anew(void **state)
{
    check_table(*state, "corrected", ask_due, &national, &national);
}

static void each_authority_has_its_own_calendar(void **state)
{
    struct calendar province = years(*state, 2018, 2026);
    struct calendar_year year = province_2020(*state);
    calendar_put(*state, &province, &year);
    assert_int_equal(check_table(*state, "authority", ask_due, &national, &province), 17);
}

static void a_year_once_loaded_gives_the_published_day(void **state)
{
    struct calendar before = years(*state, 2018, 2019), after = years(*state, 2018, 2019);
    for (int year = 2020; year <= 2026; year++)
        calendar_put(*state, &after, calendar_find(&national, year));
    check_table(*state, "estimate", ask_due, &before, &after);
}

/* A changed arrangement is the year put again: what is derived anew moves, all else stays. */
static void the_arrangement_of_2020_was_changed_in_force(void **state)
{
    struct calendar before = years(*state, 2018, 2026), after = years(*state, 2018, 2026);
    struct calendar_year year = first_2020(*state);
    calendar_put(*state, &before, &year);
    calendar_put(*state, &after, &year);
    calendar_put(*state, &after, calendar_find(&national, 2020));
    assert_int_equal(check_table(*state, "changed-2020", ask_due, &before, &after), 15);
    /* Every working-day limit of every day loses those of the two days that it had counted. */
    for (date start = day("2019-12-01"); date_year(start) < 2021; start = date_plus(start, 1)) {
        for (int32_t n = 1; n <= 40; n++) {
            struct limit_length length = {n, UNIT_WORKING_DAY, true};
            date was = clock_due(NULL, &before, start, length, NULL, 0, NULL, NULL);
            date is = clock_due(NULL, &after, start, length, NULL, 0, NULL, NULL);
            int32_t lost = n - calendar_count_work(&after, start, was);
            if (lost < 0 || lost > 2 || calendar_count_work(&after, was, is) != lost ||
                (date_cmp(was, is) != 0) != (lost > 0))
                fail_msg("%d after %s: %s became %s", n, shown(*state, start), shown(*state, was),
                         shown(*state, is));
        }
    }
}

/* ---- dates that the text names --------------------------------------------------------------- */

static void recurring_dates_never_roll(void **state)
{
    static const struct {
        const char *from;
        struct by_date by;
        const char *date;
    } rows[] = {
        /* By the 5th of the month, of the next one, of that in a year. */
        {"2020-09-01", {0, 5, 0}, "2020-09-05"},             /* a Saturday */
        {"2020-09-30", {0, 5, 1}, "2020-10-05"},             /* in National Day */
        {"2020-01-01", {0, 5, 0}, "2020-01-05"},             /* a Sunday */
        {"2020-12-01", {0, 5, 1}, "2021-01-05"},
        {"2020-12-31", {0, 5, 2}, "2021-02-05"},
        {"2020-09-10", {0, 5, 0}, "2020-09-05"},             /* passed already */
        {"2020-01-31", {0, 5, 12}, "2021-01-05"},
        /* The last day of the month. */
        {"2020-02-10", {0, 31, 0}, "2020-02-29"},
        {"2021-02-10", {0, 31, 0}, "2021-02-28"},
        {"2020-01-31", {0, 30, 1}, "2020-02-29"},
        {"2020-03-31", {0, 31, 1}, "2020-04-30"},
        /* By a day of the year, of this one and the next. */
        {"2020-01-02", {9, 30, 0}, "2020-09-30"},
        {"2020-12-31", {9, 30, 0}, "2020-09-30"},            /* passed already */
        {"2020-12-31", {9, 30, 1}, "2021-09-30"},
        {"2022-06-01", {10, 1, 0}, "2022-10-01"},
        {"2020-09-30", {1, 31, 1}, "2021-01-31"},            /* a Sunday */
        {"2020-03-31", {1, 1, 0}, "2020-01-01"},
        {"2020-02-29", {12, 31, 0}, "2020-12-31"},
        {"2020-06-15", {2, 29, 0}, "2020-02-29"},
        {"2020-06-15", {2, 29, 1}, "2021-02-28"},
        {"2020-06-15", {2, 29, 4}, "2024-02-29"},
        {"2019-12-31", {6, 30, 1}, "2020-06-30"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct doc *steps;
        date got = clock_by(day(rows[i].from), rows[i].by);
        if (date_cmp(got, day(rows[i].date)) != 0)
            fail_msg("row %zu: got %s, want %s", i, shown(*state, got), rows[i].date);
        assert_int_equal(date_cmp(clock_until(*state, day(rows[i].from), got, &steps), got), 0);
        assert_int_equal(steps->list.len, date_cmp(day(rows[i].from), got) < 0 ? 3 : 2);
    }
}

static void the_latest_fact_starts_the_clock(void **state)
{
    date known[] = {day("2020-09-28"), day("2020-09-24"), day("2020-09-30"), day("2020-09-24")};
    date missing[] = {day("2020-09-28"), DATE_NONE};
    struct doc *steps;
    assert_int_equal(date_cmp(clock_latest(*state, known, 4, &steps), day("2020-09-30")), 0);
    assert_int_equal(steps->list.len, 3);
    for (size_t i = 0; i < 3; i++) {
        static const char *const order[] = {"2020-09-24", "2020-09-28", "2020-09-30"};
        assert_int_equal(date_cmp(doc_get_date(steps->list.items[i], S("on")), day(order[i])), 0);
    }
    assert_true(date_is_none(clock_latest(*state, missing, 2, &steps)));
    assert_int_equal(steps->list.len, 1);
    assert_true(date_is_none(clock_latest(NULL, missing + 1, 1, NULL)));
    assert_true(date_is_none(clock_latest(*state, NULL, 0, &steps)));
    assert_int_equal(steps->list.len, 0);
}

/* ---- derivations as lines -------------------------------------------------------------------- */

static void assert_lines(struct arena *arena, const struct doc *steps, enum unit unit,
                         enum language language, const char *want)
{
    str got = derivation_print(arena, steps, unit, language);
    assert_string_equal(str_to_cstr(arena, got), want);
}

static void a_derivation_is_read_with_a_finger(void **state)
{
    struct doc *steps;
    struct suspension stop = {day("2020-09-25"), day("2020-09-27")};
    clock_due(*state, &national, day("2020-09-23"),
              (struct limit_length){4, UNIT_WORKING_DAY, true}, &stop, 1, &steps, NULL);
    assert_lines(*state, steps, UNIT_WORKING_DAY, LANGUAGE_EN,
        "2020-09-23 Wed                      the day it begins, not counted\n"
        "2020-09-24 Thu .. 2020-09-25 Fri    days 1 to 2\n"
        "2020-09-26 Sat .. 2020-09-27 Sun    the clock stands still, not counted\n"
        "2020-09-28 Mon .. 2020-09-29 Tue    days 3 to 4\n"
        "2020-09-29 Tue                      due, until 24:00 of this day\n");
    stop.to = DATE_NONE;
    clock_due(*state, &national, day("2020-09-23"), (struct limit_length){1, UNIT_MONTH, true},
              &stop, 1, &steps, NULL);
    assert_lines(*state, steps, UNIT_MONTH, LANGUAGE_ZH,
        "2020-09-23 周三                     起算日，当日不计\n"
        "2020-09-24 周四 .. 2020-09-25 周五  计入，已满 0 个月\n"
        "2020-09-26 周六 ..                  停止计算期间，不计\n");
    clock_due(*state, &national, day("2020-09-25"), (struct limit_length){7, UNIT_DAY, true}, NULL,
              0, &steps, NULL);
    assert_lines(*state, steps, UNIT_DAY, LANGUAGE_ZH,
        "2020-09-25 周五                     起算日，当日不计\n"
        "2020-09-26 周六 .. 2020-10-02 周五  计第 1 至第 7 天\n"
        "2020-10-03 周六 .. 2020-10-09 周五  末日自 2020-10-02 顺延至下一个工作日\n"
        "2020-10-09 周五                     到期，当日 24 时截止\n");
    clock_until(*state, day("2020-09-25"), day("2020-10-05"), &steps);
    assert_lines(*state, steps, UNIT_DAY, LANGUAGE_EN,
        "2020-09-25 Fri                      the day it begins, not counted\n"
        "2020-09-26 Sat .. 2020-10-05 Mon    up to the date that is fixed, not counted\n"
        "2020-10-05 Mon                      due, until 24:00 of this day\n");
}

static void waits_and_counts_backwards_are_read_likewise(void **state)
{
    struct doc *steps;
    clock_before(*state, &national, day("2020-10-11"),
                 (struct limit_length){3, UNIT_WORKING_DAY, true}, &steps, NULL);
    assert_lines(*state, steps, UNIT_WORKING_DAY, LANGUAGE_EN,
        "2020-09-29 Tue                      the latest day, itself not counted\n"
        "2020-09-30 Wed                      day 1\n"
        "2020-10-01 Thu .. 2020-10-08 Thu    National Day and Mid-Autumn Festival, not counted\n"
        "2020-10-09 Fri                      day 2\n"
        "2020-10-10 Sat                      make-up workday (National Day and Mid-Autumn "
        "Festival), day 3\n"
        "2020-10-11 Sun                      left over, not needed\n"
        "2020-10-11 Sun                      the day by which the count must be over\n"
        "2020-09-30 Wed                      counted from this day it would be over only on "
        "2020-10-12: too late\n");
    clock_allowed(*state, &national, day("2026-12-31"),
                  (struct limit_length){1, UNIT_WORKING_DAY, true}, &steps, NULL);
    assert_lines(*state, steps, UNIT_WORKING_DAY, LANGUAGE_ZH,
        "2026-12-31 周四                     起算日，当日不计\n"
        "2027                                该年放假安排尚未公布，按周末推算\n"
        "2027-01-01 周五                     计第 1 天\n"
        "2027-01-02 周六                     自当日起可以办理\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(working_days),
        TEST(calendar_days),
        TEST(months),
        TEST(a_last_day_on_a_rest_day_rolls),
        TEST(suspensions_are_taken_out),
        TEST(a_waiting_time_never_rolls),
        TEST(a_count_backwards_never_rolls),
        TEST(the_clock_runs_from_the_day_it_happened),
        TEST(a_correction_derives_anew),
        TEST(each_authority_has_its_own_calendar),
        TEST(a_year_once_loaded_gives_the_published_day),
        TEST(the_arrangement_of_2020_was_changed_in_force),
        TEST(recurring_dates_never_roll),
        TEST(the_latest_fact_starts_the_clock),
        TEST(a_derivation_is_read_with_a_finger),
        TEST(waits_and_counts_backwards_are_read_likewise),
    };
#undef TEST
    return cmocka_run_group_tests_name("clock_golden", tests, load_files, drop_files);
}
