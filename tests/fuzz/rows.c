/* SPDX-License-Identifier: Apache-2.0
 * Documents in columns of derived tables, which nobody vouches for. */
#include "project/load.c"

#include "fuzz.h"

static void run(struct arena *arena, str input)
{
    struct task task = {0};
    if (parse_suspensions(arena, input, &task))
        for (size_t i = 0; i < task.suspensions.len; i++) {
            const struct suspension *one = &task.suspensions.items[i];
            must(is_day(one->from.day) && (date_is_none(one->to) || is_day(one->to.day)));
        }
    struct doc *doc;
    if (parse_kept(arena, input, DOC_MAP, &doc))
        must(!doc || doc->kind == DOC_MAP);
    if (parse_kept(arena, input, DOC_LIST, &doc))
        must(!doc || doc->kind == DOC_LIST);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}
