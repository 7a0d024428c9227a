/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_TERMS_CLOCK_H
#define YJ_TERMS_CLOCK_H

#include "base/base.h"
#include "terms/calendar.h"
#include "terms/doc.h"

/* The legal clock: from a day and a length to a due day, and the derivation that a person can
 * check with a finger on a wall calendar.
 *
 * The day of the event is not counted; the last day ends at 24:00 of +08:00 (Civil Code 201,
 * 203). A month ends on the same day number or the month's last day (202). A last day that falls
 * on a rest day rolls to the next working day for limits in days and months (203). */

enum unit { UNIT_WORKING_DAY, UNIT_DAY, UNIT_MONTH };
const char *unit_name(enum unit unit);                   /* "working-day", "day", "month" */
bool unit_parse(str text, enum unit *out) WARN_UNUSED;

struct limit_length {
    int32_t count;           /* 0..LIMIT_CLOCK_UNITS */
    enum unit unit;
    bool roll;               /* roll a last day on a rest day forward (day and month units) */
};

/* The clock stood still for the days R < d <= S: R the day of the return, S of the answer. */
struct suspension {
    date from, to;           /* to is DATE_NONE while the clock stands still */
};

/* The due day. start: the day of the event. suspensions: ascending, not overlapping; an open last
 * one (to DATE_NONE) means that no due day can be said: DATE_NONE is returned. When nothing of
 * the limit was left at the return (it may have been late), due is the first working day after S.
 * A suspension counts from the start day on; one without days changes nothing. A limit of count 0
 * is due on the start day itself. Stopped calendar days are put behind a limit in months.
 * out_steps (NULL: not wanted): a list of maps in the arena, in date order:
 * They account for every day of (start, due] once. from and to are days of the step, but a roll
 * covers from < d <= to.
 *   {kind: start, on}                    the event's day, not counted
 *   {kind: count, from, to, n}           days counted, n is the running total of units at `to`
 *                                        (for months: of whole months)
 *   {kind: weekend|holiday, from, to, name_zh?, name_en?}   days skipped
 *   {kind: makeup, on, name_zh, name_en, n}  a weekend day worked and counted
 *   {kind: suspended, from, to}          days that the clock stood still; to is null while it does
 *   {kind: late, from, to}               days past the due day, before a return that moved it
 *   {kind: roll, from, to}               last day `from` moved off a rest day, or, when nothing
 *                                        was left at the return, from the day of the answer
 *   {kind: estimate, year}               a year without a published arrangement was used
 *   {kind: due, on}                      absent while the clock stands still
 * out_estimated (NULL: not wanted): a year without arrangement was used. */
date clock_due(struct arena *arena, const struct calendar *calendar, date start,
               struct limit_length length, const struct suspension *suspensions, size_t n,
               struct doc **out_steps, bool *out_estimated);

/* The first day on which an act is allowed that had to wait `length` after start: the day after
 * the last waiting day; waits never roll. A wait of count 0 ends with the start day. */
date clock_wait(const struct calendar *calendar, date start, struct limit_length length);

#endif
