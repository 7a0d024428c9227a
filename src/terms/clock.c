/* SPDX-License-Identifier: Apache-2.0 */
#include "terms/clock.h"

#include "terms/limits.h"

static const char *const UNIT_NAMES[] = {"working-day", "day", "month"};

const char *unit_name(enum unit unit)
{
    must((size_t)unit < COUNT_OF(UNIT_NAMES));
    return UNIT_NAMES[unit];
}

bool unit_parse(str text, enum unit *out)
{
    for (size_t i = 0; i < COUNT_OF(UNIT_NAMES); i++) {
        if (str_eq(text, str_of(UNIT_NAMES[i]))) {
            *out = (enum unit)i;
            return true;
        }
    }
    return false;
}

/* ---- the derivation: what a person checks --------------------------------------------------- */

enum run_kind {
    RUN_NONE, RUN_COUNT, RUN_WEEKEND, RUN_HOLIDAY, RUN_SUSPENDED, RUN_LATE, RUN_SPARE, RUN_FIXED
};

/* Days of one kind in a row become one step. */
struct run {
    enum run_kind kind;
    date from, to;
    int32_t n;
    str name_zh, name_en;
};

/* The walk from the start day to the due day. `at` is the last day that is accounted for. */
struct walk {
    struct arena *arena;
    const struct calendar *calendar;
    struct limit_length length;
    date start, at;
    /* COUNTING: units are left. SPENT: none is left, `at` is the last day. MOVING: the last day
     * was moved off `roll_from` and looks for a working day. DUE: at or past the due day. */
    enum { COUNTING, SPENT, MOVING, DUE } state;
    int32_t used;            /* units of the limit */
    int32_t stopped;         /* calendar days that the clock stood still */
    date roll_from;
    bool estimated;
    int estimated_year;      /* the last one reported: the walk goes forward only */
    struct doc *steps;       /* NULL: nobody wants them */
    struct run run;
};

static struct doc *add_step(struct walk *walk, str kind)
{
    struct doc *step = doc_map(walk->arena);
    doc_put_text(walk->arena, step, S("kind"), kind);
    doc_push(walk->arena, walk->steps, step);
    return step;
}

static str run_name(enum run_kind kind)
{
    switch (kind) {
    case RUN_COUNT: return S("count");
    case RUN_WEEKEND: return S("weekend");
    case RUN_HOLIDAY: return S("holiday");
    case RUN_SUSPENDED: return S("suspended");
    case RUN_LATE: return S("late");
    case RUN_SPARE: return S("spare");
    case RUN_FIXED: return S("fixed");
    case RUN_NONE: break;
    }
    must_fail("a run of days", __FILE__, __LINE__);
    return STR_NONE;
}

static void flush(struct walk *walk)
{
    struct run run = walk->run;
    if (run.kind == RUN_NONE)
        return;
    struct doc *step = add_step(walk, run_name(run.kind));
    doc_put_date(walk->arena, step, S("from"), run.from);
    doc_put_date(walk->arena, step, S("to"), run.to);
    if (run.kind == RUN_COUNT)
        doc_put_int(walk->arena, step, S("n"), run.n);
    if (run.name_zh.len)
        doc_put_text(walk->arena, step, S("name_zh"), run.name_zh);
    if (run.name_en.len)
        doc_put_text(walk->arena, step, S("name_en"), run.name_en);
    walk->run = (struct run){.kind = RUN_NONE};
}

/* Accounts for the days in (at, to]. */
static void advance(struct walk *walk, enum run_kind kind, date to, const struct day_info *info)
{
    date from = date_plus(walk->at, 1);
    walk->at = to;
    if (!walk->steps)
        return;
    str name_zh = info ? info->name_zh : STR_NONE, name_en = info ? info->name_en : STR_NONE;
    if (walk->run.kind != kind || !str_eq(walk->run.name_zh, name_zh)
        || !str_eq(walk->run.name_en, name_en)) {
        flush(walk);
        walk->run = (struct run){kind, from, to, 0, name_zh, name_en};
    }
    walk->run.to = to;
    walk->run.n = walk->used;
}

static void add_makeup(struct walk *walk, date on, const struct day_info *info)
{
    walk->at = on;
    if (!walk->steps)
        return;
    flush(walk);
    struct doc *step = add_step(walk, S("makeup"));
    doc_put_date(walk->arena, step, S("on"), on);
    doc_put_text(walk->arena, step, S("name_zh"), info->name_zh);
    doc_put_text(walk->arena, step, S("name_en"), info->name_en);
    doc_put_int(walk->arena, step, S("n"), walk->used);
}

static void add_day(struct walk *walk, str kind, date on)
{
    if (!walk->steps)
        return;
    flush(walk);
    doc_put_date(walk->arena, add_step(walk, kind), S("on"), on);
}

/* What the calendar says of a day; that it had to guess is said once for each year. */
static struct day_info look(struct walk *walk, date d)
{
    struct day_info info = calendar_day(walk->calendar, d);
    int year = date_year(d);
    if (info.known || (walk->estimated && year <= walk->estimated_year))
        return info;
    walk->estimated = true;
    walk->estimated_year = year;
    if (walk->steps) {
        flush(walk);
        doc_put_int(walk->arena, add_step(walk, S("estimate")), S("year"), year);
    }
    return info;
}

static void skip_day(struct walk *walk, date d, const struct day_info *info)
{
    must(!info->work);
    advance(walk, info->kind == DAY_HOLIDAY ? RUN_HOLIDAY : RUN_WEEKEND, d, info);
}

/* ---- counting ------------------------------------------------------------------------------ */

static void count_working_days(struct walk *walk, date until)
{
    while (walk->used < walk->length.count && date_cmp(walk->at, until) < 0) {
        date d = date_plus(walk->at, 1);
        struct day_info info = look(walk, d);
        if (!info.work) {
            skip_day(walk, d, &info);
            continue;
        }
        walk->used++;
        if (info.kind == DAY_MAKEUP)
            add_makeup(walk, d, &info);
        else
            advance(walk, RUN_COUNT, d, NULL);
    }
}

static date earlier(date a, date b)
{
    return date_cmp(a, b) < 0 ? a : b;
}

static void count_days(struct walk *walk, date until)
{
    int32_t left = walk->length.count - walk->used;
    date to = earlier(date_plus(walk->at, left), until);
    walk->used += date_between(walk->at, to);
    if (date_cmp(walk->at, to) < 0)
        advance(walk, RUN_COUNT, to, NULL);
}

static int32_t whole_months(date from, date to)
{
    int year, month, day, to_year, to_month, to_day;
    date_to_ymd(from, &year, &month, &day);
    date_to_ymd(to, &to_year, &to_month, &to_day);
    int32_t months = (to_year - year) * 12 + to_month - month;
    return months - (date_cmp(date_plus_months(from, months), to) > 0);
}

/* A month has no share that a day could use up, so the whole limit is laid down from the start
 * and the stopped days are put behind it; `used` tells the whole months that have passed. */
static void count_months(struct walk *walk, date until)
{
    date last = date_plus(date_plus_months(walk->start, walk->length.count), walk->stopped);
    date to = earlier(last, until);
    walk->used = whole_months(walk->start, date_plus(to, -walk->stopped));
    if (date_cmp(walk->at, to) < 0)
        advance(walk, RUN_COUNT, to, NULL);
}

static void count(struct walk *walk, date until)
{
    switch (walk->length.unit) {
    case UNIT_WORKING_DAY: count_working_days(walk, until); break;
    case UNIT_DAY: count_days(walk, until); break;
    case UNIT_MONTH: count_months(walk, until); break;
    }
    if (walk->used == walk->length.count)
        walk->state = SPENT;
}

/* ---- the last day -------------------------------------------------------------------------- */

static void move_off(struct walk *walk)
{
    walk->state = MOVING;
    walk->roll_from = walk->at;
}

/* Looks for the working day in (at, until]; the rest days before it belong to the roll. When
 * there is none, the clock stops again before the due day came, and they are mere rest days. */
static void find_working_day(struct walk *walk, date until)
{
    date to = date_plus(walk->at, 1);
    while (date_cmp(to, until) < 0 && !calendar_is_work(walk->calendar, to))
        to = date_plus(to, 1);
    bool found = calendar_is_work(walk->calendar, to);
    for (date d = walk->at; date_cmp(d, to) < 0;) {
        d = date_plus(d, 1);
        struct day_info info = look(walk, d);
        if (!found)
            skip_day(walk, d, &info);
    }
    if (!found)
        return;
    walk->at = to;
    walk->state = DUE;
    if (!walk->steps)
        return;
    flush(walk);
    struct doc *step = add_step(walk, S("roll"));
    doc_put_date(walk->arena, step, S("from"), walk->roll_from);
    doc_put_date(walk->arena, step, S("to"), to);
}

/* Lets the clock run to the end of `until`, or, with DATE_NONE, until the due day. */
static void run(struct walk *walk, date until)
{
    bool open = date_is_none(until);
    if (open)
        until = (date){INT32_MAX};
    if (walk->state == COUNTING)
        count(walk, until);
    if (date_cmp(walk->at, until) >= 0)
        return;
    if (walk->state == SPENT) {
        bool rolls = walk->length.roll && walk->length.unit != UNIT_WORKING_DAY;
        walk->state = DUE;
        if (rolls && !look(walk, walk->at).work)
            move_off(walk);
    }
    if (walk->state == MOVING)
        find_working_day(walk, until);
    if (!open && walk->state == DUE && date_cmp(walk->at, until) < 0)
        advance(walk, RUN_LATE, until, NULL);
}

/* Takes the days of one suspension out; `from` is not before the start any more. */
static void stand_still(struct walk *walk, date from, date to)
{
    run(walk, from);
    if (date_is_none(to)) {
        if (walk->steps) {
            flush(walk);
            struct doc *step = add_step(walk, S("suspended"));
            doc_put_date(walk->arena, step, S("from"), date_plus(from, 1));
            doc_put_date(walk->arena, step, S("to"), DATE_NONE);
        }
        return;
    }
    walk->stopped += date_between(from, to);
    advance(walk, RUN_SUSPENDED, to, NULL);
    if (walk->state != COUNTING)
        move_off(walk);
}

static void check_suspensions(const struct suspension *suspensions, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        must(!date_is_none(suspensions[i].from));
        must(i == 0 || date_cmp(suspensions[i - 1].to, suspensions[i].from) <= 0);
        if (date_is_none(suspensions[i].to))
            must(i == n - 1);
        else
            must(date_cmp(suspensions[i].from, suspensions[i].to) <= 0);
    }
}

/* A walk that stands on its first day; `kind` is what the derivation calls that day. */
static struct walk begin(struct arena *arena, const struct calendar *calendar, date start,
                         struct limit_length length, bool explain, str kind)
{
    must(!date_is_none(start) && length.count >= 0 && length.count <= LIMIT_CLOCK_UNITS);
    struct walk walk = {.arena = arena, .calendar = calendar, .length = length, .start = start,
                        .at = start, .state = COUNTING};
    if (explain)
        walk.steps = doc_list(arena);
    add_day(&walk, kind, start);
    return walk;
}

static void finish(struct walk *walk, struct doc **out_steps, bool *out_estimated)
{
    flush(walk);
    if (out_steps)
        *out_steps = walk->steps;
    if (out_estimated)
        *out_estimated = walk->estimated;
}

date clock_due(struct arena *arena, const struct calendar *calendar, date start,
               struct limit_length length, const struct suspension *suspensions, size_t n,
               struct doc **out_steps, bool *out_estimated)
{
    check_suspensions(suspensions, n);
    struct walk walk = begin(arena, calendar, start, length, out_steps != NULL, S("start"));
    bool stands = false;
    for (size_t i = 0; i < n; i++) {
        date from = date_max(suspensions[i].from, start), to = suspensions[i].to;
        stands = date_is_none(to);
        /* Return and answer on one day take no day out: nothing changes. */
        if (stands || date_cmp(from, to) < 0)
            stand_still(&walk, from, to);
    }
    if (!stands) {
        run(&walk, DATE_NONE);
        add_day(&walk, S("due"), walk.at);
    }
    finish(&walk, out_steps, out_estimated);
    return stands ? DATE_NONE : walk.at;
}

/* ---- waits --------------------------------------------------------------------------------- */

date clock_allowed(struct arena *arena, const struct calendar *calendar, date start,
                   struct limit_length length, struct doc **out_steps, bool *out_estimated)
{
    length.roll = false;
    struct walk walk = begin(arena, calendar, start, length, out_steps != NULL, S("start"));
    run(&walk, DATE_NONE);
    date first = date_plus(walk.at, 1);
    add_day(&walk, S("allowed"), first);
    finish(&walk, out_steps, out_estimated);
    return first;
}

date clock_wait(const struct calendar *calendar, date start, struct limit_length length)
{
    return clock_allowed(NULL, calendar, start, length, NULL, NULL);
}

/* ---- counts backwards ---------------------------------------------------------------------- */

static date count_on(const struct calendar *calendar, date start, struct limit_length length)
{
    return clock_due(NULL, calendar, start, length, NULL, 0, NULL, NULL);
}

/* A later start is never over earlier. So steps that double lead back to a day that is early
 * enough, and halving finds the last one. */
static date latest_start(const struct calendar *calendar, date end, struct limit_length length)
{
    date early = end, late = date_plus(end, 1);
    for (int32_t step = 1; date_cmp(count_on(calendar, early, length), end) > 0; step *= 2) {
        late = early;
        early = date_plus(early, -step);
    }
    while (date_between(early, late) > 1) {
        date middle = date_plus(early, date_between(early, late) / 2);
        if (date_cmp(count_on(calendar, middle, length), end) <= 0)
            early = middle;
        else
            late = middle;
    }
    return early;
}

date clock_before(struct arena *arena, const struct calendar *calendar, date end,
                  struct limit_length length, struct doc **out_steps, bool *out_estimated)
{
    length.roll = false;
    date latest = latest_start(calendar, end, length), next = date_plus(latest, 1);
    struct walk walk = begin(arena, calendar, latest, length, out_steps != NULL, S("latest"));
    run(&walk, DATE_NONE);
    while (date_cmp(walk.at, end) < 0) {
        date d = date_plus(walk.at, 1);
        if (length.unit == UNIT_WORKING_DAY)
            must(!look(&walk, d).work);
        advance(&walk, RUN_SPARE, d, NULL);
    }
    add_day(&walk, S("end"), end);
    if (out_steps) {
        struct doc *step = add_step(&walk, S("later"));
        doc_put_date(arena, step, S("from"), next);
        doc_put_date(arena, step, S("to"), count_on(calendar, next, length));
    }
    finish(&walk, out_steps, out_estimated);
    return latest;
}

/* ---- dates that the text names ------------------------------------------------------------- */

date clock_until(struct arena *arena, date start, date until, struct doc **out_steps)
{
    must(!date_is_none(start) && !date_is_none(until));
    struct walk walk = begin(arena, NULL, start, (struct limit_length){.unit = UNIT_DAY},
                             out_steps != NULL, S("start"));
    if (date_cmp(start, until) < 0)
        advance(&walk, RUN_FIXED, until, NULL);
    add_day(&walk, S("due"), until);
    finish(&walk, out_steps, NULL);
    return until;
}

date clock_by(date from, struct by_date by)
{
    must(!date_is_none(from) && by.month >= 0 && by.month <= 12 && by.day >= 1 && by.day <= 31);
    must(by.ahead >= 0 && by.ahead <= 100);
    int year, month, day;
    date_to_ymd(from, &year, &month, &day);
    date first = date_plus(from, 1 - day);
    if (by.month)
        while (month > 1)
            first = date_plus(first, -date_month_length(year, --month));
    first = date_plus_months(first, by.month ? by.ahead * 12 + by.month - 1 : by.ahead);
    date_to_ymd(first, &year, &month, &day);
    int length = date_month_length(year, month);
    return date_plus(first, (by.day < length ? by.day : length) - 1);
}

date clock_by_next(date from, struct by_date by)
{
    by.ahead = 0;
    date this = clock_by(from, by);
    by.ahead = 1;
    return date_cmp(this, from) < 0 ? clock_by(from, by) : this;
}

date clock_latest(struct arena *arena, const date *anchors, size_t n, struct doc **out_steps)
{
    date latest = DATE_NONE;
    bool missing = n == 0;
    for (size_t i = 0; i < n; i++) {
        latest = date_max(latest, anchors[i]);
        missing = missing || date_is_none(anchors[i]);
    }
    if (out_steps) {
        struct walk walk = {.arena = arena, .steps = doc_list(arena)};
        for (date at = DATE_NONE, next = latest; date_cmp(at, latest) < 0; at = next) {
            next = latest;
            for (size_t i = 0; i < n; i++)
                if (date_cmp(anchors[i], at) > 0 && date_cmp(anchors[i], next) < 0)
                    next = anchors[i];
            add_day(&walk, S("anchor"), next);
        }
        *out_steps = walk.steps;
    }
    return missing ? DATE_NONE : latest;
}
