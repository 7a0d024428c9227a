/* SPDX-License-Identifier: Apache-2.0
 * Towns at work from one seed, each under a policy of its own: bodies, people and what they do, day
 * after day, by the same commands as everybody's. */
#include "play/simulate_priv.h"

#include <inttypes.h>
#include <string.h>

/* Any odd number: towns of one seed are not alike. */
static const uint64_t SEED_STEP = UINT64_C(0x9e3779b97f4a7c15);

/* ---- time ----------------------------------------------------------------------------------- */

int64_t town_clock(const struct town *town, int64_t at_ms)
{
    const struct machine *machine = town->machine;
    if (at_ms < machine->odd.from_ms || at_ms >= machine->odd.until_ms)
        return at_ms;
    return machine->odd.still ? machine->odd.from_ms : at_ms - machine->odd.behind_ms;
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
        town->told->refusals++;
        return true;
    }
    town->told->commands++;
    town->machine->result->entries += answer->entries;
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

/* What is held between two acts must not grow with the days. */
static void note_memory(struct machine *machine, date day)
{
    size_t held = arena_held_now();
    struct simulation_result *result = machine->result;
    if (date_between(machine->plan->from, day) <= MEMORY_DAYS && held > result->held_early)
        result->held_early = held;
    if (held > result->held_late)
        result->held_late = held;
}

static void rest(struct machine *machine)
{
    arena_reset(machine->scratch);
    for (size_t i = 0; i < machine->n; i++)
        machine->towns[i].state = NULL;
    library_rest(machine->library);
}

static bool end_day(struct machine *machine, date day, struct err *e)
{
    note_memory(machine, day);
    int64_t midnight_ms = instant_of_date(day, 0, 0);
    int64_t made = clerk_tick(machine->clerk, midnight_ms, e);
    if (made < 0 || !clerk_checkpoint(machine->clerk, midnight_ms, e))
        return false;
    for (size_t i = 0; i < machine->n; i++)
        if (!check_day(&machine->towns[i], midnight_ms, e))
            return false;
    rest(machine);
    machine->result->entries += made;
    if (machine->plan->progress)
        fprintf(machine->plan->progress, "\rday %d of %d, %" PRId64 " entries",
                1 + date_between(machine->plan->from, day), machine->plan->days,
                machine->result->entries);
    return true;
}

static bool tick_until(struct machine *machine, date *day, date until, struct err *e)
{
    for (; date_cmp(*day, until) <= 0; *day = date_plus(*day, 1))
        if (!end_day(machine, *day, e))
            return false;
    return true;
}

/* The town whose turn it is: what comes first comes first, whosesoever it is. */
static struct town *next_town(struct machine *machine)
{
    struct town *next = &machine->towns[0];
    for (size_t i = 1; i < machine->n; i++)
        if (first_planned_ms(&machine->towns[i]) < first_planned_ms(next))
            next = &machine->towns[i];
    return next;
}

static bool run_days(struct machine *machine, struct err *e)
{
    date day = date_plus(machine->plan->from, 1);
    date end = date_plus(machine->plan->from, machine->plan->days);
    date last = date_of_instant(machine->plan->until_ms);
    if (date_cmp(last, end) < 0)
        end = last;
    for (;;) {
        struct agenda item;
        struct town *town = next_town(machine);
        if (!next_planned(town, &item) || item.at_ms > machine->plan->until_ms ||
            date_cmp(date_of_instant(item.at_ms), end) > 0)
            return tick_until(machine, &day, end, e);
        if (!tick_until(machine, &day, date_of_instant(item.at_ms), e) || !carry(town, &item, e))
            return false;
        arena_reset(machine->scratch);
    }
}

/* The root of the whole log, from its leaves. */
static bool tell_root(struct machine *machine, struct err *e)
{
    struct tree tree = {0};
    struct db *db = clerk_db(machine->clerk);
    size_t n = LIMIT_PAGE_ROWS;
    bool ok = db_begin(db, e);
    while (ok && n == LIMIT_PAGE_ROWS) {
        struct row_leaf *rows;
        arena_reset(machine->scratch);
        ok = q_leaves_from(db, machine->scratch, tree.size, LIMIT_PAGE_ROWS, &rows, &n, e);
        for (size_t i = 0; ok && i < n; i++) {
            struct digest leaf;
            must(rows[i].leaf.len == sizeof leaf.bytes);
            memcpy(leaf.bytes, rows[i].leaf.ptr, sizeof leaf.bytes);
            tree_append(&tree, leaf);
        }
    }
    db_rollback(db);
    machine->result->root = tree_root(&tree);
    return ok;
}

static bool begin_town(struct machine *machine, size_t i, struct jurisdiction *told, struct err *e)
{
    struct town *town = &machine->towns[i];
    *town = (struct town){
        .machine = machine,
        .clerk = machine->clerk,
        .library = machine->library,
        .arena = machine->arena,
        .scratch = machine->scratch,
        .policy = told->policy,
        .plan = machine->plan,
        .told = told,
        .authority = told->authority,
    };
    prng_seed(&town->prng, machine->plan->seed + i * SEED_STEP);
    return people_town(town, e);
}

static void add_up(const struct jurisdiction *told, struct simulation_result *result)
{
    result->commands += told->commands;
    result->refusals += told->refusals;
    result->cases += told->cases;
    result->ended += told->ended;
    result->late += told->late;
}

bool simulate(struct clerk *clerk, struct arena *arena, struct jurisdiction *jurisdictions,
              size_t n, const struct simulation *simulation, struct simulation_result *result,
              struct err *e)
{
    *result = (struct simulation_result){0};
    struct machine machine = {
        .clerk = clerk,
        .library = library_new(),
        .arena = arena_new((size_t)1 << 30),
        .scratch = arena_new(LIMIT_ARENA_BATCH),
        .plan = simulation,
        .result = result,
        .n = n,
    };
    machine.towns = NEWS(machine.arena, struct town, n);
    must(n > 0);
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++) {
        reach_begin(arena, &jurisdictions[i]);
        ok = begin_town(&machine, i, &jurisdictions[i], e);
    }
    for (size_t i = 0; ok && i < n; i++) {
        plan_foundings(&machine.towns[i]);
        plan_office(&machine.towns[i]);
    }
    ok = ok && run_days(&machine, e) && tell_root(&machine, e);
    for (size_t i = 0; i < n; i++)
        add_up(&jurisdictions[i], result);
    result->held_most = arena_held_most();
    if (simulation->progress)
        fprintf(simulation->progress, "\n");
    library_free(machine.library);
    arena_free(machine.scratch);
    arena_free(machine.arena);
    return ok;
}
