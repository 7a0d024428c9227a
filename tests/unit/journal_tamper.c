/* SPDX-License-Identifier: Apache-2.0
 * Somebody with the database's password edits the log: each edit is found, and its row named. */
#include "journal_log.h"

/* ---- edits ------------------------------------------------------------------------------- */

static char *blob(str bytes)
{
    str hex = hex_encode(arena, bytes.ptr, bytes.len);
    return str_to_cstr(arena, str_printf(arena, place == PLACE_PG ? "'\\x%.*s'" : "x'%.*s'",
                                         STR_FMT(hex)));
}

static struct row_entry *entry_row(int64_t index)
{
    struct err e = {0};
    struct row_entry *row = NULL;
    OK(q_entry(db, arena, index, &row, &e));
    assert_non_null(row);
    return row;
}

static void run_sql(const char *fmt, ...) PRINTF_LIKE(1, 2);
static void run_sql(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    str sql = str_vprintf(arena, fmt, args);
    va_end(args);
    stranger(str_to_cstr(arena, sql));
}

static void set_bytes(int64_t index, str bytes)
{
    run_sql("UPDATE entries SET bytes = %s WHERE idx = %lld", blob(bytes), (long long)index);
}

static void set_leaf(int64_t index, struct digest leaf)
{
    run_sql("UPDATE entries SET leaf = %s WHERE idx = %lld",
            blob((str){(const char *)leaf.bytes, SM3_BYTES}), (long long)index);
}

/* Canonical, of the right index, but about another authority. */
static str forged(int64_t index)
{
    return replaced(arena, entry_row(index)->bytes, "\"authority\":0", "\"authority\":9");
}

static void forge(int64_t index)
{
    str bytes = forged(index);
    set_bytes(index, bytes);
    set_leaf(index, tree_leaf(bytes));
}

static void set_in_tile(int64_t level, int64_t number, int64_t at, struct digest hash)
{
    struct err e = {0};
    struct row_tile *row = NULL;
    OK(q_tile(db, arena, level, number, &row, &e));
    char *hashes = NEWS(arena, char, row->hashes.len);
    memcpy(hashes, row->hashes.ptr, row->hashes.len);
    memcpy(hashes + at * SM3_BYTES, hash.bytes, SM3_BYTES);
    run_sql("UPDATE tiles SET hashes = %s WHERE level = %lld AND number = %lld",
            blob((str){hashes, row->hashes.len}), (long long)level, (long long)number);
}

static void edit_bytes(void) { set_bytes(5, forged(5)); }
static void edit_bytes_in_tail(void) { set_bytes(699, forged(699)); }
static void edit_leaf(void) { set_leaf(17, tree_leaf(S("x"))); }
static void edit_bytes_and_leaf(void) { forge(300); }
static void edit_bytes_and_leaf_in_tail(void) { forge(650); }

static void edit_all_three(void)
{
    forge(10);
    set_in_tile(0, 0, 10, tree_leaf(entry_row(10)->bytes));
}

static void edit_garbage(void)
{
    set_bytes(40, S("{}"));
    set_leaf(40, tree_leaf(S("{}")));
}

static void edit_time(void)
{
    str bytes = replaced(arena, entry_row(650)->bytes, "\"at\":1600000216000",
                         "\"at\":1500000216000");
    set_bytes(650, bytes);
    set_leaf(650, tree_leaf(bytes));
}

static void edit_columns(void)
{
    stranger("UPDATE entries SET stream = 'case/999' WHERE idx = 22");
}

static void delete_one(void) { stranger("DELETE FROM entries WHERE idx = 24"); }
static void delete_some(void) { stranger("DELETE FROM entries WHERE idx BETWEEN 250 AND 260"); }
static void delete_in_tail(void) { stranger("DELETE FROM entries WHERE idx = 690"); }

static void swap_bytes(void)
{
    str five = entry_row(5)->bytes, six = entry_row(6)->bytes;
    set_bytes(5, six);
    set_bytes(6, five);
}

static void swap_rows(void)
{
    stranger("UPDATE entries SET idx = 100000 WHERE idx = 32");
    stranger("UPDATE entries SET idx = 32 WHERE idx = 33");
    stranger("UPDATE entries SET idx = 33 WHERE idx = 100000");
}

static void add_one(void)
{
    stranger("INSERT INTO entries (idx, stream, seq, bytes, leaf) SELECT 700, 'case/691', "
             "seq + 100, bytes, leaf FROM entries WHERE idx = 699");
}

static void add_before(void)
{
    stranger("INSERT INTO entries (idx, stream, seq, bytes, leaf) SELECT -1, 'x/1', 1, bytes, leaf "
             "FROM entries WHERE idx = 0");
}

static void add_far(void)
{
    stranger("INSERT INTO entries (idx, stream, seq, bytes, leaf) SELECT 9223372036854775807, "
             "'x/1', 1, bytes, leaf FROM entries WHERE idx = 0");
}

static void edit_tile(void) { set_in_tile(0, 0, 7, tree_leaf(S("x"))); }
static void delete_tile(void) { stranger("DELETE FROM tiles WHERE number = 1"); }

static void shorten_tile(void)
{
    run_sql("UPDATE tiles SET hashes = %s WHERE number = 1", blob(S("short")));
}

static void add_tiles(void)
{
    stranger("INSERT INTO tiles (level, number, hashes) SELECT 0, 2, hashes FROM tiles WHERE "
             "number = 1");
    stranger("INSERT INTO tiles (level, number, hashes) SELECT 3, -4, hashes FROM tiles WHERE "
             "number = 1");
    stranger("INSERT INTO tiles (level, number, hashes) SELECT 77, 0, hashes FROM tiles WHERE "
             "number = 1");
}

static void edit_note(void)
{
    stranger("UPDATE checkpoints SET note = replace(note, '300', '299'), size = 299 WHERE "
             "number = 3");
}

static void edit_checkpoint_size(void)
{
    stranger("UPDATE checkpoints SET size = 350 WHERE number = 3");
}

static void delete_checkpoint(void) { stranger("DELETE FROM checkpoints WHERE number = 3"); }
static void delete_last_checkpoint(void) { stranger("DELETE FROM checkpoints WHERE number = 7"); }

static void renumber_checkpoint(void)
{
    stranger("UPDATE checkpoints SET number = 8 WHERE number = 7");
}

static void edit_head(void) { stranger("UPDATE head SET size = 699, at_ms = 5"); }

static void cut(void)
{
    stranger("DELETE FROM entries WHERE idx >= 650; UPDATE head SET size = 650, "
             "at_ms = 1600000216000");
}

static void cut_with_checkpoint(void)
{
    cut();
    stranger("DELETE FROM checkpoints WHERE number = 7");
}

/* A whole entry, its leaf and the head: all that the database alone can make look right. */
static void append_forged(void)
{
    str bytes = entry_row(699)->bytes;
    bytes = replaced(arena, bytes, "\"index\":699", "\"index\":700");
    bytes = replaced(arena, bytes, "\"seq\":8", "\"seq\":9");
    struct digest leaf = tree_leaf(bytes);
    run_sql("INSERT INTO entries (idx, stream, seq, bytes, leaf) SELECT 700, stream, seq + 1, %s, "
            "%s FROM entries WHERE idx = 699", blob(bytes),
            blob((str){(const char *)leaf.bytes, SM3_BYTES}));
    stranger("UPDATE head SET size = 701");
}

static void edit_seal(void) { stranger("UPDATE head SET mac = ''"); }
static void edit_epoch(void) { stranger("UPDATE head SET epoch = 2"); }

static void add_to_note(void)
{
    stranger("UPDATE checkpoints SET note = note || 'more' WHERE number = 7");
}

static void add_witness(void)
{
    run_sql("UPDATE checkpoints SET note = note || '\xe2\x80\x94 w AAAA%s' WHERE number = 7", "\n");
}

static void cut_a_tile(void)
{
    stranger("DELETE FROM entries WHERE idx >= 500; UPDATE head SET size = 500, "
             "at_ms = 1600000166000; DELETE FROM checkpoints WHERE size > 500");
}

static void leave_alone(void) {}

#define SEAL_ALONE                                                                                \
    "head row: its seal is not the program's: the row was changed, or the log after it was cut"

static const struct {
    void (*tamper)(void);
    const char *what;
    const char *found[10];   /* ends at NULL */
} TAMPERED[] = {
    {leave_alone, "nothing", {NULL}},
    {edit_bytes, "bytes edited",
     {"entries row 5: its bytes do not give its leaf hash: one of them was changed",
      "checkpoints row 1 confirms the tiles and leaf hashes up to row 99: what was changed "
      "is the entries named above"}},
    {edit_bytes_in_tail, "bytes edited in the tail",
     {"entries row 699: its bytes do not give its leaf hash: one of them was changed",
      "checkpoints row 7 confirms the tiles and leaf hashes up to row 699: what was "
      "changed is the entries named above"}},
    {edit_leaf, "leaf edited",
     {"entries row 17: its bytes do not give its leaf hash: one of them was changed"}},
    {edit_bytes_and_leaf, "bytes and leaf edited",
     {"entries row 300: it gives another hash than stands in tiles row level 0 number 1: "
      "the entry or the tile was changed",
      "checkpoints row 4 confirms the tiles and leaf hashes up to row 399: what was "
      "changed is the entries named above"}},
    {edit_bytes_and_leaf_in_tail, "bytes and leaf edited in the tail",
     {"checkpoints row 7: it signed another root for its 700 entries: the log was "
      "rewritten, somewhere in the entries rows 600 to 699",
      "head row: its seal is not the program's: entries rows 600 to 699 were appended, "
      "changed or cut outside the program"}},
    {edit_all_three, "bytes, leaf and tile edited",
     {"checkpoints row 1: it signed another root for its 100 entries: the log was "
      "rewritten, somewhere in the entries rows 0 to 99",
      "checkpoints: 6 more up to 700 entries were signed over another log too",
      "head row: its seal is not the program's: entries rows 0 to 699 were appended, "
      "changed or cut outside the program"}},
    {edit_garbage, "bytes that are no entry",
     {"entries row 40: \"type\" is missing: give a text",
      "entries row 40: it gives another hash than stands in tiles row level 0 number 0: "
      "the entry or the tile was changed",
      "checkpoints row 1 confirms the tiles and leaf hashes up to row 99: what was changed "
      "is the entries named above"}},
    {edit_time, "an earlier time",
     {"entries row 650: it is earlier than the entry before it",
      "checkpoints row 7: it signed another root for its 700 entries: the log was "
      "rewritten, somewhere in the entries rows 600 to 699",
      "head row: its seal is not the program's: entries rows 600 to 699 were appended, "
      "changed or cut outside the program"}},
    {edit_columns, "columns edited",
     {"entries row 22: its columns stream and seq are not those of its bytes",
      "entries row 22: it is number 2 of stream case/999, after number 0",
      "entries row 23: it is number 3 of stream case/21, after number 1"}},
    {delete_one, "an entry deleted",
     {"entries row 24 is missing",
      "entries row 26: it is number 5 of stream case/21, after number 3"}},
    {delete_some, "entries deleted across tiles",
     {"entries rows 250 to 260 are missing"}},
    {delete_in_tail, "an entry deleted in the tail",
     {"entries row 690 is missing",
      "entries row 690: no tile keeps the hash of the missing entry, so no later signed "
      "root can be compared"}},
    {swap_bytes, "two entries' bytes swapped",
     {"entries row 5: its bytes are those of entry 6",
      "entries row 5: its columns stream and seq are not those of its bytes",
      "entries row 5: its bytes do not give its leaf hash: one of them was changed",
      "entries row 6: its bytes are those of entry 5",
      "entries row 6: its columns stream and seq are not those of its bytes",
      "entries row 6: it is earlier than the entry before it",
      "entries row 6: its bytes do not give its leaf hash: one of them was changed",
      "checkpoints row 1 confirms the tiles and leaf hashes up to row 99: what was changed "
      "is the entries named above"}},
    {swap_rows, "two entries swapped",
     {"entries row 32: its bytes are those of entry 33",
      "entries row 32: it is number 3 of stream case/31, after number 1",
      "entries row 32: it gives another hash than stands in tiles row level 0 number 0: "
      "the entry or the tile was changed",
      "entries row 33: its bytes are those of entry 32",
      "entries row 33: it is earlier than the entry before it",
      "entries row 33: it is number 2 of stream case/31, after number 3",
      "entries row 34: it is number 4 of stream case/31, after number 2",
      "checkpoints row 1 confirms the tiles and leaf hashes up to row 99: what was changed "
      "is the entries named above"}},
    {add_one, "an entry added",
     {"entries row 700: its bytes are those of entry 699",
      "entries row 700: its columns stream and seq are not those of its bytes",
      "entries row 700: it is number 108 of stream case/691, after number 8",
      "head: it says 700 entries, the log ends after 701"}},
    {add_before, "an entry added before the first",
     {"entries row -1: indices begin at 0 and none stands twice"}},
    {add_far, "an entry added at the far end",
     {"entries row 9223372036854775807: it stands where no log can reach"}},
    {edit_tile, "a tile edited",
     {"entries row 7: it gives another hash than stands in tiles row level 0 number 0: the "
      "entry or the tile was changed",
      "checkpoints row 1 confirms the entries up to row 99: what was changed is the tiles "
      "and leaf hashes named above"}},
    {delete_tile, "a tile deleted",
     {"tiles row level 0 number 1 is missing (entries rows 256 to 511)"}},
    {shorten_tile, "a tile shortened",
     {"tiles row level 0 number 1: it holds 5 bytes instead of 8192"}},
    {add_tiles, "tiles added",
     {"tiles row level 0 number 2: there are no entries that fill it",
      "tiles row level 3 number -4: there are no entries that fill it",
      "tiles row level 77 number 0: there is no such level"}},
    {edit_note, "a checkpoint edited",
     {"checkpoints row 3: its signature does not hold: it was changed after it was signed",
      "checkpoints.log line 11: the table checkpoints has no sound row for these 300 "
      "entries: it was taken out or changed"}},
    {edit_checkpoint_size, "a checkpoint's size edited",
     {"checkpoints row 3: its note is about 300 entries, its column says 350",
      "checkpoints.log line 11: the table checkpoints has no sound row for these 300 "
      "entries: it was taken out or changed"}},
    {delete_checkpoint, "a checkpoint deleted",
     {"checkpoints row 3 is missing",
      "checkpoints.log line 11: the table checkpoints has no sound row for these 300 "
      "entries: it was taken out or changed"}},
    {delete_last_checkpoint, "the last checkpoint deleted",
     {"checkpoints.log line 31: the table checkpoints has no sound row for these 700 "
      "entries: it was taken out or changed"}},
    {renumber_checkpoint, "a checkpoint renumbered",
     {"checkpoints row 7 is missing"}},
    {edit_head, "the head edited",
     {"head: it says 699 entries, the log ends after 700"}},
    {cut, "the tail cut, head moved",
     {"head row: its seal is not the program's: entries rows 600 to 649 were appended, "
      "changed or cut outside the program",
      "checkpoints row 7: it signed 700 entries, the log holds 650: the log was cut, "
      "entries rows 650 to 699 are gone",
      "checkpoints.log line 31: it signed 700 entries, the log holds 650: the log was cut, "
      "entries rows 650 to 699 are gone"}},
    {cut_with_checkpoint, "the tail cut, head and checkpoint too",
     {"head row: its seal is not the program's: entries rows 600 to 649 were appended, "
      "changed or cut outside the program",
      "checkpoints.log line 31: it signed 700 entries, the log holds 650: the log was cut, "
      "entries rows 650 to 699 are gone"}},
    {append_forged, "an entry, its leaf and the head",
     {"head row: its seal is not the program's: entries rows 700 to 700 were appended, "
      "changed or cut outside the program"}},
    {edit_seal, "the seal edited",
     {SEAL_ALONE}},
    {edit_epoch, "the epoch edited",
     {SEAL_ALONE}},
    {add_to_note, "bytes behind a checkpoint's signature",
     {"checkpoints row 7: this is not a checkpoint: a line of signature begins with a dash "
      "(U+2014) and a blank",
      "checkpoints.log line 31: the table checkpoints has no sound row for these 700 "
      "entries: it was taken out or changed"}},
    {add_witness, "a line behind a checkpoint's signature",
     {"checkpoints row 7: its note is not the one that checkpoints.log keeps in line 31: one "
      "of them was changed"}},
    {cut_a_tile, "the tail cut below a tile",
     {SEAL_ALONE, "tiles row level 0 number 1: there are no entries that fill it",
      "checkpoints.log line 26: it signed 600 entries, the log holds 500: the log was cut, "
      "entries rows 500 to 599 are gone"}},
};

static void every_edit_is_found_and_named(void **state)
{
    for (size_t i = 0; i < COUNT_OF(TAMPERED); i++) {
        if (i > 0)
            begin(state);
        grow(ENTRIES);
        TAMPERED[i].tamper();
        struct findings findings = verify_with(key, buf_str(&log_text));
        assert_findings(&findings, TAMPERED[i].found, TAMPERED[i].what);
        if (i + 1 < COUNT_OF(TAMPERED))
            finish(state);
    }
}

/* ---- two writers, and a log changed while nobody looked ---------------------------------- */

static void a_stranger_who_appends_is_noticed(void **state)
{
    (void)state;
    struct err e = {0};
    grow(10);
    stranger("UPDATE head SET size = 11");
    OK(db_begin(db, &e));
    append_to(12);
    bool settled = journal_settle(journal, db, &e);
    bool committed = db_commit(db, &e);
    assert_false(settled && committed);
    assert_int_equal(e.code, ERR_CONFLICT);
    journal_take_back(journal);
    assert_int_equal(journal_size(journal), 10);
}

#define OTHER_SEAL                                                                                \
    "its seal was not made with the key of this folder: somebody wrote into the log outside the " \
    "program, or the key is another's; run verify"

static void a_changed_log_is_not_opened(void **state)
{
    static const struct {
        void (*tamper)(void);
        const char *msg;
    } refused[] = {
        {edit_head, "the log ends at 700 entries, its head row says 699; run verify"},
        {edit_bytes_in_tail, "row 699 does not hold the bytes that its leaf hash was made of; stop "
                             "and run verify"},
        {edit_bytes_and_leaf_in_tail, "the log is not the one that checkpoint 7 signed; run verify "
                                      "to find what was changed"},
        {edit_tile, "the log is not the one that checkpoint 7 signed; run verify to find what was "
                    "changed"},
        {delete_tile, "tile 1 of level 0 is missing; run verify"},
        {delete_in_tail, "row 690 is missing; stop and run verify"},
        {cut, "checkpoint 7 signed 700 entries, but the log holds 650: it was cut; run verify and "
              "restore the log"},
        {append_forged, OTHER_SEAL},
        {edit_seal, OTHER_SEAL},
        {edit_checkpoint_size, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct err e = {0};
        if (i > 0)
            begin(state);
        grow(ENTRIES);
        refused[i].tamper();
        struct journal *again = NULL;
        bool opened = journal_open(db, ORIGIN, key, HEAD_KEY, &again, &e);
        if (refused[i].msg) {
            assert_false(opened);
            assert_int_equal(e.code, ERR_CORRUPT);
            assert_string_equal(e.msg, refused[i].msg);
        } else {
            assert_true(opened); /* what verify finds, but the end of the log does not show */
            journal_close(again);
        }
        if (i + 1 < COUNT_OF(refused))
            finish(state);
    }
}

/* Nobody signs on where another key or another log began. */
static void a_foreign_log_is_not_opened(void **state)
{
    (void)state;
    struct err e = {0};
    struct sm2_key *other = NULL;
    struct journal *again = NULL;
    grow(150);
    OK(sm2_key_generate(&other, &e));
    FAILS(journal_open(db, ORIGIN, other, HEAD_KEY, &again, err), CORRUPT);
    FAILS(journal_open(db, S("yunjian/other"), key, HEAD_KEY, &again, err), CORRUPT);
    FAILS(journal_open(db, ORIGIN, key, S("another key"), &again, err), CORRUPT);
    assert_null(again);
    OK(journal_open(db, ORIGIN, NULL, STR_NONE, &again, &e));
    journal_close(again);
    sm2_key_free(other);
}

/* ---- a log of two levels of tiles -------------------------------------------------------- */

enum { LARGE = 65536 + 300 };
#define LARGE_SEAL                                                                                \
    "head row: its seal is not the program's: entries rows 0 to 65835 were appended, changed or " \
    "cut outside the program"

static void a_large_log_has_tiles_of_tiles(void **state)
{
    (void)state;
    if (place != PLACE_FILE)
        return; /* once is enough: the other places have shown the same statements */
    struct err e = {0};
    while (journal_size(journal) < LARGE) {
        OK(db_begin(db, &e));
        int64_t next = journal_size(journal) + 4000;
        append_to(next < LARGE ? next : LARGE);
        commit();
    }
    sign();
    journal_close(journal);
    open_journal();
    struct checkpoint *last = NULL;
    OK(checkpoint_last(db, arena, &last, &e));
    static const int64_t indices[] = {0, 255, 256, 40000, 65535, 65536, 65791, 65792, LARGE - 1};
    for (size_t i = 0; i < COUNT_OF(indices); i++) {
        struct proof proof;
        OK(journal_prove(db, arena, indices[i], LARGE, &proof, &e));
        assert_true(tree_check_inclusion(tree_leaf(entry_row(indices[i])->bytes), indices[i], LARGE,
                                         last->root, &proof));
        OK(journal_prove(db, arena, indices[i], indices[i] + 1, &proof, &e));
    }
    struct findings findings = verify_with(key, buf_str(&log_text));
    assert_findings(&findings, NOTHING, "a large log");
    assert_int_equal(findings.covered, LARGE);

    /* Entry, leaf and tile agree about a forged entry; the tile above still remembers. */
    forge(1000);
    set_in_tile(0, 3, 1000 - 3 * 256, tree_leaf(entry_row(1000)->bytes));
    static const char *const above[] = {
        "tiles row level 1 number 0: its hash of the entries rows 768 to 1023 is not theirs: the "
        "tile was changed",
        "checkpoints row 1: it signed another root for its 65836 entries: the log was rewritten, "
        "somewhere in the entries rows 0 to 65835", LARGE_SEAL, NULL};
    findings = verify_with(key, buf_str(&log_text));
    assert_findings(&findings, above, "a large log, forged");
    stranger("DELETE FROM tiles WHERE level = 1");
    static const char *const missing[] = {
        "tiles row level 1 number 0 is missing (entries rows 0 to 65535)",
        "checkpoints row 1: it signed another root for its 65836 entries: the log was rewritten, "
        "somewhere in the entries rows 0 to 65835", LARGE_SEAL, NULL};
    findings = verify_with(key, buf_str(&log_text));
    assert_findings(&findings, missing, "a large log, forged, without the tile above");
}

/* Between two checkpoints, too: what somebody changed since the last one is never signed. */
static void nothing_is_signed_over_an_edit(void **state)
{
    (void)state;
    struct err e = {0};
    str note = STR_NONE;
    grow(ENTRIES);
    OK(db_begin(db, &e));
    append_to(1100);
    commit();
    str bytes = entry_row(1000)->bytes;
    struct digest leaf = tree_leaf(bytes);
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            set_bytes(1000, forged(1000));
        else
            set_in_tile(0, 3, 1000 - 3 * 256, tree_leaf(S("x")));
        OK(db_begin(db, &e));
        FAILS(journal_checkpoint(journal, db, arena, &note, err), CORRUPT);
        db_rollback(db);
        assert_int_equal(note.len, 0);
        set_bytes(1000, bytes);
        set_in_tile(0, 3, 1000 - 3 * 256, leaf);
    }
    /* Put back as it was, it is signed: a failed try has spoilt nothing. */
    sign();
    struct findings findings = verify_with(key, buf_str(&log_text));
    assert_findings(&findings, NOTHING, "a log mended before it was signed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_edit_is_found_and_named, begin, finish),
        cmocka_unit_test_setup_teardown(a_stranger_who_appends_is_noticed, begin, finish),
        cmocka_unit_test_setup_teardown(nothing_is_signed_over_an_edit, begin, finish),
        cmocka_unit_test_setup_teardown(a_changed_log_is_not_opened, begin, finish),
        cmocka_unit_test_setup_teardown(a_foreign_log_is_not_opened, begin, finish),
        cmocka_unit_test_setup_teardown(a_large_log_has_tiles_of_tiles, begin, finish),
    };
    /* A database in memory has no door for a stranger. */
    int failed = run_everywhere(tests, COUNT_OF(tests), 0);
    sm2_key_free(key);
    return failed;
}
