/* SPDX-License-Identifier: Apache-2.0
 * play: scenarios. */
#include "cli/cli_priv.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct playing {
    struct arena *arena;
    const char *database;        /* or NULL */
    int passed, failed;
};

static bool is_folder(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* A scenario that cannot go on has failed, whatever it had shown before. */
static void play_one(struct playing *playing, const char *path)
{
    struct play_result result = {0};
    struct err broken = {0};
    if (!play_file(path, playing->database, stdout, &result, &broken)) {
        printf("%s: %s\n", broken.where, broken.msg);
        result.failed++;
    }
    playing->passed += result.passed;
    playing->failed += result.failed;
}

/* Those of a folder, by name; of the folder of a policy, those that lie in its scenarios. */
static bool play_folder(struct playing *playing, str path, struct err *e)
{
    const char *folder = str_printf(playing->arena, "%.*s/scenarios", STR_FMT(path)).ptr;
    if (!is_folder(folder))
        folder = str_to_cstr(playing->arena, path);
    DIR *dir = opendir(folder);
    if (!dir)
        return RAISE(e, IO, folder, "cannot look into the folder: %s", strerror(errno));
    VEC(const char *) files = {0};
    for (struct dirent *entry; (entry = readdir(dir));)
        if (str_ends(str_of(entry->d_name), S(".scn")) && entry->d_name[0] != '.')
            VEC_PUSH(playing->arena, &files,
                     str_printf(playing->arena, "%s/%s", folder, entry->d_name).ptr);
    closedir(dir);
    if (!files.len)
        return RAISE(e, NOT_FOUND, folder, "the folder holds no scenario; one ends in .scn");
    qsort(files.items, files.len, sizeof *files.items, by_name);
    for (size_t i = 0; i < files.len; i++)
        play_one(playing, files.items[i]);
    return true;
}

int run_play(const struct args *args, struct err *e)
{
    struct playing playing = {.arena = args->arena};
    str db;
    if (args->words.len == 0) {
        RAISE(e, INPUT, "", "name at least one scenario file");
        return EXIT_CANNOT;
    }
    if (!args_database(args, &db, e))
        return EXIT_CANNOT;
    playing.database = db.len ? str_to_cstr(args->arena, db) : NULL;
    for (size_t i = 0; i < args->words.len; i++) {
        const char *path = str_to_cstr(args->arena, args->words.items[i]);
        if (!is_folder(path))
            play_one(&playing, path);
        else if (!play_folder(&playing, args->words.items[i], e))
            return EXIT_CANNOT;
    }
    printf("%d passed, %d failed\n", playing.passed, playing.failed);
    return playing.failed ? EXIT_NO : EXIT_DONE;
}
