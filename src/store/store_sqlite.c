/* SPDX-License-Identifier: Apache-2.0 */
#include "store/engine_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* Versions 3.7.0 to 3.51.2 of SQLite can lose a commit when two connections write or checkpoint
 * (the WAL-reset bug). So exactly one connection does either: the lock file keeps out a second
 * writer, and readers open read only and leave the checkpoint at close alone. */

enum { LOG_PAGES = 1000 };       /* of the write-ahead log before the database file takes over */

/* What begins and ends a transaction, prepared like the queries: a reader does it for every
 * request. */
enum tx_statement { TX_BEGIN_WRITE, TX_BEGIN_READ, TX_SNAPSHOT, TX_COMMIT, TX_ROLLBACK };
static const char *const TX_SQL[] = {
    [TX_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [TX_BEGIN_READ] = "BEGIN",
    [TX_SNAPSHOT] = "SELECT digest FROM store_schema",
    [TX_COMMIT] = "COMMIT",
    [TX_ROLLBACK] = "ROLLBACK",
};

struct sqlite_db {
    struct db base;
    struct arena *arena;
    sqlite3 *handle;
    sqlite3_stmt **statements;   /* one per query, prepared at first use */
    sqlite3_stmt *tx[COUNT_OF(TX_SQL)];
    bool *streaming;             /* the query is being streamed: its statement is not free */
    const char *path;
    int lock_fd;
    int64_t deadline_ms;         /* of the running step, for a reader */
    int log_pages;               /* in the write-ahead log after the last commit */
};

static struct sqlite_db *of(struct db *db)
{
    return (struct sqlite_db *)(void *)db;
}

/* ---- errors ---------------------------------------------------------------------------------- */

/* os: errno of the failed call. A write that found no space has left nothing behind; an fsync that
 * found none may have. */
static bool out_of_space(int rc, int os)
{
    if ((rc & 0xff) == SQLITE_FULL)
        return true;
    return (rc & 0xff) == SQLITE_IOERR && rc != SQLITE_IOERR_FSYNC &&
           (os == ENOSPC || os == EDQUOT || os == EFBIG);
}

static bool no_space(struct sqlite_db *s, const char *where, struct err *e)
{
    return RAISE(e, FULL, where, "there is no space left to write the database %s: free some and "
                 "try again", s->path);
}

static bool fail(struct sqlite_db *s, const char *where, int rc, struct err *e)
{
    const char *text = sqlite3_errmsg(s->handle);
    if (out_of_space(rc, sqlite3_system_errno(s->handle)))
        return no_space(s, where, e);
    switch (rc & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return RAISE(e, BUSY, where, "another process holds the database %s: try again", s->path);
    case SQLITE_INTERRUPT:
        return RAISE(e, BUSY, where, "the statement took longer than %d s and was stopped",
                     STORE_STATEMENT_MS / 1000);
    case SQLITE_CONSTRAINT:
        if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
            rc == SQLITE_CONSTRAINT_ROWID)
            return RAISE(e, CONFLICT, where, "such a row is there already: %s", text);
        return RAISE(e, IO, where, "the database refused a value: %s", text);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return RAISE(e, CORRUPT, where, "the database file %s is damaged or not a database (%s): "
                     "restore it from a backup", s->path, text);
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:
        return RAISE(e, CORRUPT, where, "the database %s does not fit this program: %s", s->path,
                     text);
    default:
        return RAISE(e, IO, where, "cannot use the database %s: %s (%s)", s->path, text,
                     strerror(sqlite3_system_errno(s->handle)));
    }
}

static bool run(struct sqlite_db *s, const char *sql, struct err *e)
{
    int rc = sqlite3_exec(s->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? true : fail(s, s->path, rc, e);
}

/* ---- statements ------------------------------------------------------------------------------ */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int past_deadline(void *ctx)
{
    const struct sqlite_db *s = ctx;
    return now_ms() > s->deadline_ms;
}

static int step(struct sqlite_db *s, sqlite3_stmt *statement)
{
    if (s->base.mode == DB_READER)
        s->deadline_ms = now_ms() + STORE_STATEMENT_MS;
    return sqlite3_step(statement);
}

static bool prepare(struct sqlite_db *s, const struct db_query *q, sqlite3_stmt **out,
                    struct err *e)
{
    sqlite3_stmt **cached = &s->statements[q - db_queries];
    must(!s->streaming[q - db_queries]);
    if (!*cached) {
        int rc = sqlite3_prepare_v3(s->handle, q->sql_sqlite, -1, SQLITE_PREPARE_PERSISTENT,
                                    cached, NULL);
        if (rc != SQLITE_OK)
            return fail(s, q->name, rc, e);
        must(sqlite3_bind_parameter_count(*cached) == (int)q->n_params);
        must(sqlite3_column_count(*cached) == (int)q->n_columns);
    }
    /* A read that an arena overflow jumped out of has left it in the middle. */
    sqlite3_reset(*cached);
    *out = *cached;
    return true;
}

/* The values are borrowed: they outlive the statement's run, and finish() lets go of them. */
static bool bind(struct sqlite_db *s, const struct db_query *q, sqlite3_stmt *statement,
                 const struct db_cell *params, struct err *e)
{
    for (size_t i = 0; i < q->n_params; i++) {
        const struct db_cell *p = &params[i];
        int rc, at = (int)i + 1;
        if (p->null)
            rc = sqlite3_bind_null(statement, at);
        else if (q->params[i].type == COLUMN_I64)
            rc = sqlite3_bind_int64(statement, at, p->integer);
        else if (q->params[i].type == COLUMN_TEXT)
            rc = sqlite3_bind_text64(statement, at, p->bytes.ptr, p->bytes.len, SQLITE_STATIC,
                                     SQLITE_UTF8);
        else
            rc = sqlite3_bind_blob64(statement, at, p->bytes.ptr, p->bytes.len, SQLITE_STATIC);
        if (rc == SQLITE_TOOBIG)
            return RAISE(e, LIMIT, q->name, "the value \"%s\" is too large to store",
                         q->params[i].name);
        if (rc != SQLITE_OK)
            return fail(s, q->name, rc, e);
    }
    return true;
}

static void finish(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

static bool cell_of(sqlite3_stmt *statement, const struct db_query *q, int at,
                    struct db_cell *out, struct err *e)
{
    static const int expected[] = {
        [COLUMN_I64] = SQLITE_INTEGER, [COLUMN_TEXT] = SQLITE_TEXT, [COLUMN_BLOB] = SQLITE_BLOB};
    const struct db_column *column = &q->columns[at];
    int type = sqlite3_column_type(statement, at);
    *out = (struct db_cell){.null = type == SQLITE_NULL};
    if (out->null)
        return true;
    if (type != expected[column->type])
        return RAISE(e, CORRUPT, q->name, "the column \"%s\" holds a value of another type: the "
                     "database was changed from outside", column->name);
    if (type == SQLITE_INTEGER) {
        out->integer = sqlite3_column_int64(statement, at);
        return true;
    }
    const void *bytes = type == SQLITE_TEXT ? (const void *)sqlite3_column_text(statement, at)
                                            : sqlite3_column_blob(statement, at);
    out->bytes.len = (size_t)sqlite3_column_bytes(statement, at);
    out->bytes.ptr = bytes ? bytes : "";
    return true;
}

static bool sqlite_read(struct db *db, const struct db_query *q, const struct db_cell *params,
                        bool stream, db_row_fn *fn, void *ctx, struct err *e)
{
    struct sqlite_db *s = of(db);
    struct db_cell cells[STORE_VALUES_MAX];
    sqlite3_stmt *statement;
    if (!prepare(s, q, &statement, e))
        return false;
    bool ok = bind(s, q, statement, params, e), more = ok;
    s->streaming[q - db_queries] = stream;
    while (more) {
        int rc = step(s, statement);
        if (rc != SQLITE_ROW) {
            ok = rc == SQLITE_DONE ? true : fail(s, q->name, rc, e);
            break;
        }
        for (size_t i = 0; ok && i < q->n_columns; i++)
            ok = cell_of(statement, q, (int)i, &cells[i], e);
        more = ok && fn(ctx, cells);
    }
    finish(statement);
    s->streaming[q - db_queries] = false;
    return ok;
}

static bool sqlite_put(struct db *db, const struct db_query *q, const struct db_cell *params,
                       struct err *e)
{
    struct sqlite_db *s = of(db);
    sqlite3_stmt *statement;
    if (!prepare(s, q, &statement, e))
        return false;
    bool ok = bind(s, q, statement, params, e);
    if (ok) {
        int rc = step(s, statement);
        ok = rc == SQLITE_DONE ? true : fail(s, q->name, rc, e);
    }
    if (ok && q->result == QUERY_PUT_ONE && sqlite3_changes(s->handle) != 1)
        ok = RAISE(e, CONFLICT, q->name, "the row that was to change is not as it was read: "
                   "another process has written to the database");
    finish(statement);
    return ok;
}

/* ---- transactions ---------------------------------------------------------------------------- */

/* SQLite's result code; *out_os (may be NULL): errno of what the statement did last. */
static int transact(struct sqlite_db *s, enum tx_statement which, int *out_os)
{
    sqlite3_stmt **statement = &s->tx[which];
    s->deadline_ms = now_ms() + STORE_STATEMENT_MS;
    int rc = *statement ? SQLITE_OK
                        : sqlite3_prepare_v3(s->handle, TX_SQL[which], -1,
                                             SQLITE_PREPARE_PERSISTENT, statement, NULL);
    if (rc != SQLITE_OK)
        return rc;
    errno = 0;
    while ((rc = sqlite3_step(*statement)) == SQLITE_ROW)
        continue;
    if (out_os)
        *out_os = errno;
    sqlite3_reset(*statement);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static bool sqlite_begin(struct db *db, struct err *e)
{
    struct sqlite_db *s = of(db);
    int rc = transact(s, db->mode == DB_WRITER ? TX_BEGIN_WRITE : TX_BEGIN_READ, NULL);
    /* A deferred transaction has no snapshot before its first read. */
    if (rc == SQLITE_OK && db->mode == DB_READER)
        rc = transact(s, TX_SNAPSHOT, NULL);
    if (rc == SQLITE_OK)
        return true;
    fail(s, s->path, rc, e);
    db->engine->rollback(db);
    return false;
}

static int count_pages(void *ctx, sqlite3 *handle, const char *name, int pages)
{
    (void)handle;
    (void)name;
    ((struct sqlite_db *)ctx)->log_pages = pages;
    return SQLITE_OK;
}

/* The database file takes over what the log holds. SQLite would do it by itself after a commit and
 * keep quiet about what fails: a full disk is tried again after the next commit, a disk that fails
 * ends the connection. The commit before holds in any case. */
static void checkpoint(struct sqlite_db *s)
{
    if (s->log_pages < LOG_PAGES)
        return;
    errno = 0;
    int rc = sqlite3_wal_checkpoint_v2(s->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if ((rc & 0xff) == SQLITE_IOERR && !out_of_space(rc, errno))
        RAISE(&s->base.dead, IO, s->path, "the disk failed while the database file was brought up "
              "to date (%s): check it and start again", sqlite3_errmsg(s->handle));
}

static bool sqlite_commit(struct db *db, struct err *e)
{
    struct sqlite_db *s = of(db);
    int os = 0; /* for COMMIT alone, sqlite3_system_errno() does not tell */
    int rc = transact(s, TX_COMMIT, &os);
    if (rc == SQLITE_OK) {
        checkpoint(s);
        return true;
    }
    if (out_of_space(rc, os))
        return no_space(s, s->path, e);
    if ((rc & 0xff) != SQLITE_IOERR)
        return fail(s, s->path, rc, e);
    /* After a failed fsync the kernel may have dropped the pages: trying again would lie. */
    RAISE(&db->dead, IO, s->path, "the disk failed while committing (%s): check it and start again",
          sqlite3_errmsg(s->handle));
    return RAISE(e, UNKNOWN, s->path, "the disk failed while committing (%s), so it is unknown "
                 "whether the last transaction was kept: check the disk and start again",
                 sqlite3_errmsg(s->handle));
}

static void sqlite_rollback(struct db *db)
{
    struct sqlite_db *s = of(db);
    /* Those that an arena overflow jumped out of. */
    for (size_t i = 0; i < db_queries_n; i++) {
        if (s->statements[i] && sqlite3_stmt_busy(s->statements[i]))
            finish(s->statements[i]);
        s->streaming[i] = false;
    }
    if (!sqlite3_get_autocommit(s->handle))
        transact(s, TX_ROLLBACK, NULL);
}

/* What was written without waiting lies in the file and in its log: both are waited for. */
static int sync_file(struct sqlite_db *s, int which)
{
    sqlite3_file *file = NULL;
    int rc = sqlite3_file_control(s->handle, "main", which, &file);
    return rc == SQLITE_OK && file && file->pMethods
               ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL)
               : rc;
}

static bool sqlite_durable(struct db *db, bool durable, struct err *e)
{
    struct sqlite_db *s = of(db);
    if (!durable)
        return run(s, "PRAGMA synchronous = OFF", e);
    int rc = sync_file(s, SQLITE_FCNTL_JOURNAL_POINTER);
    if (rc == SQLITE_OK)
        rc = sync_file(s, SQLITE_FCNTL_FILE_POINTER);
    if (rc == SQLITE_OK)
        return run(s, "PRAGMA synchronous = FULL", e);
    RAISE(&db->dead, IO, s->path, "the disk failed while %s was made durable: make it anew",
          s->path);
    return RAISE(e, IO, s->path, "%s", db->dead.msg);
}

static void sqlite_close(struct db *db)
{
    struct sqlite_db *s = of(db);
    for (size_t i = 0; i < db_queries_n; i++)
        sqlite3_finalize(s->statements[i]);
    for (size_t i = 0; i < COUNT_OF(TX_SQL); i++)
        sqlite3_finalize(s->tx[i]);
    if (s->base.dead.code != ERR_NONE)
        sqlite3_db_config(s->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(s->handle);
    if (s->lock_fd >= 0)
        close(s->lock_fd);       /* the file stays: removing it would race with the next writer */
    arena_free(s->arena);
}

static bool sqlite_check(struct db *db, struct arena *arena, str *out_wrong, struct err *e)
{
    struct sqlite_db *s = of(db);
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(s->handle, "PRAGMA integrity_check(1)", -1, &statement, NULL);
    s->deadline_ms = INT64_MAX; /* one step reads it all */
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    str text = rc == SQLITE_ROW ? str_of((const char *)sqlite3_column_text(statement, 0)) : S("");
    if (rc == SQLITE_ROW)
        *out_wrong = str_eq(text, S("ok")) ? S("") : str_dup(arena, text);
    sqlite3_finalize(statement);
    return rc == SQLITE_ROW ? true : fail(s, s->path, rc, e);
}

static const struct db_engine sqlite_engine = {
    "sqlite", sqlite_begin, sqlite_commit, sqlite_rollback, sqlite_put, sqlite_read,
    sqlite_check, sqlite_durable, sqlite_close,
};

/* ---- the schema ------------------------------------------------------------------------------ */

/* One integer, or the schema statement's count when a text is bound; -1 with e filled. */
static int64_t number(struct sqlite_db *s, const char *sql, const char *text, struct err *e)
{
    sqlite3_stmt *statement = NULL;
    int64_t found = -1;
    int rc = sqlite3_prepare_v2(s->handle, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK && text)
        rc = sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = step(s, statement);
    if (rc == SQLITE_ROW)
        found = sqlite3_column_int64(statement, 0);
    else
        fail(s, s->path, rc, e);
    sqlite3_finalize(statement);
    return found;
}

static bool create_schema(struct sqlite_db *s, struct err *e)
{
    bool ok = run(s, "BEGIN IMMEDIATE", e);
    for (size_t i = 0; ok && db_schema_sqlite[i]; i++)
        ok = run(s, db_schema_sqlite[i], e);
    ok = ok && run(s, "COMMIT", e);
    if (!ok && !sqlite3_get_autocommit(s->handle))
        sqlite3_exec(s->handle, "ROLLBACK", NULL, NULL, NULL);
    return ok;
}

#define OWN_OBJECTS "FROM sqlite_schema WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_'"

/* The digest says which schema it should be; the statements say that nobody changed it since: a
 * dropped unique index or an added trigger is found before anything is read. */
static bool check_schema(struct sqlite_db *s, struct err *e)
{
    if (number(s, "SELECT COUNT(*) FROM sqlite_schema WHERE name = ?1", "store_schema", e) != 1)
        return RAISE(e, CONFIG, s->path, "%s is not a database of this program: give another path",
                     s->path);
    int64_t same = number(s, "SELECT COUNT(*) FROM store_schema WHERE digest = ?1",
                          db_schema_digest, e);
    if (same < 0)
        return false;
    if (same == 0)
        return RAISE(e, CONFIG, s->path, "the database %s was made by another version with another "
                     "schema (not %s): use that version, or export there and import here",
                     s->path, db_schema_digest);
    int64_t objects = number(s, "SELECT COUNT(*) " OWN_OBJECTS, NULL, e);
    for (size_t i = 0; db_schema_sqlite[i]; i++) {
        if (strncmp(db_schema_sqlite[i], "CREATE ", 7) == 0)
            objects -= number(s, "SELECT COUNT(*) " OWN_OBJECTS " AND sql = ?1",
                              db_schema_sqlite[i], e) == 1 ? 1 : INT32_MAX;
    }
    return objects == 0 ? true
                        : RAISE(e, CONFIG, s->path, "the tables, indexes or triggers of %s are not "
                                "those that this program made: undo the change or restore a "
                                "backup", s->path);
}

static bool settle_schema(struct sqlite_db *s, struct err *e)
{
    int64_t objects = number(s, "SELECT COUNT(*) FROM sqlite_schema", NULL, e);
    if (objects < 0)
        return false;
    if (objects > 0)
        return check_schema(s, e);
    if (s->base.mode == DB_READER)
        return RAISE(e, CONFIG, s->path, "the database %s is empty: it must be made first",
                     s->path);
    return create_schema(s, e);
}

/* ---- opening --------------------------------------------------------------------------------- */

/* Held for the life of the writer. SQLite's own locks admit a second writer between two
 * transactions; this one does not. */
static bool take_lock(struct sqlite_db *s, struct err *e)
{
    str lock = str_printf(s->arena, "%s.lock", s->path);
    const char *path = str_to_cstr(s->arena, lock);
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0)
        return RAISE(e, IO, path, "cannot open the lock file %s: %s", path, strerror(errno));
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return true;
    if (errno == EWOULDBLOCK)
        return RAISE(e, BUSY, s->path, "another process writes this database (%s): stop it first",
                     s->path);
    return RAISE(e, IO, path, "cannot lock %s: %s", path, strerror(errno));
}

/* Counting what SQLite holds costs a lock that all connections of the process share. */
static void settle_library(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static bool open_file(struct sqlite_db *s, bool memory, struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, settle_library);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (s->base.mode == DB_READER) {
        flags |= SQLITE_OPEN_READONLY;
    } else {
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        if (!memory && !take_lock(s, e))
            return false;
        /* SQLite would make it readable to all; its WAL takes over the mode. Only when it is new:
         * closing a descriptor of the file drops this process's locks on it. */
        int fd = memory ? -1 : open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0)
            close(fd);
    }
    int rc = sqlite3_open_v2(s->path, &s->handle, flags, NULL);
    return rc == SQLITE_OK ? true : fail(s, s->path, rc, e);
}

static bool configure(struct sqlite_db *s, bool memory, struct err *e)
{
    bool reader = s->base.mode == DB_READER;
    static const int off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_DQS_DDL,
                              SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_ENABLE_TRIGGER,
                              SQLITE_DBCONFIG_ENABLE_VIEW};
    for (size_t i = 0; i < COUNT_OF(off); i++)
        sqlite3_db_config(s->handle, off[i], 0, NULL);
    sqlite3_db_config(s->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_busy_timeout(s->handle, STORE_BUSY_MS);
    if (!run(s, "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY", e))
        return false;
    if (reader) {
        sqlite3_db_config(s->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        sqlite3_progress_handler(s->handle, 10000, past_deadline, s);
        return run(s, "PRAGMA query_only = ON; PRAGMA cache_size = -8192", e);
    }
    /* As many pages as a batch touches; more only fill memory, for the system caches the file. */
    if (!run(s, "PRAGMA secure_delete = ON; PRAGMA cache_size = -8192; "
             "PRAGMA journal_size_limit = 67108864; PRAGMA synchronous = FULL", e))
        return false;
    if (memory)
        return true;
    if (!run(s, "PRAGMA journal_mode = WAL", e))
        return false;
    sqlite3_wal_hook(s->handle, count_pages, s);
    return number(s, "SELECT journal_mode = ?1 FROM pragma_journal_mode", "wal", e) == 1
               ? true
               : RAISE(e, CONFIG, s->path, "the file system of %s cannot hold SQLite's "
                       "write-ahead log: use a local disk", s->path);
}

/* Every statement must fit the database before the writer takes its first command. */
static bool prepare_all(struct sqlite_db *s, struct err *e)
{
    sqlite3_stmt *statement;
    for (size_t i = 0; i < db_queries_n; i++) {
        if (!prepare(s, &db_queries[i], &statement, e))
            return false;
    }
    return true;
}

bool store_open_sqlite(const char *path, enum db_mode mode, struct db **out, struct err *e)
{
    bool memory = strcmp(path, ":memory:") == 0;
    if (memory && mode == DB_READER)
        return RAISE(e, CONFIG, path, "a database in memory belongs to its writer: give a file");
    struct arena *arena = arena_new((size_t)1024 * 1024);
    struct sqlite_db *s = NEW(arena, struct sqlite_db);
    *s = (struct sqlite_db){.base = {.engine = &sqlite_engine, .mode = mode},
                            .arena = arena, .lock_fd = -1};
    s->path = str_to_cstr(arena, str_of(path));
    s->statements = NEWS(arena, sqlite3_stmt *, db_queries_n);
    s->streaming = NEWS(arena, bool, db_queries_n);
    s->deadline_ms = now_ms() + STORE_STATEMENT_MS;
    if (open_file(s, memory, e) && configure(s, memory, e) && settle_schema(s, e) &&
        (mode == DB_READER || prepare_all(s, e))) {
        *out = &s->base;
        return true;
    }
    sqlite_close(&s->base);
    return false;
}
