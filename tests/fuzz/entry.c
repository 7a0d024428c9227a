/* SPDX-License-Identifier: Apache-2.0
 * A journal entry: what is read prints to the same bytes. */
#include "fuzz.h"
#include "journal/journal.h"

static void run(struct arena *arena, str input)
{
    struct err e = {0};
    struct entry entry = {0};
    if (!entry_parse(arena, input, &entry, &e)) {
        must(e.code == ERR_CORRUPT);
        fuzz_refused(input, &e);
        return;
    }
    must(str_eq(entry_print(arena, &entry), input));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_BATCH, run, data, size);
}
