/* SPDX-License-Identifier: Apache-2.0
 * Rows and entries that no program of ours wrote: each is named, none of them is computed with. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "project/project.h"

/* The entries of the small town below, by what they began. */
enum { TOWN = 1, BUREAU, SYSTEM, CASE, TASK, FORGED };

static struct arena *arena;
static struct db *db;
static struct journal *journal;

#define OK(call)                                                                                  \
    do {                                                                                          \
        if (!(call))                                                                              \
            fail_msg("%s: %s: %s", #call, e.where, e.msg);                                        \
    } while (0)

static void append(struct event event)
{
    struct err e = {0};
    event.index = journal_size(journal);
    event.at_ms = 1600000000000 + event.index;
    event.authority = TOWN;
    event.stream = event.stream ? event.stream : event.index;
    OK(db_begin(db, &e));
    OK(journal_append(journal, db, arena, &event, STR_NONE, STR_NONE, &e));
    OK(journal_settle(journal, db, &e));
    OK(db_commit(db, &e));
    journal_keep(journal);
}

static date day(void)
{
    date out;
    assert_true(date_parse(S("2026-03-02"), &out));
    return out;
}

static int begin(void **state)
{
    (void)state;
    struct err e = {0};
    arena = arena_new(LIMIT_ARENA_BATCH);
    OK(crypt_init(&e));
    OK(db_open(":memory:", DB_WRITER, &db, &e));
    OK(journal_open(db, S("yunjian/town"), NULL, STR_NONE, &journal, &e));
    append((struct event){.kind = EVENT_journal_started, .journal_started = {S("yunjian/town")}});
    append((struct event){.kind = EVENT_authority_registered,
                          .authority_registered = {S("镇"), S("Town"), S("x"), S("city")}});
    append((struct event){.kind = EVENT_organisation_registered,
                          .organisation_registered = {S("局"), S("y"), S("city"), 0}});
    append((struct event){.kind = EVENT_system_registered,
                          .system_registered = {S("系统"), BUREAU}});
    append((struct event){.kind = EVENT_case_opened, .case_opened = {
                              S("A-2026-0001"), S("onboard"), S("00ff"), SYSTEM, BUREAU, S("t"),
                              day(), 0, 0, 0}});
    append((struct event){.kind = EVENT_task_opened, .stream = CASE, .task_opened = {
                              .step = S("review"), .round = 1, .role = S("x"),
                              .organisation = TOWN, .on = day(), .due = DATE_NONE,
                              .not_before = DATE_NONE, .anchor = DATE_NONE}});
    OK(db_begin(db, &e));
    OK(project_rebuild(db, &e));
    OK(db_commit(db, &e));
    return 0;
}

static int finish(void **state)
{
    (void)state;
    journal_close(journal);
    db_close(db);
    arena_free(arena);
    return 0;
}

static struct findings verify(void)
{
    struct err e = {0};
    struct findings findings = {.arena = arena};
    struct evidence none = {0};
    OK(db_begin(db, &e));
    OK(project_verify(db, &none, false, &findings, &e));
    db_rollback(db);
    return findings;
}

static void the_town_is_sound(void **state)
{
    (void)state;
    assert_int_equal(verify().items.len, 0);
}

/* ---- entries that fit nowhere ------------------------------------------------------------ */

static struct event of_case(enum event_kind kind)
{
    return (struct event){.kind = kind, .stream = CASE};
}

static void decided_nowhere(struct event *event)
{
    *event = of_case(EVENT_task_decided);
    event->task_decided = (struct event_task_decided){.task = 77, .on = day()};
}

static void held_while_open(struct event *event)
{
    *event = of_case(EVENT_task_held);
    event->task_held = (struct event_task_held){TASK, 0, day()};
}

static void resumed_while_open(struct event *event)
{
    *event = of_case(EVENT_task_resumed);
    event->task_resumed = (struct event_task_resumed){.task = TASK, .on = day(), .due = day()};
}

static void closed_nowhere(struct event *event)
{
    *event = of_case(EVENT_task_closed);
    event->task_closed = (struct event_task_closed){SYSTEM, day()};
}

static void ended_elsewhere(struct event *event)
{
    *event = (struct event){.kind = EVENT_case_ended, .stream = SYSTEM,
                            .case_ended = {S("x.y"), day()}};
}

static void on_no_day(struct event *event)
{
    *event = of_case(EVENT_case_ended);
    event->case_ended = (struct event_case_ended){S("x.y"), DATE_NONE};
}

static void too_much(struct event *event)
{
    struct doc *items = doc_map(arena);
    doc_put_int(arena, items, S("vcpu"), LIMIT_QUANTITY + 1);
    *event = (struct event){.kind = EVENT_resource_granted, .stream = SYSTEM,
                            .resource_granted = {SYSTEM, CASE, items, S("add")}};
}

static void post_of_nobody(struct event *event)
{
    *event = (struct event){.kind = EVENT_post_granted, .stream = 42,
                            .post_granted = {42, BUREAU, S("y")}};
}

static void owned_by_nobody(struct event *event)
{
    *event = (struct event){.kind = EVENT_system_registered, .system_registered = {S("s"), 42}};
}

static void told_of_nothing(struct event *event)
{
    *event = of_case(EVENT_notice_sent);
    event->notice_sent = (struct event_notice_sent){TASK, BUREAU, S("y"), day()};
}

static void received_from_nobody(struct event *event)
{
    *event = of_case(EVENT_notice_received);
    event->notice_received = (struct event_notice_received){77, day()};
}

static void corrected_nowhere(struct event *event)
{
    *event = of_case(EVENT_decision_corrected);
    event->decision_corrected = (struct event_decision_corrected){77, day(), day(), S("x")};
}

static const struct {
    void (*forge)(struct event *event);
    const char *says;
} FORGERIES[] = {
    {decided_nowhere, "entries row 6: task.decided cannot follow here: its case has no such task"},
    {held_while_open, "entries row 6: task.held cannot follow here: its task was not decided"},
    {resumed_while_open, "entries row 6: task.resumed cannot follow here: its task is not held"},
    {closed_nowhere, "entries row 6: task.closed cannot follow here: its case has no such task"},
    {ended_elsewhere, "entries row 6: case.ended cannot follow here: its case is unknown"},
    {on_no_day, "entries row 6: case.ended cannot follow here: it is of no day"},
    {told_of_nothing,
     "entries row 6: notice.sent cannot follow here: its case has no such decision"},
    {received_from_nobody,
     "entries row 6: notice.received cannot follow here: its case has no such notice"},
    {corrected_nowhere,
     "entries row 6: decision.corrected cannot follow here: its case has no such decision"},
    {too_much, "entries row 6: resource.granted cannot follow here: one of its quantities is none"},
    {post_of_nobody, "entries row 6: post.granted cannot follow here: it names an unknown person"},
    {owned_by_nobody,
     "entries row 6: system.registered cannot follow here: it names an unknown organisation"},
};

static void a_forged_entry_is_named(void **state)
{
    for (size_t i = 0; i < COUNT_OF(FORGERIES); i++) {
        struct err e = {0};
        struct event event;
        if (i > 0)
            begin(state);
        assert_int_equal(journal_size(journal), FORGED);
        FORGERIES[i].forge(&event);
        append(event);
        struct findings findings = verify();
        assert_int_equal(findings.items.len, 1);
        str found = findings.items.items[0];
        if (!str_starts(found, str_of(FORGERIES[i].says)))
            fail_msg("found %.*s\nexpected %s", STR_FMT(found), FORGERIES[i].says);
        OK(db_begin(db, &e));
        assert_false(project_rebuild(db, &e));
        db_rollback(db);
        assert_int_equal(e.code, ERR_CORRUPT);
        assert_string_equal(e.where, "entries row 6");
        if (i + 1 < COUNT_OF(FORGERIES))
            finish(state);
    }
}

/* Whoever was told of what ended a case may receive it later; nothing else follows its end. */
static void a_notice_is_received_after_the_end(void **state)
{
    (void)state;
    struct err e = {0};
    struct event event = of_case(EVENT_task_decided);
    event.task_decided = (struct event_task_decided){.task = TASK, .decides = 1, .on = day()};
    append(event);
    int64_t decision = journal_size(journal) - 1;
    event = of_case(EVENT_notice_sent);
    event.notice_sent = (struct event_notice_sent){decision, BUREAU, S("y"), day()};
    append(event);
    int64_t notice = journal_size(journal) - 1;
    event = of_case(EVENT_case_ended);
    event.case_ended = (struct event_case_ended){S("x.y"), day()};
    append(event);
    event = of_case(EVENT_notice_received);
    event.notice_received = (struct event_notice_received){notice, day()};
    append(event);
    OK(db_begin(db, &e));
    OK(project_rebuild(db, &e));
    OK(db_commit(db, &e));
    assert_int_equal(verify().items.len, 0);
    event = of_case(EVENT_task_opened);
    event.task_opened = (struct event_task_opened){
        .step = S("review"), .round = 2, .role = S("x"), .organisation = TOWN, .on = day(),
        .due = DATE_NONE, .not_before = DATE_NONE, .anchor = DATE_NONE};
    append(event);
    OK(db_begin(db, &e));
    assert_false(project_rebuild(db, &e));
    db_rollback(db);
    assert_true(str_has(str_of(e.msg), S("its case has ended")));
}

/* ---- rows that no event makes ------------------------------------------------------------ */

struct edit {
    const char *where;
    int64_t state, round, opened_on, due;
    const char *derivation, *suspensions;
};

static void a_row_out_of_range_is_named(void **state)
{
    (void)state;
    static const struct edit edits[] = {
        {"", 0, 1, 20000, 20010, "null", "[]"},
        {"due", 0, 1, 20000, INT32_MAX, "null", "[]"},
        {"due", 0, 1, 20000, INT64_MIN, "null", "[]"},
        {"state", 3, 1, 20000, 20010, "null", "[]"},
        {"round", 0, 0, 20000, 20010, "null", "[]"},
        {"opened_on", 0, 1, -30000, 20010, "null", "[]"},
        {"derivation", 0, 1, 20000, 20010, "{", "[]"},
        {"derivation", 0, 1, 20000, 20010, "7", "[]"},
        {"suspensions", 0, 1, 20000, 20010, "null", "7"},
        {"suspensions", 0, 1, 20000, 20010, "null", "[[1]]"},
        {"suspensions", 0, 1, 20000, 20010, "null", "[[\"x\",null]]"},
        {"suspensions", 0, 1, 20000, 20010, "null", "[[20000,2147483647,1,2]]"},
    };
    for (size_t i = 0; i < COUNT_OF(edits); i++) {
        const struct edit *edit = &edits[i];
        struct err e = {0};
        struct case_state *kase = NULL;
        OK(db_begin(db, &e));
        struct row_task row = {
            .id = 99, .authority = TOWN, .kase = CASE, .step = S("review"), .round = edit->round,
            .role = S("x"), .organisation = TOWN, .state = edit->state,
            .opened_on = edit->opened_on, .anchor_null = true, .due = edit->due,
            .sort_due = edit->due, .not_before_null = true, .derivation = str_of(edit->derivation),
            .suspensions = str_of(edit->suspensions), .urged_on_null = true,
            .closed_on_null = true,
        };
        OK(q_save_task(db, &row, &e));
        struct world world = {.db = db, .arena = arena};
        bool loaded = world_case(&world, CASE, &kase, &e);
        db_rollback(db);
        assert_int_equal(loaded, edit->where[0] == '\0');
        if (loaded)
            continue;
        assert_int_equal(e.code, ERR_CORRUPT);
        assert_string_equal(e.where, "tasks row id=99");
        assert_true(str_has(str_of(e.msg), str_of(edit->where)));
    }
}

static void a_decision_on_no_task_is_named(void **state)
{
    (void)state;
    struct err e = {0};
    struct case_state *kase = NULL;
    OK(db_begin(db, &e));
    struct row_decision row = {
        .id = 98, .kase = CASE, .task = 97, .step = S("review"), .outcome = S("x"),
        .form = S("null"), .decided_on = 20000, .person = 1, .post = 1, .shown = S("null"),
    };
    OK(q_save_decision(db, &row, &e));
    struct world world = {.db = db, .arena = arena};
    assert_false(world_case(&world, CASE, &kase, &e));
    db_rollback(db);
    assert_int_equal(e.code, ERR_CORRUPT);
    assert_string_equal(e.where, "decisions row id=98");
}

/* No letter moves from the login into the secret. */
static void a_credential_has_one_digest(void **state)
{
    (void)state;
    assert_false(str_eq(credential_digest(arena, 1, S("a\nb"), S("c")),
                        credential_digest(arena, 1, S("a"), S("b\nc"))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_town_is_sound, begin, finish),
        cmocka_unit_test_setup_teardown(a_forged_entry_is_named, begin, finish),
        cmocka_unit_test_setup_teardown(a_notice_is_received_after_the_end, begin, finish),
        cmocka_unit_test_setup_teardown(a_row_out_of_range_is_named, begin, finish),
        cmocka_unit_test_setup_teardown(a_decision_on_no_task_is_named, begin, finish),
        cmocka_unit_test_setup_teardown(a_credential_has_one_digest, begin, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
