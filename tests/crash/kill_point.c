/* SPDX-License-Identifier: Apache-2.0
 * The kill points of store/store.h, in the binary of the crash tests alone. */
#include "store/store.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void kill_point(const char *name, int fd, str bytes)
{
    static atomic_int passes;
    const char *planned = getenv("YUNJIAN_KILL");
    size_t len = strlen(name);
    if (!planned || strncmp(planned, name, len) != 0 || planned[len] != ':' ||
        atomic_fetch_add(&passes, 1) + 1 != (int)strtol(planned + len + 1, NULL, 10))
        return;
    if (fd >= 0 && write(fd, bytes.ptr, bytes.len / 2) < 0)
        return;
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}
