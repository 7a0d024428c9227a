/* SPDX-License-Identifier: Apache-2.0
 * In pipeline mode as the product is: what gives no rows is sent without waiting, a read and a
 * commit wait for all that was sent before them. */
#include "bench/replay.h"

#include "store/store.h"

#include <endian.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

enum { OID_INT8 = 20, OID_TEXT = 25, OID_BYTEA = 17, FLIGHT_MAX = 512 };

static PGconn *connection;
static size_t flying;                        /* sent, not answered */
static bool open_tx;

static void demand(bool good, const char *what)
{
    if (!good)
        die(what, PQerrorMessage(connection));
}

/* Takes every answer; rows are looked at by libpq itself. */
static void land(void)
{
    demand(PQpipelineSync(connection) == 1, "sync");
    for (; flying > 0; flying--) {
        PGresult *result;
        while ((result = PQgetResult(connection)) != NULL) {
            ExecStatusType status = PQresultStatus(result);
            demand(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "statement");
            PQclear(result);
        }
    }
    PGresult *sync = PQgetResult(connection);
    demand(PQresultStatus(sync) == PGRES_PIPELINE_SYNC, "sync");
    PQclear(sync);
}

static void sent(int done, const char *what)
{
    demand(done == 1, what);
    if (++flying >= FLIGHT_MAX)
        land();
}

static void queue(const char *sql)
{
    sent(PQsendQueryParams(connection, sql, 0, NULL, NULL, NULL, NULL, 1), sql);
}

static void execute(const char *sql)
{
    queue(sql);
    land();
}

static void open_database(const char *url)
{
    connection = PQconnectdb(url);
    demand(PQstatus(connection) == CONNECTION_OK, "connect");
    PQclear(PQexec(connection, "SET jit = off"));
    demand(PQenterPipelineMode(connection) == 1, "pipeline");
}

static void begin(void)
{
    queue("BEGIN");
    open_tx = true;
}

static void end(const char *sql)
{
    if (open_tx)
        execute(sql);
    open_tx = false;
}

static void commit(void)
{
    end("COMMIT");
}

static void rollback(void)
{
    end("ROLLBACK");
}

static void name_of(const struct statement *s, char name[32])
{
    snprintf(name, 32, "s%p", (const void *)s);
}

static void prepare(struct statement *s)
{
    static const Oid oids[] = {[COLUMN_I64] = OID_INT8, [COLUMN_TEXT] = OID_TEXT,
                               [COLUMN_BLOB] = OID_BYTEA};
    Oid types[PARAMS_MAX];
    char name[32];
    name_of(s, name);
    for (size_t i = 0; i < s->n_params; i++)
        types[i] = oids[s->types[i]];
    sent(PQsendPrepare(connection, name, s->sql, (int)s->n_params, types), s->sql);
    s->prepared = s;
}

static void run(struct statement *s, const struct cell *params)
{
    const char *values[PARAMS_MAX];
    int lengths[PARAMS_MAX], formats[PARAMS_MAX];
    uint64_t integers[PARAMS_MAX];
    char name[32];
    if (!s->prepared)
        prepare(s);
    for (size_t i = 0; i < s->n_params; i++) {
        bool integer = s->types[i] == COLUMN_I64;
        formats[i] = 1;
        integers[i] = htobe64((uint64_t)params[i].integer);
        values[i] = params[i].null ? NULL : integer ? (const char *)&integers[i]
                                                    : params[i].bytes.ptr;
        lengths[i] = integer ? (int)sizeof integers[i] : (int)params[i].bytes.len;
    }
    name_of(s, name);
    sent(PQsendQueryPrepared(connection, name, (int)s->n_params, values, lengths, formats, 1),
         s->sql);
    if (s->reads)
        land();
}

static void close_database(void)
{
    if (flying > 0)
        land();
    PQfinish(connection);
}

const struct reference reference_postgresql = {
    open_database, execute, begin, commit, rollback, run, close_database,
};
