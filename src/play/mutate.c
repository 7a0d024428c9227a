/* SPDX-License-Identifier: Apache-2.0
 * Does a test notice when a value of a policy is another? Each mutant is loaded and played as a
 * pack of its own, by the scenarios that come near the value first, until a line fails. */
#include "play/apart_priv.h"

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
    char finding[160];  /* of a mutant that does not load */
    struct err err;     /* why the end was not reached, when the program could say */
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
    struct trace *traces;    /* one a mutant */
};

/* ---- which scenarios ------------------------------------------------------------------------ */

enum { FAR = 1 << 20 };

/* How many lines of the pack lie between the value and the nearest rule that the scenario reads; -1
 * when it reads nothing of the procedure, and so cannot tell. */
static int distance(const struct laboratory *lab, const struct mutant *mutant, size_t scenario)
{
    int nearest = mutant->procedure.len ? -1 : FAR;
    for (size_t i = 0; i < lab->n_rules; i++) {
        const struct rule *rule = &lab->rules[i];
        bool here = rule->procedure && str_eq(rule->procedure->id, mutant->procedure);
        if (!lab->read[i * lab->n_scenarios + scenario] || (mutant->procedure.len && !here))
            continue;
        bool same = str_eq(rule->pos.file, mutant->pos.file);
        int lines = !same                                ? FAR
                    : rule->pos.line > mutant->pos.line ? rule->pos.line - mutant->pos.line
                                                        : mutant->pos.line - rule->pos.line;
        if (nearest < 0 || lines < nearest)
            nearest = lines;
    }
    return nearest;
}

/* Those that can tell, nearest first. */
static size_t choose_scenarios(const struct laboratory *lab, struct arena *arena,
                               const struct mutant *mutant, size_t **out)
{
    size_t *chosen = NEWS(arena, size_t, lab->n_scenarios + 1), n = 0;
    int *far = NEWS(arena, int, lab->n_scenarios + 1);
    for (size_t i = 0; i < lab->n_scenarios; i++) {
        int lines = distance(lab, mutant, i);
        if (lines < 0)
            continue;
        size_t at = n++;
        for (; at > 0 && far[at - 1] > lines; at--) {
            far[at] = far[at - 1];
            chosen[at] = chosen[at - 1];
        }
        far[at] = lines;
        chosen[at] = i;
    }
    *out = chosen;
    return n;
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

static void play_mutant(struct laboratory *lab, struct arena *arena, const struct mutant *mutant,
                        const struct trial *trial, struct trace *trace)
{
    size_t *scenarios;
    size_t n = choose_scenarios(lab, arena, mutant, &scenarios);
    for (size_t i = 0; i < n; i++) {
        struct play_result result;
        if (!play_trial(&lab->scenarios[scenarios[i]], trial, &result, &trace->err))
            return;
        if (!result.failed || (result.act && trace->fate == FATE_VAIN))
            continue;
        trace->fate = result.act ? FATE_VAIN : FATE_KILLED;
        trace->scenario = (int)scenarios[i];
        trace->line = result.line;
        if (!result.act)
            break;
    }
    trace->reached_end = true;
}

/* In a process of its own. */
static void try_mutant(void *ctx, size_t i)
{
    struct laboratory *lab = ctx;
    struct arena *arena = arena_new((size_t)1 << 30);
    const struct mutant *mutant = &lab->mutants[i];
    struct trace *trace = &lab->traces[i];
    struct diagnostics diagnostics = {0};
    struct pack pack = mutant_pack(arena, &lab->pack, mutant);
    struct trial trial = {&pack, policy_load(arena, &pack, &diagnostics), NULL, NULL};
    trace->fate = FATE_SURVIVED;
    if (trial.policy) {
        play_mutant(lab, arena, mutant, &trial, trace);
        return;
    }
    trace->fate = FATE_LOAD;
    note_finding(trace, &diagnostics);
    trace->reached_end = true;
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

static void choose(struct laboratory *lab, size_t sample, uint64_t seed)
{
    size_t n = lab->n_mutants;
    struct prng prng;
    prng_seed(&prng, seed);
    lab->chosen = NEWS(lab->arena, bool, n + 1);
    for (size_t i = 0; i < n; i++)
        lab->chosen[i] = sample == 0 || sample >= n;
    for (size_t left = sample; n > sample && left > 0;) {
        size_t at = (size_t)prng_below(&prng, n);
        left -= !lab->chosen[at];
        lab->chosen[at] = true;
    }
}

static bool is_chosen(const void *ctx, size_t i)
{
    const struct laboratory *lab = ctx;
    return lab->chosen[i];
}

static str killer(const struct laboratory *lab, const struct trace *trace)
{
    if (trace->fate == FATE_LOAD)
        return str_dup(lab->arena, str_of(trace->finding));
    return trace->line ? str_printf(lab->arena, "%s:%d", lab->scenarios[trace->scenario].path,
                                    trace->line)
                       : S("");
}

static bool judge(struct laboratory *lab, struct mutation_report *out, struct err *e)
{
    for (size_t i = 0; i < lab->n_mutants; i++) {
        const struct trace *trace = &lab->traces[i];
        if (!lab->chosen[i])
            continue;
        if (!trace->reached_end)
            return RAISE(e, CORRUPT, "mutate", "the program broke with %.*s: %s",
                         STR_FMT(lab->mutants[i].id),
                         trace->err.code ? trace->err.msg : "it ended itself");
        struct judged row = {&lab->mutants[i], trace->fate, killer(lab, trace)};
        VEC_PUSH(lab->arena, &out->rows, row);
    }
    return true;
}

bool policy_mutate(struct arena *arena, str name, size_t sample, uint64_t seed,
                   struct mutation_report *out, str *out_findings, struct err *e)
{
    struct laboratory *lab = NEW(arena, struct laboratory);
    struct apart apart = {.wanted = is_chosen, .job = try_mutant, .ctx = lab};
    struct entries accepted = {.path = NULL};
    str text;
    lab->arena = arena;
    if (!accepted_mutants(arena, name, &accepted.path, &text, e) ||
        !read_accepted(arena, text, &accepted, e) || !prepare(lab, name, out_findings, e))
        return false;
    apart.n = out->made = lab->n_mutants;
    choose(lab, sample, seed);
    if (!run_apart(&apart, e) || !judge(lab, out, e))
        return false;
    accept(lab, &accepted, out);
    for (size_t i = 0; i < out->rows.len; i++)
        out->counts[out->rows.items[i].fate]++;
    return true;
}
