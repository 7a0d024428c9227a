/* SPDX-License-Identifier: Apache-2.0
 * A procedure file: everything that can be said without knowing the other names. */
#include "policy/load_priv.h"

enum { CODE_MAX = 8, SEATS_MAX = 8 };

static const char STEP_KEYS[] = "id zh en by basis source meets side opinion paper further form "
                                "materials shows needs within not-before ahead outcomes tell";

static void parse_outcome(struct load *load, const struct node_entry *entry,
                          const struct step *step, struct outcome *out)
{
    const char *what = str_printf(load->arena, "outcome \"%.*s\"",
                                  STR_FMT(entry->key->text)).ptr;
    out->id = entry->key->text;
    out->pos = entry->key->pos;
    check_id(load, entry->key, "outcome", "always opened");
    if (!check_map(load, entry->value, what, "zh en tone to effects basis source meets"))
        return;
    read_label(load, entry->value, what, &out->label);
    out->basis = read_basis(load, entry->value, what, &step->basis, BASIS_REQUIRED);
    out->meets = parse_meets(load, entry->value);
    const struct node *tone = node_get(entry->value, "tone");
    out->tone = TONE_NEUTRAL;
    if (!tone) {
        diagnose(load, PROBLEM_MISSING_KEY, entry->value->pos,
                 "%s has no \"tone\"; expected positive, neutral or negative.", what);
        return;
    }
    int word = read_word(load, tone, "tone", "positive neutral negative");
    if (word >= 0)
        out->tone = (enum tone)word;
}

static void parse_outcomes(struct load *load, const struct node *node, const char *what,
                           struct step *out)
{
    const struct node *outcomes = node_get(node, "outcomes");
    if (!outcomes) {
        diagnose(load, PROBLEM_MISSING_KEY, node->pos,
                 "%s has no \"outcomes\", so nobody could ever decide it; add them.", what);
        return;
    }
    if (!check_map(load, outcomes, "outcomes", ""))
        return;
    size_t n = outcomes->entries.len;
    if (n == 0 || n > OUTCOMES_MAX) {
        diagnose(load, PROBLEM_TOO_MANY, outcomes->pos, "%s has %zu outcomes; expected 1 to %d.",
                 what, n, (int)OUTCOMES_MAX);
        return;
    }
    out->n_outcomes = n;
    out->outcomes = NEWS(load->arena, struct outcome, n);
    for (size_t i = 0; i < n; i++)
        parse_outcome(load, &outcomes->entries.items[i], out, &out->outcomes[i]);
}

/* by: {each: ROLE}: every organisation that the role's seat names. */
static void parse_each(struct load *load, const struct node *by, struct step *out)
{
    out->by = scalar_text(load, node_get(by, "each"), "each");
    out->seats = NEWS(load->arena, str, 1);
    out->seats[0] = out->by;
    out->n_seats = 1;
    out->each = true;
    if (node_get(by, "all"))
        diagnose(load, PROBLEM_SHAPE, by->pos, "by has either all or each, not both.");
}

/* by: ROLE, or by: {all: [ROLE, ROLE]} when each of them signs. */
static void parse_by(struct load *load, const struct node *node, const char *what,
                     struct step *out)
{
    const struct node *by = node_get(node, "by");
    if (!by || by->kind == NODE_SCALAR) {
        out->by = read_text(load, node, "by", what);
        out->seats = NEWS(load->arena, str, 1);
        out->seats[0] = out->by;
        out->n_seats = 1;
        return;
    }
    if (by->kind == NODE_LIST) {
        diagnose(load, PROBLEM_SHAPE, by->pos,
                 "by is a list here; write {all: [ROLE, ROLE]} when each of them signs.");
        return;
    }
    const struct node *all = node_get(by, "all");
    if (!check_map(load, by, "by", "all each"))
        return;
    if (node_get(by, "each")) {
        parse_each(load, by, out);
        return;
    }
    if (!all) {
        diagnose(load, PROBLEM_MISSING_KEY, by->pos,
                 "by has no \"all\"; write a role, {all: [ROLE, ROLE]} or {each: ROLE}.");
        return;
    }
    if (!check_list(load, all, "all", SEATS_MAX))
        return;
    if (all->items.len < 2)
        diagnose(load, PROBLEM_SHAPE, all->pos, "all names two roles or more.");
    out->seats = NEWS(load->arena, str, all->items.len);
    for (size_t i = 0; i < all->items.len; i++) {
        str role = scalar_text(load, all->items.items[i], "a role");
        for (size_t k = 0; k < out->n_seats; k++)
            if (role.ptr && str_eq(out->seats[k], role))
                diagnose(load, PROBLEM_DUPLICATE_ID, all->items.items[i]->pos,
                         "role %.*s stands twice.", STR_FMT(role));
        if (role.ptr)
            out->seats[out->n_seats++] = role;
    }
    out->by = out->n_seats ? out->seats[0] : STR_NONE;
}

/* KEY: yes, or KEY: {meets: [...]}, which says yes too. */
static void parse_mark(struct load *load, const struct node *step, const char *key, bool *out,
                       struct claims *out_meets)
{
    const struct node *mark = node_get(step, key);
    if (!mark || mark->kind != NODE_MAP) {
        read_flag(load, step, key, out);
        return;
    }
    *out = check_map(load, mark, key, "meets");
    *out_meets = parse_meets(load, mark);
}

static void parse_step(struct load *load, const struct node *node, struct step *out,
                       struct draft_step *draft)
{
    draft->node = node;
    out->pos = node->pos;
    out->stage = true;
    if (!check_map(load, node, "a step", STEP_KEYS))
        return;
    out->id = read_text(load, node, "id", "a step");
    const struct node *id = node_get(node, "id");
    if (out->id.ptr) {
        out->pos = id->pos;
        check_id(load, id, "step",
                 "unit system seat end done back hold stay otherwise opened today and or not given "
                 "has of");
    }
    const char *what = str_printf(load->arena, "step \"%.*s\"", STR_FMT(out->id)).ptr;
    bool side = false;
    read_label(load, node, what, &out->label);
    parse_by(load, node, what, out);
    out->basis = read_basis(load, node, what, NULL, BASIS_REQUIRED);
    parse_mark(load, node, "opinion", &out->opinion, &out->opinion_meets);
    parse_mark(load, node, "paper", &out->paper, &out->paper_meets);
    parse_mark(load, node, "further", &out->further, &out->further_meets);
    read_flag(load, node, "side", &side);
    out->stage = !side;
    out->meets = parse_meets(load, node);
    parse_form(load, node_get(node, "form"), &out->form, &draft->form_broken);
    parse_outcomes(load, node, what, out);
}

static void parse_steps(struct load *load, const struct node *root,
                        struct draft_procedure *draft)
{
    struct procedure *procedure = draft->procedure;
    const struct node *steps = node_get(root, "steps");
    if (!steps) {
        diagnose(load, PROBLEM_MISSING_KEY, root->pos, "the procedure has no \"steps\"; add them.");
        return;
    }
    if (!check_list(load, steps, "steps", LIMIT_STEPS))
        return;
    size_t n = steps->items.len;
    if (n == 0)
        diagnose(load, PROBLEM_SHAPE, steps->pos, "the list of steps is empty.");
    procedure->n_steps = n;
    procedure->steps = NEWS(load->arena, struct step, n);
    draft->steps = NEWS(load->arena, struct draft_step, n);
    for (size_t i = 0; i < n; i++) {
        struct step *step = &procedure->steps[i];
        parse_step(load, steps->items.items[i], step, &draft->steps[i]);
        for (size_t k = 0; k < i; k++)
            if (step->id.ptr && str_eq(procedure->steps[k].id, step->id))
                diagnose(load, PROBLEM_DUPLICATE_ID, step->pos,
                         "a second step \"%.*s\"; the first is in line %d. Rename one.",
                         STR_FMT(step->id), procedure->steps[k].pos.line);
    }
}

static void parse_code(struct load *load, const struct node *root, struct procedure *out)
{
    str code = read_text(load, root, "code", "the procedure");
    bool letters = code.len >= 1 && code.len <= CODE_MAX;
    for (size_t i = 0; i < code.len; i++)
        letters &= code.ptr[i] >= 'A' && code.ptr[i] <= 'Z';
    if (code.ptr && !letters)
        diagnose(load, PROBLEM_BAD_ID, node_get(root, "code")->pos,
                 "code is \"%.*s\"; expected 1 to %d capital letters, they stand in the case "
                 "number.", STR_FMT(code), (int)CODE_MAX);
    out->code = code;
}

void parse_procedure(struct load *load, const struct node *root)
{
    if (!check_map(load, root, "a procedure file",
                   "procedure code title basis source meets names about opens priority offered "
                   "withdraw seats steps"))
        return;
    struct procedure *procedure = NEW(load->arena, struct procedure);
    struct draft_procedure *draft = VEC_ADD(load->arena, &load->drafts);
    draft->procedure = procedure;
    draft->node = root;
    procedure->pos = root->pos;
    procedure->id = read_text(load, root, "procedure", "the file");
    if (procedure->id.ptr) {
        procedure->pos = node_get(root, "procedure")->pos;
        check_id(load, node_get(root, "procedure"), "procedure", "");
    }
    parse_code(load, root, procedure);
    const struct node *title = node_get(root, "title");
    if (!title)
        diagnose(load, PROBLEM_MISSING_KEY, root->pos, "the procedure has no \"title\"; add it.");
    else if (check_map(load, title, "title", "zh en"))
        read_label(load, title, "the title", &procedure->label);
    procedure->basis = read_basis(load, root, "the procedure", NULL, BASIS_REQUIRED);
    procedure->meets = parse_meets(load, root);
    const struct node *about = node_get(root, "about");
    int subject = about ? read_word(load, about, "about", "system opener") : -1;
    procedure->subject = subject == 0   ? SUBJECT_SYSTEM
                         : subject == 1 ? SUBJECT_OPENER
                                        : SUBJECT_NEW;
    parse_opening(load, root, procedure);
    parse_steps(load, root, draft);
}
