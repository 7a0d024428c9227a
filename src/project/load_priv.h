/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks of cells, shared by what turns rows into aggregates. Errors: CORRUPT, where = the row. */
#ifndef YJ_PROJECT_LOAD_PRIV_H
#define YJ_PROJECT_LOAD_PRIV_H

#include "project/project.h"

struct column {
    const char *name;
    bool good;
};
/* RAISE with the row as its place; always false. */
bool bad_column(const char *table, int64_t id, const char *column, struct err *e);
/* False at the first column that is not good. */
bool columns_good(const char *table, int64_t id, const struct column *columns, size_t n,
                  struct err *e);
bool in_range(int64_t value, int64_t least, int64_t most);
bool is_day(int64_t day);
bool is_year(int64_t year);
date day_or_none(bool null, int64_t day);
/* A kept document of that kind, or null (then *out is NULL). */
bool parse_kept(struct arena *arena, str text, enum doc_kind kind, struct doc **out);

#endif
