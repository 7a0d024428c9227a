/* SPDX-License-Identifier: Apache-2.0
 * Two jurisdictions under one regulation in one database: no command of one touches anything of the
 * other, whatever it names. What no route leads to yet is asked here as well. */
#include "town.h"

#include "clerk/clerk.h"
#include "project/project.h"
#include "view/view.h"

static struct clerk *clerk;
static int64_t now_ms, keys, uploads;

/* One of the two. */
struct side {
    int64_t authority, unit, provider, county;
    int64_t clerk_of_unit, colleague, officer, supplier, guard; /* persons; the post is the next */
    int64_t kase, system, task, decision;
};
static struct side own, other;

/* ---- asking --------------------------------------------------------------------------------- */

static struct answer run(struct command command)
{
    struct answer answer;
    command.key = command.actor ? str_printf(arena, "key-%lld", (long long)++keys) : STR_NONE;
    command.body_digest = S("body");
    clerk_run(clerk, arena, &command, now_ms, &answer);
    return answer;
}

static int64_t must_run(struct command command)
{
    struct answer answer = run(command);
    if (answer.kind == ANSWER_FAILED)
        print_error("%s: %s\n", answer.err.where, answer.err.msg);
    if (answer.kind == ANSWER_REFUSED)
        print_error("refused: %s at %.*s\n",
                    refusal_name(answer.refusal.reasons.items[0].code),
                    STR_FMT(answer.refusal.reasons.items[0].where));
    assert_int_equal(answer.kind, ANSWER_DONE);
    return answer.object;
}

static void assert_refused(struct command command, enum refusal_code code)
{
    struct answer answer = run(command);
    assert_int_equal(answer.kind, ANSWER_REFUSED);
    assert_string_equal(refusal_name(answer.refusal.reasons.items[0].code), refusal_name(code));
}

static struct command as(const struct side *side, int64_t person, enum command_kind kind)
{
    return (struct command){
        .kind = kind, .authority = side->authority, .actor = person, .post = person + 1};
}

/* ---- two sides ------------------------------------------------------------------------------ */

static int64_t add_person(const struct side *side, int64_t organisation, str role)
{
    return must_run((struct command){.kind = COMMAND_register_person,
                                     .authority = side->authority, .organisation = organisation,
                                     .role = role, .name = S("某人"), .phone = S("139")});
}

static int64_t add_body(const struct side *side, str name, str role, str level)
{
    return must_run((struct command){.kind = COMMAND_register_organisation,
                                     .authority = side->authority, .name = name, .role = role,
                                     .level = level});
}

static void cite(struct command *command, int64_t person, const char *material)
{
    struct err e = {0};
    struct db *db = clerk_db(clerk);
    struct row_upload row = {.id = ++uploads, .person = person, .name = S("文件.pdf"), .size = 3,
                             .received = 3, .digest = digest_hex(arena, sm3(S("abc"))),
                             .created_at = now_ms};
    clerk_seal_upload(clerk, arena, &row);
    assert_true(db_begin(db, &e) && q_insert_upload(db, &row, &e) &&
                q_insert_upload_chunk(db, row.id, 0, S("abc"), &e) && db_commit(db, &e));
    struct cited_material cited = {.material = str_of(material), .upload = row.id};
    VEC_PUSH(arena, &command->materials, cited);
}

static struct command application(const struct side *side, int64_t uploader)
{
    struct command command = as(side, side->clerk_of_unit, COMMAND_open_case);
    command.procedure = S("onboard");
    command.outcome = S("submit");
    command.form = town_form();
    cite(&command, uploader, "application-form");
    cite(&command, uploader, "technical-plan");
    return command;
}

static struct command approval(const struct side *side, int64_t provider)
{
    struct command command = as(side, side->officer, COMMAND_decide_task);
    struct doc *form = doc_map(arena), *items = doc_map(arena);
    doc_put_bool(arena, form, S("feasible"), true);
    doc_put_bool(arena, form, S("reasonable"), true);
    doc_put_int(arena, items, S("vcpu"), 8 * QUANTITY_ONE);
    doc_put_int(arena, items, S("backup-storage"), 8 * QUANTITY_ONE);
    doc_put(arena, form, S("granted"), items);
    doc_put_int(arena, form, S("provider"), provider);
    command.kase = side->kase;
    command.step = S("review");
    command.outcome = S("approve");
    command.opinion = S("同意");
    command.form = form;
    return command;
}

/* An authority under the pack, with a unit, a provider and their people. */
static struct side found_side(const struct pack *pack, str name)
{
    struct side side = {0};
    struct calendar calendar = town_calendar();
    side.authority = must_run((struct command){.kind = COMMAND_register_authority, .name = name,
                                               .name_en = S("Authority"), .role = S("authority"),
                                               .level = S("city")});
    for (size_t i = 0; i < calendar.years.len; i++)
        must_run((struct command){.kind = COMMAND_load_calendar, .authority = side.authority,
                                  .bytes = calendar_print_year(arena, &calendar.years.items[i])});
    must_run((struct command){.kind = COMMAND_activate_policy, .authority = side.authority,
                              .bytes = pack_to_blob(arena, pack)});
    side.unit = add_body(&side, S("一局"), S("using-unit"), S("city"));
    side.provider = add_body(&side, S("云甲"), S("provider"), S("city"));
    side.clerk_of_unit = add_person(&side, side.unit, S("using-unit"));
    side.colleague = add_person(&side, side.unit, S("using-unit"));
    side.officer = add_person(&side, side.authority, S("authority"));
    side.supplier = add_person(&side, side.provider, S("provider"));
    side.guard = add_person(&side, side.authority, ROLE_SECURITY_ADMINISTRATOR);
    return side;
}

static struct side found_city(const struct pack *pack, str name)
{
    struct side side = found_side(pack, name);
    side.county = add_body(&side, S("县局"), S("county-authority"), S("county"));
    side.kase = must_run(application(&side, side.clerk_of_unit));
    struct world world = {.db = clerk_db(clerk), .arena = arena};
    struct case_state *kase = NULL;
    struct err e = {0};
    assert_true(db_begin(world.db, &e) && world_case(&world, side.kase, &kase, &e));
    db_rollback(world.db);
    side.system = kase->system;
    side.decision = kase->decisions.items[0].id;
    return side;
}

static void begin(date day)
{
    struct err e = {0};
    struct clerk_options options = {.database = ":memory:", .origin = S("yunjian/test")};
    assert_true(crypt_init(&e));
    arena = arena_new((size_t)1 << 30);
    assert_true(clerk_open(&options, &clerk, &e));
    now_ms = instant_of_date(day, 9, 0);
}

static int found(void **state)
{
    (void)state;
    begin((date){18500});
    struct pack pack = town_pack();
    own = found_city(&pack, S("主管"));
    other = found_city(&pack, S("邻郡主管"));
    return 0;
}

/* The duty that the tick has opened for the unit of the side. */
static int64_t duty_of(const struct side *side)
{
    struct err e = {0};
    struct row_kase *rows = NULL;
    size_t n = 0;
    struct db *db = clerk_db(clerk);
    int64_t found = 0;
    assert_true(db_begin(db, &e) &&
                q_cases_numbered(db, arena, S("XQ-2026-0001"), &rows, &n, &e));
    db_rollback(db);
    for (size_t i = 0; i < n; i++)
        found = rows[i].authority == side->authority ? rows[i].id : found;
    assert_true(found > 0);
    return found;
}

/* Of a regulation whose forms name cases, persons and several bodies; in September of 2026. */
static int found_herons(void **state)
{
    (void)state;
    struct err e = {0};
    begin((date){20698});
    struct pack pack = town_folder("tests/packs/heron");
    own = found_side(&pack, S("主管"));
    other = found_side(&pack, S("邻郡主管"));
    assert_true(clerk_tick(clerk, now_ms, &e) > 0);
    own.kase = duty_of(&own);
    other.kase = duty_of(&other);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    clerk_close(clerk);
    arena_free(arena);
    return 0;
}

static int64_t entries_of(int64_t id)
{
    struct err e = {0};
    struct row_authority *row = NULL;
    struct db *db = clerk_db(clerk);
    assert_true(db_begin(db, &e) && q_authority(db, arena, id, &row, &e));
    db_rollback(db);
    return row->last_entry;
}

/* ---- cases ---------------------------------------------------------------------------------- */

static void a_foreign_case_is_none(void **state)
{
    (void)state;
    static const enum command_kind KINDS[] = {
        COMMAND_decide_task, COMMAND_withdraw_case, COMMAND_assign_task, COMMAND_urge_task,
        COMMAND_receive_notice, COMMAND_correct_decision};
    const int64_t people[] = {own.clerk_of_unit, own.officer, own.supplier, own.guard};
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        for (size_t k = 0; k < COUNT_OF(people); k++) {
            struct command command = as(&own, people[k], KINDS[i]);
            command.kase = other.kase;
            command.step = S("review");
            command.outcome = S("approve");
            command.object = other.decision;
            command.person = own.officer;
            command.reason = S("试探");
            command.from = (date){18400};
            command.form = doc_map(arena);
            assert_refused(command, REFUSAL_UNKNOWN_CASE);
        }
}

static void a_foreign_system_is_none(void **state)
{
    (void)state;
    struct command opening = as(&own, own.clerk_of_unit, COMMAND_open_case);
    opening.procedure = S("change");
    opening.outcome = S("submit");
    opening.system = other.system;
    opening.form = doc_map(arena);
    assert_refused(opening, REFUSAL_UNKNOWN_SYSTEM);
    struct command filing = as(&own, own.supplier, COMMAND_file_records);
    struct doc *line = doc_map(arena);
    doc_put_int(arena, line, S("cpu"), 20);
    doc_put_int(arena, line, S("memory"), 20);
    doc_put_int(arena, line, S("storage"), 20);
    struct filed_record record = {.system = other.system, .period = 202008, .form = line};
    filing.register_id = S("utilisation");
    VEC_PUSH(arena, &filing.records, record);
    assert_refused(filing, REFUSAL_UNKNOWN_SYSTEM);
}

static void a_foreign_body_is_none(void **state)
{
    (void)state;
    assert_refused(approval(&own, other.provider), REFUSAL_UNKNOWN_ORGANISATION);
    struct command under = {.kind = COMMAND_register_organisation, .authority = own.authority,
                            .name = S("二局"), .role = S("using-unit"), .level = S("county"),
                            .parent = other.county};
    assert_refused(under, REFUSAL_UNKNOWN_ORGANISATION);
    struct command person = {.kind = COMMAND_register_person, .authority = own.authority,
                             .organisation = other.unit, .role = S("using-unit"),
                             .name = S("某人"), .phone = S("139")};
    assert_refused(person, REFUSAL_UNKNOWN_ORGANISATION);
}

static void a_foreign_upload_is_none(void **state)
{
    (void)state;
    assert_refused(application(&own, other.clerk_of_unit), REFUSAL_UPLOAD_INCOMPLETE);
}

/* Cases that are none count as one, whatever else is wrong with what is sent: who tries one number
 * after the other adds one entry to the log. */
static void trying_numbers_fills_no_log(void **state)
{
    (void)state;
    int64_t entries = 0;
    for (int64_t i = 0; i < 20; i++) {
        struct command command = approval(&own, own.provider);
        command.kase = i ? other.kase + i * 7 : other.kase;
        cite(&command, other.officer, "application-form");
        assert_refused(command, REFUSAL_UPLOAD_INCOMPLETE);
        if (i == 0)
            entries = clerk_counts(clerk).entries;
    }
    assert_int_equal(clerk_counts(clerk).entries, entries);
}

/* What does not exist for a reader leaves nothing of itself in what is read for them, not even the
 * regulation that it follows. */
static void a_foreign_case_leaves_no_facts(void **state)
{
    (void)state;
    struct err e = {0};
    struct world world = {.db = clerk_db(clerk), .arena = arena};
    struct library *library = library_new();
    struct actor *actor = NULL;
    struct facts facts = {0};
    bool visible = false;
    assert_true(db_begin(world.db, &e) &&
                world_actor(&world, own.officer, own.officer + 1, &actor, &e));
    struct reader reader = {world.db, library, arena, actor, date_of_instant(now_ms)};
    assert_true(view_facts(&reader, own.kase, &facts, &visible, &e));
    assert_true(visible && facts.kase && facts.system);
    assert_true(view_facts(&reader, other.kase, &facts, &visible, &e));
    assert_false(visible);
    assert_null(facts.kase);
    assert_null(facts.system);
    assert_ptr_equal(facts.policy, facts.in_force);
    db_rollback(world.db);
    library_free(library);
}

/* ---- people --------------------------------------------------------------------------------- */

static void a_foreign_person_is_nobody(void **state)
{
    (void)state;
    struct command handing = as(&own, own.officer, COMMAND_assign_task);
    handing.kase = own.kase;
    handing.step = S("review");
    handing.person = other.officer;
    handing.reason = S("转办");
    assert_refused(handing, REFUSAL_BAD_ASSIGNEE);
    struct command lending = as(&own, own.clerk_of_unit, COMMAND_delegate_post);
    lending.person = other.colleague;
    lending.from = lending.until = date_of_instant(now_ms);
    lending.reason = S("出差");
    assert_refused(lending, REFUSAL_BAD_ASSIGNEE);
}

static void a_foreign_delegation_is_none(void **state)
{
    (void)state;
    struct command lending = as(&other, other.clerk_of_unit, COMMAND_delegate_post);
    lending.person = other.colleague;
    lending.from = lending.until = date_of_instant(now_ms);
    lending.reason = S("出差");
    struct command ending = as(&own, own.clerk_of_unit, COMMAND_end_delegation);
    ending.object = must_run(lending);
    assert_refused(ending, REFUSAL_UNKNOWN_DELEGATION);
    /* And nobody acts as a post of the other side. */
    struct command borrowed = as(&own, own.clerk_of_unit, COMMAND_urge_task);
    borrowed.post = other.clerk_of_unit + 1;
    borrowed.kase = own.kase;
    borrowed.step = S("review");
    borrowed.reason = S("催办");
    assert_int_equal(run(borrowed).kind, ANSWER_FAILED);
}

/* Whoever sets somebody's secret can log in as them. */
static void a_foreign_secret_is_not_set(void **state)
{
    (void)state;
    struct command secret = as(&own, own.guard, COMMAND_set_credential);
    secret.person = own.supplier;
    secret.login = S("supplier");
    secret.secret = S("hash");
    must_run(secret);
    secret.person = other.officer;
    secret.login = S("officer");
    assert_refused(secret, REFUSAL_UNKNOWN_PERSON);
    secret.actor = secret.post = 0; /* the program itself, for the wrong authority */
    assert_refused(secret, REFUSAL_UNKNOWN_PERSON);
    secret.person = own.kase; /* nobody at all */
    assert_refused(secret, REFUSAL_UNKNOWN_PERSON);
}

/* ---- what forms name ------------------------------------------------------------------------ */

static struct command filing(const struct side *side, int64_t contact)
{
    struct command command = as(side, side->clerk_of_unit, COMMAND_decide_task);
    struct doc *items = doc_map(arena);
    doc_put_int(arena, items, S("vcpu"), QUANTITY_ONE);
    command.kase = side->kase;
    command.step = S("file");
    command.outcome = S("file");
    command.form = doc_map(arena);
    doc_put(arena, command.form, S("wanted"), items);
    doc_put_int(arena, command.form, S("budget"), 100);
    doc_put_int(arena, command.form, S("contact"), contact);
    return command;
}

static void a_form_names_no_foreign_person(void **state)
{
    (void)state;
    assert_refused(filing(&own, other.clerk_of_unit), REFUSAL_BAD_ASSIGNEE);
    must_run(filing(&own, own.colleague));
}

static struct command enrolment(const struct side *side, int64_t cited)
{
    struct command command = as(side, side->clerk_of_unit, COMMAND_open_case);
    command.procedure = S("enrol");
    command.outcome = S("submit");
    command.form = doc_map(arena);
    doc_put_text(arena, command.form, S("name"), S("系统"));
    doc_put_text(arena, command.form, S("move-by"), S("2027-06-01"));
    doc_put_int(arena, command.form, S("plan"), cited);
    cite(&command, side->clerk_of_unit, "statement");
    return command;
}

static struct command consent(const struct side *side)
{
    struct command command = as(side, side->officer, COMMAND_decide_task);
    command.kase = side->kase;
    command.step = S("review");
    command.outcome = S("consent");
    return command;
}

/* Not even one that would fulfil every condition. */
static void a_form_cites_no_foreign_case(void **state)
{
    (void)state;
    must_run(filing(&other, other.colleague));
    must_run(consent(&other));
    assert_refused(enrolment(&own, other.kase), REFUSAL_UNKNOWN_CASE);
    must_run(filing(&own, own.colleague));
    must_run(consent(&own));
    must_run(enrolment(&own, own.kase));
}

static void a_form_names_no_foreign_body_among_its_own(void **state)
{
    (void)state;
    struct command opening = as(&own, own.supplier, COMMAND_open_case);
    opening.procedure = S("interruption");
    opening.outcome = S("submit");
    opening.form = doc_map(arena);
    doc_put_text(arena, opening.form, S("what"), S("割接"));
    doc_put_text(arena, opening.form, S("start"), S("2026-10-20"));
    struct command telling = as(&own, own.officer, COMMAND_decide_task);
    struct doc *bodies = doc_list(arena);
    doc_push(arena, bodies, doc_int(arena, own.unit));
    doc_push(arena, bodies, doc_int(arena, other.unit));
    telling.kase = must_run(opening);
    telling.step = telling.outcome = S("notify");
    telling.form = doc_map(arena);
    doc_put(arena, telling.form, S("affected"), bodies);
    assert_refused(telling, REFUSAL_UNKNOWN_ORGANISATION);
    bodies->list.len = 1;
    must_run(telling);
}

static void a_duty_is_not_owed_by_a_foreign_body(void **state)
{
    (void)state;
    struct command duty = {.kind = COMMAND_open_duty, .authority = own.authority,
                           .procedure = S("demand"), .organisation = other.unit,
                           .period = 202609};
    assert_refused(duty, REFUSAL_UNKNOWN_PROCEDURE);
}

/* ---- time ----------------------------------------------------------------------------------- */

/* What is broken in one keeps nobody in the other from being warned. */
static void a_broken_neighbour_is_no_reason_to_be_late(void **state)
{
    (void)state;
    struct err e = {0};
    struct row_kase *row = NULL;
    struct db *db = clerk_db(clerk);
    assert_true(clerk_tick(clerk, now_ms, &e) > 0); /* the calendars are applied */
    assert_true(db_begin(db, &e) && q_kase(db, arena, own.kase, &row, &e));
    row->policy = S("none");
    assert_true(q_save_case(db, row, &e) && db_commit(db, &e));
    now_ms += INT64_C(60) * 86400000;
    assert_true(clerk_tick(clerk, now_ms, &e) > 0);
}

/* ---- administration ------------------------------------------------------------------------- */

/* What belongs to one authority is not asked for in the name of another. */
static void an_authority_is_ones_own(void **state)
{
    (void)state;
    static const enum command_kind KINDS[] = {
        COMMAND_activate_policy, COMMAND_load_calendar, COMMAND_register_organisation,
        COMMAND_register_person, COMMAND_set_credential, COMMAND_ask_material, COMMAND_open_case};
    int64_t before = entries_of(other.authority);
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        struct command command = as(&own, own.guard, KINDS[i]);
        command.authority = other.authority;
        command.bytes = S("");
        command.form = doc_map(arena);
        struct answer answer = run(command);
        assert_int_equal(answer.kind, ANSWER_FAILED);
        assert_int_equal(answer.err.code, ERR_DENIED);
    }
    assert_int_equal(entries_of(other.authority), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_foreign_case_is_none, found, leave),
        cmocka_unit_test_setup_teardown(a_foreign_system_is_none, found, leave),
        cmocka_unit_test_setup_teardown(a_foreign_body_is_none, found, leave),
        cmocka_unit_test_setup_teardown(a_foreign_upload_is_none, found, leave),
        cmocka_unit_test_setup_teardown(trying_numbers_fills_no_log, found, leave),
        cmocka_unit_test_setup_teardown(a_foreign_case_leaves_no_facts, found, leave),
        cmocka_unit_test_setup_teardown(a_foreign_person_is_nobody, found, leave),
        cmocka_unit_test_setup_teardown(a_foreign_delegation_is_none, found, leave),
        cmocka_unit_test_setup_teardown(a_foreign_secret_is_not_set, found, leave),
        cmocka_unit_test_setup_teardown(a_form_names_no_foreign_person, found_herons, leave),
        cmocka_unit_test_setup_teardown(a_form_cites_no_foreign_case, found_herons, leave),
        cmocka_unit_test_setup_teardown(a_form_names_no_foreign_body_among_its_own, found_herons,
                                        leave),
        cmocka_unit_test_setup_teardown(a_duty_is_not_owed_by_a_foreign_body, found_herons, leave),
        cmocka_unit_test_setup_teardown(a_broken_neighbour_is_no_reason_to_be_late, found, leave),
        cmocka_unit_test_setup_teardown(an_authority_is_ones_own, found, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
