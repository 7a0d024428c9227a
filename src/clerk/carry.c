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
    struct kept_authority kept = {.id = id, .arena = arena_new(LIMIT_ARENA_POLICY)};
    world->authority_arena = kept.arena;
    if (!world_authority(world, id, &kept.state, e) ||
        (kept.state && !world_calendar(world, e))) {
        arena_free(kept.arena);
        return false;
    }
    if (!kept.state) {
        arena_free(kept.arena);
        return RAISE(e, NOT_FOUND, "authority", "there is no authority %lld", (long long)id);
    }
    VEC_PUSH(clerk->arena, &clerk->authorities, kept);
    return true;
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
    if (command->kind == COMMAND_decide_task || command->kind == COMMAND_tick) {
        struct case_state *kase;
        struct system_state *system;
        if (!world_case(world, command->kase, &kase, e))
            return false;
        /* A case of another jurisdiction is no case. */
        if (!kase || kase->authority != command->authority)
            return true;
        if (!world_system(world, kase->system, &system, e))
            return false;
        if (!system)
            return RAISE(e, CORRUPT, "systems", "case %lld belongs to no system; run verify",
                         (long long)kase->id);
        facts->kase = kase;
        facts->system = system;
        version = kase->policy;
    }
    if (version.len)
        facts->policy = library_policy(clerk->library, clerk->db, version, e);
    return !version.len || facts->policy;
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
    /* Opening makes the system first and the case next. */
    if (command->kind == COMMAND_open_case)
        answer->object = row->first + 1;
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
    int64_t object = code == REFUSAL_UNKNOWN_CASE ? 0 : command->kase;
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
    struct world world = {.db = clerk->db, .arena = clerk->batch};
    /* Time never runs backwards in the record, whatever the machine's clock does; but a clock that
     * is days behind would freeze every legal day at the last one, so it is not obeyed. */
    int64_t last_ms = journal_time(clerk->journal);
    if (now_ms < last_ms - CLOCK_BEHIND_MS)
        return clock_behind(clerk->batch, now_ms, last_ms, e);
    struct facts facts = {.now_ms = now_ms > last_ms ? now_ms : last_ms};
    facts.today = date_of_instant(facts.now_ms);
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
