/* SPDX-License-Identifier: Apache-2.0
 *
 * project: events become rows, and rows become aggregates again.
 *
 * Contract of the room: decides nothing; writes the changed parts of the aggregates that decide/
 * folded. Law: load(save(apply(s, e))) = apply(s, e). What rebuild drops, it remakes from the
 * journal alone; verify rebuilds beside the database and compares.
 */
#ifndef YJ_PROJECT_H
#define YJ_PROJECT_H

#include "base/base.h"
#include "crypt/crypt.h"
#include "decide/decide.h"
#include "journal/journal.h"
#include "store/store.h"
#include "terms/terms.h"

/* The aggregates of one unit of work, at most one of each kind at a time, loaded on demand inside
 * the caller's transaction. Asking for another case or system saves the one before. Everything
 * lives in the arena. The authority may be put in from a cache. */
struct world {
    struct db *db;
    struct arena *arena;
    struct authority_state *authority;
    struct arena *authority_arena;   /* where the authority lives when it is cached, else NULL */
    struct case_state *kase;
    struct system_state *system;
    date today;                      /* on which delegations hold; for world_actor alone */
};

/* *out is NULL when there is none with that id. Errors: those of the store, CORRUPT. */
bool world_case(struct world *world, int64_t id, struct case_state **out, struct err *e)
    WARN_UNUSED;
bool world_system(struct world *world, int64_t id, struct system_state **out, struct err *e)
    WARN_UNUSED;
/* Loads organisations and counters too. */
bool world_authority(struct world *world, int64_t id, struct authority_state **out, struct err *e)
    WARN_UNUSED;
/* Parses the loaded authority's calendar out of the kept texts, once. Errors: CORRUPT. */
bool world_calendar(struct world *world, struct err *e) WARN_UNUSED;
/* What conditions ask beside its own rows: the lines in force about the system, at most
 * LIMIT_RECORDS, and how many cases about it are open. */
bool world_records(struct world *world, struct system_state *system, struct err *e) WARN_UNUSED;
/* Of each register about bodies the latest line of each body. */
bool world_lines(struct world *world, int64_t authority, const struct policy *policy,
                 struct record **out, size_t *out_n, struct err *e) WARN_UNUSED;
/* The line in force that a body filed about itself for a month; *out NULL: none. */
bool world_line(struct world *world, int64_t authority, str register_id, int64_t organisation,
                int32_t period, struct record **out, struct err *e) WARN_UNUSED;
/* A row as a line; texts are borrowed, the form lives in the arena. */
bool record_of_row(struct arena *arena, const struct row_record *row, struct record *out,
                   struct err *e) WARN_UNUSED;
/* *out is NULL when the person neither holds such a post nor stands in for its holder today. */
bool world_actor(struct world *world, int64_t person, int64_t post, struct actor **out,
                 struct err *e) WARN_UNUSED;
/* Folds one journalled event: loads what it touches, applies, writes rows that belong to no
 * aggregate. key, body: of the command that begins with this event, else empty. Errors: CORRUPT
 * (where = the entry) when the event does not fit what it touches. */
bool world_fold(struct world *world, const struct event *event, str key, str body, struct err *e)
    WARN_UNUSED;
/* Writes the changed rows. */
bool world_save(struct world *world, struct err *e) WARN_UNUSED;

/* ---- rebuild and verify --------------------------------------------------------------------- */

struct table_digest {
    const char *table;
    int64_t rows;
    str digest;              /* SM3 over the rows in key order, the same on both engines */
};

/* Drops every derived row and remakes it from the journal, inside the writer's transaction. */
bool project_rebuild(struct db *db, struct err *e) WARN_UNUSED;
/* Digests of every derived table, in schema order. */
bool project_digests(struct db *db, struct arena *arena, struct table_digest **out, size_t *out_n,
                     struct err *e) WARN_UNUSED;
/* The whole proof: the log (journal_verify_log), the kept rows against their digests both ways,
 * the derived rows against a rebuild beside the database, the engine's own structures (db_check).
 * log_only: the log alone. Call it inside db_begin, so that one snapshot is judged; the writer may
 * ask about what it has not committed yet. Findings begin with table and row. */
bool project_verify(struct db *db, const struct evidence *evidence, bool log_only,
                    struct findings *findings, struct err *e) WARN_UNUSED;

/* The digest of a kept credential row, as it stands in its event. */
str credential_digest(struct arena *arena, int64_t person, str login, str secret);

/* ---- backup --------------------------------------------------------------------------------- */

/* What cannot be made again, as records that know no engine: for each log and kept table, and for
 * head (whose seal speaks for the entries after the last checkpoint), one record "table" with its
 * name and columns, then one "row" for each row. Call it inside db_begin. Errors: those of the
 * store, fn's own. */
bool project_dump(struct db *db,
                  bool (*fn)(void *ctx, str word, str bytes, struct err *e), void *ctx,
                  struct err *e) WARN_UNUSED;
/* Takes such a record into an empty database, inside the writer's transaction; begin with a zeroed
 * state. Then rebuild. Errors: INPUT (not a record of this program's schema), CONFLICT (a row that
 * is there twice, at the latest at commit), those of the store. */
struct loading {
    const struct db_table *table;
};
bool project_load(struct db *db, struct loading *loading, str word, str bytes, struct err *e)
    WARN_UNUSED;

#endif
