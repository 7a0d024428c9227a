/* SPDX-License-Identifier: Apache-2.0
 *
 * Typing an expression: what its two halves share, names (expression_paths.c) and the rest
 * (expression_type.c). */
#ifndef YJ_POLICY_TYPING_PRIV_H
#define YJ_POLICY_TYPING_PRIV_H

#include "policy/expression_priv.h"

/* A value that is known to be given. */
struct guard {
    struct whose whose;
    str head, name;
    const struct guard *next;
};
struct typing {
    struct load *load;
    const struct node *node;
    const struct scope *scope;
    struct expression *expression;
    const struct ledger *line;   /* inside in-a-row(): the register whose line is judged */
    bool failed;
};

struct pos typing_pos(const struct typing *ty, const struct term *term);

#define FAULT(ty, term, symbol, ...)                                                              \
    (diagnose((ty)->load, PROBLEM_##symbol, typing_pos((ty), (term)), __VA_ARGS__),                \
     (ty)->failed = true, (void)((term)->type = TYPE_BAD))

/* Finds what a path names: sets head, name, item, field, type. False: reported. */
bool resolve_path(struct typing *ty, struct term *term);
/* The same, and whether it surely has a value here. */
void type_path(struct typing *ty, struct term *term, const struct guard *guards);
/* done(STEP.OUTCOME of FIELD): the step of the cited case's procedure, or NULL (reported). */
const struct step *resolve_cited_step(struct typing *ty, struct term *term);
/* Is there a system that rules can ask about? Not before the first step registers it. */
bool want_system(struct typing *ty, struct term *term);

#endif
