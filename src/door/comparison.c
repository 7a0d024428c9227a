/* SPDX-License-Identifier: Apache-2.0
 * Regulations side by side: each program as what can be laid beside another's. Nothing here knows a
 * regulation; who lays them side by side goes by the ids of procedures, steps and registers. */
#include "door/priv.h"
#include "door/render_priv.h"

static void put_basis(struct arena *arena, struct doc *doc, struct basis basis)
{
    doc_put_text(arena, doc, S("article"), basis.article.ptr ? basis.article : S(""));
    doc_put_bool(arena, doc, S("local"), basis.local);
}

static struct label role_label(const struct policy *policy, str id)
{
    const struct role *role = policy_role(policy, id);
    return role ? role->label : (struct label){id, id};
}

/* ---- steps ---------------------------------------------------------------------------------- */

struct place {
    struct arena *arena;
    const struct policy *policy;
    const struct procedure *procedure;
    const struct step *step;
};

static struct doc *render_actors(const struct place *at)
{
    struct doc *list = doc_list(at->arena);
    for (size_t i = 0; i < at->step->n_seats; i++) {
        str role = at->step->seats[i];
        bool above = false;
        for (size_t k = 0; k < at->procedure->n_seats; k++) {
            const struct seat *seat = &at->procedure->seats[k];
            above |= str_eq(seat->role, role) && seat->kind == SEAT_PARENT;
        }
        struct doc *one = doc_map(at->arena);
        doc_put_text(at->arena, one, S("role"), role);
        doc_put(at->arena, one, S("label"),
                render_label(at->arena, role_label(at->policy, role)));
        doc_put_bool(at->arena, one, S("above"), above);
        doc_push(at->arena, list, one);
    }
    return list;
}

static void push_limit(const struct place *at, struct doc *list, const char *kind,
                       const struct limit *limit)
{
    if (!limit->present)
        return;
    struct doc *one = doc_map(at->arena);
    doc_put_text(at->arena, one, S("kind"), str_of(kind));
    doc_put(at->arena, one, S("brief"),
            render_label(at->arena, limit_aloud(at->arena, at->policy, at->procedure, at->step,
                                                limit, true)));
    doc_put(at->arena, one, S("words"),
            render_label(at->arena, limit_aloud(at->arena, at->policy, at->procedure, at->step,
                                                limit, false)));
    put_basis(at->arena, one, limit->basis);
    doc_push(at->arena, list, one);
}

static struct doc *render_limits(const struct place *at)
{
    struct doc *list = doc_list(at->arena);
    push_limit(at, list, "within", &at->step->within);
    push_limit(at, list, "not-before", &at->step->not_before);
    push_limit(at, list, "ahead", &at->step->ahead);
    return list;
}

static bool is_required(const struct step *step, str material)
{
    for (size_t i = 0; i < step->n_outcomes; i++)
        if (outcome_requires_material(step, &step->outcomes[i], material))
            return true;
    return false;
}

static struct doc *render_materials(const struct place *at)
{
    struct doc *list = doc_list(at->arena);
    for (size_t i = 0; i < at->step->n_materials; i++) {
        str id = at->step->materials[i];
        const struct material_kind *kind = policy_material(at->policy, id);
        struct doc *one = doc_map(at->arena);
        doc_put_text(at->arena, one, S("id"), id);
        doc_put(at->arena, one, S("label"),
                render_label(at->arena, kind ? kind->label : (struct label){id, id}));
        doc_put_bool(at->arena, one, S("required"), is_required(at->step, id));
        doc_push(at->arena, list, one);
    }
    return list;
}

static struct doc *render_decisions(const struct place *at)
{
    struct doc *list = doc_list(at->arena);
    for (size_t i = 0; i < at->step->n_outcomes; i++) {
        const struct outcome *outcome = &at->step->outcomes[i];
        struct doc *one = doc_map(at->arena), *told = doc_list(at->arena);
        for (size_t k = 0; k < at->step->n_tells; k++) {
            const struct tell *tell = &at->step->tells[k];
            if (!tell->outcome.len || str_eq(tell->outcome, outcome->id))
                doc_push(at->arena, told,
                         render_label(at->arena, role_label(at->policy, tell->role)));
        }
        doc_put_text(at->arena, one, S("id"), outcome->id);
        doc_put(at->arena, one, S("label"), render_label(at->arena, outcome->label));
        doc_put_text(at->arena, one, S("tone"), str_of(render_tone(outcome->tone)));
        doc_put(at->arena, one, S("leads"),
                render_label(at->arena, outcome_aloud(at->arena, at->policy, at->procedure,
                                                      at->step, outcome)));
        doc_put(at->arena, one, S("tells"), told);
        doc_push(at->arena, list, one);
    }
    return list;
}

static struct doc *render_step(const struct place *at)
{
    struct arena *arena = at->arena;
    const struct step *step = at->step;
    struct doc *doc = doc_map(arena);
    doc_put_text(arena, doc, S("id"), step->id);
    doc_put(arena, doc, S("label"), render_label(arena, step->label));
    put_basis(arena, doc, step->basis);
    doc_put_bool(arena, doc, S("stage"), step->stage);
    doc_put_bool(arena, doc, S("each"), step->each);
    doc_put_bool(arena, doc, S("opinion"), step->opinion);
    doc_put_bool(arena, doc, S("further"), step->further);
    doc_put(arena, doc, S("actors"), render_actors(at));
    doc_put(arena, doc, S("limits"), render_limits(at));
    doc_put(arena, doc, S("materials"), render_materials(at));
    doc_put(arena, doc, S("outcomes"), render_decisions(at));
    return doc;
}

static str subject_name(enum subject subject)
{
    switch (subject) {
    case SUBJECT_NEW: return S("new");
    case SUBJECT_SYSTEM: return S("system");
    case SUBJECT_OPENER: return S("opener");
    }
    return S("");
}

static struct doc *render_procedure(struct place *at)
{
    struct arena *arena = at->arena;
    const struct procedure *procedure = at->procedure;
    struct doc *doc = doc_map(arena), *steps = doc_list(arena);
    for (size_t i = 0; i < procedure->n_steps; i++) {
        at->step = &procedure->steps[i];
        doc_push(arena, steps, render_step(at));
    }
    doc_put_text(arena, doc, S("id"), procedure->id);
    doc_put(arena, doc, S("label"), render_label(arena, procedure->label));
    put_basis(arena, doc, procedure->basis);
    doc_put_text(arena, doc, S("subject"), subject_name(procedure->subject));
    doc_put_bool(arena, doc, S("priority"), procedure->priority);
    doc_put_bool(arena, doc, S("withdrawal"), procedure->withdrawal.present);
    doc_put(arena, doc, S("steps"), steps);
    return doc;
}

/* ---- numbers, registers --------------------------------------------------------------------- */

static bool is_number(enum rule_kind kind)
{
    static const enum rule_kind NUMBERS[] = {RULE_WITHIN, RULE_EXCEPT, RULE_EXTEND,
                                             RULE_WAIT,   RULE_AHEAD,  RULE_MIN,
                                             RULE_MAX,    RULE_EVERY,  RULE_OPENS};
    for (size_t i = 0; i < COUNT_OF(NUMBERS); i++)
        if (NUMBERS[i] == kind)
            return true;
    return false;
}

static struct doc *render_numbers(struct arena *arena, const struct policy *policy,
                                  const struct rule *rules, size_t n)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < n; i++) {
        const struct rule *rule = &rules[i];
        if (!is_number(rule->kind))
            continue;
        struct doc *one = doc_map(arena);
        doc_put_text(arena, one, S("key"), rule->name);
        doc_put_text(arena, one, S("kind"), str_of(rule_word(rule->kind)));
        doc_put_text(arena, one, S("procedure"), rule->procedure ? rule->procedure->id : S(""));
        doc_put_text(arena, one, S("step"), rule->step ? rule->step->id : S(""));
        doc_put_text(arena, one, S("register"), rule->ledger ? rule->ledger->id : S(""));
        doc_put(arena, one, S("words"), render_label(arena, rule_aloud(arena, policy, rule)));
        put_basis(arena, one, rule->basis);
        doc_push(arena, list, one);
    }
    return list;
}

static struct doc *render_ledger_row(struct arena *arena, const struct policy *policy,
                                     const struct ledger *ledger)
{
    struct doc *doc = doc_map(arena), *fields = doc_list(arena);
    for (size_t i = 0; i < ledger->form.n; i++)
        doc_push(arena, fields, render_label(arena, ledger->form.fields[i].label));
    doc_put_text(arena, doc, S("id"), ledger->id);
    doc_put(arena, doc, S("label"), render_label(arena, ledger->label));
    put_basis(arena, doc, ledger->basis);
    doc_put(arena, doc, S("by"),
            ledger->by.len ? render_label(arena, role_label(policy, ledger->by))
                           : doc_null(arena));
    doc_put_text(arena, doc, S("about"),
                 ledger->about == ABOUT_SYSTEM ? S("system") : S("organisation"));
    doc_put_bool(arena, doc, S("monthly"), ledger->monthly);
    doc_put(arena, doc, S("fields"), fields);
    return doc;
}

static struct doc *render_reports(struct arena *arena, const struct policy *policy)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < policy->n_reports; i++) {
        const struct report *report = &policy->reports[i];
        struct doc *one = doc_map(arena), *columns = doc_list(arena);
        for (size_t k = 0; k < report->n_columns; k++)
            doc_push(arena, columns, render_label(arena, report->columns[k].label));
        doc_put_text(arena, one, S("id"), report->id);
        doc_put(arena, one, S("label"), render_label(arena, report->label));
        put_basis(arena, one, report->basis);
        doc_put(arena, one, S("columns"), columns);
        doc_push(arena, list, one);
    }
    return list;
}

static struct doc *render_roles(struct arena *arena, const struct policy *policy)
{
    struct doc *list = doc_list(arena);
    for (size_t i = 0; i < policy->n_roles; i++) {
        const struct role *role = &policy->roles[i];
        struct doc *one = doc_map(arena), *levels = doc_list(arena);
        for (size_t k = 0; k < role->n_levels; k++)
            doc_push(arena, levels, doc_text(arena, role->levels[k]));
        doc_put_text(arena, one, S("id"), role->id);
        doc_put(arena, one, S("label"), render_label(arena, role->label));
        doc_put(arena, one, S("levels"), levels);
        doc_push(arena, list, one);
    }
    return list;
}

static struct doc *render_side(struct request *r, const struct regulation *one)
{
    struct arena *arena = r->arena;
    const struct policy *policy = one->policy;
    struct doc *doc = render_regulation_row(arena, one);
    struct doc *procedures = doc_list(arena), *registers = doc_list(arena);
    for (size_t i = 0; i < policy->n_procedures; i++) {
        struct place at = {arena, policy, &policy->procedures[i], NULL};
        doc_push(arena, procedures, render_procedure(&at));
    }
    for (size_t i = 0; i < policy->n_registers; i++)
        doc_push(arena, registers, render_ledger_row(arena, policy, &policy->registers[i]));
    size_t n;
    const struct rule *rules = library_rules(r->reader.library, arena, one->version, &n);
    doc_put(arena, doc, S("roles"), render_roles(arena, policy));
    doc_put(arena, doc, S("procedures"), procedures);
    doc_put(arena, doc, S("registers"), registers);
    doc_put(arena, doc, S("reports"), render_reports(arena, policy));
    doc_put(arena, doc, S("numbers"), render_numbers(arena, policy, rules, n));
    return doc;
}

void get_comparison(struct request *r)
{
    struct err e = {0};
    struct regulation *list;
    size_t n;
    if (!read_begin(r) || !session_actor(r))
        return;
    if (!view_regulations(&r->reader, &list, &n, &e)) {
        problem_err(r, &e);
        return;
    }
    struct doc *doc = doc_map(r->arena), *sides = doc_list(r->arena);
    for (size_t i = 0; i < n; i++)
        doc_push(r->arena, sides, render_side(r, &list[i]));
    doc_put(r->arena, doc, S("policies"), sides);
    reply_read(r, doc);
}
