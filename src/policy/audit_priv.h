/* SPDX-License-Identifier: Apache-2.0
 * What the audits of one procedure share. */
#ifndef YJ_POLICY_AUDIT_PRIV_H
#define YJ_POLICY_AUDIT_PRIV_H

#include "policy/explore_priv.h"

struct audit {
    struct load *load;
    const struct procedure *procedure;
    struct graph *graph;
};

/* The outcomes of a step, as bits, after which a field of it surely has a value. */
uint32_t outcomes_that_give(const struct step *step, const struct field *field);
/* Values used before they are decided: conditions, choices, effects, seats, limits. */
void audit_values(struct audit *audit);
/* Anchors that can be missing, waits that outlast. */
void audit_limits(struct audit *audit);

#endif
