/* SPDX-License-Identifier: Apache-2.0
 * One command: facts, decision, entries, rows, answer. */
#include "clerk/clerk_priv.h"

#define CLOCK_BEHIND_MS INT64_C(86400000)

void forget_authorities(struct clerk *clerk)
{
    for (size_t i = 0; i < clerk->authorities.len; i++)
        arena_free(clerk->authorities.items[i].arena);
    clerk->authorities.len = 0;
}

static bool find_authority(struct clerk *clerk, int64_t id, struct world *world, struct err *e)
{
    for (size_t i = 0; i < clerk->authorities.len; i++) {
        if (clerk->authorities.items[i].id == id) {
            world->authority = clerk->authorities.items[i].state;
            world->authority_arena = clerk->authorities.items[i].arena;
            return true;
        }
    }
    /* On the list before it is read: whatever goes wrong, the batch is taken back, and then all
     * of them are forgotten. */
    struct kept_authority *kept = VEC_ADD(clerk->arena, &clerk->authorities);
    *kept = (struct kept_authority){.id = id, .arena = arena_new(LIMIT_ARENA_POLICY)};
    arena_on_overflow(kept->arena, clerk->frame);
    world->authority_arena = kept->arena;
    if (!world_authority(world, id, &kept->state, e))
        return false;
    if (!kept->state)
        return RAISE(e, NOT_FOUND, "authority", "there is no authority %lld", (long long)id);
    return world_calendar(world, e);
}

/* Who holds the post that a command is about: the actor's own, or that of the task's seat. */
static bool gather_members(struct clerk *clerk, const struct command *command,
                           const struct actor *actor, struct facts *facts, struct err *e)
{
    struct row_post *rows;
    size_t n;
    if (command->kind != COMMAND_assign_task && command->kind != COMMAND_delegate_post &&
        command->kind != COMMAND_open_case && command->kind != COMMAND_decide_task &&
        command->kind != COMMAND_file_records)
        return true;
    if (!q_posts_of_organisation(clerk->db, clerk->batch, actor->organisation, actor->role, &rows,
                                 &n, e))
        return false;
    struct member *members = NEWS(clerk->batch, struct member, n + 1);
    for (size_t i = 0; i < n; i++)
        members[i] = (struct member){rows[i].person, rows[i].organisation, rows[i].role};
    facts->members = members;
    facts->n_members = n;
    return true;
}

static bool gather_delegation(struct clerk *clerk, const struct command *command,
                              struct facts *facts, struct err *e)
{
    struct row_delegation *row;
    if (command->kind != COMMAND_end_delegation)
        return true;
    if (!q_delegation(clerk->db, clerk->batch, command->object, &row, e))
        return false;
    if (!row || !row->ended_on_null)
        return true;
    struct delegation *delegation = NEW(clerk->batch, struct delegation);
    *delegation = (struct delegation){row->id, row->post, row->holder, row->person,
                                      {(int32_t)row->valid_from}, {(int32_t)row->valid_until},
                                      DATE_NONE};
    facts->delegation = delegation;
    return true;
}

/* A system of this jurisdiction with its register lines; *out NULL when there is none. */
static bool gather_system(const struct command *command, struct world *world, int64_t id,
                          struct system_state **out, struct err *e)
{
    *out = NULL;
    if (!id)
        return true;
    world->system = NULL; /* each is loaded whole, none is shared */
    if (!world_system(world, id, out, e))
        return false;
    if (*out && (*out)->authority != command->authority)
        *out = NULL;
    bool ok = !*out || world_records(world, *out, e);
    world->system = NULL;
    return ok;
}

/* The line in force that one about the body, filed now, takes the place of. */
static bool gather_own(struct world *world, struct facts *facts, str register_id,
                       int64_t organisation, int32_t period, struct record *own, struct err *e)
{
    const struct ledger *ledger = policy_register(facts->policy, register_id);
    struct record *line;
    if (!ledger || !ledger->monthly || ledger->about != ABOUT_ORGANISATION)
        return true;
    if (!world_line(world, facts->actor->authority, register_id, organisation, period, &line, e))
        return false;
    if (line)
        own[facts->n_own++] = *line;
    facts->own = own;
    return true;
}

/* Who becomes the system's provider by an effect before that one: nobody sits there yet. */
static int64_t provided_before(const struct command *command, const struct facts *facts,
                               const struct step *step, const struct outcome *outcome, size_t at)
{
    int64_t provider = 0;
    for (size_t i = 0; i < at; i++) {
        const struct effect *effect = &outcome->effects[i];
        const struct task_decision *earlier =
            facts->kase ? case_decision(facts->kase, effect->step) : NULL;
        const struct doc *form = str_eq(effect->step, step->id) ? command->form
                                 : earlier                      ? earlier->form
                                                                : NULL;
        if (effect->kind == EFFECT_provide)
            provider = doc_get_int(form, effect->field, 0);
    }
    return provider;
}

/* What an effect files is about whoever decides, or about who sits in the seat of its role. */
static bool gather_effect(struct clerk *clerk, const struct command *command, struct world *world,
                          struct facts *facts, const struct procedure *procedure,
                          const struct step *step, const struct outcome *outcome, size_t at,
                          int32_t period, struct record *own, struct err *e)
{
    const struct effect *effect = &outcome->effects[at];
    int64_t provider = effect->role.len ? provided_before(command, facts, step, outcome, at) : 0;
    int64_t decides = facts->actor ? facts->actor->organisation : 0, *bodies = &decides;
    size_t n = effect->role.len ? decide_seats(clerk->batch, facts, procedure, step, command->form,
                                               effect->role, &bodies)
                                : 1;
    for (size_t i = 0; i < n && i < LIMIT_SEATS; i++)
        if (!gather_own(world, facts, effect->target, bodies[i], period, own, e))
            return false;
    return !provider || gather_own(world, facts, effect->target, provider, period, own, e);
}

/* What the outcomes of a step file, they file for the month of the act. */
static bool gather_filed(struct clerk *clerk, const struct command *command, struct world *world,
                         struct facts *facts, struct err *e)
{
    str id = facts->kase ? facts->kase->procedure : command->procedure;
    const struct procedure *procedure = policy_procedure(facts->policy, id);
    const struct step *step = procedure ? procedure_step(procedure, command->step) : NULL;
    if (procedure && command->kind == COMMAND_open_case)
        step = &procedure->steps[0];
    date day = command->from_paper ? command->occurred_on : facts->today;
    int year, month, of_month;
    if (!step || date_is_none(day))
        return true;
    date_to_ymd(day, &year, &month, &of_month);
    for (size_t i = 0; i < step->n_outcomes; i++) {
        const struct outcome *outcome = &step->outcomes[i];
        if (!str_eq(outcome->id, command->outcome))
            continue;
        struct record *own = NEWS(clerk->batch, struct record,
                                  outcome->n_effects * (LIMIT_SEATS + 1));
        for (size_t k = 0; k < outcome->n_effects; k++)
            if (outcome->effects[k].kind == EFFECT_file &&
                !gather_effect(clerk, command, world, facts, procedure, step, outcome, k,
                               year * 100 + month, own, e))
                return false;
    }
    return true;
}

/* The system of a line, loaded for the first that is about it. */
static bool gather_once(const struct command *command, struct world *world,
                        struct system_state **systems, size_t row, struct err *e)
{
    int64_t id = command->records.items[row].system;
    for (size_t i = 0; i < row; i++)
        if (command->records.items[i].system == id) {
            systems[row] = systems[i];
            return true;
        }
    return gather_system(command, world, id, &systems[row], e);
}

static bool gather_lines(struct clerk *clerk, const struct command *command, struct world *world,
                         struct facts *facts, struct err *e)
{
    struct record *lines = NULL;
    if (facts->policy && !world_lines(world, command->authority, facts->policy, &lines,
                                      &facts->n_lines, e))
        return false;
    facts->lines = lines;
    if (command->kind == COMMAND_decide_task || command->kind == COMMAND_open_case)
        return !facts->policy || gather_filed(clerk, command, world, facts, e);
    if (command->kind != COMMAND_file_records)
        return true;
    struct system_state **systems =
        NEWS(clerk->batch, struct system_state *, command->records.len + 1);
    struct record *own = NEWS(clerk->batch, struct record, command->records.len + 1);
    for (size_t i = 0; i < command->records.len; i++)
        if (!gather_once(command, world, systems, i, e) ||
            (facts->policy && !gather_own(world, facts, command->register_id,
                                          facts->actor->organisation,
                                          command->records.items[i].period, own, e)))
            return false;
    facts->systems = systems;
    return true;
}

/* A case that a form cites, of this jurisdiction. It is only read: the case under way stays. */
static bool gather_one_cited(struct clerk *clerk, const struct command *command,
                             struct world *world, struct facts *facts, int64_t id, struct err *e)
{
    struct case_state *own = world->kase, *cited = NULL;
    if (id <= 0)
        return true;
    world->kase = NULL;
    bool ok = world_case(world, id, &cited, e);
    world->kase = own;
    if (!ok || !cited || cited->authority != command->authority)
        return ok;
    const struct case_state **all = NEWS(clerk->batch, const struct case_state *,
                                         facts->n_cited + 1);
    for (size_t i = 0; i < facts->n_cited; i++)
        all[i] = facts->cited[i];
    all[facts->n_cited++] = cited;
    facts->cited = all;
    return true;
}

/* Cases that the form under way cites, and those that earlier decisions of the case cited. */
static bool gather_cited(struct clerk *clerk, const struct command *command, struct world *world,
                         struct facts *facts, struct err *e)
{
    bool opens = command->kind == COMMAND_open_case;
    if ((!opens && command->kind != COMMAND_decide_task) || !facts->policy)
        return true;
    str id = facts->kase ? facts->kase->procedure : command->procedure;
    const struct procedure *procedure = policy_procedure(facts->policy, id);
    for (size_t i = 0; procedure && i < procedure->n_steps; i++) {
        const struct step *step = &procedure->steps[i];
        bool own = opens ? i == 0 : str_eq(step->id, command->step);
        const struct task_decision *decision =
            facts->kase && !own ? case_decision(facts->kase, step->id) : NULL;
        const struct doc *form = own ? command->form : decision ? decision->form : NULL;
        for (size_t k = 0; k < step->form.n; k++)
            if (step->form.fields[k].type == FIELD_CASE &&
                !gather_one_cited(clerk, command, world, facts,
                                  doc_get_int(form, step->form.fields[k].id, 0), e))
                return false;
    }
    return true;
}

static bool gather_case(struct clerk *clerk, const struct command *command, struct world *world,
                        struct facts *facts, struct err *e)
{
    struct case_state *kase;
    struct system_state *system;
    if (!world_case(world, command->kase, &kase, e))
        return false;
    /* A case of another jurisdiction is no case. */
    if (!kase || kase->authority != command->authority)
        return true;
    if (!gather_system(command, world, kase->system, &system, e))
        return false;
    if (kase->system && !system)
        return RAISE(e, CORRUPT, "systems", "case %lld belongs to no system; run verify",
                     (long long)kase->id);
    facts->kase = kase;
    facts->system = system;
    facts->policy = library_policy(clerk->library, clerk->db, kase->policy, e);
    return facts->policy != NULL;
}

static bool is_about_case(enum command_kind kind)
{
    switch (kind) {
    case COMMAND_decide_task:
    case COMMAND_withdraw_case:
    case COMMAND_assign_task:
    case COMMAND_urge_task:
    case COMMAND_receive_notice:
    case COMMAND_correct_decision:
    case COMMAND_tick:
        return true;
    case COMMAND_register_authority:
    case COMMAND_register_organisation:
    case COMMAND_register_person:
    case COMMAND_set_credential:
    case COMMAND_activate_policy:
    case COMMAND_load_calendar:
    case COMMAND_open_case:
    case COMMAND_file_records:
    case COMMAND_delegate_post:
    case COMMAND_end_delegation:
    case COMMAND_ask_material:
    case COMMAND_apply_calendar:
    case COMMAND_open_duty:
        return false;
    }
    return false;
}

static bool gather(struct clerk *clerk, const struct command *command, struct world *world,
                   struct facts *facts, struct err *e)
{
    if (command->kind == COMMAND_register_authority)
        return true;
    if (!find_authority(clerk, command->authority, world, e))
        return false;
    facts->authority = world->authority;
    if (command->actor) {
        struct actor *actor;
        if (!world_actor(world, command->actor, command->post, &actor, e))
            return false;
        if (!actor || actor->authority != command->authority)
            return RAISE(e, DENIED, "post", "you do not hold this post any more; log in again");
        facts->actor = actor;
    }
    str version = world->authority->policy_digest;
    if (version.len &&
        !(facts->in_force = library_policy(clerk->library, clerk->db, version, e)))
        return false;
    facts->policy = facts->in_force;
    if (is_about_case(command->kind)) {
        if (!gather_case(clerk, command, world, facts, e))
            return false;
    } else if (command->kind == COMMAND_open_case) {
        struct system_state *system;
        if (!gather_system(command, world, command->system, &system, e))
            return false;
        facts->system = system;
    }
    if (command->kind == COMMAND_open_duty) {
        struct row_duty_of *opened;
        if (!q_duty_of(clerk->db, clerk->batch, command->authority, command->procedure,
                       command->period, command->organisation, &opened, e))
            return false;
        facts->duty_opened = opened != NULL;
    }
    if (!facts->actor)
        return true;
    return gather_cited(clerk, command, world, facts, e) &&
           gather_members(clerk, command, facts->actor, facts, e) &&
           gather_delegation(clerk, command, facts, e) &&
           gather_lines(clerk, command, world, facts, e);
}

/* ---- answers: everything is copied out of the batch ----------------------------------------- */

static void copy_refusal(struct arena *arena, const struct refusal *from, struct answer *answer)
{
    answer->kind = ANSWER_REFUSED;
    answer->refusal = (struct refusal){0};
    for (size_t i = 0; i < from->reasons.len; i++) {
        const struct refusal_reason *r = &from->reasons.items[i];
        struct refusal_reason copy = {
            r->code,                 str_dup(arena, r->where), str_dup(arena, r->article),
            str_dup(arena, r->zh1),  str_dup(arena, r->zh2),   str_dup(arena, r->en1),
            str_dup(arena, r->en2)};
        VEC_PUSH(arena, &answer->refusal.reasons, copy);
    }
}

/* Entries of one command follow each other: the first bears the key, the rest bear none. */
static bool count_entries(struct clerk *clerk, int64_t first, int64_t *out, struct err *e)
{
    int64_t actor = 0;
    for (int64_t at = first;; at++) {
        struct row_entry *row;
        struct entry entry;
        if (!q_entry(clerk->db, clerk->batch, at, &row, e) ||
            (row && !entry_parse(clerk->batch, row->bytes, &entry, e)))
            return false;
        bool same = row && (at == first || (!entry.key.len && entry.event.actor == actor &&
                                            entry.event.kind != EVENT_command_refused));
        *out = at - first;
        if (!same)
            return true;
        actor = entry.event.actor;
    }
}

static bool answer_again(struct clerk *clerk, struct arena *arena, const struct row_command *row,
                         const struct command *command, struct answer *answer, struct err *e)
{
    answer->kind = ANSWER_DONE;
    answer->repeated = true;
    answer->first_entry = row->first;
    answer->object = command->kase;
    if (!count_entries(clerk, row->first, &answer->entries, e))
        return false;
    struct world world = {.db = clerk->db, .arena = clerk->batch};
    struct case_state *kase = NULL;
    struct row_entry *first;
    struct entry entry;
    if (!q_entry(clerk->db, clerk->batch, row->first, &first, e) ||
        (first && !entry_parse(clerk->batch, first->bytes, &entry, e)))
        return false;
    /* What it made bears the number of its first entry; of a case that registers a system, the
     * next. */
    if (!is_about_case(command->kind))
        answer->object = row->first + (first && entry.event.kind == EVENT_system_registered);
    if (!world_case(&world, answer->object, &kase, e))
        return false;
    if (kase)
        answer->number = str_dup(arena, kase->number);
    return true;
}

/* True: the command was answered from before (or refused for its key). */
static bool was_asked(struct clerk *clerk, struct arena *arena, const struct command *command,
                      struct answer *answer, bool *out_asked, struct err *e)
{
    *out_asked = false;
    if (!command->actor || !command->key.len)
        return true;
    struct row_command *row;
    if (!q_command(clerk->db, clerk->batch, command->actor, command->key, &row, e))
        return false;
    if (!row)
        return true;
    *out_asked = true;
    if (str_eq(row->body, command->body_digest))
        return answer_again(clerk, arena, row, command, answer, e);
    struct refusal refusal = {0};
    struct refusal_reason reason = {.code = REFUSAL_KEY_REUSED, .where = S("Idempotency-Key")};
    VEC_PUSH(clerk->batch, &refusal.reasons, reason);
    copy_refusal(arena, &refusal, answer);
    return true;
}

/* ---- the record ----------------------------------------------------------------------------- */

static bool record(struct clerk *clerk, struct world *world, const struct event *event, str key,
                   str body, struct err *e)
{
    KILL_POINT("append");
    if (!journal_append(clerk->journal, clerk->db, clerk->batch, event, key, body, e)) {
        /* Somebody else appended: what this process believes of the log is no longer true. */
        if (e->code == ERR_CONFLICT)
            clerk_fail(clerk, e);
        return false;
    }
    return world_fold(world, event, key, body, e);
}

/* The first refusal of a day per actor, code and object is journalled, the others counted: nobody
 * fills the log by trying. */
static bool record_refusal(struct clerk *clerk, struct world *world, const struct facts *facts,
                           const struct command *command, enum refusal_code code, struct err *e)
{
    if (!facts->actor)
        return true;
    str name = str_of(refusal_name(code));
    struct row_refusal_count *seen;
    /* A case that is none for this actor counts as one and the same, whatever its number. */
    int64_t object = facts->kase && decide_may_see(facts) ? command->kase : 0;
    if (!q_refusal_count(clerk->db, clerk->batch, command->actor, name, object, facts->today.day,
                         &seen, e) ||
        !q_count_refusal(clerk->db, command->actor, name, object, facts->today.day, e))
        return false;
    if (seen)
        return true;
    struct event event = {
        .kind = EVENT_command_refused,
        .index = journal_size(clerk->journal),
        .at_ms = facts->now_ms,
        .authority = command->authority,
        .stream = command->actor,
        .actor = command->actor,
        .post = command->post,
        .command_refused = {name, object, command->step, command->outcome},
    };
    clerk->batch_counts.entries++;
    return record(clerk, world, &event, STR_NONE, STR_NONE, e);
}

static bool record_decision(struct clerk *clerk, struct world *world, const struct command *command,
                            const struct decision *decision, struct err *e)
{
    for (size_t i = 0; i < decision->events.len; i++) {
        bool first = i == 0 && command->actor != 0;
        if (!record(clerk, world, &decision->events.items[i], first ? command->key : STR_NONE,
                    first ? command->body_digest : STR_NONE, e))
            return false;
    }
    clerk->batch_counts.entries += (int64_t)decision->events.len;
    return world_save(world, e) && keep_rows(clerk, command, decision, e);
}

static void answer_done(struct arena *arena, const struct world *world,
                        const struct decision *decision, struct answer *answer)
{
    answer->kind = ANSWER_DONE;
    answer->object = decision->object;
    answer->entries = (int64_t)decision->events.len;
    answer->first_entry = decision->events.len ? decision->events.items[0].index : 0;
    if (world->kase && world->kase->id == decision->object)
        answer->number = str_dup(arena, world->kase->number);
}

static bool clock_behind(struct arena *arena, int64_t now_ms, int64_t last_ms, struct err *e)
{
    str now = instant_print(arena, now_ms), last = instant_print(arena, last_ms);
    return RAISE(e, CONFIG, "clock",
                 "the clock says %.*s, the last entry is of %.*s: set the clock of this machine "
                 "right", STR_FMT(now), STR_FMT(last));
}

bool carry_command(struct clerk *clerk, struct arena *arena, struct command *command,
                   int64_t now_ms, struct answer *answer, struct err *e)
{
    *answer = (struct answer){0};
    bool asked;
    if (!was_asked(clerk, arena, command, answer, &asked, e) || asked)
        return asked;
    struct world world = {
        .db = clerk->db, .arena = clerk->batch, .today = date_of_instant(now_ms)};
    /* Time never runs backwards in the record, whatever the machine's clock does; but a clock that
     * is days behind would freeze every legal day at the last one, so it is not obeyed. */
    int64_t last_ms = journal_time(clerk->journal);
    if (now_ms < last_ms - CLOCK_BEHIND_MS)
        return clock_behind(clerk->batch, now_ms, last_ms, e);
    struct facts facts = {.now_ms = now_ms > last_ms ? now_ms : last_ms,
                          .rehearsal = clerk->options.rehearsal};
    facts.today = world.today = date_of_instant(facts.now_ms);
    struct decision decision = {0};
    if (!gather(clerk, command, &world, &facts, e) ||
        !prepare_command(clerk, command, &decision.refusal, e))
        return false;
    struct refusal unprepared = decision.refusal;
    if (!unprepared.reasons.len)
        decide(clerk->batch, &facts, command, journal_size(clerk->journal), &decision);
    if (unprepared.reasons.len || decision.refused) {
        copy_refusal(arena, unprepared.reasons.len ? &unprepared : &decision.refusal, answer);
        clerk->batch_counts.refusals++;
        return record_refusal(clerk, &world, &facts, command,
                              answer->refusal.reasons.items[0].code, e);
    }
    if (!record_decision(clerk, &world, command, &decision, e))
        return false;
    answer_done(arena, &world, &decision, answer);
    clerk->batch_counts.commands++;
    /* The parsed calendar is stale now: the next command loads it anew. */
    if (command->kind == COMMAND_load_calendar)
        forget_authorities(clerk);
    return true;
}
