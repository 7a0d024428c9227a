/* SPDX-License-Identifier: Apache-2.0
 * Tables as records that know no engine, and back. */
#include "project/project.h"

#include "project/rebuild_priv.h"

enum { COLUMNS_MAX = 64 };
static const size_t ROW_BYTES = (size_t)256 * 1024 * 1024;

static bool carried(const struct db_table *table)
{
    return table->class == TABLE_LOG || table->class == TABLE_KEPT ||
           str_eq(str_of(table->name), S("head"));
}

/* "entries idx stream seq bytes leaf" */
static str describe(struct arena *arena, const struct db_table *table)
{
    struct buf text = buf_new(arena, 128);
    buf_add(&text, str_of(table->name));
    for (size_t i = 0; i < table->n_columns; i++)
        buf_addf(&text, " %s", table->columns[i].name);
    return buf_str(&text);
}

struct dumping {
    const struct db_table *table;
    struct arena *arena;     /* of one row */
    bool (*fn)(void *ctx, str word, str bytes, struct err *e);
    void *ctx;
};

static bool dump_row(void *ctx, const struct db_cell *cells, struct err *e)
{
    struct dumping *dumping = ctx;
    arena_reset(dumping->arena);
    return dumping->fn(dumping->ctx, S("row"), row_bytes(dumping->arena, dumping->table, cells), e);
}

bool project_dump(struct db *db,
                  bool (*fn)(void *ctx, str word, str bytes, struct err *e), void *ctx,
                  struct err *e)
{
    struct dumping dumping = {.arena = arena_new(ROW_BYTES), .fn = fn, .ctx = ctx};
    bool ok = true;
    for (size_t i = 0; ok && i < db_tables_n; i++) {
        dumping.table = &db_tables[i];
        if (!carried(dumping.table))
            continue;
        arena_reset(dumping.arena);
        ok = fn(ctx, S("table"), describe(dumping.arena, dumping.table), e) &&
             db_dump_table(db, dumping.table, dump_row, &dumping, e);
    }
    arena_free(dumping.arena);
    return ok;
}

/* ---- and back ------------------------------------------------------------------------------- */

/* The number up to its end mark, taken off the text. */
static bool take_number(str *text, char end, int64_t *out)
{
    str digits, rest;
    if (!str_cut(*text, end, &digits, &rest) || !str_to_i64(digits, out))
        return false;
    *text = rest;
    return true;
}

/* The inverse of row_bytes. */
static bool take_cell(str *text, const struct db_column *column, struct db_cell *out)
{
    static const char TAGS[] = {[COLUMN_I64] = 'i', [COLUMN_TEXT] = 'b', [COLUMN_BLOB] = 'b'};
    if (text->len == 0)
        return false;
    char tag = text->ptr[0];
    *text = (str){text->ptr + 1, text->len - 1};
    *out = (struct db_cell){.null = tag == 'n'};
    if (out->null)
        return column->nullable;
    if (tag != TAGS[column->type])
        return false;
    if (column->type == COLUMN_I64)
        return take_number(text, ';', &out->integer);
    int64_t len;
    if (!take_number(text, ':', &len) || len < 0 || (uint64_t)len > text->len)
        return false;
    out->bytes = (str){text->ptr, (size_t)len};
    *text = (str){text->ptr + len, text->len - (size_t)len};
    return true;
}

static bool load_table(struct loading *loading, str bytes, struct err *e)
{
    struct arena *arena = arena_new(64 * 1024);
    loading->table = NULL;
    for (size_t i = 0; i < db_tables_n; i++)
        if (carried(&db_tables[i]) && str_eq(describe(arena, &db_tables[i]), bytes))
            loading->table = &db_tables[i];
    arena_free(arena);
    if (loading->table)
        return true;
    return RAISE(e, INPUT, "backup", "this program has no table \"%.*s\": restore with the version "
                 "that made the backup", STR_FMT(bytes));
}

bool project_load(struct db *db, struct loading *loading, str word, str bytes, struct err *e)
{
    struct db_cell cells[COLUMNS_MAX];
    const struct db_table *table = loading->table;
    if (str_eq(word, S("table")))
        return load_table(loading, bytes, e);
    if (!table || !str_eq(word, S("row")))
        return RAISE(e, INPUT, "backup", "the record \"%.*s\" cannot stand here", STR_FMT(word));
    must(table->n_columns <= COLUMNS_MAX);
    for (size_t i = 0; i < table->n_columns; i++)
        if (!take_cell(&bytes, &table->columns[i], &cells[i]))
            return RAISE(e, INPUT, "backup", "a row of %s cannot be read", table->name);
    if (bytes.len > 0)
        return RAISE(e, INPUT, "backup", "a row of %s is too long", table->name);
    return db_insert_row(db, table, cells, e);
}
