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

/* The form in which the seat's organisations are named; the one under way where it stands there. */
static const struct doc *naming_form(const struct act *act, const struct seat *seat)
{
    if (act->step && str_eq(seat->step, act->step->id) && act->form)
        return act->form;
    const struct task_decision *decision = act->kase ? case_decision(act->kase, seat->step) : NULL;
    return decision ? decision->form : NULL;
}

static int64_t opener_of(const struct act *act)
{
    if (act->kase)
        return act->kase->opener;
    return act->facts->actor ? act->facts->actor->organisation : 0;
}

static int64_t single_seat(const struct act *act, const struct seat *seat)
{
    const struct organisation *opener;
    switch (seat->kind) {
    case SEAT_OPENER:
        return opener_of(act);
    case SEAT_PARENT:
        opener = authority_organisation(act->facts->authority, opener_of(act));
        return opener ? opener->parent : 0;
    case SEAT_SOLE:
        return sole_organisation(act, seat->role);
    case SEAT_OWNER:
        return act->system ? act->system->owner : 0;
    case SEAT_PROVIDER:
        return act->system ? act->system->provider : 0;
    case SEAT_FIELD:
        return doc_get_int(naming_form(act, seat), seat->field, 0);
    }
    return 0;
}

static bool holds_role(const struct act *act, int64_t organisation, str role)
{
    const struct organisation *holder =
        authority_organisation(act->facts->authority, organisation);
    return holder && str_eq(holder->role, role);
}

size_t act_seats(const struct act *act, str role, int64_t **out)
{
    const struct seat *seat = NULL;
    for (size_t i = 0; act->procedure && i < act->procedure->n_seats && !seat; i++)
        if (str_eq(act->procedure->seats[i].role, role))
            seat = &act->procedure->seats[i];
    const struct doc *list = seat && seat->several
                                 ? doc_get(naming_form(act, seat), seat->field) : NULL;
    size_t n = 0, most = list && list->kind == DOC_LIST ? list->list.len : 1;
    *out = NEWS(act->arena, int64_t, most);
    for (size_t i = 0; seat && i < most; i++) {
        bool listed = list && list->kind == DOC_LIST && list->list.items[i]->kind == DOC_INT;
        int64_t id = listed ? list->list.items[i]->integer
                            : seat->several ? 0 : single_seat(act, seat);
        if (holds_role(act, id, role))
            (*out)[n++] = id;
    }
    return n;
}

int64_t act_cited_seat(const struct act *act, const struct procedure *procedure,
                       const struct case_state *cited, str role)
{
    int64_t organisation = 0;
    for (size_t i = 0; i < procedure->n_seats; i++) {
        const struct seat *seat = &procedure->seats[i];
        const struct task_decision *named = NULL;
        const struct organisation *opener;
        if (!str_eq(seat->role, role))
            continue;
        switch (seat->kind) {
        case SEAT_OPENER:
            organisation = cited->opener;
            break;
        case SEAT_PARENT:
            opener = authority_organisation(act->facts->authority, cited->opener);
            organisation = opener ? opener->parent : 0;
            break;
        case SEAT_SOLE:
            organisation = sole_organisation(act, role);
            break;
        case SEAT_FIELD:
            named = case_decision(cited, seat->step);
            organisation = named ? doc_get_int(named->form, seat->field, 0) : 0;
            break;
        case SEAT_OWNER:
        case SEAT_PROVIDER: /* the loader lets nobody ask */
            break;
        }
        break;
    }
    return holds_role(act, organisation, role) ? organisation : 0;
}

bool act_seat_of(const struct act *act, str role, int64_t *out)
{
    int64_t *all;
    size_t n = act_seats(act, role, &all);
    *out = n ? all[0] : 0;
    return n > 0;
}

size_t decide_seats(struct arena *arena, const struct facts *facts,
                    const struct procedure *procedure, const struct step *step,
                    const struct doc *form, str role, int64_t **out)
{
    struct act act = {
        .arena = arena,
        .facts = facts,
        .policy = facts->policy,
        .procedure = procedure,
        .step = step,
        .form = form,
        .kase = facts->kase ? copy_case(arena, facts->kase) : NULL,
        .system = facts->system ? copy_system(arena, facts->system) : NULL,
    };
    return act_seats(&act, role, out);
}

int64_t decide_seat(struct arena *arena, const struct facts *facts,
                    const struct procedure *procedure, str role)
{
    int64_t *all;
    return decide_seats(arena, facts, procedure, NULL, NULL, role, &all) ? all[0] : 0;
}
