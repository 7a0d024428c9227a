/* SPDX-License-Identifier: Apache-2.0
 * How far a town comes in its policy: which procedures, steps, outcomes and registers its acts
 * have reached, and how its cases ended. */
#include "play/simulate_priv.h"

#include <string.h>

void reach_begin(struct arena *arena, struct jurisdiction *told)
{
    const struct policy *policy = told->policy;
    told->procedures = NEWS(arena, struct reached, policy->n_procedures + 1);
    told->filed = NEWS(arena, int64_t, policy->n_registers + 1);
    for (size_t i = 0; i < policy->n_procedures; i++) {
        const struct procedure *procedure = &policy->procedures[i];
        struct reached_step *steps = NEWS(arena, struct reached_step, procedure->n_steps + 1);
        told->procedures[i].steps = steps;
        for (size_t k = 0; k < procedure->n_steps; k++)
            steps[k].outcomes =
                NEWS(arena, struct reached_outcome, procedure->steps[k].n_outcomes + 1);
    }
}

static struct reached *of_procedure(const struct town *town, str id)
{
    const struct procedure *procedure = policy_procedure(town->policy, id);
    must(procedure != NULL);
    return &town->told->procedures[procedure - town->policy->procedures];
}

struct reached_step *reached_of(const struct town *town, str procedure, str step)
{
    const struct procedure *within = policy_procedure(town->policy, procedure);
    const struct step *found = within ? procedure_step(within, step) : NULL;
    return found ? &of_procedure(town, procedure)->steps[found - within->steps] : NULL;
}

void reach_opened(struct town *town, const struct case_state *kase)
{
    of_procedure(town, kase->procedure)->opened++;
    town->told->cases++;
}

void reach_taken(struct town *town, const struct act *act, const struct outcome *outcome)
{
    struct reached_step *step = reached_of(town, act->procedure->id, act->step->id);
    must(step != NULL);
    step->outcomes[outcome - act->step->outcomes].taken++;
    for (size_t i = 0; i < outcome->n_effects; i++) {
        const struct ledger *ledger = outcome->effects[i].kind == EFFECT_file
                                          ? policy_register(town->policy,
                                                            outcome->effects[i].target)
                                          : NULL;
        if (ledger)
            town->told->filed[ledger - town->policy->registers]++;
    }
}

/* Kept in place: a town of years has no end of refusals. */
void reach_refused(struct town *town, const struct act *act, const struct outcome *outcome,
                   const struct refusal *refusal)
{
    struct reached_step *step = reached_of(town, act->procedure->id, act->step->id);
    struct reached_outcome *reached = &step->outcomes[outcome - act->step->outcomes];
    if (reached->taken || !refusal->reasons.len)
        return;
    str text = refusal_text(town->scratch, &refusal->reasons.items[0], LANGUAGE_EN, STR_NONE);
    reached->refused++;
    if (text.len < sizeof reached->why) {
        memcpy(reached->why, text.ptr, text.len);
        reached->why[text.len] = '\0';
    }
}

void reach_seen(struct town *town, const struct case_state *kase)
{
    for (size_t i = 0; i < kase->tasks.len; i++) {
        struct reached_step *step = reached_of(town, kase->procedure, kase->tasks.items[i].step);
        if (step)
            step->opened = true;
    }
}

void reach_ended(struct town *town, const struct case_state *kase)
{
    str step_id, outcome_id;
    struct reached *reached = of_procedure(town, kase->procedure);
    reached->ended++;
    town->told->ended++;
    if (!str_cut(kase->outcome, '.', &step_id, &outcome_id)) {
        reached->withdrawn++;
        return;
    }
    const struct procedure *procedure = policy_procedure(town->policy, kase->procedure);
    const struct step *step = procedure_step(procedure, step_id);
    const struct outcome *outcome = step ? step_outcome(step, outcome_id) : NULL;
    if (outcome)
        reached->steps[step - procedure->steps].outcomes[outcome - step->outcomes].ended++;
}

/* ---- what was not --------------------------------------------------------------------------- */

/* What kept people from it, where anybody tried. */
static void add_why(struct buf *out, const struct reached_outcome *reached)
{
    if (reached->refused)
        buf_addf(out, " (refused %lld times, at last: %s)", (long long)reached->refused,
                 reached->why);
    buf_addc(out, '\n');
}

static void add_steps(struct buf *out, const struct procedure *procedure,
                      const struct reached *reached)
{
    for (size_t i = 0; i < procedure->n_steps; i++) {
        const struct step *step = &procedure->steps[i];
        if (!reached->steps[i].opened) {
            buf_addf(out, "step %.*s.%.*s\n", STR_FMT(procedure->id), STR_FMT(step->id));
            continue;
        }
        for (size_t k = 0; k < step->n_outcomes; k++)
            if (!reached->steps[i].outcomes[k].taken) {
                buf_addf(out, "outcome %.*s.%.*s.%.*s", STR_FMT(procedure->id), STR_FMT(step->id),
                         STR_FMT(step->outcomes[k].id));
                add_why(out, &reached->steps[i].outcomes[k]);
            }
    }
}

str simulation_unreached(struct arena *arena, const struct jurisdiction *jurisdiction)
{
    const struct policy *policy = jurisdiction->policy;
    struct buf out = buf_new(arena, 1024);
    for (size_t i = 0; i < policy->n_procedures; i++) {
        const struct reached *reached = &jurisdiction->procedures[i];
        if (reached->opened) {
            add_steps(&out, &policy->procedures[i], reached);
            continue;
        }
        buf_addf(&out, "procedure %.*s", STR_FMT(policy->procedures[i].id));
        add_why(&out, &reached->steps[0].outcomes[0]);
    }
    for (size_t i = 0; i < policy->n_registers; i++)
        if (!jurisdiction->filed[i])
            buf_addf(&out, "register %.*s\n", STR_FMT(policy->registers[i].id));
    return buf_str(&out);
}
