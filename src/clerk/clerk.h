/* SPDX-License-Identifier: Apache-2.0
 *
 * clerk: the single writer. Takes commands in order, decides, appends and projects them in one
 * transaction (many commands to a commit), then answers. Nothing is acknowledged before it is
 * durable.
 *
 * Contract of the room: one clerk per database. Either its own thread runs it (clerk_start and
 * clerk_submit) or the caller's (clerk_run: scenarios, simulation, command line), never both.
 */
#ifndef YJ_CLERK_H
#define YJ_CLERK_H

#include "base/base.h"
#include "crypt/crypt.h"
#include "store/store.h"
#include "terms/terms.h"

struct clerk;
struct row_upload;           /* store/queries.h */
struct rehearsal;            /* decide/decide.h */

struct clerk_options {
    const char *database;    /* as db_open */
    str origin;              /* of the log, "yunjian/NAME" */
    const struct sm2_key *key;   /* NULL: no checkpoints are signed (scenarios) */
    const char *checkpoints_log; /* path, or NULL */
    str head_key;            /* guards the end of the log and uploads; empty: no guard */
    int64_t (*now)(void *ctx);   /* UTC milliseconds; used by the thread, not by clerk_run */
    void (*random)(void *ctx, void *out, size_t n); /* salts; NULL: random_bytes */
    void *ctx;
    const struct rehearsal *rehearsal; /* NULL: the stored versions are the law */
};
/* Errors: those of db_open and journal_open. */
bool clerk_open(const struct clerk_options *options, struct clerk **out, struct err *e) WARN_UNUSED;
/* The caller has put another program into the rehearsal of the options. */
void clerk_rehearse_another(struct clerk *clerk);
void clerk_close(struct clerk *clerk);                   /* stops the thread, signs the end */

enum answer_kind { ANSWER_DONE, ANSWER_REFUSED, ANSWER_FAILED };
struct answer {
    enum answer_kind kind;
    struct refusal refusal;
    struct err err;
    int64_t object, first_entry, entries;
    str number;              /* of the case, where there is one */
    bool repeated;           /* answered before under the same idempotency key */
};

/* One command, one commit, in the caller's thread. The answer's memory is the arena's. */
void clerk_run(struct clerk *clerk, struct arena *arena, struct command *command, int64_t now_ms,
               struct answer *out);
/* Warns of due and overdue tasks as of now; returns how many events it made, -1 on error. */
int64_t clerk_tick(struct clerk *clerk, int64_t now_ms, struct err *e);
/* Signs a checkpoint now when there is something new and a key. */
bool clerk_checkpoint(struct clerk *clerk, int64_t now_ms, struct err *e) WARN_UNUSED;
/* The writing connection, for the same thread as clerk_run only. */
struct db *clerk_db(struct clerk *clerk);

/* Fills the MAC of a row of uploads, which is work and trusted by it alone; is it the right one?
 * From any thread. */
void clerk_seal_upload(const struct clerk *clerk, struct arena *arena, struct row_upload *row);
bool clerk_upload_sealed(const struct clerk *clerk, struct arena *arena,
                         const struct row_upload *row);

/* A job in the queue. The submitter owns it and its arena until done is called (from the clerk's
 * thread, after the commit); done must be short. work: instead of a command, something for a work
 * table (session, upload), inside the same transaction; it fills answer.object itself. */
struct job {
    struct arena *arena;
    struct command *command; /* or NULL, then: */
    bool (*work)(struct job *job, struct db *db, int64_t now_ms, struct err *e);
    void (*done)(struct job *job);
    void *ctx;
    struct answer answer;
    struct job *next;        /* the clerk's */
};
bool clerk_start(struct clerk *clerk, struct err *e) WARN_UNUSED;
/* False: the queue is full or the clerk is stopping; nothing was taken. */
bool clerk_submit(struct clerk *clerk, struct job *job) WARN_UNUSED;

struct clerk_counts {
    int64_t commands, refusals, failures, commits, entries, checkpoints, queue;
    int64_t syncs;           /* waits for the disk: commits that changed something, and notes */
};
struct clerk_counts clerk_counts(struct clerk *clerk);   /* any thread */
/* False once an error that must end the process happened (a failed sync, a stranger's append). */
bool clerk_sound(struct clerk *clerk);
struct err clerk_error(struct clerk *clerk);             /* why it is not sound */

#endif
