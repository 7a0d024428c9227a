/* SPDX-License-Identifier: Apache-2.0
 * A case and its acts. */
#include "door/render_priv.h"

/* ---- one act -------------------------------------------------------------------------------- */

/* Files are filed just before the decision that cites them: those between the decision before and
 * this one are its own; what came after the last one belongs to the act still to be done. */
static bool belongs(const struct case_state *kase, const struct task_view *view,
                    const struct material *material)
{
    if (material->task != view->task->id)
        return false;
    int64_t before = -1, upto = view->decision ? view->decision->id : INT64_MAX;
    for (size_t i = 0; i < kase->decisions.len; i++) {
        const struct task_decision *decision = &kase->decisions.items[i];
        if (decision->task == view->task->id && decision->id < upto && decision->id > before)
            before = decision->id;
    }
    return material->id > before && material->id < upto;
}

static struct doc *render_materials(struct arena *arena, const struct case_view *view,
                                    const struct task_view *task)
{
    const struct case_state *kase = view->facts.kase;
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < kase->materials.len; i++) {
        const struct material *material = &kase->materials.items[i];
        if (!belongs(kase, task, material))
            continue;
        struct doc *doc = doc_map(arena);
        doc_put_int(arena, doc, S("id"), material->id);
        doc_put_text(arena, doc, S("material"), material->material);
        doc_put(arena, doc, S("label"),
                render_label(arena, view_material_label(view->facts.policy, view->facts.authority,
                                                        material->material)));
        doc_put_text(arena, doc, S("name"), material->name);
        doc_put_text(arena, doc, S("digest"), material->digest);
        doc_put_int(arena, doc, S("size"), material->size);
        doc_push(arena, list, doc);
    }
    return list;
}

/* Fields in the order of the form, those that were filled in. */
static struct doc *render_form(struct reader *reader, const struct case_view *view,
                               const struct task_view *task)
{
    struct arena *arena = reader->arena;
    struct doc *list = doc_list(arena);
    if (!task->decision || !task->step)
        return list;
    for (size_t i = 0; i < task->step->form.n; i++) {
        const struct field *field = &task->step->form.fields[i];
        struct doc *value = doc_get(task->decision->form, field->id);
        if (!value)
            continue;
        struct doc *doc = doc_map(arena);
        doc_put(arena, doc, S("field"), render_field(reader, &view->facts, field, value));
        doc_put(arena, doc, S("value"), value);
        doc_push(arena, list, doc);
    }
    return list;
}

static struct doc *render_suspensions(struct arena *arena, const struct task *task)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < task->suspensions.len; i++) {
        struct doc *doc = doc_map(arena);
        doc_put_date(arena, doc, S("from"), task->suspensions.items[i].from);
        doc_put_date(arena, doc, S("to"), task->suspensions.items[i].to);
        doc_push(arena, list, doc);
    }
    return list;
}

/* An open end is left out rather than null: a step says the days that it covers. */
static struct doc *render_derivation(struct arena *arena, const struct doc *derivation)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; derivation && i < derivation->list.len; i++) {
        const struct doc *from = derivation->list.items[i];
        struct doc *step = doc_map(arena);
        for (size_t k = 0; k < from->map.len; k++)
            if (from->map.items[k].value->kind != DOC_NULL)
                doc_put(arena, step, from->map.items[k].key, from->map.items[k].value);
        doc_push(arena, list, step);
    }
    return list;
}

static void put_decision(struct arena *arena, struct doc *doc, const struct task_view *view)
{
    const struct task_decision *decision = view->decision;
    struct label label = view->outcome ? view->outcome->label : (struct label){STR_NONE, STR_NONE};
    doc_put_text(arena, doc, S("outcome"), decision ? decision->outcome : S(""));
    doc_put(arena, doc, S("outcome_label"), render_label_or_null(arena, label));
    doc_put_text(arena, doc, S("tone"),
                 str_of(view->outcome ? render_tone(view->outcome->tone) : "none"));
    doc_put_text(arena, doc, S("opinion"),
                 decision && decision->opinion.ptr ? decision->opinion : S(""));
    doc_put_date(arena, doc, S("decided_on"), decision ? decision->on : DATE_NONE);
    put_int_or_null(arena, doc, S("decided_at"), decision != NULL, decision ? decision->at_ms : 0);
    doc_put(arena, doc, S("decided_by"),
            decision ? render_named(arena, view->decided_by) : doc_null(arena));
    doc_put_int(arena, doc, S("late_days"), decision ? decision->late_days : 0);
    doc_put_int(arena, doc, S("short_days"), decision ? decision->short_days : 0);
    doc_put_bool(arena, doc, S("decides"), decision && decision->decides);
    doc_put_text(arena, doc, S("paper"), decision && decision->paper.ptr ? decision->paper : S(""));
    doc_put_text(arena, doc, S("paper_reason"),
                 decision && decision->paper_reason.ptr ? decision->paper_reason : S(""));
    doc_put_text(arena, doc, S("corrected"),
                 decision && decision->corrected.ptr ? decision->corrected : S(""));
}

struct doc *render_task(struct reader *reader, const struct case_view *view,
                        const struct task_view *shown)
{
    struct arena *arena = reader->arena;
    const struct task *task = shown->task;
    struct label plain = {task->step, task->step};
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("id"), shown->decision ? shown->decision->id : task->id);
    doc_put_text(arena, doc, S("step"), task->step);
    doc_put(arena, doc, S("label"), render_label(arena, shown->step ? shown->step->label : plain));
    doc_put_int(arena, doc, S("round"), task->round);
    doc_put(arena, doc, S("role_label"), render_label(arena, shown->role_label));
    doc_put(arena, doc, S("organisation"), render_named(arena, shown->organisation));
    doc_put_text(arena, doc, S("state"), str_of(render_state(shown->state)));
    doc_put_date(arena, doc, S("opened_on"), task->opened_on);
    doc_put_int(arena, doc, S("opened_at"), task->opened_at_ms);
    doc_put_date(arena, doc, S("due"), task->due);
    doc_put_date(arena, doc, S("not_before"), task->not_before);
    doc_put_text(arena, doc, S("light"), str_of(light_name(shown->light)));
    put_int_or_null(arena, doc, S("days_left"), shown->has_days_left, shown->days_left);
    doc_put_text(arena, doc, S("article"), task->basis.ptr ? task->basis : S(""));
    doc_put_bool(arena, doc, S("local"), task->local);
    doc_put_bool(arena, doc, S("estimated"), task->estimated);
    doc_put(arena, doc, S("derivation"), render_derivation(arena, task->derivation));
    doc_put(arena, doc, S("suspensions"), render_suspensions(arena, task));
    doc_put_int(arena, doc, S("extended"), task->extended);
    doc_put(arena, doc, S("assigned"),
            shown->assigned.id ? render_named(arena, shown->assigned) : doc_null(arena));
    doc_put_date(arena, doc, S("urged_on"), task->urged_on);
    doc_put(arena, doc, S("form"), render_form(reader, view, shown));
    doc_put(arena, doc, S("materials"), render_materials(arena, view, shown));
    put_decision(arena, doc, shown);
    return doc;
}

/* ---- the case ------------------------------------------------------------------------------- */

static str stage_name(enum system_stage stage)
{
    switch (stage) {
    case SYSTEM_PLANNED: return S("planned");
    case SYSTEM_LIVE: return S("live");
    case SYSTEM_RETIRED: return S("retired");
    }
    return S("planned");
}

struct doc *render_system(struct arena *arena, const struct system_state *system)
{
    if (!system)
        return doc_null(arena);
    struct doc *doc = doc_map(arena), *grants = doc_list(arena);
    for (size_t i = 0; i < system->grants.len; i++) {
        if (system->grants.items[i].quantity == 0 && system->grants.items[i].lent == 0)
            continue;
        struct doc *grant = doc_map(arena);
        doc_put_text(arena, grant, S("item"), system->grants.items[i].item);
        doc_put_int(arena, grant, S("quantity"), system->grants.items[i].quantity);
        doc_put_int(arena, grant, S("lent"), system->grants.items[i].lent);
        doc_push(arena, grants, grant);
    }
    doc_put_int(arena, doc, S("id"), system->id);
    doc_put_text(arena, doc, S("name"), system->name);
    doc_put_text(arena, doc, S("stage"), stage_name(system->stage));
    doc_put_date(arena, doc, S("live_on"), system->live_on);
    doc_put_date(arena, doc, S("retired_on"), system->retired_on);
    doc_put(arena, doc, S("grants"), grants);
    return doc;
}

static struct doc *render_stages(struct arena *arena, const struct case_view *view)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < view->n_stages; i++) {
        const struct stage_view *stage = &view->stages[i];
        struct doc *doc = doc_map(arena);
        doc_put_text(arena, doc, S("step"), stage->step->id);
        doc_put(arena, doc, S("label"), render_label(arena, stage->step->label));
        doc_put_text(arena, doc, S("state"), str_of(stage_state_name(stage->state)));
        doc_put_date(arena, doc, S("date"), stage->on);
        doc_push(arena, list, doc);
    }
    return list;
}

static void put_head(struct arena *arena, struct doc *doc, const struct case_view *view)
{
    const struct case_state *kase = view->facts.kase;
    struct label label = view->outcome ? view->outcome->label : (struct label){STR_NONE, STR_NONE};
    doc_put_int(arena, doc, S("id"), kase->id);
    doc_put_text(arena, doc, S("number"), kase->number);
    doc_put_text(arena, doc, S("title"), kase->title);
    doc_put_text(arena, doc, S("procedure"), kase->procedure);
    doc_put(arena, doc, S("procedure_label"), render_label(arena, view->procedure->label));
    doc_put(arena, doc, S("opener"), render_named(arena, view->opener));
    doc_put(arena, doc, S("regulation"),
            render_regulation(arena, view->facts.policy, kase->policy));
    doc_put_date(arena, doc, S("opened_on"), kase->opened_on);
    doc_put_int(arena, doc, S("opened_at"), kase->opened_at_ms);
    doc_put_bool(arena, doc, S("ended"), kase->ended);
    doc_put_bool(arena, doc, S("priority"), kase->priority);
    put_int_or_null(arena, doc, S("period"), kase->period != 0, kase->period);
    doc_put_text(arena, doc, S("outcome"), kase->outcome.ptr ? kase->outcome : S(""));
    doc_put(arena, doc, S("outcome_label"), render_label_or_null(arena, label));
    doc_put_date(arena, doc, S("ended_on"), kase->ended ? kase->ended_on : DATE_NONE);
}

/* Who was told what, and has received it. */
static struct doc *render_notices(struct arena *arena, const struct case_view *view)
{
    const struct case_state *kase = view->facts.kase;
    const struct actor *actor = view->facts.actor;
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < kase->notices.len; i++) {
        const struct notice *notice = &kase->notices.items[i];
        const struct task_decision *decision = case_decision_by_id(kase, notice->decision);
        const struct step *step =
            decision ? procedure_step(view->procedure, decision->step) : NULL;
        const struct outcome *outcome = step ? step_outcome(step, decision->outcome) : NULL;
        const struct organisation *to =
            authority_organisation(view->facts.authority, notice->organisation);
        struct doc *one = doc_map(arena);
        doc_put_int(arena, one, S("id"), notice->id);
        doc_put(arena, one, S("organisation"),
                render_named(arena, (struct named){notice->organisation, to ? to->name : S("")}));
        doc_put(arena, one, S("step_label"),
                render_label(arena, step ? step->label : (struct label){STR_NONE, STR_NONE}));
        doc_put(arena, one, S("outcome_label"),
                render_label(arena, outcome ? outcome->label
                                            : (struct label){STR_NONE, STR_NONE}));
        doc_put_date(arena, one, S("sent_on"), notice->sent_on);
        doc_put_date(arena, one, S("received_on"), notice->received_on);
        doc_put_bool(arena, one, S("may_receive"),
                     date_is_none(notice->received_on) &&
                         notice->organisation == actor->organisation &&
                         str_eq(notice->role, actor->role));
        doc_push(arena, list, one);
    }
    return list;
}

struct doc *render_case(struct reader *reader, const struct case_view *view)
{
    struct arena *arena = reader->arena;
    struct doc *doc = doc_map(arena), *tasks = doc_list(arena), *actions = doc_list(arena);
    for (size_t i = 0; i < view->n_tasks; i++)
        doc_push(arena, tasks, render_task(reader, view, &view->tasks[i]));
    for (size_t i = 0; i < view->n_allowed; i++)
        doc_push(arena, actions, render_action(reader, &view->facts, view->procedure,
                                               view->allowed[i].step, view->allowed[i].task));
    put_head(arena, doc, view);
    doc_put(arena, doc, S("system"), render_system(arena, view->facts.system));
    doc_put(arena, doc, S("stages"), render_stages(arena, view));
    doc_put(arena, doc, S("tasks"), tasks);
    doc_put(arena, doc, S("actions"), actions);
    doc_put(arena, doc, S("items"), render_items(arena, view->facts.policy));
    doc_put(arena, doc, S("notices"), render_notices(arena, view));
    doc_put_bool(arena, doc, S("may_withdraw"), view->may_withdraw);
    doc_put_bool(arena, doc, S("may_urge"), view->may_urge);
    doc_put_bool(arena, doc, S("may_correct"),
                 !view->facts.kase->ended &&
                     str_eq(view->facts.actor->role, view->facts.policy->authority_role));
    put_int_or_null(arena, doc, S("cause"), view->facts.kase->cause != 0, view->facts.kase->cause);
    doc_put_text(arena, doc, S("withdrawn"),
                 view->facts.kase->withdrawn.ptr ? view->facts.kase->withdrawn : S(""));
    doc_put_int(arena, doc, S("entries"), view->entries);
    return doc;
}
