/* SPDX-License-Identifier: Apache-2.0
 * Where a new data folder comes to stand: made under a name of its own beside, then renamed. */
#include "cli/cli_priv.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool database_is_url(str database)
{
    return str_has(database, S("://"));
}

bool database_empty(const char *database, struct err *e)
{
    struct db *db;
    bool empty = false;
    if (!db_open(database, DB_WRITER, &db, e))
        return false;
    bool ok = db_is_empty(db, &empty, e);
    db_close(db);
    return ok && (empty || RAISE(e, INPUT, "--db", "the database holds a record already; name an "
                                                   "empty one. Nothing was done"));
}

/* Only what this program has put into a folder that it made itself. */
void place_discard(const struct data_folder *folder)
{
    static const char *const FILES[] = {
        "journal.key", "journal.pub",    "session.key",    "checkpoints.log", "yunjian.conf",
        "yunjian.db",  "yunjian.db-wal", "yunjian.db-shm", "yunjian.db.lock"};
    for (size_t i = 0; i < COUNT_OF(FILES); i++)
        unlink(folder_file(folder, FILES[i]));
    rmdir(str_to_cstr(folder->arena, folder->path));
}

static bool require_empty_folder(const char *place, struct err *e)
{
    DIR *dir = opendir(place);
    if (!dir)
        return RAISE(e, IO, place, "cannot look into the folder: %s", strerror(errno));
    bool empty = true;
    struct dirent *entry;
    while ((entry = readdir(dir)))
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    closedir(dir);
    return empty || RAISE(e, CONFLICT, place, "this folder is there and not empty; nothing was "
                                              "done");
}

/* Asked before any work; the rename asks again. */
bool place_free(struct arena *arena, str path, struct err *e)
{
    const char *place = str_to_cstr(arena, path);
    struct stat found;
    if (str_eq(path, S(".")) || str_eq(path, S("..")) || str_ends(path, S("/.")) ||
        str_ends(path, S("/..")))
        return RAISE(e, INPUT, place, "name the folder by its name, not by dots");
    if (lstat(place, &found) != 0)
        return errno == ENOENT ||
               RAISE(e, IO, place, "cannot make the folder: %s", strerror(errno));
    if (S_ISLNK(found.st_mode))
        return RAISE(e, CONFLICT, place, "this is a symbolic link; name the folder itself. "
                                         "Nothing was done");
    if (!S_ISDIR(found.st_mode))
        return RAISE(e, CONFLICT, place, "this is there and no folder; nothing was done");
    return require_empty_folder(place, e);
}

bool place_begin(struct data_folder *folder, str path, struct err *e)
{
    char *beside = str_to_cstr(folder->arena, str_printf(folder->arena, "%.*s.XXXXXX",
                                                         STR_FMT(path)));
    if (!mkdtemp(beside))
        return RAISE(e, IO, beside, "cannot make the folder: %s", strerror(errno));
    folder->path = str_of(beside);
    return true;
}

/* The rename takes the place of an empty folder and of nothing else: of two that make the same
 * folder the second is told. */
bool place_take(const struct data_folder *folder, str path, struct err *e)
{
    const char *beside = str_to_cstr(folder->arena, folder->path);
    const char *place = str_to_cstr(folder->arena, path);
    if (rename(beside, place) == 0)
        return sync_name(place, e);
    int error = errno;
    /* Without its key the database that was filled meanwhile would be lost. */
    if (database_is_url(folder->database))
        return RAISE(e, IO, place, "the folder cannot have this name: %s; it is whole and stays at "
                     "%s, rename it yourself", strerror(error), beside);
    place_discard(folder);
    return RAISE(e, CONFLICT, place, "the folder cannot have this name: %s; nothing was done",
                 strerror(error));
}
