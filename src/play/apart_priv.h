/* SPDX-License-Identifier: Apache-2.0
 *
 * What coverage and mutation share: which scenario reads which rule, and jobs in processes of their
 * own. A changed program dies with its process: no change is ever taken back, and one that breaks
 * can be told. */
#ifndef YJ_PLAY_APART_PRIV_H
#define YJ_PLAY_APART_PRIV_H

#include "play/play.h"

struct apart {
    size_t n;
    bool (*wanted)(const void *ctx, size_t i);
    void (*job)(void *ctx, size_t i); /* leaves what it finds in shared memory */
    void *ctx;
};
/* Each job that is wanted once, as many at a time as there are processors; one that takes longer
 * than two minutes is ended. Errors: IO. */
bool run_apart(const struct apart *apart, struct err *e) WARN_UNUSED;
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
