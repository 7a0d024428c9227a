/* SPDX-License-Identifier: Apache-2.0
 * How a case moves: tasks that open, are held, go on, stay; where outcomes lead. */
#include "decide/act_priv.h"

static const struct words NO_WORDS;

/* ---- tasks ---- */

static int32_t next_round(const struct case_state *kase, str step)
{
    const struct task *last = case_task(kase, step);
    return last ? last->round + 1 : 1;
}

static void open_seat(struct act *act, const struct step *step, str role, int64_t organisation,
                      int32_t round, const struct armed *armed)
{
    struct event *event = act_emit(act, EVENT_task_opened);
    event->task_opened = (struct event_task_opened){
        .step = step->id,
        .round = round,
        .role = role,
        .organisation = organisation,
        .on = act->day,
        .decision = act->decision,
        .anchor_decision = armed->anchor_decision,
        .due = armed->due,
        .not_before = armed->not_before,
        .anchor = armed->anchor,
        .derivation = armed->derivation,
        .basis = armed->basis,
        .local = armed->local,
        .estimated = armed->estimated,
    };
    act_fold(act, event);
}

/* One task for each seat that signs. */
void open_task(struct act *act, const struct step *step)
{
    act_note(act, step->seats);
    struct armed armed = arm_limits(act, step);
    int32_t round = next_round(act->kase, step->id);
    for (size_t i = 0; i < step->n_seats; i++) {
        int64_t *bodies;
        size_t n = act_seats(act, step->seats[i], &bodies);
        if (n == 0)
            act_refuse(act, REFUSAL_NO_SEAT, step->id, step->basis.article,
                       (struct words){.first = role_label(act, step->seats[i])});
        if (act->kase->tasks.len + n > LIMIT_TASKS) {
            act_refuse(act, REFUSAL_CASE_TOO_LONG, step->id, STR_NONE, NO_WORDS);
            return;
        }
        for (size_t k = 0; k < n; k++)
            open_seat(act, step, step->seats[i], bodies[k], round, &armed);
    }
}

static void hold_task(struct act *act)
{
    const struct task *task = case_task_by_id(act->kase, act->task);
    if (task->suspensions.len >= LIMIT_SUSPENSIONS) {
        act_refuse(act, REFUSAL_CASE_TOO_LONG, act->step->id, STR_NONE, NO_WORDS);
        return;
    }
    struct event *event = act_emit(act, EVENT_task_held);
    event->task_held = (struct event_task_held){task->id, act->decision, act->day};
    act_fold(act, event);
}

static void stay(struct act *act)
{
    struct event *event = act_emit(act, EVENT_task_stayed);
    event->task_stayed = (struct event_task_stayed){act->task, act->day};
    act_fold(act, event);
}

/* Was the task returned by an outcome that opened this side step? */
static bool held_for(const struct act *act, const struct task *task, str side)
{
    const struct step *step = procedure_step(act->procedure, task->step);
    const struct task_decision *last = case_decision(act->kase, task->step);
    const struct outcome *outcome = step && last ? step_outcome(step, last->outcome) : NULL;
    for (size_t i = 0; outcome && i < outcome->n_targets; i++)
        if (outcome->targets[i].kind == TARGET_HOLD && str_eq(outcome->targets[i].step, side))
            return true;
    return false;
}

/* The holder reopens with its clock running on. Several tasks may be held at once: the one goes on
 * that waits for this very step. */
static void go_back(struct act *act)
{
    const struct task *held = NULL;
    for (size_t i = act->kase->tasks.len; i-- > 0 && !held;)
        if (act->kase->tasks.items[i].state == TASK_HELD &&
            held_for(act, &act->kase->tasks.items[i], act->step->id))
            held = &act->kase->tasks.items[i];
    must(held != NULL); /* the audit proves that `back` always has a holder */
    const struct step *step = procedure_step(act->procedure, held->step);
    struct armed armed = rearm_limits(act, step, held);
    struct event *event = act_emit(act, EVENT_task_resumed);
    event->task_resumed = (struct event_task_resumed){
        .task = held->id,
        .decision = act->decision,
        .on = act->day,
        .due = armed.due,
        .derivation = armed.derivation,
        .estimated = armed.estimated,
    };
    act_fold(act, event);
}

void close_tasks(struct act *act)
{
    for (size_t i = 0; i < act->kase->tasks.len; i++) {
        const struct task *task = &act->kase->tasks.items[i];
        if (task->state == TASK_CLOSED)
            continue;
        struct event *event = act_emit(act, EVENT_task_closed);
        event->task_closed = (struct event_task_closed){task->id, act->day};
        act_fold(act, event);
    }
}

static void end_case(struct act *act)
{
    close_tasks(act);
    struct event *event = act_emit(act, EVENT_case_ended);
    event->case_ended = (struct event_case_ended){
        str_printf(act->arena, "%.*s.%.*s", STR_FMT(act->step->id), STR_FMT(act->outcome->id)),
        act->day};
    act_fold(act, event);
}

static bool anything_owed(const struct case_state *kase)
{
    for (size_t i = 0; i < kase->tasks.len; i++)
        if (kase->tasks.items[i].state != TASK_CLOSED)
            return true;
    return false;
}

static void follow(struct act *act, const struct target *target)
{
    const struct step *step = procedure_step(act->procedure, target->step);
    switch (target->kind) {
    case TARGET_STEP:
        open_task(act, step);
        return;
    case TARGET_HOLD:
        hold_task(act);
        open_task(act, step);
        return;
    case TARGET_BACK:
        go_back(act);
        return;
    case TARGET_STAY:
        stay(act);
        return;
    case TARGET_DONE:
        return;
    case TARGET_END:
        end_case(act);
        return;
    }
}

/* Is the target one that the outcome leads to? Asked of all before any step opens: what opens
 * would change the answers. *out_found: one with a condition, or that always opens, was. */
static bool chosen(struct act *act, const struct target *target, bool *out_found)
{
    if (*out_found && (target->otherwise || act->outcome->leads == LEADS_FIRST))
        return false;
    act_note(act, target);
    if (target->when && !act_holds(act, target->when))
        return false;
    *out_found = true;
    return true;
}

void follow_targets(struct act *act)
{
    const struct outcome *outcome = act->outcome;
    bool *follows = NEWS(act->arena, bool, outcome->n_targets), found = false;
    for (size_t i = 0; i < outcome->n_targets; i++)
        follows[i] = chosen(act, &outcome->targets[i], &found);
    for (size_t i = 0; i < outcome->n_targets; i++)
        if (follows[i])
            follow(act, &outcome->targets[i]);
    if (!act->kase->ended && !anything_owed(act->kase))
        end_case(act);
}
