/* SPDX-License-Identifier: Apache-2.0
 * What is done to a case beside its flow: taken back, handed over, urged, received, corrected. */
#include "decide/act_priv.h"

static const struct words NO_WORDS;

bool has_reason(struct act *act, str text)
{
    if (str_trim(text).len == 0) {
        act_refuse(act, REFUSAL_MISSING_REASON, S("reason"), STR_NONE, NO_WORDS);
        return false;
    }
    if (text.len <= LIMIT_TEXT_BYTES && !has_control(text, true))
        return true;
    act_refuse(act, REFUSAL_BAD_FIELD, S("reason"), STR_NONE,
               (struct words){.first = {S("理由"), S("reason")},
                              .second = {S("过长或含有控制字符"),
                                         S("it is too long or contains control characters")}});
    return false;
}

/* ---- taking back (撤回) ---- */

static void no_withdrawal(struct act *act, str zh, str en)
{
    act_refuse(act, REFUSAL_NO_WITHDRAWAL, S("case"), act->procedure->withdrawal.basis.article,
               (struct words){.first = {zh, en}});
}

bool decide_may_withdraw(const struct facts *facts, const struct procedure *procedure)
{
    const struct case_state *kase = facts->kase;
    const struct actor *actor = facts->actor;
    if (!kase || !actor || kase->ended || !procedure->withdrawal.present ||
        kase->opener != actor->organisation || !str_eq(actor->role, procedure->steps[0].by))
        return false;
    for (size_t i = 0; i < procedure->withdrawal.n_before; i++) {
        const struct fact *fact = &procedure->withdrawal.before[i];
        for (size_t k = 0; k < kase->decisions.len; k++)
            if (kase->decisions.items[k].decides &&
                str_eq(kase->decisions.items[k].step, fact->step) &&
                str_eq(kase->decisions.items[k].outcome, fact->outcome))
                return false;
    }
    return true;
}

static void withdraw(struct act *act)
{
    const struct actor *actor = act->facts->actor;
    const struct step *first = &act->procedure->steps[0];
    if (act->kase->ended) {
        act_refuse(act, REFUSAL_CASE_ENDED, S("case"), STR_NONE, NO_WORDS);
        return;
    }
    if (act->kase->opener != actor->organisation || !str_eq(actor->role, first->by)) {
        act_refuse(act, REFUSAL_NOT_YOUR_CASE, S("case"), first->basis.article,
                   (struct words){.first = organisation_label(act, act->kase->opener,
                                                              first->by)});
        return;
    }
    act_note(act, &act->procedure->withdrawal);
    if (!act->procedure->withdrawal.present)
        no_withdrawal(act, S("该事项没有撤回环节"), S("this procedure knows no withdrawal"));
    else if (!decide_may_withdraw(act->facts, act->procedure))
        no_withdrawal(act, S("该办件已作出决定"),
                      S("the case was decided already"));
    if (!has_reason(act, act->command->reason) || act->out->refused)
        return;
    struct event *event = act_emit(act, EVENT_case_withdrawn);
    event->case_withdrawn = (struct event_case_withdrawn){act->day, act->command->reason};
    act_fold(act, event);
    close_tasks(act);
    undo_effects(act, &act->procedure->withdrawal);
    event = act_emit(act, EVENT_case_ended);
    event->case_ended = (struct event_case_ended){S("withdrawn"), act->day};
    act_fold(act, event);
}

/* ---- handing over (转办) ---- */

static bool holds_post(const struct facts *facts, const struct task *task, int64_t person)
{
    for (size_t i = 0; i < facts->n_members; i++)
        if (facts->members[i].person == person &&
            facts->members[i].organisation == task->organisation &&
            str_eq(facts->members[i].role, task->role))
            return true;
    return false;
}

static void assign(struct act *act, const struct task *task)
{
    int64_t person = act->command->person;
    if (!is_open_and_mine(act, task))
        return;
    if (person && !holds_post(act->facts, task, person))
        act_refuse(act, REFUSAL_BAD_ASSIGNEE, S("person"), STR_NONE, NO_WORDS);
    if (!has_reason(act, act->command->reason) || act->out->refused)
        return;
    struct event *event = act_emit(act, EVENT_task_assigned);
    event->task_assigned =
        (struct event_task_assigned){task->id, act->day, person, act->command->reason};
    act_fold(act, event);
}

/* ---- urging (催办) ---- */

/* Once a working day: on the days off after it, it still is that day. */
static bool urged_today(const struct facts *facts)
{
    const struct calendar *calendar = &facts->authority->calendar;
    for (size_t i = 0; i < facts->kase->tasks.len; i++) {
        date last = facts->kase->tasks.items[i].urged_on;
        if (!date_is_none(last) && (date_cmp(last, facts->today) == 0 ||
                                    calendar_count_work(calendar, last, facts->today) == 0))
            return true;
    }
    return false;
}

/* The applicant and the authority urge others. */
static bool urges(const struct facts *facts, const struct task *task)
{
    const struct actor *actor = facts->actor;
    return (facts->kase->opener == actor->organisation ||
            str_eq(actor->role, facts->policy->authority_role)) &&
           task->organisation != actor->organisation;
}

bool decide_may_urge(const struct facts *facts)
{
    if (!facts->actor || !facts->kase || facts->kase->ended || urged_today(facts))
        return false;
    for (size_t i = 0; i < facts->kase->tasks.len; i++)
        if (facts->kase->tasks.items[i].state == TASK_OPEN &&
            urges(facts, &facts->kase->tasks.items[i]))
            return true;
    return false;
}

static void urge(struct act *act, const struct task *task)
{
    if (act->kase->ended || !task || task->state != TASK_OPEN) {
        act_refuse(act, act->kase->ended ? REFUSAL_CASE_ENDED : REFUSAL_TASK_NOT_OPEN,
                   act->step->id, STR_NONE, (struct words){.first = act->step->label});
        return;
    }
    if (!urges(act->facts, task))
        act_refuse(act, REFUSAL_NOT_YOUR_CASE, S("case"), STR_NONE,
                   (struct words){.first = organisation_label(act, act->kase->opener,
                                                              act->procedure->steps[0].by)});
    if (urged_today(act->facts))
        act_refuse(act, REFUSAL_URGED_ALREADY, act->step->id, STR_NONE, NO_WORDS);
    if (!has_reason(act, act->command->reason) || act->out->refused)
        return;
    struct event *event = act_emit(act, EVENT_task_urged);
    event->task_urged = (struct event_task_urged){task->id, act->day, act->command->reason};
    act_fold(act, event);
}

/* ---- receiving (签收) ---- */

static void receive(struct act *act)
{
    const struct actor *actor = act->facts->actor;
    const struct notice *notice = NULL;
    for (size_t i = 0; i < act->kase->notices.len; i++)
        if (act->kase->notices.items[i].id == act->command->object)
            notice = &act->kase->notices.items[i];
    if (!notice || notice->organisation != actor->organisation ||
        !str_eq(notice->role, actor->role)) {
        act_refuse(act, REFUSAL_UNKNOWN_NOTICE, S("notice"), STR_NONE, NO_WORDS);
        return;
    }
    if (!date_is_none(notice->received_on)) {
        act_refuse(act, REFUSAL_NOTICE_RECEIVED, S("notice"), STR_NONE, NO_WORDS);
        return;
    }
    struct event *event = act_emit(act, EVENT_notice_received);
    event->notice_received = (struct event_notice_received){notice->id, act->day};
    act_fold(act, event);
}

/* ---- correcting (更正) ---- */

static bool touches(const struct task *task, int64_t decision)
{
    for (size_t i = 0; i < task->holds.len; i++)
        if (task->holds.items[i].from == decision || task->holds.items[i].to == decision)
            return true;
    return task->opened_by == decision || task->anchored_by == decision;
}

/* Days late of the decision that closed the task, under the due day as it is now. */
static int32_t late_of(const struct act *act, const struct task *task, date due)
{
    for (size_t i = act->kase->decisions.len; i-- > 0;) {
        const struct task_decision *decision = &act->kase->decisions.items[i];
        if (decision->task != task->id || task->state != TASK_CLOSED)
            continue;
        int32_t late = date_is_none(due) ? 0 : date_between(due, decision->on);
        return late > 0 ? late : 0;
    }
    return 0;
}

void rederive(struct act *act, const struct task *task, const char *cause)
{
    const struct step *step = procedure_step(act->procedure, task->step);
    struct armed armed = rearm_limits(act, step, task);
    struct event *event = act_emit(act, EVENT_task_rederived);
    event->task_rederived = (struct event_task_rederived){
        .task = task->id,
        .on = act->day,
        .opened_on = task->opened_on,
        .anchor = armed.anchor,
        .not_before = armed.not_before,
        .was = task->due,
        .due = task->state == TASK_HELD ? DATE_NONE : armed.due,
        .derivation = armed.derivation,
        .estimated = armed.estimated,
        .late_days = late_of(act, task, armed.due),
        .cause = str_of(cause),
    };
    act_fold(act, event);
}

static void bad_day(struct act *act, const char *zh, const char *en)
{
    act_refuse(act, REFUSAL_BAD_DAY, S("day"), STR_NONE,
               (struct words){.first = {str_of(zh), str_of(en)}});
}

/* Between what came before it and what followed. */
static void check_corrected_day(struct act *act, const struct task_decision *decision, date day)
{
    if (date_cmp(day, act->facts->today) > 0)
        bad_day(act, "不得晚于今日", "it may not be after today");
    for (size_t i = 0; i < act->kase->decisions.len; i++) {
        const struct task_decision *other = &act->kase->decisions.items[i];
        if (other->id < decision->id && date_cmp(day, other->on) < 0) {
            bad_day(act, "不得早于上一环节", "it may not be before the step before");
            return;
        }
        if (other->id > decision->id && date_cmp(day, other->on) > 0) {
            bad_day(act, "不得晚于下一环节", "it may not be after the step that followed");
            return;
        }
    }
    if (date_cmp(day, decision->on) == 0)
        bad_day(act, "与原记录相同", "it is the day recorded already");
}

static void correct(struct act *act)
{
    const struct actor *actor = act->facts->actor;
    const struct command *command = act->command;
    const struct task_decision *decision = case_decision_by_id(act->kase, command->object);
    const struct task *task = decision ? case_task_by_id(act->kase, decision->task) : NULL;
    if (act->kase->ended) {
        act_refuse(act, REFUSAL_CASE_ENDED, S("case"), STR_NONE, NO_WORDS);
        return;
    }
    if (!decision || !task) {
        act_refuse(act, REFUSAL_UNKNOWN_DECISION, S("decision"), STR_NONE, NO_WORDS);
        return;
    }
    if (task->organisation != actor->organisation &&
        !str_eq(actor->role, act->policy->authority_role)) {
        act_refuse(act, REFUSAL_NOT_YOUR_TASK, task->step, STR_NONE,
                   (struct words){.first = organisation_label(act, task->organisation,
                                                              task->role)});
        return;
    }
    if (!decision->paper.len)
        act_refuse(act, REFUSAL_NOT_CORRECTABLE, S("decision"), STR_NONE, NO_WORDS);
    check_corrected_day(act, decision, command->from);
    if (!has_reason(act, command->reason) || act->out->refused)
        return;
    int64_t id = decision->id;
    struct event *event = act_emit(act, EVENT_decision_corrected);
    event->decision_corrected = (struct event_decision_corrected){
        id, command->from, decision->on, command->reason};
    act_fold(act, event);
    for (size_t i = 0; i < act->kase->tasks.len; i++) {
        const struct task *one = &act->kase->tasks.items[i];
        if (touches(one, id) || one->id == task->id)
            rederive(act, one, "correction");
    }
}

void decide_beside(struct act *act)
{
    const struct task *task = NULL;
    enum command_kind kind = act->command->kind;
    bool of_step = kind == COMMAND_assign_task || kind == COMMAND_urge_task;
    if (of_step ? !enter_step(act, &task) : !enter_case(act))
        return;
    act->out->object = act->kase->id;
    if (kind == COMMAND_withdraw_case)
        withdraw(act);
    else if (kind == COMMAND_assign_task)
        assign(act, task);
    else if (kind == COMMAND_urge_task)
        urge(act, task);
    else if (kind == COMMAND_receive_notice)
        receive(act);
    else
        correct(act);
}
