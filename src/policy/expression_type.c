/* SPDX-License-Identifier: Apache-2.0
 * Types of an expression. A number beside a quantity means units of the item, so 1 is a million
 * millionths; beside money it means yuan. */
#include "policy/typing_priv.h"

static const char *const TYPE_NAMES[] = {
    [TYPE_BAD] = "", [TYPE_BOOL] = "a condition", [TYPE_INTEGER] = "a number",
    [TYPE_LITERAL] = "a number", [TYPE_TEXT] = "a text", [TYPE_CHOICE] = "a choice",
    [TYPE_DATE] = "a date", [TYPE_QUANTITY] = "a quantity of one item",
    [TYPE_QUANTITIES] = "a table of quantities", [TYPE_ORGANISATION] = "an organisation",
    [TYPE_ORGANISATIONS] = "several organisations", [TYPE_MONEY] = "money",
    [TYPE_CASE] = "a case", [TYPE_PERSON] = "a person", [TYPE_SPAN] = "a length of time",
};
static const str LEVELS[] = {{"province", 8}, {"city", 4}, {"county", 6}};
static const str STAGES[] = {{"planned", 7}, {"live", 4}, {"retired", 7}};

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
    /* Numbers are millionths: of one, or of a yuan. */
    int64_t unit = type == TYPE_MONEY ? QUANTITY_ONE / FEN_PER_YUAN : QUANTITY_ONE;
    if (type != TYPE_INTEGER && type != TYPE_MONEY)
        return;
    if (term->number % unit != 0) {
        FAULT(ty, term, TYPES, type == TYPE_MONEY
                                   ? "money is yuan with two decimals at most."
                                   : "this is compared with a whole number; write it without "
                                     "decimals.");
        return;
    }
    term->number /= unit;
}

static bool is_number(enum type type)
{
    return type == TYPE_INTEGER || type == TYPE_LITERAL || type == TYPE_QUANTITY ||
           type == TYPE_MONEY;
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
                  of->type == TYPE_INTEGER || of->type == TYPE_MONEY;
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
    if (l->type == TYPE_DATE && r->type == TYPE_SPAN) {
        term->type = TYPE_DATE;
        return;
    }
    if (!agree_numbers(ty, term, l, r)) {
        FAULT(ty, term, TYPES, "%s and %s cannot be added or subtracted; only numbers and "
              "quantities of one item can, and a length of time to a date.",
              TYPE_NAMES[l->type], TYPE_NAMES[r->type]);
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

/* A choice of the step's own form, under a name that is no word of the other choice. */
static bool is_own_choice(const struct typing *ty, const struct term *bare, const struct term *path)
{
    const struct form *form = ty->scope->step ? &ty->scope->step->form : NULL;
    const struct field *own = form ? form_field(form, bare->parts[0]) : NULL;
    for (size_t i = 0; path->field && i < path->field->n_choices; i++)
        if (str_eq(path->field->choices[i].id, bare->parts[0]))
            return false;
    return path->field && own && own->type == FIELD_CHOICE;
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

/* A bare name beside a choice is one of its words, or another choice of the form. */
static void type_sides(struct typing *ty, struct term *l, struct term *r,
                       const struct guard *guards)
{
    bool swap = is_bare(l) && (!is_bare(r) || !ty->scope->step ||
                               !form_field(&ty->scope->step->form, l->parts[0]));
    struct term *first = swap ? r : l, *second = swap ? l : r;
    type_term(ty, first, guards);
    if (first->type == TYPE_CHOICE && first->op == OP_PATH && is_bare(second) &&
        !is_own_choice(ty, second, first))
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
    if (l->type == TYPE_SPAN && r->type == TYPE_SPAN) {
        FAULT(ty, term, TYPES, "a length of time is not compared; add it to a date.");
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

/* Of guards that say a step was decided so: no field has such a name. */
static const struct whose DECIDED = {.name = {"done()", 6}};

/* What is surely given when term has that value, before rest. */
static const struct guard *guards_of(struct arena *arena, const struct term *term, bool value,
                                     const struct guard *rest)
{
    if (term->op == OP_NOT)
        return guards_of(arena, term->left, !value, rest);
    if ((term->op == OP_AND && value) || (term->op == OP_OR && !value))
        return guards_of(arena, term->right, value,
                         guards_of(arena, term->left, value, rest));
    bool done = term->op == OP_DONE && !term->n_of;
    if ((term->op != OP_GIVEN && !done) || !value || term->type == TYPE_BAD)
        return rest;
    struct guard *guard = NEW(arena, struct guard);
    *guard = (struct guard){term->whose, term->head, term->name, rest};
    if (done)
        *guard = (struct guard){DECIDED, term->parts[0], term->parts[1], rest};
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
    struct pos pos = typing_pos(ty, term);
    term->type = TYPE_BOOL;
    if (!ty->scope->step) {
        FAULT(ty, term, UNKNOWN_STEP, "there are no steps here; ask it in a step.");
        return;
    }
    const struct step *step =
        term->n_of ? resolve_cited_step(ty, term)
                   : want_step(ty->load, ty->scope->procedure, term->parts[0], pos);
    bool outcome = term->op == OP_DONE || term->op == OP_ON;
    bool known = step && (!outcome ||
                          want_outcome(ty->load, step, term->parts[1], pos));
    if (!known) {
        ty->failed = true;
        term->type = TYPE_BAD;
    } else if (term->op == OP_SHORT && !step->ahead.present) {
        FAULT(ty, term, UNKNOWN_PATH, "step %.*s has no \"ahead\", so its notice is never short.",
              STR_FMT(step->id));
    }
}

/* on(STEP.OUTCOME), behind done() of the same. */
static void type_on(struct typing *ty, struct term *term, const struct guard *guards)
{
    type_step(ty, term);
    if (term->type == TYPE_BAD)
        return;
    for (const struct guard *guard = guards; guard; guard = guard->next)
        if (str_eq(guard->whose.name, DECIDED.name) && str_eq(guard->head, term->parts[0]) &&
            str_eq(guard->name, term->parts[1])) {
            term->type = TYPE_DATE;
            return;
        }
    FAULT(ty, term, UNGUARDED, "step %.*s may not have been decided so; write done(%.*s.%.*s) "
          "and ... before.", STR_FMT(term->parts[0]), STR_FMT(term->parts[0]),
          STR_FMT(term->parts[1]));
}

static void type_listed(struct typing *ty, struct term *term)
{
    const struct policy *policy = ty->load->policy;
    const struct listing_rule *asked = policy_list(policy, term->parts[0]);
    term->type = TYPE_BOOL;
    if (!want_system(ty, term))
        return;
    /* Lists are looked through in their order; reports come behind all of them. */
    if (asked && ty->scope->place == PLACE_LIST && !asked->when)
        FAULT(ty, term, UNKNOWN_LIST, "list %.*s is not known yet where it is asked for; a list "
              "asks those that stand before it, never itself.", STR_FMT(term->parts[0]));
    if (asked)
        return;
    str *ids = NEWS(ty->load->arena, str, policy->n_lists);
    for (size_t i = 0; i < policy->n_lists; i++)
        ids[i] = policy->lists[i].id;
    str expected = expected_words(ty->load->arena, term->parts[0], ids, policy->n_lists);
    FAULT(ty, term, UNKNOWN_LIST, "no list \"%.*s\"%.*s", STR_FMT(term->parts[0]),
          STR_FMT(expected));
}

/* Nothing is looked through anew because a case opens or ends, so it is asked of an act alone. */
static void type_running(struct typing *ty, struct term *term)
{
    enum place place = ty->scope->place;
    term->type = TYPE_BOOL;
    if (!want_system(ty, term))
        return;
    if (place == PLACE_LIST) {
        FAULT(ty, term, UNKNOWN_PATH, "running() is asked when somebody acts: in offered, in needs "
              "and where an outcome leads.");
        return;
    }
    const struct procedure *asked =
        want_procedure(ty->load, term->parts[0], typing_pos(ty, term));
    if (!asked)
        ty->failed = true;
    else if (asked->subject == SUBJECT_OPENER)
        FAULT(ty, term, NO_SYSTEM, "cases of %.*s are about no system, so none of them ever runs "
              "beside.", STR_FMT(asked->id));
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
    case OP_SPAN:
        term->type = TYPE_SPAN;
        return;
    case OP_ON:
        type_on(ty, term, guards);
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
    case OP_RUNNING:
        type_running(ty, term);
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
