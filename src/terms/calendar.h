/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_TERMS_CALENDAR_H
#define YJ_TERMS_CALENDAR_H

#include "base/base.h"
#include "terms/date.h"

/* What a day is. The State Council announces each year's holidays and the weekend days worked in
 * exchange; a year without an announcement is unknown, and its days are estimates. */
enum day_kind { DAY_WORK, DAY_WEEKEND, DAY_HOLIDAY, DAY_MAKEUP };

struct calendar_day {
    date on;
    bool work;               /* a make-up workday; else a day off */
    str name_zh, name_en;    /* of the holiday it belongs to */
};

struct calendar_year {
    int year;
    str document;            /* number of each that arranged it, e.g. 国办发明电〔2019〕16号 */
    struct calendar_day *days; /* ascending */
    size_t n;
};

struct calendar {
    VEC(struct calendar_year) years; /* ascending, no year twice */
};

struct day_info {
    enum day_kind kind;
    bool work, known;        /* known: the year's arrangement is loaded */
    str name_zh, name_en;    /* holiday name, empty for ordinary days */
};

/* Reads one file of arrangements: lines `date TAB off|work TAB english TAB chinese`, comment
 * lines beginning with #, and a line `#year YYYY document` before the days of each year.
 * Everything in out lives in the arena and points into text. Errors: INPUT with file:line (not
 * UTF-8, a day outside its year, not ascending, a make-up workday from Monday to Friday, bad date,
 * a year without document or without days); out is then left alone. */
bool calendar_parse(struct arena *arena, str file, str text, struct calendar *out, struct err *e)
    WARN_UNUSED;
/* The text form of one year, as calendar_parse reads it: what a database keeps of it. */
str calendar_print_year(struct arena *arena, const struct calendar_year *year);
/* Adds or replaces one year. */
void calendar_put(struct arena *arena, struct calendar *calendar, const struct calendar_year *year);
const struct calendar_year *calendar_find(const struct calendar *calendar, int year);
struct day_info calendar_day(const struct calendar *calendar, date d);
bool calendar_is_work(const struct calendar *calendar, date d);
/* Working days in (from, to]; negative when to is before from: how many days are left. */
int32_t calendar_count_work(const struct calendar *calendar, date from, date to);

#endif
