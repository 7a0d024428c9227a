/* SPDX-License-Identifier: Apache-2.0
 * Procedures that open by themselves, and those that come before all others. */
#include "policy/load_priv.h"

enum { LAST_DAY_OF_ALL = 28 };

static bool two_digits(str text, int *out)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    if (text.len < 1 || text.len > 2)
        return false;
    *out = text.len == 1 ? text.ptr[0] - '0' : (text.ptr[0] - '0') * 10 + text.ptr[1] - '0';
    return true;
}

bool by_date_parse(str text, bool month, struct by_date *out)
{
    str head = S("01"), tail = text;
    int m, d;
    if (month && (text.len != 5 || !str_cut(text, '-', &head, &tail)))
        return false;
    if (!two_digits(head, &m) || m < 1 || m > 12 || !two_digits(tail, &d) || d < 1 || d > 31)
        return false;
    *out = (struct by_date){month ? m : 0, d, 0};
    return true;
}

static void parse_from(struct load *load, const struct node *opens, struct recurrence *out)
{
    const struct node *from = node_get(opens, "from");
    struct by_date by;
    bool yearly = out->every == EVERY_YEAR;
    if (!from) {
        diagnose(load, PROBLEM_MISSING_KEY, opens->pos,
                 "opens has no \"from\"; write %s.",
                 yearly ? "the day, from: 09-01" : "the day of the first month, from: 1");
        return;
    }
    str text = scalar_text(load, from, "from");
    if (!text.ptr)
        return;
    /* A day that some month lacks would move; nobody means that of a day on which duties open. */
    if (!by_date_parse(text, yearly, &by) || by.day > LAST_DAY_OF_ALL) {
        diagnose(load, PROBLEM_DATE_FORM, from->pos, "\"%.*s\" is no day; expected %s.",
                 STR_FMT(text), yearly ? "MM-DD with a day from 1 to 28, such as 09-01"
                                       : "a day from 1 to 28");
        return;
    }
    out->month = by.month;
    out->day = by.day;
    out->present = true;
}

static void parse_recurrence(struct load *load, const struct node *opens, struct recurrence *out)
{
    const struct node *every = node_get(opens, "every");
    if (!check_map(load, opens, "opens", "every from basis source meets"))
        return;
    out->basis = read_basis(load, opens, "opens", NULL, BASIS_REQUIRED);
    out->meets = parse_meets(load, opens);
    out->pos = opens->pos;
    if (!every) {
        diagnose(load, PROBLEM_MISSING_KEY, opens->pos,
                 "opens has no \"every\"; expected month, quarter, half-year or year.");
        return;
    }
    int word = read_word(load, every, "every", "month quarter half-year year");
    if (word < 0)
        return;
    out->every = (enum every)word;
    parse_from(load, opens, out);
}

void parse_opening(struct load *load, const struct node *root, struct procedure *procedure)
{
    const struct node *opens = node_get(root, "opens"), *priority = node_get(root, "priority");
    if (opens)
        parse_recurrence(load, opens, &procedure->opens);
    if (opens && procedure->subject != SUBJECT_OPENER)
        diagnose(load, PROBLEM_OPENING, opens->pos,
                 "only a case about whoever opens it can open by itself; write about: opener.");
    if (priority && priority->kind == NODE_MAP) {
        procedure->priority = check_map(load, priority, "priority", "meets");
        procedure->priority_meets = parse_meets(load, priority);
    } else {
        read_flag(load, root, "priority", &procedure->priority);
    }
}

/* ---- when it is open ------------------------------------------------------------------------ */

static int months_of(enum every every)
{
    switch (every) {
    case EVERY_MONTH: return 1;
    case EVERY_QUARTER: return 3;
    case EVERY_HALF_YEAR: return 6;
    case EVERY_YEAR: return 12;
    }
    return 12;
}

/* The last day on or before `day` on which it opens. */
static date opened_last(const struct recurrence *opens, date day)
{
    int length = months_of(opens->every), year, month, of_month;
    date_to_ymd(day, &year, &month, &of_month);
    /* Months since year 0; a period begins where this is `first` more than its multiple. */
    int first = opens->month ? opens->month - 1 : 0;
    int at = year * 12 + month - 1 - first;
    at -= at % length;
    for (;; at -= length) {
        int begins = at + first;
        date on;
        bool known = date_from_ymd(begins / 12, begins % 12 + 1, opens->day, &on);
        must(known);
        if (date_cmp(on, day) <= 0)
            return on;
    }
}

bool duty_period(const struct policy *policy, const struct procedure *procedure, date day,
                 int32_t *out_period)
{
    const struct limit *due = &procedure->steps[0].within;
    int year, month, of_month;
    date on = opened_last(&procedure->opens, day);
    date_to_ymd(on, &year, &month, &of_month);
    *out_period = year * 100 + month;
    bool in_time = due->kind != LIMIT_BY || !due->present ||
                   date_cmp(day, clock_by_next(on, due->by)) <= 0;
    return in_time && date_cmp(day, policy->from) >= 0;
}
