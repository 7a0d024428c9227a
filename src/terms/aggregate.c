/* SPDX-License-Identifier: Apache-2.0 */
#include "terms/aggregate.h"

const struct organisation *authority_organisation(const struct authority_state *authority,
                                                  int64_t id)
{
    for (size_t i = 0; i < authority->organisations.len; i++)
        if (authority->organisations.items[i].id == id)
            return &authority->organisations.items[i];
    return NULL;
}

struct task *case_task(const struct case_state *kase, str step)
{
    for (size_t i = kase->tasks.len; i-- > 0;)
        if (str_eq(kase->tasks.items[i].step, step))
            return &kase->tasks.items[i];
    return NULL;
}

struct task *case_task_by_id(const struct case_state *kase, int64_t id)
{
    for (size_t i = 0; i < kase->tasks.len; i++)
        if (kase->tasks.items[i].id == id)
            return &kase->tasks.items[i];
    return NULL;
}

static const struct task_decision *deciding(const struct case_state *kase, const struct task *last)
{
    for (size_t i = kase->decisions.len; i-- > 0;) {
        const struct task_decision *decision = &kase->decisions.items[i];
        if (decision->decides && str_eq(decision->step, last->step))
            return decision;
    }
    return NULL;
}

bool case_done(const struct case_state *kase, str step, str outcome)
{
    const struct task *last = case_task(kase, step);
    const struct task_decision *decision = last ? deciding(kase, last) : NULL;
    if (!decision || !str_eq(decision->outcome, outcome))
        return false;
    bool found = false;
    for (size_t i = 0; i < kase->tasks.len; i++) {
        const struct task *task = &kase->tasks.items[i];
        if (!str_eq(task->step, step) || task->round != last->round)
            continue;
        if (task->state != TASK_CLOSED)
            return false;
        found |= task->id == decision->task && str_eq(task->outcome, outcome);
    }
    return found;
}

const struct task_decision *case_decision_by_id(const struct case_state *kase, int64_t id)
{
    for (size_t i = 0; i < kase->decisions.len; i++)
        if (kase->decisions.items[i].id == id)
            return &kase->decisions.items[i];
    return NULL;
}

const struct task_decision *case_signature(const struct case_state *kase, str step, size_t i)
{
    const struct task *last = case_task(kase, step);
    for (size_t k = 0; last && k < kase->decisions.len; k++) {
        const struct task_decision *decision = &kase->decisions.items[k];
        if (!str_eq(decision->step, step))
            continue;
        const struct task *task = case_task_by_id(kase, decision->task);
        if (task && task->round == last->round && i-- == 0)
            return decision;
    }
    return NULL;
}

const struct task_decision *case_decision(const struct case_state *kase, str step)
{
    for (size_t i = kase->decisions.len; i-- > 0;)
        if (str_eq(kase->decisions.items[i].step, step))
            return &kase->decisions.items[i];
    return NULL;
}
