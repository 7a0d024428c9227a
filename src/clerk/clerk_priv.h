/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_CLERK_PRIV_H
#define YJ_CLERK_PRIV_H

#include "clerk/clerk.h"
#include "decide/decide.h"
#include "journal/journal.h"
#include "project/project.h"
#include "view/view.h"

#include <pthread.h>
#include <stdatomic.h>

/* An authority kept in memory between commands; forgotten whenever a batch did not hold. */
struct kept_authority {
    int64_t id;
    struct arena *arena;
    struct authority_state *state;
};

/* What an authority was like when its duties were last looked through. */
struct duties_seen {
    int64_t authority, last_entry;
    date on;
};

struct clerk {
    struct clerk_options options;
    struct arena *arena;     /* lives as long as the clerk */
    struct arena *batch;     /* of one job, or of one transaction without jobs */
    struct db *db;
    struct journal *journal;
    struct library *library;
    VEC(struct kept_authority) authorities;
    VEC(struct duties_seen) duties;
    jmp_buf *frame;          /* of the batch under way, or NULL */
    int64_t last_checkpoint_ms, next_tick_ms;

    /* Shared with other threads: under the mutex, or atomic. */
    pthread_t thread;
    bool started;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    struct job *first, *last;
    size_t queued;
    bool stopping;
    atomic_bool sound;
    struct err fatal;        /* why not */
    int64_t noted;           /* number of the last checkpoint in checkpoints.log */
    _Atomic int64_t commands, refusals, failures, commits, entries, checkpoints, syncs;
    struct {
        int64_t commands, refusals, entries;
    } batch_counts;          /* told only when the batch held */
};

/* Ends the promise: nothing is acknowledged any more, and the process must end. */
void clerk_fail(struct clerk *clerk, const struct err *e);

/* carry.c: one command inside the open transaction. False: an operating error, the whole
 * transaction must go. */
bool carry_command(struct clerk *clerk, struct arena *arena, struct command *command,
                   int64_t now_ms, struct answer *answer, struct err *e) WARN_UNUSED;
void forget_authorities(struct clerk *clerk);

/* prepare.c: fills digests, MACs and uploads into the command; may refuse. */
bool prepare_command(struct clerk *clerk, struct command *command, struct refusal *refusal,
                     struct err *e) WARN_UNUSED;
/* The rows kept beside the journal for what was decided. */
bool keep_rows(struct clerk *clerk, const struct command *command,
               const struct decision *decision, struct err *e) WARN_UNUSED;

/* batch.c: the jobs of a list in one commit; each gets its answer, none is called back. */
void run_batch(struct clerk *clerk, struct job *jobs, int64_t now_ms);
bool run_checkpoint(struct clerk *clerk, int64_t now_ms, struct err *e) WARN_UNUSED;

/* duties.c: opens what an authority's organisations owe from today on; adds the entries it made. */
bool open_duties(struct clerk *clerk, int64_t authority, int64_t now_ms, int64_t *made,
                 struct err *e) WARN_UNUSED;

/* notes.c: finds where checkpoints.log ends, and appends what it lacks. */
bool open_notes(struct clerk *clerk, struct err *e) WARN_UNUSED;
bool copy_notes(struct clerk *clerk, struct err *e) WARN_UNUSED;

#endif
