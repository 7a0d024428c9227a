/* SPDX-License-Identifier: Apache-2.0
 * What a row may hold. Rows are not trusted: a value that the program never writes is named, before
 * anything computes with it. */
#include "project/load_priv.h"

#include "json/json.h"

#include <stdio.h>

bool bad_column(const char *table, int64_t id, const char *column, struct err *e)
{
    char where[64];
    snprintf(where, sizeof where, "%s row id=%lld", table, (long long)id);
    return RAISE(e, CORRUPT, where, "its %s is not one that the program writes; run verify, then "
                 "rebuild", column);
}

bool columns_good(const char *table, int64_t id, const struct column *columns, size_t n,
                         struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!columns[i].good)
            return bad_column(table, id, columns[i].name, e);
    return true;
}

bool in_range(int64_t value, int64_t least, int64_t most)
{
    return value >= least && value <= most;
}

bool is_day(int64_t day)
{
    date least, most;
    must(date_from_ymd(LIMIT_YEAR_MIN, 1, 1, &least) &&
         date_from_ymd(LIMIT_YEAR_MAX, 12, 31, &most));
    return in_range(day, least.day, most.day);
}

bool is_year(int64_t year)
{
    return in_range(year, LIMIT_YEAR_MIN, LIMIT_YEAR_MAX);
}

date day_or_none(bool null, int64_t day)
{
    return null ? DATE_NONE : (date){(int32_t)day};
}

/* A kept document of that kind, or null. */
bool parse_kept(struct arena *arena, str text, enum doc_kind kind, struct doc **out)
{
    struct err inner = {0};
    if (!json_parse(arena, text, out, &inner) ||
        ((*out)->kind != DOC_NULL && (*out)->kind != kind))
        return false;
    if ((*out)->kind == DOC_NULL)
        *out = NULL;
    return true;
}
