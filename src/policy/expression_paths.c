/* SPDX-License-Identifier: Apache-2.0
 * What the names of an expression mean: fields, registers, the system, the unit, and what stands
 * behind "of". A value that may be empty is usable only where given() is known to hold. */
#include "policy/typing_priv.h"

struct pos typing_pos(const struct typing *ty, const struct term *term)
{
    return node_pos_at(ty->load, ty->node, term->at);
}

static enum type field_value_type(enum field_type type)
{
    switch (type) {
    case FIELD_TEXT: return TYPE_TEXT;
    case FIELD_INTEGER: return TYPE_INTEGER;
    case FIELD_BOOL: return TYPE_BOOL;
    case FIELD_DATE: return TYPE_DATE;
    case FIELD_CHOICE: return TYPE_CHOICE;
    case FIELD_QUANTITIES: return TYPE_QUANTITIES;
    case FIELD_ORGANISATION: return TYPE_ORGANISATION;
    case FIELD_ORGANISATIONS: return TYPE_ORGANISATIONS;
    case FIELD_MONEY: return TYPE_MONEY;
    case FIELD_CASE: return TYPE_CASE;
    case FIELD_PERSON: return TYPE_PERSON;
    }
    return TYPE_BAD;
}

static str path_text(const struct typing *ty, const struct term *term)
{
    struct buf out = buf_new(ty->load->arena, 64);
    for (size_t i = 0; i < term->n_parts; i++) {
        if (i > 0)
            buf_addc(&out, '.');
        buf_add(&out, term->parts[i]);
    }
    for (size_t i = 0; i < term->n_of; i++) {
        buf_add(&out, i > 0 ? S(".") : S(" of "));
        buf_add(&out, term->of_parts[i]);
    }
    return buf_str(&out);
}

/* ---- paths --------------------------------------------------------------------------------- */

static void fault_field(struct typing *ty, struct term *term, const struct step *step, str name)
{
    struct arena *arena = ty->load->arena;
    if (form_is_broken(ty->load, step)) {
        ty->failed = true;
        term->type = TYPE_BAD;
        return;
    }
    str *ids = NEWS(arena, str, step->form.n);
    for (size_t i = 0; i < step->form.n; i++)
        ids[i] = step->form.fields[i].id;
    str expected = expected_words(arena, name, ids, step->form.n);
    /* a-b reads as one name: when its beginning is a field, a minus was meant. */
    str minus = STR_NONE;
    for (size_t i = 0; i < step->form.n && !minus.ptr; i++)
        if (name.len > ids[i].len + 1 && str_starts(name, ids[i]) && name.ptr[ids[i].len] == '-')
            minus = str_printf(arena, " For minus put blanks on both sides: %.*s - %.*s.",
                               STR_FMT(ids[i]), (int)(name.len - ids[i].len - 1),
                               name.ptr + ids[i].len + 1);
    FAULT(ty, term, UNKNOWN_PATH, "step %.*s has no field \"%.*s\"%.*s%.*s", STR_FMT(step->id),
          STR_FMT(name), STR_FMT(expected), STR_FMT(minus));
}

static bool resolve_item(struct typing *ty, struct term *term, str item)
{
    const struct policy *policy = ty->load->policy;
    if (term->field->type != FIELD_QUANTITIES) {
        FAULT(ty, term, UNKNOWN_PATH, "%.*s is of type %s and has no parts.",
              STR_FMT(term->name), field_type_name(term->field->type));
        return false;
    }
    term->unit_of = policy_item(policy, item);
    if (term->unit_of) {
        term->item = item;
        term->type = TYPE_QUANTITY;
        return true;
    }
    str *ids = NEWS(ty->load->arena, str, policy->n_items);
    for (size_t i = 0; i < policy->n_items; i++)
        ids[i] = policy->items[i].id;
    str expected = expected_words(ty->load->arena, item, ids, policy->n_items);
    FAULT(ty, term, UNKNOWN_PATH, "the catalogue has no item \"%.*s\"%.*s", STR_FMT(item),
          STR_FMT(expected));
    return false;
}

static bool resolve_field(struct typing *ty, struct term *term, const struct step *step,
                          str name)
{
    bool own = step == ty->scope->step;
    term->head = step->id;
    term->name = name;
    term->own = own;
    term->field = form_field(&step->form, name);
    if (!term->field || form_is_broken(ty->load, step)) {
        fault_field(ty, term, step, name);
        return false;
    }
    term->type = field_value_type(term->field->type);
    if ((!own || ty->scope->place == PLACE_CHOICE) &&
        !want_single(ty->load, step, name, typing_pos(ty, term))) {
        ty->failed = true;
        return false;
    }
    if (own && ty->scope->place == PLACE_LIMIT) {
        FAULT(ty, term, OWN_FIELD,
              "%.*s is filled in by the very act that this limit times; use a field of an "
              "earlier step.", STR_FMT(name));
        return false;
    }
    str outcome = ty->scope->outcome;
    if (own && outcome.len && !field_applies(term->field, outcome)) {
        str outcomes = field_outcomes(ty->load->arena, term->field);
        FAULT(ty, term, OTHER_OUTCOME,
              "%.*s is filled in for %.*s only, never for %.*s; leave it out here, or add %.*s to "
              "its \"for\".", STR_FMT(name), STR_FMT(outcomes), STR_FMT(outcome),
              STR_FMT(outcome));
        return false;
    }
    return true;
}

/* An exception that was judged anew each day would move a due day that people were told. */
static bool want_lasting(struct typing *ty, struct term *term)
{
    if (ty->scope->place != PLACE_LIMIT)
        return true;
    FAULT(ty, term, OWN_FIELD, "an exception is judged when the step opens and stands; this "
          "changes with time, so let a field of an earlier step say it.");
    return false;
}

static bool resolve_single(struct typing *ty, struct term *term)
{
    if (!ty->scope->step && !str_eq(term->parts[0], S("today"))) {
        FAULT(ty, term, UNKNOWN_PATH, "\"%.*s\" names nothing here, where there is no form yet; "
              "ask unit.level, system.stage, system.granted, REGISTER.FIELD, listed(), "
              "running() or today.",
              STR_FMT(term->parts[0]));
        return false;
    }
    if (str_eq(term->parts[0], S("today"))) {
        if (term->op == OP_GIVEN) {
            FAULT(ty, term, UNKNOWN_PATH, "today is always given; remove given(today).");
            return false;
        }
        term->op = OP_TODAY;
        term->type = TYPE_DATE;
        return want_lasting(ty, term);
    }
    return resolve_field(ty, term, ty->scope->step, term->parts[0]);
}

static bool resolve_unit(struct typing *ty, struct term *term)
{
    if (term->op == OP_PATH && term->n_parts == 2 && str_eq(term->parts[1], S("level"))) {
        term->head = term->parts[0];
        term->name = term->parts[1];
        term->type = TYPE_CHOICE;
        return true;
    }
    str text = path_text(ty, term);
    FAULT(ty, term, UNKNOWN_PATH, "of the unit only unit.level can be asked, not \"%.*s\".",
          STR_FMT(text));
    return false;
}

/* Is there a system that rules can ask about? Not before the first step registers it. */
bool want_system(struct typing *ty, struct term *term)
{
    const struct procedure *procedure = ty->scope->procedure;
    if (!want_lasting(ty, term))
        return false;
    if (procedure && procedure->subject == SUBJECT_OPENER) {
        FAULT(ty, term, NO_SYSTEM, "the case is about no system, so nothing can be asked of one.");
        return false;
    }
    bool first = procedure && (ty->scope->place == PLACE_OFFER ||
                               ty->scope->step == &procedure->steps[0]);
    if (!first || procedure->subject == SUBJECT_SYSTEM)
        return true;
    FAULT(ty, term, NO_SYSTEM, "there is no system yet when this is asked; write about: system, or "
          "ask in a later step.");
    return false;
}

static bool resolve_system(struct typing *ty, struct term *term)
{
    static const struct field granted = {.id = {"granted", 7}, .type = FIELD_QUANTITIES};
    bool stage = term->n_parts == 2 && str_eq(term->parts[1], S("stage"));
    if (!want_system(ty, term))
        return false;
    if (term->op == OP_PATH && (stage || str_eq(term->parts[1], S("granted")))) {
        term->head = term->parts[0];
        term->name = term->parts[1];
        term->type = stage ? TYPE_CHOICE : TYPE_QUANTITIES;
        term->own = false;
        if (stage || term->n_parts == 2)
            return true;
        term->field = &granted;
        bool item = resolve_item(ty, term, term->parts[2]);
        term->field = NULL;
        return item;
    }
    if (term->n_parts == 2 && str_eq(term->parts[1], S("provider"))) {
        term->head = term->parts[0];
        term->name = term->parts[1];
        term->type = TYPE_ORGANISATION;
        return true;
    }
    str text = path_text(ty, term);
    FAULT(ty, term, UNKNOWN_PATH, "of the system only system.stage, system.granted and "
          "system.provider can be asked, not \"%.*s\".", STR_FMT(text));
    return false;
}

/* The field of a register that the path names. */
static bool resolve_ledger_field(struct typing *ty, struct term *term, const struct ledger *ledger)
{
    term->ledger = ledger;
    term->head = ledger->id;
    term->name = term->parts[1];
    term->field = form_field(&ledger->form, term->name);
    if (!term->field) {
        str *ids = NEWS(ty->load->arena, str, ledger->form.n);
        for (size_t i = 0; i < ledger->form.n; i++)
            ids[i] = ledger->form.fields[i].id;
        str expected = expected_words(ty->load->arena, term->name, ids, ledger->form.n);
        FAULT(ty, term, UNKNOWN_PATH, "register %.*s has no field \"%.*s\"%.*s",
              STR_FMT(ledger->id), STR_FMT(term->name), STR_FMT(expected));
        return false;
    }
    term->type = field_value_type(term->field->type);
    return term->n_parts == 2 || resolve_item(ty, term, term->parts[2]);
}

/* REGISTER.FIELD: of the latest line about the system. */
static bool resolve_register(struct typing *ty, struct term *term, const struct ledger *ledger)
{
    if (!want_system(ty, term))
        return false;
    if (ledger->about != ABOUT_SYSTEM) {
        FAULT(ty, term, UNKNOWN_PATH, "register %.*s is not about systems; ask %.*s.FIELD of ROLE.",
              STR_FMT(ledger->id), STR_FMT(ledger->id));
        return false;
    }
    return resolve_ledger_field(ty, term, ledger);
}

/* ---- of ------------------------------------------------------------------------------------ */

/* Before there is a case only the seats that need none are known. */
static bool seat_is_known(const struct procedure *procedure, str role)
{
    for (size_t i = 0; i < procedure->n_seats; i++)
        if (str_eq(procedure->seats[i].role, role))
            return procedure->seats[i].kind != SEAT_FIELD;
    return false;
}

static bool resolve_body(struct typing *ty, struct term *term)
{
    const struct procedure *procedure = ty->scope->procedure;
    str role = term->of_parts[0];
    bool seated = procedure && want_seat(ty->load, procedure, role, typing_pos(ty, term));
    if (procedure && !seated) {
        ty->failed = true;
        term->type = TYPE_BAD;
        return false;
    }
    if (!procedure || (ty->scope->place == PLACE_OFFER && !seat_is_known(procedure, role))) {
        FAULT(ty, term, CITED, "nobody sits in the seat of %.*s yet when this is asked.",
              STR_FMT(role));
        return false;
    }
    term->whose = (struct whose){STR_NONE, role};
    const struct ledger *ledger = policy_register(ty->load->policy, term->parts[0]);
    if (term->op == OP_DONE || term->n_parts < 2 || !ledger ||
        ledger->about != ABOUT_ORGANISATION) {
        FAULT(ty, term, CITED, "of a role only REGISTER.FIELD can be asked, of a register about "
              "organisations.");
        return false;
    }
    return resolve_ledger_field(ty, term, ledger);
}

/* seat.ROLE, in this case or in the one that the term cites. */
static bool resolve_seat(struct typing *ty, struct term *term, const struct procedure *procedure)
{
    const struct seat *seat = NULL;
    str role = term->parts[1];
    bool one = procedure && want_role(ty->load, role, typing_pos(ty, term)) &&
               want_seat(ty->load, procedure, role, typing_pos(ty, term));
    for (size_t i = 0; one && i < procedure->n_seats && !seat; i++)
        if (str_eq(procedure->seats[i].role, role))
            seat = &procedure->seats[i];
    if (!seat) {
        ty->failed = true;
        term->type = TYPE_BAD;
        return false;
    }
    bool of_system = seat->kind == SEAT_OWNER || seat->kind == SEAT_PROVIDER;
    if (of_system && !term->n_of && !want_system(ty, term))
        return false;
    if (term->n_of && of_system) {
        FAULT(ty, term, CITED, "%.*s sits there for the system; of a cited case only a seat that "
              "is opener, parent, sole or STEP.FIELD can be asked.", STR_FMT(role));
        return false;
    }
    if (!term->n_of && ty->scope->place == PLACE_OFFER && seat->kind == SEAT_FIELD) {
        FAULT(ty, term, CITED, "nobody sits in the seat of %.*s yet when this is asked.",
              STR_FMT(role));
        return false;
    }
    term->head = term->parts[0];
    term->name = role;
    term->type = TYPE_ORGANISATION;
    term->always = !term->n_of && seat->kind == SEAT_OPENER;
    return true;
}

static bool resolve_own_seat(struct typing *ty, struct term *term)
{
    if (!want_lasting(ty, term))
        return false;
    if (ty->scope->procedure && term->n_parts == 2)
        return resolve_seat(ty, term, ty->scope->procedure);
    FAULT(ty, term, UNKNOWN_PATH, "a seat is asked for in a procedure, as seat.ROLE.");
    return false;
}

/* The procedure of the cited case, or NULL (reported); sets whose and own. */
static const struct procedure *resolve_cited(struct typing *ty, struct term *term)
{
    const struct step *step = ty->scope->step;
    struct pos pos = typing_pos(ty, term);
    struct term field = *term;
    bool own = term->n_of == 1;
    if (!own && step)
        step = want_step(ty->load, ty->scope->procedure, term->of_parts[0], pos);
    if (!step) {
        if (own || !ty->scope->step)
            FAULT(ty, term, CITED, "there is no form yet that could cite a case.");
        ty->failed = true;
        term->type = TYPE_BAD;
        return NULL;
    }
    if (!resolve_field(ty, &field, step, term->of_parts[term->n_of - 1])) {
        term->type = TYPE_BAD;
        return NULL;
    }
    if (field.field->type != FIELD_CASE) {
        FAULT(ty, term, CITED, "%.*s is of type %s; what stands behind \"of\" is a field of type "
              "case, or a role.", STR_FMT(field.name), field_type_name(field.field->type));
        return NULL;
    }
    term->whose = (struct whose){step->id, field.field->id};
    term->own = own;
    return field.field->procedure.ptr ? want_procedure(ty->load, field.field->procedure, pos)
                                      : NULL;
}

const struct step *resolve_cited_step(struct typing *ty, struct term *term)
{
    const struct procedure *cited = want_lasting(ty, term) ? resolve_cited(ty, term) : NULL;
    if (!cited) {
        ty->failed = true;
        term->type = TYPE_BAD;
        return NULL;
    }
    return want_step(ty->load, cited, term->parts[0], typing_pos(ty, term));
}

static bool resolve_of_case(struct typing *ty, struct term *term)
{
    if (term->n_parts < 2) {
        FAULT(ty, term, CITED, "of a cited case STEP.FIELD can be asked, or done(STEP.OUTCOME).");
        return false;
    }
    if (str_eq(term->parts[0], S("seat")) && term->n_parts == 2) {
        const struct procedure *cited = want_lasting(ty, term) ? resolve_cited(ty, term) : NULL;
        ty->failed |= !cited;
        return cited && resolve_seat(ty, term, cited);
    }
    const struct step *step = resolve_cited_step(ty, term);
    bool known = step && !form_is_broken(ty->load, step) &&
                 want_field(ty->load, step, term->parts[1], typing_pos(ty, term)) &&
                 want_single(ty->load, step, term->parts[1], typing_pos(ty, term));
    if (!known) {
        ty->failed = true;
        term->type = TYPE_BAD;
        return false;
    }
    term->head = step->id;
    term->name = term->parts[1];
    term->field = form_field(&step->form, term->name);
    term->type = field_value_type(term->field->type);
    return term->n_parts == 2 || resolve_item(ty, term, term->parts[2]);
}

/* Does the first word look like a field of the step's own form, and like no step? */
static bool means_own_field(const struct typing *ty, str word)
{
    const struct procedure *procedure = ty->scope->procedure;
    const struct form *form = &ty->scope->step->form;
    for (size_t i = 0; i < procedure->n_steps; i++)
        if (procedure->steps[i].id.ptr && str_nearest(word, &procedure->steps[i].id, 1).ptr)
            return false;
    if (form_is_broken(ty->load, ty->scope->step))
        return true;
    for (size_t i = 0; i < form->n; i++)
        if (!str_eq(word, form->fields[i].id) && str_nearest(word, &form->fields[i].id, 1).ptr)
            return true;
    return false;
}

/* Finds what a path names: sets head, name, item, field, type. */
bool resolve_path(struct typing *ty, struct term *term)
{
    const struct ledger *ledger = policy_register(ty->load->policy, term->parts[0]);
    if (term->n_of && !want_lasting(ty, term))
        return false;
    if (term->n_of == 1 && policy_role(ty->load->policy, term->of_parts[0]))
        return resolve_body(ty, term);
    if (term->n_of)
        return resolve_of_case(ty, term);
    if (term->n_parts == 1)
        return resolve_single(ty, term);
    if (str_eq(term->parts[0], S("unit")))
        return resolve_unit(ty, term);
    if (str_eq(term->parts[0], S("system")))
        return resolve_system(ty, term);
    if (str_eq(term->parts[0], S("seat")))
        return resolve_own_seat(ty, term);
    if (ledger)
        return resolve_register(ty, term, ledger);
    if (!ty->scope->step) {
        FAULT(ty, term, UNKNOWN_REGISTER, "no register \"%.*s\"; where there is no form yet, a "
              "path is unit.level, system.stage, system.granted or REGISTER.FIELD.",
              STR_FMT(term->parts[0]));
        return false;
    }
    const struct field *own = form_field(&ty->scope->step->form, term->parts[0]);
    if (own && own->type == FIELD_QUANTITIES && term->n_parts == 2 && term->op == OP_PATH)
        return resolve_field(ty, term, ty->scope->step, term->parts[0]) &&
               resolve_item(ty, term, term->parts[1]);
    if (own ? form_is_broken(ty->load, ty->scope->step) : means_own_field(ty, term->parts[0])) {
        fault_field(ty, term, ty->scope->step, term->parts[0]);
        return false;
    }
    const struct step *step = want_step(ty->load, ty->scope->procedure, term->parts[0],
                                        typing_pos(ty, term));
    if (!step) {
        ty->failed = true;
        term->type = TYPE_BAD;
        return false;
    }
    return resolve_field(ty, term, step, term->parts[1]) &&
           (term->n_parts == 2 || resolve_item(ty, term, term->parts[2]));
}

static bool guarded(const struct guard *guards, const struct term *term)
{
    /* The required fields of a line are there together. */
    bool together = term->ledger && !term->field->optional;
    for (; guards; guards = guards->next)
        if (str_eq(guards->whose.head, term->whose.head) &&
            str_eq(guards->whose.name, term->whose.name) && str_eq(guards->head, term->head) &&
            (together || str_eq(guards->name, term->name)))
            return true;
    return false;
}

void type_path(struct typing *ty, struct term *term, const struct guard *guards)
{
    if (!resolve_path(ty, term))
        return;
    bool seat = term->type == TYPE_ORGANISATION && !term->field;
    if ((!term->field && !seat) || term->always || guarded(guards, term))
        return;
    if (seat || term->n_of) {
        str path = path_text(ty, term);
        FAULT(ty, term, UNGUARDED, "%.*s may have no value. Write \"given(%.*s) and ...\" before "
              "it.", STR_FMT(path), STR_FMT(path));
        return;
    }
    if (term->ledger) {
        if (ty->line != term->ledger || term->field->optional)
            FAULT(ty, term, UNGUARDED, "%.*s may have no line about the system. Write "
                  "\"given(%.*s.%.*s) and ...\" before it.", STR_FMT(term->head),
                  STR_FMT(term->head), STR_FMT(term->name));
        return;
    }
    if (!term->own) {
        struct use use = {term->head, term->name, typing_pos(ty, term)};
        VEC_PUSH(ty->load->arena, &ty->expression->uses, use);
        return;
    }
    if (term->field->optional)
        FAULT(ty, term, UNGUARDED,
              "%.*s may be empty here. Write \"given(%.*s) and ...\" before it.",
              STR_FMT(term->name), STR_FMT(term->name));
    else if (!ty->scope->outcome.len && !field_always(ty->scope->step, term->field)) {
        str outcomes = field_outcomes(ty->load->arena, term->field);
        FAULT(ty, term, UNGUARDED,
              "%.*s is filled in for %.*s only, and this is judged for every outcome. Put it under "
              "that outcome, or write \"not given(%.*s) or ...\" before it.",
              STR_FMT(term->name), STR_FMT(outcomes), STR_FMT(term->name));
    }
}
