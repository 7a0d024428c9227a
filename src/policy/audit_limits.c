/* SPDX-License-Identifier: Apache-2.0
 * Values and clocks: is what a rule uses there when the rule is asked? */
#include "policy/audit_priv.h"

/* ---- values -------------------------------------------------------------------------------- */

uint32_t outcomes_that_give(const struct step *step, const struct field *field)
{
    uint32_t given = 0;
    for (size_t o = 0; o < step->n_outcomes; o++) {
        str outcome = step->outcomes[o].id;
        bool ensured = field_applies(field, outcome) && !field->optional;
        for (size_t i = 0; i < step->n_needs && !ensured; i++) {
            const struct condition *need = &step->needs[i];
            bool asked = !need->outcome.len || str_eq(need->outcome, outcome);
            ensured = asked && expression_ensures(need->when, step->id, field->id);
        }
        if (ensured)
            given |= 1u << o;
    }
    return given;
}

/* A value of another step, looked up once. */
struct wanted {
    size_t step;
    uint32_t given;              /* outcomes of it that give the value */
    str step_id, field_id;
};

static struct wanted want(const struct audit *a, str step_id, str field_id)
{
    size_t i = graph_step_index(a->graph, step_id);
    const struct step *step = &a->procedure->steps[i];
    const struct field *field = form_field(&step->form, field_id);
    must(field != NULL);
    return (struct wanted){i, outcomes_that_give(step, field), step_id, field_id};
}

static bool has_value(const uint8_t *cells, const struct wanted *w)
{
    uint8_t cell = cells[w->step];
    int outcome = cell >= CELL_HELD ? cell - CELL_HELD : cell - CELL_DECIDED;
    return cell >= CELL_DECIDED && (w->given >> outcome & 1);
}

static void report_undecided(struct audit *a, enum problem problem, struct pos pos,
                             const struct wanted *w, size_t step, str path, const char *advice)
{
    diagnose(a->load, problem, pos,
             "%.*s.%.*s may have no value when step %.*s uses it (%.*s). %s",
             STR_FMT(w->step_id), STR_FMT(w->field_id), STR_FMT(a->procedure->steps[step].id),
             STR_FMT(path), advice);
}

/* While the step is open and one of the outcomes (bits) is possible. */
static void check_while_open(struct audit *a, size_t step, uint32_t outcomes, struct pos pos,
                             str step_id, str field_id)
{
    struct wanted w = want(a, step_id, field_id);
    size_t n = a->procedure->steps[step].n_outcomes;
    for (uint32_t s = 0; s < a->graph->n_states; s++) {
        const uint8_t *cells = graph_cells(a->graph, s);
        if (cells[step] != CELL_OPEN || has_value(cells, &w))
            continue;
        bool asked = false;
        for (size_t o = 0; o < n && !asked; o++)
            asked = (outcomes >> o & 1) && graph_possible(a->graph, s, step, o);
        if (!asked)
            continue;
        report_undecided(a, PROBLEM_UNDECIDED, pos, &w, step,
                         graph_path(a->graph, a->load->arena, s, NULL),
                         "Put given(...) before it, or need given(...) where it is decided.");
        return;
    }
}

/* Does the edge lead back to it? Its limit is reckoned anew then. */
static bool resumes(const struct graph *graph, const struct edge *edge, size_t step)
{
    return graph_cells(graph, edge->from)[step] >= CELL_HELD &&
           graph_cells(graph, edge->to)[step] == CELL_OPEN;
}

static bool sits(const struct step *step, str role)
{
    for (size_t i = 0; i < step->n_seats; i++)
        if (str_eq(step->seats[i], role))
            return true;
    return false;
}

/* Whenever the step is opened, or goes on. */
static void check_at_opening(struct audit *a, size_t step, enum problem problem, struct pos pos,
                             str step_id, str field_id, const char *advice)
{
    struct wanted w = want(a, step_id, field_id);
    if (step == 0) {
        report_undecided(a, problem, pos, &w, step, S("nothing yet"), advice);
        return;
    }
    for (size_t e = 0; e < a->graph->edges.len; e++) {
        const struct edge *edge = &a->graph->edges.items[e];
        if ((!graph_opens(a->graph, edge, step) && !resumes(a->graph, edge, step)) ||
            has_value(graph_cells(a->graph, edge->to), &w))
            continue;
        report_undecided(a, problem, pos, &w, step,
                         graph_path(a->graph, a->load->arena, edge->from, edge), advice);
        return;
    }
}

static void audit_needs(struct audit *a, size_t i)
{
    const struct step *step = &a->procedure->steps[i];
    for (size_t c = 0; c < step->n_needs; c++) {
        const struct condition *need = &step->needs[c];
        uint32_t outcomes = UINT32_MAX;
        if (need->outcome.len)
            outcomes = 1u << (step_outcome(step, need->outcome) - step->outcomes);
        for (size_t u = 0; u < need->when->uses.len; u++) {
            const struct use *use = &need->when->uses.items[u];
            check_while_open(a, i, outcomes, use->pos, use->step, use->field);
        }
    }
}

static void audit_extension(struct audit *a, const struct effect *effect)
{
    const struct step *target = procedure_step(a->procedure, effect->target);
    if (target && target->within.extend_most == 0)
        diagnose(a->load, PROBLEM_EXTENSION, effect->pos,
                 "the limit of %.*s cannot be extended; give its within an extend: {most: COUNT "
                 "UNIT}.", STR_FMT(effect->target));
}

/* What an effect takes is there when the outcome is given. */
static void audit_given(struct audit *a, size_t i, size_t o, struct pos pos, str step_id,
                        str field_id)
{
    const struct step *step = &a->procedure->steps[i];
    if (!str_eq(step_id, step->id)) {
        check_while_open(a, i, 1u << o, pos, step_id, field_id);
        return;
    }
    const struct field *field = form_field(&step->form, field_id);
    str outcome = step->outcomes[o].id;
    if (!field_applies(field, outcome)) {
        str outcomes = field_outcomes(a->load->arena, field);
        diagnose(a->load, PROBLEM_EFFECT, pos,
                 "%.*s is filled in for %.*s only, never for %.*s; add %.*s to its \"for\".",
                 STR_FMT(field->id), STR_FMT(outcomes), STR_FMT(outcome), STR_FMT(outcome));
    } else if (!(outcomes_that_give(step, field) >> o & 1)) {
        diagnose(a->load, PROBLEM_EFFECT, pos,
                 "%.*s may be empty when %.*s is decided; make it required or add "
                 "given(%.*s) to the needs of %.*s.", STR_FMT(field->id), STR_FMT(outcome),
                 STR_FMT(field->id), STR_FMT(outcome));
    }
}

/* Whoever sits in the role's seat has been named by then. */
static void audit_named(struct audit *a, size_t i, size_t o, struct pos pos, str role)
{
    for (size_t k = 0; k < a->procedure->n_seats; k++) {
        const struct seat *seat = &a->procedure->seats[k];
        if (seat->kind == SEAT_FIELD && str_eq(seat->role, role))
            audit_given(a, i, o, pos, seat->step, seat->field);
    }
}

/* Does the outcome ask that somebody sits there, or has an effect before that one seen to it? */
static bool seat_ensured(const struct step *step, const struct outcome *outcome,
                         const struct effect *effect, const struct seat *seat)
{
    for (const struct effect *before = outcome->effects; before < effect; before++)
        if (before->kind == EFFECT_provide && seat->kind == SEAT_PROVIDER)
            return true;
    for (size_t c = 0; c < step->n_needs; c++) {
        const struct condition *need = &step->needs[c];
        bool asked = !need->outcome.len || str_eq(need->outcome, outcome->id);
        if (asked && (expression_ensures(need->when, S("seat"), seat->role) ||
                      (seat->kind == SEAT_PROVIDER &&
                       expression_ensures(need->when, S("system"), S("provider")))))
            return true;
    }
    return false;
}

/* A line about a seat that stays empty could never be filed. */
static void audit_line(struct audit *a, size_t i, size_t o, const struct effect *effect)
{
    const struct step *step = &a->procedure->steps[i];
    audit_named(a, i, o, effect->pos, effect->role);
    for (size_t k = 0; k < a->procedure->n_seats; k++) {
        const struct seat *seat = &a->procedure->seats[k];
        bool empty = seat->kind == SEAT_PARENT || seat->kind == SEAT_PROVIDER;
        if (empty && str_eq(seat->role, effect->role) &&
            !seat_ensured(step, &step->outcomes[o], effect, seat))
            diagnose(a->load, PROBLEM_EFFECT, effect->pos,
                     "there may be no %.*s when %.*s is decided; add given(seat.%.*s) to the needs "
                     "of %.*s.", STR_FMT(seat->role), STR_FMT(step->outcomes[o].id),
                     STR_FMT(seat->role), STR_FMT(step->outcomes[o].id));
    }
}

/* Whoever begins what is started. */
static void audit_beginner(struct audit *a, size_t i, size_t o, const struct effect *effect)
{
    const struct procedure *started = want_procedure(a->load, effect->target, effect->pos);
    if (started && started->n_steps)
        audit_named(a, i, o, effect->pos, started->steps[0].by);
}

static void audit_effect(struct audit *a, size_t i, size_t o, const struct effect *effect)
{
    if (effect->kind == EFFECT_extend)
        audit_extension(a, effect);
    else if (effect->kind == EFFECT_start)
        audit_beginner(a, i, o, effect);
    if (effect->role.len)
        audit_line(a, i, o, effect);
    if (effect->field.ptr)
        audit_given(a, i, o, effect->pos, effect->step, effect->field);
}

static void audit_outcomes(struct audit *a, size_t i)
{
    const struct step *step = &a->procedure->steps[i];
    for (size_t o = 0; o < step->n_outcomes; o++) {
        const struct outcome *outcome = &step->outcomes[o];
        for (size_t t = 0; t < outcome->n_targets; t++) {
            const struct expression *when = outcome->targets[t].when;
            for (size_t u = 0; when && u < when->uses.len; u++)
                check_while_open(a, i, 1u << o, when->uses.items[u].pos,
                                 when->uses.items[u].step, when->uses.items[u].field);
        }
        for (size_t e = 0; e < outcome->n_effects; e++)
            audit_effect(a, i, o, &outcome->effects[e]);
    }
}

static void audit_seat(struct audit *a, size_t i)
{
    const struct step *step = &a->procedure->steps[i];
    for (size_t k = 0; k < a->procedure->n_seats; k++) {
        const struct seat *seat = &a->procedure->seats[k];
        if (seat->kind == SEAT_FIELD && sits(step, seat->role))
            check_at_opening(a, i, PROBLEM_SEAT_UNDECIDED, seat->pos, seat->step, seat->field,
                             "Somebody has to be named before the step opens: need given(...) "
                             "where it is decided.");
    }
}

void audit_values(struct audit *a)
{
    for (size_t i = 0; i < a->procedure->n_steps; i++) {
        audit_needs(a, i);
        audit_outcomes(a, i);
        audit_seat(a, i);
    }
}

/* ---- limits -------------------------------------------------------------------------------- */

static void audit_anchor(struct audit *a, size_t i, const struct limit *limit)
{
    const struct step *step = &a->procedure->steps[i];
    str path;
    if (limit->anchor != ANCHOR_FACT || limit->kind != LIMIT_COUNTED || !limit->present)
        return;
    size_t fact = graph_step_index(a->graph, limit->step);
    const struct step *fact_step = &a->procedure->steps[fact];
    size_t outcome = (size_t)(step_outcome(fact_step, limit->outcome) - fact_step->outcomes);
    if (!graph_opens_without(a->graph, i, fact, outcome, a->graph->arena, &path))
        return;
    diagnose(a->load, PROBLEM_ANCHOR_LATE, limit->pos,
             "the limit of %.*s counts from %.*s.%.*s, but %.*s can open before that (%.*s): its "
             "clock would never start. Choose a fact that always comes before, or opened.",
             STR_FMT(step->id), STR_FMT(limit->step), STR_FMT(limit->outcome), STR_FMT(step->id),
             STR_FMT(path));
}

static void audit_limit_values(struct audit *a, size_t i, const struct limit *limit)
{
    static const char advice[] = "Use a required field that is decided before the step "
                                 "opens.";
    if (limit->date_step.ptr)
        check_at_opening(a, i, PROBLEM_COUNT_FIELD, limit->pos, limit->date_step,
                         limit->date_field, advice);
    for (size_t c = 0; c < limit->n; c++) {
        const struct limit_case *rule = &limit->cases[c];
        for (size_t u = 0; rule->when && u < rule->when->uses.len; u++)
            check_at_opening(a, i, PROBLEM_UNDECIDED, rule->when->uses.items[u].pos,
                             rule->when->uses.items[u].step, rule->when->uses.items[u].field,
                             advice);
        if (rule->count_step.ptr)
            check_at_opening(a, i, PROBLEM_COUNT_FIELD, limit->pos, rule->count_step,
                             rule->count_field, advice);
    }
}

/* The length that a case has at least or at most. */
static struct limit_length length_of(const struct audit *a, const struct limit_case *rule,
                                     bool longest)
{
    struct limit_length length = {rule->count, rule->unit, rule->roll};
    if (rule->count_step.ptr) {
        const struct step *step = procedure_step(a->procedure, rule->count_step);
        const struct field *field = form_field(&step->form, rule->count_field);
        length.count = (int32_t)(longest ? field->max : field->min);
    }
    return length;
}

static bool uses_months(const struct limit *limit)
{
    for (size_t c = 0; c < limit->n; c++)
        if (limit->cases[c].unit == UNIT_MONTH)
            return true;
    return false;
}

/* The first or last day on which any case of the limit ends, counted from start. */
static date end_of(const struct audit *a, const struct limit *limit, bool waits, bool latest,
                   date start)
{
    static const struct calendar weeks_only = {.years = {NULL, 0, 0}};
    date end = DATE_NONE;
    for (size_t c = 0; c < limit->n; c++) {
        struct limit_length length = length_of(a, &limit->cases[c], latest);
        date day = waits ? clock_wait(&weeks_only, start, length)
                         : clock_due(a->graph->arena, &weeks_only, start, length, NULL, 0, NULL,
                                     NULL);
        if (date_is_none(end) || (latest ? date_cmp(day, end) > 0 : date_cmp(day, end) < 0))
            end = day;
    }
    return end;
}

/* Days are compared, not numbers: 15 days may or may not outlast 10 working days. Holidays are
 * left out, so what is found holds in any year. */
static void audit_wait(struct audit *a, const struct step *step)
{
    const struct limit *wait = &step->not_before, *due = &step->within;
    bool same = wait->anchor == due->anchor && str_eq(wait->step, due->step) &&
                str_eq(wait->outcome, due->outcome) && str_eq(wait->date_step, due->date_step) &&
                str_eq(wait->date_field, due->date_field);
    if (!wait->present || !due->present || !same || due->kind != LIMIT_COUNTED)
        return;
    int days = uses_months(wait) || uses_months(due) ? 366 : 7, always = 0, sometimes = 0;
    date first;
    bool known = date_from_ymd(2024, 1, 1, &first);
    must(known);
    for (int d = 0; d < days; d++) {
        date start = date_plus(first, d);
        always += date_cmp(end_of(a, wait, true, false, start),
                           end_of(a, due, false, true, start)) > 0;
        sometimes += date_cmp(end_of(a, wait, true, true, start),
                              end_of(a, due, false, false, start)) > 0;
    }
    if (always == days)
        diagnose(a->load, PROBLEM_WAIT_OUTLASTS, wait->pos,
                 "step %.*s may not be decided before its due day has passed, whenever it "
                 "begins: everybody would be late. Shorten the wait or lengthen within.",
                 STR_FMT(step->id));
    else if (sometimes > 0)
        diagnose(a->load, PROBLEM_WAIT_MAY_OUTLAST, wait->pos,
                 "the wait of step %.*s can outlast its due day on %d of %d starting days.",
                 STR_FMT(step->id), sometimes, days);
}

void audit_limits(struct audit *a)
{
    for (size_t i = 0; i < a->procedure->n_steps; i++) {
        const struct step *step = &a->procedure->steps[i];
        const struct limit *both[] = {&step->within, &step->not_before};
        for (size_t k = 0; k < COUNT_OF(both); k++) {
            /* What is displaced would act if the higher law were gone. */
            for (const struct limit *one = both[k]; one && one->present; one = one->displaced) {
                audit_anchor(a, i, one);
                audit_limit_values(a, i, one);
            }
        }
        audit_wait(a, step);
    }
}
