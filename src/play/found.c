/* SPDX-License-Identifier: Apache-2.0 */
#include "play/play.h"

bool run_trusted(struct clerk *clerk, struct arena *arena, struct command *command, int64_t now_ms,
                 int64_t *out_object, struct err *e)
{
    struct answer answer;
    clerk_run(clerk, arena, command, now_ms, &answer);
    if (answer.kind == ANSWER_FAILED) {
        *e = answer.err;
        return false;
    }
    if (answer.kind == ANSWER_REFUSED) {
        str text = refusal_text(arena, &answer.refusal.reasons.items[0], LANGUAGE_EN, STR_NONE);
        return RAISE(e, INPUT, command_name(command->kind), "%.*s", STR_FMT(text));
    }
    if (out_object)
        *out_object = answer.object;
    return true;
}

static bool load_calendars(struct clerk *clerk, struct arena *arena, int64_t authority,
                           int64_t now_ms, struct err *e)
{
    struct calendar calendar = {0};
    if (!calendar_shipped(arena, &calendar, e))
        return false;
    for (size_t i = 0; i < calendar.years.len; i++) {
        struct command load = {
            .kind = COMMAND_load_calendar,
            .authority = authority,
            .bytes = calendar_print_year(arena, &calendar.years.items[i]),
        };
        if (!run_trusted(clerk, arena, &load, now_ms, NULL, e))
            return false;
    }
    return true;
}

bool found_authority_as(struct clerk *clerk, struct arena *arena, const struct pack *pack,
                        const struct policy *policy, struct label name, int64_t now_ms,
                        int64_t *out_authority, struct err *e)
{
    const struct role *role = policy_role(policy, policy->authority_role);
    must(role != NULL && role->n_levels > 0); /* the linker proved it */
    struct command registering = {
        .kind = COMMAND_register_authority,
        .name = name.zh.len ? name.zh : policy->authority.zh,
        .name_en = name.en.len ? name.en : policy->authority.en,
        .role = policy->authority_role,
        .level = role->levels[0],
    };
    int64_t authority;
    if (!run_trusted(clerk, arena, &registering, now_ms, &authority, e) ||
        !load_calendars(clerk, arena, authority, now_ms, e))
        return false;
    struct command activate = {
        .kind = COMMAND_activate_policy,
        .authority = authority,
        .bytes = pack_to_blob(arena, pack),
    };
    if (!run_trusted(clerk, arena, &activate, now_ms, NULL, e))
        return false;
    *out_authority = authority;
    return true;
}

bool found_authority(struct clerk *clerk, struct arena *arena, const struct pack *pack,
                     const struct policy *policy, int64_t now_ms, int64_t *out_authority,
                     struct err *e)
{
    return found_authority_as(clerk, arena, pack, policy, (struct label){STR_NONE, STR_NONE},
                              now_ms, out_authority, e);
}
