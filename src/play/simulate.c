/* SPDX-License-Identifier: Apache-2.0
 * A town at work: units apply, reviewers answer, some too late, from one seed. */
#include "play/simulate_priv.h"

#include <inttypes.h>

enum { HOUR_MS = 3600 * 1000, TRIES = 3 };

/* ---- who is there --------------------------------------------------------------------------- */

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

static bool add_member(struct town *town, str role, str level, str name, int64_t parent,
                       struct err *e)
{
    int64_t at_ms = instant_of_date(town->plan->from, 8, 0);
    struct player member = {.role = role, .level = level, .organisation = town->authority};
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
                                  &member.organisation, e)))
        return false;
    struct command person = {
        .kind = COMMAND_register_person,
        .authority = town->authority,
        .organisation = member.organisation,
        .role = role,
        .name = invent_person(town),
        .phone = str_printf(town->scratch, "139%08" PRIu64, prng_below(&town->prng, 100000000)),
    };
    if (!run_trusted(town->clerk, town->scratch, &person, at_ms, &member.person, e))
        return false;
    member.post = member.person + 1;
    VEC_PUSH(town->arena, &town->members, member);
    arena_reset(town->scratch);
    return true;
}

/* The procedure by which systems come into being. */
static const struct procedure *founding(const struct policy *policy)
{
    for (size_t i = 0; i < policy->n_procedures; i++)
        if (!policy->procedures[i].about)
            return &policy->procedures[i];
    return NULL;
}

static bool opens_cases(const struct policy *policy, str role)
{
    const struct procedure *procedure = founding(policy);
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
    for (size_t i = 0; i < town->members.len && n_parents < COUNT_OF(parents); i++)
        if (str_eq(town->members.items[i].role, above))
            parents[n_parents++] = town->members.items[i].organisation;
    int n = at_most(town->policy, role->id, town->plan->units);
    for (int i = 0; i < n; i++) {
        /* One unit in three belongs to a county, where the role knows counties. */
        bool county = n_parents && role->n_levels > 1 && i % 3 == 2;
        str level = role->levels[county ? 1 : 0];
        int64_t parent = county ? parents[(size_t)i % n_parents] : 0;
        if (!add_member(town, role->id, level, invent_unit(town, level, i), parent, e))
            return false;
    }
    return true;
}

static bool people_town(struct town *town, struct err *e)
{
    static const char *const COUNTY[] = {"青山县", "云溪县", "临江区"};
    static const char *const CLOUD[] = {"北辰云科技有限公司", "远山云计算有限公司"};
    const struct policy *policy = town->policy;
    /* Who stands above others comes first, so that units can be put under them. */
    str above = parent_role(policy);
    int counties = above.len ? at_most(policy, above, COUNT_OF(COUNTY)) : 0;
    for (int i = 0; i < counties; i++)
        if (!add_member(town, above, policy_role(policy, above)->levels[0],
                        str_printf(town->arena, "%s政务服务和大数据管理局", COUNTY[i]), 0, e))
            return false;
    for (size_t i = 0; i < policy->n_roles; i++) {
        const struct role *role = &policy->roles[i];
        bool ok = true;
        if (str_eq(role->id, above))
            continue;
        if (str_eq(role->id, policy->authority_role))
            ok = add_member(town, role->id, role->levels[0], STR_NONE, 0, e);
        else if (opens_cases(policy, role->id))
            ok = people_units(town, role, e);
        else if (role->sees == SEES_ALL)
            ok = add_member(town, role->id, role->levels[0],
                            str_printf(town->arena, "市%.*s局", STR_FMT(role->label.zh)), 0, e);
        else
            for (int k = 0; ok && k < at_most(policy, role->id, COUNT_OF(CLOUD)); k++)
                ok = add_member(town, role->id, role->levels[0], str_of(CLOUD[k]), 0, e);
        if (!ok)
            return false;
    }
    return true;
}

/* ---- doing ---------------------------------------------------------------------------------- */

/* Office hours of a working day, some hours or days on. */
static int64_t later(struct town *town, const struct calendar *calendar, int64_t now_ms, int days)
{
    date day = date_plus(date_of_instant(now_ms), days);
    while (!calendar_is_work(calendar, day))
        day = date_plus(day, 1);
    int hour = 8 + (int)prng_below(&town->prng, 10);
    int64_t at_ms = instant_of_date(day, hour, (int)prng_below(&town->prng, 60));
    return at_ms > now_ms ? at_ms : now_ms + HOUR_MS / 4;
}

/* Most people answer within two days, one in seven needs longer than any limit likes. */
static int patience(struct town *town)
{
    return prng_chance(&town->prng, 14) ? 6 + (int)prng_below(&town->prng, 12)
                                        : (int)prng_below(&town->prng, 4);
}

static const struct outcome *choose(struct town *town, const struct step *step)
{
    uint64_t roll = prng_below(&town->prng, 100);
    enum tone tone = roll < 83 ? TONE_POSITIVE : roll < 96 ? TONE_NEUTRAL : TONE_NEGATIVE;
    for (size_t i = 0; i < step->n_outcomes; i++)
        if (step->outcomes[i].tone == tone)
            return &step->outcomes[i];
    return &step->outcomes[0];
}

static bool upload(struct town *town, const struct player *member, str material, int64_t now_ms,
                   struct command *command, struct err *e)
{
    struct db *db = clerk_db(town->clerk);
    str bytes = str_printf(town->scratch, "%.*s\n", STR_FMT(material));
    struct row_upload row = {
        .id = ++town->keys,
        .person = member->person,
        .name = str_printf(town->scratch, "%.*s.txt", STR_FMT(material)),
        .size = (int64_t)bytes.len,
        .received = (int64_t)bytes.len,
        .digest = digest_hex(town->scratch, sm3(bytes)),
        .created_at = now_ms,
    };
    struct cited_material cited = {.material = material, .upload = row.id};
    VEC_PUSH(town->scratch, &command->materials, cited);
    if (!db_begin(db, e))
        return false;
    if (q_insert_upload(db, &row, e) && q_insert_upload_chunk(db, row.id, 0, bytes, e))
        return db_commit(db, e);
    db_rollback(db);
    return false;
}

static bool fill_command(struct town *town, const struct player *member, const struct facts *facts,
                         const struct step *step, int64_t now_ms, struct command *command,
                         struct err *e)
{
    const struct outcome *outcome = choose(town, step);
    command->authority = town->authority;
    command->actor = member->person;
    command->post = member->post;
    command->key = str_printf(town->scratch, "sim-%" PRId64, ++town->keys);
    command->body_digest = S("simulated");
    command->outcome = outcome->id;
    command->form = invent_form(town, facts, step, outcome->id);
    if (step->opinion)
        command->opinion = invent_opinion(town, outcome->tone);
    for (size_t i = 0; i < step->n_materials; i++)
        if (step_requires_material(step, step->materials[i]) &&
            !upload(town, member, step->materials[i], now_ms, command, e))
            return false;
    return true;
}

static bool send(struct town *town, struct command *command, int64_t now_ms,
                 struct answer *answer, struct err *e)
{
    clerk_run(town->clerk, town->scratch, command, now_ms, answer);
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

/* Plans who acts next in the case, and checks it. */
static bool look_again(struct town *town, int64_t kase_id, int64_t now_ms, struct err *e)
{
    struct world world = {.db = clerk_db(town->clerk), .arena = town->scratch};
    struct authority_state *authority = NULL;
    struct case_state *kase = NULL;
    bool ok = db_begin(world.db, e) &&
              library_authority(town->library, world.db, town->scratch, town->authority,
                                &authority, e) &&
              world_case(&world, kase_id, &kase, e);
    db_rollback(world.db);
    if (!ok)
        return false;
    check_case(kase);
    if (kase->ended) {
        town->result->ended++;
        return true;
    }
    int64_t at_ms = later(town, &authority->calendar, now_ms, patience(town));
    for (size_t i = 0; i < kase->tasks.len; i++) {
        const struct task *task = &kase->tasks.items[i];
        int64_t allowed_ms = date_is_none(task->not_before) || task->state != TASK_OPEN
                                 ? at_ms
                                 : instant_of_date(task->not_before, 9, 0);
        if (allowed_ms > at_ms)
            at_ms = later(town, &authority->calendar, allowed_ms, 0);
    }
    plan(town, at_ms, kase_id, 0);
    return true;
}

static bool open_one(struct town *town, const struct agenda *item, struct err *e)
{
    const struct player *member = &town->members.items[item->who];
    const struct policy *policy = town->policy;
    const struct procedure *procedure = founding(policy);
    must(procedure != NULL); /* else nobody opens cases and nothing was planned */
    struct facts facts = {.policy = policy};
    struct command command = {.kind = COMMAND_open_case, .procedure = procedure->id};
    struct answer answer;
    if (!fill_command(town, member, &facts, &procedure->steps[0], item->at_ms, &command, e) ||
        !send(town, &command, item->at_ms, &answer, e))
        return false;
    if (answer.kind != ANSWER_DONE)
        return true;
    town->result->cases++;
    return look_again(town, answer.object, item->at_ms, e);
}

static const struct player *member_for(const struct town *town, const struct task *task)
{
    for (size_t i = 0; i < town->members.len; i++)
        if (town->members.items[i].organisation == task->organisation &&
            str_eq(town->members.items[i].role, task->role))
            return &town->members.items[i];
    return NULL;
}

static bool decide_one(struct town *town, const struct agenda *item, struct err *e)
{
    struct world world = {.db = clerk_db(town->clerk), .arena = town->scratch};
    struct case_state *kase = NULL;
    bool ok = db_begin(world.db, e) && world_case(&world, item->kase, &kase, e);
    db_rollback(world.db);
    if (!ok)
        return false;
    const struct task *task = NULL;
    for (size_t i = 0; i < kase->tasks.len; i++)
        if (kase->tasks.items[i].state == TASK_OPEN)
            task = &kase->tasks.items[i];
    const struct player *member = task ? member_for(town, task) : NULL;
    must(member != NULL);
    const struct procedure *procedure = policy_procedure(town->policy, kase->procedure);
    struct facts facts = {.policy = town->policy, .kase = kase};
    const struct step *step = procedure_step(procedure, task->step);
    struct answer answer = {.kind = ANSWER_REFUSED};
    /* A refused act is mended and tried again. */
    for (int i = 0; i < TRIES && answer.kind == ANSWER_REFUSED; i++) {
        struct command command = {
            .kind = COMMAND_decide_task, .kase = kase->id, .step = task->step};
        if (!fill_command(town, member, &facts, step, item->at_ms, &command, e) ||
            !send(town, &command, item->at_ms, &answer, e))
            return false;
    }
    date today = date_of_instant(item->at_ms);
    town->result->late += !date_is_none(task->due) && date_cmp(today, task->due) > 0;
    return look_again(town, item->kase, item->at_ms, e);
}

/* ---- the run -------------------------------------------------------------------------------- */

static void plan_openings(struct town *town)
{
    size_t openers = 0;
    for (size_t i = 0; i < town->members.len; i++)
        openers += opens_cases(town->policy, town->members.items[i].role);
    for (int k = 0; openers && k < town->plan->systems; k++) {
        size_t nth = prng_below(&town->prng, openers), who = 0;
        for (size_t i = 0; i < town->members.len; i++)
            if (opens_cases(town->policy, town->members.items[i].role) && nth-- == 0)
                who = i;
        int day = (int)prng_below(&town->prng, (uint64_t)town->plan->days);
        int hour = 8 + (int)prng_below(&town->prng, 10);
        plan(town, instant_of_date(date_plus(town->plan->from, day), hour, 5), 0, who);
    }
}

static bool tick_until(struct town *town, date *day, date until, struct err *e)
{
    for (; date_cmp(*day, until) <= 0; *day = date_plus(*day, 1)) {
        int64_t midnight_ms = instant_of_date(*day, 0, 0);
        int64_t made = clerk_tick(town->clerk, midnight_ms, e);
        if (made < 0 || !clerk_checkpoint(town->clerk, midnight_ms, e))
            return false;
        town->result->entries += made;
        if (town->plan->progress)
            fprintf(town->plan->progress, "\rday %d of %d, %" PRId64 " entries",
                    1 + date_between(town->plan->from, *day), town->plan->days,
                    town->result->entries);
    }
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
        if (!tick_until(town, &day, date_of_instant(item.at_ms), e))
            return false;
        if (!(item.kase ? decide_one(town, &item, e) : open_one(town, &item, e)))
            return false;
        arena_reset(town->scratch);
    }
    return tick_until(town, &day, end, e);
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
        plan_openings(&town);
        ok = run_days(&town, e);
    }
    if (simulation->progress)
        fprintf(simulation->progress, "\n");
    library_free(town.library);
    arena_free(town.scratch);
    arena_free(town.arena);
    return ok;
}
