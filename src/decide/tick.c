/* SPDX-License-Identifier: Apache-2.0
 * What time brings, and what a changed calendar moves. Neither decides anything. */
#include "decide/act_priv.h"

static void warn(struct act *act, const struct task *task)
{
    const struct facts *facts = act->facts;
    if (date_cmp(facts->today, task->due) > 0) {
        if (task->warned_overdue)
            return;
        struct event *event = act_emit(act, EVENT_task_overdue);
        event->task_overdue = (struct event_task_overdue){task->id, facts->today, task->due};
        act_fold(act, event);
        return;
    }
    int32_t left = calendar_count_work(&facts->authority->calendar, facts->today, task->due);
    if (task->warned_soon || left > act->policy->due_soon_days)
        return;
    struct event *event = act_emit(act, EVENT_task_due_soon);
    event->task_due_soon = (struct event_task_due_soon){task->id, facts->today, task->due};
    act_fold(act, event);
}

/* Does the calendar as it is now give other days than the task bears? A held one is derived when
 * it goes on. */
static bool moved(struct act *act, const struct task *task)
{
    const struct step *step = procedure_step(act->procedure, task->step);
    if (!step || task->state != TASK_OPEN)
        return false;
    struct armed armed = rearm_limits(act, step, task);
    return date_cmp(armed.due, task->due) != 0 || armed.estimated != task->estimated ||
           date_cmp(armed.not_before, task->not_before) != 0;
}

void decide_tick(struct act *act)
{
    const struct facts *facts = act->facts;
    if (!facts->kase || facts->kase->ended)
        return;
    act->kase = copy_case(act->arena, facts->kase);
    act->procedure = policy_procedure(act->policy, act->kase->procedure);
    must(act->procedure != NULL);
    for (size_t i = 0; i < act->kase->tasks.len; i++) {
        const struct task *task = &act->kase->tasks.items[i];
        if (moved(act, task))
            rederive(act, task, "calendar");
        task = &act->kase->tasks.items[i];
        if (task->state == TASK_OPEN && !date_is_none(task->due))
            warn(act, task);
    }
    act->out->object = act->kase->id;
}
