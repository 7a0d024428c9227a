/* SPDX-License-Identifier: Apache-2.0
 *
 * decide: the pure heart. decide() turns a command and the facts into events or a refusal;
 * apply_*() is the only fold of events into aggregates.
 *
 * Contract of the room: no I/O, no clock, no randomness: the day and the next journal index are
 * facts. apply needs no policy, events carry what it needs. Time never decides: `within` is not a
 * condition, a late act is allowed and recorded; only a tick warns.
 */
#ifndef YJ_DECIDE_H
#define YJ_DECIDE_H

#include "base/base.h"
#include "policy/policy.h"
#include "terms/terms.h"

/* Roles that no regulation names: the three separated administrators (GB/T 22239 8.1.5). */
#define ROLE_SYSTEM_ADMINISTRATOR S("system-administrator")
#define ROLE_SECURITY_ADMINISTRATOR S("security-administrator")
#define ROLE_AUDIT_ADMINISTRATOR S("audit-administrator")

/* A person who holds a post. */
struct member {
    int64_t person, organisation;
    str role;
};

/* A post that its holder lets another person act as. */
struct delegation {
    int64_t id, post, holder, person;
    date from, until, ended_on; /* ended_on: before its time, else DATE_NONE */
};

/* A program that is tried out: it stands in for every version of its authority, and a decision
 * tells which of its rules (struct rule.part) it reads. Coverage alone has one; in service there is
 * none. */
struct rehearsal {
    const struct policy *policy;
    void (*note)(void *ctx, const void *part); /* NULL: nobody asks */
    void *ctx;
};

/* Is told when conditions of a step do not hold, before its command is refused for them. The
 * environment reads *form, which may be another one while this is asked. */
struct unmet {
    const struct step *step;
    const struct outcome *outcome;
    const struct environment *environment;
    const struct doc **form;
};
struct adviser {
    void (*unmet)(void *ctx, const struct unmet *unmet);
    void *ctx;
};

/* The world as one command sees it. NULL where the command needs none. */
struct facts {
    const struct actor *actor;               /* NULL: the program itself */
    const struct authority_state *authority; /* NULL before it is registered */
    const struct case_state *kase;
    const struct system_state *system;
    const struct policy *policy;             /* version in force, or the case's own */
    const struct policy *in_force;           /* says who may see what; NULL: policy does */
    /* file_records: the systems of its lines, one for each (NULL: unknown), same order. */
    struct system_state *const *systems;
    const struct case_state *const *cited;   /* cases that forms of this case cite */
    size_t n_cited;
    bool duty_opened;                        /* open_duty: it was opened for this period already */
    const struct record *lines;              /* latest of each body, of registers about bodies */
    size_t n_lines;
    /* Lines in force about the bodies that lines are filed about now, of those months. */
    const struct record *own;
    size_t n_own;
    const struct member *members;            /* who holds the actor's post, or the task's */
    size_t n_members;
    const struct delegation *delegation;     /* end_delegation */
    const struct rehearsal *rehearsal;
    date today;
    int64_t now_ms;
};

struct decision {
    bool refused;
    struct refusal refusal;
    VEC(struct event) events; /* index, time, actor filled; in order, from next_index on */
    int64_t object;           /* id of what it made or changed: case, person, organisation */
};

/* Never fails: a command that cannot be carried out is a refusal with all its reasons. */
void decide(struct arena *arena, const struct facts *facts, const struct command *command,
            int64_t next_index, struct decision *out);

/* Folds an event of its stream; other events are ignored. The aggregate's memory is the arena's. */
void apply_case(struct arena *arena, struct case_state *kase, const struct event *event);
void apply_system(struct arena *arena, struct system_state *system, const struct event *event);
void apply_authority(struct arena *arena, struct authority_state *authority,
                     const struct event *event);

/* Which cases of its authority a post may see. */
enum sight {
    SIGHT_NONE,              /* the policy does not know the role: the administrators */
    SIGHT_OWN,               /* where its organisation takes part */
    SIGHT_ALL,
};
/* By the version in force, also for cases that began under an earlier one: who may see what is a
 * question of today. NULL gives SIGHT_NONE. Lists and single cases ask here alone. */
enum sight decide_sight(const struct policy *in_force, str role);
/* May the actor see the case of these facts? */
bool decide_may_see(const struct facts *facts);

/* Who sits in the role's seat of the facts' case, or will in one that the actor opens; 0: nobody.
 * Copies of the facts live in the arena. */
int64_t decide_seat(struct arena *arena, const struct facts *facts,
                    const struct procedure *procedure, str role);
/* All who sit there, or will once the step is decided with that form; how many, in the arena. */
size_t decide_seats(struct arena *arena, const struct facts *facts,
                    const struct procedure *procedure, const struct step *step,
                    const struct doc *form, str role, int64_t **out);

/* A step that the actor could decide now; every outcome is listed, conditions are checked at the
 * decision. */
struct allowed {
    const struct step *step;
    const struct task *task; /* NULL: the first step of a procedure not yet opened */
};
/* The open tasks of the case that belong to the actor. *out_n of them in the arena. */
struct allowed *decide_allowed(struct arena *arena, const struct facts *facts, size_t *out_n);
/* May the actor open cases of this procedure? */
bool decide_may_open(const struct facts *facts, const struct procedure *procedure);
/* What must hold before a case of this procedure is opened and does not now, as the opening would
 * be refused for; in the arena. */
struct refusal decide_obstacles(struct arena *arena, const struct facts *facts,
                                const struct procedure *procedure);
/* May the actor take the case back now? */
bool decide_may_withdraw(const struct facts *facts, const struct procedure *procedure);
/* Is there a task of another's that the actor may urge today? */
bool decide_may_urge(const struct facts *facts);
/* First values of a form: presets taken from earlier decisions of the case, or of the
 * system. */
struct doc *decide_presets(struct arena *arena, const struct facts *facts, const struct step *step);
/* Does a condition over the facts' system and its lines hold now: of a list, of what is offered? */
bool decide_holds(struct arena *arena, const struct facts *facts,
                  const struct expression *expression);
/* Does the outcome require this material (a has() in its needs)? */
bool outcome_requires_material(const struct step *step, const struct outcome *outcome,
                               str material);

#endif
