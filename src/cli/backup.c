/* SPDX-License-Identifier: Apache-2.0
 * backup and restore. A backup is one file of records, each `WORD LENGTH`, a newline, so many
 * bytes, a newline: settings, keys, checkpoints.log, then the tables that cannot be made again (see
 * project_dump), and at the end the SM3 of all that stands before. It knows no engine. */
#include "cli/cli_priv.h"

#include "project/project.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORD_BYTES = 32, NOTES_BYTES = 1 << 30 };
static const str FORMAT = {"yunjian-backup-1", 16};

static const struct {
    const char *name;
    unsigned mode;
    bool may_lack;           /* a lost file of notes is verify's to tell */
} FILES[] = {{"journal.key", 0600, false}, {"journal.pub", 0644, false},
             {"session.key", 0600, false}, {"checkpoints.log", 0644, true}};

/* ---- writing --------------------------------------------------------------------------------- */

/* What a backup is written to. */
struct writing {
    struct new_file file;
    struct sm3_stream *digest;
    int64_t rows;
};

static bool put_bytes(struct writing *out, str bytes, struct err *e)
{
    sm3_add(out->digest, bytes);
    return new_file_put(&out->file, bytes, e);
}

static bool put_record(void *ctx, str word, str bytes, struct err *e)
{
    struct writing *out = ctx;
    char head[WORD_BYTES + 32];
    int n = snprintf(head, sizeof head, "%.*s %zu\n", STR_FMT(word), bytes.len);
    out->rows += str_eq(word, S("row"));
    return put_bytes(out, (str){head, (size_t)n}, e) && put_bytes(out, bytes, e) &&
           put_bytes(out, S("\n"), e);
}

static bool put_file(struct writing *out, const char *name, const char *path, struct err *e)
{
    str bytes;
    /* One of its own: a used arena would be zeroed up to the largest file there may be. */
    struct arena *arena = arena_new((size_t)NOTES_BYTES * 2);
    bool ok = file_read(arena, path, NOTES_BYTES, &bytes, e) &&
              put_record(out, str_of(name), bytes, e);
    arena_free(arena);
    return ok;
}

static bool put_files(struct writing *out, const struct data_folder *folder, struct err *e)
{
    for (size_t i = 0; i < COUNT_OF(FILES); i++) {
        const char *path = folder_file(folder, FILES[i].name);
        if (FILES[i].may_lack && access(path, F_OK) != 0)
            continue;
        if (!put_file(out, FILES[i].name, path, e))
            return false;
    }
    return true;
}

/* The file of notes is read before the snapshot is taken: then it is not newer than the tables. */
static bool put_all(struct writing *out, const struct data_folder *folder, struct db *db,
                    struct err *e)
{
    if (!put_record(out, FORMAT, S(""), e) || !put_record(out, S("origin"), folder->origin, e) ||
        !put_record(out, S("listen"), folder->listen, e) ||
        !put_record(out, S("demo"), folder->demo ? S("yes") : S("no"), e) ||
        !put_files(out, folder, e) || !db_begin(db, e) || !project_dump(db, put_record, out, e))
        return false;
    str digest = digest_hex(folder->arena, sm3_end(out->digest));
    out->digest = sm3_start(); /* what follows is not part of it */
    return put_record(out, S("end"), digest, e);
}

int run_backup(const struct args *args, struct err *e)
{
    struct data_folder folder;
    struct db *db = NULL;
    struct writing out = {.digest = sm3_start()};
    bool ok = new_file_open(args, "out", &out.file, e) &&
              folder_read(args->arena, args_get(args, "data"), &folder, e) &&
              db_open(folder.database.ptr, DB_READER, &db, e) && put_all(&out, &folder, db, e) &&
              new_file_keep(&out.file, e);
    new_file_drop(&out.file);
    db_close(db);
    sm3_drop(out.digest);
    if (ok)
        printf("backed up %" PRId64 " rows to %s; it holds the signing key: guard it like the "
               "folder\n", out.rows, out.file.path);
    return ok ? EXIT_DONE : EXIT_CANNOT;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct input {
    FILE *file;
    const char *path;
    struct sm3_stream *digest;
    struct arena *arena;     /* of one record */
    size_t left;             /* bytes of the file */
};

static bool damaged(const struct input *in, struct err *e)
{
    return RAISE(e, INPUT, in->path, "this is no whole backup: it was cut or changed; take another "
                 "one, nothing was restored");
}

static bool take_record(struct input *in, str *out_word, str *out_bytes, struct err *e)
{
    char head[WORD_BYTES + 32];
    str word, number, line;
    int64_t len;
    arena_reset(in->arena);
    if (!fgets(head, sizeof head, in->file))
        return damaged(in, e);
    line = str_of(head);
    if (!str_ends(line, S("\n")) || !str_cut((str){head, line.len - 1}, ' ', &word, &number) ||
        !str_to_i64(number, &len) || len < 0 || (uint64_t)len >= in->left)
        return damaged(in, e);
    char *bytes = NEWS(in->arena, char, len + 1);
    if (fread(bytes, 1, (size_t)len + 1, in->file) != (size_t)len + 1 || bytes[len] != '\n')
        return damaged(in, e);
    *out_word = str_dup(in->arena, word);
    *out_bytes = (str){bytes, (size_t)len};
    if (!str_eq(word, S("end"))) {
        sm3_add(in->digest, line);
        sm3_add(in->digest, (str){bytes, (size_t)len + 1});
    }
    return true;
}

/* Hands every record to fn, which may be NULL: then only whether the file is whole is asked. */
static bool take_all(struct input *in, bool (*fn)(void *ctx, str word, str bytes, struct err *e),
                     void *ctx, struct err *e)
{
    str word, bytes;
    rewind(in->file);
    sm3_drop(in->digest);
    in->digest = sm3_start();
    if (!take_record(in, &word, &bytes, e) || !str_eq(word, FORMAT))
        return damaged(in, e);
    for (;;) {
        if (!take_record(in, &word, &bytes, e))
            return false;
        if (str_eq(word, S("end")))
            break;
        if (fn && !fn(ctx, word, bytes, e))
            return false;
    }
    struct digest digest = sm3_end(in->digest);
    in->digest = NULL;
    if (!str_eq(bytes, digest_hex(in->arena, digest)) || fgetc(in->file) != EOF)
        return damaged(in, e);
    return true;
}

/* ---- restoring ------------------------------------------------------------------------------- */

struct restoring {
    struct data_folder folder; /* the one beside */
    struct db *db;
    struct loading loading;
};

/* False: it is none. */
static bool take_setting(struct data_folder *folder, str word, str bytes)
{
    bool keep = folder->listen.len > 0; /* given on the command line */
    if (str_eq(word, S("origin")))
        folder->origin = str_dup(folder->arena, bytes);
    else if (str_eq(word, S("listen")))
        folder->listen = keep ? folder->listen : str_dup(folder->arena, bytes);
    else if (str_eq(word, S("demo")))
        folder->demo = str_eq(bytes, S("yes"));
    else
        return false;
    return true;
}

static bool restore_record(void *ctx, str word, str bytes, struct err *e)
{
    struct restoring *r = ctx;
    if (take_setting(&r->folder, word, bytes))
        return true;
    for (size_t i = 0; i < COUNT_OF(FILES); i++)
        if (str_eq(word, str_of(FILES[i].name)))
            return file_write(folder_file(&r->folder, FILES[i].name), bytes, FILES[i].mode, e);
    if (!r->db && (!db_open(r->folder.database.ptr, DB_WRITER, &r->db, e) || !db_begin(r->db, e)))
        return false;
    return project_load(r->db, &r->loading, word, bytes, e);
}

/* The copy must prove itself before anything of it holds. */
static bool verify_restored(struct restoring *r, struct arena *arena, struct findings *findings,
                            struct err *e)
{
    struct sm2_key *key = NULL;
    const char *path = folder_file(&r->folder, "checkpoints.log");
    str notes = STR_NONE;
    struct evidence evidence = {.checkpoints_log = &notes};
    bool ok = folder_key(&r->folder, "journal.key", &key, e) &&
              folder_head_key(&r->folder, &evidence.head_key, e) &&
              (access(path, F_OK) != 0 || file_read(arena, path, NOTES_BYTES, &notes, e));
    evidence.key = key;
    ok = ok && project_verify(r->db, &evidence, false, findings, e);
    sm2_key_free(key);
    if (!ok || findings->items.len == 0)
        return ok;
    str first = findings->items.items[0];
    return RAISE(e, CORRUPT, "backup", "what it holds was tampered with before it was made; "
                 "nothing was restored: %.*s", STR_FMT(first));
}

static bool restore_all(struct restoring *r, struct input *in, struct err *e)
{
    struct arena *arena = arena_new((size_t)NOTES_BYTES * 2);
    struct findings findings = {.arena = arena};
    bool ok = take_all(in, restore_record, r, e) && (r->db || damaged(in, e)) &&
              project_rebuild(r->db, e) && verify_restored(r, arena, &findings, e) &&
              db_commit(r->db, e);
    db_close(r->db);
    ok = ok && folder_write_settings(&r->folder, e);
    if (ok) {
        str root = digest_hex(arena, findings.root);
        printf("restored and verified %" PRId64 " entries\nroot: %.*s\n", findings.entries,
               STR_FMT(root));
    }
    arena_free(arena);
    return ok;
}

static bool restore_into(const struct args *args, struct input *in, const struct founding *place,
                         struct err *e)
{
    struct restoring r = {.folder = {.arena = args->arena, .listen = place->listen, .lock = -1}};
    /* A file that is not whole is refused before anything is made. */
    if (!place_free(args->arena, place->path, e) || !take_all(in, NULL, NULL, e) ||
        (place->database.len &&
         !database_empty(str_to_cstr(args->arena, place->database), e)) ||
        !place_begin(&r.folder, place->path, e))
        return false;
    r.folder.database = place->database.len
                            ? str_of(str_to_cstr(args->arena, place->database))
                            : str_of(folder_file(&r.folder, "yunjian.db"));
    if (restore_all(&r, in, e))
        return place_take(&r.folder, place->path, e);
    place_discard(&r.folder);
    return false;
}

int run_restore(const struct args *args, struct err *e)
{
    struct founding place = {0};
    struct stat found;
    if (!args_has(args, "from") || !args_has(args, "data")) {
        RAISE(e, INPUT, "", "name the backup with --from FILE and the new folder with --data DIR");
        return EXIT_CANNOT;
    }
    if (!read_place(args, &place, e))
        return EXIT_CANNOT;
    struct input in = {.path = str_to_cstr(args->arena, args_get(args, "from"))};
    in.file = fopen(in.path, "rb");
    if (!in.file || fstat(fileno(in.file), &found) != 0) {
        RAISE(e, IO, in.path, "cannot open: %s", strerror(errno));
        return EXIT_CANNOT;
    }
    in.left = (size_t)found.st_size;
    in.arena = arena_new((size_t)NOTES_BYTES * 2);
    bool ok = restore_into(args, &in, &place, e);
    fclose(in.file);
    sm3_drop(in.digest);
    arena_free(in.arena);
    return ok ? EXIT_DONE : EXIT_CANNOT;
}
