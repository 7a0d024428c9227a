/* SPDX-License-Identifier: Apache-2.0
 * verify and rebuild. */
#include "cli/cli_priv.h"

#include "project/project.h"

#include <inttypes.h>
#include <unistd.h>

enum { CHECKPOINTS_LOG_BYTES = 1 << 30 };

static bool read_checkpoints(const struct data_folder *folder, struct arena *arena, str *out,
                             struct err *e)
{
    const char *path = folder_file(folder, "checkpoints.log");
    *out = STR_NONE;
    return access(path, F_OK) != 0 || file_read(arena, path, CHECKPOINTS_LOG_BYTES, out, e);
}

static void print_findings(const struct findings *findings, bool log_only)
{
    for (size_t i = 0; i < findings->items.len; i++)
        printf("%.*s\n", STR_FMT(findings->items.items[i]));
    printf("%s: %" PRId64 " entries, %" PRId64 " of them under %" PRId64 " signed checkpoints\n",
           findings->items.len ? "TAMPERED" : "sound", findings->entries, findings->covered,
           findings->checkpoints);
    printf("not covered: %swork tables (sessions, uploads, counters), which nothing trusts; the "
           "return of the whole database to an earlier state of its own since the last "
           "checkpoint; an owner of folder, key and database together\n",
           log_only ? "kept and derived tables (--log); " : "");
}

int run_verify(const struct args *args, struct err *e)
{
    struct data_folder folder;
    struct sm2_key *key = NULL;
    struct db *db = NULL;
    /* The checkpoint file alone may fill an ordinary arena. */
    struct arena *arena = arena_new((size_t)CHECKPOINTS_LOG_BYTES * 2);
    struct findings findings = {.arena = arena};
    str checkpoints;
    struct evidence evidence = {.checkpoints_log = &checkpoints};
    bool log_only = args_has(args, "log");
    bool ok = folder_read(args->arena, args_get(args, "data"), &folder, e) &&
              folder_key(&folder, "journal.pub", &key, e) &&
              folder_head_key(&folder, &evidence.head_key, e) &&
              read_checkpoints(&folder, arena, &checkpoints, e) &&
              db_open(folder.database.ptr, DB_READER, &db, e) &&
              db_begin(db, e) && (evidence.key = key, project_verify(db, &evidence, log_only, &findings, e));
    if (ok)
        print_findings(&findings, log_only);
    int code = !ok ? EXIT_CANNOT : findings.items.len ? EXIT_NO : EXIT_DONE;
    db_close(db);
    sm2_key_free(key);
    arena_free(arena);
    return code;
}

int run_rebuild(const struct args *args, struct err *e)
{
    struct data_folder folder;
    struct db *db = NULL;
    struct table_digest *digests;
    size_t n = 0;
    bool ok = folder_read(args->arena, args_get(args, "data"), &folder, e) &&
              folder_lock(&folder, e) && db_open(folder.database.ptr, DB_WRITER, &db, e) &&
              project_rebuild(db, e) && db_begin(db, e) &&
              project_digests(db, args->arena, &digests, &n, e);
    for (size_t i = 0; i < n; i++)
        printf("%-16s %8" PRId64 "  %.*s\n", digests[i].table, digests[i].rows,
               STR_FMT(digests[i].digest));
    db_close(db);
    return ok ? EXIT_DONE : EXIT_CANNOT;
}
