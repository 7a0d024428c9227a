/* SPDX-License-Identifier: Apache-2.0
 * What surrounds a step and a procedure: what is shown, who is told, when a case may be opened
 * and taken back. */
#include "policy/expression_priv.h"

enum { SHOWS_MAX = 32, TELLS_MAX = 32, OFFERED_MAX = 16, BEFORE_MAX = 16 };

/* ---- shows --------------------------------------------------------------------------------- */

/* REGISTER of ROLE: the lines about the body in the seat, and nobody else's. */
static bool link_shown_of(struct load *load, const struct procedure *procedure,
                          const struct node *node, str text, struct shown *out)
{
    str word, rest;
    str_cut(text, ' ', &out->id, &rest);
    str_cut(rest, ' ', &word, &out->role);
    const struct ledger *ledger = policy_register(load->policy, out->id);
    out->kind = SHOWN_REGISTER;
    if (str_eq(word, S("of")) && ledger && ledger->about == ABOUT_ORGANISATION)
        return want_role(load, out->role, node_pos_at(load, node, text.len - out->role.len)) &&
               want_seat(load, procedure, out->role, node->pos);
    diagnose(load, PROBLEM_TELL, node->pos,
             "\"%.*s\" cannot be shown; expected REGISTER of ROLE, of a register about "
             "organisations.", STR_FMT(text));
    return false;
}

/* PATH, or {show: PATH, meets: [...]} when it fulfils a requirement of its own. */
static bool link_shown(struct load *load, const struct procedure *procedure,
                       const struct node *item, struct shown *out)
{
    const struct node *node = item;
    *out = (struct shown){.pos = item->pos};
    if (item->kind == NODE_MAP) {
        if (!check_map(load, item, "what is shown", "show meets"))
            return false;
        out->meets = parse_meets(load, item);
        node = node_get(item, "show");
        if (!node) {
            diagnose(load, PROBLEM_MISSING_KEY, item->pos,
                     "what is shown has no \"show\"; add the path.");
            return false;
        }
    }
    str text = scalar_text(load, node, "what is shown"), step_id, field_id;
    if (!text.ptr)
        return false;
    if (str_has(text, S(" of ")))
        return link_shown_of(load, procedure, node, text, out);
    out->id = text;
    if (str_cut(text, '.', &step_id, &field_id)) {
        const struct step *step = want_step(load, procedure, step_id, node->pos);
        if (!step || form_is_broken(load, step) || !want_field(load, step, field_id, node->pos))
            return false;
        out->kind = SHOWN_FIELD;
        out->step = step_id;
        out->id = field_id;
        return true;
    }
    if (policy_material(load->policy, text)) {
        out->kind = SHOWN_MATERIAL;
        return true;
    }
    if (policy_register(load->policy, text)) {
        out->kind = SHOWN_REGISTER;
        return true;
    }
    diagnose(load, PROBLEM_TELL, node->pos,
             "\"%.*s\" cannot be shown; expected STEP.FIELD, a material or a register.",
             STR_FMT(text));
    return false;
}

/* [ROLE, ...], or {to: [ROLE, ...], meets: [...]}. */
static void link_tell(struct load *load, struct step *step, const struct node_entry *entry)
{
    const struct node *roles = entry->value;
    struct claims meets = {NULL, 0};
    bool always = str_eq(entry->key->text, S("always"));
    if (!always && !want_outcome(load, step, entry->key->text, entry->key->pos))
        return;
    if (roles->kind == NODE_MAP) {
        if (!check_map(load, roles, "who is told", "to meets"))
            return;
        meets = parse_meets(load, roles);
        roles = node_get(roles, "to");
        if (!roles) {
            diagnose(load, PROBLEM_MISSING_KEY, entry->value->pos,
                     "who is told has no \"to\"; add the list of roles.");
            return;
        }
    }
    if (!check_list(load, roles, "who is told", TELLS_MAX))
        return;
    for (size_t i = 0; i < roles->items.len; i++) {
        const struct node *node = roles->items.items[i];
        str role = scalar_text(load, node, "a role");
        if (role.ptr && want_role(load, role, node->pos) && step->n_tells < TELLS_MAX)
            step->tells[step->n_tells++] =
                (struct tell){always ? S("") : entry->key->text, role, meets, node->pos};
    }
}

void link_shows(struct load *load, const struct procedure *procedure, const struct node *node,
                struct step *step)
{
    const struct node *shows = node_get(node, "shows"), *tell = node_get(node, "tell");
    if (shows && check_list(load, shows, "shows", SHOWS_MAX)) {
        step->shows = NEWS(load->arena, struct shown, shows->items.len);
        for (size_t i = 0; i < shows->items.len; i++)
            if (link_shown(load, procedure, shows->items.items[i], &step->shows[step->n_shows]))
                step->n_shows++;
    }
    if (tell && tell->kind != NODE_MAP) {
        diagnose(load, PROBLEM_SHAPE, tell->pos,
                 "tell says for each outcome who is told: {OUTCOME: [ROLE]}, or {always: [ROLE]}.");
        return;
    }
    if (!tell)
        return;
    step->tells = NEWS(load->arena, struct tell, TELLS_MAX);
    for (size_t i = 0; i < tell->entries.len; i++)
        link_tell(load, step, &tell->entries.items[i]);
}

/* ---- offered and withdraw ------------------------------------------------------------------ */

static void link_offered(struct load *load, const struct node *list, struct procedure *procedure)
{
    struct scope scope = {procedure, NULL, PLACE_OFFER, STR_NONE};
    if (!check_list(load, list, "offered", OFFERED_MAX))
        return;
    procedure->offered = NEWS(load->arena, struct condition, list->items.len);
    for (size_t i = 0; i < list->items.len; i++) {
        const struct node *node = list->items.items[i];
        struct condition *out = &procedure->offered[procedure->n_offered];
        if (!check_map(load, node, "an offer", "that zh en basis source meets"))
            continue;
        read_label(load, node, "the offer", &out->say);
        out->basis = read_basis(load, node, "the offer", &procedure->basis, BASIS_REQUIRED);
        out->meets = parse_meets(load, node);
        const struct node *that = node_get(node, "that");
        if (!that)
            diagnose(load, PROBLEM_MISSING_KEY, node->pos,
                     "the offer has no \"that\"; add the condition.");
        else if ((out->when = expression_compile(load, that, &scope)))
            procedure->n_offered++;
    }
}

static void link_before(struct load *load, const struct node *list, struct procedure *procedure)
{
    struct withdrawal *out = &procedure->withdrawal;
    if (!check_list(load, list, "before", BEFORE_MAX))
        return;
    out->before = NEWS(load->arena, struct fact, list->items.len);
    for (size_t i = 0; i < list->items.len; i++) {
        const struct node *node = list->items.items[i];
        str text = scalar_text(load, node, "a fact"), step_id, outcome_id;
        if (!text.ptr)
            continue;
        if (!str_cut(text, '.', &step_id, &outcome_id)) {
            diagnose(load, PROBLEM_SHAPE, node->pos, "\"%.*s\" is no fact; expected STEP.OUTCOME.",
                     STR_FMT(text));
            continue;
        }
        const struct step *step = want_step(load, procedure, step_id, node->pos);
        if (step && want_outcome(load, step, outcome_id, node->pos))
            out->before[out->n_before++] = (struct fact){step_id, outcome_id};
    }
}

/* What an approval did outside the case would outlast it: these undo it. */
static void link_undoing(struct load *load, const struct node *list, struct procedure *procedure)
{
    static const str WORDS[] = {{"release", 7}, {"retire", 6}};
    struct withdrawal *out = &procedure->withdrawal;
    if (!check_list(load, list, "effects", COUNT_OF(WORDS)))
        return;
    if (procedure->subject != SUBJECT_NEW)
        diagnose(load, PROBLEM_WITHDRAWAL, list->pos,
                 "only a case that registers its system undoes all of it; here name in before what "
                 "acts on the system.");
    for (size_t i = 0; i < list->items.len; i++) {
        const struct node *node = list->items.items[i];
        str word = scalar_text(load, node, "an effect");
        out->releases |= word.ptr && str_eq(word, WORDS[0]);
        out->retires |= word.ptr && str_eq(word, WORDS[1]);
        if (word.ptr && !str_eq(word, WORDS[0]) && !str_eq(word, WORDS[1])) {
            str expected = expected_words(load->arena, word, WORDS, COUNT_OF(WORDS));
            diagnose(load, PROBLEM_EFFECT, node->pos, "no effect \"%.*s\" of a withdrawal%.*s",
                     STR_FMT(word), STR_FMT(expected));
        }
    }
}

void link_offer(struct load *load, const struct node *root, struct procedure *procedure)
{
    const struct node *offered = node_get(root, "offered");
    const struct node *withdraw = node_get(root, "withdraw");
    if (offered)
        link_offered(load, offered, procedure);
    if (!withdraw || !check_map(load, withdraw, "withdraw", "before effects basis source meets"))
        return;
    procedure->withdrawal.present = true;
    procedure->withdrawal.basis = read_basis(load, withdraw, "withdraw", NULL, BASIS_REQUIRED);
    procedure->withdrawal.meets = parse_meets(load, withdraw);
    procedure->withdrawal.pos = withdraw->pos;
    const struct node *before = node_get(withdraw, "before");
    const struct node *effects = node_get(withdraw, "effects");
    if (effects)
        link_undoing(load, effects, procedure);
    if (!before)
        diagnose(load, PROBLEM_MISSING_KEY, withdraw->pos,
                 "withdraw has no \"before\"; name the facts after which it is too late.");
    else
        link_before(load, before, procedure);
}
