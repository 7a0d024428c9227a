/* SPDX-License-Identifier: Apache-2.0
 * A program without one of its rules. */
#include "policy/policy.h"

#include <string.h>

/* Takes item `at` out of a list. */
#define DROP(items, n, at)                                                                        \
    do {                                                                                          \
        memmove(&(items)[at], &(items)[(at) + 1], ((n) - (at) - 1) * sizeof *(items));            \
        (n)--;                                                                                    \
    } while (0)

static void longer(struct limit *limit)
{
    struct limit_case *rule = &limit->cases[limit->n - 1];
    if (limit->kind == LIMIT_COUNTED && !rule->count_field.len)
        rule->count++;
    else if (limit->kind == LIMIT_BEFORE && !rule->count_field.len && rule->count > 1)
        rule->count--;
    else
        limit->present = false;
}

static void shorter(struct limit *limit)
{
    struct limit_case *rule = &limit->cases[limit->n - 1];
    if (!rule->count_field.len && rule->count > 1)
        rule->count--;
    else
        limit->present = false;
}

/* Without the higher law, what it displaced binds. */
static void leave_out(struct limit *limit, void (*weaken)(struct limit *))
{
    if (limit->displaced)
        *limit = *limit->displaced;
    else
        weaken(limit);
}

/* The limit of the step that has this exception. */
static struct limit *limit_of(struct step *step, const void *part)
{
    struct limit *all[] = {&step->within, &step->not_before, &step->ahead};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        for (size_t k = 0; k < all[i]->n; k++)
            if (&all[i]->cases[k] == part)
                return all[i];
    return NULL;
}

/* The step that was to open does not; what was to end, or to be decided, stays open. */
static void nowhere(struct outcome *outcome, size_t at)
{
    struct target *target = &outcome->targets[at];
    if (outcome->n_targets > 1) {
        DROP(outcome->targets, outcome->n_targets, at);
        return;
    }
    bool ends = target->kind == TARGET_END || target->kind == TARGET_DONE;
    *target = (struct target){.kind = ends ? TARGET_STAY : TARGET_DONE};
}

/* Seats that somebody holds in every case: with one that nobody holds the case would stop. */
static bool surely_held(const struct seat *seat)
{
    return seat->kind != SEAT_PARENT && seat->kind != SEAT_FIELD;
}

static void other_role(struct policy *policy, const struct rule *rule)
{
    struct step *step = rule->step;
    if (step->n_seats > 1) {
        DROP(step->seats, step->n_seats, rule->at);
        step->by = step->seats[0];
        return;
    }
    str before = step->by;
    step->each = false;
    for (size_t i = 0; i < rule->procedure->n_seats && str_eq(step->by, before); i++)
        if (surely_held(&rule->procedure->seats[i]))
            step->by = rule->procedure->seats[i].role;
    for (size_t i = 0; i < policy->n_roles && str_eq(step->by, before); i++)
        step->by = policy->roles[i].id;
    step->seats[0] = step->by;
}

static void other_filer(struct policy *policy, struct ledger *ledger)
{
    str before = ledger->by;
    for (size_t i = 0; i < policy->n_roles && str_eq(ledger->by, before); i++)
        ledger->by = policy->roles[i].id;
}

static void lax_field(const struct rule *rule)
{
    struct form *form = rule->ledger ? &rule->ledger->form : &rule->step->form;
    if (form->fields[rule->at].optional)
        DROP(form->fields, form->n, rule->at);
    else
        form->fields[rule->at].optional = true;
}

static struct field *field_of(const struct rule *rule)
{
    struct form *form = rule->ledger ? &rule->ledger->form : &rule->step->form;
    return &form->fields[rule->at];
}

void rule_neutralise(struct policy *policy, const struct rule *rule)
{
    struct step *step = rule->step;
    struct procedure *procedure = rule->procedure;
    struct limit *limit;
    switch (rule->kind) {
    case RULE_WITHIN: leave_out(&step->within, longer); break;
    case RULE_EXCEPT:
        limit = limit_of(step, rule->part);
        must(limit != NULL);
        DROP(limit->cases, limit->n, rule->at);
        break;
    case RULE_EXTEND: step->within.extend_most++; break;
    case RULE_WAIT: leave_out(&step->not_before, shorter); break;
    case RULE_AHEAD: leave_out(&step->ahead, shorter); break;
    case RULE_NEED: DROP(step->needs, step->n_needs, rule->at); break;
    case RULE_OFFER: DROP(procedure->offered, procedure->n_offered, rule->at); break;
    case RULE_WITHDRAW: procedure->withdrawal.n_before = 0; break;
    case RULE_FIELD: lax_field(rule); break;
    case RULE_MIN: field_of(rule)->min--; break;
    case RULE_MAX: field_of(rule)->max++; break;
    case RULE_TO: nowhere(rule->outcome, rule->at); break;
    case RULE_EFFECT: DROP(rule->outcome->effects, rule->outcome->n_effects, rule->at); break;
    case RULE_TELL: DROP(step->tells, step->n_tells, rule->at); break;
    case RULE_SHOW: DROP(step->shows, step->n_shows, rule->at); break;
    case RULE_OPINION: step->opinion = false; break;
    case RULE_PAPER: step->paper = false; break;
    case RULE_FURTHER: step->further = false; break;
    case RULE_BY: other_role(policy, rule); break;
    case RULE_REGISTER: rule->ledger->form.n = 0; break;
    case RULE_FILER: other_filer(policy, rule->ledger); break;
    case RULE_EVERY: rule->ledger->monthly = false; break;
    case RULE_LIST: DROP(policy->lists, policy->n_lists, rule->at); break;
    case RULE_FROM: policy->from = date_plus(policy->from, -1); break;
    case RULE_OPENS: procedure->opens.present = false; break;
    case RULE_PRIORITY: procedure->priority = false; break;
    case RULE_COLUMN: DROP(rule->report->columns, rule->report->n_columns, rule->at); break;
    }
}
