/* SPDX-License-Identifier: Apache-2.0 */
#include "terms/derivation.h"

enum { LEFT_COLUMNS = 36 };  /* two days with their weekdays in Chinese, and two blanks */

/* What a step says, the holes filled in: {n} is its running total, {first} where it began, {name}
 * the holiday, {from} and {to} its own days. */
struct wording {
    str kind, zh, en;
};
#define WORDING(kind, zh, en)                                                                      \
    {                                                                                              \
        {kind, sizeof(kind) - 1}, {zh, sizeof(zh) - 1}, {en, sizeof(en) - 1}                       \
    }
static const struct wording WORDINGS[] = {
    WORDING("anchor", "所需事实之一，自最后一日起算",
            "one of the facts that it counts from; the last one starts it"),
    WORDING("start", "起算日，当日不计", "the day it begins, not counted"),
    WORDING("latest", "最迟日，当日不计", "the latest day, itself not counted"),
    WORDING("count", "计第 {first} 至第 {n} 天", "days {first} to {n}"),
    WORDING("count-one", "计第 {n} 天", "day {n}"),
    WORDING("count-months", "计入，已满 {n} 个月", "counted, full months so far: {n}"),
    WORDING("weekend", "休息日，不计", "weekend, not counted"),
    WORDING("holiday", "{name}，不计", "{name}, not counted"),
    WORDING("makeup", "调休上班（{name}），计第 {n} 天", "make-up workday ({name}), day {n}"),
    WORDING("suspended", "停止计算期间，不计", "the clock stands still, not counted"),
    WORDING("late", "已逾期，不计", "past the due day, not counted"),
    WORDING("roll", "末日自 {from} 顺延至下一个工作日",
            "the last day moves from {from} to the next working day"),
    WORDING("estimate", "该年放假安排尚未公布，按周末推算",
            "no arrangement is published for this year: an estimate by weekdays"),
    WORDING("spare", "余日，无须计入", "left over, not needed"),
    WORDING("fixed", "至规定日期，不逐日计算", "up to the date that is fixed, not counted"),
    WORDING("due", "到期，当日 24 时截止", "due, until 24:00 of this day"),
    WORDING("allowed", "自当日起可以办理", "the first day on which it is allowed"),
    WORDING("end", "至迟须于当日届满", "the day by which the count must be over"),
    WORDING("later", "若自当日起算，至 {to} 方届满，已迟",
            "counted from this day it would be over only on {to}: too late"),
};

static str wording(str kind, enum language language)
{
    for (size_t i = 0; i < COUNT_OF(WORDINGS); i++)
        if (str_eq(kind, WORDINGS[i].kind))
            return language == LANGUAGE_ZH ? WORDINGS[i].zh : WORDINGS[i].en;
    must_fail("a kind of step", __FILE__, __LINE__);
    return STR_NONE;
}

struct line {
    struct arena *arena;
    const struct doc *step;
    enum language language;
    int64_t before;          /* the running total of the step before */
};

static str filling(const struct line *line, str hole)
{
    const struct doc *step = line->step;
    if (str_eq(hole, S("n")))
        return str_printf(line->arena, "%lld", (long long)doc_get_int(step, S("n"), 0));
    if (str_eq(hole, S("first")))
        return str_printf(line->arena, "%lld", (long long)line->before + 1);
    if (str_eq(hole, S("name")))
        return doc_get_text(step, line->language == LANGUAGE_ZH ? S("name_zh") : S("name_en"));
    return date_print(line->arena, doc_get_date(step, hole));
}

static void fill(struct buf *out, const struct line *line, str text)
{
    str plain, hole;
    while (text.len) {
        str_cut(text, '{', &plain, &text);
        buf_add(out, plain);
        if (text.len == 0)
            return;
        str_cut(text, '}', &hole, &text);
        buf_add(out, filling(line, hole));
    }
}

/* Returns the columns that it takes on a terminal: a Chinese character takes two. */
static int add_day(struct buf *out, const struct line *line, date d)
{
    static const char *const zh[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};
    static const char *const en[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    bool chinese = line->language == LANGUAGE_ZH;
    buf_add(out, date_print(line->arena, d));
    buf_addf(out, " %s", (chinese ? zh : en)[date_weekday(d) - 1]);
    return chinese ? 15 : 14;
}

static void add_days(struct buf *out, const struct line *line, str kind)
{
    const struct doc *step = line->step;
    bool on = doc_get(step, S("on")) != NULL;
    date from = doc_get_date(step, on ? S("on") : S("from"));
    date to = doc_get_date(step, on ? S("on") : S("to"));
    int columns = 4;
    if (str_eq(kind, S("later")))
        to = from;           /* the sentence has the other day */
    if (str_eq(kind, S("roll")))
        from = date_plus(from, 1); /* the day that it leaves is accounted for already */
    if (str_eq(kind, S("estimate"))) {
        buf_add_i64(out, doc_get_int(step, S("year"), 0));
    } else {
        columns = add_day(out, line, from);
        if (date_cmp(from, to) != 0) {
            buf_add(out, S(" .. "));
            columns += 4 + (date_is_none(to) ? 0 : add_day(out, line, to));
        }
    }
    buf_addf(out, "%*s", LEFT_COLUMNS - columns, "");
}

/* The word of the table for the step. */
static str kind_of(const struct doc *step, enum unit unit)
{
    str kind = doc_get_text(step, S("kind"));
    if (!str_eq(kind, S("count")))
        return kind;
    if (unit == UNIT_MONTH)
        return S("count-months");
    bool one = date_cmp(doc_get_date(step, S("from")), doc_get_date(step, S("to"))) == 0;
    return one ? S("count-one") : kind;
}

str derivation_print(struct arena *arena, const struct doc *steps, enum unit unit,
                     enum language language)
{
    struct buf out = buf_new(arena, 256);
    struct line line = {.arena = arena, .language = language};
    for (size_t i = 0; i < steps->list.len; i++) {
        line.step = steps->list.items[i];
        str kind = kind_of(line.step, unit);
        add_days(&out, &line, kind);
        fill(&out, &line, wording(kind, language));
        buf_addc(&out, '\n');
        line.before = doc_get_int(line.step, S("n"), line.before);
    }
    return buf_str(&out);
}
