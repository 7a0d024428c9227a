/* SPDX-License-Identifier: Apache-2.0
 * Acts beside the flow of a case, and people who act for others. */
#include "door/priv.h"
#include "door/render_priv.h"

/* ---- acts on a case ------------------------------------------------------------------------- */

static bool begin_on_case(struct request *r, enum command_kind kind, const str *known, size_t n,
                          struct doc **out)
{
    int64_t kase;
    if (!var_id(r, 0, &kase) || !command_begin(r, kind, known, n, out))
        return false;
    r->command.kase = kase;
    return true;
}

void post_withdrawal(struct request *r)
{
    static const str known[] = {{"reason", 6}};
    struct err e = {0};
    struct doc *body = NULL;
    if (!begin_on_case(r, COMMAND_withdraw_case, known, COUNT_OF(known), &body))
        return;
    struct doc_reader reader = {body, &e};
    r->command.reason = body_text(&reader, S("reason"), false, LIMIT_JSON_BYTES);
    command_submit(r, &e);
}

void post_assignment(struct request *r)
{
    static const str known[] = {{"step", 4}, {"person", 6}, {"reason", 6}};
    struct err e = {0};
    struct doc *body = NULL;
    if (!begin_on_case(r, COMMAND_assign_task, known, COUNT_OF(known), &body))
        return;
    struct doc_reader reader = {body, &e};
    r->command.step = body_text(&reader, S("step"), false, LIMIT_NAME_BYTES);
    r->command.person = body_int(&reader, S("person"), false, 0, LIMIT_JSON_INTEGER);
    r->command.reason = body_text(&reader, S("reason"), false, LIMIT_JSON_BYTES);
    command_submit(r, &e);
}

void post_urging(struct request *r)
{
    static const str known[] = {{"step", 4}, {"reason", 6}};
    struct err e = {0};
    struct doc *body = NULL;
    if (!begin_on_case(r, COMMAND_urge_task, known, COUNT_OF(known), &body))
        return;
    struct doc_reader reader = {body, &e};
    r->command.step = body_text(&reader, S("step"), false, LIMIT_NAME_BYTES);
    r->command.reason = body_text(&reader, S("reason"), false, LIMIT_JSON_BYTES);
    command_submit(r, &e);
}

void post_receipt(struct request *r)
{
    static const str known[] = {{"notice", 6}};
    struct err e = {0};
    struct doc *body = NULL;
    if (!begin_on_case(r, COMMAND_receive_notice, known, COUNT_OF(known), &body))
        return;
    struct doc_reader reader = {body, &e};
    r->command.object = body_int(&reader, S("notice"), false, 1, LIMIT_JSON_INTEGER);
    command_submit(r, &e);
}

void post_correction(struct request *r)
{
    static const str known[] = {{"decision", 8}, {"day", 3}, {"reason", 6}};
    struct err e = {0};
    struct doc *body = NULL;
    if (!begin_on_case(r, COMMAND_correct_decision, known, COUNT_OF(known), &body))
        return;
    struct doc_reader reader = {body, &e};
    r->command.object = body_int(&reader, S("decision"), false, 1, LIMIT_JSON_INTEGER);
    r->command.from = body_day(&reader, S("day"));
    r->command.reason = body_text(&reader, S("reason"), false, LIMIT_JSON_BYTES);
    command_submit(r, &e);
}

/* ---- people --------------------------------------------------------------------------------- */

void get_notices(struct request *r)
{
    struct err e = {0};
    struct notice_view *notices;
    size_t n = 0;
    if (!read_begin(r) || !session_actor(r))
        return;
    if (!view_notices(&r->reader, &notices, &n, &e)) {
        problem_err(r, &e);
        return;
    }
    struct doc *doc = doc_map(r->arena), *list = doc_list(r->arena);
    for (size_t i = 0; i < n; i++) {
        struct doc *one = doc_map(r->arena);
        doc_put_int(r->arena, one, S("id"), notices[i].id);
        doc_put_int(r->arena, one, S("case"), notices[i].kase);
        doc_put_text(r->arena, one, S("number"), notices[i].number);
        doc_put_text(r->arena, one, S("title"), notices[i].title);
        doc_put(r->arena, one, S("procedure_label"),
                render_label(r->arena, notices[i].procedure_label));
        doc_put(r->arena, one, S("step_label"), render_label(r->arena, notices[i].step_label));
        doc_put(r->arena, one, S("outcome_label"),
                render_label(r->arena, notices[i].outcome_label));
        doc_put_date(r->arena, one, S("sent_on"), notices[i].sent_on);
        doc_push(r->arena, list, one);
    }
    doc_put(r->arena, doc, S("notices"), list);
    reply_read(r, doc);
}

void get_colleagues(struct request *r)
{
    struct err e = {0};
    struct named *people;
    size_t n = 0;
    if (!read_begin(r) || !session_actor(r))
        return;
    if (!view_colleagues(&r->reader, &people, &n, &e)) {
        problem_err(r, &e);
        return;
    }
    struct doc *doc = doc_map(r->arena), *list = doc_list(r->arena);
    for (size_t i = 0; i < n; i++)
        doc_push(r->arena, list, render_named(r->arena, people[i]));
    doc_put(r->arena, doc, S("people"), list);
    reply_read(r, doc);
}

static struct doc *render_delegation(struct request *r, const struct delegation_view *view)
{
    struct arena *arena = r->arena;
    struct doc *doc = doc_map(arena);
    date today = date_of_instant(r->now_ms);
    bool over = !date_is_none(view->delegation.ended_on) ||
                date_cmp(view->delegation.until, today) < 0;
    doc_put_int(arena, doc, S("id"), view->delegation.id);
    doc_put(arena, doc, S("holder"), render_named(arena, view->holder));
    doc_put(arena, doc, S("person"), render_named(arena, view->person));
    doc_put(arena, doc, S("organisation"), render_named(arena, view->post.organisation));
    doc_put(arena, doc, S("role_label"), render_label(arena, view->post.role_label));
    doc_put_date(arena, doc, S("from"), view->delegation.from);
    doc_put_date(arena, doc, S("until"), view->delegation.until);
    doc_put_text(arena, doc, S("reason"), view->reason);
    doc_put_date(arena, doc, S("ended_on"), view->delegation.ended_on);
    doc_put_bool(arena, doc, S("may_end"), !over && view->holder.id == r->actor->person);
    return doc;
}

void get_delegations(struct request *r)
{
    struct err e = {0};
    struct delegation_view *views;
    size_t n = 0;
    if (!read_begin(r) || !session_actor(r))
        return;
    if (!view_delegations(&r->reader, &views, &n, &e)) {
        problem_err(r, &e);
        return;
    }
    struct doc *doc = doc_map(r->arena), *list = doc_list(r->arena);
    for (size_t i = 0; i < n; i++)
        doc_push(r->arena, list, render_delegation(r, &views[i]));
    doc_put(r->arena, doc, S("delegations"), list);
    reply_read(r, doc);
}

void post_delegation(struct request *r)
{
    static const str known[] = {{"person", 6}, {"from", 4}, {"until", 5}, {"reason", 6}};
    struct err e = {0};
    struct doc *body = NULL;
    if (!command_begin(r, COMMAND_delegate_post, known, COUNT_OF(known), &body))
        return;
    struct doc_reader reader = {body, &e};
    r->command.person = body_int(&reader, S("person"), false, 1, LIMIT_JSON_INTEGER);
    r->command.from = body_day(&reader, S("from"));
    r->command.until = body_day(&reader, S("until"));
    r->command.reason = body_text(&reader, S("reason"), false, LIMIT_JSON_BYTES);
    command_submit(r, &e);
}

void post_delegation_end(struct request *r)
{
    struct err e = {0};
    struct doc *body = NULL;
    int64_t id;
    if (!var_id(r, 0, &id) || !command_begin(r, COMMAND_end_delegation, NULL, 0, &body))
        return;
    r->command.object = id;
    command_submit(r, &e);
}

/* ---- further materials ---------------------------------------------------------------------- */

/* The steps that leave room for them, and what is asked for in each. */
static struct doc *render_further_step(struct arena *arena, const struct facts *facts,
                                       const struct procedure *procedure, const struct step *step)
{
    struct doc *doc = doc_map(arena), *list = doc_list(arena);
    for (size_t i = 0; i < facts->authority->asked_materials.len; i++) {
        const struct asked_material *asked = &facts->authority->asked_materials.items[i];
        if (!asked->asked || !str_eq(asked->procedure, procedure->id) ||
            !str_eq(asked->step, step->id))
            continue;
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("material"), asked->material);
        doc_put(arena, one, S("label"),
                render_label(arena, (struct label){asked->zh, asked->en}));
        doc_push(arena, list, one);
    }
    doc_put_text(arena, doc, S("procedure"), procedure->id);
    doc_put(arena, doc, S("procedure_label"), render_label(arena, procedure->label));
    doc_put_text(arena, doc, S("step"), step->id);
    doc_put(arena, doc, S("step_label"), render_label(arena, step->label));
    doc_put(arena, doc, S("materials"), list);
    return doc;
}

void get_further(struct request *r)
{
    struct err e = {0};
    struct facts facts = {0};
    bool visible;
    if (!read_begin(r) || !session_actor(r))
        return;
    if (!view_facts(&r->reader, 0, &facts, &visible, &e)) {
        problem_err(r, &e);
        return;
    }
    struct doc *doc = doc_map(r->arena), *list = doc_list(r->arena);
    const struct policy *policy = facts.policy;
    for (size_t i = 0; policy && i < policy->n_procedures; i++)
        for (size_t k = 0; k < policy->procedures[i].n_steps; k++)
            if (policy->procedures[i].steps[k].further)
                doc_push(r->arena, list,
                         render_further_step(r->arena, &facts, &policy->procedures[i],
                                             &policy->procedures[i].steps[k]));
    doc_put(r->arena, doc, S("steps"), list);
    doc_put_bool(r->arena, doc, S("may_ask"),
                 policy && str_eq(r->actor->role, policy->authority_role));
    reply_read(r, doc);
}

void post_further(struct request *r)
{
    static const str known[] = {{"procedure", 9}, {"step", 4}, {"material", 8},
                                {"zh", 2},        {"en", 2},   {"asked", 5}};
    struct err e = {0};
    struct doc *body = NULL;
    if (!command_begin(r, COMMAND_ask_material, known, COUNT_OF(known), &body))
        return;
    struct doc_reader reader = {body, &e};
    r->command.procedure = body_text(&reader, S("procedure"), false, LIMIT_NAME_BYTES);
    r->command.step = body_text(&reader, S("step"), false, LIMIT_NAME_BYTES);
    r->command.material = body_text(&reader, S("material"), false, LIMIT_NAME_BYTES);
    r->command.zh = body_text(&reader, S("zh"), false, LIMIT_NAME_BYTES);
    r->command.en = body_text(&reader, S("en"), false, LIMIT_NAME_BYTES);
    const struct doc *asked = body_doc(&reader, S("asked"), false, DOC_BOOL);
    r->command.asked = asked && asked->kind == DOC_BOOL && asked->boolean;
    command_submit(r, &e);
}
