/* SPDX-License-Identifier: Apache-2.0
 * verify and rebuild. */
#include "cli/cli_priv.h"

#include "project/project.h"

#include <inttypes.h>
#include <unistd.h>

enum { CHECKPOINTS_LOG_BYTES = 1 << 30, KEY_BYTES = 64 * 1024, SINCE_BYTES = 64 * 1024 * 1024 };

static bool read_checkpoints(const struct data_folder *folder, struct arena *arena, str *out,
                             struct err *e)
{
    const char *path = folder_file(folder, "checkpoints.log");
    *out = STR_NONE;
    return access(path, F_OK) != 0 || file_read(arena, path, CHECKPOINTS_LOG_BYTES, out, e);
}

/* What the file that an option names holds, at most so much of it; an empty text without it. */
static bool read_given(const struct args *args, const char *option, size_t most, str *out,
                       struct err *e)
{
    str path = args_get(args, option);
    *out = STR_NONE;
    return !path.ptr || file_read(args->arena, str_to_cstr(args->arena, path), most, out, e);
}

bool read_since(const struct args *args, str *out, struct err *e)
{
    if (!read_given(args, "since", SINCE_BYTES, out, e))
        return false;
    *out = checkpoints_log_newest(*out);
    return true;
}

static int print_findings(const struct findings *findings)
{
    for (size_t i = 0; i < findings->items.len; i++)
        printf("%.*s\n", STR_FMT(findings->items.items[i]));
    printf("%s: %" PRId64 " entries, %" PRId64 " of them under %" PRId64 " signed checkpoints\n",
           findings->items.len ? "TAMPERED" : "sound", findings->entries, findings->covered,
           findings->checkpoints);
    if (!digest_equal(findings->root, (struct digest){{0}})) {
        str root = digest_hex(findings->arena, findings->root);
        printf("root: %.*s\n", STR_FMT(root));
    }
    if (findings->covered < findings->entries)
        printf("not covered: entries rows %" PRId64 " to %" PRId64 ", after the last checkpoint, "
               "for which only the seal of the head row speaks\n", findings->covered,
               findings->entries - 1);
    return findings->items.len ? EXIT_NO : EXIT_DONE;
}

static int verify_folder(const struct args *args, struct err *e)
{
    struct data_folder folder;
    struct sm2_key *key = NULL;
    struct db *db = NULL;
    /* The checkpoint file alone may fill an ordinary arena. */
    struct arena *arena = arena_new((size_t)CHECKPOINTS_LOG_BYTES * 2);
    struct findings findings = {.arena = arena};
    str checkpoints, pem;
    struct evidence evidence = {.checkpoints_log = &checkpoints};
    bool log_only = args_has(args, "log");
    bool ok = folder_read(args->arena, args_get(args, "data"), &folder, e) &&
              read_given(args, "key", KEY_BYTES, &pem, e) && read_since(args, &evidence.since, e) &&
              (pem.ptr ? sm2_key_load(pem, &key, e)
                       : folder_key(&folder, "journal.pub", &key, e)) &&
              folder_head_key(&folder, &evidence.head_key, e) &&
              read_checkpoints(&folder, arena, &checkpoints, e) &&
              db_open(folder.database.ptr, DB_READER, &db, e) && db_begin(db, e);
    evidence.key = key;
    ok = ok && project_verify(db, &evidence, log_only, &findings, e);
    int code = ok ? print_findings(&findings) : EXIT_CANNOT;
    if (ok)
        printf("not covered: %swork tables (sessions, uploads, counters), which nobody trusts%s\n",
               log_only ? "kept and derived tables (--log); " : "",
               evidence.since.ptr ? "" : "; the return of folder and database to an earlier state "
                                         "of their own, and an owner of both with the key: only a "
                                         "checkpoint kept elsewhere tells (--since)");
    db_close(db);
    sm2_key_free(key);
    arena_free(arena);
    return code;
}

/* Without a folder and without a database. */
static int verify_file(const struct args *args, struct err *e)
{
    struct sm2_key *key = NULL;
    struct arena *arena = arena_new((size_t)CHECKPOINTS_LOG_BYTES * 2);
    struct findings findings = {.arena = arena};
    str pem, since, own = STR_NONE;
    bool ok = read_given(args, "key", KEY_BYTES, &pem, e) && read_since(args, &since, e) &&
              (!pem.ptr || sm2_key_load(pem, &key, e)) &&
              verify_export(args, key, since, &findings, &own, e);
    int code = ok ? print_findings(&findings) : EXIT_CANNOT;
    if (ok && !key)
        printf("not covered: whose key it is; compare %.*s, the SM3 of its point, with what the "
               "owner publishes, or give --key\n", STR_FMT(own));
    if (ok)
        printf("not covered: entries of these streams that an export leaves out at their end, "
               "and what happened after its checkpoint\n");
    sm2_key_free(key);
    arena_free(arena);
    return code;
}

int run_verify(const struct args *args, struct err *e)
{
    if (args_has(args, "export") != args_has(args, "data"))
        return args_has(args, "export") ? verify_file(args, e) : verify_folder(args, e);
    RAISE(e, INPUT, "", "name either --data DIR or --export FILE");
    return EXIT_CANNOT;
}

static bool rebuild(struct db *db, struct err *e)
{
    if (!db_begin(db, e) || !project_rebuild(db, e))
        return false;
    KILL_POINT("rebuild-commit");
    return db_commit(db, e);
}

int run_rebuild(const struct args *args, struct err *e)
{
    struct data_folder folder;
    struct db *db = NULL;
    struct table_digest *digests;
    size_t n = 0;
    bool ok = folder_read(args->arena, args_get(args, "data"), &folder, e) &&
              folder_lock(&folder, e) && db_open(folder.database.ptr, DB_WRITER, &db, e) &&
              rebuild(db, e) && db_begin(db, e) &&
              project_digests(db, args->arena, &digests, &n, e);
    for (size_t i = 0; i < n; i++)
        printf("%-16s %8" PRId64 "  %.*s\n", digests[i].table, digests[i].rows,
               STR_FMT(digests[i].digest));
    db_close(db);
    return ok ? EXIT_DONE : EXIT_CANNOT;
}
