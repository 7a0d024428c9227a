/* SPDX-License-Identifier: Apache-2.0
 * The promises of the single writer: one answer per key, all or nothing, many commands a commit,
 * and rows that load to what was folded. Runs on SQLite, and on PostgreSQL when YUNJIAN_TEST_PG
 * holds the URL of a server where databases can be made. */
#include "town.h"

#include "clerk/clerk.h"
#include "json/json.h"
#include "project/project.h"
#include "view/view.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

static const char *database;
static struct clerk *clerk;
static int64_t authority, unit, provider, unit_person, authority_person, provider_person;
static int64_t now_ms, uploads;

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
    struct doc *form = doc_map(arena), *items = doc_map(arena);
    doc_put_text(arena, form, S("system-name"), S("自行车系统"));
    doc_put_text(arena, form, S("need"), S("便民"));
    doc_put_text(arena, form, S("kind"), S("new"));
    doc_put_text(arena, form, S("service"), S("virtualised"));
    doc_put_int(arena, items, S("vcpu"), 8 * QUANTITY_ONE);
    doc_put_int(arena, items, S("backup-storage"), 8 * QUANTITY_ONE);
    doc_put(arena, form, S("items"), items);
    doc_put_text(arena, form, S("sizing"), S("测算"));
    doc_put_int(arena, form, S("redundancy"), 10);
    doc_put_int(arena, form, S("trial-days"), 20);
    struct command command = {.kind = COMMAND_open_case, .authority = authority,
                              .actor = unit_person, .post = unit_person + 1, .key = str_of(key),
                              .body_digest = S("body-one"), .procedure = S("onboard"),
                              .outcome = S("submit"), .form = form};
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
    if (!project_verify(clerk_db(clerk), &none, false, &findings, &e))
        fail_msg("%s: %s", e.where, e.msg);
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

static str show_task(const struct task *t)
{
    str suspensions = S("");
    for (size_t i = 0; i < t->suspensions.len; i++)
        suspensions = str_printf(arena, "%.*s %d-%d", STR_FMT(suspensions),
                                 t->suspensions.items[i].from.day, t->suspensions.items[i].to.day);
    return str_printf(
        arena, "%lld %.*s %d %.*s %lld %d %d %lld %d %d %d %.*s %.*s %d%d%d%d %.*s %d%.*s\n",
        (long long)t->id, STR_FMT(t->step), t->round, STR_FMT(t->role), (long long)t->organisation,
        (int)t->state, t->opened_on.day, (long long)t->opened_at_ms, t->anchor.day, t->due.day,
        t->not_before.day, STR_FMT(json_canonical(arena, t->derivation)), STR_FMT(t->basis),
        t->local, t->estimated, t->warned_soon, t->warned_overdue, STR_FMT(t->outcome),
        t->closed_on.day, STR_FMT(suspensions));
}

static str show(const struct case_state *k)
{
    struct buf buf = buf_new(arena, 4096);
    buf_addf(&buf, "%lld %lld %lld %lld %.*s %.*s %.*s %.*s %d %lld %d %.*s %d\n", (long long)k->id,
             (long long)k->authority, (long long)k->system, (long long)k->opener,
             STR_FMT(k->number), STR_FMT(k->procedure), STR_FMT(k->policy), STR_FMT(k->title),
             k->opened_on.day, (long long)k->opened_at_ms, k->ended, STR_FMT(k->outcome),
             k->ended_on.day);
    for (size_t i = 0; i < k->tasks.len; i++)
        buf_add(&buf, show_task(&k->tasks.items[i]));
    for (size_t i = 0; i < k->decisions.len; i++) {
        const struct task_decision *d = &k->decisions.items[i];
        buf_addf(&buf, "%lld %lld %.*s %.*s %.*s %.*s %d %lld %lld %lld %d\n", (long long)d->id,
                 (long long)d->task, STR_FMT(d->step), STR_FMT(d->outcome), STR_FMT(d->opinion),
                 STR_FMT(json_canonical(arena, d->form)), d->on.day, (long long)d->at_ms,
                 (long long)d->person, (long long)d->post, d->late_days);
    }
    for (size_t i = 0; i < k->materials.len; i++) {
        const struct material *m = &k->materials.items[i];
        buf_addf(&buf, "%lld %lld %.*s %.*s %.*s %lld\n", (long long)m->id, (long long)m->task,
                 STR_FMT(m->material), STR_FMT(m->name), STR_FMT(m->digest), (long long)m->size);
    }
    return buf_str(&buf);
}

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
    str a = show(loaded), b = show(&applied);
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
    assert_true(project_rebuild(db, &e));
    assert_true(db_begin(db, &e) && project_digests(db, arena, &after, &again, &e));
    db_rollback(db);
    assert_int_equal(n, again);
    for (size_t i = 0; i < n; i++)
        assert_true(str_eq(before[i].digest, after[i].digest));
}

/* ---- the thread ----------------------------------------------------------------------------- */

enum { JOBS = 200 };
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_done = PTHREAD_COND_INITIALIZER;
static int done_n;

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
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(jobs[i].answer.kind, i % 10 == 9 ? ANSWER_REFUSED : ANSWER_DONE);
        arena_free(jobs[i].arena);
    }
    clerk_close(clerk);
    open_clerk();
    assert_sound();
}

static void on_server(const char *server, const char *verb, const char *rest)
{
    char sql[200];
    PGconn *connection = PQconnectdb(server);
    snprintf(sql, sizeof sql, "%s clerk_test_%d %s", verb, (int)getpid(), rest);
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
}

/* The length of a file, -1 when there is none. */
static long length_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    long length = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (file)
        fclose(file);
    return length;
}

static enum answer_kind register_one(struct clerk *own)
{
    struct answer answer;
    struct command command = {.kind = COMMAND_register_authority, .name = S("主管"),
                              .name_en = S("Authority"), .role = S("authority"),
                              .level = S("city")};
    clerk_run(own, arena, &command, now_ms, &answer);
    return answer.kind;
}

static bool sign(struct clerk *signing, struct err *e)
{
    assert_int_equal(register_one(signing), ANSWER_DONE);
    return clerk_checkpoint(signing, now_ms, e);
}

/* The head is moved on the condition that it is as it was left: a stranger's move ends the
 * process, whatever else it is that he did. */
static void a_moved_head_ends_the_clerk(void **state)
{
    (void)state;
    struct err e = {0};
    struct clerk *own;
    struct clerk_options options = {.database = ":memory:", .origin = S("yunjian/head")};
    assert_true(clerk_open(&options, &own, &e));
    assert_int_equal(register_one(own), ANSWER_DONE);
    struct db *db = clerk_db(own);
    struct row_head *head = NULL;
    assert_true(db_begin(db, &e) && q_head(db, arena, &head, &e));
    assert_true(q_move_head(db, head->size + 1, head->at_ms, head->mac, head->size, head->epoch,
                            &e) &&
                db_commit(db, &e));
    assert_int_equal(register_one(own), ANSWER_FAILED);
    assert_false(clerk_sound(own));
    assert_int_equal(clerk_error(own).code, ERR_CONFLICT);
    clerk_close(own);
}

/* The disk takes a part of a note and no more: it is FULL, not a broken disk; nothing stays of the
 * part, and with space again the note is completed before the next. */
static void a_full_disk_takes_no_half_a_note(void **state)
{
    (void)state;
    char path[] = "/tmp/clerk-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    struct err e = {0}, full = {0};
    struct clerk *signing;
    struct sm2_key *key;
    assert_true(sm2_key_generate(&key, &e));
    struct clerk_options options = {.database = ":memory:", .origin = S("yunjian/notes"),
                                    .key = key, .checkpoints_log = path};
    assert_true(clerk_open(&options, &signing, &e));
    assert_true(sign(signing, &e));
    long one = length_of(path);
    assert_true(one > 100);
    struct rlimit old, tight;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = (struct rlimit){(rlim_t)one + 50, old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    bool held = sign(signing, &full);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_false(held);
    assert_int_equal(full.code, ERR_FULL);
    assert_int_equal(length_of(path), one);
    assert_true(sign(signing, &e));
    assert_true(length_of(path) > 2 * one + 50);
    clerk_close(signing);
    sm2_key_free(key);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_key_gives_the_same_answer),
        cmocka_unit_test(a_refusal_consumes_no_key_and_no_upload),
        cmocka_unit_test(an_upload_serves_one_citation),
        cmocka_unit_test(refusals_are_journalled_once_a_day),
        cmocka_unit_test(time_does_not_run_back),
        cmocka_unit_test(a_hostile_form_fails_alone),
        cmocka_unit_test(rows_load_to_what_was_applied),
        cmocka_unit_test(rebuild_remakes_every_row),
        cmocka_unit_test(many_commands_share_a_commit),
        cmocka_unit_test(a_moved_head_ends_the_clerk),
        cmocka_unit_test(a_full_disk_takes_no_half_a_note),
    };
    char file[] = "/tmp/clerk-test-XXXXXX";
    assert_non_null(mkdtemp(file));
    char path[64];
    snprintf(path, sizeof path, "%s/yunjian.db", file);
    database = path;
    int failed = cmocka_run_group_tests_name("clerk on sqlite", tests, found, leave);
    const char *suffixes[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
        char gone[96];
        snprintf(gone, sizeof gone, "%s%s", path, suffixes[i]);
        unlink(gone);
    }
    rmdir(file);
    const char *server = getenv("YUNJIAN_TEST_PG");
    if (!server) {
        print_message("PostgreSQL was NOT tested: YUNJIAN_TEST_PG is not set\n");
        return failed;
    }
    char url[512];
    snprintf(url, sizeof url, "%s%sdbname=clerk_test_%d", server, strchr(server, '?') ? "&" : "?",
             (int)getpid());
    done_n = 0;
    database = url;
    on_server(server, "CREATE DATABASE",
              "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    failed += cmocka_run_group_tests_name("clerk on postgresql", tests, found, leave);
    on_server(server, "DROP DATABASE", "WITH (FORCE)");
    return failed;
}
