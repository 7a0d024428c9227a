/* SPDX-License-Identifier: Apache-2.0
 * Group commit: many jobs, one transaction, one sync; and the signed checkpoint after it. */
#include "clerk/clerk_priv.h"

static bool carry_job(struct clerk *clerk, struct job *job, int64_t now_ms, struct err *e)
{
    if (job->command)
        return carry_command(clerk, job->arena, job->command, now_ms, &job->answer, e);
    job->answer = (struct answer){.kind = ANSWER_DONE};
    return job->work(job, clerk->db, now_ms, e);
}

static bool carry_all(struct clerk *clerk, struct job *jobs, int64_t now_ms, struct err *e)
{
    for (struct job *job = jobs; job; job = job->next) {
        if (!carry_job(clerk, job, now_ms, e))
            return false;
        /* What one command needed, the next one overwrites while it is still in the cache. */
        arena_reset(clerk->batch);
        arena_on_overflow(clerk->batch, clerk->frame);
    }
    return true;
}

static void watch_arenas(struct clerk *clerk, struct job *jobs, jmp_buf *frame)
{
    clerk->frame = frame;
    arena_on_overflow(clerk->batch, frame);
    for (size_t i = 0; i < clerk->authorities.len; i++)
        arena_on_overflow(clerk->authorities.items[i].arena, frame);
    for (struct job *job = jobs; job; job = job->next)
        arena_on_overflow(job->arena, frame);
}

/* The one frame that catches an arena overflow inside a batch, in those of jobs and authorities
 * too. */
static bool carry_guarded(struct clerk *clerk, struct job *jobs, int64_t now_ms, struct err *e)
{
    jmp_buf frame;
    volatile bool ok = false;
    if (setjmp(frame) == 0) {
        watch_arenas(clerk, jobs, &frame);
        ok = carry_all(clerk, jobs, now_ms, e);
    } else {
        RAISE(e, LIMIT, "memory", "the request needs more memory than one may take; split it");
    }
    watch_arenas(clerk, jobs, NULL);
    return ok;
}

static void take_back(struct clerk *clerk)
{
    db_rollback(clerk->db);
    journal_take_back(clerk->journal);
    forget_authorities(clerk);
}

/* A commit that may or may not hold, or a stranger in the log: the process must end, and what is
 * true is read from the database at the next start. */
static bool is_fatal(enum err_code code)
{
    return code == ERR_CONFLICT || code == ERR_IO || code == ERR_CORRUPT || code == ERR_UNKNOWN;
}

void clerk_fail(struct clerk *clerk, const struct err *e)
{
    pthread_mutex_lock(&clerk->mutex);
    if (clerk->fatal.code == ERR_NONE)
        clerk->fatal = *e;
    pthread_mutex_unlock(&clerk->mutex);
    clerk->sound = false;
}

static void tell_counts(struct clerk *clerk)
{
    clerk->commands += clerk->batch_counts.commands;
    clerk->refusals += clerk->batch_counts.refusals;
    clerk->entries += clerk->batch_counts.entries;
    clerk->commits++;
}

static bool commit(struct clerk *clerk, struct err *e)
{
    bool writes = db_wrote(clerk->db);
    if (!db_commit(clerk->db, e))
        return false;
    clerk->syncs += writes;
    return true;
}

static bool try_batch(struct clerk *clerk, struct job *jobs, int64_t now_ms, struct err *e)
{
    arena_reset(clerk->batch);
    library_rest(clerk->library);
    clerk->batch_counts.commands = clerk->batch_counts.refusals = clerk->batch_counts.entries = 0;
    if (!db_begin(clerk->db, e) || !carry_guarded(clerk, jobs, now_ms, e)) {
        take_back(clerk);
        if (db_lost(clerk->db))
            clerk_fail(clerk, e);
        return false;
    }
    KILL_POINT("commit");
    if (!journal_settle(clerk->journal, clerk->db, e) || !commit(clerk, e)) {
        take_back(clerk);
        if (is_fatal(e->code))
            clerk_fail(clerk, e);
        return false;
    }
    KILL_POINT("answer");
    journal_keep(clerk->journal);
    tell_counts(clerk);
    return true;
}

static void fail_job(struct clerk *clerk, struct job *job, const struct err *e)
{
    clerk->failures++;
    job->answer = (struct answer){.kind = ANSWER_FAILED, .err = *e};
}

/* What a commit did that was lost is unknown; of anything else that ends the process nothing
 * holds, and the next one takes the request. */
static const struct err *why_not(struct clerk *clerk, struct err *e)
{
    if (clerk->sound || e->code == ERR_UNKNOWN)
        return e;
    *e = (struct err){0};
    RAISE(e, BUSY, "clerk", "the service is restarting; send the request again");
    return e;
}

static void run_jobs(struct clerk *clerk, struct job *jobs, int64_t now_ms)
{
    struct err e = {0};
    if (clerk->sound && try_batch(clerk, jobs, now_ms, &e))
        return;
    /* One bad job must not fail the others: each tries again alone. */
    struct job *next;
    bool single = jobs->next == NULL;
    for (struct job *job = jobs; job; job = next) {
        next = job->next;
        struct err alone = {0};
        job->next = NULL;
        if (!clerk->sound || single || !try_batch(clerk, job, now_ms, &alone))
            fail_job(clerk, job, why_not(clerk, single || e.code == ERR_UNKNOWN ? &e : &alone));
        job->next = next;
    }
}

void run_batch(struct clerk *clerk, struct job *jobs, int64_t now_ms)
{
    run_jobs(clerk, jobs, now_ms);
    /* The answers are copied out: between two batches nothing of them is held. */
    arena_reset(clerk->batch);
}

/* ---- checkpoints ---------------------------------------------------------------------------- */

bool run_checkpoint(struct clerk *clerk, int64_t now_ms, struct err *e)
{
    if (!clerk->options.key || !clerk->sound)
        return true;
    str note = STR_NONE;
    arena_reset(clerk->batch);
    if (!db_begin(clerk->db, e))
        return false;
    if (!journal_checkpoint(clerk->journal, clerk->db, clerk->batch, &note, e) || !note.len) {
        db_rollback(clerk->db);
        return e->code == ERR_NONE;
    }
    KILL_POINT("checkpoint-commit");
    if (!commit(clerk, e)) {
        take_back(clerk);
        return false;
    }
    journal_keep(clerk->journal);
    KILL_POINT("checkpoint-note");
    clerk->last_checkpoint_ms = now_ms;
    clerk->checkpoints++;
    return copy_notes(clerk, e);
}
