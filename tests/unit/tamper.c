/* SPDX-License-Identifier: Apache-2.0
 * No cell of the record can be changed unseen, and no row added or taken away. The tests are made
 * from the schema: whatever table or column is added is edited here too, in every way that its
 * type allows, and verify must name the table and the row. */
#include "record.h"

/* A table as it lies, each row an array of cells. */
struct rows {
    VEC(struct db_cell *) items;
};
static struct prng prng;
static struct arena *turn;       /* of one edit */
static str notes;
static int edits, found_n, refused_n;

static bool keep_row(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)e;
    struct {
        const struct db_table *table;
        struct rows *rows;
    } *to = ctx;
    struct db_cell *row = NEWS(turn, struct db_cell, to->table->n_columns);
    for (size_t i = 0; i < to->table->n_columns; i++) {
        row[i] = cells[i];
        row[i].bytes = str_dup(turn, cells[i].bytes);
    }
    VEC_PUSH(turn, &to->rows->items, row);
    return true;
}

static struct rows read_rows(const struct db_table *table)
{
    struct err e = {0};
    struct rows rows = {0};
    struct {
        const struct db_table *table;
        struct rows *rows;
    } to = {table, &rows};
    OK(db_dump_table(db, table, keep_row, &to, &e));
    return rows;
}

/* ---- what a cell becomes --------------------------------------------------------------------- */

enum way { WAY_OTHER, WAY_FLIP, WAY_NULL, WAYS };
static const char *const WAY_NAMES[] = {"another value", "a flipped bit", "NULL or not"};

static int64_t largest(const struct rows *rows, size_t column)
{
    int64_t most = 0;
    for (size_t i = 0; i < rows->items.len; i++)
        if (!rows->items.items[i][column].null && rows->items.items[i][column].integer > most)
            most = rows->items.items[i][column].integer;
    return most;
}

/* The lowest bit of a letter, or of the end of one: what was UTF-8 stays so. */
static str flip(str bytes, bool text)
{
    if (bytes.len == 0)
        return S("x");
    char *out = NEWS(turn, char, bytes.len);
    memcpy(out, bytes.ptr, bytes.len);
    size_t at = (size_t)prng_below(&prng, bytes.len);
    while (text && ((unsigned char)out[at] >= 0xc0 || out[at] == 1))
        at = (at + 1) % bytes.len;
    out[at] = (char)(out[at] ^ 1);
    return (str){out, bytes.len};
}

static bool same_cell(const struct db_cell *a, const struct db_cell *b, enum column_type type)
{
    return a->null == b->null
        && (a->null
            || (type == COLUMN_I64 ? a->integer == b->integer : str_eq(a->bytes, b->bytes)));
}

/* Another row's value, where one differs; else one that nobody has. */
static struct db_cell other_value(const struct db_table *table, const struct rows *rows, size_t row,
                                  size_t column)
{
    enum column_type type = table->columns[column].type;
    struct db_cell cell = rows->items.items[row][column];
    for (size_t i = 1; column >= table->n_key && i < rows->items.len; i++) {
        const struct db_cell *other =
            &rows->items.items[(row + i) % rows->items.len][column];
        if (!other->null && !same_cell(&cell, other, type))
            return *other;
    }
    cell.null = false;
    cell.integer = largest(rows, column) + 1;
    cell.bytes = str_printf(turn, "%.*sx", STR_FMT(cell.bytes));
    return cell;
}

/* False: that way is none for this cell. */
static bool change_cell(const struct db_table *table, const struct rows *rows, size_t row,
                        size_t column, enum way way)
{
    const struct db_column *described = &table->columns[column];
    struct db_cell *cell = &rows->items.items[row][column];
    if (way == WAY_NULL && (!described->nullable || column < table->n_key))
        return false;
    if (way == WAY_FLIP && (cell->null || described->type == COLUMN_I64))
        return false;
    if (way == WAY_OTHER || (way == WAY_NULL && cell->null))
        *cell = other_value(table, rows, row, column);
    else if (way == WAY_NULL)
        *cell = (struct db_cell){.null = true};
    else
        cell->bytes = flip(cell->bytes, described->type == COLUMN_TEXT);
    return true;
}

/* ---- edited, and found? ---------------------------------------------------------------------- */

static bool write_rows(const struct db_table *table, const struct rows *rows, struct err *e)
{
    if (!db_clear_table(db, table, e))
        return false;
    for (size_t i = 0; i < rows->items.len; i++)
        if (!db_insert_row(db, table, rows->items.items[i], e))
            return false;
    return true;
}

/* Does a finding name the table and every part of the key? The bytes of one
 * attachment are judged as a whole, so the number of a chunk need not be in it; head has one row,
 * which needs no name. */
static bool names(str finding, const struct db_table *table, const struct db_cell *cells)
{
    if (!str_has(finding, str_of(table->name)))
        return false;
    size_t n = table->class == TABLE_WORK ? 0 : table->class == TABLE_KEPT ? 1 : table->n_key;
    for (size_t i = 0; i < n; i++) {
        str part = table->columns[i].type == COLUMN_I64
                       ? str_printf(turn, "%lld", (long long)cells[i].integer)
                       : cells[i].bytes;
        if (!str_has(finding, part))
            return false;
    }
    return true;
}

static struct findings verify_now(struct err *e, bool *out_done)
{
    struct findings findings = {.arena = turn};
    struct evidence evidence = {
        .key = key, .head_key = HEAD_KEY, .checkpoints_log = &notes};
    *out_done = project_verify(db, &evidence, false, &findings, e);
    return findings;
}

/* Inside a transaction that is then given up. before, after: the row's key, or NULL. */
static void expect_found(const struct db_table *table, const struct rows *rows,
                         const struct db_cell *before, const struct db_cell *after,
                         const char *what)
{
    struct err e = {0};
    bool done = false, named = false;
    struct findings findings = {0};
    if (write_rows(table, rows, &e))
        findings = verify_now(&e, &done);
    db_rollback(db);
    edits++;
    /* A key or unique index that is there twice is not even taken. */
    if (!done && e.code == ERR_CONFLICT) {
        refused_n++;
        return;
    }
    if (!done)
        fail_msg("%s: %s: cannot verify: %s: %s", table->name, what, e.where, e.msg);
    for (size_t i = 0; i < findings.items.len; i++)
        named = named || (before && names(findings.items.items[i], table, before))
             || (after && names(findings.items.items[i], table, after));
    found_n += named;
    if (named)
        return;
    for (size_t i = 0; i < findings.items.len; i++)
        print_error("    %.*s\n", STR_FMT(findings.items.items[i]));
    fail_msg("%s: %s: its row is not named", table->name, what);
}

static bool carries_proof(const struct db_table *table)
{
    return table->class != TABLE_WORK || str_eq(str_of(table->name), S("head"));
}

static void edit_cell(const struct db_table *table, size_t column, enum way way)
{
    arena_reset(turn);
    struct rows rows = read_rows(table);
    if (rows.items.len == 0)
        fail_msg("the record has no row of %s: let the simulation make one", table->name);
    size_t row = (size_t)prng_below(&prng, rows.items.len);
    struct db_cell *before = NEWS(turn, struct db_cell, table->n_columns);
    memcpy(before, rows.items.items[row], table->n_columns * sizeof *before);
    if (!change_cell(table, &rows, row, column, way))
        return;
    struct err e = {0};
    OK(db_begin(db, &e));
    str what = str_printf(turn, "row %zu, column %s: %s", row, table->columns[column].name,
                          WAY_NAMES[way]);
    expect_found(table, &rows, before, rows.items.items[row], str_to_cstr(turn, what));
}

static void every_edited_cell_is_found_and_named(void **state)
{
    (void)state;
    for (size_t t = 0; t < db_tables_n; t++)
        for (size_t c = 0; carries_proof(&db_tables[t]) && c < db_tables[t].n_columns; c++)
            for (int way = 0; way < (place == PLACE_PG || SLOW_BUILD ? 1 : WAYS); way++)
                edit_cell(&db_tables[t], c, (enum way)way);
}

static void every_missing_row_is_found_and_named(void **state)
{
    (void)state;
    for (size_t t = 0; t < db_tables_n; t++) {
        const struct db_table *table = &db_tables[t];
        struct err e = {0};
        if (!carries_proof(table))
            continue;
        arena_reset(turn);
        struct rows rows = read_rows(table);
        size_t at = (size_t)prng_below(&prng, rows.items.len);
        struct db_cell *gone = rows.items.items[at];
        memmove(&rows.items.items[at], &rows.items.items[at + 1],
                (--rows.items.len - at) * sizeof rows.items.items[0]);
        OK(db_begin(db, &e));
        expect_found(table, &rows, gone, NULL, "a missing row");
    }
}

/* A copy of a row with a key, and with whatever else must be unique, that nobody has. */
static void every_invented_row_is_found_and_named(void **state)
{
    (void)state;
    for (size_t t = 0; t < db_tables_n; t++) {
        const struct db_table *table = &db_tables[t];
        struct err e = {0};
        if (!carries_proof(table) || str_eq(str_of(table->name), S("head")))
            continue;
        arena_reset(turn);
        struct rows rows = read_rows(table);
        struct db_cell *row = NEWS(turn, struct db_cell, table->n_columns);
        memcpy(row, rows.items.items[prng_below(&prng, rows.items.len)],
               table->n_columns * sizeof *row);
        for (size_t c = 0; c < table->n_columns; c++) {
            if (row[c].null || table->columns[c].type == COLUMN_BLOB)
                continue;
            row[c].integer = largest(&rows, c) + 1;
            row[c].bytes = str_printf(turn, "%.*sx", STR_FMT(row[c].bytes));
        }
        VEC_PUSH(turn, &rows.items, row);
        OK(db_begin(db, &e));
        expect_found(table, &rows, row, NULL, "an invented row");
    }
}

/* Nothing that is proven is read from a work table. */
static void work_tables_have_no_part_in_the_record(void **state)
{
    (void)state;
    struct err e = {0};
    for (size_t t = 0; t < db_tables_n; t++) {
        const struct db_table *table = &db_tables[t];
        bool done = false;
        if (carries_proof(table))
            continue;
        arena_reset(turn);
        struct db_cell *row = NEWS(turn, struct db_cell, table->n_columns);
        for (size_t c = 0; c < table->n_columns; c++)
            row[c] = (struct db_cell){.integer = 1, .bytes = S("x")};
        OK(db_begin(db, &e));
        OK(db_clear_table(db, table, &e));
        OK(db_insert_row(db, table, row, &e));
        struct findings findings = verify_now(&e, &done);
        db_rollback(db);
        OK(done);
        assert_int_equal(findings.items.len, 0);
    }
}

static void the_record_is_sound_and_covers_every_table(void **state)
{
    (void)state;
    struct err e = {0};
    bool done = false;
    arena_reset(turn);
    OK(db_begin(db, &e));
    struct findings findings = verify_now(&e, &done);
    db_rollback(db);
    OK(done);
    for (size_t i = 0; i < findings.items.len; i++)
        print_error("    %.*s\n", STR_FMT(findings.items.items[i]));
    assert_int_equal(findings.items.len, 0);
    assert_true(findings.entries > 256 && findings.checkpoints >= 1);
    assert_true(findings.covered > 0);
}

/* ---- in memory and on PostgreSQL ------------------------------------------------------------- */

static const struct CMUnitTest TESTS[] = {
    cmocka_unit_test(the_record_is_sound_and_covers_every_table),
    cmocka_unit_test(every_edited_cell_is_found_and_named),
    cmocka_unit_test(every_missing_row_is_found_and_named),
    cmocka_unit_test(every_invented_row_is_found_and_named),
    cmocka_unit_test(work_tables_have_no_part_in_the_record),
};

static int open_record(void **state)
{
    int done = setup(state);
    db_close(db);
    db = NULL;
    make_record();
    struct err e = {0};
    OK(clerk_checkpoint(clerk, 0, &e));
    notes = read_notes();
    turn = arena_new((size_t)1 << 30);
    edits = found_n = refused_n = 0;
    return done;
}

static int close_record(void **state)
{
    printf("%d edits: %d found and named, %d refused by a unique index\n", edits, found_n,
           refused_n);
    arena_free(turn);
    clerk_close(clerk);
    unlink(notes_path);
    db = NULL;
    return teardown(state);
}

int main(void)
{
    const char *seed = getenv("YUNJIAN_SEED");
    uint64_t number = seed ? strtoull(seed, NULL, 10) : 20200924;
    printf("seed %llu (set YUNJIAN_SEED to replay another)\n", (unsigned long long)number);
    prng_seed(&prng, number);
    place = PLACE_MEMORY;
    return _cmocka_run_group_tests("sqlite memory", TESTS, COUNT_OF(TESTS), open_record,
                                   close_record)
         + run_on_postgresql(TESTS, COUNT_OF(TESTS), open_record, close_record);
}
