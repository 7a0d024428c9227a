/* SPDX-License-Identifier: Apache-2.0
 * The only fold of events into aggregates. It needs no policy: events carry what it needs. */
#include "decide/decide.h"

static void apply_task_opened(struct arena *arena, struct case_state *kase,
                              const struct event *event)
{
    const struct event_task_opened *opened = &event->task_opened;
    struct task *task = VEC_ADD(arena, &kase->tasks);
    *task = (struct task){
        .id = event->index,
        .step = opened->step,
        .round = (int32_t)opened->round,
        .role = opened->role,
        .organisation = opened->organisation,
        .state = TASK_OPEN,
        .opened_on = opened->on,
        .opened_at_ms = event->at_ms,
        .anchor = opened->anchor,
        .due = opened->due,
        .not_before = opened->not_before,
        .derivation = opened->derivation,
        .basis = opened->basis,
        .local = opened->local != 0,
        .estimated = opened->estimated != 0,
        .closed_on = DATE_NONE,
        .changed = true,
    };
}

static void apply_task_decided(struct arena *arena, struct case_state *kase,
                               const struct event *event)
{
    const struct event_task_decided *decided = &event->task_decided;
    struct task *task = case_task_by_id(kase, decided->task);
    must(task != NULL && task->state == TASK_OPEN);
    task->state = TASK_CLOSED;
    task->outcome = decided->outcome;
    task->closed_on = decided->on;
    task->changed = true;
    struct task_decision *decision = VEC_ADD(arena, &kase->decisions);
    *decision = (struct task_decision){
        .id = event->index,
        .task = decided->task,
        .step = task->step,
        .outcome = decided->outcome,
        .opinion = decided->opinion,
        .form = decided->form,
        .on = decided->on,
        .at_ms = event->at_ms,
        .person = event->actor,
        .post = event->post,
        .late_days = (int32_t)decided->late_days,
        .changed = true,
    };
}

static void apply_task_held(struct arena *arena, struct case_state *kase,
                            const struct event *event)
{
    struct task *task = case_task_by_id(kase, event->task_held.task);
    must(task != NULL && task->state == TASK_CLOSED);
    task->state = TASK_HELD;
    task->outcome = STR_NONE;
    task->closed_on = DATE_NONE;
    task->due = DATE_NONE;
    struct suspension suspension = {event->task_held.on, DATE_NONE};
    VEC_PUSH(arena, &task->suspensions, suspension);
    task->changed = true;
}

static void apply_task_resumed(struct case_state *kase, const struct event *event)
{
    const struct event_task_resumed *resumed = &event->task_resumed;
    struct task *task = case_task_by_id(kase, resumed->task);
    must(task != NULL && task->state == TASK_HELD && task->suspensions.len > 0);
    task->state = TASK_OPEN;
    task->suspensions.items[task->suspensions.len - 1].to = resumed->on;
    task->due = resumed->due;
    task->derivation = resumed->derivation;
    task->estimated = resumed->estimated != 0;
    /* A clock that stood still has new days left: warn anew. */
    task->warned_soon = false;
    task->warned_overdue = false;
    task->changed = true;
}

static void apply_case_opened(struct case_state *kase, const struct event *event)
{
    const struct event_case_opened *opened = &event->case_opened;
    *kase = (struct case_state){
        .id = event->index,
        .authority = event->authority,
        .system = opened->system,
        .opener = opened->opener,
        .number = opened->number,
        .procedure = opened->procedure,
        .policy = opened->policy,
        .title = opened->title,
        .opened_on = opened->on,
        .opened_at_ms = event->at_ms,
        .ended_on = DATE_NONE,
        .changed = true,
    };
}

static void apply_material_filed(struct arena *arena, struct case_state *kase,
                                 const struct event *event)
{
    const struct event_material_filed *filed = &event->material_filed;
    struct material *material = VEC_ADD(arena, &kase->materials);
    *material = (struct material){
        .id = event->index,
        .task = filed->task,
        .material = filed->material,
        .name = filed->name,
        .digest = filed->digest,
        .size = filed->size,
        .changed = true,
    };
}

void apply_case(struct arena *arena, struct case_state *kase, const struct event *event)
{
    struct task *task = NULL;
    if (event->kind == EVENT_case_opened) {
        apply_case_opened(kase, event);
    } else if (event->kind == EVENT_task_opened) {
        apply_task_opened(arena, kase, event);
        kase->changed = true; /* lists show the task opened last */
    } else if (event->kind == EVENT_task_decided) {
        apply_task_decided(arena, kase, event);
        kase->changed = true;
    } else if (event->kind == EVENT_material_filed) {
        apply_material_filed(arena, kase, event);
    } else if (event->kind == EVENT_task_held) {
        apply_task_held(arena, kase, event);
    } else if (event->kind == EVENT_task_resumed) {
        apply_task_resumed(kase, event);
        kase->changed = true;
    } else if (event->kind == EVENT_task_closed) {
        task = case_task_by_id(kase, event->task_closed.task);
        must(task != NULL);
        task->state = TASK_CLOSED;
        task->closed_on = event->task_closed.on;
        task->changed = true;
    } else if (event->kind == EVENT_task_due_soon) {
        task = case_task_by_id(kase, event->task_due_soon.task);
        must(task != NULL);
        task->warned_soon = task->changed = true;
    } else if (event->kind == EVENT_task_overdue) {
        task = case_task_by_id(kase, event->task_overdue.task);
        must(task != NULL);
        task->warned_overdue = task->changed = true;
    } else if (event->kind == EVENT_case_ended) {
        kase->ended = true;
        kase->outcome = event->case_ended.outcome;
        kase->ended_on = event->case_ended.on;
        kase->changed = true;
    }
}

static void add_grant(struct arena *arena, struct system_state *system, str item, int64_t quantity)
{
    struct grant *grant = NULL;
    for (size_t i = 0; i < system->grants.len; i++)
        if (str_eq(system->grants.items[i].item, item))
            grant = &system->grants.items[i];
    if (!grant) {
        grant = VEC_ADD(arena, &system->grants);
        grant->item = item;
    }
    /* Each quantity is at most LIMIT_QUANTITY and a system has few grants: no overflow. */
    must(i64_add(grant->quantity, quantity, &grant->quantity));
    grant->changed = true;
}

void apply_system(struct arena *arena, struct system_state *system, const struct event *event)
{
    if (event->kind == EVENT_system_registered) {
        *system = (struct system_state){
            .id = event->index,
            .authority = event->authority,
            .owner = event->system_registered.owner,
            .name = event->system_registered.name,
            .stage = SYSTEM_PLANNED,
            .live_on = DATE_NONE,
            .changed = true,
        };
    } else if (event->kind == EVENT_resource_granted) {
        const struct doc *items = event->resource_granted.items;
        for (size_t i = 0; items && i < items->map.len; i++)
            if (items->map.items[i].value->integer > 0)
                add_grant(arena, system, items->map.items[i].key,
                          items->map.items[i].value->integer);
    } else if (event->kind == EVENT_system_live) {
        system->stage = SYSTEM_LIVE;
        system->live_on = event->system_live.on;
        system->changed = true;
    }
}

static void count_case(struct arena *arena, struct authority_state *authority,
                       const struct event_case_opened *opened)
{
    int32_t year = date_year(opened->on);
    struct case_counter *counter = NULL;
    str code, rest;
    /* Counted by the letters of the number, whatever a later version calls the procedure: no two
     * cases of an authority ever bear one number. */
    str_cut(opened->number, '-', &code, &rest);
    for (size_t i = 0; i < authority->counters.len; i++)
        if (authority->counters.items[i].year == year &&
            str_eq(authority->counters.items[i].code, code))
            counter = &authority->counters.items[i];
    if (!counter) {
        counter = VEC_ADD(arena, &authority->counters);
        counter->code = str_dup(arena, code);
        counter->year = year;
    }
    counter->count++;
    counter->changed = true;
}

static void add_organisation(struct arena *arena, struct authority_state *authority,
                             struct organisation organisation)
{
    organisation.name = str_dup(arena, organisation.name);
    organisation.role = str_dup(arena, organisation.role);
    organisation.level = str_dup(arena, organisation.level);
    organisation.changed = true;
    VEC_PUSH(arena, &authority->organisations, organisation);
}

static void refer_calendar(struct arena *arena, struct authority_state *authority,
                           const struct event_calendar_loaded *loaded)
{
    struct calendar_ref *ref = NULL;
    for (size_t i = 0; i < authority->calendar_refs.len; i++)
        if (authority->calendar_refs.items[i].year == loaded->year)
            ref = &authority->calendar_refs.items[i];
    if (!ref) {
        ref = VEC_ADD(arena, &authority->calendar_refs);
        ref->year = (int32_t)loaded->year;
    }
    ref->digest = str_dup(arena, loaded->digest);
    ref->changed = true;
}

/* The authority outlives units of work (it is cached), so everything is copied in. */
void apply_authority(struct arena *arena, struct authority_state *authority,
                     const struct event *event)
{
    if (event->kind == EVENT_authority_registered) {
        const struct event_authority_registered *registered = &event->authority_registered;
        *authority = (struct authority_state){
            .id = event->index,
            .name = str_dup(arena, registered->name),
            .name_en = str_dup(arena, registered->name_en),
            .changed = true,
        };
        add_organisation(arena, authority, (struct organisation){
                             .id = event->index, .name = registered->name,
                             .role = registered->role, .level = registered->level});
    } else if (event->kind == EVENT_organisation_registered) {
        const struct event_organisation_registered *registered = &event->organisation_registered;
        add_organisation(arena, authority, (struct organisation){
                             .id = event->index, .name = registered->name,
                             .role = registered->role, .level = registered->level,
                             .parent = registered->parent});
    } else if (event->kind == EVENT_policy_activated) {
        authority->policy_name = str_dup(arena, event->policy_activated.policy);
        authority->policy_digest = str_dup(arena, event->policy_activated.digest);
        authority->changed = true;
    } else if (event->kind == EVENT_calendar_loaded) {
        refer_calendar(arena, authority, &event->calendar_loaded);
    } else if (event->kind == EVENT_case_opened) {
        count_case(arena, authority, &event->case_opened);
    }
}
