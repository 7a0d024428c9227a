/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_DECIDE_ACT_PRIV_H
#define YJ_DECIDE_ACT_PRIV_H

#include "decide/decide.h"

/* One command being decided. `kase` is a working copy into which every emitted event is folded at
 * once, so that what follows in the same act sees what came before it. */
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
    int64_t task;            /* id of the task being decided */
    const struct doc *form;  /* as submitted, checked */
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

/* ---- parts ---- */

void check_form(struct act *act);            /* types, ranges, unknown and missing fields */
void check_materials(struct act *act);
void check_conditions(struct act *act);
struct value form_value(const struct field *field, const struct doc *form);
struct environment act_environment(struct act *act);
/* Does the expression hold now? An operand without a value counts as "does not hold". */
bool act_holds(struct act *act, const struct expression *expression);

/* The organisation that sits in a role's seat of this case; 0 and a refusal when nobody does. */
int64_t act_seat(struct act *act, str role, const struct step *step);

struct armed {
    date anchor, due, not_before;
    struct doc *derivation;
    str basis;
    bool local, estimated;
};
/* Limits of a step whose task opens today. */
struct armed arm_limits(struct act *act, const struct step *step);
/* Due date of a resumed task, with all its suspensions closed. */
struct armed rearm_limits(struct act *act, const struct step *step, const struct task *task);

void follow_targets(struct act *act);        /* closes, holds, opens, ends */
void open_task(struct act *act, const struct step *step);
void run_effects(struct act *act);

void decide_administration(struct act *act);
void decide_open_case(struct act *act);
void decide_decide_task(struct act *act);
void decide_tick(struct act *act);

#endif
