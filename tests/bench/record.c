/* SPDX-License-Identifier: Apache-2.0
 * Linked around the product's own objects (ld --wrap), so that nothing in them knows of it: times
 * the clerk's batches and a rebuild, samples memory, and writes a trace when asked to.
 *
 *     YUNJIAN_TRACE   file that the trace is appended to; unset: nothing is recorded
 *     YUNJIAN_WAITS   set: a simulation waits for the disk at every commit
 *     YUNJIAN_REPORT  file that takes the figures, one JSON object, at the end of the process */
#include "bench/trace.h"
#include "clerk/clerk_priv.h"
#include "store/engine_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { EARLY_DAY = 30, STATEMENTS_MAX = 1024 };

static FILE *trace;
static bool written[STATEMENTS_MAX]; /* the statement stands in the trace */
static struct {
    int64_t batches, jobs, ns, cpu_ns, begun, begun_cpu, days, early_kib;
} seen;

static int64_t clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* ---- the trace ------------------------------------------------------------------------------- */

static void put_byte(int byte)
{
    putc_unlocked(byte, trace);
}

static void put_u32(size_t value)
{
    uint32_t n = (uint32_t)value;
    fwrite(&n, sizeof n, 1, trace);
}

static void put_str(str text)
{
    put_u32(text.len);
    fwrite(text.ptr, 1, text.len, trace);
}

static void put_schema(const char *const *statements)
{
    size_t n = 0;
    while (statements[n])
        n++;
    put_u32(n);
    for (size_t i = 0; i < n; i++)
        put_str(str_of(statements[i]));
}

static void put_statement(size_t number)
{
    const struct db_query *q = &db_queries[number];
    put_byte(TRACE_STATEMENT);
    put_u32(number);
    put_byte(q->result > QUERY_PUT_ONE);
    put_str(str_of(q->sql_sqlite));
    put_str(str_of(q->sql_postgresql));
    put_byte((int)q->n_params);
    for (size_t i = 0; i < q->n_params; i++)
        put_byte((int)q->params[i].type);
}

static bool recorded(const struct db *db)
{
    return trace && db->mode == DB_WRITER;
}

static void put_run(const struct db *db, const struct db_query *q, const struct db_cell *params)
{
    size_t number = (size_t)(q - db_queries);
    if (!recorded(db))
        return;
    must(number < STATEMENTS_MAX);
    if (!written[number])
        put_statement(number);
    written[number] = true;
    put_byte(TRACE_RUN);
    put_u32(number);
    for (size_t i = 0; i < q->n_params; i++) {
        put_byte(params[i].null);
        if (params[i].null)
            continue;
        if (q->params[i].type == COLUMN_I64)
            fwrite(&params[i].integer, sizeof params[i].integer, 1, trace);
        else
            put_str(params[i].bytes);
    }
}

static void put_mark(const struct db *db, int mark)
{
    if (recorded(db))
        put_byte(mark);
}

/* The stretches that are timed: batches of the clerk's thread, or one rebuild. */
static void begin_timed(size_t commands)
{
    if (trace) {
        put_byte(TRACE_TIMED);
        put_u32(commands);
    }
    seen.batches++;
    seen.jobs += (int64_t)commands;
    seen.begun = clock_ns(CLOCK_MONOTONIC);
    seen.begun_cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static void end_timed(void)
{
    seen.ns += clock_ns(CLOCK_MONOTONIC) - seen.begun;
    seen.cpu_ns += clock_ns(CLOCK_THREAD_CPUTIME_ID) - seen.begun_cpu;
    if (trace)
        put_byte(TRACE_UNTIMED);
}

/* ---- the process ----------------------------------------------------------------------------- */

__attribute__((constructor)) static void begin_recording(void)
{
    const char *path = getenv("YUNJIAN_TRACE");
    if (!path)
        return;
    trace = fopen(path, "ab");
    must(trace != NULL);
    setvbuf(trace, NULL, _IOFBF, (size_t)1 << 20);
    if (ftell(trace) > 0)
        return;
    put_byte(TRACE_SCHEMA);
    put_schema(db_schema_sqlite);
    put_schema(db_schema_postgresql);
}

__attribute__((destructor)) static void end_recording(void)
{
    const char *path = getenv("YUNJIAN_REPORT");
    if (trace)
        must(fclose(trace) == 0);
    FILE *report = path ? fopen(path, "w") : NULL;
    if (!report)
        return;
    fprintf(report, "{\"batches\": %lld, \"commands\": %lld, \"ns\": %lld, \"cpu_ns\": %lld, "
            "\"days\": %lld, \"early_kib\": %lld, \"peak_kib\": %lld}\n",
            (long long)seen.batches, (long long)seen.jobs, (long long)seen.ns,
            (long long)seen.cpu_ns, (long long)seen.days, (long long)seen.early_kib,
            (long long)peak_kib());
    must(fclose(report) == 0);
}

/* ---- around the product ---------------------------------------------------------------------- */

#define WRAP(result, name, ...)                                                                   \
    result __real_##name(__VA_ARGS__);                                                            \
    result __wrap_##name(__VA_ARGS__);                                                            \
    result __wrap_##name(__VA_ARGS__)

WRAP(bool, store_put, struct db *db, const struct db_query *q, const struct db_cell *params,
     struct err *e)
{
    put_run(db, q, params);
    return __real_store_put(db, q, params, e);
}

WRAP(bool, store_one, struct db *db, const struct db_query *q, const struct db_cell *params,
     struct arena *arena, const struct db_shape *shape, void **out, struct err *e)
{
    put_run(db, q, params);
    return __real_store_one(db, q, params, arena, shape, out, e);
}

WRAP(bool, store_many, struct db *db, const struct db_query *q, const struct db_cell *params,
     struct arena *arena, const struct db_shape *shape, void **out, size_t *out_n, struct err *e)
{
    put_run(db, q, params);
    return __real_store_many(db, q, params, arena, shape, out, out_n, e);
}

WRAP(bool, store_each, struct db *db, const struct db_query *q, const struct db_cell *params,
     bool (*fn)(void *ctx, const struct db_cell *cells, struct err *e), void *ctx, struct err *e)
{
    put_run(db, q, params);
    return __real_store_each(db, q, params, fn, ctx, e);
}

WRAP(bool, db_clear_table, struct db *db, const struct db_table *table, struct err *e)
{
    put_run(db, &db_queries[db_clears_at + (size_t)(table - db_tables)], NULL);
    return __real_db_clear_table(db, table, e);
}

WRAP(bool, db_begin, struct db *db, struct err *e)
{
    put_mark(db, TRACE_BEGIN);
    return __real_db_begin(db, e);
}

WRAP(bool, db_commit, struct db *db, struct err *e)
{
    bool held = __real_db_commit(db, e);
    put_mark(db, held ? TRACE_COMMIT : TRACE_ROLLBACK);
    return held;
}

WRAP(bool, db_durable, struct db *db, bool durable, struct err *e)
{
    return getenv("YUNJIAN_WAITS") || __real_db_durable(db, durable, e);
}

WRAP(void, db_rollback, struct db *db)
{
    put_mark(db, TRACE_ROLLBACK);
    __real_db_rollback(db);
}

WRAP(void, run_batch, struct clerk *clerk, struct job *jobs, int64_t now_ms)
{
    size_t commands = 0;
    for (const struct job *job = jobs; job; job = job->next)
        commands += job->command != NULL;
    begin_timed(commands);
    __real_run_batch(clerk, jobs, now_ms);
    end_timed();
}

WRAP(bool, project_rebuild, struct db *db, struct err *e)
{
    begin_timed(0);
    bool held = __real_project_rebuild(db, e);
    end_timed();
    return held;
}

/* A simulation calls it at every midnight. */
WRAP(int64_t, clerk_tick, struct clerk *clerk, int64_t now_ms, struct err *e)
{
    if (++seen.days == EARLY_DAY)
        seen.early_kib = peak_kib();
    return __real_clerk_tick(clerk, now_ms, e);
}
