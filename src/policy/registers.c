/* SPDX-License-Identifier: Apache-2.0
 * Registers (ledgers that lines are filed to) and the lists of systems found by them. */
#include "policy/expression_priv.h"

enum { REGISTERS_MAX = 64, LISTS_MAX = 64 };

static const char *named(struct load *load, const char *kind, str id)
{
    return str_printf(load->arena, "%s \"%.*s\"", kind, STR_FMT(id)).ptr;
}

/* What only the form of a step can say. */
static void check_register_form(struct load *load, const struct node *form)
{
    for (size_t i = 0; form && form->kind == NODE_MAP && i < form->entries.len; i++) {
        const struct node *field = form->entries.items[i].value;
        const struct node *key = node_get(field, "preset");
        key = key ? key : node_get(field, "for");
        if (key)
            diagnose(load, PROBLEM_FIELD_KEY, key->pos,
                     "a register has neither steps nor outcomes; remove preset and for.");
    }
}

static void parse_register(struct load *load, const struct node_entry *entry, struct ledger *out)
{
    const char *what = named(load, "register", entry->key->text);
    bool broken;
    out->id = entry->key->text;
    out->pos = entry->key->pos;
    check_id(load, entry->key, "register", "unit system today always");
    if (!check_map(load, entry->value, what, "zh en basis source meets by about every form"))
        return;
    read_label(load, entry->value, what, &out->label);
    out->basis = read_basis(load, entry->value, what, NULL, BASIS_REQUIRED);
    out->meets = parse_meets(load, entry->value);
    const struct node *by = node_get(entry->value, "by"), *every = node_get(entry->value, "every");
    const struct node *about = node_get(entry->value, "about");
    const struct node *form = node_get(entry->value, "form");
    if (by)
        out->by = scalar_text(load, by, "by");
    if (every)
        out->monthly = read_word(load, every, "every", "month") == 0;
    if (!about)
        diagnose(load, PROBLEM_MISSING_KEY, entry->value->pos,
                 "%s has no \"about\"; write about: system, or about: filer.", what);
    else
        out->about = read_word(load, about, "about", "system filer") == 1 ? ABOUT_FILER
                                                                          : ABOUT_SYSTEM;
    if (!form)
        diagnose(load, PROBLEM_MISSING_KEY, entry->value->pos,
                 "%s has no \"form\", so its lines would say nothing; add it.", what);
    parse_form(load, form, &out->form, &broken);
    check_register_form(load, form);
}

void parse_registers(struct load *load, const struct node *root)
{
    struct policy *policy = load->policy;
    const struct node *registers = node_get(root, "registers"), *lists = node_get(root, "lists");
    if (registers && check_map(load, registers, "registers", "")) {
        if (registers->entries.len > REGISTERS_MAX)
            diagnose(load, PROBLEM_TOO_MANY, registers->pos, "there are %zu registers, the limit "
                     "is %d.", registers->entries.len, (int)REGISTERS_MAX);
        policy->n_registers = registers->entries.len;
        policy->registers = NEWS(load->arena, struct ledger, policy->n_registers);
        for (size_t i = 0; i < policy->n_registers; i++)
            parse_register(load, &registers->entries.items[i], &policy->registers[i]);
    }
    if (!lists || !check_map(load, lists, "lists", ""))
        return;
    if (lists->entries.len > LISTS_MAX)
        diagnose(load, PROBLEM_TOO_MANY, lists->pos, "there are %zu lists, the limit is %d.",
                 lists->entries.len, (int)LISTS_MAX);
    policy->n_lists = lists->entries.len;
    policy->lists = NEWS(load->arena, struct listing_rule, policy->n_lists);
    for (size_t i = 0; i < policy->n_lists; i++) {
        const struct node_entry *entry = &lists->entries.items[i];
        struct listing_rule *out = &policy->lists[i];
        const char *what = named(load, "list", entry->key->text);
        out->id = entry->key->text;
        out->pos = entry->key->pos;
        check_id(load, entry->key, "list", "");
        if (!check_map(load, entry->value, what, "zh en basis source meets when"))
            continue;
        read_label(load, entry->value, what, &out->label);
        out->basis = read_basis(load, entry->value, what, NULL, BASIS_REQUIRED);
        out->meets = parse_meets(load, entry->value);
    }
}

static void link_register_form(struct load *load, const struct ledger *ledger,
                               const struct node *form)
{
    for (size_t i = 0; i < ledger->form.n; i++) {
        const struct field *field = &ledger->form.fields[i];
        if (field->type == FIELD_ORGANISATION && field->role.ptr)
            want_role(load, field->role,
                      node_get(form->entries.items[i].value, "role")->pos);
        if (field->type == FIELD_QUANTITIES && load->policy->n_items == 0)
            diagnose(load, PROBLEM_MISSING_KEY, field->pos,
                     "the pack has no items to make quantities of; add items to pack.yaml.");
    }
}

void link_registers(struct load *load)
{
    struct policy *policy = load->policy;
    const struct node *registers = node_get(load->head, "registers");
    const struct node *lists = node_get(load->head, "lists");
    for (size_t i = 0; i < policy->n_registers; i++) {
        const struct node *node = registers->entries.items[i].value;
        const struct ledger *ledger = &policy->registers[i];
        if (ledger->by.ptr)
            want_role(load, ledger->by, node_get(node, "by")->pos);
        link_register_form(load, ledger, node_get(node, "form"));
        check_register_claims(load, ledger);
        for (size_t d = 0; d < load->drafts.len; d++) {
            const struct step *step = procedure_step(load->drafts.items[d].procedure, ledger->id);
            if (step)
                diagnose(load, PROBLEM_DUPLICATE_ID, ledger->pos,
                         "\"%.*s\" names a step of %.*s too, so %.*s.FIELD could be read in two "
                         "ways; rename one.", STR_FMT(ledger->id), STR_FMT(step->pos.file),
                         STR_FMT(ledger->id));
        }
    }
    for (size_t i = 0; i < policy->n_lists; i++) {
        const struct node *node = lists->entries.items[i].value;
        const struct node *when = node_get(node, "when");
        struct scope scope = {NULL, NULL, PLACE_LIST, STR_NONE};
        if (node->kind != NODE_MAP)
            continue;
        if (!when)
            diagnose(load, PROBLEM_MISSING_KEY, node->pos,
                     "list \"%.*s\" has no \"when\"; add the condition that finds a system.",
                     STR_FMT(policy->lists[i].id));
        else
            policy->lists[i].when = expression_compile(load, when, &scope);
    }
}
