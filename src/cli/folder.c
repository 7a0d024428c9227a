/* SPDX-License-Identifier: Apache-2.0
 * The data folder: yunjian.conf, keys, lock, and the small files beside the database. */
#include "cli/cli_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETTINGS_BYTES = 64 * 1024 };

const char *folder_file(const struct data_folder *folder, const char *name)
{
    return str_printf(folder->arena, "%.*s/%s", STR_FMT(folder->path), name).ptr;
}

bool file_read(struct arena *arena, const char *path, size_t cap, str *out, struct err *e)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return RAISE(e, IO, path, "cannot open: %s", strerror(errno));
    char *bytes = NEWS(arena, char, cap + 1);
    size_t len = fread(bytes, 1, cap + 1, file);
    int error = ferror(file) ? errno : 0;
    fclose(file);
    if (error)
        return RAISE(e, IO, path, "cannot read: %s", strerror(error));
    if (len > cap)
        return RAISE(e, LIMIT, path, "the file has more than %zu bytes", cap);
    *out = (str){bytes, len};
    return true;
}

/* 0, or the errno of what failed. A write may take less than it was given. */
static int write_all(int fd, str bytes)
{
    for (size_t done = 0; done < bytes.len;) {
        ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);
        if (n < 0 && errno != EINTR)
            return errno;
        done += n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

bool sync_name(const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    char above[4096];
    int len = slash ? (int)(slash - path) : 0;
    if (snprintf(above, sizeof above, "%.*s%s", len, path, len ? "" : slash ? "/" : ".") >=
        (int)sizeof above)
        return RAISE(e, INPUT, path, "the path is too long");
    int fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems know no sync of a folder and say so. */
    int error = fd < 0 || (fsync(fd) != 0 && errno != EINVAL) ? errno : 0;
    if (fd >= 0)
        close(fd);
    return !error || RAISE(e, IO, above, "cannot make the folder durable: %s", strerror(error));
}

bool file_write(const char *path, str bytes, unsigned mode, struct err *e)
{
    char beside[4096];
    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
        return RAISE(e, INPUT, path, "the path is too long");
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);
    if (fd < 0)
        return RAISE(e, IO, beside, "cannot create: %s", strerror(errno));
    int error = fchmod(fd, (mode_t)mode) == 0 ? write_all(fd, bytes) : errno;
    close(fd);
    if (!error && rename(beside, path) != 0)
        error = errno;
    if (!error)
        return sync_name(path, e);
    unlink(beside);
    return RAISE(e, IO, path, "cannot write: %s", strerror(error));
}

/* ---- settings ------------------------------------------------------------------------------- */

static bool read_setting(struct data_folder *folder, str name, str value, int line, struct err *e)
{
    if (str_eq(name, S("database")))
        folder->database = value;
    else if (str_eq(name, S("listen")))
        folder->listen = value;
    else if (str_eq(name, S("origin")))
        folder->origin = value;
    else if (str_eq(name, S("demo")))
        folder->demo = str_eq(value, S("yes"));
    else
        return RAISE(e, CONFIG, folder_file(folder, "yunjian.conf"),
                     "line %d: no setting is called \"%.*s\"", line, STR_FMT(name));
    return true;
}

/* Takes over what the text of yunjian.conf sets. file: what it is called in errors. */
static bool read_settings(struct data_folder *folder, const char *file, str text, struct err *e)
{
    if (!utf8_valid(text))
        return RAISE(e, CONFIG, file, "it is not UTF-8 text; restore it, or write it again");
    for (int number = 1; text.len; number++) {
        str line, name, value;
        str_cut(text, '\n', &line, &text);
        line = str_trim(line);
        if (!line.len || line.ptr[0] == '#')
            continue;
        if (!str_cut(line, '=', &name, &value))
            return RAISE(e, CONFIG, file, "line %d: expected NAME = VALUE", number);
        if (!read_setting(folder, str_trim(name), str_trim(value), number, e))
            return false;
    }
    if (!folder->database.len || !folder->origin.len)
        return RAISE(e, CONFIG, file, "the settings database and origin are missing");
    /* A plain name is a file of the folder. */
    if (!str_has(folder->database, S("://")))
        folder->database = str_of(folder_file(folder, str_to_cstr(folder->arena,
                                                                  folder->database)));
    folder->database = str_of(str_to_cstr(folder->arena, folder->database));
    return true;
}

bool folder_read(struct arena *arena, str path, struct data_folder *out, struct err *e)
{
    if (!path.len)
        return RAISE(e, INPUT, "--data", "name the data folder with --data DIR");
    struct data_folder folder = {.arena = arena, .path = path, .lock = -1};
    str text;
    const char *file = folder_file(&folder, "yunjian.conf");
    if (access(file, F_OK) != 0)
        return errno == EACCES
                   ? RAISE(e, IO, file, "you have no permission to look into this folder; run "
                                        "yunjian as the user who owns it")
                   : RAISE(e, NOT_FOUND, file,
                           "this is no data folder; make one with `yunjian init`");
    if (!file_read(arena, file, SETTINGS_BYTES, &text, e) ||
        !read_settings(&folder, file, text, e))
        return false;
    *out = folder;
    return true;
}

bool folder_write_settings(const struct data_folder *folder, struct err *e)
{
    str database = folder->database;
    str prefix = str_printf(folder->arena, "%.*s/", STR_FMT(folder->path));
    if (str_starts(database, prefix))
        database = (str){database.ptr + prefix.len, database.len - prefix.len};
    str text = str_printf(folder->arena,
                          "# Settings of this data folder. NAME = VALUE, one a line.\n"
                          "database = %.*s\n"
                          "listen = %.*s\n"
                          "origin = %.*s\n"
                          "demo = %s\n",
                          STR_FMT(database), STR_FMT(folder->listen), STR_FMT(folder->origin),
                          folder->demo ? "yes" : "no");
    return file_write(folder_file(folder, "yunjian.conf"), text, 0600, e);
}

bool folder_lock(struct data_folder *folder, struct err *e)
{
    const char *path = folder_file(folder, "lock");
    folder->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (folder->lock < 0)
        return RAISE(e, IO, path, "cannot open: %s", strerror(errno));
    if (flock(folder->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    int error = errno;
    close(folder->lock);
    folder->lock = -1;
    if (error != EWOULDBLOCK)
        return RAISE(e, IO, path, "cannot lock: %s", strerror(error));
    return RAISE(e, BUSY, path,
                 "another yunjian works on this folder (a server?): applications, decisions and "
                 "files go through its pages or POST /api/v1/cases and /api/v1/uploads meanwhile; "
                 "for this command stop it first");
}

bool folder_key(const struct data_folder *folder, const char *name, struct sm2_key **out,
                struct err *e)
{
    str pem;
    if (!file_read(folder->arena, folder_file(folder, name), SETTINGS_BYTES, &pem, e))
        return false;
    bool ok = sm2_key_load(pem, out, e);
    wipe((void *)(uintptr_t)pem.ptr, pem.len);
    return ok;
}

bool folder_head_key(const struct data_folder *folder, str *out, struct err *e)
{
    str secret;
    if (!file_read(folder->arena, folder_file(folder, "session.key"), 64, &secret, e))
        return false;
    struct digest digest = hmac_sm3(secret, S("head"));
    wipe((void *)(uintptr_t)secret.ptr, secret.len);
    *out = str_dup(folder->arena, (str){(const char *)digest.bytes, SM3_BYTES});
    return true;
}

bool folder_clerk(struct arena *arena, str path, struct data_folder *out, struct sm2_key **out_key,
                  struct clerk **out_clerk, struct err *e)
{
    if (!folder_read(arena, path, out, e) || !folder_lock(out, e) ||
        !folder_key(out, "journal.key", out_key, e))
        return false;
    struct clerk_options options = {
        .database = out->database.ptr,
        .origin = out->origin,
        .key = *out_key,
        .checkpoints_log = folder_file(out, "checkpoints.log"),
        .now = wall_clock,
    };
    if (folder_head_key(out, &options.head_key, e) && clerk_open(&options, out_clerk, e))
        return true;
    sm2_key_free(*out_key);
    *out_key = NULL;
    return false;
}

bool find_authority(struct db *db, struct arena *arena, str wanted, int64_t *out, struct err *e)
{
    struct row_authority *rows;
    size_t n = 0, found = 0;
    int64_t id = 0;
    if (!q_authorities(db, arena, &rows, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        str text = str_printf(arena, "%lld", (long long)rows[i].id);
        if (wanted.len && !str_eq(wanted, text) && !str_eq(wanted, rows[i].name))
            continue;
        found++;
        id = rows[i].id;
    }
    if (found != 1)
        return RAISE(e, INPUT, "--authority",
                     found ? "there are several; name one with --authority ID|NAME, see yunjian "
                             "authority list"
                           : "there is no such authority in this folder; see yunjian authority "
                             "list");
    *out = id;
    return true;
}

bool folder_authority(struct clerk *clerk, struct arena *arena, str wanted, int64_t *out,
                      struct err *e)
{
    struct db *db = clerk_db(clerk);
    bool ok = db_begin(db, e) && find_authority(db, arena, wanted, out, e);
    db_rollback(db);
    return ok;
}
