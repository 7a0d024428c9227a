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
 * on a rest day rolls to the next working day for limits in days and months (203). Nothing else
 * rolls: no wait, no count backwards, no date that the text names.
 *
 * out_steps takes the derivation, which derivation_print makes into lines; out_estimated whether
 * a year without arrangement was asked. Both may be NULL; the arena may be when out_steps is. */

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
 * the last waiting day; waits never roll. A wait of count 0 ends with the start day.
 * Steps: {start}, the waiting days as above, {kind: allowed, on}. */
date clock_allowed(struct arena *arena, const struct calendar *calendar, date start,
                   struct limit_length length, struct doc **out_steps, bool *out_estimated);
/* The same day when nobody asks why. */
date clock_wait(const struct calendar *calendar, date start, struct limit_length length);

/* The latest day for an act that has to come at least `length` before `end`: the last f from which
 * the length, counted forward and not rolled, is over by `end`. Nothing is subtracted: a month
 * before 28 February 2019 is 31 January, from which it is over on the 28th, and not 28 January.
 * The latest day is never rolled and may be a rest day. Steps:
 *   {kind: latest, on}                   the latest day, not counted
 *   count, weekend, holiday, makeup, estimate, as above
 *   {kind: spare, from, to}              days that the length does not need
 *   {kind: end, on}                      the day counted towards
 *   {kind: later, from, to}              the proof: from the next day it would be over only at `to`
 * out_estimated: as above; a rest day that was spare counts too, for it may turn out worked. */
date clock_before(struct arena *arena, const struct calendar *calendar, date end,
                  struct limit_length length, struct doc **out_steps, bool *out_estimated);

/* A due day that the text names, `until` a date or `by` one; it never rolls, and it may lie before
 * the start, as what was due already. Returns until. Steps: {start}, {kind: fixed, from, to} for
 * the days up to it, which nobody counts, {due}. */
date clock_until(struct arena *arena, date start, date until, struct doc **out_steps);

/* A date that comes again: "by the 5th", "by 30 September of the next year". A month that has no
 * such day ends on its last (Civil Code 202). */
struct by_date {
    int month;               /* 1..12, or 0: of each month */
    int day;                 /* 1..31 */
    int ahead;               /* 0..100: years (of each month: months) after that of `from` */
};
/* That date as seen from the day `from`, for clock_until. It may lie before `from`. */
date clock_by(date from, struct by_date by);
/* The first such date on or after `from`; by.ahead has no meaning here. */
date clock_by_next(date from, struct by_date by);

/* The day from which a limit counts that needs several facts: the latest. DATE_NONE when one of
 * them is missing (DATE_NONE), for then nothing counts yet, or when there are none.
 * Steps: {kind: anchor, on} for each day known, ascending, to stand before those of the limit. */
date clock_latest(struct arena *arena, const date *anchors, size_t n, struct doc **out_steps);

#endif
