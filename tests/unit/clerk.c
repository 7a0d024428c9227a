/* SPDX-License-Identifier: Apache-2.0
 * The promises of the single writer: one answer per key, all or nothing, many commands a commit,
 * and rows that load to what was folded. Runs on SQLite, and on PostgreSQL when YUNJIAN_TEST_PG
 * holds the URL of a server where databases can be made. */
#include "town.h"
#include "engines.h"

#include "clerk/clerk.h"
#include "json/json.h"
#include "project/project.h"
#include "view/view.h"

#include <pthread.h>

static struct clerk *clerk;
static int64_t authority, unit, provider, unit_person, authority_person, provider_person;
static int64_t now_ms, uploads;
static int done_n; /* jobs that the clerk has answered */

static struct answer run(struct command *command)
{
    struct answer answer;
    clerk_run(clerk, arena, command, now_ms, &answer);
    if (answer.kind == ANSWER_FAILED)
        print_error("%s: %s\n", answer.err.where, answer.err.msg);
    assert_int_not_equal(answer.kind, ANSWER_FAILED);
    return answer;
}

static int64_t must_run(struct command command)
{
    struct answer answer = run(&command);
    assert_int_equal(answer.kind, ANSWER_DONE);
    return answer.object;
}

static int64_t person(int64_t organisation, str role)
{
    return must_run((struct command){.kind = COMMAND_register_person, .authority = authority,
                                     .organisation = organisation, .role = role,
                                     .name = S("某人"), .phone = S("139")});
}

static int64_t body(str name, str role)
{
    return must_run((struct command){.kind = COMMAND_register_organisation,
                                     .authority = authority, .name = name, .role = role,
                                     .level = S("city")});
}

static void open_clerk(void)
{
    struct err e = {0};
    struct clerk_options options = {.database = database, .origin = S("yunjian/test")};
    if (!clerk_open(&options, &clerk, &e))
        fail_msg("%s: %s", e.where, e.msg);
}

static int found(void **state)
{
    (void)state;
    struct calendar calendar = {0};
    struct err e = {0};
    assert_true(crypt_init(&e));
    arena = arena_new((size_t)1 << 30);
    done_n = 0;
    open_clerk();
    now_ms = instant_of_date((date){18500}, 9, 0);
    authority = must_run((struct command){.kind = COMMAND_register_authority, .name = S("主管"),
                                          .name_en = S("Authority"), .role = S("authority"),
                                          .level = S("city")});
    calendar = town_calendar();
    for (size_t i = 0; i < calendar.years.len; i++)
        must_run((struct command){.kind = COMMAND_load_calendar, .authority = authority,
                                  .bytes = calendar_print_year(arena, &calendar.years.items[i])});
    struct pack pack = town_pack();
    must_run((struct command){.kind = COMMAND_activate_policy, .authority = authority,
                              .bytes = pack_to_blob(arena, &pack)});
    unit = body(S("市局"), S("using-unit"));
    provider = body(S("云甲"), S("provider"));
    unit_person = person(unit, S("using-unit"));
    authority_person = person(authority, S("authority"));
    provider_person = person(provider, S("provider"));
    return 0;
}

static int leave(void **state)
{
    (void)state;
    struct err e = {0};
    struct db *db = clerk_db(clerk);
    bool ok = db_begin(db, &e);
    for (size_t i = 0; ok && i < db_tables_n; i++)
        ok = db_clear_table(db, &db_tables[i], &e);
    assert_true(ok && db_commit(db, &e));
    clerk_close(clerk);
    arena_free(arena);
    return 0;
}

/* ---- commands ------------------------------------------------------------------------------- */

static void upload(struct command *command, const char *material)
{
    struct err e = {0};
    struct db *db = clerk_db(clerk);
    struct row_upload row = {.id = ++uploads, .person = command->actor, .name = S("文件.pdf"),
                             .size = 3, .received = 3,
                             .digest = digest_hex(arena, sm3(S("abc"))), .created_at = now_ms};
    assert_true(db_begin(db, &e) && q_insert_upload(db, &row, &e) &&
                q_insert_upload_chunk(db, row.id, 0, S("abc"), &e) && db_commit(db, &e));
    struct cited_material cited = {.material = str_of(material), .upload = row.id};
    VEC_PUSH(arena, &command->materials, cited);
}

static struct command application(const char *key)
{
    struct command command = {.kind = COMMAND_open_case, .authority = authority,
                              .actor = unit_person, .post = unit_person + 1, .key = str_of(key),
                              .body_digest = S("body-one"), .procedure = S("onboard"),
                              .outcome = S("submit"), .form = town_form()};
    upload(&command, "application-form");
    upload(&command, "technical-plan");
    return command;
}

static int64_t entries(void)
{
    struct err e = {0};
    struct row_entries_count *count = NULL;
    struct db *db = clerk_db(clerk);
    assert_true(db_begin(db, &e) && q_entries_count(db, arena, &count, &e));
    db_rollback(db);
    return count->count;
}

static void assert_sound(void)
{
    struct err e = {0};
    struct findings findings = {.arena = arena};
    struct evidence none = {0};
    struct db *db = clerk_db(clerk);
    if (!db_begin(db, &e) || !project_verify(db, &none, false, &findings, &e))
        fail_msg("%s: %s", e.where, e.msg);
    db_rollback(db);
    if (findings.items.len)
        print_error("%.*s\n", STR_FMT(findings.items.items[0]));
    assert_int_equal(findings.items.len, 0);
}

static void the_same_key_gives_the_same_answer(void **state)
{
    (void)state;
    struct command command = application("key-same-1");
    struct answer first = run(&command);
    assert_int_equal(first.kind, ANSWER_DONE);
    int64_t size = entries();
    struct command again = application("key-same-1");
    struct answer second = run(&again);
    assert_int_equal(second.kind, ANSWER_DONE);
    assert_true(second.repeated);
    assert_int_equal(second.object, first.object);
    assert_int_equal(second.first_entry, first.first_entry);
    assert_int_equal(second.entries, first.entries);
    assert_true(str_eq(second.number, first.number));
    assert_int_equal(entries(), size);
    struct command other = application("key-same-1");
    other.body_digest = S("body-two");
    struct answer refused = run(&other);
    assert_int_equal(refused.kind, ANSWER_REFUSED);
    assert_int_equal(refused.refusal.reasons.items[0].code, REFUSAL_KEY_REUSED);
    assert_sound();
}

static void a_refusal_consumes_no_key_and_no_upload(void **state)
{
    (void)state;
    struct command command = application("key-refused-1");
    doc_put_int(arena, command.form, S("trial-days"), 99);
    assert_int_equal(run(&command).kind, ANSWER_REFUSED);
    doc_put_int(arena, command.form, S("trial-days"), 20);
    assert_int_equal(run(&command).kind, ANSWER_DONE);
    assert_sound();
}

static void an_upload_serves_one_citation(void **state)
{
    (void)state;
    struct command command = application("key-upload-1");
    struct command thief = application("key-upload-2");
    thief.materials.items[0].upload = command.materials.items[0].upload;
    thief.materials.items[1].upload = command.materials.items[0].upload;
    struct answer twice = run(&thief);
    assert_int_equal(twice.kind, ANSWER_REFUSED);
    assert_int_equal(twice.refusal.reasons.items[0].code, REFUSAL_UPLOAD_INCOMPLETE);
    assert_int_equal(run(&command).kind, ANSWER_DONE);
    struct command late = application("key-upload-3");
    late.materials.items[0].upload = command.materials.items[0].upload;
    assert_int_equal(run(&late).kind, ANSWER_REFUSED);
    /* Somebody else's upload is nobody's. */
    struct command other = application("key-upload-4");
    struct command borrowed = application("key-upload-5");
    borrowed.actor = authority_person;
    borrowed.post = authority_person + 1;
    borrowed.materials = other.materials;
    assert_int_equal(run(&borrowed).kind, ANSWER_REFUSED);
    assert_sound();
}

/* Somebody with the database's password can lose a draft for its owner, not slip in another. */
static void an_edited_upload_is_not_cited(void **state)
{
    (void)state;
    const struct {
        const char *digest_of, *chunk;
        int64_t size, received, owner, number;
        bool again;
        enum answer_kind kind;
    } edits[] = {
        {"abc", "abd", 3, 3, 0, 0, false, ANSWER_REFUSED},
        {"abd", "abc", 3, 3, 0, 0, false, ANSWER_REFUSED},
        {"abc", "abc", 4, 4, 0, 0, false, ANSWER_REFUSED},
        {"abc", "abc", 3, 2, 0, 0, false, ANSWER_REFUSED},
        {"abc", "abc", 3, 3, 1, 0, false, ANSWER_REFUSED},
        {"abc", "abc", 3, 3, 0, 1, false, ANSWER_REFUSED},
        {"abc", "abc", 3, 3, 0, 0, true, ANSWER_REFUSED},
        {"abc", "", 3, 3, 0, 0, false, ANSWER_REFUSED},
        {"abc", "abc", 3, 3, 0, 0, false, ANSWER_DONE},
    };
    for (size_t i = 0; i < COUNT_OF(edits); i++) {
        struct err e = {0};
        struct db *db = clerk_db(clerk);
        str key = str_printf(arena, "key-edited-%zu", i);
        struct command command = application(str_to_cstr(arena, key));
        struct row_upload row = {
            .id = command.materials.items[0].upload, .person = unit_person + edits[i].owner,
            .name = S("文件.pdf"), .size = edits[i].size, .received = edits[i].received,
            .digest = digest_hex(arena, sm3(str_of(edits[i].digest_of))), .created_at = now_ms};
        assert_true(db_begin(db, &e) && q_delete_upload_chunks(db, row.id, &e) &&
                    q_delete_upload(db, row.id, &e) && q_insert_upload(db, &row, &e) &&
                    q_insert_upload_chunk(db, row.id, edits[i].number, str_of(edits[i].chunk),
                                          &e) &&
                    (!edits[i].again ||
                     q_insert_upload_chunk(db, row.id, 1, S("d"), &e)) &&
                    db_commit(db, &e));
        struct answer answer = run(&command);
        if (answer.kind != edits[i].kind)
            fail_msg("edit %zu", i);
        if (answer.kind == ANSWER_REFUSED)
            assert_int_equal(answer.refusal.reasons.items[0].code, REFUSAL_UPLOAD_INCOMPLETE);
    }
    assert_sound();
}

static void refusals_are_journalled_once_a_day(void **state)
{
    (void)state;
    struct command command = application("key-noise-0");
    command.procedure = S("nothing");
    int64_t before = entries();
    for (int i = 0; i < 5; i++)
        assert_int_equal(run(&command).kind, ANSWER_REFUSED);
    assert_int_equal(entries(), before + 1);
    now_ms += 86400000;
    assert_int_equal(run(&command).kind, ANSWER_REFUSED);
    assert_int_equal(entries(), before + 2);
    assert_sound();
}

static void time_does_not_run_back(void **state)
{
    (void)state;
    struct command first = application("key-time-1");
    assert_int_equal(run(&first).kind, ANSWER_DONE);
    now_ms -= 3600000;
    struct command second = application("key-time-2");
    assert_int_equal(run(&second).kind, ANSWER_DONE);
    /* Days behind is a wrong clock, and it is told so instead of freezing the legal day. */
    now_ms -= 40 * INT64_C(86400000);
    struct command third = application("key-time-3");
    struct answer answer;
    clerk_run(clerk, arena, &third, now_ms, &answer);
    assert_int_equal(answer.kind, ANSWER_FAILED);
    assert_int_equal(answer.err.code, ERR_CONFIG);
    now_ms += 40 * INT64_C(86400000) + 3600000;
    assert_int_equal(run(&third).kind, ANSWER_DONE);
    assert_sound();
}

/* Thousands of faults in a form, many forms in a batch: nobody's memory ends the process. */
static void a_hostile_form_fails_alone(void **state)
{
    (void)state;
    enum { FORMS = 40, FAULTS = 9900 };
    static struct command commands[FORMS];
    struct job *first = NULL;
    for (int i = 0; i < FORMS; i++) {
        struct doc *items = doc_map(arena);
        commands[i] = application(str_printf(arena, "hostile-%d", i).ptr);
        for (int k = 0; k < FAULTS; k++)
            doc_put_int(arena, items, str_printf(arena, "no-such-item-of-any-kind-%d", k), 1);
        doc_put(arena, commands[i].form, S("items"), items);
        struct job *job = NEW(arena, struct job);
        *job = (struct job){.arena = arena_new(LIMIT_ARENA_REQUEST), .command = &commands[i],
                            .next = first};
        first = job;
    }
    for (struct job *job = first; job; job = job->next) {
        struct answer answer;
        clerk_run(clerk, job->arena, job->command, now_ms, &answer);
        assert_int_equal(answer.kind, ANSWER_REFUSED);
        assert_true(answer.refusal.reasons.len <= LIMIT_REASONS);
    }
    for (struct job *job = first; job; job = job->next)
        arena_free(job->arena);
    struct arena *small = arena_new(64);
    struct command late = application("key-small-1");
    struct answer answer;
    clerk_run(clerk, small, &late, now_ms, &answer);
    assert_int_equal(answer.kind, ANSWER_DONE);
    struct command wrong = application("key-small-2");
    doc_put(arena, wrong.form, S("items"), doc_map(arena));
    clerk_run(clerk, small, &wrong, now_ms, &answer);
    assert_int_equal(answer.kind, ANSWER_FAILED);
    assert_int_equal(answer.err.code, ERR_LIMIT);
    arena_free(small);
    assert_sound();
}

/* ---- load(project(apply(s, e))) = apply(s, e) ----------------------------------------------- */

/* Folds the case's whole history in memory, as apply alone makes it. */
static bool fold_entry(void *ctx, struct arena *scratch, const struct entry *entry, struct err *e)
{
    struct case_state *kase = ctx;
    (void)scratch;
    struct entry mine;
    if (event_stream(entry->event.kind) != STREAM_CASE || entry->event.stream != kase->id)
        return true;
    bool ok = entry_parse(arena, str_dup(arena, entry_print(arena, entry)), &mine, e);
    if (ok)
        apply_case(arena, kase, &mine.event);
    return ok;
}

static void assert_loads_as_applied(int64_t id)
{
    struct err e = {0};
    struct db *db = clerk_db(clerk);
    struct world world = {.db = db, .arena = arena};
    struct case_state *loaded, applied = {.id = id};
    assert_true(db_begin(db, &e) && world_case(&world, id, &loaded, &e));
    assert_true(journal_each(db, 0, fold_entry, &applied, &e));
    db_rollback(db);
    str a = json_canonical(arena, case_doc(arena, loaded));
    str b = json_canonical(arena, case_doc(arena, &applied));
    if (!str_eq(a, b))
        print_error("loaded:\n%.*s\napplied:\n%.*s\n", STR_FMT(a), STR_FMT(b));
    assert_true(str_eq(a, b));
}

static struct answer decide_step(int64_t kase, int64_t who, const char *step, const char *outcome,
                                 struct doc *form)
{
    static int keys;
    struct command command = {.kind = COMMAND_decide_task, .authority = authority, .actor = who,
                              .post = who + 1, .kase = kase, .step = str_of(step),
                              .outcome = str_of(outcome), .opinion = S("意见"), .form = form};
    command.key = str_printf(arena, "law-key-%d", ++keys);
    return run(&command);
}

static void rows_load_to_what_was_applied(void **state)
{
    (void)state;
    struct err e = {0};
    struct command command = application("key-law-1");
    int64_t kase = run(&command).object;
    assert_loads_as_applied(kase);
    now_ms += 2 * INT64_C(86400000);
    assert_int_equal(decide_step(kase, authority_person, "review", "return", NULL).kind,
                     ANSWER_DONE);
    assert_loads_as_applied(kase);
    now_ms += 3 * INT64_C(86400000);
    struct doc *form = doc_map(arena);
    doc_put_text(arena, form, S("changed"), S("已补"));
    assert_int_equal(decide_step(kase, unit_person, "supplement", "resubmit", form).kind,
                     ANSWER_DONE);
    assert_loads_as_applied(kase);
    now_ms += 20 * INT64_C(86400000);
    assert_true(clerk_tick(clerk, now_ms, &e) > 0);
    assert_loads_as_applied(kase);
    assert_int_equal(decide_step(kase, authority_person, "review", "refuse", NULL).kind,
                     ANSWER_DONE);
    assert_loads_as_applied(kase);
    assert_sound();
}

static void rebuild_remakes_every_row(void **state)
{
    (void)state;
    struct err e = {0};
    struct table_digest *before, *after;
    size_t n = 0, again = 0;
    struct db *db = clerk_db(clerk);
    assert_true(db_begin(db, &e) && project_digests(db, arena, &before, &n, &e));
    db_rollback(db);
    assert_true(db_begin(db, &e) && project_rebuild(db, &e) && db_commit(db, &e));
    assert_true(db_begin(db, &e) && project_digests(db, arena, &after, &again, &e));
    db_rollback(db);
    assert_int_equal(n, again);
    for (size_t i = 0; i < n; i++)
        assert_true(str_eq(before[i].digest, after[i].digest));
}

/* ---- a year's arrangement comes late --------------------------------------------------------- */

static int64_t midnight(const char *day)
{
    date on;
    assert_true(date_parse(str_of(day), &on));
    return instant_of_date(on, 0, 0);
}

static void load_year(const char *text)
{
    must_run((struct command){.kind = COMMAND_load_calendar, .authority = authority,
                              .bytes = str_of(text)});
}

static void tick_on(const char *day)
{
    struct err e = {0};
    now_ms = midnight(day);
    if (clerk_tick(clerk, now_ms, &e) < 0)
        fail_msg("%s: %s", e.where, e.msg);
}

/* How many events of that kind the stream holds; the last of them. */
static int count(const char *kind, int64_t stream, enum event_kind wanted, struct event *last)
{
    struct err e = {0};
    struct row_entry *rows;
    struct db *db = clerk_db(clerk);
    size_t n = 0;
    int found = 0;
    str name = str_printf(arena, "%s/%lld", kind, (long long)stream);
    assert_true(db_begin(db, &e) && q_entries_of_stream(db, arena, name, 0, 10000, &rows, &n, &e));
    db_rollback(db);
    for (size_t i = 0; i < n; i++) {
        struct entry entry;
        assert_true(entry_parse(arena, rows[i].bytes, &entry, &e));
        if (entry.event.kind != wanted)
            continue;
        *last = entry.event;
        found++;
    }
    return found;
}

static void expect_rederived(int64_t kase, int times, const char *was, const char *due)
{
    struct event event;
    assert_int_equal(count("case", kase, EVENT_task_rederived, &event), times);
    assert_true(str_eq(date_print(arena, event.task_rederived.was), str_of(was)));
    assert_true(str_eq(date_print(arena, event.task_rederived.due), str_of(due)));
    assert_true(str_eq(event.task_rederived.cause, S("calendar")));
    assert_int_equal(event.task_rederived.estimated, 0);
    assert_loads_as_applied(kase);
}

static void reopen(void)
{
    clerk_close(clerk);
    open_clerk();
}

#define LATER "2027-05-03\toff\tLabour Day\t劳动节\n"
#define NEW_YEAR "2027-01-01\toff\tNew Year\t元旦\n"

/* The limit runs into a year that nobody has announced yet: five working days from the 30th of
 * December are over on the 6th of January, or on the 7th when New Year's Day is off. */
static void a_year_loaded_later_moves_open_limits(void **state)
{
    (void)state;
    struct event event;
    now_ms = midnight("2026-12-30") + 9 * INT64_C(3600000);
    struct command command = application("key-year-1");
    int64_t kase = run(&command).object;
    tick_on("2027-01-04");
    int applied = count("authority", authority, EVENT_calendar_applied, &event);
    assert_int_equal(count("case", kase, EVENT_task_rederived, &event), 0);
    tick_on("2027-01-05");
    assert_int_equal(count("case", kase, EVENT_task_due_soon, &event), 1);
    assert_true(str_eq(date_print(arena, event.task_due_soon.due), S("2027-01-06")));

    /* The process ends between the loading and the tick; the next one goes on with it, once. */
    load_year("#year 2027 通知一\n" NEW_YEAR LATER);
    reopen();
    tick_on("2027-01-05");
    expect_rederived(kase, 1, "2027-01-06", "2027-01-07");
    assert_int_equal(count("authority", authority, EVENT_calendar_applied, &event), applied + 1);
    int64_t loaded = event.calendar_applied.through;
    assert_true(count("authority", authority, EVENT_calendar_loaded, &event) > 0);
    assert_int_equal(loaded, event.index);
    tick_on("2027-01-05");
    reopen();
    tick_on("2027-01-05");
    assert_int_equal(count("authority", authority, EVENT_calendar_applied, &event), applied + 1);
    assert_int_equal(count("case", kase, EVENT_task_rederived, &event), 1);

    /* Days are left again, so it warns anew when they are over. */
    assert_int_equal(count("case", kase, EVENT_task_due_soon, &event), 1);
    tick_on("2027-01-06");
    assert_int_equal(count("case", kase, EVENT_task_due_soon, &event), 2);

    /* Ends in the middle of the sweep: one case followed already. Nothing is left, nobody is told
     * again. */
    load_year("#year 2027 通知二\n" LATER);
    must_run((struct command){.kind = COMMAND_tick, .authority = authority, .kase = kase});
    expect_rederived(kase, 2, "2027-01-07", "2027-01-06");
    reopen();
    tick_on("2027-01-06");
    assert_int_equal(count("case", kase, EVENT_task_rederived, &event), 2);
    assert_int_equal(count("case", kase, EVENT_task_due_soon, &event), 2);
    assert_int_equal(count("authority", authority, EVENT_calendar_applied, &event), applied + 2);
    assert_int_equal(count("case", kase, EVENT_task_overdue, &event), 0);
    tick_on("2027-01-07");
    tick_on("2027-01-07");
    assert_int_equal(count("case", kase, EVENT_task_overdue, &event), 1);

    /* The same text again changes nothing, and is followed all the same. */
    load_year("#year 2027 通知二\n" LATER);
    tick_on("2027-01-07");
    tick_on("2027-01-07");
    assert_int_equal(count("case", kase, EVENT_task_rederived, &event), 2);
    assert_int_equal(count("authority", authority, EVENT_calendar_applied, &event), applied + 3);
    assert_sound();
}

/* ---- the thread ----------------------------------------------------------------------------- */

enum { JOBS = 200 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_done = PTHREAD_COND_INITIALIZER;

static void count_done(struct job *job)
{
    (void)job;
    pthread_mutex_lock(&mutex);
    done_n++;
    pthread_cond_signal(&all_done);
    pthread_mutex_unlock(&mutex);
}

static int64_t test_now(void *ctx)
{
    (void)ctx;
    return now_ms;
}

static void many_commands_share_a_commit(void **state)
{
    (void)state;
    static struct command commands[JOBS];
    static struct job jobs[JOBS];
    struct err e = {0};
    for (int i = 0; i < JOBS; i++) {
        commands[i] = application(str_printf(arena, "group-key-%d", i).ptr);
        /* Every tenth is bad input: it alone must fail. */
        if (i % 10 == 9)
            commands[i].procedure = S("none");
        jobs[i] = (struct job){.arena = arena_new(LIMIT_ARENA_REQUEST), .command = &commands[i],
                               .done = count_done};
    }
    clerk_close(clerk);
    struct clerk_options options = {
        .database = database, .origin = S("yunjian/test"), .now = test_now};
    assert_true(clerk_open(&options, &clerk, &e) && clerk_start(clerk, &e));
    for (int i = 0; i < JOBS; i++)
        assert_true(clerk_submit(clerk, &jobs[i]));
    pthread_mutex_lock(&mutex);
    while (done_n < JOBS)
        pthread_cond_wait(&all_done, &mutex);
    pthread_mutex_unlock(&mutex);
    struct clerk_counts counts = clerk_counts(clerk);
    print_message("%lld commands in %lld commits\n", (long long)counts.commands,
                  (long long)counts.commits);
    assert_int_equal(counts.commands, JOBS * 9 / 10);
    assert_true(counts.commits * 8 <= JOBS);
    assert_int_equal(counts.syncs, counts.commits);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(jobs[i].answer.kind, i % 10 == 9 ? ANSWER_REFUSED : ANSWER_DONE);
        arena_free(jobs[i].arena);
    }
    clerk_close(clerk);
    open_clerk();
    assert_sound();
}

/* ---- checkpoints ---------------------------------------------------------------------------- */

/* What a failed batch takes back is its own, not the checkpoint before it. */
static void a_failure_after_a_checkpoint_spoils_none(void **state)
{
    (void)state;
    struct err e = {0};
    struct sm2_key *key;
    clerk_close(clerk);
    assert_true(sm2_key_generate(&key, &e));
    struct clerk_options options = {
        .database = database, .origin = S("yunjian/test"), .key = key};
    assert_true(clerk_open(&options, &clerk, &e));
    for (int i = 0; i < 3; i++) {
        struct command good = application(str_printf(arena, "key-signed-%d", i).ptr);
        assert_int_equal(run(&good).kind, ANSWER_DONE);
        if (!clerk_checkpoint(clerk, now_ms, &e))
            fail_msg("%s: %s", e.where, e.msg);
        struct command bad = application(str_printf(arena, "key-unsigned-%d", i).ptr);
        bad.post = unit;
        struct answer answer;
        clerk_run(clerk, arena, &bad, now_ms, &answer);
        assert_int_equal(answer.kind, ANSWER_FAILED);
    }
    /* What failed did not wait for the disk, nor did an answer that was given before. */
    struct command again = application("key-signed-0");
    assert_true(run(&again).repeated);
    assert_int_equal(clerk_counts(clerk).checkpoints, 3);
    assert_int_equal(clerk_counts(clerk).syncs, 6);
    clerk_close(clerk);
    sm2_key_free(key);
    open_clerk();
    assert_sound();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_key_gives_the_same_answer),
        cmocka_unit_test(a_refusal_consumes_no_key_and_no_upload),
        cmocka_unit_test(an_upload_serves_one_citation),
        cmocka_unit_test(an_edited_upload_is_not_cited),
        cmocka_unit_test(refusals_are_journalled_once_a_day),
        cmocka_unit_test(time_does_not_run_back),
        cmocka_unit_test(a_hostile_form_fails_alone),
        cmocka_unit_test(rows_load_to_what_was_applied),
        cmocka_unit_test(a_year_loaded_later_moves_open_limits),
        cmocka_unit_test(rebuild_remakes_every_row),
        cmocka_unit_test(many_commands_share_a_commit),
        cmocka_unit_test(a_failure_after_a_checkpoint_spoils_none),
    };
    return run_on_engines("clerk", tests, COUNT_OF(tests), found, leave);
}
