/* SPDX-License-Identifier: Apache-2.0
 * Memory that ends: an operation is done again and again, and at its n-th request for memory the
 * arena is over its cap, for every n until it goes through. Each time it ends in order: nothing is
 * half done, nothing stays behind. The linker hands the calls of other rooms to this file first; an
 * arena without a frame would end the process, so little may be asked of those. */
#include "town.h"

#include "clerk/clerk.h"
#include "journal/journal.h"
#include "json/json.h"
#include "project/project.h"

/* Bytes that a command may ask of arenas without a frame. */
enum { FRAMES = 64, UNGUARDED = 4096 };

/* ---- between the rooms and base ------------------------------------------------------------- */

static struct arena *framed[FRAMES];
static int64_t live, asked, fail_at; /* fail_at 0: never */
static int64_t unguarded;              /* bytes asked of arenas without a frame */

void *__real_arena_alloc(struct arena *one, size_t size, size_t align);
void *__real_arena_array(struct arena *one, size_t n, size_t size, size_t align);
void *__real_vec_grow(struct arena *one, void *items, size_t *cap, size_t len, size_t size);
void __real_arena_on_overflow(struct arena *one, jmp_buf *frame);
void __real_arena_reset(struct arena *one);
void __real_arena_free(struct arena *one);
struct arena *__real_arena_new(size_t cap);

void *__wrap_arena_alloc(struct arena *one, size_t size, size_t align);
void *__wrap_arena_array(struct arena *one, size_t n, size_t size, size_t align);
void *__wrap_vec_grow(struct arena *one, void *items, size_t *cap, size_t len, size_t size);
void __wrap_arena_on_overflow(struct arena *one, jmp_buf *frame);
void __wrap_arena_reset(struct arena *one);
void __wrap_arena_free(struct arena *one);
struct arena *__wrap_arena_new(size_t cap);

static struct arena **slot_of(const struct arena *one)
{
    for (size_t i = 0; i < FRAMES; i++)
        if (framed[i] == one)
            return &framed[i];
    return NULL;
}

static void forget(const struct arena *one)
{
    struct arena **slot = slot_of(one);
    if (slot)
        *slot = NULL;
}

/* More than any cap, when it is this one's turn. */
static void ask(struct arena *one, size_t size)
{
    if (!slot_of(one))
        unguarded += (int64_t)size;
    else if (fail_at && ++asked == fail_at)
        __real_arena_alloc(one, SIZE_MAX, 1);
}

void *__wrap_arena_alloc(struct arena *one, size_t size, size_t align)
{
    ask(one, size);
    return __real_arena_alloc(one, size, align);
}

void *__wrap_arena_array(struct arena *one, size_t n, size_t size, size_t align)
{
    ask(one, n * size);
    return __real_arena_array(one, n, size, align);
}

void *__wrap_vec_grow(struct arena *one, void *items, size_t *cap, size_t len, size_t size)
{
    ask(one, (*cap ? *cap * 2 : 8) * size);
    return __real_vec_grow(one, items, cap, len, size);
}

void __wrap_arena_on_overflow(struct arena *one, jmp_buf *frame)
{
    forget(one);
    if (frame) {
        struct arena **free_slot = slot_of(NULL);
        must(free_slot != NULL);
        *free_slot = one;
    }
    __real_arena_on_overflow(one, frame);
}

void __wrap_arena_reset(struct arena *one)
{
    forget(one);
    __real_arena_reset(one);
}

void __wrap_arena_free(struct arena *one)
{
    live -= one != NULL;
    if (one)
        forget(one);
    __real_arena_free(one);
}

struct arena *__wrap_arena_new(size_t cap)
{
    live++;
    return __real_arena_new(cap);
}

/* ---- parsers -------------------------------------------------------------------------------- */

/* Calls parse at every n until it goes through; the text is always the same. */
static void starve(const char *what, size_t cap, void (*parse)(struct arena *into, str text),
                   str text)
{
    int64_t before = live;
    volatile int64_t n = 0;
    volatile bool through = false;
    while (!through) {
        jmp_buf frame;
        struct arena *into = arena_new(cap);
        arena_on_overflow(into, &frame);
        asked = 0;
        fail_at = ++n;
        if (setjmp(frame) == 0) {
            parse(into, text);
            through = asked < n;
        }
        fail_at = 0;
        arena_free(into);
        assert_int_equal(live, before);
    }
    assert_true(n > 3);
    print_message("%s: %lld requests for memory\n", what, (long long)n - 1);
}

static void parse_json(struct arena *into, str text)
{
    struct doc *doc = NULL;
    struct err e = {0};
    assert_true(json_parse(into, text, &doc, &e));
    assert_string_equal(str_to_cstr(into, json_canonical(into, doc)), str_to_cstr(into, text));
}

static void parse_calendar(struct arena *into, str text)
{
    struct calendar calendar = {0};
    struct err e = {0};
    assert_true(calendar_parse(into, S("calendar"), text, &calendar, &e));
    assert_true(calendar_print_year(into, &calendar.years.items[0]).len > 0);
}

static void parse_pack(struct arena *into, str blob)
{
    struct pack pack = {0};
    struct err e = {0};
    struct diagnostics found = {.errors = 0};
    assert_true(pack_from_blob(into, blob, &pack, &e));
    assert_non_null(policy_load(into, &pack, &found));
}

static void parse_entry(struct arena *into, str bytes)
{
    struct entry entry;
    struct err e = {0};
    assert_true(entry_parse(into, bytes, &entry, &e));
}

static int texts(void **state)
{
    (void)state;
    struct err e = {0};
    arena = arena_new((size_t)1 << 30);
    return crypt_init(&e) ? 0 : -1;
}

static int no_texts(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void parsers_end_in_order(void **state)
{
    (void)state;
    starve("json", LIMIT_ARENA_REQUEST, parse_json,
           S("{\"form\":{\"items\":[1,{\"a\":null},\"text\"],\"name\":\"系统\"},\"x\":[true]}"));
    starve("calendar", LIMIT_ARENA_REQUEST, parse_calendar, town_file("data/china-holidays.tsv"));
    struct event event = {.kind = EVENT_journal_started,
                          .journal_started = {S("yunjian/test")}};
    struct entry entry = {.event = event, .seq = 1};
    starve("entry", LIMIT_ARENA_REQUEST, parse_entry, entry_print(arena, &entry));
    /* Small: it is loaded once for each request for memory that loading it makes. */
    struct pack pack = town_folder("tests/packs/heron");
    starve("pack", LIMIT_ARENA_POLICY, parse_pack, pack_to_blob(arena, &pack));
}

/* ---- commands ------------------------------------------------------------------------------- */

static struct clerk *clerk;
static int64_t authority, unit, unit_person, now_ms;

static struct answer run(struct command *command)
{
    struct answer answer;
    clerk_run(clerk, arena, command, now_ms, &answer);
    return answer;
}

static int64_t must_run(struct command command)
{
    struct answer answer = run(&command);
    if (answer.kind == ANSWER_FAILED)
        print_error("%s: %s\n", answer.err.where, answer.err.msg);
    assert_int_equal(answer.kind, ANSWER_DONE);
    return answer.object;
}

static int found(void **state)
{
    (void)state;
    struct err e = {0};
    struct clerk_options options = {.database = ":memory:", .origin = S("yunjian/test")};
    texts(state);
    assert_true(clerk_open(&options, &clerk, &e));
    now_ms = instant_of_date((date){18500}, 9, 0);
    authority = must_run((struct command){.kind = COMMAND_register_authority, .name = S("主管"),
                                          .name_en = S("Authority"), .role = S("authority"),
                                          .level = S("city")});
    struct calendar calendar = town_calendar();
    must_run((struct command){.kind = COMMAND_load_calendar, .authority = authority,
                              .bytes = calendar_print_year(arena, &calendar.years.items[0])});
    struct pack pack = town_pack();
    must_run((struct command){.kind = COMMAND_activate_policy, .authority = authority,
                              .bytes = pack_to_blob(arena, &pack)});
    unit = must_run((struct command){.kind = COMMAND_register_organisation,
                                     .authority = authority, .name = S("市局"),
                                     .role = S("using-unit"), .level = S("city")});
    unit_person = must_run((struct command){.kind = COMMAND_register_person,
                                            .authority = authority, .organisation = unit,
                                            .role = S("using-unit"), .name = S("某人"),
                                            .phone = S("139")});
    return 0;
}

static int leave(void **state)
{
    clerk_close(clerk);
    return no_texts(state);
}

static int64_t entries(void)
{
    struct err e = {0};
    struct db *db = clerk_db(clerk);
    struct row_entries_count *count = NULL;
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
    assert_true(db_begin(db, &e) && project_verify(db, &none, false, &findings, &e));
    db_rollback(db);
    for (size_t i = 0; i < findings.items.len; i++)
        print_error("%.*s\n", STR_FMT(findings.items.items[i]));
    assert_int_equal(findings.items.len, 0);
}

/* The command at every n: it fails for want of memory and leaves the record as it was, until it
 * goes through. */
static void starve_command(const char *what, struct command command)
{
    int64_t n = 0, most = 0, before = entries(), arenas = live;
    struct answer answer;
    for (;;) {
        struct command again = command;
        asked = unguarded = 0;
        fail_at = ++n;
        answer = run(&again);
        fail_at = 0;
        most = unguarded > most ? unguarded : most;
        if (asked < n)
            break;
        assert_true(live <= arenas);
        if (answer.kind != ANSWER_FAILED)
            continue;            /* a policy that cannot be loaded is refused, and that is kept */
        assert_int_equal(answer.err.code, ERR_LIMIT);
        assert_int_equal(entries(), before);
    }
    print_message("%s: %lld requests for memory, %lld bytes without a frame\n", what,
                  (long long)n - 1, (long long)most);
    assert_true(n > 20 && most < UNGUARDED);
    assert_int_not_equal(answer.kind, ANSWER_FAILED);
    assert_true(entries() > before);
    assert_sound();
}

static void upload(struct command *command, int64_t id, const char *material)
{
    struct err e = {0};
    struct db *db = clerk_db(clerk);
    struct row_upload row = {.id = id, .person = command->actor, .name = S("文件.pdf"),
                             .size = 3, .received = 3,
                             .digest = digest_hex(arena, sm3(S("abc"))), .created_at = now_ms};
    assert_true(db_begin(db, &e) && q_insert_upload(db, &row, &e) &&
                q_insert_upload_chunk(db, row.id, 0, S("abc"), &e) && db_commit(db, &e));
    struct cited_material cited = {.material = str_of(material), .upload = row.id};
    VEC_PUSH(arena, &command->materials, cited);
}

static void commands_end_in_order(void **state)
{
    (void)state;
    struct calendar calendar = town_calendar();
    starve_command("register-organisation",
                   (struct command){.kind = COMMAND_register_organisation,
                                    .authority = authority, .name = S("云甲"),
                                    .role = S("provider"), .level = S("city")});
    starve_command("load-calendar",
                   (struct command){.kind = COMMAND_load_calendar, .authority = authority,
                                    .bytes = calendar_print_year(arena,
                                                                 &calendar.years.items[1])});
    struct command open = {.kind = COMMAND_open_case, .authority = authority,
                           .actor = unit_person, .post = unit_person + 1, .key = S("key-0001"),
                           .body_digest = S("00"), .procedure = S("onboard"),
                           .outcome = S("submit"), .form = town_form()};
    upload(&open, 1, "application-form");
    upload(&open, 2, "technical-plan");
    starve_command("open-case", open);
    open.key = S("key-0002");
    doc_put_int(arena, open.form, S("trial-days"), 99);
    starve_command("open-case, refused", open);
    assert_sound();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(parsers_end_in_order, texts, no_texts),
        cmocka_unit_test_setup_teardown(commands_end_in_order, found, leave),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
