/* SPDX-License-Identifier: Apache-2.0
 * The limit of a step, as it stands in a procedure: {is: 5 working-day after apply.submit, ...}. */
#include "policy.h"

static void check(const struct limit *limit)
{
    must(limit->n > 0);
    for (size_t i = 0; i < limit->n; i++) {
        const struct limit_case *one = &limit->cases[i];
        must(one->count_field.len ? one->count == 0
                                  : one->count >= 1 && one->count <= LIMIT_CLOCK_UNITS);
    }
}

static void run(struct arena *arena, str input)
{
    struct pack pack = {0};
    struct diagnostics found = {.errors = 0};
    const struct policy *policy = fuzz_policy();
    pack_add(arena, &pack, S("limit.yaml"), input);
    struct load load = {.arena = arena, .pack = &pack, .diagnostics = &found};
    load.policy = NEW(arena, struct policy);
    *load.policy = *policy;
    struct node *node = yaml_read(&load, &pack.files.items[0]);
    must(node || found.errors > 0);
    for (size_t i = 0; node && i < 2; i++) {
        const struct procedure *procedure = &policy->procedures[0];
        struct limit limit = {0};
        link_limit(&load, procedure, &procedure->steps[procedure->n_steps - 1], node, i == 1,
                   &limit);
        must(limit.present || found.errors > 0);
        if (limit.present && found.errors == 0)
            check(&limit);
    }
    must(!utf8_valid(input) || utf8_valid(diagnostics_print(arena, &found)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_POLICY, run, data, size);
}
