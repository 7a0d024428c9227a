/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_TERMS_AGGREGATE_H
#define YJ_TERMS_AGGREGATE_H

#include "base/base.h"
#include "terms/calendar.h"
#include "terms/clock.h"
#include "terms/date.h"
#include "terms/doc.h"

/* The whole aggregates that facts are made of. view/ loads them, decide/ folds events into them,
 * project/ writes the changed ones as rows. Ids are journal indices. `changed` marks are set by
 * apply and cleared by project. */

struct organisation {
    int64_t id;
    str name, role, level;   /* level: province, city, county */
    int64_t parent;          /* county authority, or 0 */
    bool changed;
};

/* How many cases were numbered with these letters in one year. */
struct case_counter {
    str code;
    int32_t year;
    int64_t count;
    bool changed;
};

/* Which version of a year's arrangement is in force here; the text is kept beside the journal. */
struct calendar_ref {
    int32_t year;
    str digest;
    bool changed;
};

struct authority_state {
    int64_t id;              /* of the organisation that is the authority */
    str name, name_en;
    str policy_name, policy_digest; /* in force for new cases */
    struct calendar calendar;
    VEC(struct organisation) organisations;
    VEC(struct case_counter) counters;
    VEC(struct calendar_ref) calendar_refs; /* calendar holds their parsed texts once loaded */
    bool changed;
};

struct actor {
    int64_t person, post, organisation, authority;
    str role;                /* a role of the policy, or an administrator's */
};

enum task_state { TASK_OPEN, TASK_HELD, TASK_CLOSED };

struct task {
    int64_t id;
    str step;
    int32_t round;           /* 1 for the first time the step opened */
    str role;
    int64_t organisation;
    enum task_state state;
    date opened_on;
    int64_t opened_at_ms;
    date anchor, due, not_before; /* DATE_NONE: none, or not while the clock stands still */
    struct doc *derivation;  /* of due, see terms/clock.h */
    str basis;               /* article of the limit, or empty */
    bool local, estimated;   /* local: the authority's own limit, never a violation */
    VEC(struct suspension) suspensions;
    str outcome;             /* the one that closed it; empty when it closed with its case */
    date closed_on;
    bool warned_soon, warned_overdue;
    bool changed;
};

/* One act of one person on a task. A return leaves the task held and a later act closes it, so a
 * task can have several. */
struct task_decision {
    int64_t id, task;
    str step, outcome, opinion;
    struct doc *form;
    date on;
    int64_t at_ms, person, post;
    int32_t late_days;       /* calendar days past due at the decision, 0 when timely */
    bool changed;
};

struct material {
    int64_t id, task;
    str material, name, digest;
    int64_t size;            /* bytes */
    bool changed;
};

struct case_state {
    int64_t id, authority, system, opener; /* opener: organisation */
    str number, procedure, policy, title;
    date opened_on;
    int64_t opened_at_ms;
    bool ended;
    str outcome;             /* of the ended case */
    date ended_on;
    VEC(struct task) tasks;  /* in order of opening */
    VEC(struct task_decision) decisions;
    VEC(struct material) materials;
    bool changed;
};

enum system_stage { SYSTEM_PLANNED, SYSTEM_LIVE, SYSTEM_RETIRED };

struct grant {
    str item;
    int64_t quantity;        /* approved in all, millionths of the item's unit */
    bool changed;
};

struct system_state {
    int64_t id, authority, owner;
    str name;
    enum system_stage stage;
    date live_on;
    VEC(struct grant) grants;
    bool changed;
};

const struct organisation *authority_organisation(const struct authority_state *authority,
                                                  int64_t id);      /* NULL when unknown */
/* The task of that step opened last, or NULL. */
struct task *case_task(const struct case_state *kase, str step);
struct task *case_task_by_id(const struct case_state *kase, int64_t id);
/* The last decision on any task of that step, or NULL. */
const struct task_decision *case_decision(const struct case_state *kase, str step);

#endif
