/* SPDX-License-Identifier: Apache-2.0
 * Who sits where in a case. */
#include "decide/act_priv.h"

struct label role_label(const struct act *act, str role)
{
    const struct role *found = policy_role(act->policy, role);
    return found ? found->label : same_label(role);
}

struct label organisation_label(const struct act *act, int64_t organisation, str role)
{
    const struct organisation *holder =
        authority_organisation(act->facts->authority, organisation);
    struct label label = role_label(act, role);
    str name = holder ? holder->name : S("");
    return (struct label){
        str_printf(act->arena, "%.*s（%.*s）", STR_FMT(name), STR_FMT(label.zh)),
        str_printf(act->arena, "%.*s (%.*s)", STR_FMT(name), STR_FMT(label.en))};
}

/* Registering a second one is refused, so the first found is the only one. */
static int64_t sole_organisation(const struct act *act, str role)
{
    const struct authority_state *authority = act->facts->authority;
    for (size_t i = 0; i < authority->organisations.len; i++)
        if (str_eq(authority->organisations.items[i].role, role))
            return authority->organisations.items[i].id;
    return 0;
}

bool act_seat_of(const struct act *act, str role, int64_t *out)
{
    *out = 0;
    const struct authority_state *authority = act->facts->authority;
    for (size_t i = 0; i < act->procedure->n_seats; i++) {
        const struct seat *seat = &act->procedure->seats[i];
        if (!str_eq(seat->role, role))
            continue;
        const struct organisation *opener = authority_organisation(authority, act->kase->opener);
        const struct task_decision *decision;
        switch (seat->kind) {
        case SEAT_OPENER:
            *out = act->kase->opener;
            break;
        case SEAT_PARENT:
            *out = opener ? opener->parent : 0;
            break;
        case SEAT_SOLE:
            *out = sole_organisation(act, role);
            break;
        case SEAT_OWNER:
            *out = act->system ? act->system->owner : 0;
            break;
        case SEAT_PROVIDER:
            *out = act->system ? act->system->provider : 0;
            break;
        case SEAT_FIELD:
            decision = case_decision(act->kase, seat->step);
            *out = decision ? doc_get_int(decision->form, seat->field, 0) : 0;
            break;
        }
        const struct organisation *holder = authority_organisation(authority, *out);
        return holder && str_eq(holder->role, role);
    }
    return false;
}

int64_t act_seat(struct act *act, str role, const struct step *step)
{
    int64_t organisation = 0;
    if (!act_seat_of(act, role, &organisation))
        act_refuse(act, REFUSAL_NO_SEAT, step->id, step->basis.article,
                   (struct words){.first = role_label(act, role)});
    return organisation;
}

