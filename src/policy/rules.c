/* SPDX-License-Identifier: Apache-2.0
 * A program taken apart into its rules. */
#include "policy/policy.h"

struct walk {
    struct arena *arena;
    VEC(struct rule) rules;
    struct procedure *procedure;
    struct step *step;
};

static const char *const WORDS[] = {
#define X(symbol, word) word,
    RULES(X)
#undef X
};

const char *rule_word(enum rule_kind kind)
{
    return WORDS[kind];
}

static void claim(struct walk *walk, struct rule *rule, const struct claims *claims)
{
    str *ids = NEWS(walk->arena, str, rule->n_meets + claims->n);
    for (size_t i = 0; i < rule->n_meets; i++)
        ids[i] = rule->meets[i];
    for (size_t i = 0; i < claims->n; i++)
        ids[rule->n_meets + i] = claims->items[i].id;
    rule->meets = ids;
    rule->n_meets += claims->n;
}

static str place(struct walk *walk)
{
    if (!walk->step)
        return walk->procedure ? walk->procedure->id : STR_NONE;
    return str_printf(walk->arena, "%.*s.%.*s", STR_FMT(walk->procedure->id),
                      STR_FMT(walk->step->id));
}

/* The claims of a part are its own, else those of what it stands in. The address holds until the
 * next one. */
static struct rule *add(struct walk *walk, enum rule_kind kind, const void *part, size_t at,
                        const struct claims *own, str what)
{
    static const struct claims NONE;
    struct rule *rule = VEC_ADD(walk->arena, &walk->rules);
    const struct claims *above = walk->step        ? &walk->step->meets
                                 : walk->procedure ? &walk->procedure->meets
                                                   : &NONE;
    str where = place(walk);
    rule->kind = kind;
    rule->part = part;
    rule->at = at;
    rule->procedure = walk->procedure;
    rule->step = walk->step;
    rule->name = str_printf(walk->arena, "%.*s%s%s%s%.*s", STR_FMT(where), where.len ? " " : "",
                            WORDS[kind], what.len ? " " : "", STR_FMT(what));
    rule->pos = walk->step ? walk->step->pos : walk->procedure ? walk->procedure->pos
                                                               : (struct pos){S(""), 0, 0};
    if (walk->step)
        rule->basis = walk->step->basis;
    claim(walk, rule, own && own->n ? own : above);
    return rule;
}

static void add_limit(struct walk *walk, enum rule_kind kind, struct limit *limit)
{
    if (!limit->present)
        return;
    for (size_t i = 0; i + 1 < limit->n; i++) {
        struct limit_case *one = &limit->cases[i];
        struct rule *rule = add(walk, RULE_EXCEPT, one, i,
                                one->meets.n ? &one->meets : &limit->meets,
                                expression_text(one->when));
        rule->pos = one->pos;
        rule->basis = limit->basis;
    }
    struct rule *rule = add(walk, kind, limit, limit->n - 1, &limit->meets, STR_NONE);
    rule->pos = limit->pos;
    rule->basis = limit->basis;
    if (!limit->extend_most)
        return;
    rule = add(walk, RULE_EXTEND, &limit->extend_most, 0,
               limit->extend_meets.n ? &limit->extend_meets : &limit->meets, STR_NONE);
    rule->pos = limit->pos;
    rule->basis = limit->extend_basis;
}

static void add_form(struct walk *walk, struct form *form, struct ledger *ledger,
                     const struct claims *above)
{
    for (size_t i = 0; i < form->n; i++) {
        struct field *field = &form->fields[i];
        const struct claims *own = field->meets.n ? &field->meets : above;
        bool bodies = field->type == FIELD_ORGANISATIONS;
        bool number = field->type == FIELD_INTEGER || field->type == FIELD_MONEY || bodies;
        int64_t most = bodies ? LIMIT_SEATS : LIMIT_JSON_INTEGER;
        for (int k = 0; k < 3; k++) {
            static const enum rule_kind KINDS[] = {RULE_FIELD, RULE_MIN, RULE_MAX};
            if ((k == 1 && (!number || field->min <= (bodies ? 1 : 0))) ||
                (k == 2 && (!number || field->max >= most)))
                continue;
            struct rule *rule = add(walk, KINDS[k], field, i, own, field->id);
            rule->pos = field->pos;
            rule->ledger = ledger;
            if (field->basis.article.len || field->basis.local)
                rule->basis = field->basis;
            if (ledger)
                rule->name = str_printf(walk->arena, "register %.*s %s %.*s", STR_FMT(ledger->id),
                                        WORDS[KINDS[k]], STR_FMT(field->id));
        }
    }
}

static str target_text(const struct target *target)
{
    switch (target->kind) {
    case TARGET_STEP:
    case TARGET_HOLD: return target->step;
    case TARGET_BACK: return S("back");
    case TARGET_STAY: return S("stay");
    case TARGET_DONE: return S("done");
    case TARGET_END: return S("end");
    }
    return STR_NONE;
}

static str effect_argument_text(struct walk *walk, const struct effect *effect)
{
    if (effect->role.len)
        return str_printf(walk->arena, " %.*s about %.*s", STR_FMT(effect->target),
                          STR_FMT(effect->role));
    if (effect->target.len)
        return str_printf(walk->arena, " %.*s", STR_FMT(effect->target));
    if (!effect->step.len)
        return S("");
    return str_printf(walk->arena, " %.*s.%.*s", STR_FMT(effect->step), STR_FMT(effect->field));
}

static void add_outcome(struct walk *walk, struct outcome *outcome)
{
    static const char *const EFFECT_WORDS[] = {
#define X(symbol, name, argument) name,
        EFFECTS(X)
#undef X
    };
    for (size_t i = 0; i < outcome->n_targets; i++) {
        const struct target *target = &outcome->targets[i];
        str to = target_text(target);
        str when = target->when ? expression_text(target->when) : STR_NONE;
        str what = str_printf(walk->arena, "%.*s from %.*s%s%.*s", STR_FMT(to),
                              STR_FMT(outcome->id), when.len ? " when " : "", STR_FMT(when));
        struct rule *rule = add(walk, RULE_TO, target, i, &outcome->meets, what);
        rule->outcome = outcome;
        rule->basis = outcome->basis;
        rule->pos = outcome->pos;
        claim(walk, rule, &walk->procedure->meets);
    }
    for (size_t i = 0; i < outcome->n_effects; i++) {
        const struct effect *effect = &outcome->effects[i];
        str argument = effect_argument_text(walk, effect);
        str what = str_printf(walk->arena, "%s%.*s of %.*s", EFFECT_WORDS[effect->kind],
                              STR_FMT(argument), STR_FMT(outcome->id));
        struct rule *rule = add(walk, RULE_EFFECT, effect, i, &outcome->meets, what);
        rule->outcome = outcome;
        rule->basis = outcome->basis;
        rule->pos = effect->pos;
    }
}

static const struct claims *claims_of_outcome(const struct step *step, str id)
{
    const struct outcome *outcome = id.len ? step_outcome(step, id) : NULL;
    return outcome ? &outcome->meets : NULL;
}

static void add_beside(struct walk *walk, struct step *step)
{
    for (size_t i = 0; i < step->n_shows; i++) {
        const struct shown *shown = &step->shows[i];
        str path = shown->step.len   ? str_printf(walk->arena, "%.*s.%.*s", STR_FMT(shown->step),
                                                  STR_FMT(shown->id))
                   : shown->role.len ? str_printf(walk->arena, "%.*s of %.*s", STR_FMT(shown->id),
                                                  STR_FMT(shown->role))
                                     : shown->id;
        add(walk, RULE_SHOW, shown, i, &shown->meets, path)->pos = shown->pos;
    }
    for (size_t i = 0; i < step->n_tells; i++) {
        const struct tell *tell = &step->tells[i];
        str outcome = tell->outcome.len ? tell->outcome : S("every outcome");
        str what = str_printf(walk->arena, "%.*s of %.*s", STR_FMT(tell->role), STR_FMT(outcome));
        add(walk, RULE_TELL, tell, i,
            tell->meets.n ? &tell->meets : claims_of_outcome(step, tell->outcome), what)->pos =
            tell->pos;
    }
    if (step->opinion)
        add(walk, RULE_OPINION, &step->opinion, 0, &step->opinion_meets, STR_NONE);
    if (step->paper)
        add(walk, RULE_PAPER, &step->paper, 0, &step->paper_meets, STR_NONE);
    if (step->further)
        add(walk, RULE_FURTHER, &step->further, 0, &step->further_meets, STR_NONE);
}

static void add_step(struct walk *walk, struct step *step)
{
    walk->step = step;
    for (size_t i = 0; i < step->n_seats; i++)
        add(walk, RULE_BY, step->seats, i, NULL, step->seats[i]);
    add_limit(walk, RULE_WITHIN, &step->within);
    add_limit(walk, RULE_WAIT, &step->not_before);
    add_limit(walk, RULE_AHEAD, &step->ahead);
    add_form(walk, &step->form, NULL, NULL);
    for (size_t i = 0; i < step->n_needs; i++) {
        const struct condition *need = &step->needs[i];
        str text = expression_text(need->when);
        str what = need->outcome.len ? str_printf(walk->arena, "for %.*s: %.*s",
                                                  STR_FMT(need->outcome), STR_FMT(text))
                                     : text;
        struct rule *rule = add(walk, RULE_NEED, need, i, &need->meets, what);
        rule->pos = expression_pos(need->when);
        rule->basis = need->basis;
    }
    add_beside(walk, step);
    for (size_t i = 0; i < step->n_outcomes; i++)
        add_outcome(walk, &step->outcomes[i]);
    walk->step = NULL;
}

static void add_opening(struct walk *walk, struct procedure *procedure)
{
    if (procedure->opens.present) {
        struct rule *rule = add(walk, RULE_OPENS, &procedure->opens, 0, &procedure->opens.meets,
                                STR_NONE);
        rule->pos = procedure->opens.pos;
        rule->basis = procedure->opens.basis;
    }
    if (procedure->priority)
        add(walk, RULE_PRIORITY, &procedure->priority, 0, &procedure->priority_meets, STR_NONE)
            ->basis = procedure->basis;
}

static void add_procedure(struct walk *walk, struct procedure *procedure)
{
    walk->procedure = procedure;
    add_opening(walk, procedure);
    for (size_t i = 0; i < procedure->n_offered; i++) {
        const struct condition *offer = &procedure->offered[i];
        struct rule *rule = add(walk, RULE_OFFER, offer, i, &offer->meets,
                                expression_text(offer->when));
        rule->pos = expression_pos(offer->when);
        rule->basis = offer->basis;
    }
    if (procedure->withdrawal.present) {
        struct rule *rule = add(walk, RULE_WITHDRAW, &procedure->withdrawal, 0,
                                &procedure->withdrawal.meets, STR_NONE);
        rule->pos = procedure->withdrawal.pos;
        rule->basis = procedure->withdrawal.basis;
    }
    for (size_t i = 0; i < procedure->n_steps; i++)
        add_step(walk, &procedure->steps[i]);
    walk->procedure = NULL;
}

static void add_register(struct walk *walk, struct ledger *ledger)
{
    static const enum rule_kind KINDS[] = {RULE_REGISTER, RULE_FILER, RULE_EVERY};
    for (size_t k = 0; k < COUNT_OF(KINDS); k++) {
        if ((k == 1 && !ledger->by.len) || (k == 2 && !ledger->monthly))
            continue;
        struct rule *rule = add(walk, KINDS[k], ledger, 0, &ledger->meets, ledger->id);
        rule->ledger = ledger;
        rule->pos = ledger->pos;
        rule->basis = ledger->basis;
    }
    /* What an effect files was asked for by a step; nobody fills the form in. */
    if (ledger->by.len)
        add_form(walk, &ledger->form, ledger, &ledger->meets);
}

static void add_report(struct walk *walk, struct report *report)
{
    for (size_t i = 0; i < report->n_columns; i++) {
        struct report_column *column = &report->columns[i];
        str name = str_printf(walk->arena, "%.*s.%.*s", STR_FMT(report->id), STR_FMT(column->id));
        struct rule *rule = add(walk, RULE_COLUMN, column, i,
                                column->meets.n ? &column->meets : &report->meets, name);
        rule->report = report;
        rule->pos = column->pos;
        rule->basis = report->basis;
    }
}

struct rule *policy_rules(struct arena *arena, struct policy *policy, size_t *out_n)
{
    struct walk walk = {.arena = arena};
    struct rule *from = add(&walk, RULE_FROM, &policy->from, 0, &policy->from_meets, STR_NONE);
    from->basis = policy->from_basis;
    from->pos = policy->from_pos;
    for (size_t i = 0; i < policy->n_registers; i++)
        add_register(&walk, &policy->registers[i]);
    for (size_t i = 0; i < policy->n_lists; i++) {
        struct listing_rule *list = &policy->lists[i];
        struct rule *rule = add(&walk, RULE_LIST, list, i, &list->meets, list->id);
        rule->pos = list->pos;
        rule->basis = list->basis;
    }
    for (size_t i = 0; i < policy->n_reports; i++)
        add_report(&walk, &policy->reports[i]);
    for (size_t i = 0; i < policy->n_procedures; i++)
        add_procedure(&walk, &policy->procedures[i]);
    *out_n = walk.rules.len;
    return walk.rules.items;
}
