/* SPDX-License-Identifier: Apache-2.0
 * Every type of value and every form of query, over the tables in store_values/. */
#include "store_engines.h"

static void begin(void)
{
    struct err e = {0};
    OK(db_begin(db, &e));
}

static void commit(void)
{
    struct err e = {0};
    OK(db_commit(db, &e));
}

static const struct db_table *table(const char *name)
{
    for (size_t i = 0; i < db_tables_n; i++) {
        if (strcmp(db_tables[i].name, name) == 0)
            return &db_tables[i];
    }
    fail_msg("no table %s", name);
    return NULL;
}

/* ---- values ---------------------------------------------------------------------------------- */

static const char zeros[] = "\0\0\1\0";

static const struct {
    const char *name;
    const int64_t *i;
    const str *t, *b;
} values[] = {
    {"all null", NULL, NULL, NULL},
    {"least", &(int64_t){INT64_MIN}, &(str){"", 0}, &(str){NULL, 0}},
    {"most", &(int64_t){INT64_MAX}, &(str){"a", 1}, &(str){zeros, 4}},
    {"zero and Chinese", &(int64_t){0}, &(str){"河南省政务云管理办法", 30}, &(str){"\xff\xfe", 2}},
    {"beyond the first plane", &(int64_t){-1}, &(str){"\xf0\xa0\x80\x80'\";--\n", 9}, NULL},
};

static void check_value(size_t at, const struct row_value *row)
{
    assert_non_null(row);
    assert_int_equal(row->i_null, values[at].i == NULL);
    assert_int_equal(row->t_null, values[at].t == NULL);
    assert_int_equal(row->b_null, values[at].b == NULL);
    if (values[at].i)
        assert_true(row->i == *values[at].i);
    if (values[at].t)
        assert_true(str_eq(row->t, *values[at].t));
    if (values[at].b)
        assert_true(str_eq(row->b, *values[at].b));
}

static void test_values_come_back(void **state)
{
    (void)state;
    struct err e = {0};
    begin();
    for (size_t i = 0; i < COUNT_OF(values); i++)
        OK(q_add_value(db, (int64_t)i, values[i].i, values[i].t, values[i].b, &e));
    commit();
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct row_value *row = NULL;
        OK(q_value(db, arena, (int64_t)i, &row, &e));
        check_value(i, row);
        row = NULL; /* a NULL parameter finds NULL, an empty text finds the empty text */
        OK(q_value_like(db, arena, values[i].i, values[i].t, values[i].b, &row, &e));
        check_value(i, row);
        assert_int_equal(row->id, i);
    }
}

static void test_whole_rows_as_parameters(void **state)
{
    (void)state;
    struct err e = {0};
    struct row_value first = {.id = 7, .i = 1, .t = S("one"), .b_null = true};
    struct row_value second = {.id = 7, .i_null = true, .t = S(""), .b = {zeros, 4}};
    begin();
    OK(q_save_value(db, &first, &e));
    OK(q_save_value(db, &second, &e));
    commit();
    struct row_value *row = NULL;
    OK(q_value(db, arena, 7, &row, &e));
    assert_true(row->i_null && !row->t_null && row->t.len == 0 && !row->b_null);
    assert_true(str_eq(row->b, (str){zeros, 4}));
}

static void test_null_sorts_as_written(void **state)
{
    (void)state;
    struct err e = {0};
    begin();
    OK(q_add_value(db, 1, NULL, &S("b"), NULL, &e));
    OK(q_add_value(db, 2, NULL, NULL, NULL, &e));
    OK(q_add_value(db, 3, NULL, &S("B"), NULL, &e));
    commit();
    struct row_value *rows = NULL;
    size_t n = 0;
    OK(q_values_by_text(db, arena, &rows, &n, &e));
    assert_int_equal(n, 3);
    assert_true(rows[0].id == 2 && rows[1].id == 3 && rows[2].id == 1);
}

static void test_two_rows_where_one_can_be(void **state)
{
    (void)state;
    struct err e = {0};
    begin();
    OK(q_add_value(db, 1, NULL, &S("x"), NULL, &e));
    OK(q_add_value(db, 2, NULL, &S("x"), NULL, &e));
    commit();
    struct row_value *row = NULL;
    FAILS(q_any_of_text(db, arena, S("x"), &row, err), CORRUPT);
    assert_null(row);
}

static void test_sums_and_joins(void **state)
{
    (void)state;
    struct err e = {0};
    struct row_rank_sum *sum = NULL;
    OK(q_rank_sum(db, arena, &sum, &e));
    assert_true(sum->sum_null);
    begin();
    OK(q_add_word(db, S("a"), 40, &e));
    OK(q_add_word(db, S("b"), 2, &e));
    OK(q_add_pair(db, &(struct row_pair){S("b"), 9, S("x")}, &e));
    commit();
    OK(q_rank_sum(db, arena, &sum, &e));
    assert_true(!sum->sum_null && sum->sum == 42);
    struct row_joined *rows = NULL;
    size_t n = 0;
    OK(q_words_with_pairs(db, arena, &rows, &n, &e));
    assert_int_equal(n, 2);
    assert_true(rows[0].number_null && !rows[1].number_null && rows[1].number == 9);
}

static void test_literals(void **state)
{
    (void)state;
    struct err e = {0};
    struct row_literals *row = NULL;
    OK(q_literals(db, arena, 1, &row, &e));
    assert_true(row->one == 1 && row->minus == -7 && row->chosen == 1);
    assert_true(str_eq(row->word, S("word")));
}

/* SQLite would turn the sum into a float, PostgreSQL refuses it: here both refuse. */
static void test_integer_overflow_is_refused(void **state)
{
    (void)state;
    struct err e = {0}, put = {0};
    begin();
    OK(q_add_word(db, S("a"), INT64_MAX, &e));
    commit();
    begin();
    bool queued = q_add_ranks(db, 1, &put);
    assert_true(queued || put.code != ERR_NONE);
    struct err failure = {0};
    assert_false(db_commit(db, &failure));
    struct row_rank_sum *sum = NULL;
    OK(q_rank_sum(db, arena, &sum, &e));
    assert_true(sum->sum == INT64_MAX);
}

static void test_put_one_that_deletes(void **state)
{
    (void)state;
    struct err e = {0}, put = {0};
    begin();
    OK(q_add_word(db, S("a"), 1, &e));
    OK(q_drop_word(db, S("a"), &e));
    commit();
    begin();
    bool queued = q_drop_word(db, S("a"), &put);
    assert_true(queued || put.code == ERR_CONFLICT);
    FAILS(db_commit(db, err), CONFLICT);
}

/* ---- streams --------------------------------------------------------------------------------- */

struct walk {
    int64_t expected, stop_at, inner;
    bool writes;
};

static bool count_inner(void *ctx, const struct row_word *row, struct err *e)
{
    (void)row;
    (void)e;
    (*(int64_t *)ctx)++;
    return true;
}

static bool on_value(void *ctx, const struct row_value *row, struct err *e)
{
    struct walk *walk = ctx;
    assert_int_equal(row->id, walk->expected);
    walk->expected++;
    if (walk->writes) {
        struct row_value *same = NULL;
        char word[32];
        snprintf(word, sizeof word, "w%06d", (int)row->id);
        if (!q_add_word(db, str_of(word), row->id, e) || !q_value(db, arena, row->id, &same, e))
            return false;
        assert_int_equal(same->id, row->id);
    }
    if (row->id % 500 == 0 && !q_each_word(db, count_inner, &walk->inner, e))
        return false;
    if (row->id == walk->stop_at)
        return RAISE(e, LIMIT, "on_value", "far enough");
    return true;
}

static void fill_values(int64_t n)
{
    struct err e = {0};
    begin();
    for (int64_t i = 0; i < n; i++)
        OK(q_add_value(db, i, &i, &S("some text"), NULL, &e));
    commit();
}

static void test_stream_while_writing_and_reading(void **state)
{
    (void)state;
    struct err e = {0};
    fill_values(2000);
    struct walk walk = {.stop_at = -1, .writes = true};
    begin();
    OK(q_each_value(db, 0, on_value, &walk, &e));
    commit();
    assert_int_equal(walk.expected, 2000);
    assert_int_equal(walk.inner, 1 + 501 + 1001 + 1501);
    int64_t words = 0;
    OK(q_each_word(db, count_inner, &words, &e));
    assert_int_equal(words, 2000);
}

static void test_stream_stops_with_the_callers_error(void **state)
{
    (void)state;
    struct err e = {0};
    fill_values(100);
    struct walk walk = {.stop_at = 40};
    FAILS(q_each_value(db, 0, on_value, &walk, err), LIMIT);
    assert_int_equal(walk.expected, 41);
    walk = (struct walk){.expected = 90, .stop_at = -1};
    OK(q_each_value(db, 90, on_value, &walk, &e));
    assert_int_equal(walk.expected, 100);
    /* stopping a stream does not spoil the transaction around it */
    begin();
    walk = (struct walk){.stop_at = 3};
    FAILS(q_each_value(db, 0, on_value, &walk, err), LIMIT);
    OK(q_add_word(db, S("after"), 1, &e));
    commit();
}

/* A put that failed inside a callback: the stream ends with it, and nothing holds. */
static bool add_twice(void *ctx, const struct row_value *row, struct err *e)
{
    (void)ctx;
    (void)row;
    return q_add_word(db, S("twice"), 1, e);
}

static void test_failed_put_inside_a_stream(void **state)
{
    (void)state;
    struct err e = {0}, stream = {0};
    fill_values(200);
    begin();
    bool streamed = q_each_value(db, 0, add_twice, NULL, &stream);
    assert_true(streamed || stream.code == ERR_CONFLICT);
    FAILS(db_commit(db, err), CONFLICT);
    int64_t words = 0;
    OK(q_each_word(db, count_inner, &words, &e));
    assert_int_equal(words, 0);
}

/* ---- tables as data -------------------------------------------------------------------------- */

/* In bytewise order: what an engine with a language's collation would order otherwise. */
static const char *const keys[] = {
    "", "A", "Z", "Zz", "_", "a", "aB", "aa", "a\xc3\xa4", "b", "\xc3\x84", "\xe4\xb8\x80",
    "\xe4\xb8\x80\xe4\xba\x91", "\xe4\xba\x91", "\xef\xbc\xa1", "\xf0\xa0\x80\x80",
};

struct dump {
    size_t rows;
    const struct db_table *table;
};

static bool on_cells(void *ctx, const struct db_cell *cells, struct err *e)
{
    struct dump *dump = ctx;
    (void)e;
    size_t key = dump->rows / (dump->table->n_key == 2 ? 2 : 1);
    assert_true(key < COUNT_OF(keys));
    assert_false(cells[0].null);
    assert_true(str_eq(cells[0].bytes, str_of(keys[key])));
    if (dump->table->n_key == 2) {
        assert_int_equal(cells[1].integer, (int64_t)(dump->rows % 2) * 2 - 1);
        assert_true(str_eq(cells[2].bytes, (str){zeros, 4}));
    } else {
        assert_int_equal(cells[1].integer, (int64_t)key * 10);
    }
    dump->rows++;
    return true;
}

static void test_dump_is_in_key_order(void **state)
{
    (void)state;
    struct err e = {0};
    for (size_t i = 1; i < COUNT_OF(keys); i++)
        assert_true(str_cmp(str_of(keys[i - 1]), str_of(keys[i])) < 0);
    begin();
    for (size_t i = COUNT_OF(keys); i-- > 0;) {
        str word = str_of(keys[i]);
        OK(q_add_word(db, word, (int64_t)i * 10, &e));
        OK(q_add_pair(db, &(struct row_pair){word, 1, {zeros, 4}}, &e));
        OK(q_add_pair(db, &(struct row_pair){word, -1, {zeros, 4}}, &e));
    }
    commit();
    struct dump words = {0, table("words")}, pairs = {0, table("pairs")};
    OK(db_dump_table(db, words.table, on_cells, &words, &e));
    assert_int_equal(words.rows, COUNT_OF(keys));
    OK(db_dump_table(db, pairs.table, on_cells, &pairs, &e));
    assert_int_equal(pairs.rows, 2 * COUNT_OF(keys));
}

static bool on_null_cells(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)e;
    assert_true(!cells[0].null && cells[1].null && !cells[2].null && cells[3].null);
    assert_int_equal(cells[2].bytes.len, 0);
    ++*(size_t *)ctx;
    return true;
}

static void test_dump_tells_null_from_empty(void **state)
{
    (void)state;
    struct err e = {0};
    size_t rows = 0;
    begin();
    OK(q_add_value(db, 1, NULL, &S(""), NULL, &e));
    OK(db_dump_table(db, table("entries"), on_null_cells, &rows, &e)); /* also what is queued */
    assert_int_equal(rows, 1);
    commit();
}

static void test_clear_empties_one_table(void **state)
{
    (void)state;
    struct err e = {0};
    bool empty = false;
    fill_values(10);
    begin();
    OK(q_add_word(db, S("stays"), 1, &e));
    OK(db_clear_table(db, table("entries"), &e));
    OK(db_is_empty(db, &empty, &e));
    assert_true(empty);
    db_rollback(db);
    OK(db_is_empty(db, &empty, &e));
    assert_false(empty);
    begin();
    OK(q_add_word(db, S("stays"), 1, &e));
    OK(db_clear_table(db, table("entries"), &e));
    commit();
    OK(db_is_empty(db, &empty, &e));
    assert_true(empty);
    int64_t words = 0;
    OK(q_each_word(db, count_inner, &words, &e));
    assert_int_equal(words, 1);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_values_come_back),
        T(test_whole_rows_as_parameters),
        T(test_null_sorts_as_written),
        T(test_two_rows_where_one_can_be),
        T(test_sums_and_joins),
        T(test_literals),
        T(test_integer_overflow_is_refused),
        T(test_put_one_that_deletes),
        T(test_stream_while_writing_and_reading),
        T(test_stream_stops_with_the_callers_error),
        T(test_failed_put_inside_a_stream),
        T(test_dump_is_in_key_order),
        T(test_dump_tells_null_from_empty),
        T(test_clear_empties_one_table),
    };
    return run_everywhere(tests, COUNT_OF(tests), COUNT_OF(tests));
}
