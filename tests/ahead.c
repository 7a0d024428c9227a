/* SPDX-License-Identifier: Apache-2.0
 *
 * Preloaded by tests that need tomorrow: the wall clock stands YUNJIAN_TEST_AHEAD days ahead.
 * Waits go by the monotonic clock and stay true. The program itself has no such switch. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    long result = syscall(SYS_clock_gettime, clock, now);
    const char *days = getenv("YUNJIAN_TEST_AHEAD");
    if (result == 0 && clock == CLOCK_REALTIME && days)
        now->tv_sec += strtol(days, NULL, 10) * 86400;
    return (int)result;
}
