/* SPDX-License-Identifier: Apache-2.0 */
#include "store/engine_priv.h"

/* ---- failures -------------------------------------------------------------------------------- */

/* First failure wins, as in err_raise. */
static bool pass_on(struct err *e, const struct err *failure)
{
    if (e && e->code == ERR_NONE)
        *e = *failure;
    return false;
}

/* A failed statement ends the transaction on both engines, though only PostgreSQL insists. */
static bool fail(struct db *db, struct err *e, const struct err *failure)
{
    if (db->in_tx && db->failure.code == ERR_NONE)
        db->failure = *failure;
    return pass_on(e, failure);
}

/* True when the connection can take a statement. */
static bool usable(struct db *db, struct err *e)
{
    if (db->dead.code != ERR_NONE)
        return pass_on(e, &db->dead);
    if (db->failure.code != ERR_NONE)
        return pass_on(e, &db->failure);
    return true;
}

/* ---- opening and transactions ---------------------------------------------------------------- */

bool db_open(const char *where, enum db_mode mode, struct db **out, struct err *e)
{
    str s = str_of(where);
    must(s.len > 0);
    if (str_starts(s, S("postgres://")) || str_starts(s, S("postgresql://")))
        return store_open_postgresql(where, mode, out, e);
    return store_open_sqlite(where, mode, out, e);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    db_rollback(db);
    db->engine->close(db);
}

bool db_begin(struct db *db, struct err *e)
{
    must(!db->in_tx && !db->in_snapshot);
    if (!usable(db, e) || !db->engine->begin(db, e))
        return false;
    db->in_tx = true;
    db->wrote = false;
    return true;
}

bool db_wrote(const struct db *db)
{
    return db->in_tx && db->wrote;
}

bool db_commit(struct db *db, struct err *e)
{
    must(db->in_tx && !db->in_snapshot);
    struct err failure = db->failure;
    if (failure.code == ERR_NONE && usable(db, &failure) && db->engine->commit(db, &failure)) {
        db->in_tx = false;
        return true;
    }
    db_rollback(db);
    return pass_on(e, &failure);
}

void db_rollback(struct db *db)
{
    db->engine->rollback(db);
    db->in_tx = db->in_snapshot = false;
    db->failure = (struct err){0};
}

bool db_durable(struct db *db, bool durable, struct err *e)
{
    must(db->mode == DB_WRITER && !db->in_tx && !db->in_snapshot);
    return usable(db, e) && (!db->engine->durable || db->engine->durable(db, durable, e));
}

bool db_lost(const struct db *db)
{
    return db->dead.code != ERR_NONE;
}

const char *db_engine(const struct db *db)
{
    return db->engine->name;
}

/* ---- what goes in and what comes out --------------------------------------------------------- */

/* PostgreSQL refuses such text and ends the transaction; SQLite would store it. */
static bool params_sound(const struct db_query *q, const struct db_cell *params, struct err *e)
{
    for (size_t i = 0; i < q->n_params; i++) {
        const struct db_column *column = &q->params[i];
        if (column->type == COLUMN_TEXT && !params[i].null && !utf8_valid(params[i].bytes))
            return RAISE(e, INPUT, q->name, "the text \"%s\" is not valid UTF-8 or holds a zero "
                         "byte: it cannot be stored", column->name);
    }
    return true;
}

/* Stored data is not trusted: somebody may have edited the database. */
static bool cells_sound(const struct db_query *q, const struct db_cell *cells, struct err *e)
{
    for (size_t i = 0; i < q->n_columns; i++) {
        const struct db_column *column = &q->columns[i];
        if (cells[i].null && !column->nullable)
            return RAISE(e, CORRUPT, q->name, "the column \"%s\" is NULL, which it cannot be: "
                         "the database was changed from outside", column->name);
        if (column->type == COLUMN_TEXT && !cells[i].null && !utf8_valid(cells[i].bytes))
            return RAISE(e, CORRUPT, q->name, "the text in the column \"%s\" is not valid UTF-8: "
                         "the database was changed from outside", column->name);
    }
    return true;
}

struct reading {
    const struct db_query *q;
    bool (*fn)(void *ctx, const struct db_cell *cells, struct err *e);
    void *ctx;
    struct err err;
    bool stopped;
};

static bool on_row(void *ctx, const struct db_cell *cells)
{
    struct reading *r = ctx;
    r->stopped = !cells_sound(r->q, cells, &r->err) || !r->fn(r->ctx, cells, &r->err);
    return !r->stopped;
}

static bool read_rows(struct db *db, const struct db_query *q, const struct db_cell *params,
                      bool stream, bool (*fn)(void *ctx, const struct db_cell *cells,
                                              struct err *e), void *ctx, struct err *e)
{
    if (!usable(db, e))
        return false;
    struct reading r = {q, fn, ctx, {0}, false};
    if (!params_sound(q, params, &r.err) ||
        !db->engine->read(db, q, params, stream, on_row, &r, &r.err))
        return fail(db, e, &r.err);
    /* The statement itself is sound: the transaction may go on after a row that is not. */
    return r.stopped ? pass_on(e, &r.err) : true;
}

/* ---- the four kinds of statement ------------------------------------------------------------- */

bool store_put(struct db *db, const struct db_query *q, const struct db_cell *params,
               struct err *e)
{
    must(db->mode == DB_WRITER && db->in_tx);
    if (!usable(db, e))
        return false;
    db->wrote = true;
    struct err failure = {0};
    if (!params_sound(q, params, &failure) || !db->engine->put(db, q, params, &failure))
        return fail(db, e, &failure);
    return true;
}

struct gathering {
    const struct db_query *q;
    struct arena *arena;
    const struct db_shape *shape;
    unsigned char *rows;
    size_t len, cap;
    bool single;
};

static bool gather(void *ctx, const struct db_cell *cells, struct err *e)
{
    struct gathering *g = ctx;
    if (g->single && g->len == 1)
        return RAISE(e, CORRUPT, g->q->name, "more than one row was found where there can be one "
                     "only: the database was changed from outside");
    if (g->single && !g->rows)
        g->rows = arena_alloc(g->arena, g->shape->size, _Alignof(max_align_t));
    else if (g->len == g->cap)
        g->rows = vec_grow(g->arena, g->rows, &g->cap, g->len, g->shape->size);
    g->shape->fill(g->arena, cells, g->rows + g->len * g->shape->size);
    g->len++;
    return true;
}

bool store_one(struct db *db, const struct db_query *q, const struct db_cell *params,
               struct arena *arena, const struct db_shape *shape, void **out, struct err *e)
{
    struct gathering g = {.q = q, .arena = arena, .shape = shape, .single = true};
    if (!read_rows(db, q, params, false, gather, &g, e))
        return false;
    *out = g.rows;
    return true;
}

bool store_many(struct db *db, const struct db_query *q, const struct db_cell *params,
                struct arena *arena, const struct db_shape *shape, void **out, size_t *out_n,
                struct err *e)
{
    struct gathering g = {.q = q, .arena = arena, .shape = shape};
    if (!read_rows(db, q, params, false, gather, &g, e))
        return false;
    *out = g.rows;
    *out_n = g.len;
    return true;
}

bool store_each(struct db *db, const struct db_query *q, const struct db_cell *params,
                bool (*fn)(void *ctx, const struct db_cell *cells, struct err *e), void *ctx,
                struct err *e)
{
    /* Rows that arrive in pieces need one snapshot around them. */
    bool own = !db->in_tx && !db->in_snapshot;
    if (own) {
        if (!usable(db, e) || !db->engine->begin(db, e))
            return false;
        db->in_snapshot = true;
    }
    bool ok = read_rows(db, q, params, true, fn, ctx, e);
    if (own)
        db_rollback(db);
    return ok;
}

/* ---- tables as data -------------------------------------------------------------------------- */

static size_t table_index(const struct db_table *table)
{
    must(table >= db_tables && table < db_tables + db_tables_n);
    return (size_t)(table - db_tables);
}

bool db_dump_table(struct db *db, const struct db_table *table,
                   bool (*fn)(void *ctx, const struct db_cell *cells, struct err *e), void *ctx,
                   struct err *e)
{
    return store_each(db, &db_queries[db_dumps_at + table_index(table)], NULL, fn, ctx, e);
}

bool db_clear_table(struct db *db, const struct db_table *table, struct err *e)
{
    return store_put(db, &db_queries[db_clears_at + table_index(table)], NULL, e);
}

bool db_insert_row(struct db *db, const struct db_table *table, const struct db_cell *cells,
                   struct err *e)
{
    return store_put(db, &db_queries[db_inserts_at + table_index(table)], cells, e);
}

bool db_check(struct db *db, struct arena *arena, str *out_wrong, struct err *e)
{
    struct err failure = {0};
    if (!usable(db, e))
        return false;
    return db->engine->check(db, arena, out_wrong, &failure) || fail(db, e, &failure);
}

static bool seen(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)cells;
    (void)e;
    *(bool *)ctx = true;
    return false;
}

bool db_is_empty(struct db *db, bool *out, struct err *e)
{
    size_t entries = 0;
    while (entries < db_tables_n && !str_eq(str_of(db_tables[entries].name), S("entries")))
        entries++;
    bool found = false;
    if (!db_dump_table(db, &db_tables[entries], seen, &found, e) && !found)
        return false;
    *out = !found;
    return true;
}
