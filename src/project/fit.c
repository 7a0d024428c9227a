/* SPDX-License-Identifier: Apache-2.0 */
#include "project/fit_priv.h"

#include <stdio.h>

bool unfit(const struct event *event, const char *what, struct err *e)
{
    char where[64];
    snprintf(where, sizeof where, "entries row %lld", (long long)event->index);
    return RAISE(e, CORRUPT, where, "%s cannot follow here: %s; the program did not write it",
                 event_name(event->kind), what);
}

/* ---- references -------------------------------------------------------------------------- */

static bool known_organisation(struct world *world, const struct event *event, int64_t id,
                               struct err *e)
{
    struct row_organisation *row;
    if (world->authority && authority_organisation(world->authority, id))
        return true;
    return q_organisation(world->db, world->arena, id, &row, e) &&
           (row || unfit(event, "it names an unknown organisation", e));
}

static bool known_person(struct world *world, const struct event *event, int64_t id,
                         struct err *e)
{
    struct row_person *row;
    return q_person(world->db, world->arena, id, &row, e) &&
           (row || unfit(event, "it names an unknown person", e));
}

static bool known_system(struct world *world, const struct event *event, int64_t id,
                         struct err *e)
{
    struct row_system *row;
    if (world->system && world->system->id == id)
        return true;
    return q_system(world->db, world->arena, id, &row, e) &&
           (row || unfit(event, "it names an unknown system", e));
}

/* What begins a stream gives it its number. */
static bool begins(const struct event *event, struct err *e)
{
    return event->stream == event->index || unfit(event, "it begins another's history", e);
}

/* ---- authorities and persons ------------------------------------------------------------- */

bool fit_authority(struct world *world, const struct authority_state *authority,
                   const struct event *event, struct err *e)
{
    if (!authority)
        return unfit(event, "its authority is unknown", e);
    if (event->kind == EVENT_authority_registered)
        return begins(event, e);
    if (event->kind == EVENT_organisation_registered) {
        int64_t parent = event->organisation_registered.parent;
        return begins(event, e) &&
               (parent == 0 || known_organisation(world, event, parent, e));
    }
    if (event->kind == EVENT_calendar_loaded &&
        (event->calendar_loaded.year < LIMIT_YEAR_MIN ||
         event->calendar_loaded.year > LIMIT_YEAR_MAX))
        return unfit(event, "there is no such year", e);
    return true;
}

bool fit_person(struct world *world, const struct event *event, struct err *e)
{
    if (event->kind == EVENT_person_registered)
        return begins(event, e);
    if (event->kind == EVENT_post_granted)
        return known_person(world, event, event->post_granted.person, e) &&
               known_organisation(world, event, event->post_granted.organisation, e);
    if (event->kind == EVENT_post_delegated) {
        const struct event_post_delegated *delegated = &event->post_delegated;
        struct row_post *post;
        if (!q_post(world->db, world->arena, delegated->post, &post, e))
            return false;
        if (!post || post->person != event->stream || date_is_none(delegated->from) ||
            date_is_none(delegated->until))
            return unfit(event, "it delegates a post that is not the person's", e);
        return known_person(world, event, delegated->person, e);
    }
    if (event->kind == EVENT_delegation_ended) {
        struct row_delegation *row;
        if (!q_delegation(world->db, world->arena, event->delegation_ended.delegation, &row, e))
            return false;
        return (row && row->holder == event->stream &&
                !date_is_none(event->delegation_ended.on)) ||
               unfit(event, "there is no such delegation", e);
    }
    return event->kind != EVENT_credential_set ||
           known_person(world, event, event->credential_set.person, e);
}

/* ---- registers --------------------------------------------------------------------------- */

bool fit_record(struct world *world, const struct event *event, struct err *e)
{
    const struct event_record_filed *filed = &event->record_filed;
    struct row_record *before;
    if (!begins(event, e) || !known_organisation(world, event, filed->organisation, e) ||
        (filed->system && !known_system(world, event, filed->system, e)))
        return false;
    if (date_is_none(filed->on) || filed->period < 0 ||
        filed->period > LIMIT_YEAR_MAX * 100 + 12)
        return unfit(event, "it is of no day or month", e);
    if (!filed->replaces)
        return true;
    if (!q_record(world->db, world->arena, filed->replaces, &before, e))
        return false;
    if (!before || before->system != filed->system ||
        !str_eq(before->register_id, filed->register_id))
        return unfit(event, "it takes the place of another register's line", e);
    return (before->replaced == 0 && before->period == filed->period &&
            (filed->system || before->organisation == filed->organisation)) ||
           unfit(event, "it takes the place of a line that is not in force for its month", e);
}

/* ---- systems ----------------------------------------------------------------------------- */

static bool fit_grant(const struct system_state *system, const struct event *event, struct err *e)
{
    static const char *const HOWS[] = {"add", "instead", "off", "lend", "take-back", "release"};
    const struct doc *items = event->resource_granted.items;
    bool instead = str_eq(event->resource_granted.how, S("instead")), known = false;
    for (size_t i = 0; i < COUNT_OF(HOWS); i++)
        known |= str_eq(event->resource_granted.how, str_of(HOWS[i]));
    if (!known)
        return unfit(event, "nobody grants in that way", e);
    if (event->resource_granted.system != event->stream)
        return unfit(event, "it is another system's", e);
    if (items && items->kind != DOC_MAP)
        return unfit(event, "it names no quantities", e);
    for (size_t i = 0; items && i < items->map.len; i++) {
        const struct doc *value = items->map.items[i].value;
        if (value->kind != DOC_INT || value->integer < 0 || value->integer > LIMIT_QUANTITY)
            return unfit(event, "one of its quantities is none", e);
        int64_t sum = value->integer;
        for (size_t k = 0; !instead && k < system->grants.len; k++)
            if (str_eq(system->grants.items[k].item, items->map.items[i].key) &&
                (!i64_add(sum, system->grants.items[k].quantity, &sum) ||
                 !i64_add(sum, system->grants.items[k].lent, &sum)))
                return unfit(event, "one of its quantities is more than there can be", e);
    }
    return true;
}

bool fit_system(struct world *world, const struct system_state *system, const struct event *event,
                struct err *e)
{
    if (!system)
        return unfit(event, "its system is unknown", e);
    if (event->kind == EVENT_system_registered)
        return begins(event, e) &&
               known_organisation(world, event, event->system_registered.owner, e);
    if (event->kind == EVENT_resource_granted)
        return fit_grant(system, event, e);
    if (event->kind == EVENT_system_provided)
        return known_organisation(world, event, event->system_provided.provider, e);
    date on = event->kind == EVENT_system_live       ? event->system_live.on
              : event->kind == EVENT_system_retired  ? event->system_retired.on
              : event->kind == EVENT_system_listed   ? event->system_listed.on
              : event->kind == EVENT_system_unlisted ? event->system_unlisted.on
                                                     : (date){0};
    return !date_is_none(on) || unfit(event, "it is of no day", e);
}

/* ---- cases ------------------------------------------------------------------------------- */

/* What the event is about, and the day it says; NULL: the event has no such field. */
static void about(const struct event *event, const int64_t **task, const date **on)
{
    *task = NULL;
    *on = NULL;
#define ABOUT(symbol)                                                                             \
    if (event->kind == EVENT_##symbol) {                                                          \
        *task = &event->symbol.task;                                                              \
        *on = &event->symbol.on;                                                                  \
    }
    ABOUT(task_decided)
    ABOUT(task_held)
    ABOUT(task_resumed)
    ABOUT(task_closed)
    ABOUT(task_due_soon)
    ABOUT(task_overdue)
    ABOUT(task_stayed)
    ABOUT(task_extended)
    ABOUT(task_rederived)
    ABOUT(task_assigned)
    ABOUT(task_urged)
#undef ABOUT
    if (event->kind == EVENT_material_filed)
        *task = &event->material_filed.task;
    else if (event->kind == EVENT_case_opened)
        *on = &event->case_opened.on;
    else if (event->kind == EVENT_task_opened)
        *on = &event->task_opened.on;
    else if (event->kind == EVENT_case_ended)
        *on = &event->case_ended.on;
    else if (event->kind == EVENT_case_withdrawn)
        *on = &event->case_withdrawn.on;
    else if (event->kind == EVENT_decision_corrected)
        *on = &event->decision_corrected.on;
    else if (event->kind == EVENT_notice_sent)
        *on = &event->notice_sent.on;
    else if (event->kind == EVENT_notice_received)
        *on = &event->notice_received.on;
}

static bool fit_task(const struct task *task, const struct event *event, struct err *e)
{
    size_t held = task->suspensions.len;
    if (event->kind == EVENT_task_held || event->kind == EVENT_task_stayed)
        return task->state == TASK_CLOSED || unfit(event, "its task was not decided", e);
    if (event->kind == EVENT_task_rederived)
        return (!date_is_none(event->task_rederived.opened_on) &&
                event->task_rederived.late_days >= 0 &&
                event->task_rederived.late_days <= INT32_MAX) ||
               unfit(event, "its days are none", e);
    if (event->kind == EVENT_task_resumed)
        return (task->state == TASK_HELD && held > 0 &&
                date_is_none(task->suspensions.items[held - 1].to)) ||
               unfit(event, "its task is not held", e);
    if (event->kind == EVENT_task_closed)
        return task->state != TASK_CLOSED || unfit(event, "its task is closed already", e);
    if (task->state != TASK_OPEN)
        return unfit(event, "its task is not open", e);
    if (event->kind == EVENT_task_decided && (event->task_decided.late_days < 0 ||
                                              event->task_decided.late_days > INT32_MAX))
        return unfit(event, "nobody is that late", e);
    if (event->kind == EVENT_task_extended &&
        (event->task_extended.count < 1 ||
         event->task_extended.count > LIMIT_CLOCK_UNITS - task->extended))
        return unfit(event, "no limit is extended so far", e);
    if (event->kind == EVENT_task_decided && (event->task_decided.short_days < 0 ||
                                              event->task_decided.short_days > INT32_MAX))
        return unfit(event, "no notice is that short", e);
    if (event->kind == EVENT_material_filed &&
        (event->material_filed.size < 0 || event->material_filed.size > LIMIT_ATTACHMENT_BYTES))
        return unfit(event, "no material has that size", e);
    return true;
}

static bool has_notice(const struct case_state *kase, int64_t id)
{
    for (size_t i = 0; i < kase->notices.len; i++)
        if (kase->notices.items[i].id == id)
            return true;
    return false;
}

/* What is about a decision or a notice names one of its case. */
static bool fit_reference(const struct case_state *kase, const struct event *event, struct err *e)
{
    int64_t decision = 0;
    if (event->kind == EVENT_notice_sent)
        decision = event->notice_sent.decision;
    if (event->kind == EVENT_decision_corrected)
        decision = event->decision_corrected.decision;
    if (decision && !case_decision_by_id(kase, decision))
        return unfit(event, "its case has no such decision", e);
    return event->kind != EVENT_notice_received ||
           has_notice(kase, event->notice_received.notice) ||
           unfit(event, "its case has no such notice", e);
}

bool fit_case(struct world *world, const struct case_state *kase, const struct event *event,
              struct err *e)
{
    const int64_t *task_id;
    const date *on;
    about(event, &task_id, &on);
    if (on && date_is_none(*on))
        return unfit(event, "it is of no day", e);
    if (event->kind == EVENT_case_opened)
        return begins(event, e) &&
               (!event->case_opened.system ||
                known_system(world, event, event->case_opened.system, e)) &&
               known_organisation(world, event, event->case_opened.opener, e);
    if (!kase)
        return unfit(event, "its case is unknown", e);
    /* What the last decision told somebody is received afterwards. */
    if (kase->ended && event->kind != EVENT_notice_received)
        return unfit(event, "its case has ended", e);
    if (!fit_reference(kase, event, e))
        return false;
    if (event->kind == EVENT_task_opened && (event->task_opened.round < 1 ||
                                             event->task_opened.round > LIMIT_TASKS))
        return unfit(event, "no step has so many rounds", e);
    if (event->kind == EVENT_task_opened)
        return known_organisation(world, event, event->task_opened.organisation, e);
    if (event->kind == EVENT_notice_sent)
        return known_organisation(world, event, event->notice_sent.organisation, e);
    const struct task *task = task_id ? case_task_by_id(kase, *task_id) : NULL;
    if (task_id && !task)
        return unfit(event, "its case has no such task", e);
    return !task || fit_task(task, event, e);
}
