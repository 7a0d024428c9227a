/* SPDX-License-Identifier: Apache-2.0
 * Where the tests of the writer run: on a file of SQLite, and on PostgreSQL when YUNJIAN_TEST_PG
 * holds the URL of a server where databases can be made. */
#ifndef YJ_TEST_ENGINES_H
#define YJ_TEST_ENGINES_H

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"

static const char *database; /* path or URL that the running group uses */

static inline void on_server(const char *server, const char *verb, const char *name,
                             const char *rest)
{
    char sql[200];
    PGconn *connection = PQconnectdb(server);
    snprintf(sql, sizeof sql, "%s %s_test_%d %s", verb, name, (int)getpid(), rest);
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
}

static inline int run_on_engines(const char *name, const struct CMUnitTest *tests, size_t n,
                                 CMFixtureFunction found, CMFixtureFunction leave)
{
    char folder[] = "/tmp/clerk-test-XXXXXX", path[64], url[512], group[64];
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/yunjian.db", folder);
    snprintf(group, sizeof group, "%s on sqlite", name);
    database = path;
    int failed = _cmocka_run_group_tests(group, tests, n, found, leave);
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char gone[96];
        snprintf(gone, sizeof gone, "%s%s", path, ends[i]);
        unlink(gone);
    }
    rmdir(folder);
    const char *server = getenv("YUNJIAN_TEST_PG");
    if (!server) {
        print_message("PostgreSQL was NOT tested: YUNJIAN_TEST_PG is not set\n");
        return failed;
    }
    snprintf(url, sizeof url, "%s%sdbname=%s_test_%d", server, strchr(server, '?') ? "&" : "?",
             name, (int)getpid());
    snprintf(group, sizeof group, "%s on postgresql", name);
    database = url;
    on_server(server, "CREATE DATABASE", name,
              "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    failed += _cmocka_run_group_tests(group, tests, n, found, leave);
    on_server(server, "DROP DATABASE", name, "WITH (FORCE)");
    return failed;
}

#endif
