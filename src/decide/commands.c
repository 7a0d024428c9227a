/* SPDX-License-Identifier: Apache-2.0
 * Opening a case and deciding a step of it. */
#include "decide/act_priv.h"

static const struct words NO_WORDS;

/* ---- the act itself ---- */

static void file_materials(struct act *act)
{
    for (size_t i = 0; i < act->command->materials.len; i++) {
        const struct cited_material *cited = &act->command->materials.items[i];
        struct event *event = act_emit(act, EVENT_material_filed);
        event->material_filed = (struct event_material_filed){
            .task = act->task,
            .material = cited->material,
            .name = cited->name,
            .digest = cited->digest,
            .size = cited->size,
        };
        act_fold(act, event);
    }
}

/* Other seats of the same round that have still to sign. */
static bool others_sign(const struct act *act, const struct task *own)
{
    for (size_t i = 0; i < act->kase->tasks.len; i++) {
        const struct task *task = &act->kase->tasks.items[i];
        if (task->id != own->id && task->round == own->round && str_eq(task->step, own->step) &&
            task->state == TASK_OPEN)
            return true;
    }
    return false;
}

/* The first outcome of a step of several seats needs all of them; any other decides at once. */
static bool decides(const struct act *act, const struct task *own)
{
    bool needs_all = step_is_signed(act->step) && act->outcome == &act->step->outcomes[0];
    return !needs_all || !others_sign(act, own);
}

static void close_other_seats(struct act *act, const struct task *own)
{
    int32_t round = own->round;
    for (size_t i = 0; i < act->kase->tasks.len; i++) {
        const struct task *task = &act->kase->tasks.items[i];
        if (task->id == act->task || task->round != round || task->state != TASK_OPEN ||
            !str_eq(task->step, act->step->id))
            continue;
        struct event *event = act_emit(act, EVENT_task_closed);
        event->task_closed = (struct event_task_closed){task->id, act->day};
        act_fold(act, event);
    }
}

static void send_notices(struct act *act)
{
    for (size_t i = 0; i < act->step->n_tells; i++) {
        const struct tell *tell = &act->step->tells[i];
        int64_t *bodies;
        if (tell->outcome.len && !str_eq(tell->outcome, act->outcome->id))
            continue;
        act_note(act, tell);
        /* A seat that nobody holds yet has nobody to tell. */
        size_t n = act_seats(act, tell->role, &bodies);
        for (size_t k = 0; k < n; k++) {
            struct event *event = act_emit(act, EVENT_notice_sent);
            event->notice_sent =
                (struct event_notice_sent){act->decision, bodies[k], tell->role, act->day};
            act_fold(act, event);
        }
    }
}

/* How many days the filing lies past the last day of a notice in time; 0 when it does not. */
static int32_t short_days(struct act *act)
{
    const struct limit *ahead = &act->step->ahead;
    struct value on = {.kind = VALUE_NONE};
    if (ahead->present)
        on = form_value(form_field(&act->step->form, ahead->date_field), act->form);
    if (on.kind != VALUE_DATE)
        return 0;
    int32_t late = date_between(latest_notice(act, ahead, on.day), act->day);
    return late > 0 ? late : 0;
}

static void record_decision(struct act *act, const struct task *task, bool final)
{
    const struct command *command = act->command;
    int32_t late = date_is_none(task->due) ? 0 : date_between(task->due, act->day);
    struct event *event = act_emit(act, EVENT_task_decided);
    act->decision = event->index;
    event->task_decided = (struct event_task_decided){
        .task = act->task,
        .outcome = act->outcome->id,
        .decides = final,
        .opinion = command->opinion,
        .form = doc_copy(act->arena, act->form),
        .on = act->day,
        .late_days = late > 0 ? late : 0,
        .short_days = short_days(act),
        .paper = command->from_paper ? command->paper : STR_NONE,
        .paper_reason = command->from_paper ? command->reason : STR_NONE,
        .shown = shown_to(act),
    };
    act_fold(act, event);
}

/* Checks, materials, the decision, its effects and what follows. */
static void carry_out(struct act *act)
{
    check_form(act);
    check_materials(act);
    check_days(act);
    check_conditions(act);
    if (act->out->refused)
        return;
    file_materials(act);
    const struct task *task = case_task_by_id(act->kase, act->task);
    bool final = decides(act, task);
    record_decision(act, task, final);
    act->out->object = act->kase->id;
    send_notices(act);
    if (!final)
        return;
    if (step_is_signed(act->step))
        close_other_seats(act, case_task_by_id(act->kase, act->task));
    run_effects(act);
    follow_targets(act);
    run_extensions(act);
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

/* ---- opening ---- */

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

void open_case(struct act *act, struct opening opening)
{
    str version = act->facts->authority->policy_digest;
    str number = next_number(act, act->procedure->code);
    act_note(act, &act->procedure->priority);
    act->kase = NULL;
    struct event *event = act_emit(act, EVENT_case_opened);
    event->policy = version;
    event->case_opened = (struct event_case_opened){
        .number = number,
        .procedure = act->procedure->id,
        .policy = version,
        .system = opening.system,
        .opener = opening.opener,
        .title = opening.title,
        .on = act->facts->today,
        .cause = opening.cause,
        .period = opening.period,
        .priority = act->procedure->priority,
    };
    act->kase = NEW(act->arena, struct case_state);
    act_fold(act, event);
    act->decision = 0;
}

static int64_t register_system(struct act *act, str title)
{
    struct event *event = act_emit(act, EVENT_system_registered);
    event->policy = act->facts->authority->policy_digest;
    event->system_registered =
        (struct event_system_registered){title, act->facts->actor->organisation};
    act->system = NEW(act->arena, struct system_state);
    apply_system(act->arena, act->system, event);
    return event->index;
}

/* Does the opener's seat stand for whoever owns the system? Then it is opened by the owner alone;
 * bodies that see everything open cases about any system. */
static bool may_open_about(struct act *act)
{
    const struct actor *actor = act->facts->actor;
    if (!act->system) {
        act_refuse(act, REFUSAL_UNKNOWN_SYSTEM, S("system"), act->step->basis.article, NO_WORDS);
        return false;
    }
    enum sight sight = decide_sight(act->policy, actor->role);
    if (act->system->owner == actor->organisation || sight == SIGHT_ALL ||
        act->system->provider == actor->organisation)
        return true;
    const struct organisation *owner =
        authority_organisation(act->facts->authority, act->system->owner);
    str name = owner ? owner->name : S("");
    act_refuse(act, REFUSAL_NOT_YOUR_SYSTEM, S("system"), act->step->basis.article,
               (struct words){.first = same_label(name)});
    return false;
}

static bool find_procedure(struct act *act)
{
    if (!act->policy) {
        act_refuse(act, REFUSAL_NO_POLICY, S("policy"), STR_NONE, NO_WORDS);
        return false;
    }
    act->procedure = policy_procedure(act->policy, act->command->procedure);
    if (!act->procedure) {
        act_refuse(act, REFUSAL_UNKNOWN_PROCEDURE, S("procedure"), STR_NONE,
                   (struct words){.first = same_label(act->command->procedure)});
        return false;
    }
    act->step = &act->procedure->steps[0];
    act_note(act, act->step->seats);
    act_note(act, &act->policy->from);
    act_note(act, &act->procedure->opens);
    if (act->procedure->opens.present) {
        act_refuse(act, REFUSAL_OPENS_BY_ITSELF, S("procedure"), act->step->basis.article,
                   (struct words){.first = act->procedure->label});
        return false;
    }
    if (decide_may_open(act->facts, act->procedure))
        return true;
    act_refuse(act, REFUSAL_NOT_YOUR_TASK, act->step->id, act->step->basis.article,
               (struct words){.first = role_label(act, act->step->by)});
    return false;
}

/* What lists call the case: the system's name, a field of the first step, or its procedure's. */
static str case_title(const struct act *act)
{
    const struct procedure *procedure = act->procedure;
    if (procedure->subject == SUBJECT_SYSTEM)
        return act->system->name;
    str named = str_trim(doc_get_text(act->command->form, procedure->title_field));
    return named.len ? named : procedure->label.zh;
}

void decide_open_case(struct act *act)
{
    const struct facts *facts = act->facts;
    if (!find_procedure(act))
        return;
    const struct procedure *procedure = act->procedure;
    if ((procedure->subject == SUBJECT_SYSTEM && !may_open_about(act)) || !find_outcome(act))
        return;
    check_offered(act);
    str title = case_title(act);
    int64_t system = 0;
    if (procedure->subject == SUBJECT_SYSTEM)
        system = act->system->id;
    else if (procedure->subject == SUBJECT_NEW)
        system = register_system(act, title);
    else
        act->system = NULL;
    open_case(act, (struct opening){.opener = facts->actor->organisation,
                                    .system = system,
                                    .title = title});
    open_task(act, act->step);
    if (act->out->refused)
        return;
    act->task = act->kase->tasks.items[0].id;
    carry_out(act);
}

/* ---- opening by itself ---- */

static str duty_title(const struct act *act)
{
    const struct procedure *procedure = act->procedure;
    int32_t period = act->command->period;
    str name = procedure->label.zh;
    return procedure->opens.every == EVERY_YEAR
               ? str_printf(act->arena, "%.*s（%d年）", STR_FMT(name), (int)(period / 100))
               : str_printf(act->arena, "%.*s（%d年%d月）", STR_FMT(name), (int)(period / 100),
                            (int)(period % 100));
}

/* The first step is owed from now on; nobody has done anything yet. */
void decide_open_duty(struct act *act)
{
    const struct command *command = act->command;
    const struct organisation *owes =
        authority_organisation(act->facts->authority, command->organisation);
    int32_t period = 0;
    act->procedure = act->policy ? policy_procedure(act->policy, command->procedure) : NULL;
    if (!act->procedure || !act->procedure->opens.present || !owes ||
        !str_eq(owes->role, act->procedure->steps[0].by) ||
        !duty_period(act->policy, act->procedure, act->facts->today, &period) ||
        period != command->period) {
        act_refuse(act, REFUSAL_UNKNOWN_PROCEDURE, S("procedure"), STR_NONE,
                   (struct words){.first = same_label(command->procedure)});
        return;
    }
    if (act->facts->duty_opened) {
        act_refuse(act, REFUSAL_ALREADY_EXISTS, S("procedure"), STR_NONE,
                   (struct words){.first = act->procedure->label});
        return;
    }
    act_note(act, &act->policy->from);
    act_note(act, &act->procedure->opens);
    act->step = &act->procedure->steps[0];
    open_case(act, (struct opening){.opener = owes->id, .title = duty_title(act),
                                    .period = period});
    open_task(act, act->step);
    act->out->object = act->kase->id;
}

/* ---- deciding ---- */

/* A task handed to one person is theirs, or the one's who acts for them. */
static bool is_mine(struct act *act, const struct task *task)
{
    const struct actor *actor = act->facts->actor;
    const struct step *step = act->step;
    if (task->organisation != actor->organisation || !str_eq(task->role, actor->role)) {
        act_refuse(act, REFUSAL_NOT_YOUR_TASK, step->id, step->basis.article,
                   (struct words){.first = organisation_label(act, task->organisation,
                                                              task->role)});
        return false;
    }
    if (!task->person || task->person == actor->person || task->person == actor->holder ||
        act->command->kind == COMMAND_assign_task)
        return true;
    act_refuse(act, REFUSAL_ANOTHER_PERSON, step->id, step->basis.article,
               (struct words){.first = {S("另一人员"), S("another person")}});
    return false;
}

bool is_open_and_mine(struct act *act, const struct task *task)
{
    const struct step *step = act->step;
    str article = step->basis.article;
    if (act->kase->ended) {
        act_refuse(act, REFUSAL_CASE_ENDED, step->id, article, NO_WORDS);
        return false;
    }
    if (task && task->state == TASK_OPEN && !is_mine(act, task))
        return false;
    bool current = task && task->state == TASK_OPEN &&
                   (act->command->round == 0 || act->command->round == task->round);
    if (!current)
        act_refuse(act, REFUSAL_TASK_NOT_OPEN, step->id, article,
                   (struct words){.first = step->label});
    return current;
}

bool enter_case(struct act *act)
{
    const struct facts *facts = act->facts;
    if (!facts->kase || !decide_may_see(facts)) {
        act_refuse(act, REFUSAL_UNKNOWN_CASE, S("case"), STR_NONE, NO_WORDS);
        return false;
    }
    act->procedure = policy_procedure(act->policy, facts->kase->procedure);
    must(act->procedure != NULL); /* the case's own version is loaded */
    act->kase = copy_case(act->arena, facts->kase);
    return true;
}

/* Of several seats of the step the actor's own; else the one opened last. */
static const struct task *task_of(const struct act *act, str step)
{
    const struct actor *actor = act->facts->actor;
    const struct task *last = case_task(act->kase, step);
    for (size_t i = act->kase->tasks.len; last && i-- > 0;) {
        const struct task *task = &act->kase->tasks.items[i];
        if (str_eq(task->step, step) && task->round == last->round &&
            task->organisation == actor->organisation && str_eq(task->role, actor->role))
            return task;
    }
    return last;
}

bool enter_step(struct act *act, const struct task **out)
{
    if (!enter_case(act))
        return false;
    act->step = procedure_step(act->procedure, act->command->step);
    if (!act->step) {
        act_refuse(act, REFUSAL_UNKNOWN_STEP, S("step"), STR_NONE,
                   (struct words){.first = same_label(act->command->step)});
        return false;
    }
    *out = task_of(act, act->step->id);
    return true;
}

void decide_decide_task(struct act *act)
{
    const struct task *task;
    if (!enter_step(act, &task) || !is_open_and_mine(act, task) || !find_outcome(act))
        return;
    act->task = task->id;
    carry_out(act);
}
