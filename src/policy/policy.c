/* SPDX-License-Identifier: Apache-2.0
 * Loading a pack, and looking things up in the program. */
#include "policy/load_priv.h"

/* ---- looking up: lists are short, ids unique ----------------------------------------------- */

#define FIND(items, n, wanted)                                                                    \
    for (size_t i = 0; i < (n); i++)                                                              \
        if (str_eq((items)[i].id, (wanted)))                                                      \
            return &(items)[i];                                                                   \
    return NULL

const struct procedure *policy_procedure(const struct policy *policy, str id)
{
    FIND(policy->procedures, policy->n_procedures, id);
}

const struct step *procedure_step(const struct procedure *procedure, str id)
{
    FIND(procedure->steps, procedure->n_steps, id);
}

const struct outcome *step_outcome(const struct step *step, str id)
{
    FIND(step->outcomes, step->n_outcomes, id);
}

bool step_is_signed(const struct step *step)
{
    return step->n_seats > 1 || step->each;
}

const struct field *form_field(const struct form *form, str id)
{
    FIND(form->fields, form->n, id);
}

bool field_applies(const struct field *field, str outcome)
{
    for (size_t i = 0; i < field->n_outcomes; i++)
        if (str_eq(field->outcomes[i], outcome))
            return true;
    return field->n_outcomes == 0;
}

const struct role *policy_role(const struct policy *policy, str id)
{
    FIND(policy->roles, policy->n_roles, id);
}

const struct material_kind *policy_material(const struct policy *policy, str id)
{
    FIND(policy->materials, policy->n_materials, id);
}

const struct item *policy_item(const struct policy *policy, str id)
{
    FIND(policy->items, policy->n_items, id);
}

const struct ledger *policy_register(const struct policy *policy, str id)
{
    FIND(policy->registers, policy->n_registers, id);
}

const struct listing_rule *policy_list(const struct policy *policy, str id)
{
    FIND(policy->lists, policy->n_lists, id);
}

const struct annexed *policy_annexed(const struct policy *policy, str article)
{
    str prefix = article_prefix(article);
    for (size_t i = 0; i < policy->n_also; i++)
        if (str_eq(policy->also[i].prefix, prefix))
            return &policy->also[i];
    return NULL;
}

struct label policy_regulation(const struct policy *policy, str article)
{
    const struct annexed *other = policy_annexed(policy, article);
    return other ? other->brief : (struct label){policy->short_zh, policy->short_en};
}

const struct report *policy_report(const struct policy *policy, str id)
{
    FIND(policy->reports, policy->n_reports, id);
}

bool field_names_bodies(const struct field *field)
{
    return field->type == FIELD_ORGANISATION || field->type == FIELD_ORGANISATIONS;
}

enum effect_argument effect_argument(enum effect_kind kind)
{
    static const enum effect_argument ARGUMENTS[] = {
#define X(symbol, name, argument) ARGUMENT_##argument,
        EFFECTS(X)
#undef X
    };
    return ARGUMENTS[kind];
}

/* ---- loading ------------------------------------------------------------------------------- */

static const str HEAD_FILE = {"pack.yaml", 9};

/* A file of sections has none of what a procedure begins with; one that begins with a misspelt
 * section and has no steps is meant as one too. */
static bool is_procedure(const struct node *root)
{
    static const str SECTIONS[] = {{"roles", 5},     {"materials", 9}, {"items", 5},
                                   {"registers", 9}, {"lists", 5},     {"reports", 7}};
    bool steps = node_get(root, "steps") != NULL;
    if (root->kind != NODE_MAP || node_get(root, "procedure"))
        return true;
    for (size_t i = 0; i < root->entries.len; i++) {
        str key = root->entries.items[i].key->text;
        str near = str_nearest(key, SECTIONS, COUNT_OF(SECTIONS));
        if (near.ptr && (str_eq(near, key) || (i == 0 && !steps)))
            return false;
    }
    return true;
}

/* Reads every file; the head first, since the others name what it declares. */
static bool parse_files(struct load *load)
{
    const struct pack *pack = load->pack;
    const struct node *head = NULL;
    bool readable = true;
    struct node **roots = NEWS(load->arena, struct node *, pack->files.len);
    for (size_t i = 0; i < pack->files.len; i++) {
        const struct pack_file *file = &pack->files.items[i];
        roots[i] = yaml_read(load, file);
        readable &= roots[i] != NULL;
        if (str_eq(file->name, HEAD_FILE))
            head = roots[i];
    }
    if (!head)
        return false;
    load->head = head;
    VEC_PUSH(load->arena, &load->roots, head);
    for (size_t i = 0; i < pack->files.len; i++)
        if (roots[i] && roots[i] != head && !is_procedure(roots[i]))
            VEC_PUSH(load->arena, &load->roots, roots[i]);
    parse_head(load);
    for (size_t i = 0; i < pack->files.len; i++)
        if (roots[i] && roots[i] != head && is_procedure(roots[i]))
            parse_procedure(load, roots[i]);
    return readable && head->kind == NODE_MAP && !load->pack_missing;
}

static bool check_files(struct load *load)
{
    const struct pack *pack = load->pack;
    bool head = false;
    if (pack->files.len > LIMIT_PACK_FILES) {
        diagnose(load, PROBLEM_PACK_FILES, (struct pos){HEAD_FILE, 1, 1},
                 "the pack has %zu files, the limit is %d.", pack->files.len,
                 (int)LIMIT_PACK_FILES);
        return false;
    }
    for (size_t i = 0; i < pack->files.len; i++) {
        str name = pack->files.items[i].name;
        struct pos pos = {name, 1, 1};
        head |= str_eq(name, HEAD_FILE);
        if (!pack_name_allowed(name) || !str_ends(name, S(".yaml")))
            diagnose(load, PROBLEM_PACK_FILES, pos,
                     "this file name is not allowed; expected small letters, digits and hyphens, "
                     "then .yaml.");
        if (i > 0 && str_eq(name, pack->files.items[i - 1].name))
            diagnose(load, PROBLEM_PACK_FILES, pos, "two files of the pack have this name.");
    }
    if (!head)
        diagnose(load, PROBLEM_PACK_FILES, (struct pos){HEAD_FILE, 1, 1},
                 "the pack has no file pack.yaml; it names the regulation, its roles, materials "
                 "and items.");
    return load->diagnostics->errors == 0;
}

static void collect_procedures(struct load *load)
{
    struct policy *policy = load->policy;
    policy->procedures = NEWS(load->arena, struct procedure, load->drafts.len);
    policy->n_procedures = load->drafts.len;
    for (size_t i = 0; i < load->drafts.len; i++)
        policy->procedures[i] = *load->drafts.items[i].procedure;
}

static int pos_cmp(struct pos a, struct pos b)
{
    int files = str_cmp(a.file, b.file);
    if (files)
        return files;
    return a.line != b.line ? a.line - b.line : a.column - b.column;
}

/* In the order of the files, so that a person works through them from top to bottom. */
static void sort_findings(struct diagnostics *all)
{
    for (size_t i = 1; i < all->items.len; i++)
        for (size_t k = i; k > 0; k--) {
            struct diagnostic *a = &all->items.items[k - 1], *b = &all->items.items[k];
            if (pos_cmp(a->pos, b->pos) <= 0)
                break;
            struct diagnostic swap = *a;
            *a = *b;
            *b = swap;
        }
}

static bool load_stages(struct load *load, bool audited)
{
    /* A file that cannot be read, or is not there, hides names: what is missing then would be
     * reported wrongly. */
    if (!check_files(load) || !parse_files(load))
        return false;
    link_policy(load);
    if (load->diagnostics->errors == 0 && !audited)
        audit_policy(load);
    return load->diagnostics->errors == 0;
}

static struct policy *load_pack(struct arena *arena, const struct pack *pack, bool audited,
                                str changed, struct diagnostics *out_diagnostics)
{
    *out_diagnostics = (struct diagnostics){.errors = 0};
    struct load load = {.arena = arena, .pack = pack, .diagnostics = out_diagnostics,
                        .policy = NEW(arena, struct policy), .changed = changed};
    bool sound = load_stages(&load, audited);
    sort_findings(out_diagnostics);
    if (!sound)
        return NULL;
    collect_procedures(&load);
    return load.policy;
}

struct policy *policy_load(struct arena *arena, const struct pack *pack,
                           struct diagnostics *out_diagnostics)
{
    return load_pack(arena, pack, false, STR_NONE, out_diagnostics);
}

struct policy *policy_load_changed(struct arena *arena, const struct pack *pack, str procedure,
                                   struct diagnostics *out_diagnostics)
{
    return load_pack(arena, pack, false, procedure, out_diagnostics);
}

struct policy *policy_load_again(struct arena *arena, const struct pack *pack,
                                 struct diagnostics *out_diagnostics)
{
    return load_pack(arena, pack, true, STR_NONE, out_diagnostics);
}

size_t pack_uses(struct arena *arena, const struct pack *pack, str **out)
{
    struct diagnostics ignored = {.errors = 0};
    struct load load = {.arena = arena, .pack = pack, .diagnostics = &ignored};
    const struct node *uses = NULL;
    for (size_t i = 0; i < pack->files.len; i++)
        if (str_eq(pack->files.items[i].name, HEAD_FILE))
            uses = node_get(yaml_read(&load, &pack->files.items[i]), "uses");
    size_t n = uses && uses->kind == NODE_LIST ? uses->items.len : 0, found = 0;
    *out = NEWS(arena, str, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct node *node = uses->items.items[i];
        if (node->kind == NODE_SCALAR && pack_name_allowed(node->text) &&
            !str_has(node->text, S(".")))
            (*out)[found++] = node->text;
    }
    return found;
}
