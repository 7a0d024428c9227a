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

/* A material that the authority asks for beyond those of the regulation. */
struct asked_material {
    str procedure, step, material;
    str zh, en;
    bool asked;              /* false: not any more */
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
    VEC(struct asked_material) asked_materials;
    int64_t last_entry;      /* that changed anything here but the counters */
    int64_t calendar_entry;  /* the last calendar.loaded, 0: none */
    int64_t calendar_applied; /* the one that the open due dates follow */
    bool changed;
};

struct actor {
    int64_t person, post, organisation, authority;
    str role;                /* a role of the policy, or an administrator's */
    int64_t holder;          /* whose post it is: the person, or who delegated it */
    date from, until;        /* of the delegation; DATE_NONE for one's own post */
};

enum task_state { TASK_OPEN, TASK_HELD, TASK_CLOSED };

struct hold {
    int64_t from, to;        /* decisions that began and ended it; to is 0 while it lasts */
};

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
    int64_t opened_by, anchored_by; /* decisions, 0: the opening of the case, or none */
    VEC(struct suspension) suspensions;
    VEC(struct hold) holds;  /* the decisions behind the suspensions, one for each */
    int32_t extended;        /* units added to its limit in all */
    int64_t person;          /* the one who is to do it, 0: any holder of the post */
    date urged_on;           /* last time, or DATE_NONE */
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
    bool decides;            /* false: one of several signatures, not yet the last */
    struct doc *form;
    date on;                 /* the day that counts; at_ms says when it was recorded */
    int64_t at_ms, person, post;
    int32_t late_days;       /* calendar days past due at the decision, 0 when timely */
    int32_t short_days;      /* days by which a notice was too short, 0 when it was not */
    str paper, paper_reason; /* recorded from a paper, or empty */
    struct doc *shown;       /* what lay before the person, or NULL */
    str corrected;           /* why its day was put right, or empty */
    bool changed;
};

/* An outcome told to an organisation. */
struct notice {
    int64_t id, decision, organisation;
    str role;
    date sent_on, received_on; /* DATE_NONE: not received yet */
    int64_t received_by;     /* person */
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
    VEC(struct notice) notices;
    int64_t cause;           /* case whose act started this one, or 0 */
    int32_t period;          /* of a duty that opened by itself: year * 100 + month, else 0 */
    bool priority;           /* before all others in a worklist */
    str withdrawn;           /* why its opener took it back, or empty */
    bool changed;
};

enum system_stage { SYSTEM_PLANNED, SYSTEM_LIVE, SYSTEM_RETIRED };

struct grant {
    str item;
    int64_t quantity;        /* approved until decided otherwise, millionths of the item's unit */
    int64_t lent;            /* approved beside it for a time */
    bool changed;
};

/* A line of a register. */
struct record {
    int64_t id, system, organisation, person;
    str register_id;
    int32_t period;          /* year * 100 + month, or 0 */
    date on;
    struct doc *form;
};

/* A list of the policy finds the system. */
struct listing {
    str list;
    date since;
    int64_t record;          /* by which it was found */
    bool gone, changed;
};

struct open_cases {
    str procedure;
    int64_t cases;               /* 1 or more */
};

struct system_state {
    int64_t id, authority, owner, provider; /* provider: 0 while there is none */
    str name;
    enum system_stage stage;
    date live_on, retired_on;
    VEC(struct grant) grants;
    VEC(struct listing) listings;
    VEC(struct open_cases) running; /* open cases about it; changed by none of its own events */
    VEC(struct record) records; /* those in force, latest period first; changed by filing alone */
    bool changed;
};

const struct organisation *authority_organisation(const struct authority_state *authority,
                                                  int64_t id);      /* NULL when unknown */
/* The task of that step opened last, or NULL. */
struct task *case_task(const struct case_state *kase, str step);
/* Is the step's last round decided so? Of several seats the last one decides. */
bool case_done(const struct case_state *kase, str step, str outcome);
struct task *case_task_by_id(const struct case_state *kase, int64_t id);
/* What the i-th of those who signed it did in the step's last round, first 0; NULL: no more. */
const struct task_decision *case_signature(const struct case_state *kase, str step, size_t i);
/* The last decision on any task of that step, or NULL. */
const struct task_decision *case_decision(const struct case_state *kase, str step);
const struct task_decision *case_decision_by_id(const struct case_state *kase, int64_t id);

/* The whole aggregate as a document, but for its `changed` marks: equal aggregates make equal
 * documents, in whatever order rows or events gave their grants and listings. */
struct doc *case_doc(struct arena *arena, const struct case_state *kase);
struct doc *system_doc(struct arena *arena, const struct system_state *system);
struct doc *authority_doc(struct arena *arena, const struct authority_state *authority);

#endif
