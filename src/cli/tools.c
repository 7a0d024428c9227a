/* SPDX-License-Identifier: Apache-2.0
 * play and simulate. */
#include "cli/cli_priv.h"

#include <inttypes.h>
#include <unistd.h>

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

/* Salts too come from the seed: what is invented needs no secrets. */
static void seeded_bytes(void *ctx, void *out, size_t n)
{
    unsigned char *bytes = out;
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)prng_below(ctx, 256);
}

static bool simulate_in_memory(struct arena *arena, const struct pack *pack,
                               const struct policy *policy, const struct simulation *plan,
                               struct simulation_result *result, struct err *e)
{
    struct prng salts;
    struct clerk_options options = {.database = ":memory:", .origin = S("yunjian/simulation"),
                                    .random = seeded_bytes, .ctx = &salts};
    struct clerk *clerk;
    prng_seed(&salts, plan->seed);
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
    str root = digest_hex(args->arena, result.root);
    printf("root %.*s\nmemory at the end of a day %zu KiB until day %d, %zu KiB until the last; "
           "%zu KiB at most within an act\n"
           "seed %" PRIu64 ": %" PRId64 " commands, %" PRId64 " refused, %" PRId64
           " entries, %" PRId64 " cases, %" PRId64 " ended, %" PRId64 " acts late\n",
           STR_FMT(root), result.held_early / 1024, MEMORY_DAYS, result.held_late / 1024,
           result.held_most / 1024, plan.seed,
           result.commands, result.refusals, result.entries, result.cases, result.ended,
           result.late);
    return EXIT_DONE;
}
