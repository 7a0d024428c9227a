/* SPDX-License-Identifier: Apache-2.0
 * The head of a policy pack, beside the procedures of a real one. */
#include "policy.h"

static void run(struct arena *arena, str input)
{
    struct pack pack = fuzz_pack(arena, "pack.yaml");
    pack_add(arena, &pack, S("pack.yaml"), input);
    fuzz_load(arena, &pack, input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_POLICY, run, data, size);
}
