/* SPDX-License-Identifier: Apache-2.0
 * What the program itself sets up in a folder: organisations, the regulation in force, published
 * calendars. Each is a command like any other, so that the journal holds it. */
#include "cli/cli_priv.h"

enum { CALENDAR_BYTES = 1024 * 1024 };

bool site_open(const struct args *args, struct site *out, struct err *e)
{
    struct site site = {0};
    if (!folder_clerk(args->arena, args_get(args, "data"), &site.folder, &site.key, &site.clerk, e))
        return false;
    if (!folder_authority(site.clerk, args->arena, args_get(args, "authority"), &site.authority,
                          e)) {
        site_close(&site);
        return false;
    }
    *out = site;
    return true;
}

void site_close(struct site *site)
{
    clerk_close(site->clerk);
    sm2_key_free(site->key);
}

void print_refusal(struct arena *arena, const struct refusal *refusal)
{
    for (size_t i = 0; i < refusal->reasons.len; i++) {
        const struct refusal_reason *reason = &refusal->reasons.items[i];
        str text = refusal_text(arena, reason, LANGUAGE_EN, STR_NONE);
        fprintf(stderr, "yunjian: refused: %.*s: %.*s\n", STR_FMT(reason->where), STR_FMT(text));
    }
}

int ask(struct clerk *clerk, struct arena *arena, struct command *command, int64_t now_ms,
        int64_t *out_object, struct err *e)
{
    struct answer answer;
    clerk_run(clerk, arena, command, now_ms, &answer);
    switch (answer.kind) {
    case ANSWER_DONE:
        if (out_object)
            *out_object = answer.object;
        return EXIT_DONE;
    case ANSWER_REFUSED:
        print_refusal(arena, &answer.refusal);
        return EXIT_NO;
    case ANSWER_FAILED:
        *e = answer.err;
        return EXIT_CANNOT;
    }
    must_not_reach("an answer has one of three kinds");
}

/* ---- organisations -------------------------------------------------------------------------- */

bool find_organisation(struct clerk *clerk, struct arena *arena, int64_t authority,
                       const char *option, str wanted, int64_t *out, struct err *e)
{
    struct db *db = clerk_db(clerk);
    struct row_organisation *rows;
    size_t n = 0;
    bool ok = db_begin(db, e) && q_organisations_of(db, arena, authority, &rows, &n, e);
    db_rollback(db);
    for (size_t i = 0; ok && i < n; i++) {
        str id = str_printf(arena, "%lld", (long long)rows[i].id);
        if (str_eq(rows[i].name, wanted) || str_eq(id, wanted)) {
            *out = rows[i].id;
            return true;
        }
    }
    return ok && RAISE(e, NOT_FOUND, option, "there is no organisation \"%.*s\"; see yunjian "
                       "organisation list", STR_FMT(wanted));
}

static int organisation_add(const struct args *args, struct err *e)
{
    struct site site;
    struct command command = {
        .kind = COMMAND_register_organisation,
        .role = args_get(args, "role"),
        .level = args_get(args, "level"),
        .name = str_trim(args_get(args, "name")),
    };
    int64_t made;
    if (!command.role.len || !command.level.len || !command.name.len) {
        RAISE(e, INPUT, "", "name --role ROLE, --level LEVEL and --name NAME");
        return EXIT_CANNOT;
    }
    if (!site_open(args, &site, e))
        return EXIT_CANNOT;
    command.authority = site.authority;
    int done = EXIT_CANNOT;
    if (!args_has(args, "under") ||
        find_organisation(site.clerk, args->arena, site.authority, "--under",
                          args_get(args, "under"), &command.parent, e))
        done = ask(site.clerk, args->arena, &command, wall_clock(NULL), &made, e);
    site_close(&site);
    if (done == EXIT_DONE)
        printf("%lld\n", (long long)made);
    return done;
}

static int organisation_list(const struct args *args, struct err *e)
{
    struct site site;
    struct row_organisation *rows;
    size_t n = 0;
    if (!site_open(args, &site, e))
        return EXIT_CANNOT;
    struct db *db = clerk_db(site.clerk);
    bool ok = db_begin(db, e) && q_organisations_of(db, args->arena, site.authority, &rows, &n, e);
    db_rollback(db);
    site_close(&site);
    for (size_t i = 0; ok && i < n; i++) {
        printf("%lld\t%.*s\t%.*s\t%.*s", (long long)rows[i].id, STR_FMT(rows[i].role),
               STR_FMT(rows[i].level), STR_FMT(rows[i].name));
        if (rows[i].parent)
            printf("\tunder %lld", (long long)rows[i].parent);
        printf("\n");
    }
    return ok ? EXIT_DONE : EXIT_CANNOT;
}

int run_organisation(const struct args *args, struct err *e)
{
    if (args->words.len == 1 && str_eq(args->words.items[0], S("add")))
        return organisation_add(args, e);
    if (args->words.len == 1 && str_eq(args->words.items[0], S("list")))
        return organisation_list(args, e);
    RAISE(e, INPUT, "", "write: yunjian organisation add, or organisation list; see --help");
    return EXIT_CANNOT;
}

/* ---- the regulation ------------------------------------------------------------------------- */

int policy_activate(const struct args *args, str name, struct err *e)
{
    struct site site;
    struct pack pack = {0};
    const struct policy *policy;
    size_t warnings;
    int done = load_pack(args->arena, name, &pack, &policy, &warnings, e);
    if (done != EXIT_DONE)
        return done;
    if (!site_open(args, &site, e))
        return EXIT_CANNOT;
    struct command command = {
        .kind = COMMAND_activate_policy,
        .authority = site.authority,
        .bytes = pack_to_blob(args->arena, &pack),
    };
    done = ask(site.clerk, args->arena, &command, wall_clock(NULL), NULL, e);
    site_close(&site);
    if (done == EXIT_DONE) {
        str digest = digest_hex(args->arena, sm3(command.bytes));
        printf("%.*s is in force, version %.*s\n", STR_FMT(policy->id), STR_FMT(digest));
    }
    return done;
}

/* ---- calendars ------------------------------------------------------------------------------ */

static bool read_calendar(struct arena *arena, str file, struct calendar *out, struct err *e)
{
    const char *path = str_to_cstr(arena, file);
    str text;
    if (!file_read(arena, path, CALENDAR_BYTES, &text, e))
        return false;
    return calendar_parse(arena, file, text, out, e) &&
           (out->years.len > 0 ||
            RAISE(e, INPUT, path, "the file holds no year: write #year YYYY NOTICE above days"));
}

int calendar_load(const struct args *args, str file, struct err *e)
{
    struct site site;
    struct calendar calendar = {0};
    if (!read_calendar(args->arena, file, &calendar, e) || !site_open(args, &site, e))
        return EXIT_CANNOT;
    int done = EXIT_DONE;
    for (size_t i = 0; i < calendar.years.len && done == EXIT_DONE; i++) {
        const struct calendar_year *year = &calendar.years.items[i];
        struct command command = {
            .kind = COMMAND_load_calendar,
            .authority = site.authority,
            .bytes = calendar_print_year(args->arena, year),
        };
        done = ask(site.clerk, args->arena, &command, wall_clock(NULL), NULL, e);
        if (done == EXIT_DONE)
            printf("loaded %d: %.*s\n", year->year, STR_FMT(year->document));
    }
    site_close(&site);
    return done;
}
