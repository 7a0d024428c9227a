/* SPDX-License-Identifier: Apache-2.0
 * What a policy would mean for the cases that are open, before it is put in force. */
#include "cli/cli_priv.h"

#include "view/view.h"

enum { CASES_NAMED = 20 };

/* The step as the new version has it, for who wonders what will be different for the next case. */
static const char *fate(const struct policy *to, const struct row_steps_of_open_cases *row,
                        bool zh)
{
    const struct procedure *procedure = policy_procedure(to, row->procedure);
    if (!procedure)
        return zh ? "新版本没有该事项" : "the new version has no such procedure";
    if (!procedure_step(procedure, row->step))
        return zh ? "新版本没有该环节" : "the new version has no such step";
    return zh ? "新版本也有该环节" : "the new version has the step too";
}

static bool print_steps(const struct args *args, struct db *db, int64_t authority,
                        const struct policy *to, bool zh, struct err *e)
{
    struct row_steps_of_open_cases *rows;
    size_t n;
    if (!q_steps_of_open_cases(db, args->arena, authority, &rows, &n, e))
        return false;
    printf(zh ? "在办件（仍按各自版本办理）\n" : "open cases (each keeps its version)\n");
    if (!n)
        printf(zh ? "  没有在办件\n" : "  none\n");
    for (size_t i = 0; i < n; i++)
        printf("  %.*s.%.*s  %lld  %.8s  %s\n", STR_FMT(rows[i].procedure), STR_FMT(rows[i].step),
               (long long)rows[i].count, rows[i].policy.ptr, fate(to, &rows[i], zh));
    return true;
}

static bool print_stranded(const struct args *args, struct db *db, int64_t authority,
                           const struct policy *to, bool zh, struct err *e)
{
    struct row_roles_of_open_cases *roles;
    size_t n;
    if (!q_roles_of_open_cases(db, args->arena, authority, &roles, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct row_cases_waiting_for *rows;
        size_t n_rows;
        if (policy_role(to, roles[i].role))
            continue;
        if (!q_cases_waiting_for(db, args->arena, authority, roles[i].role, CASES_NAMED, &rows,
                                 &n_rows, e))
            return false;
        printf(zh ? "  新版本没有角色 %.*s，将无人办理："
                  : "  the new version has no role %.*s; nobody could go on with: ",
               STR_FMT(roles[i].role));
        for (size_t k = 0; k < n_rows; k++)
            printf("%s%.*s", k ? ", " : "", STR_FMT(rows[k].number));
        printf("%s\n", n_rows == CASES_NAMED ? ", ..." : "");
    }
    return true;
}

bool policy_effect(const struct args *args, const struct policy *to, enum language language,
                   struct err *e)
{
    struct data_folder folder;
    struct db *db = NULL;
    int64_t authority = 0;
    bool zh = language == LANGUAGE_ZH;
    bool ok = folder_read(args->arena, args_get(args, "data"), &folder, e) &&
              db_open(folder.database.ptr, DB_READER, &db, e) && db_begin(db, e) &&
              find_authority(db, args->arena, args_get(args, "authority"), &authority, e) &&
              print_steps(args, db, authority, to, zh, e) &&
              print_stranded(args, db, authority, to, zh, e);
    db_close(db);
    return ok;
}
