/* SPDX-License-Identifier: Apache-2.0 */
#include "clerk/clerk.h"

#include "clerk/clerk_priv.h"

#include <stdio.h>
#include <time.h>

enum { TICK_MS = 60 * 1000, WARN_PAGE = LIMIT_BATCH };

static bool start_log(struct clerk *clerk, struct err *e);

void clerk_rehearse_another(struct clerk *clerk)
{
    library_stand_in(clerk->library, clerk->options.rehearsal->policy);
    clerk->duties.len = 0; /* it may ask for others */
}

bool clerk_open(const struct clerk_options *options, struct clerk **out, struct err *e)
{
    struct arena *arena = arena_new(LIMIT_ARENA_POLICY);
    struct clerk *clerk = NEW(arena, struct clerk);
    clerk->options = *options;
    clerk->options.origin = str_dup(arena, options->origin);
    clerk->arena = arena;
    clerk->batch = arena_new(LIMIT_ARENA_BATCH);
    clerk->library = library_new();
    if (options->rehearsal)
        clerk_rehearse_another(clerk);
    clerk->sound = true;
    pthread_mutex_init(&clerk->mutex, NULL);
    /* Time jumps must not wake or delay the thread: its waits are on the monotonic clock. */
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&clerk->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!db_open(options->database, DB_WRITER, &clerk->db, e) ||
        !journal_open(clerk->db, clerk->options.origin, options->key, options->head_key,
                      &clerk->journal, e) ||
        (journal_size(clerk->journal) == 0 && !start_log(clerk, e)) || !open_notes(clerk, e)) {
        clerk_fail(clerk, e); /* nothing is signed on the way out */
        clerk_close(clerk);
        return false;
    }
    *out = clerk;
    return true;
}

/* Entry 0 names the log, so that no id is ever 0. */
static bool start_log(struct clerk *clerk, struct err *e)
{
    struct event event = {
        .kind = EVENT_journal_started,
        .journal_started = {clerk->options.origin},
    };
    bool ok = db_begin(clerk->db, e) &&
              journal_append(clerk->journal, clerk->db, clerk->batch, &event, STR_NONE, STR_NONE,
                             e) &&
              journal_settle(clerk->journal, clerk->db, e) && db_commit(clerk->db, e);
    if (ok) {
        journal_keep(clerk->journal);
        return true;
    }
    db_rollback(clerk->db);
    journal_take_back(clerk->journal);
    return false;
}

void clerk_close(struct clerk *clerk)
{
    if (!clerk)
        return;
    if (clerk->started) {
        pthread_mutex_lock(&clerk->mutex);
        clerk->stopping = true;
        pthread_cond_signal(&clerk->wake);
        pthread_mutex_unlock(&clerk->mutex);
        pthread_join(clerk->thread, NULL);
    }
    if (clerk->journal) {
        struct err unsigned_end = {0}; /* the next start signs what this one could not */
        if (!run_checkpoint(clerk, clerk->last_checkpoint_ms, &unsigned_end))
            fprintf(stderr, "yunjian: the last entries are kept but not signed yet: %s: %s\n",
                    unsigned_end.where, unsigned_end.msg);
        journal_close(clerk->journal);
    }
    db_close(clerk->db);
    library_free(clerk->library);
    forget_authorities(clerk);
    arena_free(clerk->batch);
    pthread_cond_destroy(&clerk->wake);
    pthread_mutex_destroy(&clerk->mutex);
    arena_free(clerk->arena);
}

void clerk_run(struct clerk *clerk, struct arena *arena, struct command *command, int64_t now_ms,
               struct answer *out)
{
    must(!clerk->started);
    struct job job = {.arena = arena, .command = command};
    run_batch(clerk, &job, now_ms);
    *out = job.answer;
}

bool clerk_checkpoint(struct clerk *clerk, int64_t now_ms, struct err *e)
{
    must(!clerk->started);
    return run_checkpoint(clerk, now_ms, e);
}

struct db *clerk_db(struct clerk *clerk)
{
    must(!clerk->started);
    return clerk->db;
}

struct clerk_counts clerk_counts(struct clerk *clerk)
{
    pthread_mutex_lock(&clerk->mutex);
    int64_t queue = (int64_t)clerk->queued;
    pthread_mutex_unlock(&clerk->mutex);
    return (struct clerk_counts){clerk->commands, clerk->refusals, clerk->failures,
                                 clerk->commits,  clerk->entries,  clerk->checkpoints, queue,
                                 clerk->syncs};
}

bool clerk_sound(struct clerk *clerk)
{
    return clerk->sound;
}

struct err clerk_error(struct clerk *clerk)
{
    pthread_mutex_lock(&clerk->mutex);
    struct err fatal = clerk->fatal;
    pthread_mutex_unlock(&clerk->mutex);
    return fatal;
}

/* ---- time ----------------------------------------------------------------------------------- */

/* The last day on which a task due is near enough to be warned of, by the version that warns
 * earliest of those that open cases follow. */
static bool warn_until(struct clerk *clerk, const struct authority_state *authority, date today,
                       date *out, struct err *e)
{
    struct row_policies_of_open_cases *versions;
    size_t n;
    int32_t ahead = 0;
    if (!q_policies_of_open_cases(clerk->db, clerk->batch, authority->id, &versions, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct policy *policy =
            library_policy(clerk->library, clerk->db, versions[i].policy, e);
        if (!policy)
            return false;
        ahead = policy->due_soon_days > ahead ? policy->due_soon_days : ahead;
    }
    date until = today;
    while (date_between(today, until) < 366 &&
           calendar_count_work(&authority->calendar, today, date_plus(until, 1)) <= ahead)
        until = date_plus(until, 1);
    *out = until;
    return true;
}

/* A page of cases of one authority that may have to be warned of; of all open ones while its
 * calendar has changed and their due dates do not follow it yet (*out_moved). */
static bool find_cases(struct clerk *clerk, struct arena *arena, int64_t id, int64_t after,
                       date today, bool *out_moved, struct row_cases_to_warn **out, size_t *out_n,
                       struct err *e)
{
    struct authority_state *authority;
    struct row_authority *row;
    date until;
    arena_reset(clerk->batch);
    /* Asked from the row: the library's authority is as old as what its readers use of it. */
    bool ok = db_begin(clerk->db, e) && q_authority(clerk->db, clerk->batch, id, &row, e) &&
              library_authority(clerk->library, clerk->db, clerk->batch, id, &authority, e);
    *out_moved = ok && row && row->calendar_applied < row->calendar_entry;
    if (ok && *out_moved)
        ok = q_cases_open(clerk->db, arena, id, after, WARN_PAGE, out, out_n, e);
    else if (ok)
        ok = warn_until(clerk, authority, today, &until, e) &&
             q_cases_to_warn(clerk->db, arena, id, until.day, today.day, after, WARN_PAGE, out,
                             out_n, e);
    db_rollback(clerk->db);
    return ok;
}

/* Ticks the cases in one commit; when one of them cannot be read, each in a commit of its own, so
 * that a broken case keeps nobody else from being warned. */
static bool tick_cases(struct clerk *clerk, struct arena *arena, int64_t authority,
                       const struct row_cases_to_warn *rows, size_t n, int64_t now_ms,
                       int64_t *made, struct err *e)
{
    struct command *commands = NEWS(arena, struct command, n);
    struct job *jobs = NEWS(arena, struct job, n);
    for (size_t i = 0; i < n; i++) {
        commands[i] = (struct command){
            .kind = COMMAND_tick, .authority = authority, .kase = rows[i].kase};
        jobs[i] = (struct job){.arena = arena,
                               .command = &commands[i],
                               .next = i + 1 < n ? &jobs[i + 1] : NULL};
    }
    run_batch(clerk, &jobs[0], now_ms);
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].answer.kind == ANSWER_DONE) {
            *made += jobs[i].answer.entries;
            continue;
        }
        *e = jobs[i].answer.err;
        if (e->code != ERR_CORRUPT)
            return false;
        fprintf(stderr, "yunjian: case %lld cannot be ticked: %s: %s\n",
                (long long)rows[i].kase, e->where, e->msg);
        *e = (struct err){0};
    }
    return true;
}

/* All open cases follow the calendar now; said in the journal, so that a process that ends in
 * between begins the sweep again. */
static bool say_applied(struct clerk *clerk, int64_t id, int64_t now_ms, int64_t *made,
                        struct err *e)
{
    struct arena *arena = arena_new(LIMIT_ARENA_REQUEST);
    struct command command = {.kind = COMMAND_apply_calendar, .authority = id};
    struct job job = {.arena = arena, .command = &command};
    run_batch(clerk, &job, now_ms);
    bool ok = job.answer.kind == ANSWER_DONE;
    if (ok)
        *made += job.answer.entries;
    else
        *e = job.answer.err;
    arena_free(arena);
    return ok;
}

static bool tick_authority(struct clerk *clerk, int64_t id, int64_t now_ms, int64_t *made,
                           struct err *e)
{
    int64_t after = 0;
    size_t n = WARN_PAGE;
    bool ok = true, moved = false;
    while (ok && n == WARN_PAGE) {
        struct arena *arena = arena_new(LIMIT_ARENA_REQUEST);
        struct row_cases_to_warn *rows;
        ok = find_cases(clerk, arena, id, after, date_of_instant(now_ms), &moved, &rows, &n, e);
        if (ok && n) {
            after = rows[n - 1].kase;
            ok = tick_cases(clerk, arena, id, rows, n, now_ms, made, e);
        }
        arena_free(arena);
    }
    return ok && (!moved || say_applied(clerk, id, now_ms, made, e));
}

static bool sweep_refusals(struct clerk *clerk, int64_t now_ms, struct err *e)
{
    if (!db_begin(clerk->db, e))
        return false;
    if (q_forget_refusals(clerk->db, date_of_instant(now_ms).day - 1, e))
        return db_commit(clerk->db, e);
    db_rollback(clerk->db);
    return false;
}

static int64_t tick(struct clerk *clerk, int64_t now_ms, struct err *e)
{
    struct arena *arena = arena_new(LIMIT_ARENA_REQUEST);
    struct row_authority *rows;
    size_t n = 0;
    int64_t made = 0;
    bool ok = db_begin(clerk->db, e) && q_authorities(clerk->db, arena, &rows, &n, e);
    db_rollback(clerk->db);
    for (size_t i = 0; ok && i < n; i++) {
        ok = open_duties(clerk, rows[i].id, now_ms, &made, e) &&
             tick_authority(clerk, rows[i].id, now_ms, &made, e);
        if (ok || e->code != ERR_CORRUPT)
            continue;
        /* What is broken in one keeps nobody in another from being warned. */
        fprintf(stderr, "yunjian: authority %lld cannot be ticked: %s: %s\n",
                (long long)rows[i].id, e->where, e->msg);
        *e = (struct err){0};
        ok = true;
    }
    ok = ok && sweep_refusals(clerk, now_ms, e);
    arena_free(arena);
    return ok ? made : -1;
}

int64_t clerk_tick(struct clerk *clerk, int64_t now_ms, struct err *e)
{
    must(!clerk->started);
    return tick(clerk, now_ms, e);
}

/* ---- the thread ----------------------------------------------------------------------------- */

bool clerk_submit(struct clerk *clerk, struct job *job)
{
    must(job->arena && job->done && (job->command || job->work));
    pthread_mutex_lock(&clerk->mutex);
    bool taken = clerk->queued < LIMIT_QUEUE && !clerk->stopping && clerk->sound;
    if (taken) {
        job->next = NULL;
        if (clerk->last)
            clerk->last->next = job;
        else
            clerk->first = job;
        clerk->last = job;
        clerk->queued++;
        pthread_cond_signal(&clerk->wake);
    }
    pthread_mutex_unlock(&clerk->mutex);
    return taken;
}

static struct job *take_jobs(struct clerk *clerk)
{
    struct job *first = clerk->first, *last = first;
    if (!first)
        return NULL;
    size_t n = 1;
    while (last->next && n < LIMIT_BATCH) {
        last = last->next;
        n++;
    }
    clerk->first = last->next;
    if (!clerk->first)
        clerk->last = NULL;
    last->next = NULL;
    clerk->queued -= n;
    return first;
}

/* Waits until there is work, a checkpoint or tick may be due, or the end. False: end. */
static bool wait_for_jobs(struct clerk *clerk, struct job **out)
{
    pthread_mutex_lock(&clerk->mutex);
    if (!clerk->first && !clerk->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += LIMIT_CHECKPOINT_MS / 1000;
        pthread_cond_timedwait(&clerk->wake, &clerk->mutex, &until);
    }
    *out = take_jobs(clerk);
    bool go_on = *out || !clerk->stopping;
    pthread_mutex_unlock(&clerk->mutex);
    return go_on;
}

static void keep_time(struct clerk *clerk)
{
    int64_t now_ms = clerk->options.now(clerk->options.ctx);
    struct err e = {0};
    bool ok = true;
    if (now_ms >= clerk->next_tick_ms || now_ms < clerk->next_tick_ms - TICK_MS) {
        ok = tick(clerk, now_ms, &e) >= 0;
        clerk->next_tick_ms = now_ms + TICK_MS;
    }
    int64_t since = now_ms - clerk->last_checkpoint_ms;
    if (ok && (since >= LIMIT_CHECKPOINT_MS || since < 0))
        ok = run_checkpoint(clerk, now_ms, &e);
    /* A full disk passes, a wrong clock is set right; anything else that cannot be recorded ends
     * the process. */
    if (!ok && e.code != ERR_FULL && e.code != ERR_BUSY && e.code != ERR_CONFIG)
        clerk_fail(clerk, &e);
}

static void *run_thread(void *arg)
{
    struct clerk *clerk = arg;
    struct job *jobs;
    while (wait_for_jobs(clerk, &jobs)) {
        if (jobs)
            run_batch(clerk, jobs, clerk->options.now(clerk->options.ctx));
        while (jobs) {
            struct job *next = jobs->next; /* done() may free the job */
            jobs->done(jobs);
            jobs = next;
        }
        keep_time(clerk);
    }
    return NULL;
}

bool clerk_start(struct clerk *clerk, struct err *e)
{
    must(!clerk->started && clerk->options.now);
    if (pthread_create(&clerk->thread, NULL, run_thread, clerk))
        return RAISE(e, IO, "clerk", "cannot start a thread; free memory and start again");
    clerk->started = true;
    return true;
}
