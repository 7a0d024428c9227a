/* SPDX-License-Identifier: Apache-2.0
 * The page of a system: its cases, and what they and the log say of it. */
#include "door/render_priv.h"

static struct doc *render_ref(struct arena *arena, struct case_ref ref)
{
    if (!ref.id)
        return doc_null(arena);
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("id"), ref.id);
    doc_put_text(arena, doc, S("number"), ref.number);
    return doc;
}

static struct doc *render_cases(struct arena *arena, const struct system_view *view)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < view->cases.len; i++) {
        const struct system_case *kase = &view->cases.items[i];
        struct doc *one = doc_map(arena);
        doc_put_int(arena, one, S("id"), kase->id);
        doc_put_text(arena, one, S("number"), kase->number);
        doc_put_text(arena, one, S("procedure"), kase->procedure);
        doc_put(arena, one, S("procedure_label"), render_label(arena, kase->procedure_label));
        doc_put_date(arena, one, S("opened_on"), kase->opened_on);
        doc_put_bool(arena, one, S("ended"), kase->ended);
        doc_push(arena, list, one);
    }
    return list;
}

static struct doc *render_documents(struct arena *arena, const struct system_view *view)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < view->documents.len; i++) {
        const struct system_document *document = &view->documents.items[i];
        struct doc *one = doc_map(arena);
        doc_put_int(arena, one, S("id"), document->material->id);
        doc_put(arena, one, S("case"), render_ref(arena, document->kase));
        doc_put_text(arena, one, S("material"), document->material->material);
        doc_put(arena, one, S("label"), render_label(arena, document->label));
        doc_put_text(arena, one, S("name"), document->material->name);
        doc_put_int(arena, one, S("size"), document->material->size);
        doc_put_date(arena, one, S("filed_on"), document->filed_on);
        doc_push(arena, list, one);
    }
    return list;
}

static struct doc *render_contacts(struct arena *arena, const struct system_view *view)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < view->contacts.len; i++) {
        const struct system_contact *contact = &view->contacts.items[i];
        struct doc *one = doc_map(arena);
        doc_put(arena, one, S("label"), render_label(arena, contact->label));
        doc_put(arena, one, S("source"), render_label(arena, contact->source));
        doc_put(arena, one, S("case"), render_ref(arena, contact->kase));
        doc_put(arena, one, S("person"), render_named(arena, contact->person));
        doc_put(arena, one, S("organisation"), render_named(arena, contact->organisation));
        doc_push(arena, list, one);
    }
    return list;
}

static struct doc *render_actors(struct arena *arena, const struct system_view *view)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < view->actors.len; i++) {
        const struct system_actor *actor = &view->actors.items[i];
        struct doc *one = doc_map(arena);
        doc_put(arena, one, S("case"), render_ref(arena, actor->kase));
        doc_put(arena, one, S("procedure_label"), render_label(arena, actor->procedure_label));
        doc_put(arena, one, S("step_label"), render_label(arena, actor->step_label));
        doc_put(arena, one, S("outcome_label"), render_label(arena, actor->outcome_label));
        doc_put(arena, one, S("person"), render_named(arena, actor->person));
        doc_put(arena, one, S("organisation"), render_named(arena, actor->organisation));
        doc_put_date(arena, one, S("on"), actor->on);
        doc_push(arena, list, one);
    }
    return list;
}

static struct doc *render_tasks(struct arena *arena, const struct system_view *view)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < view->tasks.len; i++) {
        const struct system_task *task = &view->tasks.items[i];
        struct doc *one = doc_map(arena);
        doc_put_int(arena, one, S("id"), task->task->id);
        doc_put(arena, one, S("case"), render_ref(arena, task->kase));
        doc_put(arena, one, S("procedure_label"), render_label(arena, task->procedure_label));
        doc_put(arena, one, S("step_label"), render_label(arena, task->step_label));
        doc_put(arena, one, S("organisation"), render_named(arena, task->organisation));
        doc_put_text(arena, one, S("state"), str_of(render_state(task->task->state)));
        doc_put_date(arena, one, S("due"), task->task->due);
        doc_put_text(arena, one, S("light"), str_of(light_name(task->light)));
        put_int_or_null(arena, one, S("days_left"), task->has_days_left, task->days_left);
        doc_push(arena, list, one);
    }
    return list;
}

static struct doc *render_quantities(struct arena *arena, const struct doc *items)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; items && i < items->map.len; i++) {
        struct doc *one = doc_map(arena);
        if (items->map.items[i].value->kind != DOC_INT)
            continue;
        doc_put_text(arena, one, S("item"), items->map.items[i].key);
        doc_put_int(arena, one, S("quantity"), items->map.items[i].value->integer);
        doc_push(arena, list, one);
    }
    return list;
}

static struct doc *render_history(struct arena *arena, const struct system_view *view)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < view->history.len; i++) {
        const struct system_event *event = &view->history.items[i];
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("kind"), str_of(system_event_name(event->kind)));
        doc_put_date(arena, one, S("on"), event->on);
        doc_put(arena, one, S("case"), render_ref(arena, event->kase));
        doc_put(arena, one, S("label"), render_label_or_null(arena, event->label));
        doc_put(arena, one, S("organisation"),
                event->body.id ? render_named(arena, event->body) : doc_null(arena));
        doc_put_text(arena, one, S("how"), event->how.ptr ? event->how : S(""));
        doc_put(arena, one, S("items"), render_quantities(arena, event->items));
        doc_push(arena, list, one);
    }
    return list;
}

void put_system_page(struct arena *arena, struct doc *doc, const struct system_view *view)
{
    struct doc *cut = doc_list(arena);
    for (int i = 0; i < SYSTEM_LISTS_N; i++)
        if (view->cut[i])
            doc_push(arena, cut, doc_text(arena, str_of(system_list_name((enum system_list)i))));
    doc_put(arena, doc, S("cases"), render_cases(arena, view));
    doc_put(arena, doc, S("documents"), render_documents(arena, view));
    doc_put(arena, doc, S("contacts"), render_contacts(arena, view));
    doc_put(arena, doc, S("actors"), render_actors(arena, view));
    doc_put(arena, doc, S("tasks"), render_tasks(arena, view));
    doc_put(arena, doc, S("history"), render_history(arena, view));
    doc_put(arena, doc, S("cut"), cut);
}
