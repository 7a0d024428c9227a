/* SPDX-License-Identifier: Apache-2.0
 * Duties that come again: whoever owes one gets its case when the time has come. */
#include "clerk/clerk_priv.h"

/* Duties of one authority that are to be opened: at most a batch of them. */
struct owed {
    struct arena *arena;
    VEC(struct command) commands;
};

static bool owes_already(const struct row_duties_of *rows, size_t n, int64_t organisation)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].opener == organisation)
            return true;
    return false;
}

static bool find_owed_of(struct clerk *clerk, const struct authority_state *authority,
                         const struct policy *policy, const struct procedure *procedure,
                         date today, struct owed *owed, struct err *e)
{
    struct row_duties_of *rows;
    size_t n;
    int32_t period;
    if (!procedure->opens.present || !duty_period(policy, procedure, today, &period))
        return true;
    if (!q_duties_of(clerk->db, owed->arena, authority->id, procedure->id, period, &rows, &n, e))
        return false;
    for (size_t i = 0; i < authority->organisations.len; i++) {
        const struct organisation *organisation = &authority->organisations.items[i];
        if (!str_eq(organisation->role, procedure->steps[0].by) ||
            owes_already(rows, n, organisation->id) || owed->commands.len >= LIMIT_BATCH)
            continue;
        struct command *command = VEC_ADD(owed->arena, &owed->commands);
        *command = (struct command){
            .kind = COMMAND_open_duty,
            .authority = authority->id,
            .procedure = str_dup(owed->arena, procedure->id),
            .organisation = organisation->id,
            .period = period,
        };
    }
    return true;
}

/* Whether the duties of the authority were looked at today, as it is now. */
static struct duties_seen *seen_of(struct clerk *clerk, int64_t authority)
{
    for (size_t i = 0; i < clerk->duties.len; i++)
        if (clerk->duties.items[i].authority == authority)
            return &clerk->duties.items[i];
    struct duties_seen *seen = VEC_ADD(clerk->arena, &clerk->duties);
    *seen = (struct duties_seen){.authority = authority, .on = DATE_NONE};
    return seen;
}

static bool find_owed(struct clerk *clerk, int64_t id, date today, struct owed *owed,
                      struct duties_seen *now, struct err *e)
{
    struct authority_state *authority;
    const struct duties_seen *seen = seen_of(clerk, id);
    arena_reset(clerk->batch);
    bool ok = db_begin(clerk->db, e) &&
              library_authority(clerk->library, clerk->db, clerk->batch, id, &authority, e);
    *now = (struct duties_seen){.authority = id, .on = today,
                                .last_entry = ok && authority ? authority->last_entry : 0};
    bool look = ok && authority && authority->policy_digest.len &&
                (date_is_none(seen->on) || date_cmp(seen->on, today) != 0 ||
                 seen->last_entry != now->last_entry);
    const struct policy *policy =
        look ? library_policy(clerk->library, clerk->db, authority->policy_digest, e) : NULL;
    ok = ok && (!look || policy);
    for (size_t i = 0; ok && policy && i < policy->n_procedures; i++)
        ok = find_owed_of(clerk, authority, policy, &policy->procedures[i], today, owed, e);
    db_rollback(clerk->db);
    return ok;
}

/* A refusal means that the rules changed in between; the next tick looks again. */
static bool open_owed(struct clerk *clerk, struct owed *owed, int64_t now_ms, int64_t *made,
                      bool *out_all, struct err *e)
{
    size_t n = owed->commands.len;
    struct job *jobs = NEWS(owed->arena, struct job, n);
    for (size_t i = 0; i < n; i++)
        jobs[i] = (struct job){.arena = owed->arena,
                               .command = &owed->commands.items[i],
                               .next = i + 1 < n ? &jobs[i + 1] : NULL};
    run_batch(clerk, &jobs[0], now_ms);
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].answer.kind == ANSWER_FAILED) {
            *e = jobs[i].answer.err;
            return false;
        }
        *out_all = *out_all && jobs[i].answer.kind == ANSWER_DONE;
        *made += jobs[i].answer.entries;
    }
    return true;
}

bool open_duties(struct clerk *clerk, int64_t authority, int64_t now_ms, int64_t *made,
                 struct err *e)
{
    bool ok = true, all = true;
    size_t n = LIMIT_BATCH;
    while (ok && all && n == LIMIT_BATCH) {
        struct owed owed = {.arena = arena_new(LIMIT_ARENA_REQUEST)};
        struct duties_seen now;
        ok = find_owed(clerk, authority, date_of_instant(now_ms), &owed, &now, e);
        n = owed.commands.len;
        if (ok && n)
            ok = open_owed(clerk, &owed, now_ms, made, &all, e);
        if (ok && all && n < LIMIT_BATCH)
            *seen_of(clerk, authority) = now;
        arena_free(owed.arena);
    }
    return ok;
}
