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

bool town_founds(const struct procedure *procedure)
{
    return procedure->subject == SUBJECT_NEW;
}

static bool opens_cases(const struct policy *policy, str role)
{
    for (size_t i = 0; i < policy->n_procedures; i++)
        if (town_founds(&policy->procedures[i]) &&
            str_eq(policy->procedures[i].steps[0].by, role))
            return true;
    return false;
}

static bool has_seat(const struct policy *policy, str role, enum seat_kind kind)
{
    for (size_t i = 0; i < policy->n_procedures; i++)
        for (size_t k = 0; k < policy->procedures[i].n_seats; k++)
            if (policy->procedures[i].seats[k].kind == kind &&
                str_eq(policy->procedures[i].seats[k].role, role))
                return true;
    return false;
}

/* As many of the role as some form wants to be named. */
static int most_named(const struct policy *policy, str role)
{
    int64_t most = 0;
    for (size_t p = 0; p < policy->n_procedures; p++)
        for (size_t i = 0; i < policy->procedures[p].n_steps; i++) {
            const struct form *form = &policy->procedures[p].steps[i].form;
            for (size_t k = 0; k < form->n; k++)
                if (form->fields[k].type == FIELD_ORGANISATIONS &&
                    str_eq(form->fields[k].role, role) && form->fields[k].min > most)
                    most = form->fields[k].min;
        }
    return (int)most;
}

/* How many organisations may hold the role: one where a procedure seats the only one. */
static int at_most(const struct policy *policy, str role, int wanted)
{
    int most = most_named(policy, role);
    return has_seat(policy, role, SEAT_SOLE) ? 1 : most > wanted ? most : wanted;
}

/* Bodies above others; the authority itself may be one of them. */
struct above {
    int64_t ids[3];
    size_t n;
};

static struct above bodies_above(const struct town *town)
{
    struct above above = {{0}, 0};
    for (size_t i = 0; i < town->players.len && above.n < COUNT_OF(above.ids); i += PEOPLE)
        if (has_seat(town->policy, town->players.items[i].role, SEAT_PARENT))
            above.ids[above.n++] = town->players.items[i].organisation;
    return above;
}

/* One unit in three is of a lower level, where the role knows several. Those have a body above
 * them, and where there is but one level, so have all; of the highest level, some. */
static bool people_units(struct town *town, const struct role *role, struct err *e)
{
    struct above above = bodies_above(town);
    int n = at_most(town->policy, role->id, town->plan->units);
    for (int i = 0; i < n; i++) {
        bool low = role->n_levels > 1 && i % 3 == 2;
        size_t level = low ? 1 + (size_t)i / 3 % (role->n_levels - 1) : 0;
        bool under = above.n && (low || role->n_levels == 1 || i % 6 == 4);
        int64_t parent = under ? above.ids[(size_t)i % above.n] : 0;
        if (!add_body(town, role->id, role->levels[level], invent_unit(town, low, i), parent, e))
            return false;
    }
    return true;
}

static bool people_above(struct town *town, const struct role *role, struct err *e)
{
    static const char *const COUNTY[] = {"青山县", "云溪县", "临江区"};
    int n = at_most(town->policy, role->id, COUNT_OF(COUNTY));
    for (int i = 0; i < n; i++)
        if (!add_body(town, role->id, role->levels[0],
                      str_printf(town->arena, "%s政务服务和大数据管理局", COUNTY[i]), 0, e))
            return false;
    return true;
}

/* Whoever oversees all is one body; of others there are two. */
static bool people_others(struct town *town, const struct role *role, struct err *e)
{
    int n = role->sees == SEES_ALL ? 1 : at_most(town->policy, role->id, 2);
    for (int i = 0; i < n; i++)
        if (!add_body(town, role->id, role->levels[0], invent_body(town, role, i), 0, e))
            return false;
    return true;
}

/* Who stands above others comes first, so that units can be put under them. */
bool people_town(struct town *town, struct err *e)
{
    const struct policy *policy = town->policy;
    for (int first = 1; first >= 0; first--)
        for (size_t i = 0; i < policy->n_roles; i++) {
            const struct role *role = &policy->roles[i];
            bool above = has_seat(policy, role->id, SEAT_PARENT), ok;
            if (above != (first != 0))
                continue;
            if (str_eq(role->id, policy->authority_role))
                ok = add_body(town, role->id, role->levels[0], STR_NONE, 0, e);
            else if (opens_cases(policy, role->id))
                ok = people_units(town, role, e);
            else
                ok = above ? people_above(town, role, e) : people_others(town, role, e);
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
