/* SPDX-License-Identifier: Apache-2.0
 * Random commands in the hamlet: every kind there is, by the right people and by wrong ones. */
#ifndef YJ_TEST_HAMLET_ACTS_H
#define YJ_TEST_HAMLET_ACTS_H

#include "hamlet.h"

/* The actor of the role in that organisation (0: in any), else anybody. */
static inline const struct actor *somebody(const struct hamlet *hamlet, int64_t organisation,
                                           str role)
{
    const struct actor *chosen = &hamlet->actors.items[below(hamlet, hamlet->actors.len)];
    size_t seen = 0;
    for (size_t i = 0; i < hamlet->actors.len; i++) {
        const struct actor *actor = &hamlet->actors.items[i];
        if ((!organisation || actor->organisation == organisation) && str_eq(actor->role, role) &&
            below(hamlet, ++seen) == 0)
            chosen = actor;
    }
    return wrong(hamlet, 8) ? &hamlet->actors.items[below(hamlet, hamlet->actors.len)] : chosen;
}

static inline struct command command_of(const struct actor *actor, enum command_kind kind)
{
    return (struct command){.kind = kind, .authority = AUTHORITY, .actor = actor->person,
                            .post = actor->post, .reason = S("理由")};
}

static inline void cite(struct hamlet *hamlet, str material, struct command *command)
{
    struct cited_material cited = {material, ++hamlet->uploads, S("a.pdf"), S("00"), 9};
    VEC_PUSH(arena, &command->materials, cited);
}

static inline void fill_act(struct hamlet *hamlet, const struct actor *actor,
                            const struct step *step, struct command *command)
{
    struct facts facts = hamlet_facts(hamlet, actor, command);
    command->outcome = chance(hamlet, 60)
                           ? step->outcomes[0].id
                           : step->outcomes[below(hamlet, step->n_outcomes)].id;
    command->form = random_form(hamlet, &facts, &step->form, step, command->outcome);
    command->opinion = wrong(hamlet, 4) ? STR_NONE : S("意见");
    for (size_t i = 0; i < step->n_materials; i++)
        if (!wrong(hamlet, 4))
            cite(hamlet, step->materials[i], command);
    for (size_t i = 0; i < hamlet->authority.asked_materials.len; i++) {
        const struct asked_material *asked = &hamlet->authority.asked_materials.items[i];
        if (asked->asked && str_eq(asked->step, step->id) && step->further && !wrong(hamlet, 50))
            cite(hamlet, asked->material, command);
    }
    if (step->paper ? chance(hamlet, 15) : wrong(hamlet, 2)) {
        command->from_paper = true;
        command->occurred_on =
            date_plus(hamlet->today, (hamlet->honest ? 0 : 1) - (int)below(hamlet, 4));
        command->paper = wrong(hamlet, 8) ? STR_NONE : S("收文1号");
    }
}

/* Who is honest opens what is offered about the system, else what registers a new one. */
static inline const struct procedure *random_procedure(const struct hamlet *hamlet,
                                                       const struct system_state *system)
{
    const struct policy *policy = hamlet->policy;
    const struct procedure *founding = NULL;
    const struct procedure *procedure = &policy->procedures[below(hamlet, policy->n_procedures)];
    struct facts facts = {.authority = &hamlet->authority, .policy = policy, .system = system,
                          .today = hamlet->today};
    bool offered = system || procedure->subject != SUBJECT_SYSTEM;
    for (size_t i = 0; system && i < procedure->n_offered; i++)
        offered &= decide_holds(arena, &facts, procedure->offered[i].when);
    for (size_t i = 0; i < policy->n_procedures; i++)
        if (policy->procedures[i].subject == SUBJECT_NEW)
            founding = &policy->procedures[i];
    return offered || !founding || wrong(hamlet, 50) ? procedure : founding;
}

static inline struct command random_opening(struct hamlet *hamlet, const struct actor **actor)
{
    struct system_state *system =
        hamlet->systems.len ? hamlet->systems.items[below(hamlet, hamlet->systems.len)] : NULL;
    const struct procedure *procedure = random_procedure(hamlet, system);
    bool about = procedure->subject == SUBJECT_SYSTEM;
    int64_t whose = system && about && chance(hamlet, 80) ? system->owner : 0;
    *actor = somebody(hamlet, whose, procedure->steps[0].by);
    if (whose && !str_eq((*actor)->role, procedure->steps[0].by))
        *actor = somebody(hamlet, 0, procedure->steps[0].by);
    struct command command = command_of(*actor, COMMAND_open_case);
    command.procedure = procedure->id;
    command.system = system && chance(hamlet, about ? 99 : 1) ? system->id : 0;
    fill_act(hamlet, *actor, &procedure->steps[0], &command);
    return command;
}

static inline const struct task *random_task(const struct hamlet *hamlet,
                                             const struct case_state *kase)
{
    const struct task *chosen = NULL;
    size_t seen = 0;
    for (size_t i = 0; i < kase->tasks.len; i++)
        if ((kase->tasks.items[i].state == TASK_OPEN || chance(hamlet, 3)) &&
            below(hamlet, ++seen) == 0)
            chosen = &kase->tasks.items[i];
    return chosen ? chosen : &kase->tasks.items[0];
}

static inline struct case_state *random_case(const struct hamlet *hamlet)
{
    struct case_state *chosen = NULL;
    size_t seen = 0;
    bool any = chance(hamlet, 4);
    for (size_t i = 0; i < hamlet->cases.len; i++)
        if ((any || !hamlet->cases.items[i]->ended) && below(hamlet, ++seen) == 0)
            chosen = hamlet->cases.items[i];
    return chosen;
}

static inline struct command random_decision(struct hamlet *hamlet, const struct case_state *kase,
                                             const struct actor **actor)
{
    const struct procedure *procedure = policy_procedure(hamlet->policy, kase->procedure);
    const struct task *task = random_task(hamlet, kase);
    const struct step *step = wrong(hamlet, 6)
                                  ? &procedure->steps[below(hamlet, procedure->n_steps)]
                                  : procedure_step(procedure, task->step);
    *actor = somebody(hamlet, task->organisation, task->role);
    for (size_t i = 0; i < hamlet->actors.len; i++)
        if (hamlet->actors.items[i].person == task->person && chance(hamlet, 90))
            *actor = &hamlet->actors.items[i];
    struct command command = command_of(*actor, COMMAND_decide_task);
    command.kase = kase->id;
    command.step = step->id;
    fill_act(hamlet, *actor, step, &command);
    return command;
}

/* Beside the flow of a case: withdraw, assign, urge, receive, correct. */
static inline struct command random_beside(struct hamlet *hamlet, const struct case_state *kase,
                                           const struct actor **actor)
{
    static const enum command_kind KINDS[] = {COMMAND_withdraw_case, COMMAND_assign_task,
                                              COMMAND_urge_task, COMMAND_receive_notice,
                                              COMMAND_correct_decision};
    enum command_kind kind = KINDS[kase->notices.len && chance(hamlet, 40)
                                       ? 3 : below(hamlet, COUNT_OF(KINDS))];
    if (kind == COMMAND_withdraw_case && chance(hamlet, 50))
        kind = COMMAND_correct_decision;
    const struct task *task = random_task(hamlet, kase);
    const struct procedure *procedure = policy_procedure(hamlet->policy, kase->procedure);
    *actor = kind == COMMAND_withdraw_case || kind == COMMAND_urge_task
                 ? somebody(hamlet, kase->opener, procedure->steps[0].by)
                 : somebody(hamlet, task->organisation, task->role);
    struct command command = command_of(*actor, kind);
    const struct notice *notice =
        kase->notices.len ? &kase->notices.items[below(hamlet, kase->notices.len)] : NULL;
    const struct task_decision *decision = NULL;
    for (size_t i = 0; i < kase->decisions.len; i++)
        if (kase->decisions.items[i].paper.len || chance(hamlet, 10))
            decision = &kase->decisions.items[i];
    if (kind == COMMAND_receive_notice && notice) {
        *actor = somebody(hamlet, notice->organisation, notice->role);
        command = command_of(*actor, kind);
        command.object = notice->id;
    }
    if (kind == COMMAND_correct_decision && decision) {
        const struct task *decided = case_task_by_id(kase, decision->task);
        *actor = somebody(hamlet, decided->organisation, decided->role);
        command = command_of(*actor, kind);
        command.object = decision->id;
        command.from = date_plus(decision->on, (int)below(hamlet, 4) - 2);
    }
    command.kase = kase->id;
    command.step = task->step;
    command.person = chance(hamlet, 80)
                         ? somebody(hamlet, (*actor)->organisation, (*actor)->role)->person : 0;
    return command;
}

/* A line in force, to be filed anew for the same month. */
static inline const struct record *random_line(struct hamlet *hamlet, const struct ledger *ledger)
{
    const struct record *found = NULL;
    for (size_t i = 0; i < hamlet->lines.len; i++)
        if (str_eq(hamlet->lines.items[i].register_id, ledger->id) && chance(hamlet, 50))
            found = &hamlet->lines.items[i];
    for (size_t i = 0; i < hamlet->systems.len; i++) {
        const struct system_state *system = hamlet->systems.items[i];
        for (size_t k = 0; k < system->records.len; k++)
            if (str_eq(system->records.items[k].register_id, ledger->id) && chance(hamlet, 50))
                found = &system->records.items[k];
    }
    return found;
}

static inline struct command random_filing(struct hamlet *hamlet, const struct actor **actor)
{
    const struct policy *policy = hamlet->policy;
    const struct ledger *ledger = &policy->registers[below(hamlet, policy->n_registers)];
    size_t n = ledger->about == ABOUT_SYSTEM ? 1 + below(hamlet, 3) : 1;
    int year, month, day;
    date_to_ymd(hamlet->today, &year, &month, &day);
    month -= (int)below(hamlet, 3);
    *actor = somebody(hamlet, 0, ledger->by);
    for (size_t i = 0; i < hamlet->systems.len; i++)
        if (hamlet->systems.items[i]->provider && chance(hamlet, 50))
            *actor = somebody(hamlet, hamlet->systems.items[i]->provider, ledger->by);
    const struct record *again = chance(hamlet, 40) ? random_line(hamlet, ledger) : NULL;
    if (again)
        *actor = somebody(hamlet, again->organisation, ledger->by);
    struct command command = command_of(*actor, COMMAND_file_records);
    command.register_id = ledger->id;
    for (size_t i = 0; i < n; i++) {
        struct filed_record record = {
            .system = ledger->about == ABOUT_SYSTEM && hamlet->systems.len
                          ? hamlet->systems.items[below(hamlet, hamlet->systems.len)]->id : 0,
            .period = !ledger->monthly ? 0 : month > 0 ? year * 100 + month
                                                       : (year - 1) * 100 + 12 + month,
            .form = random_form(hamlet, NULL, &ledger->form, NULL, STR_NONE),
        };
        /* Several months of one system now and then, as a provider catches up. */
        if (i > 0 && chance(hamlet, 50)) {
            record.system = command.records.items[i - 1].system;
            record.period = command.records.items[i - 1].period - (int32_t)below(hamlet, 2);
            if (record.period % 100 == 0)
                record.period -= 88;
        }
        if (again && i == 0) {
            record.system = again->system;
            record.period = again->period;
        }
        VEC_PUSH(arena, &command.records, record);
    }
    return command;
}

static inline struct command random_delegation(struct hamlet *hamlet, const struct actor **actor)
{
    *actor = &hamlet->actors.items[below(hamlet, hamlet->actors.len)];
    struct command command = command_of(*actor, COMMAND_delegate_post);
    command.person = somebody(hamlet, (*actor)->organisation, (*actor)->role)->person;
    command.from = date_plus(hamlet->today, (int)below(hamlet, 4) - 1);
    command.until = date_plus(command.from, (int)below(hamlet, 12) - 1);
    if (hamlet->delegations.len == 0 || chance(hamlet, 60))
        return command;
    const struct delegation *delegation =
        &hamlet->delegations.items[below(hamlet, hamlet->delegations.len)];
    for (size_t i = 0; i < hamlet->actors.len; i++)
        if (hamlet->actors.items[i].person == delegation->holder && chance(hamlet, 90))
            *actor = &hamlet->actors.items[i];
    command = command_of(*actor, COMMAND_end_delegation);
    command.object = delegation->id;
    return command;
}

static inline struct command random_asking(struct hamlet *hamlet, const struct actor **actor)
{
    static const char *const MATERIALS[] = {"extra-map", "extra-note", "Not A Word"};
    const struct policy *policy = hamlet->policy;
    const struct procedure *procedure = &policy->procedures[below(hamlet, policy->n_procedures)];
    *actor = somebody(hamlet, 0, policy->authority_role);
    struct command command = command_of(*actor, COMMAND_ask_material);
    command.procedure = procedure->id;
    command.step = procedure->steps[chance(hamlet, 70) ? 0 : below(hamlet, procedure->n_steps)].id;
    command.material = str_of(MATERIALS[below(hamlet, COUNT_OF(MATERIALS))]);
    command.zh = S("材料");
    command.en = S("Material");
    command.asked = chance(hamlet, 40);
    return command;
}

/* One of the two arrangements of the year, loaded by the program itself. */
static inline struct command random_calendar(struct hamlet *hamlet)
{
    size_t which = below(hamlet, 2);
    const struct calendar *calendar = &hamlet->calendars[which];
    const struct calendar_year *year = calendar_find(calendar, date_year(hamlet->today));
    if (!year) /* not arranged yet: the last one is loaded once more */
        year = &calendar->years.items[calendar->years.len - 1];
    return (struct command){.kind = COMMAND_load_calendar, .authority = AUTHORITY,
                            .year = year->year, .document = year->document,
                            .digest = which ? S("01") : S("00"),
                            .bytes = calendar_print_year(arena, year)};
}

/* Whoever has delegated the post may be away: then another person signs the command. */
static inline struct actor stand_in(const struct hamlet *hamlet, const struct actor *actor,
                                    struct command *command)
{
    struct actor other = *actor;
    for (size_t i = 0; i < hamlet->delegations.len; i++) {
        const struct delegation *one = &hamlet->delegations.items[i];
        if (one->post != actor->post || !date_is_none(one->ended_on) || !chance(hamlet, 50) ||
            date_cmp(one->from, hamlet->today) > 0 || date_cmp(hamlet->today, one->until) > 0)
            continue;
        other.person = one->person;
        other.from = one->from;
        other.until = one->until;
    }
    command->actor = other.person;
    return other;
}

static inline bool opens_by_itself(const struct policy *policy)
{
    for (size_t i = 0; i < policy->n_procedures; i++)
        if (policy->procedures[i].opens.present)
            return true;
    return false;
}

/* What the ticker would open for a body, or nearly so. */
static inline struct command random_duty(struct hamlet *hamlet)
{
    const struct policy *policy = hamlet->policy;
    const struct organisation *body = &hamlet->authority.organisations.items[below(
        hamlet, hamlet->authority.organisations.len)];
    struct command command = {.kind = COMMAND_open_duty, .authority = AUTHORITY,
                              .organisation = body->id};
    for (size_t i = 0, seen = 0; i < policy->n_procedures; i++) {
        const struct procedure *procedure = &policy->procedures[i];
        if (!procedure->opens.present || below(hamlet, ++seen) > 0)
            continue;
        command.procedure = procedure->id;
        (void)!duty_period(policy, procedure, hamlet->today, &command.period);
    }
    if (wrong(hamlet, 10))
        command.period++;
    return command;
}

static inline struct command random_command(struct hamlet *hamlet, const struct actor **actor)
{
    struct case_state *kase = random_case(hamlet);
    size_t roll = below(hamlet, 100);
    *actor = NULL;
    hamlet->honest = chance(hamlet, 65);
    if (opens_by_itself(hamlet->policy) && chance(hamlet, 8))
        return random_duty(hamlet);
    if (!kase || roll < 10)
        return random_opening(hamlet, actor);
    if (roll < 70)
        return random_decision(hamlet, kase, actor);
    if (roll < 82)
        return random_beside(hamlet, kase, actor);
    if (roll < 90 && hamlet->policy->n_registers)
        return random_filing(hamlet, actor);
    if (roll < 93)
        return random_delegation(hamlet, actor);
    if (roll < 95)
        return random_asking(hamlet, actor);
    if (roll < 96)
        return random_calendar(hamlet);
    if (roll < 98)
        return random_duty(hamlet);
    return (struct command){.kind = COMMAND_tick, .authority = AUTHORITY, .kase = kase->id};
}

#endif
