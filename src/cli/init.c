/* SPDX-License-Identifier: Apache-2.0
 * init: a data folder with its authority, or the several of a simulation. */
#include "cli/cli_priv.h"

enum { SESSION_KEY_BYTES = 32 };

static bool write_keys(const struct data_folder *folder, struct sm2_key **out_key, struct err *e)
{
    str private_pem, public_pem;
    char secret[SESSION_KEY_BYTES];
    if (!sm2_key_generate(out_key, e) ||
        !sm2_private_pem(folder->arena, *out_key, &private_pem, e) ||
        !sm2_public_pem(folder->arena, *out_key, &public_pem, e))
        return false;
    random_bytes(secret, sizeof secret);
    bool ok = file_write(folder_file(folder, "journal.key"), private_pem, 0600, e) &&
              file_write(folder_file(folder, "journal.pub"), public_pem, 0644, e) &&
              file_write(folder_file(folder, "session.key"), (str){secret, sizeof secret}, 0600, e);
    wipe(secret, sizeof secret);
    return ok;
}

/* Between the look and the opening somebody else may have been quicker. */
static bool require_no_authority(struct clerk *clerk, struct arena *arena, struct err *e)
{
    struct db *db = clerk_db(clerk);
    struct row_authority *rows;
    size_t n = 0;
    bool ok = db_begin(db, e) && q_authorities(db, arena, &rows, &n, e);
    db_rollback(db);
    return ok && (n == 0 || RAISE(e, INPUT, "--db", "the database holds a record already; name an "
                                                    "empty one. Nothing was done"));
}

static bool found(struct clerk *clerk, struct arena *arena, const struct founding *founding,
                  struct buf *codes, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; ok && i < founding->n; i++) {
        struct jurisdiction *one = &founding->jurisdictions[i];
        ok = found_authority(clerk, arena, one->pack, one->policy, founding->now_ms,
                             &one->authority, e);
        if (ok && founding->n > 1)
            buf_addf(codes, "authority %lld, %.*s\n", (long long)one->authority,
                     STR_FMT(one->policy->authority.zh));
        ok = ok && add_administrators(clerk, arena, one->authority, one->policy->id,
                                      founding->now_ms, codes, e);
    }
    return ok;
}

static bool fill_record(struct clerk *clerk, struct arena *arena, const struct founding *founding,
                        struct buf *codes, struct err *e)
{
    /* The folder counts once it is whole and has its name; until then nothing need wait. */
    return require_no_authority(clerk, arena, e) && db_durable(clerk_db(clerk), false, e) &&
           found(clerk, arena, founding, codes, e) &&
           (!founding->plan || simulate(clerk, arena, founding->jurisdictions, founding->n,
                                        founding->plan, founding->result, e)) &&
           db_durable(clerk_db(clerk), true, e) &&
           clerk_checkpoint(clerk, wall_clock(NULL), e);
}

static bool fill(const struct data_folder *folder, const struct founding *founding,
                 struct buf *codes, struct err *e)
{
    struct sm2_key *key = NULL;
    struct clerk *clerk = NULL;
    struct clerk_options options = {
        .database = folder->database.ptr,
        .origin = folder->origin,
        .checkpoints_log = folder_file(folder, "checkpoints.log"),
    };
    bool ok = (!database_is_url(folder->database) || database_empty(options.database, e)) &&
              write_keys(folder, &key, e) && folder_head_key(folder, &options.head_key, e);
    options.key = key;
    ok = ok && clerk_open(&options, &clerk, e) &&
         fill_record(clerk, folder->arena, founding, codes, e);
    clerk_close(clerk);
    sm2_key_free(key);
    return ok && folder_write_settings(folder, e);
}

/* ---- the folder ----------------------------------------------------------------------------- */

bool folder_make(struct arena *arena, const struct founding *founding, struct err *e)
{
    str listen = founding->listen, database = founding->database, token = random_token(arena, 8);
    str text;
    struct diagnostics diagnostics = {0};
    struct buf codes = buf_new(arena, 256);
    if (!place_free(arena, founding->path, e))
        return false;
    for (size_t i = 0; i < founding->n; i++) {
        struct jurisdiction *one = &founding->jurisdictions[i];
        one->policy = policy_load(arena, one->pack, &diagnostics);
        text = diagnostics_print(arena, &diagnostics);
        if (!one->policy)
            return RAISE(e, INPUT, "policy", "%.*s", STR_FMT(text));
    }
    struct data_folder folder = {
        .arena = arena,
        .listen = listen.len ? listen : S("127.0.0.1:8080"),
        .origin = str_printf(arena, "yunjian/%.*s", STR_FMT(token)),
        .demo = founding->plan != NULL,
        .lock = -1,
    };
    if (!place_begin(&folder, founding->path, e))
        return false;
    folder.database = database.len ? str_of(str_to_cstr(arena, database))
                                   : str_of(folder_file(&folder, "yunjian.db"));
    if (!fill(&folder, founding, &codes, e)) {
        place_discard(&folder);
        return false;
    }
    bool ok = place_take(&folder, founding->path, e);
    text = ok || database_is_url(folder.database) ? buf_str(&codes) : S("");
    printf("%.*s", STR_FMT(text));
    return ok;
}

bool read_place(const struct args *args, struct founding *out, struct err *e)
{
    const char *host;
    int port;
    str path = args_get(args, "data");
    while (path.len > 1 && str_ends(path, S("/")))
        path.len--;
    if (!path.len && (args_has(args, "data") || args_has(args, "db") || args_has(args, "listen")))
        return RAISE(e, INPUT, "--data", "name the data folder with --data DIR");
    out->path = path;
    out->listen = args_get(args, "listen");
    return args_database(args, &out->database, e) &&
           (!out->listen.ptr || split_listen(args->arena, out->listen, &host, &port, e));
}

int run_init(const struct args *args, struct err *e)
{
    struct pack pack = {0};
    struct jurisdiction only = {.pack = &pack};
    struct founding founding = {.jurisdictions = &only, .n = 1, .now_ms = wall_clock(NULL)};
    if (!args_has(args, "data") || !args_has(args, "policy")) {
        RAISE(e, INPUT, "", "name --data DIR and --policy NAME (see yunjian policy list)");
        return EXIT_CANNOT;
    }
    if (!read_place(args, &founding, e) ||
        !pack_find(args->arena, args_get(args, "policy"), &pack, e) ||
        !folder_make(args->arena, &founding, e))
        return EXIT_CANNOT;
    printf("made %.*s; next: yunjian organisation add and user add, then yunjian serve --data "
           "%.*s\n", STR_FMT(founding.path), STR_FMT(founding.path));
    return EXIT_DONE;
}
