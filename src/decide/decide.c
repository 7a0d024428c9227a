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
    enum stream_kind stream = event_stream(event->kind);
    if (stream == STREAM_CASE && act->kase && event->stream == act->kase->id)
        apply_case(act->arena, act->kase, event);
    else if (stream == STREAM_SYSTEM && act->system && event->stream == act->system->id)
        apply_system(act->arena, act->system, event);
    else if (event->kind == EVENT_case_opened)
        apply_case(act->arena, act->kase, event);
}

void act_note(const struct act *act, const void *part)
{
    const struct rehearsal *rehearsal = act->facts->rehearsal;
    if (rehearsal && rehearsal->note)
        rehearsal->note(rehearsal->ctx, part);
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
        .day = command->from_paper ? command->occurred_on : facts->today,
        .system = facts->system ? copy_system(arena, facts->system) : NULL,
    };
    switch (command->kind) {
    case COMMAND_register_authority:
    case COMMAND_register_organisation:
    case COMMAND_register_person:
    case COMMAND_set_credential:
    case COMMAND_activate_policy:
    case COMMAND_load_calendar:
    case COMMAND_apply_calendar:
    case COMMAND_delegate_post:
    case COMMAND_end_delegation:
    case COMMAND_ask_material:
        decide_administration(&act);
        break;
    case COMMAND_open_case:
        decide_open_case(&act);
        break;
    case COMMAND_decide_task:
        decide_decide_task(&act);
        break;
    case COMMAND_withdraw_case:
    case COMMAND_assign_task:
    case COMMAND_urge_task:
    case COMMAND_receive_notice:
    case COMMAND_correct_decision:
        decide_beside(&act);
        break;
    case COMMAND_file_records:
        decide_file_records(&act);
        break;
    case COMMAND_open_duty:
        decide_open_duty(&act);
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
    for (size_t i = 0; i < kase->notices.len; i++)
        if (kase->notices.items[i].organisation == organisation)
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
    return facts->actor && procedure->n_steps > 0 && !procedure->opens.present &&
           str_eq(facts->actor->role, procedure->steps[0].by);
}

struct refusal decide_obstacles(struct arena *arena, const struct facts *facts,
                                const struct procedure *procedure)
{
    struct decision decision = {0};
    struct command command = {.kind = COMMAND_open_case, .procedure = procedure->id};
    struct act act = {
        .arena = arena,
        .facts = facts,
        .command = &command,
        .out = &decision,
        .policy = facts->policy,
        .procedure = procedure,
        .step = &procedure->steps[0],
        .day = facts->today,
        .system = facts->system ? copy_system(arena, facts->system) : NULL,
    };
    check_offered(&act);
    return decision.refusal;
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
            str_eq(task->role, facts->actor->role) &&
            (!task->person || task->person == facts->actor->person ||
             task->person == facts->actor->holder))
            allowed[(*out_n)++] = (struct allowed){step, task};
    }
    return allowed;
}

/* system.name, system.granted, system.provider */
static void put_system_preset(struct arena *arena, const struct system_state *system,
                              const struct field *field, struct doc *values)
{
    if (!system)
        return;
    if (str_eq(field->preset.field, S("provider"))) {
        if (system->provider)
            doc_put_int(arena, values, field->id, system->provider);
        return;
    }
    if (str_eq(field->preset.field, S("name"))) {
        doc_put_text(arena, values, field->id, system->name);
        return;
    }
    struct doc *granted = doc_map(arena);
    for (size_t i = 0; i < system->grants.len; i++)
        if (system->grants.items[i].quantity > 0)
            doc_put_int(arena, granted, system->grants.items[i].item,
                        system->grants.items[i].quantity);
    doc_put(arena, values, field->id, granted);
}

struct doc *decide_presets(struct arena *arena, const struct facts *facts, const struct step *step)
{
    struct doc *values = doc_map(arena);
    for (size_t i = 0; i < step->form.n; i++) {
        const struct field *field = &step->form.fields[i];
        if (!field->preset.step.len)
            continue;
        if (str_eq(field->preset.step, S("system"))) {
            put_system_preset(arena, facts->system, field, values);
            continue;
        }
        const struct task_decision *from =
            facts->kase ? case_decision(facts->kase, field->preset.step) : NULL;
        struct doc *value = from ? doc_get(from->form, field->preset.field) : NULL;
        if (value)
            doc_put(arena, values, field->id, value);
    }
    return values;
}
