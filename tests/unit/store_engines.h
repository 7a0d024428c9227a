/* SPDX-License-Identifier: Apache-2.0
 *
 * The places where the store's tests run: a file, memory, and PostgreSQL when YUNJIAN_TEST_PG holds
 * the URL of a server where databases can be made: each test program makes one of its own there,
 * so that they can run at the same time. Each test begins with an empty database. */
#ifndef YJ_TESTS_STORE_ENGINES_H
#define YJ_TESTS_STORE_ENGINES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"

enum place { PLACE_FILE, PLACE_MEMORY, PLACE_PG };

static enum place place;
static char folder[64] = "/tmp/store-test-XXXXXX";
static char where[512];
static char server[400];         /* the URL in YUNJIAN_TEST_PG */
static char database[40];        /* the one that this program made there */
static struct arena *arena;
static struct db *db;            /* the writer of the running test */

static inline void ok_(bool ok, const struct err *e, const char *file, int line)
{
    if (!ok)
        print_error("%s: %s (%s)\n", e->where, e->msg, err_name(e->code));
    _assert_true(ok, "no error", file, line);
}
/* The call must succeed; e is a struct err in scope. */
#define OK(call) ok_((call), &e, __FILE__, __LINE__)
/* The call must fail with ERR_##code_, and with a sentence. */
#define FAILS(call, code_)                                                                         \
    do {                                                                                           \
        struct err failed_ = {0};                                                                  \
        struct err *err = &failed_;                                                                \
        assert_false(call);                                                                        \
        assert_string_equal(err_name(failed_.code), err_name(ERR_##code_));                        \
        assert_true(failed_.msg[0] != 0);                                                          \
    } while (0)

static inline void remove_files(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    char path[600];
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        snprintf(path, sizeof path, "%s%s", where, ends[i]);
        unlink(path);
    }
}

static inline void pg_run(const char *url, const char *sql)
{
    PGconn *connection = PQconnectdb(url);
    PQclear(PQexec(connection, "SET client_min_messages = error"));
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
}

/* The URL of another database of the same server, in `where`. */
static inline void aim_at(const char *name)
{
    snprintf(where, sizeof where, "%s%sdbname=%s", server, strchr(server, '?') ? "&" : "?", name);
}

/* Statements of a stranger who goes round the program. */
static inline void stranger(const char *sql)
{
    if (place == PLACE_PG) {
        pg_run(where, sql);
        return;
    }
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(where, &handle), SQLITE_OK);
    if (sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(handle));
    sqlite3_close(handle);
}

static inline int setup(void **state)
{
    (void)state;
    struct err e = {0};
    if (place == PLACE_PG) {
        aim_at(database);
        stranger("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public");
    } else if (place == PLACE_FILE) {
        snprintf(where, sizeof where, "%s/test.db", folder);
        remove_files();
    } else {
        snprintf(where, sizeof where, ":memory:");
    }
    arena = arena_new((size_t)64 * 1024 * 1024);
    OK(db_open(where, DB_WRITER, &db, &e));
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    db_close(db);
    db = NULL;
    arena_free(arena);
    if (place == PLACE_FILE)
        remove_files();
    return 0;
}

/* Runs the tests on PostgreSQL, in a database of their own. */
static inline int run_on_postgresql(const struct CMUnitTest *tests, size_t n,
                                    CMFixtureFunction begin_group, CMFixtureFunction end_group)
{
    if (!getenv("YUNJIAN_TEST_PG")) {
        printf("PostgreSQL was NOT tested: YUNJIAN_TEST_PG is not set.\n");
        return 0;
    }
    char sql[200];
    place = PLACE_PG;
    snprintf(server, sizeof server, "%s", getenv("YUNJIAN_TEST_PG"));
    snprintf(database, sizeof database, "store_test_%d", (int)getpid());
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8' "
             "LC_COLLATE 'C' LC_CTYPE 'C'", database);
    pg_run(server, sql);
    int failed = _cmocka_run_group_tests("postgresql", tests, n, begin_group, end_group);
    snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", database);
    pg_run(server, sql);
    return failed;
}

/* Runs all tests in every place; those after n_anywhere need a second connection. */
static inline int run_everywhere(const struct CMUnitTest *tests, size_t n, size_t n_anywhere)
{
    assert_non_null(mkdtemp(folder));
    int failed = 0;
    place = PLACE_FILE;
    failed += _cmocka_run_group_tests("sqlite file", tests, n, NULL, NULL);
    place = PLACE_MEMORY;
    failed += _cmocka_run_group_tests("sqlite memory", tests, n_anywhere, NULL, NULL);
    rmdir(folder);
    return failed + run_on_postgresql(tests, n, NULL, NULL);
}

#endif
