/* SPDX-License-Identifier: Apache-2.0
 * One bit of the database file flips, anywhere: it is found, or it has no effect. Never a wrong
 * answer. YUNJIAN_FLIPS says how many (500; a tenth of that under sanitizers, which are slow),
 * YUNJIAN_SEED which. */
#include "record.h"

#include "view/view.h"

#include <fcntl.h>

enum { FLIPS = SLOW_BUILD ? 50 : 500 };
static const size_t TURN_BYTES = (size_t)1 << 30;
static str notes;
static VEC(struct row_post) posts;
static VEC(int64_t) cases;

/* ---- everything that anybody can read -------------------------------------------------------- */

struct answers {
    struct arena *arena;
    struct sm3_stream *stream;
    const struct db_table *table;
};

static void say_text(struct answers *a, str text)
{
    sm3_add(a->stream, str_printf(a->arena, "%zu:", text.len));
    sm3_add(a->stream, text);
}

static void say_number(struct answers *a, int64_t number)
{
    sm3_add(a->stream, str_printf(a->arena, "%lld;", (long long)number));
}

static bool say_row(void *ctx, const struct db_cell *cells, struct err *e)
{
    struct answers *a = ctx;
    (void)e;
    for (size_t i = 0; i < a->table->n_columns; i++) {
        say_number(a, cells[i].null);
        say_number(a, cells[i].integer);
        say_text(a, cells[i].bytes);
    }
    return true;
}

static bool say_tables(struct answers *a, struct db *reader, struct err *e)
{
    for (size_t i = 0; i < db_tables_n; i++) {
        a->table = &db_tables[i];
        if (a->table->class != TABLE_WORK && !db_dump_table(reader, a->table, say_row, a, e))
            return false;
    }
    return true;
}

static bool say_list(struct answers *a, struct reader *reader, enum box box, struct err *e)
{
    struct worklist list = {0};
    if (!view_worklist(reader, box, STR_NONE, LIMIT_PAGE_ROWS, &list, e))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct work_row *row = &list.rows[i];
        const int64_t numbers[] = {row->kase, row->opener.id, row->handler.id, row->round,
                                   (int64_t)row->state, row->opened_on.day, row->due.day,
                                   row->decided_on.day, (int64_t)row->light, row->days_left,
                                   row->local, row->ended};
        const str texts[] = {row->number, row->title, row->procedure, row->step, row->outcome,
                             row->opener.name, row->handler.name};
        for (size_t k = 0; k < COUNT_OF(numbers); k++)
            say_number(a, numbers[k]);
        for (size_t k = 0; k < COUNT_OF(texts); k++)
            say_text(a, texts[k]);
    }
    say_text(a, list.next);
    const int64_t counts[] = {list.counts.todo, list.counts.overdue, list.counts.done,
                              list.counts.mine, list.counts.all};
    for (size_t k = 0; k < COUNT_OF(counts); k++)
        say_number(a, counts[k]);
    return true;
}

static bool say_case(struct answers *a, struct reader *reader, int64_t id, struct err *e)
{
    struct case_view *view = NULL;
    if (!view_case(reader, id, &view, e))
        return false;
    say_number(a, view != NULL);
    if (!view)
        return true;
    say_text(a, view->facts.kase->title);
    say_text(a, view->opener.name);
    say_number(a, view->entries);
    for (size_t i = 0; i < view->n_stages; i++) {
        say_number(a, (int64_t)view->stages[i].state);
        say_number(a, view->stages[i].on.day);
    }
    for (size_t i = 0; i < view->n_tasks; i++) {
        say_number(a, (int64_t)view->tasks[i].state);
        say_number(a, view->tasks[i].task->due.day);
        say_text(a, view->tasks[i].decided_by.name);
        say_text(a, view->tasks[i].decision ? view->tasks[i].decision->opinion : STR_NONE);
    }
    for (size_t i = 0; i < view->n_allowed; i++)
        say_number(a, view->allowed[i].task ? view->allowed[i].task->id : 0);
    return true;
}

/* Every list and every case, as every post sees them. */
static bool say_views(struct answers *a, struct db *from, struct err *e)
{
    struct library *library = library_new();
    bool ok = true;
    for (size_t i = 0; ok && i < posts.len; i++) {
        struct world world = {.db = from, .arena = a->arena};
        struct actor *actor = NULL;
        ok = world_actor(&world, posts.items[i].person, posts.items[i].id, &actor, e);
        say_number(a, ok && actor);
        if (!ok || !actor)
            continue;
        struct reader reader = {from, library, a->arena, actor, {20520}};
        for (int box = BOX_TODO; ok && box <= BOX_ALL; box++)
            ok = say_list(a, &reader, (enum box)box, e);
        for (size_t k = 0; ok && k < cases.len; k++)
            ok = say_case(a, &reader, cases.items[k], e);
        library_rest(library);
    }
    library_free(library);
    return ok;
}

/* False: a read failed, and says so. */
static bool read_all(struct db *from, struct digest *out, struct err *e)
{
    struct answers a = {.arena = arena_new(TURN_BYTES), .stream = sm3_start()};
    bool ok = say_tables(&a, from, e) && say_views(&a, from, e);
    *out = sm3_end(a.stream);
    arena_free(a.arena);
    return ok;
}

/* ---- flips ----------------------------------------------------------------------------------- */

enum result { RESULT_FOUND, RESULT_UNREADABLE, RESULT_NOTHING, RESULT_WRONG };

static enum result judge(struct digest whole)
{
    struct err e = {0};
    struct db *reader = NULL;
    struct arena *turn = arena_new(TURN_BYTES);
    struct findings findings = {.arena = turn};
    struct evidence evidence = {.key = key, .head_key = HEAD_KEY, .checkpoints_log = &notes};
    enum result result = RESULT_UNREADABLE;
    struct digest now;
    if (db_open(where, DB_READER, &reader, &e) && db_begin(reader, &e)
        && project_verify(reader, &evidence, false, &findings, &e)) {
        result = RESULT_FOUND;
        if (findings.items.len == 0 && read_all(reader, &now, &e))
            result = digest_equal(now, whole) ? RESULT_NOTHING : RESULT_WRONG;
        else if (findings.items.len == 0)
            result = RESULT_UNREADABLE;
    }
    db_close(reader);
    arena_free(turn);
    return result;
}

static void flip_at(int fd, off_t at, int bit)
{
    unsigned char byte;
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte = (unsigned char)(byte ^ 1u << bit);
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

static void no_flipped_bit_gives_a_wrong_answer(void **state)
{
    (void)state;
    const char *wanted = getenv("YUNJIAN_FLIPS"), *seed = getenv("YUNJIAN_SEED");
    int64_t n = FLIPS;
    int counts[4] = {0};
    assert_true(!wanted || str_to_i64(str_of(wanted), &n));
    uint64_t number = seed ? strtoull(seed, NULL, 10) : 20200924;
    struct prng prng;
    struct err e = {0};
    struct db *reader = NULL;
    struct digest whole;
    printf("seed %llu (set YUNJIAN_SEED to replay another), %lld flips\n",
           (unsigned long long)number, (long long)n);
    prng_seed(&prng, number);
    OK(db_open(where, DB_READER, &reader, &e));
    OK(db_begin(reader, &e));
    OK(read_all(reader, &whole, &e));
    db_close(reader);
    assert_int_equal(judge(whole), RESULT_NOTHING);
    int fd = open(where, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    off_t size = lseek(fd, 0, SEEK_END);
    for (int64_t i = 0; i < n; i++) {
        off_t at = (off_t)prng_below(&prng, (uint64_t)size);
        int bit = (int)prng_below(&prng, 8);
        flip_at(fd, at, bit);
        enum result result = judge(whole);
        flip_at(fd, at, bit);
        counts[result]++;
        if (result == RESULT_WRONG)
            print_error("bit %d of byte %lld of %lld gives a wrong answer\n", bit, (long long)at,
                        (long long)size);
    }
    close(fd);
    printf("%d found by verify, %d not readable, %d without effect, %d wrong\n",
           counts[RESULT_FOUND], counts[RESULT_UNREADABLE], counts[RESULT_NOTHING],
           counts[RESULT_WRONG]);
    assert_int_equal(counts[RESULT_WRONG], 0);
    assert_true(counts[RESULT_FOUND] > n / 4);
}

/* ---- a database in one file, without a log beside -------------------------------------------- */

static bool note_post(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)ctx, (void)e;
    struct row_post post = {.id = cells[0].integer, .person = cells[2].integer};
    VEC_PUSH(arena, &posts, post);
    return true;
}

static bool note_case(void *ctx, const struct db_cell *cells, struct err *e)
{
    (void)ctx, (void)e;
    VEC_PUSH(arena, &cases, cells[0].integer);
    return true;
}

static int open_record(void **state)
{
    struct err e = {0};
    assert_non_null(mkdtemp(folder));
    place = PLACE_FILE;
    int done = setup(state);
    db_close(db);
    remove_files();
    make_record();
    for (size_t i = 0; i < db_tables_n; i++) {
        if (str_eq(str_of(db_tables[i].name), S("posts")))
            OK(db_dump_table(db, &db_tables[i], note_post, NULL, &e));
        if (str_eq(str_of(db_tables[i].name), S("cases")))
            OK(db_dump_table(db, &db_tables[i], note_case, NULL, &e));
    }
    db = NULL;
    clerk_close(clerk);
    notes = read_notes();
    assert_true(posts.len > 5 && cases.len > 3);
    char wal[600];
    snprintf(wal, sizeof wal, "%s-wal", where);
    assert_int_not_equal(access(wal, F_OK), 0); /* all of it is in the file */
    return done;
}

static int close_record(void **state)
{
    unlink(notes_path);
    int done = teardown(state);
    sm2_key_free(key);
    rmdir(folder);
    return done;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_flipped_bit_gives_a_wrong_answer)};
    return cmocka_run_group_tests(tests, open_record, close_record);
}
