/* SPDX-License-Identifier: Apache-2.0 */
#include "decide/decide.h"

#include "decide/act_priv.h"

struct label same_label(str text)
{
    return (struct label){text, text};
}

struct event *act_emit(struct act *act, enum event_kind kind)
{
    const struct facts *facts = act->facts;
    struct event *event = VEC_ADD(act->arena, &act->out->events);
    event->kind = kind;
    event->index = act->next_index + (int64_t)act->out->events.len - 1;
    event->at_ms = facts->now_ms;
    event->authority = facts->authority ? facts->authority->id : 0;
    event->actor = facts->actor ? facts->actor->person : 0;
    event->post = facts->actor ? facts->actor->post : 0;
    event->stream = event->index;
    if (act->kase) {
        event->stream = act->kase->id;
        event->policy = act->kase->policy;
    }
    return event;
}

void act_fold(struct act *act, const struct event *event)
{
    if (act->kase)
        apply_case(act->arena, act->kase, event);
}

void act_refuse(struct act *act, enum refusal_code code, str where, str article, struct words words)
{
    act->out->refused = true;
    /* Nobody reads more; a hostile form has thousands of faults. */
    if (act->out->refusal.reasons.len >= LIMIT_REASONS)
        return;
    struct refusal_reason *reason = VEC_ADD(act->arena, &act->out->refusal.reasons);
    reason->code = code;
    reason->where = where;
    reason->article = article;
    reason->zh1 = words.first.zh;
    reason->en1 = words.first.en;
    reason->zh2 = words.second.zh;
    reason->en2 = words.second.en;
}

void decide(struct arena *arena, const struct facts *facts, const struct command *command,
            int64_t next_index, struct decision *out)
{
    *out = (struct decision){0};
    struct act act = {
        .arena = arena,
        .facts = facts,
        .command = command,
        .out = out,
        .next_index = next_index,
        .policy = facts->policy,
    };
    switch (command->kind) {
    case COMMAND_register_authority:
    case COMMAND_register_organisation:
    case COMMAND_register_person:
    case COMMAND_set_credential:
    case COMMAND_activate_policy:
    case COMMAND_load_calendar:
        decide_administration(&act);
        break;
    case COMMAND_open_case:
        decide_open_case(&act);
        break;
    case COMMAND_decide_task:
        decide_decide_task(&act);
        break;
    case COMMAND_tick:
        decide_tick(&act);
        break;
    }
    /* A refusal leaves nothing half-done. */
    if (out->refused)
        out->events.len = 0;
}

enum sight decide_sight(const struct policy *in_force, str role)
{
    const struct role *found = in_force ? policy_role(in_force, role) : NULL;
    if (!found)
        return SIGHT_NONE;
    return found->sees == SEES_ALL ? SIGHT_ALL : SIGHT_OWN;
}

static bool takes_part(const struct case_state *kase, int64_t organisation)
{
    for (size_t i = 0; i < kase->tasks.len; i++)
        if (kase->tasks.items[i].organisation == organisation)
            return true;
    return kase->opener == organisation;
}

bool decide_may_see(const struct facts *facts)
{
    const struct case_state *kase = facts->kase;
    const struct actor *actor = facts->actor;
    if (!kase || !actor || actor->authority != kase->authority)
        return false;
    switch (decide_sight(facts->in_force ? facts->in_force : facts->policy, actor->role)) {
    case SIGHT_NONE: return false;
    case SIGHT_OWN: return takes_part(kase, actor->organisation);
    case SIGHT_ALL: return true;
    }
    return false;
}

bool decide_may_open(const struct facts *facts, const struct procedure *procedure)
{
    return facts->actor && procedure->n_steps > 0 &&
           str_eq(facts->actor->role, procedure->steps[0].by);
}

struct allowed *decide_allowed(struct arena *arena, const struct facts *facts, size_t *out_n)
{
    *out_n = 0;
    const struct case_state *kase = facts->kase;
    if (!facts->actor || !kase || kase->ended)
        return NULL;
    const struct procedure *procedure = policy_procedure(facts->policy, kase->procedure);
    struct allowed *allowed = NEWS(arena, struct allowed, kase->tasks.len + 1);
    for (size_t i = 0; procedure && i < kase->tasks.len; i++) {
        const struct task *task = &kase->tasks.items[i];
        const struct step *step = procedure_step(procedure, task->step);
        if (step && task->state == TASK_OPEN &&
            task->organisation == facts->actor->organisation &&
            str_eq(task->role, facts->actor->role))
            allowed[(*out_n)++] = (struct allowed){step, task};
    }
    return allowed;
}

struct doc *decide_presets(struct arena *arena, const struct facts *facts, const struct step *step)
{
    struct doc *values = doc_map(arena);
    for (size_t i = 0; facts->kase && i < step->form.n; i++) {
        const struct field *field = &step->form.fields[i];
        if (!field->preset.step.len)
            continue;
        const struct task_decision *from = case_decision(facts->kase, field->preset.step);
        struct doc *value = from ? doc_get(from->form, field->preset.field) : NULL;
        if (value)
            doc_put(arena, values, field->id, value);
    }
    return values;
}
