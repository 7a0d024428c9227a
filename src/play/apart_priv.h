/* SPDX-License-Identifier: Apache-2.0
 *
 * What coverage and mutation share: which scenario reads which rule, and jobs in processes of their
 * own. A changed program dies with its process: no change is ever taken back, and one that breaks
 * can be told. */
#ifndef YJ_PLAY_APART_PRIV_H
#define YJ_PLAY_APART_PRIV_H

#include "play/play.h"

/* A change of the law, tried in a process of its own: the scenario is played as it is up to the
 * line, and from there on with the change. What came before the line is played once for all. */
struct branch {
    size_t job;
    int line;                /* the first that the change can tell in */
};
struct branching {
    const struct scenario *scenario;
    const struct trial *trial;   /* as it is */
    struct branch *branches;     /* in any order; they are sorted */
    size_t n;
    /* Both in the process of the job; what they find they leave in shared memory. change: the trial
     * that it goes on with, or NULL when there is nothing to play. came: what came of it; err is
     * set when the program could not go on. */
    const struct trial *(*change)(void *ctx, size_t job);
    void (*came)(void *ctx, size_t job, const struct play_result *result, const struct err *err);
    void *ctx;
};
/* As many at a time as there are processors; one that takes longer than two minutes is ended.
 * Errors: IO, and those of the scenario as it is. */
bool run_branches(const struct branching *branching, struct err *e) WARN_UNUSED;
/* Zeroed memory that the jobs write and the caller reads; it goes with the arena. NULL with e. */
void *shared_memory(struct arena *arena, size_t bytes, struct err *e) WARN_UNUSED;

struct rehearsed {
    const struct pack *pack;
    const struct policy *policy;
    const struct rule *rules;
    size_t n_rules;
    const struct scenario *scenarios;
    size_t n_scenarios;
};
/* Plays every scenario as it is. *out_read is rule x scenario: the first line that reads the rule,
 * 0 for none. Error: INPUT for a scenario that fails. */
bool scenarios_rehearse(struct arena *arena, const struct rehearsed *all, int **out_read,
                        struct err *e) WARN_UNUSED;

#endif
