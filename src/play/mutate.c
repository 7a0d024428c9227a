/* SPDX-License-Identifier: Apache-2.0
 * Does a test notice when a value of a policy is another? Each mutant is loaded and played as a
 * pack of its own, by the scenarios that come near the value first, until a line fails. */
#include "play/apart_priv.h"

#include <stdlib.h>
#include <string.h>

static const char *const FATE_NAMES[] = {
#define X(symbol, name) name,
    FATES(X)
#undef X
};

const char *fate_name(enum fate fate)
{
    return FATE_NAMES[fate];
}

/* What a process leaves behind, in memory that both see. */
struct trace {
    bool reached_end;
    enum fate fate;
    int scenario, line; /* of the failure */
    size_t in_vain;     /* scenarios in which only an act was in vain */
    char finding[160];  /* of a mutant that does not load */
    struct err err;     /* why the end was not reached, when the program could say */
};

/* A scenario that may notice a mutant. */
struct chance {
    int scenario;
    int far;                 /* lines of the pack */
    int line;                /* of the scenario: the first that reads anything of the procedure */
};

struct laboratory {
    struct arena *arena;
    struct pack pack;
    struct policy *policy;
    struct rule *rules;
    size_t n_rules;
    struct scenario *scenarios;
    size_t n_scenarios;
    int *read;               /* rule x scenario, as scenarios_rehearse gives it */
    struct mutant *mutants;
    size_t n_mutants;
    bool *chosen;
    struct chance **chances; /* of each mutant that is chosen: its scenarios, nearest first */
    size_t *n_chances;
    struct trace *traces;    /* one a mutant */
    size_t round, playing;   /* scenario */
    struct pack mutated;     /* in the process of a mutant */
    struct trial trial;
};

/* ---- which scenarios ------------------------------------------------------------------------ */

/* A value without which scenarios cannot go on at all is noticed: few of them are enough. */
enum { FAR = 1 << 20, IN_VAIN_MAX = 4 };

static int lines_between(struct pos a, struct pos b)
{
    int lines = a.line > b.line ? a.line - b.line : b.line - a.line;
    return str_eq(a.file, b.file) ? lines : FAR;
}

/* Of each scenario that can tell: how many lines of the pack lie between the value and the nearest
 * rule that it reads of the procedure, and its own first line that reads any. */
static void look_at_scenarios(const struct laboratory *lab, const struct mutant *mutant,
                              struct chance *all)
{
    /* Which organisations there can be depends on the seats; a duty comes up unasked. */
    bool early = mutant->kind == MUTATION_ACTOR || mutant->kind == MUTATION_OPENS ||
                 mutant->kind == MUTATION_EVERY || mutant->kind == MUTATION_DAY;
    bool later = mutant->procedure.len && !early;
    for (size_t k = 0; k < lab->n_scenarios; k++)
        all[k] = (struct chance){(int)k, mutant->procedure.len ? -1 : FAR, 1};
    for (size_t i = 0; i < lab->n_rules; i++) {
        const struct rule *rule = &lab->rules[i];
        bool here = rule->procedure && str_eq(rule->procedure->id, mutant->procedure);
        if (mutant->procedure.len && !here)
            continue;
        int lines = lines_between(rule->pos, mutant->pos);
        for (size_t k = 0; k < lab->n_scenarios; k++) {
            int read = lab->read[i * lab->n_scenarios + k];
            if (read && later && (all[k].far < 0 || read < all[k].line))
                all[k].line = read;
            if (read && (all[k].far < 0 || lines < all[k].far))
                all[k].far = lines;
        }
    }
}

static int nearest_first(const void *a, const void *b)
{
    const struct chance *x = a, *y = b;
    return x->far != y->far ? (x->far < y->far ? -1 : 1) : x->scenario - y->scenario;
}

static void choose_scenarios(struct laboratory *lab, size_t i)
{
    struct chance *all = NEWS(lab->arena, struct chance, lab->n_scenarios + 1);
    size_t n = 0;
    look_at_scenarios(lab, &lab->mutants[i], all);
    for (size_t k = 0; k < lab->n_scenarios; k++)
        if (all[k].far >= 0)
            all[n++] = all[k];
    qsort(all, n, sizeof *all, nearest_first);
    lab->chances[i] = all;
    lab->n_chances[i] = n;
}

/* ---- one mutant ----------------------------------------------------------------------------- */

static void note_finding(struct trace *trace, const struct diagnostics *diagnostics)
{
    const struct diagnostic *first = &diagnostics->items.items[0];
    for (size_t i = 0; first->warning && i < diagnostics->items.len; i++)
        first = &diagnostics->items.items[i];
    size_t n = first->message.len;
    str code = first->code;
    if (n > sizeof trace->finding - 16)
        n = sizeof trace->finding - 16;
    while (n > 0 && n < first->message.len && ((unsigned char)first->message.ptr[n] & 0xc0) == 0x80)
        n--;
    memcpy(trace->finding, code.ptr, code.len);
    memcpy(trace->finding + code.len, ": ", 2);
    memcpy(trace->finding + code.len + 2, first->message.ptr, n);
}

/* In a process of its own; the audit is left out when the mutant has passed it before. */
static const struct trial *mutate(void *ctx, size_t i)
{
    struct laboratory *lab = ctx;
    struct arena *arena = arena_new((size_t)1 << 30);
    struct trace *trace = &lab->traces[i];
    struct diagnostics diagnostics = {0};
    lab->mutated = mutant_pack(arena, &lab->pack, &lab->mutants[i]);
    lab->trial = (struct trial){.pack = &lab->mutated};
    lab->trial.policy = lab->round ? policy_load_again(arena, &lab->mutated, &diagnostics)
                                   : policy_load_changed(arena, &lab->mutated,
                                                         lab->mutants[i].procedure, &diagnostics);
    if (lab->trial.policy && lab->n_chances[i])
        return &lab->trial;
    if (!lab->trial.policy) {
        trace->fate = FATE_LOAD;
        note_finding(trace, &diagnostics);
    }
    trace->reached_end = true;
    return NULL;
}

static void note_fate(void *ctx, size_t i, const struct play_result *result, const struct err *err)
{
    struct laboratory *lab = ctx;
    struct trace *trace = &lab->traces[i];
    if (err) {
        trace->err = *err;
        return;
    }
    trace->in_vain += result->failed && result->act;
    if (result->failed && !(result->act && trace->fate == FATE_VAIN)) {
        trace->fate = result->act ? FATE_VAIN : FATE_KILLED;
        trace->scenario = (int)lab->playing;
        trace->line = result->line;
    }
    trace->reached_end = true;
}

/* Who goes on to the scenario in this round. One that no scenario can tell from the policy goes
 * with the first, only to be loaded. */
static bool goes_on(const struct laboratory *lab, size_t i, struct branch *out)
{
    const struct trace *trace = &lab->traces[i];
    struct chance chance = {0, FAR, 1};
    if (!lab->chosen[i] || trace->fate == FATE_KILLED || trace->fate == FATE_LOAD ||
        trace->in_vain == IN_VAIN_MAX)
        return false;
    if (lab->round < lab->n_chances[i])
        chance = lab->chances[i][lab->round];
    else if (lab->round > 0)
        return false;
    *out = (struct branch){i, chance.line};
    return chance.scenario == (int)lab->playing;
}

static bool play_mutants(struct laboratory *lab, bool *out_any, struct err *e)
{
    struct trial as_it_is = {.pack = &lab->pack, .policy = lab->policy};
    struct branching branching = {
        .scenario = &lab->scenarios[lab->playing], .trial = &as_it_is, .change = mutate,
        .came = note_fate, .ctx = lab, .branches = NEWS(lab->arena, struct branch, lab->n_mutants)};
    for (size_t i = 0; i < lab->n_mutants; i++) {
        struct branch branch;
        if (!goes_on(lab, i, &branch))
            continue;
        branching.branches[branching.n++] = branch;
        lab->traces[i].reached_end = false;
    }
    *out_any |= branching.n > 0;
    if (branching.n && !run_branches(&branching, e))
        return false;
    for (size_t i = 0; i < branching.n; i++) {
        size_t job = branching.branches[i].job;
        const struct trace *trace = &lab->traces[job];
        if (!trace->reached_end)
            return RAISE(e, CORRUPT, "mutate", "the program broke with %.*s: %s",
                         STR_FMT(lab->mutants[job].id),
                         trace->err.code ? trace->err.msg : "it ended itself");
    }
    return true;
}

/* Round by round each mutant goes to its next scenario, until an expectation fails. */
static bool try_mutants(struct laboratory *lab, struct err *e)
{
    if (lab->n_scenarios == 0)
        return RAISE(e, INPUT, "mutate", "the policy has no scenarios that could notice anything");
    for (bool any = true; any; lab->round++) {
        any = false;
        for (lab->playing = 0; lab->playing < lab->n_scenarios; lab->playing++)
            if (!play_mutants(lab, &any, e))
                return false;
    }
    return true;
}

/* ---- what is accepted ----------------------------------------------------------------------- */

struct accepted_line {
    str id, change, reason;
    int line;
};
struct entries {
    const char *path;
    VEC(struct accepted_line) items;
};

/* ID, FROM -> TO and the reason, with tabs between; # begins a comment. */
static bool read_accepted(struct arena *arena, str text, struct entries *out, struct err *e)
{
    str line, rest = text, tail;
    for (int number = 1; rest.len; number++) {
        struct accepted_line entry = {.line = number};
        str_cut(rest, '\n', &line, &rest);
        if (!line.len || str_starts(line, S("#")))
            continue;
        bool whole = str_cut(line, '\t', &entry.id, &tail) &&
                     str_cut(tail, '\t', &entry.change, &entry.reason) &&
                     str_trim(entry.reason).len;
        str where = str_printf(arena, "%s:%d", out->path, number);
        if (!whole)
            return RAISE(e, INPUT, where.ptr,
                         "write ID, FROM -> TO and the reason, with tabs between them");
        VEC_PUSH(arena, &out->items, entry);
    }
    return true;
}

static str change_of(struct arena *arena, const struct mutant *mutant)
{
    return str_printf(arena, "%.*s -> %.*s", STR_FMT(mutant->from), STR_FMT(mutant->to));
}

static void tell_stale(struct arena *arena, const struct entries *accepted,
                       const struct accepted_line *entry, const char *why,
                       struct mutation_report *out)
{
    VEC_PUSH(arena, &out->stale, str_printf(arena, "%s:%d: %.*s %s", accepted->path, entry->line,
                                            STR_FMT(entry->id), why));
}

/* Accepts survivors; an entry that is none, or of a mutant that is not made, is stale. */
static void accept(struct laboratory *lab, const struct entries *accepted,
                   struct mutation_report *out)
{
    for (size_t i = 0; i < accepted->items.len; i++) {
        const struct accepted_line *entry = &accepted->items.items[i];
        const struct mutant *mutant = NULL;
        struct judged *row = NULL;
        for (size_t k = 0; k < lab->n_mutants && !mutant; k++)
            if (str_eq(lab->mutants[k].id, entry->id))
                mutant = &lab->mutants[k];
        for (size_t k = 0; k < out->rows.len; k++)
            if (out->rows.items[k].mutant == mutant)
                row = &out->rows.items[k];
        if (!mutant || !str_eq(change_of(lab->arena, mutant), entry->change)) {
            tell_stale(lab->arena, accepted, entry, "is no mutant of this policy any more", out);
        } else if (row && row->fate != FATE_SURVIVED) {
            tell_stale(lab->arena, accepted, entry, "does not survive any more; remove it", out);
        } else if (row) {
            row->fate = FATE_ACCEPTED;
            row->by = entry->reason;
        }
    }
}

/* ---- a pack --------------------------------------------------------------------------------- */

static bool prepare(struct laboratory *lab, str name, str *out_findings, struct err *e)
{
    struct diagnostics diagnostics = {0};
    if (!pack_find(lab->arena, name, &lab->pack, e))
        return false;
    lab->policy = policy_load(lab->arena, &lab->pack, &diagnostics);
    if (!lab->policy) {
        *out_findings = diagnostics_print(lab->arena, &diagnostics);
        return RAISE(e, INPUT, "policy", "%zu errors in %.*s; mend them first", diagnostics.errors,
                     STR_FMT(name));
    }
    if (!scenarios_of(lab->arena, name, &lab->scenarios, &lab->n_scenarios, e))
        return false;
    lab->rules = policy_rules(lab->arena, lab->policy, &lab->n_rules);
    lab->mutants = policy_mutants(lab->arena, &lab->pack, lab->policy, &lab->n_mutants);
    lab->traces = shared_memory(lab->arena, lab->n_mutants * sizeof *lab->traces, e);
    const struct rehearsed as_it_is = {&lab->pack,   lab->policy,    lab->rules,
                                       lab->n_rules, lab->scenarios, lab->n_scenarios};
    return lab->traces && scenarios_rehearse(lab->arena, &as_it_is, &lab->read, e);
}

static bool choose(struct laboratory *lab, const struct mutation_choice *choice, struct err *e)
{
    size_t n = lab->n_mutants, fitting = 0;
    size_t *fits = NEWS(lab->arena, size_t, n + 1);
    struct prng prng;
    prng_seed(&prng, choice->seed);
    lab->chosen = NEWS(lab->arena, bool, n + 1);
    for (size_t i = 0; i < n; i++)
        if (str_starts(lab->mutants[i].id, choice->only))
            fits[fitting++] = i;
    if (!fitting)
        return RAISE(e, INPUT, "--only", "no mutant has an id that begins with %.*s",
                     STR_FMT(choice->only));
    size_t left = choice->sample && choice->sample < fitting ? choice->sample : fitting;
    for (size_t i = 0; i < left; i++) {
        size_t at = i + (size_t)prng_below(&prng, fitting - i), other = fits[at];
        fits[at] = fits[i];
        fits[i] = other;
        lab->chosen[other] = true;
    }
    lab->chances = NEWS(lab->arena, struct chance *, n + 1);
    lab->n_chances = NEWS(lab->arena, size_t, n + 1);
    for (size_t i = 0; i < n; i++)
        if (lab->chosen[i])
            choose_scenarios(lab, i);
    return true;
}

static str killer(const struct laboratory *lab, const struct trace *trace)
{
    if (trace->fate == FATE_LOAD)
        return str_dup(lab->arena, str_of(trace->finding));
    return trace->line ? str_printf(lab->arena, "%s:%d", lab->scenarios[trace->scenario].path,
                                    trace->line)
                       : S("");
}

static void judge(struct laboratory *lab, struct mutation_report *out)
{
    for (size_t i = 0; i < lab->n_mutants; i++) {
        const struct trace *trace = &lab->traces[i];
        struct judged row = {&lab->mutants[i], trace->fate, killer(lab, trace)};
        if (lab->chosen[i])
            VEC_PUSH(lab->arena, &out->rows, row);
    }
}

bool policy_mutate(struct arena *arena, str name, const struct mutation_choice *choice,
                   struct mutation_report *out, str *out_findings, struct err *e)
{
    struct laboratory *lab = NEW(arena, struct laboratory);
    struct entries accepted = {.path = NULL};
    str text;
    lab->arena = arena;
    if (!accepted_mutants(arena, name, &accepted.path, &text, e) ||
        !read_accepted(arena, text, &accepted, e) || !prepare(lab, name, out_findings, e))
        return false;
    out->made = lab->n_mutants;
    if (!choose(lab, choice, e) || !try_mutants(lab, e))
        return false;
    judge(lab, out);
    accept(lab, &accepted, out);
    for (size_t i = 0; i < out->rows.len; i++)
        out->counts[out->rows.items[i].fate]++;
    return true;
}
