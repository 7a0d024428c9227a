/* SPDX-License-Identifier: Apache-2.0
 * The log in a database: growing, reading, proving, taking back, and its signed notes. */
#include "journal_log.h"

/* ---- entries ----------------------------------------------------------------------------- */

/* Stored bytes are for ever: a change of these lines is a break with every log there is. */
static void entries_have_the_bytes_they_always_had(void **state)
{
    (void)state;
    struct event opened = event_of(arena, 1), decided = event_of(arena, 3);
    struct entry first = {opened, 1, S("k"), S("d")}, second = {decided, 2, STR_NONE, STR_NONE};
    assert_string_equal(
        str_to_cstr(arena, entry_print(arena, &first)),
        "{\"actor\":1,\"at\":1600000000000,\"authority\":0,\"body\":\"d\",\"data\":{\"cause\":0,"
        "\"number\":\"2020-1\",\"on\":\"2019-04-14\",\"opener\":4,\"period\":0,\"policy\":\"00ff\","
        "\"priority\":0,\"procedure\":\"onboard\",\"system\":3,"
        "\"title\":\"\\\"政务云\\\" \\\\ case 1\\n\"},"
        "\"index\":1,\"key\":\"k\",\"policy\":\"00ff\",\"post\":1,\"seq\":1,\"stream\":\"case/1\","
        "\"type\":\"case.opened\",\"v\":2}");
    assert_string_equal(
        str_to_cstr(arena, entry_print(arena, &second)),
        "{\"actor\":3,\"at\":1600000001000,\"authority\":0,\"data\":{\"decides\":1,"
        "\"form\":{\"note\":\"同意\","
        "\"vcpu\":3000000},\"late_days\":0,\"on\":\"2019-04-15\",\"opinion\":\"材料"
        "齐全，同意。\","
        "\"outcome\":\"approve\",\"paper\":\"\",\"paper_reason\":\"\",\"short_days\":0,"
        "\"shown\":null,\"task\":2},\"index\":3,\"post\":3,\"seq\":2,"
        "\"stream\":\"case/1\",\"type\":\"task.decided\",\"v\":1}");
}

static void entries_survive_their_bytes(void **state)
{
    (void)state;
    for (int64_t i = 0; i < 40; i++) {
        struct err e = {0};
        struct entry entry = {event_of(arena, i), i + 1, key_of(arena, i), STR_NONE}, again;
        str bytes = entry_print(arena, &entry);
        OK(entry_parse(arena, bytes, &again, &e));
        assert_true(str_eq(entry_print(arena, &again), bytes));
        assert_int_equal(again.event.kind, entry.event.kind);
        assert_int_equal(again.event.stream, entry.event.stream);
        assert_int_equal(again.event.at_ms, entry.event.at_ms);
        assert_int_equal(again.seq, entry.seq);
        assert_true(str_eq(again.key, entry.key));
        assert_true(doc_equal(event_payload(arena, &again.event),
                              event_payload(arena, &entry.event)));
    }
}

/* Both ways of reading, of plain bytes and of others. */
static void a_read_entry_owns_its_texts(void **state)
{
    (void)state;
    for (int64_t i = 1; i < 4; i++) {
        struct err e = {0};
        struct entry entry = {event_of(arena, i), 1, S("k"), S("d")}, read;
        str bytes = entry_print(arena, &entry);
        char *shared = str_to_cstr(arena, bytes);
        OK(entry_parse(arena, (str){shared, bytes.len}, &read, &e));
        memset(shared, 'x', bytes.len);
        assert_true(str_eq(entry_print(arena, &read), bytes));
    }
}

/* Events of which no entry should be written, or might not. */
static size_t odd_events(struct event *out)
{
    size_t n = 0;
    struct event opened = event_of(arena, 11), decided = event_of(arena, 3);
    struct doc *deep = doc_int(arena, 1), *twice = doc_map(arena), *list = doc_list(arena);
    for (int i = 0; i < LIMIT_JSON_DEPTH + 10; i++) {
        struct doc *around = doc_list(arena);
        doc_push(arena, around, deep);
        deep = around;
    }
    for (int i = 0; i < 2; i++)
        VEC_PUSH(arena, &twice->map, ((struct doc_member){S("a"), doc_int(arena, i)}));
#define ODD(base, change) out[n] = base, out[n].change, n++
    ODD(opened, case_opened.title = S("\xff"));
    ODD(opened, case_opened.title = ((str){"a\0b", 3}));
    ODD(opened, case_opened.title = S("\\\"\n"));
    ODD(opened, case_opened.title = S("政务云"));
    ODD(opened, case_opened.system = INT64_MAX);
    ODD(opened, case_opened.opener = -1);
    ODD(opened, case_opened.on = DATE_NONE);
    ODD(opened, stream = -5);
    ODD(opened, actor = LIMIT_JSON_INTEGER + 1);
    ODD(opened, policy = S("\xe4\xba"));
    ODD(decided, task_decided.form = list);
    ODD(decided, task_decided.form = deep);
    ODD(decided, task_decided.form = twice);
    ODD(decided, task_decided.form = NULL);
#undef ODD
    return n;
}

/* What is written is asked before whether it can be read, in a shorter way than reading it: both
 * must say the same of every event. */
static void only_what_can_be_read_is_written(void **state)
{
    (void)state;
    struct event events[64];
    int readable = 0;
    size_t n = odd_events(events);
    for (int64_t i = 0; i < 20; i++)
        events[n++] = event_of(arena, i);
    for (size_t i = 0; i < n; i++) {
        struct err first = {0}, second = {0};
        struct entry entry = {events[i], 1, S("k"), S("d")}, read;
        str bytes, printed = entry_print(arena, &entry);
        bool taken = entry_parse(arena, printed, &read, &second);
        if (entry_print_readable(arena, &entry, &bytes, &first) != taken)
            fail_msg("event %zu: %s%s", i, first.msg, second.msg);
        assert_true(!taken || str_eq(bytes, printed));
        assert_int_equal(first.code, second.code);
        readable += taken;
    }
    assert_in_range(readable, 23, 27);
}

/* One change to the bytes of an entry, and why they are no entry any more. */
static const struct {
    const char *from, *to, *msg;
} NOT_ENTRIES[] = {
    {"{\"actor\":1,", "{ \"actor\":1,",
     "its bytes are not in the one canonical form of what they say"},
    {"{\"actor\":1,\"at\"", "{\"actor\":0,\"at\"",
     "its bytes are not in the one canonical form of what they say"},
    {"\"v\":2}", "\"v\":2,\"x\":1}",
     "its bytes are not in the one canonical form of what they say"},
    {"\"v\":2}", "\"v\":2} ", "its bytes are not in the one canonical form of what they say"},
    {"政", "\\u653f", "its bytes are not in the one canonical form of what they say"},
    {"\"stream\":\"case/1\"", "\"stream\":\"person/1\"",
     "its bytes are not in the one canonical form of what they say"},
    {"\"stream\":\"case/1\"", "\"stream\":\"case/01\"",
     "its stream \"case/01\" is not a kind and a number"},
    {"\"stream\":\"case/1\"", "\"stream\":\"case\"",
     "its stream \"case\" is not a kind and a number"},
    {"case.opened", "case.lifted",
     "its type \"case.lifted\" is not known to this program; use one as new as the log"},
    {"\"v\":2", "\"v\":3", "it is version 3 of case.opened, this program reads version 2; use one "
     "as new as the log"},
    {"\"index\":1,", "", "\"index\" is missing: give a whole number"},
    {"\"at\":1600000000000", "\"at\":\"now\"", "\"at\" must be a whole number"},
    {"\"key\":\"k\",", "\"key\":7,",
     "its bytes are not in the one canonical form of what they say"},
    {"\"index\":1,", "\"index\":1,\"index\":1,",
     "its bytes cannot be read: line 1, column 241: the key \"index\" stands twice in one map; "
     "keep one"},
};

static void what_is_not_an_entry_is_refused(void **state)
{
    (void)state;
    struct entry entry = {event_of(arena, 1), 1, S("k"), S("d")};
    str bytes = entry_print(arena, &entry);
    for (size_t i = 0; i < COUNT_OF(NOT_ENTRIES); i++) {
        struct err e = {0};
        struct entry out = {.seq = 77};
        str bad = replaced(arena, bytes, NOT_ENTRIES[i].from, NOT_ENTRIES[i].to);
        assert_false(entry_parse(arena, bad, &out, &e));
        assert_int_equal(e.code, ERR_CORRUPT);
        assert_int_equal(out.seq, 77);
        assert_string_equal(e.msg, NOT_ENTRIES[i].msg);
    }
}

/* ---- growing and reading ----------------------------------------------------------------- */

static bool same_as_made(void *ctx, struct arena *a, const struct entry *entry, struct err *e)
{
    (void)e;
    int64_t *next = ctx;
    struct event made = event_of(a, *next);
    assert_int_equal(entry->event.index, *next);
    assert_int_equal(entry->event.kind, made.kind);
    assert_true(str_eq(entry->key, key_of(a, *next)));
    assert_true(doc_equal(event_payload(a, &entry->event), event_payload(a, &made)));
    ++*next;
    return true;
}

static bool stop_at_ten(void *ctx, struct arena *a, const struct entry *entry, struct err *e)
{
    (void)a;
    ++*(int *)ctx;
    return entry->event.index < 10 || RAISE(e, BUSY, "test", "enough");
}

static void a_log_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct err e = {0};
    grow(ENTRIES);
    int64_t next = 0;
    OK(journal_each(db, 0, same_as_made, &next, &e));
    assert_int_equal(next, ENTRIES);
    next = 513;
    OK(journal_each(db, 513, same_as_made, &next, &e));
    assert_int_equal(next, ENTRIES);
    OK(journal_each(db, ENTRIES, same_as_made, &next, &e));
    int seen = 0;
    FAILS(journal_each(db, 0, stop_at_ten, &seen, err), BUSY);
    assert_int_equal(seen, 11);

    struct findings findings = verify_with(key, buf_str(&log_text));
    assert_findings(&findings, NOTHING, "a sound log");
    assert_int_equal(findings.entries, ENTRIES);
    assert_int_equal(findings.checkpoints, ENTRIES / CHECKPOINT_EVERY);
    assert_int_equal(findings.covered, ENTRIES);
}

static void an_empty_log_is_sound(void **state)
{
    (void)state;
    struct findings findings = verify_with(key, STR_NONE);
    assert_findings(&findings, NOTHING, "an empty log");
    assert_int_equal(findings.entries, 0);
    struct err e = {0};
    struct checkpoint *none = (struct checkpoint *)1;
    OK(checkpoint_last(db, arena, &none, &e));
    assert_null(none);
    none = (struct checkpoint *)1;
    OK(checkpoint_covering(db, arena, 0, &none, &e));
    assert_null(none);
    str note = S("x");
    OK(db_begin(db, &e));
    OK(journal_checkpoint(journal, db, arena, &note, &e));
    assert_int_equal(note.len, 0);
    commit();
    struct proof proof;
    FAILS(journal_prove(db, arena, 0, 1, &proof, err), NOT_FOUND);
}

/* At every size around the borders of tiles: close, open, go on; the root is the plain one. */
static void a_log_goes_on_where_it_stopped(void **state)
{
    (void)state;
    struct err e = {0};
    static const int64_t sizes[] = {1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 700};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        OK(db_begin(db, &e));
        append_to(sizes[i]);
        commit();
        int64_t at_ms = journal_time(journal);
        journal_close(journal);
        open_journal();
        assert_int_equal(journal_size(journal), sizes[i]);
        assert_int_equal(journal_time(journal), at_ms);
        sign();
        struct checkpoint *last = NULL;
        OK(checkpoint_last(db, arena, &last, &e));
        assert_int_equal(last->number, (int64_t)i + 1);
        assert_int_equal(last->size, sizes[i]);
        assert_true(digest_equal(last->root, plain_root(sizes[i])));
    }
    struct findings findings = verify_with(key, buf_str(&log_text));
    assert_findings(&findings, NOTHING, "a log that was opened often");
}

static void every_entry_is_proven(void **state)
{
    (void)state;
    struct err e = {0};
    grow(ENTRIES);
    struct arena *a = arena_new((size_t)256 * 1024 * 1024);
    struct row_entry *rows = NULL;
    size_t n = 0;
    OK(q_entries_from(db, a, 0, ENTRIES, &rows, &n, &e));
    for (int64_t index = 0; index < ENTRIES; index++) {
        struct checkpoint *covering = NULL, *last = NULL;
        struct proof proof;
        OK(checkpoint_covering(db, a, index, &covering, &e));
        assert_int_equal(covering->size, (index / CHECKPOINT_EVERY + 1) * CHECKPOINT_EVERY);
        OK(checkpoint_last(db, a, &last, &e));
        struct digest leaf = tree_leaf(rows[index].bytes);
        OK(journal_prove(db, a, index, last->size, &proof, &e));
        assert_true(tree_check_inclusion(leaf, index, last->size, last->root, &proof));
        OK(journal_prove(db, a, index, covering->size, &proof, &e));
        assert_true(tree_check_inclusion(leaf, index, covering->size, covering->root, &proof));
        assert_false(tree_check_inclusion(leaf, index ^ 1, covering->size, covering->root, &proof));
    }
    arena_free(a);
    struct proof proof;
    FAILS(journal_prove(db, arena, ENTRIES, ENTRIES + 1, &proof, err), NOT_FOUND);
    FAILS(journal_prove(db, arena, 5, 5, &proof, err), NOT_FOUND);
    FAILS(journal_prove(db, arena, -1, 5, &proof, err), NOT_FOUND);
}

/* What was taken back leaves no trace: the log that follows has the roots of one that never
 * tried. Sizes before and after lie on both sides of tile borders. */
static void taking_back_restores_the_state(void **state)
{
    (void)state;
    struct err e = {0};
    static const int64_t kept[] = {0, 1, 200, 255, 256, 257, 511, 512, 600};
    static const int64_t tried[] = {1, 2, 56, 57, 256, 257, 600};
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        OK(db_begin(db, &e));
        append_to(kept[i]);
        commit();
        for (size_t k = 0; k < COUNT_OF(tried); k++) {
            int64_t at_ms = journal_time(journal);
            str note = STR_NONE;
            OK(db_begin(db, &e));
            append_to(kept[i] + tried[k]);
            OK(journal_checkpoint(journal, db, arena, &note, &e));
            OK(journal_settle(journal, db, &e));
            db_rollback(db);
            journal_take_back(journal);
            assert_int_equal(journal_size(journal), kept[i]);
            assert_int_equal(journal_time(journal), at_ms);
        }
        /* Half a transaction settled, then more of it, then all taken back. */
        OK(db_begin(db, &e));
        append_to(kept[i] + 1);
        OK(journal_settle(journal, db, &e));
        append_to(kept[i] + 2);
        OK(journal_settle(journal, db, &e));
        db_rollback(db);
        journal_take_back(journal);
    }
    sign();
    struct checkpoint *last = NULL;
    OK(checkpoint_last(db, arena, &last, &e));
    assert_int_equal(last->number, 1);
    assert_true(digest_equal(last->root, plain_root(600)));
    struct findings findings = verify_with(key, buf_str(&log_text));
    assert_findings(&findings, NOTHING, "a log with things taken back");
}

static void what_could_not_be_read_back_is_not_written(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new((size_t)64 * 1024 * 1024);
    char *text = NEWS(a, char, 5 * 1024 * 1024);
    memset(text, 'x', 5 * 1024 * 1024);
    struct event event = event_of(a, 0);
    event.authority_registered.name = (str){text, 5 * 1024 * 1024};
    OK(db_begin(db, &e));
    FAILS(journal_append(journal, db, a, &event, STR_NONE, STR_NONE, err), LIMIT);
    event = event_of(a, 0);
    event.actor = INT64_C(1) << 53;
    FAILS(journal_append(journal, db, a, &event, STR_NONE, STR_NONE, err), LIMIT);
    db_rollback(db);
    journal_take_back(journal);
    OK(db_begin(db, &e));
    append_to(3);
    commit();
    arena_free(a);
}

static void an_origin_is_a_name(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "two words", "plus+sign", "line\nbreak", "\xff"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct journal *other = NULL;
        FAILS(journal_open(db, str_of(bad[i]), key, HEAD_KEY, &other, err), CONFIG);
        assert_null(other);
    }
}

/* ---- checkpoints ------------------------------------------------------------------------- */

/* Signed once with the key of this text, over a root of zeros. */
static const char OLD_KEY[] =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAEmX50FAyB/bRhLpfJk7NJmQo23b/f\n"
    "RoTFfLzr0mLagxZWFHEDbX3JEUtzNYWuyW8WxVQQi9NLukNq/dZfnspViw==\n"
    "-----END PUBLIC KEY-----\n";
static const char OLD_NOTE[] =
    "yunjian/golden\n"
    "123456789\n"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    "\n"
    "\xe2\x80\x94 yunjian/golden nhnTVTBEAiAZmEbEvSmB/axSFd/WTU1qSPHwNyQX5Xy8HJiyaw+J"
    "oQIgYd5mckFODw/B+XRQhFqzJi1UGqZDQaRs7oyXiG9yCIs=\n";

static void a_note_of_long_ago_still_holds(void **state)
{
    (void)state;
    struct err e = {0};
    struct sm2_key *old = NULL;
    struct checkpoint checkpoint;
    OK(sm2_key_load(str_of(OLD_KEY), &old, &e));
    OK(checkpoint_parse(arena, str_of(OLD_NOTE), old, &checkpoint, &e));
    assert_int_equal(checkpoint.size, 123456789);
    assert_true(str_eq(checkpoint.origin, S("yunjian/golden")));
    assert_true(digest_equal(checkpoint.root, (struct digest){{0}}));
    FAILS(checkpoint_parse(arena, str_of(OLD_NOTE), key, &checkpoint, err), CORRUPT);
    sm2_key_free(old);
}

static void no_letter_of_a_note_can_be_changed(void **state)
{
    (void)state;
    struct err e = {0};
    grow(100);
    struct checkpoint *last = NULL, other;
    OK(checkpoint_last(db, arena, &last, &e));
    OK(checkpoint_parse(arena, last->note, key, &other, &e));
    OK(checkpoint_parse(arena, last->note, NULL, &other, &e));
    char *note = str_to_cstr(arena, last->note);
    for (size_t i = 0; i < last->note.len; i++) {
        note[i] ^= 1;
        struct err failure = {0};
        assert_false(checkpoint_parse(arena, (str){note, last->note.len}, key, &other, &failure));
        assert_true(failure.code == ERR_INPUT || failure.code == ERR_CORRUPT);
        note[i] ^= 1;
        assert_false(checkpoint_parse(arena, (str){note, i}, key, &other, &failure));
    }
    /* A witness may add its own line; it must not hide ours. */
    str two = str_printf(arena, "%s\xe2\x80\x94 witness.example AAAAAAAA\n", note);
    OK(checkpoint_parse(arena, two, key, &other, &e));
    OK(checkpoint_parse(arena, replaced(arena, two, "\n\xe2\x80\x94 yunjian",
                                        "\n\xe2\x80\x94 w AAAA\n\xe2\x80\x94 yunjian"), key,
                        &other, &e));
    FAILS(checkpoint_parse(arena, replaced(arena, two, "\xe2\x80\x94 yunjian/test",
                                           "\xe2\x80\x94 yunjian/other"), NULL, &other, err),
          INPUT);
}

static void without_a_key_nothing_is_signed(void **state)
{
    (void)state;
    struct err e = {0};
    grow(10);
    journal_close(journal);
    OK(journal_open(db, ORIGIN, NULL, HEAD_KEY, &journal, &e));
    str note = STR_NONE;
    OK(db_begin(db, &e));
    FAILS(journal_checkpoint(journal, db, arena, &note, err), CONFIG);
    db_rollback(db);
}

/* ---- checkpoints.log --------------------------------------------------------------------- */

static void notes_are_read_one_after_the_other(void **state)
{
    (void)state;
    grow(300);
    str notes = buf_str(&log_text), two = STR_NONE, tail = STR_NONE;
    size_t third = 0;
    for (size_t lines = 0; lines < 10; third++)
        lines += notes.ptr[third] == '\n';
    two = (str){notes.ptr, third};
    tail = (str){notes.ptr + third, notes.len - third};

    /* Some of the notes are enough, and the last one may be torn anywhere. */
    struct findings findings = verify_with(key, two);
    assert_findings(&findings, NOTHING, "two notes");
    for (size_t n = third; n < notes.len; n += 7) {
        findings = verify_with(key, (str){notes.ptr, n});
        assert_findings(&findings, NOTHING, "a torn note");
    }
    findings = verify_with(key, str_printf(arena, "%.*s%.*s", STR_FMT(tail), STR_FMT(two)));
    assert_findings(&findings, NOTHING, "notes out of order");
    findings = verify_with(key, str_printf(arena, "%.*s%.*s", STR_FMT(notes), STR_FMT(two)));
    assert_findings(&findings, NOTHING, "notes twice");

    static const char *const not_ours[] = {
        "checkpoints.log line 1: it is of the log \"yunjian/tess\", not of \"yunjian/test\"", NULL};
    str renamed = replaced(arena, two, "yunjian/test", "yunjian/tess");
    renamed = replaced(arena, renamed, "\xe2\x80\x94 yunjian/test", "\xe2\x80\x94 yunjian/tess");
    findings = verify_with(NULL, renamed);
    assert_findings(&findings, not_ours, "a note of another log");
    static const char *const unsigned_[] = {
        "checkpoints.log line 6: its signature does not hold: it was changed after it was signed",
        "checkpoints.log: the notes of 1 rows of checkpoints are missing, from checkpoints row 2 "
        "on: they were taken out; restore the file", NULL};
    findings = verify_with(key, replaced(arena, notes, "\n200\n", "\n199\n"));
    assert_findings(&findings, unsigned_, "a note with another size");
    static const char *const garbage[] = {
        "checkpoints.log line 1: this is not a checkpoint: its second line is not a number of "
        "entries",
        "checkpoints.log: the notes of 1 rows of checkpoints are missing, from checkpoints row 1 "
        "on: they were taken out; restore the file", NULL};
    findings = verify_with(key, str_printf(arena, "%s%.*s", "junk\nmore junk\n", STR_FMT(two)));
    assert_findings(&findings, garbage, "a note behind rubbish");

    struct sm2_key *other = NULL;
    struct err e = {0};
    OK(sm2_key_generate(&other, &e));
    static const char *const other_key[] = {
        "checkpoints row 1: it is signed with another key than the one given",
        "checkpoints row 2: it is signed with another key than the one given",
        "checkpoints row 3: it is signed with another key than the one given", NULL};
    findings = verify_with(other, STR_NONE);
    assert_findings(&findings, other_key, "another key");
    assert_int_equal(findings.covered, 0);
    sm2_key_free(other);
}

/* The text between two notes, counted from 0. */
static str notes_between(str notes, int from, int to)
{
    size_t begin = 0, end = 0;
    for (int lines = 0; end < notes.len && lines < to * 5; end++) {
        lines += notes.ptr[end] == '\n';
        begin = lines == from * 5 && begin == 0 && from > 0 ? end + 1 : begin;
    }
    return (str){notes.ptr + begin, end - begin};
}

/* The newest two may be on their way to the file; all others must be there. */
static void a_note_taken_out_is_found(void **state)
{
    (void)state;
    grow(600);
    static const char *const FIRST[] = {
        "checkpoints.log: the notes of 2 rows of checkpoints are missing, from checkpoints row 1 "
        "on: they were taken out; restore the file", NULL};
    static const char *const MIDDLE[] = {
        "checkpoints.log: the notes of 1 rows of checkpoints are missing, from checkpoints row 3 "
        "on: they were taken out; restore the file", NULL};
    static const char *const LAST[] = {
        "checkpoints.log: the notes of 3 rows of checkpoints are missing, from checkpoints row 4 "
        "on: they were taken out; restore the file", NULL};
    const struct {
        int first, gap, gap_end, end;
        const char *const *found;
    } cases[] = {
        {0, 6, 6, 6, NOTHING}, {0, 5, 5, 5, NOTHING}, {0, 4, 4, 4, NOTHING},
        {0, 3, 3, 3, LAST},    {2, 6, 6, 6, FIRST},   {0, 2, 3, 6, MIDDLE},
    };
    str notes = buf_str(&log_text);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        str before = notes_between(notes, cases[i].first, cases[i].gap);
        str after = notes_between(notes, cases[i].gap_end, cases[i].end);
        struct findings findings = verify_with(
            key, cases[i].gap == cases[i].end
                     ? before : str_printf(arena, "%.*s%.*s", STR_FMT(before), STR_FMT(after)));
        assert_findings(&findings, cases[i].found, "some notes");
    }
}

static void a_torn_note_is_cut_off(void **state)
{
    (void)state;
    grow(200);
    str notes = buf_str(&log_text);
    size_t second = 0, keep = 77;
    for (size_t lines = 0; lines < 5; second++)
        lines += notes.ptr[second] == '\n';
    for (size_t n = 0; n <= notes.len; n++) {
        assert_true(checkpoints_log_repair((str){notes.ptr, n}, &keep));
        assert_int_equal(keep, n < second ? 0 : n < notes.len ? second : n);
    }
    keep = 77;
    str rubbish = str_printf(arena, "%.*s1\n2\n3\n4\n5\n", STR_FMT(notes));
    assert_false(checkpoints_log_repair(rubbish, &keep));
    assert_int_equal(keep, 77);
    struct findings findings = verify_with(key, rubbish);
    assert_true(findings.items.len > 0);
    assert_string_equal(str_to_cstr(arena, findings.items.items[0]),
                        "checkpoints.log: what follows its last note is no note: the file was "
                        "changed");

    static const char *const missing[] = {
        "checkpoints.log: it is missing or holds no note, though the table checkpoints has 2 rows: "
        "restore it", NULL};
    findings = verify_with(key, S(""));
    assert_findings(&findings, missing, "an empty file of notes");
}

/* Who has database and key can make a log that proves itself: only a copy elsewhere tells. */
static void a_log_made_anew_is_found_by_its_notes(void **state)
{
    grow(250);
    struct arena *keep = arena_new((size_t)1024 * 1024);
    str notes = str_dup(keep, buf_str(&log_text));
    finish(state);
    begin(state);
    struct err e = {0};
    OK(db_begin(db, &e));
    struct event event = event_of(arena, 0);
    event.authority_registered.name = S("开封市");
    OK(journal_append(journal, db, arena, &event, STR_NONE, STR_NONE, &e));
    commit();
    grow(250);
    struct findings findings = verify_with(key, buf_str(&log_text));
    assert_findings(&findings, NOTHING, "a log made anew, by its own notes");
    static const char *const found[] = {
        "checkpoints.log line 1: it signed another root for its 100 entries: the log was "
        "rewritten, somewhere in the entries rows 0 to 99",
        "checkpoints.log: 1 more up to 200 entries were signed over another log too", NULL};
    findings = verify_with(key, notes);
    assert_findings(&findings, found, "a log made anew");
    arena_free(keep);
}

static void the_newest_note_of_a_copy_is_found(void **state)
{
    (void)state;
    grow(300);
    str notes = buf_str(&log_text);
    assert_true(str_eq(checkpoints_log_newest(notes), notes_between(notes, 2, 3)));
    str torn = {notes.ptr, notes.len - 1};
    assert_true(str_eq(checkpoints_log_newest(torn), notes_between(notes, 1, 2)));
    str one = notes_between(notes, 0, 1);
    assert_true(str_eq(checkpoints_log_newest(one), one));
    str witnessed = str_printf(arena, "%.*s\xe2\x80\x94 witness AAAA\n", STR_FMT(notes));
    str last = checkpoints_log_newest(witnessed);
    assert_int_equal(last.len, notes_between(notes, 2, 3).len + 17);
    assert_int_equal(checkpoints_log_newest(S("nothing")).len, 7);
}

static struct findings verify_since(str note)
{
    str own = buf_str(&log_text);
    return verify_by(&(struct evidence){.key = key, .head_key = HEAD_KEY,
                                        .checkpoints_log = &own, .since = note});
}

/* The owner of database, key and folder rewrites all three: one old note elsewhere is enough. */
static void a_note_kept_outside_convicts_the_owner(void **state)
{
    grow(250);
    struct arena *keep = arena_new((size_t)1024 * 1024);
    str notes = str_dup(keep, buf_str(&log_text));
    str first = notes_between(notes, 0, 1), second = notes_between(notes, 1, 2);
    struct findings findings = verify_since(first);
    assert_findings(&findings, NOTHING, "the log that it grew into");
    findings = verify_since(second);
    assert_findings(&findings, NOTHING, "the last note");
    finish(state);
    begin(state);
    grow(150);
    static const char *const put_back[] = {
        "the note kept outside: it signed 200 entries, the log holds 150: the log was cut, or an "
        "old copy was put back", NULL};
    findings = verify_since(second);
    assert_findings(&findings, put_back, "an old copy");
    finish(state);
    begin(state);
    struct err e = {0};
    OK(db_begin(db, &e));
    struct event event = event_of(arena, 0);
    event.authority_registered.name = S("开封市");
    OK(journal_append(journal, db, arena, &event, STR_NONE, STR_NONE, &e));
    commit();
    grow(250);
    static const char *const rewritten[] = {
        "the note kept outside: the first 100 entries are not those that it signed: the log was "
        "rewritten since, in the entries rows 0 to 99", NULL};
    findings = verify_since(STR_NONE);
    assert_findings(&findings, NOTHING, "rewritten, without the note");
    findings = verify_since(first);
    assert_findings(&findings, rewritten, "rewritten");
    static const char *const unsound[] = {
        "the note kept outside: its signature does not hold: it was changed after it was signed",
        NULL};
    findings = verify_since(replaced(arena, first, "\n100\n", "\n101\n"));
    assert_findings(&findings, unsound, "an edited note");
    struct evidence none = {.key = key, .since = S("no note")};
    findings = (struct findings){.arena = arena};
    OK(db_begin(db, &e));
    FAILS(journal_verify_log(db, &none, &findings, err), INPUT);
    db_rollback(db);
    arena_free(keep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(entries_have_the_bytes_they_always_had, begin, finish),
        cmocka_unit_test_setup_teardown(entries_survive_their_bytes, begin, finish),
        cmocka_unit_test_setup_teardown(a_read_entry_owns_its_texts, begin, finish),
        cmocka_unit_test_setup_teardown(only_what_can_be_read_is_written, begin, finish),
        cmocka_unit_test_setup_teardown(what_is_not_an_entry_is_refused, begin, finish),
        cmocka_unit_test_setup_teardown(an_empty_log_is_sound, begin, finish),
        cmocka_unit_test_setup_teardown(a_log_is_read_as_it_was_written, begin, finish),
        cmocka_unit_test_setup_teardown(a_log_goes_on_where_it_stopped, begin, finish),
        cmocka_unit_test_setup_teardown(every_entry_is_proven, begin, finish),
        cmocka_unit_test_setup_teardown(taking_back_restores_the_state, begin, finish),
        cmocka_unit_test_setup_teardown(what_could_not_be_read_back_is_not_written, begin, finish),
        cmocka_unit_test_setup_teardown(an_origin_is_a_name, begin, finish),
        cmocka_unit_test_setup_teardown(a_torn_note_is_cut_off, begin, finish),
        cmocka_unit_test_setup_teardown(a_note_of_long_ago_still_holds, begin, finish),
        cmocka_unit_test_setup_teardown(no_letter_of_a_note_can_be_changed, begin, finish),
        cmocka_unit_test_setup_teardown(without_a_key_nothing_is_signed, begin, finish),
        cmocka_unit_test_setup_teardown(notes_are_read_one_after_the_other, begin, finish),
        cmocka_unit_test_setup_teardown(a_log_made_anew_is_found_by_its_notes, begin, finish),
        cmocka_unit_test_setup_teardown(a_note_taken_out_is_found, begin, finish),
        cmocka_unit_test_setup_teardown(the_newest_note_of_a_copy_is_found, begin, finish),
        cmocka_unit_test_setup_teardown(a_note_kept_outside_convicts_the_owner, begin, finish),
    };
    int failed = run_everywhere(tests, COUNT_OF(tests), COUNT_OF(tests));
    sm2_key_free(key);
    return failed;
}
