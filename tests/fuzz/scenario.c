/* SPDX-License-Identifier: Apache-2.0
 * A scenario, played through the real clerk in memory. */
#include "play/scenario.c"

#include "embed/embed.h"
#include "fuzz.h"

enum { SCENARIO_ARENA = 1 << 30 };

/* The shipped pack and no folder of this machine, whatever the input says. */
static str with_policy(struct arena *arena, str input)
{
    str name, file;
    str_cut(str_of(embedded_policies[0].path), '/', &name, &file);
    str line = str_printf(arena, "policy %.*s\n", STR_FMT(name));
    if (str_starts(input, line))
        return input;
    struct buf text = buf_new(arena, line.len + input.len);
    buf_add(&text, line);
    buf_add(&text, input);
    return buf_str(&text);
}

static void run(struct arena *arena, str input)
{
    static FILE *nowhere;
    struct err e = {0};
    if (!nowhere)
        must(crypt_init(&e) && (nowhere = fopen("/dev/null", "w")) != NULL);
    if (!utf8_valid(input))
        return;
    struct scene scene = {.arena = arena, .path = "no-such-folder/scenarios/input.scn",
                          .out = nowhere, .library = library_new()};
    if (!play_text(&scene, with_policy(arena, input), &e))
        fuzz_refused(input, &e);
    must(e.code != ERR_IO && e.code != ERR_CORRUPT);
    library_free(scene.library);
    clerk_close(scene.clerk);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_run(SCENARIO_ARENA, run, data, size);
}
