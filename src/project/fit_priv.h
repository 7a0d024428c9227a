/* SPDX-License-Identifier: Apache-2.0
 *
 * Does an event fit what it is folded into? The program's own events do; one that a stranger put
 * into the log must be refused by name before it reaches apply, which trusts what it is given.
 * Errors of all of them: CORRUPT (where = the entry), those of the store. */
#ifndef YJ_PROJECT_FIT_PRIV_H
#define YJ_PROJECT_FIT_PRIV_H

#include "project/project.h"

bool fit_authority(struct world *world, const struct authority_state *authority,
                   const struct event *event, struct err *e) WARN_UNUSED;
bool fit_person(struct world *world, const struct event *event, struct err *e) WARN_UNUSED;
bool fit_system(struct world *world, const struct system_state *system, const struct event *event,
                struct err *e) WARN_UNUSED;
bool fit_case(struct world *world, const struct case_state *kase, const struct event *event,
              struct err *e) WARN_UNUSED;
bool fit_record(struct world *world, const struct event *event, struct err *e) WARN_UNUSED;
/* RAISE with the entry as its place; always false. */
bool unfit(const struct event *event, const char *what, struct err *e);

#endif
