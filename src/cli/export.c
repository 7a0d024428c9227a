/* SPDX-License-Identifier: Apache-2.0
 * export: a case, or all, as a file that proves itself; and its check, which needs no folder. */
#include "cli/cli_priv.h"

#include "project/project.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { LINE_BYTES = 16 * 1024 * 1024 };

/* The case with that number, or with that id; of the authority (0: of any). */
static bool find_case(struct db *db, struct arena *arena, str wanted, int64_t authority,
                      struct row_kase **out, struct err *e)
{
    int64_t id;
    struct row_kase *rows = NULL;
    size_t n = 0, found = 0;
    if (str_to_i64(wanted, &id)) {
        if (!q_kase(db, arena, id, &rows, e))
            return false;
        n = rows ? 1 : 0;
    } else if (!q_cases_numbered(db, arena, wanted, &rows, &n, e)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (authority && rows[i].authority != authority)
            continue;
        *out = &rows[i];
        found++;
    }
    if (found == 1)
        return true;
    return found ? RAISE(e, INPUT, "--case", "several cases have this number; give the id of one, "
                                             "or name an --authority")
                 : RAISE(e, NOT_FOUND, "--case", "there is no case with this number or id");
}

/* ---- all of one jurisdiction ---------------------------------------------------------------- */

struct gathering {
    struct arena *arena;     /* of the streams found */
    int64_t authority, size; /* of what is signed */
    struct map *seen;
    VEC(str) streams;
};

static bool gather_stream(void *ctx, struct arena *arena, const struct entry *entry,
                          struct err *e)
{
    struct gathering *g = ctx;
    (void)e;
    if (entry->event.authority != g->authority || entry->event.index >= g->size)
        return true;
    str stream = entry_stream(arena, &entry->event);
    if (map_get(g->seen, stream))
        return true;
    stream = str_dup(g->arena, stream);
    map_put(g->seen, stream, g);
    VEC_PUSH(g->arena, &g->streams, stream);
    return true;
}

/* Every stream that has entries of the authority: no stream has entries of two. */
static bool wish_authority(const struct args *args, struct db *db, int64_t authority,
                           struct export_wish *out, struct err *e)
{
    struct checkpoint *last = NULL;
    struct gathering g = {.arena = args->arena, .authority = authority,
                          .seen = map_new(args->arena)};
    if (!checkpoint_last(db, args->arena, &last, e))
        return false;
    g.size = last ? last->size : 0;
    if (!journal_each(db, 0, gather_stream, &g, e))
        return false;
    if (g.streams.len == 0)
        return RAISE(e, NOT_FOUND, "--authority", "nothing of it is under a checkpoint yet, so "
                     "nothing can be proven: let the server sign, and come again");
    out->streams = g.streams.items;
    out->n = g.streams.len;
    return true;
}

/* ---- what is wished for --------------------------------------------------------------------- */

static bool read_case(const struct args *args, struct db *db, int64_t authority,
                      struct export_wish *out, struct err *e)
{
    struct row_kase *kase = NULL;
    if (!find_case(db, args->arena, args_get(args, "case"), authority, &kase, e))
        return false;
    str *streams = NEWS(args->arena, str, 2);
    struct event of_case = {.kind = EVENT_case_opened, .stream = kase->id};
    struct event of_system = {.kind = EVENT_system_registered, .stream = kase->system};
    streams[0] = entry_stream(args->arena, &of_case);
    streams[1] = entry_stream(args->arena, &of_system);
    out->streams = streams;
    out->n = kase->system ? 2 : 1;
    return true;
}

/* A case is exported with the system that it is about, if there is one. */
static bool read_wish(const struct args *args, struct db *db, struct export_wish *out,
                      struct err *e)
{
    bool all = args_has(args, "all");
    int64_t authority = 0;
    str note;
    struct checkpoint since;
    if ((args_get(args, "case").len > 0) == all)
        return RAISE(e, INPUT, "", "say what to export: --case NUMBER|ID, or --all");
    if (!read_since(args, &note, e) ||
        (note.len > 0 && !checkpoint_parse(args->arena, note, NULL, &since, e)) ||
        (args_has(args, "authority") &&
         !find_authority(db, args->arena, args_get(args, "authority"), &authority, e)))
        return false;
    out->since = note.len > 0 ? since.size : 0;
    if (!all)
        return read_case(args, db, authority, out, e);
    return !authority || wish_authority(args, db, authority, out, e);
}

static bool put_line(void *ctx, str line, struct err *e)
{
    return new_file_put(ctx, line, e);
}

int run_export(const struct args *args, struct err *e)
{
    struct data_folder folder;
    struct sm2_key *key = NULL;
    struct db *db = NULL;
    struct new_file file;
    struct export_wish wish = {0};
    struct exported told = {0};
    bool ok = new_file_open(args, "out", &file, e) &&
              folder_read(args->arena, args_get(args, "data"), &folder, e) &&
              folder_key(&folder, "journal.pub", &key, e) &&
              sm2_public_pem(args->arena, key, &wish.key_pem, e) &&
              db_open(folder.database.ptr, DB_READER, &db, e) && db_begin(db, e) &&
              read_wish(args, db, &wish, e) &&
              journal_export(db, &wish, put_line, &file, &told, e) && new_file_keep(&file, e);
    new_file_drop(&file);
    db_close(db);
    sm2_key_free(key);
    if (!ok)
        return EXIT_CANNOT;
    printf("exported %" PRId64 " entries of %" PRId64 " in clear to %s\n", told.clear, told.size,
           file.path);
    if (told.later)
        printf("left out: %" PRId64 " entries after the last checkpoint\n", told.later);
    return EXIT_DONE;
}

/* ---- checking one ---------------------------------------------------------------------------- */

/* Hands on line after line. What stands behind the last newline is a line too. */
static bool each_line(FILE *file, struct arena *arena, struct export_check *check, struct err *e)
{
    char *bytes = NEWS(arena, char, LINE_BYTES);
    for (size_t have = 0;;) {
        size_t n = fread(bytes + have, 1, LINE_BYTES - have, file), at = 0;
        bool end = n == 0;
        have += n;
        for (char *newline; (newline = memchr(bytes + at, '\n', have - at)) != NULL;) {
            size_t len = (size_t)(newline - bytes) - at;
            if (!export_check_line(check, (str){bytes + at, len}, e))
                return false;
            at += len + 1;
        }
        if (end && ferror(file))
            return RAISE(e, IO, "--export", "cannot read: %s", strerror(errno));
        if (end)
            return have == at || export_check_line(check, (str){bytes + at, have - at}, e);
        if (at == 0 && have == LINE_BYTES)
            return RAISE(e, INPUT, "--export", "a line has more than %d bytes: this is no export",
                         LINE_BYTES);
        memmove(bytes, bytes + at, have - at);
        have -= at;
    }
}

bool verify_export(const struct args *args, const struct sm2_key *key, str since,
                   struct findings *findings, str *out_key, struct err *e)
{
    const char *path = str_to_cstr(args->arena, args_get(args, "export"));
    FILE *file = fopen(path, "rb");
    if (!file)
        return RAISE(e, IO, path, "cannot open: %s", strerror(errno));
    struct arena *arena = arena_new((size_t)LINE_BYTES * 2);
    struct export_check *check = export_check_new(findings->arena, key, since, findings);
    bool ok = each_line(file, arena, check, e) && export_check_end(check, out_key, e);
    fclose(file);
    arena_free(arena);
    return ok;
}
