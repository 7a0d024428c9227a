/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_VIEW_PRIV_H
#define YJ_VIEW_PRIV_H

#include "view/view.h"

/* The authority and its policy in force, NULL before one is active. CORRUPT: no such authority. */
bool authority_in_force(struct reader *reader, int64_t id, struct authority_state **out,
                        const struct policy **out_policy, struct err *e) WARN_UNUSED;
/* Can a day of a row be printed? Rows are not trusted. */
bool is_shown_day(int64_t day);
struct named organisation_named(const struct authority_state *authority, int64_t id);
struct label role_label_of(const struct policy *policy, str role);
/* The outcome that ended the case, NULL when none did. */
const struct outcome *ending_of(const struct procedure *procedure, const struct case_state *kase);

/* What the reader's cases about the system say of it, and the system's own history, into a view
 * that has its row and policy. */
bool fill_system(struct reader *reader, struct authority_state *authority,
                 struct system_view *view, struct err *e) WARN_UNUSED;

#endif
