/* SPDX-License-Identifier: Apache-2.0
 * How cases begin: those that register a system, and those about one. No procedure is known by its
 * name: what a page would offer is asked of the program. */
#include "play/simulate_priv.h"

enum { OPEN_AT_ONCE = 2, FOUND_TRIES = 4 };

static bool load_system(struct town *town, int64_t id, struct system_state **system, struct err *e)
{
    struct world world = {.db = clerk_db(town->clerk), .arena = town->scratch};
    bool ok = db_begin(world.db, e) && world_system(&world, id, system, e) &&
              world_records(&world, *system, e);
    db_rollback(world.db);
    return ok;
}

static bool open_case(struct town *town, struct act *act, bool *out_opened, struct err *e)
{
    const struct outcome *outcome;
    struct answer answer;
    struct command command = {
        .kind = COMMAND_open_case,
        .procedure = act->procedure->id,
        .system = act->system ? act->system->id : 0,
    };
    act->step = &act->procedure->steps[0];
    if (!try_act(town, act, command, &outcome, &answer, e))
        return false;
    *out_opened = answer.kind == ANSWER_DONE;
    return !*out_opened || look_again(town, act, answer.object, &answer, true, e);
}

/* ---- without a system ----------------------------------------------------------------------- */

/* The first day on which anything can be opened: before its regulation is in force nothing is. */
static date first_opening(const struct town *town)
{
    return date_max(town->plan->from, town->policy->from);
}

/* Most systems come in the first third of the time, so that there is a life after it. */
static void plan_founding(struct town *town, size_t procedure)
{
    date first = first_opening(town);
    int left = town->plan->days - date_between(town->plan->from, first);
    size_t days = left > 0 ? (size_t)left : 1;
    uint64_t within = prng_chance(&town->prng, 80) ? days / 3 + 1 : days;
    int day = (int)prng_below(&town->prng, within);
    int hour = 8 + (int)prng_below(&town->prng, 10);
    plan(town, (struct agenda){
                   .at_ms = instant_of_date(date_plus(first, day), hour, 5),
                   .doing = DO_FOUND,
                   .id = 1,
                   .object = (int64_t)procedure});
}

/* About no system, and not by itself when its time has come: somebody finds occasion for it. */
static bool is_occasional(const struct procedure *procedure)
{
    return procedure->subject == SUBJECT_OPENER && !procedure->opens.present;
}

static void plan_occasion(struct town *town, size_t procedure, date day)
{
    date next = date_plus(day, 3 + (int32_t)prng_below(&town->prng, 40));
    plan(town, (struct agenda){
                   .at_ms = instant_of_date(next, 9, (int)prng_below(&town->prng, 60)),
                   .doing = DO_FOUND,
                   .id = FOUND_TRIES,
                   .object = (int64_t)procedure});
}

/* Several ways by which systems come into being take turns. */
void plan_foundings(struct town *town)
{
    size_t *founding = NEWS(town->scratch, size_t, town->policy->n_procedures + 1), n = 0;
    for (size_t i = 0; i < town->policy->n_procedures; i++) {
        if (town_founds(&town->policy->procedures[i]))
            founding[n++] = i;
        if (is_occasional(&town->policy->procedures[i]))
            plan_occasion(town, i, first_opening(town));
    }
    for (int i = 0; n && i < town->plan->systems; i++)
        plan_founding(town, founding[(size_t)i % n]);
}

/* Where one is refused for good, another tries it some days later. */
bool do_found(struct town *town, const struct agenda *item, struct err *e)
{
    const struct procedure *procedure = &town->policy->procedures[item->object];
    const struct calendar *calendar;
    struct act act = {
        .player = town_any(town, procedure->steps[0].by),
        .procedure = procedure,
        .at_ms = item->at_ms,
    };
    bool opened = true;
    if (!town_calendar(town, &calendar, e) ||
        (act.player && !open_case(town, &act, &opened, e)))
        return false;
    if (is_occasional(procedure))
        plan_occasion(town, (size_t)item->object, date_of_instant(item->at_ms));
    if (opened || item->id >= FOUND_TRIES)
        return true;
    struct agenda again = *item;
    again.id++;
    again.at_ms = town_later(town, calendar, item->at_ms, 1 + (int)prng_below(&town->prng, 7));
    plan(town, again);
    return true;
}

/* ---- about a system ------------------------------------------------------------------------- */

void plan_system(struct town *town, const struct calendar *calendar, struct place *place,
                 int64_t at_ms)
{
    bool live = place->stage == SYSTEM_LIVE;
    int days = live ? 2 + (int)prng_below(&town->prng, 24) : 20 + (int)prng_below(&town->prng, 80);
    plan(town, (struct agenda){.at_ms = town_later(town, calendar, at_ms, days),
                               .doing = DO_SYSTEM,
                               .id = place->id});
    place->watched = true;
}

static bool retires(const struct procedure *procedure)
{
    for (size_t i = 0; i < procedure->n_steps; i++)
        for (size_t k = 0; k < procedure->steps[i].n_outcomes; k++) {
            const struct outcome *outcome = &procedure->steps[i].outcomes[k];
            for (size_t j = 0; j < outcome->n_effects; j++)
                if (outcome->effects[j].kind == EFFECT_retire)
                    return true;
        }
    return false;
}

/* Who opens it: somebody who oversees all, the system's owner, or its provider. */
static const struct player *opener(struct town *town, const struct procedure *procedure,
                                   const struct place *place)
{
    str role = procedure->steps[0].by;
    if (policy_role(town->policy, role)->sees == SEES_ALL || prng_chance(&town->prng, 1))
        return town_any(town, role);
    const struct player *owner = town_player(town, place->owner, role);
    return owner ? owner : town_player(town, place->provider, role);
}

/* The body that would open it, of the system's owner, its provider, and who holds the role. */
static int64_t opening_body(const struct facts *facts, str role)
{
    const struct authority_state *authority = facts->authority;
    const int64_t near[] = {facts->system->owner, facts->system->provider};
    for (size_t i = 0; i < COUNT_OF(near); i++) {
        const struct organisation *body = authority_organisation(authority, near[i]);
        if (body && str_eq(body->role, role))
            return body->id;
    }
    for (size_t i = 0; i < authority->organisations.len; i++)
        if (str_eq(authority->organisations.items[i].role, role))
            return authority->organisations.items[i].id;
    return 0;
}

static bool is_offered(struct town *town, const struct facts *facts,
                       const struct procedure *procedure)
{
    str role = procedure->steps[0].by;
    struct actor actor = {.organisation = opening_body(facts, role), .role = role};
    struct facts opening = *facts;
    opening.actor = &actor;
    return decide_obstacles(town->scratch, &opening, procedure).reasons.len == 0;
}

/* Of what the page offers about the system, or now and then of what it does not. Systems seldom
 * go; what nobody has opened yet comes sooner. NULL when there is nothing. */
static const struct procedure *choose_procedure(struct town *town, const struct facts *facts)
{
    const struct procedure *chosen = NULL;
    bool all_the_same = prng_chance(&town->prng, 5);
    uint64_t sum = 0;
    for (size_t i = 0; i < town->policy->n_procedures; i++) {
        const struct procedure *procedure = &town->policy->procedures[i];
        if (procedure->subject != SUBJECT_SYSTEM ||
            (!all_the_same && !is_offered(town, facts, procedure)))
            continue;
        uint64_t weight = retires(procedure) ? 1 : 12;
        weight *= town->told->procedures[i].opened ? 1 : 4;
        sum += weight;
        if (prng_below(&town->prng, sum) < weight)
            chosen = procedure;
    }
    return chosen;
}

bool do_system(struct town *town, const struct agenda *item, struct err *e)
{
    const struct calendar *calendar;
    const struct authority_state *authority;
    struct place *place = town_place(town, item->id);
    struct act act = {.at_ms = item->at_ms};
    if (!town_calendar(town, &calendar, e) || !town_authority(town, &authority, e))
        return false;
    plan_system(town, calendar, place, item->at_ms);
    if (place->open >= OPEN_AT_ONCE)
        return true;
    if (!load_system(town, item->id, &act.system, e))
        return false;
    struct facts facts = {
        .authority = authority,
        .system = act.system,
        .policy = town->policy,
        .today = date_of_instant(act.at_ms),
    };
    act.procedure = choose_procedure(town, &facts);
    act.player = act.procedure ? opener(town, act.procedure, place) : NULL;
    bool opened;
    return !act.player || open_case(town, &act, &opened, e);
}
