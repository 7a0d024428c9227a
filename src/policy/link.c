/* SPDX-License-Identifier: Apache-2.0
 * Names: every word that points at something else is looked up, conditions are compiled. */
#include "policy/expression_priv.h"

enum { NEEDS_MAX = 64 };

/* ---- looking up ---------------------------------------------------------------------------- */

const struct step *want_step(struct load *load, const struct procedure *procedure, str id,
                             struct pos pos)
{
    const struct step *step = procedure_step(procedure, id);
    if (step)
        return step;
    str *ids = NEWS(load->arena, str, procedure->n_steps);
    size_t n = 0;
    for (size_t i = 0; i < procedure->n_steps; i++)
        if (procedure->steps[i].id.ptr)
            ids[n++] = procedure->steps[i].id;
    str expected = expected_words(load->arena, id, ids, n);
    diagnose(load, PROBLEM_UNKNOWN_STEP, pos, "no step \"%.*s\" in procedure %.*s%.*s",
             STR_FMT(id), STR_FMT(procedure->id), STR_FMT(expected));
    return NULL;
}

const struct outcome *want_outcome(struct load *load, const struct step *step, str id,
                                   struct pos pos)
{
    const struct outcome *outcome = step_outcome(step, id);
    if (outcome)
        return outcome;
    str *ids = NEWS(load->arena, str, step->n_outcomes);
    for (size_t i = 0; i < step->n_outcomes; i++)
        ids[i] = step->outcomes[i].id;
    str expected = expected_words(load->arena, id, ids, step->n_outcomes);
    diagnose(load, PROBLEM_UNKNOWN_OUTCOME, pos, "step %.*s has no outcome \"%.*s\"%.*s",
             STR_FMT(step->id), STR_FMT(id), STR_FMT(expected));
    return NULL;
}

const struct field *want_field(struct load *load, const struct step *step, str id, struct pos pos)
{
    const struct field *field = form_field(&step->form, id);
    if (field)
        return field;
    str *ids = NEWS(load->arena, str, step->form.n);
    for (size_t i = 0; i < step->form.n; i++)
        ids[i] = step->form.fields[i].id;
    str expected = expected_words(load->arena, id, ids, step->form.n);
    diagnose(load, PROBLEM_UNKNOWN_FIELD, pos, "step %.*s has no field \"%.*s\"%.*s",
             STR_FMT(step->id), STR_FMT(id), STR_FMT(expected));
    return NULL;
}

bool want_single(struct load *load, const struct step *step, str field, struct pos pos)
{
    if (!step_is_signed(step))
        return true;
    diagnose(load, PROBLEM_SEVERAL_SEATS, pos,
             "each of those who sign %.*s fills in %.*s, so there is no one value; let one step "
             "fill it in and the next be signed, or show it (shows).", STR_FMT(step->id),
             STR_FMT(field));
    return false;
}

bool want_role(struct load *load, str id, struct pos pos)
{
    const struct policy *policy = load->policy;
    if (policy_role(policy, id))
        return true;
    str *ids = NEWS(load->arena, str, policy->n_roles);
    for (size_t i = 0; i < policy->n_roles; i++)
        ids[i] = policy->roles[i].id;
    str expected = expected_words(load->arena, id, ids, policy->n_roles);
    diagnose(load, PROBLEM_UNKNOWN_ROLE, pos, "no role \"%.*s\"%.*s", STR_FMT(id),
             STR_FMT(expected));
    return false;
}

const struct procedure *want_procedure(struct load *load, str id, struct pos pos)
{
    str *ids = NEWS(load->arena, str, load->drafts.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < load->drafts.len; i++) {
        const struct procedure *procedure = load->drafts.items[i].procedure;
        if (str_eq(procedure->id, id))
            return procedure;
        if (procedure->id.ptr)
            ids[n++] = procedure->id;
    }
    /* A program that is loaded already has no drafts any more. */
    const struct procedure *loaded = policy_procedure(load->policy, id);
    if (loaded)
        return loaded;
    str expected = expected_words(load->arena, id, ids, n);
    diagnose(load, PROBLEM_UNKNOWN_PROCEDURE, pos, "no procedure \"%.*s\"%.*s", STR_FMT(id),
             STR_FMT(expected));
    return NULL;
}

void link_cited_procedure(struct load *load, const struct field *field, const struct node *node)
{
    if (field->type == FIELD_CASE && field->procedure.ptr)
        want_procedure(load, field->procedure, node_get(node, "procedure")->pos);
}

bool want_seat(struct load *load, const struct procedure *procedure, str role, struct pos pos)
{
    for (size_t i = 0; i < procedure->n_seats; i++)
        if (str_eq(procedure->seats[i].role, role) && !procedure->seats[i].several)
            return true;
    diagnose(load, PROBLEM_SEAT, pos,
             "%.*s has no seat for one organisation in procedure %.*s; add it to seats.",
             STR_FMT(role), STR_FMT(procedure->id));
    return false;
}

bool form_is_broken(const struct load *load, const struct step *step)
{
    for (size_t d = 0; d < load->drafts.len; d++) {
        const struct draft_procedure *draft = &load->drafts.items[d];
        for (size_t i = 0; i < draft->procedure->n_steps; i++)
            if (&draft->procedure->steps[i] == step)
                return draft->steps[i].form_broken;
    }
    return false;
}

bool field_always(const struct step *step, const struct field *field)
{
    for (size_t i = 0; i < step->n_outcomes; i++)
        if (!field_applies(field, step->outcomes[i].id))
            return false;
    return true;
}

str field_outcomes(struct arena *arena, const struct field *field)
{
    struct buf out = buf_new(arena, 64);
    for (size_t i = 0; i < field->n_outcomes; i++) {
        if (i > 0)
            buf_add(&out, i + 1 == field->n_outcomes ? S(" or ") : S(", "));
        buf_add(&out, field->outcomes[i]);
    }
    return buf_str(&out);
}

/* ---- materials and conditions -------------------------------------------------------------- */

static void link_materials(struct load *load, const struct node *node, struct step *step)
{
    const struct policy *policy = load->policy;
    if (!node || !check_list(load, node, "materials", LIMIT_MATERIALS))
        return;
    str *ids = NEWS(load->arena, str, policy->n_materials);
    for (size_t i = 0; i < policy->n_materials; i++)
        ids[i] = policy->materials[i].id;
    step->materials = NEWS(load->arena, str, node->items.len);
    for (size_t i = 0; i < node->items.len; i++) {
        const struct node *item = node->items.items[i];
        str id = scalar_text(load, item, "a material");
        if (!id.ptr)
            continue;
        for (size_t k = 0; k < step->n_materials; k++)
            if (str_eq(step->materials[k], id))
                diagnose(load, PROBLEM_DUPLICATE_ID, item->pos, "material %.*s stands twice.",
                         STR_FMT(id));
        step->materials[step->n_materials++] = id;
        if (policy_material(policy, id))
            continue;
        str expected = expected_words(load->arena, id, ids, policy->n_materials);
        diagnose(load, PROBLEM_UNKNOWN_MATERIAL, item->pos, "no material \"%.*s\"%.*s",
                 STR_FMT(id), STR_FMT(expected));
    }
}

/* A bare has() or given() says itself what is missing. */
static bool default_label(struct load *load, const struct step *step,
                          const struct expression *when, struct label *out)
{
    const struct material_kind *material = policy_material(load->policy,
                                                           expression_material(when));
    const struct field *field = form_field(&step->form, expression_field(when));
    if (!material && !field)
        return false;
    struct label label = material ? material->label : field->label;
    out->zh = str_printf(load->arena, material ? "须提交%.*s" : "须填写%.*s", STR_FMT(label.zh));
    out->en = str_printf(load->arena, material ? "%.*s is attached" : "%.*s is filled in",
                         STR_FMT(label.en));
    return true;
}

/* A condition of every outcome that asks for a field of some would make the others impossible. */
static void check_always(struct load *load, const struct step *step,
                         const struct expression *when)
{
    for (size_t i = 0; i < step->form.n; i++) {
        const struct field *field = &step->form.fields[i];
        if (field_always(step, field) || !expression_ensures(when, step->id, field->id))
            continue;
        str outcomes = field_outcomes(load->arena, field);
        diagnose(load, PROBLEM_OTHER_OUTCOME, expression_pos(when),
                 "%.*s is filled in for %.*s only, and this is needed for every outcome, so the "
                 "others could never be decided; put it under that outcome.",
                 STR_FMT(field->id), STR_FMT(outcomes));
    }
}

static void link_need(struct load *load, const struct procedure *procedure, struct step *step,
                      const struct node *node, str outcome)
{
    struct scope scope = {procedure, step, PLACE_NEEDS, outcome};
    struct condition *out = &step->needs[step->n_needs];
    const struct node *that = node;
    const struct outcome *under = outcome.len ? step_outcome(step, outcome) : NULL;
    const struct basis *above = under ? &under->basis : &step->basis;
    out->outcome = outcome;
    out->basis = *above;
    if (node->kind != NODE_SCALAR) {
        if (!check_map(load, node, "a condition", "that zh en basis source meets"))
            return;
        out->basis = read_basis(load, node, "the condition", above, BASIS_REQUIRED);
        out->meets = parse_meets(load, node);
        that = node_get(node, "that");
        if (!that) {
            diagnose(load, PROBLEM_MISSING_KEY, node->pos,
                     "the condition has no \"that\"; add the expression.");
            return;
        }
    }
    out->when = expression_compile(load, that, &scope);
    if (!out->when)
        return;
    if (!outcome.len)
        check_always(load, step, out->when);
    bool labelled = that != node && (node_get(node, "zh") || node_get(node, "en"));
    if (labelled)
        read_label(load, node, "the condition", &out->say);
    else if (!default_label(load, step, out->when, &out->say))
        diagnose(load, PROBLEM_LABEL, node->pos,
                 "nobody could read this condition; write {that: ..., zh: ..., en: ...}. Only "
                 "has(MATERIAL) and given(FIELD) may stand alone.");
    step->n_needs++;
}

static void link_need_list(struct load *load, const struct procedure *procedure,
                           struct step *step, const struct node *list, str outcome)
{
    if (!check_list(load, list, "needs", NEEDS_MAX))
        return;
    size_t n = step->n_needs + list->items.len;
    struct condition *grown = NEWS(load->arena, struct condition, n);
    for (size_t i = 0; i < step->n_needs; i++)
        grown[i] = step->needs[i];
    step->needs = grown;
    for (size_t i = 0; i < list->items.len; i++)
        link_need(load, procedure, step, list->items.items[i], outcome);
}

static void link_needs(struct load *load, const struct procedure *procedure, struct step *step,
                       const struct node *node)
{
    if (!node)
        return;
    if (node->kind == NODE_LIST) {
        link_need_list(load, procedure, step, node, S(""));
        return;
    }
    if (!check_map(load, node, "needs", ""))
        return;
    for (size_t i = 0; i < node->entries.len; i++) {
        const struct node_entry *entry = &node->entries.items[i];
        bool always = str_eq(entry->key->text, S("always"));
        if (!always && !want_outcome(load, step, entry->key->text, entry->key->pos))
            continue;
        link_need_list(load, procedure, step, entry->value,
                       always ? S("") : entry->key->text);
    }
}

/* ---- fields -------------------------------------------------------------------------------- */

static bool same_choices(const struct field *a, const struct field *b)
{
    if (a->n_choices != b->n_choices)
        return false;
    for (size_t i = 0; i < a->n_choices; i++) {
        bool found = false;
        for (size_t k = 0; k < b->n_choices && !found; k++)
            found = str_eq(a->choices[i].id, b->choices[k].id);
        if (!found)
            return false;
    }
    return true;
}

static void link_system_preset(struct load *load, const struct field *field,
                               const struct node *node)
{
    static const struct {
        str name;
        enum field_type type;
    } PARTS[] = {{{"name", 4}, FIELD_TEXT},
                 {{"granted", 7}, FIELD_QUANTITIES},
                 {{"provider", 8}, FIELD_ORGANISATION}};
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        if (!str_eq(field->preset.field, PARTS[i].name))
            continue;
        if (field->type != PARTS[i].type)
            diagnose(load, PROBLEM_PRESET, node->pos,
                     "system.%.*s is of type %s and %.*s of type %s; a value is copied between "
                     "equal fields only.", STR_FMT(field->preset.field),
                     field_type_name(PARTS[i].type), STR_FMT(field->id),
                     field_type_name(field->type));
        return;
    }
    diagnose(load, PROBLEM_PRESET, node->pos,
             "of the system system.name, system.granted and system.provider can be copied.");
}

static void link_preset(struct load *load, const struct procedure *procedure,
                        const struct step *step, const struct field *field,
                        const struct node *node)
{
    if (!node || !field->preset.field.ptr)
        return;
    if (str_eq(field->preset.step, S("system"))) {
        link_system_preset(load, field, node);
        return;
    }
    const struct step *from = want_step(load, procedure, field->preset.step, node->pos);
    if (!from || form_is_broken(load, from))
        return;
    const struct field *source = want_field(load, from, field->preset.field, node->pos);
    if (!source || !want_single(load, from, source->id, node->pos))
        return;
    if (from == step)
        diagnose(load, PROBLEM_PRESET, node->pos,
                 "a field takes its first value from another step, not from its own.");
    else if (source->type != field->type || !str_eq(source->role, field->role) ||
             !str_eq(source->procedure, field->procedure) || !same_choices(source, field))
        diagnose(load, PROBLEM_PRESET, node->pos,
                 "%.*s is of type %s and %.*s.%.*s of type %s, or their words differ; a value is "
                 "copied between equal fields only.", STR_FMT(field->id),
                 field_type_name(field->type), STR_FMT(from->id), STR_FMT(source->id),
                 field_type_name(source->type));
}

static void link_for(struct load *load, const struct step *step, const struct node *node,
                     struct field *field)
{
    if (!node || !check_list(load, node, "\"for\"", OUTCOMES_MAX) || step->n_outcomes == 0)
        return;
    if (node->items.len == 0)
        diagnose(load, PROBLEM_SHAPE, node->pos,
                 "the list is empty, so %.*s would never be filled in; name outcomes of the step, "
                 "or remove \"for\".", STR_FMT(field->id));
    str *outcomes = NEWS(load->arena, str, node->items.len);
    size_t n = 0;
    bool sound = true;
    for (size_t i = 0; i < node->items.len; i++) {
        const struct node *item = node->items.items[i];
        str id = scalar_text(load, item, "an outcome");
        sound &= id.ptr && want_outcome(load, step, id, item->pos);
        for (size_t k = 0; k < n; k++)
            if (id.ptr && str_eq(outcomes[k], id))
                diagnose(load, PROBLEM_DUPLICATE_ID, item->pos, "outcome %.*s stands twice.",
                         STR_FMT(id));
        outcomes[n++] = id;
    }
    /* By a list that was refused nothing is judged: the field then belongs to every outcome. */
    field->outcomes = sound ? outcomes : NULL;
    field->n_outcomes = sound ? n : 0;
}

static void link_form(struct load *load, const struct procedure *procedure, struct step *step,
                      const struct node *node)
{
    for (size_t i = 0; i < step->form.n; i++) {
        struct field *field = &step->form.fields[i];
        const struct node *own = node->entries.items[i].value;
        if (field_names_bodies(field) && field->role.ptr)
            want_role(load, field->role, node_get(own, "role")->pos);
        link_cited_procedure(load, field, own);
        if (field->type == FIELD_QUANTITIES && load->policy->n_items == 0)
            diagnose(load, PROBLEM_MISSING_KEY, field->pos,
                     "the pack has no items to make quantities of; add items to pack.yaml.");
        /* items.vcpu would be read in two ways. */
        bool taken = procedure_step(procedure, field->id) || str_eq(field->id, S("system")) ||
                     policy_register(load->policy, field->id);
        if (field->type == FIELD_QUANTITIES && taken)
            diagnose(load, PROBLEM_BAD_ID, field->pos,
                     "\"%.*s\" names a step, a register or the system too; choose another name for "
                     "the field.", STR_FMT(field->id));
        link_for(load, step, node_get(own, "for"), field);
        link_preset(load, procedure, step, field, node_get(own, "preset"));
    }
}

/* ---- steps --------------------------------------------------------------------------------- */

static void link_step(struct load *load, const struct draft_procedure *draft, size_t i)
{
    const struct procedure *procedure = draft->procedure;
    struct step *step = &draft->procedure->steps[i];
    const struct node *node = draft->steps[i].node;
    if (node->kind != NODE_MAP)
        return;
    const struct node *by = node_get(node, "by"), *all = node_get(by, "all");
    const struct node *each = node_get(by, "each");
    for (size_t k = 0; k < step->n_seats; k++)
        if (step->seats[k].ptr)
            want_role(load, step->seats[k],
                      all ? all->items.items[k]->pos : each ? each->pos : by->pos);
    if (step->form.n)
        link_form(load, procedure, step, node_get(node, "form"));
    link_materials(load, node_get(node, "materials"), step);
    link_needs(load, procedure, step, node_get(node, "needs"));
    link_limit(load, procedure, step, node_get(node, "within"), DIRECTION_WITHIN,
               &step->within);
    link_limit(load, procedure, step, node_get(node, "not-before"), DIRECTION_WAIT,
               &step->not_before);
    link_limit(load, procedure, step, node_get(node, "ahead"), DIRECTION_AHEAD, &step->ahead);
    link_shows(load, procedure, node, step);
    const struct node *outcomes = node_get(node, "outcomes");
    for (size_t k = 0; k < step->n_outcomes; k++)
        link_outcome(load, procedure, step, outcomes->entries.items[k].value,
                     &step->outcomes[k]);
    check_step_claims(load, procedure, step);
}

/* ---- procedures ---------------------------------------------------------------------------- */

static void link_field_seat(struct load *load, const struct procedure *procedure,
                            const struct node *node, struct seat *out)
{
    out->kind = SEAT_FIELD;
    const struct step *step = want_step(load, procedure, out->step, node->pos);
    if (!step || form_is_broken(load, step))
        return;
    const struct field *field = want_field(load, step, out->field, node->pos);
    if (field && !want_single(load, step, field->id, node->pos))
        return;
    if (field && (!field_names_bodies(field) || !str_eq(field->role, out->role)))
        diagnose(load, PROBLEM_SEAT, node->pos,
                 "%.*s.%.*s does not name an organisation of role %.*s; expected a field with "
                 "type: organisation and role: %.*s.", STR_FMT(out->step), STR_FMT(out->field),
                 STR_FMT(out->role), STR_FMT(out->role));
    out->several = field && field->type == FIELD_ORGANISATIONS;
}

static void link_seats(struct load *load, const struct draft_procedure *draft)
{
    struct procedure *procedure = draft->procedure;
    const struct node *seats = node_get(draft->node, "seats");
    if (!seats) {
        diagnose(load, PROBLEM_MISSING_KEY, draft->node->pos,
                 "the procedure has no \"seats\"; write seats: {ROLE: opener, ...}.");
        return;
    }
    if (!check_map(load, seats, "seats", ""))
        return;
    procedure->seats = NEWS(load->arena, struct seat, seats->entries.len);
    procedure->n_seats = seats->entries.len;
    for (size_t i = 0; i < procedure->n_seats; i++) {
        const struct node_entry *entry = &seats->entries.items[i];
        struct seat *seat = &procedure->seats[i];
        *seat = (struct seat){.role = entry->key->text, .kind = SEAT_SOLE,
                              .pos = entry->value->pos};
        want_role(load, seat->role, entry->key->pos);
        str text = scalar_text(load, entry->value, "a seat");
        if (!text.ptr)
            continue;
        if (str_eq(text, S("system.owner")) || str_eq(text, S("system.provider"))) {
            seat->kind = str_ends(text, S("owner")) ? SEAT_OWNER : SEAT_PROVIDER;
            continue;
        }
        if (str_cut(text, '.', &seat->step, &seat->field)) {
            link_field_seat(load, procedure, entry->value, seat);
            continue;
        }
        int word = read_word(load, entry->value, "a seat",
                             "opener parent sole system.owner system.provider STEP.FIELD");
        seat->step = STR_NONE;
        if (word >= 0 && word <= 2)
            seat->kind = (enum seat_kind)word;
    }
}

static void link_title(struct load *load, const struct draft_procedure *draft)
{
    struct procedure *procedure = draft->procedure;
    const struct node *node = node_get(draft->node, "names");
    if (procedure->subject == SUBJECT_OPENER && !node)
        return;
    if (procedure->subject == SUBJECT_SYSTEM) {
        if (node)
            diagnose(load, PROBLEM_TITLE_FIELD, node->pos,
                     "the case is about a system that has its name already; remove names, or "
                     "about.");
        return;
    }
    str text = read_text(load, draft->node, "names", "the procedure");
    if (!text.ptr || procedure->n_steps == 0)
        return;
    if (!str_cut(text, '.', &procedure->title_step, &procedure->title_field)) {
        diagnose(load, PROBLEM_SHAPE, node->pos, "names is \"%.*s\"; expected STEP.FIELD.",
                 STR_FMT(text));
        return;
    }
    const struct step *step = want_step(load, procedure, procedure->title_step, node->pos);
    if (!step || form_is_broken(load, step))
        return;
    const struct field *field = want_field(load, step, procedure->title_field, node->pos);
    if (!field)
        return;
    if (step != &procedure->steps[0] || field->type != FIELD_TEXT || field->optional ||
        !field_always(step, field) || field->multiline || field->max > LIMIT_NAME_BYTES)
        diagnose(load, PROBLEM_TITLE_FIELD, node->pos,
                 "%.*s cannot name the case; expected a text of the first step, for every outcome, "
                 "that is neither optional nor multiline, with max: %d at most.", STR_FMT(text),
                 (int)LIMIT_NAME_BYTES);
}

static void check_unique(struct load *load, size_t d)
{
    const struct procedure *own = load->drafts.items[d].procedure;
    const struct node *node = load->drafts.items[d].node;
    for (size_t i = 0; i < d; i++) {
        const struct procedure *other = load->drafts.items[i].procedure;
        if (own->id.ptr && str_eq(own->id, other->id))
            diagnose(load, PROBLEM_DUPLICATE_ID, own->pos,
                     "a second procedure \"%.*s\"; the first is in %.*s.", STR_FMT(own->id),
                     STR_FMT(other->pos.file));
        if (own->code.ptr && str_eq(own->code, other->code))
            diagnose(load, PROBLEM_DUPLICATE_ID, node_get(node, "code")->pos,
                     "the code %.*s is taken by procedure %.*s in %.*s; case numbers would "
                     "collide.", STR_FMT(own->code), STR_FMT(other->id),
                     STR_FMT(other->pos.file));
    }
}

void link_policy(struct load *load)
{
    const struct node *authority = node_get(load->head, "authority");
    if (load->policy->authority_role.ptr)
        want_role(load, load->policy->authority_role, node_get(authority, "role")->pos);
    /* All seats first: conditions ask for those of other procedures. */
    for (size_t d = 0; d < load->drafts.len; d++) {
        check_unique(load, d);
        link_seats(load, &load->drafts.items[d]);
    }
    for (size_t d = 0; d < load->drafts.len; d++) {
        const struct draft_procedure *draft = &load->drafts.items[d];
        for (size_t i = 0; i < draft->procedure->n_steps; i++)
            link_step(load, draft, i);
        link_title(load, draft);
        link_offer(load, draft->node, draft->procedure);
    }
    link_registers(load);
}
