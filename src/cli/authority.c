/* SPDX-License-Identifier: Apache-2.0
 * authority: the jurisdictions of a folder, each with its own administrators. */
#include "cli/cli_priv.h"

#include "decide/decide.h"
#include "view/view.h"

#include <inttypes.h>

/* ---- administrators ------------------------------------------------------------------------- */

static const char *const LOGINS[] = {"system-admin", "security-admin", "audit-admin"};
enum { SUFFIXES = 1000 };

static bool logins_free(struct clerk *clerk, struct arena *arena, str suffix, bool *out,
                        struct err *e)
{
    struct db *db = clerk_db(clerk);
    bool ok = db_begin(db, e);
    *out = true;
    for (size_t i = 0; ok && i < COUNT_OF(LOGINS); i++) {
        int64_t person;
        str secret, login = str_printf(arena, "%s%.*s", LOGINS[i], STR_FMT(suffix));
        ok = view_credential(db, arena, login, &person, &secret, e);
        *out = *out && person == 0;
    }
    db_rollback(db);
    return ok;
}

/* Nothing for the first authority, "@POLICY" for a later one, "@POLICY-2" for one more under it. */
static bool free_suffix(struct clerk *clerk, struct arena *arena, str policy, str *out,
                        struct err *e)
{
    for (int i = 0; i < SUFFIXES; i++) {
        str number = i > 1 ? str_printf(arena, "-%d", i) : S("");
        bool is_free;
        *out = i ? str_printf(arena, "@%.*s%.*s", STR_FMT(policy), STR_FMT(number)) : S("");
        if (!logins_free(clerk, arena, *out, &is_free, e) || is_free)
            return e->code == ERR_NONE;
    }
    return RAISE(e, LIMIT, "authority", "a folder holds at most %d jurisdictions under one policy",
                 SUFFIXES);
}

bool add_administrators(struct clerk *clerk, struct arena *arena, int64_t authority, str policy,
                        int64_t now_ms, struct buf *codes, struct err *e)
{
    const struct {
        str role, name;
    } who[COUNT_OF(LOGINS)] = {
        {ROLE_SYSTEM_ADMINISTRATOR, S("系统管理员")},
        {ROLE_SECURITY_ADMINISTRATOR, S("安全管理员")},
        {ROLE_AUDIT_ADMINISTRATOR, S("审计管理员")},
    };
    str suffix, code;
    if (!free_suffix(clerk, arena, policy, &suffix, e))
        return false;
    for (size_t i = 0; i < COUNT_OF(who); i++) {
        struct new_user user = {
            .authority = authority,
            .organisation = authority,
            .now_ms = now_ms,
            .role = who[i].role,
            .name = who[i].name,
            .login = str_printf(arena, "%s%.*s", LOGINS[i], STR_FMT(suffix)),
        };
        if (add_user(clerk, arena, &user, &code, e) != EXIT_DONE)
            return false;
        buf_addf(codes, "activation code of %-15.*s %.*s\n", STR_FMT(user.login), STR_FMT(code));
    }
    return true;
}

/* ---- one more ------------------------------------------------------------------------------- */

static bool read_authorities(struct db *db, struct arena *arena, struct row_authority **out,
                             size_t *out_n, struct err *e)
{
    bool ok = db_begin(db, e) && q_authorities(db, arena, out, out_n, e);
    db_rollback(db);
    return ok;
}

/* Whoever names an authority by its name must mean one. */
static int require_free_name(struct clerk *clerk, struct arena *arena, str name, struct err *e)
{
    struct row_authority *rows;
    size_t n;
    if (!read_authorities(clerk_db(clerk), arena, &rows, &n, e))
        return EXIT_CANNOT;
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(rows[i].name, name))
            continue;
        fprintf(stderr, "yunjian: refused: %.*s exists already; give the new authority a name of "
                        "its own with --name\n", STR_FMT(name));
        return EXIT_NO;
    }
    return EXIT_DONE;
}

static bool check_name(const struct args *args, const char *option, str *out, struct err *e)
{
    *out = str_trim(args_get(args, option));
    return !args_has(args, option) || (out->len > 0 && out->len <= LIMIT_NAME_BYTES) ||
           RAISE(e, INPUT, option, "a name has 1 to %d bytes and is not blank", LIMIT_NAME_BYTES);
}

/* In several commits: what fails between two of them is told, and other commands can finish it. */
static int found(struct clerk *clerk, struct arena *arena, const struct pack *pack,
                 const struct policy *policy, struct label name, struct err *e)
{
    int64_t authority = 0, now_ms = wall_clock(NULL);
    struct buf codes = buf_new(arena, 256);
    bool ok = found_authority_as(clerk, arena, pack, policy, name, now_ms, &authority, e) &&
              add_administrators(clerk, arena, authority, policy->id, now_ms, &codes, e);
    str text = buf_str(&codes);
    printf("%.*s", STR_FMT(text));
    if (!ok) {
        fprintf(stderr, "yunjian: what was entered until then stands: see yunjian authority list, "
                        "and go on with policy activate, calendar load and user add\n");
        return EXIT_CANNOT;
    }
    printf("authority %" PRId64 " is %.*s; next: yunjian organisation add and user add, with "
           "--authority %" PRId64 "\n", authority, STR_FMT(name.zh), authority);
    return EXIT_DONE;
}

static int authority_add(const struct args *args, struct err *e)
{
    struct data_folder folder;
    struct sm2_key *key;
    struct clerk *clerk;
    struct pack pack = {0};
    const struct policy *policy;
    struct label name;
    size_t warnings;
    if (!args_has(args, "policy")) {
        RAISE(e, INPUT, "--policy", "name the policy with --policy NAME|PATH, see yunjian policy "
                                    "list");
        return EXIT_CANNOT;
    }
    if (!check_name(args, "name", &name.zh, e) || !check_name(args, "name-en", &name.en, e))
        return EXIT_CANNOT;
    int done = load_pack(args->arena, args_get(args, "policy"), &pack, &policy, &warnings, e);
    if (done != EXIT_DONE)
        return done;
    name.zh = name.zh.len ? name.zh : policy->authority.zh;
    name.en = name.en.len ? name.en : args_has(args, "name") ? name.zh : policy->authority.en;
    if (!folder_clerk(args->arena, args_get(args, "data"), &folder, &key, &clerk, e))
        return EXIT_CANNOT;
    done = require_free_name(clerk, args->arena, name.zh, e);
    if (done == EXIT_DONE)
        done = found(clerk, args->arena, &pack, policy, name, e);
    clerk_close(clerk);
    sm2_key_free(key);
    return done;
}

/* ---- the list ------------------------------------------------------------------------------- */

static int authority_list(const struct args *args, struct err *e)
{
    struct data_folder folder;
    struct db *db = NULL;
    struct row_authority *rows;
    size_t n = 0;
    bool ok = folder_read(args->arena, args_get(args, "data"), &folder, e) &&
              db_open(folder.database.ptr, DB_READER, &db, e) &&
              read_authorities(db, args->arena, &rows, &n, e);
    db_close(db);
    for (size_t i = 0; ok && i < n; i++)
        printf("%" PRId64 "\t%.*s\t%.*s\n", rows[i].id, STR_FMT(rows[i].policy_name),
               STR_FMT(rows[i].name));
    return ok ? EXIT_DONE : EXIT_CANNOT;
}

int run_authority(const struct args *args, struct err *e)
{
    if (args->words.len == 1 && str_eq(args->words.items[0], S("add")))
        return authority_add(args, e);
    if (args->words.len == 1 && str_eq(args->words.items[0], S("list")))
        return authority_list(args, e);
    RAISE(e, INPUT, "", "write: yunjian authority add, or authority list; see --help");
    return EXIT_CANNOT;
}
