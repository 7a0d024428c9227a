/* SPDX-License-Identifier: Apache-2.0
 *
 * A trace: what the program's writing connection asked of its engine, in order, so that a bare
 * program can ask the same again. A byte names each record; numbers are native, texts are a 32-bit
 * length and bytes.
 *
 *     D  the schema: for each engine a 32-bit count of statements, and the statements
 *     S  a statement: u32 number, u8 whether it reads, text for SQLite, text for PostgreSQL, u8
 *        count and a byte (enum column_type) for each parameter
 *     Q  one run of it: u32 number; for each parameter u8 null, then an i64 or a text
 *     B C R   begin, commit, rollback
 *     [  what is to be timed begins: u32 commands
 *     ]  and ends
 */
#ifndef YJ_BENCH_TRACE_H
#define YJ_BENCH_TRACE_H

enum trace_record {
    TRACE_SCHEMA = 'D', TRACE_STATEMENT = 'S', TRACE_RUN = 'Q',
    TRACE_BEGIN = 'B', TRACE_COMMIT = 'C', TRACE_ROLLBACK = 'R',
    TRACE_TIMED = '[', TRACE_UNTIMED = ']',
};

#endif
