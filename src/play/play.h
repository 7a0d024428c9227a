/* SPDX-License-Identifier: Apache-2.0
 *
 * play: scenarios, simulation, and the founding of an authority: the same commands and views as
 * the door's, without HTTP.
 *
 * Contract of the room: everything goes through the real clerk; time and randomness are
 * parameters, so one seed gives one journal.
 */
#ifndef YJ_PLAY_H
#define YJ_PLAY_H

#include "base/base.h"
#include "clerk/clerk.h"
#include "crypt/crypt.h"
#include "policy/policy.h"
#include "terms/terms.h"

#include <stdio.h>

/* A pack by name (shipped in the binary) or by path of its folder (anything with a slash or a
 * dot). Errors: NOT_FOUND with the nearest name, IO, LIMIT. */
bool pack_find(struct arena *arena, str name_or_path, struct pack *out, struct err *e) WARN_UNUSED;
/* Names of the shipped packs, ascending. */
str *pack_names(struct arena *arena, size_t *out_n);
/* The published arrangements that travel in the binary. */
bool calendar_shipped(struct arena *arena, struct calendar *out, struct err *e) WARN_UNUSED;

/* Founds an authority in an empty database: registers it, loads the shipped calendar, activates
 * the pack. Errors: INPUT with the pack's diagnostics, those of the clerk. */
bool found_authority(struct clerk *clerk, struct arena *arena, const struct pack *pack,
                     int64_t now_ms, int64_t *out_authority, struct err *e) WARN_UNUSED;
/* Runs one command that must not be refused; a refusal becomes an INPUT error in English. */
bool run_trusted(struct clerk *clerk, struct arena *arena, struct command *command, int64_t now_ms,
                 int64_t *out_object, struct err *e) WARN_UNUSED;

struct play_result {
    int passed, failed;
};
/* Plays one scenario file on a fresh image. database: NULL for memory, else the URL of an empty
 * PostgreSQL database, which is emptied again afterwards. Prints one line per expectation that
 * failed to out. False: the file cannot be played (its place and why stand in e). */
bool play_file(const char *path, const char *database, FILE *out, struct play_result *result,
               struct err *e) WARN_UNUSED;

struct simulation {
    int units, systems, days;
    uint64_t seed;
    date from;               /* first day */
    int64_t until_ms;        /* nothing happens after this instant */
    FILE *progress;          /* NULL: silent */
};
struct simulation_result {
    int64_t commands, refusals, entries, cases, ended, late;
    struct digest root;      /* of the whole log */
    /* Bytes in arenas: most at the end of a day until MEMORY_DAYS and of any day, most ever. */
    size_t held_early, held_late, held_most;
};
enum { MEMORY_DAYS = 30 };
/* Fills an authority that has been founded with organisations, people and their doings. */
bool simulate(struct clerk *clerk, int64_t authority, const struct policy *policy,
              const struct simulation *simulation, struct simulation_result *result,
              struct err *e) WARN_UNUSED;

#endif
