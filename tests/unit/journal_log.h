/* SPDX-License-Identifier: Apache-2.0
 *
 * A log to work on, for the journal's tests: 700 entries over several streams, a checkpoint at
 * every hundredth, in each of the store's places. */
#ifndef YJ_TESTS_JOURNAL_LOG_H
#define YJ_TESTS_JOURNAL_LOG_H

#include "store_engines.h"

#include "journal/journal.h"
#include "json/json.h"

enum { ENTRIES = 700, CHECKPOINT_EVERY = 100 };

static const str ORIGIN = {"yunjian/test", 12};
static const str HEAD_KEY = {"outside the database, 32 bytes..", 32};

static struct sm2_key *key;
static struct arena *log_arena;
static struct buf log_text;      /* what DIR/checkpoints.log would hold */
static struct journal *journal;

/* ---- a log to work on -------------------------------------------------------------------- */

static inline int64_t case_of(int64_t i)
{
    int64_t first = i % 10 > 1 ? i / 10 * 10 + 1 : i / 10 * 10 - 9;
    return first < 1 ? 1 : first;
}

/* Deterministic: an authority, then cases, persons, and what happens in the cases. */
static inline struct event event_of(struct arena *a, int64_t i)
{
    struct event event = {.index = i, .at_ms = INT64_C(1600000000000) + i / 3 * 1000,
                          .actor = i % 4, .post = i % 4, .stream = i};
    if (i == 0) {
        event.kind = EVENT_authority_registered;
        event.authority_registered = (struct event_authority_registered){
            .name = S("郑州市"), .name_en = S("Zhengzhou"), .role = S("authority")};
    } else if (i % 10 == 1) {
        event.kind = EVENT_case_opened;
        event.policy = S("00ff");
        event.case_opened = (struct event_case_opened){
            .number = str_printf(a, "2020-%lld", (long long)i), .procedure = S("onboard"),
            .policy = S("00ff"), .system = 3, .opener = 4, .on = {18000},
            .title = str_printf(a, "\"政务云\" \\ case %lld\n", (long long)i)};
    } else if (i % 10 == 5) {
        event.kind = EVENT_person_registered;
        event.person_registered =
            (struct event_person_registered){.name_mac = S("aa"), .phone_mac = S("bb")};
    } else {
        event.kind = EVENT_task_decided;
        event.stream = case_of(i);
        struct doc *form = doc_map(a);
        doc_put_int(a, form, S("vcpu"), i * 1000000);
        doc_put_text(a, form, S("note"), S("同意"));
        event.task_decided = (struct event_task_decided){
            .decides = 1,
            .task = i - 1, .outcome = S("approve"), .opinion = S("材料齐全，同意。"),
            .form = i % 2 ? form : NULL, .on = {18001}};
    }
    return event;
}

static inline str key_of(struct arena *a, int64_t i)
{
    return i % 3 == 0 ? str_printf(a, "key-%lld", (long long)i) : STR_NONE;
}

static inline void open_journal(void)
{
    struct err e = {0};
    OK(journal_open(db, ORIGIN, key, HEAD_KEY, &journal, &e));
}

static inline void commit(void)
{
    struct err e = {0};
    OK(journal_settle(journal, db, &e));
    OK(db_commit(db, &e));
    journal_keep(journal);
}

static inline void append_to(int64_t end)
{
    struct arena *a = arena_new((size_t)64 * 1024 * 1024);
    struct err e = {0};
    for (int64_t i = journal_size(journal); i < end; i++) {
        struct event event = event_of(a, i);
        str k = key_of(a, i);
        OK(journal_append(journal, db, a, &event, k, k.len ? S("b0d1") : STR_NONE, &e));
    }
    arena_free(a);
}

static inline void sign(void)
{
    struct err e = {0};
    str note = STR_NONE;
    OK(db_begin(db, &e));
    OK(journal_checkpoint(journal, db, arena, &note, &e));
    commit();
    assert_true(note.len > 0);
    buf_add(&log_text, note);
}

/* A log with a checkpoint at every hundredth entry, appended in batches of many sizes. */
static inline void grow(int64_t size)
{
    struct err e = {0};
    for (int64_t batch = 1; journal_size(journal) < size; batch = batch * 3 % 101 + 1) {
        int64_t from = journal_size(journal), stop = (from / 100 + 1) * 100;
        stop = stop > size ? size : stop;
        OK(db_begin(db, &e));
        append_to(from + batch < stop ? from + batch : stop);
        commit();
        if (journal_size(journal) % CHECKPOINT_EVERY == 0)
            sign();
    }
}

static inline int begin(void **state)
{
    struct err e = {0};
    if (!crypt_init(&e) || (!key && !sm2_key_generate(&key, &e)) || setup(state) != 0)
        return -1;
    log_arena = arena_new((size_t)16 * 1024 * 1024);
    log_text = buf_new(log_arena, 4096);
    open_journal();
    return 0;
}

static inline int finish(void **state)
{
    journal_close(journal);
    journal = NULL;
    arena_free(log_arena);
    return teardown(state);
}

/* The root that a plain tree over the stored bytes has at a size. */
static inline struct digest plain_root(int64_t size)
{
    struct err e = {0};
    struct tree tree = {0};
    struct arena *a = arena_new((size_t)256 * 1024 * 1024);
    struct row_entry *rows = NULL;
    size_t n = 0;
    OK(q_entries_from(db, a, 0, size, &rows, &n, &e));
    assert_int_equal(n, size);
    for (size_t i = 0; i < n; i++)
        tree_append(&tree, tree_leaf(rows[i].bytes));
    arena_free(a);
    return tree_root(&tree);
}

static inline struct findings verify_by(const struct evidence *evidence)
{
    struct err e = {0};
    struct findings findings = {.arena = arena};
    OK(db_begin(db, &e));
    OK(journal_verify_log(db, evidence, &findings, &e));
    db_rollback(db);
    return findings;
}

static inline struct findings verify_with(const struct sm2_key *with, str notes)
{
    return verify_by(&(struct evidence){.key = with, .head_key = HEAD_KEY,
                                        .checkpoints_log = notes.ptr ? &notes : NULL});
}

static inline void assert_findings(const struct findings *findings, const char *const *expected,
                            const char *what)
{
    size_t n = 0;
    while (expected[n])
        n++;
    bool same = findings->items.len == n;
    for (size_t i = 0; same && i < n; i++)
        same = str_eq(findings->items.items[i], str_of(expected[i]));
    if (same)
        return;
    print_error("%s: found\n", what);
    for (size_t i = 0; i < findings->items.len; i++)
        print_error("    %.*s\n", STR_FMT(findings->items.items[i]));
    print_error("expected\n");
    for (size_t i = 0; i < n; i++)
        print_error("    %s\n", expected[i]);
    fail();
}

static const char *const NOTHING[] = {NULL};

static inline str replaced(struct arena *a, str text, const char *from, const char *to)
{
    str part = str_of(from);
    for (size_t i = 0; i + part.len <= text.len; i++) {
        if (memcmp(text.ptr + i, part.ptr, part.len) != 0)
            continue;
        struct buf out = buf_new(a, text.len + strlen(to));
        buf_add(&out, (str){text.ptr, i});
        buf_add(&out, str_of(to));
        buf_add(&out, (str){text.ptr + i + part.len, text.len - i - part.len});
        return buf_str(&out);
    }
    fail_msg("%.*s has no %s", STR_FMT(text), from);
    return text;
}

#endif
