/* SPDX-License-Identifier: Apache-2.0
 * policy, play and simulate. */
#include "cli/cli_priv.h"

#include <inttypes.h>
#include <unistd.h>

/* ---- policy --------------------------------------------------------------------------------- */

static int list_policies(struct arena *arena, struct err *e)
{
    size_t n;
    str *names = pack_names(arena, &n);
    for (size_t i = 0; i < n; i++) {
        struct pack pack = {0};
        struct diagnostics diagnostics = {0};
        if (!pack_find(arena, names[i], &pack, e))
            return EXIT_CANNOT;
        const struct policy *policy = policy_load(arena, &pack, &diagnostics);
        printf("%.*s  %.*s\n", STR_FMT(names[i]),
               STR_FMT(policy ? policy->title.zh : S("(does not load)")));
    }
    return EXIT_DONE;
}

int load_pack(struct arena *arena, str name, struct pack *pack, const struct policy **out,
              size_t *out_warnings, struct err *e)
{
    struct diagnostics diagnostics = {0};
    if (!pack_find(arena, name, pack, e))
        return EXIT_CANNOT;
    *out = policy_load(arena, pack, &diagnostics);
    *out_warnings = diagnostics.items.len - diagnostics.errors;
    str text = diagnostics_print(arena, &diagnostics);
    fwrite(text.ptr, 1, text.len, stdout);
    if (*out)
        return EXIT_DONE;
    printf("%zu errors: nothing was loaded\n", diagnostics.errors);
    return EXIT_NO;
}

static int policy_check(struct arena *arena, str name, struct err *e)
{
    struct pack pack = {0};
    const struct policy *policy;
    size_t warnings;
    int done = load_pack(arena, name, &pack, &policy, &warnings, e);
    if (done != EXIT_DONE)
        return done;
    str digest = digest_hex(arena, sm3(pack_to_blob(arena, &pack)));
    printf("%.*s is sound: %zu procedures, %zu warnings, version %.*s\n", STR_FMT(policy->id),
           policy->n_procedures, warnings, STR_FMT(digest));
    return EXIT_DONE;
}

int run_policy(const struct args *args, struct err *e)
{
    if (args->words.len == 1 && str_eq(args->words.items[0], S("list")))
        return list_policies(args->arena, e);
    if (args->words.len == 2 && str_eq(args->words.items[0], S("check")))
        return policy_check(args->arena, args->words.items[1], e);
    if (args->words.len == 2 && str_eq(args->words.items[0], S("activate")))
        return policy_activate(args, args->words.items[1], e);
    RAISE(e, INPUT, "", "write: yunjian policy list, or policy check NAME|PATH, or policy activate "
                        "NAME|PATH --data DIR");
    return EXIT_CANNOT;
}

/* ---- play and simulate ---------------------------------------------------------------------- */

int run_play(const struct args *args, struct err *e)
{
    int passed = 0, failed = 0;
    str db;
    if (args->words.len == 0) {
        RAISE(e, INPUT, "", "name at least one scenario file");
        return EXIT_CANNOT;
    }
    if (!args_database(args, &db, e))
        return EXIT_CANNOT;
    const char *database = db.len ? str_to_cstr(args->arena, db) : NULL;
    for (size_t i = 0; i < args->words.len; i++) {
        struct play_result result = {0};
        struct err broken = {0};
        const char *path = str_to_cstr(args->arena, args->words.items[i]);
        if (!play_file(path, database, stdout, &result, &broken)) {
            /* A scenario that cannot go on has failed, whatever it had shown before. */
            printf("%s: %s\n", broken.where, broken.msg);
            result.failed++;
        }
        passed += result.passed;
        failed += result.failed;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed ? EXIT_NO : EXIT_DONE;
}

static bool simulate_in_memory(struct arena *arena, const struct pack *pack,
                               const struct policy *policy, const struct simulation *plan,
                               struct simulation_result *result, struct err *e)
{
    struct clerk_options options = {.database = ":memory:", .origin = S("yunjian/simulation")};
    struct clerk *clerk;
    int64_t authority;
    if (!clerk_open(&options, &clerk, e))
        return false;
    bool ok = found_authority(clerk, arena, pack, instant_of_date(plan->from, 8, 0), &authority,
                              e) &&
              simulate(clerk, authority, policy, plan, result, e);
    clerk_close(clerk);
    return ok;
}

int run_simulate(const struct args *args, struct err *e)
{
    struct simulation plan = {.until_ms = wall_clock(NULL)};
    struct simulation_result result;
    int64_t units, systems, days, seed;
    struct pack pack = {0};
    struct diagnostics diagnostics = {0};
    struct founding founding = {.pack = &pack, .plan = &plan, .result = &result};
    if (!args_number(args, "units", 10, 1, 500, &units, e) ||
        !args_number(args, "systems", 50, 1, 100000, &systems, e) ||
        !args_number(args, "days", 90, 1, 3660, &days, e) ||
        !args_number(args, "seed", 1, 0, INT64_MAX, &seed, e) ||
        !read_place(args, &founding, e) ||
        !pack_find(args->arena, args_get(args, "policy"), &pack, e))
        return EXIT_CANNOT;
    const struct policy *policy = policy_load(args->arena, &pack, &diagnostics);
    plan.from = date_plus(date_of_instant(plan.until_ms), -(int32_t)days);
    str from = args_get(args, "from");
    if (!policy || (from.len && !date_parse(from, &plan.from))) {
        RAISE(e, INPUT, policy ? "--from" : "--policy",
              policy ? "write the first day as YYYY-MM-DD"
                     : "the policy does not load; see yunjian policy check");
        return EXIT_CANNOT;
    }
    founding.now_ms = instant_of_date(plan.from, 7, 0);
    if (founding.now_ms >= plan.until_ms) {
        RAISE(e, INPUT, "--from", "the first day is still to come; name one that has begun");
        return EXIT_CANNOT;
    }
    plan.units = (int)units;
    plan.systems = (int)systems;
    plan.days = (int)days;
    plan.seed = (uint64_t)seed;
    plan.progress = isatty(2) ? stderr : NULL;
    bool ok = founding.path.len
                  ? folder_make(args->arena, &founding, e)
                  : simulate_in_memory(args->arena, &pack, policy, &plan, &result, e);
    if (!ok)
        return EXIT_CANNOT;
    printf("seed %" PRIu64 ": %" PRId64 " commands, %" PRId64 " refused, %" PRId64
           " entries, %" PRId64 " cases, %" PRId64 " ended, %" PRId64 " acts late\n",
           plan.seed, result.commands, result.refusals, result.entries, result.cases, result.ended,
           result.late);
    return EXIT_DONE;
}
