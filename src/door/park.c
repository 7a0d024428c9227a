/* SPDX-License-Identifier: Apache-2.0
 * Waiting without a thread. The connection is suspended first and handed over second: the other
 * side may resume it before park_now returns, and libmicrohttpd remembers that. */
#include "door/priv.h"

#include <string.h>

void park_for_clerk(struct request *r, step_fn *next)
{
    r->wait = WAIT_CLERK;
    r->next = next;
}

void park_for_password(struct request *r, step_fn *next)
{
    r->wait = WAIT_PASSWORD;
    r->next = next;
}

/* False: the door closes, and nothing may be parked any more. */
static bool count_parked(struct door *door)
{
    pthread_mutex_lock(&door->lock);
    bool open = !door->stopping;
    door->parked += open;
    pthread_mutex_unlock(&door->lock);
    return open;
}

static void count_over(struct door *door)
{
    pthread_mutex_lock(&door->lock);
    if (--door->parked == 0)
        pthread_cond_broadcast(&door->quiet);
    pthread_mutex_unlock(&door->lock);
}

/* From any thread. The request may be gone as soon as it is resumed. */
static void wake(struct request *r)
{
    struct door *door = r->door;
    MHD_resume_connection(r->connection);
    count_over(door);
}

static void clerk_done(struct job *job)
{
    wake(job->ctx);
}

static bool give_to_clerk(struct request *r)
{
    r->job.arena = r->arena;
    r->job.done = clerk_done;
    r->job.ctx = r;
    r->job.answer = (struct answer){0};
    return clerk_submit(r->door->options.clerk, &r->job);
}

static bool give_to_password_thread(struct request *r)
{
    struct door *door = r->door;
    pthread_mutex_lock(&door->lock);
    bool taken = door->n_passwords < LIMIT_PASSWORD_QUEUE;
    if (taken) {
        r->check.next = NULL;
        if (door->last)
            door->last->check.next = r;
        else
            door->first = r;
        door->last = r;
        door->n_passwords++;
        pthread_cond_signal(&door->work);
    }
    pthread_mutex_unlock(&door->lock);
    return taken;
}

bool park_now(struct request *r)
{
    r->not_taken = !count_parked(r->door);
    if (r->not_taken)
        return false;
    MHD_suspend_connection(r->connection);
    bool taken = r->wait == WAIT_CLERK ? give_to_clerk(r) : give_to_password_thread(r);
    if (taken)
        return true;             /* r may already be somebody else's */
    r->not_taken = true;
    wake(r);
    return true;
}

void park_over(struct request *r)
{
    step_fn *next = r->next;
    enum wait waited = r->wait;
    const struct answer *answer = &r->job.answer;
    r->wait = WAIT_NONE;
    r->next = NULL;
    if (r->not_taken) {
        problem_plain(r, PROBLEM_BUSY);
    } else if (waited == WAIT_PASSWORD && r->check.err.code) {
        problem_err(r, &r->check.err);
    } else if (waited == WAIT_CLERK && answer->kind == ANSWER_FAILED) {
        problem_err(r, &answer->err);
    } else if (waited == WAIT_CLERK && answer->kind == ANSWER_REFUSED) {
        problem_refusal(r, &answer->refusal, r->command.kase);
    } else {
        next(r);
    }
}

/* ---- jobs that answer nobody ---------------------------------------------------------------- */

static void alone_done(struct job *job)
{
    struct door *door = job->ctx;
    if (job->answer.kind == ANSWER_FAILED)
        log_err("work table", &job->answer.err);
    arena_free(job->arena);
    count_over(door);
}

void submit_alone(struct door *door, struct job *job)
{
    struct arena *arena = job->arena;
    job->ctx = door;
    job->done = alone_done;
    if (!count_parked(door)) {
        arena_free(arena);
        return;
    }
    if (clerk_submit(door->options.clerk, job))
        return;
    arena_free(arena);
    count_over(door);
}

/* ---- the one thread that computes passwords ------------------------------------------------- */

/* argon2id takes 19 MiB and tens of milliseconds: one at a time, so that logins can neither fill
 * the memory nor hold the threads that serve. */
static void compute(struct password_check *check)
{
    struct arena *arena = arena_new(1024 * 1024);
    str fresh;
    check->matches = password_matches(arena, check->password, check->stored);
    if (check->matches && check->fresh.len &&
        password_hash(arena, check->fresh, &fresh, &check->err)) {
        must(fresh.len <= sizeof check->fresh_bytes);
        memcpy(check->fresh_bytes, fresh.ptr, fresh.len);
        check->fresh_stored = (str){check->fresh_bytes, fresh.len};
    }
    arena_free(arena);
}

static void *password_thread(void *ctx)
{
    struct door *door = ctx;
    pthread_mutex_lock(&door->lock);
    for (;;) {
        while (!door->first && !door->stopping)
            pthread_cond_wait(&door->work, &door->lock);
        struct request *r = door->first;
        if (!r)
            break;
        door->first = r->check.next;
        if (!door->first)
            door->last = NULL;
        pthread_mutex_unlock(&door->lock);
        compute(&r->check);
        wake(r);
        pthread_mutex_lock(&door->lock);
        door->n_passwords--;
    }
    pthread_mutex_unlock(&door->lock);
    return NULL;
}

bool password_thread_start(struct door *door, struct err *e)
{
    int failed = pthread_create(&door->worker, NULL, password_thread, door);
    if (failed)
        return RAISE(e, IO, "door", "cannot start the thread for passwords: %s", strerror(failed));
    door->has_worker = true;
    return true;
}

void password_thread_stop(struct door *door)
{
    if (!door->has_worker)
        return;
    pthread_mutex_lock(&door->lock);
    door->stopping = true;
    pthread_cond_broadcast(&door->work);
    pthread_mutex_unlock(&door->lock);
    pthread_join(door->worker, NULL);
    door->has_worker = false;
}
