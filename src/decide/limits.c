/* SPDX-License-Identifier: Apache-2.0
 * Which limit holds for a step, from which day it counts, and when it is due. */
#include "decide/act_priv.h"

/* The last time that step was decided so; NULL when it never was. */
static const struct task_decision *fact_of(const struct act *act, str step, str outcome)
{
    for (size_t i = act->kase->decisions.len; i-- > 0;) {
        const struct task_decision *decision = &act->kase->decisions.items[i];
        if (decision->decides && str_eq(decision->step, step) &&
            str_eq(decision->outcome, outcome))
            return decision;
    }
    return NULL;
}

/* The first case whose condition holds; the last one has none. False: a length that a field must
 * give is not there. */
static bool length_of(struct act *act, const struct limit *limit, struct limit_length *out)
{
    for (size_t i = 0; i < limit->n; i++) {
        const struct limit_case *c = &limit->cases[i];
        act_note(act, c);
        if (c->when && !act_holds(act, c->when))
            continue;
        *out = (struct limit_length){.count = c->count, .unit = c->unit, .roll = c->roll};
        if (!c->count_field.len)
            return true;
        const struct step *step = procedure_step(act->procedure, c->count_step);
        const struct task_decision *decision = case_decision(act->kase, c->count_step);
        if (!step || !decision)
            return false;
        struct value count = form_value(form_field(&step->form, c->count_field), decision->form);
        if (count.kind != VALUE_INTEGER || count.integer < 0 || count.integer > LIMIT_CLOCK_UNITS)
            return false;
        out->count = (int32_t)count.integer;
        return true;
    }
    return false;
}

/* What a limit counts from: the day, and the decision that gave it. */
struct anchor {
    date on;
    int64_t decision;
};

/* The day that a date field of an earlier step names, and the decision that filled it in. */
static struct anchor named_day(const struct act *act, const struct limit *limit)
{
    const struct step *step = procedure_step(act->procedure, limit->date_step);
    const struct task_decision *decision = case_decision(act->kase, limit->date_step);
    struct value on = {.kind = VALUE_NONE};
    if (step && decision)
        on = form_value(form_field(&step->form, limit->date_field), decision->form);
    return on.kind == VALUE_DATE ? (struct anchor){on.day, decision->id}
                                 : (struct anchor){DATE_NONE, 0};
}

static struct anchor anchor_of(const struct act *act, const struct limit *limit, date opened_on,
                               int64_t opened_by)
{
    if (limit->anchor == ANCHOR_OPENED)
        return (struct anchor){opened_on, opened_by};
    /* Whose own day is put right leaves the day that he named. */
    if (limit->anchor == ANCHOR_DAY)
        return (struct anchor){named_day(act, limit).on, 0};
    const struct task_decision *decision = fact_of(act, limit->step, limit->outcome);
    return decision ? (struct anchor){decision->on, decision->id} : (struct anchor){DATE_NONE, 0};
}

/* A day that a field or the text names: nothing is counted forward, nothing rolls. */
static void arm_fixed(struct act *act, const struct limit *limit, struct anchor opened,
                      struct armed *armed)
{
    struct limit_length length;
    if (limit->kind == LIMIT_BY) {
        armed->anchor = opened.on;
        armed->anchor_decision = opened.decision;
        armed->due = clock_until(act->arena, opened.on, clock_by_next(opened.on, limit->by),
                                 &armed->derivation);
        return;
    }
    struct anchor day = named_day(act, limit);
    if (date_is_none(day.on))
        return;
    const struct task_decision *decision = case_decision_by_id(act->kase, day.decision);
    armed->anchor = decision->on;
    armed->anchor_decision = day.decision;
    if (limit->kind == LIMIT_UNTIL) {
        armed->due = clock_until(act->arena, decision->on, day.on, &armed->derivation);
        return;
    }
    if (!length_of(act, limit, &length))
        return;
    armed->due = clock_before(act->arena, &act->facts->authority->calendar, day.on, length,
                              &armed->derivation, &armed->estimated);
    /* The derivation of a due day ends in it, however it was found. */
    struct doc *due = doc_map(act->arena);
    doc_put_text(act->arena, due, S("kind"), S("due"));
    doc_put_date(act->arena, due, S("on"), armed->due);
    doc_push(act->arena, armed->derivation, due);
}

static void arm_within(struct act *act, const struct step *step, struct anchor anchor,
                       int32_t extended, const struct suspension *suspensions, size_t n,
                       struct armed *armed)
{
    const struct limit *within = &step->within;
    struct limit_length length;
    if (!within->present)
        return;
    act_note(act, within);
    armed->basis = within->basis.article;
    armed->local = within->basis.local;
    if (within->kind != LIMIT_COUNTED) {
        arm_fixed(act, within, anchor, armed);
        return;
    }
    if (date_is_none(anchor.on) || !length_of(act, within, &length))
        return;
    length.count += extended;
    armed->anchor = anchor.on;
    armed->anchor_decision = anchor.decision;
    armed->due = clock_due(act->arena, &act->facts->authority->calendar, anchor.on, length,
                           suspensions, n, &armed->derivation, &armed->estimated);
}

/* First day on which a step that opened then may be decided, or DATE_NONE. */
static date wait_of(struct act *act, const struct step *step, date opened_on)
{
    struct limit_length length;
    if (!step->not_before.present)
        return DATE_NONE;
    act_note(act, &step->not_before);
    struct anchor anchor = anchor_of(act, &step->not_before, opened_on, 0);
    if (date_is_none(anchor.on) || !length_of(act, &step->not_before, &length))
        return DATE_NONE;
    return clock_wait(&act->facts->authority->calendar, anchor.on, length);
}

/* Exceptions of a limit are judged by the forms of the case alone, never by the act under way. */
static struct act as_of(const struct act *act, const struct step *step)
{
    struct act other = *act;
    other.step = step;
    return other;
}

struct armed arm_limits(struct act *act, const struct step *step)
{
    struct armed armed = {.anchor = DATE_NONE, .due = DATE_NONE,
                          .not_before = wait_of(act, step, act->day)};
    arm_within(act, step, anchor_of(act, &step->within, act->day, act->decision), 0, NULL, 0,
               &armed);
    return armed;
}

struct armed rearm_limits(struct act *act, const struct step *step, const struct task *task)
{
    struct act of = as_of(act, step);
    struct armed armed = {.anchor = DATE_NONE, .due = DATE_NONE,
                          .not_before = wait_of(&of, step, task->opened_on)};
    size_t n = task->suspensions.len;
    struct suspension *closed = NEWS(act->arena, struct suspension, n + 1);
    for (size_t i = 0; i < n; i++) {
        closed[i] = task->suspensions.items[i];
        if (date_is_none(closed[i].to))
            closed[i].to = act->day;
    }
    arm_within(&of, step, (struct anchor){task->anchor, task->anchored_by}, task->extended, closed,
               n, &armed);
    return armed;
}

date latest_notice(struct act *act, const struct limit *limit, date on)
{
    struct limit_length length = {limit->cases[0].count, limit->cases[0].unit, false};
    return clock_before(act->arena, &act->facts->authority->calendar, on, length, NULL, NULL);
}
