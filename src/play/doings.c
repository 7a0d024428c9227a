/* SPDX-License-Identifier: Apache-2.0
 * What people do to cases: deciding, handing over, urging, taking back, receiving, correcting. No
 * procedure, step or field is known by its name. */
#include "play/simulate_priv.h"

#include <inttypes.h>

enum { TRIES = 6 };

/* ---- loading -------------------------------------------------------------------------------- */

/* The case as it is now, and its system, if it has one; *kase NULL when there is no such case. */
static bool load(struct town *town, int64_t id, struct case_state **kase,
                 struct system_state **system, struct err *e)
{
    struct world world = {.db = clerk_db(town->clerk), .arena = town->scratch};
    bool ok = db_begin(world.db, e) && world_case(&world, id, kase, e) &&
              (!*kase || world_system(&world, (*kase)->system, system, e));
    db_rollback(world.db);
    return ok;
}

/* ---- choosing ------------------------------------------------------------------------------- */

/* Most people answer within two days, one in seven needs longer than any limit likes. */
static int patience(struct town *town)
{
    return prng_chance(&town->prng, 14) ? 6 + (int)prng_below(&town->prng, 12)
                                        : (int)prng_below(&town->prng, 4);
}

/* One that nobody has come to yet, one time in five; NULL when all were. */
static const struct outcome *choose_new(struct town *town, const struct act *act)
{
    const struct outcome *chosen = NULL;
    const struct reached_step *reached = reached_of(town, act->procedure->id, act->step->id);
    size_t seen = 0;
    if (!reached || !prng_chance(&town->prng, 20))
        return NULL;
    for (size_t i = 0; i < act->step->n_outcomes; i++)
        if (!reached->outcomes[i].taken && prng_below(&town->prng, ++seen) == 0)
            chosen = &act->step->outcomes[i];
    return chosen;
}

static const struct outcome *choose(struct town *town, const struct act *act)
{
    static const uint64_t WEIGHTS[] = {
        [TONE_POSITIVE] = 83, [TONE_NEUTRAL] = 13, [TONE_NEGATIVE] = 4};
    const struct step *step = act->step;
    const struct outcome *fresh = choose_new(town, act);
    uint64_t sum = 0;
    if (fresh)
        return fresh;
    for (size_t i = 0; i < step->n_outcomes; i++)
        sum += WEIGHTS[step->outcomes[i].tone];
    uint64_t roll = prng_below(&town->prng, sum);
    for (size_t i = 0; i < step->n_outcomes; i++) {
        uint64_t weight = WEIGHTS[step->outcomes[i].tone];
        if (roll < weight)
            return &step->outcomes[i];
        roll -= weight;
    }
    return &step->outcomes[0];
}

static bool has_effect(const struct step *step, const struct outcome *only, enum effect_kind kind)
{
    for (size_t i = 0; i < step->n_outcomes; i++)
        for (size_t k = 0; k < step->outcomes[i].n_effects; k++)
            if (step->outcomes[i].effects[k].kind == kind && (!only || only == &step->outcomes[i]))
                return true;
    return false;
}

/* ---- files ---------------------------------------------------------------------------------- */

static bool is_asked_for(const struct step *step, const struct outcome *outcome, str material)
{
    for (size_t i = 0; i < step->n_needs; i++)
        if ((!step->needs[i].outcome.len || str_eq(step->needs[i].outcome, outcome->id)) &&
            str_eq(expression_material(step->needs[i].when), material))
            return true;
    return false;
}

static void cite(struct town *town, struct command *command, str material)
{
    for (size_t i = 0; i < command->materials.len; i++)
        if (str_eq(command->materials.items[i].material, material))
            return;
    struct cited_material cited = {.material = material};
    VEC_PUSH(town->scratch, &command->materials, cited);
}

static bool upload(struct town *town, int64_t person, int64_t at_ms, struct cited_material *cited,
                   struct err *e)
{
    struct db *db = clerk_db(town->clerk);
    str bytes = str_printf(town->scratch, "%.*s\n", STR_FMT(cited->material));
    struct row_upload row = {
        .id = ++town->machine->uploads,
        .person = person,
        .name = str_printf(town->scratch, "%.*s.txt", STR_FMT(cited->material)),
        .size = (int64_t)bytes.len,
        .received = (int64_t)bytes.len,
        .digest = digest_hex(town->scratch, sm3(bytes)),
        .chain = S(""),
        .created_at = at_ms,
    };
    clerk_seal_upload(town->clerk, town->scratch, &row);
    cited->upload = row.id;
    return q_insert_upload(db, &row, e) && q_insert_upload_chunk(db, row.id, 0, bytes, e);
}

/* The files that the outcome asks for, now and then one more, and what the authority has asked for
 * beyond the regulation; whoever was refused brings all. Those that were not uploaded yet. */
static bool attach(struct town *town, const struct act *act, const struct outcome *outcome,
                   bool all, struct command *command, struct err *e)
{
    struct db *db = clerk_db(town->clerk);
    size_t before = command->materials.len;
    for (size_t i = 0; i < act->step->n_materials; i++)
        if (all || is_asked_for(act->step, outcome, act->step->materials[i]) ||
            prng_chance(&town->prng, 10))
            cite(town, command, act->step->materials[i]);
    if (town->asked.step == act->step && prng_chance(&town->prng, 90))
        cite(town, command, town->asked.material);
    if (command->materials.len == before)
        return true;
    bool ok = db_begin(db, e);
    for (size_t i = before; ok && i < command->materials.len; i++)
        ok = upload(town, command->actor, act->at_ms, &command->materials.items[i], e);
    if (ok)
        return db_commit(db, e);
    db_rollback(db);
    return false;
}

/* Nobody needs what a refused act has uploaded. */
static bool detach(struct town *town, const struct command *command, struct err *e)
{
    struct db *db = clerk_db(town->clerk);
    if (command->materials.len == 0)
        return true;
    bool ok = db_begin(db, e);
    for (size_t i = 0; ok && i < command->materials.len; i++)
        ok = q_delete_upload_chunks(db, command->materials.items[i].upload, e) &&
             q_delete_upload(db, command->materials.items[i].upload, e);
    if (ok)
        return db_commit(db, e);
    db_rollback(db);
    return false;
}

/* ---- acting --------------------------------------------------------------------------------- */

/* The act took place earlier, as a paper says: today or on one of the days before. */
static void from_paper(struct town *town, const struct act *act, struct command *command)
{
    date today = date_of_instant(act->at_ms);
    command->from_paper = true;
    command->occurred_on = date_plus(today, -(int32_t)prng_below(&town->prng, 3));
    command->paper = str_printf(town->scratch, "收文〔%d〕%" PRId64 "号", date_year(today),
                                town->keys);
    command->reason = S("窗口收件，事后录入");
}

/* Would another form help, or another outcome? What was filled in with nothing, because nothing is
 * there to be copied, stays so. */
static bool can_mend(const struct act *act, const struct refusal *refused, const struct doc *form)
{
    const struct refusal_reason *reason = &refused->reasons.items[0];
    bool empty = reason->code == REFUSAL_MISSING_FIELD && doc_get(form, reason->where);
    return reason->code != REFUSAL_NOT_OFFERED && (!empty || act->step->n_outcomes > 1) &&
           (act->step->form.n > 0 || act->step->n_outcomes > 1);
}

bool try_act(struct town *town, struct act *act, struct command command,
             const struct outcome **out_outcome, struct answer *answer, struct err *e)
{
    if (!look_offers(town, act, e))
        return false;
    const struct outcome *outcome = choose(town, act);
    const struct refusal *refused = NULL;
    struct refusal last;
    *answer = (struct answer){.kind = ANSWER_REFUSED};
    town_sign(town, act->player, act->at_ms, &command);
    if (act->step->paper && prng_chance(&town->prng, 8))
        from_paper(town, act, &command);
    struct mending mending = {.town = town, .act = act};
    const struct adviser adviser = {mend_form, &mending};
    command.adviser = &adviser;
    for (int i = 0; i < TRIES && answer->kind == ANSWER_REFUSED; i++) {
        if (i == TRIES / 2) { /* what cannot be mended is decided otherwise */
            outcome = &act->step->outcomes[prng_below(&town->prng, act->step->n_outcomes)];
            command.form = NULL;
            command.from_paper = false;
            refused = NULL;
            mending.form = NULL;
        }
        /* Most read why it was refused, the rest try their luck. */
        bool reads = mending.form && prng_chance(&town->prng, 90);
        command.key = str_printf(town->scratch, "sim-%" PRId64, ++town->keys);
        command.outcome = outcome->id;
        command.opinion = act->step->opinion ? invent_opinion(town, outcome->tone) : STR_NONE;
        command.form = invent_form(town, act, outcome, reads ? mending.form : command.form,
                                   reads ? NULL : refused);
        if (!attach(town, act, outcome, refused != NULL, &command, e) ||
            !town_send(town, &command, act->at_ms, answer, e))
            return false;
        last = answer->refusal;
        refused = &last;
        if (answer->kind == ANSWER_REFUSED)
            reach_refused(town, act, outcome, &last);
        if (answer->kind == ANSWER_REFUSED && !mending.form && !can_mend(act, &last, command.form))
            break;
    }
    command.adviser = NULL;
    *out_outcome = outcome;
    if (answer->kind != ANSWER_DONE)
        return detach(town, &command, e);
    reach_taken(town, act, outcome);
    return true;
}

/* ---- what follows --------------------------------------------------------------------------- */

/* The first day on which somebody sees to the task; what runs until a day is seen to then. */
static date first_day(const struct procedure *procedure, const struct task *task)
{
    const struct step *step = procedure_step(procedure, task->step);
    return step->within.present && step->within.kind == LIMIT_UNTIL
               ? date_max(task->due, task->not_before) : task->not_before;
}

static void plan_case(struct town *town, const struct calendar *calendar,
                      const struct case_state *kase, int64_t at_ms, int days)
{
    const struct procedure *procedure = policy_procedure(town->policy, kase->procedure);
    int64_t next_ms = town_later(town, calendar, at_ms, days), first_ms = INT64_MAX;
    /* When every step has still to wait, until the first need not. */
    for (size_t i = 0; i < kase->tasks.len; i++) {
        const struct task *task = &kase->tasks.items[i];
        date day = first_day(procedure, task);
        int64_t allowed_ms = date_is_none(day) ? 0 : instant_of_date(day, 8, 0);
        if (task->state == TASK_OPEN && allowed_ms < first_ms)
            first_ms = allowed_ms;
    }
    if (first_ms != INT64_MAX && first_ms > next_ms)
        next_ms = town_later(town, calendar, first_ms, 0);
    plan(town, (struct agenda){.at_ms = next_ms, .doing = DO_CASE, .id = kase->id});
}

/* What was refused is tried again some days later, or when the next limit of the case has come. */
static int days_until_better(struct town *town, const struct case_state *kase, date today)
{
    int days = 30;
    for (size_t i = 0; i < kase->tasks.len; i++) {
        const struct task *task = &kase->tasks.items[i];
        int ahead = date_is_none(task->due) ? 0 : date_between(today, task->due);
        if (task->state == TASK_OPEN && ahead < days)
            days = ahead > 0 ? ahead : 0;
    }
    return days + 2 + patience(town);
}

/* Most notices are received within a few days, some never. */
static void plan_notices(struct town *town, const struct calendar *calendar,
                         const struct case_state *kase, int64_t first_entry, int64_t at_ms)
{
    for (size_t i = 0; i < kase->notices.len; i++)
        if (kase->notices.items[i].id >= first_entry && prng_chance(&town->prng, 85))
            plan(town, (struct agenda){
                           .at_ms = town_later(town, calendar, at_ms, patience(town)),
                           .doing = DO_RECEIVE,
                           .id = kase->id,
                           .object = kase->notices.items[i].id});
}

/* One day in four that was taken from a paper turns out to have been read wrongly. */
static void plan_correction(struct town *town, const struct calendar *calendar,
                            const struct case_state *kase, int64_t first_entry, int64_t at_ms)
{
    const struct task_decision *last =
        kase->decisions.len ? &kase->decisions.items[kase->decisions.len - 1] : NULL;
    if (last && last->id >= first_entry && last->paper.len && prng_chance(&town->prng, 25))
        plan(town, (struct agenda){.at_ms = town_later(town, calendar, at_ms, 1),
                                   .doing = DO_CORRECT,
                                   .id = kase->id,
                                   .object = last->id});
}

static void note_system(struct town *town, const struct calendar *calendar,
                        const struct system_state *system, int64_t at_ms)
{
    struct place *place = town_place(town, system->id);
    if (!place) {
        place = VEC_ADD(town->arena, &town->places);
        place->id = system->id;
    }
    place->owner = system->owner;
    place->provider = system->provider;
    place->stage = system->stage;
    if (!place->watched)
        plan_system(town, calendar, place, at_ms);
}

/* Where it stands, or would stand, among those that the town knows. */
static size_t case_at(const struct town *town, int64_t kase)
{
    size_t low = 0, high = town->cases.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (town->cases.items[middle] < kase)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool knows_case(const struct town *town, int64_t kase)
{
    size_t at = case_at(town, kase);
    return at < town->cases.len && town->cases.items[at] == kase;
}

static void learn_case(struct town *town, int64_t kase)
{
    size_t at = case_at(town, kase);
    VEC_PUSH(town->arena, &town->cases, kase);
    for (size_t i = town->cases.len - 1; i > at; i--)
        town->cases.items[i] = town->cases.items[i - 1];
    town->cases.items[at] = kase;
}

static void count_case(struct town *town, const struct act *act, const struct case_state *kase,
                       bool opened)
{
    struct place *place = town_place(town, kase->system);
    bool ended = kase->ended && (opened || (act->kase && !act->kase->ended));
    if (opened) {
        learn_case(town, kase->id);
        reach_opened(town, kase);
    }
    reach_seen(town, kase);
    if (ended)
        reach_ended(town, kase);
    if (place)
        place->open += opened - ended;
}

bool look_again(struct town *town, struct act *act, int64_t kase_id, const struct answer *answer,
                bool resume, struct err *e)
{
    const struct calendar *calendar;
    struct case_state *kase = NULL;
    struct system_state *system = NULL;
    if (!load(town, kase_id, &kase, &system, e) || !town_calendar(town, &calendar, e))
        return false;
    must(kase != NULL);
    check_case(town, kase);
    if (system)
        note_system(town, calendar, system, act->at_ms);
    bool opened = answer->kind == ANSWER_DONE && !act->kase;
    count_case(town, act, kase, opened);
    if (answer->kind == ANSWER_DONE) {
        plan_notices(town, calendar, kase, answer->first_entry, act->at_ms);
        plan_correction(town, calendar, kase, answer->first_entry, act->at_ms);
    }
    if (resume && !kase->ended)
        plan_case(town, calendar, kase, act->at_ms,
                  answer->kind == ANSWER_REFUSED
                      ? days_until_better(town, kase, date_of_instant(act->at_ms))
                      : patience(town));
    return answer->kind != ANSWER_DONE || opened ||
           check_law(town, act->kase, act->system, answer, e);
}

bool look_new(struct town *town, int64_t kase, int64_t at_ms, struct err *e)
{
    struct act fresh = {.at_ms = at_ms};
    struct answer answer = {.kind = ANSWER_DONE, .first_entry = INT64_MAX};
    return look_again(town, &fresh, kase, &answer, true, e);
}

/* A case that the act has started, for the system's owner to begin; none when others have still to
 * sign. */
static bool look_started(struct town *town, const struct act *act, int64_t cause, int64_t system,
                         int64_t first_entry, struct err *e)
{
    struct row_case_started *row;
    struct db *db = clerk_db(town->clerk);
    bool ok = db_begin(db, e) && q_case_started(db, town->scratch, system, cause, &row, e);
    db_rollback(db);
    if (!ok)
        return false;
    return !row || row->id < first_entry || look_new(town, row->id, act->at_ms, e);
}

/* ---- a case goes on ------------------------------------------------------------------------- */

/* One of the open tasks that need not wait, else any open one. */
static const struct task *choose_task(struct town *town, const struct case_state *kase, date today)
{
    const struct task *chosen = NULL;
    size_t seen = 0;
    for (int waits = 0; waits < 2 && !chosen; waits++)
        for (size_t i = 0; i < kase->tasks.len; i++) {
            const struct task *task = &kase->tasks.items[i];
            bool ready = date_is_none(task->not_before) ||
                         date_cmp(task->not_before, today) <= 0;
            if (task->state == TASK_OPEN && (ready || waits) &&
                prng_below(&town->prng, ++seen) == 0)
                chosen = task;
        }
    must(chosen != NULL); /* check_case proved it */
    return chosen;
}

/* Whoever the task was handed to, else anybody of the post. */
static const struct player *player_of(struct town *town, const struct task *task)
{
    const struct player *player = task->person
                                      ? town_person(town, task->person)
                                      : town_player(town, task->organisation, task->role);
    must(player != NULL);
    return player;
}

static bool decide_task(struct town *town, struct act *act, const struct task *task,
                        struct err *e)
{
    const struct outcome *outcome;
    struct answer answer;
    int64_t kase = act->kase->id, system = act->kase->system;
    date due = task->due;
    struct command command = {.kind = COMMAND_decide_task, .kase = kase, .step = task->step};
    act->player = player_of(town, task);
    act->step = procedure_step(act->procedure, task->step);
    if (!try_act(town, act, command, &outcome, &answer, e))
        return false;
    bool done = answer.kind == ANSWER_DONE;
    date today = date_of_instant(act->at_ms);
    town->told->late += done && !date_is_none(due) && date_cmp(today, due) > 0;
    bool starts = done && has_effect(act->step, outcome, EFFECT_start);
    bool files = done && has_effect(act->step, outcome, EFFECT_file);
    return look_again(town, act, kase, &answer, true, e) &&
           (!starts || look_started(town, act, kase, system, answer.first_entry, e)) &&
           (!files || !system || check_lists(town, system, act->at_ms, e));
}

static bool send_beside(struct town *town, struct act *act, struct command *command, bool resume,
                        struct err *e)
{
    struct answer answer;
    int64_t kase = act->kase->id;
    command->kase = kase;
    town_sign(town, act->player, act->at_ms, command);
    return town_send(town, command, act->at_ms, &answer, e) &&
           look_again(town, act, kase, &answer, resume, e);
}

static bool withdraw(struct town *town, struct act *act, struct err *e)
{
    struct command command = {.kind = COMMAND_withdraw_case, .reason = S("业务计划调整，暂不办理")};
    act->player = town_player(town, act->kase->opener, act->procedure->steps[0].by);
    /* A case that an act has started belongs to another role than its cause. */
    if (!act->player)
        act->player = town_any(town, act->procedure->steps[0].by);
    return send_beside(town, act, &command, true, e);
}

static bool urge(struct town *town, struct act *act, const struct task *task, struct err *e)
{
    struct command command = {
        .kind = COMMAND_urge_task, .step = task->step, .reason = S("临近期限，请尽快办理")};
    act->player = prng_chance(&town->prng, 50) ? town_any(town, town->policy->authority_role)
                                               : town_player(town, act->kase->opener,
                                                             act->procedure->steps[0].by);
    if (!act->player)
        act->player = town_any(town, town->policy->authority_role);
    return send_beside(town, act, &command, true, e);
}

/* To a colleague, or back to everybody of the post. */
static bool hand_over(struct town *town, struct act *act, const struct task *task, struct err *e)
{
    const struct player *to = town_player(town, task->organisation, task->role);
    struct command command = {
        .kind = COMMAND_assign_task,
        .step = task->step,
        .person = task->person && prng_chance(&town->prng, 50) ? 0 : to->person,
        .reason = S("按分工转办"),
    };
    act->player = town_player(town, task->organisation, task->role);
    return send_beside(town, act, &command, true, e);
}

bool do_case(struct town *town, const struct agenda *item, struct err *e)
{
    struct act act = {.at_ms = item->at_ms};
    if (!load(town, item->id, &act.kase, &act.system, e))
        return false;
    must(act.kase != NULL);
    if (act.kase->ended)
        return true;
    act.procedure = policy_procedure(town->policy, act.kase->procedure);
    const struct task *task = choose_task(town, act.kase, date_of_instant(item->at_ms));
    uint64_t roll = prng_below(&town->prng, 100);
    if (roll < 2 && act.procedure->withdrawal.present)
        return withdraw(town, &act, e);
    if (roll < 6)
        return urge(town, &act, task, e);
    if (roll < 11)
        return hand_over(town, &act, task, e);
    return decide_task(town, &act, task, e);
}

bool do_receive(struct town *town, const struct agenda *item, struct err *e)
{
    struct act act = {.at_ms = item->at_ms};
    struct command command = {.kind = COMMAND_receive_notice, .object = item->object};
    if (!load(town, item->id, &act.kase, &act.system, e))
        return false;
    for (size_t i = 0; i < act.kase->notices.len; i++) {
        const struct notice *notice = &act.kase->notices.items[i];
        if (notice->id == item->object)
            act.player = town_player(town, notice->organisation, notice->role);
    }
    must(act.player != NULL);
    return send_beside(town, &act, &command, false, e);
}

/* A day between what came before the decision and what followed it; sometimes the same again,
 * which is refused. */
bool do_correct(struct town *town, const struct agenda *item, struct err *e)
{
    struct act act = {.at_ms = item->at_ms};
    struct command command = {
        .kind = COMMAND_correct_decision, .object = item->object, .reason = S("原录入日期有误")};
    if (!load(town, item->id, &act.kase, &act.system, e))
        return false;
    const struct task_decision *decision = case_decision_by_id(act.kase, item->object);
    must(decision != NULL);
    const struct task *task = case_task_by_id(act.kase, decision->task);
    command.from = date_plus(decision->on, (int32_t)prng_below(&town->prng, 4) - 2);
    act.player = town_player(town, task->organisation, task->role);
    return send_beside(town, &act, &command, false, e);
}
