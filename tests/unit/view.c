/* SPDX-License-Identifier: Apache-2.0
 * Who sees what, in lists and single cases alike; rows that contradict each other are an error; the
 * library keeps what a read holds, and not much more. */
#include "town.h"

#include "clerk/clerk.h"
#include "project/project.h"
#include "view/view.h"

#include <unistd.h>

static struct clerk *clerk;
static struct library *library;
static int64_t authority, now_ms, keys, uploads;
static struct actor unit, stranger, chief, provider, auditor, administrator;

static int64_t must_run(struct command command)
{
    struct answer answer;
    clerk_run(clerk, arena, &command, now_ms, &answer);
    if (answer.kind == ANSWER_FAILED)
        print_error("%s: %s\n", answer.err.where, answer.err.msg);
    assert_int_equal(answer.kind, ANSWER_DONE);
    return answer.object;
}

static int64_t body(str name, str role)
{
    return must_run((struct command){.kind = COMMAND_register_organisation,
                                     .authority = authority, .name = name, .role = role,
                                     .level = S("city")});
}

static struct actor hire(int64_t organisation, str role)
{
    int64_t person = must_run((struct command){
        .kind = COMMAND_register_person, .authority = authority, .organisation = organisation,
        .role = role, .name = S("某人"), .phone = S("139")});
    return (struct actor){.person = person, .post = person + 1, .organisation = organisation,
                          .authority = authority, .role = role};
}

/* The town's pack with one text of its head replaced. */
static struct pack changed_pack(str from, str to)
{
    str head = town_file("policies/zhengzhou-2019/pack.yaml"), rest = head;
    struct buf buf = buf_new(arena, head.len + to.len);
    while (rest.len && !str_starts(rest, from)) {
        buf_addc(&buf, rest.ptr[0]);
        rest = (str){rest.ptr + 1, rest.len - 1};
    }
    assert_true(rest.len > 0);
    buf_add(&buf, to);
    buf_add(&buf, (str){rest.ptr + from.len, rest.len - from.len});
    struct pack pack = town_pack();
    for (size_t i = 0; i < pack.files.len; i++)
        if (str_eq(pack.files.items[i].name, S("pack.yaml")))
            pack.files.items[i].bytes = buf_str(&buf);
    return pack;
}

static void activate(struct pack pack)
{
    must_run((struct command){.kind = COMMAND_activate_policy, .authority = authority,
                              .bytes = pack_to_blob(arena, &pack)});
}

static char folder[] = "/tmp/view-test-XXXXXX";

static int found(void **state)
{
    (void)state;
    struct err e = {0};
    assert_true(crypt_init(&e));
    arena = arena_new((size_t)1 << 30);
    assert_non_null(mkdtemp(folder));
    struct clerk_options options = {.database = str_printf(arena, "%s/yunjian.db", folder).ptr,
                                    .origin = S("yunjian/test")};
    if (!clerk_open(&options, &clerk, &e))
        fail_msg("%s: %s", e.where, e.msg);
    library = library_new();
    now_ms = instant_of_date((date){18500}, 9, 0);
    authority = must_run((struct command){.kind = COMMAND_register_authority, .name = S("主管"),
                                          .name_en = S("Authority"), .role = S("authority"),
                                          .level = S("city")});
    struct calendar calendar = town_calendar();
    for (size_t i = 0; i < calendar.years.len; i++)
        must_run((struct command){.kind = COMMAND_load_calendar, .authority = authority,
                                  .bytes = calendar_print_year(arena, &calendar.years.items[i])});
    activate(town_pack());
    unit = hire(body(S("市局"), S("using-unit")), S("using-unit"));
    stranger = hire(body(S("外局"), S("using-unit")), S("using-unit"));
    provider = hire(body(S("云甲"), S("provider")), S("provider"));
    auditor = hire(body(S("审计"), S("auditor")), S("auditor"));
    chief = hire(authority, S("authority"));
    administrator = hire(authority, ROLE_AUDIT_ADMINISTRATOR);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    const char *names[] = {"yunjian.db", "yunjian.db-wal", "yunjian.db-shm", "yunjian.db.lock"};
    library_free(library);
    clerk_close(clerk);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        unlink(str_printf(arena, "%s/%s", folder, names[i]).ptr);
    rmdir(folder);
    arena_free(arena);
    return 0;
}

static void cite(struct command *command, const char *material)
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

static int64_t apply(const struct actor *who)
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
                              .actor = who->person, .post = who->post,
                              .key = str_printf(arena, "view-key-%lld", (long long)++keys),
                              .body_digest = S("body"), .procedure = S("onboard"),
                              .outcome = S("submit"), .form = form};
    cite(&command, "application-form");
    cite(&command, "technical-plan");
    return must_run(command);
}

/* ---- who sees what -------------------------------------------------------------------------- */

static struct reader reader_of(const struct actor *actor)
{
    return (struct reader){clerk_db(clerk), library, arena, actor, date_of_instant(now_ms)};
}

static struct worklist list_of(const struct actor *actor, enum box box)
{
    struct err e = {0};
    struct worklist list;
    struct reader reader = reader_of(actor);
    if (!view_worklist(&reader, box, STR_NONE, LIMIT_PAGE_ROWS, &list, &e))
        fail_msg("%s: %s", e.where, e.msg);
    return list;
}

static bool sees(const struct actor *actor, int64_t kase)
{
    struct err e = {0};
    bool visible;
    struct reader reader = reader_of(actor);
    assert_true(view_case_visible(&reader, kase, &visible, &e));
    return visible;
}

/* The box of all cases holds exactly those that can be opened one by one. */
static void assert_agrees(const struct actor *actor, const int64_t *cases, size_t n)
{
    struct worklist list = list_of(actor, BOX_ALL);
    size_t visible = 0;
    for (size_t i = 0; i < n; i++) {
        bool listed = false;
        for (size_t k = 0; k < list.n; k++)
            listed |= list.rows[k].kase == cases[i];
        assert_int_equal(listed, sees(actor, cases[i]));
        visible += listed;
    }
    assert_int_equal(list.n, visible);
    assert_int_equal(list.counts.all, visible);
}

static void lists_and_cases_agree(void **state)
{
    (void)state;
    const struct actor *all[] = {&unit, &stranger, &provider, &auditor, &chief, &administrator};
    const size_t expected[] = {1, 1, 0, 2, 2, 0};
    const int64_t cases[] = {apply(&unit), apply(&stranger)};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        assert_agrees(all[i], cases, COUNT_OF(cases));
        assert_int_equal(list_of(all[i], BOX_ALL).n, expected[i]);
    }
    /* A version in force decides for the cases of earlier ones too. */
    activate(changed_pack(S("Provider, sees: own"), S("Provider, sees: all")));
    assert_agrees(&provider, cases, COUNT_OF(cases));
    assert_true(sees(&provider, cases[0]));
    activate(changed_pack(S("Auditor, sees: all"), S("Auditor, sees: own")));
    assert_agrees(&auditor, cases, COUNT_OF(cases));
    assert_false(sees(&auditor, cases[0]));
    activate(town_pack());
    assert_true(sees(&auditor, cases[0]));
}

static struct answer return_as(const struct actor *who, int64_t kase)
{
    struct answer answer;
    struct command command = {.kind = COMMAND_decide_task, .authority = authority,
                              .actor = who->person, .post = who->post, .kase = kase,
                              .key = str_printf(arena, "view-key-%lld", (long long)++keys),
                              .step = S("review"), .outcome = S("return"), .opinion = S("补正")};
    clerk_run(clerk, arena, &command, now_ms, &answer);
    assert_int_not_equal(answer.kind, ANSWER_FAILED);
    return answer;
}

/* The writer asks the same question as the lists: for who does not see a case, there is none. */
static void the_writer_agrees(void **state)
{
    (void)state;
    int64_t kase = apply(&unit);
    activate(changed_pack(S("Auditor, sees: all"), S("Auditor, sees: own")));
    struct answer answer = return_as(&auditor, kase);
    assert_int_equal(answer.kind, ANSWER_REFUSED);
    assert_int_equal(answer.refusal.reasons.items[0].code, REFUSAL_UNKNOWN_CASE);
    activate(town_pack());
    answer = return_as(&auditor, kase);
    assert_int_equal(answer.refusal.reasons.items[0].code, REFUSAL_NOT_YOUR_TASK);
}

static void administrators_see_no_cases(void **state)
{
    (void)state;
    const enum box boxes[] = {BOX_TODO, BOX_DONE, BOX_MINE, BOX_ALL};
    int64_t kase = apply(&unit);
    /* Somebody who reviews, and administers under another post. */
    assert_int_equal(return_as(&chief, kase).kind, ANSWER_DONE);
    assert_int_equal(list_of(&chief, BOX_DONE).counts.done, 1);
    struct actor both = {.person = chief.person, .post = administrator.post,
                         .organisation = authority, .authority = authority,
                         .role = ROLE_AUDIT_ADMINISTRATOR};
    for (size_t i = 0; i < COUNT_OF(boxes); i++) {
        struct worklist list = list_of(&both, boxes[i]);
        assert_int_equal(list.n, 0);
        assert_int_equal(list.next.len, 0);
        assert_int_equal(list.counts.todo + list.counts.overdue + list.counts.done +
                         list.counts.mine + list.counts.all, 0);
    }
    assert_false(sees(&both, kase));
}

/* What was done under another post is not listed under this one. */
static void done_belongs_to_the_post(void **state)
{
    (void)state;
    struct actor moved = stranger;
    int64_t kase = apply(&unit);
    moved.person = unit.person;
    assert_true(list_of(&unit, BOX_DONE).n > 0);
    assert_false(sees(&moved, kase));
    assert_int_equal(list_of(&moved, BOX_DONE).n, 0);
    assert_int_equal(list_of(&moved, BOX_DONE).counts.done, 0);
}

/* ---- pages ---------------------------------------------------------------------------------- */

/* Every case once, in pages that end early where titles are very long. */
static void long_titles_make_short_pages(void **state)
{
    (void)state;
    enum { CASES = 600, FIRST = 1 << 20 };
    struct err e = {0};
    struct db *db = clerk_db(clerk);
    int64_t kase = apply(&unit), expected = list_of(&chief, BOX_ALL).counts.all + CASES;
    struct world world = {.db = db, .arena = arena};
    struct case_state *one;
    struct reader reader = reader_of(&chief);
    char *title = NEWS(arena, char, LIMIT_TEXT_BYTES);
    memset(title, '"', LIMIT_TEXT_BYTES);
    assert_true(db_begin(db, &e) && world_case(&world, kase, &one, &e));
    for (int i = 0; i < CASES; i++) {
        struct row_kase row = {
            .id = FIRST + i, .authority = authority, .system = one->system, .opener = one->opener,
            .number = one->number, .procedure = one->procedure, .policy = one->policy,
            .title = {title, LIMIT_TEXT_BYTES}, .opened_on = 18500, .opened_at = now_ms,
            .ended_on_null = true, .task = one->tasks.items[0].id,
        };
        assert_true(q_save_case(db, &row, &e));
    }
    struct worklist list = {.next = S("")};
    int64_t rows = 0, last = INT64_MAX, pages = 0;
    do {
        reader.arena = arena_new(LIMIT_ARENA_REQUEST);
        str after = str_dup(arena, list.next);
        assert_true(view_worklist(&reader, BOX_ALL, after, LIMIT_PAGE_ROWS, &list, &e));
        /* The larger half is left for the answer made of it. */
        assert_true(arena_used(reader.arena) <= LIMIT_ARENA_REQUEST / 2);
        assert_true(list.n > 0);
        for (size_t i = 0; i < list.n; i++) {
            assert_true(list.rows[i].kase < last);
            last = list.rows[i].kase;
        }
        rows += (int64_t)list.n;
        list.next = str_dup(arena, list.next);
        arena_free(reader.arena);
        pages++;
    } while (list.next.len);
    db_rollback(db);
    assert_int_equal(rows, expected);
    assert_true(pages > 2);
}

/* ---- rows that contradict each other -------------------------------------------------------- */

static void clear(const char *table)
{
    struct err e = {0};
    for (size_t i = 0; i < db_tables_n; i++)
        if (strcmp(db_tables[i].name, table) == 0)
            assert_true(db_clear_table(clerk_db(clerk), &db_tables[i], &e));
}

static void contradictions_are_corrupt(void **state)
{
    (void)state;
    static const struct {
        const char *gone;
        bool of_case, of_list, of_person;
    } rows[] = {
        {"tasks", true, false, false},
        {"systems", true, false, false},
        {"authorities", true, true, true},
    };
    int64_t kase = apply(&unit);
    assert_int_equal(return_as(&chief, kase).kind, ANSWER_DONE);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err begun = {0}, of_case = {0}, of_list = {0}, of_person = {0}, of_facts = {0};
        struct reader reader = reader_of(&chief);
        struct case_view *view;
        struct worklist list;
        struct person_view *person;
        struct facts facts;
        bool visible;
        assert_true(db_begin(reader.db, &begun));
        clear(rows[i].gone);
        assert_int_equal(!view_case(&reader, kase, &view, &of_case), rows[i].of_case);
        assert_int_equal(!view_worklist(&reader, BOX_ALL, STR_NONE, 10, &list, &of_list),
                         rows[i].of_list);
        assert_int_equal(!view_person(&reader, chief.person, &person, &of_person),
                         rows[i].of_person);
        assert_int_equal(!view_facts(&reader, 0, &facts, &visible, &of_facts), rows[i].of_list);
        db_rollback(reader.db);
        assert_int_equal(of_case.code, ERR_CORRUPT);
        assert_int_equal(of_list.code, rows[i].of_list ? ERR_CORRUPT : ERR_NONE);
        assert_int_equal(of_person.code, rows[i].of_person ? ERR_CORRUPT : ERR_NONE);
        library_rest(library);
    }
}

/* ---- the library ---------------------------------------------------------------------------- */

enum { VERSIONS = 300 };

static str keep_version(int n)
{
    struct err e = {0};
    struct pack pack = changed_pack(S("郑政办〔2019〕53号"), str_printf(arena, "第%d号", n));
    str blob = pack_to_blob(arena, &pack), digest = digest_hex(arena, sm3(blob));
    assert_true(q_keep_policy(clerk_db(clerk), digest, S("zhengzhou-2019"), blob, &e));
    return digest;
}

static const struct policy *version(str digest)
{
    struct err e = {0};
    const struct policy *policy = library_policy(library, clerk_db(clerk), digest, &e);
    if (!policy)
        fail_msg("%s: %s", e.where, e.msg);
    return policy;
}

static void assert_is_version(const struct policy *policy, int n)
{
    assert_true(str_eq(policy->document, str_printf(arena, "第%d号", n)));
}

static void many_versions_are_kept_a_few_at_a_time(void **state)
{
    (void)state;
    struct err e = {0};
    struct db *db = clerk_db(clerk);
    str digests[VERSIONS];
    assert_true(db_begin(db, &e));
    for (int i = 0; i < VERSIONS; i++)
        digests[i] = keep_version(i);
    /* One long read: what it was given first still stands at its end. */
    const struct policy *first = version(digests[7]);
    for (int i = 0; i < VERSIONS; i++)
        assert_is_version(version(digests[i]), i);
    assert_is_version(first, 7);
    assert_ptr_equal(version(digests[7]), first);
    /* Asked for last, so it outlives the rest. */
    library_rest(library);
    assert_ptr_equal(version(digests[7]), first);
    for (int i = 0; i < VERSIONS; i++) {
        library_rest(library);
        assert_is_version(version(digests[i]), i);
    }
    db_rollback(db);
}

static void an_authority_stands_until_rest(void **state)
{
    (void)state;
    struct err e = {0};
    struct authority_state *before, *after;
    struct db *db = clerk_db(clerk);
    assert_true(library_authority(library, db, arena, authority, &before, &e));
    size_t n = before->organisations.len;
    body(S("新局"), S("using-unit"));
    assert_true(library_authority(library, db, arena, authority, &after, &e));
    assert_ptr_not_equal(before, after);
    assert_int_equal(before->organisations.len, n);
    assert_int_equal(after->organisations.len, n + 1);
    library_rest(library);
    assert_int_equal(after->organisations.len, n + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_and_cases_agree),
        cmocka_unit_test(the_writer_agrees),
        cmocka_unit_test(administrators_see_no_cases),
        cmocka_unit_test(done_belongs_to_the_post),
        cmocka_unit_test(long_titles_make_short_pages),
        cmocka_unit_test(contradictions_are_corrupt),
        cmocka_unit_test(many_versions_are_kept_a_few_at_a_time),
        cmocka_unit_test(an_authority_stands_until_rest),
    };
    return cmocka_run_group_tests_name("view", tests, found, leave);
}
