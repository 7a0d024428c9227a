/* SPDX-License-Identifier: Apache-2.0
 * The legal clock: limits drawn from a seed (YUNJIAN_SEED, printed), each against a slow reference
 * that goes day by day, against a finger that follows the derivation, and against its laws. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "holidays.h"

enum { CASES = 20000, SUSPENSIONS_MAX = 4 };

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

/* ---- the reference: slow, day by day, by other means ----------------------------------------- */

struct drawn {
    date start;
    struct limit_length length;
    struct suspension stops[SUSPENSIONS_MAX];
    size_t n;
};

static bool stopped(const struct drawn *c, date d)
{
    for (size_t i = 0; i < c->n; i++)
        if (date_cmp(c->stops[i].from, d) < 0 && date_cmp(d, c->stops[i].to) <= 0)
            return true;
    return false;
}

static date ref_month_end(date start, int32_t months)
{
    int year, month, number;
    date end = DATE_NONE;
    date_to_ymd(start, &year, &month, &number);
    int all = year * 12 + month - 1 + months;
    while (!date_from_ymd(all / 12, all % 12 + 1, number, &end))
        number--;
    return end;
}

static date ref_next_work(date d)
{
    do {
        d = date_plus(d, 1);
    } while (!calendar_is_work(&calendar, d));
    return d;
}

/* The last day of the limit by itself: units are used up on days that are not stopped; a month
 * limit is as many calendar days as it has from its start. */
static date ref_last(const struct drawn *c)
{
    int32_t left = c->length.count;
    if (c->length.unit == UNIT_MONTH)
        left = date_between(c->start, ref_month_end(c->start, left));
    date d = c->start;
    while (left > 0) {
        d = date_plus(d, 1);
        if (stopped(c, d))
            continue;
        if (c->length.unit == UNIT_WORKING_DAY && !calendar_is_work(&calendar, d))
            continue;
        left--;
    }
    return d;
}

static date ref_due(const struct drawn *c)
{
    date last = ref_last(c), due = last;
    bool rolls = c->length.roll && c->length.unit != UNIT_WORKING_DAY;
    if (rolls && !calendar_is_work(&calendar, last))
        due = ref_next_work(last);
    for (size_t i = 0; i < c->n; i++) {
        date from = date_max(c->stops[i].from, c->start);
        if (date_cmp(from, c->stops[i].to) < 0 && date_cmp(last, from) <= 0)
            due = ref_next_work(c->stops[i].to);
    }
    return due;
}

/* ---- drawing cases --------------------------------------------------------------------------- */

static int32_t draw(struct prng *prng, int32_t from, int32_t to)
{
    return from + (int32_t)prng_below(prng, (uint64_t)(to - from + 1));
}

static struct drawn draw_case(struct prng *prng)
{
    struct drawn c = {.start = date_plus(day("2017-06-01"), draw(prng, 0, 3900))};
    static const int32_t most[] = {[UNIT_WORKING_DAY] = 40, [UNIT_DAY] = 90, [UNIT_MONTH] = 26};
    c.length.unit = (enum unit)prng_below(prng, 3);
    c.length.count = draw(prng, 0, prng_chance(prng, 50) ? 6 : most[c.length.unit]);
    c.length.roll = prng_chance(prng, 70);
    c.n = prng_chance(prng, 40) ? 0 : (size_t)draw(prng, 1, SUSPENSIONS_MAX);
    date at = date_plus(c.start, draw(prng, -12, 8));
    for (size_t i = 0; i < c.n; i++) {
        c.stops[i].from = at;
        c.stops[i].to = date_plus(at, prng_chance(prng, 20) ? 0 : draw(prng, 0, 15));
        at = date_plus(c.stops[i].to, prng_chance(prng, 20) ? 0 : draw(prng, 0, 14));
    }
    return c;
}

static const char *told(struct arena *arena, const struct drawn *c)
{
    struct buf text = buf_new(arena, 256);
    buf_addf(&text, "%d %s%s after %s", c->length.count, unit_name(c->length.unit),
             c->length.roll ? " rolling" : "", shown(arena, c->start));
    for (size_t i = 0; i < c->n; i++)
        buf_addf(&text, ", stopped %s to %s", shown(arena, c->stops[i].from),
                 shown(arena, c->stops[i].to));
    return str_to_cstr(arena, buf_str(&text));
}

static uint64_t seed_of_run(void)
{
    const char *text = getenv("YUNJIAN_SEED");
    int64_t seed;
    if (!text || !str_to_i64(str_of(text), &seed))
        seed = 20200924;
    printf("seed %lld (YUNJIAN_SEED)\n", (long long)seed);
    return (uint64_t)seed;
}

/* ---- the finger on the wall calendar --------------------------------------------------------- */

struct finger {
    struct arena *arena;
    const struct drawn *c;
    date at;                 /* last day that a step accounted for */
    int32_t n;               /* units counted */
    int estimated_year;
    bool estimated, ended;
    bool unknown;            /* a day was judged whose year has no arrangement */
    const struct doc *before;
};

static void check(const struct finger *f, bool so, const char *what)
{
    if (!so)
        fail_msg("%s: at %s: not so: %s", told(f->arena, f->c), shown(f->arena, f->at), what);
}
#define CHECK(finger, what) check((finger), (what), #what)

static bool is_kind(const struct doc *step, const char *kind)
{
    return str_eq(doc_get_text(step, S("kind")), str_of(kind));
}

static void check_day(struct finger *f, const struct doc *step, date d)
{
    struct day_info info = calendar_day(&calendar, d);
    bool counting = f->n < f->c->length.count;
    bool working = f->c->length.unit == UNIT_WORKING_DAY;
    CHECK(f, stopped(f->c, d) == is_kind(step, "suspended"));
    if (is_kind(step, "count")) {
        CHECK(f, counting);
        CHECK(f, !working || info.kind == DAY_WORK);
        f->n += f->c->length.unit != UNIT_MONTH;
    } else if (is_kind(step, "makeup")) {
        CHECK(f, counting && working && info.kind == DAY_MAKEUP);
        f->n++;
    } else if (is_kind(step, "weekend")) {
        CHECK(f, (working || !counting) && info.kind == DAY_WEEKEND);
    } else if (is_kind(step, "holiday")) {
        CHECK(f, (working || !counting) && info.kind == DAY_HOLIDAY);
        CHECK(f, str_eq(doc_get_text(step, S("name_zh")), info.name_zh));
        CHECK(f, str_eq(doc_get_text(step, S("name_en")), info.name_en));
    } else if (is_kind(step, "late")) {
        CHECK(f, !counting);
    } else if (is_kind(step, "spare")) {
        CHECK(f, !counting && (!working || !info.work));
    } else if (is_kind(step, "roll")) {
        CHECK(f, !counting);
        CHECK(f, info.work == (date_cmp(d, doc_get_date(step, S("to"))) == 0));
    } else {
        CHECK(f, is_kind(step, "suspended"));
    }
    bool asked = working && !is_kind(step, "suspended") && !is_kind(step, "late");
    if ((asked || is_kind(step, "roll")) && !info.known) {
        CHECK(f, f->estimated && f->estimated_year >= date_year(d));
        f->unknown = true;
    }
    f->at = d;
}

static void check_days(struct finger *f, const struct doc *step)
{
    bool roll = is_kind(step, "roll"), one = is_kind(step, "makeup");
    date from = doc_get_date(step, one ? S("on") : S("from"));
    date to = doc_get_date(step, one ? S("on") : S("to"));
    CHECK(f, !date_is_none(from) && !date_is_none(to));
    CHECK(f, !roll || date_cmp(f->at, from) == 0);
    date first = roll ? date_plus(from, 1) : from;
    CHECK(f, date_between(f->at, first) == 1 && date_cmp(first, to) <= 0);
    CHECK(f, !f->estimated || f->estimated_year <= date_year(to));
    /* Runs are whole: the same kind twice in a row would be one step (but for holidays of two
     * names, and make-up days, which stand alone). */
    if (f->before && !one)
        CHECK(f, !str_eq(doc_get_text(f->before, S("kind")), doc_get_text(step, S("kind")))
                     || !str_eq(doc_get_text(f->before, S("name_zh")),
                                doc_get_text(step, S("name_zh"))));
    while (date_cmp(f->at, to) < 0)
        check_day(f, step, date_plus(f->at, 1));
    if (is_kind(step, "count") && f->c->length.unit == UNIT_MONTH)
        f->n = (int32_t)doc_get_int(step, S("n"), -1);
    if (is_kind(step, "count") || one)
        CHECK(f, doc_get_int(step, S("n"), -1) == f->n);
}

static void check_step(struct finger *f, const struct doc *step)
{
    CHECK(f, !f->ended);
    if (is_kind(step, "start") || is_kind(step, "latest")) {
        CHECK(f, !f->before && date_cmp(doc_get_date(step, S("on")), f->c->start) == 0);
    } else if (is_kind(step, "estimate")) {
        int year = (int)doc_get_int(step, S("year"), 0);
        CHECK(f, !calendar_find(&calendar, year));
        CHECK(f, !f->estimated || year > f->estimated_year);
        CHECK(f, year >= date_year(f->at));
        f->estimated = true;
        f->estimated_year = year;
    } else if (is_kind(step, "due") || is_kind(step, "end") || is_kind(step, "allowed")) {
        CHECK(f, date_between(f->at, doc_get_date(step, S("on"))) == is_kind(step, "allowed"));
        CHECK(f, !f->estimated || f->estimated_year <= date_year(f->at));
        f->ended = true;
    } else {
        CHECK(f, f->before != NULL);
        check_days(f, step);
    }
    f->before = step;
}

/* Follows the first `n` steps from the start, and gives the finger back as it stands at the end. */
static struct finger follow(struct arena *arena, const struct drawn *c, const struct doc *steps,
                            size_t n)
{
    struct finger f = {.arena = arena, .c = c, .at = c->start};
    for (size_t i = 0; i < n; i++)
        check_step(&f, steps->list.items[i]);
    CHECK(&f, f.ended);
    CHECK(&f, f.n == c->length.count);
    return f;
}

static bool is_known(date d)
{
    return calendar_day(&calendar, d).known;
}

/* An estimate is what asked a year without arrangement, and nothing else. */
static void check_estimate(const struct finger *f, date due, bool estimated)
{
    CHECK(f, f->estimated == estimated);
    CHECK(f, !f->unknown || estimated);
    if (f->c->length.unit == UNIT_WORKING_DAY) {
        CHECK(f, f->unknown == estimated);
        if (f->c->n == 0 && f->c->length.count > 0)
            CHECK(f, estimated == !(is_known(date_plus(f->c->start, 1)) && is_known(due)));
    } else if (f->c->n == 0) {
        bool known = is_known(ref_last(f->c)) && is_known(due);
        CHECK(f, estimated == (f->c->length.roll && !known));
    }
}

static void check_case(struct arena *arena, const struct drawn *c)
{
    struct doc *steps = NULL;
    bool estimated = false;
    date due = clock_due(arena, &calendar, c->start, c->length, c->stops, c->n, &steps, &estimated);
    date want = ref_due(c);
    if (date_cmp(due, want) != 0)
        fail_msg("%s: got %s, want %s", told(arena, c), shown(arena, due), shown(arena, want));
    struct finger f = follow(arena, c, steps, steps->list.len);
    CHECK(&f, date_cmp(f.at, due) == 0);
    check_estimate(&f, due, estimated);
    /* Whoever wants no derivation gets the same day. */
    bool same = false;
    CHECK(&f, date_cmp(due, clock_due(arena, &calendar, c->start, c->length, c->stops, c->n, NULL,
                                      &same)) == 0);
    CHECK(&f, same == estimated);
}

static void drawn_limits_agree_with_the_reference(void **state)
{
    struct prng prng;
    prng_seed(&prng, seed_of_run());
    for (int i = 0; i < CASES; i++) {
        struct drawn c = draw_case(&prng);
        check_case(*state, &c);
        arena_reset(*state);
    }
}

/* ---- laws ------------------------------------------------------------------------------------ */

static date due_of(struct arena *arena, const struct drawn *c)
{
    return clock_due(arena, &calendar, c->start, c->length, c->stops, c->n, NULL, NULL);
}

static void check_laws(struct arena *arena, struct drawn c)
{
    struct drawn other = c;
    struct finger f = {.arena = arena, .c = &c, .at = c.start};
    date due = due_of(arena, &c);
    /* A stop never makes a date earlier. */
    other.n = 0;
    date plain = due_of(arena, &other);
    CHECK(&f, date_cmp(plain, due) <= 0);
    /* A longer limit, or a later start, is never due earlier. */
    other.length.count++;
    CHECK(&f, date_cmp(plain, due_of(arena, &other)) <= 0);
    other.length.count--;
    other.start = date_plus(c.start, 1);
    CHECK(&f, date_cmp(plain, due_of(arena, &other)) <= 0);
    /* A wait and a limit that does not roll end with the same day. */
    other.start = c.start;
    other.length.roll = false;
    CHECK(&f, date_between(due_of(arena, &other), clock_wait(&calendar, c.start, c.length)) == 1);
    /* Stop and answer on one day change nothing, wherever that day is. */
    if (c.n < SUSPENSIONS_MAX) {
        other = c;
        date at = c.n ? c.stops[c.n - 1].to : due;
        other.stops[other.n++] = (struct suspension){at, at};
        CHECK(&f, date_cmp(due, due_of(arena, &other)) == 0);
    }
    /* While the clock stands still there is no due day, and the derivation says so last. */
    if (c.n) {
        struct doc *steps = NULL;
        other = c;
        other.stops[c.n - 1].to = DATE_NONE;
        CHECK(&f, date_is_none(clock_due(arena, &calendar, c.start, c.length, other.stops, other.n,
                                         &steps, NULL)));
        const struct doc *last = steps->list.items[steps->list.len - 1];
        CHECK(&f, is_kind(last, "suspended") && doc_get(last, S("to"))->kind == DOC_NULL);
        CHECK(&f, date_between(date_max(c.start, other.stops[c.n - 1].from),
                               doc_get_date(last, S("from"))) == 1);
    }
}

static void the_laws_of_the_clock_hold(void **state)
{
    struct prng prng;
    prng_seed(&prng, seed_of_run() + 1);
    for (int i = 0; i < CASES; i++) {
        check_laws(*state, draw_case(&prng));
        arena_reset(*state);
    }
}

/* ---- waits and counts backwards -------------------------------------------------------------- */

static void check_wait(struct arena *arena, struct drawn c)
{
    struct doc *steps;
    bool estimated;
    c.n = 0;
    c.length.roll = false;
    date first = clock_allowed(arena, &calendar, c.start, c.length, &steps, &estimated);
    struct finger f = follow(arena, &c, steps, steps->list.len);
    CHECK(&f, date_between(ref_last(&c), first) == 1);
    CHECK(&f, date_cmp(first, clock_wait(&calendar, c.start, c.length)) == 0);
    check_estimate(&f, date_plus(first, -1), estimated);
}

/* c.start is the day counted towards. */
static void check_before(struct arena *arena, struct drawn c)
{
    struct doc *steps;
    bool estimated;
    date end = c.start;
    c.n = 0;
    c.length.roll = false;
    date latest = clock_before(arena, &calendar, end, c.length, &steps, &estimated);
    c.start = latest;
    /* The derivation accounts for every day after the latest one up to the end; its last step is
     * the proof that no later day would do. */
    struct finger f = follow(arena, &c, steps, steps->list.len - 1);
    CHECK(&f, date_cmp(f.at, end) == 0);
    check_estimate(&f, end, estimated);
    const struct doc *later = steps->list.items[steps->list.len - 1];
    /* f <= latest(Y) exactly when add(f) <= Y, for days on both sides. */
    for (int32_t i = -40; i <= 40; i++) {
        c.start = date_plus(latest, i);
        date over = ref_last(&c);
        CHECK(&f, (i <= 0) == (date_cmp(over, end) <= 0));
        if (i == 1)
            CHECK(&f, is_kind(later, "later") &&
                      date_cmp(doc_get_date(later, S("from")), c.start) == 0 &&
                      date_cmp(doc_get_date(later, S("to")), over) == 0);
    }
    c.start = latest;
    date same = clock_before(NULL, &calendar, end, c.length, NULL, NULL);
    CHECK(&f, date_cmp(latest, same) == 0);
}

static void waits_and_counts_backwards_keep_their_laws(void **state)
{
    struct prng prng;
    prng_seed(&prng, seed_of_run() + 2);
    for (int i = 0; i < CASES / 10; i++) {
        struct drawn c = draw_case(&prng);
        check_wait(*state, c);
        check_before(*state, c);
        arena_reset(*state);
    }
}

/* ---- years that are not announced yet -------------------------------------------------------- */

/* Holidays and make-up days at random, for a year that nobody has arranged. */
static void invent_year(struct arena *arena, struct prng *prng, struct calendar *out, int number)
{
    VEC(struct calendar_day) days = {0};
    date first = DATE_NONE;
    assert_true(date_from_ymd(number, 1, 1, &first));
    for (date d = first; date_year(d) == number; d = date_plus(d, 1)) {
        struct calendar_day row = {d, date_weekday(d) > 5, S("Invented"), S("拟")};
        if (prng_chance(prng, 30))
            VEC_PUSH(arena, &days, row);
    }
    struct calendar_year year = {number, S("invented"), days.items, days.len};
    calendar_put(arena, out, &year);
}

/* What is no estimate stays as it is whatever is announced; what is one becomes the day that the
 * calendar gives once the year is there, and is an estimate no longer. */
static void an_estimate_is_what_an_announcement_can_move(void **state)
{
    enum { CALENDARS = 20 };
    struct prng prng;
    prng_seed(&prng, seed_of_run() + 3);
    int moved = 0;
    for (int k = 0; k < CALENDARS; k++) {
        struct calendar loaded = {0};
        for (int year = 2016; year <= 2034; year++) {
            if (calendar_find(&calendar, year))
                calendar_put(*state, &loaded, calendar_find(&calendar, year));
            else
                invent_year(*state, &prng, &loaded, year);
        }
        for (int i = 0; i < CASES / CALENDARS; i++) {
            struct drawn c = draw_case(&prng);
            struct finger f = {.arena = *state, .c = &c, .at = c.start};
            bool estimated, still;
            date was = clock_due(NULL, &calendar, c.start, c.length, c.stops, c.n, NULL,
                                 &estimated);
            date is = clock_due(NULL, &loaded, c.start, c.length, c.stops, c.n, NULL, &still);
            CHECK(&f, !still);
            CHECK(&f, estimated || date_cmp(was, is) == 0);
            moved += date_cmp(was, is) != 0;
            was = clock_before(NULL, &calendar, c.start, c.length, NULL, &estimated);
            is = clock_before(NULL, &loaded, c.start, c.length, NULL, &still);
            CHECK(&f, !still);
            CHECK(&f, estimated || date_cmp(was, is) == 0);
        }
        arena_reset(*state);
    }
    assert_true(moved > CASES / 100);
}

static void the_longest_limits_are_counted(void **state)
{
    struct drawn c = {.start = day("2020-01-31")};
    for (enum unit unit = UNIT_WORKING_DAY; unit <= UNIT_MONTH; unit++) {
        c.length = (struct limit_length){unit == UNIT_MONTH ? 1200 : LIMIT_CLOCK_UNITS, unit, true};
        check_case(*state, &c);
        date latest = clock_before(NULL, &calendar, c.start, c.length, NULL, NULL);
        struct drawn back = {.start = latest, .length = c.length};
        assert_true(date_cmp(ref_last(&back), c.start) <= 0);
        back.start = date_plus(latest, 1);
        assert_true(date_cmp(ref_last(&back), c.start) > 0);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(drawn_limits_agree_with_the_reference),
        TEST(the_laws_of_the_clock_hold),
        TEST(waits_and_counts_backwards_keep_their_laws),
        TEST(an_estimate_is_what_an_announcement_can_move),
        TEST(the_longest_limits_are_counted),
    };
#undef TEST
    return cmocka_run_group_tests_name("clock_laws", tests, load_calendar, drop_calendar);
}
