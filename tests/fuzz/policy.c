/* SPDX-License-Identifier: Apache-2.0
 * A procedure of a policy pack, beside the head of a real one. */
#include "policy.h"

static void run(struct arena *arena, str input)
{
    struct pack whole = fuzz_pack(arena, NULL), pack = {0};
    for (size_t i = 0; i < whole.files.len; i++)
        if (str_eq(whole.files.items[i].name, S("pack.yaml")) ||
            str_starts(whole.files.items[i].name, S("common.")))
            pack_add(arena, &pack, whole.files.items[i].name, whole.files.items[i].bytes);
    pack_add(arena, &pack, S("input.yaml"), input);
    fuzz_load(arena, &pack, input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_POLICY, run, data, size);
}
