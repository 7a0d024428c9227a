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
#include "view/view.h"

#include <stdio.h>

/* A pack by name (shipped in the binary) or by path of its folder (anything with a slash or a
 * dot). Errors: NOT_FOUND with the nearest name, IO, LIMIT. */
bool pack_find(struct arena *arena, str name_or_path, struct pack *out, struct err *e) WARN_UNUSED;
/* The published arrangements that travel in the binary. */
bool calendar_shipped(struct arena *arena, struct calendar *out, struct err *e) WARN_UNUSED;

/* Founds an authority beside those that there are: registers it, loads the shipped calendar,
 * activates the pack, whose program the policy is. Errors: those of the clerk. */
bool found_authority(struct clerk *clerk, struct arena *arena, const struct pack *pack,
                     const struct policy *policy, int64_t now_ms, int64_t *out_authority,
                     struct err *e) WARN_UNUSED;
/* The same under another name; an empty one is the pack's own. */
bool found_authority_as(struct clerk *clerk, struct arena *arena, const struct pack *pack,
                        const struct policy *policy, struct label name, int64_t now_ms,
                        int64_t *out_authority, struct err *e) WARN_UNUSED;
/* Runs one command that must not be refused; a refusal becomes an INPUT error in English. */
bool run_trusted(struct clerk *clerk, struct arena *arena, struct command *command, int64_t now_ms,
                 int64_t *out_object, struct err *e) WARN_UNUSED;

struct play_result {
    int passed, failed;
    int line;                /* of the first failure; 0: none */
    bool act;                /* that was an act that could not be carried out, no expectation */
};
/* Plays one scenario file on a fresh image. database: NULL for memory, else the URL of an empty
 * PostgreSQL database, which is emptied again afterwards. Prints one line per expectation that
 * failed to out. False: the file cannot be played (its place and why stand in e). */
bool play_file(const char *path, const char *database, FILE *out, struct play_result *result,
               struct err *e) WARN_UNUSED;

/* A scenario and what it is called in messages. */
struct scenario {
    const char *path;
    str text;
};
/* Scenarios of a pack, ascending: those that travel with a shipped one, or of PATH/scenarios. None
 * is no error. Errors: IO, LIMIT, INPUT. */
bool scenarios_of(struct arena *arena, str name_or_path, struct scenario **out, size_t *out_n,
                  struct err *e) WARN_UNUSED;

/* A program of a pack that scenarios are played against, whatever they stand beside. */
struct trial {
    const struct pack *pack;
    const struct policy *policy; /* of the pack, perhaps without one of its rules */
    void (*note)(void *ctx, int line, const void *part); /* NULL: nobody asks what a line reads */
    /* Asked before each line is carried out; the trial that it goes on with, NULL: this one. */
    const struct trial *(*before)(void *ctx, int line);
    void *ctx;
};
/* Plays it in memory until the first failure; prints nothing.
 * False: an operating error. The record's own proof is left out: no rule is part of it. */
bool play_trial(const struct scenario *scenario, const struct trial *trial,
                struct play_result *result, struct err *e) WARN_UNUSED;

/* ---- requirements and what is proven of them ------------------------------------------------ */

/* What scenarios say about one rule. */
struct proof_of_rule {
    const struct rule *rule;
    const char *proven_path; /* the line that fails without the rule; NULL: none does */
    int proven_line;
    const char *read_path;   /* the first line that reads the rule; NULL: none does */
    int read_line;
};

struct covered {
    const struct requirement *requirement;
    enum coverage_state state;
    VEC(const struct proof_of_rule *) rules; /* that claim it */
};
struct coverage {
    VEC(struct covered) rows;
    VEC(const char *) idle;  /* scenarios that read no rule of any requirement */
};
/* Plays the scenarios of the packs, then again without each rule that claims a requirement, in
 * processes of their own. Rows are those of the table whose prefix a pack claims (every_row: all
 * of it), then what rules claim of prefixes that the table does not have. Errors: INPUT for a pack
 * that does not load or disagrees with the table (its findings are in *out_findings), or a
 * scenario that fails as it is; CORRUPT when the program breaks without a rule. */
bool policy_coverage(struct arena *arena, const str *packs, size_t n_packs, bool every_row,
                     struct coverage *out, str *out_findings, struct err *e) WARN_UNUSED;

/* ---- mutation ------------------------------------------------------------------------------- */

#define FATES(X)                                                                               \
    X(SURVIVED, "survived")      /* every scenario passes */                                      \
    X(KILLED, "killed")          /* an expectation fails */                                       \
    X(VAIN, "killed by act")     /* none does, but an act that a scenario relies on is refused */ \
    X(LOAD, "killed by load")    /* it is no sound policy */                                      \
    X(ACCEPTED, "accepted")      /* survives, and the pack's list says why that is right */
enum fate {
#define X(symbol, name) FATE_##symbol,
    FATES(X)
#undef X
};
#define X(symbol, name) +1
enum { FATES_N = 0 FATES(X) };
#undef X
const char *fate_name(enum fate fate);

struct judged {
    const struct mutant *mutant;
    enum fate fate;
    str by;                  /* file:line of a scenario, the loader's finding, or the reason */
};
struct mutation_report {
    VEC(struct judged) rows;
    size_t made;             /* mutants of the pack, of which rows are those that were chosen */
    size_t counts[FATES_N];
    VEC(str) stale;          /* accepted, and no survivor (any more): file:line: sentence */
};
/* Which mutants are tried. */
struct mutation_choice {
    str only;                /* how their ids begin; empty: any */
    size_t sample;           /* how many of these, chosen by the seed; 0: all */
    uint64_t seed;
};
/* Changes one value of a pack after the other and plays the scenarios that read it, in processes of
 * their own. Errors: INPUT for a pack that does not load (*out_findings), an id that none
 * begins with, a list of accepted ones that cannot be read, or a scenario that fails as it is;
 * CORRUPT when the program breaks with a mutant. */
bool policy_mutate(struct arena *arena, str name_or_path, const struct mutation_choice *choice,
                   struct mutation_report *out, str *out_findings, struct err *e) WARN_UNUSED;

/* The list of survivors that are accepted, mutants.tsv beside the pack's files; empty when there is
 * none. Errors: IO, LIMIT, INPUT. */
bool accepted_mutants(struct arena *arena, str name_or_path, const char **out_path, str *out_text,
                      struct err *e) WARN_UNUSED;

struct simulation {
    int units, systems, days; /* units and systems: of each jurisdiction */
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

/* How far a town came in its policy: counts in the order of the program. */
struct reached_outcome {
    int64_t taken, ended;    /* decided so; of these, cases that ended by it */
    int64_t refused;         /* tries that were refused before it was taken for the first time */
    char why[300];           /* the last of them that has room */
};
struct reached_step {
    bool opened;
    struct reached_outcome *outcomes;
};
struct reached {
    int64_t opened, ended, withdrawn;
    struct reached_step *steps;
};
/* One of the jurisdictions that are simulated side by side. */
struct jurisdiction {
    const struct pack *pack;
    const struct policy *policy;
    int64_t authority;
    int64_t commands, refusals, cases, ended, late;
    struct reached *procedures;
    int64_t *filed;          /* commands that filed lines, by register */
};
/* Fills authorities that have been founded with organisations, people and their doings, day by day
 * side by side; counts are the arena's. */
bool simulate(struct clerk *clerk, struct arena *arena, struct jurisdiction *jurisdictions,
              size_t n, const struct simulation *simulation, struct simulation_result *result,
              struct err *e) WARN_UNUSED;
/* What no act of it has come to, one a line ("step onboard.review", "outcome ...", "register ..."):
 * where the policy may have a dead end, or the simulation a weak spot. */
str simulation_unreached(struct arena *arena, const struct jurisdiction *jurisdiction);

#endif
