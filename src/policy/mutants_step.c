/* SPDX-License-Identifier: Apache-2.0
 * Mutants of steps: who acts, what is taken, where it leads, what it does, who hears of it. */
#include "policy/mutants_priv.h"

/* ---- who ----------------------------------------------------------------------------------- */

static void mutate_by(struct making *making, struct node *step)
{
    struct node *by = child(step, "by"), *all = child(by, "all"), *each = child(by, "each");
    struct making_mark mark = enter(making, S("by"), NULL);
    if (each)
        mutate(making, MUTATION_SIGNER, by, by, text_node(making, each->text),
               node_brief(making, by), each->text);
    for (size_t i = 0; !all && i < making->procedure->n_seats; i++) {
        str role = making->procedure->seats[i].role;
        if (!str_eq(role, each ? each->text : by->text))
            mutate(making, MUTATION_ACTOR, by, by, text_node(making, role),
                   node_brief(making, by), role);
    }
    if (making->procedure->n_seats == 1 && !all)
        change_role(making, each ? each : by); /* it has no seat: for the loader to say */
    for (size_t i = 0; all && i < all->items.len; i++) {
        const struct node *fewer = without_item(making, all, i);
        bool one = fewer->items.len == 1;
        mutate(making, MUTATION_SIGNER, all->items.items[i], one ? by : all,
               one ? fewer->items.items[0] : fewer, node_brief(making, all),
               node_brief(making, fewer));
    }
    leave(making, mark);
}

/* ---- what is taken, shown, told ------------------------------------------------------------ */

static void drop_each(struct making *making, enum mutation kind, struct node *list)
{
    for (size_t i = 0; list && i < list->items.len; i++)
        drop_item(making, kind, list, i);
}

static void mutate_shows(struct making *making, struct node *step)
{
    struct making_mark mark = enter(making, S("materials"), NULL);
    drop_each(making, MUTATION_MATERIAL, child(step, "materials"));
    leave(making, mark);
    mark = enter(making, S("shows"), NULL);
    drop_each(making, MUTATION_SHOW, child(step, "shows"));
    leave(making, mark);
    const struct node *tell = child(step, "tell");
    for (size_t i = 0; tell && i < tell->entries.len; i++) {
        struct node *roles = tell->entries.items[i].value;
        mark = enter(making, S("tell"), NULL);
        struct making_mark inner = enter(making, tell->entries.items[i].key->text, NULL);
        drop_each(making, MUTATION_TELL, roles->kind == NODE_MAP ? child(roles, "to") : roles);
        leave(making, inner);
        leave(making, mark);
    }
}

/* yes and {meets: [...]} say yes. */
static void mutate_marks(struct making *making, struct node *step)
{
    static const char *const MARKS[] = {"opinion", "paper", "further"};
    for (size_t i = 0; i < COUNT_OF(MARKS); i++) {
        const struct node *mark = child(step, MARKS[i]);
        bool said = mark && !str_eq(mark->text, S("no"));
        struct making_mark in = enter(making, str_of(MARKS[i]), NULL);
        mutate(making, MUTATION_MARK, mark ? mark : child(step, "id"), step,
               with_key(making, step, str_of(MARKS[i]), text_node(making, said ? S("no")
                                                                              : S("yes"))),
               said ? S("yes") : S("no"), said ? S("no") : S("yes"));
        leave(making, in);
    }
}

/* ---- where it leads ------------------------------------------------------------------------ */

/* The step after that one in the file, other than the one that is decided; empty: there is none. */
static str another_step(const struct making *making, str target)
{
    const struct procedure *procedure = making->procedure;
    const struct step *step = procedure_step(procedure, target);
    size_t at = step ? (size_t)(step - procedure->steps) : 0;
    for (size_t i = 1; i <= procedure->n_steps; i++) {
        str id = procedure->steps[(at + i) % procedure->n_steps].id;
        if (!str_eq(id, target) && !str_eq(id, making->step->id))
            return id;
    }
    return STR_NONE;
}

/* Can something be open beside the step? Else done and end come to the same. */
static bool side_by_side(const struct procedure *procedure)
{
    for (size_t i = 0; i < procedure->n_steps; i++)
        for (size_t k = 0; k < procedure->steps[i].n_outcomes; k++) {
            const struct outcome *outcome = &procedure->steps[i].outcomes[k];
            if (outcome->n_targets > 1 && outcome->leads != LEADS_FIRST)
                return true;
        }
    return false;
}

static void change_target(struct making *making, struct node *to)
{
    str head, step;
    if (!str_cut(to->text, ' ', &head, &step)) {
        step = to->text;
    } else { /* hold STEP */
        change_text(making, MUTATION_TARGET, to, step);
        change_text(making, MUTATION_TARGET, to, S("end"));
        return;
    }
    bool ends = str_eq(step, S("end")), done = str_eq(step, S("done"));
    bool named = procedure_step(making->procedure, step) != NULL;
    str other = another_step(making, step);
    str elsewhere = other.len ? other : S("stay");
    if (!str_eq(elsewhere, to->text))
        change_text(making, MUTATION_TARGET, to, elsewhere);
    if (!ends && (!done || side_by_side(making->procedure)))
        change_text(making, MUTATION_TARGET, to, S("end"));
    if (!done && (named || side_by_side(making->procedure)))
        change_text(making, MUTATION_TARGET, to, S("done"));
}

/* {STEP: CONDITION}, {STEP: otherwise}; n: 2 where it may as well end. */
static void change_choice(struct making *making, struct node *item, size_t n)
{
    const struct node_entry *entry = &item->entries.items[0];
    str step = entry->key->text, other = another_step(making, step);
    bool otherwise = str_eq(entry->value->text, S("otherwise"));
    str ways[] = {other, str_eq(step, S("end")) ? S("done") : S("end")};
    for (size_t i = 0; i < n; i++) {
        struct node *changed = without_key(making, item, "");
        changed->entries.items[0].key = text_node(making, ways[i]);
        if (ways[i].len)
            mutate(making, MUTATION_TARGET, entry->key, item, changed, step, ways[i]);
    }
    if (!otherwise)
        mutate_expression(making, entry->value);
}

/* {STEP: CONDITION} or STEP, each of which opens or not. */
static void mutate_each(struct making *making, struct node *list)
{
    for (size_t i = 0; i < list->items.len; i++) {
        struct node *item = list->items.items[i];
        struct making_mark mark = enter_item(making, i, NULL);
        if (list->items.len > 2)
            drop_item(making, MUTATION_TARGET, list, i);
        if (item->kind == NODE_MAP)
            change_choice(making, item, 1);
        leave(making, mark);
    }
}

static void mutate_targets(struct making *making, struct node *to)
{
    if (child(to, "each")) {
        mutate_each(making, child(to, "each"));
        if (child(to, "otherwise"))
            change_target(making, child(to, "otherwise"));
        return;
    }
    if (to->kind == NODE_SCALAR)
        change_target(making, to);
    for (size_t i = 0; i < to->items.len; i++) {
        struct node *item = to->items.items[i];
        struct making_mark mark = enter_item(making, i, NULL);
        if (item->kind == NODE_MAP)
            change_choice(making, item, 2);
        else
            drop_item(making, MUTATION_TARGET, to, i);
        leave(making, mark);
    }
}

/* ---- what it does -------------------------------------------------------------------------- */

/* What does nearly the same; the effect itself where nothing does. */
static enum effect_kind other_effect(enum effect_kind kind)
{
    switch (kind) {
    case EFFECT_grant:
    case EFFECT_lend: return kind == EFFECT_lend ? EFFECT_grant : EFFECT_regrant;
    case EFFECT_regrant:
    case EFFECT_ungrant: return EFFECT_grant;
    case EFFECT_take_back: return EFFECT_ungrant;
    case EFFECT_release: return EFFECT_retire;
    case EFFECT_set_live: return EFFECT_retire;
    case EFFECT_retire: return EFFECT_release;
    case EFFECT_provide:
    case EFFECT_file:
    case EFFECT_extend:
    case EFFECT_start: return kind;
    }
    return kind;
}

/* STEP.FIELD of the next field of that type in the procedure; empty when there is no other. */
static str another_value(struct making *making, str step_id, str field_id)
{
    const struct procedure *procedure = making->procedure;
    const struct step *own = procedure_step(procedure, step_id);
    const struct field *field = form_field(&own->form, field_id);
    bool passed = false;
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < procedure->n_steps; i++)
            for (size_t k = 0; k < procedure->steps[i].form.n; k++) {
                const struct field *other = &procedure->steps[i].form.fields[k];
                if (passed && other != field && other->type == field->type)
                    return str_printf(making->arena, "%.*s.%.*s",
                                      STR_FMT(procedure->steps[i].id), STR_FMT(other->id));
                passed |= other == field;
            }
    return STR_NONE;
}

static str another_procedure(const struct making *making, str id)
{
    const struct policy *policy = making->policy;
    for (size_t i = 0; i < policy->n_procedures; i++)
        if (str_eq(policy->procedures[i].id, id))
            return policy->procedures[(i + 1) % policy->n_procedures].id;
    return id;
}

/* The argument, between the brackets, with another value. */
static str other_argument(struct making *making, const struct effect *effect)
{
    str value;
    switch (effect_argument(effect->kind)) {
    case ARGUMENT_NOTHING: return STR_NONE;
    case ARGUMENT_REGISTER: /* about whoever decides */
        return effect->role.len ? str_printf(making->arena, "%.*s of %.*s",
                                             STR_FMT(effect->target), STR_FMT(effect->step))
                                : STR_NONE;
    case ARGUMENT_QUANTITIES:
    case ARGUMENT_ORGANISATION: return another_value(making, effect->step, effect->field);
    case ARGUMENT_EXTENSION:
        value = another_value(making, effect->step, effect->field);
        return value.len ? str_printf(making->arena, "%.*s by %.*s", STR_FMT(effect->target),
                                      STR_FMT(value))
                         : STR_NONE;
    case ARGUMENT_PROCEDURE: return another_procedure(making, effect->target);
    }
    return STR_NONE;
}

static void change_effect(struct making *making, struct node *scalar, const struct effect *effect)
{
    static const str NAMES[] = {
#define X(symbol, name, argument) {name, sizeof(name) - 1},
        EFFECTS(X)
#undef X
    };
    enum effect_kind other = other_effect(effect->kind);
    str name, argument, value = other_argument(making, effect);
    bool call = str_cut(scalar->text, '(', &name, &argument);
    if (other != effect->kind)
        change_text(making, MUTATION_EFFECT, scalar,
                    str_printf(making->arena, "%.*s%s%.*s", STR_FMT(NAMES[other]), call ? "(" : "",
                               STR_FMT(argument)));
    if (value.len)
        change_text(making, MUTATION_EFFECT, scalar,
                    str_printf(making->arena, "%.*s(%.*s)", STR_FMT(name), STR_FMT(value)));
}

static void mutate_effects(struct making *making, struct node *list, const struct outcome *outcome)
{
    for (size_t i = 0; list && i < list->items.len; i++) {
        struct making_mark mark = enter_item(making, i, NULL);
        drop_item(making, MUTATION_EFFECT, list, i);
        change_effect(making, list->items.items[i], &outcome->effects[i]);
        leave(making, mark);
    }
}

void mutate_outcomes(struct making *making, const struct node *outcomes)
{
    for (size_t i = 0; i < outcomes->entries.len; i++) {
        const struct node *node = outcomes->entries.items[i].value;
        const struct outcome *outcome = &making->step->outcomes[i];
        struct making_mark mark = enter(making, outcome->id, NULL);
        struct making_mark inner = enter(making, S("to"), NULL);
        mutate_targets(making, child(node, "to"));
        leave(making, inner);
        inner = enter(making, S("effects"), NULL);
        mutate_effects(making, child(node, "effects"), outcome);
        leave(making, inner);
        leave(making, mark);
    }
}

/* ---- steps --------------------------------------------------------------------------------- */

/* A list for every outcome, or lists by outcome. */
static void mutate_needs(struct making *making, struct node *needs)
{
    struct making_mark mark = enter(making, S("needs"), NULL);
    if (needs && needs->kind == NODE_LIST)
        mutate_conditions(making, needs);
    for (size_t i = 0; needs && i < needs->entries.len; i++) {
        struct making_mark inner = enter(making, needs->entries.items[i].key->text, NULL);
        mutate_conditions(making, needs->entries.items[i].value);
        leave(making, inner);
    }
    leave(making, mark);
}

void mutate_steps(struct making *making, const struct node *steps)
{
    for (size_t i = 0; i < steps->items.len; i++) {
        struct node *node = steps->items.items[i];
        making->step = &making->procedure->steps[i];
        struct making_mark mark = enter(making, making->step->id, node);
        mutate_by(making, node);
        mutate_limits(making, node);
        struct making_mark inner = enter(making, S("form"), NULL);
        mutate_form(making, child(node, "form"), true);
        leave(making, inner);
        mutate_shows(making, node);
        mutate_needs(making, child(node, "needs"));
        mutate_marks(making, node);
        inner = enter(making, S("outcomes"), NULL);
        mutate_outcomes(making, child(node, "outcomes"));
        leave(making, inner);
        leave(making, mark);
    }
    making->step = NULL;
}
