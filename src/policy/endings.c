/* SPDX-License-Identifier: Apache-2.0
 * Which states can still end: in time, and when people are late. */
#include "policy/explore_priv.h"

/* Conditions judged at most, in all rounds together: a second at most. */
enum { JUDGED_MAX = 1000000, ROUNDS_MAX = 16 };

/* ---- going back along the edges -------------------------------------------------------------- */

/* Edges sorted by where they lead, without those left out: those into state s are sources[first[s]]
 * up to sources[first[s + 1]]. */
struct back {
    uint32_t *first, *sources, *queue;
};

static struct back back_new(const struct graph *graph)
{
    return (struct back){NEWS(graph->arena, uint32_t, graph->n_states + 1),
                         NEWS(graph->arena, uint32_t, graph->edges.len + 1),
                         NEWS(graph->arena, uint32_t, graph->n_states)};
}

static void back_sort(const struct graph *graph, struct back *back, const bool *over)
{
    size_t n = graph->n_states, n_edges = graph->edges.len;
    for (size_t i = 0; i <= n; i++)
        back->first[i] = 0;
    /* Count, then place from the end of each range. */
    for (size_t e = 0; e < n_edges; e++)
        back->first[graph->edges.items[e].to] += over && over[e] ? 0 : 1;
    for (size_t i = 1; i <= n; i++)
        back->first[i] += back->first[i - 1];
    for (size_t e = 0; e < n_edges; e++)
        if (!over || !over[e])
            back->sources[--back->first[graph->edges.items[e].to]] = graph->edges.items[e].from;
}

/* Marks all states that lead to one of the first `tail` in the queue, which are marked. */
static void spread(const struct back *back, bool *marked, size_t tail)
{
    for (size_t head = 0; head < tail; head++) {
        uint32_t to = back->queue[head];
        for (uint32_t k = back->first[to]; k < back->first[to + 1]; k++)
            if (!marked[back->sources[k]]) {
                marked[back->sources[k]] = true;
                back->queue[tail++] = back->sources[k];
            }
    }
}

const bool *graph_can_finish(struct graph *graph, const bool *over)
{
    size_t tail = 0;
    struct back back = back_new(graph);
    bool *can = NEWS(graph->arena, bool, graph->n_states);
    back_sort(graph, &back, over);
    for (uint32_t i = 0; i < graph->n_states; i++)
        if (graph_final(graph, i)) {
            can[i] = true;
            back.queue[tail++] = i;
        }
    spread(&back, can, tail);
    return can;
}

/* ---- when it is late ------------------------------------------------------------------------- */

/* From which states a step can still be decided, and opened, by outcomes that are not over. */
struct late {
    const struct graph *graph;
    bool *over;
    bool asks[LIMIT_STEPS][OUTCOMES_MAX];
    bool *decides[LIMIT_STEPS], *opens[LIMIT_STEPS];
    struct back back;
};
struct late_cells {
    struct cells_of of;          /* first: done asks it */
    const struct late *late;
    uint32_t state;
};

static bool decided_again(void *states, str step)
{
    const struct late_cells *cells = states;
    size_t i = graph_step_index(cells->of.graph, step);
    return cells->late->decides[i][cells->state];
}

static enum truth late_truth(const struct expression *when, const struct known *known)
{
    return when ? expression_truth(when, known) : TRUTH_YES;
}

/* Is another way taken than this edge's, once it is late? */
static bool way_is_over(const struct outcome *outcome, const struct edge *edge,
                        const struct known *known)
{
    for (size_t t = 0; t < outcome->n_targets && outcome->leads != LEADS_ALL; t++) {
        const struct target *target = &outcome->targets[t];
        bool first = outcome->leads == LEADS_FIRST;
        if (target->otherwise || (first && t > edge->target))
            break;
        bool taken = first ? t == edge->target : (edge->target >> t & 1) != 0;
        enum truth truth = late_truth(target->when, known);
        if (truth == (taken ? TRUTH_NO : TRUTH_YES))
            return true;
    }
    return false;
}

static bool is_over(const struct late *late, const struct edge *edge)
{
    const struct step *step = &late->graph->procedure->steps[edge->step];
    const struct outcome *outcome = &step->outcomes[edge->outcome];
    if (!late->asks[edge->step][edge->outcome])
        return false;
    struct late_cells cells = {{late->graph, graph_cells(late->graph, edge->from)}, late,
                               edge->from};
    struct known known = {.states = &cells, .done = cells_done, .again = decided_again};
    for (size_t e = 0; e < outcome->n_effects; e++) {
        const struct effect *effect = &outcome->effects[e];
        if (effect->kind == EFFECT_extend &&
            !late->opens[graph_step_index(late->graph, effect->target)][edge->from])
            return true;
    }
    return !outcome_possible(step, outcome, &known) || way_is_over(outcome, edge, &known);
}

static bool asks_time(const struct step *step, const struct outcome *outcome)
{
    for (size_t e = 0; e < outcome->n_effects; e++)
        if (outcome->effects[e].kind == EFFECT_extend)
            return true;
    for (size_t t = 0; t < outcome->n_targets; t++)
        if (outcome->targets[t].when && expression_asks_today(outcome->targets[t].when))
            return true;
    for (size_t k = 0; k < step->n_needs; k++)
        if ((!step->needs[k].outcome.len || str_eq(step->needs[k].outcome, outcome->id)) &&
            expression_asks_today(step->needs[k].when))
            return true;
    return false;
}

/* How many conditions one round judges; 0: nothing asks about time. */
static size_t find_asking(struct late *late)
{
    const struct graph *graph = late->graph;
    size_t cost = 0;
    for (size_t i = 0; i < graph->n_steps; i++) {
        const struct step *step = &graph->procedure->steps[i];
        for (size_t o = 0; o < step->n_outcomes; o++)
            late->asks[i][o] = asks_time(step, &step->outcomes[o]);
    }
    for (size_t e = 0; e < graph->edges.len; e++) {
        const struct edge *edge = &graph->edges.items[e];
        const struct step *step = &graph->procedure->steps[edge->step];
        if (late->asks[edge->step][edge->outcome])
            cost += 1 + step->n_needs + step->outcomes[edge->outcome].n_targets;
    }
    return cost;
}

/* Marks from where step i can be decided, or opened, by an edge that is not over. */
static void find_again(struct late *late, size_t i, bool opening)
{
    const struct graph *graph = late->graph;
    bool *marked = opening ? late->opens[i] : late->decides[i];
    size_t tail = 0;
    for (uint32_t s = 0; s < graph->n_states; s++)
        marked[s] = false;
    for (size_t e = 0; e < graph->edges.len; e++) {
        const struct edge *edge = &graph->edges.items[e];
        bool does = opening ? graph_opens(graph, edge, i) : edge->step == i;
        if (!does || late->over[e] || marked[edge->from])
            continue;
        marked[edge->from] = true;
        late->back.queue[tail++] = edge->from;
    }
    spread(&late->back, marked, tail);
}

/* First with nothing that could be set anew; what then is not over may set something anew. */
static bool judge(struct late *late)
{
    bool changed = false;
    for (size_t e = 0; e < late->graph->edges.len; e++) {
        bool over = is_over(late, &late->graph->edges.items[e]);
        changed |= over != late->over[e];
        late->over[e] = over;
    }
    back_sort(late->graph, &late->back, late->over);
    for (size_t i = 0; i < late->graph->n_steps; i++) {
        find_again(late, i, false);
        find_again(late, i, true);
    }
    return changed;
}

bool graph_over(struct graph *graph, const bool **out)
{
    struct late *late = NEW(graph->arena, struct late);
    late->graph = graph;
    *out = NULL;
    size_t cost = find_asking(late);
    if (cost == 0)
        return true;
    late->over = NEWS(graph->arena, bool, graph->edges.len + 1);
    late->back = back_new(graph);
    for (size_t i = 0; i < graph->n_steps; i++) {
        late->decides[i] = NEWS(graph->arena, bool, graph->n_states);
        late->opens[i] = NEWS(graph->arena, bool, graph->n_states);
    }
    bool changed = true;
    for (size_t round = 1; changed; round++) {
        if (round > ROUNDS_MAX || round * cost > JUDGED_MAX)
            return false;
        changed = judge(late);
    }
    *out = late->over;
    return true;
}
