/* SPDX-License-Identifier: Apache-2.0
 * The state space of one procedure. */
#include "policy/explore_priv.h"

#include <string.h>

enum { SLOTS_FIRST = 256 };
#define UNSEEN (EDGE_NONE - 1)

/* ---- states -------------------------------------------------------------------------------- */

const uint8_t *graph_cells(const struct graph *graph, uint32_t state)
{
    return graph->cells.items + (size_t)state * graph->n_steps;
}

size_t graph_step_index(const struct graph *graph, str id)
{
    const struct step *step = procedure_step(graph->procedure, id);
    must(step != NULL);
    return (size_t)(step - graph->procedure->steps);
}

static bool cells_final(const uint8_t *cells, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (cells[i] == CELL_OPEN || cells[i] >= CELL_HELD)
            return false;
    return true;
}

bool graph_final(const struct graph *graph, uint32_t state)
{
    return cells_final(graph_cells(graph, state), graph->n_steps);
}

/* Where the state with these cells stands in the table, or would. */
static uint32_t *slot_of(const struct graph *graph, const uint8_t *cells)
{
    size_t n = graph->n_steps;
    uint64_t hash = str_hash((str){(const char *)cells, n});
    size_t slot = (size_t)(hash ^ (hash >> 32)) & (graph->n_slots - 1);
    while (graph->table[slot] &&
           memcmp(graph_cells(graph, graph->table[slot] - 1), cells, n) != 0)
        slot = (slot + 1) & (graph->n_slots - 1);
    return &graph->table[slot];
}

/* Most procedures have few states, and a policy has many procedures. */
static void grow(struct graph *graph)
{
    graph->n_slots *= 2;
    graph->table = NEWS(graph->arena, uint32_t, graph->n_slots);
    for (uint32_t state = 0; state < graph->n_states; state++)
        *slot_of(graph, graph_cells(graph, state)) = state + 1;
}

/* The state with these cells, added when new. EDGE_NONE when there is no room. */
static uint32_t intern(struct graph *graph, const uint8_t *cells, uint32_t parent)
{
    uint32_t *slot = slot_of(graph, cells);
    if (*slot)
        return *slot - 1;
    if (graph->n_states == EXPLORE_STATES_MAX)
        return EDGE_NONE;
    for (size_t i = 0; i < graph->n_steps; i++)
        VEC_PUSH(graph->arena, &graph->cells, cells[i]);
    VEC_PUSH(graph->arena, &graph->parent, parent);
    *slot = ++graph->n_states;
    if (graph->n_states > graph->n_slots / 2)
        grow(graph);
    return graph->n_states - 1;
}

/* ---- moves --------------------------------------------------------------------------------- */

bool cells_done(void *states, str step, str outcome)
{
    const struct cells_of *of = states;
    size_t i = graph_step_index(of->graph, step);
    const struct step *s = &of->graph->procedure->steps[i];
    if (!outcome.len)
        return of->cells[i] == CELL_OPEN || of->cells[i] >= CELL_HELD;
    size_t o = (size_t)(step_outcome(s, outcome) - s->outcomes);
    return of->cells[i] == CELL_DECIDED + o;
}

bool outcome_possible(const struct step *step, const struct outcome *outcome,
                      const struct known *known)
{
    for (size_t i = 0; i < step->n_needs; i++) {
        const struct condition *need = &step->needs[i];
        if (need->outcome.len && !str_eq(need->outcome, outcome->id))
            continue;
        if (expression_truth(need->when, known) == TRUTH_NO)
            return false;
    }
    return true;
}

bool graph_possible(const struct graph *graph, uint32_t state, size_t step, size_t outcome)
{
    const struct step *s = &graph->procedure->steps[step];
    const uint8_t *cells = graph_cells(graph, state);
    struct cells_of of = {.graph = graph, .cells = cells};
    struct known known = {.states = &of, .done = cells_done};
    return cells[step] == CELL_OPEN && outcome_possible(s, &s->outcomes[outcome], &known);
}

/* The step held for the sake of `side`, or SIZE_MAX. */
static size_t holder(const struct graph *graph, const uint8_t *cells, size_t side)
{
    const struct procedure *procedure = graph->procedure;
    for (size_t i = 0; i < graph->n_steps; i++) {
        if (cells[i] < CELL_HELD)
            continue;
        const struct outcome *by = &procedure->steps[i].outcomes[cells[i] - CELL_HELD];
        if (str_eq(by->targets[0].step, procedure->steps[side].id))
            return i;
    }
    return SIZE_MAX;
}

static void block(struct graph *graph, enum blocked_kind kind, const struct edge *edge,
                  size_t opened)
{
    for (size_t i = 0; i < graph->blocked.len; i++) {
        const struct blocked *b = &graph->blocked.items[i];
        if (b->step == edge->step && b->outcome == edge->outcome && b->kind == kind)
            return;
    }
    struct blocked found = {kind, edge->from, edge->step, edge->outcome, (uint8_t)opened};
    VEC_PUSH(graph->arena, &graph->blocked, found);
}

/* Changes cells as the target says; false when it cannot (noted in blocked). */
static bool follow(struct graph *graph, const struct edge *edge, size_t t, uint8_t *cells)
{
    const struct outcome *outcome =
        &graph->procedure->steps[edge->step].outcomes[edge->outcome];
    const struct target *target = &outcome->targets[t];
    size_t back;
    switch (target->kind) {
    case TARGET_DONE:
        return true;
    case TARGET_END:
        for (size_t i = 0; i < graph->n_steps; i++)
            if (cells[i] == CELL_OPEN || cells[i] >= CELL_HELD)
                cells[i] = CELL_NONE;
        return true;
    case TARGET_BACK:
        back = holder(graph, cells, edge->step);
        if (back == SIZE_MAX) {
            block(graph, BLOCKED_BACK, edge, edge->step);
            return false;
        }
        cells[back] = CELL_OPEN;
        return true;
    case TARGET_STAY:
        cells[edge->step] = CELL_OPEN;
        return true;
    case TARGET_HOLD:
        cells[edge->step] = (uint8_t)(CELL_HELD + edge->outcome);
        break;
    case TARGET_STEP:
        break;
    }
    size_t opened = graph->opens[edge->step][edge->outcome][t];
    if (cells[opened] == CELL_OPEN || cells[opened] >= CELL_HELD) {
        block(graph, BLOCKED_TWICE, edge, opened);
        return false;
    }
    cells[opened] = CELL_OPEN;
    return true;
}

/* Does the edge follow that target of its outcome? */
static bool edge_follows(const struct outcome *outcome, const struct edge *edge, size_t t)
{
    switch (outcome->leads) {
    case LEADS_ALL: return true;
    case LEADS_FIRST: return t == edge->target;
    case LEADS_EACH:
        return outcome->targets[t].otherwise ? edge->target == 0 : (edge->target >> t & 1) != 0;
    }
    return false;
}

static bool add_edge(struct graph *graph, struct edge edge)
{
    const struct outcome *outcome = &graph->procedure->steps[edge.step].outcomes[edge.outcome];
    uint8_t cells[LIMIT_STEPS];
    memcpy(cells, graph_cells(graph, edge.from), graph->n_steps);
    cells[edge.step] = (uint8_t)(CELL_DECIDED + edge.outcome);
    for (size_t t = 0; t < outcome->n_targets; t++)
        if (edge_follows(outcome, &edge, t) && !follow(graph, &edge, t, cells))
            return true;
    edge.to = intern(graph, cells, (uint32_t)graph->edges.len);
    if (edge.to == EDGE_NONE || graph->edges.len == EXPLORE_EDGES_MAX)
        return false;
    VEC_PUSH(graph->arena, &graph->edges, edge);
    return true;
}

static enum truth target_truth(const struct target *target, struct cells_of *of)
{
    struct known known = {.states = of, .done = cells_done};
    return target->when ? expression_truth(target->when, &known) : TRUTH_YES;
}

static bool add_first(struct graph *graph, struct edge edge, const struct outcome *outcome,
                      struct cells_of *of)
{
    for (size_t t = 0; t < outcome->n_targets; t++) {
        enum truth truth = target_truth(&outcome->targets[t], of);
        if (truth == TRUTH_NO)
            continue;
        edge.target = (uint8_t)t;
        if (!add_edge(graph, edge))
            return false;
        if (truth == TRUTH_YES)
            break;
    }
    return true;
}

/* One edge for each set of steps that may open together. */
static bool add_each(struct graph *graph, struct edge edge, const struct outcome *outcome,
                     struct cells_of *of)
{
    uint32_t never = 0, always = 0, all = 0;
    for (size_t t = 0; t < outcome->n_targets; t++) {
        if (outcome->targets[t].otherwise)
            continue;
        enum truth truth = target_truth(&outcome->targets[t], of);
        all |= 1u << t;
        never |= truth == TRUTH_NO ? 1u << t : 0;
        always |= truth == TRUTH_YES ? 1u << t : 0;
    }
    for (uint32_t set = 0; set <= all; set++) {
        edge.target = (uint8_t)set;
        if ((set & ~all) == 0 && (set & never) == 0 && (set & always) == always &&
            !add_edge(graph, edge))
            return false;
        if (graph->blocked.len) /* refused already: the other sets find no more, at great cost */
            return true;
    }
    return true;
}

static bool add_edges(struct graph *graph, struct edge edge, const struct outcome *outcome)
{
    /* Edges move the cells; conditions are asked before, as decided now. */
    uint8_t cells[LIMIT_STEPS];
    memcpy(cells, graph_cells(graph, edge.from), graph->n_steps);
    struct cells_of of = {.graph = graph, .cells = cells};
    switch (outcome->leads) {
    case LEADS_ALL: return add_edge(graph, edge);
    case LEADS_FIRST: return add_first(graph, edge, outcome, &of);
    case LEADS_EACH: return add_each(graph, edge, outcome, &of);
    }
    return false;
}

static bool expand(struct graph *graph, uint32_t state)
{
    for (size_t i = 0; i < graph->n_steps; i++) {
        const struct step *step = &graph->procedure->steps[i];
        for (size_t o = 0; o < step->n_outcomes; o++) {
            const struct outcome *outcome = &step->outcomes[o];
            if (!graph_possible(graph, state, i, o))
                continue;
            graph->tried[i][o] = true;
            struct edge edge = {state, 0, (uint8_t)i, (uint8_t)o, 0};
            if (!add_edges(graph, edge, outcome))
                return false;
        }
    }
    return true;
}

static void find_opened(struct graph *graph)
{
    for (size_t i = 0; i < graph->n_steps; i++) {
        const struct step *step = &graph->procedure->steps[i];
        for (size_t o = 0; o < step->n_outcomes; o++)
            for (size_t t = 0; t < step->outcomes[o].n_targets; t++) {
                const struct target *target = &step->outcomes[o].targets[t];
                bool opens = target->kind == TARGET_STEP || target->kind == TARGET_HOLD;
                graph->opens[i][o][t] =
                    opens ? (uint8_t)graph_step_index(graph, target->step) : OPENS_NONE;
            }
    }
}

struct graph *explore(struct arena *scratch, const struct procedure *procedure)
{
    struct graph *graph = NEW(scratch, struct graph);
    uint8_t start[LIMIT_STEPS] = {0};
    graph->arena = scratch;
    graph->procedure = procedure;
    graph->n_steps = procedure->n_steps;
    graph->n_slots = SLOTS_FIRST;
    graph->table = NEWS(scratch, uint32_t, graph->n_slots);
    find_opened(graph);
    start[0] = CELL_OPEN;
    intern(graph, start, EDGE_NONE);
    graph->complete = true;
    for (uint32_t state = 0; state < graph->n_states && graph->complete; state++) {
        VEC_PUSH(scratch, &graph->first, (uint32_t)graph->edges.len);
        graph->complete = expand(graph, state);
    }
    VEC_PUSH(scratch, &graph->first, (uint32_t)graph->edges.len);
    graph->search = NEWS(scratch, uint32_t, graph->n_states);
    return graph;
}

/* ---- questions ----------------------------------------------------------------------------- */

bool graph_opens(const struct graph *graph, const struct edge *edge, size_t step)
{
    const struct outcome *outcome =
        &graph->procedure->steps[edge->step].outcomes[edge->outcome];
    for (size_t t = 0; t < outcome->n_targets; t++)
        if (edge_follows(outcome, edge, t) &&
            graph->opens[edge->step][edge->outcome][t] == step)
            return true;
    return false;
}

static void add_word(const struct graph *graph, struct buf *out, const struct edge *edge)
{
    const struct step *step = &graph->procedure->steps[edge->step];
    if (out->len > 0)
        buf_add(out, S(", "));
    buf_addf(out, "%.*s.%.*s", STR_FMT(step->id), STR_FMT(step->outcomes[edge->outcome].id));
}

/* parents: edge by which each state was reached. */
static str path_by(const struct graph *graph, const uint32_t *parents, struct arena *arena,
                   uint32_t state, const struct edge *last)
{
    VEC(uint32_t) back = {NULL, 0, 0};
    for (uint32_t e = parents[state]; e != EDGE_NONE; e = parents[graph->edges.items[e].from])
        VEC_PUSH(arena, &back, e);
    struct buf out = buf_new(arena, 128);
    while (back.len > 0)
        add_word(graph, &out, &graph->edges.items[back.items[--back.len]]);
    if (last)
        add_word(graph, &out, last);
    if (out.len == 0)
        buf_add(&out, S("nothing yet"));
    return buf_str(&out);
}

str graph_path(const struct graph *graph, struct arena *arena, uint32_t state,
               const struct edge *last)
{
    return path_by(graph, graph->parent.items, arena, state, last);
}

bool graph_opens_without(struct graph *graph, size_t step, size_t fact_step, size_t fact_outcome,
                         struct arena *arena, str *out_path)
{
    uint32_t *queue = NEWS(arena, uint32_t, graph->n_states);
    size_t head = 0, tail = 0;
    if (step == 0) {
        *out_path = S("nothing yet");
        return true;
    }
    for (uint32_t i = 0; i < graph->n_states; i++)
        graph->search[i] = UNSEEN;
    graph->search[0] = EDGE_NONE;
    queue[tail++] = 0;
    while (head < tail) {
        uint32_t state = queue[head++];
        for (uint32_t e = graph->first.items[state]; e < graph->first.items[state + 1]; e++) {
            const struct edge *edge = &graph->edges.items[e];
            bool fact = edge->step == fact_step &&
                        (fact_outcome == SIZE_MAX || edge->outcome == fact_outcome);
            if (fact)
                continue;
            if (graph_opens(graph, edge, step)) {
                *out_path = path_by(graph, graph->search, arena, state, edge);
                return true;
            }
            if (graph->search[edge->to] != UNSEEN)
                continue;
            graph->search[edge->to] = e;
            queue[tail++] = edge->to;
        }
    }
    return false;
}
