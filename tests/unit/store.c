/* SPDX-License-Identifier: Apache-2.0
 * The store with the program's own schema and queries: transactions, locks, strangers, failures. */
#include "store_engines.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* Stands before libc's for SQLite too: a disk that fails when data is to become durable. */
static int good_syncs = INT_MAX;
int fdatasync(int fd)
{
    if (good_syncs > 0 && good_syncs--)
        return (int)syscall(SYS_fdatasync, fd);
    errno = EIO;
    return -1;
}

static str text(const char *c)
{
    return str_of(c);
}

static void append(int64_t idx, const char *stream, int64_t seq)
{
    struct err e = {0};
    OK(q_append_entry(db, idx, text(stream), seq, S("{}"), S("leaf"), &e));
}

static int64_t entries_in(struct db *from)
{
    struct err e = {0};
    struct row_entries_count *row;
    OK(q_entries_count(from, arena, &row, &e));
    return row->count;
}

static void commit_head(int64_t size)
{
    struct err e = {0};
    OK(db_begin(db, &e));
    OK(q_insert_head(db, size, 1000, 1, S("mac"), &e));
    OK(db_commit(db, &e));
}

/* ---- one connection -------------------------------------------------------------------------- */

static void test_new_database_is_empty(void **state)
{
    (void)state;
    struct err e = {0};
    bool empty = false;
    OK(db_is_empty(db, &empty, &e));
    assert_true(empty);
    OK(db_begin(db, &e));
    append(0, "case-1", 1);
    OK(db_is_empty(db, &empty, &e)); /* a reader inside the transaction sees queued puts */
    assert_false(empty);
    OK(db_commit(db, &e));
    OK(db_is_empty(db, &empty, &e));
    assert_false(empty);
}

static void test_rows_come_back(void **state)
{
    (void)state;
    struct err e = {0};
    static const char bytes[] = "\0\xff binary \0 end";
    str blob = {bytes, sizeof bytes - 1};
    OK(db_begin(db, &e));
    OK(q_append_entry(db, INT64_MAX, S("案件-郑州"), INT64_MIN, blob, (str){NULL, 0}, &e));
    OK(db_commit(db, &e));

    struct row_entry *row = NULL;
    OK(q_entry(db, arena, INT64_MAX, &row, &e));
    assert_non_null(row);
    assert_true(row->idx == INT64_MAX && row->seq == INT64_MIN);
    assert_true(str_eq(row->stream, S("案件-郑州")));
    assert_true(str_eq(row->bytes, blob));
    assert_int_equal(row->leaf.len, 0);
    OK(q_entry(db, arena, 1, &row, &e));
    assert_null(row);
}

static void test_many_are_in_order(void **state)
{
    (void)state;
    struct err e = {0};
    OK(db_begin(db, &e));
    for (int64_t i = 99; i >= 0; i--)
        append(i, i % 2 ? "odd" : "even", i);
    OK(db_commit(db, &e));
    struct row_entry *rows = NULL;
    size_t n = 0;
    OK(q_entries_from(db, arena, 10, 50, &rows, &n, &e));
    assert_int_equal(n, 50);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(rows[i].idx, 10 + (int64_t)i);
    OK(q_entries_of_stream(db, arena, S("odd"), 95, 50, &rows, &n, &e));
    assert_int_equal(n, 2);
    assert_int_equal(rows[1].seq, 99);
    OK(q_entries_of_stream(db, arena, S("none"), 0, 50, &rows, &n, &e));
    assert_int_equal(n, 0);
}

static void test_rollback_leaves_nothing(void **state)
{
    (void)state;
    struct err e = {0};
    OK(db_begin(db, &e));
    append(0, "a", 1);
    db_rollback(db);
    db_rollback(db); /* fine outside a transaction */
    assert_int_equal(entries_in(db), 0);
    OK(db_begin(db, &e));
    append(0, "a", 1);
    OK(db_commit(db, &e));
    assert_int_equal(entries_in(db), 1);
}

/* The head is not as the writer knows it: a stranger appended. Nothing of the batch may hold. */
static void test_moved_head_is_a_conflict(void **state)
{
    (void)state;
    struct err e = {0}, put = {0};
    commit_head(5);
    OK(db_begin(db, &e));
    append(0, "a", 1);
    bool queued = q_move_head(db, 7, 2000, S("mac"), 6, 1, &put);
    assert_true(queued || put.code == ERR_CONFLICT);
    FAILS(db_commit(db, err), CONFLICT);
    assert_int_equal(entries_in(db), 0);

    struct row_head *head = NULL;
    OK(q_head(db, arena, &head, &e));
    assert_int_equal(head->size, 5);
    OK(db_begin(db, &e));
    append(0, "a", 1);
    OK(q_move_head(db, 6, 2000, S("mac"), 5, 1, &e));
    OK(db_commit(db, &e));
    OK(q_head(db, arena, &head, &e));
    assert_true(head->size == 6 && head->at_ms == 2000);
    assert_int_equal(entries_in(db), 1);
}

static void test_failed_put_fails_the_commit(void **state)
{
    (void)state;
    struct err e = {0}, first = {0}, later = {0};
    OK(db_begin(db, &e));
    append(0, "a", 1);
    OK(db_commit(db, &e));
    OK(db_begin(db, &e));
    append(1, "a", 2);
    bool queued = q_append_entry(db, 2, S("a"), 1, S(""), S(""), &first); /* (a, 1) is there */
    assert_true(queued || first.code == ERR_CONFLICT);
    bool more = q_append_entry(db, 3, S("a"), 3, S(""), S(""), &later);
    assert_true(more || later.code == ERR_CONFLICT);
    FAILS(db_commit(db, err), CONFLICT);
    assert_int_equal(entries_in(db), 1);
}

static void test_failed_put_surfaces_at_the_next_read(void **state)
{
    (void)state;
    struct err e = {0}, put = {0};
    struct row_entries_count *count;
    OK(db_begin(db, &e));
    append(0, "a", 1);
    bool queued = q_append_entry(db, 0, S("b"), 1, S(""), S(""), &put);
    assert_true(queued || put.code == ERR_CONFLICT);
    FAILS(q_entries_count(db, arena, &count, err), CONFLICT);
    FAILS(q_entries_count(db, arena, &count, err), CONFLICT); /* no recovery inside */
    FAILS(db_commit(db, err), CONFLICT);
    assert_int_equal(entries_in(db), 0);
}

static void test_unstorable_text_is_refused(void **state)
{
    (void)state;
    static const struct { const char *bytes; size_t len; } bad[] = {
        {"a\0b", 3}, {"\xff", 1}, {"\xe4\xba", 2}, {"\xed\xa0\x80", 3},
    };
    struct err e = {0};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        OK(db_begin(db, &e));
        FAILS(q_append_checkpoint(db, 1, 1, (str){bad[i].bytes, bad[i].len}, err), INPUT);
        FAILS(db_commit(db, err), INPUT);
    }
}

/* More than one flight of the PostgreSQL pipeline, and values larger than its buffers. */
static void test_large_batch(void **state)
{
    (void)state;
    struct err e = {0};
    size_t size = (size_t)256 * 1024;
    char *big = NEWS(arena, char, size);
    memset(big, 0xa5, size);
    OK(db_begin(db, &e));
    for (int64_t i = 0; i < 3000; i++)
        append(i, "s", i);
    for (int64_t i = 0; i < 20; i++)
        OK(q_append_tile(db, 0, i, (str){big, size}, &e));
    OK(db_commit(db, &e));
    assert_int_equal(entries_in(db), 3000);
    struct row_tile *tile = NULL;
    OK(q_tile(db, arena, 0, 19, &tile, &e));
    assert_int_equal(tile->hashes.len, size);
    assert_memory_equal(tile->hashes.ptr, big, size);
}

static void test_arena_overflow_leaves_a_usable_store(void **state)
{
    (void)state;
    struct err e = {0};
    OK(db_begin(db, &e));
    for (int64_t i = 0; i < 500; i++)
        append(i, "s", i);
    OK(db_commit(db, &e));
    for (volatile int round = 0; round < 2; round++) {
        struct arena *small = arena_new(4096);
        jmp_buf frame;
        struct row_entry *rows = NULL;
        size_t n = 0;
        volatile bool jumped = false;
        if (setjmp(frame) == 0) {
            arena_on_overflow(small, &frame);
            (void)!q_entries_from(db, small, 0, 500, &rows, &n, &e);
        } else {
            jumped = true;
        }
        arena_free(small);
        assert_true(jumped);
        db_rollback(db);
    }
    struct row_entry *rows = NULL;
    size_t n = 0;
    OK(q_entries_from(db, arena, 0, 500, &rows, &n, &e));
    assert_int_equal(n, 500);
}

static void test_tables_are_described(void **state)
{
    (void)state;
    size_t logs = 0;
    assert_true(db_tables_n > 20);
    for (size_t i = 0; i < db_tables_n; i++) {
        const struct db_table *t = &db_tables[i];
        logs += t->class == TABLE_LOG;
        assert_true(t->n_key >= 1 && t->n_key <= t->n_columns);
        for (size_t k = 0; k < t->n_key; k++)
            assert_false(t->columns[k].nullable);
    }
    assert_int_equal(logs, 3);
    assert_string_equal(db_tables[0].name, "entries");
    assert_string_equal(db_tables[0].columns[3].name, "bytes");
    assert_int_equal(db_tables[0].columns[3].type, COLUMN_BLOB);
}

/* ---- a second connection --------------------------------------------------------------------- */

static void test_engine_is_named(void **state)
{
    (void)state;
    assert_string_equal(db_engine(db), place == PLACE_PG ? "postgresql" : "sqlite");
}

static void test_reader_sees_one_moment(void **state)
{
    (void)state;
    struct err e = {0};
    struct db *reader = NULL;
    OK(db_open(where, DB_READER, &reader, &e));
    OK(db_begin(reader, &e));
    OK(db_begin(db, &e)); /* the snapshot holds from its begin, before its first read */
    append(0, "a", 1);
    OK(db_commit(db, &e));
    assert_int_equal(entries_in(reader), 0);
    assert_int_equal(entries_in(reader), 0);
    OK(db_commit(reader, &e));
    assert_int_equal(entries_in(reader), 1);
    db_close(reader);
}

static void test_second_writer_is_refused(void **state)
{
    (void)state;
    struct err e = {0};
    struct db *second = NULL;
    FAILS(db_open(where, DB_WRITER, &second, err), BUSY);
    assert_null(second);
    db_close(db);
    OK(db_open(where, DB_WRITER, &db, &e));
}

static void test_reopen_keeps_data(void **state)
{
    (void)state;
    struct err e = {0};
    OK(db_begin(db, &e));
    append(0, "案", 1);
    OK(db_commit(db, &e));
    OK(db_begin(db, &e));
    append(1, "案", 2);
    db_close(db); /* rolls back */
    db = NULL;

    struct db *reader = NULL; /* a reader alone, without a writer */
    OK(db_open(where, DB_READER, &reader, &e));
    assert_int_equal(entries_in(reader), 1);
    db_close(reader);
    OK(db_open(where, DB_WRITER, &db, &e));
    assert_int_equal(entries_in(db), 1);
}

static void test_other_schema_is_refused(void **state)
{
    (void)state;
    struct db *none = NULL;
    db_close(db);
    db = NULL;
    stranger("UPDATE store_schema SET digest = 'of another version'");
    FAILS(db_open(where, DB_WRITER, &none, err), CONFIG);
    FAILS(db_open(where, DB_READER, &none, err), CONFIG);
    stranger("DROP TABLE store_schema");
    if (place == PLACE_FILE) /* tables, but not of this program */
        FAILS(db_open(where, DB_WRITER, &none, err), CONFIG);
    assert_null(none);
}

static void test_added_trigger_is_refused(void **state)
{
    (void)state;
    struct db *none = NULL;
    db_close(db);
    db = NULL;
    if (place == PLACE_PG)
        stranger("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
                 "'BEGIN RETURN NULL; END'; "
                 "CREATE TRIGGER t BEFORE INSERT ON entries EXECUTE FUNCTION f()");
    else
        stranger("CREATE TRIGGER t BEFORE INSERT ON entries BEGIN SELECT 1; END");
    FAILS(db_open(where, DB_WRITER, &none, err), CONFIG);
    FAILS(db_open(where, DB_READER, &none, err), CONFIG);
}

static void test_reader_of_an_empty_place_is_refused(void **state)
{
    (void)state;
    struct db *none = NULL;
    db_close(db);
    db = NULL;
    if (place == PLACE_PG) {
        stranger("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        FAILS(db_open(where, DB_READER, &none, err), CONFIG);
    } else {
        remove_files();
        FAILS(db_open(where, DB_READER, &none, err), IO);
        FAILS(db_open(":memory:", DB_READER, &none, err), CONFIG);
        assert_int_equal(access(where, F_OK), -1); /* and it made nothing */
    }
}

static void test_data_changed_from_outside_is_found(void **state)
{
    (void)state;
    struct err e = {0};
    OK(db_begin(db, &e));
    append(0, "a", 1);
    OK(db_commit(db, &e));
    if (place == PLACE_PG)
        return; /* its types and encoding are kept by the server itself */
    db_close(db);
    db = NULL;
    stranger("UPDATE entries SET stream = CAST(x'ff' AS TEXT)");
    struct row_entry *row = NULL;
    OK(db_open(where, DB_WRITER, &db, &e));
    FAILS(q_entry(db, arena, 0, &row, err), CORRUPT);
    assert_null(row);
}

/* No space: the batch is refused as FULL, nothing of it holds, and later it goes through. */
static void test_full_disk(void **state)
{
    (void)state;
    if (place == PLACE_PG)
        return; /* the space is the server's */
    struct err e = {0};
    struct rlimit old, tight = {(rlim_t)256 * 1024, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight.rlim_max = old.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    size_t size = (size_t)512 * 1024;
    char *big = NEWS(arena, char, size);
    struct err put = {0}, commit = {0};
    OK(db_begin(db, &e));
    bool done = q_append_tile(db, 0, 0, (str){big, size}, &put) && db_commit(db, &commit);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_false(done);
    assert_int_equal(put.code ? put.code : commit.code, ERR_FULL);
    db_rollback(db);
    struct row_tile *tile = NULL;
    OK(q_tile(db, arena, 0, 0, &tile, &e));
    assert_null(tile);
    OK(db_begin(db, &e));
    OK(q_append_tile(db, 0, 0, (str){big, size}, &e));
    OK(db_commit(db, &e));
}

/* After a failed fsync nobody knows what the disk holds: the store says so and stays shut. */
static void test_failed_fsync(void **state)
{
    (void)state;
    if (place == PLACE_PG)
        return;
    struct err e = {0}, failure = {0};
    OK(db_begin(db, &e));
    append(0, "a", 1);
    good_syncs = 0;
    bool committed = db_commit(db, &failure);
    good_syncs = INT_MAX;
    assert_false(committed);
    assert_int_equal(failure.code, ERR_UNKNOWN);
    assert_true(db_lost(db));
    FAILS(db_begin(db, err), IO);
    db_close(db);
    OK(db_open(where, DB_WRITER, &db, &e));
    assert_true(entries_in(db) <= 1);
}

/* In haste no commit waits; what waits in the end is told when the disk fails, and when it does not
 * the commits after it wait again. */
static void test_haste_ends_with_a_wait(void **state)
{
    (void)state;
    if (place == PLACE_PG)
        return;
    struct err e = {0};
    OK(db_durable(db, false, &e));
    good_syncs = 0;
    OK(db_begin(db, &e));
    append(0, "a", 1);
    OK(db_commit(db, &e));
    FAILS(db_durable(db, true, err), IO);
    FAILS(db_begin(db, err), IO);
    good_syncs = INT_MAX;
    db_close(db);
    OK(db_open(where, DB_WRITER, &db, &e));
    OK(db_durable(db, false, &e));
    OK(db_durable(db, true, &e));
    good_syncs = 0;
    OK(db_begin(db, &e));
    append(1, "a", 2);
    FAILS(db_commit(db, err), UNKNOWN);
    good_syncs = INT_MAX;
}

/* The commit is in the log and holds; the database file cannot take it over: no word is given
 * any more, and whoever opens again finds it. */
static void test_failed_fsync_of_the_file(void **state)
{
    (void)state;
    if (place != PLACE_FILE)
        return;
    struct err e = {0};
    size_t size = (size_t)8 * 1024 * 1024;
    char *big = NEWS(arena, char, size);
    OK(db_begin(db, &e));
    OK(q_append_tile(db, 0, 0, (str){big, size}, &e));
    good_syncs = 1;
    OK(db_commit(db, &e));
    good_syncs = INT_MAX;
    assert_true(db_lost(db));
    FAILS(db_begin(db, err), IO);
    db_close(db);
    OK(db_open(where, DB_WRITER, &db, &e));
    struct row_tile *tile = NULL;
    OK(q_tile(db, arena, 0, 0, &tile, &e));
    assert_true(tile && tile->hashes.len == size);
}

/* The server ends the connection: what was open is gone, the next call says so. */
static void test_lost_connection(void **state)
{
    (void)state;
    if (place != PLACE_PG)
        return;
    struct err e = {0};
    OK(db_begin(db, &e));
    append(0, "a", 1);
    stranger("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
             "WHERE application_name = 'yunjian' AND datname = current_database()");
    struct err failure = {0};
    assert_false(db_commit(db, &failure));
    assert_int_equal(failure.code, ERR_UNKNOWN);
    assert_true(db_lost(db));
    FAILS(db_begin(db, err), IO);
    db_close(db);
    OK(db_open(where, DB_WRITER, &db, &e));
    assert_int_equal(entries_in(db), 0);
}

/* Texts must sort by their bytes, on every server. */
static void test_other_text_rules_are_refused(void **state)
{
    (void)state;
    static const char *const rules[] = {
        "ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'",
        "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'",
        "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'und'",
    };
    if (place != PLACE_PG)
        return;
    char name[60], sql[300];
    snprintf(name, sizeof name, "%s_rules", database);
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        struct db *none = NULL;
        snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE template0 %s", name, rules[i]);
        pg_run(server, sql);
        aim_at(name);
        FAILS(db_open(where, DB_WRITER, &none, err), CONFIG);
        FAILS(db_open(where, DB_READER, &none, err), CONFIG);
        snprintf(sql, sizeof sql, "DROP DATABASE %s", name);
        pg_run(server, sql);
    }
}

/* What the message says goes to a log: never the password of the URL. */
static void test_connection_errors_hide_the_password(void **state)
{
    (void)state;
    if (place != PLACE_PG)
        return;
    struct db *none = NULL;
    struct err failure = {0};
    assert_false(db_open("postgresql://u:secret-word@127.0.0.1:1/x", DB_WRITER, &none, &failure));
    assert_int_equal(failure.code, ERR_IO);
    assert_null(strstr(failure.msg, "secret-word"));
    assert_null(strstr(failure.where, "secret-word"));
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_new_database_is_empty),
        T(test_rows_come_back),
        T(test_many_are_in_order),
        T(test_rollback_leaves_nothing),
        T(test_moved_head_is_a_conflict),
        T(test_failed_put_fails_the_commit),
        T(test_failed_put_surfaces_at_the_next_read),
        T(test_unstorable_text_is_refused),
        T(test_large_batch),
        T(test_arena_overflow_leaves_a_usable_store),
        T(test_tables_are_described),
        T(test_engine_is_named),
        T(test_reader_sees_one_moment),
        T(test_second_writer_is_refused),
        T(test_reopen_keeps_data),
        T(test_other_schema_is_refused),
        T(test_added_trigger_is_refused),
        T(test_reader_of_an_empty_place_is_refused),
        T(test_data_changed_from_outside_is_found),
        T(test_full_disk),
        T(test_failed_fsync),
        T(test_haste_ends_with_a_wait),
        T(test_failed_fsync_of_the_file),
        T(test_lost_connection),
        T(test_other_text_rules_are_refused),
        T(test_connection_errors_hide_the_password),
    };
    return run_everywhere(tests, COUNT_OF(tests), 11);
}
