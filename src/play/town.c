/* SPDX-License-Identifier: Apache-2.0
 * Who is there: bodies, their people, and the systems they found. */
#include "play/simulate_priv.h"

#include <inttypes.h>

static bool is_taken(const struct row_organisation *rows, size_t n, str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].name, name))
            return true;
    return false;
}

/* Roles are invented alike: whoever comes second to a name bears its role behind it, whoever comes
 * third a number as well. */
static bool free_name(struct town *town, str role, str wanted, str *out, struct err *e)
{
    struct db *db = clerk_db(town->clerk);
    struct row_organisation *rows;
    size_t n = 0;
    bool ok = db_begin(db, e) &&
              q_organisations_of(db, town->scratch, town->authority, &rows, &n, e);
    db_rollback(db);
    if (!ok)
        return false;
    str label = policy_role(town->policy, role)->label.zh, name = wanted;
    for (int k = 1; is_taken(rows, n, name); k++) {
        str number = k > 1 ? str_printf(town->scratch, "%d", k) : S("");
        name = str_printf(town->scratch, "%.*s（%.*s%.*s）", STR_FMT(wanted), STR_FMT(label),
                          STR_FMT(number));
    }
    *out = name;
    return true;
}

static bool add_person(struct town *town, struct player player, int64_t at_ms, struct err *e)
{
    struct command person = {
        .kind = COMMAND_register_person,
        .authority = town->authority,
        .organisation = player.organisation,
        .role = player.role,
        .name = invent_person(town),
        .phone = str_printf(town->scratch, "139%08" PRIu64, prng_below(&town->prng, 100000000)),
    };
    if (!run_trusted(town->clerk, town->scratch, &person, at_ms, &player.person, e))
        return false;
    player.post = player.person + 1;
    VEC_PUSH(town->arena, &town->players, player);
    return true;
}

/* An organisation, or the authority itself (without a name), with its people. */
static bool add_body(struct town *town, str role, str level, str name, int64_t parent,
                     struct err *e)
{
    int64_t at_ms = instant_of_date(town->plan->from, 8, 0);
    struct player player = {.role = role, .level = level, .organisation = town->authority};
    struct command organisation = {
        .kind = COMMAND_register_organisation,
        .authority = town->authority,
        .name = name,
        .role = role,
        .level = level,
        .parent = parent,
    };
    if (name.len && (!free_name(town, role, name, &organisation.name, e) ||
                     !run_trusted(town->clerk, town->scratch, &organisation, at_ms,
                                  &player.organisation, e)))
        return false;
    for (int i = 0; i < PEOPLE; i++)
        if (!add_person(town, player, at_ms, e))
            return false;
    arena_reset(town->scratch);
    return true;
}

/* The procedure by which systems come into being. */
const struct procedure *town_founding(const struct policy *policy)
{
    for (size_t i = 0; i < policy->n_procedures; i++)
        if (policy->procedures[i].subject == SUBJECT_NEW)
            return &policy->procedures[i];
    return NULL;
}

static bool opens_cases(const struct policy *policy, str role)
{
    const struct procedure *procedure = town_founding(policy);
    return procedure && str_eq(procedure->steps[0].by, role);
}

/* The role that sits above an opener, found by its seat. */
static str parent_role(const struct policy *policy)
{
    for (size_t i = 0; i < policy->n_procedures; i++)
        for (size_t k = 0; k < policy->procedures[i].n_seats; k++)
            if (policy->procedures[i].seats[k].kind == SEAT_PARENT)
                return policy->procedures[i].seats[k].role;
    return STR_NONE;
}

/* How many organisations may hold the role: one where a procedure seats the only one. */
static int at_most(const struct policy *policy, str role, int wanted)
{
    for (size_t i = 0; i < policy->n_procedures; i++)
        for (size_t k = 0; k < policy->procedures[i].n_seats; k++)
            if (policy->procedures[i].seats[k].kind == SEAT_SOLE &&
                str_eq(policy->procedures[i].seats[k].role, role))
                return 1;
    return wanted;
}

static bool people_units(struct town *town, const struct role *role, struct err *e)
{
    str above = parent_role(town->policy);
    int64_t parents[3] = {0};
    size_t n_parents = 0;
    for (size_t i = 0; i < town->players.len && n_parents < COUNT_OF(parents); i++)
        if (str_eq(town->players.items[i].role, above))
            parents[n_parents++] = town->players.items[i].organisation;
    int n = at_most(town->policy, role->id, town->plan->units);
    for (int i = 0; i < n; i++) {
        /* One unit in three belongs to a county, where the role knows counties. */
        bool county = n_parents && role->n_levels > 1 && i % 3 == 2;
        str level = role->levels[county ? 1 : 0];
        int64_t parent = county ? parents[(size_t)i % n_parents] : 0;
        if (!add_body(town, role->id, level, invent_unit(town, level, i), parent, e))
            return false;
    }
    return true;
}

bool people_town(struct town *town, struct err *e)
{
    static const char *const COUNTY[] = {"青山县", "云溪县", "临江区"};
    static const char *const CLOUD[] = {"北辰云科技有限公司", "远山云计算有限公司"};
    const struct policy *policy = town->policy;
    /* Who stands above others comes first, so that units can be put under them. */
    str above = parent_role(policy);
    int counties = above.len ? at_most(policy, above, COUNT_OF(COUNTY)) : 0;
    for (int i = 0; i < counties; i++)
        if (!add_body(town, above, policy_role(policy, above)->levels[0],
                        str_printf(town->arena, "%s政务服务和大数据管理局", COUNTY[i]), 0, e))
            return false;
    for (size_t i = 0; i < policy->n_roles; i++) {
        const struct role *role = &policy->roles[i];
        bool ok = true;
        if (str_eq(role->id, above))
            continue;
        if (str_eq(role->id, policy->authority_role))
            ok = add_body(town, role->id, role->levels[0], STR_NONE, 0, e);
        else if (opens_cases(policy, role->id))
            ok = people_units(town, role, e);
        else if (role->sees == SEES_ALL)
            ok = add_body(town, role->id, role->levels[0],
                            str_printf(town->arena, "市%.*s局", STR_FMT(role->label.zh)), 0, e);
        else
            for (int k = 0; ok && k < at_most(policy, role->id, COUNT_OF(CLOUD)); k++)
                ok = add_body(town, role->id, role->levels[0], str_of(CLOUD[k]), 0, e);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- who is meant --------------------------------------------------------------------------- */

struct player *town_player(struct town *town, int64_t organisation, str role)
{
    for (size_t i = 0; i < town->players.len; i += PEOPLE)
        if (town->players.items[i].organisation == organisation &&
            str_eq(town->players.items[i].role, role))
            return &town->players.items[i + prng_below(&town->prng, PEOPLE)];
    return NULL;
}

struct player *town_any(struct town *town, str role)
{
    struct player *chosen = NULL;
    size_t seen = 0;
    for (size_t i = 0; i < town->players.len; i++)
        if (str_eq(town->players.items[i].role, role) && prng_below(&town->prng, ++seen) == 0)
            chosen = &town->players.items[i];
    return chosen;
}

struct player *town_person(struct town *town, int64_t person)
{
    for (size_t i = 0; i < town->players.len; i++)
        if (town->players.items[i].person == person)
            return &town->players.items[i];
    return NULL;
}

struct place *town_place(struct town *town, int64_t system)
{
    size_t low = 0, high = town->places.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (town->places.items[middle].id == system)
            return &town->places.items[middle];
        if (town->places.items[middle].id < system)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
