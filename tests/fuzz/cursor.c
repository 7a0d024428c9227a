/* SPDX-License-Identifier: Apache-2.0
 * The cursor of a page of the worklist: what is accepted is what the program would have given. */
#include "view/worklist.c"

#include "fuzz.h"

static void check(struct arena *arena, str input, enum box box)
{
    struct err e = {0};
    struct cursor cursor = {0};
    if (!parse_cursor(input, box == BOX_TODO, &cursor, &e)) {
        must(e.code == ERR_INPUT);
        return;
    }
    struct row_work row = {.sort_due = cursor.due, .cursor = cursor.id};
    must(str_eq(print_cursor(arena, box, &row), input));
}

static void run(struct arena *arena, str input)
{
    check(arena, input, BOX_TODO);
    check(arena, input, BOX_ALL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}
