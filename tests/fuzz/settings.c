/* SPDX-License-Identifier: Apache-2.0
 * yunjian.conf: what is accepted names a database and an origin. */
#include "cli/folder.c"

#include "fuzz.h"

static void run(struct arena *arena, str input)
{
    struct err e = {0};
    struct data_folder folder = {.arena = arena, .path = S("folder"), .lock = -1};
    if (!read_settings(&folder, "folder/yunjian.conf", input, &e)) {
        must(e.code == ERR_CONFIG);
        fuzz_refused(input, &e);
        return;
    }
    must(folder.database.len > 0 && folder.origin.len > 0);
    must(str_eq(str_of(folder.database.ptr), folder.database));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}
