/* SPDX-License-Identifier: Apache-2.0
 * What goes on beside cases: registers, delegations, further materials, and what nobody in the
 * town decides: a new holiday arrangement, a clock that goes wrong. */
#include "play/simulate_priv.h"

enum { PAGE_LINES = 5 };

/* ---- registers ------------------------------------------------------------------------------ */

/* Not before the fifth working day for most, some days late for some. */
static void plan_filing(struct town *town, size_t who, size_t ledger, date month)
{
    int year, number, day;
    date next;
    date_to_ymd(month, &year, &number, &day);
    must(date_from_ymd(year + number / 12, number % 12 + 1, 1, &next));
    int days = 1 + (int)prng_below(&town->prng, prng_chance(&town->prng, 10) ? 14 : 5);
    plan(town, (struct agenda){
                   .at_ms = instant_of_date(date_plus(next, days), 9,
                                            (int)prng_below(&town->prng, 60)),
                   .doing = DO_FILE,
                   .who = who,
                   .object = (int64_t)ledger});
}

static bool may_file(const struct town *town, const struct ledger *ledger,
                     const struct player *player, const struct place *place)
{
    return place->stage == SYSTEM_LIVE && (place->provider == player->organisation ||
                           place->owner == player->organisation ||
                           policy_role(town->policy, ledger->by)->sees == SEES_ALL);
}

static int32_t month_before(date today)
{
    int year, month, day;
    date_to_ymd(today, &year, &month, &day);
    return month == 1 ? (year - 1) * 100 + 12 : year * 100 + month - 1;
}

static void add_line(struct town *town, const struct ledger *ledger, int64_t system, int habit,
                     date today, struct command *command)
{
    struct filed_record record = {
        .system = system,
        .period = ledger->monthly ? month_before(today) : 0,
        .form = invent_line(town, ledger, habit, today),
    };
    VEC_PUSH(town->scratch, &command->records, record);
}

/* A page of lines, from that place on; *next the place after them. Every system has its habit, and
 * one month in five is unlike the others. */
static void fill_page(struct town *town, const struct ledger *ledger, const struct player *player,
                      date today, size_t *next, struct command *command)
{
    if (ledger->about == ABOUT_ORGANISATION) {
        add_line(town, ledger, 0, 1, today, command);
        *next = town->places.len;
        return;
    }
    for (; *next < town->places.len && command->records.len < PAGE_LINES; ++*next) {
        const struct place *place = &town->places.items[*next];
        int habit = prng_chance(&town->prng, 80) ? (int)(place->id % 3)
                                                 : (int)prng_below(&town->prng, 3);
        if (may_file(town, ledger, player, place))
            add_line(town, ledger, place->id, habit, today, command);
    }
}

bool do_file(struct town *town, const struct agenda *item, struct err *e)
{
    const struct ledger *ledger = &town->policy->registers[item->object];
    const struct player *player = &town->players.items[item->who];
    date today = date_of_instant(item->at_ms);
    struct answer answer = {.kind = ANSWER_REFUSED};
    struct command command = {.kind = COMMAND_file_records, .register_id = ledger->id};
    size_t next = (size_t)item->id;
    fill_page(town, ledger, player, today, &next, &command);
    town_sign(town, player, item->at_ms, &command);
    if (command.records.len && !town_send(town, &command, item->at_ms, &answer, e))
        return false;
    town->told->filed[item->object] += answer.kind == ANSWER_DONE;
    for (size_t i = 0; answer.kind == ANSWER_DONE && i < command.records.len; i++)
        if (command.records.items[i].system &&
            !check_lists(town, command.records.items[i].system, item->at_ms, e))
            return false;
    /* A page in thirty was wrong and is filed again, in place of the first. */
    bool again = command.records.len && prng_chance(&town->prng, 3);
    if (next == town->places.len && !again) {
        plan_filing(town, item->who, (size_t)item->object, today);
        return true;
    }
    struct agenda rest = *item;
    rest.at_ms = town_clock(town, item->at_ms) + (again ? 24 * HOUR_MS : 5 * MINUTE_MS);
    rest.at_ms = rest.at_ms > item->at_ms ? rest.at_ms : item->at_ms;
    rest.id = again ? item->id : (int64_t)next;
    plan(town, rest);
    return true;
}

/* ---- delegations ---------------------------------------------------------------------------- */

bool do_delegate(struct town *town, const struct agenda *item, struct err *e)
{
    const struct calendar *calendar;
    struct player *player = &town->players.items[item->who];
    struct answer answer;
    if (!town_calendar(town, &calendar, e))
        return false;
    date today = date_of_instant(item->at_ms);
    size_t colleague = item->who - item->who % PEOPLE +
                       (item->who + 1 + prng_below(&town->prng, PEOPLE - 1)) % PEOPLE;
    int days = 2 + (int)prng_below(&town->prng, 12);
    player->delegation = 0;
    struct command command = {
        .kind = COMMAND_delegate_post,
        .person = town->players.items[colleague].person,
        .from = date_plus(today, (int32_t)prng_below(&town->prng, 3)),
        .until = date_plus(today, days),
        .reason = S("出差期间委托办理"),
    };
    town_sign(town, player, item->at_ms, &command);
    if (!town_send(town, &command, item->at_ms, &answer, e))
        return false;
    if (answer.kind == ANSWER_DONE) {
        player->delegation = answer.object;
        player->stand_in = colleague;
        player->from = command.from;
        player->until = command.until;
        if (prng_chance(&town->prng, 40))
            plan(town, (struct agenda){
                           .at_ms = town_later(town, calendar, item->at_ms, 1 + days / 2),
                           .doing = DO_RECALL,
                           .who = item->who,
                           .object = answer.object});
    }
    int pause = days + 10 + (int)prng_below(&town->prng, 60);
    plan(town, (struct agenda){.at_ms = town_later(town, calendar, item->at_ms, pause),
                               .doing = DO_DELEGATE,
                               .who = item->who});
    return true;
}

bool do_recall(struct town *town, const struct agenda *item, struct err *e)
{
    struct player *player = &town->players.items[item->who];
    struct answer answer;
    struct command command = {.kind = COMMAND_end_delegation, .object = item->object};
    /* Only the holder takes it back, never who stands in. */
    player->delegation = 0;
    town_sign(town, player, item->at_ms, &command);
    return town_send(town, &command, item->at_ms, &answer, e);
}

/* ---- further materials ---------------------------------------------------------------------- */

static void choose_step(struct town *town, const struct procedure **procedure,
                        const struct step **step)
{
    size_t seen = 0;
    *step = NULL;
    for (size_t i = 0; i < town->policy->n_procedures; i++)
        for (size_t k = 0; k < town->policy->procedures[i].n_steps; k++)
            if (town->policy->procedures[i].steps[k].further &&
                prng_below(&town->prng, ++seen) == 0) {
                *procedure = &town->policy->procedures[i];
                *step = &(*procedure)->steps[k];
            }
}

bool do_ask(struct town *town, const struct agenda *item, struct err *e)
{
    const struct calendar *calendar;
    const struct procedure *procedure = town->asked.procedure;
    const struct step *step = town->asked.step;
    struct answer answer;
    bool asked = step == NULL;
    if (asked)
        choose_step(town, &procedure, &step);
    if (!step)
        return true; /* the policy leaves no room for more */
    struct command command = {
        .kind = COMMAND_ask_material,
        .procedure = procedure->id,
        .step = step->id,
        .material = S("further-note"),
        .zh = S("补充说明"),
        .en = S("Further note"),
        .asked = asked,
    };
    town_sign(town, &town->players.items[item->who], item->at_ms, &command);
    if (!town_calendar(town, &calendar, e) ||
        !town_send(town, &command, item->at_ms, &answer, e))
        return false;
    if (answer.kind == ANSWER_DONE) {
        town->asked.procedure = procedure;
        town->asked.step = asked ? step : NULL;
        town->asked.material = command.material;
    }
    int days = 20 + (int)prng_below(&town->prng, 40);
    plan(town, (struct agenda){.at_ms = town_later(town, calendar, item->at_ms, days),
                               .doing = DO_ASK,
                               .who = item->who});
    return true;
}

/* ---- holidays ------------------------------------------------------------------------------- */

/* The year with one day off moved: a new one soon, instead of one far ahead where there is one. */
static struct calendar_year move_day(struct town *town, const struct calendar *calendar,
                                     const struct calendar_year *year, date today)
{
    struct calendar_year moved = *year;
    date fresh = date_plus(today, 3 + (int32_t)prng_below(&town->prng, 12));
    size_t gone = year->n, n = 0;
    while (!calendar_is_work(calendar, fresh) || date_weekday(fresh) > 5)
        fresh = date_plus(fresh, 1);
    for (size_t i = 0; i < year->n; i++)
        if (!year->days[i].work && date_between(today, year->days[i].on) > 40)
            gone = i;
    moved.days = NEWS(town->scratch, struct calendar_day, year->n + 1);
    for (size_t i = 0; i <= year->n; i++) {
        if ((i == year->n || date_cmp(year->days[i].on, fresh) > 0) &&
            (n == 0 || date_cmp(moved.days[n - 1].on, fresh) < 0) &&
            date_year(fresh) == year->year)
            moved.days[n++] = (struct calendar_day){fresh, false, S("调休"), S("Local holiday")};
        if (i < year->n && i != gone)
            moved.days[n++] = year->days[i];
    }
    moved.n = n;
    return moved;
}

bool do_calendar(struct town *town, const struct agenda *item, struct err *e)
{
    const struct calendar *calendar;
    if (!town_calendar(town, &calendar, e))
        return false;
    date today = date_of_instant(item->at_ms);
    const struct calendar_year *year = calendar_find(calendar, date_year(today));
    int days = 150 + (int)prng_below(&town->prng, 90);
    plan(town, (struct agenda){.at_ms = town_later(town, calendar, item->at_ms, days),
                               .doing = DO_CALENDAR});
    if (!year || date_year(date_plus(today, 30)) != year->year)
        return true;
    struct calendar_year moved = move_day(town, calendar, year, today);
    struct answer answer;
    struct command command = {
        .kind = COMMAND_load_calendar,
        .authority = town->authority,
        .bytes = calendar_print_year(town->scratch, &moved),
    };
    if (!town_send(town, &command, item->at_ms, &answer, e))
        return false;
    must(answer.kind == ANSWER_DONE);
    town->state = NULL;
    return true;
}

/* ---- the machine's clock -------------------------------------------------------------------- */

/* For some hours of a day it goes some minutes behind, or stands still. */
void do_clock(struct town *town, const struct agenda *item)
{
    struct machine *machine = town->machine;
    machine->odd.from_ms = item->at_ms;
    machine->odd.until_ms = item->at_ms + (1 + (int64_t)prng_below(&town->prng, 5)) * HOUR_MS;
    machine->odd.still = prng_chance(&town->prng, 30);
    machine->odd.behind_ms = (1 + (int64_t)prng_below(&town->prng, 40)) * MINUTE_MS;
    date next = date_plus(date_of_instant(item->at_ms),
                          30 + (int32_t)prng_below(&town->prng, 60));
    plan(town, (struct agenda){.at_ms = instant_of_date(next, 10, 0), .doing = DO_CLOCK});
}

/* ---- the beginning -------------------------------------------------------------------------- */

static int64_t some_morning(struct town *town, uint64_t within_days)
{
    date day = date_plus(town->plan->from, 1 + (int32_t)prng_below(&town->prng, within_days));
    return instant_of_date(day, 9, (int)prng_below(&town->prng, 60));
}

void plan_office(struct town *town)
{
    for (size_t who = 0; who < town->players.len; who++) {
        const struct player *player = &town->players.items[who];
        plan(town, (struct agenda){.at_ms = some_morning(town, 60), .doing = DO_DELEGATE,
                                   .who = who});
        for (size_t i = 0; who % PEOPLE == 0 && i < town->policy->n_registers; i++)
            if (str_eq(town->policy->registers[i].by, player->role))
                plan_filing(town, who, i, town->plan->from);
    }
    for (size_t who = 0; who < town->players.len; who++)
        if (str_eq(town->players.items[who].role, town->policy->authority_role)) {
            plan(town, (struct agenda){.at_ms = some_morning(town, 10), .doing = DO_ASK,
                                       .who = who});
            break;
        }
    plan(town, (struct agenda){.at_ms = some_morning(town, 25), .doing = DO_CALENDAR});
    /* One machine has one clock. */
    if (town == town->machine->towns)
        plan(town, (struct agenda){.at_ms = some_morning(town, 20), .doing = DO_CLOCK});
}
