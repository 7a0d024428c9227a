/* SPDX-License-Identifier: Apache-2.0
 * What conditions ask of the world. */
#include "decide/act_priv.h"

struct value form_value(const struct field *field, const struct doc *form)
{
    struct value value = {.kind = VALUE_NONE};
    const struct doc *doc = field ? doc_get(form, field->id) : NULL;
    if (!doc || doc->kind == DOC_NULL || !fits_kind(field->type, doc->kind))
        return value;
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_CHOICE:
        return (struct value){.kind = VALUE_TEXT, .text = doc->text};
    case FIELD_INTEGER:
    case FIELD_ORGANISATION:
    case FIELD_MONEY:
    case FIELD_CASE:
    case FIELD_PERSON:
        return (struct value){.kind = VALUE_INTEGER, .integer = doc->integer};
    case FIELD_BOOL:
        return (struct value){.kind = VALUE_BOOL, .boolean = doc->boolean};
    case FIELD_DATE:
        if (date_parse(doc->text, &value.day))
            value.kind = VALUE_DATE;
        return value;
    case FIELD_QUANTITIES:
        return (struct value){.kind = VALUE_QUANTITIES, .quantities = doc};
    case FIELD_ORGANISATIONS: /* nothing is asked of it but whether it is given */
        return (struct value){.kind = VALUE_BOOL, .boolean = true};
    }
    return value;
}

static struct doc *granted_doc(const struct act *act)
{
    struct doc *granted = doc_map(act->arena);
    for (size_t i = 0; i < act->system->grants.len; i++)
        if (act->system->grants.items[i].quantity > 0)
            doc_put_int(act->arena, granted, act->system->grants.items[i].item,
                        act->system->grants.items[i].quantity);
    return granted;
}

static struct value system_value(const struct act *act, str name)
{
    static const str STAGES[] = {{"planned", 7}, {"live", 4}, {"retired", 7}};
    if (!act->system)
        return (struct value){.kind = VALUE_NONE};
    if (str_eq(name, S("provider")))
        return act->system->provider
                   ? (struct value){.kind = VALUE_INTEGER, .integer = act->system->provider}
                   : (struct value){.kind = VALUE_NONE};
    if (str_eq(name, S("stage")))
        return (struct value){.kind = VALUE_TEXT, .text = STAGES[act->system->stage]};
    return (struct value){.kind = VALUE_QUANTITIES, .quantities = granted_doc(act)};
}

/* The register's n-th line about the system, latest first; NULL when there is none. */
static const struct record *line_at(const struct act *act, str register_id, size_t n)
{
    for (size_t i = 0; act->system && i < act->system->records.len; i++)
        if (str_eq(act->system->records.items[i].register_id, register_id) && n-- == 0)
            return &act->system->records.items[i];
    return NULL;
}

static struct value line_value(const struct act *act, str register_id, str name)
{
    size_t n = str_eq(act->line_register, register_id) ? act->line_n : 0;
    const struct record *line = line_at(act, register_id, n);
    const struct ledger *ledger = policy_register(act->policy, register_id);
    if (!line)
        return (struct value){.kind = VALUE_NONE};
    return form_value(form_field(&ledger->form, name), line->form);
}

static int32_t month_before(int32_t period)
{
    return period % 100 == 1 ? period - 89 : period - 1;
}

static bool choose_line(void *facts, str register_id, size_t n)
{
    struct act *act = facts;
    const struct record *line = line_at(act, register_id, n);
    const struct record *later = n > 0 ? line_at(act, register_id, n - 1) : NULL;
    act->line_register = register_id;
    act->line_n = n;
    return line && (!later || line->period == month_before(later->period));
}

static bool is_short(void *facts, str step)
{
    struct act *act = facts;
    const struct task_decision *decision = case_decision(act->kase, step);
    return decision && decision->short_days > 0;
}

static bool is_listed(void *facts, str list)
{
    const struct act *act = facts;
    for (size_t i = 0; act->system && i < act->system->listings.len; i++)
        if (str_eq(act->system->listings.items[i].list, list) &&
            !act->system->listings.items[i].gone)
            return true;
    return false;
}

/* The case itself, once it is open, is among those that were counted. */
static bool is_running(void *facts, str procedure)
{
    const struct act *act = facts;
    const struct case_state *own = act->facts->kase;
    for (size_t i = 0; act->system && i < act->system->running.len; i++) {
        const struct open_cases *running = &act->system->running.items[i];
        bool among = own && !own->ended && str_eq(own->procedure, procedure);
        if (str_eq(running->procedure, procedure))
            return running->cases > among;
    }
    return false;
}

/* Whose level is asked: of the system's owner, of the opener; before there is a case, of whoever
 * opens it. */
static int64_t unit_of(const struct act *act)
{
    if (act->system)
        return act->system->owner;
    if (act->kase)
        return act->kase->opener;
    return act->facts->actor ? act->facts->actor->organisation : 0;
}

static struct value organisation_value(int64_t organisation)
{
    return organisation ? (struct value){.kind = VALUE_INTEGER, .integer = organisation}
                        : (struct value){.kind = VALUE_NONE};
}

static struct value seat_value(const struct act *act, str role)
{
    int64_t organisation;
    act_seat_of(act, role, &organisation);
    return organisation_value(organisation);
}

static struct value read_path(void *facts, str head, str name)
{
    struct act *act = facts;
    if (str_eq(head, S("unit"))) {
        int64_t id = unit_of(act);
        const struct organisation *unit = authority_organisation(act->facts->authority, id);
        if (unit && str_eq(name, S("level")))
            return (struct value){.kind = VALUE_TEXT, .text = unit->level};
        return (struct value){.kind = VALUE_NONE};
    }
    if (head.len == 0 && str_eq(name, S("today")))
        return (struct value){.kind = VALUE_DATE, .day = act->day};
    if (str_eq(head, S("system")))
        return system_value(act, name);
    if (str_eq(head, S("seat")))
        return seat_value(act, name);
    if (policy_register(act->policy, head))
        return line_value(act, head, name);
    if (head.len == 0 || str_eq(head, act->step->id))
        return form_value(form_field(&act->step->form, name), act->form);
    const struct step *step = procedure_step(act->procedure, head);
    const struct task_decision *decision = case_decision(act->kase, head);
    if (!step || !decision)
        return (struct value){.kind = VALUE_NONE};
    return form_value(form_field(&step->form, name), decision->form);
}

/* ---- of ------------------------------------------------------------------------------------ */

const struct case_state *cited_case(const struct act *act, int64_t id)
{
    for (size_t i = 0; i < act->facts->n_cited; i++)
        if (act->facts->cited[i]->id == id)
            return act->facts->cited[i];
    return NULL;
}

/* The case that the field names; NULL when it is empty, or names what is none of that kind. */
static const struct case_state *case_in(const struct act *act, struct whose whose,
                                        const struct procedure **out)
{
    const struct step *step = procedure_step(act->procedure, whose.head);
    const struct field *field = step ? form_field(&step->form, whose.name) : NULL;
    const struct doc *form = act->form;
    if (!str_eq(whose.head, act->step->id)) {
        const struct task_decision *decision = case_decision(act->kase, whose.head);
        form = decision ? decision->form : NULL;
    }
    const struct case_state *cited = cited_case(act, doc_get_int(form, whose.name, 0));
    *out = field ? policy_procedure(act->policy, field->procedure) : NULL;
    return field && cited && str_eq(cited->procedure, field->procedure) ? cited : NULL;
}

/* A register's field, of the latest line about the body in the seat. */
static struct value body_value(const struct act *act, str role, str register_id, str name)
{
    const struct ledger *ledger = policy_register(act->policy, register_id);
    int64_t organisation;
    if (!ledger || !act_seat_of(act, role, &organisation))
        return (struct value){.kind = VALUE_NONE};
    for (size_t i = 0; i < act->facts->n_lines; i++) {
        const struct record *line = &act->facts->lines[i];
        if (line->organisation == organisation && str_eq(line->register_id, register_id))
            return form_value(form_field(&ledger->form, name), line->form);
    }
    return (struct value){.kind = VALUE_NONE};
}

static struct value read_path_of(void *facts, struct whose whose, str head, str name)
{
    const struct act *act = facts;
    const struct procedure *procedure;
    if (!whose.head.len)
        return body_value(act, whose.name, head, name);
    const struct case_state *cited = case_in(act, whose, &procedure);
    if (cited && procedure && str_eq(head, S("seat")))
        return organisation_value(act_cited_seat(act, procedure, cited, name));
    const struct step *step = cited && procedure ? procedure_step(procedure, head) : NULL;
    const struct task_decision *decision = step ? case_decision(cited, head) : NULL;
    if (!decision)
        return (struct value){.kind = VALUE_NONE};
    return form_value(form_field(&step->form, name), decision->form);
}

static bool is_done_of(void *facts, struct whose whose, str step, str outcome)
{
    const struct procedure *procedure;
    const struct case_state *cited = case_in(facts, whose, &procedure);
    return cited && case_done(cited, step, outcome);
}

static bool is_done(void *facts, str step, str outcome)
{
    struct act *act = facts;
    if (outcome.len)
        return case_done(act->kase, step, outcome);
    const struct task *task = case_task(act->kase, step);
    for (size_t i = 0; task && i < act->kase->tasks.len; i++)
        if (str_eq(act->kase->tasks.items[i].step, step) &&
            act->kase->tasks.items[i].state != TASK_CLOSED)
            return true;
    return false;
}

static struct value decided_on(void *facts, str step, str outcome)
{
    struct act *act = facts;
    const struct task_decision *decision = case_decision(act->kase, step);
    if (!decision || !case_done(act->kase, step, outcome))
        return (struct value){.kind = VALUE_NONE};
    return (struct value){.kind = VALUE_DATE, .day = decision->on};
}

static bool filed_here(void *facts, str material)
{
    return has_material(facts, material);
}

bool has_material(const struct act *act, str material)
{
    for (size_t i = 0; i < act->command->materials.len; i++)
        if (str_eq(act->command->materials.items[i].material, material))
            return true;
    for (size_t i = 0; i < act->kase->materials.len; i++)
        if (act->kase->materials.items[i].task == act->task &&
            str_eq(act->kase->materials.items[i].material, material))
            return true;
    return false;
}

struct environment act_environment(struct act *act)
{
    return (struct environment){act,        read_path,  read_path_of, is_done_of,
                                is_done,    decided_on, filed_here,   is_short,
                                is_listed,  is_running, choose_line};
}

bool act_holds(struct act *act, const struct expression *expression)
{
    struct environment environment = act_environment(act);
    bool holds = false;
    str why;
    return expression_holds(act->arena, expression, &environment, &holds, &why) && holds;
}

bool decide_holds(struct arena *arena, const struct facts *facts,
                  const struct expression *expression)
{
    struct act act = {
        .arena = arena,
        .facts = facts,
        .policy = facts->policy,
        .system = copy_system(arena, facts->system),
        .day = facts->today,
    };
    return act_holds(&act, expression);
}
