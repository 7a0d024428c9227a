/* SPDX-License-Identifier: Apache-2.0
 * Whole aggregates as documents, so that two of them can be compared and a difference printed. */
#include "terms/aggregate.h"

static struct doc *null_or(struct arena *arena, struct doc *doc)
{
    return doc ? doc : doc_null(arena);
}

static struct doc *suspensions_doc(struct arena *arena, const struct task *task)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < task->suspensions.len; i++) {
        struct doc *one = doc_map(arena);
        doc_put_date(arena, one, S("from"), task->suspensions.items[i].from);
        doc_put_date(arena, one, S("to"), task->suspensions.items[i].to);
        doc_put_int(arena, one, S("from-decision"), task->holds.items[i].from);
        doc_put_int(arena, one, S("to-decision"), task->holds.items[i].to);
        doc_push(arena, list, one);
    }
    return list;
}

static struct doc *task_doc(struct arena *arena, const struct task *task)
{
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("id"), task->id);
    doc_put_text(arena, doc, S("step"), task->step);
    doc_put_int(arena, doc, S("round"), task->round);
    doc_put_text(arena, doc, S("role"), task->role);
    doc_put_int(arena, doc, S("organisation"), task->organisation);
    doc_put_int(arena, doc, S("state"), (int64_t)task->state);
    doc_put_date(arena, doc, S("opened-on"), task->opened_on);
    doc_put_int(arena, doc, S("opened-at"), task->opened_at_ms);
    doc_put_date(arena, doc, S("anchor"), task->anchor);
    doc_put_date(arena, doc, S("due"), task->due);
    doc_put_date(arena, doc, S("not-before"), task->not_before);
    doc_put(arena, doc, S("derivation"), null_or(arena, task->derivation));
    doc_put_text(arena, doc, S("basis"), task->basis);
    doc_put_bool(arena, doc, S("local"), task->local);
    doc_put_bool(arena, doc, S("estimated"), task->estimated);
    doc_put_int(arena, doc, S("opened-by"), task->opened_by);
    doc_put_int(arena, doc, S("anchored-by"), task->anchored_by);
    doc_put(arena, doc, S("suspensions"), suspensions_doc(arena, task));
    doc_put_int(arena, doc, S("extended"), task->extended);
    doc_put_int(arena, doc, S("person"), task->person);
    doc_put_date(arena, doc, S("urged-on"), task->urged_on);
    doc_put_text(arena, doc, S("outcome"), task->outcome);
    doc_put_date(arena, doc, S("closed-on"), task->closed_on);
    doc_put_bool(arena, doc, S("warned-soon"), task->warned_soon);
    doc_put_bool(arena, doc, S("warned-overdue"), task->warned_overdue);
    return doc;
}

static struct doc *decision_doc(struct arena *arena, const struct task_decision *decision)
{
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("id"), decision->id);
    doc_put_int(arena, doc, S("task"), decision->task);
    doc_put_text(arena, doc, S("step"), decision->step);
    doc_put_text(arena, doc, S("outcome"), decision->outcome);
    doc_put_text(arena, doc, S("opinion"), decision->opinion);
    doc_put_bool(arena, doc, S("decides"), decision->decides);
    doc_put(arena, doc, S("form"), null_or(arena, decision->form));
    doc_put_date(arena, doc, S("on"), decision->on);
    doc_put_int(arena, doc, S("at"), decision->at_ms);
    doc_put_int(arena, doc, S("person"), decision->person);
    doc_put_int(arena, doc, S("post"), decision->post);
    doc_put_int(arena, doc, S("late-days"), decision->late_days);
    doc_put_int(arena, doc, S("short-days"), decision->short_days);
    doc_put_text(arena, doc, S("paper"), decision->paper);
    doc_put_text(arena, doc, S("paper-reason"), decision->paper_reason);
    doc_put(arena, doc, S("shown"), null_or(arena, decision->shown));
    doc_put_text(arena, doc, S("corrected"), decision->corrected);
    return doc;
}

static struct doc *material_doc(struct arena *arena, const struct material *material)
{
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("id"), material->id);
    doc_put_int(arena, doc, S("task"), material->task);
    doc_put_text(arena, doc, S("material"), material->material);
    doc_put_text(arena, doc, S("name"), material->name);
    doc_put_text(arena, doc, S("digest"), material->digest);
    doc_put_int(arena, doc, S("size"), material->size);
    return doc;
}

static struct doc *notice_doc(struct arena *arena, const struct notice *notice)
{
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("id"), notice->id);
    doc_put_int(arena, doc, S("decision"), notice->decision);
    doc_put_int(arena, doc, S("organisation"), notice->organisation);
    doc_put_text(arena, doc, S("role"), notice->role);
    doc_put_date(arena, doc, S("sent-on"), notice->sent_on);
    doc_put_date(arena, doc, S("received-on"), notice->received_on);
    doc_put_int(arena, doc, S("received-by"), notice->received_by);
    return doc;
}

/* A list of the documents of a vector's items. */
#define LIST_OF(arena, vec, one_doc)                                                              \
    do {                                                                                          \
        for (size_t i_ = 0; i_ < (vec).len; i_++)                                                 \
            doc_push((arena), list, one_doc((arena), &(vec).items[i_]));                          \
    } while (0)

struct doc *case_doc(struct arena *arena, const struct case_state *kase)
{
    struct doc *doc = doc_map(arena), *list;
    doc_put_int(arena, doc, S("id"), kase->id);
    doc_put_int(arena, doc, S("authority"), kase->authority);
    doc_put_int(arena, doc, S("system"), kase->system);
    doc_put_int(arena, doc, S("opener"), kase->opener);
    doc_put_text(arena, doc, S("number"), kase->number);
    doc_put_text(arena, doc, S("procedure"), kase->procedure);
    doc_put_text(arena, doc, S("policy"), kase->policy);
    doc_put_text(arena, doc, S("title"), kase->title);
    doc_put_date(arena, doc, S("opened-on"), kase->opened_on);
    doc_put_int(arena, doc, S("opened-at"), kase->opened_at_ms);
    doc_put_bool(arena, doc, S("ended"), kase->ended);
    doc_put_text(arena, doc, S("outcome"), kase->outcome);
    doc_put_date(arena, doc, S("ended-on"), kase->ended_on);
    doc_put_int(arena, doc, S("cause"), kase->cause);
    doc_put_int(arena, doc, S("period"), kase->period);
    doc_put_bool(arena, doc, S("priority"), kase->priority);
    doc_put_text(arena, doc, S("withdrawn"), kase->withdrawn);
    doc_put(arena, doc, S("tasks"), list = doc_list(arena));
    LIST_OF(arena, kase->tasks, task_doc);
    doc_put(arena, doc, S("decisions"), list = doc_list(arena));
    LIST_OF(arena, kase->decisions, decision_doc);
    doc_put(arena, doc, S("materials"), list = doc_list(arena));
    LIST_OF(arena, kase->materials, material_doc);
    doc_put(arena, doc, S("notices"), list = doc_list(arena));
    LIST_OF(arena, kase->notices, notice_doc);
    return doc;
}

static struct doc *record_doc(struct arena *arena, const struct record *record)
{
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("id"), record->id);
    doc_put_int(arena, doc, S("system"), record->system);
    doc_put_int(arena, doc, S("organisation"), record->organisation);
    doc_put_int(arena, doc, S("person"), record->person);
    doc_put_text(arena, doc, S("register"), record->register_id);
    doc_put_int(arena, doc, S("period"), record->period);
    doc_put_date(arena, doc, S("on"), record->on);
    doc_put(arena, doc, S("form"), null_or(arena, record->form));
    return doc;
}

/* By key, since rows have no other order. */
static struct doc *grants_doc(struct arena *arena, const struct system_state *system)
{
    struct doc *grants = doc_map(arena);
    for (size_t i = 0; i < system->grants.len; i++) {
        const struct grant *grant = &system->grants.items[i];
        struct doc *amounts = doc_map(arena);
        doc_put_int(arena, amounts, S("lent"), grant->lent);
        doc_put_int(arena, amounts, S("quantity"), grant->quantity);
        doc_put(arena, grants, grant->item, amounts);
    }
    return grants;
}

static struct doc *listings_doc(struct arena *arena, const struct system_state *system)
{
    struct doc *listings = doc_map(arena);
    for (size_t i = 0; i < system->listings.len; i++) {
        const struct listing *listing = &system->listings.items[i];
        struct doc *one = doc_map(arena);
        doc_put_date(arena, one, S("since"), listing->since);
        doc_put_int(arena, one, S("record"), listing->record);
        doc_put_bool(arena, one, S("gone"), listing->gone);
        doc_put(arena, listings, listing->list, one);
    }
    return listings;
}

struct doc *system_doc(struct arena *arena, const struct system_state *system)
{
    struct doc *doc = doc_map(arena), *list;
    doc_put_int(arena, doc, S("id"), system->id);
    doc_put_int(arena, doc, S("authority"), system->authority);
    doc_put_int(arena, doc, S("owner"), system->owner);
    doc_put_int(arena, doc, S("provider"), system->provider);
    doc_put_text(arena, doc, S("name"), system->name);
    doc_put_int(arena, doc, S("stage"), (int64_t)system->stage);
    doc_put_date(arena, doc, S("live-on"), system->live_on);
    doc_put_date(arena, doc, S("retired-on"), system->retired_on);
    doc_put(arena, doc, S("grants"), grants_doc(arena, system));
    doc_put(arena, doc, S("listings"), listings_doc(arena, system));
    doc_put(arena, doc, S("records"), list = doc_list(arena));
    LIST_OF(arena, system->records, record_doc);
    return doc;
}

static struct doc *organisation_doc(struct arena *arena, const struct organisation *organisation)
{
    struct doc *doc = doc_map(arena);
    doc_put_int(arena, doc, S("id"), organisation->id);
    doc_put_text(arena, doc, S("name"), organisation->name);
    doc_put_text(arena, doc, S("role"), organisation->role);
    doc_put_text(arena, doc, S("level"), organisation->level);
    doc_put_int(arena, doc, S("parent"), organisation->parent);
    return doc;
}

static struct doc *asked_doc(struct arena *arena, const struct authority_state *authority)
{
    struct doc *doc = doc_map(arena);
    for (size_t i = 0; i < authority->asked_materials.len; i++) {
        const struct asked_material *asked = &authority->asked_materials.items[i];
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("zh"), asked->zh);
        doc_put_text(arena, one, S("en"), asked->en);
        doc_put_bool(arena, one, S("asked"), asked->asked);
        doc_put(arena, doc,
                str_printf(arena, "%.*s %.*s %.*s", STR_FMT(asked->procedure),
                           STR_FMT(asked->step), STR_FMT(asked->material)), one);
    }
    return doc;
}

struct doc *authority_doc(struct arena *arena, const struct authority_state *authority)
{
    struct doc *doc = doc_map(arena), *list = doc_list(arena), *counters = doc_map(arena),
               *years = doc_map(arena);
    doc_put_int(arena, doc, S("id"), authority->id);
    doc_put_text(arena, doc, S("name"), authority->name);
    doc_put_text(arena, doc, S("name-en"), authority->name_en);
    doc_put_text(arena, doc, S("policy"), authority->policy_name);
    doc_put_text(arena, doc, S("digest"), authority->policy_digest);
    doc_put_int(arena, doc, S("calendar-entry"), authority->calendar_entry);
    doc_put_int(arena, doc, S("calendar-applied"), authority->calendar_applied);
    LIST_OF(arena, authority->organisations, organisation_doc);
    doc_put(arena, doc, S("organisations"), list);
    for (size_t i = 0; i < authority->counters.len; i++)
        doc_put_int(arena, counters,
                    str_printf(arena, "%.*s %d", STR_FMT(authority->counters.items[i].code),
                               authority->counters.items[i].year),
                    authority->counters.items[i].count);
    doc_put(arena, doc, S("counters"), counters);
    for (size_t i = 0; i < authority->calendar_refs.len; i++)
        doc_put_text(arena, years,
                     str_printf(arena, "%d", authority->calendar_refs.items[i].year),
                     authority->calendar_refs.items[i].digest);
    doc_put(arena, doc, S("years"), years);
    doc_put(arena, doc, S("asked"), asked_doc(arena, authority));
    return doc;
}
