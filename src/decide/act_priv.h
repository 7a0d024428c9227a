/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_DECIDE_ACT_PRIV_H
#define YJ_DECIDE_ACT_PRIV_H

#include "decide/decide.h"

/* One command being decided. `kase` and `system` are working copies into which every emitted event
 * is folded at once, so that what follows in the same act sees what came before it. */
struct act {
    struct arena *arena;
    const struct facts *facts;
    const struct command *command;
    struct decision *out;
    int64_t next_index;
    const struct policy *policy;
    const struct procedure *procedure;
    const struct step *step;
    const struct outcome *outcome;
    struct case_state *kase;
    struct system_state *system; /* NULL before there is one */
    date day;                /* of the act: today, or the day on a paper; clocks run from it */
    int64_t task;            /* id of the task being decided */
    int64_t decision;        /* id of its decision, once it is made */
    const struct doc *form;  /* as submitted, checked */
    str line_register;       /* in-a-row(): this register's paths mean its line_n-th line */
    size_t line_n;
};

/* ---- events and refusals ---- */

/* A new event with its envelope; fill the payload, then act_fold it. The address holds until the
 * next act_emit. */
struct event *act_emit(struct act *act, enum event_kind kind);
void act_fold(struct act *act, const struct event *event);

/* What fills {1} and {2} of a refusal, in both languages. */
struct words {
    struct label first, second;
};
void act_refuse(struct act *act, enum refusal_code code, str where, str article,
                struct words words);
struct label same_label(str text); /* one text for both languages */
struct label role_label(const struct act *act, str role);
/* "City Office (Using unit)" */
struct label organisation_label(const struct act *act, int64_t organisation, str role);

/* A rule of the program is read. */
void act_note(const struct act *act, const void *part);

/* ---- parts ---- */

void check_form(struct act *act);            /* types, ranges, unknown and missing fields */
/* The values of a form that has no outcomes; refuses as check_form does. */
struct doc *check_line(struct act *act, const struct form *form, const struct doc *given,
                       struct basis basis);
void check_materials(struct act *act);
void check_conditions(struct act *act);
/* Waits, notices, and the day of a paper. */
void check_days(struct act *act);
void check_offered(struct act *act);
/* The reason that an act beside the flow needs; refused when it is empty or too long. */
bool has_reason(struct act *act, str text);
bool has_control(str text, bool multiline);
/* The basis's own, else the step's; "local" for what the authority has set itself. */
str article_of(struct basis basis, const struct step *step);
struct value form_value(const struct field *field, const struct doc *form);
bool fits_kind(enum field_type type, enum doc_kind kind);
/* Filed in this round of the step, by this command or before. */
bool has_material(const struct act *act, str material);
/* Of those that the facts hold; NULL when it is none of them. */
const struct case_state *cited_case(const struct act *act, int64_t id);
struct environment act_environment(struct act *act);
/* Does the expression hold now? An operand without a value counts as "does not hold". */
bool act_holds(struct act *act, const struct expression *expression);

/* The organisation that sits in a role's seat of this case; false when nobody does. */
bool act_seat_of(const struct act *act, str role, int64_t *out);
/* Who sits there in a case of that procedure that a form cites; 0: nobody. */
int64_t act_cited_seat(const struct act *act, const struct procedure *procedure,
                       const struct case_state *cited, str role);
/* All that sit in the role's seat, *out in the arena; several where a field names organisations. */
size_t act_seats(const struct act *act, str role, int64_t **out);
/* Working copies. */
struct case_state *copy_case(struct arena *arena, const struct case_state *from);
struct system_state *copy_system(struct arena *arena, const struct system_state *from);

struct armed {
    date anchor, due, not_before;
    int64_t anchor_decision;
    struct doc *derivation;
    str basis;
    bool local, estimated;
};
/* Limits of a step whose task opens on act->day, by the decision act->decision. */
struct armed arm_limits(struct act *act, const struct step *step);
/* The same limits derived anew: with the task's anchor, extensions and suspensions as they are now
 * (one that still lasts ends on act->day), under the calendar as it is now. */
struct armed rearm_limits(struct act *act, const struct step *step, const struct task *task);
/* The last day on which a notice of that length before `on` is in time: the latest d from which
 * the length, counted forward, does not pass `on`. */
date latest_notice(struct act *act, const struct limit *limit, date on);

void follow_targets(struct act *act);        /* closes, holds, opens, ends */
void open_task(struct act *act, const struct step *step);
void close_tasks(struct act *act);           /* all that are still owed, undecided */
void run_effects(struct act *act);            /* all but extensions */
void run_extensions(struct act *act);         /* after follow_targets */
void undo_effects(struct act *act, const struct withdrawal *withdrawal);

/* Each list of the version in force, anew for the act's system; what changed becomes an event.
 * cause: the entry of the line or decision that changed it. */
void look_through_lists(struct act *act, int64_t cause);
/* Files a line about act->system or, when it is NULL, about the organisation; then the lists. */
void file_line(struct act *act, const struct ledger *ledger, int64_t organisation, int32_t period,
               const struct doc *form);

void decide_administration(struct act *act);
void decide_open_case(struct act *act);
void decide_decide_task(struct act *act);
void decide_beside(struct act *act);         /* what is done to a case beside its flow */
void decide_file_records(struct act *act);
void decide_open_duty(struct act *act);
void decide_tick(struct act *act);
/* The entry of a new case, which becomes act->kase. */
struct opening {
    int64_t opener, system;  /* system: 0 when the case is about none */
    str title;
    int64_t cause;           /* the case that starts it, or 0 */
    int32_t period;          /* of a duty, or 0 */
};
void open_case(struct act *act, struct opening opening);
/* The task's limit derived anew; cause: calendar, correction. */
void rederive(struct act *act, const struct task *task, const char *cause);
/* Refuses what is not the actor's to see; sets the working copies. */
bool enter_case(struct act *act);
/* enter_case, and the step of the command: *out is the actor's own task of it, else the one opened
 * last, or NULL. */
bool enter_step(struct act *act, const struct task **out);
/* What the step lays before whoever decides it, by path; NULL when it shows nothing. */
struct doc *shown_to(struct act *act);
/* May the actor act on the open task? Refuses when not. */
bool is_open_and_mine(struct act *act, const struct task *task);

#endif
