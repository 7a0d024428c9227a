/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cli_priv.h"

#include "door/door.h"

#include <errno.h>
#include <signal.h>

/* Until a signal asks for the end, or the clerk can no longer keep its promise. */
static bool wait_for_end(struct clerk *clerk, const sigset_t *signals)
{
    const struct timespec pause = {.tv_nsec = 200000000};
    for (;;) {
        int signal = sigtimedwait(signals, NULL, &pause);
        if (signal == SIGINT || signal == SIGTERM)
            return true;
        if (!clerk_sound(clerk))
            return false;
    }
}

static bool serve(const struct args *args, const struct data_folder *folder, struct clerk *clerk,
                  const struct sm2_key *public_key, const sigset_t *signals, struct err *e)
{
    struct door_options options = {
        .clerk = clerk,
        .database = folder->database.ptr,
        .behind_tls = args_has(args, "behind-tls"),
        .demo = folder->demo,
        .public_key = public_key,
        .now = wall_clock,
    };
    str listen = args_has(args, "listen") ? args_get(args, "listen") : folder->listen;
    struct door *door;
    if (!split_listen(args->arena, listen, &options.host, &options.port, e) ||
        !file_read(args->arena, folder_file(folder, "session.key"), 64, &options.session_key, e) ||
        !clerk_start(clerk, e) || !door_open(&options, &door, e))
        return false;
    printf("serving http://%s:%d\n", options.host, door_port(door));
    fflush(stdout);
    bool asked = wait_for_end(clerk, signals);
    door_close(door);
    /* A failure just before the end is no less one. */
    if (asked && clerk_sound(clerk))
        return true;
    struct err why = clerk_error(clerk);
    return RAISE(e, IO, why.where, "%s; the server ends, so that nothing is acknowledged that does "
                 "not hold: see to the cause and start again", why.msg);
}

int run_serve(const struct args *args, struct err *e)
{
    struct data_folder folder;
    struct sm2_key *key = NULL, *public_key = NULL;
    struct clerk *clerk;
    /* Blocked before any thread exists, so that all threads inherit it. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (!folder_clerk(args->arena, args_get(args, "data"), &folder, &key, &clerk, e))
        return EXIT_CANNOT;
    bool ok = folder_key(&folder, "journal.pub", &public_key, e) &&
              serve(args, &folder, clerk, public_key, &signals, e);
    clerk_close(clerk);
    sm2_key_free(key);
    sm2_key_free(public_key);
    return ok ? EXIT_DONE : EXIT_CANNOT;
}
