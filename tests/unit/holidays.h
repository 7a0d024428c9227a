/* SPDX-License-Identifier: Apache-2.0
 * What the tests of days share. Include after cmocka.h. */
#ifndef YJ_TESTS_HOLIDAYS_H
#define YJ_TESTS_HOLIDAYS_H

#include "terms/terms.h"

#include <stdio.h>
#include <stdlib.h>

/* A day of a table; NULL is no day. */
static inline date day(const char *text)
{
    date d = DATE_NONE;
    if (text && !date_parse(str_of(text), &d))
        fail_msg("\"%s\" is no date: the test is wrong", text);
    return d;
}

static inline const char *shown(struct arena *arena, date d)
{
    return date_is_none(d) ? "none" : str_to_cstr(arena, date_print(arena, d));
}

/* The published arrangements out of the source tree, 2018 to 2026. */
static inline void read_holidays(struct arena *arena, str *out_text, struct calendar *out)
{
    enum { MOST = 256 * 1024 };
    const char *root = getenv("YUNJIAN_SOURCE");
    const char *path = str_to_cstr(arena, str_printf(arena, "%s/data/china-holidays.tsv",
                                                     root ? root : "."));
    struct err e = {.code = ERR_NONE};
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s: set YUNJIAN_SOURCE to the root of the source", path);
    char *bytes = NEWS(arena, char, MOST);
    *out_text = (str){bytes, fread(bytes, 1, MOST, file)};
    fclose(file);
    if (!calendar_parse(arena, S("china-holidays.tsv"), *out_text, out, &e))
        fail_msg("%s: %s", e.where, e.msg);
}

#endif
