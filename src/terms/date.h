/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_TERMS_DATE_H
#define YJ_TERMS_DATE_H

#include "base/base.h"

/* A day of China Standard Time (+08:00, no daylight saving), as days since 1970-01-01. */
typedef struct {
    int32_t day;
} date;

#define DATE_NONE ((date){INT32_MIN})

bool date_is_none(date d);
/* False when no such day exists or the year is outside LIMIT_YEAR_MIN..LIMIT_YEAR_MAX. */
bool date_from_ymd(int year, int month, int day, date *out) WARN_UNUSED;
void date_to_ymd(date d, int *out_year, int *out_month, int *out_day);
int date_year(date d);
bool date_parse(str text, date *out) WARN_UNUSED;       /* exactly YYYY-MM-DD */
str date_print(struct arena *arena, date d);            /* YYYY-MM-DD, DATE_NONE is "" */
date date_plus(date d, int32_t days);
/* The same day number that many months later (earlier below 0), or the last day of that month
 * (民法典 202). */
date date_plus_months(date start, int32_t months);
int32_t date_between(date from, date to);               /* days, to - from */
int date_cmp(date a, date b);
date date_max(date a, date b);                          /* DATE_NONE counts as before all */
int date_weekday(date d);                               /* 1 Monday .. 7 Sunday */
int date_month_length(int year, int month);

/* Instants are UTC milliseconds since 1970. */
date date_of_instant(int64_t at_ms);                    /* the day in +08:00 */
int64_t instant_of_date(date d, int hour, int minute);  /* +08:00 wall time of that day */
/* "YYYY-MM-DD HH:MM" in +08:00, both ways. */
bool instant_parse(str text, int64_t *out_ms) WARN_UNUSED;
str instant_print(struct arena *arena, int64_t at_ms);

#endif
