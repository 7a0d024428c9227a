/* SPDX-License-Identifier: Apache-2.0
 * The whole proof: log, kept rows, and the derived rows against a rebuild beside the database. */
#include "project/project.h"

#include "project/rebuild_priv.h"

enum { FINDINGS_OF_A_TABLE_MAX = 20 };

void find(struct findings *findings, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    str text = str_vprintf(findings->arena, fmt, args);
    va_end(args);
    VEC_PUSH(findings->arena, &findings->items, text);
}

/* Both sides' rows by key; only built for a table whose digests differ. */
struct comparing {
    const struct db_table *table;
    struct arena *arena;
    struct map *expected;    /* key -> struct expected_row */
    struct findings *findings;
    int found;
};
struct expected_row {
    str bytes, key;
    bool seen;
};

static str key_text(struct arena *arena, const struct db_table *table, const struct db_cell *cells)
{
    struct buf buf = buf_new(arena, 64);
    for (size_t i = 0; i < table->n_key; i++) {
        if (i)
            buf_addc(&buf, ' ');
        buf_addf(&buf, "%s=", table->columns[i].name);
        if (table->columns[i].type == COLUMN_I64)
            buf_add_i64(&buf, cells[i].integer);
        else
            buf_add(&buf, cells[i].bytes);
    }
    return buf_str(&buf);
}

static bool expect_row(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)e;
    struct comparing *comparing = ctx;
    struct expected_row *row = NEW(comparing->arena, struct expected_row);
    row->key = key_text(comparing->arena, comparing->table, cells);
    row->bytes = row_bytes(comparing->arena, comparing->table, cells);
    map_put(comparing->expected, row->key, row);
    return true;
}

static bool compare_row(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)e;
    struct comparing *comparing = ctx;
    const char *table = comparing->table->name;
    str key = key_text(comparing->arena, comparing->table, cells);
    struct expected_row *row = map_get(comparing->expected, key);
    if (row)
        row->seen = true;
    bool same = row && str_eq(row->bytes, row_bytes(comparing->arena, comparing->table, cells));
    if (!same && comparing->found++ < FINDINGS_OF_A_TABLE_MAX)
        find(comparing->findings,
             row ? "%s row %.*s: differs from what the journal makes of it; run rebuild"
                 : "%s row %.*s: the journal knows no such row; run rebuild",
             table, STR_FMT(key));
    return true;
}

static bool report_missing(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)e;
    struct comparing *comparing = ctx;
    str key = key_text(comparing->arena, comparing->table, cells);
    struct expected_row *row = map_get(comparing->expected, key);
    if (!row->seen && comparing->found++ < FINDINGS_OF_A_TABLE_MAX)
        find(comparing->findings, "%s row %.*s: missing; run rebuild", comparing->table->name,
             STR_FMT(key));
    return true;
}

static bool name_differences(struct db *db, struct db *beside, const struct db_table *table,
                             struct findings *findings, struct err *e)
{
    struct comparing comparing = {
        .table = table,
        .arena = arena_new((size_t)4 << 30),
        .findings = findings,
    };
    comparing.expected = map_new(comparing.arena);
    bool ok = db_dump_table(beside, table, expect_row, &comparing, e) &&
              db_dump_table(db, table, compare_row, &comparing, e) &&
              db_dump_table(beside, table, report_missing, &comparing, e);
    if (ok && comparing.found > FINDINGS_OF_A_TABLE_MAX)
        find(findings, "%s: %d more rows", table->name,
             comparing.found - FINDINGS_OF_A_TABLE_MAX);
    arena_free(comparing.arena);
    return ok;
}

static bool compare_derived(struct db *db, struct db *beside, struct findings *findings,
                            struct err *e)
{
    for (size_t i = 0; i < db_tables_n; i++) {
        const struct db_table *table = &db_tables[i];
        struct digest here, there;
        int64_t rows_here, rows_there;
        if (table->class != TABLE_DERIVED)
            continue;
        if (!digest_table(db, table, &here, &rows_here, e) ||
            !digest_table(beside, table, &there, &rows_there, e))
            return false;
        if (!digest_equal(here, there) && !name_differences(db, beside, table, findings, e))
            return false;
    }
    return true;
}

/* Rows that cannot be read are what was looked for; any other failure is one. */
static bool tell_corrupt(struct findings *findings, const struct err *inner, struct err *e)
{
    if (inner->code != ERR_CORRUPT) {
        *e = *inner;
        return false;
    }
    find(findings, "%s: %s", inner->where, inner->msg);
    return true;
}

static bool verify_derived(struct db *db, struct findings *findings, struct err *e)
{
    struct db *beside;
    struct err inner = {0};
    if (!db_open(":memory:", DB_WRITER, &beside, e))
        return false;
    bool ok = db_begin(beside, &inner) && replay_journal(db, beside, &inner) &&
              db_commit(beside, &inner) && db_begin(beside, &inner) &&
              compare_derived(db, beside, findings, &inner);
    db_close(beside);
    return ok || tell_corrupt(findings, &inner, e);
}

/* Damage in the file itself: a reader that goes by a broken index misses sound rows. */
static bool verify_file(struct db *db, struct findings *findings, struct err *e)
{
    str wrong = S("");
    struct err inner = {0};
    if (!db_check(db, findings->arena, &wrong, &inner))
        return tell_corrupt(findings, &inner, e);
    if (wrong.len > 0)
        find(findings, "the database file is damaged (%.*s): restore a backup", STR_FMT(wrong));
    return true;
}

bool project_verify(struct db *db, const struct evidence *evidence, bool log_only,
                    struct findings *findings, struct err *e)
{
    if (!journal_verify_log(db, evidence, findings, e))
        return false;
    /* A log that lies proves nothing about the rest, and may not even be readable. */
    if (findings->items.len || log_only)
        return true;
    struct err inner = {0};
    if (!verify_kept(db, findings, &inner) && !tell_corrupt(findings, &inner, e))
        return false;
    return verify_derived(db, findings, e) && verify_file(db, findings, e);
}
