/* SPDX-License-Identifier: Apache-2.0
 * Everything about a system on one page: what its cases say of documents, people and dates, and
 * what the log says of the system itself. */
#include "view/view.h"

#include <stdlib.h>

#include "view/view_priv.h"

const char *system_event_name(enum system_event_kind kind)
{
    static const char *const names[] = {
#define X(symbol, name) name,
        SYSTEM_EVENTS(X)
#undef X
    };
    return names[kind];
}

const char *system_list_name(enum system_list list)
{
    static const char *const names[] = {
#define X(symbol, name) name,
        SYSTEM_LISTS(X)
#undef X
    };
    return names[list];
}

/* What the lists are made from: the visible cases, loaded once each. */
struct looked {
    struct reader *reader;
    const struct authority_state *authority;
    struct system_view *view;
    VEC(const struct case_state *) cases;   /* newest first */
};

/* One of them with its program; step, procedure: NULL where the program lacks them. */
struct one_case {
    const struct case_state *kase;
    const struct policy *policy;
    const struct procedure *procedure;
    struct case_ref ref;
    struct label label;                     /* of the procedure */
};

static struct label plain_label(str id)
{
    return (struct label){id, id};
}

static struct label step_label(const struct one_case *one, str id)
{
    const struct step *step = one->procedure ? procedure_step(one->procedure, id) : NULL;
    return step ? step->label : plain_label(id);
}

/* ---- documents ------------------------------------------------------------------------------- */

/* A file is filed just before the decision that cites it. */
static date filed_on(const struct case_state *kase, const struct material *material)
{
    for (size_t i = 0; i < kase->decisions.len; i++) {
        const struct task_decision *decision = &kase->decisions.items[i];
        if (decision->task == material->task && decision->id > material->id)
            return decision->on;
    }
    return DATE_NONE;
}

static void add_documents(struct looked *looked, const struct one_case *one)
{
    for (size_t i = 0; i < one->kase->materials.len; i++) {
        const struct material *material = &one->kase->materials.items[i];
        VEC_PUSH(looked->reader->arena, &looked->view->documents,
                 ((struct system_document){
                     .kase = one->ref,
                     .material = material,
                     .label = view_material_label(one->policy, looked->authority,
                                                  material->material),
                     .filed_on = filed_on(one->kase, material),
                 }));
    }
}

/* ---- people ---------------------------------------------------------------------------------- */

/* Each once for a field's words, whoever named them how often. Without a name: not any more. */
static bool add_contact(struct looked *looked, struct system_contact contact, struct err *e)
{
    struct system_view *view = looked->view;
    for (size_t i = 0; i < view->contacts.len; i++) {
        const struct system_contact *there = &view->contacts.items[i];
        if (there->person.id == contact.person.id &&
            there->organisation.id == contact.organisation.id &&
            str_eq(there->label.zh, contact.label.zh))
            return true;
    }
    if (view->contacts.len >= SYSTEM_CONTACTS_MAX) {
        view->cut[SYSTEM_LIST_CONTACTS] = true;
        return true;
    }
    VEC_PUSH(looked->reader->arena, &view->contacts, contact);
    return view_person_name(looked->reader, contact.person.id,
                            &view->contacts.items[view->contacts.len - 1].person.name, e);
}

/* from: all but the person and the field. */
static bool add_contacts(struct looked *looked, const struct form *form, const struct doc *values,
                         struct system_contact from, struct err *e)
{
    for (size_t i = 0; i < form->n; i++) {
        const struct field *field = &form->fields[i];
        const struct doc *value =
            field->type == FIELD_PERSON && values ? doc_get(values, field->id) : NULL;
        if (!value || value->kind != DOC_INT)
            continue;
        from.label = field->label;
        from.person = (struct named){.id = value->integer};
        if (!add_contact(looked, from, e))
            return false;
    }
    return true;
}

static bool add_line_contacts(struct looked *looked, struct err *e)
{
    const struct system_view *view = looked->view;
    const struct system_state *system = view->row.system;
    for (size_t i = 0; view->policy && i < system->records.len; i++) {
        const struct record *record = &system->records.items[i];
        const struct ledger *ledger = policy_register(view->policy, record->register_id);
        struct system_contact from = {
            .organisation = organisation_named(looked->authority, record->organisation),
        };
        if (!ledger)
            continue;
        from.source = ledger->label;
        if (!add_contacts(looked, &ledger->form, record->form, from, e))
            return false;
    }
    return true;
}

static bool add_case_contacts(struct looked *looked, const struct one_case *one, struct err *e)
{
    for (size_t i = one->kase->decisions.len; one->procedure && i-- > 0;) {
        const struct task_decision *decision = &one->kase->decisions.items[i];
        const struct task *task = case_task_by_id(one->kase, decision->task);
        const struct step *step = procedure_step(one->procedure, decision->step);
        if (!task || !step)
            continue;
        struct system_contact from = {
            .kase = one->ref,
            .source = one->label,
            .organisation = organisation_named(looked->authority, task->organisation),
        };
        if (!add_contacts(looked, &step->form, decision->form, from, e))
            return false;
    }
    return true;
}

static struct system_actor *actor_of(struct system_view *view, str procedure, str step)
{
    for (size_t i = 0; i < view->actors.len; i++)
        if (str_eq(view->actors.items[i].procedure, procedure) &&
            str_eq(view->actors.items[i].step, step))
            return &view->actors.items[i];
    return NULL;
}

static void add_actors(struct looked *looked, const struct one_case *one)
{
    struct system_view *view = looked->view;
    for (size_t i = 0; i < one->kase->decisions.len; i++) {
        const struct task_decision *decision = &one->kase->decisions.items[i];
        const struct task *task = case_task_by_id(one->kase, decision->task);
        const struct step *step =
            one->procedure ? procedure_step(one->procedure, decision->step) : NULL;
        const struct outcome *outcome = step ? step_outcome(step, decision->outcome) : NULL;
        struct system_actor *actor = actor_of(view, one->kase->procedure, decision->step);
        if (!task || (actor && actor->decision > decision->id))
            continue;
        if (!actor)
            actor = VEC_ADD(looked->reader->arena, &view->actors);
        *actor = (struct system_actor){
            .kase = one->ref,
            .decision = decision->id,
            .procedure = one->kase->procedure,
            .step = decision->step,
            .procedure_label = one->label,
            .step_label = step_label(one, decision->step),
            .outcome_label = outcome ? outcome->label : plain_label(decision->outcome),
            .person = {.id = decision->person},
            .organisation = organisation_named(looked->authority, task->organisation),
            .on = decision->on,
        };
    }
}

/* ---- dates ----------------------------------------------------------------------------------- */

static void add_tasks(struct looked *looked, const struct one_case *one)
{
    for (size_t i = 0; i < one->kase->tasks.len; i++) {
        const struct task *task = &one->kase->tasks.items[i];
        if (task->state == TASK_CLOSED)
            continue;
        struct system_task *owed = VEC_ADD(looked->reader->arena, &looked->view->tasks);
        *owed = (struct system_task){
            .kase = one->ref,
            .task = task,
            .procedure_label = one->label,
            .step_label = step_label(one, task->step),
            .organisation = organisation_named(looked->authority, task->organisation),
        };
        owed->light = view_light(&looked->authority->calendar, one->policy, task,
                                 looked->reader->today, &owed->has_days_left, &owed->days_left);
    }
}

static struct system_event *add_event(struct looked *looked, enum system_event_kind kind,
                                      int64_t index, date on)
{
    struct system_event *event = VEC_ADD(looked->reader->arena, &looked->view->history);
    *event = (struct system_event){.kind = kind, .index = index, .on = on};
    return event;
}

static void add_case_events(struct looked *looked, const struct one_case *one)
{
    const struct case_state *kase = one->kase;
    struct system_event *opened =
        add_event(looked, SYSTEM_EVENT_OPENED, kase->id, kase->opened_on);
    opened->kase = one->ref;
    opened->label = one->label;
    opened->body = organisation_named(looked->authority, kase->opener);
    if (!kase->ended)
        return;
    const struct outcome *outcome = one->procedure ? ending_of(one->procedure, kase) : NULL;
    int64_t last =
        kase->decisions.len ? kase->decisions.items[kase->decisions.len - 1].id : kase->id;
    struct system_event *ended = add_event(looked, SYSTEM_EVENT_ENDED, last, kase->ended_on);
    ended->kase = one->ref;
    if (outcome)
        ended->label = outcome->label;
    if (kase->withdrawn.len)
        ended->how = S("withdrawn");
}

/* The day of the act that granted it, which a paper may have put before the entry. */
static void add_granted(struct looked *looked, const struct event *event)
{
    const struct event_resource_granted *granted = &event->resource_granted;
    for (size_t i = 0; i < looked->cases.len; i++) {
        const struct case_state *kase = looked->cases.items[i];
        if (kase->id != granted->kase)
            continue;
        const struct task_decision *act = NULL;
        for (size_t k = 0; k < kase->decisions.len; k++)
            if (kase->decisions.items[k].id < event->index)
                act = &kase->decisions.items[k];
        struct system_event *one = add_event(looked, SYSTEM_EVENT_GRANTED, event->index,
                                             act ? act->on : date_of_instant(event->at_ms));
        one->kase = (struct case_ref){kase->id, kase->number};
        one->how = granted->how;
        if (granted->items && granted->items->kind == DOC_MAP)
            one->items = granted->items;
    }
}

static void add_system_event(struct looked *looked, const struct event *event)
{
    date day = date_of_instant(event->at_ms);
    if (event->kind == EVENT_system_registered)
        add_event(looked, SYSTEM_EVENT_REGISTERED, event->index, day);
    else if (event->kind == EVENT_system_provided)
        add_event(looked, SYSTEM_EVENT_PROVIDED, event->index, day)->body =
            organisation_named(looked->authority, event->system_provided.provider);
    else if (event->kind == EVENT_system_live)
        add_event(looked, SYSTEM_EVENT_LIVE, event->index, event->system_live.on);
    else if (event->kind == EVENT_system_retired)
        add_event(looked, SYSTEM_EVENT_RETIRED, event->index, event->system_retired.on);
    else if (event->kind == EVENT_resource_granted)
        add_granted(looked, event);
}

/* Its first entry and the last SYSTEM_ENTRIES_MAX. */
static bool read_stream(struct looked *looked, struct err *e)
{
    struct db *db = looked->reader->db;
    struct arena *arena = looked->reader->arena;
    str stream = str_printf(arena, "system/%lld", (long long)looked->view->row.system->id);
    struct row_stream_end *end;
    if (!q_stream_end(db, arena, stream, &end, e))
        return false;
    int64_t after = end->seq > SYSTEM_ENTRIES_MAX + 1 ? end->seq - SYSTEM_ENTRIES_MAX : 1;
    looked->view->cut[SYSTEM_LIST_HISTORY] = after > 1;
    for (int part = 0; part < 2; part++) {
        struct row_entry *rows;
        size_t n;
        if (!q_entries_of_stream(db, arena, stream, part == 0 ? 0 : after,
                                 part == 0 ? 1 : SYSTEM_ENTRIES_MAX, &rows, &n, e))
            return false;
        for (size_t i = 0; i < n; i++) {
            struct entry entry;
            if (!entry_parse(arena, rows[i].bytes, &entry, e))
                return false;
            add_system_event(looked, &entry.event);
        }
    }
    return true;
}

/* ---- in their order, and no more than a page holds ------------------------------------------- */

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_newest_document(const void *a, const void *b)
{
    const struct system_document *x = a, *y = b;
    return by_number(y->material->id, x->material->id);
}

static int by_newest_act(const void *a, const void *b)
{
    const struct system_actor *x = a, *y = b;
    return by_number(y->decision, x->decision);
}

/* What has no due day comes last. */
static int by_due(const void *a, const void *b)
{
    const struct system_task *x = a, *y = b;
    int64_t due_x = date_is_none(x->task->due) ? INT64_MAX : x->task->due.day;
    int64_t due_y = date_is_none(y->task->due) ? INT64_MAX : y->task->due.day;
    int order = by_number(due_x, due_y);
    return order ? order : by_number(x->task->id, y->task->id);
}

static int by_newest_day(const void *a, const void *b)
{
    const struct system_event *x = a, *y = b;
    int order = date_cmp(y->on, x->on);
    if (!order)
        order = by_number(y->index, x->index);
    return order ? order : (int)y->kind - (int)x->kind;
}

#define SORT(list, compare)                                                                       \
    do {                                                                                          \
        if ((list).len)                                                                           \
            qsort((list).items, (list).len, sizeof *(list).items, compare);                       \
    } while (0)

static bool arrange(struct looked *looked, struct err *e)
{
    struct system_view *view = looked->view;
    SORT(view->documents, by_newest_document);
    SORT(view->actors, by_newest_act);
    SORT(view->tasks, by_due);
    SORT(view->history, by_newest_day);
    struct {
        size_t *len;
        enum system_list list;
    } const lists[] = {{&view->documents.len, SYSTEM_LIST_DOCUMENTS},
                       {&view->actors.len, SYSTEM_LIST_ACTORS},
                       {&view->tasks.len, SYSTEM_LIST_TASKS}};
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        if (*lists[i].len <= SYSTEM_ROWS_MAX)
            continue;
        *lists[i].len = SYSTEM_ROWS_MAX;
        view->cut[lists[i].list] = true;
    }
    for (size_t i = 0; i < view->actors.len; i++)
        if (!view_person_name(looked->reader, view->actors.items[i].person.id,
                              &view->actors.items[i].person.name, e))
            return false;
    return true;
}

/* ---- the cases ------------------------------------------------------------------------------- */

static bool add_case(struct looked *looked, const struct case_state *kase,
                     const struct policy *policy, struct err *e)
{
    struct arena *arena = looked->reader->arena;
    struct one_case one = {
        .kase = kase,
        .policy = policy,
        .procedure = policy_procedure(policy, kase->procedure),
        .ref = {kase->id, kase->number},
    };
    one.label = one.procedure ? one.procedure->label : plain_label(kase->procedure);
    VEC_PUSH(arena, &looked->cases, kase);
    VEC_PUSH(arena, &looked->view->cases,
             ((struct system_case){
                 .id = kase->id,
                 .number = kase->number,
                 .procedure = kase->procedure,
                 .procedure_label = one.label,
                 .opened_on = kase->opened_on,
                 .ended = kase->ended,
             }));
    add_documents(looked, &one);
    add_actors(looked, &one);
    add_tasks(looked, &one);
    add_case_events(looked, &one);
    return add_case_contacts(looked, &one, e);
}

static bool look_at(struct looked *looked, int64_t id, struct err *e)
{
    struct reader *reader = looked->reader;
    struct world world = {.db = reader->db, .arena = reader->arena};
    struct case_state *kase;
    if (!world_case(&world, id, &kase, e))
        return false;
    must(kase != NULL); /* one snapshot */
    struct facts facts = {
        .actor = reader->actor,
        .kase = kase,
        .policy = library_policy(reader->library, reader->db, kase->policy, e),
        .in_force = looked->view->policy,
    };
    if (!facts.policy)
        return false;
    return !decide_may_see(&facts) || add_case(looked, kase, facts.policy, e);
}

/* Cases are whole and some are long: what they take of the request's memory is bounded too. */
static bool look_at_all(struct looked *looked, struct err *e)
{
    struct reader *reader = looked->reader;
    int64_t system = looked->view->row.system->id;
    struct row_kase *rows;
    size_t n, before = arena_used(reader->arena);
    bool ok = decide_sight(looked->view->policy, reader->actor->role) == SIGHT_ALL
                  ? q_cases_of_system(reader->db, reader->arena, system, SYSTEM_CASES_MAX + 1,
                                      &rows, &n, e)
                  : q_cases_of_system_party(reader->db, reader->arena, system,
                                            reader->actor->organisation, SYSTEM_CASES_MAX + 1,
                                            &rows, &n, e);
    for (size_t i = 0; ok && i < n; i++) {
        if (i == SYSTEM_CASES_MAX || arena_used(reader->arena) - before > SYSTEM_CASES_BYTES) {
            looked->view->cut[SYSTEM_LIST_CASES] = true;
            break;
        }
        ok = look_at(looked, rows[i].id, e);
    }
    return ok;
}

bool fill_system(struct reader *reader, struct authority_state *authority,
                 struct system_view *view, struct err *e)
{
    struct looked looked = {.reader = reader, .authority = authority, .view = view};
    return add_line_contacts(&looked, e) && look_at_all(&looked, e) && read_stream(&looked, e) &&
           arrange(&looked, e);
}
