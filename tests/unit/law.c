/* SPDX-License-Identifier: Apache-2.0
 * The law of the projection, load(project(apply(s, e))) = apply(s, e), on both engines: a hamlet
 * lives through the real clerk, its entries are folded in memory by apply alone, and what is loaded
 * from the rows is the same, field by field, after every command. */
#include "hamlet_acts.h"

#include "engines.h"

#include "clerk/clerk.h"
#include "json/json.h"
#include "project/project.h"

enum { COMMANDS = 2500, ALL_EVERY = 100 };

static struct clerk *clerk;
static struct hamlet *hamlet;
static struct prng prng;
static size_t most_lines;    /* of bodies, that were ever compared */

/* ---- the hamlet behind a clerk -------------------------------------------------------------- */

/* Folds what was journalled since. */
static void follow(void)
{
    struct err e = {0};
    struct row_entry *rows;
    size_t n = 1;
    struct db *db = clerk_db(clerk);
    while (n) {
        assert_true(db_begin(db, &e) &&
                    q_entries_from(db, arena, hamlet->next, 100, &rows, &n, &e));
        db_rollback(db);
        for (size_t i = 0; i < n; i++) {
            struct entry entry;
            if (!entry_parse(arena, rows[i].bytes, &entry, &e))
                fail_msg("%s: %s", e.where, e.msg);
            hamlet_fold(hamlet, &entry.event);
            hamlet->next++;
        }
    }
}

static struct answer run(struct command *command)
{
    struct answer answer;
    clerk_run(clerk, arena, command, hamlet->now_ms, &answer);
    if (answer.kind == ANSWER_FAILED)
        fail_msg("%s: %s: %s", command_name(command->kind), answer.err.where, answer.err.msg);
    follow();
    return answer;
}

static int64_t must_run(struct command command)
{
    struct answer answer = run(&command);
    assert_int_equal(answer.kind, ANSWER_DONE);
    return answer.object;
}

/* The bodies of the policy and two people in each, registered one after the other. */
static void found_people(void)
{
    struct organisation bodies[64];
    int64_t ids[64] = {0};
    size_t n;
    hamlet_bodies(hamlet->policy, bodies, &n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            if (bodies[i].parent == bodies[k].id)
                bodies[i].parent = ids[k];
        ids[i] = bodies[i].id == AUTHORITY
                     ? AUTHORITY
                     : must_run((struct command){
                           .kind = COMMAND_register_organisation, .authority = AUTHORITY,
                           .name = bodies[i].name, .role = bodies[i].role,
                           .level = bodies[i].level, .parent = bodies[i].parent});
        for (int k = 0; k < 2; k++) {
            int64_t person = must_run((struct command){
                .kind = COMMAND_register_person, .authority = AUTHORITY, .organisation = ids[i],
                .role = bodies[i].role, .name = S("某人"), .phone = S("139")});
            struct actor actor = {person, person + 1, ids[i], AUTHORITY, bodies[i].role, person,
                                  DATE_NONE, DATE_NONE};
            VEC_PUSH(arena, &hamlet->actors, actor);
        }
    }
}

static void open_clerk(void)
{
    struct err e = {0};
    struct clerk_options options = {.database = database, .origin = S("yunjian/law")};
    if (!clerk_open(&options, &clerk, &e))
        fail_msg("%s: %s", e.where, e.msg);
}

static const char *folder;       /* of the pack that this life follows */

static int found(void **state)
{
    (void)state;
    struct err e = {0};
    assert_true(crypt_init(&e));
    arena = arena_new((size_t)1 << 30);
    open_clerk();
    hamlet = NEW(arena, struct hamlet);
    hamlet->prng = &prng;
    hamlet->policy = town_policy_of(folder);
    hamlet->calendars[0] = town_calendar();
    hamlet->calendars[1] = other_calendar(&hamlet->calendars[0]);
    hamlet->today = date_max((date){18500}, date_plus(hamlet->policy->from, 240));
    hamlet->now_ms = instant_of_date(hamlet->today, 9, 0);
    must_run((struct command){.kind = COMMAND_register_authority, .name = S("主管"),
                              .name_en = S("Authority"), .role = S("authority"),
                              .level = S("city")});
    for (size_t i = 0; i < hamlet->calendars[0].years.len; i++)
        must_run((struct command){
            .kind = COMMAND_load_calendar, .authority = AUTHORITY,
            .bytes = calendar_print_year(arena, &hamlet->calendars[0].years.items[i])});
    struct pack pack = town_folder(folder);
    must_run((struct command){.kind = COMMAND_activate_policy, .authority = AUTHORITY,
                              .bytes = pack_to_blob(arena, &pack)});
    found_people();
    return 0;
}

static int leave(void **state)
{
    (void)state;
    clerk_close(clerk);
    arena_free(arena);
    return 0;
}

/* ---- the law -------------------------------------------------------------------------------- */

static void assert_same(const char *what, int64_t id, struct doc *loaded, struct doc *applied)
{
    if (doc_equal(loaded, applied))
        return;
    str a = json_canonical(arena, loaded), b = json_canonical(arena, applied);
    fail_msg("%s %lld\nloaded:  %.*s\napplied: %.*s", what, (long long)id, STR_FMT(a), STR_FMT(b));
}

static void same_case(const struct case_state *applied)
{
    struct err e = {0};
    struct world world = {.db = clerk_db(clerk), .arena = arena};
    struct case_state *kase = NULL;
    struct system_state *system = NULL;
    assert_true(db_begin(world.db, &e));
    if (!world_case(&world, applied->id, &kase, &e) || !kase ||
        !world_system(&world, kase->system, &system, &e) ||
        (system && !world_records(&world, system, &e)))
        fail_msg("%s: %s", e.where, e.msg);
    db_rollback(world.db);
    assert_same("case", applied->id, case_doc(arena, kase), case_doc(arena, applied));
    if (system)
        assert_same("system", applied->system, system_doc(arena, system),
                    system_doc(arena, hamlet_system(hamlet, applied->system)));
    laws_of_case(hamlet, applied);
}

/* The latest line of each body in each register, as facts hold them. */
static void same_lines(void)
{
    struct err e = {0};
    struct world world = {.db = clerk_db(clerk), .arena = arena};
    struct facts facts = {0};
    struct record *lines = NULL;
    size_t n = 0;
    assert_true(db_begin(world.db, &e) &&
                world_lines(&world, AUTHORITY, hamlet->policy, &lines, &n, &e));
    db_rollback(world.db);
    latest_lines(hamlet, &facts);
    assert_int_equal(n, facts.n_lines);
    for (size_t i = 0; i < n; i++) {
        const struct record *applied = facts.lines;
        while (applied < facts.lines + n - 1 && applied->id != lines[i].id)
            applied++;
        assert_int_equal(lines[i].id, applied->id);
        assert_int_equal(lines[i].organisation, applied->organisation);
        assert_int_equal(lines[i].period, applied->period);
        assert_same("line", lines[i].id, lines[i].form, applied->form);
    }
    most_lines = n > most_lines ? n : most_lines;
}

/* Whatever was filed again, each body has one line in force for each month. */
static void one_line_a_month(void)
{
    for (size_t i = 0; i < hamlet->lines.len; i++) {
        const struct record *line = &hamlet->lines.items[i];
        const struct ledger *ledger = policy_register(hamlet->policy, line->register_id);
        struct err e = {0};
        struct row_record *rows = NULL;
        size_t n = 0;
        struct db *db = clerk_db(clerk);
        assert_true(db_begin(db, &e) &&
                    q_record_in_force(db, arena, AUTHORITY, line->register_id, line->organisation,
                                      line->period, &rows, &n, &e));
        db_rollback(db);
        assert_true(n == 1 || !ledger->monthly);
        assert_true(n > 0 && (rows[0].id == line->id || !ledger->monthly));
    }
}

static void same_everything(void)
{
    struct err e = {0};
    struct world world = {.db = clerk_db(clerk), .arena = arena};
    struct authority_state *authority;
    assert_true(db_begin(world.db, &e) && world_authority(&world, AUTHORITY, &authority, &e));
    db_rollback(world.db);
    assert_same("authority", AUTHORITY, authority_doc(arena, authority),
                authority_doc(arena, &hamlet->authority));
    for (size_t i = 0; i < hamlet->cases.len; i++)
        same_case(hamlet->cases.items[i]);
    same_lines();
    one_line_a_month();
}

/* The bytes of what the command cites, as an upload leaves them. */
static void upload(const struct command *command)
{
    struct err e = {0};
    struct db *db = clerk_db(clerk);
    assert_true(db_begin(db, &e));
    for (size_t i = 0; i < command->materials.len; i++) {
        struct row_upload row = {
            .id = command->materials.items[i].upload, .person = command->actor,
            .name = S("文件.pdf"), .size = 3, .received = 3,
            .digest = digest_hex(arena, sm3(S("abc"))), .created_at = hamlet->now_ms};
        assert_true(q_insert_upload(db, &row, &e) &&
                    q_insert_upload_chunk(db, row.id, 0, S("abc"), &e));
    }
    assert_true(db_commit(db, &e));
}

static void try_command(int n)
{
    const struct actor *actor;
    struct command command = random_command(hamlet, &actor);
    if (actor)
        (void)stand_in(hamlet, actor, &command);
    if (command.actor) {
        command.key = str_printf(arena, "law-%d", n);
        command.body_digest = S("body");
    }
    upload(&command);
    struct answer answer = run(&command);
    hamlet->accepted += answer.kind == ANSWER_DONE;
    const struct case_state *kase = hamlet_case(hamlet, answer.object);
    if (answer.kind == ANSWER_DONE && kase)
        same_case(kase);
}

static void rows_load_to_what_was_applied(void **state)
{
    (void)state;
    struct err e = {0};
    prng_seed(&prng, town_seed(20201104));
    for (int i = 0; i < COMMANDS; i++) {
        if (chance(hamlet, 35))
            hamlet->today = date_plus(hamlet->today, (int32_t)below(hamlet, 4));
        hamlet->now_ms = instant_of_date(hamlet->today, 9, 0);
        try_command(i);
        if (chance(hamlet, 3) && clerk_tick(clerk, hamlet->now_ms, &e) < 0)
            fail_msg("%s: %s", e.where, e.msg);
        follow();
        if (i % ALL_EVERY == 0)
            same_everything();
    }
    same_everything();
    print_message("%d of %d accepted, %zu cases\n", hamlet->accepted, COMMANDS,
                  hamlet->cases.len);
    assert_true(hamlet->accepted > COMMANDS / 10 && hamlet->cases.len > 20 && most_lines > 0);
}

static void the_record_of_a_life_is_sound(void **state)
{
    (void)state;
    struct err e = {0};
    struct db *db = clerk_db(clerk);
    struct findings findings = {.arena = arena};
    struct evidence none = {0};
    if (!project_verify(db, &none, false, &findings, &e))
        fail_msg("%s: %s", e.where, e.msg);
    for (size_t i = 0; i < findings.items.len; i++)
        print_error("%.*s\n", STR_FMT(findings.items.items[i]));
    assert_int_equal(findings.items.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_load_to_what_was_applied),
        cmocka_unit_test(the_record_of_a_life_is_sound),
    };
    static const char *const FOLDERS[] = {"policies/zhengzhou-2019", "tests/packs/heron"};
    int failed = 0;
    for (size_t i = 0; i < COUNT_OF(FOLDERS); i++) {
        folder = FOLDERS[i];
        failed += run_on_engines("law", tests, COUNT_OF(tests), found, leave);
    }
    return failed;
}
