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

const struct task_decision *case_decision(const struct case_state *kase, str step)
{
    for (size_t i = kase->decisions.len; i-- > 0;)
        if (str_eq(kase->decisions.items[i].step, step))
            return &kase->decisions.items[i];
    return NULL;
}
