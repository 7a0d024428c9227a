/* SPDX-License-Identifier: Apache-2.0
 * Does the regulation make sense? Each finding is shown with the shortest way to it. */
#include "policy/audit_priv.h"

/* ---- without exploring --------------------------------------------------------------------- */

static const struct seat *seat_of(const struct procedure *procedure, str role)
{
    for (size_t i = 0; i < procedure->n_seats; i++)
        if (str_eq(procedure->seats[i].role, role))
            return &procedure->seats[i];
    return NULL;
}

static void audit_seat_of(struct load *load, const struct procedure *procedure, str role,
                          struct pos pos, const char *what)
{
    const struct seat *seat = seat_of(procedure, role);
    if (!seat)
        diagnose(load, PROBLEM_SEAT, pos,
                 "%s %.*s, which has no seat in procedure %.*s; add %.*s to seats: opener, parent, "
                 "sole, system.owner, system.provider or STEP.FIELD.", what, STR_FMT(role),
                 STR_FMT(procedure->id), STR_FMT(role));
}

/* A seat of several organisations is signed by each of them, and one of one organisation is not. */
static void audit_each(struct load *load, const struct procedure *procedure,
                       const struct step *step)
{
    for (size_t k = 0; k < step->n_seats; k++) {
        const struct seat *seat = seat_of(procedure, step->seats[k]);
        if (seat && seat->several != step->each)
            diagnose(load, PROBLEM_SEAT, step->pos,
                     step->each ? "the seat of %.*s names one organisation; write by: %.*s."
                                : "the seat of %.*s names several organisations; write by: {each: "
                                  "%.*s}.",
                     STR_FMT(seat->role), STR_FMT(seat->role));
    }
}

/* Seats of a system want a case that is about one. */
static void audit_seat_subjects(struct load *load, const struct procedure *procedure)
{
    for (size_t i = 0; i < procedure->n_seats; i++) {
        const struct seat *seat = &procedure->seats[i];
        bool of_system = seat->kind == SEAT_OWNER || seat->kind == SEAT_PROVIDER;
        if (of_system && procedure->subject == SUBJECT_OPENER)
            diagnose(load, PROBLEM_NO_SYSTEM, seat->pos,
                     "the case is about no system, so nobody sits here; expected opener, parent, "
                     "sole or STEP.FIELD.");
    }
}

static void audit_signatures(struct load *load, const struct step *step)
{
    for (size_t o = 0; o < step->n_outcomes && step_is_signed(step); o++)
        for (size_t t = 0; t < step->outcomes[o].n_targets; t++) {
            enum target_kind kind = step->outcomes[o].targets[t].kind;
            if (kind == TARGET_HOLD || kind == TARGET_STAY)
                diagnose(load, PROBLEM_SEVERAL_SEATS, step->outcomes[o].pos,
                         "step %.*s is signed by several, so it can neither be held nor stay; let "
                         "the outcome lead to a step.", STR_FMT(step->id));
        }
}

/* Somebody has to be there who begins what is started, or whom a line is about. */
static void audit_bodies(struct load *load, const struct procedure *procedure,
                         const struct outcome *outcome)
{
    for (size_t e = 0; e < outcome->n_effects; e++) {
        const struct effect *effect = &outcome->effects[e];
        if (effect->role.len && want_role(load, effect->role, effect->pos))
            audit_seat_of(load, procedure, effect->role, effect->pos, "this line is about");
        const struct procedure *started =
            effect->kind == EFFECT_start ? want_procedure(load, effect->target, effect->pos) : NULL;
        if (!started || !started->n_steps)
            continue;
        str role = started->steps[0].by;
        str what = str_printf(load->arena, "%.*s begins with a task of", STR_FMT(started->id));
        if (!seat_of(procedure, role))
            audit_seat_of(load, procedure, role, effect->pos, what.ptr);
        else
            want_seat(load, procedure, role, effect->pos);
    }
}

static void audit_seats(struct load *load, const struct procedure *procedure)
{
    audit_seat_subjects(load, procedure);
    for (size_t i = 0; i < procedure->n_steps; i++) {
        const struct step *step = &procedure->steps[i];
        const char *what = str_printf(load->arena, "step %.*s is by", STR_FMT(step->id)).ptr;
        for (size_t k = 0; k < step->n_seats; k++)
            audit_seat_of(load, procedure, step->seats[k], step->pos, what);
        for (size_t k = 0; k < step->n_tells; k++)
            audit_seat_of(load, procedure, step->tells[k].role, step->tells[k].pos,
                          "this tells");
        for (size_t o = 0; o < step->n_outcomes; o++)
            audit_bodies(load, procedure, &step->outcomes[o]);
        audit_each(load, procedure, step);
        audit_signatures(load, step);
        const struct seat *seat = seat_of(procedure, step->by);
        if (i == 0 && seat && seat->kind != SEAT_OPENER)
            diagnose(load, PROBLEM_SEAT, seat->pos,
                     "the first step %.*s is by %.*s, and whoever opens the case acts in it; write "
                     "%.*s: opener.", STR_FMT(step->id), STR_FMT(step->by), STR_FMT(step->by));
        if (i == 0 && step->n_seats > 1)
            diagnose(load, PROBLEM_SEVERAL_SEATS, step->pos,
                     "the first step %.*s is done by whoever opens the case, alone; let a later "
                     "step be signed by several.", STR_FMT(step->id));
    }
}

static void audit_materials(struct load *load)
{
    const struct policy *policy = load->policy;
    for (size_t m = 0; m < policy->n_materials; m++) {
        const struct material_kind *kind = &policy->materials[m];
        /* What packs share need not all be used by each. */
        bool asked = pack_file_is_shared(kind->pos.file);
        for (size_t d = 0; d < load->drafts.len && !asked; d++) {
            const struct procedure *procedure = load->drafts.items[d].procedure;
            for (size_t i = 0; i < procedure->n_steps && !asked; i++)
                for (size_t k = 0; k < procedure->steps[i].n_materials && !asked; k++)
                    asked = str_eq(procedure->steps[i].materials[k], kind->id);
        }
        if (!asked)
            diagnose(load, PROBLEM_UNUSED_MATERIAL, kind->pos,
                     "no step takes the material %.*s; add it to the materials of a step, or "
                     "remove it.", STR_FMT(kind->id));
    }
}

static bool leads(const struct step *step, enum target_kind kind, str to)
{
    for (size_t o = 0; o < step->n_outcomes; o++)
        for (size_t t = 0; t < step->outcomes[o].n_targets; t++) {
            const struct target *target = &step->outcomes[o].targets[t];
            if (target->kind == kind && (!to.ptr || str_eq(target->step, to)))
                return true;
        }
    return false;
}

/* False when going back cannot be explored. */
static bool audit_hold(struct load *load, const struct procedure *procedure)
{
    bool sound = true;
    for (size_t i = 0; i < procedure->n_steps; i++) {
        const struct step *step = &procedure->steps[i];
        bool held_for = false;
        for (size_t k = 0; k < procedure->n_steps; k++)
            held_for |= leads(&procedure->steps[k], TARGET_HOLD, step->id);
        bool back = leads(step, TARGET_BACK, STR_NONE);
        if (held_for && !back)
            diagnose(load, PROBLEM_HOLD_BACK, step->pos,
                     "a step is held for %.*s, but no outcome of it leads back; add one with "
                     "to: back.", STR_FMT(step->id));
        if (back && !held_for)
            diagnose(load, PROBLEM_HOLD_BACK, step->pos,
                     "an outcome of %.*s leads back, but no step is ever held for it; name the "
                     "step it leads to, or write to: hold %.*s where it comes from.",
                     STR_FMT(step->id), STR_FMT(step->id));
        sound &= held_for == back;
    }
    return sound;
}

/* ---- on the graph -------------------------------------------------------------------------- */

static bool ever_open(const struct graph *graph, size_t step)
{
    for (uint32_t s = 0; s < graph->n_states; s++)
        if (graph_cells(graph, s)[step] == CELL_OPEN)
            return true;
    return false;
}

static void audit_reach(struct audit *a)
{
    for (size_t i = 0; i < a->procedure->n_steps; i++) {
        const struct step *step = &a->procedure->steps[i];
        if (!ever_open(a->graph, i)) {
            diagnose(a->load, PROBLEM_UNREACHABLE, step->pos,
                     "no way leads to step %.*s; let an outcome lead to it, or remove it.",
                     STR_FMT(step->id));
            continue;
        }
        for (size_t o = 0; o < step->n_outcomes; o++)
            if (!a->graph->tried[i][o])
                diagnose(a->load, PROBLEM_DEAD_OUTCOME, step->outcomes[o].pos,
                         "outcome %.*s of step %.*s is never possible: whenever the step is "
                         "open, a done(...) of its needs is false.",
                         STR_FMT(step->outcomes[o].id), STR_FMT(step->id));
    }
}

static void audit_blocked(struct audit *a)
{
    for (size_t i = 0; i < a->graph->blocked.len; i++) {
        const struct blocked *b = &a->graph->blocked.items[i];
        const struct step *step = &a->procedure->steps[b->step];
        const struct outcome *outcome = &step->outcomes[b->outcome];
        struct edge last = {b->from, 0, b->step, b->outcome, 0};
        str path = graph_path(a->graph, a->load->arena, b->from, &last);
        str opened = a->procedure->steps[b->opened].id;
        if (b->kind == BLOCKED_BACK)
            diagnose(a->load, PROBLEM_HOLD_BACK, outcome->pos,
                     "back leads nowhere here (%.*s): no step is held for %.*s on this way.",
                     STR_FMT(path), STR_FMT(step->id));
        else
            diagnose(a->load, PROBLEM_OPENED_TWICE, outcome->pos,
                     "step %.*s is opened while it is still open (%.*s); let the ways join in a "
                     "step that needs done(...) of both or, where a form lets only one of them "
                     "be gone, let %.*s need not open(%.*s).",
                     STR_FMT(opened), STR_FMT(path), STR_FMT(outcome->id), STR_FMT(opened));
    }
}

/* The step to name when a state is stuck: one on which nobody can act. It may show only after
 * the others have acted, so the way is followed until it stops (or goes round). */
static size_t stuck_step(const struct graph *graph, uint32_t state)
{
    size_t n = graph->n_steps;
    for (uint32_t walked = 0; walked < graph->n_states; walked++) {
        uint32_t first = graph->first.items[state];
        if (first == graph->first.items[state + 1])
            break;
        state = graph->edges.items[first].to;
    }
    const uint8_t *cells = graph_cells(graph, state);
    for (size_t i = 0; i < n; i++)
        if (cells[i] == CELL_OPEN)
            return i;
    for (size_t i = 0; i < n; i++)
        if (cells[i] >= CELL_HELD)
            return i;
    return 0;
}

/* People are late. A case whose every way on asks them not to be would never end. */
static void audit_late(struct audit *a)
{
    const bool *over;
    if (!graph_over(a->graph, &over)) {
        diagnose(a->load, PROBLEM_STATES, a->procedure->pos,
                 "procedure %.*s asks about days in too many states to be checked; open fewer "
                 "steps side by side.", STR_FMT(a->procedure->id));
        return;
    }
    const bool *can = over ? graph_can_finish(a->graph, over) : NULL;
    for (size_t e = 0; can && e < a->graph->edges.len; e++) {
        const struct edge *edge = &a->graph->edges.items[e];
        if (can[edge->from] || !over[e])
            continue;
        const struct step *step = &a->procedure->steps[edge->step];
        const struct outcome *outcome = &step->outcomes[edge->outcome];
        str path = graph_path(a->graph, a->load->arena, edge->from, NULL);
        diagnose(a->load, PROBLEM_STUCK, outcome->pos,
                 "once time has passed the case can never end from here (%.*s): %.*s.%.*s hangs on "
                 "a day, or on a limit, that is over then, and no other way is left. Let another "
                 "outcome of step %.*s lead on.", STR_FMT(path), STR_FMT(step->id),
                 STR_FMT(outcome->id), STR_FMT(step->id));
        return;
    }
}

static void audit_finish(struct audit *a)
{
    const bool *can = graph_can_finish(a->graph, NULL);
    for (uint32_t s = 0; s < a->graph->n_states; s++) {
        if (can[s])
            continue;
        const struct step *step = &a->procedure->steps[stuck_step(a->graph, s)];
        str path = graph_path(a->graph, a->load->arena, s, NULL);
        diagnose(a->load, PROBLEM_STUCK, step->pos,
                 "the case can never end from here (%.*s): step %.*s stays unfinished. Let an "
                 "outcome lead to end.", STR_FMT(path), STR_FMT(step->id));
        return; /* what follows from this state is the same fault */
    }
    audit_late(a);
}

static bool outlasts(enum effect_kind kind, const struct procedure *procedure)
{
    const struct withdrawal *withdrawal = &procedure->withdrawal;
    bool own = procedure->subject == SUBJECT_NEW; /* the system is this case's own */
    switch (kind) {
    case EFFECT_grant: case EFFECT_lend: case EFFECT_regrant: case EFFECT_ungrant:
        return !withdrawal->releases;
    case EFFECT_set_live:
        return !withdrawal->retires;
    case EFFECT_provide: case EFFECT_release: case EFFECT_take_back: case EFFECT_retire:
        return !own;
    case EFFECT_file: case EFFECT_extend: case EFFECT_start:
        return false;
    }
    return false;
}

/* The effect of the outcome that would outlast the case when it is taken back; NULL: none. */
static const struct effect *outlasting(const struct outcome *outcome,
                                       const struct procedure *procedure)
{
    for (size_t e = 0; e < outcome->n_effects; e++)
        if (outlasts(outcome->effects[e].kind, procedure))
            return &outcome->effects[e];
    return NULL;
}

static bool ends_withdrawal(const struct withdrawal *withdrawal, str step, str outcome)
{
    for (size_t i = 0; i < withdrawal->n_before; i++)
        if (str_eq(withdrawal->before[i].step, step) &&
            str_eq(withdrawal->before[i].outcome, outcome))
            return true;
    return false;
}

/* Follows the ways on which the case can still be taken back. */
static void audit_withdrawal(struct audit *a, struct arena *scratch)
{
    const struct withdrawal *withdrawal = &a->procedure->withdrawal;
    const struct graph *graph = a->graph;
    bool *seen = NEWS(scratch, bool, graph->n_states);
    uint32_t *queue = NEWS(scratch, uint32_t, graph->n_states);
    size_t tail = 0;
    queue[tail++] = 0;
    seen[0] = true;
    for (size_t head = 0; withdrawal->present && head < tail; head++)
        for (uint32_t e = graph->first.items[queue[head]];
             e < graph->first.items[queue[head] + 1]; e++) {
            const struct edge *edge = &graph->edges.items[e];
            const struct step *step = &a->procedure->steps[edge->step];
            const struct outcome *outcome = &step->outcomes[edge->outcome];
            if (ends_withdrawal(withdrawal, step->id, outcome->id))
                continue;
            const struct effect *left = outlasting(outcome, a->procedure);
            if (left && !graph_final(graph, edge->to)) {
                bool own = a->procedure->subject == SUBJECT_NEW;
                diagnose(a->load, PROBLEM_WITHDRAWAL, left->pos,
                         "taken back after %.*s.%.*s the case would leave this behind; name that "
                         "in the before of withdraw%s.", STR_FMT(step->id), STR_FMT(outcome->id),
                         !own                             ? ""
                         : left->kind == EFFECT_set_live ? ", or write effects: [retire] there"
                                                         : ", or write effects: [release] there");
                return;
            }
            if (!seen[edge->to])
                queue[tail++] = edge->to;
            seen[edge->to] = true;
        }
}

static void audit_procedure(struct load *load, const struct procedure *procedure,
                            struct arena *scratch)
{
    struct audit a = {load, procedure, explore(scratch, procedure)};
    if (!a.graph->complete) {
        diagnose(load, PROBLEM_STATES, procedure->pos,
                 "procedure %.*s has more than %d states and cannot be checked; open fewer steps "
                 "side by side.", STR_FMT(procedure->id), (int)EXPLORE_STATES_MAX);
        return;
    }
    audit_reach(&a);
    audit_blocked(&a);
    if (a.graph->blocked.len > 0)
        return; /* the ways behind a blocked outcome are not known */
    audit_finish(&a);
    audit_withdrawal(&a, scratch);
    audit_values(&a);
    audit_limits(&a);
}

/* The scratch arena is given back also when the caller's arena overflows in between. */
static void release_scratch(void *arg)
{
    struct arena **scratch = arg;
    arena_free(*scratch);
    *scratch = NULL;
}

static bool starts(const struct procedure *procedure, str other)
{
    for (size_t i = 0; i < procedure->n_steps; i++)
        for (size_t k = 0; k < procedure->steps[i].n_outcomes; k++) {
            const struct outcome *outcome = &procedure->steps[i].outcomes[k];
            for (size_t e = 0; e < outcome->n_effects; e++)
                if (outcome->effects[e].kind == EFFECT_start &&
                    str_eq(outcome->effects[e].target, other))
                    return true;
        }
    return false;
}

static bool is_explored(const struct load *load, const struct procedure *procedure)
{
    return !load->changed.len || str_eq(procedure->id, load->changed) ||
           starts(procedure, load->changed);
}

void audit_policy(struct load *load)
{
    struct arena **scratch = NEW(load->arena, struct arena *);
    arena_defer(load->arena, release_scratch, scratch);
    *scratch = arena_new(EXPLORE_ARENA_BYTES);
    audit_materials(load);
    for (size_t d = 0; d < load->drafts.len; d++) {
        const struct procedure *procedure = load->drafts.items[d].procedure;
        audit_seats(load, procedure);
        if (audit_hold(load, procedure) && is_explored(load, procedure))
            audit_procedure(load, procedure, *scratch);
        arena_reset(*scratch);
    }
    release_scratch(scratch);
}
