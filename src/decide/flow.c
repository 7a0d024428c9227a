/* SPDX-License-Identifier: Apache-2.0
 * How a case moves: opening, deciding, holding, going back, ending, and what time brings. */
#include "decide/act_priv.h"

static const struct words NO_WORDS;

static struct label role_label(const struct act *act, str role)
{
    const struct role *found = policy_role(act->policy, role);
    return found ? found->label : same_label(role);
}

/* ---- seats ---- */

/* Registering a second one is refused, so the first found is the only one. */
static int64_t sole_organisation(const struct act *act, str role)
{
    const struct authority_state *authority = act->facts->authority;
    for (size_t i = 0; i < authority->organisations.len; i++)
        if (str_eq(authority->organisations.items[i].role, role))
            return authority->organisations.items[i].id;
    return 0;
}

static bool seat_of(const struct act *act, str role, int64_t *out)
{
    const struct authority_state *authority = act->facts->authority;
    for (size_t i = 0; i < act->procedure->n_seats; i++) {
        const struct seat *seat = &act->procedure->seats[i];
        if (!str_eq(seat->role, role))
            continue;
        const struct organisation *opener = authority_organisation(authority, act->kase->opener);
        const struct task_decision *decision;
        switch (seat->kind) {
        case SEAT_OPENER:
            *out = act->kase->opener;
            break;
        case SEAT_PARENT:
            *out = opener ? opener->parent : 0;
            break;
        case SEAT_SOLE:
            *out = sole_organisation(act, role);
            break;
        case SEAT_FIELD:
            decision = case_decision(act->kase, seat->step);
            *out = decision ? doc_get_int(decision->form, seat->field, 0) : 0;
            break;
        }
        const struct organisation *holder = authority_organisation(authority, *out);
        return holder && str_eq(holder->role, role);
    }
    return false;
}

int64_t act_seat(struct act *act, str role, const struct step *step)
{
    int64_t organisation = 0;
    if (!seat_of(act, role, &organisation))
        act_refuse(act, REFUSAL_NO_SEAT, step->id, step->basis.article,
                   (struct words){.first = role_label(act, role)});
    return organisation;
}

/* ---- tasks ---- */

static int32_t rounds_of(const struct case_state *kase, str step)
{
    int32_t rounds = 0;
    for (size_t i = 0; i < kase->tasks.len; i++)
        rounds += str_eq(kase->tasks.items[i].step, step);
    return rounds;
}

void open_task(struct act *act, const struct step *step)
{
    if (act->kase->tasks.len >= LIMIT_TASKS) {
        act_refuse(act, REFUSAL_CASE_TOO_LONG, step->id, STR_NONE, NO_WORDS);
        return;
    }
    int64_t organisation = act_seat(act, step->by, step);
    struct armed armed = arm_limits(act, step);
    struct event *event = act_emit(act, EVENT_task_opened);
    event->task_opened = (struct event_task_opened){
        .step = step->id,
        .round = rounds_of(act->kase, step->id) + 1,
        .role = step->by,
        .organisation = organisation,
        .on = act->facts->today,
        .due = armed.due,
        .not_before = armed.not_before,
        .anchor = armed.anchor,
        .derivation = armed.derivation,
        .basis = armed.basis,
        .local = armed.local,
        .estimated = armed.estimated,
    };
    act_fold(act, event);
}

static void hold_task(struct act *act)
{
    const struct task *task = case_task_by_id(act->kase, act->task);
    if (task->suspensions.len >= LIMIT_SUSPENSIONS) {
        act_refuse(act, REFUSAL_CASE_TOO_LONG, act->step->id, STR_NONE, NO_WORDS);
        return;
    }
    struct event *event = act_emit(act, EVENT_task_held);
    event->task_held = (struct event_task_held){task->id, act->facts->today};
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
        .on = act->facts->today,
        .due = armed.due,
        .derivation = armed.derivation,
        .estimated = armed.estimated,
    };
    act_fold(act, event);
}

static void end_case(struct act *act)
{
    for (size_t i = 0; i < act->kase->tasks.len; i++) {
        const struct task *task = &act->kase->tasks.items[i];
        if (task->state == TASK_CLOSED)
            continue;
        struct event *event = act_emit(act, EVENT_task_closed);
        event->task_closed = (struct event_task_closed){task->id, act->facts->today};
        act_fold(act, event);
    }
    struct event *event = act_emit(act, EVENT_case_ended);
    event->case_ended = (struct event_case_ended){
        str_printf(act->arena, "%.*s.%.*s", STR_FMT(act->step->id), STR_FMT(act->outcome->id)),
        act->facts->today};
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
    case TARGET_DONE:
        return;
    case TARGET_END:
        end_case(act);
        return;
    }
}

void follow_targets(struct act *act)
{
    const struct outcome *outcome = act->outcome;
    for (size_t i = 0; i < outcome->n_targets; i++) {
        const struct target *target = &outcome->targets[i];
        if (outcome->choice && target->when && !act_holds(act, target->when))
            continue;
        follow(act, target);
        if (outcome->choice)
            break;
    }
    if (!act->kase->ended && !anything_owed(act->kase))
        end_case(act);
}

void run_effects(struct act *act)
{
    for (size_t i = 0; i < act->outcome->n_effects; i++) {
        const struct effect *effect = &act->outcome->effects[i];
        const struct task_decision *decision;
        struct event *event;
        switch (effect->kind) {
        case EFFECT_grant:
            decision = case_decision(act->kase, effect->step);
            event = act_emit(act, EVENT_resource_granted);
            event->stream = act->kase->system;
            event->resource_granted = (struct event_resource_granted){
                .system = act->kase->system,
                .kase = act->kase->id,
                .items = decision ? doc_get(decision->form, effect->field) : NULL,
            };
            break;
        case EFFECT_set_live:
            event = act_emit(act, EVENT_system_live);
            event->stream = act->kase->system;
            event->system_live =
                (struct event_system_live){act->kase->system, act->facts->today};
            break;
        }
    }
}

/* ---- commands ---- */

/* The act itself: checks, materials, the decision, its effects and what follows. */
static void carry_out(struct act *act)
{
    check_form(act);
    check_materials(act);
    check_conditions(act);
    if (act->out->refused)
        return;
    const struct command *command = act->command;
    struct event *event;
    for (size_t i = 0; i < command->materials.len; i++) {
        const struct cited_material *cited = &command->materials.items[i];
        event = act_emit(act, EVENT_material_filed);
        event->material_filed = (struct event_material_filed){
            .task = act->task,
            .material = cited->material,
            .name = cited->name,
            .digest = cited->digest,
            .size = cited->size,
        };
        act_fold(act, event);
    }
    const struct task *task = case_task_by_id(act->kase, act->task);
    int32_t late = date_is_none(task->due) ? 0 : date_between(task->due, act->facts->today);
    event = act_emit(act, EVENT_task_decided);
    event->task_decided = (struct event_task_decided){
        .task = act->task,
        .outcome = act->outcome->id,
        .opinion = command->opinion,
        .form = doc_copy(act->arena, act->form),
        .on = act->facts->today,
        .late_days = late > 0 ? late : 0,
    };
    act_fold(act, event);
    run_effects(act);
    follow_targets(act);
    act->out->object = act->kase->id;
}

static bool find_outcome(struct act *act)
{
    act->outcome = step_outcome(act->step, act->command->outcome);
    if (act->outcome)
        return true;
    act_refuse(act, REFUSAL_UNKNOWN_OUTCOME, S("outcome"), act->step->basis.article,
               (struct words){.first = act->step->label,
                              .second = same_label(act->command->outcome)});
    return false;
}

static str next_number(struct act *act, str code)
{
    const struct authority_state *authority = act->facts->authority;
    int year = date_year(act->facts->today);
    int64_t count = 0;
    for (size_t i = 0; i < authority->counters.len; i++)
        if (authority->counters.items[i].year == year &&
            str_eq(authority->counters.items[i].code, code))
            count = authority->counters.items[i].count;
    return str_printf(act->arena, "%.*s-%d-%04lld", STR_FMT(code), year, (long long)count + 1);
}

void decide_open_case(struct act *act)
{
    const struct facts *facts = act->facts;
    if (!act->policy) {
        act_refuse(act, REFUSAL_NO_POLICY, S("policy"), STR_NONE, NO_WORDS);
        return;
    }
    act->procedure = policy_procedure(act->policy, act->command->procedure);
    if (!act->procedure) {
        act_refuse(act, REFUSAL_UNKNOWN_PROCEDURE, S("procedure"), STR_NONE,
                   (struct words){.first = same_label(act->command->procedure)});
        return;
    }
    act->step = &act->procedure->steps[0];
    if (!decide_may_open(facts, act->procedure)) {
        act_refuse(act, REFUSAL_NOT_YOUR_TASK, act->step->id, act->step->basis.article,
                   (struct words){.first = role_label(act, act->step->by)});
        return;
    }
    if (!find_outcome(act))
        return;
    str title = str_trim(doc_get_text(act->command->form, act->procedure->title_field));
    struct event *event = act_emit(act, EVENT_system_registered);
    int64_t system = event->index;
    event->policy = facts->authority->policy_digest;
    event->system_registered =
        (struct event_system_registered){title, facts->actor->organisation};
    event = act_emit(act, EVENT_case_opened);
    event->policy = facts->authority->policy_digest;
    event->case_opened = (struct event_case_opened){
        .number = next_number(act, act->procedure->code),
        .procedure = act->procedure->id,
        .policy = facts->authority->policy_digest,
        .system = system,
        .opener = facts->actor->organisation,
        .title = title,
        .on = facts->today,
    };
    act->kase = NEW(act->arena, struct case_state);
    act_fold(act, event);
    open_task(act, act->step);
    if (act->out->refused)
        return;
    act->task = act->kase->tasks.items[0].id;
    carry_out(act);
}

static struct case_state *copy_case(struct arena *arena, const struct case_state *from)
{
    struct case_state *copy = NEW(arena, struct case_state);
    *copy = *from;
    copy->tasks.items = NULL;
    copy->tasks.len = copy->tasks.cap = 0;
    for (size_t i = 0; i < from->tasks.len; i++) {
        struct task *task = VEC_ADD(arena, &copy->tasks);
        *task = from->tasks.items[i];
        task->suspensions.items = NULL;
        task->suspensions.len = task->suspensions.cap = 0;
        for (size_t k = 0; k < from->tasks.items[i].suspensions.len; k++)
            VEC_PUSH(arena, &task->suspensions, from->tasks.items[i].suspensions.items[k]);
    }
    copy->decisions.items = NULL;
    copy->decisions.len = copy->decisions.cap = 0;
    for (size_t i = 0; i < from->decisions.len; i++)
        VEC_PUSH(arena, &copy->decisions, from->decisions.items[i]);
    copy->materials.items = NULL;
    copy->materials.len = copy->materials.cap = 0;
    for (size_t i = 0; i < from->materials.len; i++)
        VEC_PUSH(arena, &copy->materials, from->materials.items[i]);
    return copy;
}

static bool is_open_and_mine(struct act *act, const struct task *task)
{
    const struct actor *actor = act->facts->actor;
    const struct step *step = act->step;
    str article = step->basis.article;
    if (act->kase->ended) {
        act_refuse(act, REFUSAL_CASE_ENDED, step->id, article, NO_WORDS);
        return false;
    }
    bool current = task && task->state == TASK_OPEN &&
                   (act->command->round == 0 || act->command->round == task->round);
    if (task && task->state == TASK_OPEN &&
        (task->organisation != actor->organisation || !str_eq(task->role, actor->role))) {
        const struct organisation *holder =
            authority_organisation(act->facts->authority, task->organisation);
        struct label role = role_label(act, task->role);
        struct label who = {
            str_printf(act->arena, "%.*s（%.*s）", STR_FMT(holder ? holder->name : S("")),
                       STR_FMT(role.zh)),
            str_printf(act->arena, "%.*s (%.*s)", STR_FMT(holder ? holder->name : S("")),
                       STR_FMT(role.en))};
        act_refuse(act, REFUSAL_NOT_YOUR_TASK, step->id, article, (struct words){.first = who});
        return false;
    }
    if (!current)
        act_refuse(act, REFUSAL_TASK_NOT_OPEN, step->id, article,
                   (struct words){.first = step->label});
    return current;
}

void decide_decide_task(struct act *act)
{
    const struct facts *facts = act->facts;
    if (!facts->kase || !decide_may_see(facts)) {
        act_refuse(act, REFUSAL_UNKNOWN_CASE, S("case"), STR_NONE, NO_WORDS);
        return;
    }
    act->procedure = policy_procedure(act->policy, facts->kase->procedure);
    must(act->procedure != NULL); /* the case's own version is loaded */
    act->step = procedure_step(act->procedure, act->command->step);
    if (!act->step) {
        act_refuse(act, REFUSAL_UNKNOWN_STEP, S("step"), STR_NONE,
                   (struct words){.first = same_label(act->command->step)});
        return;
    }
    act->kase = copy_case(act->arena, facts->kase);
    const struct task *task = case_task(act->kase, act->step->id);
    if (!is_open_and_mine(act, task) || !find_outcome(act))
        return;
    act->task = task->id;
    carry_out(act);
}

void decide_tick(struct act *act)
{
    const struct facts *facts = act->facts;
    if (!facts->kase || facts->kase->ended)
        return;
    act->kase = copy_case(act->arena, facts->kase);
    for (size_t i = 0; i < act->kase->tasks.len; i++) {
        const struct task *task = &act->kase->tasks.items[i];
        if (task->state != TASK_OPEN || date_is_none(task->due))
            continue;
        if (date_cmp(facts->today, task->due) > 0) {
            if (task->warned_overdue)
                continue;
            struct event *event = act_emit(act, EVENT_task_overdue);
            event->task_overdue =
                (struct event_task_overdue){task->id, facts->today, task->due};
            act_fold(act, event);
            continue;
        }
        int32_t left = calendar_count_work(&facts->authority->calendar, facts->today, task->due);
        if (task->warned_soon || left > act->policy->due_soon_days)
            continue;
        struct event *event = act_emit(act, EVENT_task_due_soon);
        event->task_due_soon = (struct event_task_due_soon){task->id, facts->today, task->due};
        act_fold(act, event);
    }
    act->out->object = act->kase->id;
}
