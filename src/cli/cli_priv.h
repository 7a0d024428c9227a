/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YJ_CLI_PRIV_H
#define YJ_CLI_PRIV_H

#include "base/base.h"
#include "clerk/clerk.h"
#include "cli/cli.h"
#include "crypt/crypt.h"
#include "journal/journal.h"
#include "play/play.h"
#include "terms/terms.h"

#include <stdio.h>

enum exit_code { EXIT_DONE = 0, EXIT_NO = 1, EXIT_CANNOT = 2, EXIT_ESTIMATE = 3 };

struct option_given {
    str name, value;
};
/* The parsed command line of one command. */
struct args {
    struct arena *arena;
    VEC(struct option_given) options;
    VEC(str) words;
};
str args_get(const struct args *args, const char *name);     /* STR_NONE when not given */
bool args_has(const struct args *args, const char *name);
/* The option as a whole number within lowest..highest. */
bool args_number(const struct args *args, const char *name, int64_t fallback, int64_t lowest,
                 int64_t highest, int64_t *out, struct err *e) WARN_UNUSED;
/* The URL of --db, empty when not given. Error: INPUT; it never repeats what was given, for that
 * may hold a password. */
bool args_database(const struct args *args, str *out, struct err *e) WARN_UNUSED;
/* HOST:PORT, taken apart. Error: INPUT. */
bool split_listen(struct arena *arena, str listen, const char **out_host, int *out_port,
                  struct err *e) WARN_UNUSED;

/* A data folder: its settings, its keys, its lock. */
struct data_folder {
    struct arena *arena;
    str path, database, listen, origin;
    bool demo;
    int lock;                /* descriptor, -1 when not taken */
};
bool folder_read(struct arena *arena, str path, struct data_folder *out, struct err *e) WARN_UNUSED;
bool folder_write_settings(const struct data_folder *folder, struct err *e) WARN_UNUSED;
/* Taken for the life of the process. BUSY when another one holds it. */
bool folder_lock(struct data_folder *folder, struct err *e) WARN_UNUSED;
const char *folder_file(const struct data_folder *folder, const char *name);
bool folder_key(const struct data_folder *folder, const char *name, struct sm2_key **out,
                struct err *e) WARN_UNUSED;
/* The key that seals the end of the log, made from the folder's secret. */
bool folder_head_key(const struct data_folder *folder, str *out, struct err *e) WARN_UNUSED;
bool file_read(struct arena *arena, const char *path, size_t cap, str *out, struct err *e)
    WARN_UNUSED;
/* Written beside and renamed over: never half a file, and durable when it returns true. */
bool file_write(const char *path, str bytes, unsigned mode, struct err *e) WARN_UNUSED;
/* A file that is written bit by bit and gets its name when it is whole and durable; what stands
 * under that name already is left alone (CONFLICT). Mode 0600. option: the one that names it. */
struct new_file {
    FILE *file;
    const char *path, *beside;
};
bool new_file_open(const struct args *args, const char *option, struct new_file *out,
                   struct err *e) WARN_UNUSED;
bool new_file_put(struct new_file *file, str bytes, struct err *e) WARN_UNUSED;
bool new_file_keep(struct new_file *file, struct err *e) WARN_UNUSED;
void new_file_drop(struct new_file *file);   /* always last; what was not kept is gone */
/* Makes the name of a new or renamed file or folder durable. */
bool sync_name(const char *path, struct err *e) WARN_UNUSED;
/* Reads the settings, takes the lock, opens the clerk with the folder's key. */
bool folder_clerk(struct arena *arena, str path, struct data_folder *out, struct sm2_key **out_key,
                  struct clerk **out_clerk, struct err *e) WARN_UNUSED;
/* The authority of the folder: the only one, or the one named by id or name. Inside db_begin; with
 * a clerk, in a transaction of its own. */
bool find_authority(struct db *db, struct arena *arena, str wanted, int64_t *out, struct err *e)
    WARN_UNUSED;
bool folder_authority(struct clerk *clerk, struct arena *arena, str wanted, int64_t *out,
                      struct err *e) WARN_UNUSED;

/* A folder opened to be changed by the program itself: locked, with its clerk, for the authority
 * that --authority names or the only one. */
struct site {
    struct data_folder folder;
    struct sm2_key *key;
    struct clerk *clerk;
    int64_t authority;
};
bool site_open(const struct args *args, struct site *out, struct err *e) WARN_UNUSED;
void site_close(struct site *site);
/* The organisation with that id or name. Error: NOT_FOUND at the option. */
bool find_organisation(struct clerk *clerk, struct arena *arena, int64_t authority,
                       const char *option, str wanted, int64_t *out, struct err *e) WARN_UNUSED;

/* The note of --since: the newest of the file, which may be a copy of checkpoints.log. Empty when
 * it is not given. */
bool read_since(const struct args *args, str *out, struct err *e) WARN_UNUSED;
/* Checks the file that --export names. key NULL: the one in it. *out_key: its name. */
bool verify_export(const struct args *args, const struct sm2_key *key, str since,
                   struct findings *findings, str *out_key, struct err *e) WARN_UNUSED;

int64_t wall_clock(void *ctx);  /* UTC milliseconds */

/* Runs one command as the program itself. EXIT_NO: it was refused, and stderr says every reason;
 * EXIT_CANNOT: e says why. out_object may be NULL. */
int ask(struct clerk *clerk, struct arena *arena, struct command *command, int64_t now_ms,
        int64_t *out_object, struct err *e) WARN_UNUSED;
/* Prints the reasons to stderr, one a line. */
void print_refusal(struct arena *arena, const struct refusal *refusal);

/* One person with a login, as of now_ms. */
struct new_user {
    int64_t authority, organisation, now_ms;
    str role, name, login, password; /* an empty password makes a one-time activation code */
};
/* Exit codes as ask. */
int add_user(struct clerk *clerk, struct arena *arena, const struct new_user *user, str *out_code,
             struct err *e) WARN_UNUSED;

/* What putting a policy in force would mean for the open cases of a folder (--data, --authority):
 * where they wait, under which version, and which of them nobody could go on with. */
bool policy_effect(const struct args *args, const struct policy *to, enum language language,
                   struct err *e) WARN_UNUSED;

/* The three administrators of an authority. Their codes are gathered, not printed: until a folder
 * has its name they are worth nothing. A login belongs to the whole folder: those of a later
 * authority bear the name of its policy behind theirs. */
bool add_administrators(struct clerk *clerk, struct arena *arena, int64_t authority, str policy,
                        int64_t now_ms, struct buf *codes, struct err *e) WARN_UNUSED;

/* The parts of `policy` and `calendar` that change a folder. */
int policy_activate(const struct args *args, str name, struct err *e);
/* policy mutate [NAME|PATH] */
int policy_mutants_of(const struct args *args, struct err *e);
int calendar_load(const struct args *args, str file, struct err *e);
/* Reads and loads a pack; stdout has the findings. EXIT_NO: it is unsound. */
int load_pack(struct arena *arena, str name, struct pack *pack, const struct policy **out,
              size_t *out_warnings, struct err *e) WARN_UNUSED;

/* The place of a new data folder. It is made beside, under a name of its own, and renamed: a
 * failure leaves no half of a folder, and nothing that is somebody else's is touched. */
/* May it stand there? CONFLICT when something does already. */
bool place_free(struct arena *arena, str path, struct err *e) WARN_UNUSED;
/* Makes the folder beside; folder->path is its name until it is taken to its place. */
bool place_begin(struct data_folder *folder, str path, struct err *e) WARN_UNUSED;
/* False: it is discarded, unless a database that a URL names was filled for it meanwhile. */
bool place_take(const struct data_folder *folder, str path, struct err *e) WARN_UNUSED;
void place_discard(const struct data_folder *folder);
bool database_is_url(str database);
/* INPUT when it holds a record. Asked before anything is written there. */
bool database_empty(const char *database, struct err *e) WARN_UNUSED;

/* A new data folder: its keys, an authority under each pack, with three administrators (whose
 * activation codes are printed), and a simulated past when there is a plan for one. A database
 * that a URL names must be empty. */
struct founding {
    str path, database, listen; /* database: URL, or empty for a file in the folder */
    struct jurisdiction *jurisdictions; /* with their packs; the rest is filled in */
    size_t n;
    int64_t now_ms;          /* instant of the first entries */
    const struct simulation *plan; /* or NULL */
    struct simulation_result *result;
};
/* --data, --db and --listen into the founding, checked. Error: INPUT. */
bool read_place(const struct args *args, struct founding *out, struct err *e) WARN_UNUSED;
bool folder_make(struct arena *arena, const struct founding *founding, struct err *e) WARN_UNUSED;

#define COMMAND(symbol, name, usage, options, help)                                               \
    int run_##symbol(const struct args *args, struct err *e);
#include "cli/commands.def"
#undef COMMAND

#endif
