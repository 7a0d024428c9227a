/* SPDX-License-Identifier: Apache-2.0
 * A town at work from one seed: bodies, people and what they do, day after day, by the same
 * commands as everybody's. */
#include "play/simulate_priv.h"

#include <inttypes.h>
#include <string.h>

/* ---- time ----------------------------------------------------------------------------------- */

int64_t town_clock(const struct town *town, int64_t at_ms)
{
    if (at_ms < town->odd.from_ms || at_ms >= town->odd.until_ms)
        return at_ms;
    return town->odd.still ? town->odd.from_ms : at_ms - town->odd.behind_ms;
}

bool town_authority(struct town *town, const struct authority_state **out, struct err *e)
{
    struct db *db = clerk_db(town->clerk);
    struct authority_state *state;
    *out = town->state;
    if (*out)
        return true;
    bool ok = db_begin(db, e) && library_authority(town->library, db, town->scratch,
                                                   town->authority, &state, e);
    db_rollback(db);
    if (ok)
        *out = town->state = state;
    return ok;
}

bool town_calendar(struct town *town, const struct calendar **out, struct err *e)
{
    const struct authority_state *authority;
    bool ok = town_authority(town, &authority, e);
    if (ok)
        *out = &authority->calendar;
    return ok;
}

int64_t town_later(struct town *town, const struct calendar *calendar, int64_t at_ms, int days)
{
    date day = date_plus(date_of_instant(at_ms), days);
    while (!calendar_is_work(calendar, day))
        day = date_plus(day, 1);
    int hour = 8 + (int)prng_below(&town->prng, 10);
    int64_t later_ms = instant_of_date(day, hour, (int)prng_below(&town->prng, 60));
    return later_ms > at_ms ? later_ms : at_ms + HOUR_MS / 4;
}

/* ---- commands ------------------------------------------------------------------------------- */

void town_sign(struct town *town, const struct player *player, int64_t at_ms,
               struct command *command)
{
    date today = date_of_instant(town_clock(town, at_ms));
    bool away = player->delegation && date_cmp(player->from, today) <= 0 &&
                date_cmp(today, player->until) <= 0;
    command->authority = town->authority;
    command->actor = away && prng_chance(&town->prng, 50)
                         ? town->players.items[player->stand_in].person : player->person;
    command->post = player->post;
    command->key = str_printf(town->scratch, "sim-%" PRId64, ++town->keys);
    command->body_digest = S("simulated");
}

bool town_send(struct town *town, struct command *command, int64_t at_ms, struct answer *answer,
               struct err *e)
{
    clerk_run(town->clerk, town->scratch, command, town_clock(town, at_ms), answer);
    if (answer->kind == ANSWER_FAILED) {
        *e = answer->err;
        return false;
    }
    if (answer->kind == ANSWER_REFUSED) {
        town->result->refusals++;
        return true;
    }
    town->result->commands++;
    town->result->entries += answer->entries;
    return true;
}

static bool carry(struct town *town, const struct agenda *item, struct err *e)
{
    switch (item->doing) {
    case DO_FOUND: return do_found(town, item, e);
    case DO_SYSTEM: return do_system(town, item, e);
    case DO_CASE: return do_case(town, item, e);
    case DO_RECEIVE: return do_receive(town, item, e);
    case DO_CORRECT: return do_correct(town, item, e);
    case DO_FILE: return do_file(town, item, e);
    case DO_DELEGATE: return do_delegate(town, item, e);
    case DO_RECALL: return do_recall(town, item, e);
    case DO_ASK: return do_ask(town, item, e);
    case DO_CALENDAR: return do_calendar(town, item, e);
    case DO_CLOCK: do_clock(town, item); return true;
    }
    return true;
}

/* ---- the run -------------------------------------------------------------------------------- */

/* Most systems come in the first third of the time, so that there is a life after it. */
static void plan_foundings(struct town *town)
{
    const struct procedure *founding = town_founding(town->policy);
    size_t days = (size_t)town->plan->days;
    for (int i = 0; founding && i < town->plan->systems; i++) {
        const struct player *player = town_any(town, founding->steps[0].by);
        if (!player)
            return;
        uint64_t within = prng_chance(&town->prng, 80) ? days / 3 + 1 : days;
        int day = (int)prng_below(&town->prng, within);
        int hour = 8 + (int)prng_below(&town->prng, 10);
        plan(town, (struct agenda){
                       .at_ms = instant_of_date(date_plus(town->plan->from, day), hour, 5),
                       .doing = DO_FOUND,
                       .who = (size_t)(player - town->players.items)});
    }
}

/* What is held between two acts must not grow with the days. */
static void note_memory(struct town *town, date day)
{
    size_t held = arena_held_now();
    if (date_between(town->plan->from, day) <= MEMORY_DAYS && held > town->result->held_early)
        town->result->held_early = held;
    if (held > town->result->held_late)
        town->result->held_late = held;
}

static bool end_day(struct town *town, date day, struct err *e)
{
    note_memory(town, day);
    int64_t midnight_ms = instant_of_date(day, 0, 0);
    int64_t made = clerk_tick(town->clerk, midnight_ms, e);
    if (made < 0 || !clerk_checkpoint(town->clerk, midnight_ms, e) || !check_day(town, e))
        return false;
    arena_reset(town->scratch);
    town->state = NULL;
    library_rest(town->library);
    town->result->entries += made;
    if (town->plan->progress)
        fprintf(town->plan->progress, "\rday %d of %d, %" PRId64 " entries",
                1 + date_between(town->plan->from, day), town->plan->days,
                town->result->entries);
    return true;
}

static bool tick_until(struct town *town, date *day, date until, struct err *e)
{
    for (; date_cmp(*day, until) <= 0; *day = date_plus(*day, 1))
        if (!end_day(town, *day, e))
            return false;
    return true;
}

static bool run_days(struct town *town, struct err *e)
{
    date day = date_plus(town->plan->from, 1);
    date end = date_plus(town->plan->from, town->plan->days);
    date last = date_of_instant(town->plan->until_ms);
    if (date_cmp(last, end) < 0)
        end = last;
    struct agenda item;
    while (next_planned(town, &item) && item.at_ms <= town->plan->until_ms &&
           date_cmp(date_of_instant(item.at_ms), end) <= 0) {
        if (!tick_until(town, &day, date_of_instant(item.at_ms), e) || !carry(town, &item, e))
            return false;
        arena_reset(town->scratch);
    }
    return tick_until(town, &day, end, e);
}

/* The root of the whole log, from its leaves. */
static bool tell_root(struct town *town, struct err *e)
{
    struct tree tree = {0};
    struct db *db = clerk_db(town->clerk);
    size_t n = LIMIT_PAGE_ROWS;
    bool ok = db_begin(db, e);
    while (ok && n == LIMIT_PAGE_ROWS) {
        struct row_leaf *rows;
        arena_reset(town->scratch);
        ok = q_leaves_from(db, town->scratch, tree.size, LIMIT_PAGE_ROWS, &rows, &n, e);
        for (size_t i = 0; ok && i < n; i++) {
            struct digest leaf;
            must(rows[i].leaf.len == sizeof leaf.bytes);
            memcpy(leaf.bytes, rows[i].leaf.ptr, sizeof leaf.bytes);
            tree_append(&tree, leaf);
        }
    }
    db_rollback(db);
    town->result->root = tree_root(&tree);
    return ok;
}

bool simulate(struct clerk *clerk, int64_t authority, const struct policy *policy,
              const struct simulation *simulation, struct simulation_result *result,
              struct err *e)
{
    *result = (struct simulation_result){0};
    struct town town = {
        .clerk = clerk,
        .library = library_new(),
        .arena = arena_new((size_t)1 << 30),
        .scratch = arena_new(LIMIT_ARENA_BATCH),
        .policy = policy,
        .plan = simulation,
        .result = result,
        .authority = authority,
    };
    prng_seed(&town.prng, simulation->seed);
    bool ok = people_town(&town, e);
    if (ok) {
        plan_foundings(&town);
        plan_office(&town);
        ok = run_days(&town, e) && tell_root(&town, e);
    }
    result->held_most = arena_held_most();
    if (simulation->progress)
        fprintf(simulation->progress, "\n");
    library_free(town.library);
    arena_free(town.scratch);
    arena_free(town.arena);
    return ok;
}
