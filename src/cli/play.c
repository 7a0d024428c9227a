/* SPDX-License-Identifier: Apache-2.0
 * play: scenarios. */
#include "cli/cli_priv.h"

int run_play(const struct args *args, struct err *e)
{
    int passed = 0, failed = 0;
    str db;
    if (args->words.len == 0) {
        RAISE(e, INPUT, "", "name at least one scenario file");
        return EXIT_CANNOT;
    }
    if (!args_database(args, &db, e))
        return EXIT_CANNOT;
    const char *database = db.len ? str_to_cstr(args->arena, db) : NULL;
    for (size_t i = 0; i < args->words.len; i++) {
        struct play_result result = {0};
        struct err broken = {0};
        const char *path = str_to_cstr(args->arena, args->words.items[i]);
        if (!play_file(path, database, stdout, &result, &broken)) {
            /* A scenario that cannot go on has failed, whatever it had shown before. */
            printf("%s: %s\n", broken.where, broken.msg);
            result.failed++;
        }
        passed += result.passed;
        failed += result.failed;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed ? EXIT_NO : EXIT_DONE;
}
