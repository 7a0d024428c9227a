/* SPDX-License-Identifier: Apache-2.0
 * The stored blob of a pack: one pack has one blob. */
#include "policy.h"

static void run(struct arena *arena, str input)
{
    struct err e = {0};
    struct pack pack = {0};
    if (!pack_from_blob(arena, input, &pack, &e)) {
        fuzz_refused(input, &e);
        return;
    }
    must(str_eq(pack_to_blob(arena, &pack), input));
    fuzz_load(arena, &pack, input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_POLICY, run, data, size);
}
