/* SPDX-License-Identifier: Apache-2.0
 *
 * Every state that a case of one procedure can be in, with the data left free: a condition over
 * form values may hold or not, done(step.outcome) is known. Bounded; breadth first, so the first
 * path found to a state is a shortest one. */
#ifndef YJ_POLICY_EXPLORE_PRIV_H
#define YJ_POLICY_EXPLORE_PRIV_H

#include "policy/expression_priv.h"

enum { EXPLORE_STATES_MAX = 100000, EXPLORE_EDGES_MAX = 1000000 };

/* One byte for each step: not opened or closed with its case, open, decided (which outcome), or
 * held (by which outcome). */
enum { CELL_NONE, CELL_OPEN, CELL_DECIDED, CELL_HELD = CELL_DECIDED + OUTCOMES_MAX };

struct edge {
    uint32_t from, to;
    uint8_t step, outcome;
    uint8_t target;              /* FIRST: which; EACH: a bit for each that opens, 0: otherwise */
};

enum blocked_kind { BLOCKED_TWICE, BLOCKED_BACK };
/* An outcome that would open an open step, or go back where nothing is held. */
struct blocked {
    enum blocked_kind kind;
    uint32_t from;
    uint8_t step, outcome, opened;
};

struct graph {
    struct arena *arena;             /* scratch */
    const struct procedure *procedure;
    size_t n_steps;
    VEC(uint8_t) cells;              /* n_steps for each state */
    uint32_t n_states;
    VEC(struct edge) edges;          /* those of one state stand together */
    VEC(uint32_t) first;             /* first edge of each state, and one past the last */
    VEC(uint32_t) parent;            /* edge by which the state was found; of state 0: none */
    VEC(struct blocked) blocked;
    bool tried[LIMIT_STEPS][OUTCOMES_MAX];     /* outcome possible in some state */
    /* The step that a target opens, or OPENS_NONE. */
    uint8_t opens[LIMIT_STEPS][OUTCOMES_MAX][TARGETS_MAX];
    bool complete;                   /* false: more states than the bound */
    uint32_t *table;                 /* hash of states, at least twice as many slots */
    size_t n_slots;                  /* a power of two */
    uint32_t *search;                /* a search's own parents */
};

#define EDGE_NONE UINT32_MAX
enum { OPENS_NONE = UINT8_MAX };

/* scratch holds the whole graph; it needs EXPLORE_ARENA_BYTES at most. */
enum { EXPLORE_ARENA_BYTES = 256 * 1024 * 1024 };
struct graph *explore(struct arena *scratch, const struct procedure *procedure);

const uint8_t *graph_cells(const struct graph *graph, uint32_t state);
size_t graph_step_index(const struct graph *graph, str id);
bool graph_final(const struct graph *graph, uint32_t state);
/* Is an outcome possible in the state, as far as done() says? */
bool graph_possible(const struct graph *graph, uint32_t state, size_t step, size_t outcome);
/* Does following the edge open this step? */
bool graph_opens(const struct graph *graph, const struct edge *edge, size_t step);
/* "apply.submit, review.approve"; "nothing yet" for the first state. last may be NULL. */
str graph_path(const struct graph *graph, struct arena *arena, uint32_t state,
               const struct edge *last);

/* A shortest way to an edge that opens `step` on which the fact (fact_step, fact_outcome) never
 * happened; any outcome when fact_outcome is SIZE_MAX. False when there is none. */
bool graph_opens_without(struct graph *graph, size_t step, size_t fact_step, size_t fact_outcome,
                         struct arena *arena, str *out_path);

/* ---- shared with what asks more of the graph ------------------------------------------------- */

struct cells_of {
    const struct graph *graph;
    const uint8_t *cells;
};
/* done, as struct known wants it, with a struct cells_of. */
bool cells_done(void *states, str step, str outcome);
bool outcome_possible(const struct step *step, const struct outcome *outcome,
                      const struct known *known);

/* ---- endings.c ------------------------------------------------------------------------------- */

/* Marks the states from which a final one can be reached without the edges of `over` (NULL: none
 * is left out); in scratch. */
const bool *graph_can_finish(struct graph *graph, const bool *over);
/* Marks the edges that are refused when it is late: every day that stands fixed is over, every
 * limit has passed, and no step that could still be decided sets them anew. *out is NULL when no
 * outcome asks about time. False: more conditions over more states than can be judged. */
bool graph_over(struct graph *graph, const bool **out);

#endif
