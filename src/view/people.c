/* SPDX-License-Identifier: Apache-2.0
 * Who is there: persons, posts, names, credentials. */
#include "view/view.h"

#include "view/view_priv.h"

bool view_person_name(struct reader *reader, int64_t person, str *out, struct err *e)
{
    struct row_personal *row;
    if (!q_personal(reader->db, reader->arena, person, &row, e))
        return false;
    *out = row ? row->name : S("");
    return true;
}

bool view_credential(struct db *db, struct arena *arena, str login, int64_t *out_person,
                     str *out_secret, struct err *e)
{
    struct row_credential *row;
    if (!q_credential_of_login(db, arena, login, &row, e))
        return false;
    *out_person = row ? row->person : 0;
    *out_secret = row ? row->secret : STR_NONE;
    return true;
}

bool is_shown_day(int64_t day)
{
    return day >= 0 && day <= INT32_MAX && date_year((date){(int32_t)day}) <= LIMIT_YEAR_MAX;
}

struct named organisation_named(const struct authority_state *authority, int64_t id)
{
    const struct organisation *organisation = authority_organisation(authority, id);
    return (struct named){id, organisation ? organisation->name : S("")};
}

static struct label administrator_label(str role)
{
    if (str_eq(role, ROLE_SYSTEM_ADMINISTRATOR))
        return (struct label){S("系统管理员"), S("System administrator")};
    if (str_eq(role, ROLE_SECURITY_ADMINISTRATOR))
        return (struct label){S("安全管理员"), S("Security administrator")};
    if (str_eq(role, ROLE_AUDIT_ADMINISTRATOR))
        return (struct label){S("审计管理员"), S("Audit administrator")};
    return (struct label){role, role};
}

struct label role_label_of(const struct policy *policy, str role)
{
    const struct role *found = policy ? policy_role(policy, role) : NULL;
    return found ? found->label : administrator_label(role);
}

bool authority_in_force(struct reader *reader, int64_t id, struct authority_state **out,
                        const struct policy **out_policy, struct err *e)
{
    *out = NULL;
    *out_policy = NULL;
    struct authority_state *authority;
    if (!library_authority(reader->library, reader->db, reader->arena, id, &authority, e))
        return false;
    if (!authority)
        return RAISE(e, CORRUPT, "authorities",
                     "authority %lld is missing; verify the data and rebuild it", (long long)id);
    if (authority->policy_digest.len) {
        *out_policy = library_policy(reader->library, reader->db, authority->policy_digest, e);
        if (!*out_policy)
            return false;
    }
    *out = authority;
    return true;
}

bool view_policy(struct reader *reader, const struct policy **out, str *out_digest, struct err *e)
{
    struct authority_state *authority;
    *out_digest = STR_NONE;
    if (!authority_in_force(reader, reader->actor->authority, &authority, out, e))
        return false;
    *out_digest = authority->policy_digest;
    return true;
}

static struct post_view post_of(const struct authority_state *authority,
                                const struct policy *policy, const struct row_post *row,
                                struct named holder)
{
    return (struct post_view){
        .id = row->id,
        .organisation = organisation_named(authority, row->organisation),
        .role = row->role,
        .role_label = role_label_of(policy, row->role),
        .holder = holder,
    };
}

/* A post of another that the person may act as today. */
static bool add_lent(struct reader *reader, struct person_view *view,
                     const struct authority_state *authority, const struct row_delegation *lent,
                     struct err *e)
{
    struct row_post *post;
    struct named holder = {.id = lent->holder};
    bool today = lent->ended_on_null && lent->valid_from <= reader->today.day &&
                 lent->valid_until >= reader->today.day;
    if (!today)
        return true;
    if (!q_post(reader->db, reader->arena, lent->post, &post, e) ||
        !view_person_name(reader, lent->holder, &holder.name, e))
        return false;
    if (post)
        view->posts[view->n_posts++] = post_of(authority, view->policy, post, holder);
    return true;
}

bool view_person(struct reader *reader, int64_t person, struct person_view **out, struct err *e)
{
    *out = NULL;
    struct row_person *row;
    struct row_post *posts;
    struct row_delegation *lent;
    size_t n, n_lent;
    struct authority_state *authority;
    const struct policy *policy;
    if (!q_person(reader->db, reader->arena, person, &row, e) ||
        !q_posts_of(reader->db, reader->arena, person, &posts, &n, e) ||
        !q_delegations_to(reader->db, reader->arena, person, &lent, &n_lent, e))
        return false;
    if (!row)
        return true;
    if (!authority_in_force(reader, row->authority, &authority, &policy, e))
        return false;
    struct person_view *view = NEW(reader->arena, struct person_view);
    view->policy = policy;
    view->policy_digest = authority->policy_digest;
    view->person.id = person;
    if (!view_person_name(reader, person, &view->person.name, e))
        return false;
    view->authority = (struct named){authority->id, authority->name};
    view->authority_en = authority->name_en;
    view->posts = NEWS(reader->arena, struct post_view, n + n_lent + 1);
    for (size_t i = 0; i < n; i++)
        view->posts[view->n_posts++] = post_of(authority, policy, &posts[i], (struct named){0});
    for (size_t i = 0; i < n_lent; i++)
        if (!add_lent(reader, view, authority, &lent[i], e))
            return false;
    *out = view;
    return true;
}
