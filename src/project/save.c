/* SPDX-License-Identifier: Apache-2.0
 * Events are folded, and what changed becomes rows. */
#include "project/project.h"

#include "json/json.h"
#include "project/fit_priv.h"

/* A task without a due day sorts after every task that has one. */
#define NO_DUE_SORTS_AT INT64_C(1000000000)
#define PRIORITY_SORTS_BEFORE (2 * NO_DUE_SORTS_AT)

/* A day into a column that may be NULL. */
#define DAY_CELL(row, column, of)                                                                 \
    ((row).column##_null = date_is_none(of), (row).column = date_is_none(of) ? 0 : (of).day)

static str suspensions_text(struct arena *arena, const struct task *task)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < task->suspensions.len; i++) {
        const struct suspension *suspension = &task->suspensions.items[i];
        struct doc *pair = doc_list(arena);
        doc_push(arena, pair, doc_int(arena, suspension->from.day));
        doc_push(arena, pair, date_is_none(suspension->to) ? doc_null(arena)
                                                           : doc_int(arena, suspension->to.day));
        doc_push(arena, pair, doc_int(arena, task->holds.items[i].from));
        doc_push(arena, pair, doc_int(arena, task->holds.items[i].to));
        doc_push(arena, list, pair);
    }
    return json_canonical(arena, list);
}

static bool save_task(struct world *world, const struct case_state *kase, const struct task *task,
                      struct err *e)
{
    struct row_task row = {
        .id = task->id,
        .authority = kase->authority,
        .kase = kase->id,
        .step = task->step,
        .round = task->round,
        .role = task->role,
        .organisation = task->organisation,
        .state = (int64_t)task->state,
        .opened_on = task->opened_on.day,
        .opened_at = task->opened_at_ms,
        .sort_due = (date_is_none(task->due) ? NO_DUE_SORTS_AT : task->due.day) -
                    (kase->priority ? PRIORITY_SORTS_BEFORE : 0),
        .derivation = json_canonical(world->arena, task->derivation),
        .basis = task->basis,
        .local = task->local,
        .estimated = task->estimated,
        .suspensions = suspensions_text(world->arena, task),
        .opened_by = task->opened_by,
        .anchored_by = task->anchored_by,
        .extended = task->extended,
        .person = task->person,
        .outcome = task->outcome,
        .warned_soon = task->warned_soon,
        .warned_overdue = task->warned_overdue,
    };
    DAY_CELL(row, anchor, task->anchor);
    DAY_CELL(row, due, task->due);
    DAY_CELL(row, not_before, task->not_before);
    DAY_CELL(row, urged_on, task->urged_on);
    DAY_CELL(row, closed_on, task->closed_on);
    return q_save_task(world->db, &row, e) &&
           q_save_party(world->db, kase->id, task->organisation, e);
}

static bool save_decision(struct world *world, const struct case_state *kase,
                          const struct task_decision *decision, struct err *e)
{
    struct row_decision row = {
        .id = decision->id,
        .kase = kase->id,
        .task = decision->task,
        .step = decision->step,
        .outcome = decision->outcome,
        .opinion = decision->opinion,
        .form = json_canonical(world->arena, decision->form),
        .decided_on = decision->on.day,
        .decided_at = decision->at_ms,
        .person = decision->person,
        .post = decision->post,
        .late_days = decision->late_days,
        .decides = decision->decides,
        .short_days = decision->short_days,
        .paper = decision->paper,
        .paper_reason = decision->paper_reason,
        .shown = json_canonical(world->arena, decision->shown),
        .corrected = decision->corrected,
    };
    return q_save_decision(world->db, &row, e);
}

static bool save_notice(struct world *world, const struct case_state *kase,
                        const struct notice *notice, struct err *e)
{
    struct row_notice row = {
        .id = notice->id,
        .authority = kase->authority,
        .kase = kase->id,
        .decision = notice->decision,
        .organisation = notice->organisation,
        .role = notice->role,
        .sent_on = notice->sent_on.day,
        .received_by = notice->received_by,
    };
    DAY_CELL(row, received_on, notice->received_on);
    return q_save_notice(world->db, &row, e) &&
           q_save_party(world->db, kase->id, notice->organisation, e);
}

/* What lists show of the case: the task opened last that is still to be done, else the last. */
static int64_t current_task(const struct case_state *kase)
{
    for (size_t i = kase->tasks.len; i-- > 0;)
        if (kase->tasks.items[i].state == TASK_OPEN)
            return kase->tasks.items[i].id;
    return kase->tasks.len ? kase->tasks.items[kase->tasks.len - 1].id : 0;
}

static bool save_case_row(struct world *world, struct case_state *kase, struct err *e)
{
    struct row_kase row = {
        .id = kase->id,
        .authority = kase->authority,
        .system = kase->system,
        .opener = kase->opener,
        .number = kase->number,
        .procedure = kase->procedure,
        .policy = kase->policy,
        .title = kase->title,
        .opened_on = kase->opened_on.day,
        .opened_at = kase->opened_at_ms,
        .ended = kase->ended,
        .outcome = kase->outcome,
        .cause = kase->cause,
        .period = kase->period,
        .priority = kase->priority,
        .withdrawn = kase->withdrawn,
        .task = current_task(kase),
    };
    DAY_CELL(row, ended_on, kase->ended_on);
    kase->changed = false;
    return q_save_case(world->db, &row, e) &&
           q_save_party(world->db, kase->id, kase->opener, e);
}

static bool save_case(struct world *world, struct case_state *kase, struct err *e)
{
    for (size_t i = 0; i < kase->tasks.len; i++) {
        struct task *task = &kase->tasks.items[i];
        if (task->changed && !save_task(world, kase, task, e))
            return false;
        task->changed = false;
    }
    for (size_t i = 0; i < kase->decisions.len; i++) {
        struct task_decision *decision = &kase->decisions.items[i];
        if (decision->changed && !save_decision(world, kase, decision, e))
            return false;
        decision->changed = false;
    }
    for (size_t i = 0; i < kase->materials.len; i++) {
        struct material *material = &kase->materials.items[i];
        if (material->changed &&
            !q_save_material(world->db, material->id, kase->id, material->task,
                             material->material, material->name, material->digest,
                             material->size, e))
            return false;
        material->changed = false;
    }
    for (size_t i = 0; i < kase->notices.len; i++) {
        struct notice *notice = &kase->notices.items[i];
        if (notice->changed && !save_notice(world, kase, notice, e))
            return false;
        notice->changed = false;
    }
    return !kase->changed || save_case_row(world, kase, e);
}

static bool save_system(struct world *world, struct system_state *system, struct err *e)
{
    struct row_system row = {
        .id = system->id,
        .authority = system->authority,
        .owner = system->owner,
        .provider = system->provider,
        .name = system->name,
        .stage = (int64_t)system->stage,
    };
    DAY_CELL(row, live_on, system->live_on);
    DAY_CELL(row, retired_on, system->retired_on);
    if (system->changed && !q_save_system(world->db, &row, e))
        return false;
    system->changed = false;
    for (size_t i = 0; i < system->listings.len; i++) {
        struct listing *listing = &system->listings.items[i];
        struct row_listing found = {system->id, listing->list, listing->since.day,
                                    listing->record, listing->gone};
        if (listing->changed && !q_save_listing(world->db, &found, e))
            return false;
        listing->changed = false;
    }
    for (size_t i = 0; i < system->grants.len; i++) {
        struct grant *grant = &system->grants.items[i];
        if (grant->changed &&
            !q_save_grant(world->db, system->id, grant->item, grant->quantity, grant->lent, e))
            return false;
        grant->changed = false;
    }
    return true;
}

static bool save_asked(struct world *world, struct authority_state *authority, struct err *e)
{
    for (size_t i = 0; i < authority->asked_materials.len; i++) {
        struct asked_material *asked = &authority->asked_materials.items[i];
        struct row_asked_material row = {authority->id,   asked->procedure, asked->step,
                                         asked->material, asked->zh,        asked->en,
                                         asked->asked};
        if (asked->changed && !q_save_asked_material(world->db, &row, e))
            return false;
        asked->changed = false;
    }
    return true;
}

static bool save_authority(struct world *world, struct authority_state *authority, struct err *e)
{
    struct row_authority row = {
        .id = authority->id,
        .name = authority->name,
        .name_en = authority->name_en,
        .policy_name = authority->policy_name,
        .policy_digest = authority->policy_digest,
        .calendar_entry = authority->calendar_entry,
        .calendar_applied = authority->calendar_applied,
        .last_entry = authority->last_entry,
    };
    if (authority->changed && !q_save_authority(world->db, &row, e))
        return false;
    authority->changed = false;
    for (size_t i = 0; i < authority->organisations.len; i++) {
        struct organisation *o = &authority->organisations.items[i];
        if (o->changed && !q_save_organisation(world->db, o->id, authority->id, o->name, o->role,
                                               o->level, o->parent, e))
            return false;
        o->changed = false;
    }
    for (size_t i = 0; i < authority->counters.len; i++) {
        struct case_counter *counter = &authority->counters.items[i];
        if (counter->changed && !q_save_counter(world->db, authority->id, counter->code,
                                                counter->year, counter->count, e))
            return false;
        counter->changed = false;
    }
    for (size_t i = 0; i < authority->calendar_refs.len; i++) {
        struct calendar_ref *ref = &authority->calendar_refs.items[i];
        if (ref->changed &&
            !q_save_calendar_year(world->db, authority->id, ref->year, ref->digest, e))
            return false;
        ref->changed = false;
    }
    return save_asked(world, authority, e);
}

bool world_save(struct world *world, struct err *e)
{
    return (!world->kase || save_case(world, world->kase, e)) &&
           (!world->system || save_system(world, world->system, e)) &&
           (!world->authority || save_authority(world, world->authority, e));
}

/* ---- folding -------------------------------------------------------------------------------- */

static bool fold_authority(struct world *world, const struct event *event, struct err *e)
{
    struct arena *arena = world->authority_arena ? world->authority_arena : world->arena;
    struct authority_state *authority;
    if (event->kind == EVENT_authority_registered) {
        if (!world_save(world, e))
            return false;
        world->authority = authority = NEW(arena, struct authority_state);
    } else if (!world_authority(world, event->authority, &authority, e)) {
        return false;
    }
    if (!fit_authority(world, authority, event, e))
        return false;
    apply_authority(arena, authority, event);
    return true;
}

static bool fold_case(struct world *world, const struct event *event, struct err *e)
{
    struct case_state *kase;
    if (event->kind == EVENT_case_opened) {
        if (!world_save(world, e) || !fit_case(world, NULL, event, e))
            return false;
        world->kase = kase = NEW(world->arena, struct case_state);
    } else if (!world_case(world, event->stream, &kase, e) || !fit_case(world, kase, event, e)) {
        return false;
    }
    apply_case(world->arena, kase, event);
    return event->kind != EVENT_case_opened || fold_authority(world, event, e);
}

static bool fold_system(struct world *world, const struct event *event, struct err *e)
{
    struct system_state *system;
    if (event->kind == EVENT_system_registered) {
        if (!world_save(world, e))
            return false;
        world->system = system = NEW(world->arena, struct system_state);
    } else if (!world_system(world, event->stream, &system, e)) {
        return false;
    }
    if (!fit_system(world, system, event, e))
        return false;
    apply_system(world->arena, system, event);
    return true;
}

static bool fold_person(struct world *world, const struct event *event, struct err *e)
{
    if (!fit_person(world, event, e))
        return false;
    if (event->kind == EVENT_person_registered)
        return q_save_person(world->db, event->index, event->authority, e);
    if (event->kind == EVENT_post_granted)
        return q_save_post(world->db, event->index, event->authority, event->post_granted.person,
                           event->post_granted.organisation, event->post_granted.role, e);
    if (event->kind == EVENT_delegation_ended)
        return q_end_delegation(world->db, event->delegation_ended.on.day,
                                event->delegation_ended.delegation, e);
    if (event->kind == EVENT_post_delegated) {
        const struct event_post_delegated *delegated = &event->post_delegated;
        struct row_delegation row = {
            .id = event->index,
            .authority = event->authority,
            .post = delegated->post,
            .holder = event->stream,
            .person = delegated->person,
            .valid_from = delegated->from.day,
            .valid_until = delegated->until.day,
            .reason = delegated->reason,
            .ended_on_null = true,
        };
        return q_save_delegation(world->db, &row, e);
    }
    /* A credential is a kept row; its event is there for verify alone. */
    return true;
}

/* Does the line say how its body stands from now on? The one that did until now says so no more.
 * A line about a system never does: there, all in force are looked at. */
static bool take_latest(struct world *world, const struct event *event, bool *out, struct err *e)
{
    const struct event_record_filed *filed = &event->record_filed;
    struct row_record *rows;
    size_t n;
    *out = filed->system == 0;
    if (filed->system)
        return true;
    if (!q_record_latest(world->db, world->arena, event->authority, filed->register_id,
                         filed->organisation, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        *out = *out && rows[i].period <= filed->period;
    for (size_t i = 0; *out && i < n; i++)
        if (!q_outdate_record(world->db, rows[i].id, e))
            return false;
    return true;
}

static bool fold_record(struct world *world, const struct event *event, struct err *e)
{
    const struct event_record_filed *filed = &event->record_filed;
    bool latest;
    if (!fit_record(world, event, e) ||
        (filed->replaces && !q_replace_record(world->db, event->index, filed->replaces, e)) ||
        !take_latest(world, event, &latest, e))
        return false;
    struct row_record row = {
        .id = event->index,
        .authority = event->authority,
        .register_id = filed->register_id,
        .system = filed->system,
        .organisation = filed->organisation,
        .person = event->actor,
        .period = filed->period,
        .filed_on = filed->on.day,
        .form = json_canonical(world->arena, filed->form),
        .latest = latest,
    };
    return q_save_record(world->db, &row, e);
}

bool world_fold(struct world *world, const struct event *event, str key, str body, struct err *e)
{
    if (key.len && !q_save_command(world->db, event->actor, key, body, event->index, e))
        return false;
    switch (event_stream(event->kind)) {
    case STREAM_JOURNAL:
    case STREAM_ACTOR:
        return true;
    case STREAM_AUTHORITY:
    case STREAM_ORGANISATION:
        return fold_authority(world, event, e);
    case STREAM_PERSON:
        return fold_person(world, event, e);
    case STREAM_SYSTEM:
        return fold_system(world, event, e);
    case STREAM_CASE:
        return fold_case(world, event, e);
    case STREAM_RECORD:
        return fold_record(world, event, e);
    }
    return true;
}
