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
        .opened_by = opened->decision,
        .anchored_by = opened->anchor_decision,
        .urged_on = DATE_NONE,
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
        .decides = decided->decides != 0,
        .opinion = decided->opinion,
        .form = decided->form,
        .on = decided->on,
        .at_ms = event->at_ms,
        .person = event->actor,
        .post = event->post,
        .late_days = (int32_t)decided->late_days,
        .short_days = (int32_t)decided->short_days,
        .paper = decided->paper,
        .paper_reason = decided->paper_reason,
        .shown = decided->shown,
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
    struct hold hold = {event->task_held.decision, 0};
    VEC_PUSH(arena, &task->suspensions, suspension);
    VEC_PUSH(arena, &task->holds, hold);
    task->changed = true;
}

static void apply_task_resumed(struct case_state *kase, const struct event *event)
{
    const struct event_task_resumed *resumed = &event->task_resumed;
    struct task *task = case_task_by_id(kase, resumed->task);
    must(task != NULL && task->state == TASK_HELD && task->suspensions.len > 0);
    task->state = TASK_OPEN;
    task->suspensions.items[task->suspensions.len - 1].to = resumed->on;
    task->holds.items[task->holds.len - 1].to = resumed->decision;
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
        .cause = opened->cause,
        .period = (int32_t)opened->period,
        .priority = opened->priority != 0,
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

/* New days are left, so it warns anew; what stays late stays warned of. */
static void move_due(struct task *task, date due, struct doc *derivation, bool estimated)
{
    if (!date_is_none(due) && (date_is_none(task->due) || date_cmp(due, task->due) > 0))
        task->warned_soon = task->warned_overdue = false;
    task->due = due;
    task->derivation = derivation;
    task->estimated = estimated;
    task->changed = true;
}

static void apply_task_stayed(struct case_state *kase, const struct event *event)
{
    struct task *task = case_task_by_id(kase, event->task_stayed.task);
    must(task != NULL && task->state == TASK_CLOSED);
    task->state = TASK_OPEN;
    task->outcome = STR_NONE;
    task->closed_on = DATE_NONE;
    task->changed = true;
}

static void apply_task_extended(struct case_state *kase, const struct event *event)
{
    const struct event_task_extended *extended = &event->task_extended;
    struct task *task = case_task_by_id(kase, extended->task);
    must(task != NULL && task->state == TASK_OPEN);
    task->extended += (int32_t)extended->count;
    move_due(task, extended->due, extended->derivation, extended->estimated != 0);
}

static void apply_task_rederived(struct case_state *kase, const struct event *event)
{
    const struct event_task_rederived *anew = &event->task_rederived;
    struct task *task = case_task_by_id(kase, anew->task);
    must(task != NULL);
    task->opened_on = anew->opened_on;
    task->anchor = anew->anchor;
    task->not_before = anew->not_before;
    move_due(task, anew->due, anew->derivation, anew->estimated != 0);
    for (size_t i = kase->decisions.len; task->state == TASK_CLOSED && i-- > 0;) {
        struct task_decision *decision = &kase->decisions.items[i];
        if (decision->task != task->id)
            continue;
        decision->late_days = (int32_t)anew->late_days;
        decision->changed = true;
        return;
    }
}

/* The day of a decision, and of all that began or ended with it. */
static void apply_decision_corrected(struct case_state *kase, const struct event *event)
{
    const struct event_decision_corrected *corrected = &event->decision_corrected;
    for (size_t i = 0; i < kase->decisions.len; i++) {
        struct task_decision *decision = &kase->decisions.items[i];
        if (decision->id != corrected->decision)
            continue;
        decision->on = corrected->on;
        decision->corrected = corrected->reason;
        decision->changed = true;
        struct task *own = case_task_by_id(kase, decision->task);
        if (own && own->state == TASK_CLOSED)
            own->closed_on = corrected->on;
    }
    for (size_t i = 0; i < kase->tasks.len; i++) {
        struct task *task = &kase->tasks.items[i];
        if (task->opened_by == corrected->decision)
            task->opened_on = corrected->on;
        if (task->anchored_by == corrected->decision)
            task->anchor = corrected->on;
        for (size_t k = 0; k < task->holds.len; k++) {
            if (task->holds.items[k].from == corrected->decision)
                task->suspensions.items[k].from = corrected->on;
            if (task->holds.items[k].to == corrected->decision)
                task->suspensions.items[k].to = corrected->on;
        }
        task->changed = true;
    }
}

static void apply_notice(struct arena *arena, struct case_state *kase, const struct event *event)
{
    if (event->kind == EVENT_notice_sent) {
        struct notice *notice = VEC_ADD(arena, &kase->notices);
        *notice = (struct notice){
            .id = event->index,
            .decision = event->notice_sent.decision,
            .organisation = event->notice_sent.organisation,
            .role = event->notice_sent.role,
            .sent_on = event->notice_sent.on,
            .received_on = DATE_NONE,
            .changed = true,
        };
        return;
    }
    for (size_t i = 0; i < kase->notices.len; i++) {
        struct notice *notice = &kase->notices.items[i];
        if (notice->id != event->notice_received.notice)
            continue;
        notice->received_on = event->notice_received.on;
        notice->received_by = event->actor;
        notice->changed = true;
    }
}

static struct task *task_of(struct case_state *kase, int64_t id)
{
    struct task *task = case_task_by_id(kase, id);
    must(task != NULL);
    task->changed = true;
    return task;
}

/* What changes one mark of a task. */
static void apply_mark(struct case_state *kase, const struct event *event)
{
    struct task *task;
    switch ((int)event->kind) {
    case EVENT_task_closed:
        task = task_of(kase, event->task_closed.task);
        task->state = TASK_CLOSED;
        task->closed_on = event->task_closed.on;
        return;
    case EVENT_task_due_soon:
        task_of(kase, event->task_due_soon.task)->warned_soon = true;
        return;
    case EVENT_task_overdue:
        task_of(kase, event->task_overdue.task)->warned_overdue = true;
        return;
    case EVENT_task_assigned:
        task_of(kase, event->task_assigned.task)->person = event->task_assigned.person;
        return;
    case EVENT_task_urged:
        task_of(kase, event->task_urged.task)->urged_on = event->task_urged.on;
        return;
    }
}

void apply_case(struct arena *arena, struct case_state *kase, const struct event *event)
{
    if (event_stream(event->kind) != STREAM_CASE)
        return;
    switch ((int)event->kind) {
    case EVENT_case_opened: apply_case_opened(kase, event); return;
    case EVENT_task_opened: apply_task_opened(arena, kase, event); break;
    case EVENT_task_decided: apply_task_decided(arena, kase, event); break;
    case EVENT_material_filed: apply_material_filed(arena, kase, event); return;
    case EVENT_task_held: apply_task_held(arena, kase, event); break;
    case EVENT_task_resumed: apply_task_resumed(kase, event); break;
    case EVENT_task_stayed: apply_task_stayed(kase, event); break;
    case EVENT_task_extended: apply_task_extended(kase, event); return;
    case EVENT_task_rederived: apply_task_rederived(kase, event); return;
    case EVENT_decision_corrected: apply_decision_corrected(kase, event); return;
    case EVENT_notice_sent:
    case EVENT_notice_received: apply_notice(arena, kase, event); return;
    case EVENT_task_closed:
    case EVENT_task_due_soon:
    case EVENT_task_overdue:
    case EVENT_task_assigned:
    case EVENT_task_urged: apply_mark(kase, event); return;
    case EVENT_case_withdrawn: kase->withdrawn = event->case_withdrawn.reason; break;
    case EVENT_case_ended:
        kase->ended = true;
        kase->outcome = event->case_ended.outcome;
        kase->ended_on = event->case_ended.on;
        break;
    }
    kase->changed = true; /* lists show the task opened last */
}

static struct grant *grant_of(struct arena *arena, struct system_state *system, str item)
{
    for (size_t i = 0; i < system->grants.len; i++)
        if (str_eq(system->grants.items[i].item, item))
            return &system->grants.items[i];
    struct grant *grant = VEC_ADD(arena, &system->grants);
    grant->item = item;
    return grant;
}

static void add_grant(struct arena *arena, struct system_state *system, str item, int64_t quantity,
                      bool lent)
{
    struct grant *grant = grant_of(arena, system, item);
    int64_t *amount = lent ? &grant->lent : &grant->quantity;
    /* decide keeps every sum within LIMIT_QUANTITY. */
    must(i64_add(*amount, quantity, amount));
    /* More is taken off than is there when a regrant came in between: nothing is left then. */
    if (*amount < 0)
        *amount = 0;
    grant->changed = true;
}

static void apply_grant(struct arena *arena, struct system_state *system,
                        const struct event_resource_granted *granted)
{
    bool release = str_eq(granted->how, S("release"));
    bool instead = release || str_eq(granted->how, S("instead"));
    bool back = str_eq(granted->how, S("take-back"));
    bool lent = back || str_eq(granted->how, S("lend"));
    bool off = back || str_eq(granted->how, S("off"));
    for (size_t i = 0; instead && i < system->grants.len; i++) {
        struct grant *grant = &system->grants.items[i];
        grant->quantity = 0;
        grant->lent = release ? 0 : grant->lent;
        grant->changed = true;
    }
    for (size_t i = 0; granted->items && i < granted->items->map.len; i++) {
        int64_t quantity = granted->items->map.items[i].value->integer;
        if (quantity > 0)
            add_grant(arena, system, granted->items->map.items[i].key,
                      off ? -quantity : quantity, lent);
    }
}

static void apply_listing(struct arena *arena, struct system_state *system, str list, bool found,
                          date on, int64_t record)
{
    struct listing *listing = NULL;
    for (size_t i = 0; i < system->listings.len; i++)
        if (str_eq(system->listings.items[i].list, list))
            listing = &system->listings.items[i];
    if (!listing)
        listing = VEC_ADD(arena, &system->listings);
    *listing = (struct listing){list, on, record, !found, true};
}

void apply_system(struct arena *arena, struct system_state *system, const struct event *event)
{
    if (event_stream(event->kind) != STREAM_SYSTEM)
        return;
    switch ((int)event->kind) {
    case EVENT_system_registered:
        *system = (struct system_state){
            .id = event->index,
            .authority = event->authority,
            .owner = event->system_registered.owner,
            .name = event->system_registered.name,
            .stage = SYSTEM_PLANNED,
            .live_on = DATE_NONE,
            .retired_on = DATE_NONE,
        };
        break;
    case EVENT_resource_granted:
        apply_grant(arena, system, &event->resource_granted);
        return;
    case EVENT_system_listed:
        apply_listing(arena, system, event->system_listed.list, true, event->system_listed.on,
                      event->system_listed.record);
        return;
    case EVENT_system_unlisted:
        apply_listing(arena, system, event->system_unlisted.list, false,
                      event->system_unlisted.on, event->system_unlisted.record);
        return;
    case EVENT_system_provided:
        system->provider = event->system_provided.provider;
        break;
    case EVENT_system_live:
        system->stage = SYSTEM_LIVE;
        system->live_on = event->system_live.on;
        break;
    case EVENT_system_retired:
        system->stage = SYSTEM_RETIRED;
        system->retired_on = event->system_retired.on;
        break;
    }
    system->changed = true;
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

static void ask_material(struct arena *arena, struct authority_state *authority,
                         const struct event_material_asked *asked)
{
    struct asked_material *material = NULL;
    for (size_t i = 0; i < authority->asked_materials.len; i++) {
        struct asked_material *one = &authority->asked_materials.items[i];
        if (str_eq(one->procedure, asked->procedure) && str_eq(one->step, asked->step) &&
            str_eq(one->material, asked->material))
            material = one;
    }
    if (!material)
        material = VEC_ADD(arena, &authority->asked_materials);
    *material = (struct asked_material){
        .procedure = str_dup(arena, asked->procedure),
        .step = str_dup(arena, asked->step),
        .material = str_dup(arena, asked->material),
        .zh = str_dup(arena, asked->zh),
        .en = str_dup(arena, asked->en),
        .asked = asked->asked != 0,
        .changed = true,
    };
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
        authority->calendar_entry = event->index;
        authority->changed = true;
    } else if (event->kind == EVENT_calendar_applied) {
        authority->calendar_applied = event->calendar_applied.through;
        authority->changed = true;
    } else if (event->kind == EVENT_material_asked) {
        ask_material(arena, authority, &event->material_asked);
    } else if (event->kind == EVENT_case_opened) {
        count_case(arena, authority, &event->case_opened);
        return;
    }
    authority->last_entry = event->index;
    authority->changed = true;
}
