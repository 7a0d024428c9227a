/* SPDX-License-Identifier: Apache-2.0
 * Jobs in processes of their own, and the rehearsal that says which are worth it. */
#include "play/apart_priv.h"

#include <errno.h>
#include <stdio.h>
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

static bool start(const struct apart *apart, size_t i, struct err *e)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        return RAISE(e, IO, "processes", "cannot start a process: %s", strerror(errno));
    if (pid == 0) {
        alarm(JOB_SECONDS); /* a changed program might never come to an end */
        apart->job(apart->ctx, i);
        _exit(0);
    }
    return true;
}

bool run_apart(const struct apart *apart, struct err *e)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    long most = online < 1 ? 1 : online > WORKERS_MAX ? WORKERS_MAX : online;
    long running = 0;
    bool ok = true;
    for (size_t i = 0; i < apart->n && ok; i++) {
        if (!apart->wanted(apart->ctx, i))
            continue;
        if (running == most && wait(NULL) > 0)
            running--;
        ok = start(apart, i, e);
        running += ok;
    }
    while (running > 0 && wait(NULL) > 0)
        running--;
    return ok;
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
    struct trial trial = {all->pack, all->policy, note, &r};
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
