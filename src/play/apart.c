/* SPDX-License-Identifier: Apache-2.0
 * Jobs in processes of their own, and the rehearsal that says which are worth it. */
#include "play/apart_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS_MAX = 16, JOB_SECONDS = 120 };

/* ---- processes ------------------------------------------------------------------------------ */

struct shared {
    void *at;
    size_t bytes;
};

static void release(void *arg)
{
    struct shared *shared = arg;
    munmap(shared->at, shared->bytes);
}

void *shared_memory(struct arena *arena, size_t bytes, struct err *e)
{
    struct shared *shared = NEW(arena, struct shared);
    shared->bytes = bytes + 1; /* nothing cannot be shared */
    shared->at = mmap(NULL, shared->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                      0);
    if (shared->at == MAP_FAILED) {
        RAISE(e, IO, "processes", "no memory to share: %s", strerror(errno));
        return NULL;
    }
    arena_defer(arena, release, shared);
    return shared->at;
}

/* ---- branches ------------------------------------------------------------------------------- */

struct run {
    const struct branching *branching;
    size_t next;             /* branch */
    long running, most;
    bool apart;              /* this is the process of a job */
    size_t job;
    bool failed;
    struct err err;
};

static int by_line(const void *a, const void *b)
{
    const struct branch *x = a, *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return x->job < y->job ? -1 : x->job > y->job;
}

/* In the new process: the trial that it goes on with. */
static const struct trial *begin_job(struct run *run, size_t job)
{
    alarm(JOB_SECONDS); /* a changed program might never come to an end */
    run->apart = true;
    run->job = job;
    const struct trial *trial = run->branching->change(run->branching->ctx, job);
    if (!trial)
        _exit(0);
    return trial;
}

static const struct trial *before_line(void *ctx, int line)
{
    struct run *run = ctx;
    const struct branching *all = run->branching;
    while (!run->failed && run->next < all->n && all->branches[run->next].line <= line) {
        size_t job = all->branches[run->next++].job;
        if (run->running == run->most && wait(NULL) > 0)
            run->running--;
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0)
            return begin_job(run, job);
        if (pid < 0)
            run->failed = !RAISE(&run->err, IO, "processes", "cannot start a process: %s",
                                 strerror(errno));
        else
            run->running++;
    }
    return NULL;
}

bool run_branches(const struct branching *branching, struct err *e)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    struct run run = {.branching = branching,
                      .most = online < 1 ? 1 : online > WORKERS_MAX ? WORKERS_MAX : online};
    struct trial trial = *branching->trial;
    struct play_result result;
    struct err err = {0};
    trial.before = before_line;
    trial.ctx = &run;
    qsort(branching->branches, branching->n, sizeof *branching->branches, by_line);
    bool ok = play_trial(branching->scenario, &trial, &result, &err);
    if (run.apart) {
        branching->came(branching->ctx, run.job, &result, ok ? NULL : &err);
        _exit(0);
    }
    while (run.running > 0 && wait(NULL) > 0)
        run.running--;
    *e = run.failed ? run.err : err;
    return ok && !run.failed;
}

/* ---- rehearsal ------------------------------------------------------------------------------ */

struct rehearsing {
    const struct rehearsed *all;
    int *read;
    size_t playing;
};

static void note(void *ctx, int line, const void *part)
{
    struct rehearsing *r = ctx;
    for (size_t i = 0; i < r->all->n_rules; i++) {
        int *read = &r->read[i * r->all->n_scenarios + r->playing];
        if (r->all->rules[i].part == part && !*read)
            *read = line;
    }
}

bool scenarios_rehearse(struct arena *arena, const struct rehearsed *all, int **out_read,
                        struct err *e)
{
    struct rehearsing r = {.all = all,
                           .read = NEWS(arena, int, all->n_rules * all->n_scenarios + 1)};
    struct trial trial = {.pack = all->pack, .policy = all->policy, .note = note, .ctx = &r};
    for (; r.playing < all->n_scenarios; r.playing++) {
        const struct scenario *scenario = &all->scenarios[r.playing];
        struct play_result result;
        if (!play_trial(scenario, &trial, &result, e))
            return false;
        str where = str_printf(arena, "%s:%d", scenario->path, result.line);
        if (result.failed)
            return RAISE(e, INPUT, where.ptr, "the scenario fails as it is; see yunjian play");
    }
    *out_read = r.read;
    return true;
}
