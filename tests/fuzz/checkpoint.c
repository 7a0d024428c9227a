/* SPDX-License-Identifier: Apache-2.0
 * A signed note, and the file of notes after a stop of the machine. Nothing that is made up here
 * is signed by the key. */
#include "fuzz.h"
#include "journal/journal.h"

static const struct sm2_key *some_key(void)
{
    static struct sm2_key *key;
    struct err e = {0};
    if (!key)
        must(crypt_init(&e) && sm2_key_generate(&key, &e));
    return key;
}

static void repair(str input)
{
    size_t keep = 0, again = 0;
    if (!checkpoints_log_repair(input, &keep))
        return;
    must(keep <= input.len && (keep == 0 || input.ptr[keep - 1] == '\n'));
    must(checkpoints_log_repair((str){input.ptr, keep}, &again) && again == keep);
}

static void run(struct arena *arena, str input)
{
    struct err e = {0}, unsigned_e = {0};
    struct checkpoint checkpoint = {0};
    repair(input);
    if (!checkpoint_parse(arena, input, NULL, &checkpoint, &e)) {
        must(e.code == ERR_INPUT);
        fuzz_refused(input, &e);
        return;
    }
    must(checkpoint.size > 0 && checkpoint.origin.len > 0 && str_eq(checkpoint.note, input));
    str lines = str_printf(arena, "%.*s\n%lld\n", STR_FMT(checkpoint.origin),
                           (long long)checkpoint.size);
    must(str_starts(input, lines));
    must(!checkpoint_parse(arena, input, some_key(), &checkpoint, &unsigned_e));
    must(unsigned_e.code == ERR_CORRUPT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(LIMIT_ARENA_REQUEST, run, data, size);
}
