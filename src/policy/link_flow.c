/* SPDX-License-Identifier: Apache-2.0
 * Where outcomes lead and what they do. */
#include "policy/expression_priv.h"

enum { EFFECTS_MAX = 8 };

struct flow {
    struct load *load;
    const struct procedure *procedure;
    const struct step *step;
    struct outcome *out;
};

static bool step_target(struct flow *f, str id, struct pos pos, struct target *out)
{
    if (!want_step(f->load, f->procedure, id, pos))
        return false;
    out->step = id;
    return true;
}

/* to: STEP | hold STEP | back | stay | done | end */
static bool single_target(struct flow *f, const struct node *node, struct target *out)
{
    str text = scalar_text(f->load, node, "to");
    if (!text.ptr)
        return false;
    if (str_eq(text, S("end")) || str_eq(text, S("done")) || str_eq(text, S("back"))) {
        out->kind = text.ptr[0] == 'e' ? TARGET_END : text.ptr[0] == 'd' ? TARGET_DONE
                                                                         : TARGET_BACK;
        return true;
    }
    if (str_eq(text, S("stay"))) {
        out->kind = TARGET_STAY;
        return true;
    }
    str head, rest;
    if (str_cut(text, ' ', &head, &rest)) {
        if (!str_eq(head, S("hold")) || str_has(rest, S(" "))) {
            diagnose(f->load, PROBLEM_TARGET, node->pos,
                     "\"%.*s\" is no target; expected STEP, hold STEP, back, stay, done or "
                     "end.", STR_FMT(text));
            return false;
        }
        out->kind = TARGET_HOLD;
        return step_target(f, rest, node_pos_at(f->load, node, 5), out);
    }
    out->kind = TARGET_STEP;
    return step_target(f, text, node->pos, out);
}

/* Does the step of the last target stand in the list already? */
static void want_once(struct flow *f, struct pos pos)
{
    const struct outcome *out = f->out;
    const struct target *last = &out->targets[out->n_targets - 1];
    for (const struct target *target = out->targets; target < last; target++)
        if (target->kind == TARGET_STEP && str_eq(target->step, last->step))
            diagnose(f->load, PROBLEM_TARGET, pos, "step %.*s stands twice in one list.",
                     STR_FMT(last->step));
}

static void side_by_side(struct flow *f, const struct node *list)
{
    struct outcome *out = f->out;
    for (size_t i = 0; i < list->items.len; i++) {
        const struct node *item = list->items.items[i];
        str id = scalar_text(f->load, item, "a step");
        struct target *target = &out->targets[out->n_targets];
        target->kind = TARGET_STEP;
        if (id.ptr && str_eq(id, S("stay"))) {
            target->kind = TARGET_STAY;
            target->step = STR_NONE;
            out->n_targets++;
            continue;
        }
        if (!id.ptr || !step_target(f, id, item->pos, target))
            continue;
        out->n_targets++;
        want_once(f, item->pos);
    }
}

static void choice_target(struct flow *f, const struct node_entry *entry, bool last,
                          struct target *out)
{
    struct scope scope = {f->procedure, f->step, PLACE_CHOICE, f->out->id};
    str id = entry->key->text;
    bool ends = str_eq(id, S("end"));
    out->kind = ends ? TARGET_END : str_eq(id, S("done")) ? TARGET_DONE : TARGET_STEP;
    if (out->kind == TARGET_STEP)
        step_target(f, id, entry->key->pos, out);
    bool otherwise = entry->value->kind == NODE_SCALAR &&
                     str_eq(entry->value->text, S("otherwise"));
    out->otherwise = otherwise;
    if (otherwise && !last)
        diagnose(f->load, PROBLEM_OTHERWISE, entry->value->pos,
                 "what stands after otherwise is never chosen; put otherwise last.");
    if (!otherwise)
        out->when = expression_compile(f->load, entry->value, &scope);
    bool misplaced = false;
    for (const struct target *before = f->out->targets; before < out; before++)
        misplaced |= !before->when;
    if (last && !otherwise && !misplaced)
        diagnose(f->load, PROBLEM_OTHERWISE, entry->value->pos,
                 "when no condition holds the case would stand still; end the choice with "
                 "{STEP: otherwise}.");
}

static void choice(struct flow *f, const struct node *list)
{
    size_t n = list->items.len;
    f->out->leads = LEADS_FIRST;
    for (size_t i = 0; i < n; i++) {
        const struct node *item = list->items.items[i];
        if (item->kind != NODE_MAP || item->entries.len != 1) {
            diagnose(f->load, PROBLEM_TARGET, item->pos,
                     "an entry of a choice is {STEP: condition} or {STEP: otherwise}.");
            continue;
        }
        choice_target(f, &item->entries.items[0], i + 1 == n,
                      &f->out->targets[f->out->n_targets++]);
    }
}

/* STEP, or {STEP: CONDITION} */
static void each_target(struct flow *f, const struct node *item)
{
    struct scope scope = {f->procedure, f->step, PLACE_CHOICE, f->out->id};
    bool asks = item->kind == NODE_MAP && item->entries.len == 1;
    const struct node *name = asks ? item->entries.items[0].key : item;
    str id = scalar_text(f->load, name, "a step");
    struct target *target = &f->out->targets[f->out->n_targets];
    *target = (struct target){.kind = TARGET_STEP};
    if (!id.ptr || !step_target(f, id, name->pos, target))
        return;
    if (asks)
        target->when = expression_compile(f->load, item->entries.items[0].value, &scope);
    f->out->n_targets++;
    want_once(f, name->pos);
}

/* {each: [{STEP: CONDITION}, ...], otherwise: STEP}: a way out where every entry asks. */
static void each(struct flow *f, const struct node *to)
{
    struct outcome *out = f->out;
    const struct node *list = node_get(to, "each"), *otherwise = node_get(to, "otherwise");
    bool always = false;
    out->leads = LEADS_EACH;
    size_t errors = f->load->diagnostics->errors;
    if (!check_map(f->load, to, "to", "each otherwise") || f->load->diagnostics->errors > errors)
        return;
    if (list && !check_list(f->load, list, "each", EACH_MAX))
        return;
    if (!list || list->items.len < 2) {
        diagnose(f->load, PROBLEM_TARGET, to->pos,
                 "to is a STEP, a list of them, or {each: [{STEP: condition}, {STEP: "
                 "condition}], otherwise: STEP}, with two steps and more.");
        return;
    }
    for (size_t i = 0; i < list->items.len; i++) {
        always |= list->items.items[i]->kind == NODE_SCALAR;
        each_target(f, list->items.items[i]);
    }
    if (always == (otherwise != NULL))
        diagnose(f->load, PROBLEM_OTHERWISE, otherwise ? otherwise->pos : to->pos,
                 always ? "a step without a condition always opens, so otherwise is never chosen; "
                          "leave it out."
                        : "when no condition holds the case would stand still; add otherwise: "
                          "STEP, done or end.");
    struct target *last = &out->targets[out->n_targets];
    if (otherwise && single_target(f, otherwise, last)) {
        last->otherwise = true;
        out->n_targets++;
        if (last->kind != TARGET_STEP && last->kind != TARGET_DONE && last->kind != TARGET_END)
            diagnose(f->load, PROBLEM_TARGET, otherwise->pos,
                     "otherwise is a STEP, done or end.");
        else if (last->kind == TARGET_STEP)
            want_once(f, otherwise->pos);
    }
}

static void link_targets(struct flow *f, const struct node *node)
{
    struct outcome *out = f->out;
    const struct node *to = node_get(node, "to");
    if (!to) {
        diagnose(f->load, PROBLEM_MISSING_KEY, node->pos,
                 "outcome \"%.*s\" has no \"to\"; expected a STEP, hold STEP, back, stay, done or "
                 "end.", STR_FMT(out->id));
        return;
    }
    out->targets = NEWS(f->load->arena, struct target, TARGETS_MAX);
    if (to->kind == NODE_SCALAR) {
        out->n_targets = single_target(f, to, &out->targets[0]) ? 1 : 0;
        return;
    }
    if (to->kind == NODE_MAP) {
        each(f, to);
        return;
    }
    if (!check_list(f->load, to, "to", TARGETS_MAX))
        return;
    if (to->items.len == 0)
        diagnose(f->load, PROBLEM_TARGET, to->pos, "the list of targets is empty; write done.");
    else if (to->items.items[0]->kind == NODE_MAP)
        choice(f, to);
    else
        side_by_side(f, to);
}

/* ---- effects ------------------------------------------------------------------------------- */

static const str EFFECT_NAMES[] = {
#define X(symbol, name, argument) {name, sizeof(name) - 1},
    EFFECTS(X)
#undef X
};

static const char *argument_form(enum effect_kind kind)
{
    switch (effect_argument(kind)) {
    case ARGUMENT_NOTHING: return " without an argument";
    case ARGUMENT_QUANTITIES:
    case ARGUMENT_ORGANISATION: return "(STEP.FIELD)";
    case ARGUMENT_REGISTER: return "(REGISTER of STEP) or (REGISTER of STEP about ROLE)";
    case ARGUMENT_EXTENSION: return "(STEP by STEP.FIELD)";
    case ARGUMENT_PROCEDURE: return "(PROCEDURE)";
    }
    return "";
}

static bool effect_kind(struct flow *f, const struct node *node, str name,
                        enum effect_kind *out)
{
    for (size_t i = 0; i < COUNT_OF(EFFECT_NAMES); i++)
        if (str_eq(EFFECT_NAMES[i], name)) {
            *out = (enum effect_kind)i;
            return true;
        }
    str expected = expected_words(f->load->arena, name, EFFECT_NAMES, COUNT_OF(EFFECT_NAMES));
    diagnose(f->load, PROBLEM_EFFECT, node->pos, "no effect \"%.*s\"%.*s", STR_FMT(name),
             STR_FMT(expected));
    return false;
}

/* The field that an effect takes its value from. */
static bool effect_field(struct flow *f, struct pos pos, enum field_type type, struct effect *out)
{
    const struct step *step = want_step(f->load, f->procedure, out->step, pos);
    if (!step || form_is_broken(f->load, step))
        return false;
    const struct field *field = want_field(f->load, step, out->field, pos);
    if (field && !want_single(f->load, step, field->id, pos))
        return false;
    if (field && field->type != type)
        diagnose(f->load, PROBLEM_EFFECT, pos, "%.*s takes a field of type %s; %.*s is of type "
                 "%s.", STR_FMT(EFFECT_NAMES[out->kind]), field_type_name(type),
                 STR_FMT(field->id), field_type_name(field->type));
    return field != NULL;
}

/* Does the register take whatever the form does? The first word that it does not, else empty. */
static str word_too_many(const struct field *field, const struct field *wanted)
{
    for (size_t i = 0; i < field->n_choices; i++) {
        bool known = false;
        for (size_t k = 0; k < wanted->n_choices && !known; k++)
            known = str_eq(field->choices[i].id, wanted->choices[k].id);
        if (!known)
            return field->choices[i].id;
    }
    return STR_NONE;
}

static void check_line_value(struct flow *f, struct pos pos, const struct ledger *ledger,
                             const struct field *field, const struct field *wanted)
{
    str word = word_too_many(field, wanted);
    bool ranged = field->type == FIELD_INTEGER || field->type == FIELD_MONEY ||
                  field->type == FIELD_ORGANISATIONS;
    if (word.len)
        diagnose(f->load, PROBLEM_EFFECT, pos,
                 "register %.*s knows no choice %.*s of its field %.*s, which the step can choose; "
                 "add it to the register.", STR_FMT(ledger->id), STR_FMT(word),
                 STR_FMT(wanted->id));
    else if (ranged && (field->min < wanted->min || field->max > wanted->max))
        diagnose(f->load, PROBLEM_EFFECT, pos,
                 "register %.*s takes %.*s from %lld to %lld only, and the step takes more; give "
                 "both the same range.", STR_FMT(ledger->id), STR_FMT(wanted->id),
                 (long long)wanted->min, (long long)wanted->max);
    else if (!str_eq(field->role, wanted->role) || !str_eq(field->procedure, wanted->procedure))
        diagnose(f->load, PROBLEM_EFFECT, pos,
                 "%.*s of register %.*s does not name what %.*s of the step names; give both the "
                 "same role or procedure.", STR_FMT(wanted->id), STR_FMT(ledger->id),
                 STR_FMT(field->id));
}

/* Each field that the register wants stands in that step's form, under the same name and type. */
static bool effect_register(struct flow *f, struct pos pos, const struct effect *effect)
{
    const struct policy *policy = f->load->policy;
    const struct ledger *ledger = policy_register(policy, effect->target);
    if (!ledger) {
        str *ids = NEWS(f->load->arena, str, policy->n_registers);
        for (size_t i = 0; i < policy->n_registers; i++)
            ids[i] = policy->registers[i].id;
        str expected = expected_words(f->load->arena, effect->target, ids, policy->n_registers);
        diagnose(f->load, PROBLEM_UNKNOWN_REGISTER, pos, "no register \"%.*s\"%.*s",
                 STR_FMT(effect->target), STR_FMT(expected));
        return false;
    }
    if (effect->role.len && ledger->about == ABOUT_SYSTEM)
        diagnose(f->load, PROBLEM_EFFECT, pos,
                 "register %.*s is about systems, so its line is about the system of the case; "
                 "leave out \"about %.*s\".", STR_FMT(ledger->id), STR_FMT(effect->role));
    const struct step *from = want_step(f->load, f->procedure, effect->step, pos);
    if (!from || form_is_broken(f->load, from))
        return false;
    if (ledger->form.n && !want_single(f->load, from, ledger->form.fields[0].id, pos))
        return false;
    for (size_t i = 0; i < ledger->form.n; i++) {
        const struct field *wanted = &ledger->form.fields[i];
        const struct field *field = form_field(&from->form, wanted->id);
        bool always = field && (from == f->step ? field_applies(field, f->out->id)
                                                : field_always(from, field));
        bool there = always && (!field->optional || wanted->optional);
        if (field ? field->type != wanted->type || !there : !wanted->optional)
            diagnose(f->load, PROBLEM_EFFECT, pos,
                     "register %.*s takes its line from step %.*s, which has no field %.*s of type "
                     "%s that is always there; add it to the form.", STR_FMT(ledger->id),
                     STR_FMT(from->id), STR_FMT(wanted->id), field_type_name(wanted->type));
        else if (field)
            check_line_value(f, pos, ledger, field, wanted);
    }
    return true;
}

static bool effect_procedure(struct flow *f, struct pos pos, const struct effect *effect)
{
    const struct procedure *started = want_procedure(f->load, effect->target, pos);
    if (started && started->subject != SUBJECT_OPENER &&
        f->procedure->subject == SUBJECT_OPENER)
        diagnose(f->load, PROBLEM_NO_SYSTEM, pos,
                 "%.*s is about a system, and this case is about none; a case can start others "
                 "about whoever opens them.", STR_FMT(effect->target));
    return started != NULL;
}

/* What an effect does to a system wants a case that is about one. */
static void check_effect_system(struct flow *f, struct pos pos, const struct effect *effect)
{
    const struct ledger *ledger = effect->kind == EFFECT_file
                                      ? policy_register(f->load->policy, effect->target) : NULL;
    bool wants = effect->kind != EFFECT_start && effect->kind != EFFECT_extend &&
                 (!ledger || ledger->about == ABOUT_SYSTEM);
    if (wants && f->procedure->subject == SUBJECT_OPENER)
        diagnose(f->load, PROBLEM_NO_SYSTEM, pos,
                 "the case is about no system, so %.*s has nothing to act on.",
                 STR_FMT(EFFECT_NAMES[effect->kind]));
}

/* STEP by STEP.FIELD: a step whose limit says how far it may be extended. */
static bool effect_extension(struct flow *f, struct pos pos, struct effect *out)
{
    const struct step *step = want_step(f->load, f->procedure, out->target, pos);
    return step && effect_field(f, pos, FIELD_INTEGER, out);
}

static bool read_argument(struct effect *out, str text)
{
    str head, rest;
    switch (effect_argument(out->kind)) {
    case ARGUMENT_NOTHING: return false;
    case ARGUMENT_QUANTITIES:
    case ARGUMENT_ORGANISATION: return str_cut(text, '.', &out->step, &out->field);
    case ARGUMENT_PROCEDURE:
        out->target = text;
        return text.len > 0 && !str_has(text, S("."));
    case ARGUMENT_REGISTER:
        if (!str_cut(text, ' ', &out->target, &rest) || !str_cut(rest, ' ', &head, &rest) ||
            !str_eq(head, S("of")))
            return false;
        if (!str_cut(rest, ' ', &out->step, &text))
            return out->step.len > 0;
        return str_cut(text, ' ', &head, &out->role) && str_eq(head, S("about")) &&
               out->role.len > 0;
    case ARGUMENT_EXTENSION:
        if (!str_cut(text, ' ', &out->target, &rest) || !str_cut(rest, ' ', &head, &rest))
            return false;
        return str_eq(head, S("by")) && str_cut(rest, '.', &out->step, &out->field);
    }
    return false;
}

static bool link_argument(struct flow *f, struct pos pos, struct effect *out)
{
    switch (effect_argument(out->kind)) {
    case ARGUMENT_NOTHING: return true;
    case ARGUMENT_QUANTITIES: return effect_field(f, pos, FIELD_QUANTITIES, out);
    case ARGUMENT_ORGANISATION: return effect_field(f, pos, FIELD_ORGANISATION, out);
    case ARGUMENT_REGISTER: return effect_register(f, pos, out);
    case ARGUMENT_EXTENSION: return effect_extension(f, pos, out);
    case ARGUMENT_PROCEDURE: return effect_procedure(f, pos, out);
    }
    return false;
}

static bool link_effect(struct flow *f, const struct node *node, struct effect *out)
{
    str text = scalar_text(f->load, node, "an effect"), name, argument;
    if (!text.ptr)
        return false;
    bool call = str_cut(text, '(', &name, &argument);
    if (!effect_kind(f, node, name, &out->kind))
        return false;
    out->pos = node->pos;
    bool wanted = effect_argument(out->kind) != ARGUMENT_NOTHING;
    bool closed = call && argument.len > 0 && argument.ptr[argument.len - 1] == ')';
    if (closed)
        argument.len--;
    if (call != closed || call != wanted || (call && !read_argument(out, argument))) {
        diagnose(f->load, PROBLEM_EFFECT, node->pos, "\"%.*s\" cannot be read; expected %.*s%s.",
                 STR_FMT(text), STR_FMT(name), argument_form(out->kind));
        return false;
    }
    check_effect_system(f, node->pos, out);
    return link_argument(f, node_pos_at(f->load, node, name.len + (call ? 1 : 0)), out);
}

void link_outcome(struct load *load, const struct procedure *procedure, const struct step *step,
                  const struct node *node, struct outcome *out)
{
    struct flow f = {load, procedure, step, out};
    if (node->kind != NODE_MAP)
        return;
    link_targets(&f, node);
    const struct node *effects = node_get(node, "effects");
    if (!effects || !check_list(load, effects, "effects", EFFECTS_MAX))
        return;
    out->effects = NEWS(load->arena, struct effect, effects->items.len);
    for (size_t i = 0; i < effects->items.len; i++)
        if (link_effect(&f, effects->items.items[i], &out->effects[out->n_effects]))
            out->n_effects++;
}
