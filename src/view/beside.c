/* SPDX-License-Identifier: Apache-2.0
 * Colleagues, delegations, and notices to be received. */
#include "view/view.h"

#include "view/view_priv.h"

bool view_colleagues(struct reader *reader, struct named **out, size_t *out_n, struct err *e)
{
    struct row_post *rows;
    size_t n;
    *out_n = 0;
    if (!q_posts_of_organisation(reader->db, reader->arena, reader->actor->organisation,
                                 reader->actor->role, &rows, &n, e))
        return false;
    *out = NEWS(reader->arena, struct named, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct named *one = &(*out)[(*out_n)++];
        one->id = rows[i].person;
        if (!view_person_name(reader, rows[i].person, &one->name, e))
            return false;
    }
    return true;
}

static bool add_delegation(struct reader *reader, const struct row_delegation *row,
                           struct delegation_view *out, struct err *e)
{
    struct row_post *post;
    struct authority_state *authority;
    const struct policy *policy;
    if (!is_shown_day(row->valid_from) || !is_shown_day(row->valid_until) ||
        (!row->ended_on_null && !is_shown_day(row->ended_on)))
        return RAISE(e, CORRUPT, "delegations", "a day of delegation %lld is none; run verify",
                     (long long)row->id);
    *out = (struct delegation_view){
        .delegation = {row->id, row->post, row->holder, row->person,
                       {(int32_t)row->valid_from}, {(int32_t)row->valid_until},
                       row->ended_on_null ? DATE_NONE : (date){(int32_t)row->ended_on}},
        .holder.id = row->holder,
        .person.id = row->person,
        .reason = row->reason,
    };
    if (!q_post(reader->db, reader->arena, row->post, &post, e) ||
        !authority_in_force(reader, row->authority, &authority, &policy, e) ||
        !view_person_name(reader, row->holder, &out->holder.name, e) ||
        !view_person_name(reader, row->person, &out->person.name, e))
        return false;
    if (!post)
        return RAISE(e, CORRUPT, "posts", "post %lld is missing; verify the data and rebuild it",
                     (long long)row->post);
    out->post = (struct post_view){
        .id = post->id,
        .organisation = organisation_named(authority, post->organisation),
        .role = post->role,
        .role_label = role_label_of(policy, post->role),
    };
    return true;
}

bool view_delegations(struct reader *reader, struct delegation_view **out, size_t *out_n,
                      struct err *e)
{
    struct row_delegation *given, *taken;
    size_t n_given, n_taken;
    int64_t person = reader->actor->person;
    *out_n = 0;
    if (!q_delegations_of_holder(reader->db, reader->arena, person, &given, &n_given, e) ||
        !q_delegations_to(reader->db, reader->arena, person, &taken, &n_taken, e))
        return false;
    *out = NEWS(reader->arena, struct delegation_view, n_given + n_taken + 1);
    for (size_t i = n_given; i-- > 0;)
        if (!add_delegation(reader, &given[i], &(*out)[(*out_n)++], e))
            return false;
    for (size_t i = n_taken; i-- > 0;)
        if (!add_delegation(reader, &taken[i], &(*out)[(*out_n)++], e))
            return false;
    return true;
}

bool view_notices(struct reader *reader, struct notice_view **out, size_t *out_n, struct err *e)
{
    struct row_waiting_notice *rows;
    size_t n;
    *out_n = 0;
    if (!q_notices_waiting(reader->db, reader->arena, reader->actor->organisation,
                           reader->actor->role, NOTICES_SHOWN, &rows, &n, e))
        return false;
    *out = NEWS(reader->arena, struct notice_view, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct policy *policy =
            library_policy(reader->library, reader->db, rows[i].policy, e);
        if (!policy)
            return false;
        if (!is_shown_day(rows[i].sent_on))
            return RAISE(e, CORRUPT, "notices", "the day of notice %lld is none; run verify",
                         (long long)rows[i].id);
        const struct procedure *procedure = policy_procedure(policy, rows[i].procedure);
        const struct step *step = procedure ? procedure_step(procedure, rows[i].step) : NULL;
        const struct outcome *outcome = step ? step_outcome(step, rows[i].outcome) : NULL;
        (*out)[(*out_n)++] = (struct notice_view){
            .id = rows[i].id,
            .kase = rows[i].kase,
            .number = rows[i].number,
            .title = rows[i].title,
            .procedure_label = procedure ? procedure->label : (struct label){STR_NONE, STR_NONE},
            .step_label = step ? step->label : (struct label){STR_NONE, STR_NONE},
            .outcome_label = outcome ? outcome->label : (struct label){STR_NONE, STR_NONE},
            .sent_on = {(int32_t)rows[i].sent_on},
        };
    }
    return true;
}
