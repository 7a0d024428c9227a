/* SPDX-License-Identifier: Apache-2.0
 * The same settings as the product's writer, statements prepared once, every cell looked at. */
#include "bench/replay.h"

#include "store/store.h"

#include <sqlite3.h>
#include <stdlib.h>

static sqlite3 *handle;

static void demand(int rc, const char *what)
{
    if (rc != SQLITE_OK && rc != SQLITE_ROW && rc != SQLITE_DONE)
        die(what, sqlite3_errmsg(handle));
}

static void execute(const char *sql)
{
    demand(sqlite3_exec(handle, sql, NULL, NULL, NULL), sql);
}

static void open_file(const char *path)
{
    demand(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0), path);
    demand(sqlite3_open_v2(path, &handle, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE |
                           SQLITE_OPEN_CREATE, NULL), path);
    execute("PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; "
            "PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 67108864; "
            "PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL");
}

static void begin(void)
{
    execute("BEGIN IMMEDIATE");
}

static void commit(void)
{
    execute("COMMIT");
}

static void rollback(void)
{
    if (!sqlite3_get_autocommit(handle))
        execute("ROLLBACK");
}

static void bind(sqlite3_stmt *prepared, const struct statement *s, const struct cell *params)
{
    for (size_t i = 0; i < s->n_params; i++) {
        int at = (int)i + 1;
        if (params[i].null)
            demand(sqlite3_bind_null(prepared, at), s->sql);
        else if (s->types[i] == COLUMN_I64)
            demand(sqlite3_bind_int64(prepared, at, params[i].integer), s->sql);
        else if (s->types[i] == COLUMN_TEXT)
            demand(sqlite3_bind_text64(prepared, at, params[i].bytes.ptr, params[i].bytes.len,
                                       SQLITE_STATIC, SQLITE_UTF8), s->sql);
        else
            demand(sqlite3_bind_blob64(prepared, at, params[i].bytes.ptr, params[i].bytes.len,
                                       SQLITE_STATIC), s->sql);
    }
}

static void run(struct statement *s, const struct cell *params)
{
    sqlite3_stmt *prepared = s->prepared;
    if (!prepared) {
        demand(sqlite3_prepare_v3(handle, s->sql, -1, SQLITE_PREPARE_PERSISTENT, &prepared, NULL),
               s->sql);
        s->prepared = prepared;
    }
    bind(prepared, s, params);
    int rc, n = sqlite3_column_count(prepared);
    while ((rc = sqlite3_step(prepared)) == SQLITE_ROW)
        for (int i = 0; i < n; i++) {
            if (sqlite3_column_type(prepared, i) == SQLITE_INTEGER)
                (void)sqlite3_column_int64(prepared, i);
            else
                (void)sqlite3_column_blob(prepared, i);
        }
    demand(rc, s->sql);
    sqlite3_reset(prepared);
}

static void close_file(void)
{
    sqlite3_stmt *s;
    while ((s = sqlite3_next_stmt(handle, NULL)) != NULL)
        sqlite3_finalize(s);
    demand(sqlite3_close(handle), "close");
}

const struct reference reference_sqlite = {
    open_file, execute, begin, commit, rollback, run, close_file,
};
