/* SPDX-License-Identifier: Apache-2.0
 * What must hold of every case after every command. */
#include "play/simulate_priv.h"

static const struct task *task_of(const struct case_state *kase, int64_t id)
{
    return case_task_by_id(kase, id);
}

static void check_task(const struct task *task)
{
    must(task->organisation > 0 && task->role.len > 0);
    /* No due date without a derivation, no standing clock with one. */
    must(date_is_none(task->due) || task->derivation != NULL);
    must(date_is_none(task->due) || !date_is_none(task->anchor));
    must(task->state != TASK_HELD || date_is_none(task->due));
    for (size_t i = 0; i < task->suspensions.len; i++) {
        const struct suspension *s = &task->suspensions.items[i];
        bool last = i + 1 == task->suspensions.len;
        must(!date_is_none(s->to) || (last && task->state != TASK_OPEN));
        must(date_is_none(s->to) || date_cmp(s->from, s->to) <= 0);
    }
}

void check_case(const struct case_state *kase)
{
    int open = 0;
    for (size_t i = 0; i < kase->tasks.len; i++) {
        const struct task *task = &kase->tasks.items[i];
        check_task(task);
        open += task->state == TASK_OPEN;
        /* A step is open at most once. */
        for (size_t k = i + 1; k < kase->tasks.len; k++)
            must(task->state == TASK_CLOSED || kase->tasks.items[k].state == TASK_CLOSED ||
                 !str_eq(task->step, kase->tasks.items[k].step));
    }
    /* Somebody can act in every open case, nobody in an ended one. */
    must(kase->ended ? open == 0 : open > 0);
    for (size_t i = 0; i < kase->decisions.len; i++)
        must(task_of(kase, kase->decisions.items[i].task) != NULL);
}
