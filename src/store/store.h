/* SPDX-License-Identifier: Apache-2.0
 *
 * store: one SQL text, two engines. Queries stand in sql/queries/, a generator
 * (tools/sqlgen.py) turns each into a typed C function, declared in the generated
 * "store/queries.h", which this header includes. No function of the program takes SQL text.
 *
 * Contract of the room: only store_sqlite.c and store_pg.c see an engine header. A reading
 * function answers now; a `put` may be queued without an answer and surfaces its error at the
 * next read or at db_commit. A failed statement ends the transaction: roll back, never recover
 * inside it. Exactly one connection writes (DB_WRITER); readers never write or checkpoint. A put
 * needs a transaction, a read does not. One struct db is used by one thread at a time. After an IO
 * error that says the connection was lost: close and open again.
 *
 * In the callback of an `each` query or of db_dump_table the same connection may read and put, but
 * neither begin, end nor roll back, nor run the same query again, nor change the table being read.
 */
#ifndef YJ_STORE_H
#define YJ_STORE_H

#include "base/base.h"

struct db;

enum db_mode {
    DB_WRITER,               /* the one connection that writes; creates the schema when empty */
    DB_READER,               /* read only */
};

/* where: a file path or ":memory:" (SQLite), or postgres://... / postgresql://...; the writer takes
 * an exclusive lock (an advisory one on PostgreSQL) and refuses when another holds it (BUSY).
 * Errors: IO, CONFIG (wrong schema, encoding or collation, with what to do), BUSY. */
bool db_open(const char *where, enum db_mode mode, struct db **out, struct err *e) WARN_UNUSED;
void db_close(struct db *db);                            /* rolls back; NULL is fine */
bool db_is_empty(struct db *db, bool *out, struct err *e) WARN_UNUSED; /* no entries yet */
/* A consistent snapshot for a reader, a write transaction for the writer. Errors: BUSY, IO. */
bool db_begin(struct db *db, struct err *e) WARN_UNUSED;
/* Durable when it returns true (WAL, synchronous=FULL; PostgreSQL synchronous_commit). Errors:
 * those of the first statement that failed; FULL (nothing was written), CONFLICT, BUSY: nothing of
 * the transaction holds; UNKNOWN: it holds or not (the connection was lost in COMMIT, or fsync
 * failed), and the connection is lost. */
bool db_commit(struct db *db, struct err *e) WARN_UNUSED;
/* Has the open transaction put anything? A commit of nothing does not wait for the disk. */
bool db_wrote(const struct db *db);
/* True once the connection can never be used again: it broke, or a sync failed (in a commit, or
 * later when the database file takes over what the write-ahead log holds). */
bool db_lost(const struct db *db);
/* Fine outside a transaction. Also due after an arena overflow jumped out of a reading call. */
void db_rollback(struct db *db);
/* For a database that nobody may rely on before it is whole: false lets the commits of the writer
 * go on without waiting for the disk; true (as it is after db_open) waits for all of them, and from
 * then on for each. Outside a transaction. PostgreSQL waits always. Errors: IO, after which nobody
 * knows what the disk holds. */
bool db_durable(struct db *db, bool durable, struct err *e) WARN_UNUSED;
const char *db_engine(const struct db *db);              /* "sqlite" or "postgresql" */

/* ---- tables as data: for rebuild, verify, backup and the tamper tests ---------------------- */

enum table_class { TABLE_LOG, TABLE_KEPT, TABLE_DERIVED, TABLE_WORK };
enum column_type { COLUMN_I64, COLUMN_TEXT, COLUMN_BLOB };

struct db_column {
    const char *name;
    enum column_type type;
    bool nullable;
};
struct db_table {
    const char *name;
    enum table_class class;
    const struct db_column *columns;
    size_t n_columns;
    size_t n_key;            /* the first n_key columns are the primary key */
};
extern const struct db_table db_tables[];
extern const size_t db_tables_n;

/* One cell of a dumped row: null, an integer, or bytes. */
struct db_cell {
    bool null;
    int64_t integer;
    str bytes;
};
/* Calls fn with every row in key order (bytewise for text); fn false stops and db_dump_table is
 * false with whatever fn put into e. Cells live until fn returns. */
bool db_dump_table(struct db *db, const struct db_table *table,
                   bool (*fn)(void *ctx, const struct db_cell *cells, struct err *e), void *ctx,
                   struct err *e) WARN_UNUSED;
bool db_clear_table(struct db *db, const struct db_table *table, struct err *e) WARN_UNUSED;
/* One row, a cell for each column: for restore. */
bool db_insert_row(struct db *db, const struct db_table *table, const struct db_cell *cells,
                   struct err *e) WARN_UNUSED;
/* Do the engine's own structures agree: pages, and every index with its table? A lookup through a
 * broken index would give a wrong answer though every row is right. *out_wrong: what is not, in
 * the engine's words, in the arena; empty when all is well. PostgreSQL is not asked: its files are
 * its server's (data checksums, amcheck). Reads the whole database; no time limit. */
bool db_check(struct db *db, struct arena *arena, str *out_wrong, struct err *e) WARN_UNUSED;

/* ---- for the crash tests -------------------------------------------------------------------- */

/* A place where the crash tests end the process as a power cut would: YUNJIAN_KILL=NAME:N sends
 * SIGKILL at the Nth pass; KILL_POINT_IN writes half of the bytes to fd before. The product has
 * none of it: only tests/crash/meson.build defines YUNJIAN_KILL_POINTS. */
#ifdef YUNJIAN_KILL_POINTS
void kill_point(const char *name, int fd, str bytes);
#define KILL_POINT(name) kill_point((name), -1, STR_NONE)
#define KILL_POINT_IN(name, fd, bytes) kill_point((name), (fd), (bytes))
#else
#define KILL_POINT(name) ((void)0)
#define KILL_POINT_IN(name, fd, bytes) ((void)0)
#endif

#include "store/queries.h"

#endif
