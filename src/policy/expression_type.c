/* SPDX-License-Identifier: Apache-2.0
 * Names and types of an expression. A number beside a quantity means units of the item, so 1 is
 * a million millionths. A value that may be empty is usable only where given() is known to hold:
 * guards collects what is. */
#include "policy/expression_priv.h"

struct guard {
    str head, name;
    const struct guard *next;
};
struct typing {
    struct load *load;
    const struct node *node;
    const struct scope *scope;
    struct expression *expression;
    const struct ledger *line;   /* inside in-a-row(): the register whose line is judged */
    bool failed;
};

static const char *const TYPE_NAMES[] = {
    [TYPE_BAD] = "", [TYPE_BOOL] = "a condition", [TYPE_INTEGER] = "a number",
    [TYPE_LITERAL] = "a number", [TYPE_TEXT] = "a text", [TYPE_CHOICE] = "a choice",
    [TYPE_DATE] = "a date", [TYPE_QUANTITY] = "a quantity of one item",
    [TYPE_QUANTITIES] = "a table of quantities", [TYPE_ORGANISATION] = "an organisation",
};
static const str LEVELS[] = {{"province", 8}, {"city", 4}, {"county", 6}};
static const str STAGES[] = {{"planned", 7}, {"live", 4}, {"retired", 7}};

static struct pos at_pos(const struct typing *ty, const struct term *term)
{
    return node_pos_at(ty->load, ty->node, term->at);
}

#define FAULT(ty, term, symbol, ...)                                                              \
    (diagnose((ty)->load, PROBLEM_##symbol, at_pos((ty), (term)), __VA_ARGS__),                    \
     (ty)->failed = true, (void)((term)->type = TYPE_BAD))

static enum type field_type(enum field_type type)
{
    switch (type) {
    case FIELD_TEXT: return TYPE_TEXT;
    case FIELD_INTEGER: return TYPE_INTEGER;
    case FIELD_BOOL: return TYPE_BOOL;
    case FIELD_DATE: return TYPE_DATE;
    case FIELD_CHOICE: return TYPE_CHOICE;
    case FIELD_QUANTITIES: return TYPE_QUANTITIES;
    case FIELD_ORGANISATION: return TYPE_ORGANISATION;
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
    term->type = field_type(term->field->type);
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

static bool resolve_single(struct typing *ty, struct term *term)
{
    if (!ty->scope->step && !str_eq(term->parts[0], S("today"))) {
        FAULT(ty, term, UNKNOWN_PATH, "\"%.*s\" names nothing here, where there is no form yet; "
              "ask unit.level, system.stage, system.granted, REGISTER.FIELD, listed() or today.",
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
        return true;
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
static bool want_system(struct typing *ty, struct term *term)
{
    const struct procedure *procedure = ty->scope->procedure;
    if (!procedure || procedure->about || ty->scope->place != PLACE_OFFER)
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
    str text = path_text(ty, term);
    FAULT(ty, term, UNKNOWN_PATH, "of the system only system.stage and system.granted can be "
          "asked, not \"%.*s\".", STR_FMT(text));
    return false;
}

/* REGISTER.FIELD: of the latest line about the system. */
static bool resolve_register(struct typing *ty, struct term *term, const struct ledger *ledger)
{
    if (!want_system(ty, term))
        return false;
    if (ledger->about != ABOUT_SYSTEM) {
        FAULT(ty, term, UNKNOWN_PATH, "register %.*s is not about systems; it can be shown, not "
              "asked.", STR_FMT(ledger->id));
        return false;
    }
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
    term->type = field_type(term->field->type);
    return term->n_parts == 2 || resolve_item(ty, term, term->parts[2]);
}

/* Finds what a path names: sets head, name, item, field, type. */
static bool resolve_path(struct typing *ty, struct term *term)
{
    const struct ledger *ledger = policy_register(ty->load->policy, term->parts[0]);
    if (term->n_parts == 1)
        return resolve_single(ty, term);
    if (str_eq(term->parts[0], S("unit")))
        return resolve_unit(ty, term);
    if (str_eq(term->parts[0], S("system")))
        return resolve_system(ty, term);
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
    const struct step *step = want_step(ty->load, ty->scope->procedure, term->parts[0],
                                        at_pos(ty, term));
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
        if (str_eq(guards->head, term->head) && (together || str_eq(guards->name, term->name)))
            return true;
    return false;
}

static void type_path(struct typing *ty, struct term *term, const struct guard *guards)
{
    if (!resolve_path(ty, term) || !term->field || guarded(guards, term))
        return;
    if (term->ledger) {
        if (ty->line != term->ledger || term->field->optional)
            FAULT(ty, term, UNGUARDED, "%.*s may have no line about the system. Write "
                  "\"given(%.*s.%.*s) and ...\" before it.", STR_FMT(term->head),
                  STR_FMT(term->head), STR_FMT(term->name));
        return;
    }
    if (!term->own) {
        struct use use = {term->head, term->name, at_pos(ty, term)};
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

/* ---- numbers ------------------------------------------------------------------------------- */

/* Turns the numbers of a tree that has no other values into integers or millionths. */
static void settle(struct typing *ty, struct term *term, enum type type)
{
    if (term->type != TYPE_LITERAL)
        return;
    term->type = type;
    if (term->op != OP_NUMBER) {
        settle(ty, term->left, type);
        settle(ty, term->right, type);
        return;
    }
    if (type != TYPE_INTEGER)
        return;
    if (term->number % QUANTITY_ONE != 0) {
        FAULT(ty, term, TYPES, "this is compared with a whole number; write it without decimals.");
        return;
    }
    term->number /= QUANTITY_ONE;
}

static bool is_number(enum type type)
{
    return type == TYPE_INTEGER || type == TYPE_LITERAL || type == TYPE_QUANTITY;
}

static bool same_unit(const struct term *a, const struct term *b)
{
    return !a->unit_of || !b->unit_of || str_eq(a->unit_of->unit.en, b->unit_of->unit.en);
}

/* Makes both sides one type of number; false when they are none. */
static bool agree_numbers(struct typing *ty, struct term *at, struct term *l, struct term *r)
{
    if (!is_number(l->type) || !is_number(r->type))
        return false;
    if (l->type == TYPE_LITERAL && r->type != TYPE_LITERAL)
        settle(ty, l, r->type);
    if (r->type == TYPE_LITERAL && l->type != TYPE_LITERAL)
        settle(ty, r, l->type);
    if (l->type == TYPE_BAD || r->type == TYPE_BAD || l->type == r->type) {
        if (l->type == TYPE_QUANTITY && !same_unit(l, r))
            FAULT(ty, at, UNITS, "%.*s counts %.*s, %.*s counts %.*s; they cannot be compared "
                  "or added.", STR_FMT(l->unit_of->id), STR_FMT(l->unit_of->unit.en),
                  STR_FMT(r->unit_of->id), STR_FMT(r->unit_of->unit.en));
        return true;
    }
    return false;
}

static void type_percent(struct typing *ty, struct term *term)
{
    const struct term *of = term->left;
    bool amount = of->type == TYPE_QUANTITY || of->type == TYPE_QUANTITIES ||
                  of->type == TYPE_INTEGER;
    if (of->type != TYPE_BAD && !amount) {
        FAULT(ty, term, TYPES, "a percentage is taken of a number or of quantities, not of %s.",
              TYPE_NAMES[of->type]);
        return;
    }
    term->type = of->type;
    term->unit_of = of->unit_of;
}

static void type_sum(struct typing *ty, struct term *term)
{
    struct term *l = term->left, *r = term->right;
    if (l->type == TYPE_BAD || r->type == TYPE_BAD)
        return;
    if (!agree_numbers(ty, term, l, r)) {
        FAULT(ty, term, TYPES, "%s and %s cannot be added or subtracted; only numbers and "
              "quantities of one item can.", TYPE_NAMES[l->type], TYPE_NAMES[r->type]);
        return;
    }
    if (ty->failed)
        return;
    term->type = l->type;
    term->unit_of = l->unit_of ? l->unit_of : r->unit_of;
}

/* ---- comparisons --------------------------------------------------------------------------- */

static bool is_bare(const struct term *term)
{
    return term->op == OP_PATH && term->n_parts == 1 && !str_eq(term->parts[0], S("today"));
}

static void type_word(struct typing *ty, struct term *word, const struct term *path)
{
    const struct field *field = path->field;
    const str *fixed = str_eq(path->head, S("system")) ? STAGES : LEVELS;
    size_t n = field ? field->n_choices : COUNT_OF(LEVELS);
    str *ids = NEWS(ty->load->arena, str, n);
    for (size_t i = 0; i < n; i++)
        ids[i] = field ? field->choices[i].id : fixed[i];
    for (size_t i = 0; i < n; i++)
        if (str_eq(ids[i], word->parts[0])) {
            word->op = OP_WORD;
            word->type = TYPE_CHOICE;
            return;
        }
    str expected = expected_words(ty->load->arena, word->parts[0], ids, n);
    FAULT(ty, word, UNKNOWN_PATH, "\"%.*s\" is no choice of %.*s.%.*s%.*s",
          STR_FMT(word->parts[0]), STR_FMT(path->head), STR_FMT(path->name), STR_FMT(expected));
}

static void type_term(struct typing *ty, struct term *term, const struct guard *guards);

/* A bare name beside a choice is one of its words. */
static void type_sides(struct typing *ty, struct term *l, struct term *r,
                       const struct guard *guards)
{
    bool swap = is_bare(l) && (!is_bare(r) || !ty->scope->step ||
                               !form_field(&ty->scope->step->form, l->parts[0]));
    struct term *first = swap ? r : l, *second = swap ? l : r;
    type_term(ty, first, guards);
    if (first->type == TYPE_CHOICE && first->op == OP_PATH && is_bare(second))
        type_word(ty, second, first);
    else if (first->type == TYPE_BAD && is_bare(second))
        second->type = TYPE_BAD; /* perhaps a word of what is unknown */
    else
        type_term(ty, second, guards);
}

static bool equality(enum operation op)
{
    return op == OP_EQ || op == OP_NE;
}

static void type_compare(struct typing *ty, struct term *term, const struct guard *guards)
{
    struct term *l = term->left, *r = term->right;
    type_sides(ty, l, r, guards);
    term->type = TYPE_BOOL;
    if (l->type == TYPE_BAD || r->type == TYPE_BAD)
        return;
    if (agree_numbers(ty, term, l, r)) {
        settle(ty, l, TYPE_INTEGER); /* two numbers without any path */
        settle(ty, r, TYPE_INTEGER);
        return;
    }
    if (l->type != r->type) {
        bool one = l->type == TYPE_QUANTITIES || r->type == TYPE_QUANTITIES;
        FAULT(ty, term, TYPES, "cannot compare %s with %s.%s", TYPE_NAMES[l->type],
              TYPE_NAMES[r->type], one ? " Name one item, such as items.vcpu." : "");
        return;
    }
    bool ordered = l->type == TYPE_DATE;
    bool by_item = l->type == TYPE_QUANTITIES && (term->op == OP_LE || term->op == OP_GE);
    if (!equality(term->op) && !ordered && !by_item)
        FAULT(ty, term, TYPES, "%s has no such order; expected %s.", TYPE_NAMES[l->type],
              l->type == TYPE_QUANTITIES ? "==, !=, <= or >= (item by item)" : "== or !=");
}

/* ---- logic and calls ----------------------------------------------------------------------- */

/* What is surely given when term has that value, before rest. */
static const struct guard *guards_of(struct arena *arena, const struct term *term, bool value,
                                     const struct guard *rest)
{
    if (term->op == OP_NOT)
        return guards_of(arena, term->left, !value, rest);
    if ((term->op == OP_AND && value) || (term->op == OP_OR && !value))
        return guards_of(arena, term->right, value,
                         guards_of(arena, term->left, value, rest));
    if (term->op != OP_GIVEN || !value || term->type == TYPE_BAD)
        return rest;
    struct guard *guard = NEW(arena, struct guard);
    *guard = (struct guard){term->head, term->name, rest};
    return guard;
}

static void want_bool(struct typing *ty, struct term *term)
{
    if (term->type == TYPE_BAD || term->type == TYPE_BOOL)
        return;
    FAULT(ty, term, TYPES, "this is %s, not a condition; compare it with something.",
          TYPE_NAMES[term->type]);
}

static void type_has(struct typing *ty, struct term *term)
{
    const struct policy *policy = ty->load->policy;
    const struct step *step = ty->scope->step;
    str material = term->parts[0];
    term->type = TYPE_BOOL;
    if (!step) {
        FAULT(ty, term, NOT_TAKEN, "no step takes materials here; ask it in a step.");
        return;
    }
    if (ty->scope->place == PLACE_LIMIT) {
        FAULT(ty, term, OWN_FIELD, "materials are filed by the very act that this limit times.");
        return;
    }
    for (size_t i = 0; i < step->n_materials; i++)
        if (str_eq(step->materials[i], material))
            return;
    if (policy_material(policy, material)) {
        FAULT(ty, term, NOT_TAKEN, "step %.*s does not take the material %.*s; add it to its "
              "materials.", STR_FMT(step->id), STR_FMT(material));
        return;
    }
    str expected = expected_words(ty->load->arena, material, step->materials, step->n_materials);
    FAULT(ty, term, UNKNOWN_MATERIAL, "no material \"%.*s\"%.*s", STR_FMT(material),
          STR_FMT(expected));
}

/* done(STEP.OUTCOME), open(STEP), short(STEP) */
static void type_step(struct typing *ty, struct term *term)
{
    struct pos pos = at_pos(ty, term);
    term->type = TYPE_BOOL;
    if (!ty->scope->step) {
        FAULT(ty, term, UNKNOWN_STEP, "there are no steps here; ask it in a step.");
        return;
    }
    const struct step *step = want_step(ty->load, ty->scope->procedure, term->parts[0], pos);
    bool known = step && (term->op != OP_DONE ||
                          want_outcome(ty->load, step, term->parts[1], pos));
    if (!known) {
        ty->failed = true;
        term->type = TYPE_BAD;
    } else if (term->op == OP_SHORT && !step->ahead.present) {
        FAULT(ty, term, UNKNOWN_PATH, "step %.*s has no \"ahead\", so its notice is never short.",
              STR_FMT(step->id));
    }
}

static void type_listed(struct typing *ty, struct term *term)
{
    const struct policy *policy = ty->load->policy;
    term->type = TYPE_BOOL;
    if (!want_system(ty, term) || policy_list(policy, term->parts[0]))
        return;
    str *ids = NEWS(ty->load->arena, str, policy->n_lists);
    for (size_t i = 0; i < policy->n_lists; i++)
        ids[i] = policy->lists[i].id;
    str expected = expected_words(ty->load->arena, term->parts[0], ids, policy->n_lists);
    FAULT(ty, term, UNKNOWN_LIST, "no list \"%.*s\"%.*s", STR_FMT(term->parts[0]),
          STR_FMT(expected));
}

static void type_in_a_row(struct typing *ty, struct term *term, const struct guard *guards)
{
    const struct ledger *ledger = policy_register(ty->load->policy, term->parts[0]);
    const struct ledger *outer = ty->line;
    if (!ledger || ledger->about != ABOUT_SYSTEM || !ledger->monthly || outer) {
        FAULT(ty, term, UNKNOWN_REGISTER, "in-a-row() counts the lines of one register about "
              "systems that is filed every month; \"%.*s\" is none%s.", STR_FMT(term->parts[0]),
              outer ? " here, inside another" : "");
        return;
    }
    if (!want_system(ty, term))
        return;
    ty->line = ledger;
    type_term(ty, term->left, guards);
    want_bool(ty, term->left);
    ty->line = outer;
    term->type = TYPE_INTEGER;
}

static void type_logic(struct typing *ty, struct term *term, const struct guard *guards)
{
    type_term(ty, term->left, guards);
    want_bool(ty, term->left);
    term->type = TYPE_BOOL;
    if (term->op == OP_NOT)
        return;
    const struct guard *more = guards_of(ty->load->arena, term->left, term->op == OP_AND, guards);
    type_term(ty, term->right, more);
    want_bool(ty, term->right);
}

static void type_term(struct typing *ty, struct term *term, const struct guard *guards)
{
    switch (term->op) {
    case OP_NUMBER:
        term->type = TYPE_LITERAL;
        return;
    case OP_PATH:
        type_path(ty, term, guards);
        return;
    case OP_GIVEN:
        if (resolve_path(ty, term))
            term->type = TYPE_BOOL;
        return;
    case OP_HAS:
        type_has(ty, term);
        return;
    case OP_DONE:
    case OP_OPEN:
    case OP_SHORT:
        type_step(ty, term);
        return;
    case OP_LISTED:
        type_listed(ty, term);
        return;
    case OP_IN_A_ROW:
        type_in_a_row(ty, term, guards);
        return;
    case OP_NOT:
    case OP_AND:
    case OP_OR:
        type_logic(ty, term, guards);
        return;
    case OP_EQ:
    case OP_NE:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
        type_compare(ty, term, guards);
        return;
    case OP_PERCENT:
        type_term(ty, term->left, guards);
        type_percent(ty, term);
        return;
    case OP_PLUS:
    case OP_MINUS:
        type_term(ty, term->left, guards);
        type_term(ty, term->right, guards);
        type_sum(ty, term);
        return;
    case OP_WORD:
    case OP_TODAY:
        return;
    }
}

bool expression_type(struct load *load, const struct node *node, const struct scope *scope,
                     struct expression *expression)
{
    struct typing ty = {load, node, scope, expression, NULL, false};
    type_term(&ty, expression->root, NULL);
    if (!ty.failed)
        want_bool(&ty, expression->root);
    return !ty.failed;
}

struct expression *expression_compile(struct load *load, const struct node *node,
                                      const struct scope *scope)
{
    str text = scalar_text(load, node, "a condition");
    if (!text.ptr)
        return NULL;
    struct fault fault = {PROBLEM_EXPRESSION, 0, STR_NONE};
    struct expression *expression = NEW(load->arena, struct expression);
    expression->text = text;
    expression->pos = node_pos_at(load, node, 0);
    expression->root = expression_parse(load->arena, text, &fault);
    if (!expression->root) {
        diagnose(load, fault.problem, node_pos_at(load, node, fault.at), "%.*s",
                 STR_FMT(fault.sentence));
        return NULL;
    }
    return expression_type(load, node, scope, expression) ? expression : NULL;
}
