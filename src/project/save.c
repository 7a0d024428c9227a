/* SPDX-License-Identifier: Apache-2.0
 * Events are folded, and what changed becomes rows. */
#include "project/project.h"

#include "json/json.h"
#include "project/fit_priv.h"

/* A task without a due day sorts after every task that has one. */
#define NO_DUE_SORTS_AT INT64_C(1000000000)

static const int64_t *nullable(const date *day, int64_t *space)
{
    if (date_is_none(*day))
        return NULL;
    *space = day->day;
    return space;
}

static str suspensions_text(struct arena *arena, const struct task *task)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < task->suspensions.len; i++) {
        const struct suspension *suspension = &task->suspensions.items[i];
        struct doc *pair = doc_list(arena);
        doc_push(arena, pair, doc_int(arena, suspension->from.day));
        doc_push(arena, pair, date_is_none(suspension->to) ? doc_null(arena)
                                                           : doc_int(arena, suspension->to.day));
        doc_push(arena, list, pair);
    }
    return json_canonical(arena, list);
}

static bool save_task(struct world *world, const struct case_state *kase, const struct task *task,
                      struct err *e)
{
    int64_t anchor, due, not_before, closed_on;
    int64_t sort_due = date_is_none(task->due) ? NO_DUE_SORTS_AT : task->due.day;
    return q_save_task(world->db, task->id, kase->authority, kase->id, task->step, task->round,
                       task->role, task->organisation, (int64_t)task->state, task->opened_on.day,
                       task->opened_at_ms, nullable(&task->anchor, &anchor),
                       nullable(&task->due, &due), sort_due,
                       nullable(&task->not_before, &not_before),
                       json_canonical(world->arena, task->derivation), task->basis, task->local,
                       task->estimated, suspensions_text(world->arena, task), task->outcome,
                       nullable(&task->closed_on, &closed_on), task->warned_soon,
                       task->warned_overdue, e) &&
           q_save_party(world->db, kase->id, task->organisation, e);
}

static bool save_decision(struct world *world, const struct case_state *kase,
                          const struct task_decision *decision, struct err *e)
{
    return q_save_decision(world->db, decision->id, kase->id, decision->task, decision->step,
                           decision->outcome, decision->opinion,
                           json_canonical(world->arena, decision->form), decision->on.day,
                           decision->at_ms, decision->person, decision->post,
                           decision->late_days, e);
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
    int64_t ended_on;
    if (!q_save_case(world->db, kase->id, kase->authority, kase->system, kase->opener,
                     kase->number, kase->procedure, kase->policy, kase->title,
                     kase->opened_on.day, kase->opened_at_ms, kase->ended, kase->outcome,
                     nullable(&kase->ended_on, &ended_on), current_task(kase), e))
        return false;
    kase->changed = false;
    return q_save_party(world->db, kase->id, kase->opener, e);
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
    return !kase->changed || save_case_row(world, kase, e);
}

static bool save_system(struct world *world, struct system_state *system, struct err *e)
{
    int64_t live_on;
    if (system->changed &&
        !q_save_system(world->db, system->id, system->authority, system->owner, system->name,
                       (int64_t)system->stage, nullable(&system->live_on, &live_on), e))
        return false;
    system->changed = false;
    for (size_t i = 0; i < system->grants.len; i++) {
        struct grant *grant = &system->grants.items[i];
        if (grant->changed &&
            !q_save_grant(world->db, system->id, grant->item, grant->quantity, e))
            return false;
        grant->changed = false;
    }
    return true;
}

static bool save_authority(struct world *world, struct authority_state *authority, struct err *e)
{
    if (authority->changed &&
        !q_save_authority(world->db, authority->id, authority->name, authority->name_en,
                          authority->policy_name, authority->policy_digest, e))
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
    return true;
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
    /* A credential is a kept row; its event is there for verify alone. */
    return true;
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
    }
    return true;
}
