/* SPDX-License-Identifier: Apache-2.0
 * A file of holidays: each year that is read prints to a text that reads as the same year. */
#include "fuzz.h"

static void check_year(struct arena *arena, const struct calendar_year *year)
{
    struct err e = {0};
    struct calendar one = {0};
    str text = calendar_print_year(arena, year);
    must(calendar_parse(arena, S("printed"), text, &one, &e));
    must(one.years.len == 1 && one.years.items[0].n == year->n);
    must(one.years.items[0].year == year->year &&
         str_eq(one.years.items[0].document, year->document));
    must(str_eq(calendar_print_year(arena, &one.years.items[0]), text));
}

static void run(struct arena *arena, str input)
{
    struct err e = {0};
    struct calendar calendar = {0};
    if (!calendar_parse(arena, S("input"), input, &calendar, &e)) {
        must(calendar.years.len == 0);
        fuzz_refused(input, &e);
        return;
    }
    for (size_t i = 0; i < calendar.years.len; i++) {
        const struct calendar_year *year = &calendar.years.items[i];
        must(calendar_find(&calendar, year->year) == year);
        check_year(arena, year);
        for (size_t k = 0; k < year->n; k++)
            must(calendar_is_work(&calendar, year->days[k].on) == year->days[k].work);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}
