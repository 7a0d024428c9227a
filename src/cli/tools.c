/* SPDX-License-Identifier: Apache-2.0
 * policy, calendar, play and simulate. */
#include "cli/cli_priv.h"

#include "view/view.h"

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

/* ---- calendar ------------------------------------------------------------------------------- */

static bool folder_calendar(const struct args *args, struct calendar *out, struct err *e)
{
    struct data_folder folder;
    struct db *db = NULL;
    struct library *library = library_new();
    struct row_authority *rows;
    size_t n = 0;
    str wanted = args_get(args, "authority");
    bool ok = folder_read(args->arena, args_get(args, "data"), &folder, e) &&
              db_open(folder.database.ptr, DB_READER, &db, e) && db_begin(db, e) &&
              q_authorities(db, args->arena, &rows, &n, e);
    bool found = false;
    for (size_t i = 0; ok && i < n && !found; i++) {
        str id = str_printf(args->arena, "%" PRId64, rows[i].id);
        if (wanted.len ? !str_eq(wanted, id) && !str_eq(wanted, rows[i].name) : n > 1)
            continue;
        struct world world = {.db = db, .arena = args->arena};
        struct authority_state *authority;
        found = true;
        ok = world_authority(&world, rows[i].id, &authority, e) && world_calendar(&world, e);
        if (ok)
            *out = authority->calendar;
    }
    if (ok && !found)
        ok = RAISE(e, INPUT, "--authority", "name one of the folder's authorities");
    library_free(library);
    db_close(db);
    return ok;
}

static void explain(struct arena *arena, const struct doc *steps)
{
    for (size_t i = 0; i < steps->list.len; i++) {
        const struct doc *step = steps->list.items[i];
        str on = doc_get_text(step, S("on")), from = doc_get_text(step, S("from"));
        str to = doc_get_text(step, S("to")), kind = doc_get_text(step, S("kind"));
        str name = doc_get_text(step, S("name_zh"));
        bool one = on.len || str_eq(from, to);
        str days = on.len ? on
                   : one  ? from
                          : str_printf(arena, "%.*s .. %.*s", STR_FMT(from), STR_FMT(to));
        if (str_eq(kind, S("estimate")))
            days = str_printf(arena, "%" PRId64, doc_get_int(step, S("year"), 0));
        printf("  %-26.*s %-10.*s", STR_FMT(days), STR_FMT(kind));
        if (doc_get(step, S("n")))
            printf(" %" PRId64, doc_get_int(step, S("n"), 0));
        printf("%s%.*s\n", name.len ? " " : "", STR_FMT(name.len ? name : S("")));
    }
}

int run_calendar(const struct args *args, struct err *e)
{
    struct calendar calendar = {0};
    struct limit_length length = {.roll = true};
    int64_t count;
    date from;
    if (args->words.len == 2 && str_eq(args->words.items[0], S("load")))
        return calendar_load(args, args->words.items[1], e);
    if (args->words.len != 1 || !str_eq(args->words.items[0], S("due"))) {
        RAISE(e, INPUT, "", "write: yunjian calendar due --from DATE --days N --unit UNIT, or "
                            "calendar load FILE --data DIR");
        return EXIT_CANNOT;
    }
    if (!date_parse(args_get(args, "from"), &from)) {
        RAISE(e, INPUT, "--from", "write the first day as YYYY-MM-DD");
        return EXIT_CANNOT;
    }
    if (!unit_parse(args_get(args, "unit"), &length.unit)) {
        RAISE(e, INPUT, "--unit", "the unit is working-day, day or month");
        return EXIT_CANNOT;
    }
    /* A hundred years at most, in any unit. */
    int64_t most = length.unit == UNIT_MONTH ? 1200 : LIMIT_CLOCK_UNITS;
    if (!args_has(args, "days") || !args_number(args, "days", 0, 0, most, &count, e)) {
        RAISE(e, INPUT, "--days", "how many? write --days N");
        return EXIT_CANNOT;
    }
    bool ok = args_has(args, "data") ? folder_calendar(args, &calendar, e)
                                     : calendar_shipped(args->arena, &calendar, e);
    if (!ok)
        return EXIT_CANNOT;
    length.count = (int32_t)count;
    struct doc *steps;
    bool estimated;
    date due = clock_due(args->arena, &calendar, from, length, NULL, 0, &steps, &estimated);
    str text = date_print(args->arena, due);
    printf("%.*s\n", STR_FMT(text));
    if (args_has(args, "explain"))
        explain(args->arena, steps);
    if (!estimated)
        return EXIT_DONE;
    fprintf(stderr, "yunjian calendar: a year on the way has no published arrangement; the day is "
                    "an estimate by the weekday rule\n");
    return EXIT_ESTIMATE;
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
