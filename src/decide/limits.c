/* SPDX-License-Identifier: Apache-2.0
 * Which limit holds for a step, from which day it counts, and when it is due. */
#include "decide/act_priv.h"

/* The day of the last time that step was decided so; today when it is this very act. */
static date fact_day(const struct act *act, str step, str outcome)
{
    for (size_t i = act->kase->decisions.len; i-- > 0;) {
        const struct task_decision *decision = &act->kase->decisions.items[i];
        if (str_eq(decision->step, step) && str_eq(decision->outcome, outcome))
            return decision->on;
    }
    return DATE_NONE;
}

/* The first case whose condition holds; the last one has none. False: a length that a field must
 * give is not there. */
static bool length_of(struct act *act, const struct limit *limit, struct limit_length *out)
{
    for (size_t i = 0; i < limit->n; i++) {
        const struct limit_case *c = &limit->cases[i];
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

static date anchor_of(const struct act *act, const struct limit *limit)
{
    return limit->anchor == ANCHOR_OPENED ? act->facts->today
                                          : fact_day(act, limit->step, limit->outcome);
}

static void arm_within(struct act *act, const struct step *step, date anchor,
                       const struct suspension *suspensions, size_t n, struct armed *armed)
{
    struct limit_length length;
    if (!step->within.present || date_is_none(anchor) || !length_of(act, &step->within, &length))
        return;
    armed->anchor = anchor;
    armed->basis = step->within.basis.article;
    armed->local = step->within.basis.local;
    armed->due = clock_due(act->arena, &act->facts->authority->calendar, anchor, length,
                           suspensions, n, &armed->derivation, &armed->estimated);
}

/* First day on which a step that opens today may be decided, or DATE_NONE. */
static date wait_of(struct act *act, const struct step *step)
{
    struct limit_length length;
    date anchor = step->not_before.present ? anchor_of(act, &step->not_before) : DATE_NONE;
    if (date_is_none(anchor) || !length_of(act, &step->not_before, &length))
        return DATE_NONE;
    return clock_wait(&act->facts->authority->calendar, anchor, length);
}

struct armed arm_limits(struct act *act, const struct step *step)
{
    struct armed armed = {.anchor = DATE_NONE, .due = DATE_NONE, .not_before = wait_of(act, step)};
    arm_within(act, step, anchor_of(act, &step->within), NULL, 0, &armed);
    return armed;
}

struct armed rearm_limits(struct act *act, const struct step *step, const struct task *task)
{
    struct armed armed = {
        .anchor = DATE_NONE, .due = DATE_NONE, .not_before = task->not_before};
    size_t n = task->suspensions.len;
    struct suspension *closed = NEWS(act->arena, struct suspension, n + 1);
    for (size_t i = 0; i < n; i++) {
        closed[i] = task->suspensions.items[i];
        if (date_is_none(closed[i].to))
            closed[i].to = act->facts->today;
    }
    arm_within(act, step, task->anchor, closed, n, &armed);
    return armed;
}
