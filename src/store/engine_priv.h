/* SPDX-License-Identifier: Apache-2.0
 *
 * Private to the room store: what the generated queries.c, store.c and the two engines share.
 * store.c keeps the rules that hold on both engines (transactions, the first failure, checks of
 * what goes in and comes out); an engine only runs statements. */
#ifndef YJ_STORE_ENGINE_PRIV_H
#define YJ_STORE_ENGINE_PRIV_H

#include "store/store.h"

enum {
    STORE_VALUES_MAX = 64,       /* parameters or columns of one statement; sqlgen refuses more */
    STORE_STATEMENT_MS = 5000,   /* a reader's statement that runs longer is stopped */
    STORE_BUSY_MS = 5000,        /* how long to wait for another process's lock */
};

/* ---- statements: a closed, generated set ----------------------------------------------------- */

enum query_result { QUERY_PUT, QUERY_PUT_ONE, QUERY_ONE, QUERY_MANY, QUERY_EACH };

struct db_query {
    const char *name;
    const char *sql_sqlite, *sql_postgresql;
    enum query_result result;
    const struct db_column *params;
    size_t n_params;
    const struct db_column *columns;
    size_t n_columns;
};
extern const struct db_query db_queries[];
extern const size_t db_queries_n;
/* + the table's index in db_tables */
extern const size_t db_dumps_at, db_clears_at, db_inserts_at;

extern const char db_schema_digest[];
extern const char *const db_schema_sqlite[];   /* the statements of an empty database, then NULL */
extern const char *const db_schema_postgresql[];

/* How cells become a row struct; a NULL arena borrows the bytes of the cells. */
struct db_shape {
    size_t size;
    void (*fill)(struct arena *arena, const struct db_cell *cells, void *row);
};

/* ---- what an engine does --------------------------------------------------------------------- */

/* Sees one row, whose cells live until it returns; false: no more rows are wanted. */
typedef bool db_row_fn(void *ctx, const struct db_cell *cells);

struct db_engine {
    const char *name;
    bool (*begin)(struct db *db, struct err *e);
    bool (*commit)(struct db *db, struct err *e);
    void (*rollback)(struct db *db);           /* also when nothing is open: forgets all rows */
    bool (*put)(struct db *db, const struct db_query *q, const struct db_cell *params,
                struct err *e);
    /* True when the statement ran, also when fn wanted no more. stream: fn may use the same
     * connection meanwhile (not the same query), and memory does not grow with the rows. */
    bool (*read)(struct db *db, const struct db_query *q, const struct db_cell *params,
                 bool stream, db_row_fn *fn, void *ctx, struct err *e);
    /* *out_wrong: what the engine finds broken in its own files, empty when nothing. */
    bool (*check)(struct db *db, struct arena *arena, str *out_wrong, struct err *e);
    bool (*durable)(struct db *db, bool durable, struct err *e); /* NULL: it waits always */
    void (*close)(struct db *db);
};

/* The head of each engine's own struct. */
struct db {
    const struct db_engine *engine;
    enum db_mode mode;
    bool in_tx;                  /* between db_begin and db_commit or db_rollback */
    bool wrote;                  /* the transaction has put something */
    bool in_snapshot;            /* a streaming read outside a transaction opened its own */
    struct err failure;          /* the first failure of this transaction; it cannot commit */
    struct err dead;             /* the connection can never be used again */
};

bool store_open_sqlite(const char *path, enum db_mode mode, struct db **out, struct err *e);
bool store_open_postgresql(const char *url, enum db_mode mode, struct db **out, struct err *e);

/* ---- for the generated functions ------------------------------------------------------------- */

bool store_put(struct db *db, const struct db_query *q, const struct db_cell *params,
               struct err *e) WARN_UNUSED;
/* *out: the row in the arena, NULL when there is none; more than one row is CORRUPT. */
bool store_one(struct db *db, const struct db_query *q, const struct db_cell *params,
               struct arena *arena, const struct db_shape *shape, void **out,
               struct err *e) WARN_UNUSED;
bool store_many(struct db *db, const struct db_query *q, const struct db_cell *params,
                struct arena *arena, const struct db_shape *shape, void **out, size_t *out_n,
                struct err *e) WARN_UNUSED;
bool store_each(struct db *db, const struct db_query *q, const struct db_cell *params,
                bool (*fn)(void *ctx, const struct db_cell *cells, struct err *e), void *ctx,
                struct err *e) WARN_UNUSED;

static inline struct db_cell store_null(void)
{
    return (struct db_cell){.null = true};
}
static inline struct db_cell store_i64(int64_t value)
{
    return (struct db_cell){.integer = value};
}
static inline struct db_cell store_str(str value)
{
    /* Engines take a NULL pointer for SQL NULL; an empty text is not NULL. */
    return (struct db_cell){.bytes = value.ptr ? value : S("")};
}
static inline struct db_cell store_i64_or_null(const int64_t *value)
{
    return value ? store_i64(*value) : store_null();
}
static inline struct db_cell store_str_or_null(const str *value)
{
    return value ? store_str(*value) : store_null();
}
static inline str store_bytes(struct arena *arena, const struct db_cell *cell)
{
    return arena && !cell->null ? str_dup(arena, cell->bytes) : cell->bytes;
}

#endif
