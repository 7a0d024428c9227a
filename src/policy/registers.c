/* SPDX-License-Identifier: Apache-2.0
 * Registers (ledgers that lines are filed to) and the lists of systems found by them. */
#include "policy/expression_priv.h"

enum { REGISTERS_MAX = 64, LISTS_MAX = 64, REPORTS_MAX = 32, COLUMNS_MAX = 16 };

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
    check_id(load, entry->key, "register", "unit system seat today always");
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
                 "%s has no \"about\"; write about: system, or about: organisation.", what);
    else
        out->about = read_word(load, about, "about", "system organisation") == 1
                         ? ABOUT_ORGANISATION : ABOUT_SYSTEM;
    if (!form)
        diagnose(load, PROBLEM_MISSING_KEY, entry->value->pos,
                 "%s has no \"form\", so its lines would say nothing; add it.", what);
    parse_form(load, form, &out->form, &broken);
    check_register_form(load, form);
}

static void parse_list(struct load *load, const struct node_entry *entry,
                       struct listing_rule *out)
{
    const char *what = named(load, "list", entry->key->text);
    out->id = entry->key->text;
    out->pos = entry->key->pos;
    check_id(load, entry->key, "list", "");
    if (!check_map(load, entry->value, what, "zh en basis source meets when"))
        return;
    read_label(load, entry->value, what, &out->label);
    out->basis = read_basis(load, entry->value, what, NULL, BASIS_REQUIRED);
    out->meets = parse_meets(load, entry->value);
}

static void parse_column(struct load *load, const struct node_entry *entry,
                         struct report_column *out)
{
    const char *what = named(load, "column", entry->key->text);
    out->id = entry->key->text;
    out->pos = entry->key->pos;
    check_id(load, entry->key, "column", "");
    if (!check_map(load, entry->value, what, "zh en when meets"))
        return;
    read_label(load, entry->value, what, &out->label);
    out->meets = parse_meets(load, entry->value);
}

static void parse_report(struct load *load, const struct node_entry *entry, struct report *out)
{
    const char *what = named(load, "report", entry->key->text);
    out->id = entry->key->text;
    out->pos = entry->key->pos;
    check_id(load, entry->key, "report", "");
    if (!check_map(load, entry->value, what, "zh en basis source meets columns"))
        return;
    read_label(load, entry->value, what, &out->label);
    out->basis = read_basis(load, entry->value, what, NULL, BASIS_REQUIRED);
    out->meets = parse_meets(load, entry->value);
    const struct node *columns = node_get(entry->value, "columns");
    if (!columns) {
        diagnose(load, PROBLEM_MISSING_KEY, entry->value->pos,
                 "%s has no \"columns\", so it would count nothing; add them.", what);
        return;
    }
    if (!check_map(load, columns, "columns", ""))
        return;
    if (columns->entries.len == 0 || columns->entries.len > COLUMNS_MAX) {
        diagnose(load, PROBLEM_TOO_MANY, columns->pos, "%s has %zu columns; expected 1 to %d.",
                 what, columns->entries.len, (int)COLUMNS_MAX);
        return;
    }
    out->n_columns = columns->entries.len;
    out->columns = NEWS(load->arena, struct report_column, out->n_columns);
    for (size_t i = 0; i < out->n_columns; i++)
        parse_column(load, &columns->entries.items[i], &out->columns[i]);
}

void parse_registers(struct load *load)
{
    struct policy *policy = load->policy;
    struct section registers = read_section(load, "registers", REGISTERS_MAX);
    struct section lists = read_section(load, "lists", LISTS_MAX);
    struct section reports = read_section(load, "reports", REPORTS_MAX);
    policy->n_registers = registers.entries.len;
    policy->registers = NEWS(load->arena, struct ledger, policy->n_registers);
    policy->n_lists = lists.entries.len;
    policy->lists = NEWS(load->arena, struct listing_rule, policy->n_lists);
    policy->n_reports = reports.entries.len;
    policy->reports = NEWS(load->arena, struct report, policy->n_reports);
    for (size_t i = 0; i < policy->n_registers; i++) {
        parse_register(load, registers.entries.items[i], &policy->registers[i]);
        VEC_PUSH(load->arena, &load->registers, registers.entries.items[i]->value);
    }
    for (size_t i = 0; i < policy->n_lists; i++) {
        parse_list(load, lists.entries.items[i], &policy->lists[i]);
        VEC_PUSH(load->arena, &load->lists, lists.entries.items[i]->value);
    }
    for (size_t i = 0; i < policy->n_reports; i++) {
        parse_report(load, reports.entries.items[i], &policy->reports[i]);
        VEC_PUSH(load->arena, &load->reports, reports.entries.items[i]->value);
    }
}

static void link_register_form(struct load *load, const struct ledger *ledger,
                               const struct node *form)
{
    for (size_t i = 0; i < ledger->form.n; i++) {
        const struct field *field = &ledger->form.fields[i];
        if (field_names_bodies(field) && field->role.ptr)
            want_role(load, field->role,
                      node_get(form->entries.items[i].value, "role")->pos);
        link_cited_procedure(load, field, form->entries.items[i].value);
        if (field->type == FIELD_QUANTITIES && load->policy->n_items == 0)
            diagnose(load, PROBLEM_MISSING_KEY, field->pos,
                     "the pack has no items to make quantities of; add items to pack.yaml.");
    }
}

/* when: of a list or a column, about a system alone. */
static struct expression *find_condition(struct load *load, const struct node *node,
                                         const char *what)
{
    struct scope scope = {NULL, NULL, PLACE_LIST, STR_NONE};
    const struct node *when = node_get(node, "when");
    if (when)
        return expression_compile(load, when, &scope);
    if (node->kind == NODE_MAP)
        diagnose(load, PROBLEM_MISSING_KEY, node->pos,
                 "%s has no \"when\"; add the condition that finds a system.", what);
    return NULL;
}

static void link_report(struct load *load, struct report *report, const struct node *node)
{
    const struct node *columns = node_get(node, "columns");
    for (size_t i = 0; i < report->n_columns; i++)
        report->columns[i].when = find_condition(load, columns->entries.items[i].value,
                                                 named(load, "column", report->columns[i].id));
}

void link_registers(struct load *load)
{
    struct policy *policy = load->policy;
    for (size_t i = 0; i < policy->n_registers; i++) {
        const struct node *node = load->registers.items[i];
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
    for (size_t i = 0; i < policy->n_lists; i++)
        policy->lists[i].when = find_condition(load, load->lists.items[i],
                                               named(load, "list", policy->lists[i].id));
    for (size_t i = 0; i < policy->n_reports; i++)
        link_report(load, &policy->reports[i], load->reports.items[i]);
}
