/* SPDX-License-Identifier: Apache-2.0
 * Derived tables are dropped and remade from the journal, and their digests are told. */
#include "project/project.h"

#include "project/fit_priv.h"
#include "project/rebuild_priv.h"

/* Memory stays flat: nothing loaded outlives the batch that the journal hands out. */
static bool fold_entry(void *ctx, struct arena *arena, const struct entry *entry, struct err *e)
{
    struct db *to = ctx;
    struct world world = {.db = to, .arena = arena};
    struct err inner = {0};
    KILL_POINT("rebuild");
    if (world_fold(&world, &entry->event, entry->key, entry->body, &inner) &&
        world_save(&world, &inner))
        return true;
    bool placed = str_starts(str_of(inner.where), S("entries row "));
    /* A row made twice, or made so that it cannot be read again, is the entry's doing too. */
    if (inner.code == ERR_CONFLICT || (inner.code == ERR_CORRUPT && !placed))
        return unfit(&entry->event, inner.msg, e);
    *e = inner;
    return false;
}

bool replay_journal(struct db *from, struct db *to, struct err *e)
{
    return journal_each(from, 0, fold_entry, to, e);
}

bool project_rebuild(struct db *db, struct err *e)
{
    for (size_t i = 0; i < db_tables_n; i++)
        if (db_tables[i].class == TABLE_DERIVED && !db_clear_table(db, &db_tables[i], e))
            return false;
    return replay_journal(db, db, e);
}

/* One row as bytes: each cell a tag, and for bytes their length, so no two rows look alike. */
str row_bytes(struct arena *arena, const struct db_table *table, const struct db_cell *cells)
{
    struct buf buf = buf_new(arena, 256);
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct db_cell *cell = &cells[i];
        if (cell->null) {
            buf_addc(&buf, 'n');
        } else if (table->columns[i].type == COLUMN_I64) {
            buf_addc(&buf, 'i');
            buf_add_i64(&buf, cell->integer);
            buf_addc(&buf, ';');
        } else {
            buf_addc(&buf, 'b');
            buf_add_i64(&buf, (int64_t)cell->bytes.len);
            buf_addc(&buf, ':');
            buf_add(&buf, cell->bytes);
        }
    }
    return buf_str(&buf);
}

struct digesting {
    const struct db_table *table;
    struct arena *arena;
    struct sm3_stream *stream;
    int64_t rows;
};

static bool digest_row(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)e;
    struct digesting *digesting = ctx;
    sm3_add(digesting->stream, row_bytes(digesting->arena, digesting->table, cells));
    digesting->rows++;
    arena_reset(digesting->arena);
    return true;
}

bool digest_table(struct db *db, const struct db_table *table, struct digest *out,
                  int64_t *out_rows, struct err *e)
{
    struct digesting digesting = {
        .table = table,
        .arena = arena_new(LIMIT_ARENA_REQUEST),
        .stream = sm3_start(),
    };
    bool ok = db_dump_table(db, table, digest_row, &digesting, e);
    arena_free(digesting.arena);
    if (!ok) {
        sm3_drop(digesting.stream);
        return false;
    }
    *out = sm3_end(digesting.stream);
    *out_rows = digesting.rows;
    return true;
}

bool project_digests(struct db *db, struct arena *arena, struct table_digest **out, size_t *out_n,
                     struct err *e)
{
    struct table_digest *digests = NEWS(arena, struct table_digest, db_tables_n);
    size_t n = 0;
    for (size_t i = 0; i < db_tables_n; i++) {
        if (db_tables[i].class != TABLE_DERIVED)
            continue;
        struct digest digest;
        if (!digest_table(db, &db_tables[i], &digest, &digests[n].rows, e))
            return false;
        digests[n].table = db_tables[i].name;
        digests[n].digest = digest_hex(arena, digest);
        n++;
    }
    *out = digests;
    *out_n = n;
    return true;
}
