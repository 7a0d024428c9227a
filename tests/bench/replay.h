/* SPDX-License-Identifier: Apache-2.0
 *
 * The reference: the statements of a trace, straight on an engine's own library. */
#ifndef YJ_BENCH_REPLAY_H
#define YJ_BENCH_REPLAY_H

#include "base/base.h"

enum { STATEMENTS_MAX = 1024, PARAMS_MAX = 64 };

struct cell {
    bool null;
    int64_t integer;
    str bytes;
};
struct statement {
    const char *sql;         /* NULL: the trace has not named it */
    bool reads;
    size_t n_params;
    unsigned char types[PARAMS_MAX]; /* enum column_type */
    void *prepared;          /* the engine's */
};
/* Each ends the process with a sentence when the engine says no. */
struct reference {
    void (*open)(const char *where);
    void (*execute)(const char *sql);    /* at once; rows are thrown away */
    void (*begin)(void);
    void (*commit)(void);
    void (*rollback)(void);
    void (*run)(struct statement *statement, const struct cell *params);
    void (*close)(void);
};
extern const struct reference reference_sqlite, reference_postgresql;

_Noreturn void die(const char *what, const char *why);

#endif
