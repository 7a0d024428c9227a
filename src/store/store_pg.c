/* SPDX-License-Identifier: Apache-2.0 */
#include "store/engine_priv.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

/* The connection stays in libpq's pipeline mode: statements are sent without waiting, and a
 * "flight" is everything up to the next synchronisation, whose answers are then taken in order. A
 * read is the last statement of its flight; COMMIT flies together with the puts before it. Once a
 * statement of a flight fails the server skips the rest of it, COMMIT included. */

enum {
    QUEUE_MAX = 512,             /* statements of one flight: bounds what waits on both sides */
    NESTED_MAX = 8,              /* streams inside streams */
    FETCH_MIN = 16, FETCH_MAX = 4096,
    FETCH_BYTES = 1024 * 1024,   /* rows of one fetch should weigh about this much */
    OID_BYTEA = 17, OID_INT8 = 20, OID_INT4 = 23, OID_TEXT = 25,
};

static const int64_t writer_lock = 0x79756e6a69616e; /* "yunjian" */

struct queued {
    const char *name;
    const struct db_query *query;            /* NULL: a statement of this file */
    bool describes;                          /* the answer tells the columns */
};

struct pg_db {
    struct db base;
    struct arena *arena;
    PGconn *connection;
    const char *place;                       /* host and database, for messages */
    bool *prepared;                          /* one per query */
    bool *streaming;
    struct queued queue[QUEUE_MAX + 8];
    size_t queued;
    PGresult *rows[NESTED_MAX + 1];          /* what the running reads hold, by depth */
    size_t depth;
};

static struct pg_db *of(struct db *db)
{
    return (struct pg_db *)(void *)db;
}

/* ---- errors ---------------------------------------------------------------------------------- */

static bool lost(struct pg_db *pg, const char *where, struct err *e)
{
    const char *line = PQerrorMessage(pg->connection);
    RAISE(&pg->base.dead, IO, where, "the connection to PostgreSQL (%s) was lost: %.*s", pg->place,
          (int)strcspn(line, "\n"), line);
    return RAISE(e, IO, where, "%s", pg->base.dead.msg);
}

static bool refused(struct pg_db *pg, const char *where, const struct db_query *q,
                    const PGresult *result, struct err *e)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (!state || !text)
        return lost(pg, where, e);
    str code = str_of(state);
    if (str_eq(code, S("22012")) && q && q->result == QUERY_PUT_ONE)
        return RAISE(e, CONFLICT, where, "the row that was to change is not as it was read: "
                     "another process has written to the database");
    if (str_eq(code, S("23505")))
        return RAISE(e, CONFLICT, where, "such a row is there already: %s", text);
    if (str_eq(code, S("40001")) || str_eq(code, S("40P01")))
        return RAISE(e, CONFLICT, where, "another process wrote at the same time: %s", text);
    if (str_eq(code, S("53100")))
        return RAISE(e, FULL, where, "there is no space left on the database server: free some "
                     "and try again");
    if (str_eq(code, S("57014")))
        return RAISE(e, BUSY, where, "the statement took longer than %d s and was stopped",
                     STORE_STATEMENT_MS / 1000);
    if (str_eq(code, S("55P03")) || str_starts(code, S("53")))
        return RAISE(e, BUSY, where, "PostgreSQL has no room now (%s): try again", text);
    if (str_starts(code, S("57P")) || str_starts(code, S("08")))
        return lost(pg, where, e);
    if (str_starts(code, S("54")))
        return RAISE(e, LIMIT, where, "PostgreSQL cannot take so large a value: %s", text);
    if (str_starts(code, S("42")) || str_starts(code, S("XX")))
        return RAISE(e, CORRUPT, where, "the database %s does not fit this program: %s", pg->place,
                     text);
    return RAISE(e, IO, where, "PostgreSQL refused the statement: %s (%s)", text, state);
}

static bool succeeded(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* ---- flights --------------------------------------------------------------------------------- */

static Oid oid_of(enum column_type type)
{
    switch (type) {
    case COLUMN_I64: return OID_INT8;
    case COLUMN_TEXT: return OID_TEXT;
    case COLUMN_BLOB: return OID_BYTEA;
    }
    return 0;
}

/* The types as the database gives them: a drift of the schema is found before a value is read. */
static bool columns_fit(const struct db_query *q, const PGresult *result, struct err *e)
{
    if (q->result == QUERY_PUT || q->result == QUERY_PUT_ONE)
        return true;
    if (PQnfields(result) != (int)q->n_columns)
        return RAISE(e, CORRUPT, q->name, "the statement gives %d columns, not %zu: the schema was "
                     "changed from outside", PQnfields(result), q->n_columns);
    for (size_t i = 0; i < q->n_columns; i++) {
        Oid type = PQftype(result, (int)i), expected = oid_of(q->columns[i].type);
        /* A literal, alone or in a CASE, is int4. */
        if (type != expected && !(expected == OID_INT8 && type == OID_INT4))
            return RAISE(e, CORRUPT, q->name, "the column \"%s\" has another type (%u): the schema "
                         "was changed from outside, or the query needs a CAST",
                         q->columns[i].name, type);
    }
    return true;
}

/* The answers to one queued statement; the last of them stays in *out. */
static bool land_one(struct pg_db *pg, const struct queued *queued, PGresult **out, struct err *e)
{
    PGresult *result = PQgetResult(pg->connection), *extra;
    if (!result)
        return lost(pg, queued->name, e);
    while ((extra = PQgetResult(pg->connection)) != NULL)
        PQclear(extra);
    PQclear(*out);
    *out = result;
    switch ((int)PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        return !queued->describes || columns_fit(queued->query, result, e);
    case PGRES_PIPELINE_ABORTED: /* skipped after a failure that has been told */
        return false;
    default:
        return refused(pg, queued->name, queued->query, result, e);
    }
}

/* Sends what is queued and takes every answer. *out, when wanted: the last statement's result,
 * owned by the caller. Errors: those of the first statement that failed. */
static bool land(struct pg_db *pg, PGresult **out, struct err *e)
{
    PGresult *last = NULL;
    size_t n = pg->queued;
    pg->queued = 0;
    if (PQpipelineSync(pg->connection) != 1)
        return lost(pg, "postgresql", e);
    bool ok = true, synced = false;
    for (size_t i = 0; i < n && PQstatus(pg->connection) == CONNECTION_OK; i++)
        ok = land_one(pg, &pg->queue[i], &last, e) && ok;
    while (!synced && PQstatus(pg->connection) == CONNECTION_OK) {
        PGresult *sync = PQgetResult(pg->connection);
        synced = PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
        PQclear(sync);
    }
    if (!synced)
        ok = lost(pg, "postgresql", e);
    if (ok && out)
        *out = last;
    else
        PQclear(last);
    return ok;
}

static bool note_queued(struct pg_db *pg, int sent, struct queued queued, struct err *e)
{
    if (sent != 1)
        return lost(pg, queued.name, e);
    must(pg->queued < COUNT_OF(pg->queue));
    pg->queue[pg->queued++] = queued;
    return true;
}

static bool queue_text(struct pg_db *pg, const char *sql, struct err *e)
{
    int sent = PQsendQueryParams(pg->connection, sql, 0, NULL, NULL, NULL, NULL, 1);
    return note_queued(pg, sent, (struct queued){sql, NULL, false}, e);
}

/* Parameters in libpq's form; binary, so that lengths count and nothing is escaped. */
struct sending {
    Oid types[STORE_VALUES_MAX];
    const char *values[STORE_VALUES_MAX];
    int lengths[STORE_VALUES_MAX], formats[STORE_VALUES_MAX];
    uint64_t integers[STORE_VALUES_MAX];
};

static bool make_sending(const struct db_query *q, const struct db_cell *params,
                         struct sending *out, struct err *e)
{
    for (size_t i = 0; i < q->n_params; i++) {
        out->types[i] = oid_of(q->params[i].type);
        out->formats[i] = 1;
        out->values[i] = NULL;
        out->lengths[i] = 0;
        if (!params || params[i].null)
            continue;
        if (q->params[i].type == COLUMN_I64) {
            out->integers[i] = htobe64((uint64_t)params[i].integer);
            out->values[i] = (const char *)&out->integers[i];
            out->lengths[i] = (int)sizeof out->integers[i];
        } else {
            if (params[i].bytes.len > INT32_MAX / 2)
                return RAISE(e, LIMIT, q->name, "the value \"%s\" is too large to store",
                             q->params[i].name);
            out->values[i] = params[i].bytes.ptr;
            out->lengths[i] = (int)params[i].bytes.len;
        }
    }
    return true;
}

/* Names and types of the parameters; the columns of the answer are compared as it lands. */
static bool queue_prepare(struct pg_db *pg, const struct db_query *q, struct err *e)
{
    struct sending sending;
    if (!make_sending(q, NULL, &sending, e))
        return false;
    int sent = PQsendPrepare(pg->connection, q->name, q->sql_postgresql, (int)q->n_params,
                             sending.types);
    if (!note_queued(pg, sent, (struct queued){q->name, q, false}, e))
        return false;
    sent = PQsendDescribePrepared(pg->connection, q->name);
    return note_queued(pg, sent, (struct queued){q->name, q, true}, e);
}

static bool queue_query(struct pg_db *pg, const struct db_query *q, const struct db_cell *params,
                        struct err *e)
{
    struct sending sending;
    bool *prepared = &pg->prepared[q - db_queries];
    if (!make_sending(q, params, &sending, e))
        return false;
    /* A flight of its own: a statement that failed to prepare must not count as prepared. */
    if (!*prepared && !(*prepared = queue_prepare(pg, q, e) && land(pg, NULL, e)))
        return false;
    int sent = PQsendQueryPrepared(pg->connection, q->name, (int)q->n_params, sending.values,
                                   sending.lengths, sending.formats, 1);
    return note_queued(pg, sent, (struct queued){q->name, q, false}, e);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static int64_t integer_of(const char *value, size_t len)
{
    uint64_t wide;
    uint32_t narrow;
    if (len == sizeof narrow) {
        memcpy(&narrow, value, sizeof narrow);
        return (int32_t)be32toh(narrow);
    }
    must(len == sizeof wide);
    memcpy(&wide, value, sizeof wide);
    return (int64_t)be64toh(wide);
}

/* Hands the rows on; *more becomes false when fn wants no more. */
static bool give_rows(const struct db_query *q, const PGresult *result, db_row_fn *fn, void *ctx,
                      bool *more, struct err *e)
{
    struct db_cell cells[STORE_VALUES_MAX];
    if (!columns_fit(q, result, e))
        return false;
    for (int r = 0; *more && r < PQntuples(result); r++) {
        for (int i = 0; i < (int)q->n_columns; i++) {
            const char *value = PQgetvalue(result, r, i);
            size_t len = (size_t)PQgetlength(result, r, i);
            cells[i] = (struct db_cell){.null = PQgetisnull(result, r, i) != 0};
            if (cells[i].null)
                continue;
            if (q->columns[i].type == COLUMN_I64) {
                cells[i].integer = integer_of(value, len);
            } else {
                cells[i].bytes = (str){value, len};
            }
        }
        *more = fn(ctx, cells);
    }
    return true;
}

/* Rows stay in pg->rows while they are looked at: an arena overflow may jump out of fn, and the
 * next read or rollback then clears them. */
static void hold_rows(struct pg_db *pg, PGresult *result)
{
    PQclear(pg->rows[pg->depth]);
    pg->rows[pg->depth] = result;
}

static bool read_whole(struct pg_db *pg, const struct db_query *q, const struct db_cell *params,
                       db_row_fn *fn, void *ctx, struct err *e)
{
    PGresult *result = NULL;
    if (!queue_query(pg, q, params, e) || !land(pg, &result, e))
        return false;
    hold_rows(pg, result);
    bool more = true, ok = give_rows(q, result, fn, ctx, &more, e);
    hold_rows(pg, NULL);
    return ok;
}

/* A cursor, fetched in pieces: between two pieces the connection is free for other statements. */
static bool queue_cursor(struct pg_db *pg, const struct db_query *q, const struct db_cell *params,
                         const char *name, struct err *e)
{
    struct arena *scratch = arena_new((size_t)64 * 1024);
    const char *sql = str_to_cstr(scratch, str_printf(scratch, "DECLARE %s NO SCROLL CURSOR FOR %s",
                                                      name, q->sql_postgresql));
    struct sending sending;
    bool ok = make_sending(q, params, &sending, e);
    if (ok) {
        int sent = PQsendQueryParams(pg->connection, sql, (int)q->n_params, sending.types,
                                     sending.values, sending.lengths, sending.formats, 1);
        ok = note_queued(pg, sent, (struct queued){q->name, q, false}, e);
    }
    arena_free(scratch);
    return ok;
}

static bool fetch(struct pg_db *pg, const struct db_query *q, const char *name, int count,
                  PGresult **out, struct err *e)
{
    char sql[64];
    snprintf(sql, sizeof sql, "FETCH %d FROM %s", count, name);
    int sent = PQsendQueryParams(pg->connection, sql, 0, NULL, NULL, NULL, NULL, 1);
    return note_queued(pg, sent, (struct queued){q->name, q, false}, e) && land(pg, out, e);
}

/* As many rows as weigh about FETCH_BYTES, from what the last fetch weighed. */
static int next_count(int count, const PGresult *result)
{
    size_t bytes = PQresultMemorySize(result);
    if (bytes > FETCH_BYTES && count > FETCH_MIN)
        return count / 2;
    if (bytes < FETCH_BYTES / 4 && count < FETCH_MAX)
        return count * 2;
    return count;
}

static bool read_stream(struct pg_db *pg, const struct db_query *q, const struct db_cell *params,
                        db_row_fn *fn, void *ctx, struct err *e)
{
    static const char *const names[NESTED_MAX] = {"c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7"};
    static const char *const closes[NESTED_MAX] = {
        "CLOSE c0", "CLOSE c1", "CLOSE c2", "CLOSE c3",
        "CLOSE c4", "CLOSE c5", "CLOSE c6", "CLOSE c7"};
    bool *streaming = &pg->streaming[q - db_queries];
    must(pg->depth < NESTED_MAX && !*streaming);
    size_t depth = pg->depth;
    bool ok = queue_cursor(pg, q, params, names[depth], e), more = true;
    *streaming = true;
    for (int count = FETCH_MIN; ok && more;) {
        PGresult *result = NULL;
        if (!fetch(pg, q, names[depth], count, &result, e))
            return *streaming = false;
        hold_rows(pg, result);
        more = PQntuples(result) == count;
        count = next_count(count, result);
        bool wanted = true;
        pg->depth = depth + 1;
        ok = give_rows(q, result, fn, ctx, &wanted, e);
        pg->depth = depth;
        more = more && wanted;
        hold_rows(pg, NULL);
    }
    *streaming = false;
    /* No need to wait for this one. It is an error only when the transaction has failed already,
     * and that was told to whoever ran the statement that failed. */
    return pg->base.failure.code == ERR_NONE ? queue_text(pg, closes[depth], e) && ok : ok;
}

static bool make_room(struct pg_db *pg, struct err *e)
{
    return pg->queued < QUEUE_MAX || land(pg, NULL, e);
}

static bool pg_read(struct db *db, const struct db_query *q, const struct db_cell *params,
                    bool stream, db_row_fn *fn, void *ctx, struct err *e)
{
    struct pg_db *pg = of(db);
    return make_room(pg, e) && (stream ? read_stream(pg, q, params, fn, ctx, e)
                                       : read_whole(pg, q, params, fn, ctx, e));
}

static bool pg_put(struct db *db, const struct db_query *q, const struct db_cell *params,
                   struct err *e)
{
    struct pg_db *pg = of(db);
    return make_room(pg, e) && queue_query(pg, q, params, e);
}

/* ---- transactions ---------------------------------------------------------------------------- */

static bool pg_begin(struct db *db, struct err *e)
{
    struct pg_db *pg = of(db);
    if (db->mode == DB_WRITER)
        return queue_text(pg, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", e);
    /* The snapshot is taken by the first statement, so there is one. */
    if (queue_text(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", e) &&
        queue_text(pg, "SELECT 1", e) && land(pg, NULL, e))
        return true;
    db->engine->rollback(db);
    return false;
}

static bool pg_commit(struct db *db, struct err *e)
{
    struct pg_db *pg = of(db);
    PGresult *result = NULL;
    struct err failure = {0};
    bool ok = queue_text(pg, "COMMIT", &failure) && land(pg, &result, &failure);
    if (ok && strcmp(PQcmdStatus(result), "COMMIT") != 0)
        ok = RAISE(&failure, IO, "COMMIT", "PostgreSQL rolled the transaction back instead of "
                   "committing it: try again");
    PQclear(result);
    if (ok)
        return true;
    if (db->dead.code != ERR_NONE)
        return RAISE(e, UNKNOWN, "COMMIT", "the connection to PostgreSQL (%s) was lost while "
                     "committing, so it is unknown whether the transaction was kept: connect again "
                     "and ask by idempotency key", pg->place);
    if (e && e->code == ERR_NONE)
        *e = failure;
    return false;
}

static void pg_rollback(struct db *db)
{
    struct pg_db *pg = of(db);
    struct err ignored = {0};
    for (size_t i = 0; i < COUNT_OF(pg->rows); i++) {
        PQclear(pg->rows[i]);
        pg->rows[i] = NULL;
    }
    pg->depth = 0;
    for (size_t i = 0; i < db_queries_n; i++)
        pg->streaming[i] = false;
    if (PQpipelineStatus(pg->connection) == PQ_PIPELINE_OFF || db->dead.code != ERR_NONE)
        return;
    /* In a flight of its own: behind a statement that fails it would be skipped. */
    if (pg->queued > 0)
        (void)!land(pg, NULL, &ignored);
    if (db->dead.code == ERR_NONE && PQtransactionStatus(pg->connection) != PQTRANS_IDLE)
        (void)!(queue_text(pg, "ROLLBACK", &ignored) && land(pg, NULL, &ignored));
}

static void pg_close(struct db *db)
{
    struct pg_db *pg = of(db);
    struct err ignored = {0};
    /* The server may end its side a moment after ours: the next writer must not find it locked. */
    if (db->mode == DB_WRITER && db->dead.code == ERR_NONE &&
        PQpipelineStatus(pg->connection) != PQ_PIPELINE_OFF)
        (void)!(queue_text(pg, "SELECT pg_advisory_unlock_all()", &ignored) &&
                land(pg, NULL, &ignored));
    PQfinish(pg->connection);
    arena_free(pg->arena);
}

static bool pg_check(struct db *db, struct arena *arena, str *out_wrong, struct err *e)
{
    (void)db, (void)arena, (void)e;
    *out_wrong = S("");
    return true;
}

static const struct db_engine postgresql_engine = {
    "postgresql", pg_begin, pg_commit, pg_rollback, pg_put, pg_read, pg_check, NULL, pg_close,
};

/* ---- opening --------------------------------------------------------------------------------- */

static bool execute(struct pg_db *pg, const char *sql, struct err *e)
{
    PGresult *result = PQexec(pg->connection, sql);
    bool ok = succeeded(result) ? true : refused(pg, pg->place, NULL, result, e);
    PQclear(result);
    return ok;
}

/* The one text that a statement gives, in the connection's arena; "" for no row. */
static bool ask(struct pg_db *pg, const char *sql, str *out, struct err *e)
{
    PGresult *result = PQexec(pg->connection, sql);
    bool ok = succeeded(result) ? true : refused(pg, pg->place, NULL, result, e);
    if (ok)
        *out = str_dup(pg->arena, str_of(PQntuples(result) ? PQgetvalue(result, 0, 0) : ""));
    PQclear(result);
    return ok;
}

static void no_notice(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

static bool connect_to(struct pg_db *pg, const char *url, struct err *e)
{
    /* What stands before dbname is a default that the URL may change; what stands after is not. */
    static const char *const keys[] = {"connect_timeout", "tcp_user_timeout", "application_name",
                                       "dbname", "client_encoding", NULL};
    const char *const values[] = {"10", "30000", "yunjian", url, "UTF8", NULL};
    pg->connection = PQconnectdbParams(keys, values, 1);
    must(pg->connection != NULL);
    const char *host = PQhost(pg->connection), *name = PQdb(pg->connection);
    /* Never the URL itself: it may hold a password. */
    pg->place = str_to_cstr(pg->arena, str_printf(pg->arena, "%s/%s", host ? host : "",
                                                  name ? name : ""));
    if (PQstatus(pg->connection) != CONNECTION_OK) {
        const char *line = PQerrorMessage(pg->connection);
        return RAISE(e, IO, pg->place, "cannot connect to PostgreSQL: %.*s",
                     (int)strcspn(line, "\n"), line);
    }
    PQsetNoticeProcessor(pg->connection, no_notice, NULL);
    return true;
}

static bool check_text_rules(struct pg_db *pg, struct err *e)
{
    str encoding, collation;
    const char *sql = PQserverVersion(pg->connection) < 150000
        ? "SELECT datcollate FROM pg_database WHERE datname = current_database()"
        : "SELECT CASE datlocprovider WHEN 'i' THEN 'ICU' WHEN 'b' THEN 'C' ELSE datcollate END "
          "FROM pg_database WHERE datname = current_database()";
    if (!ask(pg, "SHOW server_encoding", &encoding, e) || !ask(pg, sql, &collation, e))
        return false;
    const char *advice = "create the database with: CREATE DATABASE name TEMPLATE template0 "
                         "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'";
    if (!str_eq(encoding, S("UTF8")))
        return RAISE(e, CONFIG, pg->place, "the database has the encoding %.*s, it must be UTF8: "
                     "%s", STR_FMT(encoding), advice);
    if (!str_eq(collation, S("C")) && !str_eq(collation, S("POSIX")))
        return RAISE(e, CONFIG, pg->place, "the database has the collation %.*s, it must be C, so "
                     "that texts sort by their bytes: %s", STR_FMT(collation), advice);
    return true;
}

/* jit costs more than these statements take; a commit must be durable whatever the default is. */
static bool configure(struct pg_db *pg, struct err *e)
{
    char sql[96];
    snprintf(sql, sizeof sql, "SET %s = %d", pg->base.mode == DB_READER ? "statement_timeout"
             : "lock_timeout", STORE_STATEMENT_MS);
    return execute(pg, sql, e) && execute(pg, "SET jit = off", e) &&
           execute(pg, pg->base.mode == DB_READER
                   ? "SET default_transaction_read_only = on"
                   : "SELECT set_config('synchronous_commit', 'on', false) "
                     "WHERE current_setting('synchronous_commit') = 'off'", e);
}

static bool take_lock(struct pg_db *pg, struct err *e)
{
    char sql[64];
    str got;
    snprintf(sql, sizeof sql, "SELECT pg_try_advisory_lock(%lld)", (long long)writer_lock);
    if (!ask(pg, sql, &got, e))
        return false;
    return str_eq(got, S("t"))
               ? true
               : RAISE(e, BUSY, pg->place, "another process writes this database (%s): stop it "
                       "first", pg->place);
}

static bool create_schema(struct pg_db *pg, struct err *e)
{
    bool ok = execute(pg, "BEGIN", e);
    for (size_t i = 0; ok && db_schema_postgresql[i]; i++)
        ok = execute(pg, db_schema_postgresql[i], e);
    if (ok)
        return execute(pg, "COMMIT", e);
    struct err ignored = {0};
    (void)!execute(pg, "ROLLBACK", &ignored);
    return false;
}

#define OWN_SCHEMA "relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"

static bool settle_schema(struct pg_db *pg, struct err *e)
{
    str made, digest, changed;
    if (!ask(pg, "SELECT COUNT(*) FROM pg_class WHERE relname = 'store_schema' AND " OWN_SCHEMA,
             &made, e))
        return false;
    if (str_eq(made, S("0")))
        return pg->base.mode == DB_WRITER
                   ? create_schema(pg, e)
                   : RAISE(e, CONFIG, pg->place, "the database %s is empty: it must be made first",
                           pg->place);
    if (!ask(pg, "SELECT digest FROM store_schema", &digest, e) ||
        !ask(pg, "SELECT (SELECT COUNT(*) FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid "
             "WHERE NOT tgisinternal AND " OWN_SCHEMA ") + (SELECT COUNT(*) FROM pg_rewrite "
             "JOIN pg_class c ON c.oid = ev_class WHERE rulename <> '_RETURN' AND " OWN_SCHEMA ")",
             &changed, e))
        return false;
    if (!str_eq(digest, str_of(db_schema_digest)))
        return RAISE(e, CONFIG, pg->place, "the database %s was made by another version with "
                     "another schema (%.*s, not %s): use that version, or export there and import "
                     "here", pg->place, STR_FMT(digest), db_schema_digest);
    if (!str_eq(changed, S("0")))
        return RAISE(e, CONFIG, pg->place, "somebody added triggers or rules to the tables of %s: "
                     "remove them", pg->place);
    return true;
}

/* Every statement must fit the database before the writer takes its first command. */
static bool prepare_all(struct pg_db *pg, struct err *e)
{
    for (size_t i = 0; i < db_queries_n; i++) {
        if (!make_room(pg, e) || !queue_prepare(pg, &db_queries[i], e))
            return false;
    }
    if (!land(pg, NULL, e))
        return false;
    for (size_t i = 0; i < db_queries_n; i++)
        pg->prepared[i] = true;
    return true;
}

bool store_open_postgresql(const char *url, enum db_mode mode, struct db **out, struct err *e)
{
    struct arena *arena = arena_new((size_t)1024 * 1024);
    struct pg_db *pg = NEW(arena, struct pg_db);
    pg->base.engine = &postgresql_engine;
    pg->base.mode = mode;
    pg->arena = arena;
    pg->prepared = NEWS(arena, bool, db_queries_n);
    pg->streaming = NEWS(arena, bool, db_queries_n);
    bool ok = connect_to(pg, url, e) && check_text_rules(pg, e) && configure(pg, e) &&
              (mode == DB_READER || take_lock(pg, e)) && settle_schema(pg, e);
    if (ok && PQenterPipelineMode(pg->connection) != 1)
        ok = lost(pg, pg->place, e);
    if (ok && (mode == DB_READER || prepare_all(pg, e))) {
        *out = &pg->base;
        return true;
    }
    pg_close(&pg->base);
    return false;
}
