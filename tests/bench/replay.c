/* SPDX-License-Identifier: Apache-2.0
 * Replays a trace into a database and times what the trace marks.
 *
 *     replay TRACE DATABASE [filled]     a file or postgresql://...; filled: it is not empty, but
 *                                        as it was when the trace began
 *
 * Prints one JSON object: the timed stretches, their commands and nanoseconds. */
#include "bench/replay.h"

#include "bench/trace.h"
#include "store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static str left;                             /* of the trace */
static struct statement statements[STATEMENTS_MAX];
static bool on_postgresql, is_filled;

_Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "replay: %s: %s\n", what, why);
    exit(1);
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static str take(size_t n)
{
    if (n > left.len)
        die("trace", "it ends in the middle of a record");
    str bytes = {left.ptr, n};
    left = (str){left.ptr + n, left.len - n};
    return bytes;
}

static unsigned char take_byte(void)
{
    return (unsigned char)take(1).ptr[0];
}

static uint32_t take_u32(void)
{
    uint32_t n;
    memcpy(&n, take(sizeof n).ptr, sizeof n);
    return n;
}

static str take_str(void)
{
    return take(take_u32());
}

static char *to_c(str text)
{
    return strndup(text.ptr, text.len);
}

static void take_schema(const struct reference *reference)
{
    for (int postgresql = 0; postgresql < 2; postgresql++)
        for (uint32_t n = take_u32(); n > 0; n--) {
            char *sql = to_c(take_str());
            if (postgresql == (int)on_postgresql && !is_filled)
                reference->execute(sql);
            free(sql);
        }
}

/* Every process that appended to the trace has named its statements anew. */
static void take_statement(void)
{
    uint32_t number = take_u32();
    if (number >= STATEMENTS_MAX)
        die("trace", "it has too many statements");
    struct statement *s = &statements[number];
    s->reads = take_byte() != 0;
    str sqlite = take_str(), postgresql = take_str();
    s->n_params = take_byte();
    if (s->n_params > PARAMS_MAX)
        die("trace", "a statement has too many parameters");
    memcpy(s->types, take(s->n_params).ptr, s->n_params);
    if (!s->sql)
        s->sql = to_c(on_postgresql ? postgresql : sqlite);
}

static void take_run(const struct reference *reference)
{
    struct statement *s = &statements[take_u32() % STATEMENTS_MAX];
    struct cell params[PARAMS_MAX];
    if (!s->sql)
        die("trace", "it runs a statement that it has not named");
    for (size_t i = 0; i < s->n_params; i++) {
        params[i] = (struct cell){.null = take_byte() != 0};
        if (params[i].null)
            continue;
        if (s->types[i] == COLUMN_I64)
            memcpy(&params[i].integer, take(sizeof params[i].integer).ptr, sizeof(int64_t));
        else
            params[i].bytes = take_str();
    }
    reference->run(s, params);
}

struct figures {
    int64_t stretches, commands, ns, cpu_ns, begun, begun_cpu;
};

static void take_record(const struct reference *reference, struct figures *figures)
{
    switch ((enum trace_record)take_byte()) {
    case TRACE_SCHEMA: take_schema(reference); return;
    case TRACE_STATEMENT: take_statement(); return;
    case TRACE_RUN: take_run(reference); return;
    case TRACE_BEGIN: reference->begin(); return;
    case TRACE_COMMIT: reference->commit(); return;
    case TRACE_ROLLBACK: reference->rollback(); return;
    case TRACE_TIMED:
        figures->stretches++;
        figures->commands += take_u32();
        figures->begun = clock_ns(CLOCK_MONOTONIC);
        figures->begun_cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        return;
    case TRACE_UNTIMED:
        figures->ns += clock_ns(CLOCK_MONOTONIC) - figures->begun;
        figures->cpu_ns += clock_ns(CLOCK_THREAD_CPUTIME_ID) - figures->begun_cpu;
        return;
    }
    die("trace", "it holds something else than records");
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4)
        die("usage", "replay TRACE DATABASE [filled]");
    struct stat stat;
    int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &stat) != 0)
        die(argv[1], "cannot be opened");
    size_t size = (size_t)stat.st_size;
    const char *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (bytes == MAP_FAILED)
        die(argv[1], "cannot be read");
    left = (str){bytes, size};
    is_filled = argc == 4;
    on_postgresql = str_starts(str_of(argv[2]), S("postgres"));
    const struct reference *reference = on_postgresql ? &reference_postgresql : &reference_sqlite;
    struct figures figures = {0};
    reference->open(argv[2]);
    while (left.len > 0)
        take_record(reference, &figures);
    reference->close();
    printf("{\"batches\": %lld, \"commands\": %lld, \"ns\": %lld, \"cpu_ns\": %lld}\n",
           (long long)figures.stretches, (long long)figures.commands, (long long)figures.ns,
           (long long)figures.cpu_ns);
    return 0;
}
