/* SPDX-License-Identifier: Apache-2.0
 * Which requirements are proven: scenarios are played, and played again without each rule. What a
 * rule is worth shows in the line that fails when it is gone. */
#include "play/apart_priv.h"

/* What a process leaves behind, in memory that both see. */
struct verdict {
    bool reached_end;
    int scenario, line; /* of the failure; line 0: nothing failed */
    struct err err;     /* why the end was not reached, when the program could say */
};

struct examination {
    struct arena *arena;
    struct pack pack;
    struct policy *policy;
    struct rule *rules;
    size_t n_rules;
    struct scenario *scenarios;
    size_t n_scenarios;
    int *read; /* rule x scenario, as scenarios_rehearse gives it */
    struct trial trial;       /* as it is */
    size_t playing;           /* scenario */
    struct verdict *verdicts; /* one a rule */
};

/* ---- without a rule ------------------------------------------------------------------------- */

static bool is_read(const struct examination *x, size_t rule, size_t scenario)
{
    return x->read[rule * x->n_scenarios + scenario] != 0;
}

/* In a process of its own: the changed program dies with it. */
static const struct trial *without(void *ctx, size_t rule)
{
    struct examination *x = ctx;
    rule_neutralise(x->policy, &x->rules[rule]);
    return &x->trial;
}

static void judge_without(void *ctx, size_t rule, const struct play_result *result,
                          const struct err *err)
{
    struct examination *x = ctx;
    struct verdict *verdict = &x->verdicts[rule];
    if (err) {
        verdict->err = *err;
        return;
    }
    /* An act in vain says that something else stands in the way, not what the rule is worth. */
    if (result->failed && !result->act) {
        verdict->scenario = (int)x->playing;
        verdict->line = result->line;
    }
    verdict->reached_end = true;
}

static bool worth_trying(const struct examination *x, size_t rule)
{
    return x->rules[rule].n_meets > 0 && !x->verdicts[rule].line && is_read(x, rule, x->playing);
}

/* Without each rule that the scenario reads and that none before it has proven. */
static bool try_scenario(struct examination *x, struct err *e)
{
    struct branching branching = {
        .scenario = &x->scenarios[x->playing], .trial = &x->trial, .change = without,
        .came = judge_without, .ctx = x, .branches = NEWS(x->arena, struct branch, x->n_rules + 1)};
    for (size_t i = 0; i < x->n_rules; i++)
        if (worth_trying(x, i)) {
            int line = x->read[i * x->n_scenarios + x->playing];
            branching.branches[branching.n++] = (struct branch){i, line};
            x->verdicts[i].reached_end = false;
        }
    bool ok = !branching.n || run_branches(&branching, e);
    for (size_t i = 0; i < branching.n && ok; i++) {
        const struct verdict *verdict = &x->verdicts[branching.branches[i].job];
        const struct rule *rule = &x->rules[branching.branches[i].job];
        if (!verdict->reached_end)
            ok = RAISE(e, CORRUPT, "coverage", "the program broke without the rule %.*s: %s",
                       STR_FMT(rule->name),
                       verdict->err.code ? verdict->err.msg : "it ended itself");
    }
    return ok;
}

static bool try_all(struct examination *x, struct err *e)
{
    x->trial = (struct trial){.pack = &x->pack, .policy = x->policy};
    x->verdicts = shared_memory(x->arena, x->n_rules * sizeof *x->verdicts, e);
    bool ok = x->verdicts != NULL;
    for (x->playing = 0; ok && x->playing < x->n_scenarios; x->playing++)
        ok = try_scenario(x, e);
    return ok;
}

static bool rehearse(struct examination *x, struct err *e)
{
    const struct rehearsed as_it_is = {&x->pack,     x->policy,    x->rules,
                                       x->n_rules, x->scenarios, x->n_scenarios};
    return scenarios_rehearse(x->arena, &as_it_is, &x->read, e);
}

/* ---- one pack ------------------------------------------------------------------------------- */

static bool load(struct examination *x, str name, const struct requirement *table, size_t n,
                 str *out_findings, struct err *e)
{
    struct diagnostics diagnostics = {0};
    str *known = NEWS(x->arena, str, n + 1);
    for (size_t i = 0; i < n; i++)
        known[i] = table[i].id;
    if (!pack_find(x->arena, name, &x->pack, e))
        return false;
    x->policy = policy_load(x->arena, &x->pack, &diagnostics);
    if (x->policy)
        policy_check_claims(x->arena, &x->pack, x->policy, known, n, &diagnostics);
    *out_findings = diagnostics_print(x->arena, &diagnostics);
    if (diagnostics.errors)
        return RAISE(e, INPUT, "policy", "%zu errors in %.*s; mend them first", diagnostics.errors,
                     STR_FMT(name));
    x->rules = policy_rules(x->arena, x->policy, &x->n_rules);
    return scenarios_of(x->arena, name, &x->scenarios, &x->n_scenarios, e);
}

static struct proof_of_rule *proofs_of(struct examination *x)
{
    struct proof_of_rule *proofs = NEWS(x->arena, struct proof_of_rule, x->n_rules + 1);
    for (size_t i = 0; i < x->n_rules; i++) {
        const struct verdict *verdict = &x->verdicts[i];
        proofs[i].rule = &x->rules[i];
        if (verdict->line) {
            proofs[i].proven_path = x->scenarios[verdict->scenario].path;
            proofs[i].proven_line = verdict->line;
        }
        for (size_t k = x->n_scenarios; k-- > 0;)
            if (is_read(x, i, k)) {
                proofs[i].read_path = x->scenarios[k].path;
                proofs[i].read_line = x->read[i * x->n_scenarios + k];
            }
    }
    return proofs;
}

static void find_idle(const struct examination *x, struct coverage *out)
{
    for (size_t i = 0; i < x->n_scenarios; i++) {
        bool useful = false;
        for (size_t k = 0; k < x->n_rules; k++)
            useful |= x->rules[k].n_meets > 0 && is_read(x, k, i);
        if (!useful)
            VEC_PUSH(x->arena, &out->idle, x->scenarios[i].path);
    }
}

/* ---- the table ------------------------------------------------------------------------------ */

static bool same_prefix(str a, str b)
{
    str head_a, head_b, rest;
    str_cut(a, '-', &head_a, &rest);
    str_cut(b, '-', &head_b, &rest);
    return str_eq(head_a, head_b);
}

static bool prefix_claimed(const struct examination *x, str id)
{
    for (size_t i = 0; i < x->n_rules; i++)
        for (size_t k = 0; k < x->rules[i].n_meets; k++)
            if (same_prefix(x->rules[i].meets[k], id))
                return true;
    return false;
}

static void add_proofs(struct examination *x, const struct proof_of_rule *proofs,
                       struct covered *row)
{
    for (size_t i = 0; i < x->n_rules; i++)
        for (size_t k = 0; k < x->rules[i].n_meets; k++)
            if (str_eq(x->rules[i].meets[k], row->requirement->id)) {
                VEC_PUSH(x->arena, &row->rules, &proofs[i]);
                break;
            }
}

struct covered_rows {
    VEC(struct covered) items;
};

static bool in_table(const struct requirement *table, size_t n, str id)
{
    for (size_t i = 0; i < n; i++)
        if (same_prefix(table[i].id, id))
            return true;
    return false;
}

/* A city whose requirements the table does not have: what its rules claim stands for them. */
static void add_own(struct examination *x, const struct requirement *table, size_t n,
                    struct covered_rows *own)
{
    for (size_t i = 0; i < x->n_rules; i++)
        for (size_t k = 0; k < x->rules[i].n_meets; k++) {
            str id = x->rules[i].meets[k];
            bool there = in_table(table, n, id);
            for (size_t o = 0; o < own->items.len && !there; o++)
                there = str_eq(own->items.items[o].requirement->id, id);
            if (there)
                continue;
            struct requirement *requirement = NEW(x->arena, struct requirement);
            requirement->id = id;
            VEC_ADD(x->arena, &own->items)->requirement = requirement;
        }
}

static void judge(struct covered *row)
{
    row->state = row->rules.len                 ? COVERAGE_DECLARED
                 : requirement_outside(row->requirement) ? COVERAGE_OUTSIDE
                                                : COVERAGE_MISSING;
    for (size_t i = 0; i < row->rules.len; i++)
        if (row->rules.items[i]->proven_line)
            row->state = COVERAGE_TESTED;
}

bool policy_coverage(struct arena *arena, const str *packs, size_t n_packs, bool every_row,
                     struct coverage *out, str *out_findings, struct err *e)
{
    struct requirement *table;
    size_t n;
    if (!requirements_shipped(arena, &table, &n, e))
        return false;
    struct covered *all = NEWS(arena, struct covered, n);
    struct covered_rows own = {0};
    bool *wanted = NEWS(arena, bool, n);
    for (size_t i = 0; i < n_packs; i++) {
        struct examination *x = NEW(arena, struct examination);
        x->arena = arena;
        if (!load(x, packs[i], table, n, out_findings, e) || !rehearse(x, e) || !try_all(x, e))
            return false;
        const struct proof_of_rule *proofs = proofs_of(x);
        find_idle(x, out);
        for (size_t k = 0; k < n; k++) {
            all[k].requirement = &table[k];
            wanted[k] |= every_row || prefix_claimed(x, table[k].id);
            add_proofs(x, proofs, &all[k]);
        }
        add_own(x, table, n, &own);
        for (size_t k = 0; k < own.items.len; k++)
            add_proofs(x, proofs, &own.items.items[k]);
    }
    for (size_t k = 0; k < n; k++) {
        judge(&all[k]);
        if (wanted[k])
            VEC_PUSH(arena, &out->rows, all[k]);
    }
    for (size_t k = 0; k < own.items.len; k++) {
        judge(&own.items.items[k]);
        VEC_PUSH(arena, &out->rows, own.items.items[k]);
    }
    return true;
}
