/* SPDX-License-Identifier: Apache-2.0
 * simulate: towns from one seed, one for each policy that is named. */
#include "cli/cli_priv.h"

#include <inttypes.h>
#include <unistd.h>

/* ---- what was asked for --------------------------------------------------------------------- */

static bool add_policy(struct arena *arena, str name, struct founding *out, struct err *e)
{
    struct pack *pack = NEW(arena, struct pack);
    struct diagnostics diagnostics = {0};
    if (!pack_find(arena, name, pack, e))
        return false;
    const struct policy *policy = policy_load(arena, pack, &diagnostics);
    if (!policy)
        return RAISE(e, INPUT, "--policy", "%.*s does not load; see yunjian policy check",
                     STR_FMT(name));
    for (size_t i = 0; i < out->n; i++)
        if (str_eq(out->jurisdictions[i].policy->id, policy->id))
            return RAISE(e, INPUT, "--policy", "%.*s is named twice", STR_FMT(policy->id));
    out->jurisdictions[out->n++] = (struct jurisdiction){.pack = pack, .policy = policy};
    return true;
}

/* NAME or PATH, several parted by commas, or all that are shipped. */
static bool read_policies(const struct args *args, struct founding *out, struct err *e)
{
    struct arena *arena = args->arena;
    str rest = args_get(args, "policy"), name;
    size_t n;
    str *names = pack_names(arena, &n);
    if (!rest.len)
        return RAISE(e, INPUT, "--policy", "name a policy, several parted by commas, or all; see "
                                           "yunjian policy list");
    out->jurisdictions = NEWS(arena, struct jurisdiction, n + rest.len + 1);
    if (str_eq(rest, S("all"))) {
        for (size_t i = 0; i < n; i++)
            if (!add_policy(arena, names[i], out, e))
                return false;
        return true;
    }
    for (bool more = true; more;) {
        more = str_cut(rest, ',', &name, &rest);
        if (!add_policy(arena, name, out, e))
            return false;
    }
    return true;
}

static bool read_plan(const struct args *args, struct simulation *out, struct err *e)
{
    int64_t units, systems, days, seed;
    if (!args_number(args, "units", 10, 1, 500, &units, e) ||
        !args_number(args, "systems", 50, 1, 100000, &systems, e) ||
        !args_number(args, "days", 90, 1, 3660, &days, e) ||
        !args_number(args, "seed", 1, 0, INT64_MAX, &seed, e))
        return false;
    int64_t until_ms = wall_clock(NULL);
    *out = (struct simulation){
        .units = (int)units,
        .systems = (int)systems,
        .days = (int)days,
        .seed = (uint64_t)seed,
        .from = date_plus(date_of_instant(until_ms), -(int32_t)days),
        .until_ms = until_ms,
        .progress = isatty(2) ? stderr : NULL,
    };
    str from = args_get(args, "from");
    if (from.len && !date_parse(from, &out->from))
        return RAISE(e, INPUT, "--from", "write the first day as YYYY-MM-DD");
    return instant_of_date(out->from, 7, 0) < until_ms ||
           RAISE(e, INPUT, "--from", "the first day is still to come; name one that has begun");
}

/* ---- what came of it ------------------------------------------------------------------------ */

/* Of one procedure: how many cases were opened, and by what they ended. */
static void print_procedure(const struct procedure *procedure, const struct reached *reached)
{
    printf("  %.*s: %" PRId64 " opened, %" PRId64 " ended", STR_FMT(procedure->id),
           reached->opened, reached->ended);
    const char *between = ": ";
    for (size_t i = 0; i < procedure->n_steps; i++)
        for (size_t k = 0; k < procedure->steps[i].n_outcomes; k++) {
            int64_t ended = reached->steps[i].outcomes[k].ended;
            if (!ended)
                continue;
            printf("%s%" PRId64 " %.*s.%.*s", between, ended, STR_FMT(procedure->steps[i].id),
                   STR_FMT(procedure->steps[i].outcomes[k].id));
            between = ", ";
        }
    if (reached->withdrawn)
        printf("%s%" PRId64 " withdrawn", between, reached->withdrawn);
    printf("\n");
}

static void print_jurisdiction(struct arena *arena, const struct jurisdiction *one)
{
    printf("%.*s: %" PRId64 " commands, %" PRId64 " refused, %" PRId64 " cases, %" PRId64
           " ended, %" PRId64 " acts late\n", STR_FMT(one->policy->id), one->commands,
           one->refusals, one->cases, one->ended, one->late);
    for (size_t i = 0; i < one->policy->n_procedures; i++)
        print_procedure(&one->policy->procedures[i], &one->procedures[i]);
    str rest = simulation_unreached(arena, one), line;
    while (rest.len) {
        str_cut(rest, '\n', &line, &rest);
        printf("  never reached: %.*s\n", STR_FMT(line));
    }
}

static void print_result(struct arena *arena, const struct founding *founding,
                         const struct simulation *plan, const struct simulation_result *result)
{
    str root = digest_hex(arena, result->root);
    for (size_t i = 0; i < founding->n; i++)
        print_jurisdiction(arena, &founding->jurisdictions[i]);
    printf("root %.*s\nmemory at the end of a day %zu KiB until day %d, %zu KiB until the last; "
           "%zu KiB at most within an act\n"
           "seed %" PRIu64 ": %" PRId64 " commands, %" PRId64 " refused, %" PRId64
           " entries, %" PRId64 " cases, %" PRId64 " ended, %" PRId64 " acts late\n",
           STR_FMT(root), result->held_early / 1024, MEMORY_DAYS, result->held_late / 1024,
           result->held_most / 1024, plan->seed, result->commands, result->refusals,
           result->entries, result->cases, result->ended, result->late);
}

/* ---- doing it ------------------------------------------------------------------------------- */

/* Salts too come from the seed: what is invented needs no secrets. */
static void seeded_bytes(void *ctx, void *out, size_t n)
{
    unsigned char *bytes = out;
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)prng_below(ctx, 256);
}

static bool simulate_in_memory(struct arena *arena, const struct founding *founding,
                               struct err *e)
{
    struct prng salts;
    struct clerk_options options = {.database = ":memory:", .origin = S("yunjian/simulation"),
                                    .random = seeded_bytes, .ctx = &salts};
    struct clerk *clerk;
    prng_seed(&salts, founding->plan->seed);
    if (!clerk_open(&options, &clerk, e))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < founding->n; i++) {
        struct jurisdiction *one = &founding->jurisdictions[i];
        ok = found_authority(clerk, arena, one->pack, one->policy,
                             instant_of_date(founding->plan->from, 8, 0), &one->authority, e);
    }
    ok = ok && simulate(clerk, arena, founding->jurisdictions, founding->n, founding->plan,
                        founding->result, e);
    clerk_close(clerk);
    return ok;
}

int run_simulate(const struct args *args, struct err *e)
{
    struct simulation plan;
    struct simulation_result result;
    struct founding founding = {.plan = &plan, .result = &result};
    if (!read_plan(args, &plan, e) || !read_place(args, &founding, e) ||
        !read_policies(args, &founding, e))
        return EXIT_CANNOT;
    founding.now_ms = instant_of_date(plan.from, 7, 0);
    if (!(founding.path.len ? folder_make(args->arena, &founding, e)
                            : simulate_in_memory(args->arena, &founding, e)))
        return EXIT_CANNOT;
    print_result(args->arena, &founding, &plan, &result);
    return EXIT_DONE;
}
